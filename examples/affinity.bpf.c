// SPDX-License-Identifier: GPL-2.0
/*
 * Which new tasks may run on the CPUs that are kept for packets? Compares the
 * task's mask, a trusted pointer walked from the tracepoint's argument, to a mask
 * that the program makes.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

/* what is used of the kernel's types */
typedef _Bool bool;
struct cpumask {
	unsigned long bits[1];
};

struct bpf_cpumask {
	struct cpumask cpumask;
};

struct task_struct {
	const struct cpumask *cpus_ptr;
} __attribute__((preserve_access_index));

extern struct bpf_cpumask *bpf_cpumask_create(void) __ksym;
extern void bpf_cpumask_release(struct bpf_cpumask *cpumask) __ksym;
extern void bpf_cpumask_set_cpu(__u32 cpu, struct bpf_cpumask *cpumask) __ksym;
extern bool bpf_cpumask_intersects(const struct cpumask *src1,
				   const struct cpumask *src2) __ksym;

const volatile __u32 first, last;	/* CPUs */
__u64 tasks, allowed;

SEC("tp_btf/task_newtask")
int BPF_PROG(new_task, struct task_struct *task, unsigned long clone_flags)
{
	struct bpf_cpumask *mask = bpf_cpumask_create();
	__u32 cpu;

	if (!mask)
		return 0;
	for (cpu = first; cpu <= last && cpu - first < 64; cpu++)
		bpf_cpumask_set_cpu(cpu, mask);
	__sync_fetch_and_add(&tasks, 1);
	if (bpf_cpumask_intersects((struct cpumask *)mask, task->cpus_ptr))
		__sync_fetch_and_add(&allowed, 1);
	bpf_cpumask_release(mask);

	return 0;
}

char LICENSE[] SEC("license") = "GPL";
