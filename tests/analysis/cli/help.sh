# Each command has examples, and says what its exit status means; so has its man page, if there are any.
man=$(dirname "$(command -v flue)")/../man
commands=$(flue --help | sed -n '/^Commands:/,/^$/s/^  \([a-z]*\) .*/\1/p')
[ "$(echo "$commands" | wc -l)" -ge 11 ]
for command in $commands; do
    flue "$command" --help >help
    grep -q '^Exit status: 0 ' help && grep -q "^  flue $command" help && grep -q '^Examples' help || {
        echo "flue $command --help lacks examples or exit statuses" >&2
        exit 1
    }
    [ "$(awk '{ if (length > 100) n++ } END { print n + 0 }' help)" = 0 ]
    [ -d "$man" ] || continue
    page=$man/flue-$command.1
    grep -q '^\.SH "EXIT STATUS"$' "$page" && grep -q "^flue-$command \\\\- " "$page" && grep -q '^\.SH EXAMPLES$' "$page"
    command -v groff >/dev/null || continue
    groff -man -Tutf8 -ww "$page" >text 2>warnings
    [ ! -s warnings ] || {
        cat warnings >&2
        exit 1
    }
done
