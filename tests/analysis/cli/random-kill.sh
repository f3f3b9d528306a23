# kill -9 of flue or of a simulation, again and again at random moments: in the end the same rows as if nothing
# had happened. What is lost each time is what was in flight.
. "$SOURCE_DIR/tests/analysis/cli/study.inc"
cp "$FLUE_SIM" simulator
FLUE_SIM=$PWD/simulator
flue sweep small.cfg --out calm --jobs 2 >/dev/null 2>&1
rows calm/results.db > calm.rows
export FAKE_LOG="$PWD/log" FAKE_SLEEP_MS=20
# seeded, so that a failure can be repeated
awk 'BEGIN { srand(11); for (i = 0; i < 12; i++) printf "%.3f %d\n", 0.05 + rand() * 0.5, rand() * 2 }' > moments
while read -r moment victim; do
    setsid flue sweep small.cfg --out hit --jobs 2 >/dev/null 2>&1 &
    pid=$!
    sleep "$moment"
    if [ "$victim" = 0 ]; then
        kill -9 "$pid" 2>/dev/null || true
    else
        # any one simulation; flue goes on, and notes that it failed
        for process in /proc/[0-9]*; do
            if tr '\0' ' ' <"$process/cmdline" 2>/dev/null | grep -q -F "$PWD/simulator run loss"; then
                kill -9 "${process#/proc/}" 2>/dev/null || true
                break
            fi
        done
    fi
    wait "$pid" || true
    if [ -e hit/results.db ]; then
        same "database" ok "$(sqlite3 hit/results.db 'PRAGMA integrity_check')"
    fi
done <moments
FAKE_SLEEP_MS=0
status=0
flue sweep small.cfg --out hit --jobs 2 >/dev/null 2>&1 || status=$?
same "exit status at last" 0 "$status"
rows hit/results.db > hit.rows
cmp calm.rows hit.rows
# two in flight may be lost at each kill, no more
[ "$(wc -l < log)" -le $((36 + 2 * 12)) ]
