#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
#
# scripts/splat-check: finds each kernel splat, and nothing in a log that has none

load helper

setup() {
	cd "$BATS_TEST_TMPDIR" || exit
	check=$ROOT/scripts/splat-check
	logs=$ROOT/tests/splats
	bad=$logs/bad/warning.log
}

# all STATUS LOG...: splat-check ends with the status for each log
all() {
	local log rc failed=0

	for log in "${@:2}"; do
		rc=0
		"$check" "$log" >out 2>&1 || rc=$?
		[ "$rc" -ne "$1" ] || continue
		echo "${log##*/}: status $rc, not $1"
		cat out
		failed=1
	done
	return "$failed"
}

# with VARIABLE LINE [LOG]: splat-check on a splat, with a list of that line
with() {
	echo "$2" >list
	env "$1=list" "$check" "${3-$bad}"
}

@test "each splat is found" {
	all 2 "$logs"/bad/*.log
}

@test "logs without one pass" {
	all 0 "$logs"/good/*.log
}

@test "each regular expression has a sample" {
	sed -E 's/^\[ *[0-9.]+\](\[ *T[0-9]+\])? //; s/\r$//' "$logs"/bad/*.log >samples
	grep -vE '^[[:space:]]*(#|$)' "$ROOT/scripts/splats" >expressions
	while IFS= read -r re; do
		grep -qE -- "$re" samples || echo "$re"
	done <expressions >untested
	is '' cat untested
}

@test "a splat in a longer log is shown with its number and lines around" {
	{
		printf '[    1.000000] line %s\n' {1..20}
		cat "$bad"
	} >log
	run -2 "$check" log
	grep -q 'line 21 of' <<<"$output"
	grep -q 'line 16$' <<<"$output"
	grep -q 'Modules linked in' <<<"$output"
}

@test "an exception counts for its line only" {
	list='^WARNING: .* at kernel/bpf/offload.c:181 ## the sample of this test'
	run -0 with SPLATS_ALLOW "$list"
	run -2 with SPLATS_ALLOW "$list" "$logs/bad/kasan.log"
}

@test "an exception without a reason is an error" {
	run -1 with SPLATS_ALLOW '^WARNING: .*'
	run -1 with SPLATS_ALLOW '^WARNING: .* ## '
}

@test "a list that is missing, empty or broken is an error, and so is no log" {
	run -1 env SPLATS_ALLOW=none "$check" "$bad"
	run -1 env SPLATS=none "$check" "$bad"
	run -1 with SPLATS '# nothing'
	run -1 with SPLATS '(broken'
	run -1 "$check" none
}
