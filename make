#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# make for machines that have none yet: ./make TARGET is make TARGET

. "$(dirname "$(readlink -f "$0")")/scripts/lib.sh"

need_packages make git
exec make --no-print-directory -C "$ROOT" "$@"
