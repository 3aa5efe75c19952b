// SPDX-License-Identifier: GPL-2.0-only
/*
 * Counts the instructions that XDP RX metadata costs. Runs in a virtual machine
 * that counts them (qemu -icount shift=0,sleep=off) and has one CPU, started by
 * init. Prints one line for each figure: @PART,WHAT,INSTRUCTIONS.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <linux/ethtool.h>
#include <linux/if_ether.h>
#include <linux/if_link.h>
#include <linux/if_packet.h>
#include <linux/ip.h>
#include <linux/rtnetlink.h>
#include <linux/sockios.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <linux/virtio_net.h>

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include "bench.h"
#include "xdp_rx_metadata.h"

static const struct bench *const benchs[] = {
	&bench_unused,
	&bench_unused_virtio,
	&bench_call,
	&bench_virtio,
	&bench_packet,
	&bench_scale,
	&bench_follow,
	&bench_fields,
};

static const char *running;	/* part of the bench */
static unsigned long counter_cost;

void die(const char *fmt, ...)
{
	int err = errno;
	va_list ap;

	printf("!%s: ", running ?: "bench");
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	printf(": %s\n", strerror(err));
	exit(1);
}

void report(double value, const char *fmt, ...)
{
	va_list ap;

	printf("@%s,", running);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	printf(",%.1f\n", value);
	fflush(stdout);
}

bool has_kfunc(const char *kfunc)
{
	struct btf *btf = btf__load_vmlinux_btf();
	bool has;

	if (!btf)
		die("the kernel has no BTF");
	has = btf__find_by_name_kind(btf, kfunc, BTF_KIND_FUNC) > 0;
	btf__free(btf);
	return has;
}

/* Frames */

unsigned int ifindex(const char *dev)
{
	unsigned int index = if_nametoindex(dev);

	if (!index)
		die("no device %s", dev);
	return index;
}

static __u32 ethtool(const char *dev, __u32 cmd, __u32 data)
{
	struct ethtool_value value = { .cmd = cmd, .data = data };
	struct ifreq ifr = { .ifr_data = (void *)&value };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	strncpy(ifr.ifr_name, dev, IFNAMSIZ - 1);
	if (fd < 0 || ioctl(fd, SIOCETHTOOL, &ifr))
		die("ethtool %s", dev);
	close(fd);
	return value.data;
}

/* For no protocol: it receives nothing */
static int packet_socket(const char *dev, int option)
{
	struct sockaddr_ll addr = {
		.sll_family = AF_PACKET,
		.sll_ifindex = ifindex(dev),
	};
	int one = 1, fd;

	fd = socket(AF_PACKET, SOCK_RAW, 0);
	if (fd < 0 || setsockopt(fd, SOL_PACKET, option, &one, sizeof(one)) ||
	    bind(fd, (struct sockaddr *)&addr, sizeof(addr)))
		die("packet socket on %s", dev);
	return fd;
}

/* Past the queueing discipline: send() returns when the receiver is done */
int open_packet_socket(const char *dev)
{
	return packet_socket(dev, PACKET_QDISC_BYPASS);
}

void send_frame(int fd, const void *frame)
{
	if (send(fd, frame, FRAME_LEN, 0) != FRAME_LEN)
		die("send");
}

static void fill_ethernet(struct ethhdr *eth, __u16 proto)
{
	memset(eth->h_dest, 0xff, ETH_ALEN);
	memcpy(eth->h_source, "\2\0\0\0\0\1", ETH_ALEN);
	eth->h_proto = htons(proto);
}

/* Of a header whose checksum is 0, and that is aligned to two bytes */
static __u16 ip_checksum(const void *ip)
{
	const __u16 *word = ip;
	__u32 sum = 0;
	int i;

	for (i = 0; i < (int)sizeof(struct iphdr) / 2; i++)
		sum += word[i];
	sum = (sum & 0xffff) + (sum >> 16);
	return ~(sum + (sum >> 16));
}

