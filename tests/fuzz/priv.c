// SPDX-License-Identifier: GPL-2.0
/*
 * Who may do what with programs that are bound to a device: the capabilities are
 * those that 6.1 wants for an XDP program, no less and no more, and no namespace
 * is left by way of a binding.
 */
#define _GNU_SOURCE
#include "sys.h"

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/if_link.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define VETH		1000000		/* in the first namespace */
#define PEER		1000001
#define OTHER		1000002		/* in the second one */
#define OTHER_PEER	1000003
#define NOBODY		65534

static int ns[2], nl[2];
static int bound_fd, bound_other_fd, unbound_fd;

/* Results of a child, in memory that it shares */
static struct {
	int ret[16];
	int n;
} *results;

static int load(uint32_t type, uint32_t flags, uint32_t ifindex, bool kfunc)
{
	const struct bpf_insn with[] = {
		STORE_IMM(BPF_DW, BPF_REG_10, -8, 0),
		MOV_REG(BPF_REG_2, BPF_REG_10),
		ADD_IMM(BPF_REG_2, -8),
		CALL_KFUNC(kfunc_id[RX_TIMESTAMP]),
		MOV_IMM(BPF_REG_0, 2),
		EXIT(),
	};
	struct load l = {
		.type = type,
		.flags = flags,
		.ifindex = ifindex,
		.attach_type = type == BPF_PROG_TYPE_XDP ? BPF_XDP : 0,
		.insns = kfunc ? with : with + 4,
		.insn_cnt = kfunc ? 6 : 2,
	};

	return prog_load(&l);
}

static int load_bound(uint32_t ifindex)
{
	return load(BPF_PROG_TYPE_XDP, BPF_F_XDP_DEV_BOUND_ONLY, ifindex, true);
}

/* What a child has to report, in the order that the parent asks for it */
static void result(int ret)
{
	results->ret[results->n++] = ret < 0 ? ret : 0;
	if (ret > 2)
		close(ret);
}

/* Keep these capabilities only, as another user */
static void drop_to(uint64_t caps)
{
	struct __user_cap_header_struct hdr = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2] = {};

	if (prctl(PR_SET_KEEPCAPS, 1) || setgroups(0, NULL) ||
	    setresgid(NOBODY, NOBODY, NOBODY) || setresuid(NOBODY, NOBODY, NOBODY))
		die("can't become another user: %s", strerror(errno));
	data[0].effective = data[0].permitted = (uint32_t)caps;
	data[1].effective = data[1].permitted = caps >> 32;
	if (syscall(__NR_capset, &hdr, data))
		die("capabilities can't be dropped: %s", strerror(errno));
}

static void in_child(void (*fn)(uint64_t), uint64_t arg)
{
	int status;
	pid_t pid;

	memset(results, 0, sizeof(*results));
	fflush(stdout);
	pid = fork();
	if (!pid) {
		fn(arg);
		_exit(0);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid || status)
		die("a child failed");
}

/* The results are these, with the name of a test for each */
static void expect(const char *who, int count, ...)
{
	va_list list;
	int i;

	if (results->n != count)
		die("%s: %d results, not %d", who, results->n, count);
	va_start(list, count);
	for (i = 0; i < count; i++) {
		const char *what = va_arg(list, const char *);
		int want = va_arg(list, int), got = results->ret[i];

		if (got != want)
			printf("# %d (%s), not %d\n", got, got ? strerror(-got) : "fine", want);
		ktap(got == want, "%s: %s", who, what);
	}
	va_end(list);
}

static void child_loads(uint64_t caps)
{
	drop_to(caps);
	result(load(BPF_PROG_TYPE_XDP, 0, 0, false));
	result(load_bound(VETH));
	result(load_bound(999));
	result(load(BPF_PROG_TYPE_SOCKET_FILTER, BPF_F_XDP_DEV_BOUND_ONLY, VETH, false));
	result(nl_xdp(nl_open(), VETH, bound_fd, 0, -1));
	result(prog_by_id(1));
}

