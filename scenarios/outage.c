/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "outage.h"

#include <math.h>

bool
flue_crowd_build(const struct flue_run *run, struct flue_sim *sim, struct flue_crowd *crowd)
{
    struct flue_sim_link_config link;
    struct flue_sim_stack_config stack;
    struct flue_sim_requests_config requests = flue_requests_configure(run);
    struct flue_pair *pair = &crowd->machines;

    crowd->sim = sim;
    flue_pair_configure(run, &link, &stack);
    stack.table_entries = (uint32_t)flue_run_count(run, "entries");
    return flue_pair_build(run, sim, flue_run_text(run, "stack"), &link, &stack, pair) &&
           flue_sim_requests(sim, pair->client, pair->server, &requests, &crowd->requests) ==
               FLUE_OK &&
           flue_advance_until_open(sim, crowd->requests, requests.connections,
                                   FLUE_PATIENCE_S * FLUE_SECOND) &&
           flue_advance_until_still(sim, pair, FLUE_PATIENCE_S * FLUE_SECOND);
}

void
flue_moment_read(const struct flue_crowd *crowd, struct flue_moment *moment)
{
    moment->at = flue_sim_now(crowd->sim);
    flue_sim_requests_read(crowd->requests, &moment->requests);
    flue_sim_adapter_read(crowd->machines.link, FLUE_PAIR_CLIENT, &moment->adapter);
    flue_sim_node_read(crowd->machines.client, &moment->client);
}

double
flue_moment_rate(const struct flue_moment *before, const struct flue_moment *after)
{
    return (double)(after->requests.completed - before->requests.completed) /
           ((double)(after->at - before->at) / (double)FLUE_SECOND);
}

/* Steps of a millisecond, and rates over ten of them. */
bool
flue_await_recovery(struct flue_rows *rows, const struct flue_crowd *crowd,
                    const struct flue_moment *before, double rate, struct flue_recovery *recovery)
{
    struct flue_moment window[10], start, now;

    *recovery = (struct flue_recovery){0};
    flue_moment_read(crowd, &start);
    for (uint32_t i = 0; i < FLUE_PATIENCE_S * 1000; i++) {
        if (!flue_rows_advance(rows, FLUE_MILLISECOND)) {
            return false;
        }
        flue_moment_read(crowd, &now);
        if (recovery->response == 0 && now.requests.completed > start.requests.completed) {
            recovery->response = now.at - start.at;
        }
        if (recovery->offload == 0 && now.adapter.connections >= before->adapter.connections) {
            recovery->offload = now.at - start.at;
            flue_rows_event(rows, now.at, "all on the adapter");
        }
        if (i >= 10 && recovery->requests == 0 &&
            flue_moment_rate(&window[i % 10], &now) >= 0.9 * rate) {
            recovery->requests = now.at - start.at;
        }
        window[i % 10] = now;
        if (recovery->response != 0 && recovery->offload != 0 && recovery->requests != 0) {
            break;
        }
    }
    return true;
}

void
flue_report_recovery(struct flue_run *run, const char *metric, flue_time time)
{
    flue_run_report(run, metric, time == 0 ? (double)NAN : (double)time / (double)FLUE_SECOND,
                    "it did not come while the run waited");
}