const void *udp_frame(void)
{
	static struct {
		struct ethhdr eth;
		struct iphdr ip;
		struct udphdr udp;
		char data[FRAME_LEN - ETH_HLEN - 20 - 8];
	} __attribute__((packed)) frame;

	fill_ethernet(&frame.eth, ETH_P_IP);
	frame.ip = (struct iphdr){
		.version = 4,
		.ihl = 5,
		.tot_len = htons(FRAME_LEN - ETH_HLEN),
		.ttl = 64,
		.protocol = IPPROTO_UDP,
		.saddr = htonl(0x0a000001),
		.daddr = htonl(0x0a000002),
	};
	frame.ip.check = ip_checksum(&frame.ip);
	frame.udp = (struct udphdr){
		.source = htons(1000),
		.dest = htons(7000),
		.len = htons(FRAME_LEN - ETH_HLEN - 20),
	};
	return &frame;
}

const void *unknown_frame(void)
{
	static char frame[FRAME_LEN];

	fill_ethernet((struct ethhdr *)frame, ETH_P_802_EX1);
	return frame;
}

/* One large TCP segment that the stack has to cut, for the device doesn't */
int open_batch_socket(const char *dev)
{
	ethtool(dev, ETHTOOL_STSO, 0);
	return packet_socket(dev, PACKET_VNET_HDR);
}

void send_batch(int fd)
{
	static struct {
		struct virtio_net_hdr vnet;
		struct ethhdr eth;
		struct iphdr ip;
		struct tcphdr tcp;
		char data[BATCH * FRAME_LEN];
	} __attribute__((packed)) frame;

	frame.vnet = (struct virtio_net_hdr){
		.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM,
		.gso_type = VIRTIO_NET_HDR_GSO_TCPV4,
		.hdr_len = ETH_HLEN + sizeof(frame.ip) + sizeof(frame.tcp),
		.gso_size = FRAME_LEN,
		.csum_start = ETH_HLEN + sizeof(frame.ip),
		.csum_offset = offsetof(struct tcphdr, check),
	};
	fill_ethernet(&frame.eth, ETH_P_IP);
	frame.ip = (struct iphdr){
		.version = 4,
		.ihl = 5,
		.tot_len = htons(sizeof(frame) - offsetof(typeof(frame), ip)),
		.ttl = 64,
		.protocol = IPPROTO_TCP,
		.saddr = htonl(0x0a000001),
		.daddr = htonl(0x0a000002),
	};
	frame.ip.check = ip_checksum(&frame.ip);
	frame.tcp = (struct tcphdr){
		.source = htons(1000),
		.dest = htons(7000),
		.doff = sizeof(frame.tcp) / 4,
		.ack = 1,
	};
	if (send(fd, &frame, sizeof(frame), 0) != sizeof(frame))
		die("send");
}

/* Devices */

void attach(const char *dev, const struct bpf_program *prog)
{
	int fd = prog ? bpf_program__fd(prog) : -1;

	errno = -bpf_xdp_attach(ifindex(dev), fd, prog ? XDP_FLAGS_DRV_MODE : 0,
				NULL);
	if (errno)
		die("attach %s to %s", prog ? bpf_program__name(prog) : "nothing",
		    dev);
}

void bind_to(struct bpf_program *prog, const char *dev)
{
	bpf_program__set_ifindex(prog, ifindex(dev));
	bpf_program__set_flags(prog, bpf_program__flags(prog) |
				     BPF_F_XDP_DEV_BOUND_ONLY);
}

void set_gro(const char *dev, bool on)
{
	ethtool(dev, ETHTOOL_SGRO, on);
}

void set_rxhash(const char *dev, bool on)
{
	__u32 flags = ethtool(dev, ETHTOOL_GFLAGS, 0) & ~ETH_FLAG_RXHASH;

	ethtool(dev, ETHTOOL_SFLAGS, flags | (on ? ETH_FLAG_RXHASH : 0));
}

