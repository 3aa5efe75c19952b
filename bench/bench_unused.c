// SPDX-License-Identifier: GPL-2.0-only
/* What a packet over veth costs if nobody asks for metadata */
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
