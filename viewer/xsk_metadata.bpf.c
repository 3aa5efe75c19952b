// SPDX-License-Identifier: GPL-2.0
/*
 * Puts the RX metadata of each frame in front of it and hands it to the AF_XDP
 * socket of its queue.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/udp.h>
#include <stdbool.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "xsk_metadata.h"

/* A socket for each queue; user space knows how many there are */
struct {
	__uint(type, BPF_MAP_TYPE_XSKMAP);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} xsks SEC(".maps");

/* Take UDP to this port only, 0: take all frames. In network order. */
const volatile __be16 port;

__u64 no_room;	/* frames without room for metadata: they pass */

static bool is_udp_to_port(struct xdp_md *ctx)
{
	void *data_end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = (void *)(long)ctx->data;
	struct ipv6hdr *ip6 = (void *)(eth + 1);
	struct iphdr *ip = (void *)(eth + 1);
	struct udphdr *udp;

	if ((void *)(ip + 1) > data_end)
		return false;
	if (eth->h_proto == bpf_htons(ETH_P_IP) && ip->ihl == 5 &&
	    ip->protocol == IPPROTO_UDP)
		udp = (void *)(ip + 1);
	else if (eth->h_proto == bpf_htons(ETH_P_IPV6) &&
		 (void *)(ip6 + 1) <= data_end && ip6->nexthdr == IPPROTO_UDP)
		udp = (void *)(ip6 + 1);
	else
		return false;

	return (void *)(udp + 1) <= data_end && udp->dest == port;
}

SEC("xdp")
int xsk_metadata(struct xdp_md *ctx)
{
	enum xdp_rss_hash_type rss_type = XDP_RSS_TYPE_NONE;
	struct rx_meta m = {}, *meta;

	if (port && !is_udp_to_port(ctx))
		return XDP_PASS;

	if (!bpf_xdp_metadata_rx_timestamp(ctx, &m.timestamp))
		m.valid |= RX_META_TIMESTAMP;
	if (!bpf_xdp_metadata_rx_hash(ctx, &m.hash, &rss_type))
		m.valid |= RX_META_HASH;
	if (!bpf_xdp_metadata_rx_vlan_tag(ctx, &m.vlan_proto, &m.vlan_tci))
		m.valid |= RX_META_VLAN;
	m.rss_type = rss_type;

	/* A frame without metadata must not get to the socket */
	if (bpf_xdp_adjust_meta(ctx, -(int)sizeof(m)))
		goto pass;
	meta = (void *)(long)ctx->data_meta;
	if ((void *)(meta + 1) > (void *)(long)ctx->data)
		goto pass;
	*meta = m;

	/* The stack gets the frames of a queue that has no socket */
	return bpf_redirect_map(&xsks, ctx->rx_queue_index, XDP_PASS);
pass:
	__sync_fetch_and_add(&no_room, 1);
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "GPL";
