// SPDX-License-Identifier: GPL-2.0
/*
 * Random sequences of operations on programs that are bound to a device, each
 * one asked of the model first: the kernel has to accept or to refuse it as the
 * model says. The seed alone decides what happens.
 */
#define _GNU_SOURCE
#include "model.h"
#include "sys.h"

#include <errno.h>
#include <linux/if_link.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PROGS		24
#define LINKS		12
#define MAPS		6
#define MAX_INSNS	4096

/* Indices that no device gets by itself */
#define IFINDEX(dev)	(1000000 + (dev))
#define NO_IFINDEX	999999

/* Places of the devices */
enum { LO_0, LO_1, DUMMY_0, VETH_A, VETH_A_PEER, VETH_B, VETH_B_PEER, NSIM_0, NSIM_1 };

static struct {
	struct prog *prog;		/* NULL: the slot is free */
	int fd;
} progs[PROGS];

static struct {
	struct link link;
	int fd;				/* 0: the slot is free */
} links[LINKS];

static struct {
	struct map map;
	int fd;
} maps[MAPS];

static int ns_fd[NS], nl[NS], here;
static int btf;
static bool verbose;

static unsigned long accepted, refused;
static unsigned long alone[RULES], broken[RULES];
static char op_text[512];
static bool failed;

static const char * const type_name[] = { "xdp", "cls", "socket", "ext" };
static const uint32_t bpf_type[] = {
	BPF_PROG_TYPE_XDP, BPF_PROG_TYPE_SCHED_CLS, BPF_PROG_TYPE_SOCKET_FILTER,
	BPF_PROG_TYPE_EXT,
};
static const uint32_t bpf_attach_type[] = { BPF_XDP, BPF_XDP_DEVMAP, BPF_XDP_CPUMAP };
static const uint32_t bpf_map_type[] = {
	BPF_MAP_TYPE_PROG_ARRAY, BPF_MAP_TYPE_DEVMAP, BPF_MAP_TYPE_DEVMAP_HASH,
	BPF_MAP_TYPE_CPUMAP,
};
static const char * const map_name[] = { "prog_array", "devmap", "devmap_hash", "cpumap" };

static void __attribute__((format(printf, 1, 2))) op(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(op_text, sizeof(op_text), fmt, args);
	va_end(args);
	if (verbose)
		printf("# %s\n", op_text);
}

static void __attribute__((format(printf, 1, 2))) wrong(const char *fmt, ...)
{
	va_list args;

	failed = true;
	printf("# %s\n# ", op_text);
	va_start(args, fmt);
	vprintf(fmt, args);
	va_end(args);
	putchar('\n');
}

/* Is the kernel's answer one of those that the model allows? */
static bool agrees(const struct verdict *v, int ret)
{
	int i;

	for (i = 0; i < RULES; i++) {
		if (v->rules == 1ULL << i)
			alone[i]++;
		if (v->rules & 1ULL << i)
			broken[i]++;
	}
	if (verbose)
		printf("#   %d\n", ret < 0 ? ret : 0);
	if (ret >= 0 && !v->rules) {
		accepted++;
		return true;
	}
	if (ret < 0 && v->any) {
		refused++;
		return true;
	}
	for (i = 0; ret < 0 && i < v->n && i < 8; i++) {
		if (ret == -v->errs[i]) {
			refused++;
			return true;
		}
	}

	wrong("the kernel said %d (%s), the model has %s", ret < 0 ? ret : 0,
	      ret < 0 ? strerror(-ret) : "fine", v->rules ? "these rules broken:" : "no objection");
	for (i = 0; i < RULES; i++)
		if (v->rules & 1ULL << i)
			printf("#   %s\n", rule_name[i]);

	return false;
}

/* Devices */

static void dev_text(char *text, size_t len, const struct dev *dev)
{
	static const char * const kinds[] = { "lo", "dummy", "veth", "nsim" };

	if (dev)
		snprintf(text, len, "%s%d@%d", kinds[dev->kind], (int)(dev - devs), dev->ns);
	else
		snprintf(text, len, "no device");
}

static void must(int err, const char *what)
{
	if (err < 0)
		wrong("%s: %s", what, strerror(-err));
}

static void enter(int ns)
{
	here = ns;
	ns_enter(ns_fd[ns]);
}

