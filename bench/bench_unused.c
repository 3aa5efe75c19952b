// SPDX-License-Identifier: GPL-2.0-only
/* What a packet over veth costs if nobody asks for metadata */
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "bench.h"
#include "paths.skel.h"

static int fd, batch_fd;

/* When send() is back the program has run: the receiver's NAPI runs where the
 * sender enables softirqs again
 */
static void one(void)
{
	send_frame(fd, unknown_frame());
}

static void batch(void)
{
	send_batch(batch_fd);
}

static void measure(const char *path)
{
	report(packet_cost(one), "%s", path);
	report(packet_cost(batch), "%s; %d in one poll", path, BATCH);
}

static void run(void)
{
	__u32 zero = 0, target = ifindex(DEV_REDIR_TX);
	struct paths *skel = paths__open_and_load();

	if (!skel || bpf_map_update_elem(bpf_map__fd(skel->maps.devmap), &zero,
					 &target, 0))
		die("load");
	fd = open_packet_socket(DEV_TX);
	batch_fd = open_batch_socket(DEV_TX);

	/* without NAPI, so there is no poll to have many in */
	set_gro(DEV_RX, false);
	report(packet_cost(one), "no program");

	attach(DEV_RX, skel->progs.drop);
	measure("XDP_DROP");

	attach(DEV_RX, skel->progs.pass);
	measure("XDP_PASS");

	/* back to where it came from */
	attach(DEV_TX, skel->progs.drop);
	attach(DEV_RX, skel->progs.tx);
	measure("XDP_TX to XDP_DROP");
	attach(DEV_TX, NULL);

	attach(DEV_RX, skel->progs.redirect);
	attach(DEV_REDIR_RX, skel->progs.drop);
	measure("XDP_REDIRECT to veth with XDP_DROP");

	attach(DEV_REDIR_RX, skel->progs.pass);
	measure("XDP_REDIRECT to veth with XDP_PASS");

	attach(DEV_RX, NULL);
	attach(DEV_REDIR_RX, NULL);
	set_gro(DEV_RX, true);
	measure("no program but GRO");
	set_gro(DEV_RX, false);

	close(batch_fd);
	close(fd);
	paths__destroy(skel);
}

const struct bench bench_unused = { .name = "unused", .run = run };

#define FRAMES	32

static unsigned long received(const char *dev)
{
	unsigned long n = 0;
	char path[64];
	FILE *f;

	snprintf(path, sizeof(path), "/sys/class/net/%s/statistics/rx_packets", dev);
	f = fopen(path, "r");
	if (!f || fscanf(f, "%lu", &n) != 1)
		die("%s", path);
	fclose(f);
	return n;
}

/* A frame leaves the machine, so what it costs is not counted here but by who
 * follows the driver's function, see scripts/bench
 */
static void receive_frames(int fd)
{
	unsigned long before = received(DEV_VIRTIO_RX);
	int i;

	for (i = 0; i < FRAMES; i++)
		send_frame(fd, unknown_frame());
	for (i = 0; i < 20000 && received(DEV_VIRTIO_RX) < before + FRAMES; i++)
		usleep(100);
	if (received(DEV_VIRTIO_RX) < before + FRAMES) {
		errno = ETIME;
		die("no frame arrived");
	}
}

static void run_virtio(void)
{
	struct paths *skel = paths__open_and_load();

	if (!skel)
		die("load");
	fd = open_packet_socket(DEV_VIRTIO_TX);
	receive_frames(fd);
	attach(DEV_VIRTIO_RX, skel->progs.drop);
	receive_frames(fd);
	attach(DEV_VIRTIO_RX, NULL);
	close(fd);
	paths__destroy(skel);
}

const struct bench bench_unused_virtio = {
	.name = "unused_virtio",
	.run = run_virtio,
};
