/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EXAMPLE_H
#define EXAMPLE_H

#include <net/if.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include <linux/bpf.h>
#include <bpf/libbpf.h>
#include <xdp_rx_metadata.h>

static volatile sig_atomic_t stop;

static void on_signal(int sig)
{
	(void)sig;
	stop = 1;
}

/* Bind the program to the device. To be called before the object is loaded. */
static void bind_to(struct bpf_program *prog, unsigned int ifindex)
{
	bpf_program__set_ifindex(prog, ifindex);
	bpf_program__set_flags(prog, bpf_program__flags(prog) |
			       BPF_F_XDP_DEV_BOUND_ONLY);
}

/* The ifindex of the only argument, 0 if there is none such */
static unsigned int example_device(int argc, char **argv)
{
	unsigned int ifindex = argc == 2 ? if_nametoindex(argv[1]) : 0;

	if (!ifindex)
		fprintf(stderr, "usage: %s IFACE, the name of a network device\n",
			argv[0]);
	signal(SIGINT, on_signal);
	signal(SIGTERM, on_signal);

	return ifindex;
}

#endif
