#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
#
# The viewer, its AF_XDP consumer, pktmeta and examples/, in the VM that scripts/viewer
# --test starts. The tests with the tag base are for the kernel without the series,
# which the programs have to recognize, all others for one with it.

# shellcheck disable=SC2030,SC2031,SC2154 # each test is a subshell, helper.bash sets nobody
load helper

viewer=$BUILD/viewer/xdp_hw_metadata
xsk=$BUILD/viewer/xsk_metadata
pktmeta=$BUILD/viewer/pktmeta
dev=veth0	# the viewer is on it

# set_up_side NETNS OWN PEER: one end of the pair. The addresses and the MAC end
# in OWN. VLAN 10 goes out with priority 3, VLAN 20 lies within it. The
# neighbour is known for good: no ARP or ND among the frames.
set_up_side() {
	ip ${1:+-n "$1"} -batch - <<-END
		link add veth0.10 link veth0 type vlan id 10 egress-qos-map 0:3
		link add veth0.10.20 link veth0.10 type vlan id 20
		link set veth0 addrgenmode none
		link set veth0.10 addrgenmode none
		link set veth0.10.20 addrgenmode none
		addr add 10.0.0.$2/24 dev veth0
		addr add fd00::$2/64 dev veth0 nodad
		addr add 10.0.10.$2/24 dev veth0.10
		addr add 10.0.20.$2/24 dev veth0.10.20
		link set veth0 up
		link set veth0.10 up
		link set veth0.10.20 up
		neigh add 10.0.0.$3 lladdr 02:00:00:00:00:0$3 dev veth0 nud permanent
		neigh add fd00::$3 lladdr 02:00:00:00:00:0$3 dev veth0 nud permanent
		neigh add 10.0.10.$3 lladdr 02:00:00:00:00:0$3 dev veth0.10 nud permanent
		neigh add 10.0.20.$3 lladdr 02:00:00:00:00:0$3 dev veth0.10.20 nud permanent
	END
}

setup_file() {
	[ "$(</proc/1/comm)" = vm-init ] || fail "not in a VM: run scripts/viewer --test"
	ip netns add peer
	ip link add veth0 address 02:00:00:00:00:02 type veth \
		peer name veth0 address 02:00:00:00:00:01 netns peer
	set_up_side peer 1 2
	set_up_side '' 2 1
	socat -u UDP-RECV:7000 OPEN:/dev/null 3>&- &
	socat=$!

	# until the multicast reports of the new addresses are out
	sleep 8
}

teardown_file() {
	[ -z "${socat-}" ] || kill "$socat"
}

# What a program in the background says goes to out and err
setup() {
	cd "$BATS_TEST_TMPDIR" || exit
	touch out err
}

teardown() {
	local id

	show_failure out err
	for pid in $(jobs -p); do
		kill -KILL "$pid" || :
	done
	wait
	for id in $("$pktmeta" --no-header list | awk '{ print $1 }'); do
		"$pktmeta" del "$id"
	done
	if [ -e /sys/class/net/veth5 ]; then
		ip link set veth0 xdpdrv off
		ip link del veth5
	fi
}

# Commands that end by themselves

# fails STATUS PATTERN COMMAND...: one line on stderr that matches, no output
fails() {
	run "-$1" --separate-stderr timeout 60 "${@:3}"
	one_line "$stderr" "$2"
	[ -z "$output" ] || fail "it wrote to stdout"
}

# answers PATTERN COMMAND...: one line that matches, nothing on stderr
answers() {
	run -0 --separate-stderr timeout 60 "${@:2}"
	one_line "$output" "$1"
	[ -z "$stderr" ] || fail "it complained"
}

# helps PROGRAM WORD...: its --help lists them
helps() {
	local word

	run -0 --separate-stderr "$1" --help
	[ -z "$stderr" ] || fail "--help wrote to stderr"
	for word in "${@:2}"; do
		grep -q -- "$word" <<<"$output" || fail "--help does not list $word"
	done
}

# Those in the background

attached() {
	[[ $(ip link show "$dev") = *prog/xdp* ]]
}

detached() {
	! attached || fail "there is a program on $dev"
}

