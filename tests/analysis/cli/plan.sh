# flue plan: the answers of a simulator whose truth is known (goodput crosses 800 Mb/s at a loss of 0.1596), the same
# however many run at once and however often it was killed, and what it says when there is no single answer.
. "$SOURCE_DIR/tests/analysis/cli/study.inc"
# study REQUIREMENT...: the largest loss that meets it
study() {
    cat <<STUDY
scenario = "loss";
vary = { loss = { from = 0.01; to = 0.4; steps = 40; }; delay = ("1ms", "2ms"); };
plan = { parameter = "loss"; want = "${want:-largest}"; require = ($1); };
STUDY
}
try() {
    echo "\$ flue plan $*"
    got=0
    flue plan "$@" 2>said || got=$?
    grep -v '^flue: [0-9]* of [0-9]* runs, ' said || true
    echo "[$got]"
}
study '"goodput_bps >= 800Mbps"' > goodput.cfg
try goodput.cfg --dry-run
[ ! -e out ]
FAKE_LOG="$PWD/log" try goodput.cfg --out one --jobs 1
cp said one.said
same "runs" "$(wc -l < log)" "$(sqlite3 one/results.db 'SELECT count(*) FROM run')"
flue plan goodput.cfg --out one --jobs 1 --json 2>/dev/null > one.json
same "runs of the second call" "$(sqlite3 one/results.db 'SELECT count(*) FROM run')" "$(wc -l < log)"
flue plan goodput.cfg --out five --jobs 5 --json 2>/dev/null > five.json
cmp one.json five.json
jq -c '.answers[] | [.parameters.delay, .meets, .may_meet, .fails, .odd]' one.json
jq -c '.points[0], (.points | length)' one.json
# what was not looked at is not in the table
flue stats one/results.db | grep -c '^0\.' | sed 's/^/rows: /'
# the report begins with the answers, and knows the values that were not looked at
flue report one/results.db --markdown -o report > /dev/null
sed -n '/^## Answer/,/^The points/p' report/report.md
! grep -F '| ? |' report/report.md

# killed in the middle: the same answer, and nothing twice
FAKE_LOG="$PWD/log2" FAKE_SLEEP_MS=20 flue plan goodput.cfg --out hit --jobs 2 >/dev/null 2>&1 &
pid=$!
tries=0
while [ ! -e log2 ] || [ "$(wc -l < log2)" -lt 30 ]; do
    tries=$((tries + 1))
    [ "$tries" -lt 500 ]
    sleep 0.02
done
{ # the shell may say "Killed", or not
    kill -9 "$pid"
    wait "$pid" || true
} 2>/dev/null
kept=$(sqlite3 hit/results.db 'SELECT count(*) FROM run')
rm log2
FAKE_LOG="$PWD/log2" flue plan goodput.cfg --out hit --json 2>/dev/null > hit.json
cmp one.json hit.json
same "runs after the kill" "$(($(wc -l < log) - kept))" "$(wc -l < log2)"

# asked to stop: how to go on
FAKE_LOG="$PWD/log3" FAKE_SLEEP_MS=50 flue plan goodput.cfg --out stopped --jobs 2 >/dev/null 2>said &
pid=$!
tries=0
while [ ! -e log3 ]; do
    tries=$((tries + 1))
    [ "$tries" -lt 500 ]
    sleep 0.02
done
kill -s TERM "$pid"
got=0
wait "$pid" || got=$?
same "exit status after TERM" 130 "$got"
grep -q '^flue: interrupted: [0-9]* runs are done and kept; continue with: flue plan goodput.cfg --out stopped$' said

# no value, every value, nothing that can be told, nothing measured, more than one turn, failures
study '"goodput_bps >= 990Mbps"' > none.cfg
try none.cfg --out one
study '"goodput_bps >= 100Mbps"' > every.cfg
try every.cfg --out one
study '"cpu_utilisation <= 25%", "goodput_bps >= 0.8 Gbps"' > untold.cfg
try untold.cfg --out one
study '"latency_s <= 2ms"' > unmeasured.cfg
try unmeasured.cfg --out one
want=smallest study '"goodput_bps <= 800Mbps"' > smallest.cfg
try smallest.cfg --out one
FAKE_TURN=0.25 try goodput.cfg --out turn
got=0
FAKE_FAIL=2 flue plan goodput.cfg --out fail >said 2>&1 || got=$?
same "exit status after failures" 1 "$got"
sed -n 's/--loss .* --seed/--loss ... --seed/; s/^\(flue: 4 of 16 runs failed\)/\1/p' said
grep -v plan goodput.cfg > missing.cfg
try missing.cfg
sed 's/loss = {.*40; }/loss = (0.1, 0.3, 0.2)/' goodput.cfg > falling.cfg
try falling.cfg
# words stand in the order that is meant
cat > words.cfg <<'STUDY'
scenario = "loss";
vary = { stack = ("ns3", "host", "offload"); };
plan = { parameter = "stack"; want = "smallest"; require = ("goodput_bps >= 940Mbps"); };
STUDY
try words.cfg --out words
