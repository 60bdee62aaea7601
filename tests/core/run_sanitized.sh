#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Runs the tests of the C core with the core compiled under ASan and UBSan. Arguments go to pytest. Leaks are looked for by
# standalone.c, which runs without Python. Python takes each piece of memory from malloc, so that reading past one is seen.
set -eu
cd "$(dirname "$0")/../.."
python="${PYTHON:-.venv/bin/python}"
PYDP_SANITIZE=1 \
	PYTHONMALLOC=malloc \
	LD_PRELOAD="$("${CC:-gcc}" -print-file-name=libasan.so)" \
	ASAN_OPTIONS="detect_leaks=0:abort_on_error=1" \
	UBSAN_OPTIONS="halt_on_error=1:print_stacktrace=1" \
	exec "$python" -m pytest -q -p no:cacheprovider -m "not eal" tests/core "$@"
