#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# test_theory.sh FLUE_SIM: goodput against loss and the time of short transfers are what docs/validation.md says:
# Mathis within 10 % from 1e-4 to 3e-3, PFTK within 10 % up to 1e-2, Cardwell within one round trip without loss,
# and ns-3's NewReno within 10 %.
set -eu

flue_sim=$1
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# metric FILE NAME
metric() {
    sed -n "/\"$2\"/,/value/s/.*\"value\": \([^,]*\),*/\1/p" "$scratch/$1"
}
# near WHAT VALUE EXPECTED TOLERANCE: at most that far away
near() {
    awk -v value="$2" -v expected="$3" -v tolerance="$4" 'BEGIN {
        away = value - expected
        exit !(value != "" && away <= tolerance && -away <= tolerance)
    }' || {
        echo "$1: $2, expected $3 within $4" >&2
        exit 1
    }
}

for loss in 1e-4 1e-3 3e-3 1e-2; do
    losses=100
    [ $loss = 1e-4 ] && losses=20 # whose million frames are enough
    for tcp in ns3 host offload; do
        "$flue_sim" run theory --tcp $tcp --loss $loss --losses $losses >"$scratch/$tcp"
    done
    near "host and NIC, loss $loss" "$(metric offload goodput_bps)" "$(metric host goodput_bps)" 0
    near "PFTK, loss $loss" "$(metric host goodput_to_pftk_ratio)" 1 0.1
    [ $loss = 1e-2 ] || near "Mathis, loss $loss" "$(metric host goodput_to_mathis_ratio)" 1 0.1
    near "ns-3, loss $loss" "$(metric ns3 goodput_to_pftk_ratio)" "$(metric host goodput_to_pftk_ratio)" 0.1
done

for segments in 1 3 10 30 100 300 1000; do
    for tcp in ns3 host offload; do
        "$flue_sim" run short --tcp $tcp --segments $segments --transfers 2 >"$scratch/$tcp"
        near "Cardwell, $tcp, $segments segments" "$(metric $tcp completion_less_cardwell_rtts)" 0 1
        near "failed, $tcp" "$(metric $tcp failed_transfers)" 0 0
    done
done
