// SPDX-License-Identifier: GPL-2.0
/*
 * All at once, a counted number of times: processes that load, attach, replace,
 * look at and close bound programs, half of which store values with frames and
 * redirect them, while others make, move, rename and delete the
 * devices, remove namespaces and drivers' modules, change the JIT's settings and
 * send frames. Each operation may fail, but nothing may be left at the end. The
 * kernel's own checkers judge the rest.
 */
#define _GNU_SOURCE
#include "sys.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/ethtool.h>
#include <linux/if_link.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define WORKERS		3
#define NS		3		/* the last one is removed now and then */
#define PAIRS		4
#define DEV(pair, end)	(1000000 + 2 * (pair) + (end))
#define NSIMS		2
#define SLOTS		12
#define MAX_INSNS	100000
#define ENOUGH_OPS	500		/* each operation has to work once, then */
#define NS_DIR		"/run/stress"
#define PIN_DIR		"/sys/fs/bpf/stress"
#define JIT_ENABLE	"/proc/sys/net/core/bpf_jit_enable"

enum count {
	LOAD, LOAD_LARGE, LOAD_EXT, ATTACH, REPLACE, DETACH, LINK, UPDATE, LINK_DETACH,
	ATTACH_EXT, INFO, DUMP, FDINFO, FDINFO_OTHER, PIN, TEST_RUN, CLOSE,
	DEV_CREATE, DEV_RENAME, DEV_MOVE, DEV_DOWN_UP, DEV_QUEUES, DEV_DELETE,
	NS_DELETE, NSIM_CREATE, NSIM_DELETE, MODULE_LOAD, MODULE_REMOVE, FRAMES,
	JIT_HARDEN, JIT_DUMP,
	COUNTS
};

static const char * const count_name[COUNTS] = {
	[LOAD] = "load",
	[LOAD_LARGE] = "load of more than 10000 instructions",
	[LOAD_EXT] = "load of a replacement",
	[ATTACH] = "attach by netlink",
	[REPLACE] = "replace by netlink",
	[DETACH] = "detach by netlink",
	[LINK] = "attach by a link",
	[UPDATE] = "link update",
	[LINK_DETACH] = "link detach",
	[ATTACH_EXT] = "attach of a replacement",
	[INFO] = "info",
	[DUMP] = "dump of instructions",
	[FDINFO] = "fdinfo",
	[FDINFO_OTHER] = "fdinfo of another's program",
	[PIN] = "pin",
	[TEST_RUN] = "test run, refused",
	[CLOSE] = "close",
	[DEV_CREATE] = "device creation",
	[DEV_RENAME] = "device renaming",
	[DEV_MOVE] = "device move to another namespace",
	[DEV_DOWN_UP] = "device down and up",
	[DEV_QUEUES] = "change of the number of queues",
	[DEV_DELETE] = "device deletion",
	[NS_DELETE] = "deletion of a namespace with devices",
	[NSIM_CREATE] = "netdevsim creation",
	[NSIM_DELETE] = "netdevsim deletion",
	[MODULE_LOAD] = "module load",
	[MODULE_REMOVE] = "module removal",
	[FRAMES] = "sending of frames",
	[JIT_HARDEN] = "change of bpf_jit_harden",
	[JIT_DUMP] = "load with the JIT's dump",
};

static struct {
	unsigned long ok[COUNTS], failed[COUNTS];
	bool done;
} *shared;

static int btf;
static int nl;				/* in the namespace of the moment */

static int count(enum count what, int ret)
{
	__atomic_add_fetch(ret < 0 ? &shared->failed[what] : &shared->ok[what], 1,
			   __ATOMIC_RELAXED);

	return ret;
}

static bool done(void)
{
	return __atomic_load_n(&shared->done, __ATOMIC_RELAXED);
}

/* Namespaces are files: each process finds the one that is there now */

static void ns_path(char *path, size_t len, int i)
{
	snprintf(path, len, NS_DIR "/%d", i);
}

