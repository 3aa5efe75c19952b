/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * What an XDP program and its loader need for RX metadata and the headers of
 * a stock distribution may not know yet. Include it after <linux/bpf.h>, or
 * after a vmlinux.h, and in a program after <bpf/bpf_helpers.h>.
 *
 * A vmlinux.h that was made from a kernel with the kfuncs has the enum, one
 * from a kernel without them has not: define XDP_RX_METADATA_NEED_ENUM first
 * if yours is of the second kind.
 */
#ifndef XDP_RX_METADATA_H
#define XDP_RX_METADATA_H

/* prog_flags: bind the program to the device of prog_ifindex, don't offload */
#ifndef BPF_F_XDP_DEV_BOUND_ONLY
#define BPF_F_XDP_DEV_BOUND_ONLY	(1U << 6)
#endif

#if !defined(__VMLINUX_H__) || defined(XDP_RX_METADATA_NEED_ENUM)
/* What the hash of a frame was computed over */
enum xdp_rss_hash_type {
	/* bits */
	XDP_RSS_L3_IPV4		= 1U << 0,
	XDP_RSS_L3_IPV6		= 1U << 1,
	XDP_RSS_L3_DYNHDR	= 1U << 2, /* IPv4 options, IPv6 extensions */
	XDP_RSS_L4		= 1U << 3, /* alone: some L4, unknown which */
	XDP_RSS_L4_TCP		= 1U << 4,
	XDP_RSS_L4_UDP		= 1U << 5,
	XDP_RSS_L4_SCTP		= 1U << 6,
	XDP_RSS_L4_IPSEC	= 1U << 7, /* addresses and the SPI */
	XDP_RSS_L4_ICMP		= 1U << 8,

	/* what a driver reports */
	XDP_RSS_TYPE_NONE	= 0,
	XDP_RSS_TYPE_L2		= XDP_RSS_TYPE_NONE,

	XDP_RSS_TYPE_L3_IPV4	 = XDP_RSS_L3_IPV4,
	XDP_RSS_TYPE_L3_IPV6	 = XDP_RSS_L3_IPV6,
	XDP_RSS_TYPE_L3_IPV4_OPT = XDP_RSS_L3_IPV4 | XDP_RSS_L3_DYNHDR,
	XDP_RSS_TYPE_L3_IPV6_EX	 = XDP_RSS_L3_IPV6 | XDP_RSS_L3_DYNHDR,

	XDP_RSS_TYPE_L4_ANY	   = XDP_RSS_L4,
	XDP_RSS_TYPE_L4_IPV4_TCP   = XDP_RSS_L3_IPV4 | XDP_RSS_L4 | XDP_RSS_L4_TCP,
	XDP_RSS_TYPE_L4_IPV4_UDP   = XDP_RSS_L3_IPV4 | XDP_RSS_L4 | XDP_RSS_L4_UDP,
	XDP_RSS_TYPE_L4_IPV4_SCTP  = XDP_RSS_L3_IPV4 | XDP_RSS_L4 | XDP_RSS_L4_SCTP,
	XDP_RSS_TYPE_L4_IPV4_IPSEC = XDP_RSS_L3_IPV4 | XDP_RSS_L4 | XDP_RSS_L4_IPSEC,
	XDP_RSS_TYPE_L4_IPV4_ICMP  = XDP_RSS_L3_IPV4 | XDP_RSS_L4 | XDP_RSS_L4_ICMP,

	XDP_RSS_TYPE_L4_IPV6_TCP   = XDP_RSS_L3_IPV6 | XDP_RSS_L4 | XDP_RSS_L4_TCP,
	XDP_RSS_TYPE_L4_IPV6_UDP   = XDP_RSS_L3_IPV6 | XDP_RSS_L4 | XDP_RSS_L4_UDP,
	XDP_RSS_TYPE_L4_IPV6_SCTP  = XDP_RSS_L3_IPV6 | XDP_RSS_L4 | XDP_RSS_L4_SCTP,
	XDP_RSS_TYPE_L4_IPV6_IPSEC = XDP_RSS_L3_IPV6 | XDP_RSS_L4 | XDP_RSS_L4_IPSEC,
	XDP_RSS_TYPE_L4_IPV6_ICMP  = XDP_RSS_L3_IPV6 | XDP_RSS_L4 | XDP_RSS_L4_ICMP,

	XDP_RSS_TYPE_L4_IPV6_TCP_EX  = XDP_RSS_TYPE_L4_IPV6_TCP | XDP_RSS_L3_DYNHDR,
	XDP_RSS_TYPE_L4_IPV6_UDP_EX  = XDP_RSS_TYPE_L4_IPV6_UDP | XDP_RSS_L3_DYNHDR,
	XDP_RSS_TYPE_L4_IPV6_SCTP_EX = XDP_RSS_TYPE_L4_IPV6_SCTP | XDP_RSS_L3_DYNHDR,
};
#endif

#ifdef __bpf__
/*
 * Each returns 0; -ENODATA if this frame has no such value (outputs are zero
 * then); -EOPNOTSUPP if the device never has one (outputs are untouched).
 */

/* hardware RX time in ns */
extern int bpf_xdp_metadata_rx_timestamp(const struct xdp_md *ctx,
					 __u64 *timestamp) __ksym;

/* RSS hash and what it covers */
extern int bpf_xdp_metadata_rx_hash(const struct xdp_md *ctx, __u32 *hash,
				    enum xdp_rss_hash_type *rss_type) __ksym;

/* VLAN tag that the NIC took off: protocol in network, TCI in host order */
extern int bpf_xdp_metadata_rx_vlan_tag(const struct xdp_md *ctx,
					__be16 *vlan_proto,
					__u16 *vlan_tci) __ksym;

/*
 * What is stored with a frame goes with it through a redirect: the skb that is
 * made of it has it, and the kfuncs above return it behind the redirect. Each
 * returns 0; -ENOSPC if there is no room in front of the frame.
 */

/*
 * all that the device knows of the frame, for programs bound to it; -ENODATA
 * if it knows nothing
 */
extern int bpf_xdp_metadata_export_to_skb(const struct xdp_md *ctx) __ksym;

/* a time of the program's own in ns; this and the others for any program */
extern int bpf_xdp_metadata_set_rx_timestamp(const struct xdp_md *ctx,
					     __u64 timestamp) __ksym;

/* a hash and what it covers; -EINVAL if that has unknown bits */
extern int bpf_xdp_metadata_set_rx_hash(const struct xdp_md *ctx, __u32 hash,
					enum xdp_rss_hash_type rss_type) __ksym;

/*
 * a VLAN tag: protocol in network, TCI in host order; -EINVAL if the protocol
 * is neither 802.1Q nor 802.1ad
 */
extern int bpf_xdp_metadata_set_rx_vlan_tag(const struct xdp_md *ctx,
					    __be16 vlan_proto,
					    __u16 vlan_tci) __ksym;
/* whether the kernel has a kfunc that is declared __weak; in libbpf since 1.2 */
#ifndef bpf_ksym_exists
#define bpf_ksym_exists(sym)	(!!(sym))
#endif
#endif /* __bpf__ */

#endif /* XDP_RX_METADATA_H */
