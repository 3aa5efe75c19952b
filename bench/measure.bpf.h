/* SPDX-License-Identifier: GPL-2.0-only */
/* Counts what calls of kfuncs cost */
#ifndef MEASURE_BPF_H
#define MEASURE_BPF_H

#include "calls.h"

#define TIMES_4(x)	x; x; x; x
#define TIMES_64(x)	TIMES_4(TIMES_4(TIMES_4(x)))

/* Without the cost of reading the clock */
#define MEASURE_ONCE(what, code) do {					\
	__u64 t0, t1, t2;						\
									\
	t0 = bpf_ktime_get_ns();					\
	t1 = bpf_ktime_get_ns();					\
	code;								\
	t2 = bpf_ktime_get_ns();					\
	t2 = t2 - t1 - (t1 - t0);					\
	if (!(what)->frames++ || t2 < (what)->cost)			\
		(what)->cost = t2;					\
} while (0)

/* CALLS calls in a row. What is done once for each frame is done before. */
#define MEASURE(what, call) do {					\
	(what)->ret = (call);						\
	MEASURE_ONCE(what, TIMES_64(call));				\
} while (0)

#endif /* MEASURE_BPF_H */
