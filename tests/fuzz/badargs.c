// SPDX-License-Identifier: GPL-2.0
/*
 * Programs that call the RX metadata kfuncs with every kind of argument, in every
 * kind of place, and the cpumask kfuncs with every kind of argument. What can't be
 * right has to be refused, what is right has to be accepted; what was accepted runs,
 * on frames of a veth or when a task is made, and may not write a byte beside what it
 * was given.
 */
#define _GNU_SOURCE
#include "cpumask.h"
#include "sys.h"

#include <errno.h>
#include <linux/btf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define VETH		1000000
#define PEER		1000001

/* An output goes to OUT_AT of a map's value; the rest of it is CANARY */
#define VALUE_SIZE	64
#define OUT_AT		24
#define CANARY		0xa5

enum expect { BAD, GOOD, EITHER };

/* For an output of n bytes */
enum arg {
	A_NULL, A_SCALAR, A_UNINIT,
	A_STACK, A_STACK_UNINIT, A_STACK_UNALIGNED, A_STACK_SHORT, A_STACK_BELOW,
	A_STACK_ABOVE, A_STACK_VAR,
	A_CTX, A_CTX_PLUS,
	A_VALUE, A_VALUE_UNCHECKED, A_VALUE_CHECKED, A_VALUE_SHORT, A_VALUE_BEYOND,
	A_VALUE_BEFORE, A_VALUE_VAR, A_VALUE_VAR_UNBOUNDED, A_VALUE_RDONLY,
	A_VALUE_TIMER, A_VALUE_LOCK, A_MAP,
	A_PACKET, A_PACKET_UNCHECKED, A_PACKET_SHORT, A_PACKET_STALE, A_PACKET_END,
	A_PACKET_META_UNCHECKED,
	A_RINGBUF, A_RINGBUF_UNCHECKED, A_RINGBUF_SHORT, A_RINGBUF_GONE,
	A_FUNC,
	ARGS
};

static const struct {
	const char *name;
	enum expect expect;
} args[ARGS] = {
	[A_NULL]		= { "NULL", BAD },
	[A_SCALAR]		= { "a number", BAD },
	[A_UNINIT]		= { "an uninitialised register", BAD },
	[A_STACK]		= { "stack", GOOD },
	[A_STACK_UNINIT]	= { "uninitialised stack", EITHER },
	[A_STACK_UNALIGNED]	= { "stack, unaligned", EITHER },
	[A_STACK_SHORT]		= { "stack, too short", BAD },
	[A_STACK_BELOW]		= { "below the stack", BAD },
	[A_STACK_ABOVE]		= { "above the stack", BAD },
	[A_STACK_VAR]		= { "stack, variable offset", EITHER },
	[A_CTX]			= { "the context", BAD },
	[A_CTX_PLUS]		= { "inside of the context", BAD },
	[A_VALUE]		= { "map value", GOOD },
	[A_VALUE_UNCHECKED]	= { "map value that may be NULL", BAD },
	[A_VALUE_CHECKED]	= { "map value, looked up", GOOD },
	[A_VALUE_SHORT]		= { "map value, too short", BAD },
	[A_VALUE_BEYOND]	= { "behind a map value", BAD },
	[A_VALUE_BEFORE]	= { "before a map value", BAD },
	[A_VALUE_VAR]		= { "map value, bounded offset", GOOD },
	[A_VALUE_VAR_UNBOUNDED]	= { "map value, unbounded offset", BAD },
	[A_VALUE_RDONLY]	= { "map value, read-only", BAD },
	[A_VALUE_TIMER]		= { "timer in a map value", BAD },
	[A_VALUE_LOCK]		= { "spin lock in a map value", BAD },
	[A_MAP]			= { "a map", BAD },
	[A_PACKET]		= { "packet", EITHER },
	[A_PACKET_UNCHECKED]	= { "packet, not checked", BAD },
	[A_PACKET_SHORT]	= { "packet, too short", BAD },
	[A_PACKET_STALE]	= { "packet that has moved", BAD },
	[A_PACKET_END]		= { "the end of the packet", BAD },
	[A_PACKET_META_UNCHECKED] = { "data_meta, not checked", BAD },
	[A_RINGBUF]		= { "ring buffer", GOOD },
	[A_RINGBUF_UNCHECKED]	= { "ring buffer that may be NULL", BAD },
	[A_RINGBUF_SHORT]	= { "ring buffer, too short", BAD },
	[A_RINGBUF_GONE]	= { "ring buffer, submitted", BAD },
	[A_FUNC]		= { "a function", BAD },
};

