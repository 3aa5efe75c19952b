// SPDX-License-Identifier: GPL-2.0-only
/* What many calls cost when a program is loaded, and many bound programs when
 * the device goes away
 */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include <linux/bpf.h>

#include <bpf/bpf.h>
#include <bpf/btf.h>

#include "bench.h"
#include "xdp_rx_metadata.h"

#define RUNS	5	/* the cheapest counts */
/* Ticks, and what others have left to free, fall into more or fewer of them */
#define LOADS	40
#define MOST	1000

static const int sizes[] = { 1, 10, 100, MOST };

#define for_each_size(n) \
	for (const int *n = sizes; n < sizes + sizeof(sizes) / sizeof(*sizes); n++)

#define INSN(op, dst, src, val) \
	((struct bpf_insn){ .code = (op), .dst_reg = (dst), .src_reg = (src), .imm = (val) })
#define MOV_REG(dst, src)	INSN(BPF_ALU64 | BPF_MOV | BPF_X, dst, src, 0)
#define MOV_IMM(dst, val)	INSN(BPF_ALU64 | BPF_MOV | BPF_K, dst, 0, val)
#define ADD_IMM(dst, val)	INSN(BPF_ALU64 | BPF_ADD | BPF_K, dst, 0, val)
#define CALL_HELPER(id)		INSN(BPF_JMP | BPF_CALL, 0, 0, id)
#define CALL_KFUNC(id)		INSN(BPF_JMP | BPF_CALL, 0, BPF_PSEUDO_KFUNC_CALL, id)
#define EXIT()			INSN(BPF_JMP | BPF_EXIT, 0, 0, 0)

static struct bpf_insn insns[4 * MOST + 3];

/* @n times @call with the context and a pointer to the stack */
static int generate(int n, struct bpf_insn call)
{
	struct bpf_insn *insn = insns;

	*insn++ = MOV_REG(BPF_REG_6, BPF_REG_1);
	while (n--) {
		*insn++ = MOV_REG(BPF_REG_1, BPF_REG_6);
		*insn++ = MOV_REG(BPF_REG_2, BPF_REG_10);
		*insn++ = ADD_IMM(BPF_REG_2, -8);
		*insn++ = call;
	}
	*insn++ = MOV_IMM(BPF_REG_0, XDP_PASS);
	*insn++ = EXIT();
	return insn - insns;
}

/* With the name of a device: bound to it */
static int load(int n, const char *dev)
{
	LIBBPF_OPTS(bpf_prog_load_opts, opts);
	int fd;

	if (dev) {
		opts.prog_ifindex = ifindex(dev);
		opts.prog_flags = BPF_F_XDP_DEV_BOUND_ONLY;
	}
	fd = bpf_prog_load(BPF_PROG_TYPE_XDP, "scale", "GPL", insns, n, &opts);
	if (fd < 0)
		die("load of %d instructions", n);
	return fd;
}

static void measure_load(const char *what, struct bpf_insn call, const char *dev)
{
	unsigned long cost, least;
	int i, fd, len;

	for_each_size(n) {
		len = generate(*n, call);
		least = -1UL;
		for (i = 0; i < LOADS; i++) {
			cost = thread_instructions();
			fd = load(len, dev);
			cost = thread_instructions() - cost;
			close(fd);
			if (cost < least)
				least = cost;
		}
		report(least, "%s/%d", what, *n);
	}
}

static void measure_removal(void)
{
	unsigned long cost, least;
	static int fds[MOST];
	int i, j;

	for_each_size(n) {
		least = -1UL;
		for (i = 0; i < RUNS; i++) {
			if (system("/bin/ip link add s0 type veth peer name s1"))
				die("ip link add");
			insns[0] = MOV_IMM(BPF_REG_0, XDP_PASS);
			insns[1] = EXIT();
			for (j = 0; j < *n; j++)
				fds[j] = load(2, "s1");
			cost = thread_instructions();
			delete_link("s1");
			cost = thread_instructions() - cost;
			for (j = 0; j < *n; j++)
				close(fds[j]);
			if (cost < least)
				least = cost;
		}
		report(least, "removal of the device/%d", *n);
	}
}

static void run(void)
{
	struct btf *btf = btf__load_vmlinux_btf();
	int id;

	measure_load("load with helper calls",
		     CALL_HELPER(BPF_FUNC_ktime_get_ns), NULL);
	if (!has_kfunc("bpf_xdp_metadata_rx_timestamp"))
		return;
	id = btf__find_by_name_kind(btf, "bpf_xdp_metadata_rx_timestamp",
				    BTF_KIND_FUNC);
	measure_load("load with kfunc calls", CALL_KFUNC(id), DEV_RX);
	measure_removal();
	btf__free(btf);
}

const struct bench bench_scale = { .name = "scale", .run = run };
