# Every way to type something that is not understood: one line, exit status 2.
. "$SOURCE_DIR/tests/analysis/cli/study.inc"
cat > ok.cfg <<'END'
scenario = "loss";
END
try() {
    echo "\$ flue $*"
    got=0
    flue "$@" || got=$?
    echo "[$got]"
}
try
try swep
try bananas
try list extra
try list --jsn
try describe
try describe lss
try describe loss extra
try run
try run lsos
try run loss --lsos 0.1
try run loss --bananas
try run loss --loss
try run loss --loss 7
try run loss --loss=x
try run loss --loss 0.1 --loss 0.2
try run loss --s 1
try run loss --json=yes
try run loss --seed 0
try run loss --run one
try run loss -x
try sweep
try sweep missing.cfg
try sweep ok.cfg --jobs 0
try sweep ok.cfg --jobs
try sweep ok.cfg -j
try sweep ok.cfg -j many
try sweep ok.cfg --out /proc/no
try sweep ok.cfg --out ok.cfg
try sweep ok.cfg --out ''
try stats
try stats missing.db
try stats ok.cfg
try plot missing.db
try report missing.db
FLUE_SIM=/nowhere/flue-sim try list
