#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
#
# A driver whose ndo_bpf hands its program on to other devices has no RX metadata
# ops, for they would be called with the xdp_buff of another driver. That is a
# look at the source: bonds have selftests, netvsc would need Hyper-V.

load helper

# pass_on TREE: directories of drivers that call another device's ndo_bpf
pass_on() {
	(cd "$1" && grep -rlE --include='*.c' 'netdev_ops->ndo_bpf\(' drivers) |
		xargs -rn1 dirname | sort -u
}

# with_ops TREE: those of them that set ops
with_ops() {
	local d

	for d in $(pass_on "$1"); do
		(cd "$1" && grep -lE 'xdp_metadata_ops *=' "$d"/*.c) || :
	done
}

@test "bonds and netvsc pass programs on and have no ops" {
	need_tree
	is $'drivers/net/bonding\ndrivers/net/hyperv' pass_on "$LINUX"
	is '' with_ops "$LINUX"
}

@test "one with ops is found" {
	need_tree
	mkdir -p "$BATS_TEST_TMPDIR/drivers/net"
	cd "$BATS_TEST_TMPDIR/drivers/net"
	cp -r "$LINUX/drivers/net/hyperv" .
	echo '	net->xdp_metadata_ops = &ops;' >>hyperv/netvsc_drv.c
	is drivers/net/hyperv/netvsc_drv.c with_ops "$BATS_TEST_TMPDIR"
}
