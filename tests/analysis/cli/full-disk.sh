# No room for results: said in one line, finished runs stay, and the next call with room goes on from there.
. "$SOURCE_DIR/tests/analysis/cli/study.inc"
flue sweep small.cfg --out calm --jobs 2 >/dev/null 2>&1
rows calm/results.db > calm.rows
# no file may grow beyond so many blocks of 512 bytes
status=0
(ulimit -f 160 && FAKE_LOG="$PWD/log" flue sweep small.cfg --out hit --jobs 2) >said 2>&1 || status=$?
same "exit status" 1 "$status"
grep -q '^flue: hit/results.db: ' said
same "lines" 1 "$(grep -c '^flue: hit' said)"
kept=$(sqlite3 hit/results.db "SELECT count(*) FROM run WHERE state = 'done'")
[ "$kept" -ge 1 ] && [ "$kept" -lt 36 ]
same "database" ok "$(sqlite3 hit/results.db 'PRAGMA integrity_check')"
rm log
FAKE_LOG="$PWD/log" flue sweep small.cfg --out hit --jobs 2 >/dev/null 2>&1
same "runs of the second call" "$((36 - kept))" "$(wc -l < log)"
rows hit/results.db > hit.rows
cmp calm.rows hit.rows
