/* SPDX-License-Identifier: GPL-2.0 */
#ifndef XSK_EXAMPLE_H
#define XSK_EXAMPLE_H

/* Right in front of the packet. The descriptor doesn't have its size. */
struct meta {
	__u32 has_hash;
	__u32 hash;
};

#endif
