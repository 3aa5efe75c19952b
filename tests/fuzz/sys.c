// SPDX-License-Identifier: GPL-2.0
#define _GNU_SOURCE
#include "sys.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <dirent.h>
#include <getopt.h>
#include <linux/btf.h>
#include <linux/if_ether.h>
#include <linux/if_link.h>
#include <linux/if_packet.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <net/if.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

char verifier_log[LOG_SIZE];

void die(const char *fmt, ...)
{
	va_list args;

	fflush(stdout);
	fputs("error: ", stderr);
	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fputc('\n', stderr);
	exit(1);
}

int need(int ret, const char *what)
{
	if (ret < 0)
		die("%s: %s", what, strerror(-ret));

	return ret;
}

void parse_options(int argc, char **argv, const struct program_option *opts,
		   const char *usage)
{
	enum { FIRST = 256 };
	const struct program_option *opt;
	struct option options[8] = {};
	size_t n;
	int c;

	for (n = 0; opts[n].name; n++) {
		if (n + 2 >= ARRAY_SIZE(options))
			die("too many options");
		options[n].name = opts[n].name;
		options[n].has_arg = opts[n].number ? required_argument : no_argument;
		options[n].val = FIRST + n;
	}
	options[n].name = "help";
	options[n].val = 'h';

	while ((c = getopt_long(argc, argv, "h", options, NULL)) >= 0) {
		if (c == 'h') {
			puts(usage);
			exit(0);
		}
		/* getopt has printed what it doesn't understand */
		if (c < FIRST)
			exit(2);
		opt = &opts[c - FIRST];
		if (opt->number)
			*opt->number = strtoull(optarg, NULL, 0);
		else
			*opt->flag = true;
	}
}

/* Random numbers */

static uint64_t rnd_state;

void rnd_seed(uint64_t seed)
{
	rnd_state = seed * 0x9e3779b97f4a7c15ULL + 1;
}

uint32_t rnd(uint32_t below)
{
	rnd_state ^= rnd_state << 13;
	rnd_state ^= rnd_state >> 7;
	rnd_state ^= rnd_state << 17;

	return (rnd_state >> 16) % below;
}

bool one_in(uint32_t n)
{
	return !rnd(n);
}

/* bpf() */

static uint64_t ptr(const void *p)
{
	return (uintptr_t)p;
}

int sys_bpf(int cmd, union bpf_attr *attr, size_t size)
{
	long ret = syscall(__NR_bpf, cmd, attr, size);

	return ret < 0 ? -errno : ret;
}

int prog_load(const struct load *load)
{
	union bpf_attr attr = {
		.prog_type = load->type,
		.prog_flags = load->flags,
		.prog_ifindex = load->ifindex,
		.expected_attach_type = load->attach_type,
		.insns = ptr(load->insns),
		.insn_cnt = load->insn_cnt,
		.license = ptr("GPL"),
		.prog_btf_fd = load->btf_fd,
		.func_info = ptr(load->funcs),
		.func_info_cnt = load->func_cnt,
		.func_info_rec_size = load->func_cnt ? sizeof(*load->funcs) : 0,
		.attach_prog_fd = load->attach_fd,
		.attach_btf_id = load->attach_btf_id,
	};

	if (load->name)
		strncpy(attr.prog_name, load->name, sizeof(attr.prog_name) - 1);
	if (load->want_log) {
		verifier_log[0] = 0;
		attr.log_level = 1;
		attr.log_buf = ptr(verifier_log);
		attr.log_size = LOG_SIZE;
	}

	return sys_bpf(BPF_PROG_LOAD, &attr, sizeof(attr));
}

int prog_test_run(int fd)
{
	static const char frame[64] = { [12] = 8 };
	union bpf_attr attr = {
		.test.prog_fd = fd,
		.test.data_in = ptr(frame),
		.test.data_size_in = sizeof(frame),
		.test.repeat = 1,
	};

	return sys_bpf(BPF_PROG_TEST_RUN, &attr, sizeof(attr));
}