static void ns_make(int i)
{
	int old = ns_here(), fd;
	char path[64];

	ns_path(path, sizeof(path), i);
	fd = open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0600);
	if (fd >= 0)
		close(fd);
	if (unshare(CLONE_NEWNET) || mount("/proc/thread-self/ns/net", path, NULL, MS_BIND, NULL))
		die("no network namespace: %s", strerror(errno));
	ns_enter(old);
	close(old);
}

/* 0, or less if it is just being replaced */
static int ns_go(int i)
{
	char path[64];
	int fd, err;

	ns_path(path, sizeof(path), i);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	err = setns(fd, CLONE_NEWNET) ? -errno : 0;
	close(fd);
	if (err)
		return err;
	if (nl > 0)
		close(nl);
	nl = nl_open();

	return 0;
}

static int ns_file(int i)
{
	char path[64];

	ns_path(path, sizeof(path), i);

	return open(path, O_RDONLY | O_CLOEXEC);
}

/* Programs: many divisions, each of which becomes several instructions, so that
 * the program outgrows its memory while it is rewritten
 */
static int load(uint32_t ifindex, uint32_t size, bool func, bool frags)
{
	static struct bpf_insn insns[MAX_INSNS + 64];
	struct load l = {
		.type = BPF_PROG_TYPE_XDP,
		.flags = BPF_F_XDP_DEV_BOUND_ONLY | (frags ? BPF_F_XDP_HAS_FRAGS : 0),
		.ifindex = ifindex,
		.attach_type = BPF_XDP,
		.name = "stress",
	};
	uint32_t n = 0;

	insns[n++] = MOV_REG(BPF_REG_6, BPF_REG_1);
	n += put_all_kfuncs(insns + n);
	if (one_in(2)) {
		n += put_stores(insns + n, true);
		n += put_redirect(insns + n, DEV(rnd(PAIRS), rnd(2)));
	}
	insns[n++] = MOV_IMM(BPF_REG_0, 1000);
	insns[n++] = MOV_IMM(BPF_REG_7, 3);
	while (n < size) {
		/* With bpf_jit_harden each constant moves all that follows it: many
		 * of them in a large program take minutes.
		 */
		if (n < 1000)
			insns[n++] = ADD_IMM(BPF_REG_0, 0x1234567);
		else
			insns[n++] = INSN(BPF_ALU64 | BPF_ADD | BPF_X, BPF_REG_0,
					  BPF_REG_7, 0, 0);
		if (!(n % 256))
			insns[n++] = INSN(BPF_ALU64 | BPF_DIV | BPF_X, BPF_REG_0,
					  BPF_REG_7, 0, 0);
	}

	return end_and_load(&l, insns, n, func ? btf : 0);
}

/* Mostly small, sometimes everything that is allowed here */
static uint32_t any_size(void)
{
	switch (rnd(64)) {
	case 0:
		return MAX_INSNS;
	case 1 ... 3:
		return 1000 + rnd(30000);
	case 4 ... 20:
		return rnd(1000);
	default:
		return rnd(64);
	}
}

static uint32_t any_ifindex(void)
{
	/* netdevsim's are the small ones */
	return one_in(6) ? 2 + rnd(20) : DEV(rnd(PAIRS), rnd(2));
}

static void read_fdinfo(enum count what, int fd)
{
	uint64_t value;

	count(what, prog_fdinfo(fd, "bound_ifindex", &value));
}

static void any_other_prog(void)
{
	static uint32_t last;
	union bpf_attr attr = { .start_id = last };
	int fd;

	last = 0;
	if (sys_bpf(BPF_PROG_GET_NEXT_ID, &attr, sizeof(attr)))
		return;
	last = attr.next_id;
	fd = prog_by_id(attr.next_id);
	if (fd < 0)
		return;
	read_fdinfo(FDINFO_OTHER, fd);
	close(fd);
}

static void dump(int fd)
{
	static char jited[1 << 20], xlated[1 << 20];
	struct bpf_prog_info info = {};

	count(INFO, prog_info(fd, &info));
	memset(&info, 0, sizeof(info));
	info.jited_prog_insns = (uintptr_t)jited;
	info.jited_prog_len = sizeof(jited);
	info.xlated_prog_insns = (uintptr_t)xlated;
	info.xlated_prog_len = sizeof(xlated);
	count(DUMP, prog_info(fd, &info));
}