static void dev_new(int i)
{
	int old = here, ns = rnd(NS), peer_ns = rnd(NS);
	char name[16], peer[16];
	uint32_t ifindex;

	snprintf(name, sizeof(name), "fz%d", i);
	switch (i) {
	case DUMMY_0:
		op("new dummy in %d", ns);
		must(nl_dummy(nl[ns], name, IFINDEX(i)), "a dummy can't be created");
		model_dev_new(&devs[i], DUMMY, ns, IFINDEX(i));
		break;
	case VETH_A:
	case VETH_B:
		op("new veth in %d and %d", ns, peer_ns);
		snprintf(peer, sizeof(peer), "fz%d", i + 1);
		must(nl_veth(nl[ns], name, IFINDEX(i), peer, IFINDEX(i + 1), ns_fd[peer_ns], 0),
		     "a veth can't be created");
		model_dev_new(&devs[i], VETH, ns, IFINDEX(i));
		model_dev_new(&devs[i + 1], VETH, peer_ns, IFINDEX(i + 1));
		devs[i].peer = i + 1;
		devs[i + 1].peer = i;
		break;
	case NSIM_0:
	case NSIM_1:
		op("new netdevsim");
		enter(0);
		must(nsim_new(i, &ifindex), "a netdevsim can't be created");
		enter(old);
		model_dev_new(&devs[i], NSIM, 0, ifindex);
		break;
	}
}

static void dev_delete(int i)
{
	int peer = devs[i].peer;
	char text[32];

	dev_text(text, sizeof(text), &devs[i]);
	op("delete %s", text);
	if (devs[i].kind == NSIM)
		must(nsim_del(i), "a netdevsim can't be deleted");
	else
		must(nl_delete(nl[devs[i].ns], devs[i].ifindex), "a device can't be deleted");
	model_dev_gone(&devs[i]);
	if (peer >= 0)
		model_dev_gone(&devs[peer]);
}

static void dev_move(int i)
{
	int ns = devs[i].ns, to = !ns;
	char text[32];

	dev_text(text, sizeof(text), &devs[i]);
	op("move %s to %d", text, to);
	must(nl_move(nl[ns], devs[i].ifindex, ns_fd[to]), "a device can't be moved");
	devs[i].ns = to;
}

/* The namespace goes away and all its devices with it. One pair is made for
 * this: when the end that is here is gone, all are.
 */
static void ns_delete(void)
{
	int i, peer;

	op("delete namespace 1");
	enter(0);
	must(nl_veth(nl[0], "marker", 0, "marker-peer", 0, ns_fd[1], 0),
	     "a veth can't be created");
	close(nl[1]);
	close(ns_fd[1]);
	for (i = 0; i < 2000 && !access("/sys/class/net/marker", F_OK); i++)
		usleep(10000);
	if (i == 2000)
		wrong("the namespace stays");
	/* sysfs is done before the last of it is */
	nl_exists(nl[0], 1);

	for (i = 0; i < DEVS; i++) {
		if (!devs[i].exists || devs[i].ns != 1)
			continue;
		peer = devs[i].peer;
		model_dev_gone(&devs[i]);
		if (peer >= 0)
			model_dev_gone(&devs[peer]);
	}
	ns_fd[1] = ns_new();
	enter(1);
	nl[1] = nl_open();
	model_dev_new(&devs[LO_1], LO, 1, 1);
}

static void op_device(void)
{
	static const int places[] = { DUMMY_0, VETH_A, VETH_B, NSIM_0, NSIM_1 };
	int i = places[rnd(ARRAY_SIZE(places))];
	char name[16];

	if (one_in(24)) {
		ns_delete();
		return;
	}
	if (!devs[i].exists) {
		dev_new(i);
		return;
	}
	if (devs[i].kind == VETH && one_in(2))
		i = devs[i].peer;

	switch (rnd(6)) {
	case 0:
		dev_delete(i);
		break;
	case 1:
		if (devs[i].kind != NSIM) {
			dev_move(i);
			break;
		}
		/* fall through */
	case 2:
		op("rename %d", i);
		snprintf(name, sizeof(name), "fz%d%c", i, 'a' + (int)rnd(26));
		must(nl_up(nl[devs[i].ns], devs[i].ifindex, false), "a device can't go down");
		must(nl_rename(nl[devs[i].ns], devs[i].ifindex, name), "a device can't be renamed");
		break;
	default:
		op("%d up or down", i);
		must(nl_up(nl[devs[i].ns], devs[i].ifindex, !one_in(3)),
		     "a device can't go up or down");
	}
}

