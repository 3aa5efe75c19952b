#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
#
# The series of this repository there and back

load helper

@test "series/ applied and written out again is what it was, to the byte" {
	need_tree
	# a repository of its own with the same base, and nothing else
	repo=$BATS_TEST_TMPDIR/repo
	mkdir -p "$repo/build"
	cp -r "$ROOT/scripts" "$ROOT/series" "$ROOT/BASE" "$repo/"
	kgit clone -q --shared --no-checkout --single-branch --branch base \
		"$LINUX" "$repo/build/linux"
	kgit -C "$repo/build/linux" config series.base "$(cat "$ROOT/BASE")"
	# the files are not what this is about
	kgit -C "$repo/build/linux" sparse-checkout set --no-cone /Makefile
	kgit -C "$repo/build/linux" checkout -q base

	run -0 "$repo/scripts/tree"
	find "$repo/series" -name '[0-9]*.patch' ! -name '0000-*' -delete
	run -0 "$repo/scripts/export" --force
	is '' diff -r "$ROOT/series" "$repo/series"
}
