# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Common ground of all scripts here: where things are, how a stage is announced,
# how a script gives up. Sourced, never run:
#
#	. "$(dirname "$(readlink -f "$0")")/lib.sh"

set -euo pipefail

ROOT=$(dirname "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")")
BUILD=$ROOT/build
export ROOT BUILD

# A make that one of the scripts calls is not a part of the make that called the
# script: the selftests' Makefiles, for one, write to / if MAKELEVEL is not 0.
unset MAKELEVEL MAKEFLAGS MFLAGS MAKEOVERRIDES

# stage TEXT...: announce a long step
stage() {
	printf '==> %s\n' "$*"
}

# note TEXT...: something worth knowing inside of a step
note() {
	printf '    %s\n' "$*"
}

# warn TEXT...: something that has to be said aloud, but is no reason to stop
warn() {
	printf 'warning: %s\n' "$*" >&2
}

# die TEXT...: one line that says what is wrong and what to do, status 1
die() {
	printf 'error: %s\n' "$*" >&2
	exit 1
}

need_root() {
	[ "$(id -u)" -eq 0 ] ||
		die "this has to run as root: $0"
}

# need_packages PACKAGE...: install those Debian packages that are missing
need_packages() {
	local p missing=()

	for p in "$@"; do
		dpkg-query -W -f '${db:Status-Status}\n' "$p" 2>/dev/null |
			grep -qx installed || missing+=("$p")
	done
	[ ${#missing[@]} -gt 0 ] || return 0
	[ "$(id -u)" -eq 0 ] ||
		die "packages are missing: run this as root, or first: apt-get install ${missing[*]}"
	stage "installing ${#missing[@]} packages: ${missing[*]}"
	mkdir -p "$BUILD"
	# one at a time, for scripts may run side by side
	exec 5>"$BUILD/.apt.lock"
	flock 5
	# an update that fails may be due to an archive nobody needs here
	{
		apt-get -q update || :
		DEBIAN_FRONTEND=noninteractive apt-get -qy install \
			--no-install-recommends "${missing[@]}"
	} >"$BUILD/apt.log" 2>&1 </dev/null 5>&- ||
		die "apt-get could not install ${missing[*]}: is a package mirror reachable? see $BUILD/apt.log"
	exec 5>&-
}

# need_space MB: that much has to be free where build/ lies
need_space() {
	local free

	mkdir -p "$BUILD"
	free=$(df --output=avail -BM "$BUILD" | tail -n 1 | tr -dc 0-9)
	[ "$free" -ge "$1" ] ||
		die "$BUILD has $free MB free and $1 are needed: free some, or make build a symlink to a larger disk"
}

# The series and the tree they apply to. A series is a directory
# series/NN-topic here and a branch of that name in build/linux, each branch on
# top of the one before it, the first one on top of the branch base.

LINUX=$BUILD/linux

# kgit ARG...: git on the kernel's tree, whatever the user's configuration says
kgit() {
	env -u GIT_DIR -u GIT_WORK_TREE -u GIT_INDEX_FILE \
		GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null \
		LC_ALL=C.UTF-8 TZ=UTC \
		git -c safe.directory='*' -c core.hooksPath=/dev/null \
		    -c core.attributesFile=/dev/null \
		    -c gc.auto=0 -c maintenance.auto=false \
		    -c i18n.commitEncoding=UTF-8 -c i18n.logOutputEncoding=UTF-8 \
		    -c advice.detachedHead=false "$@"
}

# as_committer COMMAND...: with an identity that does not depend on the user, so
# that the same series gives the same commits everywhere
as_committer() {
	GIT_COMMITTER_NAME='make tree' GIT_COMMITTER_EMAIL='tree@localhost' "$@"
}

# series_names: one line NN-topic for each series in series/, in order
series_names() {
	local d

	for d in "$ROOT"/series/[0-9][0-9]-*/; do
		[ -d "$d" ] && basename "$d"
	done
	return 0
}

# series_patches NAME: the patches of a series in order, no cover letter
series_patches() {
	local p

	for p in "$ROOT/series/$1"/[0-9][0-9][0-9][0-9]-*.patch; do
		case ${p##*/} in
		0000-*)	;;
		*)	[ -f "$p" ] && printf '%s\n' "$p" ;;
		esac
	done
	return 0
}

# series_sum: one hash over all patches, to see whether one changed
series_sum() {
	local s p

	for s in $(series_names); do
		series_patches "$s" | while read -r p; do
			printf '%s/%s\n' "$s" "${p##*/}"
			cat "$p"
		done
	done | sha256sum | cut -d ' ' -f 1
}

# series_files: the files of the kernel that the series touch, sorted
series_files() {
	local s

	for s in $(series_names); do
		series_patches "$s"
	done | xargs -r sed -nE 's,^diff --git a/([^ ]+) b/([^ ]+)$,\1\n\2,p' | sort -u
}

# tree_branches: the series as branches of build/linux, in order
tree_branches() {
	kgit -C "$LINUX" for-each-ref --format='%(refname:strip=3)' \
		'refs/heads/series/*'
}

# need_tree: build/linux has to be there
need_tree() {
	[ -d "$LINUX/.git" ] || die "build/linux is not there: run make tree first"
}

# tree_synced: remember that series/ and the branches say the same now
tree_synced() {
	local b

	{
		for b in $(tree_branches); do
			echo "update refs/exported/$b refs/heads/series/$b"
		done
		kgit -C "$LINUX" for-each-ref --format='%(refname:strip=2)' \
			refs/exported/ | while read -r b; do
			kgit -C "$LINUX" rev-parse -q --verify \
				"refs/heads/series/$b" >/dev/null ||
				echo "delete refs/exported/$b"
		done
	} | kgit -C "$LINUX" update-ref --stdin
	kgit -C "$LINUX" config series.sum "$(series_sum)"
}

# version: of the series, the newest one in CHANGELOG.md
version() {
	sed -n 's/^## \([0-9.]*\).*/\1/p' "$ROOT/CHANGELOG.md" | head -n 1
}

# Debian's source packages

SOURCE=linux-source-6.1

# source_versions: the versions that apt knows of, newest first
source_versions() {
	apt-cache madison "$SOURCE" 2>/dev/null | awk '{ print $3 }' | sort -Vru
}

# source_update: let apt look at the archive again
source_update() {
	[ "$(id -u)" -eq 0 ] || return 0
	stage "asking the archive for its versions of $SOURCE"
	mkdir -p "$BUILD"
	apt-get -q update >"$BUILD/apt.log" 2>&1 </dev/null || :
}

# source_fetch VERSION: have build/deb/$SOURCE_VERSION_all.deb
source_fetch() {
	local deb=${SOURCE}_$1_all.deb dir=$BUILD/deb

	[ ! -f "$dir/$deb" ] || return 0
	need_space 400
	rm -rf "$dir/partial"
	mkdir -p "$dir/partial"
	stage "downloading $SOURCE $1"
	(
		cd "$dir/partial"
		apt-get -q -o APT::Sandbox::User=root download \
			"$SOURCE=$1" >"$BUILD/apt.log" 2>&1 </dev/null
	) || return 1
	mv "$dir/partial"/*.deb "$dir/$deb"
	rmdir "$dir/partial"
}

# source_tar VERSION: the tar archive of the fetched package on stdout
source_tar() {
	dpkg-deb --fsys-tarfile "$BUILD/deb/${SOURCE}_$1_all.deb" |
		tar -xO "./usr/src/$SOURCE.tar.xz" | xz -dc -T0
}

# Results, as KTAP. A script that tests calls ktap_begin, one of ktap_ok,
# ktap_not_ok and ktap_skip per test, and ktap_end last.

ktap_begin() {
	ktap_count=0
	ktap_failed=0
	echo "KTAP version 1"
}

# ktap_ok NAME
ktap_ok() {
	ktap_count=$((ktap_count + 1))
	printf 'ok %d %s\n' "$ktap_count" "$1"
}

# ktap_not_ok NAME [TEXT]: TEXT says why, in as many lines as it takes
ktap_not_ok() {
	[ -z "${2-}" ] || printf '# %s\n' "${2//$'\n'/$'\n'# }"
	ktap_count=$((ktap_count + 1))
	ktap_failed=$((ktap_failed + 1))
	printf 'not ok %d %s\n' "$ktap_count" "$1"
}

# ktap_skip NAME WHY
ktap_skip() {
	ktap_count=$((ktap_count + 1))
	printf 'ok %d %s # SKIP %s\n' "$ktap_count" "$1" "$2"
}

# ktap_empty NAME TEXT: fine if there is no TEXT, else it says why not
ktap_empty() {
	if [ -z "$2" ]; then
		ktap_ok "$1"
	else
		ktap_not_ok "$1" "$2"
	fi
}

# ktap_end: the plan; status 1 if a test failed
ktap_end() {
	printf '1..%d\n' "$ktap_count"
	[ "$ktap_failed" -eq 0 ]
}

# The series looked at from outside: what is there with it, and without

# need_series: the commit with all series on it becomes $top
need_series() {
	need_tree
	top=$(tree_branches | tail -n 1)
	top=$(kgit -C "$LINUX" rev-parse -q --verify "refs/heads/series/$top") ||
		die "build/linux has no series: run make tree first"
}

# changed [FILTER]: the files that differ between base and $top
changed() {
	kgit -C "$LINUX" diff --name-only --no-renames \
		${1:+--diff-filter="$1"} base "$top"
}

# objects_of: the sources on stdin as objects, without what has none here: what is
# no part of the kernel, or of another architecture, or included by another source
objects_of() {
	local f

	while read -r f; do
		case $f in
		tools/* | samples/* | Documentation/* | arch/[!x]*) ;;
		*.c)	kgit -C "$LINUX" grep -qF "#include \"${f##*/}\"" "$top" -- "${f%/*}/*.c" ||
				echo "${f%.c}.o" ;;
		esac
	done
}

