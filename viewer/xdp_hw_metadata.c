// SPDX-License-Identifier: GPL-2.0
/*
 * Shows the RX metadata that a network device gives to XDP: binds a program to
 * the device, attaches it in native mode and prints a line per frame.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <linux/if_ether.h>
#include <net/if.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <linux/bpf.h>
#include <linux/if_link.h>
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include "complain.h"
#include "fields.h"
#include "offers.h"
#include "xdp_hw_metadata.h"
#include "xdp_hw_metadata.skel.h"

#define POLL_MS	200
#define KFUNCS	3	/* without fields */

static const char usage[] =
"Usage: xdp_hw_metadata [OPTION]... IFACE\n"
"\n"
"Shows the RX metadata that the network device IFACE gives to XDP programs:\n"
"timestamp, hash and VLAN tag of each frame it receives. Frames pass on to the\n"
"stack. Runs until Ctrl-C; needs root. If the kernel reports what the device\n"
"offers, a line above the table shows that, and how many of the reads are emitted\n"
"in place of a call.\n"
"\n"
"  -c, --count N     stop after N frames\n"
"  -f, --field NAME  also show the packet metadata field NAME that comes with the\n"
"                    frame; up to 4 times\n"
"  -j, --json        one JSON object per frame and line\n"
"      --no-header   no lines above the table\n"
"      --debug       also print what libbpf and the kernel say\n"
"  -h, --help        this text\n"
"\n"
"Where a value is missing its kfunc's error is shown:\n"
"  ENODATA     the device has such values, this frame has none; a field: it didn't\n"
"              come with this frame\n"
"  ENOENT      the field has been removed\n"
"  EOPNOTSUPP  the device, or its driver, has no such values\n"
"  ENOSYS      the kernel has no such kfunc\n";

static struct {
	const char *ifname;
	unsigned long count;
	const char *field_names[MAX_FIELDS];
	int nr_fields;
	bool json;
	bool no_header;
	bool debug;
} opt;

static struct field fields[MAX_FIELDS];	/* those of opt.field_names */
static volatile sig_atomic_t stop;
static unsigned long frames;
static int write_err;
static bool noted_no_values;
static char extack[256];	/* last message of the kernel over netlink */
static char load_log[1 << 20];	/* the verifier's */

static void on_signal(int sig)
{
	(void)sig;
	stop = 1;
}

static int on_libbpf_print(enum libbpf_print_level level, const char *fmt,
			   va_list ap)
{
	static const char prefix[] = "libbpf: Kernel error message: ";
	char msg[sizeof(prefix) + sizeof(extack)];
	va_list copy;

	(void)level;
	va_copy(copy, ap);
	vsnprintf(msg, sizeof(msg), fmt, copy);
	va_end(copy);
	if (!strncmp(msg, prefix, strlen(prefix)))
		snprintf(extack, sizeof(extack), "%.*s",
			 (int)strcspn(msg + strlen(prefix), "\n"),
			 msg + strlen(prefix));

	return opt.debug ? vfprintf(stderr, fmt, ap) : 0;
}

/* What is printed of a frame */

static const char *errname(int err)
{
	static char number[24];

	switch (-err) {
	case ENODATA:
		return "ENODATA";
	case ENOENT:
		return "ENOENT";
	case EOPNOTSUPP:
		return "EOPNOTSUPP";
	case ENOSYS:
		return "ENOSYS";
	}
	snprintf(number, sizeof(number), "error %d", -err);
	return number;
}

static const char *ethname(__be16 proto)
{
	static char number[16];

	switch (ntohs(proto)) {
	case ETH_P_8021Q:
		return "802.1Q";
	case ETH_P_8021AD:
		return "802.1ad";
	case ETH_P_ARP:
		return "ARP";
	case ETH_P_LLDP:
		return "LLDP";
	}
	snprintf(number, sizeof(number), "0x%04x", ntohs(proto));
	return number;
}

