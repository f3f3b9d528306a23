# A study on a real Slurm of one node, which this script starts for itself and ends: submitted, collected, with a
# failed task repeated. Skipped where Slurm cannot be had.
. "$SOURCE_DIR/tests/analysis/cli/study.inc"
skip() {
    echo "skipped: $*"
    exit 77
}
for program in slurmctld slurmd sbatch squeue sinfo; do
    command -v "$program" >/dev/null || skip "$program is not installed (Debian: slurm-wlm)"
done
[ "$(id -u)" = 0 ] || skip "slurmd needs root"

# Everything of this Slurm is in one folder; its ports are this script's own.
node="$PWD/node"
mkdir -p "$node/ctld" "$node/d"
port=$((20000 + $$ % 20000 * 2))
cat > "$node/slurm.conf" <<END
ClusterName=test
SlurmctldHost=localhost(127.0.0.1)
SlurmUser=root
SlurmdUser=root
AuthType=auth/none
CredType=cred/none
CommunicationParameters=NoInAddrAny,NoCtldInAddrAny
SlurmctldPort=$port
SlurmdPort=$((port + 1))
StateSaveLocation=$node/ctld
SlurmdSpoolDir=$node/d
SlurmctldPidFile=$node/ctld.pid
SlurmdPidFile=$node/d.pid
SlurmctldLogFile=$node/ctld.log
SlurmdLogFile=$node/d.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
JobCompType=jobcomp/none
MpiDefault=none
SwitchType=switch/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerType=sched/backfill
SchedulerParameters=batch_sched_delay=0,sched_interval=1
ReturnToService=2
NodeName=localhost NodeAddr=127.0.0.1 CPUs=$(nproc) RealMemory=500 State=UNKNOWN
PartitionName=test Nodes=localhost Default=YES MaxTime=INFINITE State=UP OverSubscribe=NO
END
export SLURM_CONF="$node/slurm.conf"
end_slurm() {
    for file in "$node/d.pid" "$node/ctld.pid"; do
        [ -s "$file" ] || continue
        pid=$(cat "$file")
        kill "$pid" 2>/dev/null || true
        # gone, or dead and not yet waited for: it writes no more
        tries=0
        while [ "$tries" -lt 50 ] && grep -q '^State:[[:space:]]*[^Z]' "/proc/$pid/status" 2>/dev/null; do
            tries=$((tries + 1))
            sleep 0.1
        done
    done
}
trap end_slurm EXIT
{ slurmctld -i && slurmd -N localhost; } >"$node/said" 2>&1 || skip "Slurm does not start: $(tail -n 1 "$node/said")"
tries=0
until [ "$(sinfo -h -o %T 2>/dev/null)" = idle ]; do
    tries=$((tries + 1))
    [ "$tries" -lt 100 ] || skip "Slurm's node is not idle after 10 s: $(tail -n 1 "$node/ctld.log")"
    sleep 0.1
done

flue sweep small.cfg --out calm >/dev/null 2>&1
rows calm/results.db > calm.rows
export FAKE_LOG="$PWD/log"
# a folder that needs quoting
expect 3 flue sweep small.cfg --out "a folder" --slurm --tasks 3 --slurm-options "--time=5 --comment=\"of flue\"" 2>said || { cat said; exit 1; }
grep -q 'flue: job [0-9]*: 3 tasks for 36 runs' said
grep -q "call again: flue sweep small.cfg --out 'a folder' --slurm" said
# called again at once: nothing is submitted twice
status=0
flue sweep small.cfg --out "a folder" --slurm >/dev/null 2>said || status=$?
[ "$status" = 0 ] || [ "$status" = 3 ]
grep -q 'tasks are running' said || [ "$status" = 0 ]
flue sweep small.cfg --out "a folder" --slurm --wait >table 2>/dev/null
grep -q 'report: a folder/report.html' table
same "runs" 36 "$(wc -l < log)"
rows "a folder/results.db" > slurm.rows
cmp calm.rows slurm.rows

# failed runs: the next call submits these, and nothing else
sed -i 's/replications = 4/replications = 5/' small.cfg
FAKE_FAIL=5 expect 1 flue sweep small.cfg --out "a folder" --slurm --tasks 3 --wait >/dev/null 2>said
grep -q '^flue: 9 of 45 runs failed or were not reached' said
same "runs with the failed ones" 45 "$(wc -l < log)"
flue sweep small.cfg --out "a folder" --slurm --tasks 2 --at-once 1 --wait >/dev/null 2>&1
same "runs with the repeated ones" 54 "$(wc -l < log)"
flue sweep small.cfg --out calm >/dev/null 2>&1
rows calm/results.db > calm.rows
rows "a folder/results.db" > slurm.rows
cmp calm.rows slurm.rows
# what sbatch refuses is said
rm -r "a folder"
expect 1 flue sweep small.cfg --out "a folder" --slurm --slurm-options "--partition=nowhere" 2>said
grep -q '^flue: sbatch: error: .*partition' said || { cat said; exit 1; }
