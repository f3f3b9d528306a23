/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The frames, byte for byte, and the comparison of packets.
 */
#include "frame_vectors.h"

#include "cmocka_first.h"

static const uint8_t syn_bytes[] = {
    0x02, 0x00, 0x00, 0x00, 0x00, 0x02, 0x02, 0x00, 0x00, 0x00, 0x00, 0x01, 0x08, 0x00, 0x45,
    0x00, 0x00, 0x3c, 0x12, 0x34, 0x40, 0x00, 0x40, 0x06, 0x92, 0xe1, 0x0a, 0x01, 0x02, 0x03,
    0xc0, 0xa8, 0xc8, 0xfa, 0xc0, 0x00, 0x00, 0x50, 0xff, 0xff, 0xff, 0xfb, 0x00, 0x00, 0x00,
    0x00, 0xa0, 0x02, 0xff, 0xff, 0xee, 0x06, 0x00, 0x00, 0x02, 0x04, 0x05, 0xb4, 0x04, 0x02,
    0x08, 0x0a, 0x01, 0x02, 0x03, 0x04, 0x00, 0x00, 0x00, 0x00, 0x01, 0x03, 0x03, 0x07,
};
static const uint8_t data_bytes[] = {
    0x02, 0x00, 0x00, 0x00, 0x00, 0x02, 0x02, 0x00, 0x00, 0x00, 0x00, 0x01, 0x08, 0x00, 0x45,
    0x02, 0x00, 0x39, 0xff, 0xff, 0x40, 0x00, 0xff, 0x06, 0xe6, 0x15, 0x0a, 0x01, 0x02, 0x03,
    0xc0, 0xa8, 0xc8, 0xfa, 0xc0, 0x00, 0x00, 0x50, 0xff, 0xff, 0xff, 0xfc, 0x80, 0x00, 0x00,
    0x01, 0x80, 0x18, 0x01, 0xf6, 0xb9, 0x49, 0x00, 0x00, 0x01, 0x01, 0x08, 0x0a, 0x01, 0x02,
    0x03, 0x09, 0xde, 0xad, 0xbe, 0xef, 0x68, 0x65, 0x6c, 0x6c, 0x6f,
};
static const uint8_t sack_bytes[] = {
    0x02, 0x00, 0x00, 0x00, 0x00, 0x01, 0x02, 0x00, 0x00, 0x00, 0x00, 0x02, 0x81, 0x00, 0xa0,
    0x05, 0x86, 0xdd, 0x6b, 0x8a, 0xbc, 0xde, 0x00, 0x3c, 0x06, 0x3c, 0x20, 0x01, 0x0d, 0xb8,
    0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xab, 0xcd, 0x20, 0x01, 0x0d,
    0xb8, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x01, 0x01, 0xbb,
    0xc3, 0x50, 0x00, 0x00, 0x00, 0x07, 0x00, 0x00, 0x00, 0x09, 0xf0, 0x10, 0x03, 0xe8, 0x2f,
    0xd2, 0x00, 0x00, 0x01, 0x01, 0x08, 0x0a, 0x00, 0x00, 0x00, 0x05, 0x00, 0x00, 0x00, 0x06,
    0x01, 0x01, 0x05, 0x1a, 0x00, 0x00, 0x00, 0x0a, 0x00, 0x00, 0x00, 0x14, 0x00, 0x00, 0x00,
    0x1e, 0x00, 0x00, 0x00, 0x28, 0xff, 0xff, 0xff, 0xf0, 0x00, 0x00, 0x00, 0x10,
};
static const uint8_t reset_bytes[] = {
    0x02, 0x00, 0x00, 0x00, 0x00, 0x01, 0x02, 0x00, 0x00, 0x00, 0x00, 0x02, 0x08, 0x00,
    0x45, 0x00, 0x00, 0x28, 0x00, 0x00, 0x40, 0x00, 0x01, 0x06, 0xe4, 0x29, 0xc0, 0xa8,
    0xc8, 0xfa, 0x0a, 0x01, 0x02, 0x03, 0x00, 0x50, 0xc0, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x00, 0x00, 0x64, 0x50, 0x14, 0x00, 0x00, 0x59, 0x75, 0x00, 0x00,
};
static const uint8_t urgent_bytes[] = {
    0x02, 0x00, 0x00, 0x00, 0x00, 0x02, 0x02, 0x00, 0x00, 0x00, 0x00, 0x01, 0x86, 0xdd, 0x60,
    0x00, 0x00, 0x00, 0x00, 0x2e, 0x06, 0x40, 0x20, 0x01, 0x0d, 0xb8, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x01, 0x20, 0x01, 0x0d, 0xb8, 0xff, 0xff, 0x00,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xab, 0xcd, 0x00, 0x01, 0xff, 0xff, 0x00, 0x00,
    0x00, 0x01, 0x00, 0x00, 0x00, 0x02, 0xa0, 0xf9, 0x00, 0x03, 0x1e, 0x37, 0x00, 0x04, 0x01,
    0x01, 0x04, 0x02, 0x01, 0x03, 0x03, 0x0e, 0x01, 0x01, 0x05, 0x0a, 0x00, 0x00, 0x00, 0x01,
    0x00, 0x00, 0x00, 0x02, 0x61, 0x62, 0x63, 0x64, 0x65, 0x66,
};

