#!/bin/sh
# The marketplace's certification: its own rspec file, against a VM with exactly the context that the certification gives.
# There is no OneGate, and READY is not asked for. Only this test boots with UEFI.
. "${0%/*}/lib.sh"
market=$top/one-appliance/marketplace

case_begins
mkdir -p "$T/community/lib/community" "$T/community/appliances/flower-superlink"
cp "$top/tests/vm/certification/app_handler.rb" "$T/community/lib/community/"
cp -R "$market/metadata.yaml" "$market/tests.yaml" "$market/tests" "$T/community/appliances/flower-superlink/"
sed -n "s/^      :\([A-Z_]*\): '\(.*\)'$/\1=\2/p" "$market/metadata.yaml" >"$T/params"
ok 'the certification gives parameters' test -s "$T/params"

new_disk
GATE='' patience=''
# shellcheck disable=SC2046 # a word for each parameter
new_cd TOKEN= REPORT_READY= $(cat "$T/params")
power_on -bios /usr/share/ovmf/OVMF.fd
ok 'the machine answers to ssh' within_limit holds true
inside 'ls -d /sys/firmware/efi'
is "$out" /sys/firmware/efi 'it has booted by UEFI'
for spec in $(sed -n 's/^- //p' "$market/tests.yaml"); do
	timeout "$LIMIT" chroot "$tools" /usr/bin/env -i PATH=/usr/bin:/bin HOME=/vm LC_ALL=C.UTF-8 rspec --format json \
		"/vm/community/appliances/flower-superlink/tests/$spec" >"$T/rspec.json" 2>"$T/rspec.err"
	is "$?" 0 "$spec"
	show "$(tail -n 20 "$T/rspec.err")"
	"$PYTHON" -c 'import json, sys
report = json.load(open(sys.argv[1], encoding="utf-8"))
for message in report.get("messages", []):
    print("", " ".join(message.split()), sep="\t")
for example in report["examples"]:
    print(example["status"], example["description"].replace("#", ""), sep="\t")
    for line in example.get("exception", {}).get("message", "").split("\n"):
        print("", line, sep="\t")' "$T/rspec.json" >"$T/examples"
	while IFS='	' read -r verdict description; do
		case $verdict in
		passed) result 0 "certification: $description" ;;
		'') note "$description" ;;
		*) result 1 "certification: $description" ;;
		esac
	done <"$T/examples"
	ok 'has examples' test "$(grep -c '^passed' "$T/examples")" -gt 5
done
case_ends 'certification'
done_testing
