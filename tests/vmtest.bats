#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
#
# scripts/vmtest: what it passes on from the VM, what it makes of a VM that fails,
# and what it leaves behind. Boots about 15 times, build/kernel/patched/bzImage or
# the kernel that VMTEST_KERNEL names. vmtest's packages have to be there: it says
# what it installs, and the tests look at what it says.

# shellcheck disable=SC2030,SC2031 # each test is a subshell
load helper

kernel=$(readlink -f "${VMTEST_KERNEL:-$BUILD/kernel/patched/bzImage}")
vmtest=("$ROOT/scripts/vmtest")

# fail_logs: the logs of failures that were there before stay
fail_logs() {
	find "$BUILD/vm" -name 'fail.*.log' | sort
}

setup_file() {
	mkdir -p "$BUILD/vm"
	fail_logs >"$BATS_FILE_TMPDIR/before"
}

teardown_file() {
	fail_logs | comm -13 "$BATS_FILE_TMPDIR/before" - | xargs -r -d '\n' rm
}

setup() {
	cd "$ROOT/tests" || exit
	checkout='' qemu=''
}

teardown() {
	show_failure
	for pid in $(jobs -p) $qemu; do
		kill "$pid" || :
	done
	rm -rf "$checkout"
}

# vm STATUS ARG...: vmtest with this kernel ends with that status
vm() {
	run "-$1" --separate-stderr "${vmtest[@]}" -k "$kernel" "${@:2}"
}

# errs STATUS ARG...: and it says "error: ..." and nothing else
errs() {
	vm "$@"
	one_line "$stderr" '^error: '
}

# says LINE
says() {
	grep -qxF -- "$1" <<<"$output" || fail "no line '$1'"
}

# complains PATTERN
complains() {
	grep -q -- "$1" <<<"$stderr" || fail "stderr does not say '$1'"
}

@test "the exit status, stdout and stderr are passed on" {
	vm 42 -- sh -c 'echo to stdout; echo to stderr >&2; exit 42'
	[ "$output" = 'to stdout' ]
	[ "$stderr" = 'to stderr' ]
	vm 1 -- false
}

@test "the machine that a command finds" {
	# shellcheck disable=SC2016
	vm 0 -- bash -c 'pwd; id -u; uname -r
		touch /x 2>/dev/null || echo / is read-only
		touch /usr/x 2>/dev/null || echo /usr is read-only
		touch /tmp/x /run/x "$HOME/x" && echo /tmp, /run and HOME are writable
		ls /sys/class/net | tr "\n" " "; cat /sys/class/net/lo/flags
		findmnt -rno FSTYPE
		echo "$1 ${#2} $3"
		echo /dev/stdout can be opened >/dev/stdout
		cat; echo end of stdin' sh 'a  b' '' "q'\"\$x"
	says "$ROOT/tests"
	says 0
	says '/ is read-only'
	says '/usr is read-only'
	says '/tmp, /run and HOME are writable'
	grep -q '0x9$' <<<"$output" || fail "the loopback device is not up"
	for fs in bpf debugfs tracefs cgroup2 proc sysfs devpts; do
		says "$fs"
	done
	says "a  b 0 q'\"\$x"
	says '/dev/stdout can be opened'
	says 'end of stdin'
	[ -z "$stderr" ] || fail "stderr is not empty"
}

@test "output streams while the command runs, and when nobody reads any more it ends" {
	local line status=0

	mkfifo "$BATS_TEST_TMPDIR/fifo"
	"${vmtest[@]}" -k "$kernel" -- sh -c 'echo first; sleep 300' >"$BATS_TEST_TMPDIR/fifo" \
		3>&- &
	read -r -t 120 line <"$BATS_TEST_TMPDIR/fifo"
	[ "$line" = first ]
	wait $! || status=$?
	[ "$status" -eq 141 ] || fail "status $status, not 141"
}

@test "a checkout in /tmp, /root and /run" {
	vmtest=(../scripts/vmtest)
	for where in /tmp /root /run; do
		echo "in $where"
		checkout=$(mktemp -d "$where/vm test.XXXXXX")
		mkdir -p "$checkout/scripts" "$checkout/a b"
		cp "$ROOT"/scripts/{lib.sh,vmtest,vm-init,splat-check,splats,splats.allow} \
			"$checkout/scripts/"
		echo "here it is" >"$checkout/a b/file"
		cd "$checkout/a b" || exit
		vm 0 -- cat file
		[ "$output" = "here it is" ]
		rm -rf "$checkout"
	done
}

@test "out of time: status 124, one line says so, and what came before is there" {
	# a busy machine may need longer to boot
	for limit in 15 60 180; do
		errs 124 -t "$limit" -- sh -c 'echo begun; sleep 600'
		[ -z "$output" ] || break
	done
	[ "$output" = begun ]
}

@test "a panic: status 125, it is shown, and that the VM died" {
	vm 125 -- sh -c 'echo c >/proc/sysrq-trigger; sleep 60'
	complains 'Kernel panic - not syncing: sysrq triggered crash'
	complains '^error: the VM died'
}

@test "a reset: status 125, and one line says so" {
	errs 125 -- sh -c 'echo b >/proc/sysrq-trigger; sleep 60'
}

@test "a warning: status 125, it is shown, and the log is kept where it says" {
	vm 125 -- sh -c 'echo "WARNING: CPU: 0 PID: 7 at net/core/xdp.c:55" >/dev/kmsg'
	complains 'WARNING: CPU: 0 PID: 7'
	grep 'WARNING: CPU: 0' "$(sed -n 's/^error: .*kernel log: //p' <<<"$stderr")"
}

@test "a warning on a quiet console, in a command that fails, is shown once" {
	vm 3 -- sh -c 'dmesg -n 1
		echo "WARNING: CPU: 0 PID: 7 at net/core/xdp.c:55" >/dev/kmsg; exit 3'
	[ "$(grep -c 'WARNING: CPU: 0' <<<"$stderr")" -eq 1 ]
}

@test "a tainted kernel: status 125, but an out-of-tree module is no fault" {
	vm 125 -- sh -c 'echo 512 >/proc/sys/kernel/tainted'
	vm 0 -- sh -c 'echo 4096 >/proc/sys/kernel/tainted'
}

@test "no such command: status 127 and one line" {
	errs 127 -- no-such-command
}

@test "no such kernel, no command, not root: status 1 and one line" {
	errs 1
	errs 1 -k none -- true
	vmtest=("${nobody[@]}" "${vmtest[@]}")
	errs 1 -- true
	complains root
}

@test "no kernel at all: a line says so" {
	run ! --separate-stderr "${vmtest[@]}" -k "${vmtest[0]}" -t 60 -- true
	complains '^error: '
}

qemu_runs() {
	qemu=$(pgrep -P "$pid" qemu)
}

qemu_ended() {
	! kill -0 "$qemu"
}

@test "QEMU ends with it, and what SIGKILL left is removed by the next run" {
	for signal in INT TERM KILL; do
		echo "SIG$signal"
		# a background job would ignore SIGINT
		setsid env --default-signal=INT "${vmtest[@]}" -k "$kernel" -- sleep 300 3>&- &
		pid=$!
		until_true "QEMU runs" qemu_runs
		kill "-$signal" "$pid"
		wait "$pid" || :
		until_true "QEMU ended" qemu_ended
		qemu=
	done
	find "$BUILD/vm" -name "run.$pid.*" | grep . || fail "nothing is left"
	vm 0 -- true
	[ -z "$(find "$BUILD/vm" -name "run.$pid.*")" ] || fail "it is still there"
}
