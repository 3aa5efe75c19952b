// SPDX-License-Identifier: GPL-2.0
/* Attaches the two programs of pass_tc.bpf.c to a device, prints what TC sees. */
#include <unistd.h>

#include "example.h"
#include "pass_tc.skel.h"

int main(int argc, char **argv)
{
	unsigned int ifindex = example_device(argc, argv);
	struct bpf_link *link = NULL;
	struct pass_tc *skel;
	struct tc tc = {};
	int err = 1;

	if (!ifindex)
		return 2;

	skel = pass_tc__open();
	if (!skel)
		return 1;
	/* the TC program is an ordinary one */
	bind_to(skel->progs.from_device, ifindex);
	if (pass_tc__load(skel) ||
	    attach_tc(&tc, skel->progs.in_stack, ifindex))
		goto out;
	link = bpf_program__attach_xdp(skel->progs.from_device, ifindex);
	if (!link) {
		perror("the XDP program can't be attached");
		goto out;
	}

	while (!stop) {
		sleep(1);
		printf("%llu frames with a hash, TC saw %llu, the last one 0x%08x\n",
		       skel->bss->passed, skel->bss->seen, skel->bss->hash);
		fflush(stdout);
	}
	err = 0;
out:
	detach_tc(&tc);
	bpf_link__destroy(link);
	pass_tc__destroy(skel);
	return err;
}