static void format_proto(char *buf, size_t size, const struct rx_record *rec)
{
	bool ip = rec->eth_proto == htons(ETH_P_IP) ||
		  rec->eth_proto == htons(ETH_P_IPV6);
	const char *name = NULL;

	if (!ip || !rec->l3) {
		snprintf(buf, size, "%s", ethname(rec->eth_proto));
		return;
	}

	switch (rec->ip_proto) {
	case IPPROTO_ICMP:
		name = "ICMP";
		break;
	case IPPROTO_IGMP:
		name = "IGMP";
		break;
	case IPPROTO_TCP:
		name = "TCP";
		break;
	case IPPROTO_UDP:
		name = "UDP";
		break;
	case IPPROTO_UDPLITE:
		name = "UDPLite";
		break;
	case IPPROTO_GRE:
		name = "GRE";
		break;
	case IPPROTO_ESP:
		name = "ESP";
		break;
	case IPPROTO_AH:
		name = "AH";
		break;
	case IPPROTO_ICMPV6:
		name = "ICMPv6";
		break;
	case IPPROTO_SCTP:
		name = "SCTP";
		break;
	}
	if (name)
		snprintf(buf, size, "%s", name);
	else
		snprintf(buf, size, "IP/%u", rec->ip_proto);
}

static void format_addr(char *buf, size_t size, const struct rx_record *rec,
			const __be32 *ip, const __u8 *mac)
{
	if (!rec->l3)
		snprintf(buf, size, "%02x:%02x:%02x:%02x:%02x:%02x",
			 mac[0], mac[1], mac[2], mac[3], mac[4], mac[5]);
	else if (rec->eth_proto == htons(ETH_P_IPV6))
		inet_ntop(AF_INET6, ip, buf, size);
	else
		inet_ntop(AF_INET, ip, buf, size);
}

/* Address and port as one writes them: 10.0.0.1:53, [fd00::1]:53 */
static void format_endpoint(char *buf, size_t size, const struct rx_record *rec,
			    const __be32 *ip, const __u8 *mac, __be16 port)
{
	bool v6 = rec->eth_proto == htons(ETH_P_IPV6);
	char addr[INET6_ADDRSTRLEN];

	format_addr(addr, sizeof(addr), rec, ip, mac);
	if (!rec->l4)
		snprintf(buf, size, "%s", addr);
	else
		snprintf(buf, size, v6 ? "[%s]:%u" : "%s:%u", addr, ntohs(port));
}

/* What the hash covers, in words: "IPv4 TCP", "L4 any", "IPv6 UDP ext" */
static void format_covers(char *buf, size_t size, unsigned int type)
{
	static const struct {
		unsigned int bit;
		const char *word;
	} words[] = {
		{ XDP_RSS_L3_IPV4,	" IPv4" },
		{ XDP_RSS_L3_IPV6,	" IPv6" },
		{ XDP_RSS_L4_TCP,	" TCP" },
		{ XDP_RSS_L4_UDP,	" UDP" },
		{ XDP_RSS_L4_SCTP,	" SCTP" },
		{ XDP_RSS_L4_IPSEC,	" IPsec" },
		{ XDP_RSS_L4_ICMP,	" ICMP" },
	};
	unsigned int l4 = XDP_RSS_L4_TCP | XDP_RSS_L4_UDP | XDP_RSS_L4_SCTP |
			  XDP_RSS_L4_IPSEC | XDP_RSS_L4_ICMP;
	unsigned int known = XDP_RSS_L3_DYNHDR | XDP_RSS_L4;
	char text[128] = "";
	size_t i, n = 0;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		known |= words[i].bit;
		if (type & words[i].bit)
			n += snprintf(text + n, sizeof(text) - n, "%s",
				      words[i].word);
	}
	if ((type & XDP_RSS_L4) && !(type & l4))
		n += snprintf(text + n, sizeof(text) - n, " L4 any");
	if (type & XDP_RSS_L3_DYNHDR)
		n += snprintf(text + n, sizeof(text) - n, "%s",
			      type & XDP_RSS_L3_IPV4 ? " options" : " ext");
	if (type & ~known)
		snprintf(text + n, sizeof(text) - n, " 0x%x", type & ~known);

	snprintf(buf, size, "%s", *text ? text + 1 : "none or L2");
}

static void print_vlan(__be16 proto, __u16 tci)
{
	printf("%s %u", ethname(proto), tci & 0xfff);
	if (tci >> 13)
		printf(" prio %u", tci >> 13);
	if (tci & 0x1000)
		printf(" dei");
}

/* Fields that have the size of a number are shown as one, others in hex */

static bool is_number(const struct field *field)
{
	return field->size <= 8 && !(field->size & (field->size - 1));
}

