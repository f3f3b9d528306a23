# How many run at once, and what was run before, does not change a row.
. "$SOURCE_DIR/tests/analysis/cli/study.inc"
flue sweep small.cfg --out one --jobs 1 >/dev/null 2>&1
flue sweep small.cfg --out two --jobs 2 >/dev/null 2>&1
flue sweep small.cfg --out nine --jobs 9 >/dev/null 2>&1
rows one/results.db > one.rows
rows two/results.db > two.rows
rows nine/results.db > nine.rows
[ "$(wc -l < one.rows)" -gt 300 ]
cmp one.rows two.rows
cmp one.rows nine.rows

# More replications and one value more leave old rows untouched, to the letter.
sqlite3 one/results.db 'SELECT id, hex(canonical), state, command, started, wall_s, memory_kib FROM run' | sort > before
sed 's/replications = 4/replications = 6/; s/(0, 1e-4, 1e-2)/(0, 1e-4, 1e-3, 1e-2)/' small.cfg > larger.cfg
mv larger.cfg small.cfg
FAKE_LOG="$PWD/log" flue sweep small.cfg --out one >/dev/null 2>&1
same "new runs" 36 "$(wc -l < log)"
sqlite3 one/results.db 'SELECT id, hex(canonical), state, command, started, wall_s, memory_kib FROM run' | sort > after
same "old rows kept" "$(cat before)" "$(LC_ALL=C.UTF-8 comm -12 before after)"

# Another commit is another model: nothing of the old one is reused, nothing of it is lost.
FAKE_COMMIT=def5678 FAKE_LOG="$PWD/log2" flue sweep small.cfg --out one >/dev/null 2>&1
same "runs of another commit" 72 "$(wc -l < log2)"
same "all runs" 144 "$(sqlite3 one/results.db 'SELECT count(*) FROM run')"
same "commits in the report" def5678 \
    "$(flue stats one/results.db --json >/dev/null; grep -o 'abc1234\|def5678' one/report.html | sort -u)"
