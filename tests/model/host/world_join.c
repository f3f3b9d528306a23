/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What stands between a host and its target in world.h: verifiers, pass-through drivers, a team
 * with a second target, or a VLAN mux.
 */
#include "world_parts.h"

#include <stdlib.h>

uint32_t world_drivers;
const uint16_t world_vlans[2] = {10, 20};
const uint8_t world_priorities[2] = {0, 5};

__attribute__((constructor)) static void
read_environment(void)
{
    const char *drivers = getenv("FLUE_TEST_DRIVERS");

    if (drivers != NULL)
        world_drivers = (uint32_t)strtoul(drivers, NULL, 10);
}

static void
on_spare_transmit(void *user, flue_time now, const struct flue_packet *packet)
{
    const struct spare *spare = user;

    assert_true(now == spare->machine->world->now);
    world__put_on_wire(spare->machine, 1, packet);
}

static void
on_spare_interrupt(void *user, flue_time now)
{
    (void)now;
    ((struct spare *)user)->interrupted = true;
}

static void
on_spare_pass_up(void *user, flue_time now, const struct flue_packet *packet)
{
    const struct spare *spare = user;

    flue_host_input(spare->machine->host, now, &packet->tuple, &packet->segment);
}

static void
on_driver_interrupt(void *user, flue_time now)
{
    (void)user; /* world_poll comes soon */
    (void)now;
}

/* Between two verifiers. */
static void
add_driver(struct machine *machine, struct flue_verifier *above, struct flue_verifier **below)
{
    static const struct flue_im_handlers handlers = {.interrupt = on_driver_interrupt};
    struct world *world = machine->world;
    struct flue_im_config config = flue_im_config_default();
    struct flue_allocator watching = flue_test_memory_allocator(&world->verifier_memory);
    struct flue_im **driver = &machine->drivers[machine->driver_count++];

    assert_int_equal(flue_im_create(&config, &handlers, machine, &world->allocator, driver),
                     FLUE_OK);
    *below = flue_verifier_watch_new(&watching, &world->watch_contract);
    flue_im_attach(*driver, 0, flue_verifier_client(above));
    flue_im_bind(*driver, 0, flue_verifier_provider(*below));
}

/* Host, verifier, then a driver and a verifier as often as there are drivers, and the target. */
static void
join_machine(struct machine *machine)
{
    struct flue_allocator watching = flue_test_memory_allocator(&machine->world->verifier_memory);
    struct flue_verifier *last;
    const struct flue_client *above;

    machine->verifier = flue_verifier_watch_new(&watching, &machine->world->watch_contract);
    assert_int_equal(flue_host_add_adapter(machine->host, flue_verifier_provider(machine->verifier),
                                           &machine->adapter),
                     FLUE_OK);
    last = machine->verifier;
    above = flue_host_client(machine->host, machine->adapter);
    while (machine->driver_count < world_drivers) {
        uint32_t i = machine->driver_count;

        add_driver(machine, last, &machine->verifiers[i]);
        flue_verifier_attach(last, flue_im_provider(machine->drivers[i], 0), above);
        above = flue_im_client(machine->drivers[i], 0);
        last = machine->verifiers[i];
    }
    flue_verifier_attach(last, flue_target_provider(machine->target), above);
    flue_target_attach(machine->target, flue_verifier_client(last));
}

