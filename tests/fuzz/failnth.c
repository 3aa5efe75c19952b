// SPDX-License-Identifier: GPL-2.0
/*
 * Let the first allocation of an operation fail, then the second one, and so on
 * until none is left to fail. Each time the operation has to succeed anyway or to
 * say that there is no memory, and the next one has to work. What it leaves behind
 * is for the checkers of the kernel to find.
 */
#define _GNU_SOURCE
#include "cpumask.h"
#include "sys.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define VETH		1000000
#define PEER		1000001
#define LARGE		3000
#define MAX_FAULTS	5000

static int btf, nl, ns, other_ns, jit_harden;
static struct bpf_insn insns[LARGE + 64];
static int made, prog, second, target;	/* fds, 0: none */

static struct load xdp_load(bool bound)
{
	return (struct load) {
		.type = BPF_PROG_TYPE_XDP,
		.flags = bound ? BPF_F_XDP_DEV_BOUND_ONLY : 0,
		.ifindex = bound ? VETH : 0,
		.attach_type = BPF_XDP,
	};
}

/* How many bytes the program is: with divisions, each of which the verifier makes
 * several instructions of, so that it has to move
 */
static int load(bool bound, bool kfunc, uint32_t size, bool func)
{
	struct load l = xdp_load(bound);
	uint32_t n = 0;

	insns[n++] = MOV_REG(BPF_REG_6, BPF_REG_1);
	if (kfunc)
		n += put_all_kfuncs(insns + n);
	insns[n++] = MOV_IMM(BPF_REG_0, 1000);
	insns[n++] = MOV_IMM(BPF_REG_7, 3);
	while (n < size) {
		insns[n++] = ADD_IMM(BPF_REG_0, 1);
		if (!(n % 64))
			insns[n++] = INSN(BPF_ALU64 | BPF_DIV | BPF_X, BPF_REG_0,
					  BPF_REG_7, 0, 0);
	}

	return end_and_load(&l, insns, n, func ? btf : 0);
}

static void set(int *fd, int value, const char *what)
{
	*fd = need(value, what);
}

static void drop(int *fd)
{
	if (*fd > 0)
		close(*fd);
	*fd = 0;
}

/* Set-up, without faults */

static void no_device(void)
{
	if (nl_exists(nl, VETH) > 0)
		need(nl_delete(nl, VETH), "delete the veth");
}

static void device(void)
{
	if (nl_exists(nl, VETH) > 0)
		return;
	need(nl_veth(nl, "fn0", VETH, "fn1", PEER, -1, 0), "veth");
	need(nl_up(nl, VETH, true), "veth up");
	need(nl_up(nl, PEER, true), "veth up");
}

/* The JIT works on a copy of the program, where the constants are blinded */
static void harden(int level)
{
	char text[2] = { '0' + level };

	if (pwrite(jit_harden, text, 1, 0) != 1)
		die("bpf_jit_harden can't be written: %s", strerror(errno));
}

static void device_hardened(void)
{
	device();
	harden(2);
}

static void with_prog(void)
{
	device();
	set(&prog, load(true, true, 0, false), "a bound program");
}

static void with_new_device(void)
{
	no_device();
	device();
}

static void with_two(void)
{
	with_prog();
	set(&second, load(true, true, 0, false), "a second bound program");
	set(&made, link_create_xdp(prog, VETH, 0), "a link");
}

static void with_target(void)
{
	device();
	set(&target, load(true, true, 0, true), "a target");
}

static void with_ext(void)
{
	with_target();
	set(&prog, load_ext(target, btf, NULL), "a replacement");
}

static void with_attached(void)
{
	with_new_device();
	with_prog();
	need(nl_xdp(nl, VETH, prog, 0, -1), "attach");
}

static int load_stores(bool bound);

static void with_stores(void)
{
	device();
	set(&prog, load_stores(false), "a program that stores");
}

/* Operations, each with the fault in it */

static int op_load_small(void)
{
	return made = load(true, false, 0, false);
}

static int op_load_kfuncs(void)
{
	return made = load(true, true, 0, true);
}

/* So many that they are more than a page, as is where they go to */
static int op_load_reads(void)
{
	struct load l = xdp_load(true);
	uint32_t n = 0;

	insns[n++] = MOV_REG(BPF_REG_6, BPF_REG_1);
	while (n < LARGE)
		n += put_all_kfuncs(insns + n);

	return made = end_and_load(&l, insns, n, 0);
}

static int load_stores(bool bound)
{
	struct load l = xdp_load(bound);
	uint32_t n = 0;

	insns[n++] = MOV_REG(BPF_REG_6, BPF_REG_1);
	n += put_stores(insns + n, bound);
	n += put_redirect(insns + n, VETH);

	return end_and_load(&l, insns, n, 0);
}

