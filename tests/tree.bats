#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
#
# make tree, export and apply-check, on a source of three files from an archive
# made here, so that what can go wrong with the archive, the series and the work
# tree does go wrong

load helper

# archive VERSION [SED]: one more version of the package, with its code edited
archive() {
	local tmp s

	tmp=$(mktemp -d "$BATS_FILE_TMPDIR/pkg.XXXXXX")
	s=$tmp/linux-source-6.1
	mkdir -p "$tmp/pkg/DEBIAN" "$tmp/pkg/usr/src" "$s/net" "$ARCHIVE"
	printf '%s\n' {1..10} eleven {20..30} | sed "${2-}" >"$s/net/xdp.c"
	echo "all: $1" >"$s/Makefile"
	printf '*.o\n/*\n!/debian/\n' >"$s/.gitignore"
	printf 'x\r\ny\r\n' >"$s/dos"
	printf 'no newline' >"$s/net/end"
	tar -C "$tmp" -cJf "$tmp/pkg/usr/src/linux-source-6.1.tar.xz" linux-source-6.1
	printf '%s\n' 'Package: linux-source-6.1' "Version: $1" 'Architecture: all' \
		'Maintainer: nobody <nobody@localhost>' 'Description: test' \
		>"$tmp/pkg/DEBIAN/control"
	dpkg-deb --root-owner-group -Znone --build "$tmp/pkg" \
		"$ARCHIVE/linux-source-6.1_$1_all.deb" >/dev/null
}

# command_is NAME LINE...: what the scripts find by this name
command_is() {
	printf '%s\n' '#!/bin/bash' "${@:2}" >"$HOME/bin/$1"
	chmod +x "$HOME/bin/$1"
}

# fresh: a repository with an empty build/
fresh() {
	rm -rf "$repo"
	mkdir -p "$repo"
	cp -r "$ROOT/scripts" "$HOME/series" "$repo/"
	echo 6.1.9-1 >"$repo/BASE"
}

kg() {
	git -C "$linux" "$@"
}

# fails PATTERN COMMAND...: it says so in one line, which has the pattern
fails() {
	run -1 "${@:2}"
	[ "$(grep -c '^error: ' <<<"$output")" = 1 ]
	grep -qE "^error: .*($1)" <<<"$output"
}

# only FILE...: there is nothing else in build/, no half of anything
only() {
	is "$(printf '%s\n' "$@")" ls -A -I '*.log' -I '.*.lock' "$repo/build"
}

# use DIR: set up there
use() {
	export HOME=$1 ARCHIVE=$1/archive PATH=$1/bin:$PATH
	repo=$1/repo
	linux=$repo/build/linux
	tree=$repo/scripts/tree
	export=$repo/scripts/export
	unset "${!GIT_@}"
	fresh
	git config --global user.name 'A User'
	git config --global user.email user@localhost
}

# An archive, and the series that the tests use
setup_file() {
	local dir=$BATS_FILE_TMPDIR/home

	mkdir -p "$dir/bin" "$dir/series"
	use "$dir"
	# shellcheck disable=SC2016 # for the script
	command_is apt-get '[ ! -e "$ARCHIVE/unreachable" ] || { echo "E: Failed to fetch"; exit 100; }' \
		'version=${!#}' \
		'[[ " $* " != *" download "* ]] || cp "$ARCHIVE/linux-source-6.1_${version#*=}_all.deb" .'
	# shellcheck disable=SC2016
	command_is apt-cache 'ls "$ARCHIVE" | sed -n "s/^linux-source-6.1_\(.*\)_all.deb$/linux-source-6.1 | \1 | x/p"'
	archive 6.1.8-1
	archive 6.1.9-1

	"$tree"
	kg switch -q -c series/01-first base
	sed -i 's/^5$/five/' "$linux/net/xdp.c"
	kg commit -qam $'xdp: Count \'five\'\n\nIn words.\n\n[ a note ]\nLink: x' \
		--author 'Jürgen Ø <j@localhost>' --date '2024-02-03 04:05:06 +0530'
	echo new >"$linux/net/new.c"
	printf 'x\r\nz\r\n' >"$linux/dos"
	printf 'still none' >"$linux/net/end"
	chmod +x "$linux/Makefile"
	kg add -A
	kg commit -qm 'net: [odd] Add files and a subject so long that it takes more than one line of the mail, änd more'
	kg switch -q -c series/02-second
	kg mv net/end net/END
	sed -i 's/^25$/twenty-five/' "$linux/net/xdp.c"
	kg commit -qam 'xdp: Rename'
	# a new file is no ignored file
	kg cat-file -e series/01-first:net/new.c
	"$export"
	echo 'From cover' >"$repo/series/01-first/0000-cover-letter.patch"
	cp -r "$repo/series" "$dir/"
	kg rev-parse "HEAD^{tree}" >"$dir/tree"
	rm -r "$repo"
}