/* One program takes the place of another, by a link or by netlink */
static void replace(uint32_t ifindex)
{
	int a, b, link;

	a = count(LOAD, load(ifindex, rnd(500), one_in(2), false));
	if (a < 0)
		return;
	nl_xdp(nl, ifindex, -1, 0, -1);
	b = count(LOAD, load(ifindex, rnd(500), one_in(2), false));
	if (b >= 0 && one_in(2)) {
		link = count(LINK, link_create_xdp(a, ifindex, 0));
		if (link >= 0) {
			count(UPDATE, link_update(link, b, a, BPF_F_REPLACE));
			close(link);
		}
	} else if (b >= 0 && !count(ATTACH, nl_xdp(nl, ifindex, a, 0, -1))) {
		count(REPLACE, nl_xdp(nl, ifindex, b, XDP_FLAGS_REPLACE, a));
	}
	if (b >= 0)
		count(CLOSE, close(b));
	count(CLOSE, close(a));
}

static void worker(uint64_t seed, unsigned long ops)
{
	int prog[SLOTS] = {}, link[SLOTS] = {}, *fd, *lfd, ret;
	uint32_t size, modes, ifindex;
	char path[64];
	int i;

	rnd_seed(seed);
	while (ops--) {
		if (one_in(8) && ns_go(rnd(NS)))
			continue;
		fd = &prog[rnd(SLOTS)];
		lfd = &link[rnd(SLOTS)];
		ifindex = any_ifindex();
		modes = one_in(8) ? XDP_FLAGS_SKB_MODE : one_in(2) ? XDP_FLAGS_DRV_MODE : 0;

		switch (rnd(23)) {
		case 20 ... 22:
			replace(ifindex);
			break;
		case 0 ... 5:
			size = any_size();
			ret = count(size > 10000 ? LOAD_LARGE : LOAD,
				    load(ifindex, size, one_in(2), one_in(3)));
			if (ret < 0)
				break;
			/* there is a good chance that it fits the next thing */
			if (*fd)
				count(CLOSE, close(*fd));
			*fd = ret;
			if (one_in(2))
				count(ATTACH, nl_xdp(nl, ifindex, ret, modes, -1));
			break;
		case 6:
			if (*fd)
				count(ATTACH, nl_xdp(nl, ifindex, *fd, modes, -1));
			break;
		case 7:
			if (*fd)
				count(REPLACE, nl_xdp(nl, ifindex, *fd, XDP_FLAGS_REPLACE,
						      prog[rnd(SLOTS)] ?: -1));
			break;
		case 8:
			count(DETACH, nl_xdp(nl, ifindex, -1, modes, -1));
			break;
		case 9 ... 10:
			if (!*fd)
				break;
			if (*lfd)
				close(*lfd);
			ret = count(LINK, link_create_xdp(*fd, ifindex, modes));
			*lfd = ret > 0 ? ret : 0;
			break;
		case 11 ... 12:
			if (*fd && *lfd)
				count(UPDATE, link_update(*lfd, *fd, 0, 0));
			break;
		case 13:
			if (*lfd)
				count(LINK_DETACH, link_detach(*lfd));
			break;
		case 14:
			if (!*fd)
				break;
			ret = count(LOAD_EXT, load_ext(*fd, btf, "stress_ext"));
			if (ret < 0)
				break;
			if (*lfd)
				close(*lfd);
			*lfd = count(ATTACH_EXT, one_in(2) ? link_create_ext(ret, 0, 0) :
				     link_create_ext(ret, prog[rnd(SLOTS)], BTF_FUNC));
			if (*lfd < 0)
				*lfd = 0;
			close(ret);
			break;
		case 15:
			if (*fd)
				dump(*fd);
			break;
		case 16:
			if (*fd)
				read_fdinfo(FDINFO, *fd);
			any_other_prog();
			break;
		case 17:
			if (!*fd)
				break;
			snprintf(path, sizeof(path), PIN_DIR "/%d", (int)rnd(8));
			unlink(path);
			count(PIN, obj_pin(*fd, path));
			break;
		case 18:
			/* "ok" is the refusal, here */
			if (*fd)
				count(TEST_RUN, prog_test_run(*fd) == -EINVAL ? 0 : -1);
			break;
		case 19:
			if (*fd)
				count(CLOSE, close(*fd));
			*fd = 0;
			break;
		}
	}
	for (i = 0; i < SLOTS; i++) {
		if (prog[i])
			close(prog[i]);
		if (link[i])
			close(link[i]);
	}
}