static void format_field(char *buf, size_t size, const struct field *field,
			 const __u8 *bytes)
{
	union {
		__u8 u8;
		__u16 u16;
		__u32 u32;
		__u64 u64;
	} value;
	size_t i;

	memcpy(&value, bytes, sizeof(value));
	switch (field->size) {
	case 1:
		snprintf(buf, size, "%u", value.u8);
		return;
	case 2:
		snprintf(buf, size, "%u", value.u16);
		return;
	case 4:
		snprintf(buf, size, "%u", value.u32);
		return;
	case 8:
		snprintf(buf, size, "%llu", value.u64);
		return;
	}
	for (i = 0; i < field->size; i++)
		snprintf(buf + 2 * i, size - 2 * i, "%02x", bytes[i]);
}

/* For the name, each value and an error */
static int field_width(const struct field *field)
{
	int value = is_number(field) ? 10 : 2 * field->size;
	int width = strlen(field->name);

	if (field->size == 8)
		value = 20;
	if (width < value)
		width = value;
	return width < 10 ? 10 : width;
}

static void print_header(void)
{
	int i;

	printf("%5s  %-7s %-24s %-24s %-20s %-12s %-12s ", "#", "proto",
	       "source", "destination", "rx timestamp", "hash", "hash covers");
	for (i = 0; i < opt.nr_fields; i++)
		printf("%-*s ", field_width(&fields[i]), fields[i].name);
	printf("VLAN\n");
}

static void print_row(const struct rx_record *rec)
{
	char proto[16], src[64], dst[64], timestamp[32], hash[32], covers[128];
	char value[2 * PKT_META_SIZE_MAX + 1];
	int i;

	format_proto(proto, sizeof(proto), rec);
	format_endpoint(src, sizeof(src), rec, rec->saddr, rec->smac, rec->sport);
	format_endpoint(dst, sizeof(dst), rec, rec->daddr, rec->dmac, rec->dport);

	if (rec->timestamp_err)
		snprintf(timestamp, sizeof(timestamp), "- %s",
			 errname(rec->timestamp_err));
	else
		snprintf(timestamp, sizeof(timestamp), "%llu.%09llu",
			 rec->rx_timestamp / 1000000000,
			 rec->rx_timestamp % 1000000000);

	if (rec->hash_err) {
		snprintf(hash, sizeof(hash), "- %s", errname(rec->hash_err));
		snprintf(covers, sizeof(covers), "-");
	} else {
		snprintf(hash, sizeof(hash), "0x%08x", rec->rx_hash);
		format_covers(covers, sizeof(covers), rec->rss_type);
	}

	printf("%5lu  %-7s %-24s %-24s %-20s %-12s %-12s ", frames, proto, src,
	       dst, timestamp, hash, covers);
	for (i = 0; i < opt.nr_fields; i++) {
		if (rec->field_err[i])
			snprintf(value, sizeof(value), "- %s",
				 errname(rec->field_err[i]));
		else
			format_field(value, sizeof(value), &fields[i],
				     rec->fields[i]);
		printf("%-*s ", field_width(&fields[i]), value);
	}
	if (rec->vlan_err)
		printf("- %s", errname(rec->vlan_err));
	else
		print_vlan(rec->vlan_proto, rec->vlan_tci);
	for (i = 0; i < rec->nr_tags; i++) {
		printf(", in the frame ");
		print_vlan(rec->tags[i].proto, rec->tags[i].tci);
	}
	putchar('\n');
}

static void print_json_vlan(__be16 proto, __u16 tci)
{
	printf("{\"proto\":\"0x%04x\",\"vid\":%u,\"pcp\":%u,\"dei\":%u}",
	       ntohs(proto), tci & 0xfff, tci >> 13, tci >> 12 & 1);
}

static void print_json_field(const struct rx_record *rec, int i)
{
	const char *quote = is_number(&fields[i]) ? "" : "\"";
	char value[2 * PKT_META_SIZE_MAX + 1];

	field_print_json_name(&fields[i]);
	if (rec->field_err[i]) {
		printf(":{\"error\":\"%s\"}", errname(rec->field_err[i]));
		return;
	}
	format_field(value, sizeof(value), &fields[i], rec->fields[i]);
	printf(":{\"value\":%s%s%s}", quote, value, quote);
}

