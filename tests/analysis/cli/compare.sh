# Two databases, pair by pair: what changed beyond chance, and a gate with an exit status of its own.
. "$SOURCE_DIR/tests/analysis/cli/study.inc"
flue sweep small.cfg --out before >/dev/null 2>&1
FAKE_COMMIT=def5678 FAKE_FACTOR=0.9 flue sweep small.cfg --out after >/dev/null 2>&1
flue compare before/results.db before/results.db | head -n 5
expect 4 flue compare before/results.db after/results.db --fail-if 'goodput_bps < -5%'
# the same factor in every pair leaves the ratio without doubt
flue compare before/results.db after/results.db --json | jq -c '[.points[].metrics.goodput_bps |
    (.ratio_low > 0.8999 and .ratio_high < 0.9001), .verdict] | unique'
expect 0 flue compare before/results.db after/results.db --fail-if 'goodput_bps<-15%' >/dev/null
expect 0 flue compare before/results.db after/results.db --fail-if 'goodput_bps > 0' >/dev/null
expect 4 flue compare before/results.db after/results.db --fail-if 'goodput_bps < -1e6' >/dev/null
# nothing measured closes the gate: what cannot be told has not been shown
expect 4 flue compare before/results.db after/results.db --fail-if 'latency_s > 5%' >/dev/null
# one replication: said beside the number
sed 's/replications = 4/replications = 1; seed = 2/' small.cfg > one.cfg
flue sweep one.cfg --out one >/dev/null 2>&1
expect 4 flue compare before/results.db one/results.db --fail-if 'goodput_bps < -5%' | sed -n '1,4p'
# bad input
for gate in 'goodput_bps' 'goodput_bps < five' '< 5' 'goodput_bps < 5% or so' 'goodput < -5%'; do
    expect 2 flue compare before/results.db after/results.db --fail-if "$gate"
done
expect 2 flue compare before/results.db
expect 2 flue compare before/results.db missing.db
sed 's/loss = (0, 1e-4, 1e-2)/loss = (0.3)/' small.cfg > other.cfg
flue sweep other.cfg --out other >/dev/null 2>&1
expect 2 flue compare before/results.db other/results.db
sqlite3 after/results.db 'PRAGMA user_version = 99'
expect 2 flue compare before/results.db after/results.db