# start ARGS...: the viewer on $dev in the background, its pid is in $pid
start() {
	"$viewer" "$@" "$dev" >out 2>err &
	pid=$!
	until_true "the viewer is attached" attached
}

has_ended() {
	! kill -0 "$pid"
}

# ends STATUS: the viewer has done so and left nothing on the device
ends() {
	local status=0

	until_true "the viewer has ended" has_ended
	wait "$pid" || status=$?
	[ "$status" -eq "$1" ] || fail "the viewer returned $status, not $1"
	until_true "the program is off the device" detached
}

# stop SIGNAL [STATUS]: the viewer ends because of it
stop() {
	kill "-$1" "$pid"
	ends "${2-0}"
}

# row N PATTERN: the Nth line that the viewer wrote matches
row() {
	sed -n "$1p" out | grep -Eq -- "$2" || fail "row $1 is not '$2'"
}

# rows N [PATTERN]: it wrote N of them, or N that match
rows() {
	[ "$(grep -Ec -- "${2-}" out)" -eq "$1" ] || fail "not $1 rows ${2-}"
}

# says FILE PATTERN: one of its lines matches
says() {
	grep -Eq -- "$2" "$1" || fail "$1 does not say '$2'"
}

quiet() {
	[ ! -s err ] || fail "there was something to complain about"
}

# What comes in

on_peer() {
	ip netns exec peer "$@"
}

# pings ADDRESS...: one to each
pings() {
	local to

	for to; do
		on_peer ping -q -c 1 "$to"
	done
}

# datagrams ADDRESS...: one to each, where the example may take it
datagrams() {
	local to

	for to; do
		echo hello | on_peer socat -u - "UDP-SENDTO:$to:7000"
	done
}

# bats test_tags=base
@test "the viewer on a kernel without the feature" {
	fails 1 "this kernel can't bind XDP programs" "$viewer" veth0
	fails 1 "this kernel has no packet metadata fields" "$viewer" --field u8 veth0
	detached
}

# bats test_tags=base
@test "pktmeta on a kernel without the feature" {
	fails 1 "this kernel has no packet metadata fields" "$pktmeta" list
}

@test "help" {
	helps "$viewer" --count --field --json --no-header --debug --help IFACE
}

@test "bad usage" {
	fails 2 "unrecognized option '--nonsense'" "$viewer" --nonsense veth0
	fails 2 "--count takes a number" "$viewer" --count ten veth0
	fails 2 "--count takes a number" "$viewer" --count 0 veth0
	fails 2 "--count takes a number" "$viewer" --count -1 veth0
	fails 2 "one interface" "$viewer"
	fails 2 "one interface" "$viewer" veth0 lo
}

@test "unknown interface" {
	fails 1 "no interface 'nope' here: 'ip link'" "$viewer" nope
}

@test "no native XDP" {
	fails 1 "lo has no native XDP" "$viewer" lo
}

@test "not root" {
	fails 1 "run it as root" "${nobody[@]}" "$viewer" veth0
	detached
}

@test "no BTF" {
	fails 1 "CONFIG_DEBUG_INFO_BTF=y" unshare -m sh -c \
		"mount -t tmpfs none /sys/kernel/btf && exec $viewer veth0"
	detached
}

# more queues on the peer's side than veth takes with XDP
@test "the driver refuses" {
	ip link add veth1 numrxqueues 1 numtxqueues 1 type veth \
		peer name veth2 numrxqueues 2 numtxqueues 2
	fails 1 "veth1 doesn't take the program: .*queues" "$viewer" veth1
	dev=veth1
	detached
	ip link del veth1
}

@test "table" {
	start --count 2
	pings 10.0.0.2 10.0.0.2
	ends 0
	rows 4
	row 1 '^veth0 offers RX metadata: timestamp, hash, VLAN tag; XDP: native, redirect, multi-buffer; 3 of 3 reads inlined$'
	row 2 'proto .*source .*destination .*rx timestamp .*hash .*hash covers .*VLAN'
	row 3 '^ +1 +ICMP +10\.0\.0\.1 +10\.0\.0\.2 +- ENODATA +0x[0-9a-f]{8} +[a-zA-Z].* - ENODATA$'
	row 4 '^ +2 +ICMP '
	quiet

	start --count 1 --no-header
	pings fd00::2
	ends 0
	rows 1 '^ +1 +ICMPv6 +fd00::1 +fd00::2 '
	rows 1
}

