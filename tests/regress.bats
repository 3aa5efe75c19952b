#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
#
# What scripts/regress makes of the output of selftests on two kernels

load helper

setup() {
	cd "$BATS_TEST_TMPDIR" || exit
}

# job NAME STATUS [LINE...]: the output of a job, as the VM sends it
job() {
	printf '=== regress: begin %s\n' "$1"
	[ $# -eq 2 ] || printf '%s\n' "${@:3}"
	printf '\n=== regress: end %s %s\n' "$1" "$2"
}

# progs: that of test_progs, which passes or fails
progs_pass() {
	job test_progs/xdp 0 '#255/1    xdp/one:OK' '#255/2    xdp/two:SKIP' '#255      xdp:OK' \
		'Summary: 1/1 PASSED, 1 SKIPPED, 0 FAILED'
}
progs_fail() {
	job test_progs/xdp 1 '#255/1    xdp/one:FAIL' '#255/2    xdp/two:SKIP' '#255      xdp:FAIL' \
		'' 'All error logs:' '#255/1    xdp/one:FAIL' '#255      xdp:FAIL' \
		'Summary: 0/0 PASSED, 1 SKIPPED, 1 FAILED'
}

# compare STATUS [PATTERN...]: base.log and patched.log give this status, and each
# of the patterns is in what is said of them
compare() {
	local pattern

	run "-$1" "$ROOT/scripts/regress" --compare base.log patched.log
	for pattern in "${@:2}"; do
		grep -qE -- "$pattern" <<<"$output" || { echo "no '$pattern'"; return 1; }
	done
}

@test "the same" {
	progs_pass | tee base.log >patched.log
	compare 0 '^ok 1 test_progs/xdp$' '^test_progs +1 +0 +1 +1 +0 +1$'
}

@test "one that fails now" {
	progs_pass >base.log
	progs_fail >patched.log
	compare 1 '^not ok 1 test_progs/xdp$' '^test_progs/xdp/one +ok +FAIL'
}

@test "one that failed and does no longer" {
	{ progs_fail; job test_tag 0 'test_tag: OK'; } >base.log
	{ progs_pass; job test_tag 0 'test_tag: OK'; } >patched.log
	compare 0 '^ok 1 test_progs/xdp$' '^test_progs/xdp/one +FAIL +ok'
}

@test "one that fails on both" {
	{ progs_fail; job test_tag 0 'test_tag: OK'; } | tee base.log >patched.log
	compare 0 '^test_progs/xdp/one +FAIL +FAIL'
}

@test "no result on one kernel, and none at all" {
	job test_tag 0 'test_tag: OK' >base.log
	: >patched.log
	compare 1 '^not ok 1 test_tag' '^test_tag +ok +-' '^error: nothing passed on the patched'
	: >base.log
	compare 1 '^error: nothing passed on the base'
}

@test "out of time" {
	job test_tag 0 'test_tag: OK' >base.log
	job test_tag 124 >patched.log
	compare 1 '^test_tag +ok +FAIL'
}

@test "skipped on one kernel" {
	job test_tag 0 'test_tag: OK' >base.log
	job test_tag 4 >patched.log
	compare 1 '^test_tag +ok +skip'
}

@test "a test that ends without a word" {
	job test_progs/xdp 0 '#255      xdp:OK' >base.log
	job test_progs/xdp 0 >patched.log
	compare 1 '^test_progs/xdp +ok +FAIL'
}

@test "the verifier's tests, one that fails, one that is lost" {
	job test_verifier 0 '#0/u add OK' '#0/p add OK' \
		'#1/p sub OK (NOTE: not executed due to unknown alignment)' \
		'#2/u is OK or not SKIP' 'Summary: 3 PASSED, 1 SKIPPED, 0 FAILED' >base.log
	cp base.log patched.log
	compare 0 '^test_verifier +3 +0 +1 +3 +0 +1$'
	sed 's,^#0/p add .*,#0/p add FAIL retval 1 != 2 (run 1/1),
	     s/^Summary.*/Summary: 2 PASSED, 1 SKIPPED, 1 FAILED/
	     s/verifier 0$/verifier 1/' base.log >patched.log
	compare 1 '^test_verifier #0/p add +ok +FAIL'
	grep -v '^#1/p' base.log >patched.log
	compare 1 '^test_verifier #1/p sub +ok +-' '^test_verifier +ok +FAIL'
}

@test "the steps of test_offload.py" {
	job test_offload.py 0 'Test one...' 'Test two...' 'test_offload.py: OK' >base.log
	job test_offload.py 1 'Test one...' 'Test two...' 'FAIL: not so' >patched.log
	compare 1 '^test_offload.py/two +ok +FAIL' '^test_offload.py +2 +0 +0 +1 +1 +0$'
}

@test "a test that prints TAP" {
	job test_xsk.sh 0 'ok 1 PASS: SKB POLL_RX' 'ok 2 # SKIP No 2M huge pages present.' >base.log
	job test_xsk.sh 1 'not ok 1 FAIL: SKB POLL_RX' 'ok 2 # SKIP No 2M huge pages present.' >patched.log
	compare 1 '^test_xsk.sh/SKB POLL_RX +ok +FAIL' '^test_xsk.sh +1 +0 +1 +0 +1 +1$'
}

@test "what runs twice: a difference counts if it is there again, a splat always does" {
	printf '%s\t%s\tok\n' job_{1,1,2,2,3,3} |
		tee first.base.results again.base.results >again.patched.results
	sed '/job_2/s/ok/FAIL/' first.base.results >first.patched.results
	printf 'job_3\tjob_3: nothing in the kernel log\tFAIL\n' >>first.patched.results
	is $'job_2\njob_3' "$ROOT/scripts/regress" --repeat .
	run -1 "$ROOT/scripts/regress" --report . job_{1,2,3}
	is $'KTAP version 1\nok 1 job_1\nok 2 job_2\nnot ok 3 job_3\n1..3' \
		sed -n '/^#/d; /^$/q; p' <<<"$output"
}
