/* SPDX-License-Identifier: GPL-2.0-only */
/* What a program tells of the kfunc calls that it made */
#ifndef CALLS_H
#define CALLS_H

#include <linux/types.h>

#define CALLS	64	/* in a row */

struct calls {
	__u64 frames;	/* that calls were made on */
	__u64 cost;	/* of CALLS or the first, the least seen */
	__s64 ret;	/* of the last call */
};

#endif /* CALLS_H */