@test "JSON" {
	start --json --count 3
	pings 10.0.0.2 fd00::2 10.0.10.2
	ends 0
	rows 3
	python3 -m json.tool --json-lines --compact out json
	[ "$(wc -l <json)" -eq 3 ] || fail "not one object per frame"
	says json '"frame":1,"length":98,.*"rx_timestamp":\{"error":"ENODATA"\}'
}

# one flow has one hash, and flows differ in it
@test "hash of flows" {
	start --json --count 6
	for _ in 1 2 3; do
		on_peer bash -c 'exec 3>/dev/udp/10.0.0.2/7000; echo a >&3; echo b >&3'
	done
	ends 0
	rows 6 '"proto":"UDP".*"dport":7000,.*"covers":"L4 any"'

	# lines of: source port, hash
	sed -E 's/.*"sport":([0-9]+).*"hash":"(0x[0-9a-f]+)".*/\1 \2/' out | sort -u >flows
	[ "$(wc -l <flows)" -eq 3 ] || fail "not three flows with a hash each"
	[ "$(cut -d ' ' -f 2 flows | sort -u | wc -l)" -gt 1 ] ||
		fail "different flows, all with the same hash"
}

@test "VLAN" {
	start --json --count 1
	pings 10.0.10.2
	ends 0
	row 1 '"src":"10.0.10.1".*"rx_vlan_tag":\{"proto":"0x8100","vid":10,"pcp":3,"dei":0\}.*"tags_in_frame":\[\]'

	start --no-header --count 1
	pings 10.0.10.2
	ends 0
	row 1 '802\.1Q 10 prio 3$'
}

# the outer of two tags is taken off, the inner one stays
@test "tag in the frame" {
	start --json --count 1
	pings 10.0.20.2
	ends 0
	row 1 '"proto":"ICMP".*"src":"10.0.20.1".*"rx_vlan_tag":\{"proto":"0x8100","vid":10,.*"tags_in_frame":\[\{"proto":"0x8100","vid":20,'
}

# three of each packet
@test "fragments" {
	start --json --count 6
	on_peer ping -q -c 1 -s 4000 10.0.0.2
	on_peer ping -q -c 1 -s 4000 fd00::2
	ends 0
	rows 2 '"proto":"ICMP","fragment":true'
	rows 2 '"proto":"ICMPv6","fragment":true'
}

# veth takes only programs that know of fragments with this MTU
@test "multi-buffer" {
	ip link set veth0 mtu 9000
	ip -n peer link set veth0 mtu 9000
	start --json --count 1
	on_peer ping -q -c 1 -s 8000 10.0.0.2
	ends 0
	row 1 '"length":8042,.*"proto":"ICMP","fragment":false,"src":"10.0.0.1","dst":"10.0.0.2"'
	ip link set veth0 mtu 1500
	ip -n peer link set veth0 mtu 1500
}

@test "detached after --count" {
	start --count 5
	on_peer ping -q -c 5 -i 0.1 10.0.0.2
	ends 0
}

@test "detached after SIGINT" {
	start
	stop INT
}

@test "detached after SIGTERM" {
	start
	stop TERM
}

@test "detached after SIGKILL" {
	start
	stop KILL 137
}

@test "detached after a write error" {
	"$viewer" --json veth0 >/dev/full 2>err &
	pid=$!
	until_true "the viewer is attached" attached
	pings 10.0.0.2
	ends 1
	says err "can't write the output: No space left"
}

@test "a second viewer" {
	start --json --count 1
	fails 1 "another XDP program is on veth0 already, id [0-9]" "$viewer" veth0
	attached || fail "the second one took the first one's program off"
	pings 10.0.0.2
	ends 0
	says out '"frame":1,'
}

@test "the interface goes away" {
	ip link add veth3 type veth peer name veth4
	dev=veth3
	start
	ip link del veth3
	ends 1
	says err "veth3 is gone"
}

