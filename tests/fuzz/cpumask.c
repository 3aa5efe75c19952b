// SPDX-License-Identifier: GPL-2.0
/*
 * Programs that call the cpumask kfuncs with every kind of argument: what is no mask
 * has to be refused, what was accepted runs when a task is made.
 */
#define _GNU_SOURCE
#include "cpumask.h"
#include "sys.h"

#include <errno.h>
#include <linux/btf.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* What a kfunc takes: a CPU, a mask that is changed, one that is read, a reference that
 * is given away, a kptr in a map
 */
enum param { NONE, CPU, MASK, CONST_MASK, REF, KPTR };
/* and returns */
enum result { R_NUMBER, R_REF, R_REF_OR_NULL };

static const struct {
	const char *name;
	enum param params[3];
	enum result result;
} kfuncs[] = {
	{ "create", { NONE }, R_REF_OR_NULL },
	{ "acquire", { MASK }, R_REF },
	{ "release", { REF } },
	{ "kptr_get", { KPTR }, R_REF_OR_NULL },
	{ "set_cpu", { CPU, MASK } },
	{ "clear_cpu", { CPU, MASK } },
	{ "test_and_set_cpu", { CPU, MASK } },
	{ "test_and_clear_cpu", { CPU, MASK } },
	{ "setall", { MASK } },
	{ "clear", { MASK } },
	{ "and", { MASK, CONST_MASK, CONST_MASK } },
	{ "or", { MASK, CONST_MASK, CONST_MASK } },
	{ "xor", { MASK, CONST_MASK, CONST_MASK } },
	{ "copy", { MASK, CONST_MASK } },
	{ "test_cpu", { CPU, CONST_MASK } },
	{ "equal", { CONST_MASK, CONST_MASK } },
	{ "intersects", { CONST_MASK, CONST_MASK } },
	{ "subset", { CONST_MASK, CONST_MASK } },
	{ "empty", { CONST_MASK } },
	{ "full", { CONST_MASK } },
	{ "first", { CONST_MASK } },
	{ "first_zero", { CONST_MASK } },
	{ "any", { CONST_MASK } },
	{ "any_and", { CONST_MASK, CONST_MASK } },
};

#define CREATE	0
#define RELEASE	2

static uint32_t ids[ARRAY_SIZE(kfuncs)];

enum arg {
	A_OWN, A_OTHER, A_ACQUIRED, A_CPUS_PTR, A_CURRENT_CPUS_PTR, A_KPTR_SLOT,
	A_CPU, A_ANY_NUMBER,
	A_NULL, A_NUMBER, A_UNCHECKED, A_RELEASED, A_OWN_PLUS, A_OWN_MINUS, A_OWN_VAR,
	A_CPUS_PTR_PLUS, A_HALF_TASK_CPUS_PTR, A_PARENT_CPUS_PTR, A_USER_CPUS_PTR,
	A_CPUS_MASK, A_TASK, A_BITS,
	A_CURRENT_NUMBER,
	A_STACK, A_SPILL, A_CTX, A_MAP, A_VALUE, A_LOOKUP, A_RINGBUF,
	A_KPTR, A_KPTR_UNREF, A_KPTR_SLOT_UNREF, A_KPTR_SLOT_PLUS,
	ARGS
};

