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
    grep -q "0.01</td><td class=\"word\">offload</td><td class=\"word\">cpu_utilisation</td><td>4</td><td>$change&nbsp;%"
# nothing is loaded from elsewhere
same "links" "" "$(grep -o ' src=[^ >]*\| href=.http[^ >]*\|@import\|url(http' out/report.html || true)"
# no id twice
same "ids" "" "$(grep -o ' id="[^"]*"' out/report.html | sort | uniq -d)"
# well-formed but for what HTML leaves open (meta) and names (nbsp, plusmn)
sed 's/<meta[^>]*>//; s/<!DOCTYPE html>//; s/&nbsp;/ /g; s/&plusmn;/+-/g' out/report.html | xmllint --noout -
# every run is there with every metric
same "rows of runs" 36 "$(sed -n '/Every run/,$p' out/report.html | grep -c '^<tr><td class="word">')"
# the values inside of a range are known to the simulator alone: the first parameter may be one
cat > range.cfg <<'STUDY'
scenario = "loss";
vary = { loss = { from = 0.01; to = 0.4; steps = 4; }; stack = ("ns3", "host"); };
replications = 2;
STUDY
flue sweep range.cfg --out range >/dev/null 2>&1
same "groups of a range, in every table of the points" "0.14 0.27 0.4" "$(sed -n \
    's/^<tr class="group"><td class="word">\([^<]*\)<.*/\1/p' range/report.html | sort -u | tr '\n' ' ' | sed 's/ $//')"
