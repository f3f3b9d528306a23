#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# test_live_errors.sh FLUE FLUE_SIM: what `flue live` refuses, and how: one line on stderr, nothing on stdout, status 2.
# Devices and users are refused only where this machine lets the test pretend.
set -eu

flue=$1
export FLUE_SIM="$2"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# A message is expected of the command that follows it; the time is for one that is not refused.
refused() {
    printf 'flue: %s\n' "$1" >"$scratch/expected"
    shift
    status=0
    timeout 10 "$@" >"$scratch/out" 2>"$scratch/err" || status=$?
    if [ "$status" -ne 2 ] || [ -s "$scratch/out" ] ||
        ! diff "$scratch/expected" "$scratch/err"; then
        echo "$*: status $status" >&2
        cat "$scratch/out" "$scratch/err" >&2
        exit 1
    fi
}

refused '--loss "7": expected a probability from 0 to 1, like 0.01' "$flue" live --loss 7
refused '--reorder "1%": expected a probability from 0 to 1, like 0.01' "$flue" live --reorder=1%
refused '--duplicate "-1": expected a probability from 0 to 1, like 0.01' \
    "$flue" live --duplicate=-1
refused '--move-every "5": expected a time in s, ms, us, ns or ps, such as 2ms' \
    "$flue" live --move-every 5
refused '--move-every "5us": expected at least 1ms, or 0s' "$flue" live --move-every 5us
refused '--reorder-delay "0s": expected at least 1us' "$flue" live --reorder-delay 0s
refused '--keepalive "1ms": expected at least 100ms, or 0s' "$flue" live --keepalive 1ms
refused '--for "0s": expected at least 1ms' "$flue" live --for 0s
refused '--delay "soon": expected a time in s, ms, us, ns or ps, such as 2ms' \
    "$flue" live --delay soon
refused '--rate "1kbps": expected at least 1Mbps' "$flue" live --rate 1kbps
refused '--seed "0": expected a whole number from 1 to 4294944442' "$flue" live --seed 0
refused '--sink "0": expected a port from 1 to 65535' "$flue" live --sink 0
refused '--echo "5001": expected a port that is not in use, but --sink has it' \
    "$flue" live --echo 5001
refused '--source "7": expected a port that is not in use, but --echo has it' \
    "$flue" live --echo 7 --source 7
network='expected an IPv4 network with 2 to 30 bits for hosts, like 10.76.0.0/24'
refused "--network \"10.1.2.3/24\": $network" "$flue" live --network 10.1.2.3/24
refused "--network \"10.1.2.0\": $network" "$flue" live --network 10.1.2.0
refused "--network \"10.1.2.0/31\": $network" "$flue" live --network 10.1.2.0/31
network='expected an IPv6 network with 2 to 120 bits for hosts, like fd10:76::/64'
for bad in fd10:76:: fd10:76::1/64 fd10:76::/127 fd10:76::/7 10.1.2.0/24 fd10:/64 \
    ::/64 fe80::/64 ff02::/64; do
    refused "--network6 \"$bad\": $network" "$flue" live --network6 $bad
done
refused '--tap "a/b": expected a device'\''s name of at most 15 letters, like flue0' \
    "$flue" live --tap a/b
refused '--file "/none": expected a file that can be read' "$flue" live --file /none
refused '--save "/none": expected a folder that files can be written to' "$flue" live --save /none
refused '--pcap "/none/x": expected the beginning of a file'\''s name, in a folder that is there' \
    "$flue" live --pcap /none/x
refused '--policy "often": expected never, always, automatic, bytes, lifetime, priority or adaptive' \
    "$flue" live --policy often
refused '--lost: expected an option of "flue live" (did you mean "--loss"?)' \
    "$flue" live --lost 0.1
refused '--loss: expected a value: --loss P' "$flue" live --loss

# flue-sim knows every option that flue live offers: none is answered with "expected an option".
for option in $("$flue" live --help | sed -n 's/^ *--\([a-z-]*\)=.*/\1/p'); do
    timeout 10 "$FLUE_SIM" live "--$option=" >"$scratch/out" 2>&1 || true
    if ! grep -q -e "--$option \"\": expected" "$scratch/out"; then
        echo "flue-sim live does not know --$option:" >&2
        cat "$scratch/out" >&2
        exit 1
    fi
done

if ! unshare --net --mount true 2>/dev/null; then
    echo "Refusals of devices and users are left out: they need root and namespaces."
    exit 0
fi
refused '/dev/net/tun: No such file or directory: this machine has no TAP devices (as root: modprobe tun)' \
    unshare --net --mount sh -c 'mount -t tmpfs none /dev/net && exec "$0" live' "$flue"
[ -e /dev/net/tun ] || exit 0
refused '--tap "lo": it is there, and is no TAP device; choose another name' \
    unshare --net "$flue" live --tap lo
# Somebody who may not open the device, and somebody who may open it but not make an interface.
refused '/dev/net/tun: Permission denied: making a TAP device needs root' \
    unshare --net --mount sh -c 'mount -t tmpfs none /dev/net && mknod -m 600 /dev/net/tun c 10 200 &&
        exec setpriv --reuid 65534 --clear-groups "$0" live' "$flue"
refused '--tap "flue0": making a TAP device needs root' \
    unshare --net --mount sh -c 'mount -t tmpfs none /dev/net && mknod -m 666 /dev/net/tun c 10 200 &&
        exec setpriv --reuid 65534 --clear-groups "$0" live' "$flue"
refused '--tap "flue0": another program uses it; choose another name' \
    unshare --net sh -c '"$0" live --for 9s >/dev/null & first=$!
        until grep -q flue0 /proc/net/dev; do sleep 0.05; done
        status=0; "$0" live || status=$?
        kill $first; exit $status' "$flue"
