#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# test_fuzz.sh SOURCE BUILD TARGET RUNS FOLDER... FILE...: builds fuzz_TARGET and these folders and files of SOURCE with
# clang's libFuzzer and the sanitizers, and lets it run so many inputs from its seeds on. Without clang or its libFuzzer the test is skipped, and says so.
set -eu
source=$1
build=$2
target=$3
runs=$4
shift 4

mkdir -p "$build"
echo 'int LLVMFuzzerTestOneInput(const unsigned char *d, unsigned long n) { return d && n ? 0 : 0; }' >"$build/probe.c"
if ! clang -fsanitize=fuzzer,address "$build/probe.c" -o "$build/probe" 2>"$build/probe.log"; then
    echo "skipped: no clang with libFuzzer (Debian: clang and libclang-rt-dev)"
    exit 77
fi
found=$(mktemp -d)
trap 'rm -rf "$found"' EXIT
# The model has no generated source: one call compiles what the target needs of it.
for part in "$@"; do
    shift
    if [ -d "$source/$part" ]; then
        set -- "$@" "$source/$part"/*.c
    else
        set -- "$@" "$source/$part"
    fi
done
clang -std=c11 -O1 -g -fno-omit-frame-pointer -fsanitize=fuzzer,address,undefined \
    -fno-sanitize-recover=undefined -I"$source/include" -I"$source/model" \
    "$source/tests/fuzz/fuzz_$target.c" "$@" -o "$build/fuzz"
# A fixed seed: the run is the same each time, until the code or the seeds change.
"$build/fuzz" -seed=1 -runs="$runs" -max_len=2048 -timeout=20 -rss_limit_mb=1024 -print_final_stats=1 \
    -error_exitcode=1 \
    -artifact_prefix="$build/" "$found" "$source/tests/fuzz/corpus/$target"
