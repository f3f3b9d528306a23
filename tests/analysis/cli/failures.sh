# Runs that fail in every way: recorded, reported, tried again by the next call; the others go on.
. "$SOURCE_DIR/tests/analysis/cli/study.inc"
flue sweep small.cfg --out calm >/dev/null 2>&1
rows calm/results.db > calm.rows
sed -i 's/"ns3", "host", "offload"/"host"/; s/(0, 1e-4, 1e-2)/(0)/' small.cfg
for how in FAIL CRASH GARBAGE LIE; do
    echo "== $how"
    export "FAKE_$how=3"
    expect 1 flue sweep small.cfg --out "$how" --jobs 1 2>&1 | grep -v 'runs/s'
    unset "FAKE_$how"
    sqlite3 "$how/results.db" "SELECT state, exit_status, signal, log FROM run WHERE run = 3;
        SELECT count(*) FROM run WHERE state = 'done'"
    grep -o '1 of 4 runs failed' "$how/report.html"
    expect 0 flue sweep small.cfg --out "$how" 2>&1 | grep -v 'runs/s' | head -n 2
    sqlite3 "$how/results.db" "SELECT state, count(*) FROM run GROUP BY state"
done