/* Host, verifier, team, and a verifier above each of the two targets. */
static void
join_team(struct machine *machine, const struct world_config *config)
{
    static const struct flue_im_handlers handlers = {.interrupt = on_driver_interrupt};
    struct flue_target_handlers down = {.transmit = on_spare_transmit,
                                        .interrupt = on_spare_interrupt,
                                        .pass_up = on_spare_pass_up};
    struct world *world = machine->world;
    struct flue_allocator watching = flue_test_memory_allocator(&world->verifier_memory);
    struct flue_im_config team = flue_im_config_default();
    struct flue_target_config target = config->target;
    struct spare *spare = &machine->spare;

    team.members = 2;
    team.mode = config->team_mode;
    machine->team_mode = config->team_mode;
    target.mac = world__mac(machine->index);
    if (config->spare_connections > 0)
        target.max_connections = config->spare_connections;
    spare->machine = machine;
    assert_int_equal(flue_target_create(&target, &down, spare, &world->allocator, &spare->target),
                     FLUE_OK);
    assert_int_equal(flue_im_create(&team, &handlers, machine, &world->allocator, &machine->team),
                     FLUE_OK);
    machine->verifier = flue_verifier_watch_new(&watching, &world->watch_contract);
    machine->team_verifier = flue_verifier_watch_new(&watching, &world->watch_contract);
    spare->verifier = flue_verifier_watch_new(&watching, &world->watch_contract);
    assert_int_equal(flue_host_add_adapter(machine->host, flue_verifier_provider(machine->verifier),
                                           &machine->adapter),
                     FLUE_OK);
    flue_verifier_attach(machine->verifier, flue_im_provider(machine->team, 0),
                         flue_host_client(machine->host, machine->adapter));
    flue_im_attach(machine->team, 0, flue_verifier_client(machine->verifier));
    flue_im_bind(machine->team, 0, flue_verifier_provider(machine->team_verifier));
    flue_im_bind(machine->team, 1, flue_verifier_provider(spare->verifier));
    flue_verifier_attach(machine->team_verifier, flue_target_provider(machine->target),
                         flue_im_client(machine->team, 0));
    flue_verifier_attach(spare->verifier, flue_target_provider(spare->target),
                         flue_im_client(machine->team, 1));
    flue_target_attach(machine->target, flue_verifier_client(machine->team_verifier));
    flue_target_attach(spare->target, flue_verifier_client(spare->verifier));
}

/* Host, a verifier for each of two virtual adapters, the mux, and a verifier above the target. */
static void
join_mux(struct machine *machine)
{
    static const struct flue_im_handlers handlers = {.interrupt = on_driver_interrupt};
    struct world *world = machine->world;
    struct flue_allocator watching = flue_test_memory_allocator(&world->verifier_memory);
    struct flue_im_config config = flue_im_config_default();
    struct flue_verifier **above[] = {&machine->verifier, &machine->second_verifier};
    struct flue_im **mux = &machine->drivers[machine->driver_count];
    struct flue_verifier **below = &machine->verifiers[machine->driver_count++];

    config.uppers = 2;
    for (uint32_t i = 0; i < 2; i++) {
        config.vlans[i].vlan_id = world_vlans[i];
        config.vlans[i].user_priority = world_priorities[i];
    }
    assert_int_equal(flue_im_create(&config, &handlers, machine, &world->allocator, mux), FLUE_OK);
    *below = flue_verifier_watch_new(&watching, &world->watch_contract);
    flue_im_bind(*mux, 0, flue_verifier_provider(*below));
    flue_verifier_attach(*below, flue_target_provider(machine->target), flue_im_client(*mux, 0));
    flue_target_attach(machine->target, flue_verifier_client(*below));
    for (uint32_t i = 0; i < 2; i++) {
        *above[i] = flue_verifier_watch_new(&watching, &world->watch_contract);
        assert_int_equal(
            flue_host_add_adapter(machine->host, flue_verifier_provider(*above[i]),
                                  i == 0 ? &machine->adapter : &machine->second_adapter),
            FLUE_OK);
        flue_verifier_attach(
            *above[i], flue_im_provider(*mux, i),
            flue_host_client(machine->host, i == 0 ? machine->adapter : machine->second_adapter));
        flue_im_attach(*mux, i, flue_verifier_client(*above[i]));
    }
}

void
world__join(struct machine *machine, const struct world_config *config)
{
    if (config->has_team && machine->index == 0)
        join_team(machine, config);
    else if (config->is_muxed)
        join_mux(machine);
    else
        join_machine(machine);
}

/* ---- VLANs -------------------------------------------------------------------------------------
 */

uint32_t
world__vlan(const struct flue_four_tuple *tuple)
{
    return (tuple->local_port == WORLD_PORT ? tuple->remote_port : tuple->local_port) % 2;
}

void
world__tag(const struct world *world, struct flue_packet *packet)
{
    packet->has_vlan = world->is_muxed;
    if (packet->has_vlan)
        packet->vlan_tci = world_vlans[world__vlan(&packet->tuple)];
}

void
world__check_tag(const struct world *world, const struct flue_packet *packet)
{
    uint32_t vlan = world__vlan(&packet->tuple);

    if (!world->is_muxed)
        return;
    assert_true(packet->has_vlan); /* VLAN-010, VLAN-011 */
    assert_int_equal(packet->vlan_tci, world_priorities[vlan] << 13 | world_vlans[vlan]);
}
