#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Fuzzes the replay of captures: native/replay's file reader alone, then all of it at its border, each for FUZZ_SECONDS (default
# 15) under ASan and UBSan; clang needs its compiler-rt (libclang-rt-14-dev on Debian 12). Inputs that broke something stay in
# build/fuzz; what was learnt stays there for the next run.
set -euo pipefail
cd "$(dirname "$0")/../.."
seconds=${FUZZ_SECONDS:-15}
python=${PYTHON:-.venv/bin/python}
clang=${CLANG:-clang}
out=build/fuzz
mkdir -p "$out"

flags=(-std=c11 -g -O1 -Wall -Wextra -Werror -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all)
flags+=(-Inative -Inative/include -Itests/replay)
reader=(native/replay/{capfile,pcap,pcapng,pcapng_interface,stranger}.c)
# All that a replay needs, and that needs no DPDK.
whole=(native/replay/*.c native/core/*.c native/api/replay.c native/io/error.c)
"$clang" "${flags[@]}" tests/replay/fuzz_capfile.c "${reader[@]}" -o "$out/fuzz_capfile"
"$clang" "${flags[@]}" tests/replay/fuzz_replay.c "${whole[@]}" -o "$out/fuzz_replay"

rm -rf "$out/seeds"
"$python" -m tests.replay.fuzz_seeds "$out/seeds"
failed=0
for target in fuzz_capfile fuzz_replay; do
	mkdir -p "$out/$target.corpus"
	# No input may take ten seconds or a gigabyte.
	if "$out/$target" -max_total_time="$seconds" -max_len=16384 -timeout=10 -rss_limit_mb=1024 -print_final_stats=1 \
		-artifact_prefix="$out/$target-" "$out/$target.corpus" "$out/seeds" >"$out/$target.log" 2>&1; then
		echo "$target: $(awk '/^stat::number_of_executed_units/ { print $2 }' "$out/$target.log") inputs, all well"
	else
		failed=1
		tail -n 60 "$out/$target.log"
		echo "$target: failed; the input is in $out, and $out/$target INPUT runs it again" >&2
	fi
done
exit $failed
