/* SPDX-License-Identifier: GPL-2.0-only */
/* What the program puts ahead of a frame and the consumer reads */
#ifndef PACKET_H
#define PACKET_H

#include <stdbool.h>
#include <linux/types.h>

#define PACKET_PORT	7000

#define PACKET_TIMESTAMP	1
#define PACKET_HASH		2
#define PACKET_VLAN_TAG		4

struct packet_meta {
	__u64 timestamp;
	__u32 hash;
	__u32 rss_type;
	__u16 vlan_proto;
	__u16 vlan_tci;
	__u32 found;	/* PACKET_xxx for each that the frame has */
};

#endif /* PACKET_H */
