# Every run with everything that is known of it, as CSV and as JSON.
. "$SOURCE_DIR/tests/analysis/cli/study.inc"
sed -i "s/it's <b>bold/it's, \\\\\"<b>bold/" small.cfg
flue sweep small.cfg --out out >/dev/null 2>&1
flue export out/results.db > runs.csv
head -n 1 runs.csv | tr -d '\r'
same "rows" 37 "$(wc -l < runs.csv)"
same "line ends" 37 "$(grep -c "$(printf '\r')\$" runs.csv)"
# a value with comma and quotes, read back by another program
sqlite3 ':memory:' '.mode csv' '.import runs.csv t' \
    "SELECT DISTINCT label FROM t" "SELECT count(*), sum(abs(goodput_bps - 9.4e8) < 1) FROM t WHERE loss = '0'"
flue export out/results.db --format json > runs.json
jq -c '[.schema, .study, .scenario, (.runs | length)]' runs.json
jq -c '.runs[5] | {point, replication, run, state, parameters, metrics: (.metrics | keys), provenance: (.provenance | keys)}' runs.json
same "the same numbers" "$(jq -r '.runs[].metrics.goodput_bps.value' runs.json | sort | md5sum)" \
    "$(sqlite3 ':memory:' '.mode csv' '.import runs.csv t' 'SELECT goodput_bps FROM t' | tr -d '\r"' | jq -r . | sort | md5sum)"
# a failed run has a row without metrics
sed -i 's/replications = 4/replications = 5/' small.cfg
FAKE_FAIL=5 expect 1 flue sweep small.cfg --out out >/dev/null 2>&1
flue export out/results.db --format json | jq -c '[.runs[] | select(.state == "failed")]
    | length, (.[0] | [.exit_status, .log, .metrics, .provenance.commit])'
flue export out/results.db --out file.csv
same "rows" 46 "$(wc -l < file.csv)"
# the course of runs that kept it
expect 1 flue export out/results.db --series > /dev/null
expect 2 flue export out/results.db --series --format json
cat > course.cfg <<'STUDY'
scenario = "loss";
series_interval = "100ms";
vary = { loss = (0, 1e-2); };
STUDY
flue sweep course.cfg --out course > /dev/null 2>&1
flue export course/results.db --series | tr -d '\r' > course.csv
head -n 4 course.csv
flue export course/results.db --format json > course.json
jq -c '.runs[0] | [(.series | keys), (.series.time_s | length), .events]' course.json
same "rows" "$(jq '[.runs[].series.time_s | length] | add' course.json)" "$(tail -n +2 course.csv | wc -l)"
expect 2 flue export out/results.db --format jso
expect 2 flue export out/results.db --study other
expect 2 flue export out/results.db --out /nowhere/file
expect 2 flue export missing.db
expect 1 flue export out/results.db > /dev/full