/* A device to do something with: mostly one that is there */
static struct dev *any_dev(int ns, uint32_t *ifindex)
{
	int i, n = rnd(DEVS);

	*ifindex = one_in(2) ? NO_IFINDEX : (uint32_t)-1;
	if (one_in(16))
		return NULL;
	for (i = 0; i < DEVS; i++) {
		struct dev *dev = &devs[(n + i) % DEVS];

		/* lo and dummy are good for few things */
		if (dev->exists && dev->ns == ns &&
		    (i == DEVS - 1 || dev->kind > DUMMY || one_in(4))) {
			*ifindex = dev->ifindex;
			return dev;
		}
	}

	return NULL;
}

/* Programs */

static int any_prog(void)
{
	int i, n = rnd(PROGS);

	for (i = 0; i < PROGS; i++)
		if (progs[(n + i) % PROGS].prog)
			return (n + i) % PROGS;

	return -1;
}

static void prog_text(char *text, size_t len, const struct prog *prog)
{
	char dev[32] = "gone";

	if (prog->bound && model_bound_dev(prog))
		dev_text(dev, sizeof(dev), model_bound_dev(prog));
	if (prog->offloaded && model_dev_living(prog->offloaded))
		dev_text(dev, sizeof(dev), model_dev_living(prog->offloaded));
	snprintf(text, len, "%s %u%s%s%s%s%s%s", type_name[prog->type], prog->id,
		 prog->bound ? " bound to " : prog->offloaded ? " offloaded to " : "",
		 prog->bound || prog->offloaded ? dev : "",
		 prog->attach_type == A_DEVMAP ? " for devmap" :
		 prog->attach_type == A_CPUMAP ? " for cpumap" : "",
		 prog->frags ? " frags" : "", prog->func ? " func" : "",
		 prog->kfunc ? " kfunc" : "");
}

static int put_padding(struct bpf_insn *insns)
{
	int n = 0, count = one_in(12) ? rnd(MAX_INSNS - 256) : rnd(16);

	insns[n++] = MOV_IMM(BPF_REG_0, 0);
	while (count--)
		insns[n++] = ADD_IMM(BPF_REG_0, 1);

	return n;
}

/* A tail call into a map, or a redirect through it; register 6 has the context */
static int put_map_use(struct bpf_insn *insns, enum mtype type, int fd)
{
	const struct bpf_insn tail_call[] = {
		MOV_REG(BPF_REG_1, BPF_REG_6),
		LOAD_IMM64(BPF_REG_2, BPF_PSEUDO_MAP_FD, fd),
		MOV_IMM(BPF_REG_3, 0),
		CALL(BPF_FUNC_tail_call),
	};
	const struct bpf_insn redirect[] = {
		LOAD_IMM64(BPF_REG_1, BPF_PSEUDO_MAP_FD, fd),
		MOV_IMM(BPF_REG_2, 0),
		MOV_IMM(BPF_REG_3, XDP_PASS),
		CALL(BPF_FUNC_redirect_map),
	};

	if (type == PROG_ARRAY) {
		memcpy(insns, tail_call, sizeof(tail_call));
		return ARRAY_SIZE(tail_call);
	}
	memcpy(insns, redirect, sizeof(redirect));
	return ARRAY_SIZE(redirect);
}

