// SPDX-License-Identifier: GPL-2.0
/* Lists, makes, removes and watches packet metadata fields. */
#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <libmnl/libmnl.h>
#include <sys/signalfd.h>

#include "complain.h"
#include "fields.h"

static const char usage[] =
"Usage: pktmeta [OPTION]... list\n"
"       pktmeta [OPTION]... new NAME SIZE\n"
"       pktmeta [OPTION]... del NAME|ID\n"
"       pktmeta [OPTION]... watch\n"
"\n"
"Packet metadata fields: programs and sockets know a field by the id that the\n"
"kernel gives it, people by its name.\n"
"\n"
"  list   the fields there are\n"
"  new    take a reference to the field NAME with SIZE bytes, 1 to 32; make it if\n"
"         there is none. The reference lasts until Ctrl-C, and the field until\n"
"         nobody has one. Needs root.\n"
"  del    release a persistent reference. Needs root.\n"
"  watch  print fields as they come and go, until Ctrl-C\n"
"\n"
"  -p, --persistent  new: the reference outlives this command and lasts until\n"
"                    'pktmeta del' or the next boot\n"
"  -j, --json        one JSON object per field and line\n"
"      --no-header   no line above the table\n"
"  -h, --help        this text\n";

static struct {
	bool json;
	bool no_header;
	bool persistent;
} opt;

static struct registry reg;
static int signals = -1;	/* SIGINT and SIGTERM */

/* What is printed */

static void print_json(const char *event, const struct field *field)
{
	putchar('{');
	if (event)
		printf("\"event\":\"%s\",", event);
	printf("\"id\":%u,\"name\":", field->id);
	field_print_json_name(field);
	printf(",\"size\":%u,\"refs\":%u,\"persistent\":%s}\n", field->size,
	       field->refs, field->persistent ? "true" : "false");
}

static void print_header(const char *event)
{
	if (!opt.json && !opt.no_header)
		printf("%s%10s %4s %5s %-10s %s\n", event, "id", "size", "refs",
		       "persistent", "name");
}

static void print_field(int cmd, const struct field *field)
{
	(void)cmd;
	if (opt.json)
		print_json(NULL, field);
	else
		printf("%10u %4u %5u %-10s %s\n", field->id, field->size,
		       field->refs, field->persistent ? "yes" : "no",
		       field->name);
}

static void print_event(int cmd, const struct field *field)
{
	const char *event = cmd == PKT_META_CMD_NEW ? "new" : "del";

	if (opt.json) {
		print_json(event, field);
		return;
	}
	printf("%-5s", event);
	print_field(cmd, field);
}

/* Commands: each returns 0 or -1, and has complained then */

static int wait_for_signal(void)
{
	struct signalfd_siginfo info;

	return read(signals, &info, sizeof(info)) == sizeof(info) ? 0 : -1;
}

static int not_allowed(void)
{
	complain("not allowed to change fields: run it as root (CAP_NET_ADMIN in the initial user namespace)");
	return -1;
}

static int run_list(void)
{
	int err;

	print_header("");
	err = field_list(&reg, print_field);
	if (err)
		complain("can't list the fields: %s", strerror(-err));
	return err ? -1 : 0;
}

static int new_failed(const char *name, unsigned long size, int err)
{
	const char *words = *reg.words ? reg.words : strerror(-err);
	struct field field;
	char copy[256];

	switch (err) {
	case -EPERM:
		return not_allowed();
	case -ENOSPC:
		complain("no room for %lu bytes more: %s. 'pktmeta list' shows what is there, 'pktmeta del' makes room",
			 size, words);
		return -1;
	case -EEXIST:
		if (field_get(&reg, name, &field))
			break;
		complain("the field '%s' has %u bytes already, not %lu: take that size or another name",
			 name, field.size, size);
		return -1;
	case -EINVAL:
	case -ERANGE:
		snprintf(copy, sizeof(copy), "%s", words);
		complain("no field '%s' of %lu bytes: a name has 1 to %u printable characters of ASCII and no space, a field 1 to %u bytes (%s)",
			 name, size, PKT_META_NAME_MAX, PKT_META_SIZE_MAX, copy);
		return -1;
	}
	complain("can't make the field '%s': %s", name, words);
	return -1;
}

static int run_new(const char *name, const char *size_arg)
{
	struct field field = {};
	unsigned long size;
	char *end;
	int err;

	errno = 0;
	size = strtoul(size_arg, &end, 10);
	if (*size_arg < '0' || *size_arg > '9' || *end || errno ||
	    size < 1 || size > PKT_META_SIZE_MAX) {
		complain("a field has 1 to %u bytes, not '%s'", PKT_META_SIZE_MAX,
			 size_arg);
		return -1;
	}
	if (strlen(name) > PKT_META_NAME_MAX)
		return new_failed(name, size, -ERANGE);

	err = field_new(&reg, name, size, opt.persistent, &field);
	if (err)
		return new_failed(name, size, err);
	print_header("");
	print_field(PKT_META_CMD_NEW, &field);
	if (opt.persistent || ferror(stdout))
		return 0;

	complain("holding '%s' until Ctrl-C (with --persistent it would stay)", name);
	return wait_for_signal();
}

