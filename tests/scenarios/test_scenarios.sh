#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# test_scenarios.sh FLUE_SIM SCENARIO: runs it small on each stack, and checks what must hold.
set -eu

flue_sim=$1
scenario=$2
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

run() { # STACK [PARAMETER...]
    stack=$1
    shift
    "$flue_sim" run "$scenario" --stack "$stack" "$@" >"$scratch/result"
}

value() { # METRIC
    sed -n "/\"$1\":/,/value/s/.*\"value\": \([^,}]*\).*/\1/p" "$scratch/result"
}

holds() { # EXPRESSION of awk, METRIC...: they are m1, m2, ... in it
    expression=$1
    shift
    n=0
    for metric in "$@"; do
        n=$((n + 1))
        expression=$(printf '%s' "$expression" | sed "s/m$n/($(value "$metric"))/g")
    done
    awk "BEGIN { exit !($expression) }" || {
        echo "$scenario on $stack: $* do not hold: $expression" >&2
        exit 1
    }
}

few="--connections 20"
case $scenario in
power)
    for stack in host offload; do
        run $stack $few --asleep 20ms --warmup 100ms
        # Nothing is answered while the adapter sleeps.
        holds "m1 == 0 && m2 > 0.02 && m3 >= 0.02" failed_connections outage_s longest_request_s
        holds "m1 == ($([ $stack = offload ] && echo 20 || echo 0))" uploaded_connections
    done
    # Twenty contexts come back, one behind the other, in 80 us each.
    holds "m1 > 0.0015 && m1 < 0.003" upload_s
    ;;
failover)
    for stack in ns3 host offload; do
        run $stack $few --warmup 100ms --loss 0.001 --behind 5s
        holds "m1 == 0 && m2 == 0 && m3 > 0.01 && m4 == 0.01" failed_connections corrupt_bytes outage_s pause_s
        holds "m1 >= 0.01 && m2 >= m3" recovery_s longest_request_s outage_s
    done
    # Twenty contexts come back, one behind the other, in 80 us each, and go again in 40 us.
    holds "m1 == 20 && m2 == 20" uploaded_connections offloaded_connections
    holds "m1 > 0.0015 && m1 < 0.003 && m2 < 0.001 && m3 > 0.0007 && m3 < 0.0015" upload_s move_s reoffload_s
    # The half of the connections that has no link any more moves, and the other half with it.
    run offload $few --mode balance
    holds "m1 == 0 && m2 == 0 && m3 < 0.01 && m4 == 20 && m5 == 20" failed_connections corrupt_bytes \
        forwarded_ratio offloaded_connections uploaded_connections
    run offload $few --mode aggregate
    holds "m1 == 0 && m2 == 0 && m3 < 0.01 && m4 == 20" failed_connections corrupt_bytes forwarded_ratio \
        offloaded_connections
    run offload $few --mode aggregate-mixed
    holds "m1 == 0 && m2 == 0 && m3 > 0.3 && m4 == 20" failed_connections corrupt_bytes forwarded_ratio \
        offloaded_connections
    ;;
invalidate)
    run host $few --duration 50ms
    holds "m1 == 0 && m2 == 0" failed_connections connection_moves
    run offload $few --duration 50ms
    holds "m1 == 0 && m2 == 0 && m3 == 20" failed_connections connection_moves offloaded_connections
    # A new neighbour, the path and the old neighbour, however many connections there are.
    holds "m1 >= 3e-5 && m1 < 2e-4" switch_s
    run offload $few --duration 50ms --way terminate
    holds "m1 == 0 && m2 == 40 && m3 == 20" failed_connections connection_moves offloaded_connections
    holds "m1 > 0.002" switch_s
    ;;
churn)
    for stack in host offload; do
        run $stack --connections 8 --requests 4 --warmup 10ms --duration 20ms
        holds "m1 == 0 && m2 > 0 && m3 > 3.5 * m2 && m3 < 4.5 * m2" failed_connections connection_rate \
            request_rate
    done
    ;;
rpc)
    for stack in ns3 host offload; do
        run $stack --connections 8 --arrivals 20000 --warmup 10ms --duration 50ms
        holds "m1 == 0 && m2 > 17000 && m2 < 23000" failed_connections arrival_rate
        holds "m1 > 4e-5 && m1 <= m2 && m2 <= m3 && m3 <= m4" latency_p50_s latency_p99_s latency_p999_s \
            latency_max_s
    done
    # a rate beyond one core of server-2009, and what four of them make of it
    run host --connections 128 --arrivals 400000 --cores 1 --warmup 5ms --duration 10ms
    holds "m1 < 300000 && m2 > 0.99" request_rate client_cpu_utilisation
    run host --connections 128 --arrivals 400000 --cores 4 --warmup 5ms --duration 10ms
    holds "m1 > 350000 && m2 < 0.7" request_rate client_cpu_utilisation
    ;;
overload)
    for stack in host offload; do
        run $stack --lag 20 --duration 20ms
        holds "m1 == 0 && m2 > 1e8 && m2 < 9.5e9" failed_connections goodput_bps
        cp "$scratch/result" "$scratch/$stack"
    done
    holds "m1 > 0.95" receiver_engine_utilisation
    ;;