static void print_json(const struct rx_record *rec)
{
	char proto[16], src[64], dst[64], covers[128];
	int i;

	format_proto(proto, sizeof(proto), rec);
	format_addr(src, sizeof(src), rec, rec->saddr, rec->smac);
	format_addr(dst, sizeof(dst), rec, rec->daddr, rec->dmac);
	format_covers(covers, sizeof(covers), rec->rss_type);

	printf("{\"frame\":%lu,\"length\":%u,\"eth_proto\":\"0x%04x\","
	       "\"proto\":\"%s\",\"fragment\":%s,\"src\":\"%s\",\"dst\":\"%s\"",
	       frames, rec->len, ntohs(rec->eth_proto), proto,
	       rec->fragment ? "true" : "false", src, dst);
	if (rec->l4)
		printf(",\"sport\":%u,\"dport\":%u", ntohs(rec->sport),
		       ntohs(rec->dport));

	printf(",\"rx_timestamp\":");
	if (rec->timestamp_err)
		printf("{\"error\":\"%s\"}", errname(rec->timestamp_err));
	else
		printf("{\"ns\":%llu}", rec->rx_timestamp);

	printf(",\"rx_hash\":");
	if (rec->hash_err)
		printf("{\"error\":\"%s\"}", errname(rec->hash_err));
	else
		printf("{\"hash\":\"0x%08x\",\"type\":%u,\"covers\":\"%s\"}",
		       rec->rx_hash, rec->rss_type, covers);

	printf(",\"rx_vlan_tag\":");
	if (rec->vlan_err)
		printf("{\"error\":\"%s\"}", errname(rec->vlan_err));
	else
		print_json_vlan(rec->vlan_proto, rec->vlan_tci);

	printf(",\"tags_in_frame\":[");
	for (i = 0; i < rec->nr_tags; i++) {
		if (i)
			putchar(',');
		print_json_vlan(rec->tags[i].proto, rec->tags[i].tci);
	}
	putchar(']');

	for (i = 0; i < opt.nr_fields; i++) {
		printf("%s", i ? "," : ",\"fields\":{");
		print_json_field(rec, i);
	}
	printf(opt.nr_fields ? "}}\n" : "}\n");
}

static void note_no_values(void)
{
	if (noted_no_values)
		return;
	noted_no_values = true;
	complain("note: the driver of %s gives no RX metadata to XDP, so there is nothing to show but the frames",
		 opt.ifname);
}

static bool unsupported(int err)
{
	return err == -EOPNOTSUPP || err == -ENOSYS;
}

static int on_record(void *ctx, void *data, size_t size)
{
	const struct rx_record *rec = data;

	(void)ctx;
	(void)size;

	frames++;
	if (opt.json)
		print_json(rec);
	else
		print_row(rec);
	if (ferror(stdout)) {
		write_err = errno;
		return -ECANCELED;
	}

	if (unsupported(rec->timestamp_err) && unsupported(rec->hash_err) &&
	    unsupported(rec->vlan_err))
		note_no_values();

	/* anything but 0 ends the poll: no frame more than was asked for */
	return stop || frames == opt.count ? -ECANCELED : 0;
}

/* What the kernel, the device and the driver can do */

static void print_words(__u64 bits, const char * const *words, size_t nr_words)
{
	const char *sep = "";
	size_t i;

	for (i = 0; i < nr_words; i++) {
		if (bits & 1ULL << i) {
			printf("%s%s", sep, words[i]);
			sep = ", ";
		}
	}
	bits &= ~0ULL << nr_words;
	if (bits)
		printf("%s0x%llx", sep, bits);
}

/* What the verifier has made of the program has a call of a kfunc left for each
 * read that it couldn't emit in place of it. -1: not known
 */
static int count_calls(int prog_fd)
{
	struct bpf_prog_info info = {};
	__u32 i, len = sizeof(info);
	struct bpf_insn *insns;
	int calls = 0;

	if (bpf_obj_get_info_by_fd(prog_fd, &info, &len))
		return -1;
	insns = calloc(1, info.xlated_prog_len);
	if (!insns)
		return -1;

	len = info.xlated_prog_len;
	memset(&info, 0, sizeof(info));
	info.xlated_prog_len = len;
	info.xlated_prog_insns = (__u64)(unsigned long)insns;
	len = sizeof(info);
	if (bpf_obj_get_info_by_fd(prog_fd, &info, &len))
		calls = -1;
	/* A read may call if a pointer is NULL: a jump leads past that call */
	for (i = 1; calls >= 0 && i < info.xlated_prog_len / sizeof(*insns); i++)
		calls += insns[i].code == (BPF_JMP | BPF_CALL) &&
			 insns[i].src_reg == BPF_PSEUDO_KFUNC_CALL &&
			 insns[i - 1].code != (BPF_JMP | BPF_JA);
	free(insns);

	return calls;
}

