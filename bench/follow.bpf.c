// SPDX-License-Identifier: GPL-2.0-only
/* Programs that store values with a frame and redirect it */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "xdp_rx_metadata.h"

struct {
	__uint(type, BPF_MAP_TYPE_DEVMAP);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} devmap SEC(".maps");

SEC("xdp")
int set_nothing(struct xdp_md *ctx)
{
	/* never true */
	if (ctx->rx_queue_index == 0x7fffffff)
		bpf_xdp_metadata_set_rx_timestamp(ctx, 1);
	return bpf_redirect_map(&devmap, 0, XDP_DROP);
}

SEC("xdp")
int set_hash(struct xdp_md *ctx)
{
	bpf_xdp_metadata_set_rx_hash(ctx, 1, XDP_RSS_TYPE_L4_IPV4_UDP);
	return bpf_redirect_map(&devmap, 0, XDP_DROP);
}

SEC("xdp")
int set_all(struct xdp_md *ctx)
{
	bpf_xdp_metadata_set_rx_timestamp(ctx, 1);
	bpf_xdp_metadata_set_rx_hash(ctx, 1, XDP_RSS_TYPE_L4_IPV4_UDP);
	bpf_xdp_metadata_set_rx_vlan_tag(ctx, bpf_htons(ETH_P_8021Q), 1);
	return bpf_redirect_map(&devmap, 0, XDP_DROP);
}

/* bound */
SEC("xdp")
int export(struct xdp_md *ctx)
{
	bpf_xdp_metadata_export_to_skb(ctx);
	return bpf_redirect_map(&devmap, 0, XDP_DROP);
}

char _license[] SEC("license") = "GPL";
