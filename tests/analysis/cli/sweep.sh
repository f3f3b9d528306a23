# A sweep from nothing to a report, and a second call that has nothing to do.
. "$SOURCE_DIR/tests/analysis/cli/study.inc"
export FAKE_LOG="$PWD/log"
flue sweep small.cfg --out out --dry-run | sed 's/about .* s with [0-9]* jobs*/about N s with N jobs/'
rm log # of the trials
same "dry run" "no" "$([ -e out ] && echo yes || echo no)"
flue sweep small.cfg --out out --jobs 2 2>progress
same "runs" 36 "$(wc -l < log)"
flue sweep small.cfg --out out >/dev/null 2>again
same "runs of the second call" 36 "$(wc -l < log)"
grep -q '36 of 36 runs were in out/results.db already' again
flue sweep small.cfg --out out --dry-run | tail -n 1
flue stats out/results.db > stats
flue stats out/results.db --json > stats.json
sed -n '1,60p' stats.json
same "points" 9 "$(grep -c '"parameters"' stats.json)"
for f in goodput_bps_by_loss cpu_utilisation_by_stack; do
    for e in dat gp svg png; do [ -s "out/figures/$f.$e" ]; done
    xmllint --noout "out/figures/$f.svg"
done
sqlite3 out/results.db 'PRAGMA user_version; PRAGMA journal_mode; PRAGMA integrity_check; SELECT count(*) FROM run; SELECT min(run), max(run), count(DISTINCT seed) FROM run;'
sqlite3 out/results.db "SELECT text FROM parameter WHERE name = 'label' LIMIT 1"
LC_ALL=C flue stats out/results.db | sed -n 4p