/* Devices */

static int set_queues(uint32_t ifindex, uint32_t queues)
{
	struct ethtool_channels ch = {
		.cmd = ETHTOOL_SCHANNELS,
		.rx_count = queues,
		.tx_count = queues,
	};
	struct ifreq ifr = { .ifr_data = (void *)&ch };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), err = 0;

	if (fd < 0)
		return -errno;
	if (!if_indextoname(ifindex, ifr.ifr_name) || ioctl(fd, SIOCETHTOOL, &ifr))
		err = -errno;
	close(fd);

	return err;
}

static void replace_ns(void)
{
	char path[64];

	ns_path(path, sizeof(path), NS - 1);
	count(NS_DELETE, umount2(path, MNT_DETACH) ? -errno : 0);
	ns_make(NS - 1);
}

static int make_pair(int pair, int peer_ns)
{
	char name[16], peer[16];
	int err;

	snprintf(name, sizeof(name), "st%d", 2 * pair);
	snprintf(peer, sizeof(peer), "st%d", 2 * pair + 1);
	err = nl_veth(nl, name, DEV(pair, 0), peer, DEV(pair, 1), peer_ns,
		      one_in(2) ? 4 : 0);
	/* it may be there, just not here */
	if (err == -EEXIST || count(DEV_CREATE, err) < 0)
		return err;
	nl_up(nl, DEV(pair, 0), true);
	nl_up(nl, DEV(pair, 1), true);

	return 0;
}

/* These do their share whatever the others do */
static void devices(uint64_t seed, unsigned long ops)
{
	uint32_t ifindex;
	char name[16];
	int pair, fd;

	rnd_seed(seed);
	while (ops--) {
		if (ns_go(rnd(NS)))
			continue;
		pair = rnd(PAIRS);
		ifindex = DEV(pair, rnd(2));
		fd = ns_file(rnd(NS));
		switch (rnd(16)) {
		case 0 ... 3:
			make_pair(pair, one_in(2) ? fd : -1);
			break;
		case 4:
			if (nl_exists(nl, ifindex) <= 0)
				break;
			nl_up(nl, ifindex, false);
			snprintf(name, sizeof(name), "st%u%c", ifindex % 100, 'a' + (int)rnd(26));
			count(DEV_RENAME, nl_rename(nl, ifindex, name));
			nl_up(nl, ifindex, true);
			break;
		case 5 ... 7:
			if (nl_exists(nl, ifindex) > 0)
				count(DEV_MOVE, nl_move(nl, ifindex, fd));
			break;
		case 8 ... 9:
			if (nl_exists(nl, ifindex) <= 0)
				break;
			nl_up(nl, ifindex, false);
			count(DEV_DOWN_UP, nl_up(nl, ifindex, true));
			break;
		case 10 ... 11:
			if (nl_exists(nl, ifindex) > 0)
				count(DEV_QUEUES, set_queues(ifindex, 1 + rnd(4)));
			break;
		case 12:
			if (nl_exists(nl, ifindex) > 0)
				count(DEV_DELETE, nl_delete(nl, ifindex));
			break;
		case 13:
			/* sysfs shows the device in its own namespace only */
			snprintf(name, sizeof(name), "%d 1", 100 + (int)rnd(NSIMS));
			count(NSIM_CREATE, write_file("/sys/bus/netdevsim/new_device", name));
			break;
		case 14:
			count(NSIM_DELETE, nsim_del(100 + rnd(NSIMS)));
			break;
		case 15:
			if (one_in(4))
				replace_ns();
			break;
		}
		if (fd >= 0)
			close(fd);
	}
}

/* Modules: with all devices of it, and what their programs call */