/* Bits that have been added since are shown as what they are */
static void print_offers(const struct offers *offers, int prog_fd)
{
	static const char * const rx_metadata[] = {
		"timestamp", "hash", "VLAN tag",
	};
	static const char * const features[] = {
		"native", "redirect", "redirect to it", "zero-copy AF_XDP",
		"offload", "multi-buffer", "multi-buffer redirect to it",
	};
	int calls, reads = KFUNCS + opt.nr_fields;

	printf("%s offers RX metadata: ", opt.ifname);
	print_words(offers->rx_metadata, rx_metadata,
		    sizeof(rx_metadata) / sizeof(rx_metadata[0]));
	printf("; XDP: ");
	print_words(offers->xdp_features, features,
		    sizeof(features) / sizeof(features[0]));
	calls = count_calls(prog_fd);
	if (calls >= 0)
		printf("; %d of %d reads inlined", reads - calls, reads);
	putchar('\n');
}

/* A kernel may have the metadata, but no means to report it in advance */
static void tell_offers(unsigned int ifindex, int prog_fd)
{
	struct offers offers;

	if (query_offers(ifindex, &offers))
		return;
	if (!offers.rx_metadata)
		note_no_values();
	else if (!opt.json && !opt.no_header)
		print_offers(&offers, prog_fd);
}

/*
 * With ifindex 0 the flag loads an ordinary program, a kernel that doesn't
 * know the flag refuses it.
 */
static int probe_kernel(void)
{
	const struct bpf_insn insns[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .imm = XDP_PASS },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	LIBBPF_OPTS(bpf_prog_load_opts, opts);
	int fd;

	fd = bpf_prog_load(BPF_PROG_TYPE_XDP, "probe", "GPL", insns, 2, &opts);
	if (fd >= 0) {
		close(fd);
		opts.prog_flags = BPF_F_XDP_DEV_BOUND_ONLY;
		fd = bpf_prog_load(BPF_PROG_TYPE_XDP, "probe", "GPL", insns, 2,
				   &opts);
		if (fd == -EINVAL) {
			complain("this kernel can't bind XDP programs to a device, so it has no RX metadata: boot one that has the feature");
			return -1;
		}
	}
	if (fd == -EPERM) {
		complain("not allowed to load XDP programs: run it as root (CAP_BPF and CAP_NET_ADMIN)");
		return -1;
	}
	if (fd < 0) {
		complain("this kernel can't load XDP programs: %s",
			 strerror(-fd));
		return -1;
	}
	close(fd);
	return 0;
}

/* Their ids and sizes */
static int resolve_fields(void)
{
	struct registry reg;
	int i, err = 0;

	if (!opt.nr_fields)
		return 0;
	if (registry_open(&reg))
		return -1;

	for (i = 0; i < opt.nr_fields && !err; i++)
		err = field_get(&reg, opt.field_names[i], &fields[i]);
	if (err == -ENOENT || err == -ERANGE || err == -EINVAL)
		complain("no field '%s': 'pktmeta list' shows those there are, 'pktmeta new %s SIZE' makes it",
			 opt.field_names[i - 1], opt.field_names[i - 1]);
	else if (err)
		complain("can't find the field '%s': %s", opt.field_names[i - 1],
			 *reg.words ? reg.words : strerror(-err));
	registry_close(&reg);
	return err;
}