/* Programs with a function: main calls it and its type is known */
static void op_load(void)
{
	static struct bpf_insn insns[MAX_INSNS];
	struct bpf_func_info funcs[2] = {};
	struct load_args a = { .ns = here };
	struct load load = { .insns = insns };
	int slot = rnd(PROGS), target = -1, map = -1, n = 0, fd;
	struct bpf_prog_info info = {};
	char text[128], tgt[128] = "";
	struct verdict v;
	struct prog *prog;
	bool ok;

	/* What */
	a.type = one_in(5) ? P_EXT : one_in(8) ? rnd(3) : P_XDP;
	if (a.type == P_EXT) {
		target = any_prog();
		for (n = 0; target >= 0 && n < PROGS && !progs[target].prog->func; n++)
			target = any_prog();
		/* it takes BTF to name a function of it */
		if (target < 0 || !progs[target].prog->func)
			a.type = P_XDP;
		else
			a.target = progs[target].prog;
		n = 0;
	}
	a.attach_type = a.type == P_XDP && one_in(4) ? 1 + rnd(2) : A_XDP;
	a.frags = a.type == P_XDP && one_in(5);
	a.flag = one_in(a.type == P_XDP ? 2 : 12);
	a.unknown_flag = one_in(40);
	if (a.flag ? !one_in(8) : one_in(a.type == P_XDP ? 8 : 20))
		any_dev(here, &a.ifindex);
	/* half of the loads without the flag should go where that may work */
	if (a.ifindex && !a.flag && one_in(2) && devs[NSIM_0].exists)
		a.ifindex = devs[NSIM_0].ifindex;
	/* and some should work, for what is done with them later */
	if (a.type == P_XDP && !here && devs[NSIM_0].exists && one_in(10)) {
		a.flag = a.frags = a.unknown_flag = false;
		a.attach_type = A_XDP;
		a.ifindex = devs[NSIM_0].ifindex;
	}
	a.kfunc = a.flag ? one_in(2) : one_in(8);
	if (a.type == P_EXT)
		a.kfunc = one_in(2);
	if (a.type == P_XDP && !(a.ifindex && !a.flag)) {
		a.func = one_in(3);
		if (!a.func && one_in(5)) {
			map = rnd(MAPS);
			a.map = &maps[map].map;
		}
	}

	/* Code */
	load.type = bpf_type[a.type];
	load.flags = (a.flag ? BPF_F_XDP_DEV_BOUND_ONLY : 0) |
		     (a.frags ? BPF_F_XDP_HAS_FRAGS : 0) | (a.unknown_flag ? 1U << 30 : 0);
	load.ifindex = a.ifindex;
	load.attach_type = a.type == P_XDP ? bpf_attach_type[a.attach_type] : 0;
	if (a.type == P_EXT) {
		load.attach_fd = progs[target].fd;
		load.attach_btf_id = BTF_FUNC;
		load.btf_fd = btf;
		funcs[0].type_id = BTF_FUNC;
		load.funcs = funcs;
		load.func_cnt = 1;
	}
	insns[n++] = MOV_REG(BPF_REG_6, BPF_REG_1);
	if (a.kfunc && (!a.func || one_in(2)))
		n += put_kfunc(insns + n, rnd(KFUNCS));
	if (map >= 0)
		n += put_map_use(insns + n, maps[map].map.type, maps[map].fd);
	if (a.func) {
		load.btf_fd = btf;
		load.funcs = funcs;
		load.func_cnt = 2;
		insns[n++] = MOV_REG(BPF_REG_1, BPF_REG_6);
		n += put_padding(insns + n);
		insns[n++] = CALL_FUNC(2);
		insns[n++] = MOV_IMM(BPF_REG_0, XDP_PASS);
		insns[n++] = EXIT();
		funcs[0].type_id = BTF_MAIN;
		funcs[1].type_id = BTF_FUNC;
		funcs[1].insn_off = n;
		if (a.kfunc)
			n += put_kfunc(insns + n, rnd(KFUNCS));
	} else {
		n += put_padding(insns + n);
	}
	insns[n++] = MOV_IMM(BPF_REG_0, XDP_PASS);
	insns[n++] = EXIT();
	load.insn_cnt = n;

	if (a.target) {
		prog_text(text, sizeof(text), a.target);
		snprintf(tgt, sizeof(tgt), " for %.100s", text);
	}
	dev_text(text, sizeof(text), model_dev_at(here, a.ifindex));
	op("load %s in %d: flag %d, ifindex %u (%s), attach type %d%s%s%s%s %s, %d instructions",
	   type_name[a.type], here, a.flag, a.ifindex, text, a.attach_type,
	   a.frags ? " frags" : "", a.kfunc ? " kfunc" : "", a.func ? " func" : "", tgt,
	   map < 0 ? "" : map_name[maps[map].map.type], n);

	v = may_load(&a);
	load.want_log = verbose;
	fd = prog_load(&load);
	ok = agrees(&v, fd);
	if (!ok && fd < 0) {
		load.want_log = true;
		fd = prog_load(&load);
		printf("# %s\n", verifier_log);
	}
	if (fd < 0)
		return;

	prog = malloc(sizeof(*prog));
	did_load(&a, prog);
	if (!prog_info(fd, &info))
		prog->id = info.id;
	if (progs[slot].prog)
		close(progs[slot].fd);
	progs[slot].prog = prog;
	progs[slot].fd = fd;
}

