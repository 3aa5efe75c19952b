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

static void stop_on_signals(void)
{
	signal(SIGINT, on_signal);
	signal(SIGTERM, on_signal);
}

/* Bind the program to the device. To be called before the object is loaded. */
static __attribute__((unused)) void
bind_to(struct bpf_program *prog, unsigned int ifindex)
{
	bpf_program__set_ifindex(prog, ifindex);
	bpf_program__set_flags(prog, bpf_program__flags(prog) |
			       BPF_F_XDP_DEV_BOUND_ONLY);
}

/* A TC program where frames come in */
struct tc {
	struct bpf_tc_hook hook;
	struct bpf_tc_opts prog;
};

static __attribute__((unused)) int
attach_tc(struct tc *tc, const struct bpf_program *prog, unsigned int ifindex)
{
	libbpf_print_fn_t print;
	int err;

	tc->hook.sz = sizeof(tc->hook);
	tc->hook.ifindex = ifindex;
	tc->hook.attach_point = BPF_TC_INGRESS;
	tc->prog.sz = sizeof(tc->prog);
	tc->prog.prog_fd = bpf_program__fd(prog);
	/* the hook may be there: keep libbpf from complaining */
	print = libbpf_set_print(NULL);
	bpf_tc_hook_create(&tc->hook);
	libbpf_set_print(print);
	err = bpf_tc_attach(&tc->hook, &tc->prog);
	if (err)
		fprintf(stderr, "the TC program can't be attached: %s\n",
			strerror(-err));
	return err;
}

static __attribute__((unused)) void detach_tc(struct tc *tc)
{
	if (!tc->prog.prog_id)
		return;
	tc->prog.prog_fd = tc->prog.prog_id = tc->prog.flags = 0;
	bpf_tc_detach(&tc->hook, &tc->prog);
}

/* The ifindex of the device that the only argument names, or 0 */
static __attribute__((unused)) unsigned int
example_device(int argc, char **argv)
{
	unsigned int ifindex = argc == 2 ? if_nametoindex(argv[1]) : 0;

	if (!ifindex)
		fprintf(stderr, "usage: %s IFACE, the name of a network device\n",
			argv[0]);
	stop_on_signals();

	return ifindex;
}

#endif