int prog_live_run(int fd, uint32_t frames)
{
	static const char frame[64] = { [12] = 8 };
	union bpf_attr attr = {
		.test.prog_fd = fd,
		.test.data_in = ptr(frame),
		.test.data_size_in = sizeof(frame),
		.test.repeat = frames,
		.test.flags = BPF_F_TEST_XDP_LIVE_FRAMES,
	};

	return sys_bpf(BPF_PROG_TEST_RUN, &attr, sizeof(attr));
}

int prog_info(int fd, struct bpf_prog_info *info)
{
	union bpf_attr attr = {
		.info.bpf_fd = fd,
		.info.info = ptr(info),
		.info.info_len = sizeof(*info),
	};

	return sys_bpf(BPF_OBJ_GET_INFO_BY_FD, &attr, sizeof(attr));
}

int prog_fdinfo(int fd, const char *key, uint64_t *value)
{
	char path[64], line[256];
	int err = -ENOENT;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	f = fopen(path, "re");
	if (!f)
		return -errno;
	while (fgets(line, sizeof(line), f)) {
		size_t len = strlen(key);

		if (strncmp(line, key, len) || line[len] != ':')
			continue;
		*value = strtoull(line + len + 1, NULL, 0);
		err = 0;
	}
	fclose(f);

	return err;
}

int prog_by_id(uint32_t id)
{
	union bpf_attr attr = { .prog_id = id };

	return sys_bpf(BPF_PROG_GET_FD_BY_ID, &attr, sizeof(attr));
}

int map_create(uint32_t type, uint32_t key_size, uint32_t value_size,
	       uint32_t entries, uint32_t flags)
{
	union bpf_attr attr = {
		.map_type = type,
		.key_size = key_size,
		.value_size = value_size,
		.max_entries = entries,
		.map_flags = flags,
	};

	return sys_bpf(BPF_MAP_CREATE, &attr, sizeof(attr));
}

static int map_elem(int cmd, int fd, const void *key, const void *value)
{
	union bpf_attr attr = {
		.map_fd = fd,
		.key = ptr(key),
		.value = ptr(value),
	};

	return sys_bpf(cmd, &attr, sizeof(attr));
}

int map_update(int fd, const void *key, const void *value)
{
	return map_elem(BPF_MAP_UPDATE_ELEM, fd, key, value);
}

int map_lookup(int fd, const void *key, void *value)
{
	return map_elem(BPF_MAP_LOOKUP_ELEM, fd, key, value);
}

int map_delete(int fd, const void *key)
{
	return map_elem(BPF_MAP_DELETE_ELEM, fd, key, NULL);
}

int map_freeze(int fd)
{
	union bpf_attr attr = { .map_fd = fd };

	return sys_bpf(BPF_MAP_FREEZE, &attr, sizeof(attr));
}

int link_create_xdp(int prog_fd, uint32_t ifindex, uint32_t flags)
{
	union bpf_attr attr = {
		.link_create.prog_fd = prog_fd,
		.link_create.target_ifindex = ifindex,
		.link_create.attach_type = BPF_XDP,
		.link_create.flags = flags,
	};

	return sys_bpf(BPF_LINK_CREATE, &attr, sizeof(attr));
}

int link_create_ext(int prog_fd, int target_fd, uint32_t btf_id)
{
	union bpf_attr attr = {
		.link_create.prog_fd = prog_fd,
		.link_create.target_fd = target_fd,
		.link_create.target_btf_id = btf_id,
	};

	return sys_bpf(BPF_LINK_CREATE, &attr, sizeof(attr));
}

int link_update(int link_fd, int prog_fd, int old_fd, uint32_t flags)
{
	union bpf_attr attr = {
		.link_update.link_fd = link_fd,
		.link_update.new_prog_fd = prog_fd,
		.link_update.flags = flags,
		.link_update.old_prog_fd = old_fd,
	};

	return sys_bpf(BPF_LINK_UPDATE, &attr, sizeof(attr));
}

int link_detach(int link_fd)
{
	union bpf_attr attr = { .link_detach.link_fd = link_fd };

	return sys_bpf(BPF_LINK_DETACH, &attr, sizeof(attr));
}