/* What the kernel tells about a program */
static void check_info(int i)
{
	const struct prog *prog = progs[i].prog;
	struct bpf_prog_info info = {};
	uint64_t ifindex = 0, ino = 0;
	const struct dev *dev;
	int err, found;

	err = prog_info(progs[i].fd, &info);
	found = !prog_fdinfo(progs[i].fd, "bound_ifindex", &ifindex) +
		!prog_fdinfo(progs[i].fd, "bound_netns_ino", &ino);
	if (prog->offloaded) {
		dev = model_dev_living(prog->offloaded);
		if (dev ? err || info.ifindex != dev->ifindex : err != -ENODEV)
			wrong("info of an offloaded program: %d, ifindex %u", err, info.ifindex);
		if (found)
			wrong("an offloaded program has bound_... in its fdinfo");
		return;
	}

	if (err || info.ifindex || info.netns_dev || info.netns_ino)
		wrong("info: %d, ifindex %u, netns %llu", err, info.ifindex,
		      (unsigned long long)info.netns_ino);
	if (!info.jited_prog_len || !info.xlated_prog_len)
		wrong("info has no length of instructions");
	if (!prog->bound) {
		if (found)
			wrong("an unbound program has bound_... in its fdinfo");
		return;
	}
	dev = model_bound_dev(prog);
	if (found != 2)
		wrong("a bound program has no bound_... in its fdinfo");
	else if (ifindex != (dev ? dev->ifindex : 0) ||
		 ino != (dev ? ns_ino(ns_fd[dev->ns]) : 0))
		wrong("fdinfo of %u: bound_ifindex %lu, bound_netns_ino %lu", prog->id,
		      (unsigned long)ifindex, (unsigned long)ino);
}

/* Is attached what has to be, and everybody notified that has to be? */
static void audit(void)
{
	uint32_t ids[3];
	int i, mode;

	for (i = 0; i < DEVS; i++) {
		if (!devs[i].exists)
			continue;
		if (nl_xdp_query(nl[devs[i].ns], devs[i].ifindex, ids)) {
			wrong("device %d is not there", i);
			continue;
		}
		for (mode = 0; mode < MODES; mode++) {
			uint32_t want = devs[i].prog[mode] ? devs[i].prog[mode]->id : 0;

			if (ids[mode] != want)
				wrong("device %d has program %u in mode %d, not %u", i,
				      ids[mode], mode, want);
		}
	}
	for (i = 0; i < PROGS; i++)
		if (progs[i].prog)
			check_info(i);
}

/* A device, mode and flags for a program */
static uint32_t any_place(struct attach_args *a, int ns, uint32_t *ifindex)
{
	static const uint32_t modes[] = { 0, 0, 0, 1 << NATIVE, 1 << NATIVE, 1 << GENERIC,
					  1 << OFFLOAD, 1 << NATIVE | 1 << GENERIC };
	struct dev *dev = NULL;

	if (a->prog && (one_in(2) || a->prog->offloaded))
		dev = model_dev_living(a->prog->bound ?: a->prog->offloaded);
	if (dev && dev->ns == ns) {
		*ifindex = dev->ifindex;
		a->dev = dev;
	} else {
		a->dev = any_dev(ns, ifindex);
	}
	a->modes = modes[rnd(ARRAY_SIZE(modes))];
	if (a->prog && a->prog->offloaded && !one_in(3))
		a->modes = 1 << OFFLOAD;
	a->bad_flag = one_in(32);

	/* XDP_FLAGS_SKB_MODE and so on are in the same order */
	return a->modes << 1 | (a->bad_flag ? 1 << 7 : 0);
}

static void op_attach(void)
{
	int p = one_in(3) ? -1 : any_prog(), old = -1, ns;
	struct attach_args a = {};
	uint32_t ifindex, flags;
	char text[128] = "nothing", dev[32];
	struct verdict v;
	struct dev *d;

	if (p >= 0) {
		a.prog = progs[p].prog;
		prog_text(text, sizeof(text), a.prog);
	}
	d = p >= 0 && one_in(2) ? model_dev_living(a.prog->bound) : NULL;
	ns = d ? d->ns : (int)rnd(NS);
	flags = any_place(&a, ns, &ifindex);
	if (one_in(4)) {
		a.noexist = true;
		flags |= XDP_FLAGS_UPDATE_IF_NOEXIST;
	}
	if (one_in(4)) {
		a.replace = true;
		flags |= XDP_FLAGS_REPLACE;
		old = one_in(4) ? -1 : any_prog();
		/* mostly the right one */
		if (a.dev && !one_in(3)) {
			const struct prog *cur = a.dev->prog[model_mode(a.dev, a.modes)];
			int i;

			for (i = 0; i < PROGS; i++)
				if (cur && progs[i].prog == cur)
					old = i;
		}
		if (old >= 0)
			a.expected = progs[old].prog;
	}
	dev_text(dev, sizeof(dev), a.dev);
	op("attach %s to %s, flags %#x, instead of %d", text, dev, flags,
	   a.expected ? (int)a.expected->id : -1);

	v = may_attach(&a);
	if (agrees(&v, nl_xdp(nl[ns], ifindex, p >= 0 ? progs[p].fd : -1, flags,
			      old >= 0 ? progs[old].fd : -1)) && !v.rules)
		did_attach(&a);
}

