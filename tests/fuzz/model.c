// SPDX-License-Identifier: GPL-2.0
#include "model.h"

#include <errno.h>
#include <string.h>

/* The kernel's, which no libc knows */
#define ENOTSUPP_KERNEL	524

#define NAME(r)	[r] = #r
const char * const rule_name[RULES] = {
	NAME(LOAD_OTHER_TYPE), NAME(LOAD_NO_DEVICE), NAME(LOAD_NO_NDO_BPF),
	NAME(LOAD_KFUNC_UNBOUND), NAME(LOAD_KFUNC_INDEX_0), NAME(LOAD_KFUNC_OFFLOADED),
	NAME(LOAD_KFUNC_EXT), NAME(LOAD_KFUNC_EXT_GONE), NAME(LOAD_UNKNOWN_FLAG),
	NAME(NL_OTHER_DEVICE), NAME(NL_DEVICE_GONE), NAME(NL_GENERIC), NAME(NL_OFFLOAD),
	NAME(LINK_OTHER_DEVICE), NAME(LINK_DEVICE_GONE), NAME(LINK_GENERIC),
	NAME(LINK_OFFLOAD),
	NAME(UPDATE_OTHER_DEVICE), NAME(UPDATE_DEVICE_GONE), NAME(UPDATE_GENERIC),
	NAME(UPDATE_OFFLOAD),
	NAME(IN_PROG_ARRAY), NAME(IN_DEVMAP), NAME(IN_DEVMAP_HASH), NAME(IN_CPUMAP),
	NAME(TEST_RUN_BOUND),
	NAME(EXT_OTHER_DEVICE), NAME(EXT_UNBOUND_TARGET), NAME(EXT_DEVICE_GONE),
	NAME(BASE_OFFLOAD_LOAD), NAME(BASE_PROG_TYPE), NAME(BASE_NO_DEVICE),
	NAME(BASE_FLAGS), NAME(BASE_BUSY), NAME(BASE_OTHER_MODE), NAME(BASE_EXPECTED),
	NAME(BASE_NO_NATIVE), NAME(BASE_OFFLOADED), NAME(BASE_LINK_DEAD),
	NAME(BASE_MAP_OWNER), NAME(BASE_NO_TEST_RUN), NAME(BASE_EXT_TARGET),
	NAME(BASE_EXT_BUSY),
};

struct dev devs[DEVS];
static unsigned int lives;

static void broken(struct verdict *v, enum rule rule, int err)
{
	v->rules |= 1ULL << rule;
	v->errs[v->n++ % 8] = err;
}

/* The contract says "is refused" and no more */
static void broken_any(struct verdict *v, enum rule rule)
{
	v->rules |= 1ULL << rule;
	v->any = true;
}

/* Devices */

void model_reset(void)
{
	memset(devs, 0, sizeof(devs));
}

void model_dev_new(struct dev *dev, enum kind kind, int ns, uint32_t ifindex)
{
	memset(dev, 0, sizeof(*dev));
	dev->exists = true;
	dev->kind = kind;
	dev->ns = ns;
	dev->ifindex = ifindex;
	dev->life = ++lives;
	dev->peer = -1;
}

/* What was attached is detached, what was bound is unbound for good: no life is
 * used again.
 */
void model_dev_gone(struct dev *dev)
{
	int mode;

	for (mode = 0; mode < MODES; mode++)
		if (dev->link[mode])
			dev->link[mode]->dev = NULL;
	memset(dev, 0, sizeof(*dev));
}

struct dev *model_dev_at(int ns, uint32_t ifindex)
{
	int i;

	for (i = 0; i < DEVS; i++)
		if (devs[i].exists && devs[i].ns == ns && devs[i].ifindex == ifindex)
			return &devs[i];

	return NULL;
}

struct dev *model_dev_living(unsigned int life)
{
	int i;

	for (i = 0; life && i < DEVS; i++)
		if (devs[i].exists && devs[i].life == life)
			return &devs[i];

	return NULL;
}

static bool has_ndo_bpf(const struct dev *dev)
{
	return dev->kind == VETH || dev->kind == NSIM;
}

static bool can_offload(const struct dev *dev)
{
	return dev->kind == NSIM;
}

struct dev *model_bound_dev(const struct prog *prog)
{
	return model_dev_living(prog->bound);
}

/* Maps: the first program decides which ones fit. Those that use the map have
 * to fit, too.
 */

static bool map_fits(const struct map *map, enum ptype type,
		     enum attach_type attach_type, bool frags)
{
	return !map->owned ||
	       (map->owner_type == type && map->owner_frags == frags &&
		(map->type != PROG_ARRAY || map->owner_attach_type == attach_type));
}

