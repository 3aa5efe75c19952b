/* SPDX-License-Identifier: GPL-2.0 */
/* The kernel's registry of packet metadata fields, over generic netlink */
#ifndef FIELDS_H
#define FIELDS_H

#include <stdbool.h>
#include <linux/types.h>

#include "packet_metadata.h"

struct mnl_socket;

struct field {
	__u32 id;
	__u32 size;
	__u32 refs;
	bool persistent;
	char name[PKT_META_NAME_MAX + 1];
};

struct registry {
	struct mnl_socket *nl;
	__u16 family;
	__u32 group;		/* of the notifications */
	char words[256];	/* the kernel's, with the last error */
};

/* Takes PKT_META_CMD_* and a field */
typedef void (*field_fn)(int cmd, const struct field *field);

/*
 * All return 0 or a negative errno. References that are not persistent last as
 * long as the registry is open. registry_open() also complains.
 */
int registry_open(struct registry *reg);
void registry_close(struct registry *reg);
int field_list(struct registry *reg, field_fn fn);
int field_new(struct registry *reg, const char *name, __u32 size, bool persistent,
	      struct field *field);
int field_del(struct registry *reg, __u32 id);
int field_get(struct registry *reg, const char *name, struct field *field);
int field_listen(struct registry *reg);
/* What has come since, once field_listen() has been called; waits for one */
int field_events(struct registry *reg, field_fn fn);

void field_print_json_name(const struct field *field);

#endif /* FIELDS_H */