no_more_output() {
	local before

	before=$(wc -l <out)
	sleep 3
	[ "$before" -gt 0 ] && [ "$(wc -l <out)" -eq "$before" ]
}

@test "lost frames" {
	local shown lost

	start --json
	kill -STOP "$pid"
	on_peer ping -q -f -c 3000 10.0.0.2
	kill -CONT "$pid"
	until_true "all that the ring buffer had is shown" no_more_output
	stop INT
	shown=$(wc -l <out)
	lost=$(sed -n 's/.*: \([0-9]*\) frames were not shown.*/\1/p' err)
	[ -n "$lost" ] || fail "$shown frames shown, none reported as lost"
	[ $((shown + lost)) -ge 3000 ] || fail "$shown shown, $lost lost, not 3000"
}

# tap has native XDP, but no metadata
@test "no values" {
	local writer

	python3 - <<-'END' &
	import fcntl, struct, time
	tap = open('/dev/net/tun', 'r+b', buffering=0)
	# TUNSETIFF; IFF_TAP | IFF_NO_PI
	fcntl.ioctl(tap, 0x400454ca, struct.pack('16sH22x', b'tap0', 0x1002))
	while True:
	    try:
	        tap.write(b'\xff' * 6 + b'\x02\0\0\0\0\1' + b'\x88\xb5' + b'\0' * 46)
	    except OSError:
	        pass    # not up yet
	    time.sleep(0.1)
	END
	writer=$!
	until_true "there is a tap0" ip link show tap0
	ip link set tap0 up
	timeout 60 "$viewer" --count 3 --no-header tap0 >out 2>err
	one_line "$(<err)" "note: the driver of tap0 gives no RX metadata"
	rows 3 ' 0x88b5 +02:00:00:00:00:01 +ff:ff:ff:ff:ff:ff +- EOPNOTSUPP +- EOPNOTSUPP - +- EOPNOTSUPP$'

	# it is said before the first frame comes
	kill -STOP "$writer"
	dev=tap0
	start
	until_true "there is the note" says err "note: the driver of tap0"
	until_true "there is nothing but the head line" rows 1
	stop INT
}

# Packet metadata fields in the viewer

# le32 NUMBER...: as bytes
le32() {
	local n

	for n; do
		printf '%02x ' $((n & 255)) $((n >> 8 & 255)) $((n >> 16 & 255)) $((n >> 24))
	done
}

# what comes to veth0 goes to veth6, and has fields if it is IPv4
set_up_fields() {
	local args name size

	dev=veth6
	ip link add veth5 type veth peer name veth6
	ip -batch - <<-END
		link set veth5 addrgenmode none
		link set veth6 addrgenmode none
		link set veth5 up
		link set veth6 up
		link set veth0 xdpdrv object $BUILD/viewer/set_fields.bpf.o section xdp
	END
	args=$(</sys/class/net/veth5/ifindex)
	while read -r name size; do
		"$pktmeta" --no-header -p new "$name" "$size" >out
		args+=" $(awk '{ print $1 }' out) $size"
	done <<-'END'
		u8 1
		u16 2
		u32 4
		u64 8
		six" 6
	END
	# shellcheck disable=SC2046,SC2086 # several numbers
	bpftool map update name set_fiel.bss key hex 00 00 00 00 value hex $(le32 $args)
}

@test "fields in a table" {
	set_up_fields
	start --count 2 --field u32 --field 'six"'
	datagrams 10.0.0.2 '[fd00::2]'
	ends 0
	row 1 '; 3 of 5 reads inlined$'
	row 2 ' hash covers  u32        six"         VLAN$'
	row 3 '^ +1  UDP .* -            67305985   010203040506 - ENODATA$'
	row 4 '^ +2  UDP .* -            - ENODATA  - ENODATA    - ENODATA$'
	quiet
}

@test "fields in JSON" {
	set_up_fields
	start --json --count 2 --field u8 --field u16 --field u64 --field 'six"' --field u8
	datagrams 10.0.0.2 '[fd00::2]'
	ends 0
	python3 -m json.tool --json-lines --compact out json
	mv json out
	row 1 '"fields":\{"u8":\{"value":1\},"u16":\{"value":513\},"u64":\{"value":578437695752307201\},"six\\"":\{"value":"010203040506"\}\}\}'
	row 2 '"fields":\{"u8":\{"error":"ENODATA"\},"u16":\{"error":"ENODATA"\},.*"error":"ENODATA"\}\}\}$'
}

