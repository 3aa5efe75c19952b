// SPDX-License-Identifier: GPL-2.0
/*
 * Reads the RX metadata of each frame, reports it with the frame's addresses
 * through a ring buffer and lets the frame pass.
 */
#include <linux/bpf.h>
#include <linux/errno.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/stddef.h>
#include <stdbool.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "xdp_hw_metadata.h"

#define IP_OFFSET	0x1fff	/* fragment offset of IPv4 */
#define IP6_OFFSET	0xfff8	/* fragment offset of IPv6 */
#define MAX_EXT_HDRS	6

/* Younger than the other two: do without it if the kernel has none */
extern typeof(bpf_xdp_metadata_rx_vlan_tag) bpf_xdp_metadata_rx_vlan_tag __weak;
const volatile bool have_vlan_tag;

/* Packet metadata fields to show, if the kernel has any */
extern typeof(bpf_xdp_packet_metadata_get) bpf_xdp_packet_metadata_get __weak;
const volatile struct {
	__u32 id;
	__u32 size;
} fields[MAX_FIELDS];
const volatile __u32 nr_fields;

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1 << 19);
} records SEC(".maps");

__u64 lost;	/* frames without a record: the ring buffer was full */

struct vlan_hdr {
	__be16 tci;
	__be16 encap_proto;
};

struct arp_ipv4 {
	__be16 hrd;
	__be16 pro;
	__u8 hln;
	__u8 pln;
	__be16 op;
	__u8 smac[ETH_ALEN];
	__be32 saddr;
	__u8 dmac[ETH_ALEN];
	__be32 daddr;
} __attribute__((packed));

struct ext_hdr {
	__u8 nexthdr;
	__u8 len;
	__be16 frag_off;	/* fragment header only */
};

/*
 * The values go to the stack first: the verifier of 6.1 takes no two pointers
 * into one ring buffer record as arguments of one kfunc.
 */
static void read_metadata(struct xdp_md *ctx, struct rx_record *rec)
{
	enum xdp_rss_hash_type rss_type = XDP_RSS_TYPE_NONE;
	__u64 timestamp = 0;
	__be16 vlan_proto = 0;
	__u16 vlan_tci = 0;
	__u32 hash = 0;

	rec->timestamp_err = bpf_xdp_metadata_rx_timestamp(ctx, &timestamp);
	rec->rx_timestamp = timestamp;

	rec->hash_err = bpf_xdp_metadata_rx_hash(ctx, &hash, &rss_type);
	rec->rx_hash = hash;
	rec->rss_type = rss_type;

	rec->vlan_err = -ENOSYS;
	if (have_vlan_tag)
		rec->vlan_err = bpf_xdp_metadata_rx_vlan_tag(ctx, &vlan_proto, &vlan_tci);
	rec->vlan_proto = vlan_proto;
	rec->vlan_tci = vlan_tci;
}

/*
 * Unrolled: ids and sizes are constants to the verifier, and the viewer finds a
 * call for each field.
 */
static void read_fields(struct xdp_md *ctx, struct rx_record *rec)
{
	__u32 i;

#pragma unroll
	for (i = 0; i < MAX_FIELDS; i++) {
		if (i >= nr_fields)
			break;
		rec->field_err[i] = bpf_xdp_packet_metadata_get(ctx, fields[i].id,
								rec->fields[i],
								fields[i].size);
	}
}

/*
 * The headers are copied out with bpf_xdp_load_bytes(), which finds them also
 * in the fragments of a multi-buffer frame. @off is where the header starts.
 */
static void parse_l4(struct xdp_md *ctx, struct rx_record *rec, __u32 off)
{
	__be16 ports[2];

	switch (rec->ip_proto) {
	case IPPROTO_TCP:
	case IPPROTO_UDP:
	case IPPROTO_UDPLITE:
	case IPPROTO_SCTP:
		/* all of them start with the two ports */
		if (bpf_xdp_load_bytes(ctx, off, ports, sizeof(ports)))
			return;
		rec->sport = ports[0];
		rec->dport = ports[1];
		rec->l4 = 1;
	}
}

static void parse_ipv4(struct xdp_md *ctx, struct rx_record *rec, __u32 off)
{
	struct iphdr ip;

	if (bpf_xdp_load_bytes(ctx, off, &ip, sizeof(ip)) || ip.ihl < 5)
		return;

	rec->saddr[0] = ip.saddr;
	rec->daddr[0] = ip.daddr;
	rec->ip_proto = ip.protocol;
	rec->l3 = 1;

	rec->fragment = !!(ip.frag_off & bpf_htons(IP_OFFSET));
	if (!rec->fragment)
		parse_l4(ctx, rec, off + ip.ihl * 4);
}