setup() {
	cp -r "$BATS_FILE_TMPDIR/home" "$BATS_TEST_TMPDIR/"
	use "$BATS_TEST_TMPDIR/home"
}

@test "without a tree or a series" {
	rm -r "$repo"/series/*
	fails 'run make tree first' "$export"
	fails 'run make export first' "$repo/scripts/apply-check"
	run -0 "$tree"
	only deb linux
	fails 'git switch -c' "$export"
}

@test "there and back" {
	cd "$repo/series"
	is './01-first/0000-cover-letter.patch ./01-first/0001-xdp-Count-five.patch ./01-first/0002-net-odd-Add-files-and-a-subject-so-long-that-it-take.patch ./02-second/0001-xdp-Rename.patch' \
		echo ./*/*
	run -0 "$tree"
	is "$(cat "$HOME/tree")" kg rev-parse "HEAD^{tree}"
	is refs/heads/series/02-second kg symbolic-ref HEAD
	is '' kg diff HEAD
	is 'Jürgen Ø j@localhost 2024-02-03 04:05:06 +0530' \
		kg log -1 --format='%an %ae %ai' series/01-first~1
	run -0 "$export"
	is '' diff -r "$HOME/series" "$repo/series"
}

@test "another configuration does not matter" {
	run -0 "$tree"
	head=$(kg rev-parse HEAD)
	while read -r key value; do
		git config --global "$key" "$value"
	done <<-END
		format.signature me
		format.numbered true
		format.thread true
		format.attach true
		format.suffix .txt
		format.subjectPrefix RFC
		diff.noprefix true
		diff.context 9
		diff.algorithm patience
		diff.renames false
		core.abbrev 7
		core.autocrlf true
		i18n.logOutputEncoding ISO-8859-1
		commit.gpgSign true
	END
	run -0 env COLUMNS=40 LC_ALL=C TZ=Asia/Tokyo "$export"
	is '' diff -r "$HOME/series" "$repo/series"
	fresh
	run -0 env LC_ALL=C TZ=Asia/Tokyo "$tree"
	is "$head" kg rev-parse HEAD
}

@test "again, after changes of series/" {
	run -0 "$tree"
	touch -d 2001-01-01 "$linux/Makefile" "$linux/net/xdp.c"
	kg update-index -q --refresh
	run -0 "$tree"
	grep -q 'up to date' <<<"$output"
	sed -i 's/^+twenty-five/+25.0/' "$repo"/series/02-second/*.patch
	run -0 "$tree"
	grep -qx 25.0 "$linux/net/xdp.c"
	# no other file is touched
	is 2001-01-01 date -r "$linux/Makefile" +%F
	rm -r "$repo/series/02-second"
	run -0 "$tree"
	is refs/heads/series/01-first kg for-each-ref --format='%(refname)' refs/heads/series
	only deb linux
}

@test "work that is not in series/" {
	run -0 "$tree"
	echo more >>"$linux/net/new.c"
	kg commit -qam 'net: More'
	work=$(kg rev-parse HEAD)
	run -0 "$tree"
	# but where it would be lost
	echo 6.1.8-1 >"$repo/BASE"
	fails 'run make export first' "$tree"
	is "$work" kg rev-parse HEAD
	run -0 "$export"
	[ -f "$repo/series/02-second/0002-net-More.patch" ]
	run -0 "$tree"
	is 'Linux 6.1.8 (Debian 6.1.8-1)' kg log -1 --format=%s base
	kg merge-base --is-ancestor base series/02-second

	echo dirt >>"$linux/net/new.c"
	echo 6.1.9-1 >"$repo/BASE"
	fails 'run make export first' "$tree"
	grep -q dirt "$linux/net/new.c"
	run -0 "$tree" --force
	grep -q 'refs/discarded' <<<"$output"
	is '' kg diff HEAD
	kg grep -q dirt "$(kg for-each-ref --format='%(refname)' 'refs/discarded/**/changes')"

	kg switch -q series/02-second
	kg reset -q --hard HEAD^
	run -0 "$export"
	[ ! -e "$repo/series/02-second/0002-net-More.patch" ]
	sed -i 's/twenty/TWENTY/' "$repo"/series/02-second/0001*.patch
	fails 'run make tree' "$export"
	run -0 "$tree"
	kg switch -q series/01-first
	kg commit -q --amend -m 'net: Amended'
	fails 'rebase --onto' "$export"
}

