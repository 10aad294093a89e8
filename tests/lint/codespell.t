#!/bin/sh
# Misspelt words. What it takes for one: te (a header of HTTP), nd (mdoc's macro), hda (a disk), hel (the first bytes of hello), doesn' (in a quoted pattern).
. "${0%/*}/lib.sh"
needs codespell codespell
check 'codespell' silent codespell --ignore-words-list te,nd,hda,hel --ignore-regex "doesn'" --skip '*/corpus/*' cmd lib man tests one-appliance \
	README.md CHANGELOG.md Makefile configure .ci
plan
