# The report is one file, escapes what it shows, and is well-formed.
. "$SOURCE_DIR/tests/analysis/cli/study.inc"
flue sweep small.cfg --out out >/dev/null 2>&1
grep -q '<h1>Loss &amp; &lt;offload&gt;</h1>' out/report.html
grep -q 'it&#39;s &lt;b&gt;bold&lt;/b&gt;' out/report.html
grep -q 'busy share &lt;of&gt; the &quot;core&quot;' out/report.html
grep -q 'The simulator notes: no requests &lt;in&gt; this scenario' out/report.html
same "drawings" 2 "$(grep -c '^<svg\|<svg ' out/report.html)"
# nothing is loaded from elsewhere
same "links" "" "$(grep -o ' src=[^ >]*\| href=.http[^ >]*\|@import\|url(http' out/report.html || true)"
# no id twice
same "ids" "" "$(grep -o ' id="[^"]*"' out/report.html | sort | uniq -d)"
# well-formed but for what HTML leaves open (meta) and names (nbsp, plusmn)
sed 's/<meta[^>]*>//; s/<!DOCTYPE html>//; s/&nbsp;/ /g; s/&plusmn;/+-/g' out/report.html | xmllint --noout -
# every run is there with every metric
same "rows of runs" 36 "$(sed -n '/Every run/,$p' out/report.html | grep -c '^<tr><td class="word">')"