int raw_tracepoint_open(int prog_fd)
{
	union bpf_attr attr = { .raw_tracepoint.prog_fd = prog_fd };

	return sys_bpf(BPF_RAW_TRACEPOINT_OPEN, &attr, sizeof(attr));
}

int obj_pin(int fd, const char *path)
{
	union bpf_attr attr = {
		.pathname = ptr(path),
		.bpf_fd = fd,
	};

	return sys_bpf(BPF_OBJ_PIN, &attr, sizeof(attr));
}

int btf_load(const uint32_t *types, uint32_t types_size, const char *strings,
	     uint32_t strings_size)
{
	struct btf_header hdr = {
		.magic = BTF_MAGIC,
		.version = BTF_VERSION,
		.hdr_len = sizeof(hdr),
		.type_len = types_size,
		.str_off = types_size,
		.str_len = strings_size,
	};
	char data[512];
	union bpf_attr attr = {
		.btf = ptr(data),
		.btf_size = sizeof(hdr) + types_size + strings_size,
	};

	if (attr.btf_size > sizeof(data))
		die("BTF too long");
	memcpy(data, &hdr, sizeof(hdr));
	memcpy(data + sizeof(hdr), types, types_size);
	memcpy(data + sizeof(hdr) + types_size, strings, strings_size);

	return sys_bpf(BPF_BTF_LOAD, &attr, sizeof(attr));
}

int count_ids(int cmd)
{
	union bpf_attr attr = {};
	int n = 0;

	while (!sys_bpf(cmd, &attr, sizeof(attr))) {
		attr.start_id = attr.next_id;
		n++;
	}

	return n;
}

/* BTF */

/* What follows a struct btf_type depends on its kind */
static size_t btf_type_size(const struct btf_type *t)
{
	unsigned int vlen = BTF_INFO_VLEN(t->info);

	switch (BTF_INFO_KIND(t->info)) {
	case BTF_KIND_INT:
	case BTF_KIND_VAR:
	case BTF_KIND_DECL_TAG:
		return sizeof(*t) + 4;
	case BTF_KIND_ARRAY:
		return sizeof(*t) + sizeof(struct btf_array);
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		return sizeof(*t) + vlen * sizeof(struct btf_member);
	case BTF_KIND_ENUM:
		return sizeof(*t) + vlen * sizeof(struct btf_enum);
	case BTF_KIND_ENUM64:
		return sizeof(*t) + vlen * 12;
	case BTF_KIND_FUNC_PROTO:
		return sizeof(*t) + vlen * sizeof(struct btf_param);
	case BTF_KIND_DATASEC:
		return sizeof(*t) + vlen * sizeof(struct btf_var_secinfo);
	default:
		return sizeof(*t);
	}
}

const char * const kfunc_name[KFUNCS] = {
	[RX_TIMESTAMP] = "bpf_xdp_metadata_rx_timestamp",
	[RX_HASH] = "bpf_xdp_metadata_rx_hash",
	[RX_VLAN_TAG] = "bpf_xdp_metadata_rx_vlan_tag",
};

uint32_t kfunc_id[KFUNCS];

static const char * const store_name[STORES] = {
	[SET_TIMESTAMP] = "bpf_xdp_metadata_set_rx_timestamp",
	[SET_HASH] = "bpf_xdp_metadata_set_rx_hash",
	[SET_VLAN_TAG] = "bpf_xdp_metadata_set_rx_vlan_tag",
	[EXPORT] = "bpf_xdp_metadata_export_to_skb",
};

static uint32_t store_id[STORES];

static const struct btf_header *vmlinux_btf(void)
{
	static const struct btf_header *hdr;

	if (!hdr) {
		static const char path[] = "/sys/kernel/btf/vmlinux";
		size_t done = 0;
		struct stat st;
		char *buf;
		ssize_t n;
		int fd;

		fd = open(path, O_RDONLY | O_CLOEXEC);
		if (fd < 0 || fstat(fd, &st))
			die("%s can't be read: the kernel needs CONFIG_DEBUG_INFO_BTF", path);
		buf = malloc(st.st_size);
		while (buf && (n = read(fd, buf + done, st.st_size - done)) > 0)
			done += n;
		close(fd);
		if (!buf || done != (size_t)st.st_size)
			die("%s can't be read", path);
		hdr = (void *)buf;
	}

	return hdr;
}

