// SPDX-License-Identifier: GPL-2.0-only
/* What one call of each kfunc costs, for each answer that a device gives */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "bench.h"
#include "calls.h"
#include "meta.skel.h"
#include "paths.skel.h"

#define FRAMES	64

static const char *answer(int ret)
{
	switch (ret) {
	case 0:
		return "value";
	case -ENODATA:
		return "no data";
	case -EOPNOTSUPP:
		return "unsupported";
	default:
		return "error";
	}
}

/* Whether the reads are emitted in place of the calls, if the kernel can do that */
static bool called;

static void report_calls(const char *dev, const char *kfunc,
			 const struct calls *calls)
{
	report(calls->cost / (double)CALLS, "%s%s/%s/%s", called ? "called/" : "",
	       dev, kfunc, answer(calls->ret));
}

/* Frames of one kind: sent on @fd, they arrive where the program is. False if
 * none does.
 */
static bool measure(struct meta *skel, const char *dev, int fd, const void *frame)
{
	struct meta__bss *bss = skel->bss;
	int i;

	memset(bss, 0, sizeof(*bss));
	for (i = 0; i < FRAMES; i++)
		send_frame(fd, frame);
	/* A frame that leaves the machine is away for a time that this machine
	 * doesn't know of
	 */
	for (i = 0; i < 20000 && bss->vlan_tag.frames < FRAMES / 2; i++)
		usleep(100);
	if (!bss->vlan_tag.frames)
		return false;
	report_calls(dev, "rx_timestamp", &bss->timestamp);
	report_calls(dev, "rx_hash", &bss->hash);
	report_calls(dev, "rx_vlan_tag", &bss->vlan_tag);
	return true;
}

static void measure_veth(struct meta *skel, const char *from, const char *name)
{
	int fd = open_packet_socket(from);

	if (!measure(skel, name, fd, udp_frame())) {
		errno = ETIME;
		die("no frame from %s arrived", from);
	}
	close(fd);
}

static struct meta *load(const char *dev)
{
	struct bpf_program *prog, *other;
	struct meta *skel = meta__open();

	if (!skel)
		die("open");
	prog = called ? skel->progs.called : skel->progs.calls;
	bpf_object__for_each_program(other, skel->obj)
		bpf_program__set_autoload(other, other == prog);
	bind_to(prog, dev);
	if (meta__load(skel))
		die("load for %s", dev);
	attach(dev, prog);
	return skel;
}

static void unload(struct meta *skel, const char *dev)
{
	attach(dev, NULL);
	meta__destroy(skel);
}

static void run_veth(void)
{
	struct meta *skel = load(DEV_RX);

	measure_veth(skel, DEV_TX, "veth");
	measure_veth(skel, DEV_TX_VLAN, "veth");
	unload(skel, DEV_RX);
}

/* A frame that was redirected to veth has no skb */
static void run_veth_redirected(void)
{
	__u32 zero = 0, target = ifindex(DEV_REDIR_TX);
	struct meta *skel = load(DEV_REDIR_RX);
	struct paths *paths = paths__open_and_load();

	if (!paths || bpf_map_update_elem(bpf_map__fd(paths->maps.devmap), &zero,
					  &target, 0))
		die("load");
	attach(DEV_RX, paths->progs.redirect);
	measure_veth(skel, DEV_TX, "veth (redirected)");
	attach(DEV_RX, NULL);
	unload(skel, DEV_REDIR_RX);
	paths__destroy(paths);
}

static void run(void)
{
	if (!has_kfunc("bpf_xdp_metadata_rx_timestamp"))
		return;
	for (int i = 0; i < 2; i++) {
		called = i;
		run_veth();
		run_veth_redirected();
	}
}

const struct bench bench_call = { .name = "call", .run = run };

/* Frames of the first kind have a hash, those of the second have none */
static void run_virtio(void)
{
	struct meta *skel;
	int fd;

	if (!has_kfunc("bpf_xdp_metadata_rx_timestamp"))
		return;
	fd = open_packet_socket(DEV_VIRTIO_TX);
	set_rxhash(DEV_VIRTIO_RX, true);
	for (int i = 0; i < 2; i++) {
		called = i;
		skel = load(DEV_VIRTIO_RX);
		if (!measure(skel, "virtio_net", fd, udp_frame()) ||
		    !measure(skel, "virtio_net", fd, unknown_frame())) {
			errno = ETIME;
			die("no frame arrived");
		}
		unload(skel, DEV_VIRTIO_RX);
	}
	close(fd);
}

const struct bench bench_virtio = { .name = "virtio", .run = run_virtio };
