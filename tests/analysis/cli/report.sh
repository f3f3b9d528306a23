# The report is one file, escapes what it shows, and is well-formed.
. "$SOURCE_DIR/tests/analysis/cli/study.inc"
flue sweep small.cfg --out out >/dev/null 2>&1
grep -q '<h1>Loss &amp; &lt;offload&gt;</h1>' out/report.html
grep -q 'it&#39;s &lt;b&gt;bold&lt;/b&gt;' out/report.html
grep -q 'busy share &lt;of&gt; the &quot;core&quot;' out/report.html
grep -q 'The simulator notes: no requests &lt;in&gt; this scenario' out/report.html
same "drawings" 2 "$(grep -c '^<svg\|<svg ' out/report.html)"
# the answer: offload's goodput against ns3's by the same replications, in as many words and as a table
same "answers" 2 "$(grep -c '<p>stack \(host\|offload\) against ns3:</p>' out/report.html)"
grep -q '<li>Latency: better at 0 of 3 points, worse at 0, no difference found at 0; too few measured pairs at the rest.</li>' out/report.html
same "pairs" 18 "$(sed -n '/Every pair of points/,/<\/details>/p' out/report.html | grep -c '<td class="word">goodput_bps\|cpu_utilisation\|latency_s')"
change=$(sqlite3 out/results.db "SELECT printf('%+.2f', 100 * (avg(b.value) / avg(a.value) - 1)) FROM run ra
    JOIN metric a ON a.run = ra.id AND a.name = 'cpu_utilisation' JOIN parameter pa ON pa.run = ra.id AND pa.name = 'stack'
        AND pa.text = 'ns3' JOIN parameter la ON la.run = ra.id AND la.name = 'loss' AND la.text = '0.01'
    JOIN run rb ON rb.run = ra.run JOIN metric b ON b.run = rb.id AND b.name = 'cpu_utilisation'
    JOIN parameter pb ON pb.run = rb.id AND pb.name = 'stack' AND pb.text = 'offload'
    JOIN parameter lb ON lb.run = rb.id AND lb.name = 'loss' AND lb.text = '0.01'")
sed -n '/Every pair of points/,/<\/details>/p' out/report.html |
    grep -q "0.01</td><td class=\"word\">offload</td><td class=\"word\">cpu_utilisation</td><td>4</td><td>$change %"
# nothing is loaded from elsewhere
same "links" "" "$(grep -o ' src=[^ >]*\| href=.http[^ >]*\|@import\|url(http' out/report.html || true)"
# no id twice
same "ids" "" "$(grep -o ' id="[^"]*"' out/report.html | sort | uniq -d)"
# well-formed but for what HTML leaves open (meta) and names (nbsp, plusmn)
sed 's/<meta[^>]*>//; s/<!DOCTYPE html>//; s/&nbsp;/ /g; s/&plusmn;/+-/g' out/report.html | xmllint --noout -
# every run is there with every metric
same "rows of runs" 36 "$(sed -n '/Every run/,$p' out/report.html | grep -c '^<tr><td class="word">')"
# what a number lacks is said beside it, in both forms: nothing measured, nothing random, one replication of four missing
cat > lacks.cfg <<'END'
scenario = "loss";
fixed = { label = "a|b *c*"; };
vary = { loss = (0, 1e-2); };
replications = 4;
metrics = ("goodput_bps", "latency_s");
END
flue sweep lacks.cfg --out lacks >/dev/null 2>&1
sqlite3 lacks/results.db "UPDATE metric SET value = NULL, note = 'zero finished flows' WHERE name = 'goodput_bps'
    AND run = (SELECT run FROM plan WHERE point = 1 AND replication = 2)"
flue report lacks/results.db >/dev/null
flue report lacks/results.db --markdown >/dev/null
sed -n '/<h2>Results/,/<h2>Methods/p' lacks/report.html >part
grep -q '<tr><td class="word">0</td><td>940[.0]*&nbsp;<sup>a</sup></td><td>–&nbsp;<sup>b</sup></td><td>4</td></tr>' part
grep -q '<sup>a</sup> all replications alike: nothing random in them, no interval.</p>' part
grep -q '<sup>b</sup> not measured: no requests &lt;in&gt; this scenario.</p>' part
grep -q '<sup>c</sup> mean of 3 replications, as 1 did not measure it: zero finished flows.</p>' part
sed -n '/^## Results/,/^## Methods/p' lacks/report.md >part
grep -q '^| 0 | 940[.0]* <sup>a</sup> | – <sup>b</sup> | 4 |$' part
grep -q '^<sup>b</sup> not measured: no requests \\<in\\> this scenario\.$' part
same "mean of three" "$(sqlite3 lacks/results.db "SELECT printf('%.0f', avg(value) / 1e6) FROM metric JOIN plan USING (run) WHERE name = 'goodput_bps' AND point = 1")" \
    "$(sed -n 's/^| 0.01 | \([0-9]*\)[.0-9]* ± .* <sup>c<.sup> |.*/\1/p' part)"
grep -qF '| a\|b \*c\* |' lacks/report.md
# a run that is too short for what it should tell says so
cat > short.cfg <<'END'
scenario = "loss";
series_interval = "1ms";
figure = ( { kind = "time"; y = "goodput_bps"; } );
END
course() { awk -v rows="$1" -v late="$2" 'BEGIN {print "time_s,goodput_bps"; for (i = 1; i <= rows; i++) print i / 1000 "," (i > late) + 1}'; }
FAKE_SERIES=$(course 80 45) flue sweep short.cfg --out late >/dev/null 2>&1
grep -q '45 ms (the run is shorter than twice its warm-up: it may not have ended)' late/report.html
grep -q '– (fewer than 100 values: no interval by batch means)' late/report.html
FAKE_SERIES=$(course 20 5) flue sweep short.cfg --out few >/dev/null 2>&1
grep -q '0 ms (fewer than 50 values: the warm-up cannot be told)' few/report.html
# Markdown's own signs are only signs, and every row of a table has as many cells as its head
flue report out/results.db --markdown >/dev/null 2>&1
head -n 1 out/report.md | grep -qF '# Loss \& \<offload\>'
awk -F' \\| |^\\| | \\|$' '/^\|/ {if (cells && NF != cells && !/^\|---/) exit 1; if (!/^\|---/) cells = NF} !/^\|/ {cells = 0}' out/report.md
# the values inside of a range are known to the simulator alone: the first parameter may be one
cat > range.cfg <<'STUDY'
scenario = "loss";
vary = { loss = { from = 0.01; to = 0.4; steps = 4; }; stack = ("ns3", "host"); };
replications = 2;
STUDY
flue sweep range.cfg --out range >/dev/null 2>&1
same "groups of a range, in every table of the points" "0.14 0.27 0.4" "$(sed -n \
    's/^<tr class="group"><td class="word">\([^<]*\)<.*/\1/p' range/report.html | sort -u | tr '\n' ' ' | sed 's/ $//')"