/* By id if it is a number, by name else. A name of digits has an id, too. */
static int find(const char *arg, __u32 *id)
{
	struct field field = {};
	unsigned long number;
	char *end;
	int err;

	err = field_get(&reg, arg, &field);
	if (!err) {
		*id = field.id;
		return 0;
	}
	errno = 0;
	number = strtoul(arg, &end, 10);
	if (*arg < '0' || *arg > '9' || *end || errno || number > UINT32_MAX)
		return err;
	*id = number;
	return 0;
}

static int run_del(const char *arg)
{
	__u32 id = 0;
	int err;

	err = find(arg, &id);
	if (!err)
		err = field_del(&reg, id);
	if (!err)
		return 0;

	if (err == -ENOENT || err == -ERANGE || err == -EINVAL)
		complain("no field '%s': 'pktmeta list' shows those there are", arg);
	else if (err == -EPERM && *reg.words)
		complain("'%s' has no persistent reference: it goes when the programs that hold it end",
			 arg);
	else if (err == -EPERM)
		not_allowed();
	else
		complain("can't remove '%s': %s", arg,
			 *reg.words ? reg.words : strerror(-err));
	return -1;
}

static int run_watch(void)
{
	struct pollfd fds[] = {
		{ .fd = signals, .events = POLLIN },
		{ .fd = mnl_socket_get_fd(reg.nl), .events = POLLIN },
	};
	int err;

	err = field_listen(&reg);
	if (err) {
		complain("can't watch the fields: %s", strerror(-err));
		return -1;
	}
	print_header("event");
	while (poll(fds, 2, -1) > 0 && !fds[0].revents) {
		err = field_events(&reg, print_event);
		if (err == -ENOBUFS) {
			complain("changes came too fast, some are not shown: see 'pktmeta list'");
		} else if (err) {
			complain("can't watch the fields: %s", strerror(-err));
			return -1;
		}
		if (ferror(stdout))
			break;
	}
	return 0;
}

static int parse_options(int argc, char **argv)
{
	enum { OPT_NO_HEADER = 256 };
	static const struct option options[] = {
		{ "persistent",	no_argument,	NULL, 'p' },
		{ "json",	no_argument,	NULL, 'j' },
		{ "no-header",	no_argument,	NULL, OPT_NO_HEADER },
		{ "help",	no_argument,	NULL, 'h' },
		{}
	};
	int c;

	while ((c = getopt_long(argc, argv, "pjh", options, NULL)) != -1) {
		switch (c) {
		case 'p':
			opt.persistent = true;
			break;
		case 'j':
			opt.json = true;
			break;
		case OPT_NO_HEADER:
			opt.no_header = true;
			break;
		case 'h':
			fputs(usage, stdout);
			exit(fflush(stdout) ? 1 : 0);
		default:
			return -1;
		}
	}
	return 0;
}

/* The command, or 0 and a complaint */
static char command(int argc, char **argv)
{
	static const struct {
		const char *name;
		int args;
	} commands[] = {
		{ "list", 0 }, { "new", 2 }, { "del", 1 }, { "watch", 0 },
	};
	size_t i;

	for (i = 0; argc && i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (strcmp(argv[0], commands[i].name))
			continue;
		if (argc - 1 == commands[i].args &&
		    (!opt.persistent || *argv[0] == 'n'))
			return *argv[0];
	}
	complain("list, new NAME SIZE, del NAME or watch, please (--help says more)");
	return 0;
}

int main(int argc, char **argv)
{
	char **args, cmd;
	sigset_t set;
	int ret = -1;

	if (parse_options(argc, argv))
		return 2;
	args = argv + optind;
	cmd = command(argc - optind, args);
	if (!cmd)
		return 2;

	setvbuf(stdout, NULL, _IOLBF, 0);
	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signals = signalfd(-1, &set, SFD_CLOEXEC);
	if (signals < 0) {
		complain("can't wait for signals: %s", strerror(errno));
		return 1;
	}
	if (registry_open(&reg))
		return 1;

	switch (cmd) {
	case 'l':
		ret = run_list();
		break;
	case 'n':
		ret = run_new(args[1], args[2]);
		break;
	case 'd':
		ret = run_del(args[1]);
		break;
	case 'w':
		ret = run_watch();
		break;
	}
	registry_close(&reg);
	if (fflush(stdout) || ferror(stdout)) {
		complain("can't write the output: %s", strerror(errno));
		ret = -1;
	}
	return ret ? 1 : 0;
}