static void map_own(struct map *map, enum ptype type,
		    enum attach_type attach_type, bool frags)
{
	if (map->owned)
		return;

	map->owned = true;
	map->owner_type = type;
	map->owner_attach_type = attach_type;
	map->owner_frags = frags;
}

/* 6.1 forgets the programs that use a DEVMAP_HASH */
static bool uses_own(const struct map *map)
{
	return map->type != DEVMAP_HASH;
}

/* Load */

/* It runs on frames that were redirected and reads what was stored with them */
static bool is_for_map(enum attach_type attach_type)
{
	return attach_type != A_XDP;
}

struct verdict may_load(const struct load_args *a)
{
	const struct dev *dev = model_dev_at(a->ns, a->ifindex);
	bool binds = a->flag && a->ifindex && a->type == P_XDP;
	bool offloads = a->ifindex && !a->flag;
	struct verdict v = {};

	if (a->unknown_flag)
		broken(&v, LOAD_UNKNOWN_FLAG, EINVAL);
	if (a->flag && a->type != P_XDP)
		broken(&v, LOAD_OTHER_TYPE, EINVAL);
	if (a->flag && a->ifindex && !dev)
		broken(&v, LOAD_NO_DEVICE, EINVAL);
	if (a->flag && a->ifindex && dev && !has_ndo_bpf(dev))
		broken(&v, LOAD_NO_NDO_BPF, EOPNOTSUPP);

	if (offloads) {
		if (!dev || (has_ndo_bpf(dev) && !can_offload(dev)) ||
		    a->frags || (a->type != P_XDP && a->type != P_CLS))
			broken(&v, BASE_OFFLOAD_LOAD, EINVAL);
		if (dev && !has_ndo_bpf(dev))
			broken(&v, BASE_OFFLOAD_LOAD, EOPNOTSUPP);
	}

	if (a->kfunc) {
		if (a->type == P_EXT) {
			if (!a->target || (!a->target->bound &&
					   !is_for_map(a->target->attach_type)))
				broken_any(&v, LOAD_KFUNC_EXT);
			else if (a->target->bound && !model_bound_dev(a->target))
				broken_any(&v, LOAD_KFUNC_EXT_GONE);
		} else if (offloads) {
			broken_any(&v, LOAD_KFUNC_OFFLOADED);
		} else if (is_for_map(a->attach_type)) {
			/* bound or not */
		} else if (a->flag && !a->ifindex) {
			broken_any(&v, LOAD_KFUNC_INDEX_0);
		} else if (!binds) {
			broken_any(&v, LOAD_KFUNC_UNBOUND);
		}
	}

	if (a->type == P_EXT && (!a->target || !a->target->func))
		broken(&v, BASE_EXT_TARGET, EINVAL);
	if (a->map && uses_own(a->map) && !offloads &&
	    !map_fits(a->map, a->type, a->attach_type, a->frags))
		broken(&v, BASE_MAP_OWNER, EINVAL);

	return v;
}

void did_load(const struct load_args *a, struct prog *prog)
{
	const struct dev *dev = model_dev_at(a->ns, a->ifindex);

	memset(prog, 0, sizeof(*prog));
	prog->type = a->type;
	prog->attach_type = a->attach_type;
	prog->frags = a->frags;
	prog->func = a->func;
	prog->kfunc = a->kfunc;
	if (a->ifindex && dev) {
		if (a->flag)
			prog->bound = dev->life;
		else
			prog->offloaded = dev->life;
	}
	if (a->type == P_EXT) {
		prog->bound = a->target->bound;
		prog->target = a->target;
		prog->target_attach_type = a->target->attach_type;
	}
	if (a->map && uses_own(a->map) && !prog->offloaded)
		map_own(a->map, a->type, a->attach_type, a->frags);
}

/* Attach */

enum mode model_mode(const struct dev *dev, uint32_t modes)
{
	if (modes & 1 << OFFLOAD)
		return OFFLOAD;
	if (modes & 1 << NATIVE)
		return NATIVE;
	if (modes & 1 << GENERIC)
		return GENERIC;
	return has_ndo_bpf(dev) ? NATIVE : GENERIC;
}

