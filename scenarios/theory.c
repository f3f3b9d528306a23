/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Scenario `theory`: whether one connection's goodput under loss is what theory says, with TCP on
 * the host, on the NIC, and ns-3's own.
 *
 *     client ----------------- link ----------------> server
 *          one bulk connection        every n-th frame, or each at random, is lost here
 *
 * Nothing but loss and the round trip limits the connection: profile `ideal`, 10 Gb/s, large
 * buffers. It opens over a perfect link; loss begins, and after a fifth of as many losses as are
 * to be measured the measured interval starts. Its length follows from PFTK, so that every point
 * sees the same number of losses. The laws themselves are two of the values that `tcp` can have:
 * they stand in tables and figures beside what they speak of, and simulate nothing.
 */
#include <math.h>
#include <stddef.h>
#include <string.h>

#include "formulae.h"
#include "measure.h"

static const char *const choices_tcp[] = {"mathis", "pftk", "ns3", "host", "offload", NULL};
static const char *const choices_pattern[] = {"periodic", "random", NULL};

enum { SEGMENT_BYTES = 1448 };

static const struct flue_parameter parameters[] = {
    {"tcp", FLUE_PARAMETER_CHOICE, "", "offload", NULL, NULL, choices_tcp,
     "a law; or ns-3's TCP, Flue's on the host, or Flue's on the NIC"},
    {"loss", FLUE_PARAMETER_REAL, "1", "1e-3", "1e-6", "0.2", NULL, "share of data frames lost"},
    {"pattern", FLUE_PARAMETER_CHOICE, "", "periodic", NULL, NULL, choices_pattern,
     "every n-th frame, or each frame by itself"},
    {"rtt", FLUE_PARAMETER_TIME, "s", "40ms", "1ms", "1s", NULL, "round trip"},
    {"congestion", FLUE_PARAMETER_CHOICE, "", "newreno", NULL, NULL, flue_choices_congestion,
     "congestion control; ns-3's TCP has no compound"},
    {"sack", FLUE_PARAMETER_CHOICE, "", "off", NULL, NULL, flue_choices_switch,
     "selective acknowledgements"},
    {"min-rto", FLUE_PARAMETER_TIME, "s", "200ms", "1ms", "60s", NULL, "shortest timeout"},
    {"ack-segments", FLUE_PARAMETER_COUNT, "1", "2", "1", "2", NULL,
     "segments that an acknowledgement is for"},
    {"losses", FLUE_PARAMETER_COUNT, "1", "100", "10", "100000", NULL,
     "about how many are measured"},
    {.name = NULL},
};

static const struct flue_metric metrics[] = {
    {"goodput_bps", "bps", "payload that arrives, by time", false},
    {"goodput_to_mathis_ratio", "1", "goodput over that of Mathis et al.", false},
    {"goodput_to_pftk_ratio", "1", "goodput over that of Padhye et al.", false},
    {"loss_observed_ratio", "1", "share of the data frames that were lost", true},
    {"timeouts_per_loss", "1", "retransmission timeouts by lost frames", true},
    {.name = NULL},
};

struct theory {
    struct flue_pair machines;
    struct flue_sim_flow *flow;
};

struct reading {
    struct flue_sim_flow_statistics flow;
    struct flue_sim_link_statistics arrived;
    struct flue_sim_node_statistics client;
};

static struct flue_formula_path
path_of(const struct flue_run *run)
{
    double rtt = flue_run_real(run, "rtt");

    return (struct flue_formula_path){
        .loss = flue_run_real(run, "loss"),
        .rtt_s = rtt,
        .rto_s = fmax(flue_run_real(run, "min-rto"), rtt),
        .per_ack = flue_run_real(run, "ack-segments"),
        .window = INFINITY,
    };
}

static bool
build(const struct flue_run *run, struct flue_sim *sim, struct theory *theory)
{
    struct flue_sim_link_config link = flue_sim_link_config_default();
    struct flue_sim_stack_config stack = flue_sim_stack_config_default();
    struct flue_sim_bulk_config bulk = flue_sim_bulk_config_default();

    link.rate_bps = 10000000000;
    link.delay = flue_run_time(run, "rtt") / 2;
    link.queue_packets = 100000;
    stack.mss_bytes = SEGMENT_BYTES;
    stack.send_buffer_bytes = 16 << 20;
    stack.receive_buffer_bytes = 16 << 20;
    stack.ack_segments = (uint32_t)flue_run_count(run, "ack-segments");
    stack.use_sack = flue_run_is_on(run, "sack");
    stack.congestion_control = flue_run_text(run, "congestion");
    stack.min_rto = flue_run_time(run, "min-rto");
    return flue_pair_build(run, sim, flue_run_text(run, "tcp"), &link, &stack, &theory->machines) &&
           flue_sim_bulk(sim, theory->machines.client, theory->machines.server, &bulk,
                         &theory->flow) == FLUE_OK;
}