uint32_t vmlinux_type(uint32_t kind, const char *name, const struct btf_type **type)
{
	const struct btf_header *hdr = vmlinux_btf();
	const char *types, *strings, *p;
	const struct btf_type *t;
	uint32_t id = 1;

	types = (const char *)hdr + hdr->hdr_len + hdr->type_off;
	strings = (const char *)hdr + hdr->hdr_len + hdr->str_off;
	for (p = types; p < types + hdr->type_len; p += btf_type_size(t), id++) {
		t = (const struct btf_type *)p;
		if (BTF_INFO_KIND(t->info) == kind &&
		    !strcmp(strings + t->name_off, name)) {
			if (type)
				*type = t;
			return id;
		}
	}

	return 0;
}

/* Type id of a function in vmlinux BTF, 0: none */
static uint32_t vmlinux_func(const char *name)
{
	return vmlinux_type(BTF_KIND_FUNC, name, NULL);
}

int vmlinux_member(const char *name, const char *member)
{
	const struct btf_header *hdr = vmlinux_btf();
	const char *strings = (const char *)hdr + hdr->hdr_len + hdr->str_off;
	const struct btf_member *m;
	const struct btf_type *t;
	uint32_t i;

	if (!vmlinux_type(BTF_KIND_STRUCT, name, &t))
		return -ENOENT;
	m = (const struct btf_member *)(t + 1);
	for (i = 0; i < BTF_INFO_VLEN(t->info); i++, m++)
		if (!strcmp(strings + m->name_off, member))
			return (BTF_INFO_KFLAG(t->info) ? BTF_MEMBER_BIT_OFFSET(m->offset) :
							   m->offset) / 8;

	return -ENOENT;
}

void find_kfuncs(void)
{
	int i;

	for (i = 0; i < KFUNCS; i++) {
		kfunc_id[i] = vmlinux_func(kfunc_name[i]);
		if (!kfunc_id[i])
			die("this kernel has no %s", kfunc_name[i]);
	}
	for (i = 0; i < STORES; i++) {
		store_id[i] = vmlinux_func(store_name[i]);
		if (!store_id[i])
			die("this kernel has no %s", store_name[i]);
	}
}

int btf_of_programs(void)
{
	static const char strings[] = "\0int\0xdp_md\0main\0func\0ctx\0callback\0index\0data";
	enum { INT = 1, XDP_MD = 5, MAIN = 12, FUNC = 17, CTX = 22,
	       CALLBACK = 26, INDEX = 35, DATA = 41 };
	static const uint32_t types[] = {
		/* 1 */ INT, BTF_TYPE(BTF_KIND_INT, 0), 4, BTF_INT_SIGNED << 24 | 32,
		/* 2 */ XDP_MD, BTF_TYPE(BTF_KIND_STRUCT, 0), 24,
		/* 3 */ 0, BTF_TYPE(BTF_KIND_PTR, 0), 2,
		/* 4 */ 0, BTF_TYPE(BTF_KIND_FUNC_PROTO, 1), 1, CTX, 3,
		/* 5 */ MAIN, BTF_TYPE(BTF_KIND_FUNC, BTF_FUNC_STATIC), 4,
		/* 6 */ FUNC, BTF_TYPE(BTF_KIND_FUNC, BTF_FUNC_GLOBAL), 4,
		/* 7 */ 0, BTF_TYPE(BTF_KIND_FUNC_PROTO, 2), 1, INDEX, 1, DATA, 9,
		/* 8 */ CALLBACK, BTF_TYPE(BTF_KIND_FUNC, BTF_FUNC_STATIC), 7,
		/* 9 */ 0, BTF_TYPE(BTF_KIND_PTR, 0), 0,
	};

	return need(btf_load(types, sizeof(types), strings, sizeof(strings)),
		    "the BTF of the programs can't be loaded");
}

/* Programs */

