// SPDX-License-Identifier: GPL-2.0
/* Speaks with the generic netlink family "pkt_meta" */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>

#include "complain.h"
#include "fields.h"

#define BUF_SIZE	32768

/* What an answer is for */
struct answer {
	struct registry *reg;
	struct field *field;
	field_fn fn;
};

static int parse_attr(const struct nlattr *attr, void *data)
{
	struct field *field = data;

	switch (mnl_attr_get_type(attr)) {
	case PKT_META_A_ID:
		field->id = mnl_attr_get_u32(attr);
		break;
	case PKT_META_A_NAME:
		snprintf(field->name, sizeof(field->name), "%s",
			 mnl_attr_get_str(attr));
		break;
	case PKT_META_A_SIZE:
		field->size = mnl_attr_get_u32(attr);
		break;
	case PKT_META_A_PERSISTENT:
		field->persistent = true;
		break;
	case PKT_META_A_REFS:
		field->refs = mnl_attr_get_u32(attr);
		break;
	}
	return MNL_CB_OK;
}

static int on_field(const struct nlmsghdr *nlh, void *data)
{
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(nlh);
	struct answer *answer = data;
	struct field field = {};

	if (nlh->nlmsg_type != answer->reg->family)
		return MNL_CB_OK;
	mnl_attr_parse(nlh, sizeof(*genl), parse_attr, &field);
	if (answer->field)
		*answer->field = field;
	if (answer->fn)
		answer->fn(genl->cmd, &field);
	return nlh->nlmsg_flags & NLM_F_MULTI ? MNL_CB_OK : MNL_CB_STOP;
}

static int on_error(const struct nlmsghdr *nlh, void *data)
{
	const struct nlmsgerr *err = mnl_nlmsg_get_payload(nlh);
	struct answer *answer = data;
	const struct nlattr *attr;

	if (!err->error)
		return MNL_CB_STOP;
	if (nlh->nlmsg_flags & NLM_F_ACK_TLVS) {
		mnl_attr_for_each(attr, nlh, sizeof(*err)) {
			if (mnl_attr_get_type(attr) == NLMSGERR_ATTR_MSG)
				snprintf(answer->reg->words,
					 sizeof(answer->reg->words), "%s",
					 mnl_attr_get_str(attr));
		}
	}
	errno = -err->error;
	return MNL_CB_ERROR;
}

static mnl_cb_t on_control[] = {
	[NLMSG_ERROR] = on_error,
};

static struct nlmsghdr *request(char *buf, __u16 type, __u16 flags, __u8 cmd)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct genlmsghdr *genl;

	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = NLM_F_REQUEST | flags;
	nlh->nlmsg_seq = 1;
	genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));
	genl->cmd = cmd;
	genl->version = PKT_META_FAMILY_VERSION;
	return nlh;
}

/* Until the answer has ended. @seq is 0 for what comes without being asked for. */
static int receive(struct registry *reg, __u32 seq, mnl_cb_t cb, void *data)
{
	char buf[BUF_SIZE];
	ssize_t len;
	int ret;

	do {
		len = mnl_socket_recvfrom(reg->nl, buf, sizeof(buf));
		if (len < 0)
			return -errno;
		ret = mnl_cb_run2(buf, len, seq, 0, cb, data, on_control,
				  sizeof(on_control) / sizeof(on_control[0]));
		if (ret < 0)
			return -errno;
	} while (ret > 0 && seq);
	return 0;
}

static int ask(struct registry *reg, const struct nlmsghdr *nlh, mnl_cb_t cb,
	       struct answer *answer)
{
	answer->reg = reg;
	reg->words[0] = '\0';
	if (mnl_socket_sendto(reg->nl, nlh, nlh->nlmsg_len) < 0)
		return -errno;
	return receive(reg, nlh->nlmsg_seq, cb, answer);
}

static void parse_group(struct registry *reg, const struct nlattr *group)
{
	const struct nlattr *attr;
	const char *name = "";
	__u32 id = 0;

	mnl_attr_for_each_nested(attr, group) {
		if (mnl_attr_get_type(attr) == CTRL_ATTR_MCAST_GRP_NAME)
			name = mnl_attr_get_str(attr);
		if (mnl_attr_get_type(attr) == CTRL_ATTR_MCAST_GRP_ID)
			id = mnl_attr_get_u32(attr);
	}
	if (!strcmp(name, PKT_META_MCGRP_FIELDS))
		reg->group = id;
}