enum ctx { C_CTX, C_NULL, C_SCALAR, C_UNINIT, C_STACK, C_PLUS, C_VALUE, C_PACKET, C_MAP, CTXS };

static const char * const ctxs[CTXS] = {
	[C_CTX] = "the context",
	[C_NULL] = "NULL",
	[C_SCALAR] = "a number",
	[C_UNINIT] = "an uninitialised register",
	[C_STACK] = "stack",
	[C_PLUS] = "inside of the context",
	[C_VALUE] = "map value",
	[C_PACKET] = "packet",
	[C_MAP] = "a map",
};

enum place { P_MAIN, P_SUBPROG, P_GLOBAL, P_CALLBACK, P_TAIL_CALL, PLACES };

static const char * const places[PLACES] = {
	[P_MAIN] = "main program",
	[P_SUBPROG] = "subprogram",
	[P_GLOBAL] = "global function",
	[P_CALLBACK] = "callback",
	[P_TAIL_CALL] = "after a tail call",
};

static const struct {
	int outs;
	int size[2];
} kfuncs[KFUNCS] = {
	[RX_TIMESTAMP] = { 1, { 8 } },
	[RX_HASH] = { 2, { 4, 4 } },
	[RX_VLAN_TAG] = { 2, { 2, 2 } },
};

struct call {
	int kfunc;
	enum place place;
	enum ctx ctx;
	enum arg out[2];
	int shift;			/* of good places: a few bytes further */
};

static int btf, nl;
static int value_map[2], rdonly_map, timer_map, lock_map, ringbuf, prog_array, count_map;

static struct bpf_insn insns[512];
static int n;

#define EMIT(...) do { \
	const struct bpf_insn emit[] = { __VA_ARGS__ }; \
	memcpy(insns + n, emit, sizeof(emit)); \
	n += ARRAY_SIZE(emit); \
} while (0)

/* Jumps to the end, which isn't known yet */
static int to_end[16], ends;
static int submit[2];

static void jump_to_end(uint8_t op, int reg, int imm)
{
	to_end[ends++] = n;
	EMIT(JUMP_IMM(op, reg, imm, 0));
}

/* The length of a packet that is long enough, in a program's place */
static void check_packet(int reg, int size)
{
	EMIT(LOAD_MEM(BPF_W, BPF_REG_0, BPF_REG_6, 4),
	     MOV_REG(BPF_REG_1, reg),
	     ADD_IMM(BPF_REG_1, size));
	to_end[ends++] = n;
	EMIT(JUMP_REG(BPF_JGT, BPF_REG_1, BPF_REG_0, 0));
}

static void map_value(int reg, int fd, int off)
{
	EMIT(LOAD_IMM64(reg, BPF_PSEUDO_MAP_VALUE, fd));
	insns[n - 1].imm = off;
}

static void lookup(int fd)
{
	EMIT(STORE_IMM(BPF_W, BPF_REG_10, -40, 0),
	     MOV_REG(BPF_REG_2, BPF_REG_10),
	     ADD_IMM(BPF_REG_2, -40),
	     LOAD_IMM64(BPF_REG_1, BPF_PSEUDO_MAP_FD, fd),
	     CALL(BPF_FUNC_map_lookup_elem));
}

/* A number that the verifier knows nothing of */
static void unknown(void)
{
	EMIT(CALL(BPF_FUNC_get_prandom_u32));
}

