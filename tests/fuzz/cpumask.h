/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CPUMASK_H
#define CPUMASK_H

#include <stdbool.h>
#include <stdint.h>

/* Calls of the cpumask kfuncs: each kind of argument in each place, and count random
 * ones
 */
void test_cpumasks(uint64_t seed, unsigned long count);

/* A load of a program that makes masks with each allocation failing once, by what writes
 * and reads fail-nth and knows the errors that are right; then such a program runs
 */
void test_cpumasks_without_memory(void (*fault_in)(int nth), int (*faults_left)(void),
				  bool (*clean)(int err));

#endif
