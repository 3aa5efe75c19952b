// SPDX-License-Identifier: GPL-2.0
/* Counts new tasks that may run on some of the CPUs FIRST to LAST. */
#include <stdlib.h>
#include <unistd.h>

#include "example.h"
#include "affinity.skel.h"

int main(int argc, char **argv)
{
	struct affinity *skel;
	int err = 1;

	if (argc != 3) {
		fprintf(stderr, "usage: %s FIRST LAST, the numbers of CPUs\n",
			argv[0]);
		return 2;
	}
	stop_on_signals();

	skel = affinity__open();
	if (!skel)
		return 1;
	skel->rodata->first = atoi(argv[1]);
	skel->rodata->last = atoi(argv[2]);
	if (affinity__load(skel) || affinity__attach(skel))
		goto out;

	while (!stop) {
		sleep(1);
		printf("%llu new tasks, %llu may run on CPU %s to %s\n",
		       skel->bss->tasks, skel->bss->allowed, argv[1], argv[2]);
		fflush(stdout);
	}
	err = 0;
out:
	affinity__destroy(skel);
	return err;
}
