// SPDX-License-Identifier: GPL-2.0
/*
 * Receives the frames of queue 0 through an AF_XDP socket and prints the hash in
 * front of each. For all queues and all options see viewer/xsk_metadata.c.
 */
#include <poll.h>
#include <sys/mman.h>
#include <xdp/xsk.h>

#include "example.h"
#include "xsk.h"
#include "xsk.skel.h"

#define CHUNKS	XSK_RING_PROD__DEFAULT_NUM_DESCS
#define SIZE	(CHUNKS * XSK_UMEM__DEFAULT_FRAME_SIZE)

static struct xsk_ring_prod fill;
static struct xsk_ring_cons rx, comp;

static void give(__u64 addr)
{
	__u32 idx;

	if (xsk_ring_prod__reserve(&fill, 1, &idx) == 1) {
		*xsk_ring_prod__fill_addr(&fill, idx) = addr;
		xsk_ring_prod__submit(&fill, 1);
	}
}

static void receive(char *area)
{
	__u32 idx, i, n = xsk_ring_cons__peek(&rx, 64, &idx);

	for (i = 0; i < n; i++) {
		const struct xdp_desc *desc = xsk_ring_cons__rx_desc(&rx, idx + i);
		const struct meta *meta = (void *)(area + desc->addr);

		meta--;
		printf("%4u bytes, hash ", desc->len);
		printf(meta->has_hash ? "0x%08x\n" : "none\n", meta->hash);
		give(desc->addr - desc->addr % XSK_UMEM__DEFAULT_FRAME_SIZE);
	}
	xsk_ring_cons__release(&rx, n);
	fflush(stdout);
}

int main(int argc, char **argv)
{
	struct xsk_socket_config config = {
		.rx_size = CHUNKS,
		.libxdp_flags = XSK_LIBXDP_FLAGS__INHIBIT_PROG_LOAD,
	};
	unsigned int i, ifindex = example_device(argc, argv);
	struct bpf_link *link = NULL;
	struct xsk_socket *xsk = NULL;
	struct xsk_umem *umem = NULL;
	struct xsk *skel = NULL;
	char *area;

	if (!ifindex)
		return 2;
	area = mmap(NULL, SIZE, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	skel = xsk__open();
	if (area == MAP_FAILED || !skel)
		return 1;
	bind_to(skel->progs.to_socket, ifindex);
	if (xsk__load(skel) ||
	    xsk_umem__create(&umem, area, SIZE, &fill, &comp, NULL) ||
	    xsk_socket__create(&xsk, argv[1], 0, umem, &rx, NULL, &config) ||
	    xsk_socket__update_xskmap(xsk, bpf_map__fd(skel->maps.xsks))) {
		fprintf(stderr, "no AF_XDP socket on queue 0 of %s\n", argv[1]);
		goto out;
	}
	for (i = 0; i < CHUNKS; i++)
		give(i * XSK_UMEM__DEFAULT_FRAME_SIZE);
	link = bpf_program__attach_xdp(skel->progs.to_socket, ifindex);

	while (link && !stop) {
		struct pollfd fd = { .fd = xsk_socket__fd(xsk), .events = POLLIN };

		if (poll(&fd, 1, 200) > 0)
			receive(area);
	}
out:
	bpf_link__destroy(link);
	xsk_socket__delete(xsk);
	xsk_umem__delete(umem);
	xsk__destroy(skel);
	return !link;
}
