/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EXAMPLE_FIELD_H
#define EXAMPLE_FIELD_H

#include <errno.h>
#include <string.h>
#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <packet_metadata.h>

struct field_answer {
	int attr;
	__u32 value;
};

static int field_on_answer(const struct nlmsghdr *nlh, void *data)
{
	struct field_answer *answer = data;
	const struct nlattr *attr;

	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr)) {
		if (mnl_attr_get_type(attr) == answer->attr)
			memcpy(&answer->value, mnl_attr_get_payload(attr),
			       mnl_attr_get_payload_len(attr) > 2 ? 4 : 2);
	}
	return MNL_CB_STOP;
}

static struct nlmsghdr *field_request(char *buf, __u16 type, __u8 cmd)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct genlmsghdr *genl;

	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = NLM_F_REQUEST;
	genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));
	genl->cmd = cmd;
	genl->version = 1;
	return nlh;
}

/* The u16 or u32 of the answer that has this type; 0, and errno, if it is an error */
static __u32 field_ask(struct mnl_socket *nl, const struct nlmsghdr *nlh, int attr)
{
	struct field_answer answer = { .attr = attr };
	char buf[8192];
	ssize_t len;

	if (mnl_socket_sendto(nl, nlh, nlh->nlmsg_len) < 0)
		return 0;
	len = mnl_socket_recvfrom(nl, buf, sizeof(buf));
	if (len < 0 || mnl_cb_run(buf, len, 0, 0, field_on_answer, &answer) < 0)
		return 0;
	return answer.value;
}

/*
 * The id of the field with that name; everybody who asks gets the same one. It
 * is there as long as one of the sockets that have requested it is open. @nl is
 * such a NETLINK_GENERIC socket. Needs CAP_NET_ADMIN. 0, and errno, on errors.
 */
static __u32 field_id(struct mnl_socket *nl, const char *name, __u32 size)
{
	char buf[256] __attribute__((aligned(8)));
	struct nlmsghdr *nlh;
	__u32 family;

	nlh = field_request(buf, GENL_ID_CTRL, CTRL_CMD_GETFAMILY);
	mnl_attr_put_strz(nlh, CTRL_ATTR_FAMILY_NAME, PKT_META_FAMILY_NAME);
	family = field_ask(nl, nlh, CTRL_ATTR_FAMILY_ID);
	if (!family)
		return 0;

	nlh = field_request(buf, family, PKT_META_CMD_NEW);
	mnl_attr_put_strz(nlh, PKT_META_A_NAME, name);
	mnl_attr_put_u32(nlh, PKT_META_A_SIZE, size);
	return field_ask(nl, nlh, PKT_META_A_ID);
}

#endif
