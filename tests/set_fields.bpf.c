// SPDX-License-Identifier: GPL-2.0
/*
 * For tests/viewer.bats: redirects all frames. Those of IPv4 get the fields before
 * that, in each the bytes 1, 2, 3 and so on.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include <packet_metadata.h>

#define MAX_FIELDS 5

volatile struct {
	__u32 ifindex;
	struct {
		__u32 id;
		__u32 size;
	} fields[MAX_FIELDS];
} args;

SEC("xdp")
int set_fields(struct xdp_md *ctx)
{
	const struct ethhdr *eth = (void *)(long)ctx->data;
	__u8 value[16] = { 1, 2, 3, 4, 5, 6, 7, 8 };
	__u32 i;

	if ((void *)(eth + 1) > (void *)(long)ctx->data_end)
		return XDP_DROP;
	for (i = 0; i < MAX_FIELDS && eth->h_proto == bpf_htons(ETH_P_IP); i++)
		bpf_xdp_packet_metadata_set(ctx, args.fields[i].id, value,
					    args.fields[i].size & 15);
	return bpf_redirect(args.ifindex, 0);
}

char LICENSE[] SEC("license") = "GPL";