static bool
begin_loss(const struct flue_run *run, const struct theory *theory)
{
    struct flue_sim_link *link = theory->machines.link;
    double loss = flue_run_real(run, "loss");

    if (strcmp(flue_run_text(run, "pattern"), "random") == 0) {
        return flue_sim_link_loss(link, FLUE_PAIR_SERVER, loss) == FLUE_OK;
    }
    return flue_sim_link_loss_every(link, FLUE_PAIR_SERVER, (uint64_t)(1 / loss + 0.5)) == FLUE_OK;
}

static void
read_all(const struct theory *theory, struct reading *reading)
{
    flue_sim_flow_read(theory->flow, &reading->flow);
    flue_sim_link_read(theory->machines.link, FLUE_PAIR_SERVER, &reading->arrived);
    flue_sim_node_read(theory->machines.client, &reading->client);
}

static void
report_goodput(struct flue_run *run, double segments_per_s)
{
    struct flue_formula_path path = path_of(run);
    bool is_random = strcmp(flue_run_text(run, "pattern"), "random") == 0;

    flue_run_report(run, "goodput_bps", segments_per_s * SEGMENT_BYTES * 8, NULL);
    flue_run_report(run, "goodput_to_mathis_ratio",
                    segments_per_s / flue_formula_mathis(&path, is_random), NULL);
    flue_run_report(run, "goodput_to_pftk_ratio",
                    segments_per_s / flue_formula_pftk_delivered(&path), NULL);
}

static enum flue_result
report_law(struct flue_run *run, const char *law)
{
    struct flue_formula_path path = path_of(run);
    bool is_random = strcmp(flue_run_text(run, "pattern"), "random") == 0;
    bool is_mathis = strcmp(law, "mathis") == 0;

    report_goodput(run, is_mathis ? flue_formula_mathis(&path, is_random)
                                  : flue_formula_pftk_delivered(&path));
    flue_run_report(run, "loss_observed_ratio", path.loss, NULL);
    flue_run_report(run, "timeouts_per_loss", (double)NAN, "a law has no timeouts to count");
    return FLUE_OK;
}

static void
report(struct flue_run *run, double seconds, const struct reading *before,
       const struct reading *after)
{
    double lost = (double)(after->arrived.lost_frames - before->arrived.lost_frames);
    double whole = (double)(after->arrived.rx_frames - before->arrived.rx_frames);
    double bytes = (double)(after->flow.received_bytes - before->flow.received_bytes);

    report_goodput(run, bytes / SEGMENT_BYTES / seconds);
    flue_run_report(run, "loss_observed_ratio", flue_ratio(lost, lost + whole), "no frame arrived");
    flue_run_report(run, "timeouts_per_loss",
                    flue_ratio((double)(after->client.timeouts - before->client.timeouts), lost),
                    "no frame was lost");
}

static enum flue_result
run_theory(struct flue_run *run, struct flue_sim *sim)
{
    const char *tcp = flue_run_text(run, "tcp");
    struct flue_formula_path path = path_of(run);
    double seconds =
        (double)flue_run_count(run, "losses") / path.loss / flue_formula_pftk_delivered(&path);
    flue_time interval = (flue_time)(seconds * (double)FLUE_SECOND);
    struct theory theory;
    struct reading before, after;

    if (strcmp(tcp, "mathis") == 0 || strcmp(tcp, "pftk") == 0) {
        return report_law(run, tcp);
    }
    if (build(run, sim, &theory) &&
        flue_advance_until_connected(sim, &theory.flow, 1, 60 * FLUE_SECOND) &&
        begin_loss(run, &theory) && flue_advance(sim, interval / 5)) {
        read_all(&theory, &before);
        if (flue_advance(sim, interval)) {
            read_all(&theory, &after);
            report(run, seconds, &before, &after);
            return FLUE_OK;
        }
    }
    return flue_run_fail(run, FLUE_ERROR_INVALID,
                         *flue_sim_error(sim) != '\0' ? flue_sim_error(sim)
                                                      : "the connection did not open within 60 s");
}

const struct flue_scenario flue_scenario_theory = {
    "theory",
    "Is a connection's goodput under loss what theory says, with TCP on the host and on the NIC?",
    parameters,
    metrics,
    run_theory,
};
