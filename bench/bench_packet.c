// SPDX-License-Identifier: GPL-2.0-only
/* What a packet with its metadata costs on the way to the reader of an AF_XDP
 * socket, and what it costs without
 */
#include <errno.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/if_link.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <xdp/xsk.h>

#include "bench.h"
#include "calls.h"
#include "packet.h"
#include "meta.skel.h"
#include "paths.skel.h"

#define CHUNKS		64
#define CHUNK_SIZE	XSK_UMEM__DEFAULT_FRAME_SIZE

static struct {
	struct xsk_ring_prod fill;
	struct xsk_ring_cons completion, rx;
	struct xsk_umem *umem;
	struct xsk_socket *xsk;
	void *mem;
} sock;

static void give_chunk(__u64 addr)
{
	__u32 idx;

	if (xsk_ring_prod__reserve(&sock.fill, 1, &idx) != 1)
		die("the fill ring is full");
	*xsk_ring_prod__fill_addr(&sock.fill, idx) = addr;
	xsk_ring_prod__submit(&sock.fill, 1);
}

static void open_socket(void)
{
	struct xsk_socket_config config = {
		.rx_size = CHUNKS,
		.libxdp_flags = XSK_LIBXDP_FLAGS__INHIBIT_PROG_LOAD,
		.bind_flags = XDP_COPY,
	};
	__u64 i;

	sock.mem = mmap(NULL, CHUNKS * CHUNK_SIZE, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	if (sock.mem == MAP_FAILED)
		die("mmap");
	errno = -xsk_umem__create(&sock.umem, sock.mem, CHUNKS * CHUNK_SIZE,
				  &sock.fill, &sock.completion, NULL);
	if (errno)
		die("umem");
	errno = -xsk_socket__create(&sock.xsk, DEV_RX, 0, sock.umem, &sock.rx,
				    NULL, &config);
	if (errno)
		die("AF_XDP socket");
	for (i = 0; i < CHUNKS; i++)
		give_chunk(i * CHUNK_SIZE);
}

static void close_socket(void)
{
	xsk_socket__delete(sock.xsk);
	xsk_umem__delete(sock.umem);
	munmap(sock.mem, CHUNKS * CHUNK_SIZE);
}

/* Read the one frame that has arrived, and return its chunk */
static struct packet_meta consume(void)
{
	const struct xdp_desc *desc;
	struct packet_meta meta;
	__u32 idx;

	if (xsk_ring_cons__peek(&sock.rx, 1, &idx) != 1)
		die("no frame on the AF_XDP socket");
	desc = xsk_ring_cons__rx_desc(&sock.rx, idx);
	meta = ((struct packet_meta *)xsk_umem__get_data(sock.mem, desc->addr))[-1];
	give_chunk(desc->addr & ~(__u64)(CHUNK_SIZE - 1));
	xsk_ring_cons__release(&sock.rx, 1);
	return meta;
}

static int fd;
static __u32 expected;

/* Until the frame and its metadata are read */
static void one(void)
{
	struct packet_meta meta;

	send_frame(fd, udp_frame());
	meta = consume();
	if ((meta.found & expected) != expected) {
		errno = EBADMSG;
		die("metadata found: %#x, expected: %#x", meta.found, expected);
	}
}

static void measure(const char *what, const struct bpf_program *prog,
		    const struct bpf_map *map, __u32 found)
{
	int xsk = xsk_socket__fd(sock.xsk);
	__u32 zero = 0;

	if (bpf_map_update_elem(bpf_map__fd(map), &zero, &xsk, 0))
		die("XSKMAP");
	expected = found;
	attach(DEV_RX, prog);
	report(packet_cost(one), "%s", what);
	attach(DEV_RX, NULL);
}

static void run(void)
{
	bool metadata = has_kfunc("bpf_xdp_metadata_rx_timestamp");
	struct paths *paths = paths__open();
	struct meta *skel;

	if (!paths)
		die("open");
	bpf_program__set_autoload(paths->progs.rx_bound, metadata);
	if (metadata)
		bind_to(paths->progs.rx_bound, DEV_RX);
	if (paths__load(paths))
		die("load");
	fd = open_packet_socket(DEV_TX);
	open_socket();
	measure("no kfuncs", paths->progs.rx_plain, paths->maps.xskmap, 0);
	if (!metadata)
		goto out;
	measure("no kfuncs but bound", paths->progs.rx_bound, paths->maps.xskmap, 0);

	skel = meta__open();
	if (!skel)
		die("open");
	bpf_program__set_autoload(skel->progs.calls, false);
	bpf_program__set_autoload(skel->progs.called, false);
	bind_to(skel->progs.rx_meta, DEV_RX);
	if (meta__load(skel))
		die("load");
	/* there is a hash, but neither a time nor a VLAN tag */
	measure("three kfuncs", skel->progs.rx_meta, skel->maps.xskmap,
		PACKET_HASH);
	meta__destroy(skel);
out:
	close_socket();
	close(fd);
	paths__destroy(paths);
}

const struct bench bench_packet = { .name = "packet", .run = run };
