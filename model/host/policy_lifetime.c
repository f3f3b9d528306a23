/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Those that will live long, the longest first (Kim and Rixner, "Connection handoff policies for
 * TCP offload network interfaces", OSDI 2006). What is left of a life is predicted from the mean
 * life of connections to the same service port, and from age: lives are so unequal that one that
 * has outlived its kind may be expected to last as long again.
 */
#include "host/policies.h"

enum { MEMORY = 8 /* a life counts for one part in so many of the mean */ };

static uint16_t
service_port(const struct flue_policy_connection *connection)
{
    const struct flue_four_tuple *tuple = connection->tuple;

    return tuple->local_port < tuple->remote_port ? tuple->local_port : tuple->remote_port;
}

/* Ports that share a place forget each other. */
static struct policy_service *
place_of(const struct policy_state *state, uint16_t port)
{
    return &state->services[port % POLICY_SERVICES];
}

static flue_time
predict(const struct policy_state *state, flue_time now,
        const struct flue_policy_connection *connection)
{
    uint16_t port = service_port(connection);
    const struct policy_service *service = place_of(state, port);
    flue_time age = now - connection->established;

    if (service->ended > 0 && service->port == port && service->mean > age &&
        service->mean - age > age)
        return service->mean - age;
    return age;
}

static bool
wants(void *user, flue_time now, const struct flue_policy_connection *connection)
{
    const struct policy_state *state = user;

    return predict(state, now, connection) >= state->config.lifetime.least_left;
}

static uint64_t
worth(void *user, flue_time now, const struct flue_policy_connection *connection)
{
    return predict(user, now, connection);
}

static void
ended(void *user, flue_time now, const struct flue_policy_connection *connection)
{
    const struct policy_state *state = user;
    uint16_t port = service_port(connection);
    struct policy_service *service = place_of(state, port);
    flue_time life = now - connection->established;

    if (service->ended == 0 || service->port != port) {
        *service = (struct policy_service){.mean = life, .ended = 1, .port = port};
        return;
    }
    if (service->ended < MEMORY)
        service->ended++;
    if (life > service->mean)
        service->mean += (life - service->mean) / service->ended;
    else
        service->mean -= (service->mean - life) / service->ended;
}

const struct flue_policy flue__policy_lifetime = {
    .wants = wants,
    .worth = worth,
    .ended = ended,
    .is_timed = true,
};
