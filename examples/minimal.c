// SPDX-License-Identifier: GPL-2.0
/* Binds minimal.bpf.c to a device, attaches it, prints what it sees. */
#include <unistd.h>

#include "example.h"
#include "minimal.skel.h"

int main(int argc, char **argv)
{
	unsigned int ifindex = example_device(argc, argv);
	struct bpf_link *link;
	struct minimal *skel;
	int err = 1;

	if (!ifindex)
		return 2;

	skel = minimal__open();
	if (!skel)
		return 1;
	bind_to(skel->progs.minimal, ifindex);
	if (minimal__load(skel)) {
		fprintf(stderr, "the program can't be loaded, see above\n");
		goto out;
	}

	/* detached when the link goes: at the end of this process */
	link = bpf_program__attach_xdp(skel->progs.minimal, ifindex);
	if (!link) {
		perror("the program can't be attached");
		goto out;
	}

	while (!stop) {
		sleep(1);
		printf("%llu frames", skel->bss->frames);
		if (skel->bss->frames && !skel->bss->hash_result)
			printf(", hash of the last one 0x%08x", skel->bss->hash);
		else if (skel->bss->frames)
			printf(", no hash: %s", strerror(-skel->bss->hash_result));
		putchar('\n');
		fflush(stdout);
	}
	err = 0;
	bpf_link__destroy(link);
out:
	minimal__destroy(skel);
	return err;
}