#define MAC_A                                                                                      \
    {                                                                                              \
        {                                                                                          \
            2, 0, 0, 0, 0, 1                                                                       \
        }                                                                                          \
    }
#define MAC_B                                                                                      \
    {                                                                                              \
        {                                                                                          \
            2, 0, 0, 0, 0, 2                                                                       \
        }                                                                                          \
    }
#define IPV4_A                                                                                     \
    {                                                                                              \
        {                                                                                          \
            10, 1, 2, 3                                                                            \
        }                                                                                          \
    }
#define IPV4_B                                                                                     \
    {                                                                                              \
        {                                                                                          \
            192, 168, 200, 250                                                                     \
        }                                                                                          \
    }
#define IPV6_C                                                                                     \
    {                                                                                              \
        {                                                                                          \
            0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x01                          \
        }                                                                                          \
    }
#define IPV6_D                                                                                     \
    {                                                                                              \
        {                                                                                          \
            0x20, 0x01, 0x0d, 0xb8, 0xff, 0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0xab, 0xcd                 \
        }                                                                                          \
    }

static const struct frame_vector vectors[FRAME_VECTORS] = {
    {"syn",
     syn_bytes,
     sizeof syn_bytes,
     14,
     34,
     74,
     {.source = MAC_A,
      .destination = MAC_B,
      .ip_id = 0x1234,
      .tuple = {IPV4_A, IPV4_B, 49152, 80, 4, {0}},
      .segment = {.seq = 0xfffffffb,
                  .window = 65535,
                  .flags = FLUE_TCP_SYN,
                  .has_mss = true,
                  .mss = 1460,
                  .has_sack_permitted = true,
                  .has_timestamp = true,
                  .ts_val = 0x01020304,
                  .has_window_scale = true,
                  .window_scale = 7,
                  .hop_limit = 64}}},
    {"data",
     data_bytes,
     sizeof data_bytes,
     14,
     34,
     66,
     {.source = MAC_A,
      .destination = MAC_B,
      .ip_id = 0xffff,
      .tuple = {IPV4_A, IPV4_B, 49152, 80, 4, {0}},
      .segment = {.seq = 0xfffffffc,
                  .ack = 0x80000001,
                  .window = 502,
                  .flags = FLUE_TCP_ACK | FLUE_TCP_PSH,
                  .has_timestamp = true,
                  .ts_val = 0x01020309,
                  .ts_ecr = 0xdeadbeef,
                  .hop_limit = 255,
                  .traffic_class = 2}}},
    {"sack",
     sack_bytes,
     sizeof sack_bytes,
     18,
     58,
     118,
     {.source = MAC_B,
      .destination = MAC_A,
      .has_vlan = true,
      .vlan_tci = 0xa005,
      .tuple = {IPV6_D, IPV6_C, 443, 50000, 6, {0}},
      .segment = {.seq = 7,
                  .ack = 9,
                  .window = 1000,
                  .flags = FLUE_TCP_ACK,
                  .has_timestamp = true,
                  .ts_val = 5,
                  .ts_ecr = 6,
                  .sack_count = 3,
                  .sack = {{10, 20}, {30, 40}, {0xfffffff0, 0x10}},
                  .hop_limit = 60,
                  .traffic_class = 0xb8,
                  .flow_label = 0xabcde}}},
    {"reset",
     reset_bytes,
     sizeof reset_bytes,
     14,
     34,
     54,
     {.source = MAC_B,
      .destination = MAC_A,
      .tuple = {IPV4_B, IPV4_A, 80, 49152, 4, {0}},
      .segment = {.ack = 100, .flags = FLUE_TCP_RST | FLUE_TCP_ACK, .hop_limit = 1}}},
    {"urgent",
     urgent_bytes,
     sizeof urgent_bytes,
     14,
     54,
     94,
     {.source = MAC_A,
      .destination = MAC_B,
      .tuple = {IPV6_C, IPV6_D, 1, 65535, 6, {0}},
      .segment = {.seq = 1,
                  .ack = 2,
                  .window = 3,
                  .urgent_pointer = 4,
                  .flags = 0xf9,
                  .has_sack_permitted = true,
                  .has_window_scale = true,
                  .window_scale = 14,
                  .sack_count = 1,
                  .sack = {{1, 2}},
                  .hop_limit = 64}}},
};