static void test_caps(void)
{
	static const struct {
		const char *who;
		uint64_t caps;
		int load, absent, filter, attach, by_id;
	} cases[] = {
		{ "nobody", 0, -EPERM, -EPERM, -EPERM, -EPERM, -EPERM },
		{ "CAP_BPF alone", 1ULL << CAP_BPF, -EPERM, -EPERM, -EINVAL, -EPERM, -EPERM },
		{ "CAP_NET_ADMIN alone", 1ULL << CAP_NET_ADMIN,
		  -EPERM, -EPERM, -EPERM, 0, -EPERM },
		{ "CAP_BPF and CAP_NET_ADMIN", 1ULL << CAP_BPF | 1ULL << CAP_NET_ADMIN,
		  0, -EINVAL, -EINVAL, 0, -EPERM },
		{ "CAP_SYS_ADMIN alone", 1ULL << CAP_SYS_ADMIN, 0, -EINVAL, -EINVAL, -EPERM, 0 },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		in_child(child_loads, cases[i].caps);
		/* there may be a program 1 or not */
		if (results->ret[5] == -ENOENT && !cases[i].by_id)
			results->ret[5] = 0;
		expect(cases[i].who, 6,
		       "load an unbound program", cases[i].load,
		       "load a bound program", cases[i].load,
		       "load for a device that isn't there", cases[i].absent,
		       "load a socket filter with the flag", cases[i].filter,
		       "attach a bound program by netlink", cases[i].attach,
		       "get a program by its id", cases[i].by_id);
		nl_xdp(nl[0], VETH, -1, 0, -1);
	}
}

/* With the sysctl at 0 anybody may load socket filters */
static void child_unprivileged(uint64_t caps)
{
	drop_to(caps);
	result(load(BPF_PROG_TYPE_SOCKET_FILTER, 0, 0, false));
	result(load(BPF_PROG_TYPE_SOCKET_FILTER, BPF_F_XDP_DEV_BOUND_ONLY, 0, false));
	result(load(BPF_PROG_TYPE_SOCKET_FILTER, BPF_F_XDP_DEV_BOUND_ONLY, VETH, false));
	result(load(BPF_PROG_TYPE_SOCKET_FILTER, BPF_F_XDP_DEV_BOUND_ONLY, 999, false));
	result(load_bound(VETH));
	result(load_bound(999));
}

static void test_unprivileged_bpf(void)
{
	static const char path[] = "/proc/sys/kernel/unprivileged_bpf_disabled";
	long old;

	if (read_num(path, &old) || write_num(path, 0)) {
		ktap_skip("unprivileged_bpf_disabled 0", "it can't be set here");
		return;
	}
	in_child(child_unprivileged, 0);
	expect("nobody, unprivileged_bpf_disabled 0", 6,
	       "load a socket filter", 0,
	       "load a socket filter with the flag", -EINVAL,
	       "load a socket filter with the flag and a device", -EINVAL,
	       "load a socket filter with the flag and no such device", -EINVAL,
	       "load a bound program", -EPERM,
	       "load for a device that isn't there", -EPERM);
	write_num(path, old);
}

/* File descriptors that somebody else was given. Whatever 6.1 lets nobody do with
 * a link of an unbound program it lets nobody do with that of a bound one.
 */
static void child_fds(uint64_t caps)
{
	uint64_t value;
	int fd;

	drop_to(caps);
	result(nl_xdp(nl_open(), VETH, unbound_fd, 0, -1));
	result(nl_xdp(nl_open(), VETH, bound_fd, 0, -1));
	fd = link_create_xdp(unbound_fd, VETH, 0);
	result(fd);
	fd = link_create_xdp(bound_fd, VETH, 0);
	result(fd);
	result(link_create_xdp(bound_other_fd, VETH, 0));
	result(prog_fdinfo(bound_fd, "bound_ifindex", &value));
	result(prog_test_run(bound_fd));
}

static void test_fds(void)
{
	in_child(child_fds, 0);
	results->n = 7;
	ktap(results->ret[2] == results->ret[3],
	     "nobody with the fd: links of bound and unbound programs alike (%d)",
	     results->ret[3]);
	results->ret[3] = results->ret[2] = 0;
	expect("nobody with the fd", 7,
	       "attach an unbound program by netlink", -EPERM,
	       "attach a bound program by netlink", -EPERM,
	       "link of an unbound program", 0,
	       "link of a bound program", 0,
	       "link of a program bound to another device", -EINVAL,
	       "read fdinfo", 0,
	       "test run", -EINVAL);
}