int put_kfunc(struct bpf_insn *insns, enum kfunc kfunc)
{
	int n = 0;

	insns[n++] = STORE_IMM(BPF_DW, BPF_REG_10, -8, 0);
	insns[n++] = STORE_IMM(BPF_DW, BPF_REG_10, -16, 0);
	insns[n++] = MOV_REG(BPF_REG_2, BPF_REG_10);
	insns[n++] = ADD_IMM(BPF_REG_2, -8);
	insns[n++] = MOV_REG(BPF_REG_3, BPF_REG_10);
	insns[n++] = ADD_IMM(BPF_REG_3, -16);
	insns[n++] = CALL_KFUNC(kfunc_id[kfunc]);

	return n;
}

int put_all_kfuncs(struct bpf_insn *insns)
{
	int n = 0, i;

	for (i = 0; i < KFUNCS; i++) {
		insns[n++] = MOV_REG(BPF_REG_1, BPF_REG_6);
		n += put_kfunc(insns + n, i);
	}

	return n;
}

int put_stores(struct bpf_insn *insns, bool bound)
{
	int n = 0, i;

	for (i = 0; i < STORES; i++) {
		if (i == EXPORT && !bound)
			break;
		insns[n++] = MOV_REG(BPF_REG_1, BPF_REG_6);
		insns[n++] = MOV_IMM(BPF_REG_2, i == SET_VLAN_TAG ? htons(ETH_P_8021Q) : 1);
		insns[n++] = MOV_IMM(BPF_REG_3, 1);
		insns[n++] = CALL_KFUNC(store_id[i]);
	}

	return n;
}

int put_redirect(struct bpf_insn *insns, uint32_t ifindex)
{
	int n = 0;

	insns[n++] = CALL(BPF_FUNC_get_prandom_u32);
	insns[n++] = ALU_IMM(BPF_AND, BPF_REG_0, 1);
	insns[n++] = JUMP_IMM(BPF_JEQ, BPF_REG_0, 0, 4);
	insns[n++] = MOV_IMM(BPF_REG_1, ifindex);
	insns[n++] = MOV_IMM(BPF_REG_2, 0);
	insns[n++] = CALL(BPF_FUNC_redirect);
	insns[n++] = EXIT();

	return n;
}

int end_and_load(struct load *load, struct bpf_insn *insns, uint32_t n, int btf)
{
	struct bpf_func_info funcs[2] = {
		{ .type_id = BTF_MAIN }, { .type_id = BTF_FUNC },
	};

	if (btf) {
		load->btf_fd = btf;
		load->funcs = funcs;
		load->func_cnt = ARRAY_SIZE(funcs);
		insns[n++] = MOV_REG(BPF_REG_1, BPF_REG_6);
		insns[n++] = CALL_FUNC(1);
		insns[n++] = EXIT();
		funcs[1].insn_off = n;
	}
	insns[n++] = MOV_IMM(BPF_REG_0, XDP_PASS);
	insns[n++] = EXIT();
	load->insns = insns;
	load->insn_cnt = n;

	return prog_load(load);
}

int load_ext(int target_fd, int btf, const char *name)
{
	struct bpf_func_info func = { .type_id = BTF_FUNC };
	const struct bpf_insn insns[] = {
		MOV_REG(BPF_REG_6, BPF_REG_1),
		STORE_IMM(BPF_DW, BPF_REG_10, -8, 0),
		MOV_REG(BPF_REG_2, BPF_REG_10),
		ADD_IMM(BPF_REG_2, -8),
		CALL_KFUNC(kfunc_id[RX_TIMESTAMP]),
		MOV_REG(BPF_REG_1, BPF_REG_6),
		MOV_IMM(BPF_REG_2, 1),
		CALL_KFUNC(store_id[SET_TIMESTAMP]),
		MOV_IMM(BPF_REG_0, XDP_PASS),
		EXIT(),
	};
	struct load load = {
		.type = BPF_PROG_TYPE_EXT,
		.insns = insns,
		.insn_cnt = ARRAY_SIZE(insns),
		.btf_fd = btf,
		.funcs = &func,
		.func_cnt = 1,
		.attach_fd = target_fd,
		.attach_btf_id = BTF_FUNC,
		.name = name,
	};

	return prog_load(&load);
}