static const struct {
	const char *name;
	unsigned int good;		/* for these parameters, a bit each */
} args[ARGS] = {
	[A_OWN] = { "an own mask", 1 << MASK | 1 << CONST_MASK | 1 << REF },
	[A_OTHER] = { "another own mask", 1 << MASK | 1 << CONST_MASK | 1 << REF },
	[A_ACQUIRED] = { "a second reference", 1 << MASK | 1 << CONST_MASK | 1 << REF },
	[A_CPUS_PTR] = { "task->cpus_ptr", 1 << CONST_MASK },
	[A_CURRENT_CPUS_PTR] = { "current->cpus_ptr", 1 << CONST_MASK },
	[A_KPTR_SLOT] = { "a kptr in a map", 1 << KPTR },
	[A_CPU] = { "CPU 0", 1 << CPU },
	[A_ANY_NUMBER] = { "any number", 1 << CPU },
	[A_NULL] = { "NULL", 1 << CPU },
	[A_NUMBER] = { "a number", 1 << CPU },
	[A_UNCHECKED] = { "a mask that may be NULL" },
	[A_RELEASED] = { "a released mask", 1 << CPU },
	[A_OWN_PLUS] = { "inside of an own mask" },
	[A_OWN_MINUS] = { "before an own mask" },
	[A_OWN_VAR] = { "somewhere in an own mask" },
	[A_CPUS_PTR_PLUS] = { "inside of task->cpus_ptr" },
	[A_HALF_TASK_CPUS_PTR] = { "cpus_ptr of half a task's address" },
	[A_PARENT_CPUS_PTR] = { "task->parent->cpus_ptr" },
	[A_USER_CPUS_PTR] = { "task->user_cpus_ptr" },
	[A_CPUS_MASK] = { "&task->cpus_mask" },
	[A_TASK] = { "a task" },
	[A_BITS] = { "a mask's bits", 1 << CPU },
	[A_CURRENT_NUMBER] = { "the current task as a number", 1 << CPU },
	[A_STACK] = { "stack" },
	[A_SPILL] = { "where a mask is on the stack" },
	[A_CTX] = { "the context" },
	[A_MAP] = { "a map" },
	[A_VALUE] = { "map value" },
	[A_LOOKUP] = { "map value that may be NULL" },
	[A_RINGBUF] = { "ring buffer" },
	[A_KPTR] = { "read from a map" },
	[A_KPTR_UNREF] = { "read from a map, not referenced there" },
	[A_KPTR_SLOT_UNREF] = { "a kptr without reference in a map" },
	[A_KPTR_SLOT_PLUS] = { "inside of a kptr in a map" },
};

struct call {
	int kfunc;
	enum arg args[3];
};

static int count_map, kptr_map, value_map, ringbuf;
static int off_cpus_ptr, off_cpus_mask, off_user_cpus_ptr, off_parent;
static uint32_t tracepoint;

#define MASKS	64

static struct bpf_insn insns[256];
static int n;

#define EMIT(...) do { \
	const struct bpf_insn emit[] = { __VA_ARGS__ }; \
	memcpy(insns + n, emit, sizeof(emit)); \
	n += ARRAY_SIZE(emit); \
} while (0)

/* The arguments, from the first one on, and what has to be released after the call */
#define ARG_AT(i)	(-8 * ((i) + 1))
#define LATE_AT(i)	(-8 * ((i) + 5))
#define SCRATCH_AT	-64

static void value_at(int reg, int fd, int off)
{
	EMIT(LOAD_IMM64(reg, BPF_PSEUDO_MAP_VALUE, fd));
	insns[n - 1].imm = off;
}

static void release(int reg)
{
	EMIT(MOV_REG(BPF_REG_1, reg), CALL_KFUNC(ids[RELEASE]));
}

/* Return 0 without those of the two own masks that there are */
static void leave(int masks)
{
	if (masks > 1)
		release(BPF_REG_9);
	if (masks > 0)
		release(BPF_REG_8);
	EMIT(MOV_IMM(BPF_REG_0, 0), EXIT());
}

/* Register 6 is the context, 7 the task, 8 and 9 are own masks. The argument goes to
 * the stack, for the others may need calls.
 */
