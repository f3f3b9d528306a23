/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Intermediate drivers: the chimney through a middleman. One stands between a host stack and an
 * adapter, speaks the contract (flue/chimney.h) on both sides and keeps an entry of its own for
 * every object that is offloaded through it. It offers one or more virtual adapters above, and has
 * one or more adapters below, its members:
 *
 *   one above, one below      a pass-through driver; any number can be stacked
 *   several above, one below  a VLAN mux: each virtual adapter has a VLAN id
 *   one above, several below  a team: connections live on one of the members, and move to another
 *                             when a link fails
 *
 *     flue_im_create(&config, &handlers, user, &allocator, &im);
 *     flue_im_attach(im, upper, client)             who is above: a host's table
 *     flue_im_bind(im, member, provider)            what is below: a target's table
 *     flue_im_provider(im, upper), flue_im_client(im, member)    what those two call
 *
 * It does no I/O, reads no clock and has no timer. What it cannot pass on, for want of memory or
 * because a team is on the move, it completes by itself from flue_im_poll, which its owner calls
 * soon after the interrupt. Nothing else waits: all other calls go through at once.
 *
 * The side above keeps to the contract (a verifier can be put in between); trees that lead back to
 * themselves, or contexts that are none, are not looked for.
 */
#ifndef FLUE_IM_H
#define FLUE_IM_H

#include "flue/chimney.h"
#include "flue/memory.h"
#include "flue/result.h"

#ifdef __cplusplus
extern "C" {
#endif

struct flue_im;

#define FLUE_IM_MOST 16 /* virtual adapters, and members */

/* Which member gets a neighbour, and all that depends on it. */
enum flue_team_mode {
    FLUE_TEAM_ACTIVE_BACKUP, /* the active one has everything */
    FLUE_TEAM_BALANCE,       /* the one whose address is the neighbour's source: the host chooses */
    FLUE_TEAM_AGGREGATE      /* by a hash of the two MAC addresses and the VLAN, as a switch does */
};

/* What it does with requests about offloading, and whether it takes part. */
enum flue_im_chimney {
    FLUE_IM_OFFLOADS,      /* passes everything */
    FLUE_IM_ANSWERS_NO,    /* NOT_SUPPORTED to requests about offloading (IM-019) */
    FLUE_IM_NOT_REGISTERED /* passes requests, and has no chimney functions (IM-020) */
};

struct flue_im_config {
    enum flue_im_chimney chimney;
    uint32_t uppers;  /* virtual adapters, 1..16 */
    uint32_t members; /* 1..16; more than one of both is not possible */
    enum flue_team_mode mode;
    /* Of each virtual adapter: what it writes into states on their way down. 0: nothing. */
    struct {
        uint16_t vlan_id;      /* 0..4094 */
        uint8_t user_priority; /* 0..7 */
    } vlans[FLUE_IM_MOST];
    uint8_t sources[FLUE_IM_MOST][6]; /* of each member: its MAC address, for BALANCE */
};

/* A pass-through driver. */
struct flue_im_config flue_im_config_default(void);

struct flue_im_handlers {
    /* flue_im_poll is wanted; not called again before it. */
    void (*interrupt)(void *user, flue_time now);
};

/* FLUE_ERROR_INVALID for a configuration that is impossible. */
FLUE_MUST_USE enum flue_result flue_im_create(const struct flue_im_config *config,
                                              const struct flue_im_handlers *handlers, void *user,
                                              const struct flue_allocator *allocator,
                                              struct flue_im **im);
/* When neither side calls any more. NULL is allowed. */
void flue_im_destroy(struct flue_im *im);

/* The two tables; they live as long as the driver. */
struct flue_provider *flue_im_provider(struct flue_im *im, uint32_t upper);
struct flue_client *flue_im_client(struct flue_im *im, uint32_t member);
/* Both tables outlive their last call. Before the first call. */
void flue_im_attach(struct flue_im *im, uint32_t upper, const struct flue_client *client);
void flue_im_bind(struct flue_im *im, uint32_t member, struct flue_provider *provider);

/* Completes what could not be passed on. */
void flue_im_poll(struct flue_im *im, flue_time now);

/* ---- Teams ------------------------------------------------------------------------------------
 *
 * When the link of a member with connections fails, the team asks the host to pause and to take
 * everything back; when the last object is back it says resume, with the capabilities of those
 * that are left, and what is offloaded from then on goes to them. */

/* A member's link is up at first. FLUE_ERROR_INVALID: there is no such member. */
FLUE_MUST_USE enum flue_result flue_im_set_link(struct flue_im *im, flue_time now, uint32_t member,
                                                bool is_up);
/* The member through which the host sends what has not been offloaded. */
uint32_t flue_im_active(const struct flue_im *im);
/* Between pause and resume. */
bool flue_im_is_moving(const struct flue_im *im);

struct flue_im_statistics {
    uint64_t objects;           /* with an entry now */
    uint64_t calls;             /* state operations under way */
    uint64_t refused;           /* state operations and lists completed without being passed on */
    uint64_t failovers;         /* begun */
    flue_time failover_paused;  /* of the last failover: pause and upload-all were indicated ... */
    flue_time failover_resumed; /* ... and resume; 0: not yet */
};
struct flue_im_statistics flue_im_get_statistics(const struct flue_im *im);

#ifdef __cplusplus
}
#endif
#endif