@test "a field is removed" {
	set_up_fields
	start --no-header --count 1 --field u32
	"$pktmeta" del u32
	"$pktmeta" -p new u32 4
	datagrams 10.0.0.2
	ends 0
	row 1 ' - ENOENT   - ENODATA$'
}

@test "field errors" {
	local name

	for name in nope '' "$(printf '%0300d' 0)"; do
		fails 1 "no field '$name': 'pktmeta list' .* 'pktmeta new $name SIZE'" \
			"$viewer" --field "$name" veth0
	done
	fails 2 "--field: 4 fields at most" "$viewer" -f a -f b -f c -f d -f e veth0
	fails 2 "requires an argument" "$viewer" --field
	detached
}

# the kernel says so in its BTF
@test "a field without the kfunc" {
	hold tenant 4
	unshare -m sh -c "sed s/bpf_xdp_packet_metadata_get/bpf_xdp_packet_metadata_gex/ \
			/sys/kernel/btf/vmlinux >vmlinux
		mount -t tmpfs none /sys/kernel/btf && cp vmlinux /sys/kernel/btf
		$viewer --field tenant veth0 2>with; exec $viewer --count 1 veth0" >out 2>err &
	pid=$!
	until_true "the viewer is attached" attached
	pings 10.0.0.2
	ends 0
	says with 'this kernel has no kfunc bpf_xdp_packet_metadata_get'
	says out '; 3 of 3 reads inlined$'
}

# The AF_XDP example

@test "xsk_metadata: help" {
	helps "$xsk" --port --count --copy --chunk-size --headroom --unaligned --debug \
		--help IFACE
}

@test "xsk_metadata: errors" {
	fails 2 "unrecognized option '--nonsense'" "$xsk" --nonsense veth0
	fails 2 "--port takes a number from 1 to 65535" "$xsk" --port 0 veth0
	fails 2 "--chunk-size takes a number" "$xsk" --chunk-size 9000 veth0
	fails 2 "one interface" "$xsk"
	fails 1 "no interface 'nope' here: 'ip link'" "$xsk" nope
	fails 1 "lo has no native XDP" "$xsk" lo
	fails 1 "chunks are 2048 or 4096 bytes" "$xsk" --chunk-size 3000 veth0
	detached
	viewer=$xsk
	start
	fails 1 "somebody else has one" "$xsk" veth0
}

# xsk_row N VLAN: one line for a frame
xsk_row() {
	row "$1" "^ +$1  queue 0 +length [0-9]+ +time - hash 0x[0-9a-f]{8} type 0x8 vlan $2\$"
}

@test "xsk_metadata: frames" {
	viewer=$xsk
	start --port 7000 --count 3
	# what is not for the example passes
	pings 10.0.0.2
	datagrams 10.0.0.2 10.0.10.2 '[fd00::2]'
	ends 0
	rows 3
	xsk_row 1 -
	xsk_row 2 '0x8100 id 10 prio 3'
	xsk_row 3 -
	quiet
}

@test "xsk_metadata: layouts" {
	local options

	viewer=$xsk
	for options in "--copy --headroom 64" "--chunk-size 2048" \
		"--unaligned --chunk-size 3000 --headroom 100"; do
		echo "with $options"
		# shellcheck disable=SC2086 # several options
		start --port 7000 --count 1 $options
		datagrams 10.0.10.2
		ends 0
		xsk_row 1 '0x8100 id 10 prio 3'
	done
}

@test "xsk_metadata: detached after SIGINT" {
	viewer=$xsk
	start
	stop INT
}

@test "xsk_metadata: detached after SIGTERM" {
	viewer=$xsk
	start
	stop TERM
}

# pktmeta

no_fields() {
	run -0 "$pktmeta" --no-header list && [ -z "$output" ]
}

