# SPDX-License-Identifier: GPL-2.0
#
# Most targets are a script of the same name in scripts/, which has a --help.
# Arguments for it: make TARGET ARGS="..."

ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help tree export post apply-check lint bisect kernel demo viewer examples \
	html docs bench deb check check-deb check-regress check-debug fuzz cross clean
.NOTPARALLEL:

help:
	@echo 'Without make on the machine: ./make TARGET. As root, on Debian 12.'
	@echo
	@echo '  demo           boot the kernel in a VM, show packets with their RX metadata'
	@echo '  deb            build Debian packages of the kernel and the tools, FLAVOUR=cloud-amd64'
	@echo '  check          all tests but those that are listed below as their own'
	@echo '  viewer         build the viewer of RX metadata, an AF_XDP consumer and pktmeta'
	@echo '  examples       build the programs of examples/'
	@echo
	@echo '  tree           unpack the source into build/linux, apply series/'
	@echo '  export         write the branches of build/linux back to series/'
	@echo '  post           write a series ready to send, ARGS=NN'
	@echo '  html           render the pages of the kernel that the series touch'
	@echo '  docs           the same with and without the series, and compare the warnings'
	@echo '  kernel         build the kernel of the VM, ARGS=base: the one without the series'
	@echo '  lint           checkpatch, shellcheck, W=1, sparse, kernel-doc'
	@echo '  apply-check    apply the series to each version in the archive'
	@echo '  bisect         build what each patch touches, at each patch'
	@echo '  bench          count what metadata costs, on three kernels: docs/benchmarks.md'
	@echo '  check-deb      install the packages in an image, boot and test that'
	@echo '  check-regress  all BPF selftests of 6.1 on both kernels, compared'
	@echo '  check-debug    all tests on kernels with checkers, stress, failing allocations'
	@echo '  cross          compile what the series touch for other machines and options'
	@echo '  fuzz           long runs of random operations and programs'
	@echo '  clean          remove what was built; build/linux, downloads and ccache stay'

tree export post apply-check lint bisect kernel demo viewer examples docs bench deb \
check check-deb fuzz cross clean:
	@scripts/$@ $(ARGS)

html:
	@scripts/docs --html $(ARGS)

check-regress:
	@bash -c '. scripts/lib.sh; need_packages python3'
	@scripts/regress $(ARGS)

check-debug:
	@scripts/check --debug $(ARGS)
