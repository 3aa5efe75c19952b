// SPDX-License-Identifier: GPL-2.0
/* Spreads the frames of a device over all CPUs, prints what arrives in the stack. */
#include <unistd.h>

#include <bpf/bpf.h>

#include "example.h"
#include "cpumap.skel.h"

/* Each CPU gets a queue, and the program that runs on what comes out of it */
static int add_cpus(struct cpumap *skel)
{
	struct bpf_cpumap_val value = {
		.qsize = 192,
		.bpf_prog.fd = bpf_program__fd(skel->progs.on_cpu),
	};
	int fd = bpf_map__fd(skel->maps.cpus), err = 0;
	__u32 cpu;

	for (cpu = 0; cpu < skel->rodata->nr_cpus && !err; cpu++)
		err = bpf_map_update_elem(fd, &cpu, &value, 0);
	if (err)
		perror("no queue for a CPU");
	return err;
}

int main(int argc, char **argv)
{
	unsigned int ifindex = example_device(argc, argv);
	struct bpf_link *link = NULL;
	struct cpumap *skel;
	struct tc tc = {};
	int err = 1;

	if (!ifindex)
		return 2;

	skel = cpumap__open();
	if (!skel)
		return 1;
	skel->rodata->nr_cpus = libbpf_num_possible_cpus();
	bpf_map__set_max_entries(skel->maps.cpus, skel->rodata->nr_cpus);
	/* the map's program is an ordinary one */
	bind_to(skel->progs.from_device, ifindex);
	if (cpumap__load(skel) || add_cpus(skel) ||
	    attach_tc(&tc, skel->progs.in_stack, ifindex))
		goto out;
	link = bpf_program__attach_xdp(skel->progs.from_device, ifindex);
	if (!link) {
		perror("the XDP program can't be attached");
		goto out;
	}

	while (!stop) {
		sleep(1);
		printf("%llu frames redirected, hash 0x%08x; %llu with a VLAN tag; %llu in the stack, hash 0x%08x\n",
		       skel->bss->redirected, skel->bss->hash,
		       skel->bss->tagged, skel->bss->seen, skel->bss->skb_hash);
		fflush(stdout);
	}
	err = 0;
out:
	detach_tc(&tc);
	bpf_link__destroy(link);
	cpumap__destroy(skel);
	return err;
}
