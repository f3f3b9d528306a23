# SPDX-License-Identifier: GPL-2.0-or-later
#
# Completion of flue for bash: flue says what a word may be, files are bash's.
_flue() {
    local IFS=$'\n'
    local words=("${COMP_WORDS[@]}")
    COMPREPLY=($("$1" --complete "$COMP_CWORD" "${words[@]}" 2>/dev/null))
}
complete -o default -F _flue flue
