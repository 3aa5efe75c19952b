/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the XDP program puts ahead of each frame for the AF_XDP consumer. Both
 * have to agree on it, the kernel doesn't look at it. A multiple of 4 bytes, 32
 * at most.
 */
#ifndef XSK_METADATA_H
#define XSK_METADATA_H

#include <linux/types.h>

#include "xdp_rx_metadata.h"

#define RX_META_TIMESTAMP	(1U << 0)
#define RX_META_HASH		(1U << 1)
#define RX_META_VLAN		(1U << 2)

struct rx_meta {
	__u64 timestamp;
	__u32 hash;
	__u32 rss_type;		/* enum xdp_rss_hash_type */
	__be16 vlan_proto;
	__u16 vlan_tci;
	__u32 valid;		/* which of the above, RX_META_... */
};

#endif /* XSK_METADATA_H */
