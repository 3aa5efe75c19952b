// SPDX-License-Identifier: GPL-2.0
/*
 * XDP writes the RX hash into the metadata in front of the frame. The driver
 * carries that into the skb, where a TC program reads it.
 */
#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_helpers.h>
#include <xdp_rx_metadata.h>

/* The format is a matter of the two programs; 4 to 32 bytes */
struct meta {
	__u32 hash;
};

__u64 passed, seen;
__u32 hash;

SEC("xdp")
int from_device(struct xdp_md *ctx)
{
	enum xdp_rss_hash_type rss_type;
	struct meta *meta;
	__u32 value;

	if (bpf_xdp_metadata_rx_hash(ctx, &value, &rss_type))
		return XDP_PASS;
	if (bpf_xdp_adjust_meta(ctx, -(int)sizeof(*meta)))
		return XDP_PASS;
	meta = (void *)(long)ctx->data_meta;
	if ((void *)(meta + 1) > (void *)(long)ctx->data)
		return XDP_PASS;
	meta->hash = value;
	__sync_fetch_and_add(&passed, 1);

	return XDP_PASS;
}

SEC("tc")
int in_stack(struct __sk_buff *skb)
{
	struct meta *meta = (void *)(long)skb->data_meta;

	if ((void *)(meta + 1) > (void *)(long)skb->data)
		return TC_ACT_OK;
	hash = meta->hash;
	__sync_fetch_and_add(&seen, 1);

	return TC_ACT_OK;
}

char LICENSE[] SEC("license") = "GPL";
