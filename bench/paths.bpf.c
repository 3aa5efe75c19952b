// SPDX-License-Identifier: GPL-2.0-only
/* Programs that ask for nothing and so load on any kernel */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/udp.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "packet.bpf.h"

struct {
	__uint(type, BPF_MAP_TYPE_DEVMAP);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} devmap SEC(".maps");

SEC("xdp")
int drop(struct xdp_md *ctx)
{
	return XDP_DROP;
}

SEC("xdp")
int pass(struct xdp_md *ctx)
{
	return XDP_PASS;
}

SEC("xdp")
int tx(struct xdp_md *ctx)
{
	return XDP_TX;
}

SEC("xdp")
int redirect(struct xdp_md *ctx)
{
	return bpf_redirect_map(&devmap, 0, XDP_DROP);
}

/* What rx_meta() of meta.bpf.c does but for the kfuncs */
static __always_inline int rx(struct xdp_md *ctx)
{
	struct packet_meta meta = {};

	return is_wanted(ctx) ? to_socket(ctx, &meta) : XDP_DROP;
}

SEC("xdp")
int rx_plain(struct xdp_md *ctx)
{
	return rx(ctx);
}

/* The same, to be bound */
SEC("xdp")
int rx_bound(struct xdp_md *ctx)
{
	return rx(ctx);
}

char _license[] SEC("license") = "GPL";