/* A record of the ring buffer, or NULL */
static void reserve(int reg, int size)
{
	EMIT(LOAD_IMM64(BPF_REG_1, BPF_PSEUDO_MAP_FD, ringbuf),
	     MOV_IMM(BPF_REG_2, size),
	     MOV_IMM(BPF_REG_3, 0),
	     CALL(BPF_FUNC_ringbuf_reserve),
	     MOV_REG(reg, BPF_REG_0));
}

static void submit_record(int reg)
{
	EMIT(MOV_REG(BPF_REG_1, reg),
	     MOV_IMM(BPF_REG_2, 0),
	     CALL(BPF_FUNC_ringbuf_submit));
}

/* The output in register 7 or 8; register 6 is the context, 9 is free */
static void put_out(const struct call *c, int i)
{
	int reg = BPF_REG_7 + i, size = kfuncs[c->kfunc].size[i], at = -8 - 8 * i;
	int map = value_map[i];

	switch (c->out[i]) {
	case A_NULL:
		EMIT(MOV_IMM(reg, 0));
		break;
	case A_SCALAR:
		EMIT(MOV_IMM(reg, 4096));
		break;
	case A_UNINIT:
	case A_FUNC:
	case A_RINGBUF_GONE:
		break;
	case A_STACK:
		EMIT(STORE_IMM(BPF_DW, BPF_REG_10, at, 0),
		     MOV_REG(reg, BPF_REG_10), ADD_IMM(reg, at));
		break;
	case A_STACK_UNINIT:
		EMIT(MOV_REG(reg, BPF_REG_10), ADD_IMM(reg, -128 - 8 * i));
		break;
	case A_STACK_UNALIGNED:
		EMIT(STORE_IMM(BPF_DW, BPF_REG_10, -24, 0),
		     STORE_IMM(BPF_DW, BPF_REG_10, -32, 0),
		     MOV_REG(reg, BPF_REG_10), ADD_IMM(reg, -31));
		break;
	case A_STACK_SHORT:
		EMIT(STORE_IMM(BPF_DW, BPF_REG_10, -8, 0),
		     MOV_REG(reg, BPF_REG_10), ADD_IMM(reg, 1 - size));
		break;
	case A_STACK_BELOW:
		EMIT(MOV_REG(reg, BPF_REG_10), ADD_IMM(reg, -513 - c->shift));
		break;
	case A_STACK_ABOVE:
		EMIT(MOV_REG(reg, BPF_REG_10), ADD_IMM(reg, c->shift));
		break;
	case A_STACK_VAR:
		EMIT(STORE_IMM(BPF_DW, BPF_REG_10, -24, 0),
		     STORE_IMM(BPF_DW, BPF_REG_10, -32, 0));
		unknown();
		EMIT(ALU_IMM(BPF_AND, BPF_REG_0, 8), MOV_REG(reg, BPF_REG_10),
		     ADD_IMM(reg, -32), INSN(BPF_ALU64 | BPF_ADD | BPF_X, reg, BPF_REG_0, 0, 0));
		break;
	case A_CTX:
		EMIT(MOV_REG(reg, BPF_REG_6));
		break;
	case A_CTX_PLUS:
		EMIT(MOV_REG(reg, BPF_REG_6), ADD_IMM(reg, 8));
		break;
	case A_VALUE:
		map_value(reg, map, OUT_AT + c->shift);
		break;
	case A_VALUE_UNCHECKED:
		lookup(map);
		EMIT(MOV_REG(reg, BPF_REG_0));
		break;
	case A_VALUE_CHECKED:
		lookup(map);
		jump_to_end(BPF_JEQ, BPF_REG_0, 0);
		EMIT(MOV_REG(reg, BPF_REG_0), ADD_IMM(reg, OUT_AT + c->shift));
		break;
	case A_VALUE_SHORT:
		map_value(reg, map, VALUE_SIZE - size + 1);
		break;
	case A_VALUE_BEYOND:
		map_value(reg, map, 0);
		EMIT(ADD_IMM(reg, VALUE_SIZE + c->shift));
		break;
	case A_VALUE_BEFORE:
		map_value(reg, map, 0);
		EMIT(ADD_IMM(reg, -1 - c->shift));
		break;
	case A_VALUE_VAR:
	case A_VALUE_VAR_UNBOUNDED:
		unknown();
		if (c->out[i] == A_VALUE_VAR)
			EMIT(ALU_IMM(BPF_AND, BPF_REG_0, 7));
		EMIT(MOV_REG(BPF_REG_9, BPF_REG_0));
		map_value(reg, map, OUT_AT);
		EMIT(INSN(BPF_ALU64 | BPF_ADD | BPF_X, reg, BPF_REG_9, 0, 0));
		break;
	case A_VALUE_RDONLY:
		map_value(reg, rdonly_map, OUT_AT);
		break;
	case A_VALUE_TIMER:
	case A_VALUE_LOCK:
		lookup(c->out[i] == A_VALUE_TIMER ? timer_map : lock_map);
		jump_to_end(BPF_JEQ, BPF_REG_0, 0);
		EMIT(MOV_REG(reg, BPF_REG_0));
		break;
	case A_MAP:
		EMIT(LOAD_IMM64(reg, BPF_PSEUDO_MAP_FD, map));
		break;
	case A_PACKET:
	case A_PACKET_SHORT:
	case A_PACKET_STALE:
		EMIT(LOAD_MEM(BPF_W, reg, BPF_REG_6, 0));
		check_packet(reg, c->out[i] == A_PACKET_SHORT ? size - 1 : size);
		break;
	case A_PACKET_UNCHECKED:
		EMIT(LOAD_MEM(BPF_W, reg, BPF_REG_6, 0));
		break;
	case A_PACKET_END:
		EMIT(LOAD_MEM(BPF_W, reg, BPF_REG_6, 4));
		break;
	case A_PACKET_META_UNCHECKED:
		EMIT(LOAD_MEM(BPF_W, reg, BPF_REG_6, 8));
		break;
	case A_RINGBUF:
	case A_RINGBUF_UNCHECKED:
	case A_RINGBUF_SHORT:
		reserve(reg, c->out[i] == A_RINGBUF_SHORT ? size - 1 : 16);
		break;
	default:
		abort();
	}
}