static void put_arg(enum arg arg, int i)
{
	int reg = BPF_REG_0;

	switch (arg) {
	case A_OWN:
	case A_OWN_PLUS:
	case A_OWN_MINUS:
	case A_OWN_VAR:
		if (arg == A_OWN_VAR)
			EMIT(CALL(BPF_FUNC_get_prandom_u32), ALU_IMM(BPF_AND, BPF_REG_0, 8),
			     INSN(BPF_ALU64 | BPF_ADD | BPF_X, BPF_REG_0, BPF_REG_8, 0, 0));
		else
			EMIT(MOV_REG(BPF_REG_0, BPF_REG_8),
			     ADD_IMM(BPF_REG_0, arg == A_OWN_PLUS ? 8 :
						arg == A_OWN_MINUS ? -8 : 0));
		break;
	case A_OTHER:
		reg = BPF_REG_9;
		break;
	case A_ACQUIRED:
		EMIT(MOV_REG(BPF_REG_1, BPF_REG_8), CALL_KFUNC(ids[1]),
		     STORE_REG(BPF_DW, BPF_REG_10, BPF_REG_0, LATE_AT(i)));
		break;
	case A_CPUS_PTR:
	case A_CPUS_PTR_PLUS:
		EMIT(LOAD_MEM(BPF_DW, BPF_REG_0, BPF_REG_7, off_cpus_ptr),
		     ADD_IMM(BPF_REG_0, arg == A_CPUS_PTR ? 0 : 8));
		break;
	case A_CURRENT_CPUS_PTR:
		EMIT(CALL(BPF_FUNC_get_current_task_btf),
		     LOAD_MEM(BPF_DW, BPF_REG_0, BPF_REG_0, off_cpus_ptr));
		break;
	case A_HALF_TASK_CPUS_PTR:
		EMIT(LOAD_MEM(BPF_W, BPF_REG_0, BPF_REG_6, 0),
		     LOAD_MEM(BPF_DW, BPF_REG_0, BPF_REG_0, off_cpus_ptr));
		break;
	case A_PARENT_CPUS_PTR:
		EMIT(LOAD_MEM(BPF_DW, BPF_REG_0, BPF_REG_7, off_parent),
		     LOAD_MEM(BPF_DW, BPF_REG_0, BPF_REG_0, off_cpus_ptr));
		break;
	case A_USER_CPUS_PTR:
		EMIT(LOAD_MEM(BPF_DW, BPF_REG_0, BPF_REG_7, off_user_cpus_ptr));
		break;
	case A_CPUS_MASK:
		EMIT(MOV_REG(BPF_REG_0, BPF_REG_7), ADD_IMM(BPF_REG_0, off_cpus_mask));
		break;
	case A_TASK:
		reg = BPF_REG_7;
		break;
	case A_BITS:
		EMIT(LOAD_MEM(BPF_DW, BPF_REG_0, BPF_REG_8, 0));
		break;
	case A_CURRENT_NUMBER:
		EMIT(CALL(BPF_FUNC_get_current_task));
		break;
	case A_CPU:
	case A_NULL:
		EMIT(MOV_IMM(BPF_REG_0, 0));
		break;
	case A_NUMBER:
		EMIT(MOV_IMM(BPF_REG_0, -4096));
		break;
	case A_ANY_NUMBER:
		/* with something above the 32 bits, too */
		EMIT(CALL(BPF_FUNC_get_prandom_u32),
		     ALU_IMM(BPF_LSH, BPF_REG_0, 28));
		break;
	case A_UNCHECKED:
		EMIT(CALL_KFUNC(ids[CREATE]),
		     STORE_REG(BPF_DW, BPF_REG_10, BPF_REG_0, LATE_AT(i)));
		break;
	case A_RELEASED:
		EMIT(MOV_REG(BPF_REG_1, BPF_REG_8), CALL_KFUNC(ids[1]),
		     STORE_REG(BPF_DW, BPF_REG_10, BPF_REG_0, ARG_AT(i)));
		release(BPF_REG_0);
		return;
	case A_STACK:
	case A_SPILL:
		EMIT(INSN(BPF_ST | BPF_MEM | BPF_DW, BPF_REG_10, 0, SCRATCH_AT, 0),
		     INSN(BPF_ST | BPF_MEM | BPF_DW, BPF_REG_10, 0, SCRATCH_AT + 8, 0));
		if (arg == A_SPILL)
			EMIT(STORE_REG(BPF_DW, BPF_REG_10, BPF_REG_8, SCRATCH_AT));
		EMIT(MOV_REG(BPF_REG_0, BPF_REG_10), ADD_IMM(BPF_REG_0, SCRATCH_AT));
		break;
	case A_CTX:
		reg = BPF_REG_6;
		break;
	case A_MAP:
		EMIT(LOAD_IMM64(BPF_REG_0, BPF_PSEUDO_MAP_FD, value_map));
		break;
	case A_VALUE:
		value_at(BPF_REG_0, value_map, 0);
		break;
	case A_LOOKUP:
		EMIT(INSN(BPF_ST | BPF_MEM | BPF_W, BPF_REG_10, 0, SCRATCH_AT, 0),
		     MOV_REG(BPF_REG_2, BPF_REG_10), ADD_IMM(BPF_REG_2, SCRATCH_AT),
		     LOAD_IMM64(BPF_REG_1, BPF_PSEUDO_MAP_FD, value_map),
		     CALL(BPF_FUNC_map_lookup_elem));
		break;
	case A_RINGBUF:
		EMIT(LOAD_IMM64(BPF_REG_1, BPF_PSEUDO_MAP_FD, ringbuf),
		     MOV_IMM(BPF_REG_2, 2048), MOV_IMM(BPF_REG_3, 0),
		     CALL(BPF_FUNC_ringbuf_reserve),
		     JUMP_IMM(BPF_JNE, BPF_REG_0, 0, 6));
		leave(2);
		EMIT(STORE_REG(BPF_DW, BPF_REG_10, BPF_REG_0, LATE_AT(i)));
		break;
	case A_KPTR:
	case A_KPTR_UNREF:
		value_at(BPF_REG_0, kptr_map, 0);
		EMIT(LOAD_MEM(BPF_DW, BPF_REG_0, BPF_REG_0, arg == A_KPTR ? 8 : 16),
		     JUMP_IMM(BPF_JNE, BPF_REG_0, 0, 6));
		leave(2);
		break;
	case A_KPTR_SLOT:
	case A_KPTR_SLOT_UNREF:
	case A_KPTR_SLOT_PLUS:
		value_at(BPF_REG_0, kptr_map, arg == A_KPTR_SLOT ? 8 :
					      arg == A_KPTR_SLOT_UNREF ? 16 : 12);
		break;
	default:
		die("no such argument");
	}
	EMIT(STORE_REG(BPF_DW, BPF_REG_10, reg, ARG_AT(i)));
}

