# SIGINT and SIGTERM: exit status 130, how to go on, finished results kept, unfinished ones not blamed.
. "$SOURCE_DIR/tests/analysis/cli/study.inc"
flue sweep small.cfg --out calm >/dev/null 2>&1
rows calm/results.db > calm.rows
for signal in INT TERM; do
    rm -f log
    FAKE_LOG="$PWD/log" FAKE_SLEEP_MS=100 flue sweep small.cfg --out "hit $signal" --jobs 2 >said 2>&1 &
    pid=$!
    tries=0
    while [ ! -e log ] || [ "$(wc -l < log)" -lt 9 ]; do
        tries=$((tries + 1))
        [ "$tries" -lt 500 ]
        sleep 0.02
    done
    kill -s "$signal" "$pid"
    got=0
    wait "$pid" || got=$?
    same "exit status after $signal" 130 "$got"
    grep -q "^flue: interrupted: [0-9]* of 36 runs are done and kept; continue with: flue sweep small.cfg --out 'hit $signal'\$" said
    same "failed runs" 0 "$(sqlite3 "hit $signal/results.db" "SELECT count(*) FROM run WHERE state = 'failed'")"
    flue sweep small.cfg --out "hit $signal" >/dev/null 2>&1
    rows "hit $signal/results.db" > hit.rows
    cmp calm.rows hit.rows
done