/* What depends on the place of all the rest */
static void put_late(const struct call *c, int i)
{
	int reg = BPF_REG_7 + i;

	switch (c->out[i]) {
	case A_PACKET_STALE:
		EMIT(MOV_REG(BPF_REG_1, BPF_REG_6), MOV_IMM(BPF_REG_2, 0),
		     CALL(BPF_FUNC_xdp_adjust_head));
		break;
	case A_RINGBUF:
	case A_RINGBUF_SHORT:
		/* a later jump to the end would lose it */
		submit[i] = n;
		EMIT(JUMP_IMM(BPF_JEQ, reg, 0, 0));
		break;
	case A_RINGBUF_GONE:
		reserve(reg, 16);
		EMIT(JUMP_IMM(BPF_JNE, BPF_REG_0, 0, 2),
		     MOV_IMM(BPF_REG_0, 0), EXIT());
		submit_record(reg);
		break;
	default:
		break;
	}
}

static void put_ctx(const struct call *c)
{
	switch (c->ctx) {
	case C_CTX:
		EMIT(MOV_REG(BPF_REG_1, BPF_REG_6));
		break;
	case C_NULL:
		EMIT(MOV_IMM(BPF_REG_1, 0));
		break;
	case C_SCALAR:
		EMIT(MOV_IMM(BPF_REG_1, 12345));
		break;
	case C_UNINIT:
		/* register 1 is no more after a call */
		unknown();
		break;
	case C_STACK:
		EMIT(STORE_IMM(BPF_DW, BPF_REG_10, -64, 0), STORE_IMM(BPF_DW, BPF_REG_10, -56, 0),
		     STORE_IMM(BPF_DW, BPF_REG_10, -48, 0), MOV_REG(BPF_REG_1, BPF_REG_10),
		     ADD_IMM(BPF_REG_1, -64));
		break;
	case C_PLUS:
		EMIT(MOV_REG(BPF_REG_1, BPF_REG_6), ADD_IMM(BPF_REG_1, 4));
		break;
	case C_VALUE:
		map_value(BPF_REG_1, value_map[0], 0);
		break;
	case C_PACKET:
		EMIT(LOAD_MEM(BPF_W, BPF_REG_1, BPF_REG_6, 0));
		break;
	case C_MAP:
		EMIT(LOAD_IMM64(BPF_REG_1, BPF_PSEUDO_MAP_FD, value_map[0]));
		break;
	default:
		abort();
	}
}