/* Give back what the argument needed */
static void put_late(const struct call *c, int i)
{
	bool given = kfuncs[c->kfunc].params[i] == REF;

	switch (c->args[i]) {
	case A_ACQUIRED:
		if (given)
			break;
		EMIT(LOAD_MEM(BPF_DW, BPF_REG_1, BPF_REG_10, LATE_AT(i)),
		     CALL_KFUNC(ids[RELEASE]));
		break;
	case A_UNCHECKED:
		EMIT(LOAD_MEM(BPF_DW, BPF_REG_1, BPF_REG_10, LATE_AT(i)),
		     JUMP_IMM(BPF_JEQ, BPF_REG_1, 0, 1), CALL_KFUNC(ids[RELEASE]));
		break;
	case A_RINGBUF:
		EMIT(LOAD_MEM(BPF_DW, BPF_REG_1, BPF_REG_10, LATE_AT(i)),
		     MOV_IMM(BPF_REG_2, 0), CALL(BPF_FUNC_ringbuf_discard));
		break;
	default:
		break;
	}
}

static bool gives(const struct call *c, enum arg arg)
{
	return kfuncs[c->kfunc].params[0] == REF && c->args[0] == arg;
}

/* Two counts of what programs did */
static uint64_t counted(int i)
{
	uint64_t counts[2] = {};
	uint32_t key = 0;

	map_lookup(count_map, &key, counts);

	return counts[i];
}

static void put_count(int i)
{
	value_at(BPF_REG_1, count_map, 8 * i);
	EMIT(LOAD_MEM(BPF_DW, BPF_REG_2, BPF_REG_1, 0),
	     ADD_IMM(BPF_REG_2, 1),
	     STORE_REG(BPF_DW, BPF_REG_1, BPF_REG_2, 0));
}