static int modprobe(const char *name)
{
	int status;
	pid_t pid = fork();

	if (!pid) {
		if (!freopen("/dev/null", "w", stderr))
			_exit(1);
		execlp("modprobe", "modprobe", name, (char *)NULL);
		_exit(127);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return -ECHILD;

	return status ? -ENOENT : 0;
}

static const char * const all_modules[] = { "veth", "netdevsim", "ice", "mlx4_en", "bnxt_en" };

/* Those that are modules and not built in */
static bool is_module(const char *name)
{
	char path[64];

	snprintf(path, sizeof(path), "/sys/module/%s/refcnt", name);
	modprobe(name);

	return !access(path, F_OK);
}

static const char *module[ARRAY_SIZE(all_modules)];
static int module_count;

static void find_modules(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(all_modules); i++)
		if (is_module(all_modules[i]))
			module[module_count++] = all_modules[i];
}

static unsigned long tried(enum count what)
{
	return __atomic_load_n(&shared->ok[what], __ATOMIC_RELAXED) +
	       __atomic_load_n(&shared->failed[what], __ATOMIC_RELAXED);
}

#define LOADS_BETWEEN	40	/* two removals, or there are devices at no time */

static void modules(uint64_t seed, unsigned long ops)
{
	int i;

	rnd_seed(seed);
	while (module_count && ops--) {
		const char *name = module[rnd(module_count)];
		unsigned long loads = tried(LOAD) + LOADS_BETWEEN;

		while (!done() && tried(LOAD) < loads)
			usleep(100000);
		if (syscall(__NR_delete_module, name, O_NONBLOCK))
			count(MODULE_REMOVE, -errno);
		else
			count(MODULE_REMOVE, 0);
		usleep(10000 * rnd(10));
		count(MODULE_LOAD, modprobe(name));
		if (!strcmp(name, "veth") && !ns_go(rnd(NS)))
			for (i = 0; i < PAIRS; i++)
				make_pair(i, -1);
	}
	for (i = 0; i < module_count; i++)
		modprobe(module[i]);
}

/* The driver goes away with its device: its programs call what is not there any
 * more, and so must not come near a device again
 */
static void outlive_module(const char *name)
{
	int prog, target, ext, link;
	uint64_t ifindex = ~0ULL;
	int err;

	if (nl_veth(nl, "st0", DEV(0, 0), "st1", DEV(0, 1), -1, 0))
		die("no veth");
	nl_up(nl, DEV(0, 0), true);
	nl_up(nl, DEV(0, 1), true);
	prog = load(DEV(0, 0), 0, false, false);
	target = load(DEV(0, 0), 0, true, false);
	ext = target < 0 ? -1 : load_ext(target, btf, "stress_ext");
	if (prog < 0 || ext < 0)
		die("no bound program: %s", verifier_log);
	link = link_create_xdp(prog, DEV(0, 0), 0);
	ktap(link >= 0, "%s, before its removal: attach", name);
	send_frames(DEV(0, 1), 4);
	err = syscall(__NR_delete_module, name, O_NONBLOCK) ? -errno : 0;
	ktap(!err, "%s is removed with a bound program attached (%d)", name, err);

	dump(prog);
	dump(ext);
	prog_fdinfo(prog, "bound_ifindex", &ifindex);
	ktap(!ifindex, "%s, after its removal: fdinfo has no device (%llu)", name,
	     (unsigned long long)ifindex);
	err = link_create_ext(ext, 0, 0);
	ktap(err == -EINVAL, "%s, after its removal: attach a replacement (%d)", name, err);
	if (err >= 0)
		close(err);

	modprobe(name);
	if (nl_veth(nl, "st0", DEV(0, 0), "st1", DEV(0, 1), -1, 0))
		die("no veth");
	err = nl_xdp(nl, DEV(0, 0), prog, 0, -1);
	ktap(err == -EINVAL, "%s, loaded again: attach to the same ifindex (%d)", name, err);
	err = link >= 0 ? link_update(link, prog, 0, 0) : -ENOLINK;
	ktap(err == -ENOLINK, "%s, loaded again: link update (%d)", name, err);
	nl_delete(nl, DEV(0, 0));
	if (link >= 0)
		close(link);
	close(ext);
	close(target);
	close(prog);
}