static int on_family(const struct nlmsghdr *nlh, void *data)
{
	struct registry *reg = ((struct answer *)data)->reg;
	const struct nlattr *attr, *group;

	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr)) {
		switch (mnl_attr_get_type(attr)) {
		case CTRL_ATTR_FAMILY_ID:
			reg->family = mnl_attr_get_u16(attr);
			break;
		case CTRL_ATTR_MCAST_GROUPS:
			mnl_attr_for_each_nested(group, attr)
				parse_group(reg, group);
			break;
		}
	}
	return MNL_CB_STOP;
}

static int open_family(struct registry *reg)
{
	char buf[256] __attribute__((aligned(8)));
	struct answer answer = {};
	struct nlmsghdr *nlh;
	int err, on = 1;

	memset(reg, 0, sizeof(*reg));
	reg->nl = mnl_socket_open2(NETLINK_GENERIC, SOCK_CLOEXEC);
	if (!reg->nl)
		return -errno;
	if (mnl_socket_bind(reg->nl, 0, MNL_SOCKET_AUTOPID) < 0) {
		err = -errno;
		goto err_close;
	}
	mnl_socket_setsockopt(reg->nl, NETLINK_EXT_ACK, &on, sizeof(on));
	mnl_socket_setsockopt(reg->nl, NETLINK_CAP_ACK, &on, sizeof(on));

	nlh = request(buf, GENL_ID_CTRL, 0, CTRL_CMD_GETFAMILY);
	mnl_attr_put_strz(nlh, CTRL_ATTR_FAMILY_NAME, PKT_META_FAMILY_NAME);
	err = ask(reg, nlh, on_family, &answer);
	if (err)
		goto err_close;
	return 0;

err_close:
	registry_close(reg);
	return err;
}

int registry_open(struct registry *reg)
{
	int err = open_family(reg);

	if (err == -ENOENT)
		complain("this kernel has no packet metadata fields: boot one with CONFIG_NET_PKT_META");
	else if (err)
		complain("can't open generic netlink: %s", strerror(-err));
	return err;
}

void registry_close(struct registry *reg)
{
	if (reg->nl)
		mnl_socket_close(reg->nl);
	reg->nl = NULL;
}

int field_list(struct registry *reg, field_fn fn)
{
	char buf[64] __attribute__((aligned(8)));
	struct answer answer = { .fn = fn };

	return ask(reg, request(buf, reg->family, NLM_F_DUMP, PKT_META_CMD_GET),
		   on_field, &answer);
}

int field_new(struct registry *reg, const char *name, __u32 size, bool persistent,
	      struct field *field)
{
	struct answer answer = { .field = field };
	char buf[256] __attribute__((aligned(8)));
	struct nlmsghdr *nlh;

	nlh = request(buf, reg->family, 0, PKT_META_CMD_NEW);
	mnl_attr_put_strz(nlh, PKT_META_A_NAME, name);
	mnl_attr_put_u32(nlh, PKT_META_A_SIZE, size);
	if (persistent)
		mnl_attr_put(nlh, PKT_META_A_PERSISTENT, 0, NULL);
	return ask(reg, nlh, on_field, &answer);
}

int field_del(struct registry *reg, __u32 id)
{
	char buf[64] __attribute__((aligned(8)));
	struct answer answer = {};
	struct nlmsghdr *nlh;

	nlh = request(buf, reg->family, NLM_F_ACK, PKT_META_CMD_DEL);
	mnl_attr_put_u32(nlh, PKT_META_A_ID, id);
	return ask(reg, nlh, on_field, &answer);
}

int field_get(struct registry *reg, const char *name, struct field *field)
{
	struct answer answer = { .field = field };
	char buf[256] __attribute__((aligned(8)));
	struct nlmsghdr *nlh;

	if (strlen(name) > PKT_META_NAME_MAX)
		return -ERANGE;	/* as the kernel has it */
	nlh = request(buf, reg->family, 0, PKT_META_CMD_GET);
	mnl_attr_put_strz(nlh, PKT_META_A_NAME, name);
	return ask(reg, nlh, on_field, &answer);
}

int field_listen(struct registry *reg)
{
	if (mnl_socket_setsockopt(reg->nl, NETLINK_ADD_MEMBERSHIP, &reg->group,
				  sizeof(reg->group)) < 0)
		return -errno;
	return 0;
}

int field_events(struct registry *reg, field_fn fn)
{
	struct answer answer = { .reg = reg, .fn = fn };

	return receive(reg, 0, on_field, &answer);
}

/* A name has no other characters that JSON wants escaped */
void field_print_json_name(const struct field *field)
{
	const char *c;

	putchar('"');
	for (c = field->name; *c; c++) {
		if (*c == '"' || *c == '\\')
			putchar('\\');
		putchar(*c);
	}
	putchar('"');
}