@test "a BASE that is no version" {
	echo rubbish >"$repo/BASE"
	fails 'BASE has to be' "$tree"
}

@test "a version that is gone" {
	echo 6.1.7-1 >"$repo/BASE"
	run -0 "$tree"
	grep -q '6.1.7-1 is gone.*: 6.1.9-1$' <<<"$output"
	run -0 "$tree"
	grep -q '6.1.7-1 was gone' <<<"$output"
}

@test "no network" {
	touch "$ARCHIVE/unreachable"
	fails 'is a package mirror reachable' "$tree"
	only deb
	rm "$ARCHIVE/unreachable"
	run -0 "$tree"
}

@test "apt knows no source" {
	command_is apt-cache
	fails 'in its sources' "$tree"
}

@test "half a package" {
	mkdir -p "$repo/build/deb"
	head -c 3000 "$ARCHIVE/linux-source-6.1_6.1.9-1_all.deb" \
		>"$repo/build/deb/linux-source-6.1_6.1.9-1_all.deb"
	fails 'could not be unpacked.* run it again' "$tree"
	only deb
	run -0 "$tree"
}

@test "after a run that was killed" {
	mkdir -p "$repo/build/linux.new/junk" "$repo/build/linux.am" "$repo/build/deb/partial"
	touch "$repo/build/linux.new/junk/c" "$repo/build/deb/partial/x_all.deb"
	run -0 "$tree"
	[ ! -e "$linux/junk" ]
	only deb linux
}

@test "interrupted while it unpacks" {
	command_is xz "touch '$HOME/started'" 'sleep 2'
	"$tree" 3>&- &
	until [ -e "$HOME/started" ]; do sleep 0.1; done
	kill -TERM $!
	status=0
	wait $! || status=$?
	is 130 echo "$status"
	only deb
	rm "$HOME/bin/xz"
	run -0 "$tree"
}

@test "a patch that does not apply" {
	run -0 "$tree"
	head=$(kg rev-parse HEAD)
	sed -i 's/^ 4$/ four/' "$repo"/series/01-first/0001*.patch
	fails 'does not apply' "$tree"
	is "$head" kg rev-parse HEAD
	rm -r "$repo/build"
	fails '01-first/0001-xdp-Count-five.patch does not apply to linux-source-6.1 6.1.9-1 .*net/xdp.c.*apply-check' "$tree"
	only deb linux
}

@test "a new base that the series does not apply to" {
	run -0 "$tree"
	head=$(kg rev-parse HEAD)
	archive 6.1.11-1 '1,2d; s/eleven/11/'
	echo 6.1.11-1 >"$repo/BASE"
	fails 'does not apply' "$tree"
	is "$head" kg rev-parse HEAD
	is 'Linux 6.1.11 (Debian 6.1.11-1)' kg log -1 --format=%s next
	# of two changes of a line, the one of the series
	kg -c core.editor=true rebase -q -X theirs --update-refs --onto next base
	kg branch -f base next
	run -0 "$export"
	run -0 "$tree"
	kg merge-base --is-ancestor base series/02-second
}

@test "packages missing, and not root" {
	command_is id 'echo 1000'
	command_is dpkg-query 'exit 1'
	fails 'as root.*apt-get install git xz-utils' "$tree"
}

@test "no space" {
	unshare -m true || skip "no mount namespace here"
	mkdir -p "$repo/build"
	fails 'MB free and [0-9]+ are needed' unshare -m sh -c \
		"mount -t tmpfs -o size=1m tmpfs '$repo/build' && '$tree'"
}

@test "apply-check" {
	archive 6.1.10-1 s/eleven/ELEVEN/
	run -0 "$repo/scripts/apply-check"
	is 3 grep -cE '^6\.1\.(8|9|10)-1 +ok, 3 patches$' <<<"$output"
	rm "$ARCHIVE/linux-source-6.1_6.1.10-1_all.deb"
	archive 6.1.11-1 's/^5$/FIVE/'
	fails 'not apply to 1 version' "$repo/scripts/apply-check"
	grep -qE '^6.1.11-1 +FAILS at series/01-first/0001' <<<"$output"
	is 2 grep -c ' ok, 3 patches$' <<<"$output"
	only deb
}