static int load_call(const struct call *c, bool want_log)
{
	struct load load = {
		.type = BPF_PROG_TYPE_TRACING,
		.attach_type = BPF_TRACE_RAW_TP,
		.attach_btf_id = tracepoint,
		.insns = insns,
		.want_log = want_log,
	};
	int i;

	n = 0;
	EMIT(MOV_REG(BPF_REG_6, BPF_REG_1),
	     LOAD_MEM(BPF_DW, BPF_REG_7, BPF_REG_1, 0),
	     CALL_KFUNC(ids[CREATE]),
	     JUMP_IMM(BPF_JNE, BPF_REG_0, 0, 2));
	leave(0);
	EMIT(MOV_REG(BPF_REG_8, BPF_REG_0),
	     CALL_KFUNC(ids[CREATE]),
	     JUMP_IMM(BPF_JNE, BPF_REG_0, 0, 4));
	leave(1);
	EMIT(MOV_REG(BPF_REG_9, BPF_REG_0));

	for (i = 0; i < 3 && kfuncs[c->kfunc].params[i] != NONE; i++)
		put_arg(c->args[i], i);
	while (i--)
		EMIT(LOAD_MEM(BPF_DW, BPF_REG_1 + i, BPF_REG_10, ARG_AT(i)));
	EMIT(CALL_KFUNC(ids[c->kfunc]));

	if (kfuncs[c->kfunc].result == R_REF_OR_NULL)
		EMIT(JUMP_IMM(BPF_JEQ, BPF_REG_0, 0, 2));
	if (kfuncs[c->kfunc].result != R_NUMBER)
		release(BPF_REG_0);
	for (i = 0; i < 3 && kfuncs[c->kfunc].params[i] != NONE; i++)
		put_late(c, i);
	if (!gives(c, A_OTHER))
		release(BPF_REG_9);
	if (!gives(c, A_OWN))
		release(BPF_REG_8);

	put_count(0);
	EMIT(MOV_IMM(BPF_REG_0, 0), EXIT());
	load.insn_cnt = n;

	return prog_load(&load);
}

static bool make_task(void)
{
	pid_t pid = fork();

	if (!pid)
		_exit(0);

	return pid > 0 && waitpid(pid, NULL, 0) == pid;
}

static const char *run_call(int fd)
{
	uint64_t before = counted(0);
	bool made;
	int link;

	link = raw_tracepoint_open(fd);
	if (link < 0)
		return "it can't be attached";
	made = make_task();
	close(link);

	return made && counted(0) > before ? NULL : "it doesn't run";
}

static unsigned long loaded, refused;

static bool try_call(const struct call *c)
{
	const char *why = NULL;
	bool good = true;
	int fd, i;

	for (i = 0; i < 3 && kfuncs[c->kfunc].params[i] != NONE; i++)
		good &= args[c->args[i]].good >> kfuncs[c->kfunc].params[i] & 1;

	fd = load_call(c, false);
	if (fd < 0) {
		refused++;
		if (good || fd == -EFAULT || fd == -ENOMEM) {
			why = strerror(-fd);
			load_call(c, true);
		}
	} else {
		loaded++;
		why = good ? run_call(fd) : "it was accepted";
		close(fd);
	}
	if (!why)
		return true;

	printf("# bpf_cpumask_%s(", kfuncs[c->kfunc].name);
	for (i = 0; i < 3 && kfuncs[c->kfunc].params[i] != NONE; i++)
		printf("%s%s", i ? ", " : "", args[c->args[i]].name);
	printf("): %s\n", why);
	if (fd < 0)
		printf("# %s\n", verifier_log);

	return false;
}

static const enum arg usual[] = {
	[CPU] = A_CPU,
	[MASK] = A_OWN,
	[CONST_MASK] = A_OTHER,
	[REF] = A_OWN,
	[KPTR] = A_KPTR_SLOT,
};