static void parse_ipv6(struct xdp_md *ctx, struct rx_record *rec, __u32 off)
{
	struct ipv6hdr ip6;
	struct ext_hdr ext;
	int i;

	if (bpf_xdp_load_bytes(ctx, off, &ip6, sizeof(ip6)))
		return;

	__builtin_memcpy(rec->saddr, &ip6.saddr, sizeof(rec->saddr));
	__builtin_memcpy(rec->daddr, &ip6.daddr, sizeof(rec->daddr));
	rec->ip_proto = ip6.nexthdr;
	rec->l3 = 1;
	off += sizeof(ip6);

	for (i = 0; i < MAX_EXT_HDRS; i++) {
		switch (rec->ip_proto) {
		case IPPROTO_HOPOPTS:
		case IPPROTO_ROUTING:
		case IPPROTO_DSTOPTS:
		case IPPROTO_FRAGMENT:
		case IPPROTO_AH:
			break;
		default:
			parse_l4(ctx, rec, off);
			return;
		}

		if (bpf_xdp_load_bytes(ctx, off, &ext, sizeof(ext)))
			return;

		if (rec->ip_proto == IPPROTO_FRAGMENT) {
			rec->fragment = !!(ext.frag_off & bpf_htons(IP6_OFFSET));
			off += 8;
		} else if (rec->ip_proto == IPPROTO_AH) {
			off += (ext.len + 2) * 4;
		} else {
			off += (ext.len + 1) * 8;
		}
		rec->ip_proto = ext.nexthdr;
		if (rec->fragment)
			return;
	}
}

static void parse_arp(struct xdp_md *ctx, struct rx_record *rec, __u32 off)
{
	struct arp_ipv4 arp;

	if (bpf_xdp_load_bytes(ctx, off, &arp, sizeof(arp)) ||
	    arp.pro != bpf_htons(ETH_P_IP) || arp.hln != ETH_ALEN)
		return;

	rec->saddr[0] = arp.saddr;
	rec->daddr[0] = arp.daddr;
	rec->l3 = 1;
}

static void parse_frame(struct xdp_md *ctx, struct rx_record *rec)
{
	__u32 off = sizeof(struct ethhdr);
	struct vlan_hdr vlan;
	struct ethhdr eth;
	__be16 proto;
	int i;

	if (bpf_xdp_load_bytes(ctx, 0, &eth, sizeof(eth)))
		return;
	__builtin_memcpy(rec->smac, eth.h_source, ETH_ALEN);
	__builtin_memcpy(rec->dmac, eth.h_dest, ETH_ALEN);
	proto = eth.h_proto;

	for (i = 0; i < MAX_TAGS; i++) {
		if (proto != bpf_htons(ETH_P_8021Q) &&
		    proto != bpf_htons(ETH_P_8021AD))
			break;
		if (bpf_xdp_load_bytes(ctx, off, &vlan, sizeof(vlan)))
			return;
		rec->tags[i].proto = proto;
		rec->tags[i].tci = bpf_ntohs(vlan.tci);
		rec->nr_tags = i + 1;
		proto = vlan.encap_proto;
		off += sizeof(vlan);
	}
	rec->eth_proto = proto;

	switch (proto) {
	case bpf_htons(ETH_P_IP):
		parse_ipv4(ctx, rec, off);
		break;
	case bpf_htons(ETH_P_IPV6):
		parse_ipv6(ctx, rec, off);
		break;
	case bpf_htons(ETH_P_ARP):
		parse_arp(ctx, rec, off);
		break;
	}
}

SEC("xdp.frags")
int xdp_hw_metadata(struct xdp_md *ctx)
{
	struct rx_record *rec;

	rec = bpf_ringbuf_reserve(&records, sizeof(*rec), 0);
	if (!rec) {
		__sync_fetch_and_add(&lost, 1);
		return XDP_PASS;
	}

	__builtin_memset(rec, 0, sizeof(*rec));
	rec->len = bpf_xdp_get_buff_len(ctx);
	read_metadata(ctx, rec);
	read_fields(ctx, rec);
	parse_frame(ctx, rec);

	bpf_ringbuf_submit(rec, 0);
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "GPL";