static void traffic(uint64_t seed, unsigned long ops)
{
	rnd_seed(seed);
	while (ops-- && !done()) {
		if (one_in(4) && ns_go(rnd(NS)))
			continue;
		count(FRAMES, send_frames(DEV(rnd(PAIRS), rnd(2)), 16));
		usleep(1000);
	}
}

/* The dump goes to the log and is long: one small program at a time */
static void settings(uint64_t seed, unsigned long ops)
{
	static const char harden[] = "/proc/sys/net/core/bpf_jit_harden";
	int fd, dumps = 20;

	rnd_seed(seed);
	while (ops-- && !done()) {
		usleep(50000);
		count(JIT_HARDEN, write_num(harden, rnd(3)));
		if (one_in(8) && dumps && !write_num(JIT_ENABLE, 2)) {
			dumps--;
			fd = load(0, 0, false, false);
			if (fd < 0)
				fd = load(DEV(0, 0), 10, false, false);
			count(JIT_DUMP, 0);
			write_num(JIT_ENABLE, 1);
			if (fd >= 0)
				close(fd);
		}
	}
	write_num(harden, 0);
	write_num(JIT_ENABLE, 1);
}

static pid_t start(void (*fn)(uint64_t, unsigned long), uint64_t seed, unsigned long ops)
{
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid < 0)
		die("fork: %s", strerror(errno));
	if (pid)
		return pid;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	/* the settings are those of the first namespace */
	if (fn != settings && ns_go(0))
		_exit(1);
	fn(seed, ops);
	_exit(0);
}

static bool wait_for(pid_t pid)
{
	int status;

	return waitpid(pid, &status, 0) == pid && !status;
}

static int objects(void)
{
	return count_ids(BPF_PROG_GET_NEXT_ID) + count_ids(BPF_LINK_GET_NEXT_ID);
}

static long lines(const char *path)
{
	char line[512];
	long n = 0;
	FILE *f = fopen(path, "re");

	while (f && fgets(line, sizeof(line), f))
		n++;
	if (f)
		fclose(f);

	return n;
}

/* Nobody holds anything any more: is all of it gone? */
static void check_nothing_left(int progs_before, long devs_before)
{
	long devs, refs;
	char path[64];
	int i, left;

	for (i = 0; i < 2000 && objects() > progs_before; i++)
		usleep(10000);
	left = objects() - progs_before;
	ktap(left <= 0, "no program and no link is left (%d)", left > 0 ? left : 0);
	devs = lines("/proc/net/dev") - devs_before;
	ktap(!devs, "no device is left (%ld)", devs);

	/* The count of a module is that of its devices; a removal with programs
	 * of it around has to work, and with nothing of it around it must.
	 */
	for (i = 0; i < (int)ARRAY_SIZE(all_modules); i++) {
		snprintf(path, sizeof(path), "/sys/module/%s/refcnt", all_modules[i]);
		if (read_num(path, &refs))
			continue;
		ktap(!refs, "module %s has no user (%ld)", all_modules[i], refs);
		ktap(!syscall(__NR_delete_module, all_modules[i], O_NONBLOCK),
		     "module %s can be removed", all_modules[i]);
	}
}

static const char usage[] =
	"usage: stress [--seed N] [--ops N] [--no-modules]\n\n"
	"Three processes do N operations each (2000) on bound programs, while others\n"
	"change everything around them. KTAP on stdout, with the number of times that\n"
	"each operation worked and didn't. With 500 and more each has to work at least\n"
	"once.";

