// SPDX-License-Identifier: GPL-2.0-only
/* What values cost that go with a frame through a redirect into an skb */
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "bench.h"
#include "follow.skel.h"
#include "paths.skel.h"

static int fd;

static void one(void)
{
	send_frame(fd, unknown_frame());
}

/* DEV_RX redirects to DEV_REDIR_TX, and DEV_REDIR_RX passes the frame to the stack */
static void measure(const struct bpf_program *prog, const char *what)
{
	attach(DEV_RX, prog);
	report(packet_cost(one), "%s", what);
	attach(DEV_RX, NULL);
}

static void add_target(const struct bpf_map *devmap)
{
	__u32 zero = 0, target = ifindex(DEV_REDIR_TX);

	if (bpf_map_update_elem(bpf_map__fd(devmap), &zero, &target, 0))
		die("devmap");
}

static void run(void)
{
	struct paths *paths = paths__open_and_load();
	struct follow *skel;

	if (!paths)
		die("load");
	add_target(paths->maps.devmap);
	fd = open_packet_socket(DEV_TX);
	set_gro(DEV_REDIR_RX, false);
	attach(DEV_REDIR_RX, paths->progs.pass);
	measure(paths->progs.redirect, "no program that stores");
	if (has_kfunc("bpf_xdp_metadata_export_to_skb")) {
		skel = follow__open();
		bind_to(skel->progs.export, DEV_RX);
		if (follow__load(skel))
			die("load");
		add_target(skel->maps.devmap);
		measure(paths->progs.redirect, "one is loaded");
		measure(skel->progs.set_nothing, "it stores nothing");
		measure(skel->progs.set_hash, "it stores a hash");
		measure(skel->progs.set_all, "it stores a time and a hash and a VLAN tag");
		measure(skel->progs.export, "it exports the hash that the device has");
		follow__destroy(skel);
	}
	attach(DEV_REDIR_RX, NULL);
	close(fd);
	paths__destroy(paths);
}

const struct bench bench_follow = { .name = "follow", .run = run };
