/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CPUMASK_H
#define CPUMASK_H

#include <stdint.h>

/* Calls of the cpumask kfuncs: each kind of argument in each place, and count random
 * ones
 */
void test_cpumasks(uint64_t seed, unsigned long count);

#endif