# source_lock: lint, docs and bisect share a work tree of their own, $src
source_lock() {
	src=$BUILD/source
	mkdir -p "$BUILD"
	exec 8>"$BUILD/.source.lock"
	flock -n 8 || die "another lint, docs or bisect is at work here: wait until it is done"
	if [ -e "$src" ] && ! kgit -C "$src" rev-parse -q --verify HEAD >/dev/null 2>&1; then
		rm -rf "$src"
	fi
	if [ ! -e "$src" ]; then
		kgit -C "$LINUX" worktree prune
		kgit -C "$LINUX" worktree add -q -f -f --no-checkout --detach "$src" base
	fi
}

# source_at COMMIT: $src becomes base, top or another commit; only files that
# differ are touched
source_at() {
	local commit=$1

	[ "$commit" != top ] || commit=$top
	rm -f "$(kgit -C "$src" rev-parse --git-path index.lock)"
	kgit -C "$src" checkout -q --force --detach "$commit"
}

# numbers_off: sorted warnings without what moves with each edit of the source
numbers_off() {
	sed -E "s,^(\.\./)*,,; s,^$src/,,; s/:[0-9]+(:[0-9]+)?:/:/; s/\bline [0-9]+/line/g" |
		sort
}

# new_in AFTER BEFORE: the lines that only the first of two sorted files has
new_in() {
	comm -23 "$1" "$2"
}

# Programs for users

# build_programs DIR: what the Makefile of that directory makes, into build/DIR
build_programs() {
	local out=$BUILD/$1

	need_packages make gcc libc6-dev linux-libc-dev clang bpftool libbpf-dev libxdp-dev \
		libmnl-dev
	stage "building $1"
	mkdir -p "$out"
	CFLAGS="-O2 -g -Werror" make -C "$ROOT/$1" O="$out" >"$out/build.log" 2>&1 || {
		grep -m 5 -E 'error|Error|No space' "$out/build.log" >&2 || true
		die "$1 did not build: see $out/build.log"
	}
	note "it is in ${out#"$ROOT"/}"
}

# base_key FILE...: what results of the kernel without the series that are kept in
# the repository were made with: its source, the compiler, its configuration and FILEs
base_key() {
	echo "# $(cat "$ROOT/BASE"), gcc $(gcc -dumpfullversion), $(cd "$ROOT" &&
		cat config/kernel.config config/selftests.skip "$@" | sha256sum | cut -c 1-16)"
}