static int probe_kfuncs(struct xdp_hw_metadata *skel)
{
	static const char * const needed[] = {
		"bpf_xdp_metadata_rx_timestamp",
		"bpf_xdp_metadata_rx_hash",
		"bpf_xdp_packet_metadata_get",	/* only with --field */
	};
	int i, ret = -1;
	struct btf *btf;

	btf = btf__load_vmlinux_btf();
	if (!btf) {
		complain("this kernel has no BTF (/sys/kernel/btf/vmlinux), and kfuncs need it: build it with CONFIG_DEBUG_INFO_BTF=y");
		return -1;
	}

	for (i = 0; i < (opt.nr_fields ? 3 : 2); i++) {
		if (btf__find_by_name_kind(btf, needed[i], BTF_KIND_FUNC) < 0) {
			complain("this kernel has no kfunc %s: boot one that has the feature",
				 needed[i]);
			goto out;
		}
	}
	skel->rodata->have_vlan_tag =
		btf__find_by_name_kind(btf, "bpf_xdp_metadata_rx_vlan_tag",
				       BTF_KIND_FUNC) >= 0;
	ret = 0;
out:
	btf__free(btf);
	return ret;
}

/* The verifier's reason: the last line of its log that is no statistics */
static const char *load_reason(void)
{
	char *line;

	for (;;) {
		line = strrchr(load_log, '\n');
		if (line && !line[1]) {
			*line = '\0';
			continue;
		}
		line = line ? line + 1 : load_log;
		if (strncmp(line, "processed ", 10) &&
		    strncmp(line, "verification time ", 18) &&
		    strncmp(line, "stack depth ", 12))
			return line;
		if (line == load_log)
			return "";
		line[-1] = '\0';
	}
}

static int load(struct xdp_hw_metadata *skel, unsigned int ifindex)
{
	struct bpf_program *prog = skel->progs.xdp_hw_metadata;
	const char *reason;
	int i, err;

	for (i = 0; i < opt.nr_fields; i++) {
		skel->rodata->fields[i].id = fields[i].id;
		skel->rodata->fields[i].size = fields[i].size;
	}
	skel->rodata->nr_fields = opt.nr_fields;

	bpf_program__set_ifindex(prog, ifindex);
	bpf_program__set_flags(prog, BPF_F_XDP_DEV_BOUND_ONLY);
	bpf_program__set_log_buf(prog, load_log, sizeof(load_log));

	err = xdp_hw_metadata__load(skel);
	if (!err)
		return 0;

	reason = load_reason();
	if (err == -EOPNOTSUPP)
		complain("%s has no native XDP, which RX metadata needs: its driver can't do it",
			 opt.ifname);
	else
		complain("can't load the program for %s: %s%s%s", opt.ifname,
			 *reason ? reason : strerror(-err),
			 *reason ? "" : " (more with --debug)",
			 if_nametoindex(opt.ifname) ? "" : ", the interface is gone");
	return -1;
}

/*
 * A link gives an error number only. The same attach over netlink comes with
 * the kernel's or the driver's own words.
 */
static void fetch_extack(int prog_fd, unsigned int ifindex)
{
	__u32 flags = XDP_FLAGS_DRV_MODE | XDP_FLAGS_UPDATE_IF_NOEXIST;
	LIBBPF_OPTS(bpf_xdp_attach_opts, opts, .old_prog_fd = prog_fd);

	extack[0] = '\0';
	if (!bpf_xdp_attach(ifindex, prog_fd, flags, NULL))
		bpf_xdp_detach(ifindex, XDP_FLAGS_DRV_MODE, &opts);
}

/* The link is gone with its last fd, so the program is never left behind */
static int attach(struct xdp_hw_metadata *skel, unsigned int ifindex)
{
	struct bpf_program *prog = skel->progs.xdp_hw_metadata;
	__u32 other = 0;
	int err;

	skel->links.xdp_hw_metadata = bpf_program__attach_xdp(prog, ifindex);
	if (skel->links.xdp_hw_metadata)
		return 0;

	err = errno;
	if (!bpf_xdp_query_id(ifindex, 0, &other) && other) {
		complain("another XDP program is on %s already, id %u: stop what it belongs to, or see 'ip link show %s'",
			 opt.ifname, other, opt.ifname);
		return -1;
	}
	fetch_extack(bpf_program__fd(prog), ifindex);
	complain("%s doesn't take the program: %s", opt.ifname,
		 *extack ? extack : strerror(err));
	return -1;
}

/* Also true when somebody else took the program off */
static bool device_is_gone(struct xdp_hw_metadata *skel)
{
	struct bpf_link_info info = {};
	__u32 len = sizeof(info);

	return !bpf_obj_get_info_by_fd(bpf_link__fd(skel->links.xdp_hw_metadata),
				       &info, &len) && !info.xdp.ifindex;
}

