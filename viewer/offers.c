// SPDX-License-Identifier: GPL-2.0
/*
 * Asks the kernel what a network device offers to XDP programs: one request to
 * the generic netlink family "netdev".
 */
#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>
#include <sys/socket.h>

#include <linux/genetlink.h>
#include <linux/netlink.h>

#include "offers.h"

/* of <linux/netdev.h> */
#define FAMILY_NAME	"netdev"

enum {
	CMD_DEV_GET = 1,
};

enum {
	DEV_IFINDEX = 1,
	DEV_XDP_FEATURES = 3,
	DEV_XDP_RX_METADATA_FEATURES = 5,
};

struct message {
	struct nlmsghdr nlh;
	struct genlmsghdr genl;
	char attrs[4096];
};

static const void *attr_data(const struct nlattr *attr)
{
	return (const char *)attr + NLA_HDRLEN;
}

/* The first attribute of a message, or the one behind @attr; NULL at the end */
static const struct nlattr *next_attr(const struct message *msg,
				      const struct nlattr *attr)
{
	const char *end = (const char *)msg + msg->nlh.nlmsg_len;
	const char *pos = msg->attrs;

	if (attr)
		pos = (const char *)attr + NLA_ALIGN(attr->nla_len);
	attr = (const struct nlattr *)pos;
	if (pos + NLA_HDRLEN > end || attr->nla_len < NLA_HDRLEN ||
	    pos + attr->nla_len > end)
		return NULL;
	return attr;
}

/* Send a request with one attribute; the answer takes its place */
static int ask(int fd, __u16 type, __u8 cmd, __u16 attr_type, const void *data,
	       size_t len, struct message *msg)
{
	struct nlattr attr = {
		.nla_type = attr_type,
		.nla_len = NLA_HDRLEN + len,
	};
	ssize_t got;

	memset(msg, 0, sizeof(*msg));
	msg->nlh.nlmsg_len = NLMSG_LENGTH(GENL_HDRLEN) + NLA_ALIGN(attr.nla_len);
	msg->nlh.nlmsg_type = type;
	msg->nlh.nlmsg_flags = NLM_F_REQUEST;
	msg->genl.cmd = cmd;
	msg->genl.version = 1;
	memcpy(msg->attrs, &attr, sizeof(attr));
	memcpy(msg->attrs + NLA_HDRLEN, data, len);

	if (send(fd, msg, msg->nlh.nlmsg_len, 0) < 0)
		return -errno;
	got = recv(fd, msg, sizeof(*msg), 0);
	if (got < 0)
		return -errno;
	if ((size_t)got < NLMSG_LENGTH(GENL_HDRLEN) || msg->nlh.nlmsg_len > got)
		return -EPROTO;
	if (msg->nlh.nlmsg_type == NLMSG_ERROR)
		return ((struct nlmsgerr *)NLMSG_DATA(&msg->nlh))->error;
	return 0;
}

static int family_id(int fd, __u16 *id)
{
	const struct nlattr *attr = NULL;
	struct message msg;
	int err;

	err = ask(fd, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, CTRL_ATTR_FAMILY_NAME,
		  FAMILY_NAME, sizeof(FAMILY_NAME), &msg);
	if (err)
		return err;
	while ((attr = next_attr(&msg, attr))) {
		if (attr->nla_type == CTRL_ATTR_FAMILY_ID) {
			memcpy(id, attr_data(attr), sizeof(*id));
			return 0;
		}
	}
	return -ENOENT;
}

int query_offers(unsigned int ifindex, struct offers *offers)
{
	const struct nlattr *attr = NULL;
	__u32 index = ifindex;
	struct message msg;
	__u16 family = 0;
	int fd, err;

	memset(offers, 0, sizeof(*offers));
	fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);
	if (fd < 0)
		return -errno;

	err = family_id(fd, &family);
	if (!err)
		err = ask(fd, family, CMD_DEV_GET, DEV_IFINDEX, &index,
			  sizeof(index), &msg);
	close(fd);
	if (err)
		return err;

	while ((attr = next_attr(&msg, attr))) {
		if (attr->nla_len != NLA_HDRLEN + sizeof(__u64))
			continue;
		if (attr->nla_type == DEV_XDP_FEATURES)
			memcpy(&offers->xdp_features, attr_data(attr), sizeof(__u64));
		if (attr->nla_type == DEV_XDP_RX_METADATA_FEATURES)
			memcpy(&offers->rx_metadata, attr_data(attr), sizeof(__u64));
	}
	return 0;
}
