# flue dies in the middle (kill -9): the next call gives the same rows as if nothing had happened, and no
# simulation outlives it.
. "$SOURCE_DIR/tests/analysis/cli/study.inc"
# a name of its own, to be found by
cp "$FLUE_SIM" simulator
FLUE_SIM=$PWD/simulator
flue sweep small.cfg --out calm --jobs 2 >/dev/null 2>&1
rows calm/results.db > calm.rows
export FAKE_LOG="$PWD/log"
FAKE_SLEEP_MS=400 flue sweep small.cfg --out hit --jobs 2 >/dev/null 2>&1 &
pid=$!
tries=0
while [ ! -e log ] || [ "$(wc -l < log)" -lt 12 ]; do
    tries=$((tries + 1))
    [ "$tries" -lt 500 ]
    sleep 0.02
done
kill -9 "$pid"
wait "$pid" || true
kept=$(sqlite3 hit/results.db 'SELECT count(*) FROM run')
[ "$kept" -ge 1 ] && [ "$kept" -lt 36 ]
sleep 0.1
# /proc is full of processes that end while one looks
cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\0' ' ' > processes || true
alive=$(grep -c -F "$PWD/simulator run loss" processes || true)
same "simulations that outlived flue" 0 "$alive"
rm log
flue sweep small.cfg --out hit --jobs 2 >/dev/null 2>&1
same "runs of the second call" "$((36 - kept))" "$(wc -l < log)"
rows hit/results.db > hit.rows
cmp calm.rows hit.rows
