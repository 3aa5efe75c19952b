// SPDX-License-Identifier: GPL-2.0
/*
 * XDP sets the tenant that a packet belongs to, TC drops the packets of one tenant,
 * and a UDP server receives the tenant with the others. All they share is the name
 * of the field.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include <packet_metadata.h>

const volatile __u32 tenant_id;		/* of the field */
const volatile __u32 blocked;		/* a tenant */
__u64 dropped;

/* Of 10.0.N.x it is N */
static int tenant_of(void *data, void *end, __u32 *tenant)
{
	struct ethhdr *eth = data;
	struct iphdr *ip = (void *)(eth + 1);

	if ((void *)(ip + 1) > end || eth->h_proto != bpf_htons(ETH_P_IP))
		return -1;
	*tenant = bpf_ntohl(ip->saddr) >> 8 & 0xff;
	return 0;
}

SEC("xdp")
int classify(struct xdp_md *ctx)
{
	__u32 tenant;

	if (!tenant_of((void *)(long)ctx->data, (void *)(long)ctx->data_end, &tenant))
		bpf_xdp_packet_metadata_set(ctx, tenant_id, &tenant, sizeof(tenant));
	return XDP_PASS;
}

SEC("tc")
int enforce(struct __sk_buff *skb)
{
	__u32 tenant;

	if (bpf_skb_packet_metadata_get(skb, tenant_id, &tenant, sizeof(tenant)) ||
	    tenant != blocked)
		return TC_ACT_OK;
	__sync_fetch_and_add(&dropped, 1);
	return TC_ACT_SHOT;
}

char LICENSE[] SEC("license") = "GPL";
