/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Scenario `short`: how long short transfers take, from the first SYN until the server has read
 * all, against the formula of Cardwell et al., with TCP on the host, on the NIC, and ns-3's own.
 *
 *     client ----------------- link ----------------> server
 *          N connections, each sends      each frame that arrives here is lost by itself
 *          a few segments and closes
 *
 * Nothing but loss and the round trip limits the connections: profile `ideal`, 10 Gb/s. They begin
 * a millisecond apart and do not share a queue. The formula, one of the values that `tcp` can have,
 * ends with the last acknowledgement, half a round trip after the last byte is there: that half is
 * taken off.
 */
#include <math.h>
#include <stddef.h>
#include <string.h>

#include "formulae.h"
#include "measure.h"

static const char *const choices_tcp[] = {"cardwell", "ns3", "host", "offload", NULL};

enum { SEGMENT_BYTES = 1448, MAX_TRANSFERS = 10000 };

static const struct flue_parameter parameters[] = {
    {"tcp", FLUE_PARAMETER_CHOICE, "", "offload", NULL, NULL, choices_tcp,
     "the formula; or ns-3's TCP, Flue's on the host, or Flue's on the NIC"},
    {"segments", FLUE_PARAMETER_COUNT, "1", "10", "1", "1e6", NULL,
     "of a transfer, 1448 bytes each"},
    {"transfers", FLUE_PARAMETER_COUNT, "1", "100", "1", "10000", NULL,
     "of which the mean is taken"},
    {"loss", FLUE_PARAMETER_REAL, "1", "0", "0", "0.2", NULL, "share of frames to the server lost"},
    {"rtt", FLUE_PARAMETER_TIME, "s", "100ms", "1ms", "1s", NULL, "round trip"},
    {"initial-window", FLUE_PARAMETER_COUNT, "1", "10", "4", "10", NULL,
     "segments, 10 (RFC 6928) or 4 (RFC 3390, which makes 3 of these)"},
    {"congestion", FLUE_PARAMETER_CHOICE, "", "newreno", NULL, NULL, flue_choices_congestion,
     "congestion control; ns-3's TCP has no compound"},
    {"min-rto", FLUE_PARAMETER_TIME, "s", "200ms", "1ms", "60s", NULL, "shortest timeout"},
    {.name = NULL},
};

static const struct flue_metric metrics[] = {
    {"completion_s", "s", "mean time from the first SYN until all is read", true},
    {"completion_longest_s", "s", "of the slowest transfer", true},
    {"completion_to_cardwell_ratio", "1", "mean over that of Cardwell et al.", false},
    {"completion_less_cardwell_rtts", "1", "mean less Cardwell's, in round trips", true},
    {"failed_transfers", "1", "transfers that did not end well", true},
    {.name = NULL},
};

static double
predict(const struct flue_run *run)
{
    double rtt = flue_run_real(run, "rtt");
    struct flue_formula_path path = {
        .loss = flue_run_real(run, "loss"),
        .rtt_s = rtt,
        .rto_s = fmax(flue_run_real(run, "min-rto"), rtt),
        .per_ack = 2,
        .window = INFINITY,
    };
    double window = flue_run_count(run, "initial-window") == 10 ? 10 : 3;

    return flue_formula_cardwell(&path, flue_run_real(run, "segments"), window, 1) - rtt / 2;
}

static void
report(struct flue_run *run, double mean, double longest, double failed)
{
    const char *why = "no transfer ended well";
    double predicted = predict(run);

    flue_run_report(run, "completion_s", mean, why);
    flue_run_report(run, "completion_longest_s", longest, why);
    flue_run_report(run, "completion_to_cardwell_ratio", mean / predicted, why);
    flue_run_report(run, "completion_less_cardwell_rtts",
                    (mean - predicted) / flue_run_real(run, "rtt"), why);
    flue_run_report(run, "failed_transfers", failed, NULL);
}

