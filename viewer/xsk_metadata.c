// SPDX-License-Identifier: GPL-2.0
/*
 * An AF_XDP consumer that prints the RX metadata of each frame. It is an example
 * to copy from: the metadata is right in front of the packet, see show_frame().
 */
#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <glob.h>
#include <net/if.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/bpf.h>
#include <linux/if_xdp.h>
#include <bpf/libbpf.h>
#include <xdp/xsk.h>

#include "complain.h"
#include "xsk_metadata.h"
#include "xsk_metadata.skel.h"

#define CHUNKS		1024	/* of each queue; no more than its fill ring has */
#define BATCH		64
#define MAX_QUEUES	64
#define POLL_MS		200

static const char usage[] =
"Usage: xsk_metadata [OPTION]... IFACE\n"
"\n"
"Receives the frames of the network device IFACE through AF_XDP sockets, one for\n"
"each queue, and prints the metadata that an XDP program has put in front of\n"
"each: timestamp, hash and VLAN tag. Runs until Ctrl-C; needs root.\n"
"\n"
"The stack doesn't get these frames. Without --port these are all frames, those\n"
"of your ssh session included.\n"
"\n"
"  -p, --port PORT      take UDP to PORT only, the rest passes\n"
"  -n, --count N        stop after N frames\n"
"      --copy           copy mode, also if the driver has zero-copy\n"
"      --chunk-size N   size of a chunk of the UMEM; default 4096\n"
"      --headroom N     leave so much room ahead of metadata and packet\n"
"      --unaligned      unaligned chunks\n"
"      --debug          also print what libbpf and the kernel say\n"
"  -h, --help           this text\n"
"\n"
"\"-\" stands for a value that the device or this frame doesn't have.\n";

static struct {
	const char *ifname;
	unsigned long port;
	unsigned long count;
	unsigned long chunk_size;
	unsigned long headroom;
	bool copy;
	bool unaligned;
	bool debug;
} opt = {
	.chunk_size = 4096,
};

struct queue {
	struct xsk_socket *xsk;
	struct xsk_ring_cons rx;
	struct xsk_ring_prod fill;
	struct xsk_ring_cons comp;	/* nothing is sent, but a UMEM has one */
};

static struct queue queues[MAX_QUEUES];
static unsigned int nr_queues;
static struct xsk_umem *umem;
static void *umem_area = MAP_FAILED;
static size_t umem_size;

static volatile sig_atomic_t stop;
static unsigned long frames;

static void on_signal(int sig)
{
	(void)sig;
	stop = 1;
}

static int on_libbpf_print(enum libbpf_print_level level, const char *fmt, va_list ap)
{
	(void)level;
	return opt.debug ? vfprintf(stderr, fmt, ap) : 0;
}

/*
 * The chunk, front to back: headroom, metadata, packet. addr of a descriptor is
 * where the packet starts, and the metadata ends.
 */
static void show_frame(unsigned int queue, const struct xdp_desc *desc)
{
	__u64 addr = desc->addr;
	struct rx_meta m;

	/* the upper 16 bits are an offset then */
	if (opt.unaligned)
		addr = xsk_umem__add_offset_to_addr(addr);
	/* in a chunk of odd size it may be at any address: copy it */
	memcpy(&m, (char *)xsk_umem__get_data(umem_area, addr) - sizeof(m), sizeof(m));

	printf("%6lu  queue %-3u length %-5u", ++frames, queue, desc->len);
	if (m.valid & RX_META_TIMESTAMP)
		printf(" time %llu.%09llu", m.timestamp / 1000000000, m.timestamp % 1000000000);
	else
		printf(" time -");
	if (m.valid & RX_META_HASH)
		printf(" hash 0x%08x type 0x%x", m.hash, m.rss_type);
	else
		printf(" hash -");
	if (m.valid & RX_META_VLAN)
		printf(" vlan 0x%04x id %u prio %u\n", ntohs(m.vlan_proto),
		       m.vlan_tci & 0xfff, m.vlan_tci >> 13);
	else
		printf(" vlan -\n");
}

