#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# test_engine_capture.sh MAKE-ENGINE-CAPTURE: Wireshark's dissectors find nothing malformed and no wrong checksum
# in any run of two engines; and in the loss-free ones its analysis of TCP remarks on nothing: no
# retransmission, gap or number that fits nothing. Nor on windows: the readers take all at once, so none is
# ever full or shut, which would be no error. In the lossy ones it must have remarked on something, or it did not look.
set -eu
make_capture=$1
command -v tshark >/dev/null 2>&1 || {
    echo "skipped: tshark is not installed"
    exit 77
}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# A line a packet: checksums (1 is good), malformed, severities of what is remarked, whether TCP's analysis did.
# Only TCP is looked at, not what the payload happens to look like.
read_capture() {
    tshark -r "$1" -o tcp.check_checksum:TRUE -o ip.check_checksum:TRUE --disable-protocol http \
        -T fields -E separator=, -e ip.version -e tcp.checksum.status -e ip.checksum.status \
        -e _ws.malformed -e _ws.expert.severity -e tcp.analysis.flags 2>/dev/null
}

status=0
for run in $("$make_capture"); do
    "$make_capture" "$run" "$folder/$run.pcap"
    # 8388608 is the severity "error".
    read_capture "$folder/$run.pcap" | awk -F, -v run="$run" '
        $2 != 1 || ($1 == 4 && $3 != 1) { wrong++ }
        $4 != "" || /8388608/ { malformed++ }
        $NF != "" { remarks++ }
        END {
            printf "%s: %d packets, %d without good checksums, %d malformed, %d remarked on\n",
                   run, NR, wrong, malformed, remarks
            lossy = run ~ /^lossy/
            exit NR < 8 || wrong > 0 || malformed > 0 || (lossy ? remarks < 10 : remarks > 0)
        }' || status=1
done
exit $status