/* One that is offloaded, if there is any */
static int any_offloaded(void)
{
	int i, n = rnd(PROGS);

	for (i = 0; i < PROGS; i++) {
		int p = (n + i) % PROGS;

		if (progs[p].prog && progs[p].prog->offloaded)
			return p;
	}

	return any_prog();
}

static void op_link(void)
{
	int p = one_in(4) ? any_offloaded() : any_prog(), slot = rnd(LINKS), fd;
	struct attach_args a = {};
	uint32_t ifindex, flags;
	char text[128], dev[32];
	struct verdict v;

	if (p < 0 || progs[p].prog->type == P_EXT || links[slot].fd)
		return;

	a.prog = progs[p].prog;
	flags = any_place(&a, here, &ifindex);
	prog_text(text, sizeof(text), a.prog);
	dev_text(dev, sizeof(dev), a.dev);
	op("link %s to %s in %d, flags %#x", text, dev, here, flags);

	v = may_link(&a);
	fd = link_create_xdp(progs[p].fd, ifindex, flags);
	if (agrees(&v, fd) && fd >= 0) {
		did_link(&a, &links[slot].link);
		links[slot].fd = fd;
	}
}

static int any_link(void)
{
	int i, n = rnd(LINKS);

	for (i = 0; i < LINKS; i++)
		if (links[(n + i) % LINKS].fd)
			return (n + i) % LINKS;

	return -1;
}

static void op_update(void)
{
	int l = any_link(), p = any_prog(), old = -1, i;
	const struct prog *expected = NULL;
	bool replace = one_in(3);
	struct link *link;
	char text[128];
	struct verdict v;

	if (l < 0 || p < 0)
		return;

	/* native is what most links are */
	for (i = 0; i < LINKS && one_in(2); i++)
		if (links[i].fd && links[i].link.dev && links[i].link.mode != NATIVE)
			l = i;
	link = &links[l].link;
	/* one that is bound to the link's device, or was */
	if (link->dev && one_in(2))
		for (i = 0; i < PROGS; i++)
			if (progs[i].prog && progs[i].prog->bound == link->dev->life &&
			    progs[i].prog->type == P_XDP)
				p = i;
	if (replace || one_in(16)) {
		old = any_prog();
		for (i = 0; i < PROGS; i++)
			if (progs[i].prog == link->prog && !one_in(3))
				old = i;
		expected = progs[old].prog;
	}
	prog_text(text, sizeof(text), progs[p].prog);
	op("update link %d (device %d, mode %d, program %u) to %s, instead of %d", l,
	   link->dev ? (int)(link->dev - devs) : -1, link->mode, link->prog->id, text,
	   expected ? (int)expected->id : -1);

	v = may_update(link, progs[p].prog, replace, expected);
	if (agrees(&v, link_update(links[l].fd, progs[p].fd, old >= 0 ? progs[old].fd : 0,
				   replace ? BPF_F_REPLACE : 0)) && !v.rules)
		did_update(link, progs[p].prog);
}

static void op_unlink(void)
{
	int l = any_link();

	if (l < 0)
		return;
	if (!links[l].link.ext && one_in(4)) {
		op("detach link %d", l);
		must(link_detach(links[l].fd), "a link can't be detached");
		did_unlink(&links[l].link);
		return;
	}
	op("close link %d", l);
	close(links[l].fd);
	links[l].fd = 0;
	did_unlink(&links[l].link);
}