/* Show what has come and give the chunks back */
static void receive(unsigned int nr)
{
	struct queue *q = &queues[nr];
	__u32 got, rx_idx, fill_idx, i;

	got = xsk_ring_cons__peek(&q->rx, BATCH, &rx_idx);
	if (!got)
		return;

	/* never so with less chunks than the ring has entries */
	if (xsk_ring_prod__reserve(&q->fill, got, &fill_idx) != got) {
		xsk_ring_cons__cancel(&q->rx, got);
		return;
	}
	for (i = 0; i < got; i++) {
		const struct xdp_desc *desc = xsk_ring_cons__rx_desc(&q->rx, rx_idx + i);

		if (!stop)
			show_frame(nr, desc);
		/* aligned, the kernel finds the start of the chunk itself */
		*xsk_ring_prod__fill_addr(&q->fill, fill_idx + i) = opt.unaligned ?
			xsk_umem__extract_addr(desc->addr) : desc->addr;
		if (frames == opt.count)
			stop = 1;
	}
	xsk_ring_prod__submit(&q->fill, got);
	xsk_ring_cons__release(&q->rx, got);
}

static int run(void)
{
	struct pollfd fds[MAX_QUEUES];
	unsigned int i;

	for (i = 0; i < nr_queues; i++) {
		fds[i].fd = xsk_socket__fd(queues[i].xsk);
		fds[i].events = POLLIN;
	}

	while (!stop) {
		/* this is also what wakes up a driver that waits for chunks */
		if (poll(fds, nr_queues, POLL_MS) < 0 && errno != EINTR) {
			complain("can't wait for frames: %s", strerror(errno));
			return -1;
		}
		for (i = 0; i < nr_queues; i++)
			receive(i);
		if (ferror(stdout)) {
			complain("can't write the output: %s", strerror(errno));
			return -1;
		}
		if (!if_nametoindex(opt.ifname)) {
			complain("%s is gone", opt.ifname);
			return -1;
		}
	}
	return 0;
}