/* rtnetlink */

struct request {
	struct nlmsghdr nh;
	struct ifinfomsg ifi;
	char attrs[512];
};

int nl_open(void)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);

	if (fd < 0)
		die("no netlink socket: %s", strerror(errno));

	return fd;
}

static void nl_begin(struct request *req, int type, int flags, uint32_t ifindex)
{
	memset(req, 0, sizeof(*req));
	req->nh.nlmsg_len = NLMSG_LENGTH(sizeof(req->ifi));
	req->nh.nlmsg_type = type;
	req->nh.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | flags;
	req->ifi.ifi_index = ifindex;
}

static struct rtattr *nl_attr(struct request *req, int type, const void *data, size_t len)
{
	struct rtattr *rta = (void *)((char *)req + NLMSG_ALIGN(req->nh.nlmsg_len));

	rta->rta_type = type;
	rta->rta_len = RTA_LENGTH(len);
	if (len)
		memcpy(RTA_DATA(rta), data, len);
	req->nh.nlmsg_len = NLMSG_ALIGN(req->nh.nlmsg_len) + RTA_SPACE(len);
	if (req->nh.nlmsg_len > sizeof(*req))
		die("netlink request too long");

	return rta;
}

static void nl_nest_end(struct request *req, struct rtattr *rta)
{
	rta->rta_len = (char *)req + req->nh.nlmsg_len - (char *)rta;
}

/* reply: where to put a message that comes before the acknowledgment */
static int nl_talk(int nl, struct request *req, void *reply, size_t len)
{
	static uint32_t seq;
	char buf[16384];
	int err = -EBADMSG;

	req->nh.nlmsg_seq = ++seq;
	if (send(nl, req, req->nh.nlmsg_len, 0) < 0)
		return -errno;
	for (;;) {
		ssize_t n = recv(nl, buf, sizeof(buf), 0);
		struct nlmsghdr *nh = (void *)buf;

		if (n < 0)
			return -errno;
		for (; NLMSG_OK(nh, n); nh = NLMSG_NEXT(nh, n)) {
			if (nh->nlmsg_seq != seq)
				continue;
			if (nh->nlmsg_type == NLMSG_ERROR) {
				err = ((struct nlmsgerr *)NLMSG_DATA(nh))->error;
				return err;
			}
			if (reply)
				memcpy(reply, nh, nh->nlmsg_len < len ? nh->nlmsg_len : len);
		}
	}
}

int nl_dummy(int nl, const char *name, uint32_t ifindex)
{
	struct rtattr *info;
	struct request req;

	nl_begin(&req, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, ifindex);
	nl_attr(&req, IFLA_IFNAME, name, strlen(name) + 1);
	info = nl_attr(&req, IFLA_LINKINFO, NULL, 0);
	nl_attr(&req, IFLA_INFO_KIND, "dummy", 5);
	nl_nest_end(&req, info);

	return nl_talk(nl, &req, NULL, 0);
}

int nl_veth(int nl, const char *name, uint32_t ifindex,
	    const char *peer, uint32_t peer_ifindex, int peer_ns, int queues)
{
	struct ifinfomsg ifi = { .ifi_index = peer_ifindex };
	struct rtattr *info, *data, *other;
	uint32_t q = queues;
	struct request req;

	nl_begin(&req, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, ifindex);
	nl_attr(&req, IFLA_IFNAME, name, strlen(name) + 1);
	if (queues) {
		nl_attr(&req, IFLA_NUM_TX_QUEUES, &q, 4);
		nl_attr(&req, IFLA_NUM_RX_QUEUES, &q, 4);
	}
	info = nl_attr(&req, IFLA_LINKINFO, NULL, 0);
	nl_attr(&req, IFLA_INFO_KIND, "veth", 4);
	data = nl_attr(&req, IFLA_INFO_DATA, NULL, 0);
	other = nl_attr(&req, VETH_INFO_PEER, &ifi, sizeof(ifi));
	nl_attr(&req, IFLA_IFNAME, peer, strlen(peer) + 1);
	if (queues) {
		nl_attr(&req, IFLA_NUM_TX_QUEUES, &q, 4);
		nl_attr(&req, IFLA_NUM_RX_QUEUES, &q, 4);
	}
	if (peer_ns >= 0)
		nl_attr(&req, IFLA_NET_NS_FD, &peer_ns, 4);
	nl_nest_end(&req, other);
	nl_nest_end(&req, data);
	nl_nest_end(&req, info);

	return nl_talk(nl, &req, NULL, 0);
}

