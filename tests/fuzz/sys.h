/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the tests here ask the kernel for: bpf(), rtnetlink, netdevsim, network
 * namespaces. No library in between, so that a call is the call, with any
 * argument. All functions return 0 or more, or -errno.
 */
#ifndef SYS_H
#define SYS_H

#include <linux/bpf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#ifndef BPF_F_XDP_DEV_BOUND_ONLY
#define BPF_F_XDP_DEV_BOUND_ONLY	(1U << 6)
#endif

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

/* error TEXT and exit 1: the test itself can't go on */
void die(const char *fmt, ...) __attribute__((noreturn, format(printf, 1, 2)));

/* RET, unless it is an error: then WHAT and which one, as die() */
int need(int ret, const char *what);

/* An option of a program: a number that follows, or a flag that it sets */
struct program_option {
	const char *name;
	uint64_t *number;
	bool *flag;
};

/* Take over what the command line says; the last of the options has no name. --help
 * and what isn't understood end the program.
 */
void parse_options(int argc, char **argv, const struct program_option *opts,
		   const char *usage);

/* Random numbers that depend on the seed alone */
void rnd_seed(uint64_t seed);
uint32_t rnd(uint32_t below);		/* 0 to below - 1 */
bool one_in(uint32_t n);

/* bpf() */
#define LOG_SIZE	65536
extern char verifier_log[LOG_SIZE];

struct load {
	uint32_t type;
	uint32_t flags;
	uint32_t ifindex;
	uint32_t attach_type;
	const struct bpf_insn *insns;
	uint32_t insn_cnt;
	int btf_fd;			/* 0: no BTF */
	const struct bpf_func_info *funcs;
	uint32_t func_cnt;
	int attach_fd;			/* of EXT: the target */
	uint32_t attach_btf_id;
	bool want_log;
	const char *name;
};

int sys_bpf(int cmd, union bpf_attr *attr, size_t size);
int prog_load(const struct load *load);
int prog_test_run(int fd);
int prog_live_run(int fd, uint32_t frames);
int prog_info(int fd, struct bpf_prog_info *info);
/* What fdinfo says; -ENOENT if it has no such line */
int prog_fdinfo(int fd, const char *key, uint64_t *value);
int prog_by_id(uint32_t id);
int map_create(uint32_t type, uint32_t key_size, uint32_t value_size,
	       uint32_t entries, uint32_t flags);
int map_update(int fd, const void *key, const void *value);
int map_lookup(int fd, const void *key, void *value);
int map_delete(int fd, const void *key);
int map_freeze(int fd);
int link_create_xdp(int prog_fd, uint32_t ifindex, uint32_t flags);
int link_create_ext(int prog_fd, int target_fd, uint32_t btf_id);
int link_update(int link_fd, int prog_fd, int old_fd, uint32_t flags);
int link_detach(int link_fd);
int obj_pin(int fd, const char *path);
/* What follows the header of BTF: types, and strings with the zero at their end */
#define BTF_TYPE(kind, vlen)	((kind) << 24 | (vlen))	/* info of a struct btf_type */
int btf_load(const uint32_t *types, uint32_t types_size, const char *strings,
	     uint32_t strings_size);
struct btf_type;
/* Type id of what is called so in vmlinux BTF, 0: none */
uint32_t vmlinux_type(uint32_t kind, const char *name, const struct btf_type **type);
/* Offset of a struct's member in bytes */
int vmlinux_member(const char *name, const char *member);
int raw_tracepoint_open(int prog_fd);
/* How many programs there are; cmd: BPF_PROG_GET_NEXT_ID and so on */
int count_ids(int cmd);

/* The RX metadata kfuncs: their names, and their type ids in vmlinux BTF once they
 * were looked for. Without them the test can't go on.
 */
enum kfunc { RX_TIMESTAMP, RX_HASH, RX_VLAN_TAG, KFUNCS };

extern const char * const kfunc_name[KFUNCS];
extern uint32_t kfunc_id[KFUNCS];

/* Those that store values with a frame; the last one is for bound programs */
enum store { SET_TIMESTAMP, SET_HASH, SET_VLAN_TAG, EXPORT, STORES };

void find_kfuncs(void);

/* The BTF of all our programs with functions: their type ids */
enum {
	BTF_MAIN = 5,		/* int main(struct xdp_md *), static */
	BTF_FUNC = 6,		/* int func(struct xdp_md *), global */
	BTF_CALLBACK = 8,	/* long callback(u32, void *), static */
};

int btf_of_programs(void);

/* Parts of XDP programs. put_...() write instructions and return their number;
 * outputs of kfuncs go to the stack.
 */
