#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# check-study.sh FLUE FLUE_SIM STUDY: the study must be refused, before anything is written, with exactly the
# line that its first comment says: "# expect: LINE: TEXT".
set -u
flue=$1
export FLUE_SIM="$2"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$(dirname "$3")" || exit 1
study=$(basename "$3")
expected="$study:$(sed -n '1s/^# expect: //p' "$study")"

"$flue" sweep "$study" --out "$folder/out" >"$folder/stdout" 2>"$folder/stderr"
status=$?
failed=0
if [ "$status" != 2 ]; then
    echo "exit status: expected 2, got $status"
    failed=1
fi
if [ "$(cat "$folder/stderr")" != "$expected" ]; then
    printf 'stderr: expected\n%s\ngot\n%s\n' "$expected" "$(cat "$folder/stderr")"
    failed=1
fi
if [ -s "$folder/stdout" ] || [ -e "$folder/out" ]; then
    echo "expected nothing on stdout and no output folder"
    failed=1
fi
[ "$failed" = 0 ] || echo "repeat: cd $(pwd) && FLUE_SIM=$FLUE_SIM $flue sweep $study --out /tmp/out"
exit "$failed"
