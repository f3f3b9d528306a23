/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The receive-side scaling hash, by the vectors of its verification suite.
 */
#include "cmocka_first.h"
#include "flue/rss.h"

static struct flue_four_tuple
tuple4(struct flue_ip source, uint16_t source_port, struct flue_ip destination,
       uint16_t destination_port)
{
    struct flue_four_tuple tuple = {0};

    tuple.remote = source;
    tuple.remote_port = source_port;
    tuple.local = destination;
    tuple.local_port = destination_port;
    tuple.ip_version = 4;
    return tuple;
}

static void
test_rss_ipv4_vectors(void **state)
{
    const struct {
        struct flue_four_tuple tuple;
        uint32_t hash;
    } vectors[] = {
        {tuple4(flue_ipv4(66, 9, 149, 187), 2794, flue_ipv4(161, 142, 100, 80), 1766), 0x51ccc178},
        {tuple4(flue_ipv4(199, 92, 111, 2), 14230, flue_ipv4(65, 69, 140, 83), 4739), 0xc626b0ea},
        {tuple4(flue_ipv4(24, 19, 198, 95), 12898, flue_ipv4(12, 22, 207, 184), 38024), 0x5c2b394a},
        {tuple4(flue_ipv4(38, 27, 205, 30), 48228, flue_ipv4(209, 142, 163, 6), 2217), 0xafc7327f},
        {tuple4(flue_ipv4(153, 39, 163, 191), 44251, flue_ipv4(202, 188, 127, 2), 1303),
         0x10e828a2},
    };
    const struct flue_rss_key key = flue_rss_key_default();

    (void)state;
    for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++)
        assert_int_equal(flue_rss_hash(&key, &vectors[i].tuple), vectors[i].hash);
}

static void
test_rss_ipv6_vector(void **state)
{
    const struct flue_rss_key key = flue_rss_key_default();
    struct flue_four_tuple tuple = {0};
    const struct flue_ip source = {{0x3f, 0xfe, 0x25, 1, 2, 0, 0x1f, 0xff, 0, 0, 0, 0, 0, 0, 0, 7}};
    const struct flue_ip destination = {{0x3f, 0xfe, 0x25, 1, 2, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 1}};

    (void)state;
    tuple.remote = source;
    tuple.remote_port = 2794;
    tuple.local = destination;
    tuple.local_port = 1766;
    tuple.ip_version = 6;
    assert_int_equal(flue_rss_hash(&key, &tuple), 0x40207d3d);
}

static void
test_rss_zero_key_hashes_to_zero(void **state)
{
    const struct flue_rss_key key = {{0}};
    struct flue_four_tuple tuple =
        tuple4(flue_ipv4(255, 255, 255, 255), 65535, flue_ipv4(255, 255, 255, 255), 65535);

    (void)state;
    assert_int_equal(flue_rss_hash(&key, &tuple), 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rss_ipv4_vectors),
        cmocka_unit_test(test_rss_ipv6_vector),
        cmocka_unit_test(test_rss_zero_key_hashes_to_zero),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
