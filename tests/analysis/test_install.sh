#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# test_install.sh CMAKE BUILD_DIR: what `cmake --install` puts into a prefix works from there alone.
set -eu

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
prefix="$scratch/a prefix"
"$1" --install "$2" --prefix "$prefix" >"$scratch/log"
cd "$scratch"
unset FLUE_SIM
export PATH="$prefix/bin:/usr/bin:/bin"
flue --version | grep -q "flue-sim .*: $prefix/bin/flue-sim\$"
flue run loss --profile "$prefix/share/flue/profiles/server-2012.cfg" --duration 2ms --json >result
jq -e '.metrics.goodput_bps.value > 0 and .parameters.profile.text != "server-2009"' result >/dev/null
flue sweep "$prefix/share/flue/studies/short.cfg" --dry-run --out "$scratch/out" >/dev/null
[ ! -e "$scratch/out" ]
bash -n "$prefix/share/bash-completion/completions/flue"
if command -v help2man >/dev/null; then
    ls "$prefix/share/man/man1/flue.1" "$prefix/share/man/man1/flue-sweep.1" "$prefix/share/man/man1/flue-sim.1" >/dev/null
fi
