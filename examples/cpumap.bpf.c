// SPDX-License-Identifier: GPL-2.0
/*
 * XDP spreads flows over CPUs by the RX hash. What the device knows of a frame
 * goes with it: the map's program reads the tag, the stack has the hash in the skb
 * and does not compute it again.
 */
#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_helpers.h>
#include <xdp_rx_metadata.h>

struct {
	__uint(type, BPF_MAP_TYPE_CPUMAP);
	__uint(max_entries, 1024);	/* the loader sets the number of CPUs */
	__type(key, __u32);
	__type(value, struct bpf_cpumap_val);
} cpus SEC(".maps");

const volatile __u32 nr_cpus = 1;
__u64 redirected, tagged, seen;
__u32 hash, skb_hash;

SEC("xdp")
int from_device(struct xdp_md *ctx)
{
	enum xdp_rss_hash_type rss_type;
	__u32 value;

	if (bpf_xdp_metadata_rx_hash(ctx, &value, &rss_type))
		return XDP_PASS;
	bpf_xdp_metadata_export_to_skb(ctx);
	hash = value;
	__sync_fetch_and_add(&redirected, 1);

	return bpf_redirect_map(&cpus, value % nr_cpus, XDP_PASS);
}

SEC("xdp/cpumap")
int on_cpu(struct xdp_md *ctx)
{
	__be16 proto;
	__u16 tci;

	if (!bpf_xdp_metadata_rx_vlan_tag(ctx, &proto, &tci))
		__sync_fetch_and_add(&tagged, 1);

	return XDP_PASS;
}

SEC("tc")
int in_stack(struct __sk_buff *skb)
{
	skb_hash = skb->hash;
	__sync_fetch_and_add(&seen, 1);

	return TC_ACT_OK;
}

char LICENSE[] SEC("license") = "GPL";
