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

# kernel CHECK...: the kernel's side of one check.
kernel() {
    timeout 100 "$client" "$@" || wrong "kernel: $*: failed"
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

# bulk OPTION...: 64 MiB each way.
bulk() {
    start --file "$scratch/data" "$@"
    kernel upload "$scratch/data"
    says "sink .*: closed, $size bytes in, 0 out, .*"
    same "$scratch/data" "$scratch/saved/1"
    kernel download "$scratch/copy" 123456
    says "source .*: closed, 123456 bytes in, $size out, .*"
    same "$scratch/data" "$scratch/copy"
    finish
}

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
    kernel refused
    kernel echo 1
    says 'echo .*: closed, 1 bytes in, 1 out, .*'
    kernel echo 20000000
    says 'echo .*: closed, 20000000 bytes in, 20000000 out, .*'
    kernel reset
    says 'echo .*: the peer reset the connection, 1000 bytes in, 1000 out, .*'
    kernel zero-window 30000000
    says 'echo .*: closed, 30000000 bytes in, 30000000 out, .*'
    pids=
    for _ in $(seq 40); do
        "$client" echo 500000 &
        pids="$pids $!"
    done
    for pid in $pids; do
        wait "$pid" || wrong "one of 40 connections failed"
    done
    finish
    # A host that was started again knows nothing of the connections before.
    mkfifo "$scratch/go"
    start --move-every 50ms
    kernel forgotten <"$scratch/go" >"$scratch/is-open" &
    pid=$!
    exec 3>"$scratch/go"
    until grep -q open "$scratch/is-open"; do sleep 0.1; done
    finish
    start --move-every 50ms
    echo >&3
    wait "$pid" || wrong "a forgotten connection was not reset"
    finish
    ;;
options)
    start --move-every 50ms
    # tcpi_options: 1 timestamps, 2 SACK, 4 window scaling.
    for wanted in 0 1 2 3 4 5 6 7; do
        echo $((wanted & 1)) >/proc/sys/net/ipv4/tcp_timestamps
        echo $((wanted >> 1 & 1)) >/proc/sys/net/ipv4/tcp_sack
        echo $((wanted >> 2)) >/proc/sys/net/ipv4/tcp_window_scaling
        kernel options $wanted
    done
    finish
    ;;
silence)
    start --move-every 50ms
    kernel keepalive
    finish
    start --policy always --keepalive 300ms
    kernel probed
    kernel silent flue0
    says 'echo .*: the peer did not answer in time, 1000 bytes in, 1000 out, .*'
    finish
    ;;
esac