/* One argument of a kind in each place of each kfunc, all others as usual */
static void test_arg(enum arg arg)
{
	unsigned long l = loaded, r = refused;
	bool ok = true;
	size_t k;
	int i, j;

	for (k = 0; k < ARRAY_SIZE(kfuncs); k++) {
		struct call c = { .kfunc = k };

		for (i = 0; i < 3 && kfuncs[k].params[i] != NONE; i++) {
			for (j = 0; j < 3; j++)
				c.args[j] = usual[kfuncs[k].params[j]];
			c.args[i] = arg;
			ok &= try_call(&c);
		}
	}
	ktap(ok, "cpumask: %s (%lu refused, %lu run)", args[arg].name, refused - r, loaded - l);
}

static void test_random(uint64_t seed, unsigned long count)
{
	unsigned long l = loaded, r = refused;
	struct call c = {};
	bool ok = true;
	int i;

	rnd_seed(seed);
	while (count-- && ok) {
		c.kfunc = rnd(ARRAY_SIZE(kfuncs));
		for (i = 0; i < 3; i++) {
			c.args[i] = rnd(ARGS);
			/* mostly what may be right */
			while (!one_in(8) &&
			       !(args[c.args[i]].good >> kfuncs[c.kfunc].params[i] & 1) &&
			       kfuncs[c.kfunc].params[i] != NONE)
				c.args[i] = rnd(ARGS);
		}
		ok = try_call(&c);
	}
	ktap(ok, "cpumask: random, seed %llu (%lu refused, %lu run)", (unsigned long long)seed,
	     refused - r, loaded - l);
}

/* A map with a kptr that has a reference at 8 and one that has none at 16 */
static int map_with_kptrs(uint32_t entries)
{
	static const char strings[] = "\0int\0bpf_cpumask\0kptr_ref\0kptr\0member";
	const uint32_t types[] = {
		/* 1 */ 1, BTF_TYPE(BTF_KIND_INT, 0), 4, BTF_INT_SIGNED << 24 | 32,
		/* 2 */ 5, BTF_TYPE(BTF_KIND_STRUCT, 1), 4, 31, 1, 0,
		/* 3 */ 17, BTF_TYPE(BTF_KIND_TYPE_TAG, 0), 2,
		/* 4 */ 0, BTF_TYPE(BTF_KIND_PTR, 0), 3,
		/* 5 */ 26, BTF_TYPE(BTF_KIND_TYPE_TAG, 0), 2,
		/* 6 */ 0, BTF_TYPE(BTF_KIND_PTR, 0), 5,
		/* 7 */ 0, BTF_TYPE(BTF_KIND_STRUCT, 2), 24, 31, 4, 64, 31, 6, 128,
	};
	union bpf_attr attr = {
		.map_type = BPF_MAP_TYPE_ARRAY,
		.key_size = 4,
		.value_size = 24,
		.max_entries = entries,
		.btf_key_type_id = 1,
		.btf_value_type_id = 7,
	};

	attr.btf_fd = need(btf_load(types, sizeof(types), strings, sizeof(strings)),
			   "the BTF of a map with kptrs can't be loaded");

	return sys_bpf(BPF_MAP_CREATE, &attr, sizeof(attr));
}

static void prepare(uint32_t entries)
{
	char name[64];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(kfuncs); i++) {
		snprintf(name, sizeof(name), "bpf_cpumask_%s", kfuncs[i].name);
		ids[i] = vmlinux_type(BTF_KIND_FUNC, name, NULL);
		if (!ids[i])
			die("the kernel has no %s()", name);
	}
	tracepoint = vmlinux_type(BTF_KIND_TYPEDEF, "btf_trace_task_newtask", NULL);
	off_cpus_ptr = need(vmlinux_member("task_struct", "cpus_ptr"), "cpus_ptr");
	off_cpus_mask = need(vmlinux_member("task_struct", "cpus_mask"), "cpus_mask");
	off_user_cpus_ptr = need(vmlinux_member("task_struct", "user_cpus_ptr"), "user_cpus_ptr");
	off_parent = need(vmlinux_member("task_struct", "parent"), "parent");
	count_map = need(map_create(BPF_MAP_TYPE_ARRAY, 4, 16, 1, 0), "no map");
	value_map = need(map_create(BPF_MAP_TYPE_ARRAY, 4, 2048, 1, 0), "no map");
	ringbuf = need(map_create(BPF_MAP_TYPE_RINGBUF, 0, 0, 4096, 0), "no ring buffer");
	kptr_map = need(map_with_kptrs(entries), "no map with kptrs");
}

