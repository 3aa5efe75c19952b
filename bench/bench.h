/* SPDX-License-Identifier: GPL-2.0-only */
/* What the parts of the bench share, see bench.c */
#ifndef BENCH_H
#define BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>

struct bpf_program;

/* A part of the bench, named on the command line */
struct bench {
	const char *name;
	void (*run)(void);
};

extern const struct bench bench_unused;
extern const struct bench bench_unused_virtio;
extern const struct bench bench_call;
extern const struct bench bench_virtio;
extern const struct bench bench_packet;
extern const struct bench bench_scale;
extern const struct bench bench_follow;
extern const struct bench bench_fields;

/* The devices, made by init */
#define DEV_TX		"v0"	/* veth: frames go in here */
#define DEV_RX		"v1"	/*	 and come out there */
#define DEV_TX_VLAN	"v0.5"	/*	 the same with a VLAN tag */
#define DEV_REDIR_TX	"r0"	/* veth that frames of DEV_RX are redirected to */
#define DEV_REDIR_RX	"r1"	/*	 and its other end */
#define DEV_VIRTIO_TX	"n0"	/* virtio_net, if the machine has such cards */
#define DEV_VIRTIO_RX	"n1"

#define FRAME_LEN	64

/* Ends the bench: what failed, and why */
void __attribute__((noreturn, format(printf, 1, 2))) die(const char *fmt, ...);

/* One figure. What it is of has no comma in it. */
void __attribute__((format(printf, 2, 3)))
report(double value, const char *fmt, ...);

/* Is this a kernel with the kfunc */
bool has_kfunc(const char *kfunc);

unsigned int ifindex(const char *dev);
int open_packet_socket(const char *dev);
void send_frame(int fd, const void *frame);
/* An Ethernet frame of FRAME_LEN: UDP over IPv4, or of a type nobody knows */
const void *udp_frame(void);
const void *unknown_frame(void);

/* BATCH frames with one send(), which the receiver's NAPI finds in one poll */
#define BATCH		16
int open_batch_socket(const char *dev);
void send_batch(int fd);

/* NULL takes the program off */
void attach(const char *dev, const struct bpf_program *prog);
void bind_to(struct bpf_program *prog, const char *dev);
void set_gro(const char *dev, bool on);
void set_rxhash(const char *dev, bool on);
void delete_link(const char *dev);

/* Instructions. A nanosecond is one, and so is a tick of the TSC. */
void check_counter(void);
unsigned long thread_instructions(void);

static inline unsigned long instructions(void)
{
	unsigned int lo, hi;

	asm volatile("lfence; rdtsc; lfence" : "=a"(lo), "=d"(hi) :: "memory");
	return lo | (unsigned long)hi << 32;
}

/* What a packet costs: @one() sends it, and its instructions are counted until
 * it returns
 */
unsigned long packet_cost(void (*one)(void));

#endif /* BENCH_H */
