# Parts of a study run apart and merged are the study.
. "$SOURCE_DIR/tests/analysis/cli/study.inc"
flue sweep small.cfg --out whole >/dev/null 2>&1
rows whole/results.db > whole.rows
export FAKE_LOG="$PWD/log"
for part in 1 2 3 4; do
    flue sweep small.cfg --points "$part/4" --out "part $part" 2>/dev/null
done
same "runs" 36 "$(wc -l < log)"
same "points of part 2" '1 5' "$(sqlite3 'part 2/results.db' 'SELECT DISTINCT point FROM plan' | tr '\n' ' ' | sed 's/ $//')"
[ ! -e 'part 2/report.html' ]
flue merge 'part 1/results.db' 'part 2/results.db' 'part 3/results.db' 'part 4/results.db' --out joined
# what each part counts as its plan is joined, too
rows joined/results.db > joined.rows
cmp whole.rows joined.rows
flue merge 'part 3/results.db' --out joined
rows joined/results.db > joined.rows
cmp whole.rows joined.rows
flue sweep small.cfg --out joined >/dev/null 2>&1
same "runs after the merge" 36 "$(wc -l < log)"
cmp whole/figures/goodput_bps_by_loss.svg joined/figures/goodput_bps_by_loss.svg
# finished runs take the place of failed ones, never the other way round
sed -i 's/"ns3", "host", "offload"/"host"/; s/(0, 1e-4, 1e-2)/(0)/' small.cfg
FAKE_FAIL=3 expect 1 flue sweep small.cfg --out bad >/dev/null 2>&1
flue sweep small.cfg --out good >/dev/null 2>&1
flue merge good/results.db --out bad
sqlite3 bad/results.db "SELECT state, count(*) FROM run GROUP BY state"
FAKE_FAIL=3 FAKE_COMMIT=other expect 1 flue sweep small.cfg --out worse >/dev/null 2>&1
flue merge worse/results.db --out bad
sqlite3 bad/results.db "SELECT state, count(*) FROM run GROUP BY state"
flue merge good/results.db --out worse
# what cannot be merged is named
echo text > text.db
for file in missing.db text.db; do
    expect 2 flue merge "$file" --out joined
done
expect 2 flue merge
expect 2 flue sweep small.cfg --points 3/2
expect 2 flue sweep small.cfg --points 1
rows joined/results.db > joined.rows
cmp whole.rows joined.rows