idle)
    for stack in host offload; do
        run $stack --connections 50 --keepalive 1s --duration 5s
        # Each probe is a frame, and each probe of the other side is answered by one.
        holds "m1 == 0 && m2 == 50 && m3 >= 45 && m3 <= 110" failed_connections open_connections frame_rate
    done
    ;;
table)
    stack=offload
    for policy in never always bytes; do
        "$flue_sim" run table --policy $policy --entries 16 --quiet 64 --busy 8 --warmup 50ms --duration 50ms \
            >"$scratch/result"
        holds "m1 == 0 && m2 <= 16" failed_connections offloaded_connections
        eval "$policy=$(value core_s_per_request) on_nic=$(value offloaded_connections)"
        # Whoever comes first fills the table; only the busy ones show that they are.
        case $policy in
        never) [ "$on_nic" = 0 ] ;;
        always) [ "$on_nic" = 16 ] ;;
        bytes) [ "$on_nic" -ge 8 ] ;;
        esac || { echo "table with $policy: $on_nic connections on the NIC" >&2; exit 1; }
    done
    awk "BEGIN { exit !($bytes < 0.8 * $always && $always < 1.05 * $never) }" || {
        echo "table: a request takes $never (never), $always (always), $bytes (bytes) of core time" >&2
        exit 1
    }
    ;;
window)
    for stack in host offload; do
        run $stack --duration 100ms
        # Four readers of 8 KiB in a millisecond, and the time of the calls.
        holds "m1 == 0 && m2 > 1e8 && m2 < 2.7e8" failed_connections goodput_bps
    done
    ;;
loss)
    for stack in ns3 host offload; do
        run $stack --loss 0.02 --burst 8 --duration 400ms --min-rto 10ms
        holds "m1 > 0.002 && m1 < 0.1" loss_observed_ratio
        run $stack --late 0.01 --late-by 100us --duration 50ms
        holds "m1 == 0 && m2 == 0 && m3 > 1e8" loss_observed_ratio failed_connections goodput_bps
    done
    ;;
incast)
    for stack in host offload; do
        # What fits the queue arrives at the speed of the port; what does not waits for a timeout.
        run $stack --workers 4 --block 128KiB --blocks 5 --queue 200
        holds "m1 == 0 && m2 == 0 && m3 > 1e9 && m4 == 0" failed_connections queue_drops goodput_bps late_blocks
        run $stack --workers 64 --blocks 2
        holds "m1 == 0 && m2 > 100 && m3 < 3e8 && m4 == 1 && m5 > 2" failed_connections queue_drops goodput_bps \
            late_blocks timeouts
    done
    ;;
*)
    echo "test_scenarios.sh does not know $scenario" >&2
    exit 1
    ;;
esac

# What is measured between two moments is measured in steps as well: a row of every metric each.
case $scenario in
churn | idle | loss | overload | rpc | table | window)
    "$flue_sim" run "$scenario" --duration 25ms --series "$scratch/series" --interval 10ms >"$scratch/result"
    metrics=$(sed '1,/"metrics"/d' "$scratch/result" | grep -c '"value"')
    awk -F, -v metrics="$metrics" -v scenario="$scenario" '
        NF != metrics + 1 { wrong = 1 }
        NR > 1 && $1 != (NR == 4 ? 0.025 : 0.01 * (NR - 1)) { wrong = 1 }
        END {
            if (wrong || NR != 4 || metrics < 5) {
                print scenario ": not the series of 10, 20 and 25 ms with " metrics " metrics" >"/dev/stderr"
                exit 1
            }
        }' "$scratch/series"
    ;;
esac
# A sleeping adapter serves nothing and has nothing: the rows say so, between the events that they go with.
# Running with a series changes no result: the simulator only stops more often.
if [ "$scenario" = power ]; then
    set -- --connections 20 --warmup 40ms --asleep 20ms
    "$flue_sim" run power "$@" >"$scratch/alone"
    "$flue_sim" run power "$@" --series "$scratch/series" --interval 2ms >"$scratch/result"
    diff "$scratch/alone" "$scratch/result" | grep "^[<>]" | grep -v "\"events\"" && exit 1
    awk -F, '
        /^# event/ { at[$3] = $2; events = events $3 ";"; next }
        $1 == "time_s" { for (i = 2; i <= NF; i++) column[$i] = i; next }
        {
            if ($1 < 0.02 && $column["offloaded_connections"] != 20) wrong = 1
            if ($1 < 0.02) served += $column["request_rate"]
            if (at["asleep"] && !at["power on"] && $1 > at["asleep"] + 0.002 &&
                ($column["offloaded_connections"] != 0 || $column["request_rate"] > 0)) wrong = 1
            last = $column["offloaded_connections"]
        }
        END {
            if (wrong || served == 0 || events != "order to sleep;asleep;power on;all on the adapter;" || last != 20) {
                print "power: not the series of a sleep: " events " " last >"/dev/stderr"
                exit 1
            }
        }' "$scratch/series"
fi
