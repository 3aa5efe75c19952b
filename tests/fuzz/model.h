/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the contract says about programs bound to a device: a model that knows
 * nothing of the kernel but what was done to it so far. A question to it ("may
 * this program be attached there?") breaks any number of rules; each rule has
 * the error codes that are right for it. If no rule is broken, the kernel has to
 * accept, else it has to refuse with the error of one of them: the contract
 * doesn't say which one comes first.
 *
 * Rules of 6.1 that were there before and have nothing to do with bound programs
 * are here as well, called BASE_*.
 */
#ifndef MODEL_H
#define MODEL_H

#include <stdbool.h>
#include <stdint.h>

enum rule {
	/* load */
	LOAD_OTHER_TYPE,	/* the flag with another type than XDP */
	LOAD_NO_DEVICE,		/* the flag with an index that isn't there */
	LOAD_NO_NDO_BPF,	/* the flag with a device without native XDP */
	LOAD_KFUNC_UNBOUND,	/* a kfunc call, neither bound nor for a map */
	LOAD_KFUNC_INDEX_0,	/* a kfunc call, the flag with index 0 */
	LOAD_KFUNC_OFFLOADED,	/* a kfunc call, offloaded */
	LOAD_KFUNC_EXT,		/* a kfunc call in a replacement of such a program */
	LOAD_KFUNC_EXT_GONE,	/* the same, the target's device is gone */
	LOAD_UNKNOWN_FLAG,

	/* attach: netlink, link create, link update */
	NL_OTHER_DEVICE,
	NL_DEVICE_GONE,
	NL_GENERIC,
	NL_OFFLOAD,
	LINK_OTHER_DEVICE,
	LINK_DEVICE_GONE,
	LINK_GENERIC,
	LINK_OFFLOAD,
	UPDATE_OTHER_DEVICE,
	UPDATE_DEVICE_GONE,
	UPDATE_GENERIC,
	UPDATE_OFFLOAD,

	/* maps, test runs */
	IN_PROG_ARRAY,
	IN_DEVMAP,
	IN_DEVMAP_HASH,
	IN_CPUMAP,
	TEST_RUN_BOUND,

	/* replacement */
	EXT_OTHER_DEVICE,
	EXT_UNBOUND_TARGET,
	EXT_DEVICE_GONE,

	/* 6.1's own */
	BASE_OFFLOAD_LOAD,	/* no such device, no offload there, flags, type */
	BASE_PROG_TYPE,		/* wrong type or attach type for what is asked */
	BASE_NO_DEVICE,
	BASE_FLAGS,
	BASE_BUSY,		/* something else is attached there */
	BASE_OTHER_MODE,	/* generic and native at once */
	BASE_EXPECTED,		/* another program is attached than expected */
	BASE_NO_NATIVE,
	BASE_OFFLOADED,		/* an offloaded program, not on its device */
	BASE_LINK_DEAD,		/* the device of a link is gone, or it is detached */
	BASE_MAP_OWNER,		/* programs of a map are of one kind */
	BASE_NO_TEST_RUN,
	BASE_EXT_TARGET,	/* no function to replace, no target any more */
	BASE_EXT_BUSY,		/* replaced already, or in a PROG_ARRAY */

	RULES
};

extern const char * const rule_name[RULES];

/* The errors that a refusal may have */
struct verdict {
	uint64_t rules;
	bool any;
	int errs[8];
	int n;
};

enum kind { LO, DUMMY, VETH, NSIM };
enum mode { GENERIC, NATIVE, OFFLOAD, MODES };

#define NS	2
#define DEVS	9
#define ENTRIES	4

struct dev {
	enum kind kind;
	int peer;			/* of veth: the other one */
	bool exists;
	int ns;
	uint32_t ifindex;
	unsigned int life;		/* this very device: never used twice */
	struct prog *prog[MODES];
	struct link *link[MODES];
};

enum ptype { P_XDP, P_CLS, P_SOCKET, P_EXT };
enum attach_type { A_XDP, A_DEVMAP, A_CPUMAP };

struct prog {
	uint32_t id;
	enum ptype type;
	enum attach_type attach_type;
	bool frags;
	bool func;			/* has a function to replace */
	bool kfunc;
	unsigned int bound;		/* life of the device, 0: unbound */
	unsigned int offloaded;		/* the same */
	struct prog *target;		/* of EXT, until it was attached */
	enum attach_type target_attach_type; /* of the one it was loaded against */
	bool replaced;			/* its function is */
	int in_arrays;			/* elements of PROG_ARRAYs that it is */
};

struct link {
	bool ext;
	struct prog *prog;
	struct prog *target;		/* of EXT */
	struct dev *dev;		/* NULL: gone */
	enum mode mode;
};

enum mtype { PROG_ARRAY, DEVMAP, DEVMAP_HASH, CPUMAP, MTYPES };

struct map {
	enum mtype type;
	bool owned;			/* the first program said of which kind */
	enum ptype owner_type;
	enum attach_type owner_attach_type;
	bool owner_frags;
	struct prog *elem[ENTRIES];	/* of PROG_ARRAY */
};

struct load_args {
	enum ptype type;
	enum attach_type attach_type;
	bool flag;			/* BPF_F_XDP_DEV_BOUND_ONLY */
	bool frags;
	bool unknown_flag;
	uint32_t ifindex;
	int ns;				/* of the caller */
	bool kfunc;
	bool func;
	struct map *map;		/* that it calls into or redirects through */
	struct prog *target;		/* of EXT */
};

struct attach_args {
	struct prog *prog;		/* NULL: detach */
	struct prog *expected;		/* with replace */
	struct dev *dev;		/* NULL: no such device */
	uint32_t modes;			/* bits 1 << mode, 0: default */
	bool replace;
	bool noexist;
	bool bad_flag;
};

extern struct dev devs[DEVS];

void model_reset(void);

/* Devices come and go */
void model_dev_new(struct dev *dev, enum kind kind, int ns, uint32_t ifindex);
void model_dev_gone(struct dev *dev);
struct dev *model_dev_at(int ns, uint32_t ifindex);
struct dev *model_dev_living(unsigned int life);
enum mode model_mode(const struct dev *dev, uint32_t modes);

/* What the kernel has to say, and what is so once it did it */
struct verdict may_load(const struct load_args *a);
void did_load(const struct load_args *a, struct prog *prog);
struct verdict may_attach(const struct attach_args *a);
void did_attach(const struct attach_args *a);
struct verdict may_link(const struct attach_args *a);
void did_link(const struct attach_args *a, struct link *link);
struct verdict may_update(const struct link *link, const struct prog *prog,
			  bool replace, const struct prog *expected);
void did_update(struct link *link, struct prog *prog);
void did_unlink(struct link *link);
struct verdict may_insert(const struct map *map, const struct prog *prog, bool dev);
void did_insert(struct map *map, struct prog *prog, int index);
void refused_insert(struct map *map, const struct prog *prog);
void did_drop_map(struct map *map);
struct verdict may_test_run(const struct prog *prog);
struct verdict may_replace(const struct prog *ext, const struct prog *target);
void did_replace(struct prog *ext, struct prog *target, struct link *link);

/* What fdinfo of a bound program has to say, 0 if the device is gone */
struct dev *model_bound_dev(const struct prog *prog);

#endif