# hold ARGS...: a field, in the background; its pid is in $pid
hold() {
	"$pktmeta" --no-header new "$@" >out 2>err &
	pid=$!
	until_true "the field $1 is held" says err "holding '$1' until Ctrl-C"
}

@test "pktmeta: help" {
	helps "$pktmeta" list new del watch --persistent --json --no-header --help
}

@test "pktmeta: bad usage" {
	local args

	fails 2 "unrecognized option '--nonsense'" "$pktmeta" --nonsense list
	for args in "" "nonsense" "list more" "new" "new name" "del" "watch more" \
		"-p list" "-p del name"; do
		# shellcheck disable=SC2086 # several arguments
		fails 2 "list, new NAME SIZE, del NAME or watch" "$pktmeta" $args
	done
}

@test "pktmeta: new, del" {
	answers '^ +[0-9]+    4     1 yes        tenant$' "$pktmeta" --no-header -p new tenant 4
	answers ' 4     2 yes        tenant$' "$pktmeta" --no-header -p new tenant 4
	answers ' 4     2 yes        tenant$' "$pktmeta" --no-header list
	"$pktmeta" list >out
	row 1 '^ *id size  refs persistent name$'
	"$pktmeta" del tenant
	"$pktmeta" del "$("$pktmeta" --no-header list | awk '{ print $1 }')"
	no_fields
}

@test "pktmeta: JSON" {
	local name='a"b\c'

	answers '^\{"id":[0-9]+,"name":".*","size":32,"refs":1,"persistent":true\}$' \
		"$pktmeta" --no-header -j -p new "$name" 32
	"$pktmeta" -j list | python3 -c 'import json, sys; print(json.load(sys.stdin)["name"])' >out
	[ "$(<out)" = "$name" ]
	"$pktmeta" del "$name"
	no_fields
}

# the reference goes with the command
@test "pktmeta: held" {
	local signal

	for signal in INT TERM; do
		echo "SIG$signal"
		hold tenant 4
		row 1 '^ +[0-9]+    4     1 no         tenant$'
		stop "$signal"
		no_fields
	done
}

@test "pktmeta: the owner is killed" {
	hold tenant 4
	stop KILL 137
	until_true "the field is gone" no_fields
}

@test "pktmeta: refused" {
	local id

	fails 1 "1 to 32 bytes, not '0'" "$pktmeta" new tenant 0
	fails 1 "1 to 32 bytes, not '33'" "$pktmeta" new tenant 33
	fails 1 "1 to 32 bytes, not 'four'" "$pktmeta" new tenant four
	fails 1 "1 to 31 printable characters" "$pktmeta" new 'two words' 4
	fails 1 "1 to 31 printable characters" "$pktmeta" new '' 4
	fails 1 "1 to 31 printable characters" "$pktmeta" new "$(printf '%032d' 0)" 4
	fails 1 "no field 'nope': 'pktmeta list'" "$pktmeta" del nope
	fails 1 "no field '4711': 'pktmeta list'" "$pktmeta" del 4711
	fails 1 "no field '0*': 'pktmeta list'" "$pktmeta" del "$(printf '%0300d' 0)"

	"$pktmeta" --no-header -p new tenant 4 >out
	# the same in 32 bits
	id=$((2 ** 32 + $(awk '{ print $1 }' out)))
	fails 1 "no field '$id': 'pktmeta list'" "$pktmeta" del "$id"
	"$pktmeta" del tenant

	hold tenant 4
	fails 1 "has 4 bytes already, not 8" "$pktmeta" new tenant 8
	fails 1 "it goes when the programs that hold it end" "$pktmeta" del tenant
}

@test "pktmeta: full" {
	local i

	"$pktmeta" -p new a 32
	"$pktmeta" -p new b 32
	fails 1 "no room for 1 bytes more: .*'pktmeta del' makes room" "$pktmeta" new c 1
	"$pktmeta" del a
	for i in {1..15}; do
		"$pktmeta" -p new "f$i" 1
	done
	fails 1 "no room for 1 bytes more: There are 16 fields already" "$pktmeta" new c 1
	"$pktmeta" del b
	for i in {1..15}; do
		"$pktmeta" del "f$i"
	done
	no_fields
}

