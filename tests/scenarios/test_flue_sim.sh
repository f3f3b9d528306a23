#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# test_flue_sim.sh FLUE_SIM STACK: the real program. The same seed and replication give the same bytes, others
# do not, and what is lost is as much as was asked for.
set -eu

flue_sim=$1
stack=$2
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

run() {
    "$flue_sim" run loss --stack "$stack" --loss 0.02 --warmup 10ms --duration 50ms --min-rto 10ms "$@"
}

run --seed 3 --run 2 >"$scratch/first"
run --RngSeed=3 --RngRun=2 >"$scratch/again"
run --seed 3 --run 3 --pcap "$scratch/pcap" >"$scratch/other_run"
run --seed 4 --run 2 >"$scratch/other_seed"

cmp "$scratch/first" "$scratch/again"
metrics() { sed -n '/"metrics"/,$p' "$scratch/$1"; }
for other in other_run other_seed; do
    if [ "$(metrics first)" = "$(metrics $other)" ]; then
        echo "$other: the metrics are those of another seed or replication" >&2
        exit 1
    fi
done
for file in "$scratch"/pcap-*.pcap; do
    [ -s "$file" ] || { echo "no pcap file" >&2 && exit 1; }
done

# What the declared ranges allow, the simulator takes.
"$flue_sim" run loss --stack "$stack" --warmup 0s --duration 5ms --delay 0s --mtu 9000 --send-buffer 9KiB \
    --receive-buffer 9KiB --delayed-ack 1ms --min-rto 1ms --seed 4294944442 --loss 0.5 >/dev/null

# Another congestion control makes another run (all but ns-3's TCP have all four).
for congestion in newreno cubic; do
    "$flue_sim" run loss --stack "$stack" --congestion "$congestion" --loss 0.001 --duration 200ms |
        grep '"events":' >"$scratch/$congestion"
done
if [ ! -s "$scratch/cubic" ] || cmp -s "$scratch/newreno" "$scratch/cubic"; then
    echo "cubic runs as newreno does" >&2
    exit 1
fi

# 0.02 of some thousand frames: between a half and the double.
loss=$(sed -n '/"loss_observed_ratio"/,/value/s/.*"value": \([^,]*\),*/\1/p' "$scratch/first")
awk -v loss="$loss" 'BEGIN { exit !(loss > 0.01 && loss < 0.04) }' || {
    echo "observed loss: $loss" >&2
    exit 1
}
