#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# test_live_kernel.sh FLUE FLUE_SIM CLIENT CHECK: `flue live` against this machine's own kernel, in a network namespace
# with a TAP device; both are gone when the script ends. CHECK is bulk, spoilt, lives, options or silence.
set -eu

if [ "${5:-}" != inside ]; then
    if ! unshare --net true 2>/dev/null; then
        echo "Left out: it needs root and network namespaces."
        exit 77
    fi
    if ! [ -c /dev/net/tun ] || ! unshare --net "$1" live --for 1ms >/dev/null 2>&1; then
        echo "Left out: this machine has no TAP devices."
        exit 77
    fi
    exec unshare --net sh "$0" "$1" "$2" "$3" "$4" inside
fi

flue=$1
export FLUE_SIM="$2"
client=$3
scratch=$(mktemp -d)
live=
# No child is left behind: the namespace goes with the last one.
trap '[ -z "$live" ] || kill "$live" 2>/dev/null || true; rm -rf "$scratch"' EXIT

wrong() {
    echo "$1" >&2
    cat "$scratch/out" "$scratch/err" >&2
    exit 1
}

# start OPTION...: flue live, until `finish`; it serves when its second line is there.
start() {
    rm -rf "$scratch/saved" "$scratch/out"
    mkdir "$scratch/saved"
    echo "flue live $*"
    "$flue" live --save "$scratch/saved" "$@" >"$scratch/out" 2>"$scratch/err" &
    live=$!
    for _ in $(seq 100); do
        ! grep -qs '^sink' "$scratch/out" || return 0
        sleep 0.1
    done
    wrong "it does not start"
}

# finish: ends it in order, and no rule of the contract between host and NIC was broken.
finish() {
    status=0
    kill -INT "$live"
    wait "$live" || status=$?
    live=
    [ "$status" -eq 0 ] || wrong "flue live ended with status $status"
    grep -q '^ended: .* 0 breaches of the contract$' "$scratch/out" || wrong "no last line"
    grep -v ' s: ' "$scratch/out"
}

# kernel HOST CHECK...: the kernel's side of one check.
kernel() {
    timeout 100 "$client" "$@" || wrong "kernel: $*: failed"
}

# both CHECK...: over IPv4 and IPv6 at once. A word "@" becomes 4 and 6.
both() {
    kernel $v4 $(echo "$*" | sed 's/@/4/') &
    pid=$!
    kernel $v6 $(echo "$*" | sed 's/@/6/')
    wait $pid || exit 1
}

# both_say WHAT LINE: what is said of a service is said of each family's connection.
both_say() {
    says "$1 10\.76\.0\.1:[0-9]*: $2"
    says "$1 \[fd10:76::1\]:[0-9]*: $2"
}

# says LINE: a line that is all of this, as a basic regular expression, comes soon.
says() {
    for _ in $(seq 100); do
        ! grep -qx "$1" "$scratch/out" || return 0
        sleep 0.1
    done
    wrong "not said: $1"
}

# same FILE FILE: one SHA-256.
same() {
    [ "$(sha256sum <"$1")" = "$(sha256sum <"$2")" ] || wrong "$1 and $2 differ"
}

# bulk OPTION...: 64 MiB each way, in each family.
bulk() {
    start --file "$scratch/data" "$@"
    both upload "$scratch/data"
    both_say sink "closed, $size bytes in, 0 out, .*"
    same "$scratch/data" "$scratch/saved/1"
    same "$scratch/data" "$scratch/saved/2"
    both download "$scratch/copy@" 123456
    both_say source "closed, 123456 bytes in, $size out, .*"
    same "$scratch/data" "$scratch/copy4"
    same "$scratch/data" "$scratch/copy6"
    finish
}

v4=10.76.0.2
v6=fd10:76::2
size=67108864
# Where the connection moves while segments are missing, what came behind the gap is given up. BBR takes that for a
# policed link and becomes slow for seconds, which would be a test of BBR.
echo reno >/proc/sys/net/ipv4/tcp_congestion_control

case $4 in
bulk)
    head -c $size /dev/urandom >"$scratch/data"
    bulk --policy never
    bulk --policy always
    bulk --move-every 50ms
    ;;
spoilt)
    head -c $size /dev/urandom >"$scratch/data"
    bulk --move-every 50ms --loss 0.01
    bulk --move-every 50ms --reorder 0.01 --duplicate 0.01
    bulk --move-every 50ms --loss 0.01 --reorder 0.01 --duplicate 0.01
    ;;
lives)
    start --move-every 50ms
    both refused
    both echo 1
    both_say echo 'closed, 1 bytes in, 1 out, .*'
    both echo 20000000
    both_say echo 'closed, 20000000 bytes in, 20000000 out, .*'
    both reset
    both_say echo 'the peer reset the connection, 1000 bytes in, 1000 out, .*'
    both zero-window 30000000
    both_say echo 'closed, 30000000 bytes in, 30000000 out, .*'
    pids=
    for _ in $(seq 20); do
        "$client" $v4 echo 500000 &
        pids="$pids $!"
        "$client" $v6 echo 500000 &
        pids="$pids $!"
    done
    for pid in $pids; do
        wait "$pid" || wrong "one of 40 connections failed"
    done
    finish
    # A host that was started again knows nothing of the connections before.
    mkfifo "$scratch/go"
    for host in $v4 $v6; do
        start --move-every 50ms
        kernel $host forgotten <"$scratch/go" >"$scratch/is-open" &
        pid=$!
        exec 3>"$scratch/go"
        until grep -q open "$scratch/is-open"; do sleep 0.1; done
        finish
        start --move-every 50ms
        echo >&3
        wait "$pid" || wrong "a forgotten connection of $host was not reset"
        finish
    done
    ;;
options)
    start --move-every 50ms
    # tcpi_options: 1 timestamps, 2 SACK, 4 window scaling.
    for wanted in 0 1 2 3 4 5 6 7; do
        echo $((wanted & 1)) >/proc/sys/net/ipv4/tcp_timestamps
        echo $((wanted >> 1 & 1)) >/proc/sys/net/ipv4/tcp_sack
        echo $((wanted >> 2)) >/proc/sys/net/ipv4/tcp_window_scaling
        both options $wanted
    done
    finish
    start --network 10.1.2.0/30 --network6 2001:db8::40/126
    says 'flue0: the kernel is 10.1.2.1 and 2001:db8::41, the simulated host 10.1.2.2 and 2001:db8::42'
    kernel 10.1.2.2 echo 100000
    kernel 2001:db8::42 echo 100000
    finish
    echo 1 >/proc/sys/net/ipv6/conf/default/disable_ipv6
    start
    says 'flue0: IPv4 only, for the kernel has no IPv6 (Permission denied): see sysctl .*'
    says 'flue0: the kernel is 10.76.0.1, the simulated host 10.76.0.2'
    kernel $v4 echo 100000
    finish
    ;;
silence)
    start --move-every 50ms
    both keepalive
    finish
    start --policy never
    both steady
    finish
    start --policy always --keepalive 300ms
    both probed
    kernel $v4 silent flue0
    says 'echo .*: the peer did not answer in time, 1000 bytes in, 1000 out, .*'
    finish
    ;;
esac
