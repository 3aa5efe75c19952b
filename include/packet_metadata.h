/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * What programs and applications need for packet metadata fields and the headers
 * of a stock distribution may not know yet. In a program include it after
 * <linux/bpf.h> and <bpf/bpf_helpers.h>.
 */
#ifndef PACKET_METADATA_H
#define PACKET_METADATA_H

#if __has_include(<linux/pkt_meta.h>)
#include <linux/pkt_meta.h>
#else
#include <linux/types.h>

#define PKT_META_FAMILY_NAME	"pkt_meta"
#define PKT_META_FAMILY_VERSION	1
#define PKT_META_MCGRP_FIELDS	"fields"
#define PKT_META_NAME_MAX	31
#define PKT_META_SIZE_MAX	32

enum pkt_meta_cmd {
	PKT_META_CMD_NEW	= 1,
	PKT_META_CMD_DEL	= 2,
	PKT_META_CMD_GET	= 3,
};

enum pkt_meta_attr {
	PKT_META_A_ID		= 1,
	PKT_META_A_NAME		= 2,
	PKT_META_A_SIZE		= 3,
	PKT_META_A_PERSISTENT	= 4,
	PKT_META_A_REFS		= 5,
	PKT_META_A_PAD		= 6,
};

/* Well-known fields, and where registered ones begin */
enum pkt_meta_id {
	PKT_META_ID_TIMESTAMP	= 1,
	PKT_META_ID_HASH	= 2,
	PKT_META_ID_VLAN_TAG	= 3,

	PKT_META_ID_MIN		= 256
};

/* Value of PKT_META_ID_HASH */
struct pkt_meta_hash {
	__u32	hash;
	__u32	type;
};

/* Value of PKT_META_ID_VLAN_TAG */
struct pkt_meta_vlan_tag {
	__be16	proto;
	__u16	tci;
};

/* One field in a control message SCM_PKTMETA */
struct pkt_meta_entry {
	__u32	id;
	__u16	len;
	__u16	pad;
	__u8	data[];
};

/* From an entry whose value has len bytes to the next one */
#define PKT_META_ENTRY_SPACE(len) \
	(((len) + sizeof(struct pkt_meta_entry) + 3) & ~(sizeof(__u32) - 1))
#endif

#ifndef SO_RCVPKTMETA
#define SO_RCVPKTMETA	0x584d
#define SCM_PKTMETA	SO_RCVPKTMETA
#endif

#ifdef __bpf__
extern int bpf_skb_packet_metadata_get(struct __sk_buff *skb, __u32 id,
				       void *val, __u32 val__sz) __ksym;
extern int bpf_skb_packet_metadata_set(struct __sk_buff *skb, __u32 id,
				       const void *val, __u32 val__sz) __ksym;
extern int bpf_xdp_packet_metadata_get(const struct xdp_md *ctx, __u32 id,
				       void *val, __u32 val__sz) __ksym;
extern int bpf_xdp_packet_metadata_set(const struct xdp_md *ctx, __u32 id,
				       const void *val, __u32 val__sz) __ksym;
#endif

#endif /* PACKET_METADATA_H */
