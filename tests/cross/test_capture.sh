#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# test_capture.sh MAKE-CAPTURE STACK: Wireshark's dissectors find nothing malformed and no wrong checksum in
# what both ends saw, and they did look: every TCP packet's checksum is good.
set -eu
make_capture=$1
stack=$2
command -v tshark >/dev/null 2>&1 || {
    echo "skipped: tshark is not installed"
    exit 77
}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$make_capture" "$stack" "$folder/x"

# count FILE FILTER: how many packets match.
count() {
    tshark -r "$1" -o tcp.check_checksum:TRUE -o ip.check_checksum:TRUE -Y "$2" -T fields -e frame.number \
        2>/dev/null | wc -l
}

for file in "$folder"/x-client-0.pcap "$folder"/x-server-0.pcap; do
    all=$(count "$file" tcp)
    good=$(count "$file" 'tcp.checksum.status == "Good" && ip.checksum.status == "Good"')
    bad=$(count "$file" \
        '_ws.malformed || _ws.expert.group == "Malformed" || tcp.checksum.status == "Bad" || ip.checksum.status == "Bad"')
    echo "$(basename "$file"): $all TCP packets, $good with good checksums, $bad bad or malformed"
    test "$all" -gt 1500
    test "$good" -eq "$all"
    test "$bad" -eq 0
done
