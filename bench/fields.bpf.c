// SPDX-License-Identifier: GPL-2.0-only
/* Programs that set and get a packet metadata field */
#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_helpers.h>

#include "measure.bpf.h"
#include "packet_metadata.h"

struct calls no_data, first_set, set, get;
__u32 id;	/* of the field */

/* For a frame without fields */
static __always_inline int measure_xdp(struct xdp_md *ctx, __u32 size)
{
	__u32 val[4] = {}, field = id;

	MEASURE(&no_data, bpf_xdp_packet_metadata_get(ctx, field, val, size));
	MEASURE_ONCE(&first_set,
		     bpf_xdp_packet_metadata_set(ctx, field, val, size));
	MEASURE(&set, bpf_xdp_packet_metadata_set(ctx, field, val, size));
	MEASURE(&get, bpf_xdp_packet_metadata_get(ctx, field, val, size));
	return XDP_DROP;
}

static __always_inline int measure_tc(struct __sk_buff *skb, __u32 size)
{
	__u32 val[4] = {}, field = id;

	MEASURE(&no_data, bpf_skb_packet_metadata_get(skb, field, val, size));
	MEASURE_ONCE(&first_set,
		     bpf_skb_packet_metadata_set(skb, field, val, size));
	MEASURE(&set, bpf_skb_packet_metadata_set(skb, field, val, size));
	MEASURE(&get, bpf_skb_packet_metadata_get(skb, field, val, size));
	return TC_ACT_SHOT;
}

SEC("xdp")
int xdp_calls_4(struct xdp_md *ctx)
{
	return measure_xdp(ctx, 4);
}

SEC("xdp")
int xdp_calls_16(struct xdp_md *ctx)
{
	return measure_xdp(ctx, 16);
}

SEC("tc")
int tc_calls_4(struct __sk_buff *skb)
{
	return measure_tc(skb, 4);
}

SEC("tc")
int tc_calls_16(struct __sk_buff *skb)
{
	return measure_tc(skb, 16);
}

static __always_inline void set_xdp(struct xdp_md *ctx, __u32 size)
{
	__u32 val[4] = {};

	bpf_xdp_packet_metadata_set(ctx, id, val, size);
}

static __always_inline void set_tc(struct __sk_buff *skb, __u32 size)
{
	__u32 val[4] = {};

	bpf_skb_packet_metadata_set(skb, id, val, size);
}

SEC("xdp")
int xdp_set_nothing(struct xdp_md *ctx)
{
	/* never true */
	if (ctx->rx_queue_index == 0x7fffffff)
		set_xdp(ctx, 4);
	return XDP_PASS;
}

SEC("xdp")
int xdp_set_4(struct xdp_md *ctx)
{
	set_xdp(ctx, 4);
	return XDP_PASS;
}

SEC("xdp")
int xdp_set_16(struct xdp_md *ctx)
{
	set_xdp(ctx, 16);
	return XDP_PASS;
}

SEC("tc")
int tc_set_nothing(struct __sk_buff *skb)
{
	/* never true */
	if (skb->ifindex == 0x7fffffff)
		set_tc(skb, 4);
	return TC_ACT_OK;
}

SEC("tc")
int tc_set_4(struct __sk_buff *skb)
{
	set_tc(skb, 4);
	return TC_ACT_OK;
}

SEC("tc")
int tc_set_16(struct __sk_buff *skb)
{
	set_tc(skb, 16);
	return TC_ACT_OK;
}

char _license[] SEC("license") = "GPL";