int main(int argc, char **argv)
{
	uint64_t seed = 1, ops = 2000;
	bool no_modules = false;
	const struct program_option options[] = {
		{ "seed", .number = &seed },
		{ "ops", .number = &ops },
		{ "no-modules", .flag = &no_modules },
		{}
	};
	/* What has to have worked at least once */
	static const enum count needed[] = {
		LOAD, LOAD_LARGE, LOAD_EXT, ATTACH, REPLACE, DETACH, LINK, UPDATE, ATTACH_EXT, DUMP,
		FDINFO, FDINFO_OTHER, PIN, TEST_RUN, DEV_CREATE, DEV_RENAME, DEV_MOVE, DEV_DOWN_UP,
		DEV_QUEUES, DEV_DELETE, NS_DELETE, NSIM_CREATE, FRAMES, JIT_HARDEN,
	};
	pid_t workers[WORKERS], others[5];
	int i, n = 0, progs_before, home;
	long devs_before;
	bool ok = true, with_dump;
	char path[64];
	size_t k;

	parse_options(argc, argv, options, usage);

	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		      -1, 0);
	if (shared == MAP_FAILED)
		die("no memory");
	find_kfuncs();
	modprobe("veth");
	modprobe("netdevsim");
	if (!no_modules)
		find_modules();
	with_dump = !write_num(JIT_ENABLE, 2) && !write_num(JIT_ENABLE, 1);
	home = ns_here();
	progs_before = objects();
	devs_before = lines("/proc/net/dev");
	btf = btf_of_programs();
	mkdir(NS_DIR, 0700);
	mkdir(PIN_DIR, 0700);
	if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount("stress", NS_DIR, "tmpfs", 0, NULL))
		die("no mount namespace: %s", strerror(errno));
	for (i = 0; i < NS; i++)
		ns_make(i);

	ktap_begin();
	rnd_seed(seed);
	ns_go(0);
	if (module_count && !strcmp(module[0], "veth"))
		outlive_module(module[0]);
	for (i = 0; i < PAIRS; i++)
		make_pair(i, -1);
	ns_enter(home);

	others[n++] = start(devices, seed + 100, ops / 2);
	others[n++] = start(traffic, seed + 101, ops * 20);
	others[n++] = start(settings, seed + 102, ops * 20);
	if (!no_modules)
		others[n++] = start(modules, seed + 103, ops / 50);
	for (i = 0; i < WORKERS; i++)
		workers[i] = start(worker, seed + i, ops);
	for (i = 0; i < WORKERS; i++)
		ok &= wait_for(workers[i]);
	__atomic_store_n(&shared->done, true, __ATOMIC_RELAXED);
	for (i = 0; i < n; i++)
		ok &= wait_for(others[i]);
	ktap(ok, "all processes came to their end");

	printf("# %-40s %10s %10s\n", "operation", "worked", "refused");
	for (i = 0; i < COUNTS; i++)
		printf("# %-40s %10lu %10lu\n", count_name[i], shared->ok[i], shared->failed[i]);
	for (k = 0; k < ARRAY_SIZE(needed) && ops >= ENOUGH_OPS; k++)
		ktap(shared->ok[needed[k]], "%s: worked %lu times", count_name[needed[k]],
		     shared->ok[needed[k]]);
	if (with_dump && ops >= ENOUGH_OPS)
		ktap(shared->ok[JIT_DUMP], "%s: worked %lu times", count_name[JIT_DUMP],
		     shared->ok[JIT_DUMP]);
	if (module_count && ops >= ENOUGH_OPS)
		ktap(shared->ok[MODULE_REMOVE], "%s: worked %lu times", count_name[MODULE_REMOVE],
		     shared->ok[MODULE_REMOVE]);
	ktap(!shared->failed[TEST_RUN], "no test run of a bound program");

	for (i = 0; i < 8; i++) {
		snprintf(path, sizeof(path), PIN_DIR "/%d", i);
		unlink(path);
	}
	rmdir(PIN_DIR);
	for (i = 0; i < NSIMS; i++)
		nsim_del(100 + i);
	for (i = 0; i < PAIRS; i++) {
		int j;

		for (j = 0; j < NS; j++)
			if (!ns_go(j))
				nl_delete(nl, DEV(i, 0));
	}
	ns_enter(home);
	close(nl);
	for (i = 0; i < NS; i++) {
		ns_path(path, sizeof(path), i);
		umount2(path, MNT_DETACH);
	}
	umount2(NS_DIR, MNT_DETACH);
	check_nothing_left(progs_before, devs_before);

	return ktap_end();
}