/* Register 6 is the context */
static void put_body(const struct call *c, int ret)
{
	int i, outs = kfuncs[c->kfunc].outs;

	ends = 0;
	submit[0] = submit[1] = -1;
	/* a packet that has moved is no packet for the other output either */
	for (i = 0; i < outs; i++)
		put_out(c, i);
	for (i = 0; i < outs; i++)
		put_late(c, i);
	put_ctx(c);
	for (i = 0; i < outs; i++) {
		if (c->out[i] == A_FUNC)
			EMIT(LOAD_IMM64(BPF_REG_2 + i, BPF_PSEUDO_FUNC, 0));
		else if (c->out[i] != A_UNINIT)
			EMIT(MOV_REG(BPF_REG_2 + i, BPF_REG_7 + i));
	}
	EMIT(CALL_KFUNC(kfunc_id[c->kfunc]));
	for (i = 0; i < outs; i++)
		if (submit[i] >= 0)
			submit_record(BPF_REG_7 + i);
	for (i = 0; i < outs; i++)
		if (submit[i] >= 0)
			insns[submit[i]].off = n - submit[i] - 1;
	for (i = 0; i < ends; i++)
		insns[to_end[i]].off = n - to_end[i] - 1;
	EMIT(MOV_IMM(BPF_REG_0, ret), EXIT());
}

static bool uses(const struct call *c, enum arg arg)
{
	int i;

	for (i = 0; i < kfuncs[c->kfunc].outs; i++)
		if (c->out[i] == arg)
			return true;

	return false;
}