static int create_umem(void)
{
	struct xsk_umem_config config = {
		.fill_size = XSK_RING_PROD__DEFAULT_NUM_DESCS,
		.comp_size = XSK_RING_CONS__DEFAULT_NUM_DESCS,
		.frame_size = opt.chunk_size,
		.frame_headroom = opt.headroom,
		.flags = opt.unaligned ? XDP_UMEM_UNALIGNED_CHUNK_FLAG : 0,
	};
	size_t page = sysconf(_SC_PAGESIZE);
	int err;

	umem_size = (size_t)nr_queues * CHUNKS * opt.chunk_size;
	umem_size = (umem_size + page - 1) / page * page;
	umem_area = mmap(NULL, umem_size, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (umem_area == MAP_FAILED) {
		complain("no memory for the UMEM: %s", strerror(errno));
		return -1;
	}

	err = xsk_umem__create(&umem, umem_area, umem_size, &queues[0].fill,
			       &queues[0].comp, &config);
	if (!err)
		return 0;
	if (err == -EINVAL)
		complain("the kernel takes no UMEM with chunks of %lu and headroom of %lu: chunks are 2048 or 4096 bytes, anything between with --unaligned, and the headroom is less than a chunk without 256",
			 opt.chunk_size, opt.headroom);
	else
		complain("can't create the UMEM: %s", strerror(-err));
	return -1;
}

static int create_socket(struct xsk_metadata *skel, __u32 nr)
{
	struct xsk_socket_config config = {
		.rx_size = XSK_RING_CONS__DEFAULT_NUM_DESCS,
		.tx_size = XSK_RING_PROD__DEFAULT_NUM_DESCS,
		/* the program is ours */
		.libxdp_flags = XSK_LIBXDP_FLAGS__INHIBIT_PROG_LOAD,
		.bind_flags = XDP_USE_NEED_WAKEUP | (opt.copy ? XDP_COPY : 0),
	};
	struct queue *q = &queues[nr];
	__u32 idx, i;
	int err, fd;

	err = xsk_socket__create_shared(&q->xsk, opt.ifname, nr, umem, &q->rx, NULL,
					&q->fill, &q->comp, &config);
	if (err) {
		q->xsk = NULL;
		complain("no AF_XDP socket for queue %u of %s: %s%s", nr, opt.ifname,
			 strerror(-err), err == -EBUSY ? ", somebody else has one" : "");
		return -1;
	}

	if (xsk_ring_prod__reserve(&q->fill, CHUNKS, &idx) != CHUNKS) {
		complain("the fill ring of queue %u is too small", nr);
		return -1;
	}
	for (i = 0; i < CHUNKS; i++)
		*xsk_ring_prod__fill_addr(&q->fill, idx + i) =
			((__u64)nr * CHUNKS + i) * opt.chunk_size;
	xsk_ring_prod__submit(&q->fill, CHUNKS);

	fd = xsk_socket__fd(q->xsk);
	err = bpf_map__update_elem(skel->maps.xsks, &nr, sizeof(nr), &fd, sizeof(fd), 0);
	if (err) {
		complain("can't put the socket of queue %u into the map: %s", nr,
			 strerror(-err));
		return -1;
	}
	return 0;
}

static int count_queues(void)
{
	char pattern[128];
	glob_t found;

	snprintf(pattern, sizeof(pattern), "/sys/class/net/%s/queues/rx-*", opt.ifname);
	if (glob(pattern, 0, NULL, &found)) {
		complain("can't find the queues of %s in /sys/class/net", opt.ifname);
		return -1;
	}
	nr_queues = found.gl_pathc;
	globfree(&found);
	if (nr_queues > MAX_QUEUES) {
		complain("%s has %u queues and this example has sockets for %u: ethtool -L %s combined %u",
			 opt.ifname, nr_queues, MAX_QUEUES, opt.ifname, MAX_QUEUES);
		return -1;
	}
	return 0;
}

static struct xsk_metadata *load(unsigned int ifindex)
{
	struct xsk_metadata *skel = xsk_metadata__open();
	struct bpf_program *prog;
	int err;

	if (!skel) {
		complain("can't open the program: %s", strerror(errno));
		return NULL;
	}
	prog = skel->progs.xsk_metadata;
	skel->rodata->port = htons(opt.port);
	bpf_map__set_max_entries(skel->maps.xsks, nr_queues);

	/* the metadata are those of this device */
	bpf_program__set_ifindex(prog, ifindex);
	bpf_program__set_flags(prog, BPF_F_XDP_DEV_BOUND_ONLY);
	err = xsk_metadata__load(skel);
	if (!err)
		return skel;

	if (err == -EPERM)
		complain("not allowed to load XDP programs: run it as root");
	else if (err == -EOPNOTSUPP)
		complain("%s has no native XDP, which RX metadata needs: its driver can't do it",
			 opt.ifname);
	else
		complain("can't load the program for %s: %s (more with --debug); xdp_hw_metadata %s shows whether the kernel can",
			 opt.ifname, strerror(-err), opt.ifname);
	xsk_metadata__destroy(skel);
	return NULL;
}

static void cleanup(struct xsk_metadata *skel)
{
	unsigned int i;

	/* The link first: no frames for sockets that are gone */
	if (skel->links.xsk_metadata)
		bpf_link__destroy(skel->links.xsk_metadata);
	skel->links.xsk_metadata = NULL;
	for (i = 0; i < nr_queues; i++)
		if (queues[i].xsk)
			xsk_socket__delete(queues[i].xsk);
	if (umem)
		xsk_umem__delete(umem);
	if (umem_area != MAP_FAILED)
		munmap(umem_area, umem_size);
	if (skel->bss->no_room)
		complain("%llu frames passed to the stack: their driver leaves no room for metadata",
			 skel->bss->no_room);
	xsk_metadata__destroy(skel);
}

static int number(const char *name, const char *text, unsigned long min, unsigned long max,
		  unsigned long *value)
{
	char *end;

	errno = 0;
	*value = strtoul(text, &end, 10);
	if (*text >= '0' && *text <= '9' && !*end && !errno && *value >= min && *value <= max)
		return 0;
	complain("--%s takes a number from %lu to %lu, not '%s'", name, min, max, text);
	return -1;
}

static int parse_options(int argc, char **argv)
{
	enum { OPT_COPY = 256, OPT_CHUNK_SIZE, OPT_HEADROOM, OPT_UNALIGNED,
	       OPT_DEBUG };
	static const struct option options[] = {
		{ "port",	required_argument,	NULL, 'p' },
		{ "count",	required_argument,	NULL, 'n' },
		{ "copy",	no_argument,		NULL, OPT_COPY },
		{ "chunk-size",	required_argument,	NULL, OPT_CHUNK_SIZE },
		{ "headroom",	required_argument,	NULL, OPT_HEADROOM },
		{ "unaligned",	no_argument,		NULL, OPT_UNALIGNED },
		{ "debug",	no_argument,		NULL, OPT_DEBUG },
		{ "help",	no_argument,		NULL, 'h' },
		{}
	};
	int c, err = 0;

	while (!err && (c = getopt_long(argc, argv, "p:n:h", options, NULL)) != -1) {
		switch (c) {
		case 'p':
			err = number("port", optarg, 1, 65535, &opt.port);
			break;
		case 'n':
			err = number("count", optarg, 1, ~0UL, &opt.count);
			break;
		case OPT_COPY:
			opt.copy = true;
			break;
		case OPT_CHUNK_SIZE:
			err = number("chunk-size", optarg, 2048, 4096, &opt.chunk_size);
			break;
		case OPT_HEADROOM:
			err = number("headroom", optarg, 0, 4095, &opt.headroom);
			break;
		case OPT_UNALIGNED:
			opt.unaligned = true;
			break;
		case OPT_DEBUG:
			opt.debug = true;
			break;
		case 'h':
			fputs(usage, stdout);
			exit(fflush(stdout) ? 1 : 0);
		default:
			return -1;
		}
	}
	if (err)
		return -1;

	if (optind != argc - 1) {
		complain("one interface, please: xsk_metadata [OPTION]... IFACE (--help says more)");
		return -1;
	}
	opt.ifname = argv[optind];
	return 0;
}

int main(int argc, char **argv)
{
	struct sigaction sa = { .sa_handler = on_signal };
	struct xsk_metadata *skel;
	unsigned int ifindex, i;
	int ret = 1;

	if (parse_options(argc, argv))
		return 2;

	setvbuf(stdout, NULL, _IOLBF, 0);
	libbpf_set_print(on_libbpf_print);
	sigaction(SIGINT, &sa, NULL);
	sigaction(SIGTERM, &sa, NULL);

	ifindex = if_nametoindex(opt.ifname);
	if (!ifindex) {
		complain("no interface '%s' here: 'ip link' lists those there are",
			 opt.ifname);
		return 1;
	}
	if (count_queues())
		return 1;
	skel = load(ifindex);
	if (!skel)
		return 1;

	if (create_umem())
		goto out;
	for (i = 0; i < nr_queues; i++)
		if (create_socket(skel, i))
			goto out;

	/* Last, so that there is a socket for the first frame */
	skel->links.xsk_metadata = bpf_program__attach_xdp(skel->progs.xsk_metadata, ifindex);
	if (!skel->links.xsk_metadata) {
		complain("%s doesn't take the program: %s; is there another one? see 'ip link show %s'",
			 opt.ifname, strerror(errno), opt.ifname);
		goto out;
	}

	if (!run())
		ret = 0;
out:
	cleanup(skel);
	return ret;
}