static void op_insert(void)
{
	int m = rnd(MAPS), p = any_prog(), index = rnd(ENTRIES), ret, i;
	struct map *map = &maps[m].map;
	struct { uint32_t ifindex, fd; } value;
	enum attach_type want;
	struct prog *prog;
	struct dev *dev = NULL;
	uint32_t ifindex = 0;
	struct verdict v;
	char text[128];

	/* mostly one made for this map */
	want = map->type == PROG_ARRAY ? A_XDP : map->type == CPUMAP ? A_CPUMAP : A_DEVMAP;
	for (i = 0; i < 4 && p >= 0 && progs[p].prog->attach_type != want; i++)
		p = any_prog();
	if (p < 0)
		return;
	prog = progs[p].prog;
	/* What a map of programs makes of these is 6.1's affair */
	if (map->type == PROG_ARRAY && (prog->offloaded || (prog->type == P_EXT && !prog->bound)))
		return;

	prog_text(text, sizeof(text), prog);
	switch (map->type) {
	case PROG_ARRAY:
		value.ifindex = progs[p].fd;
		break;
	case CPUMAP:
		index = rnd(2);
		value.ifindex = 192;	/* qsize */
		value.fd = progs[p].fd;
		break;
	default:
		dev = any_dev(here, &ifindex);
		value.ifindex = ifindex;
		value.fd = progs[p].fd;
	}
	op("put %s into %s %d[%d]", text, map_name[map->type], m, index);

	v = may_insert(map, prog, dev);
	ret = map_update(maps[m].fd, &index, &value);
	if (agrees(&v, ret)) {
		if (ret >= 0)
			did_insert(map, prog, index);
		else
			refused_insert(map, prog);
	}
}

static void map_new(int m)
{
	enum mtype type = m < MTYPES ? m : (int)rnd(MTYPES);

	if (maps[m].fd) {
		close(maps[m].fd);
		did_drop_map(&maps[m].map);
	}
	memset(&maps[m], 0, sizeof(maps[m]));
	maps[m].map.type = type;
	maps[m].fd = need(map_create(bpf_map_type[type], 4, type == PROG_ARRAY ? 4 : 8,
				     ENTRIES, 0), "a map can't be created");
}

/* What a PROG_ARRAY holds on to is let go a bit later, which the next operation
 * would be too early for. Those without programs in them have nothing to wait for.
 */
static void op_map(void)
{
	int m = rnd(MAPS), i;
	bool full = false;

	for (i = 0; i < ENTRIES; i++)
		full |= !!maps[m].map.elem[i];
	op("new map %d", m);
	for (i = 0; full && i < ENTRIES; i++) {
		if (!maps[m].map.elem[i])
			continue;
		must(map_delete(maps[m].fd, &i), "an element can't be deleted");
	}
	map_new(m);
}

static void op_test_run(void)
{
	int p = any_prog();
	struct verdict v;
	char text[128];

	if (p < 0)
		return;
	prog_text(text, sizeof(text), progs[p].prog);
	op("test run of %s", text);
	v = may_test_run(progs[p].prog);
	agrees(&v, prog_test_run(progs[p].fd));
}

static void op_replace(void)
{
	int e = any_prog(), t = -1, slot = rnd(LINKS), fd, i;
	struct prog *ext, *target = NULL;
	char text[128], tgt[128] = "that one";
	struct verdict v;

	for (i = 0; i < 16 && e >= 0 && progs[e].prog->type != P_EXT; i++)
		e = any_prog();
	if (e < 0 || progs[e].prog->type != P_EXT || links[slot].fd)
		return;

	ext = progs[e].prog;
	if (!ext->target || one_in(2)) {
		t = any_prog();
		for (i = 0; i < 8 && !(progs[t].prog->func &&
				       (one_in(2) || progs[t].prog->bound == ext->bound)); i++)
			t = any_prog();
		target = progs[t].prog;
		prog_text(tgt, sizeof(tgt), target);
	}
	prog_text(text, sizeof(text), ext);
	op("attach %s to %s", text, tgt);

	v = may_replace(ext, target);
	fd = link_create_ext(progs[e].fd, t >= 0 ? progs[t].fd : 0, t >= 0 ? BTF_FUNC : 0);
	if (agrees(&v, fd) && fd >= 0) {
		did_replace(ext, target, &links[slot].link);
		links[slot].fd = fd;
	}
}

static void op_close(void)
{
	int p = any_prog();

	if (p < 0)
		return;
	op("close %u", progs[p].prog->id);
	close(progs[p].fd);
	progs[p].prog = NULL;
}

static void op_enter(void)
{
	enter(rnd(NS));
	op("enter %d", here);
}