/* Load the program of a call */
static int load_call(const struct call *c, bool want_log)
{
	struct bpf_func_info funcs[3] = { { .type_id = BTF_MAIN } };
	struct load load = {
		.type = BPF_PROG_TYPE_XDP,
		.flags = BPF_F_XDP_DEV_BOUND_ONLY,
		.ifindex = VETH,
		.insns = insns,
		.btf_fd = btf,
		.funcs = funcs,
		.func_cnt = 2,
		.want_log = want_log,
	};
	int call = -1, func = -1, i;

	n = 0;
	EMIT(MOV_REG(BPF_REG_6, BPF_REG_1));
	map_value(BPF_REG_1, count_map, 0);
	EMIT(LOAD_MEM(BPF_DW, BPF_REG_2, BPF_REG_1, 0),
	     ADD_IMM(BPF_REG_2, 1),
	     STORE_REG(BPF_DW, BPF_REG_1, BPF_REG_2, 0));

	/* The call leaves registers 1 to 5 uninitialised */
	if (c->place == P_MAIN) {
		EMIT(CALL(BPF_FUNC_get_prandom_u32));
		put_body(c, 2);
		load.func_cnt = 1;
	} else if (c->place == P_TAIL_CALL) {
		EMIT(MOV_REG(BPF_REG_1, BPF_REG_6),
		     LOAD_IMM64(BPF_REG_2, BPF_PSEUDO_MAP_FD, prog_array),
		     MOV_IMM(BPF_REG_3, 0),
		     CALL(BPF_FUNC_tail_call));
		put_body(c, 2);
		load.func_cnt = 1;
	} else if (c->place == P_CALLBACK) {
		EMIT(STORE_REG(BPF_DW, BPF_REG_10, BPF_REG_6, -8),
		     MOV_IMM(BPF_REG_1, 3));
		call = n;
		EMIT(LOAD_IMM64(BPF_REG_2, BPF_PSEUDO_FUNC, 0),
		     MOV_REG(BPF_REG_3, BPF_REG_10),
		     ADD_IMM(BPF_REG_3, -8),
		     MOV_IMM(BPF_REG_4, 0),
		     CALL(BPF_FUNC_loop),
		     MOV_IMM(BPF_REG_0, 2),
		     EXIT());
		insns[call].imm = n - call - 1;
		funcs[1].insn_off = n;
		funcs[1].type_id = BTF_CALLBACK;
		EMIT(LOAD_MEM(BPF_DW, BPF_REG_6, BPF_REG_2, 0),
		     CALL(BPF_FUNC_get_prandom_u32));
		put_body(c, 0);
	} else {
		EMIT(MOV_REG(BPF_REG_1, BPF_REG_6));
		call = n;
		EMIT(CALL_FUNC(0), MOV_IMM(BPF_REG_0, 2), EXIT());
		insns[call].imm = n - call - 1;
		funcs[1].insn_off = n;
		funcs[1].type_id = c->place == P_GLOBAL ? BTF_FUNC : BTF_MAIN;
		EMIT(MOV_REG(BPF_REG_6, BPF_REG_1),
		     CALL(BPF_FUNC_get_prandom_u32));
		put_body(c, 2);
	}

	if (uses(c, A_FUNC)) {
		func = n;
		EMIT(MOV_IMM(BPF_REG_0, 0), EXIT());
		for (i = 0; i < n; i++)
			if (i != call && insns[i].code == (BPF_LD | BPF_DW | BPF_IMM) &&
			    insns[i].src_reg == BPF_PSEUDO_FUNC)
				insns[i].imm = func - i - 1;
		funcs[load.func_cnt].insn_off = func;
		funcs[load.func_cnt].type_id = BTF_CALLBACK;
		load.func_cnt++;
	}
	load.insn_cnt = n;

	return prog_load(&load);
}

static enum expect expected(const struct call *c)
{
	enum expect e = c->ctx == C_CTX ? GOOD : BAD;
	int i;

	for (i = 0; i < kfuncs[c->kfunc].outs; i++) {
		if (args[c->out[i]].expect == BAD)
			e = BAD;
		else if (args[c->out[i]].expect == EITHER && e == GOOD)
			e = EITHER;
	}
	/* A way out for the other output may lose the reservation */
	if (e == GOOD && kfuncs[c->kfunc].outs > 1 && uses(c, A_RINGBUF) &&
	    !uses(c, A_STACK) && !uses(c, A_VALUE))
		e = EITHER;

	return e;
}

static uint64_t ran(void)
{
	uint64_t count = 0;
	uint32_t key = 0;

	map_lookup(count_map, &key, &count);

	return count;
}

