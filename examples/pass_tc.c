// SPDX-License-Identifier: GPL-2.0
/* Attaches the two programs of pass_tc.bpf.c to a device, prints what TC sees. */
#include <unistd.h>

#include "example.h"
#include "pass_tc.skel.h"

int main(int argc, char **argv)
{
	unsigned int ifindex = example_device(argc, argv);
	LIBBPF_OPTS(bpf_tc_hook, hook, .attach_point = BPF_TC_INGRESS);
	LIBBPF_OPTS(bpf_tc_opts, tc);
	struct bpf_link *link = NULL;
	struct pass_tc *skel;
	int err = 1;

	if (!ifindex)
		return 2;

	skel = pass_tc__open();
	if (!skel)
		return 1;
	/* the TC program is an ordinary one */
	bind_to(skel->progs.from_device, ifindex);
	if (pass_tc__load(skel))
		goto out;

	hook.ifindex = ifindex;
	bpf_tc_hook_create(&hook);	/* -EEXIST: someone else has */
	tc.prog_fd = bpf_program__fd(skel->progs.in_stack);
	if (bpf_tc_attach(&hook, &tc)) {
		perror("the TC program can't be attached");
		goto out;
	}
	link = bpf_program__attach_xdp(skel->progs.from_device, ifindex);
	if (!link) {
		perror("the XDP program can't be attached");
		goto detach;
	}

	while (!stop) {
		sleep(1);
		printf("%llu frames with a hash, TC saw %llu, the last one 0x%08x\n",
		       skel->bss->passed, skel->bss->seen, skel->bss->hash);
		fflush(stdout);
	}
	err = 0;
detach:
	tc.flags = tc.prog_fd = tc.prog_id = 0;
	bpf_tc_detach(&hook, &tc);
	bpf_link__destroy(link);
out:
	pass_tc__destroy(skel);
	return err;
}