void test_cpumasks(uint64_t seed, unsigned long count)
{
	int i;

	/* An array with more than one element has no address for a program */
	prepare(1);
	for (i = 0; i < ARGS; i++)
		test_arg(i);
	test_random(seed, count);
}

/* A program that puts a new mask into the map at each call, or counts that it couldn't */
static int load_create(void)
{
	struct load load = {
		.type = BPF_PROG_TYPE_TRACING,
		.attach_type = BPF_TRACE_RAW_TP,
		.attach_btf_id = tracepoint,
		.insns = insns,
	};

	n = 0;
	put_count(0);
	EMIT(ALU_IMM(BPF_AND, BPF_REG_2, MASKS - 1),
	     STORE_REG(BPF_W, BPF_REG_10, BPF_REG_2, -4),
	     MOV_REG(BPF_REG_2, BPF_REG_10), ADD_IMM(BPF_REG_2, -4),
	     LOAD_IMM64(BPF_REG_1, BPF_PSEUDO_MAP_FD, kptr_map),
	     CALL(BPF_FUNC_map_lookup_elem),
	     JUMP_IMM(BPF_JNE, BPF_REG_0, 0, 2));
	leave(0);
	EMIT(MOV_REG(BPF_REG_6, BPF_REG_0),
	     CALL_KFUNC(ids[CREATE]),
	     JUMP_IMM(BPF_JNE, BPF_REG_0, 0, 7));
	put_count(1);
	leave(0);
	EMIT(MOV_REG(BPF_REG_2, BPF_REG_0),
	     MOV_REG(BPF_REG_1, BPF_REG_6), ADD_IMM(BPF_REG_1, 8),
	     CALL(BPF_FUNC_kptr_xchg),
	     JUMP_IMM(BPF_JEQ, BPF_REG_0, 0, 2));
	release(BPF_REG_0);
	leave(0);
	load.insn_cnt = n;

	return prog_load(&load);
}

static bool make_tasks(int count)
{
	while (count-- && make_task())
		;

	return count < 0;
}

void test_cpumasks_without_memory(void (*fault_in)(int nth), int (*faults_left)(void),
				  bool (*clean)(int err))
{
	int errors = 0, nth, fd, link, left;
	uint64_t unmade;
	bool ok = true;

	prepare(MASKS);

	/* The first load that works sets up the allocator for all */
	for (nth = 1; nth < 1000; nth++) {
		fault_in(nth);
		fd = load_create();
		left = faults_left();
		fault_in(0);
		if (left > 0)
			break;
		if (fd >= 0) {
			close(fd);
			continue;
		}
		errors++;
		/* -EFAULT is what the verifier of 6.1 says if it can't keep a branch */
		if (!clean(fd) && fd != -EFAULT) {
			printf("# fault %d: %d (%s)\n", nth, fd, strerror(-fd));
			ok = false;
		}
	}
	if (fd < 0)
		printf("# without a fault: %d (%s)\n", fd, strerror(-fd));
	ktap(ok && fd >= 0 && errors, "load a program that makes cpumasks: %d faults, %d errors",
	     nth - 1, errors);
	if (fd < 0)
		return;

	link = need(raw_tracepoint_open(fd), "attach a program that makes cpumasks");
	ok = make_tasks(MASKS / 2);
	unmade = counted(1);
	ktap(ok && counted(0) > unmade, "make cpumasks: %llu of %llu could not be made",
	     (unsigned long long)unmade, (unsigned long long)counted(0));
	close(link);
	close(fd);
	close(kptr_map);
}
