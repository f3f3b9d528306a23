#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# man-page.sh VERSION OUTPUT "COMMAND" "WHAT IT IS": makes a man page of what COMMAND says of itself. The
# page of "flue sweep" is flue-sweep(1).
set -eu

version=$1
output=$2
command=$3
text=$4
name=$(basename "$output" .1)
capitals=$(printf %s "$name" | tr '[:lower:]' '[:upper:]')

help2man --no-info --no-discard-stderr --version-string="$version" --name="$text" --output="$output.part" "$command"
# help2man knows one word of the name; and what it puts under EXAMPLES alone are lines to be kept as lines.
sed -e "1,/^\.SH SYNOPSIS/{s/^\.TH [^ ]*/.TH $capitals/;s/^[a-z-]* \\\\- /$name \\\\- /}" \
    -e '/^\.SH EXAMPLES/,/^\.PP/{s/^\.IP$/.nf/;s/^\.PP$/.fi\n.PP/}' \
    -e 's/^Exit status: /.SH "EXIT STATUS"\n/' "$output.part" >"$output"
rm "$output.part"
