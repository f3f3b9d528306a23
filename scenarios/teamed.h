/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Two machines with a switch between them, of which one, the client, has a team of two adapters.
 */
#ifndef FLUE_SCENARIOS_TEAMED_H
#define FLUE_SCENARIOS_TEAMED_H

#include "measure.h"

enum { FLUE_TEAM_LINKS = 2 };

/* End 0 of each link is the machine's, end 1 the switch's. */
struct flue_teamed {
    struct flue_sim_node *client, *server, *middle;
    struct flue_sim_link *links[FLUE_TEAM_LINKS];
    struct flue_sim_link *server_link;
    struct flue_sim_team *team;
};

/* Rows of parameters, besides FLUE_PAIR_PARAMETERS and FLUE_ENTRIES_PARAMETER; flue_teamed_build
 * reads them all. */
extern const char *const flue_choices_team[];
#define FLUE_TEAM_PARAMETERS                                                                       \
    {"mode",                                                                                       \
     FLUE_PARAMETER_CHOICE,                                                                        \
     "",                                                                                           \
     "active-backup",                                                                              \
     NULL,                                                                                         \
     NULL,                                                                                         \
     flue_choices_team,                                                                            \
     "of the team; mixed: the switch chooses links by ports, and the team does not"},              \
    {                                                                                              \
        "detect", FLUE_PARAMETER_TIME, "s", "10ms", "0s", "10s", NULL,                             \
            "from the failure until team and switch notice"                                        \
    }

/* Builds them, with addresses and, if one is wanted, a trace. False: flue_sim_error says why. */
bool flue_teamed_build(const struct flue_run *run, struct flue_sim *sim,
                       struct flue_teamed *teamed);
/* All links lose this share of frames, each way. */
bool flue_teamed_lose(const struct flue_teamed *teamed, double share);
/* The link whose adapter carries most connections fails, or the active one where none does. */
bool flue_teamed_fail(const struct flue_teamed *teamed);
/* Frames that have arrived at the client. */
uint64_t flue_teamed_frames(const struct flue_teamed *teamed);

/* Rows of metrics: the parts of a failover. flue_report_failover reports them; `is_over`: all
 * connections are on an adapter again. */
#define FLUE_FAILOVER_METRICS                                                                      \
    {"pause_s", "s", "from the failure until the host was told to pause", true},                   \
        {"upload_s", "s", "from then until it had its last connection back", true},                \
        {"move_s", "s", "from then until it was told to go on", true},                             \
    {                                                                                              \
        "reoffload_s", "s", "from then until all connections were on the NIC again", true          \
    }
void flue_report_failover(struct flue_run *run, const struct flue_sim_team_statistics *team,
                          bool is_over);

#endif
