/* SPDX-License-Identifier: GPL-2.0 */
/* One frame as the XDP program reports it to the viewer */
#ifndef XDP_HW_METADATA_H
#define XDP_HW_METADATA_H

#include <linux/types.h>

#include "packet_metadata.h"
#include "xdp_rx_metadata.h"

#define MAX_TAGS 2
#define MAX_FIELDS 4

struct vlan_tag {
	__be16 proto;
	__u16 tci;
};

struct rx_record {
	/* what the kfuncs gave; a value counts only if its error is 0 */
	__u64 rx_timestamp;
	__u32 rx_hash;
	enum xdp_rss_hash_type rss_type;
	__be16 vlan_proto;
	__u16 vlan_tci;
	__s32 timestamp_err;
	__s32 hash_err;
	__s32 vlan_err;

	/* what the frame itself says */
	__u32 len;
	__be32 saddr[4];	/* IPv4 and ARP use the first word */
	__be32 daddr[4];
	__be16 sport;
	__be16 dport;
	__be16 eth_proto;	/* behind the tags */
	__u8 ip_proto;
	__u8 l3;		/* the addresses and ip_proto are valid */
	__u8 l4;		/* the ports are valid */
	__u8 fragment;		/* not the first one: no L4 header in it */
	__u8 nr_tags;
	__u8 smac[6];
	__u8 dmac[6];
	struct vlan_tag tags[MAX_TAGS];

	/* packet metadata fields, in the order in which they were asked for */
	__s32 field_err[MAX_FIELDS];
	__u8 fields[MAX_FIELDS][PKT_META_SIZE_MAX];
};

#endif /* XDP_HW_METADATA_H */