@test "pktmeta: not root" {
	hold tenant 4
	fails 1 "run it as root" "${nobody[@]}" "$pktmeta" new tenant 4
	fails 1 "run it as root" "${nobody[@]}" "$pktmeta" del tenant
	fails 1 "run it as root" unshare --user --map-root-user --net "$pktmeta" new tenant 4
	answers tenant "${nobody[@]}" "$pktmeta" --no-header list
}

@test "pktmeta: netns" {
	hold tenant 4
	answers tenant ip netns exec peer "$pktmeta" --no-header list
}

@test "pktmeta: watch" {
	"$pktmeta" --no-header watch >out 2>err &
	pid=$!
	# until it listens: what isn't seen is made again
	for _ in {1..100}; do
		"$pktmeta" -p new tenant 4
		"$pktmeta" del tenant
		[ ! -s out ] || break
		sleep 0.2
	done
	# what is seen first may be half of the above
	"$pktmeta" -p new last 4
	"$pktmeta" del last
	until_true "the last one is seen to go" says out '^del .* last$'
	stop INT
	quiet
	tail -n 2 out >last
	mv last out
	row 1 '^new .* last$'
	row 2 '^del .* last$'
}

@test "pktmeta: write error" {
	fails 1 "can't write the output: No space left" sh -c "exec $pktmeta list >/dev/full"
}

# The examples

# example NAME PATTERN: it says so of frames, and exits on a signal
example() {
	viewer=$BUILD/examples/$1
	start
	for _ in {1..50}; do
		on_peer ping -q -c 2 -i 0.1 10.0.0.2 || :
		sleep 0.5
		grep -Eq "$2" out && break
	done
	says out "$2"
	stop INT
	quiet
}

@test "examples/minimal" {
	example minimal '^[1-9][0-9]* frames, hash of the last one 0x[0-9a-f]{8}$'
}

@test "examples/pass_tc" {
	example pass_tc '^([1-9][0-9]*) frames with a hash, TC saw \1, the last one 0x[0-9a-f]{8}$'
	[ -z "$(tc filter show dev veth0 ingress)" ] || fail "the TC program is still there"
}

@test "examples/cpumap" {
	example cpumap '^[1-9][0-9]* frames redirected, hash (0x[0-9a-f]{8}); 0 with a VLAN tag; [1-9][0-9]* in the stack, hash \1$'
}

serves() {
	[ -n "$(ss -Hlun 'sport = 7001')" ]
}

# what tenant 66 sends is dropped, the server knows who sent the rest
@test "examples/tenant" {
	ip -n peer addr add 10.0.66.1/24 dev veth0
	viewer=$BUILD/examples/tenant
	start
	until_true "the server is there" serves
	for _ in {1..50}; do
		echo hello | on_peer socat -u - UDP-SENDTO:10.0.0.2:7001,bind=10.0.66.1
		echo hello | on_peer socat -u - UDP-SENDTO:10.0.0.2:7001
		! grep -q 'tenant 0, [1-9]' out || break
		sleep 0.2
	done
	says out '^6 bytes of tenant 0, [1-9][0-9]* packets dropped so far$'
	rows 0 'tenant 66'
	answers ' 4     1 no         tenant$' "$pktmeta" --no-header list
	stop INT
	quiet
	until_true "the field is gone" no_fields
	[ -z "$(tc filter show dev veth0 ingress)" ] || fail "the TC program is still there"
}

@test "examples/xsk" {
	example xsk '^ +98 bytes, hash 0x[0-9a-f]{8}$'
}

# of the last line
counts_tasks() {
	awk '{ others = $1 > $4 + 0 } END { exit !(others && $4 > 0) }' out
}

@test "examples/affinity" {
	"$BUILD/examples/affinity" 1 1 >out 2>err &
	pid=$!
	until_true "it runs" [ -s out ]
	taskset -c 0 sh -c 'true & wait'
	until_true "it counts tasks, and others" counts_tasks
	stop INT
}

@test "examples: errors" {
	local name

	for name in minimal pass_tc xsk cpumap tenant; do
		fails 2 'IFACE, the name of a network device' "$BUILD/examples/$name" nope
	done
	detached
}
