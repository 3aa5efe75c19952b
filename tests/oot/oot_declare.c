// SPDX-License-Identifier: GPL-2.0
/*
 * A driver as it would be written for a mainline kernel: it wraps xdp_buff, has
 * RX metadata ops, and declares its XDP features. It has no hardware; whether it
 * builds, and what is reported of its devices, is the test.
 */
#include <linux/bpf.h>
#include <linux/etherdevice.h>
#include <linux/filter.h>
#include <linux/if_vlan.h>
#include <linux/module.h>
#include <linux/netdevice.h>
#include <net/xdp.h>
#include <net/xdp_sock_drv.h>

struct oot_desc {
	u64 timestamp;
	u32 hash;
	u16 vlan_tci;
	bool has_vlan;
};

struct oot_xdp_buff {
	struct xdp_buff xdp;
	const struct oot_desc *desc;
};

struct oot_priv {
	struct bpf_prog *prog;
};

static int oot_rx_timestamp(const struct xdp_md *ctx, u64 *timestamp)
{
	const struct oot_xdp_buff *buff = (void *)ctx;

	*timestamp = buff->desc->timestamp;
	return 0;
}

static int oot_rx_hash(const struct xdp_md *ctx, u32 *hash,
		       enum xdp_rss_hash_type *rss_type)
{
	const struct oot_xdp_buff *buff = (void *)ctx;

	*hash = buff->desc->hash;
	*rss_type = XDP_RSS_TYPE_L4_IPV4_TCP;
	return 0;
}

static int oot_rx_vlan_tag(const struct xdp_md *ctx, __be16 *vlan_proto,
			   u16 *vlan_tci)
{
	const struct oot_xdp_buff *buff = (void *)ctx;

	if (!buff->desc->has_vlan) {
		*vlan_proto = 0;
		*vlan_tci = 0;
		return -ENODATA;
	}
	*vlan_proto = htons(ETH_P_8021Q);
	*vlan_tci = buff->desc->vlan_tci;
	return 0;
}

static const struct xdp_metadata_ops oot_xdp_metadata_ops = {
	.xmo_rx_timestamp	= oot_rx_timestamp,
	.xmo_rx_hash		= oot_rx_hash,
	.xmo_rx_vlan_tag	= oot_rx_vlan_tag,
};

/* In zero-copy mode the wrapper lies in the pool's buffer */
static struct oot_xdp_buff *oot_buff_of_xsk(struct xdp_buff *xdp)
{
	XSK_CHECK_PRIV_TYPE(struct oot_xdp_buff);
	BUILD_BUG_ON(sizeof_field(struct xdp_buff_xsk, cb) != XSK_PRIV_MAX);

	return (struct oot_xdp_buff *)xdp;
}

static u32 oot_run_zc(struct bpf_prog *prog, struct xdp_buff *xdp,
		      const struct oot_desc *desc)
{
	struct oot_xdp_buff *buff = oot_buff_of_xsk(xdp);

	buff->desc = desc;
	return bpf_prog_run_xdp(prog, &buff->xdp);
}

static int oot_xsk_wakeup(struct net_device *dev, u32 queue, u32 flags)
{
	static const struct oot_desc desc;
	struct oot_priv *priv = netdev_priv(dev);
	struct xsk_buff_pool *pool;
	struct xdp_buff *xdp;

	pool = xsk_get_pool_from_qid(dev, queue);
	xdp = pool ? xsk_buff_alloc(pool) : NULL;
	if (!xdp)
		return -ENXIO;
	if (priv->prog)
		oot_run_zc(priv->prog, xdp, &desc);
	xsk_buff_free(xdp);
	return 0;
}

static int oot_bpf(struct net_device *dev, struct netdev_bpf *bpf)
{
	struct oot_priv *priv = netdev_priv(dev);
	struct bpf_prog *old;

	if (bpf->command != XDP_SETUP_PROG)
		return -EOPNOTSUPP;
	if (bpf->prog && bpf_prog_is_offloaded(bpf->prog->aux))
		return -EINVAL;

	old = priv->prog;
	priv->prog = bpf->prog;
	if (old)
		bpf_prog_put(old);

	if (bpf->prog)
		xdp_features_set_redirect_target(dev, true);
	else
		xdp_features_clear_redirect_target(dev);
	return 0;
}

static int oot_xdp_xmit(struct net_device *dev, int n, struct xdp_frame **frames,
			u32 flags)
{
	return 0;
}

static netdev_tx_t oot_xmit(struct sk_buff *skb, struct net_device *dev)
{
	dev_kfree_skb(skb);
	return NETDEV_TX_OK;
}

static const struct net_device_ops oot_ops = {
	.ndo_start_xmit	= oot_xmit,
	.ndo_bpf	= oot_bpf,
	.ndo_xdp_xmit	= oot_xdp_xmit,
	.ndo_xsk_wakeup	= oot_xsk_wakeup,
};

/* The field, assigned */
static void declare_field(struct net_device *dev)
{
	dev->xdp_features = NETDEV_XDP_ACT_BASIC | NETDEV_XDP_ACT_REDIRECT |
			    NETDEV_XDP_ACT_XSK_ZEROCOPY | NETDEV_XDP_ACT_RX_SG;
	dev->xdp_zc_max_segs = 8;
	dev->xdp_metadata_ops = &oot_xdp_metadata_ops;
}

/* The helpers, called before registration */
static void declare_set(struct net_device *dev)
{
	xdp_set_features_flag(dev, NETDEV_XDP_ACT_BASIC | NETDEV_XDP_ACT_HW_OFFLOAD);
}

static void declare_none(struct net_device *dev)
{
	xdp_clear_features_flag(dev);
}

static void declare_target(struct net_device *dev)
{
	xdp_features_set_redirect_target(dev, false);
}

static void declare_no_target(struct net_device *dev)
{
	xdp_features_clear_redirect_target(dev);
}

static const struct {
	const char *name;
	void (*declare)(struct net_device *dev);
} oot[] = {
	{ "oot_field", declare_field },
	{ "oot_set", declare_set },
	{ "oot_none", declare_none },
	{ "oot_target", declare_target },
	{ "oot_no_target", declare_no_target },
};

static struct net_device *devs[ARRAY_SIZE(oot)];

static void oot_exit(void)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(devs) && devs[i]; i++) {
		unregister_netdev(devs[i]);
		free_netdev(devs[i]);
	}
}

static int __init oot_init(void)
{
	struct net_device *dev;
	int i, err;

	for (i = 0; i < ARRAY_SIZE(oot); i++) {
		dev = alloc_netdev(sizeof(struct oot_priv), oot[i].name,
				   NET_NAME_USER, ether_setup);
		if (!dev) {
			err = -ENOMEM;
			goto err_exit;
		}
		dev->netdev_ops = &oot_ops;
		eth_hw_addr_random(dev);
		oot[i].declare(dev);
		err = register_netdev(dev);
		if (err) {
			free_netdev(dev);
			goto err_exit;
		}
		devs[i] = dev;
	}
	return 0;

err_exit:
	oot_exit();
	return err;
}

module_init(oot_init);
module_exit(oot_exit);
MODULE_DESCRIPTION("Out-of-tree driver that declares its XDP features");
MODULE_LICENSE("GPL");
