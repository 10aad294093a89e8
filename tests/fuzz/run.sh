#!/bin/sh
# run.sh TARGET...: runs libFuzzer's targets in fuzz/obj/fuzz below the current folder, as many at a time as there are
# processors, for TIME seconds each, and prints a line for each target. It shows a finding with its file, and then exits
# with 1. It keeps inputs that reach something new in fuzz/found/TARGET, not in the sources.
#   TIME=S    seconds for each target [60]
#   JOBS=N    targets at a time
#   CI=true   each run tries the same inputs, as many as TIME allows; otherwise each run tries others
set -u

corpus=$SRCDIR/tests/fuzz/corpus
: "${TIME:=60}"
export TIME

if [ "${1-}" = --one ]; then
	target=$2
	mkdir -p "fuzz/found/$target"
	rm -f "fuzz/$target.status"
	set -- "fuzz/obj/fuzz/$target" "fuzz/found/$target" "$corpus/$target"
	# libFuzzer learns from what is compared, addresses too, so those have to be the same.
	[ "${CI-}" = true ] && set -- setarch -R "$@" -seed=1
	"$@" -max_total_time="$TIME" -timeout=10 -rss_limit_mb=1024 -print_final_stats=1 \
		-artifact_prefix="fuzz/found/$target-" >"fuzz/$target.log" 2>&1
	echo $? >"fuzz/$target.status"
	exit 0
fi

printf '%s\n' "$@" | xargs -P "${JOBS:-$(nproc)}" -n 1 sh "$0" --one

failed=0
printf '%-18s %12s %10s %8s %8s\n' target executions 'a second' edges corpus
for target; do
	log=fuzz/$target.log
	awk -v target="$target" '
		match($0, /cov: [0-9]+/) { edges = substr($0, RSTART + 5, RLENGTH - 5) }
		match($0, /corp: [0-9]+/) { corpus = substr($0, RSTART + 6, RLENGTH - 6) }
		$1 == "stat::number_of_executed_units:" { executions = $2 }
		$1 == "stat::average_exec_per_sec:" { speed = $2 }
		END { printf "%-18s %12d %10d %8d %8d\n", target, executions, speed, edges, corpus }' "$log"
	if [ "$(cat "fuzz/$target.status" 2>/dev/null)" != 0 ]; then
		failed=$((failed + 1))
		echo "---- $target: the end of $log"
		grep -v '^#[0-9]' "$log" | tail -n 60
		artifact=$(sed -n 's/.*Test unit written to //p' "$log" | tail -n 1)
		echo "---- $target FAILED; its input: ${artifact:-none was written}"
	fi
done
[ "$failed" = 0 ] || echo "fuzz: $failed of $# targets failed"
[ "$failed" = 0 ]
