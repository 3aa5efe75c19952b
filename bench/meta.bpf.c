// SPDX-License-Identifier: GPL-2.0-only
/* Programs with RX metadata kfuncs, all bound to a device */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/udp.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "measure.bpf.h"
#include "packet.bpf.h"
#include "xdp_rx_metadata.h"

struct calls timestamp, hash, vlan_tag;

#define UNUSED_QUEUE	0x7fffffff

/* A jump leads over all of it. Reads are emitted in place of the calls as long as
 * it reaches.
 */
static __always_inline int measure_all(struct xdp_md *ctx)
{
	enum xdp_rss_hash_type rss_type = 0;
	__be16 vlan_proto = 0;
	__u16 vlan_tci = 0;
	__u32 value = 0;
	__u64 time = 0;

	MEASURE(&timestamp, bpf_xdp_metadata_rx_timestamp(ctx, &time));
	MEASURE(&hash, bpf_xdp_metadata_rx_hash(ctx, &value, &rss_type));
	MEASURE(&vlan_tag, bpf_xdp_metadata_rx_vlan_tag(ctx, &vlan_proto,
							&vlan_tci));
	return XDP_DROP;
}

SEC("xdp")
int calls(struct xdp_md *ctx)
{
	return measure_all(ctx);
}

/* Here it just reaches as it is */
SEC("xdp")
int called(struct xdp_md *ctx)
{
	int ret = XDP_DROP;

	if (ctx->rx_queue_index != UNUSED_QUEUE) {
		ret = measure_all(ctx);
		/* never true */
		if (ctx->ingress_ifindex == UNUSED_QUEUE)
			asm volatile(".rept 31700\n%[ret] = %[ret]\n.endr"
				     : [ret] "+r"(ret));
	}
	return ret;
}

SEC("xdp")
int rx_meta(struct xdp_md *ctx)
{
	enum xdp_rss_hash_type rss_type = 0;
	struct packet_meta meta = {};

	if (!is_wanted(ctx))
		return XDP_DROP;
	if (!bpf_xdp_metadata_rx_timestamp(ctx, &meta.timestamp))
		meta.found |= PACKET_TIMESTAMP;
	if (!bpf_xdp_metadata_rx_hash(ctx, &meta.hash, &rss_type))
		meta.found |= PACKET_HASH;
	if (!bpf_xdp_metadata_rx_vlan_tag(ctx, &meta.vlan_proto, &meta.vlan_tci))
		meta.found |= PACKET_VLAN_TAG;
	meta.rss_type = rss_type;
	return to_socket(ctx, &meta);
}

char _license[] SEC("license") = "GPL";