static const struct {
	void (*run)(void);
	int weight;
} ops[] = {
	{ op_load, 36 },
	{ op_attach, 20 },
	{ op_link, 12 },
	{ op_update, 12 },
	{ op_unlink, 9 },
	{ op_insert, 12 },
	{ op_test_run, 4 },
	{ op_replace, 12 },
	{ op_device, 10 },
	{ op_map, 2 },
	{ op_close, 2 },
	{ op_enter, 3 },
};

static void step(void)
{
	int total = 0, n;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(ops); i++)
		total += ops[i].weight;
	n = rnd(total);
	for (i = 0; n >= ops[i].weight; i++)
		n -= ops[i].weight;
	op("nothing");
	ops[i].run();
}

static int objects(void)
{
	return count_ids(BPF_PROG_GET_NEXT_ID) + count_ids(BPF_MAP_GET_NEXT_ID) +
	       count_ids(BPF_LINK_GET_NEXT_ID);
}

static void set_up(void)
{
	int i;

	model_reset();
	memset(progs, 0, sizeof(progs));
	memset(links, 0, sizeof(links));
	memset(maps, 0, sizeof(maps));
	for (i = 0; i < NS; i++) {
		ns_fd[i] = i ? ns_new() : ns_here();
		enter(i);
		nl[i] = nl_open();
		model_dev_new(&devs[i], LO, i, 1);
	}
	enter(0);
	for (i = 0; i < MAPS; i++)
		map_new(i);
	dev_new(DUMMY_0);
	dev_new(VETH_A);
	dev_new(VETH_B);
	dev_new(NSIM_0);
	dev_new(NSIM_1);
}

static void tear_down(void)
{
	int i;

	for (i = 0; i < PROGS; i++)
		if (progs[i].prog)
			close(progs[i].fd);
	for (i = 0; i < LINKS; i++)
		if (links[i].fd)
			close(links[i].fd);
	for (i = 0; i < MAPS; i++)
		close(maps[i].fd);
	for (i = DUMMY_0; i < DEVS; i++)
		if (devs[i].exists)
			dev_delete(i);
	/* lo0 stays */
	for (i = 0; i < 3; i++)
		nl_xdp(nl[0], 1, -1, 1 << (i + 1), -1);
	enter(0);
	for (i = 0; i < NS; i++) {
		close(nl[i]);
		close(ns_fd[i]);
	}
}

/* true: model and kernel agreed to the end */
static bool run(uint64_t seed, unsigned long count)
{
	int before, i;
	unsigned long n;

	rnd_seed(seed);
	failed = false;
	before = objects();
	set_up();
	for (n = 0; n < count && !failed; n++) {
		step();
		if (!failed && !(n % 16))
			audit();
	}
	if (!failed)
		audit();
	if (failed)
		printf("# that was operation %lu of seed %llu\n", n, (unsigned long long)seed);
	tear_down();

	/* Freed after a grace period */
	for (i = 0; i < 1000 && objects() > before; i++)
		usleep(10000);
	if (!failed && objects() > before) {
		op("the end");
		wrong("%d programs, %d maps, %d links are left",
		      count_ids(BPF_PROG_GET_NEXT_ID), count_ids(BPF_MAP_GET_NEXT_ID),
		      count_ids(BPF_LINK_GET_NEXT_ID));
	}

	return !failed;
}

static const char usage[] =
	"usage: fuzz [--seed N] [--ops N] [--runs N] [--verbose]\n\n"
	"Do N random operations (4000) on bound programs and compare what the kernel\n"
	"says with the model, with this seed (1) and the ones after it (4 runs).\n"
	"KTAP on stdout; each run is a test, and so is each rule of the contract: it\n"
	"has to have been broken, and nothing else with it.";

int main(int argc, char **argv)
{
	uint64_t seed = 1, count = 4000, runs = 4, r;
	const struct program_option options[] = {
		{ "seed", .number = &seed },
		{ "ops", .number = &count },
		{ "runs", .number = &runs },
		{ "verbose", .flag = &verbose },
		{}
	};
	int i;

	parse_options(argc, argv, options, usage);
	find_kfuncs();
	btf = btf_of_programs();

	ktap_begin();
	for (r = 0; r < runs; r++) {
		unsigned long a = accepted, b = refused;
		bool ok = run(seed + r, count);

		ktap(ok, "seed %llu: %lu operations accepted, %lu refused",
		     (unsigned long long)(seed + r), accepted - a, refused - b);
	}
	for (i = 0; i < RULES; i++)
		ktap(alone[i], "rule %s: broken %lu times, %lu of them alone", rule_name[i],
		     broken[i], alone[i]);

	return ktap_end();
}
