/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * See teamed.h.
 */
#include "teamed.h"

#include <math.h>
#include <string.h>

const char *const flue_choices_team[] = {"active-backup", "balance", "aggregate", "aggregate-mixed",
                                         NULL};

static struct flue_sim_team_config
configure_team(const struct flue_run *run)
{
    struct flue_sim_team_config config = flue_sim_team_config_default();
    const char *mode = flue_run_text(run, "mode");

    config.mode = strcmp(mode, "active-backup") == 0 ? FLUE_SIM_TEAM_ACTIVE_BACKUP
                  : strcmp(mode, "balance") == 0     ? FLUE_SIM_TEAM_BALANCE
                                                     : FLUE_SIM_TEAM_AGGREGATE;
    config.mixes_ports = strcmp(mode, "aggregate-mixed") == 0;
    config.detect = flue_run_time(run, "detect");
    return config;
}

static bool
build_links(const struct flue_run *run, struct flue_sim *sim,
            const struct flue_sim_link_config *config, struct flue_teamed *teamed)
{
    const char *prefix = flue_run_pcap_prefix(run);
    bool is_good =
        flue_sim_link(sim, teamed->server, teamed->middle, config, &teamed->server_link) == FLUE_OK;

    for (uint32_t i = 0; is_good && i < FLUE_TEAM_LINKS; i++) {
        is_good = flue_sim_link(sim, teamed->client, teamed->middle, config, &teamed->links[i]) ==
                      FLUE_OK &&
                  (prefix == NULL || flue_sim_link_pcap(teamed->links[i], prefix) == FLUE_OK);
    }
    return is_good;
}

bool
flue_teamed_build(const struct flue_run *run, struct flue_sim *sim, struct flue_teamed *teamed)
{
    struct flue_sim_team_config team = configure_team(run);
    struct flue_sim_link_config link;
    struct flue_sim_stack_config stack;
    enum flue_sim_stack_kind kind;

    flue_pair_configure(run, &link, &stack);
    stack.table_entries = (uint32_t)flue_run_count(run, "entries");
    return flue_sim_stack_kind_of(flue_run_text(run, "stack"), &kind) == FLUE_OK &&
           flue_sim_node(sim, "client", &teamed->client) == FLUE_OK &&
           flue_sim_node(sim, "server", &teamed->server) == FLUE_OK &&
           flue_sim_switch(sim, "switch", &teamed->middle) == FLUE_OK &&
           build_links(run, sim, &link, teamed) &&
           flue_sim_team(teamed->client, teamed->links, FLUE_TEAM_LINKS, &team, &teamed->team) ==
               FLUE_OK &&
           flue_sim_stack(teamed->client, kind, &stack) == FLUE_OK &&
           flue_sim_stack(teamed->server, kind, &stack) == FLUE_OK &&
           flue_sim_switch_address(teamed->middle, "10.1.1.0", "255.255.255.0") == FLUE_OK;
}

bool
flue_teamed_open(const struct flue_run *run, struct flue_sim *sim, struct flue_teamed *teamed,
                 struct flue_sim_requests **requests)
{
    struct flue_sim_requests_config config = flue_requests_configure(run);

    config.with_content = true;
    return flue_teamed_build(run, sim, teamed) &&
           flue_sim_requests(sim, teamed->client, teamed->server, &config, requests) == FLUE_OK &&
           flue_advance_until_open(sim, *requests, config.connections,
                                   FLUE_PATIENCE_S * FLUE_SECOND);
}

bool
flue_teamed_lose(const struct flue_teamed *teamed, double share)
{
    bool is_good = true;

    for (uint32_t end = 0; end < 2; end++) {
        is_good = is_good && flue_sim_link_loss(teamed->server_link, end, share) == FLUE_OK;
        for (uint32_t i = 0; i < FLUE_TEAM_LINKS; i++) {
            is_good = is_good && flue_sim_link_loss(teamed->links[i], end, share) == FLUE_OK;
        }
    }
    return is_good;
}

uint64_t
flue_teamed_frames(const struct flue_teamed *teamed)
{
    struct flue_sim_link_statistics link;
    uint64_t frames = 0;

    for (uint32_t i = 0; i < FLUE_TEAM_LINKS; i++) {
        flue_sim_link_read(teamed->links[i], 0, &link);
        frames += link.rx_frames;
    }
    return frames;
}

bool
flue_teamed_fail(const struct flue_teamed *teamed)
{
    struct flue_sim_adapter_statistics carried[FLUE_TEAM_LINKS];
    struct flue_sim_team_statistics team;
    uint32_t failing;

    flue_sim_team_read(teamed->team, &team);
    failing = team.active;
    for (uint32_t i = 0; i < FLUE_TEAM_LINKS; i++) {
        flue_sim_adapter_read(teamed->links[i], 0, &carried[i]);
    }
    for (uint32_t i = 0; i < FLUE_TEAM_LINKS; i++) {
        failing = carried[i].connections > carried[failing].connections ? i : failing;
    }
    return flue_sim_link_carrier(teamed->links[failing], false) == FLUE_OK;
}

static void
report_part(struct flue_run *run, const char *metric, flue_time from, flue_time to)
{
    flue_run_report(run, metric,
                    from != 0 && to >= from ? (double)(to - from) / (double)FLUE_SECOND
                                            : (double)NAN,
                    "nothing was offloaded, or not all of it again while the run waited");
}

void
flue_report_failover(struct flue_run *run, const struct flue_sim_team_statistics *team,
                     bool is_over)
{
    report_part(run, "pause_s", team->failed_at, team->noticed_at);
    report_part(run, "upload_s", team->noticed_at, team->uploaded_at);
    report_part(run, "move_s", team->uploaded_at, team->resumed_at);
    report_part(run, "reoffload_s", team->resumed_at, is_over ? team->offloaded_at : 0);
}
