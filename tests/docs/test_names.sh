#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# test_names.sh SOURCE: docs/names.md against the public headers. Every name of ours in its tables exists in
# include/flue/, every name of chimney.h, state.h and status.h is in them, and what one direction says the
# other says too.
set -eu

export LC_ALL=C
source=$1
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# names HEADER...: what the headers declare: "struct x", "enum x", "x.member", FLUE_CONSTANT, function.
names() {
    awk '
    FNR == 1 { text = text "\n" }
    { text = text $0 "\n" }
    function strip(t,  out, i, j) {
        while ((i = index(t, "/*")) > 0) {
            j = index(substr(t, i + 2), "*/")
            out = out substr(t, 1, i - 1) " "
            t = substr(t, i + 2 + j + 1)
        }
        return out t
    }
    # The names that the declaration of members t ends in.
    function members(owner, t,  parts, n, i) {
        if (match(t, /\(\*[a-z_0-9]+\)/)) {
            print owner "." substr(t, RSTART + 2, RLENGTH - 3)
            return
        }
        gsub(/\[[^]]*\]/, "", t)
        n = split(t, parts, ",")
        for (i = 1; i <= n; i++)
            if (match(parts[i], /[a-z_0-9]+[ \t\n]*$/)) {
                sub(/[ \t\n]+$/, "", parts[i])
                match(parts[i], /[a-z_0-9]+$/)
                print owner "." substr(parts[i], RSTART)
            }
    }
    END {
        text = strip(text)
        n = split(text, lines, "\n")
        for (k = 1; k <= n; k++) { # the preprocessor
            if (match(lines[k], /^#define FLUE_[A-Z0-9_]+/)) {
                name = substr(lines[k], 9, RLENGTH - 8)
                if (name !~ /_H$/ && text !~ ("#undef " name "\n"))
                    print name
                map = name ~ /_MAP$/ ? substr(name, 1, length(name) - 3) : ""
            }
            while (match(lines[k], /X\([A-Z0-9_]+, "/)) {
                print map substr(lines[k], RSTART + 2, RLENGTH - 5)
                lines[k] = substr(lines[k], RSTART + RLENGTH)
            }
            if (lines[k] ~ /^#/ || lines[k] ~ /\\$/)
                lines[k] = ""
        }
        rest = ""
        for (k = 1; k <= n; k++)
            rest = rest lines[k] "\n"
        depth = 0
        owner = ""
        statement = ""
        for (i = 1; i <= length(rest); i++) {
            c = substr(rest, i, 1)
            if (c == "{") {
                depth++
                if (statement ~ /extern "C"/) {
                    depth--
                } else if (match(statement, /(struct|enum) flue_[a-z0-9_]+[ \t\n]*$/) && depth == 1) {
                    owner = substr(statement, RSTART, RLENGTH)
                    gsub(/[ \t\n]+$/, "", owner)
                    print owner
                    is_enum = owner ~ /^enum/
                    sub(/^(struct|enum) /, "", owner)
                } else if (depth == 1 && match(statement, /flue_[a-z0-9_]+\(/)) {
                    print substr(statement, RSTART, RLENGTH - 1)
                    owner = ""
                }
                statement = ""
            } else if (c == "}") {
                if (is_enum)
                    gsub(/FLUE_[A-Z_]+\(FLUE_[A-Z_]+\)/, "", statement) # a list of names in a macro
                if (is_enum)
                    while (match(statement, /FLUE_[A-Z0-9_]+/)) {
                        print substr(statement, RSTART, RLENGTH)
                        statement = substr(statement, RSTART + RLENGTH)
                    }
                if (depth > 0)
                    depth--
                if (depth == 0) {
                    owner = ""
                    is_enum = 0
                }
                statement = ""
            } else if (c == ";") {
                if (owner != "")
                    members(owner, statement)
                else if (depth == 0 && match(statement, /flue_[a-z0-9_]+\(/))
                    print substr(statement, RSTART, RLENGTH - 1)
                statement = ""
            } else {
                statement = statement c
            }
        }
    }' "$@" | sed '/^[^.]*\.$/d' | sort -u
}

# A row of a table: its first two cells, without spaces at the ends and backquotes.
rows() {
    sed -n '/^| `/{s/`//g;s/^| *\([^|]*[^| ]\) *| *\([^|]*[^| ]\) *|.*$/\1|\2/p;}'
}

# Each pair "ours theirs" on a line.
sed '/^## Ours$/,$d' "$source/docs/names.md" | rows | awk -F'|' '$2 != "—" { print $2 "|" $1 }' | sort -u >"$scratch/forward"
sed -n '/^## Ours$/,$p' "$source/docs/names.md" | rows | awk -F'|' '{
    n = split($2, theirs, ", ")
    for (i = 1; i <= n; i++)
        print $1 "|" theirs[i] }' | sort -u >"$scratch/backward"
cut -d'|' -f1 "$scratch/forward" "$scratch/backward" | sort -u >"$scratch/in-page"
grep -v '|—$' "$scratch/backward" >"$scratch/back"

names "$source"/include/flue/*.h >"$scratch/in-headers"
names "$source"/include/flue/chimney.h "$source"/include/flue/state.h "$source"/include/flue/status.h \
    >"$scratch/of-contract"

failed=0
complain() {
    if [ -s "$2" ]; then
        echo "$1:"
        cat "$2"
        failed=1
    fi
}
[ "$(wc -l <"$scratch/of-contract")" -gt 200 ] # the headers could be read at all
comm -23 "$scratch/in-page" "$scratch/in-headers" >"$scratch/gone"
comm -13 "$scratch/in-page" "$scratch/of-contract" >"$scratch/missing"
comm -3 "$scratch/forward" "$scratch/back" >"$scratch/one-way"
complain "in docs/names.md, and not in include/flue/" "$scratch/gone"
complain "in chimney.h, state.h or status.h, and not in docs/names.md" "$scratch/missing"
complain "in one direction of docs/names.md and not in the other" "$scratch/one-way"
exit "$failed"
