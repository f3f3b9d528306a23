# The same database gives the same drawing, byte for byte; the script beside it draws it again.
. "$SOURCE_DIR/tests/analysis/cli/study.inc"
flue sweep small.cfg --out out >/dev/null 2>&1
flue plot out/results.db --out again > list
same "files" "$(printf 'again/figures/%s\n' goodput_bps_by_loss.svg goodput_bps_by_loss.png goodput_bps_by_loss.pdf \
    cpu_utilisation_by_stack.svg cpu_utilisation_by_stack.png cpu_utilisation_by_stack.pdf)" "$(grep -v '^flue:' list)"
for f in out/figures/*; do
    case $f in
    *.pdf) same "PDF" "%PDF" "$(head -c 4 "$f")" ;; # holds the time at which it was written
    *) cmp "$f" "again/figures/$(basename "$f")" ;;
    esac
done
flue report out/results.db --out again > /dev/null 2>&1
cmp out/report.html again/report.html
(cd again/figures && rm goodput_bps_by_loss.svg && gnuplot -d goodput_bps_by_loss.gp)
cmp out/figures/goodput_bps_by_loss.svg again/figures/goodput_bps_by_loss.svg
# zero stands apart from the logarithm, and no line leads there
grep -q "'0' -5, '10^{−4}' -4, '10^{−2}' -2" out/figures/goodput_bps_by_loss.gp
same "gaps behind zero" 3 "$(awk '/^$/ && before ~ /^-(5|4.94)/ {n++} {before = $0} END {print n}' \
    out/figures/goodput_bps_by_loss.dat)"
# where more varies than a figure shows there are several, with numbers in their names
cat > several.cfg <<'END'
scenario = "loss";
vary = { stack = ("ns3", "host"); loss = (1e-4, 1e-2); };
figure = ( { x = "loss"; y = "goodput_bps"; } );
END
flue sweep several.cfg --out several >/dev/null 2>&1
same "several" 2 "$(find several/figures -name '*.svg' -size +0 | wc -l)"
# no gnuplot, or one that fails: said, with the results kept
mkdir bin
printf '#!/bin/sh\necho half >goodput_bps_by_loss.svg\necho "line 3: no such thing" >&2\nexit 1\n' > bin/gnuplot
chmod +x bin/gnuplot
cp -r out/figures before
PATH="$PWD/bin:$PATH" expect 1 flue plot out/results.db 2>said
same "message" "flue: goodput_bps_by_loss.gp: gnuplot: line 3: no such thing" "$(cat said)"
diff -r before out/figures
