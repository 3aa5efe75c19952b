// SPDX-License-Identifier: GPL-2.0-only
/* What packet metadata fields cost: a call, and a packet that has one */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/genetlink.h>
#include <linux/netlink.h>

#include <bpf/libbpf.h>

#include "bench.h"
#include "calls.h"
#include "fields.skel.h"
#include "packet_metadata.h"

#define FRAMES	64

static struct fields *skel;
static int fd;

/* Asks generic netlink with a name, and a size if it isn't 0. Returns the
 * attribute @wanted of the answer.
 */
static __u32 ask(int nl, __u16 family, __u8 cmd, __u16 name_attr,
		 const char *name, __u32 size, __u16 wanted)
{
	struct {
		struct nlmsghdr nlh;
		struct genlmsghdr genl;
		struct nlattr name_attr;
		char name[16];
		struct nlattr size_attr;
		__u32 size;
	} req = {
		.nlh.nlmsg_len = size ? sizeof(req) : offsetof(typeof(req), size_attr),
		.nlh.nlmsg_type = family,
		.nlh.nlmsg_flags = NLM_F_REQUEST,
		.genl.cmd = cmd,
		.genl.version = PKT_META_FAMILY_VERSION,
		.name_attr = { NLA_HDRLEN + sizeof(req.name), name_attr },
		.size_attr = { NLA_HDRLEN + sizeof(req.size), PKT_META_A_SIZE },
		.size = size,
	};
	char answer[4096] __attribute__((aligned(4)));
	const struct nlattr *attr;
	ssize_t off, len;
	__u32 value = 0;

	strncpy(req.name, name, sizeof(req.name) - 1);
	if (send(nl, &req, req.nlh.nlmsg_len, 0) < 0)
		die("netlink");
	len = recv(nl, answer, sizeof(answer), 0);
	if (len < 0 || ((struct nlmsghdr *)answer)->nlmsg_type != req.nlh.nlmsg_type)
		len = 0;
	for (off = NLMSG_LENGTH(GENL_HDRLEN); off < len;
	     off += NLA_ALIGN(attr->nla_len)) {
		attr = (const struct nlattr *)(answer + off);
		if (attr->nla_type == wanted)
			memcpy(&value, attr + 1, attr->nla_len - NLA_HDRLEN);
	}
	if (!value) {
		errno = ENOMSG;
		die("no answer on %s", name);
	}
	return value;
}

/* The field is there as long as @nl */
static __u32 new_field(int nl, const char *name, __u32 size)
{
	__u16 family = ask(nl, GENL_ID_CTRL, CTRL_CMD_GETFAMILY,
			   CTRL_ATTR_FAMILY_NAME, PKT_META_FAMILY_NAME, 0,
			   CTRL_ATTR_FAMILY_ID);

	return ask(nl, family, PKT_META_CMD_NEW, PKT_META_A_NAME, name, size,
		   PKT_META_A_ID);
}

/* DEV_RX */

/* In place of the one before, if there is one */
static void attach_tc(const struct bpf_program *prog)
{
	DECLARE_LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = ifindex(DEV_RX),
			    .attach_point = BPF_TC_INGRESS);
	DECLARE_LIBBPF_OPTS(bpf_tc_opts, opts, .handle = 1, .priority = 1,
			    .prog_fd = bpf_program__fd(prog),
			    .flags = BPF_TC_F_REPLACE);

	errno = -bpf_tc_attach(&hook, &opts);
	if (errno)
		die("attach %s", bpf_program__name(prog));
}

static void attach_either(const struct bpf_program *prog)
{
	if (bpf_program__type(prog) == BPF_PROG_TYPE_XDP)
		attach(DEV_RX, prog);
	else
		attach_tc(prog);
}

/* Of what ran @count times in a row */
static void report_calls(const struct calls *calls, int count, int expected,
			 const char *what, const char *hook, int size)
{
	if (!calls->frames || calls->ret != expected) {
		errno = calls->frames ? EBADMSG : ETIME;
		die("%s %s of %d bytes: %lld", hook, what, size, calls->ret);
	}
	report(calls->cost / (double)count, "%s %s/%d", hook, what, size);
}

static void measure_calls(const struct bpf_program *prog, __u32 id,
			  const char *hook, int size)
{
	struct fields__bss *bss = skel->bss;
	int i;

	memset(bss, 0, sizeof(*bss));
	bss->id = id;
	attach_either(prog);
	for (i = 0; i < FRAMES; i++)
		send_frame(fd, unknown_frame());
	report_calls(&bss->first_set, 1, 0, "first set", hook, size);
	report_calls(&bss->set, CALLS, 0, "set again", hook, size);
	report_calls(&bss->get, CALLS, 0, "get", hook, size);
	report_calls(&bss->no_data, CALLS, -ENODATA, "get without data", hook,
		     size);
}

static void one(void)
{
	send_frame(fd, unknown_frame());
}

static void measure_packet(const struct bpf_program *prog, __u32 id,
			   const char *what)
{
	skel->bss->id = id;
	attach_either(prog);
	report(packet_cost(one), "%s", what);
}

static void run(void)
{
	DECLARE_LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = ifindex(DEV_RX),
			    .attach_point = BPF_TC_INGRESS);
	__u32 id4, id16;
	int nl;

	if (!has_kfunc("bpf_xdp_packet_metadata_set"))
		return;
	nl = socket(AF_NETLINK, SOCK_RAW, NETLINK_GENERIC);
	if (nl < 0)
		die("socket");
	id4 = new_field(nl, "four", 4);
	id16 = new_field(nl, "sixteen", 16);
	skel = fields__open_and_load();
	if (!skel)
		die("load");
	fd = open_packet_socket(DEV_TX);
	set_gro(DEV_RX, false);

	measure_calls(skel->progs.xdp_calls_4, id4, "XDP", 4);
	measure_calls(skel->progs.xdp_calls_16, id16, "XDP", 16);
	measure_packet(skel->progs.xdp_set_nothing, id4, "XDP sets nothing");
	measure_packet(skel->progs.xdp_set_4, id4, "XDP sets 4 bytes");
	measure_packet(skel->progs.xdp_set_16, id16, "XDP sets 16 bytes");
	attach(DEV_RX, NULL);

	errno = -bpf_tc_hook_create(&hook);
	if (errno)
		die("clsact");
	measure_calls(skel->progs.tc_calls_4, id4, "TC", 4);
	measure_calls(skel->progs.tc_calls_16, id16, "TC", 16);
	measure_packet(skel->progs.tc_set_nothing, id4, "TC sets nothing");
	measure_packet(skel->progs.tc_set_4, id4, "TC sets 4 bytes");
	measure_packet(skel->progs.tc_set_16, id16, "TC sets 16 bytes");
	hook.attach_point = BPF_TC_INGRESS | BPF_TC_EGRESS;
	bpf_tc_hook_destroy(&hook);

	close(fd);
	fields__destroy(skel);
	close(nl);
}

const struct bench bench_fields = { .name = "fields", .run = run };
