/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The I/O bus: bytes take their turn, latencies overlap, and a shared bus has one turn for all.
 */
#include "cmocka_first.h"
#include "flue/cost.h"

/* A byte takes a nanosecond. */
static struct flue_bus
make_bus(bool is_shared)
{
    struct flue_profile profile = *flue_profile_find("ideal");
    struct flue_bus bus;

    profile.bus_bps = 8000000000;
    profile.bus_read_latency = 900000;
    profile.bus_write_latency = 400000;
    profile.bus_is_shared = is_shared;
    flue_bus_init(&bus, &profile);
    return bus;
}

static void
test_bus_transfer_takes_its_bytes_and_the_latency(void **state)
{
    struct flue_bus bus = make_bus(false);

    (void)state;
    assert_int_equal(flue_bus_transfer(&bus, 50, FLUE_BUS_READ, FLUE_COST_PAYLOAD, 1500),
                     50 + 1500000 + 900000);
    assert_int_equal(flue_bus_transfer(&bus, 50, FLUE_BUS_WRITE, FLUE_COST_DESCRIPTOR, 16),
                     50 + 16000 + 400000);
    assert_int_equal(bus.servers[FLUE_BUS_READ].booked[FLUE_COST_PAYLOAD], 1500000);
    assert_int_equal(bus.servers[FLUE_BUS_WRITE].booked[FLUE_COST_DESCRIPTOR], 16000);
    assert_int_equal(bus.crossings, 2);
}

static void
test_bus_transfers_of_one_direction_queue_but_their_latencies_overlap(void **state)
{
    struct flue_bus bus = make_bus(false);

    (void)state;
    (void)flue_bus_transfer(&bus, 0, FLUE_BUS_READ, FLUE_COST_PAYLOAD, 1000);
    assert_int_equal(flue_bus_transfer(&bus, 0, FLUE_BUS_READ, FLUE_COST_PAYLOAD, 1000),
                     2000000 + 900000);
    assert_int_equal(flue_bus_transfer(&bus, 0, FLUE_BUS_WRITE, FLUE_COST_PAYLOAD, 1000),
                     1000000 + 400000);
}

static void
test_bus_shared_queues_both_directions(void **state)
{
    struct flue_bus bus = make_bus(true);

    (void)state;
    (void)flue_bus_transfer(&bus, 0, FLUE_BUS_READ, FLUE_COST_PAYLOAD, 1000);
    assert_int_equal(flue_bus_transfer(&bus, 0, FLUE_BUS_WRITE, FLUE_COST_PAYLOAD, 1000),
                     2000000 + 400000);
    assert_ptr_equal(flue_bus_server(&bus, FLUE_BUS_WRITE), flue_bus_server(&bus, FLUE_BUS_READ));
    assert_int_equal(flue_server_busy(flue_bus_server(&bus, FLUE_BUS_READ), 2000000), 2000000);
}

static void
test_bus_of_the_ideal_machine_takes_no_time(void **state)
{
    struct flue_bus bus;

    (void)state;
    flue_bus_init(&bus, flue_profile_find("ideal"));
    assert_int_equal(flue_bus_transfer(&bus, 77, FLUE_BUS_READ, FLUE_COST_PAYLOAD, UINT64_MAX), 77);
}

static void
test_bus_time_saturates(void **state)
{
    struct flue_bus bus = make_bus(false);

    (void)state;
    bus.servers[FLUE_BUS_READ].rate = 1;
    assert_int_equal(flue_bus_transfer(&bus, 0, FLUE_BUS_READ, FLUE_COST_PAYLOAD, UINT64_MAX),
                     FLUE_TIME_NEVER);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bus_transfer_takes_its_bytes_and_the_latency),
        cmocka_unit_test(test_bus_transfers_of_one_direction_queue_but_their_latencies_overlap),
        cmocka_unit_test(test_bus_shared_queues_both_directions),
        cmocka_unit_test(test_bus_of_the_ideal_machine_takes_no_time),
        cmocka_unit_test(test_bus_time_saturates),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