/* In this thread, so that its instructions are counted */
void delete_link(const char *dev)
{
	struct {
		struct nlmsghdr nlh;
		struct ifinfomsg ifi;
	} req = {
		.nlh.nlmsg_len = sizeof(req),
		.nlh.nlmsg_type = RTM_DELLINK,
		.nlh.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK,
		.ifi.ifi_index = ifindex(dev),
	};
	struct {
		struct nlmsghdr nlh;
		struct nlmsgerr err;
	} ack;
	int fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);

	if (fd < 0 || send(fd, &req, sizeof(req), 0) != sizeof(req) ||
	    recv(fd, &ack, sizeof(ack), 0) < (ssize_t)sizeof(ack))
		die("netlink");
	errno = -ack.err.error;
	if (errno)
		die("delete %s", dev);
	close(fd);
}

/* Instructions */

unsigned long thread_instructions(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return t.tv_sec * 1000000000UL + t.tv_nsec;
}

static int compare(const void *a, const void *b)
{
	unsigned long x = *(const unsigned long *)a;
	unsigned long y = *(const unsigned long *)b;

	return x < y ? -1 : x > y;
}

#define PACKETS	32	/* in a round */
#define ROUNDS	64

/* The most frequent one: in that the timer didn't tick */
static unsigned long usual(unsigned long *cost)
{
	int i, start = 0, best = 0, most = 0;

	qsort(cost, PACKETS, sizeof(*cost), compare);
	for (i = 0; i < PACKETS; i++) {
		if (cost[i] != cost[start])
			start = i;
		if (i - start + 1 > most) {
			most = i - start + 1;
			best = start;
		}
	}
	return cost[best];
}

/* All packets of a round get the same buffers. Their place in the slab makes a
 * difference of a few instructions, so what counts is the cheapest round, and
 * after each one some buffers are taken away.
 */
unsigned long packet_cost(void (*one)(void))
{
	unsigned long cost[PACKETS], least = -1UL;
	int i, round, size = 1 << 22, socks[2];

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, socks) ||
	    setsockopt(socks[0], SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof(size)))
		die("socketpair");
	for (round = 0; round < ROUNDS; round++) {
		for (i = 0; i < PACKETS; i++) {
			cost[i] = instructions();
			one();
			cost[i] = instructions() - cost[i];
		}
		if (usual(cost) < least)
			least = usual(cost);
		for (i = 0; i < 5; i++)
			send(socks[0], unknown_frame(), FRAME_LEN, MSG_DONTWAIT);
	}
	close(socks[0]);
	close(socks[1]);
	return least - counter_cost;
}

/* A loop of 2,000 instructions has to cost that much */
void check_counter(void)
{
	unsigned long i, t, loop = 0, none = -1UL, n;

	for (i = 0; i < 100; i++) {
		t = instructions();
		t = instructions() - t;
		if (t < none)
			none = t;
	}
	for (i = 0; i < 100; i++) {
		n = 1000;
		t = instructions();
		asm volatile("1: dec %0; jnz 1b" : "+r"(n));
		t = instructions() - t;
		if (!loop || t < loop)
			loop = t;
	}
	counter_cost = none;
	/* and the one that loads n */
	if (loop - none != 2001) {
		errno = EINVAL;
		die("a loop of 2001 instructions took %lu ticks, this machine doesn't count them",
		    loop - none);
	}
}

int main(int argc, char **argv)
{
	struct rlimit files = { 4096, 4096 };
	int i, arg, known;

	if (argc < 2) {
		fprintf(stderr, "usage: %s PART...\n", argv[0]);
		return 2;
	}
	if (setrlimit(RLIMIT_NOFILE, &files))
		die("setrlimit");
	check_counter();
	for (arg = 1; arg < argc; arg++) {
		known = 0;
		for (i = 0; i < (int)(sizeof(benchs) / sizeof(*benchs)); i++) {
			if (strcmp(argv[arg], benchs[i]->name))
				continue;
			known = 1;
			running = benchs[i]->name;
			benchs[i]->run();
		}
		if (!known) {
			errno = EINVAL;
			die("no part %s", argv[arg]);
		}
	}
	return 0;
}
