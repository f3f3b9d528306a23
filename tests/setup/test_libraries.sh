#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# test_libraries.sh PROGRAM own|any WITH WITHOUT SYMBOL: PROGRAM is linked with a library whose name begins
# with WITH, with none whose name begins with WITHOUT, and uses no symbol that begins with SYMBOL.
# "own" looks at the libraries that the program names itself, "any" also at those that they bring along.
set -eu

program=$1
reach=$2
with=$3
without=$4
symbol=$5

case $reach in
own) libraries=$(readelf -d "$program" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p') ;;
any) libraries=$(ldd "$program" | awk '{ print $1 }') ;;
*) echo "\"$reach\": expected own or any" >&2 && exit 2 ;;
esac

if ! echo "$libraries" | grep -q "^$with"; then
    echo "$program is not linked with $with: is this the right program?" >&2
    exit 1
fi
if echo "$libraries" | grep "^$without"; then
    echo "$program must not be linked with $without" >&2
    exit 1
fi
if nm -C --undefined-only "$program" | awk '{ print $2 }' | grep "^$symbol"; then
    echo "$program must not use $symbol..." >&2
    exit 1
fi
