# Figures and reports of what is not there: one line, no file, nothing overwritten.
. "$SOURCE_DIR/tests/analysis/cli/study.inc"
flue sweep small.cfg --out out >/dev/null 2>&1
refuse() {
    cp out/results.db bad.db
    [ "$1" = - ] || sqlite3 bad.db "$1"
    shift
    status=0
    "$@" >stdout || status=$?
    echo "exit status $status"
    [ ! -s stdout ] && [ ! -e bad ] || { echo "something was written"; exit 1; }
}
echo "# nothing was run"
refuse "DELETE FROM run" flue plot bad.db --out bad
refuse "DELETE FROM run" flue report bad.db --out bad
echo "# a study that wants no figures"
grep -v '^ *{\|^figure' small.cfg >none.cfg
flue sweep none.cfg --out none >/dev/null 2>&1
refuse - flue plot none/results.db --out bad
echo "# a metric that is not there"
refuse "UPDATE study SET scenario = replace(scenario, 'goodput_bps', 'throughput')" flue plot bad.db --out bad
echo "# a column, a table that is not there"
refuse "ALTER TABLE metric RENAME COLUMN note TO remark" flue plot bad.db --out bad
refuse "DROP TABLE plan" flue report bad.db --markdown --out bad
echo "# of another version"
refuse "PRAGMA user_version = 1" flue plot bad.db --out bad
echo "# written by half"
head -c 20000 out/results.db >half.db
refuse - flue plot half.db --out bad
echo "# nothing measured"
sed 's/^figure.*/figure = ( { x = "loss"; y = "latency_s"; } );/; /^ *{/d' small.cfg >latency.cfg
flue sweep latency.cfg --out latency >/dev/null 2>&1
cp -r latency/figures before
expect 2 flue plot latency/results.db
diff -r before latency/figures
echo "# a time series that is none: the run failed, and says so"
sed 's/^replications.*/replications = 1; series_interval = "1ms";/' small.cfg >series.cfg
export FAKE_SERIES="time_s,goodput_bps
1,2,3
"
expect 1 flue sweep series.cfg --out series 2>said >/dev/null
sed '/runs\/s/d; s/; repeat .*//' said
same "left behind" "" "$(find series -name '*series-*')"
