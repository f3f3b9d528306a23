#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# test_documents.sh ROOT: RFC-021: nothing in the project rests on an RFC that was obsolete when the interface was
# described; newer ones say the same.
set -eu

cd "$1"
found=$(grep -rnE 'RFC[ -]?0*(815|816|879|896|950|963|1108|1349|2474|2815)($|[^0-9])' \
    include model sim scenarios analysis docs README.md || true)
if [ -n "$found" ]; then
    printf '%s\n' "$found" >&2
    exit 1
fi
