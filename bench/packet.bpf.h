/* SPDX-License-Identifier: GPL-2.0-only */
/* The packet path to AF_XDP, without the calls of kfuncs */
#ifndef PACKET_BPF_H
#define PACKET_BPF_H

#include "packet.h"

struct {
	__uint(type, BPF_MAP_TYPE_XSKMAP);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} xskmap SEC(".maps");

static __always_inline bool is_wanted(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data;
	struct iphdr *ip = (void *)(eth + 1);
	struct udphdr *udp = (void *)(ip + 1);

	return (void *)(udp + 1) <= end && eth->h_proto == bpf_htons(ETH_P_IP) &&
	       ip->protocol == IPPROTO_UDP && udp->dest == bpf_htons(PACKET_PORT);
}

static __always_inline int to_socket(struct xdp_md *ctx,
				     const struct packet_meta *meta)
{
	struct packet_meta *to;

	if (bpf_xdp_adjust_meta(ctx, -(int)sizeof(*to)))
		return XDP_ABORTED;
	to = (void *)(long)ctx->data_meta;
	if ((void *)(to + 1) > (void *)(long)ctx->data)
		return XDP_ABORTED;
	*to = *meta;
	return bpf_redirect_map(&xskmap, 0, XDP_ABORTED);
}

#endif /* PACKET_BPF_H */
