# Two sweeps into one folder: the second is refused, the first is not disturbed. Databases that are not ours,
# or of another version, are left alone.
. "$SOURCE_DIR/tests/analysis/cli/study.inc"
FAKE_SLEEP_MS=100 FAKE_LOG="$PWD/log" flue sweep small.cfg --out out --jobs 2 >/dev/null 2>&1 &
pid=$!
tries=0
while [ ! -e log ]; do
    tries=$((tries + 1))
    [ "$tries" -lt 500 ]
    sleep 0.02
done
expect 2 flue sweep small.cfg --out out
wait "$pid"
same "runs" 36 "$(sqlite3 out/results.db "SELECT count(*) FROM run WHERE state = 'done'")"
sqlite3 out/results.db 'PRAGMA user_version = 99'
expect 2 flue sweep small.cfg --out out
mkdir other
sqlite3 other/results.db 'CREATE TABLE t (a)'
expect 2 flue sweep small.cfg --out other
same "other's tables" t "$(sqlite3 other/results.db .tables)"
mkdir text
echo hello > text/results.db
expect 2 flue sweep small.cfg --out text
same "other's text" hello "$(cat text/results.db)"