static int op_load_stores(void)
{
	return made = load_stores(true);
}

/* They go to the peer, some of them */
static int op_live_stores(void)
{
	return prog_live_run(prog, 256);
}

static int op_load_large(void)
{
	return made = load(true, true, LARGE, false);
}

static int op_netlink(void)
{
	return nl_xdp(nl, VETH, prog, 0, -1);
}

static int op_link(void)
{
	return made = link_create_xdp(prog, VETH, 0);
}

static int op_update(void)
{
	return link_update(made, second, 0, 0);
}

static int op_load_ext(void)
{
	return made = load_ext(target, btf, NULL);
}

static int op_attach_ext(void)
{
	return made = link_create_ext(prog, 0, 0);
}

static int op_info(void)
{
	static char jited[65536], xlated[65536];
	struct bpf_prog_info info = {
		.jited_prog_insns = (uintptr_t)jited,
		.jited_prog_len = sizeof(jited),
		.xlated_prog_insns = (uintptr_t)xlated,
		.xlated_prog_len = sizeof(xlated),
	};

	return prog_info(prog, &info);
}

/* Read in one go: libc would hide the error */
static int op_fdinfo(void)
{
	char path[64], text[4096];
	int fd, n;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", prog);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	n = read(fd, text, sizeof(text));
	n = n < 0 ? -errno : 0;
	close(fd);

	return n;
}

static int op_move(void)
{
	return nl_move(nl, VETH, other_ns);
}

static int op_create(void)
{
	return nl_veth(nl, "fn0", VETH, "fn1", PEER, -1, 0);
}

static int op_delete(void)
{
	return nl_delete(nl, VETH);
}

static int op_down_up(void)
{
	return nl_up(nl, VETH, false) ?: nl_up(nl, VETH, true);
}

/* Clean-up, without faults */

static void close_made(void)
{
	drop(&made);
	drop(&prog);
	drop(&second);
	drop(&target);
}

static void close_hardened(void)
{
	close_made();
	harden(0);
}

static void detach(void)
{
	need(nl_xdp(nl, VETH, -1, 0, -1), "detach");
	close_made();
}

static void move_back(void)
{
	int there;

	ns_enter(other_ns);
	there = nl_open();
	if (nl_exists(there, VETH) > 0)
		need(nl_move(there, VETH, ns), "move back");
	close(there);
	ns_enter(ns);
	need(nl_exists(nl, VETH) > 0 ? 0 : -ENODEV, "the veth after a move");
	detach();
}

static void delete_after(void)
{
	no_device();
	close_made();
}

static const struct {
	const char *name;
	void (*set_up)(void);
	int (*op)(void);
	void (*clean_up)(void);
	bool no_faults;			/* it allocates nothing */
	int also;			/* another error that 6.1 has for it */
} ops[] = {
	{ "load, small", device, op_load_small, close_made },
	{ "load, first one of a device", with_new_device, op_load_small, close_made },
	/* without memory for the JIT these are for the interpreter, where there is one,
	 * and invalid to that
	 */
	{ "load, kfuncs in functions", device, op_load_kfuncs, close_made, .also = -EINVAL },
	{ "load, many reads", device, op_load_reads, close_made },
	/* without memory for the other branch of a jump it is a bad address to the verifier */
	{ "load, stores", device, op_load_stores, close_made, .also = -EFAULT },
	{ "live run, stores", with_stores, op_live_stores, close_made },
	{ "load, large", device, op_load_large, close_made },
	{ "load, constants blinded", device_hardened, op_load_kfuncs, close_hardened,
	  .also = -EINVAL },
	{ "attach by netlink", with_prog, op_netlink, detach },
	{ "attach by a link", with_prog, op_link, close_made },
	{ "link update", with_two, op_update, close_made, .no_faults = true },
	{ "load a replacement", with_target, op_load_ext, close_made },
	{ "attach a replacement", with_ext, op_attach_ext, close_made },
	{ "info", with_prog, op_info, close_made },
	{ "fdinfo", with_prog, op_fdinfo, close_made },
	{ "down and up, attached", with_attached, op_down_up, detach },
	{ "move to another namespace, attached", with_attached, op_move, move_back },
	/* a device without memory for its name is invalid to device_add() */
	{ "create a device", no_device, op_create, delete_after, .also = -EINVAL },
	{ "delete a device, attached", with_attached, op_delete, delete_after },
};

/* The file stays open: to open it is an operation that may fail itself */
static int fail_nth = -1;