struct frame_vector
frame_vector(unsigned index)
{
    assert_in_range(index, 0, FRAME_VECTORS - 1);
    return vectors[index];
}

void
assert_segment_equal(const struct flue_tcp_segment *a, const struct flue_tcp_segment *b)
{
    assert_int_equal(a->seq, b->seq);
    assert_int_equal(a->ack, b->ack);
    assert_int_equal(a->window, b->window);
    assert_int_equal(a->urgent_pointer, b->urgent_pointer);
    assert_int_equal(a->flags, b->flags);
    assert_int_equal(a->has_mss, b->has_mss);
    assert_int_equal(a->has_window_scale, b->has_window_scale);
    assert_int_equal(a->has_sack_permitted, b->has_sack_permitted);
    assert_int_equal(a->has_timestamp, b->has_timestamp);
    assert_int_equal(a->mss, b->mss);
    assert_int_equal(a->window_scale, b->window_scale);
    assert_int_equal(a->ts_val, b->ts_val);
    assert_int_equal(a->ts_ecr, b->ts_ecr);
    assert_int_equal(a->sack_count, b->sack_count);
    for (unsigned i = 0; i < a->sack_count; i++) {
        assert_int_equal(a->sack[i].left, b->sack[i].left);
        assert_int_equal(a->sack[i].right, b->sack[i].right);
    }
    assert_int_equal(a->hop_limit, b->hop_limit);
    assert_int_equal(a->traffic_class, b->traffic_class);
    assert_int_equal(a->flow_label, b->flow_label);
}

void
assert_packet_mirrors(const struct flue_packet *a, const struct flue_packet *b)
{
    const struct flue_four_tuple swapped = {a->tuple.remote,      a->tuple.local,
                                            a->tuple.remote_port, a->tuple.local_port,
                                            a->tuple.ip_version,  {0}};

    assert_memory_equal(&a->source, &b->source, sizeof a->source);
    assert_memory_equal(&a->destination, &b->destination, sizeof a->destination);
    assert_int_equal(a->has_vlan, b->has_vlan);
    assert_int_equal(a->vlan_tci, b->vlan_tci);
    assert_int_equal(a->ip_id, b->ip_id);
    assert_memory_equal(&swapped, &b->tuple, sizeof swapped); /* every byte: tuples are hashed */
    assert_segment_equal(&a->segment, &b->segment);
}