/* Let it run on a few frames and look at what it has written */
static const char *run_call(const struct call *c, int fd)
{
	unsigned char value[VALUE_SIZE];
	uint64_t before = ran();
	uint32_t key = 0;
	int i, j, err;

	/* a frame that comes late is not to be the next program's */
	nl_xdp(nl, VETH, -1, 0, -1);
	memset(value, CANARY, sizeof(value));
	for (i = 0; i < 2; i++)
		map_update(value_map[i], &key, value);

	err = nl_xdp(nl, VETH, fd, 0, -1);
	if (err)
		return "it can't be attached";
	err = send_frames(PEER, 3);
	if (err)
		return "no frame can be sent";
	for (i = 0; i < 1000 && ran() < before + 3; i++)
		usleep(1000);
	if (ran() == before)
		return "it doesn't run";

	for (i = 0; i < 2; i++) {
		int size = kfuncs[c->kfunc].size[i];
		int from = OUT_AT + (c->out[i] == A_VALUE_VAR ? 0 : c->shift);
		int to = from + size + (c->out[i] == A_VALUE_VAR ? 7 : 0);
		bool used = i < kfuncs[c->kfunc].outs &&
			    (c->out[i] == A_VALUE || c->out[i] == A_VALUE_CHECKED ||
			     c->out[i] == A_VALUE_VAR);
		bool written = false;

		map_lookup(value_map[i], &key, value);
		for (j = 0; j < VALUE_SIZE; j++) {
			if (value[j] == CANARY)
				continue;
			if (!used || j < from || j >= to)
				return "it wrote where it may not";
			written = true;
		}
		/* veth always writes, -ENODATA writes zeroes */
		if (used && !written)
			return "it wrote nothing";
	}

	return NULL;
}

static unsigned long loaded, refused;

/* true: as expected */
static bool try_call(const struct call *c)
{
	enum expect expect = expected(c);
	const char *why = NULL;
	int fd = load_call(c, false);

	if (fd < 0) {
		refused++;
		if (expect == GOOD || fd == -EFAULT || fd == -ENOMEM) {
			why = strerror(-fd);
			load_call(c, true);
		}
	} else {
		loaded++;
		why = expect == BAD ? "it was accepted" : run_call(c, fd);
		close(fd);
	}
	if (!why)
		return true;

	printf("# %s(%s, %s", kfunc_name[c->kfunc], ctxs[c->ctx], args[c->out[0]].name);
	if (kfuncs[c->kfunc].outs > 1)
		printf(", %s", args[c->out[1]].name);
	printf("), %s, shift %d: %s\n", places[c->place], c->shift, why);
	if (fd < 0)
		printf("# %s\n", verifier_log);

	return false;
}

/* One argument of a kind, all others good, in all kfuncs and places */
static void test_arg(enum arg arg)
{
	static const char * const expects[] = { "refused", "accepted", "refused or safe" };
	unsigned long l = loaded, r = refused;
	struct call c = {};
	bool ok = true;
	int i;

	for (c.kfunc = 0; c.kfunc < KFUNCS; c.kfunc++) {
		for (c.place = 0; c.place < PLACES; c.place++) {
			for (i = 0; i < kfuncs[c.kfunc].outs; i++) {
				c.out[0] = c.out[1] = A_STACK;
				c.out[i] = arg;
				ok &= try_call(&c);
			}
		}
	}
	ktap(ok, "%s: %s (%lu refused, %lu run)", args[arg].name, expects[args[arg].expect],
	     refused - r, loaded - l);
}

static void test_ctx(enum ctx ctx)
{
	unsigned long l = loaded, r = refused;
	struct call c = { .ctx = ctx, .out = { A_STACK, A_STACK } };
	bool ok = true;

	for (c.kfunc = 0; c.kfunc < KFUNCS; c.kfunc++)
		for (c.place = 0; c.place < PLACES; c.place++)
			ok &= try_call(&c);
	ktap(ok, "context %s: %s (%lu refused, %lu run)", ctxs[ctx],
	     ctx == C_CTX ? "accepted" : "refused", refused - r, loaded - l);
}

static void test_random(uint64_t seed, unsigned long count)
{
	unsigned long l = loaded, r = refused;
	struct call c = {};
	bool ok = true;
	int i;

	rnd_seed(seed);
	while (count-- && ok) {
		c.kfunc = rnd(KFUNCS);
		c.place = rnd(PLACES);
		c.ctx = one_in(8) ? rnd(CTXS) : C_CTX;
		c.shift = rnd(OUT_AT);
		for (i = 0; i < 2; i++) {
			c.out[i] = rnd(ARGS);
			/* mostly something that may be right */
			while (!one_in(8) && args[c.out[i]].expect == BAD)
				c.out[i] = rnd(ARGS);
		}
		ok = try_call(&c);
	}
	ktap(ok, "random, seed %llu (%lu refused, %lu run)", (unsigned long long)seed,
	     refused - r, loaded - l);
}

