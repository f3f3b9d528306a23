# Every kind of figure draws the numbers that are in the database, and twice the same.
. "$SOURCE_DIR/tests/analysis/cli/study.inc"
cat > kinds.cfg <<'END'
scenario = "loss";
vary = { delay = ("1ms", "2ms"); loss = (1e-4, 1e-2); stack = ("host", "offload"); };
replications = 7;
series_interval = "2ms";
figure = (
  { kind = "cdf"; x = "cpu_utilisation"; series = "stack"; },
  { kind = "box"; x = "loss"; y = "goodput_bps"; series = "stack"; },
  { kind = "bars"; x = "loss"; y = ("cpu_utilisation", "timeouts"); series = "stack"; },
  { kind = "heat"; x = "loss"; y = "delay"; z = "cpu_utilisation"; series = "stack"; },
  { kind = "heat"; x = "loss"; y = "delay"; z = "goodput_bps"; },
  { kind = "time"; y = "goodput_bps"; series = "stack"; },
  { x = "loss"; y = "timeouts"; series = "stack"; logx = true; logy = true; },
  { kind = "laws"; x = "loss"; y = "goodput_bps"; series = "stack"; logx = true; bounds = ("cpu_utilisation"); },
  { kind = "laws"; x = "loss"; y = "goodput_bps"; series = "stack"; logx = true; bounds = ("timeouts"); scaled = ("cpu_utilisation"); });
END
flue sweep kinds.cfg --out out >/dev/null 2>&1
flue plot out/results.db --out again >list 2>/dev/null
same "drawings" 63 "$(wc -l <list)"
for f in out/figures/*; do
    case $f in
    *.pdf) same "PDF" "%PDF" "$(head -c 4 "$f")" ;; # holds the time at which it was written
    *) cmp "$f" "again/figures/$(basename "$f")" ;;
    esac
done
# every axis has its unit, and what is drawn is explained
for f in out/figures/*.svg; do
    case $f in *timeouts_by*) continue ;; esac # a number
    grep -q '(%)\|(Mb/s)\|(ms)' "$f" || { echo "$f: no unit"; exit 1; }
done

# a logarithmic axis begins at a power of ten below what is shown, and zero is not on it
grep -q '^set logscale y$' out/figures/timeouts_by_loss-1.gp
low=$(sed -n 's/^set yrange \[\(.*\):.*/\1/p' out/figures/timeouts_by_loss-1.gp)
awk -v low="$low" '!/^#/ && NF > 3 && ($2 < low || $3 < low) {bad = 1} END {exit bad || log(low) / log(10) % 1 > 1e-9}' \
    out/figures/timeouts_by_loss-1.dat
same "zero" "$(sqlite3 out/results.db "SELECT count(*) FROM (SELECT sum(m.value) AS s FROM run JOIN plan ON plan.run = run.id
    JOIN metric m ON m.run = run.id AND m.name = 'timeouts' GROUP BY point) WHERE s = 0")" \
    "$((8 - $(cat out/figures/timeouts_by_loss-[12].dat | grep -c '^[-0-9]')))"

# runs DELAY LOSS STACK METRIC: the values in the order of replications
runs() {
    sqlite3 out/results.db "SELECT m.value FROM run JOIN metric m ON m.run = run.id AND m.name = '$4'
        JOIN parameter d ON d.run = run.id AND d.name = 'delay' AND d.text = '$1'
        JOIN parameter l ON l.run = run.id AND l.name = 'loss' AND l.text = '$2'
        JOIN parameter s ON s.run = run.id AND s.name = 'stack' AND s.text = '$3' ORDER BY run.run"
}
# block FILE N: the Nth series of a figure's data, from 0
block() {
    awk -v n="$2" '/^$/ {if (++empty == 2) {k++; empty = 0} next} {empty = 0} k == n && !/^#/' "out/figures/$1.dat"
}
mean() { awk '{s += $1} END {printf "%.6g", f * s / NR}' f="$1"; }

# shares grow by a seventh at each value, in order
same "distribution" "$(runs 1000us 0.0001 offload cpu_utilisation | sort -g | awk '{printf "%.5g %.5g\n", 100 * $1, 100 * NR / 7}')" \
    "$(block cpu_utilisation_cdf-1 1 | awk 'NR > 1 {printf "%.5g %.5g\n", $1, $2}')"
# the box of seven values: the second and third, fourth, fifth and sixth in the middle
same "box" "$(runs 1000us 0.01 host goodput_bps | sort -g | awk '{v[NR] = $1 / 1e6} END {printf "%.6g %.6g %.6g", (v[2] + v[3]) / 2, v[4], (v[5] + v[6]) / 2}')" \
    "$(block goodput_bps_box_by_loss-1 0 | awk 'NR == 2 {printf "%.6g %.6g %.6g", $3, $4, $5}')"
same "dots" "$(runs 1000us 0.01 host goodput_bps | sort -g | awk '{printf "%.6g\n", $1 / 1e6}')" \
    "$(block goodput_bps_box_by_loss-1 1 | awk '$1 > 0.5 {printf "%.6g\n", $2}')"
