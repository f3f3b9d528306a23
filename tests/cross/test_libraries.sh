#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# test_libraries.sh PROGRAM WITH WITHOUT: PROGRAM is linked with a library whose name begins with WITH, and
# with none whose name begins with WITHOUT.
set -eu

libraries=$(ldd "$1" | awk '{ print $1 }')
if ! echo "$libraries" | grep -q "^$2"; then
    echo "$1 is not linked with $2: is this the right program?" >&2
    exit 1
fi
if echo "$libraries" | grep "^$3"; then
    echo "$1 must not be linked with $3" >&2
    exit 1
fi