/* The rules for a program on a device, whichever way it comes there */
static void check_install(struct verdict *v, const struct dev *dev, enum mode mode,
			  const struct prog *prog, enum rule path)
{
	if (!has_ndo_bpf(dev) && mode != GENERIC)
		broken(v, BASE_NO_NATIVE, EOPNOTSUPP);
	if ((mode == GENERIC && dev->prog[NATIVE]) ||
	    (mode == NATIVE && dev->prog[GENERIC]))
		broken(v, BASE_OTHER_MODE, EEXIST);
	if (prog->type != P_XDP || prog->attach_type != A_XDP)
		broken(v, BASE_PROG_TYPE, EINVAL);
	if (prog->offloaded && (mode != OFFLOAD || prog->offloaded != dev->life))
		broken(v, BASE_OFFLOADED, EINVAL);
	if (!prog->offloaded && !prog->bound && mode == OFFLOAD && has_ndo_bpf(dev))
		broken(v, BASE_OFFLOADED, EINVAL);

	if (!prog->bound)
		return;

	/* path is ..._OTHER_DEVICE, the others follow it */
	if (!model_bound_dev(prog))
		broken(v, path + 1, EINVAL);
	else if (prog->bound != dev->life)
		broken(v, path, EINVAL);
	if (mode == GENERIC)
		broken(v, path + 2, EINVAL);
	if (mode == OFFLOAD)
		broken(v, path + 3, EINVAL);
}

/* Common to netlink and link create */
static bool check_place(struct verdict *v, const struct attach_args *a, enum mode *mode)
{
	int m, count = 0;

	if (a->bad_flag || a->modes & (a->modes - 1))
		broken(v, BASE_FLAGS, EINVAL);
	if (!a->dev)
		return false;

	*mode = model_mode(a->dev, a->modes);
	for (m = 0; m < MODES; m++)
		count += !!a->dev->prog[m];
	if (!a->modes && count > 1)
		broken(v, BASE_FLAGS, EINVAL);
	if (a->dev->link[*mode])
		broken(v, BASE_BUSY, EBUSY);

	return true;
}

struct verdict may_attach(const struct attach_args *a)
{
	struct verdict v = {};
	const struct prog *cur;
	enum mode mode;

	if (!check_place(&v, a, &mode)) {
		broken(&v, BASE_NO_DEVICE, ENODEV);
		/* a negative index */
		broken(&v, BASE_NO_DEVICE, EINVAL);
		return v;
	}

	cur = a->dev->prog[mode];
	if (a->replace && cur != a->expected)
		broken(&v, BASE_EXPECTED, EEXIST);
	if (a->replace && a->expected && a->expected->type != P_XDP)
		broken(&v, BASE_PROG_TYPE, EINVAL);
	if (a->replace && a->expected && a->expected->offloaded && mode == GENERIC)
		broken(&v, BASE_OFFLOADED, EINVAL);
	if (a->expected && !a->replace)
		broken(&v, BASE_FLAGS, EINVAL);
	if (a->noexist && a->prog && cur)
		broken(&v, BASE_BUSY, EBUSY);
	if (a->prog && a->prog != cur)
		check_install(&v, a->dev, mode, a->prog, NL_OTHER_DEVICE);

	return v;
}

void did_attach(const struct attach_args *a)
{
	a->dev->prog[model_mode(a->dev, a->modes)] = a->prog;
}

struct verdict may_link(const struct attach_args *a)
{
	struct verdict v = {};
	enum mode mode;

	if (a->prog->type != P_XDP)
		broken(&v, BASE_PROG_TYPE, EINVAL);
	if (!check_place(&v, a, &mode)) {
		broken(&v, BASE_NO_DEVICE, EINVAL);
		return v;
	}
	if (a->dev->prog[mode])
		broken(&v, BASE_BUSY, EBUSY);
	check_install(&v, a->dev, mode, a->prog, LINK_OTHER_DEVICE);

	return v;
}

void did_link(const struct attach_args *a, struct link *link)
{
	enum mode mode = model_mode(a->dev, a->modes);

	memset(link, 0, sizeof(*link));
	link->prog = a->prog;
	link->dev = a->dev;
	link->mode = mode;
	a->dev->prog[mode] = a->prog;
	a->dev->link[mode] = link;
}

struct verdict may_update(const struct link *link, const struct prog *prog,
			  bool replace, const struct prog *expected)
{
	struct verdict v = {};

	if (link->ext) {
		broken(&v, BASE_PROG_TYPE, EINVAL);
		return v;
	}
	if (expected && !replace)
		broken(&v, BASE_FLAGS, EINVAL);
	if (!link->dev) {
		broken(&v, BASE_LINK_DEAD, ENOLINK);
		return v;
	}
	if (replace && expected != link->prog)
		broken(&v, BASE_EXPECTED, EPERM);
	if (prog->type != link->prog->type || prog->attach_type != link->prog->attach_type)
		broken(&v, BASE_PROG_TYPE, EINVAL);
	if (prog != link->prog)
		check_install(&v, link->dev, link->mode, prog, UPDATE_OTHER_DEVICE);

	return v;
}