/* Root in a user namespace of its own, with a network namespace and a device */
static void child_userns(uint64_t unused)
{
	int here;

	(void)unused;
	if (setgroups(0, NULL) || setresgid(NOBODY, NOBODY, NOBODY) ||
	    setresuid(NOBODY, NOBODY, NOBODY))
		die("can't become another user: %s", strerror(errno));
	if (unshare(CLONE_NEWUSER | CLONE_NEWNET))
		die("no user namespace: %s", strerror(errno));
	here = nl_open();
	result(nl_veth(here, "un0", VETH, "un1", PEER, -1, 0));
	result(load(BPF_PROG_TYPE_XDP, 0, 0, false));
	result(load_bound(VETH));
	result(load_bound(OTHER));
	result(nl_xdp(here, VETH, unbound_fd, 0, -1));
	result(nl_xdp(here, VETH, -1, 0, -1));
	/* the same index, another device */
	result(nl_xdp(here, VETH, bound_fd, 0, -1));
	result(link_create_xdp(bound_fd, VETH, 0));
	result(link_create_xdp(bound_other_fd, VETH, 0));
	result(setns(ns[0], CLONE_NEWNET) ? -errno : 0);
	result(prog_by_id(1));
}

static void test_userns(void)
{
	in_child(child_userns, 0);
	expect("root in a user namespace", 11,
	       "create a device", 0,
	       "load an unbound program", -EPERM,
	       "load a program bound to that device", -EPERM,
	       "load a program bound to another's device", -EPERM,
	       "attach an unbound program to its device", 0,
	       "detach it", 0,
	       "attach a program bound to a device with the same index", -EINVAL,
	       "link it", -EINVAL,
	       "link a program bound to a device of another namespace", -EINVAL,
	       "enter another's network namespace", -EPERM,
	       "get a program by its id", -EPERM);
}

/* All capabilities, but each device belongs to one namespace */
static void child_namespaces(uint64_t unused)
{
	int here, fd;

	(void)unused;
	ns_enter(ns[1]);
	here = nl_open();
	result(load_bound(VETH));
	fd = load_bound(OTHER);
	result(fd < 0 ? fd : 0);
	result(link_create_xdp(bound_fd, VETH, 0));
	result(link_create_xdp(bound_fd, OTHER, 0));
	result(nl_xdp(here, OTHER, bound_fd, 0, -1));
	result(nl_xdp(here, OTHER, bound_other_fd, 0, -1));
	result(nl_xdp(here, OTHER, -1, 0, -1));
	ns_enter(ns[0]);
	result(load_bound(OTHER));
	result(nl_xdp(nl_open(), VETH, fd, 0, -1));
}

static void test_namespaces(void)
{
	in_child(child_namespaces, 0);
	expect("root in another network namespace", 9,
	       "bind to a device of the first one", -EINVAL,
	       "bind to a device of this one", 0,
	       "link to a device of the first one", -EINVAL,
	       "link a program of the first one", -EINVAL,
	       "attach a program of the first one", -EINVAL,
	       "attach a program of this one that was bound elsewhere", 0,
	       "detach it", 0,
	       "bind to a device of the second one from the first", -EINVAL,
	       "attach a program of the second one to a device of the first", -EINVAL);
}

int main(int argc, char **argv)
{
	if (argc > 1) {
		puts("usage: priv\n\nWhat who may do with bound programs. KTAP on stdout.");
		return strcmp(argv[1], "--help") && strcmp(argv[1], "-h") ? 2 : 0;
	}

	find_kfuncs();
	results = mmap(NULL, sizeof(*results), PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (results == MAP_FAILED)
		die("no memory");
	ns[1] = ns_new();
	ns_enter(ns[1]);
	nl[1] = nl_open();
	need(nl_veth(nl[1], "pr2", OTHER, "pr3", OTHER_PEER, -1, 0), "veth");
	bound_other_fd = need(load_bound(OTHER), "a bound program");
	ns[0] = ns_new();
	ns_enter(ns[0]);
	nl[0] = nl_open();
	need(nl_veth(nl[0], "pr0", VETH, "pr1", PEER, -1, 0), "veth");
	bound_fd = need(load_bound(VETH), "a bound program");
	unbound_fd = need(load(BPF_PROG_TYPE_XDP, 0, 0, false), "an unbound program");

	ktap_begin();
	test_caps();
	test_unprivileged_bpf();
	test_fds();
	test_userns();
	test_namespaces();

	return ktap_end();
}