int nl_delete(int nl, uint32_t ifindex)
{
	struct request req;

	nl_begin(&req, RTM_DELLINK, 0, ifindex);

	return nl_talk(nl, &req, NULL, 0);
}

int nl_exists(int nl, uint32_t ifindex)
{
	struct request req;
	int err;

	nl_begin(&req, RTM_GETLINK, 0, ifindex);
	err = nl_talk(nl, &req, NULL, 0);

	return err == -ENODEV ? 0 : err ?: 1;
}

int nl_move(int nl, uint32_t ifindex, int ns)
{
	struct request req;

	nl_begin(&req, RTM_NEWLINK, 0, ifindex);
	nl_attr(&req, IFLA_NET_NS_FD, &ns, 4);

	return nl_talk(nl, &req, NULL, 0);
}

int nl_rename(int nl, uint32_t ifindex, const char *name)
{
	struct request req;

	nl_begin(&req, RTM_NEWLINK, 0, ifindex);
	nl_attr(&req, IFLA_IFNAME, name, strlen(name) + 1);

	return nl_talk(nl, &req, NULL, 0);
}

int nl_up(int nl, uint32_t ifindex, bool up)
{
	struct request req;

	nl_begin(&req, RTM_NEWLINK, 0, ifindex);
	req.ifi.ifi_change = IFF_UP;
	req.ifi.ifi_flags = up ? IFF_UP : 0;

	return nl_talk(nl, &req, NULL, 0);
}

int nl_xdp(int nl, uint32_t ifindex, int fd, uint32_t flags, int old)
{
	struct request req;
	struct rtattr *xdp;

	nl_begin(&req, RTM_NEWLINK, 0, ifindex);
	xdp = nl_attr(&req, IFLA_XDP | NLA_F_NESTED, NULL, 0);
	nl_attr(&req, IFLA_XDP_FD, &fd, 4);
	nl_attr(&req, IFLA_XDP_FLAGS, &flags, 4);
	if (flags & XDP_FLAGS_REPLACE)
		nl_attr(&req, IFLA_XDP_EXPECTED_FD, &old, 4);
	nl_nest_end(&req, xdp);

	return nl_talk(nl, &req, NULL, 0);
}

int nl_xdp_query(int nl, uint32_t ifindex, uint32_t ids[3])
{
	char reply[16384] = {};
	struct nlmsghdr *nh = (void *)reply;
	struct request req;
	struct rtattr *rta;
	int err, len;

	memset(ids, 0, 3 * sizeof(*ids));
	nl_begin(&req, RTM_GETLINK, 0, ifindex);
	err = nl_talk(nl, &req, reply, sizeof(reply));
	if (err)
		return err;

	rta = IFLA_RTA(NLMSG_DATA(nh));
	len = IFLA_PAYLOAD(nh);
	for (; RTA_OK(rta, len); rta = RTA_NEXT(rta, len)) {
		struct rtattr *x;
		uint32_t one = 0;
		int n, mode = 0;

		if ((rta->rta_type & NLA_TYPE_MASK) != IFLA_XDP)
			continue;
		n = RTA_PAYLOAD(rta);
		for (x = RTA_DATA(rta); RTA_OK(x, n); x = RTA_NEXT(x, n)) {
			uint32_t v = RTA_PAYLOAD(x) < 4 ? *(uint8_t *)RTA_DATA(x) :
							  *(uint32_t *)RTA_DATA(x);

			switch (x->rta_type) {
			case IFLA_XDP_ATTACHED:
				mode = v;
				break;
			case IFLA_XDP_PROG_ID:
				one = v;
				break;
			case IFLA_XDP_SKB_PROG_ID:
				ids[0] = v;
				break;
			case IFLA_XDP_DRV_PROG_ID:
				ids[1] = v;
				break;
			case IFLA_XDP_HW_PROG_ID:
				ids[2] = v;
				break;
			}
		}
		if (mode == XDP_ATTACHED_SKB)
			ids[0] = one;
		else if (mode == XDP_ATTACHED_DRV)
			ids[1] = one;
		else if (mode == XDP_ATTACHED_HW)
			ids[2] = one;
	}

	return 0;
}

