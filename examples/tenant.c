// SPDX-License-Identifier: GPL-2.0
/*
 * Registers the field "tenant", attaches the programs of tenant.bpf.c, which drop what
 * comes from tenant 66, and serves UDP port 7001.
 */
#include <arpa/inet.h>
#include <poll.h>

#include "example.h"
#include "field.h"
#include "tenant.skel.h"

#define BLOCKED	66
#define PORT	7001
static __u32 id;	/* of the field */

static void print_tenant(const struct cmsghdr *cmsg)
{
	size_t at, len = cmsg->cmsg_len - CMSG_LEN(0);
	const struct pkt_meta_entry *entry;
	__u32 tenant;

	for (at = 0; at + sizeof(*entry) <= len; at += PKT_META_ENTRY_SPACE(entry->len)) {
		entry = (void *)(CMSG_DATA(cmsg) + at);
		if (at + sizeof(*entry) + entry->len > len)
			break;
		if (entry->id != id)
			continue;
		memcpy(&tenant, entry->data, sizeof(tenant));
		printf(" of tenant %u", tenant);
	}
}

static void serve(int fd, struct tenant *skel)
{
	char data[2048], control[1024];
	struct iovec iov = { data, sizeof(data) };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = control,
			      .msg_controllen = sizeof(control) };
	ssize_t len = recvmsg(fd, &msg, 0);
	struct cmsghdr *cmsg;

	if (len < 0)
		return;
	printf("%zd bytes", len);
	for (cmsg = CMSG_FIRSTHDR(&msg); cmsg; cmsg = CMSG_NXTHDR(&msg, cmsg)) {
		if (cmsg->cmsg_level == SOL_SOCKET && cmsg->cmsg_type == SCM_PKTMETA)
			print_tenant(cmsg);
	}
	printf(", %llu packets dropped so far\n", skel->bss->dropped);
	fflush(stdout);
}

int main(int argc, char **argv)
{
	struct sockaddr_in addr = { .sin_family = AF_INET, .sin_port = htons(PORT) };
	struct mnl_socket *nl = mnl_socket_open(NETLINK_GENERIC);
	int one = 1, err = 1, fd = socket(AF_INET, SOCK_DGRAM, 0);
	unsigned int ifindex = example_device(argc, argv);
	struct tenant *skel = tenant__open();
	struct bpf_link *link = NULL;
	struct tc tc = {};

	if (!ifindex)
		return 2;
	id = nl ? field_id(nl, "tenant", sizeof(__u32)) : 0;
	if (!skel || !id || setsockopt(fd, SOL_SOCKET, SO_RCVPKTMETA, &one, sizeof(one)) ||
	    bind(fd, (struct sockaddr *)&addr, sizeof(addr))) {
		perror("no field, or no socket that receives it");
		return 1;
	}
	skel->rodata->tenant_id = id;
	skel->rodata->blocked = BLOCKED;
	if (tenant__load(skel) || attach_tc(&tc, skel->progs.enforce, ifindex))
		goto out;	/* libbpf has said why */
	/* any XDP program may set fields: it is not bound to the device */
	link = bpf_program__attach_xdp(skel->progs.classify, ifindex);
	if (!link)
		goto out;

	while (!stop) {
		struct pollfd pfd = { .fd = fd, .events = POLLIN };

		if (poll(&pfd, 1, 200) > 0)
			serve(fd, skel);
	}
	err = 0;
out:
	bpf_link__destroy(link);
	detach_tc(&tc);
	tenant__destroy(skel);
	return err;
}
