// SPDX-License-Identifier: GPL-2.0
/* Puts the RX hash in front of each frame of queue 0, for an AF_XDP socket. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <xdp_rx_metadata.h>

#include "xsk.h"

struct {
	__uint(type, BPF_MAP_TYPE_XSKMAP);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} xsks SEC(".maps");

SEC("xdp")
int to_socket(struct xdp_md *ctx)
{
	enum xdp_rss_hash_type rss_type;
	struct meta *meta;
	__u32 hash;
	int err;

	err = bpf_xdp_metadata_rx_hash(ctx, &hash, &rss_type);

	if (bpf_xdp_adjust_meta(ctx, -(int)sizeof(*meta)))
		return XDP_PASS;
	meta = (void *)(long)ctx->data_meta;
	if ((void *)(meta + 1) > (void *)(long)ctx->data)
		return XDP_PASS;
	meta->has_hash = !err;
	meta->hash = err ? 0 : hash;

	/* XDP_PASS: what to do without a socket */
	return bpf_redirect_map(&xsks, ctx->rx_queue_index, XDP_PASS);
}

char LICENSE[] SEC("license") = "GPL";