/* A map whose value starts with struct bpf_timer or struct bpf_spin_lock */
static int special_map(const char *name, uint32_t size)
{
	char strings[64] = "\0int\0field\0";
	const uint32_t types[] = {
		/* 1 */ 1, BTF_TYPE(BTF_KIND_INT, 0), 4, BTF_INT_SIGNED << 24 | 32,
		/* 2 */ 11, BTF_TYPE(BTF_KIND_STRUCT, 0), size,
		/* 3 */ 0, BTF_TYPE(BTF_KIND_STRUCT, 1), 16, 5, 2, 0,
	};
	union bpf_attr attr = {
		.map_type = BPF_MAP_TYPE_ARRAY,
		.key_size = 4,
		.value_size = 16,
		.max_entries = 1,
		.btf_key_type_id = 1,
		.btf_value_type_id = 3,
	};

	strcpy(strings + 11, name);
	attr.btf_fd = btf_load(types, sizeof(types), strings, 11 + strlen(name) + 1);
	if ((int)attr.btf_fd < 0)
		die("the BTF of %s can't be loaded: %s", name, strerror(-(int)attr.btf_fd));

	return sys_bpf(BPF_MAP_CREATE, &attr, sizeof(attr));
}

static const char usage[] =
	"usage: badargs [--seed N] [--ops N] [--cpumask]\n\n"
	"Call the RX metadata kfuncs with each kind of argument in each place, then\n"
	"with N random combinations (500) of this seed (1); and so the cpumask kfuncs,\n"
	"or with --cpumask only those. KTAP on stdout.";

int main(int argc, char **argv)
{
	uint64_t seed = 1, count = 500;
	bool cpumask = false;
	const struct program_option options[] = {
		{ "seed", .number = &seed },
		{ "ops", .number = &count },
		{ "cpumask", .flag = &cpumask },
		{}
	};
	size_t i;

	parse_options(argc, argv, options, usage);
	if (cpumask) {
		ktap_begin();
		test_cpumasks(seed, count);
		return ktap_end();
	}

	ns_enter(need(ns_new(), "no network namespace"));
	nl = nl_open();
	need(nl_veth(nl, "ba0", VETH, "ba1", PEER, -1, 0), "no veth");
	need(nl_up(nl, VETH, true), "no veth up");
	need(nl_up(nl, PEER, true), "no veth up");
	find_kfuncs();
	btf = btf_of_programs();
	for (i = 0; i < 2; i++)
		value_map[i] = need(map_create(BPF_MAP_TYPE_ARRAY, 4, VALUE_SIZE, 1, 0), "no map");
	rdonly_map = need(map_create(BPF_MAP_TYPE_ARRAY, 4, VALUE_SIZE, 1, BPF_F_RDONLY_PROG),
			  "no read-only map");
	need(map_freeze(rdonly_map), "no frozen map");
	timer_map = need(special_map("bpf_timer", 16), "no map with a timer");
	lock_map = need(special_map("bpf_spin_lock", 4), "no map with a lock");
	ringbuf = need(map_create(BPF_MAP_TYPE_RINGBUF, 0, 0, 1 << 20, 0), "no ring buffer");
	prog_array = need(map_create(BPF_MAP_TYPE_PROG_ARRAY, 4, 4, 1, 0), "no PROG_ARRAY");
	count_map = need(map_create(BPF_MAP_TYPE_ARRAY, 4, 8, 1, 0), "no map");

	ktap_begin();
	for (i = 0; i < CTXS; i++)
		test_ctx(i);
	for (i = 0; i < ARGS; i++)
		test_arg(i);
	test_random(seed, count);
	nl_xdp(nl, VETH, -1, 0, -1);
	test_cpumasks(seed, count);

	return ktap_end();
}
