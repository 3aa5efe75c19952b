#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
#
# What all scripts share

load helper

@test "a make within make check is one of its own" {
	cd "$BATS_TEST_TMPDIR"
	printf 'all:\n\t@./child\n' >Makefile
	# shellcheck disable=SC2016 # make's variables
	printf 'all:\n\t@echo "$(MAKELEVEL) $(MAKEFLAGS)"\n' >child.mk
	printf '#!/bin/bash\n. "%s/scripts/lib.sh"\nexec make -s -f child.mk\n' "$ROOT" >child
	chmod +x child
	is '0 s' make -s -j2 -k
}