/* Network namespaces */

int ns_here(void)
{
	int fd = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		die("no network namespace: %s", strerror(errno));

	return fd;
}

int ns_new(void)
{
	int old = ns_here(), fd;

	if (unshare(CLONE_NEWNET))
		fd = -errno;
	else
		fd = ns_here();
	ns_enter(old);
	close(old);

	return fd;
}

void ns_enter(int ns)
{
	if (setns(ns, CLONE_NEWNET))
		die("a network namespace can't be entered: %s", strerror(errno));
}

uint64_t ns_ino(int ns)
{
	struct stat st;

	if (fstat(ns, &st))
		die("a network namespace can't be looked at: %s", strerror(errno));

	return st.st_ino;
}

/* Files */

int write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC), err = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, text, strlen(text)) < 0)
		err = -errno;
	close(fd);

	return err;
}

int write_num(const char *path, long value)
{
	char text[32];

	snprintf(text, sizeof(text), "%ld", value);

	return write_file(path, text);
}

int read_num(const char *path, long *value)
{
	char text[64] = {};
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return -errno;
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	if (n <= 0)
		return -EIO;
	*value = strtol(text, NULL, 0);

	return 0;
}

/* netdevsim */

int nsim_new(unsigned int id, uint32_t *ifindex)
{
	char text[64], path[128];
	struct dirent *d;
	DIR *dir;
	int err;

	snprintf(text, sizeof(text), "%u 1", id);
	err = write_file("/sys/bus/netdevsim/new_device", text);
	if (err)
		return err;
	snprintf(path, sizeof(path), "/sys/bus/netdevsim/devices/netdevsim%u/net", id);
	dir = opendir(path);
	if (!dir)
		return -errno;
	err = -ENODEV;
	while ((d = readdir(dir))) {
		if (d->d_name[0] == '.')
			continue;
		*ifindex = if_nametoindex(d->d_name);
		err = 0;
	}
	closedir(dir);

	return err;
}

int nsim_del(unsigned int id)
{
	return write_num("/sys/bus/netdevsim/del_device", id);
}

/* Frames */

int send_frames(uint32_t ifindex, int count)
{
	static const unsigned char frame[60] = {
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0, 0, 0, 0, 1, 8, 0,
		0x45, 0, 0, 46, 0, 0, 0, 0, 64, 17, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2,
		0x1b, 0x58, 0x1b, 0x59, 0, 26,
	};
	struct sockaddr_ll to = {
		.sll_family = AF_PACKET,
		.sll_ifindex = ifindex,
		.sll_halen = ETH_ALEN,
	};
	int fd, err = 0;

	fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	while (count-- > 0 && !err)
		if (sendto(fd, frame, sizeof(frame), 0, (void *)&to, sizeof(to)) < 0)
			err = -errno;
	close(fd);

	return err;
}

/* KTAP */

static int ktap_count, ktap_failed;

void ktap_begin(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	puts("KTAP version 1");
}

void ktap(bool ok, const char *fmt, ...)
{
	va_list args;

	printf("%sok %d ", ok ? "" : "not ", ++ktap_count);
	ktap_failed += !ok;
	va_start(args, fmt);
	vprintf(fmt, args);
	va_end(args);
	putchar('\n');
}

void ktap_skip(const char *name, const char *why)
{
	printf("ok %d %s # SKIP %s\n", ++ktap_count, name, why);
}

int ktap_end(void)
{
	printf("1..%d\n", ktap_count);

	return ktap_failed || !ktap_count;
}
