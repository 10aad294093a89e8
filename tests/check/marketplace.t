#!/bin/sh
# The files for the marketplace and for one-apps' pipeline: they say what the parameter table says, and what the
# marketplace's own checks look at is as they want it.
. "${0%/*}/../tap.sh"
market=$SRCDIR/one-appliance/marketplace
packer=$SRCDIR/one-appliance/packer

# python3-yaml comes with Debian's Python.
yaml()
{
	/usr/bin/python3 -c 'import json, sys, yaml
with open(sys.argv[1], encoding="utf-8") as source:
    d = yaml.safe_load(source)
'"$2" "$1"
}

# --- the parameter table ------------------------------------------------------------------------
appliance=$(ls "$market"/*-*-*-*-*.yaml)
"$BUILD/fl-configure" --print=user-inputs >"$scratch/table"
sed -n 's/^  \([A-Z_]*\) = "\(.*\)"\( ]\|,\)$/\1=\2/p' "$scratch/table" >"$scratch/inputs"
check 'the table has inputs' test -s "$scratch/inputs"
yaml "$appliance" 'for name, text in d["opennebula_template"]["user_inputs"].items(): print(f"{name.upper()}={text}")' \
	>"$scratch/market-inputs"
check "user_inputs is the table's" diff -u "$scratch/inputs" "$scratch/market-inputs"
yaml "$appliance" 'print("INPUTS_ORDER = \"" + d["opennebula_template"]["inputs_order"] + "\"")' >"$scratch/order"
tail -n 1 "$scratch/table" >"$scratch/table-order"
check "inputs_order is the table's" diff -u "$scratch/table-order" "$scratch/order"
yaml "$appliance" 'for name, text in d["opennebula_template"]["context"].items():
    if text == "$" + name.upper(): print(name.upper())' >"$scratch/context"
sed 's/=.*//' "$scratch/inputs" >"$scratch/names"
check 'each input goes into the context' diff -u "$scratch/names" "$scratch/context"
# Of each variable: its name, its description and its default.
"$BUILD/fl-configure" --print=variables | awk '
	/^[A-Z0-9_]+$/ { name = $0; getline; text = substr($0, 3, length($0) - 3); getline; sub(/^  default: /, "")
		printf "| `%s` | %s | %s |\n", name, $0 == "none" ? "" : "`" $0 "`", text }' >"$scratch/rows"
sed -n '/^## Contextualization/,$s/^| `/&/p' "$market/README.md" >"$scratch/readme-rows"
check "README's table is the table" diff -u "$scratch/rows" "$scratch/readme-rows"
yaml "$market/metadata.yaml" 'for name, value in d[":app"][":context"][":params"].items(): print(name.lstrip(":") + "=" + value)' \
	>"$scratch/params"
check 'the certification gives parameters' test -s "$scratch/params"
check 'which are valid' env -i PATH="$PATH" sh -c '
	mkdir -p "$2/box/run/one-context" && sed "s/\(.*\)=\(.*\)/export \1=\"\2\"/" "$2/params" >"$2/box/run/one-context/one_env" &&
	"$1/fl-configure" --root "$2/box" --print=json' sh "$BUILD" "$scratch"

# --- their checks -------------------------------------------------------------------------------
# marketplace-community's .yamllint.yml.
cat >"$scratch/yamllint.yml" <<'END'
extends: default
rules:
  line-length: disable
  indentation:
    indent-sequences: whatever
END
check 'yamllint finds nothing' silent yamllint -s -c "$scratch/yamllint.yml" "$market"
app=$(yaml "$market/metadata.yaml" 'print(d[":app"][":name"])')
check 'the name has no underscore, digit or capital' sh -c 'case $1 in "" | *[!a-z-]*) exit 1 ;; esac' sh "$app"
check 'the recipe has that name' test -f "$packer/$app.pkr.hcl"
yaml "$market/tests.yaml" 'print("\n".join(d))' >"$scratch/specs"
ls "$market/tests" >"$scratch/files"
check 'tests.yaml lists each file of tests/' diff -u "$scratch/files" "$scratch/specs"
# The harness lets a shell run ssh ... "COMMAND".
sed -n "s/^.*\(ssh\|eventually\)(\(.*\)).*/\2/p" "$market"/tests/*.rb | sed 's/^["'"'"']//; s/["'"'"'].\{0,6\}$//' |
	grep '["$`\\]' >"$scratch/spliced"
check 'no command is changed by the shell that the harness calls' none "$scratch/spliced"
cat >"$scratch/context.yaml" <<END
---
:tests:
  '$app':
    :image_name: $app.qcow2
    :type: linux
    :microenvs: ['context-kvm']
    :slow: true
    :enable_netcfg_common: true
    :enable_netcfg_ip_methods: true
END
check 'context.yaml is what the harness writes' diff -u "$scratch/context.yaml" "$market/context.yaml"

# --- the recipe ---------------------------------------------------------------------------------
grep -ho '{var\.input_dir}/[a-z0-9_-]*\(\.sh\)\?' "$packer/$app.pkr.hcl" | sed 's|.*/||' | grep -E '\.sh$|^gen_' | sort -u |
	while read -r script; do
		[ -x "$packer/$script" ] || echo "$script"
	done >"$scratch/missing"
check 'each script that the recipe names is there, and executable' none "$scratch/missing"
grep -ho 'var\.[a-z_]*' "$packer/$app.pkr.hcl" | sed 's/var\.//' | sort -u | while read -r variable; do
	grep -q "^variable \"$variable\"" "$packer/variables.pkr.hcl" || echo "$variable"
done >"$scratch/undeclared"
check 'each variable is declared' none "$scratch/undeclared"
if command -v packer >/dev/null; then
	# The recipe's place in a checkout of the marketplace, with the files of one-apps that it uses.
	mkdir -p "$scratch/apps/community-apps/packer" "$scratch/apps/one-apps/packer"
	cp -R "$packer" "$scratch/apps/community-apps/packer/$app"
	: >"$scratch/apps/one-apps/packer/postprocess.sh"
	check 'packer validates it' env CHECKPOINT_DISABLE=1 HOME="$scratch" sh -c \
		'cd "$1/apps/community-apps" && packer validate -var "suite=$3" "packer/$2"' sh "$scratch" "$app" "$SRCDIR"
	check 'packer fmt has nothing to change' env CHECKPOINT_DISABLE=1 HOME="$scratch" packer fmt -check "$packer"
elif [ -z "$(apt-cache search --names-only '^packer$' 2>/dev/null)" ]; then
	skip 'packer validates the recipe' "this machine's distribution has no package of packer, as Debian 13 and Ubuntu 24.04"
else
	skip 'packer validates the recipe' 'packer is not installed'
fi

# --- make marketplace ---------------------------------------------------------------------------
cat >"$scratch/manifest.json" <<'END'
{"suite": "0.1.0", "created": 1764547200, "os_release": "13", "size": 1, "virtual_size": 21474836480,
 "md5": "0123456789abcdef0123456789abcdef", "sha256": "00"}
END
collect()
{
	/usr/bin/python3 "$market/collect.py" "$1" https://example.org/image.qcow2 "$scratch/request"
}
check 'make marketplace lays a pull request out' collect "$scratch/manifest.json"
folder=$scratch/request/appliances/$app
for file in README.md CHANGELOG.md metadata.yaml context.yaml tests.yaml "tests/$(cat "$scratch/specs")" "${appliance##*/}"; do
	check "with $file" test -s "$folder/$file"
done
check 'and the recipe' test -s "$scratch/request/apps-code/community-apps/packer/$app/$app.pkr.hcl"
check 'yamllint finds nothing in it' silent yamllint -s -c "$scratch/yamllint.yml" "$scratch/request"
cat >"$scratch/facts" <<'END'
0.1.0-20251201 1764547200
https://example.org/image.qcow2 21474836480 0123456789abcdef0123456789abcdef 00
END
yaml "$folder/${appliance##*/}" 'image, = d["images"]
print(d["version"], d["creation_time"])
print(image["url"], image["size"], image["checksum"]["md5"], image["checksum"]["sha256"])' >"$scratch/described"
check 'it describes the image' diff -u "$scratch/facts" "$scratch/described"
yaml "$folder/${appliance##*/}" 'print(d["opennebula_template"]["user_inputs"])' >"$scratch/after"
yaml "$appliance" 'print(d["opennebula_template"]["user_inputs"])' >"$scratch/before"
check 'and keeps the inputs' diff "$scratch/before" "$scratch/after"
collect "$scratch/absent.json" >"$scratch/refused" 2>&1
check 'without a manifest it says what next' grep -q 'absent.json: .*what next: make image' "$scratch/refused"
plan
