// SPDX-License-Identifier: GPL-2.0
/* Counts frames and keeps the RX hash of the last one. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <xdp_rx_metadata.h>

__u64 frames;
__u32 hash;
int hash_result;	/* what the kfunc returned */

SEC("xdp")
int minimal(struct xdp_md *ctx)
{
	enum xdp_rss_hash_type rss_type;
	__u32 value;

	hash_result = bpf_xdp_metadata_rx_hash(ctx, &value, &rss_type);
	if (!hash_result)
		hash = value;
	__sync_fetch_and_add(&frames, 1);

	return XDP_PASS;
}

char LICENSE[] SEC("license") = "GPL";
