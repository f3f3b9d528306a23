#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# check-cli.sh FLUE FLUE_SIM SCRIPT SOURCE_DIR: runs a script of cli/ in an empty folder with `flue` in PATH.
# The script fails by its exit status. Where SCRIPT.golden lies beside it, what it prints (both streams) must
# be the same; REFRESH=1 writes that file anew.
set -u
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
PATH="$(dirname "$1"):$PATH"
FLUE_SIM=$2
SOURCE_DIR=$4
script=$(realpath "$3")
golden="${script%.sh}.golden"
export PATH FLUE_SIM SOURCE_DIR
export LC_ALL=C.UTF-8 TZ=UTC
cd "$folder" || exit 1

sh -eu "$script" >"$folder/.printed" 2>&1
status=$?
if [ "$status" = 77 ]; then # the script says why it cannot be run here
    cat "$folder/.printed"
    exit 77
fi
if [ "$status" != 0 ]; then
    cat "$folder/.printed"
    echo "$script: exit status $status"
    exit 1
fi
if [ "${REFRESH:-}" = 1 ] && [ -e "$golden" ]; then
    cp "$folder/.printed" "$golden"
fi
[ ! -e "$golden" ] || diff -u "$golden" "$folder/.printed"
