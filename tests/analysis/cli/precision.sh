# Replications until the interval is narrow enough: the same rows however many run at once, however often the
# sweep was killed, and none of them run twice.
cat > narrow.cfg <<'END'
scenario = "loss";
vary = { loss = (0, 1e-4, 1e-2, 0.05); };
replications = 3;
precision = { metric = "goodput_bps"; relative = 0.004; at_most = 30; };
END
. "$SOURCE_DIR/tests/analysis/cli/study.inc"
flue sweep narrow.cfg --dry-run | sed -n 's/^up to/up to/p; s/^\([0-9]* points.*\)/\1/p'
FAKE_LOG="$PWD/log" flue sweep narrow.cfg --out one --jobs 1 >/dev/null 2>&1
FAKE_LOG="$PWD/log5" flue sweep narrow.cfg --out five --jobs 5 >/dev/null 2>&1
rows one/results.db > one.rows
rows five/results.db > five.rows
cmp one.rows five.rows
same "runs" "$(wc -l < log)" "$(sqlite3 one/results.db 'SELECT count(*) FROM run')"
# zero loss has nothing random in it: it stays at three; the others end narrow enough or at the cap
sqlite3 one/results.db 'SELECT point, count(*) FROM plan GROUP BY point'
flue stats one/results.db --json | jq -c '.points[].metrics.goodput_bps
    | (.n == 30 or .half_width_95 == null or .half_width_95 <= 0.004 * .mean)'
# one fewer would not have been enough
flue sweep narrow.cfg --out one --jobs 1 2>&1 >/dev/null | sed 's/were in .*/were there/'
same "runs of the second call" "$(sqlite3 one/results.db 'SELECT count(*) FROM run')" "$(wc -l < log)"
# a failed run keeps its point from growing, and does not change where it ends
FAKE_FAIL=2 expect 1 flue sweep narrow.cfg --out hit --jobs 2 >/dev/null 2>&1
flue sweep narrow.cfg --out hit --jobs 2 >/dev/null 2>&1
rows hit/results.db > hit.rows
cmp one.rows hit.rows