static int show(struct xdp_hw_metadata *skel)
{
	struct ring_buffer *ring;
	int err, ret = -1;

	ring = ring_buffer__new(bpf_map__fd(skel->maps.records), on_record,
				NULL, NULL);
	if (!ring) {
		complain("can't read the ring buffer: %s", strerror(errno));
		return -1;
	}

	while (!stop) {
		err = ring_buffer__poll(ring, POLL_MS);
		if (write_err) {
			complain("can't write the output: %s", strerror(write_err));
			goto out;
		}
		if (err == -ECANCELED)
			break;
		if (err < 0 && err != -EINTR) {
			complain("can't read the ring buffer: %s",
				 strerror(-err));
			goto out;
		}
		if (!err && device_is_gone(skel)) {
			complain("%s is gone, or the program was taken off it",
				 opt.ifname);
			goto out;
		}
	}
	ret = 0;
out:
	ring_buffer__free(ring);
	if (skel->bss->lost)
		complain("%llu frames were not shown: they came faster than they could be printed",
			 skel->bss->lost);
	return ret;
}

static int add_field(const char *name)
{
	int i;

	for (i = 0; i < opt.nr_fields; i++)
		if (!strcmp(opt.field_names[i], name))
			return 0;
	if (i == MAX_FIELDS) {
		complain("--field: %d fields at most", MAX_FIELDS);
		return -1;
	}
	opt.field_names[opt.nr_fields++] = name;
	return 0;
}

static int parse_options(int argc, char **argv)
{
	enum { OPT_NO_HEADER = 256, OPT_DEBUG };
	static const struct option options[] = {
		{ "count",	required_argument,	NULL, 'c' },
		{ "field",	required_argument,	NULL, 'f' },
		{ "json",	no_argument,		NULL, 'j' },
		{ "no-header",	no_argument,		NULL, OPT_NO_HEADER },
		{ "debug",	no_argument,		NULL, OPT_DEBUG },
		{ "help",	no_argument,		NULL, 'h' },
		{}
	};
	char *end;
	int c;

	while ((c = getopt_long(argc, argv, "c:f:jh", options, NULL)) != -1) {
		switch (c) {
		case 'c':
			errno = 0;
			opt.count = strtoul(optarg, &end, 10);
			if (*optarg < '0' || *optarg > '9' || *end || errno ||
			    !opt.count) {
				complain("--count takes a number from 1 upward, not '%s'",
					 optarg);
				return -1;
			}
			break;
		case 'f':
			if (add_field(optarg))
				return -1;
			break;
		case 'j':
			opt.json = true;
			break;
		case OPT_NO_HEADER:
			opt.no_header = true;
			break;
		case OPT_DEBUG:
			opt.debug = true;
			break;
		case 'h':
			fputs(usage, stdout);
			exit(fflush(stdout) ? 1 : 0);
		default:
			return -1;
		}
	}

	if (optind != argc - 1) {
		complain("one interface, please: xdp_hw_metadata [OPTION]... IFACE (--help says more)");
		return -1;
	}
	opt.ifname = argv[optind];
	return 0;
}

int main(int argc, char **argv)
{
	struct sigaction sa = { .sa_handler = on_signal };
	struct xdp_hw_metadata *skel;
	unsigned int ifindex;
	int ret = 1;

	if (parse_options(argc, argv))
		return 2;

	setvbuf(stdout, NULL, _IOLBF, 0);
	libbpf_set_print(on_libbpf_print);
	sigaction(SIGINT, &sa, NULL);
	sigaction(SIGTERM, &sa, NULL);

	ifindex = if_nametoindex(opt.ifname);
	if (!ifindex) {
		complain("no interface '%s' here: 'ip link' lists those there are",
			 opt.ifname);
		return 1;
	}
	if (resolve_fields() || probe_kernel())
		return 1;

	skel = xdp_hw_metadata__open();
	if (!skel) {
		complain("can't open the program: %s", strerror(errno));
		return 1;
	}
	if (probe_kfuncs(skel) || load(skel, ifindex) || attach(skel, ifindex))
		goto out;

	tell_offers(ifindex, bpf_program__fd(skel->progs.xdp_hw_metadata));
	if (!opt.json && !opt.no_header)
		print_header();
	if (!show(skel))
		ret = 0;
out:
	xdp_hw_metadata__destroy(skel);
	return ret;
}
