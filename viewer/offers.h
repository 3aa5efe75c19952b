/* SPDX-License-Identifier: GPL-2.0 */
/* What a network device offers to XDP programs, as the kernel reports it */
#ifndef OFFERS_H
#define OFFERS_H

#include <linux/types.h>

/*
 * These names and numbers are those of <linux/netdev.h>, which the headers of a
 * stock distribution don't have.
 */
enum {
	NETDEV_XDP_ACT_BASIC		= 1,
	NETDEV_XDP_ACT_REDIRECT		= 2,
	NETDEV_XDP_ACT_NDO_XMIT		= 4,
	NETDEV_XDP_ACT_XSK_ZEROCOPY	= 8,
	NETDEV_XDP_ACT_HW_OFFLOAD	= 16,
	NETDEV_XDP_ACT_RX_SG		= 32,
	NETDEV_XDP_ACT_NDO_XMIT_SG	= 64,
};

enum {
	NETDEV_XDP_RX_METADATA_TIMESTAMP	= 1,
	NETDEV_XDP_RX_METADATA_HASH		= 2,
	NETDEV_XDP_RX_METADATA_VLAN_TAG		= 4,
};

struct offers {
	__u64 xdp_features;	/* NETDEV_XDP_ACT_* */
	__u64 rx_metadata;	/* NETDEV_XDP_RX_METADATA_* */
};

/* 0 or a negative errno, -ENOENT if the kernel doesn't report it */
int query_offers(unsigned int ifindex, struct offers *offers);

#endif /* OFFERS_H */
