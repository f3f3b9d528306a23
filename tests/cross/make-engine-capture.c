/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * make-engine-capture RUN FILE: two engines back to back, from SYN to the last ACK, as the client's
 * interface sees it, in pcap. Without arguments it lists the runs.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "flue/frame.h"
#include "wire.h"

struct run {
    const char *name;
    uint64_t client_bytes, server_bytes;
    uint32_t write_bytes;
    uint8_t ip_version;
    bool has_options; /* timestamps, SACK, window scaling */
    bool half_close;  /* the server sends on when the client has closed */
    bool is_lossy;
};

static const struct run runs[] = {
    {"bulk", 500001, 300001, 20000, 4, true, false, false},
    {"bulk6", 500001, 300001, 20000, 6, true, false, false},
    {"plain", 300001, 300001, 20000, 4, false, false, false},
    {"plain6", 300001, 100001, 20000, 6, false, false, false},
    {"request", 301, 5001, 301, 4, true, true, false},
    {"half", 100001, 100001, 4000, 6, true, true, false},
    {"lossy", 500001, 300001, 20000, 4, true, false, true},
    {"lossy-plain", 300001, 300001, 20000, 4, false, false, true},
    {"lossy6", 500001, 300001, 20000, 6, true, false, true},
};

struct capture {
    struct wire wire;
    FILE *file;
    uint16_t ip_id;
};

static void
put32(FILE *file, uint32_t value)
{
    fwrite(&value, sizeof value, 1, file); /* the magic number tells the byte order */
}

static void
begin_file(FILE *file)
{
    put32(file, 0xA1B23C4D); /* with nanoseconds */
    put32(file, 2 | 4 << 16);
    put32(file, 0);
    put32(file, 0);
    put32(file, 65535 + FLUE_FRAME_HEADER_MAX);
    put32(file, 1); /* Ethernet */
}

static void
write_segment(struct capture *capture, flue_time now, int from,
              const struct flue_tcp_segment *segment)
{
    static uint8_t payload[65536];
    uint8_t headers[FLUE_FRAME_HEADER_MAX];
    struct flue_packet packet;
    uint32_t length;

    memset(&packet, 0, sizeof packet);
    packet.source.bytes[5] = (uint8_t)(1 + from);
    packet.destination.bytes[5] = (uint8_t)(2 - from);
    packet.ip_id = capture->ip_id++;
    packet.tuple = wire_own_tuple(&capture->wire, from);
    packet.segment = *segment;
    length = flue_frame_write(&packet, headers);
    flue_span_copy(&segment->payload, payload);
    put32(capture->file, (uint32_t)(now / FLUE_SECOND));
    put32(capture->file, (uint32_t)(now % FLUE_SECOND / FLUE_NANOSECOND));
    put32(capture->file, length + segment->payload.length);
    put32(capture->file, length + segment->payload.length);
    fwrite(headers, 1, length, capture->file);
    fwrite(payload, 1, segment->payload.length, capture->file);
}

static void
see_emission(void *user, flue_time now, int from, const struct flue_tcp_segment *segment)
{
    if (from == 0)
        write_segment(user, now, 0, segment);
}

static void
see_landing(void *user, flue_time now, int to, const struct flue_tcp_segment *segment)
{
    if (to == 0)
        write_segment(user, now, 1, segment);
}

static bool
is_whole(const struct wire *wire)
{
    for (int side = 0; side < 2; side++)
        if (wire->ends[side].received != wire->ends[1 - side].to_send ||
            wire->ends[side].wrong_bytes != 0 || !wire->ends[side].is_closed ||
            wire->ends[side].reason != FLUE_OK)
            return false;
    return true;
}

static bool
make(const struct run *run, FILE *file)
{
    struct flue_tcp_config config = flue_tcp_config_default();
    struct capture capture;
    bool is_good;

    memset(&capture, 0, sizeof capture);
    wire_init(&capture.wire, 7);
    capture.file = file;
    capture.wire.ip_version = run->ip_version;
    capture.wire.use_frames = true;
    if (run->is_lossy) {
        capture.wire.loss = 0.02;
        capture.wire.reordering = 0.02;
        capture.wire.duplication = 0.01;
    }
    capture.wire.watch = see_emission;
    capture.wire.watch_landing = see_landing;
    capture.wire.watch_user = &capture;
    config.options.use_timestamps = run->has_options;
    config.options.use_sack = run->has_options;
    config.options.use_window_scaling = run->has_options;
    capture.wire.ends[0].to_send = run->client_bytes;
    capture.wire.ends[1].to_send = run->server_bytes;
    capture.wire.ends[1].shutdown_after_peer = run->half_close;
    for (int side = 0; side < 2; side++) {
        capture.wire.ends[side].write_bytes = run->write_bytes;
        wire_create_engine(&capture.wire, side, &config);
    }
    begin_file(file);
    wire_open(&capture.wire, NULL, NULL);
    wire_run(&capture.wire, 600 * FLUE_SECOND);
    is_good = is_whole(&capture.wire);
    wire_fini(&capture.wire);
    return is_good;
}

int
main(int argc, char **argv)
{
    for (size_t i = 0; i < sizeof runs / sizeof runs[0]; i++) {
        if (argc == 1) {
            printf("%s\n", runs[i].name);
        } else if (argc == 3 && strcmp(argv[1], runs[i].name) == 0) {
            FILE *file = fopen(argv[2], "wb");
            bool is_good = file != NULL && make(&runs[i], file);

            if (file != NULL && fclose(file) != 0)
                is_good = false;
            if (!is_good)
                fprintf(stderr, "make-engine-capture: %s did not arrive whole\n", argv[1]);
            return is_good ? 0 : 1;
        }
    }
    if (argc != 1)
        fprintf(stderr, "usage: make-engine-capture [RUN FILE]\n");
    return argc == 1 ? 0 : 2;
}