static bool
build(const struct flue_run *run, struct flue_sim *sim, struct flue_pair *machines)
{
    struct flue_sim_link_config link = flue_sim_link_config_default();
    struct flue_sim_stack_config stack = flue_sim_stack_config_default();

    link.rate_bps = 10000000000;
    link.delay = flue_run_time(run, "rtt") / 2;
    link.queue_packets = 100000;
    stack.mss_bytes = SEGMENT_BYTES;
    stack.send_buffer_bytes = 16 << 20;
    stack.receive_buffer_bytes = 16 << 20;
    stack.initial_window_segments = (uint32_t)flue_run_count(run, "initial-window");
    stack.congestion_control = flue_run_text(run, "congestion");
    stack.min_rto = flue_run_time(run, "min-rto");
    return flue_pair_build(run, sim, flue_run_text(run, "tcp"), &link, &stack, machines) &&
           flue_sim_link_loss(machines->link, FLUE_PAIR_SERVER, flue_run_real(run, "loss")) ==
               FLUE_OK;
}

static bool
start(const struct flue_run *run, struct flue_sim *sim, const struct flue_pair *machines,
      struct flue_sim_flow **flows)
{
    struct flue_sim_bulk_config bulk = flue_sim_bulk_config_default();
    uint64_t count = flue_run_count(run, "transfers");

    bulk.bytes = flue_run_count(run, "segments") * SEGMENT_BYTES;
    for (uint64_t i = 0; i < count; i++) {
        bulk.port = (uint16_t)(5001 + i);
        bulk.start = i * FLUE_MILLISECOND;
        if (flue_sim_bulk(sim, machines->client, machines->server, &bulk, &flows[i]) != FLUE_OK) {
            return false;
        }
    }
    return true;
}

/* Runs until every transfer has ended, and at most an hour. */
static bool
finish(const struct flue_run *run, struct flue_sim *sim, struct flue_sim_flow **flows)
{
    uint64_t ended = 0, count = flue_run_count(run, "transfers");
    struct flue_sim_flow_statistics flow;

    while (ended < count && flue_sim_now(sim) < 3600 * FLUE_SECOND) {
        if (!flue_advance(sim, FLUE_SECOND)) {
            return false;
        }
        for (; ended < count; ended++) {
            flue_sim_flow_read(flows[ended], &flow);
            if (!flow.is_complete && !flow.has_failed) {
                break;
            }
        }
    }
    return true;
}

static enum flue_result
run_short(struct flue_run *run, struct flue_sim *sim)
{
    static struct flue_sim_flow *flows[MAX_TRANSFERS];
    uint64_t count = flue_run_count(run, "transfers"), good = 0;
    struct flue_pair machines;
    double sum = 0, longest = 0;

    if (strcmp(flue_run_text(run, "tcp"), "cardwell") == 0) {
        report(run, predict(run), (double)NAN, 0);
        return FLUE_OK;
    }
    if (!build(run, sim, &machines) || !start(run, sim, &machines, flows) ||
        !finish(run, sim, flows)) {
        return flue_run_fail(run, FLUE_ERROR_INVALID, flue_sim_error(sim));
    }
    for (uint64_t i = 0; i < count; i++) {
        struct flue_sim_flow_statistics flow;

        flue_sim_flow_read(flows[i], &flow);
        if (flow.is_complete) {
            double begun = (double)(i * FLUE_MILLISECOND);
            double seconds = ((double)flow.completed_at - begun) / (double)FLUE_SECOND;

            sum += seconds;
            longest = fmax(longest, seconds);
            good++;
        }
    }
    report(run, flue_ratio(sum, (double)good), good > 0 ? longest : (double)NAN,
           (double)(count - good));
    return FLUE_OK;
}

const struct flue_scenario flue_scenario_short = {
    "short",
    "How long do short transfers take, with TCP on the host and on the NIC, and what says theory?",
    parameters,
    metrics,
    run_short,
};