int put_kfunc(struct bpf_insn *insns, enum kfunc kfunc);	/* r1: the context */
int put_all_kfuncs(struct bpf_insn *insns);			/* r6: the context */
int put_stores(struct bpf_insn *insns, bool bound);		/* r6: the context */
/* Redirect every other frame, by chance, and end there */
int put_redirect(struct bpf_insn *insns, uint32_t ifindex);

/* Let the n instructions of a program return XDP_PASS and load it. With btf, which is
 * that of all programs or 0, a global function returns it, for a replacement to take
 * the place of; r6: the context.
 */
int end_and_load(struct load *load, struct bpf_insn *insns, uint32_t n, int btf);

/* A replacement for the function of such a program; it calls a kfunc and stores */
int load_ext(int target_fd, int btf, const char *name);

/* rtnetlink, in the network namespace that it was opened in */
int nl_open(void);
int nl_dummy(int nl, const char *name, uint32_t ifindex);
int nl_veth(int nl, const char *name, uint32_t ifindex,
	    const char *peer, uint32_t peer_ifindex, int peer_ns, int queues);
int nl_delete(int nl, uint32_t ifindex);
int nl_exists(int nl, uint32_t ifindex);
int nl_move(int nl, uint32_t ifindex, int ns);
int nl_rename(int nl, uint32_t ifindex, const char *name);
int nl_up(int nl, uint32_t ifindex, bool up);
/* fd -1: detach; old: expected program with XDP_FLAGS_REPLACE, -1: none */
int nl_xdp(int nl, uint32_t ifindex, int fd, uint32_t flags, int old);
/* ids[]: programs attached in generic, native and offload mode */
int nl_xdp_query(int nl, uint32_t ifindex, uint32_t ids[3]);

/* Network namespaces */
int ns_here(void);			/* fd of the current one */
int ns_new(void);			/* fd of a new one, which isn't entered */
void ns_enter(int ns);
uint64_t ns_ino(int ns);

/* netdevsim: one device with one port, in the current namespace */
int nsim_new(unsigned int id, uint32_t *ifindex);
int nsim_del(unsigned int id);

int write_file(const char *path, const char *text);
int write_num(const char *path, long value);
int read_num(const char *path, long *value);

/* A UDP frame from one interface to whatever is at its other end */
int send_frames(uint32_t ifindex, int count);

/* KTAP */
void ktap_begin(void);
void ktap(bool ok, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void ktap_skip(const char *name, const char *why);
int ktap_end(void);			/* the exit status */

/* Instructions */
#define INSN(c, d, s, o, i) \
	((struct bpf_insn){ .code = (c), .dst_reg = (d), .src_reg = (s), \
			    .off = (o), .imm = (i) })
#define MOV_IMM(d, i)		INSN(BPF_ALU64 | BPF_MOV | BPF_K, d, 0, 0, i)
#define MOV_REG(d, s)		INSN(BPF_ALU64 | BPF_MOV | BPF_X, d, s, 0, 0)
#define ADD_IMM(d, i)		INSN(BPF_ALU64 | BPF_ADD | BPF_K, d, 0, 0, i)
#define ALU_IMM(op, d, i)	INSN(BPF_ALU64 | (op) | BPF_K, d, 0, 0, i)
#define LOAD_MEM(sz, d, s, o)	INSN(BPF_LDX | BPF_MEM | (sz), d, s, o, 0)
#define STORE_REG(sz, d, s, o)	INSN(BPF_STX | BPF_MEM | (sz), d, s, o, 0)
#define STORE_IMM(sz, d, o, i)	INSN(BPF_ST | BPF_MEM | (sz), d, 0, o, i)
#define JUMP_IMM(op, d, i, o)	INSN(BPF_JMP | (op) | BPF_K, d, 0, o, i)
#define JUMP_REG(op, d, s, o)	INSN(BPF_JMP | (op) | BPF_X, d, s, o, 0)
#define CALL(i)			INSN(BPF_JMP | BPF_CALL, 0, 0, 0, i)
#define CALL_KFUNC(id)		INSN(BPF_JMP | BPF_CALL, 0, BPF_PSEUDO_KFUNC_CALL, 0, id)
#define CALL_FUNC(o)		INSN(BPF_JMP | BPF_CALL, 0, BPF_PSEUDO_CALL, 0, o)
#define EXIT()			INSN(BPF_JMP | BPF_EXIT, 0, 0, 0, 0)
/* two instructions each */
#define LOAD_IMM64(d, s, i) \
	INSN(BPF_LD | BPF_DW | BPF_IMM, d, s, 0, i), INSN(0, 0, 0, 0, 0)

#endif