static void fault_in(int nth)
{
	char text[16];
	int len = snprintf(text, sizeof(text), "%d", nth);

	if (pwrite(fail_nth, text, len, 0) != len)
		die("fail-nth can't be written: %s", strerror(errno));
}

/* How many allocations it still had to let pass; 0: one failed */
static int faults_left(void)
{
	char text[16] = {};

	if (pread(fail_nth, text, sizeof(text) - 1, 0) <= 0)
		die("fail-nth can't be read: %s", strerror(errno));

	return atoi(text);
}

/* What says that there was no memory. A load without any for the JIT is not
 * supported, says 6.1 where there is no interpreter; libc doesn't know that error.
 */
static bool clean(int err)
{
	return err == -ENOMEM || err == -ENOBUFS || err == -524;
}

static void run(size_t i)
{
	int faults = 0, errors = 0, ret, nth, left;
	bool ok = true;

	for (nth = 1; nth <= MAX_FAULTS; nth++) {
		ops[i].set_up();
		fault_in(nth);
		ret = ops[i].op();
		left = faults_left();
		fault_in(0);
		if (ret < 0)
			made = made < 0 ? 0 : made;
		if (left > 0) {
			/* not one failed: it has to work */
			if (ret < 0) {
				printf("# without a fault: %s\n", strerror(-ret));
				ok = false;
			}
			ops[i].clean_up();
			break;
		}

		faults++;
		if (ret < 0)
			errors++;
		if (ret < 0 && !clean(ret) && ret != ops[i].also) {
			printf("# fault %d: %d (%s)\n", nth, ret, strerror(-ret));
			ok = false;
		}
		ops[i].clean_up();

		/* and now without, for a while each time */
		if (nth > 32 && nth % 8)
			continue;
		ops[i].set_up();
		ret = ops[i].op();
		if (ret < 0) {
			printf("# after fault %d: %d (%s)\n", nth, ret, strerror(-ret));
			made = 0;
			ok = false;
		}
		ops[i].clean_up();
	}
	if (nth > MAX_FAULTS) {
		printf("# more than %d faults\n", MAX_FAULTS);
		ok = false;
	}
	if (!faults && !ops[i].no_faults) {
		printf("# not one fault\n");
		ok = false;
	}
	ktap(ok, "%s: %d faults, %d errors", ops[i].name, faults, errors);
}

/* Faults for all allocations, also those that may wait, and not a word of them */
static bool faults_work(void)
{
	static const char * const files[][2] = {
		{ "failslab/ignore-gfp-wait", "N" },
		{ "failslab/verbose", "0" },
		{ "fail_page_alloc/ignore-gfp-wait", "N" },
		{ "fail_page_alloc/ignore-gfp-highmem", "N" },
		{ "fail_page_alloc/min-order", "0" },
		{ "fail_page_alloc/verbose", "0" },
	};
	char path[128];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(files); i++) {
		snprintf(path, sizeof(path), "/sys/kernel/debug/%s", files[i][0]);
		if (write_file(path, files[i][1]))
			return false;
	}

	fail_nth = open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC);

	return fail_nth >= 0;
}

int main(int argc, char **argv)
{
	size_t i;

	if (argc > 2 || (argc > 1 && argv[1][0] == '-')) {
		puts("usage: failnth [NAME]\n\n"
		     "Let each allocation of each operation on bound programs fail once, or\n"
		     "those only that have NAME in their name. KTAP on stdout, with the number of\n"
		     "faults. The kernel has to have CONFIG_FAILSLAB,\n"
		     "CONFIG_FAIL_PAGE_ALLOC and CONFIG_FAULT_INJECTION_DEBUG_FS.");
		return strcmp(argv[1], "--help") && strcmp(argv[1], "-h") ? 2 : 0;
	}

	if (!faults_work())
		die("this kernel has no fault injection: it takes CONFIG_FAILSLAB, CONFIG_FAIL_PAGE_ALLOC and CONFIG_FAULT_INJECTION_DEBUG_FS");
	find_kfuncs();
	btf = btf_of_programs();
	jit_harden = open("/proc/sys/net/core/bpf_jit_harden", O_RDWR | O_CLOEXEC);
	need(jit_harden < 0 ? -errno : 0, "bpf_jit_harden");
	set(&ns, ns_new(), "namespace");
	set(&other_ns, ns_new(), "namespace");
	ns_enter(ns);
	nl = nl_open();

	ktap_begin();
	for (i = 0; i < ARRAY_SIZE(ops); i++)
		if (argc < 2 || strstr(ops[i].name, argv[1]))
			run(i);
	if (argc < 2 || strstr("cpumasks", argv[1]))
		test_cpumasks_without_memory(fault_in, faults_left, clean);

	return ktap_end();
}