void did_update(struct link *link, struct prog *prog)
{
	link->prog = prog;
	link->dev->prog[link->mode] = prog;
}

/* Detached or closed */
void did_unlink(struct link *link)
{
	if (link->ext && link->target) {
		link->target->replaced = false;
		link->target = NULL;
	}
	if (!link->dev)
		return;

	link->dev->prog[link->mode] = NULL;
	link->dev->link[link->mode] = NULL;
	link->dev = NULL;
}

/* Maps */

struct verdict may_insert(const struct map *map, const struct prog *prog, bool dev)
{
	static const enum attach_type want[] = {
		[DEVMAP] = A_DEVMAP,
		[DEVMAP_HASH] = A_DEVMAP,
		[CPUMAP] = A_CPUMAP,
	};
	/* Any error in the program of a CPUMAP's element is this one in 6.1 */
	int err = map->type == CPUMAP ? ENOMEM : EINVAL;
	struct verdict v = {};

	if (prog->bound)
		broken(&v, IN_PROG_ARRAY + map->type, err);
	if (!map_fits(map, prog->type, prog->attach_type, prog->frags))
		broken(&v, BASE_MAP_OWNER, err);
	if (map->type == PROG_ARRAY) {
		if (prog->replaced)
			broken(&v, BASE_EXT_BUSY, EBUSY);
	} else {
		if (prog->type != P_XDP || prog->attach_type != want[map->type] ||
		    prog->offloaded)
			broken(&v, BASE_PROG_TYPE, err);
		if (map->type != CPUMAP && !dev)
			broken(&v, BASE_NO_DEVICE, EINVAL);
	}

	return v;
}

void did_insert(struct map *map, struct prog *prog, int index)
{
	map_own(map, prog->type, prog->attach_type, prog->frags);
	if (map->type != PROG_ARRAY)
		return;
	if (map->elem[index])
		map->elem[index]->in_arrays--;
	map->elem[index] = prog;
	prog->in_arrays++;
}

/* A PROG_ARRAY takes its kind from the first program that fits, even from one
 * that it then refuses because its function is replaced.
 */
void refused_insert(struct map *map, const struct prog *prog)
{
	if (map->type == PROG_ARRAY && !prog->bound)
		map_own(map, prog->type, prog->attach_type, prog->frags);
}

void did_drop_map(struct map *map)
{
	int i;

	for (i = 0; i < ENTRIES; i++)
		if (map->elem[i])
			map->elem[i]->in_arrays--;
	memset(map->elem, 0, sizeof(map->elem));
}

/* Test run */

struct verdict may_test_run(const struct prog *prog)
{
	struct verdict v = {};

	if (prog->bound && prog->type == P_XDP)
		broken(&v, TEST_RUN_BOUND, EINVAL);
	if (prog->offloaded || prog->type == P_EXT)
		broken(&v, BASE_NO_TEST_RUN, ENOTSUPP_KERNEL);
	else if (prog->attach_type != A_XDP)
		broken(&v, BASE_NO_TEST_RUN, EINVAL);

	return v;
}

/* Replacement of functions. target NULL: the one it was loaded against. */

struct verdict may_replace(const struct prog *ext, const struct prog *target)
{
	struct verdict v = {};

	if (!target)
		target = ext->target;
	if (!target || !target->func || target->type != P_XDP) {
		broken(&v, BASE_EXT_TARGET, EINVAL);
		return v;
	}
	if (target->attach_type != ext->target_attach_type)
		broken(&v, BASE_EXT_TARGET, EINVAL);
	if (target->replaced || target->in_arrays)
		broken(&v, BASE_EXT_BUSY, EBUSY);

	if (!ext->bound)
		return v;
	if (!target->bound)
		broken(&v, EXT_UNBOUND_TARGET, EINVAL);
	else if (target->bound != ext->bound)
		broken(&v, EXT_OTHER_DEVICE, EINVAL);
	if (!model_bound_dev(ext))
		broken(&v, EXT_DEVICE_GONE, EINVAL);

	return v;
}

void did_replace(struct prog *ext, struct prog *target, struct link *link)
{
	if (!target)
		target = ext->target;
	memset(link, 0, sizeof(*link));
	link->ext = true;
	link->prog = ext;
	link->target = target;
	target->replaced = true;
	ext->target = NULL;
}