# a part begins where the one below it ends; the whole is their sum
cpu=$(runs 2000us 0.01 offload cpu_utilisation | mean 1)
timeouts=$(runs 2000us 0.01 offload timeouts | mean 1)
same "parts" "$cpu $(awk "BEGIN {printf \"%.6g\", $cpu + $timeouts}")" \
    "$(block parts_by_loss-2 1 | awk 'NR == 4 {f = '"$cpu"' / $2; printf "%.6g %.6g", f * $2, f * $3}')"
# a change is of means, in per cent, and has a colour only where it is one
host=$(runs 2000us 0.01 host cpu_utilisation | mean 1)
offload=$(runs 2000us 0.01 offload cpu_utilisation | mean 1)
same "change" "$(awk "BEGIN {printf \"%.4f\", 100 * ($offload / $host - 1)}")" \
    "$(block cpu_utilisation_by_loss_and_delay 0 | awk 'NR == 4 {printf "%.4f", $5}')"
block cpu_utilisation_by_loss_and_delay 0 | awk '($7 ~ /\(/) != ($6 == 0) {exit 1}'
same "map" "$(runs 1000us 0.01 offload goodput_bps | mean 1e-6)" "$(block goodput_bps_by_loss_and_delay-2 0 | awk 'NR == 2 {printf "%.6g", $5}')"
# time: the mean over runs of the last interval; both events, the common one once
same "in time" "$(sqlite3 out/results.db "SELECT printf('%.6g', avg(json_extract(array, '\$[119]')) / 1e6) FROM series JOIN plan USING (run)
        WHERE name = 'goodput_bps' AND point = 0")" "$(block goodput_bps_by_time-1 0 | awk 'END {printf "%.6g", $2}')"
same "events" "40 180 200" "$(sed -n "s/^set arrow from first \([0-9]*\), graph 0 .*/\1/p" out/figures/goodput_bps_by_time-1.gp | tr '\n' ' ' | sed 's/ $//')"
grep -q "set label 'b' at first 180," out/figures/goodput_bps_by_time-1.gp
grep -q "'In the first run: a it starts, b host ends, c offload ends.'" out/figures/goodput_bps_by_time-1.gp
# the law: what a resource would carry when always busy; a scaled one a hundredth at a hundred times the loss; one
# that was not used is no bound
goodput=$(runs 1000us 0.0001 host goodput_bps | mean 1)
cpu=$(runs 1000us 0.0001 host cpu_utilisation | mean 1)
same "no timeouts at the first x" 0 "$(runs 1000us 0.0001 host timeouts | mean 1)"
carried=$(awk "BEGIN {printf \"%.5g\", $goodput / $cpu / 1e6}")
law() { block "$1" 0 | awk '$2 > 0 && NR == 1 {printf "%.5g ", $2} {last = $2} END {printf "%.5g", f * last}' f="$2"; }
same "law" "$carried $carried" "$(law goodput_bps_laws_by_loss-1 1)"
same "law of what is scaled" "$carried $carried" "$(law goodput_bps_laws_by_loss_2-1 100)"

# the report says what the numbers are worth
# eight rows below distribution functions and eight below boxes lack the 90 % quantile of seven values
same "quantiles" 16 "$(grep -c 'too few values for this quantile' out/report.html)"
grep -q '<td class="word">40 ms</td><td class="word">' out/report.html
flue report out/results.db --markdown --out md >said 2>/dev/null
same "said" "report: md/report.md" "$(cat said)"
for f in $(sed -n 's/^!\[Figure [0-9]*\](\(.*\))$/\1/p' md/report.md); do [ -s "md/$f" ]; done
same "figures" "$(grep -c '<figure>' out/report.html)" "$(grep -c '^!\[' md/report.md)"
# the same numbers in both: of all tables, with what is only markup taken out
numbers() { grep -o '[0-9]*\.[0-9][0-9]*' "$1" | grep -v 's$' | sort | uniq; }
sed -n '/<figure>/,/<\/figure>/d; /^<h2>Answer/,/^<h2>Methods/p' out/report.html | sed 's/<[^>]*>/ /g' >html
sed -n '/^## Answer/,/^## Methods/p' md/report.md | grep -v '^Figure\|^!' >markdown
numbers html >html.numbers
numbers markdown >markdown.numbers
[ "$(wc -l <html.numbers)" -gt 20 ]
diff html.numbers markdown.numbers

# parts that were run apart have their series with them when they are merged
flue sweep kinds.cfg --points 1/2 --out first >/dev/null 2>&1
flue sweep kinds.cfg --points 2/2 --out second >/dev/null 2>&1
flue merge first/results.db second/results.db --out merged >/dev/null 2>&1
for table in series event; do
    sqlite3 out/results.db "SELECT * FROM $table ORDER BY 1, 2" >whole
    sqlite3 merged/results.db "SELECT * FROM $table ORDER BY 1, 2" >parts
    [ -s whole ]
    cmp whole parts
done
