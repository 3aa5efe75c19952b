# SPDX-License-Identifier: GPL-2.0
#
# What the Makefiles of the programs here have in common: tools, flags and how
# NAME.bpf.c becomes the skeleton $(O)/NAME.skel.h, which takes clang, bpftool and
# libbpf-dev. To be included once O is set.

MAKEFLAGS += --no-builtin-rules
.DELETE_ON_ERROR:
# otherwise make takes away what is made on the way
.SECONDARY:

CC	:= gcc
CLANG	?= clang
BPFTOOL	?= bpftool
CFLAGS	?= -O2 -g
CFLAGS	+= -Wall -Wextra

# .. or ../.., as the Makefile that includes this one names it
rules	:= $(lastword $(MAKEFILE_LIST))
root	:= $(rules:%/scripts/programs.mk=%)
INCLUDE	:= -I$(CURDIR) -I$(CURDIR)/$(root)/include

# what everything is built again for
headers	:= $(wildcard *.h) $(wildcard $(root)/include/*.h) Makefile $(rules)

# the architecture's uapi headers, which clang doesn't look for with -target bpf
ARCH_INCLUDE = -idirafter /usr/include/$(shell $(CC) -print-multiarch)

# a plain user's PATH has no bpftool
export PATH := $(PATH):/usr/sbin

$(O)/%.skel.h: $(O)/%.bpf.o
	$(BPFTOOL) gen skeleton $< name $* >$@

$(O)/%.bpf.o: %.bpf.c $(headers)
	mkdir -p $(O)
	$(CLANG) -target bpf -O2 -g -Wall $(INCLUDE) $(ARCH_INCLUDE) -c -o $@ $<
