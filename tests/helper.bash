# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Common ground of the tests of the scripts

bats_require_minimum_version 1.5.0
# What a command that was run printed is shown if its test fails
export BATS_VERBOSE_RUN=1

# shellcheck source=../scripts/lib.sh
. "$BATS_TEST_DIRNAME/../scripts/lib.sh"

# is TEXT COMMAND...: the command succeeds and prints the text
is() {
	run -0 "${@:2}"
	# shellcheck disable=SC2154 # run sets it
	diff -u --label expected --label printed - <(echo "$output") <<<"$1"
}

# not root. As for the capability, the checkout may lie where only root can look.
# shellcheck disable=SC2034
nobody=(setpriv --reuid 65534 --regid 65534 --clear-groups
	--inh-caps +dac_read_search --ambient-caps +dac_read_search)

# fail TEXT...: the test does, and says why
fail() {
	printf '%s\n' "$*"
	return 1
}

# one_line TEXT PATTERN: it is one, and matches
one_line() {
	if [[ $1 = *$'\n'* ]] || ! grep -Eq -- "$2" <<<"$1"; then
		fail "not one line '$2'"
	fi
}

# until_true WHAT COMMAND...
until_true() {
	for _ in {1..200}; do
		"${@:2}" >/dev/null 2>&1 && return
		sleep 0.1
	done
	fail "never came true: $1"
}

# show_failure [FILE...]: for teardown: if the test failed, what was on stderr and in
# the files
show_failure() {
	[ -z "$BATS_TEST_COMPLETED" ] || return 0
	[ -z "${stderr-}" ] || printf 'stderr: %s\n' "$stderr"
	[ $# -eq 0 ] || head -v -n 10 "$@"
}
