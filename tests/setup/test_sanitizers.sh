#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# test_sanitizers.sh SOURCE BUILD: builds without ns-3, with the sanitizers of preset asan, and runs the tests.
set -eu

cd "$1"
cmake --preset asan -B "$2" -DFLUE_NS3=OFF -DFLUE_ANALYSIS=OFF -DFLUE_WERROR=ON
cmake --build "$2"
exec ctest --test-dir "$2" --output-on-failure --no-tests=error --label-regex '^quick$'
