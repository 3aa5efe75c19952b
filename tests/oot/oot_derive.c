// SPDX-License-Identifier: GPL-2.0
/*
 * A driver as it would be written for Linux 6.1: it declares no XDP features,
 * for there was nothing to declare them with. Each of its devices has other ops.
 */
#include <linux/bpf.h>
#include <linux/etherdevice.h>
#include <linux/module.h>
#include <linux/netdevice.h>

static int oot_bpf(struct net_device *dev, struct netdev_bpf *bpf)
{
	return -EOPNOTSUPP;
}

static int oot_xdp_xmit(struct net_device *dev, int n, struct xdp_frame **frames,
			u32 flags)
{
	return -ENXIO;
}

static int oot_xsk_wakeup(struct net_device *dev, u32 queue, u32 flags)
{
	return -ENXIO;
}

static netdev_tx_t oot_xmit(struct sk_buff *skb, struct net_device *dev)
{
	dev_kfree_skb(skb);
	return NETDEV_TX_OK;
}

static const struct {
	const char *name;
	struct net_device_ops ops;
} oot[] = {
	{ "der_nothing", { .ndo_start_xmit = oot_xmit } },
	{ "der_bpf", { .ndo_start_xmit = oot_xmit, .ndo_bpf = oot_bpf } },
	{ "der_xmit", { .ndo_start_xmit = oot_xmit,
			.ndo_xdp_xmit = oot_xdp_xmit } },
	{ "der_wakeup", { .ndo_start_xmit = oot_xmit,
			  .ndo_xsk_wakeup = oot_xsk_wakeup } },
	{ "der_all", { .ndo_start_xmit = oot_xmit, .ndo_bpf = oot_bpf,
		       .ndo_xdp_xmit = oot_xdp_xmit,
		       .ndo_xsk_wakeup = oot_xsk_wakeup } },
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
		dev = alloc_netdev(0, oot[i].name, NET_NAME_USER, ether_setup);
		if (!dev) {
			err = -ENOMEM;
			goto err_exit;
		}
		dev->netdev_ops = &oot[i].ops;
		eth_hw_addr_random(dev);
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
MODULE_DESCRIPTION("Out-of-tree driver that declares nothing");
MODULE_LICENSE("GPL");
