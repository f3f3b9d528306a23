/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What the files of an intermediate driver share: its entries for objects, calls and lists.
 *
 * I/O needs memory only where there is a choice on the way back: a driver with several virtual
 * adapters tags what is posted, one with several members tags what is indicated.
 */
#ifndef FLUE_IM_PARTS_H
#define FLUE_IM_PARTS_H

#include <stdbool.h>

#include "flue/im.h"
#include "tcp/slab.h"

enum im_operation { IM_INITIATE, IM_TERMINATE, IM_UPDATE, IM_INVALIDATE, IM_QUERY };

enum im_post { IM_SEND, IM_RECEIVE, IM_FORWARD, IM_DISCONNECT, IM_POSTS };

/* A virtual adapter. */
struct im_upper {
    struct flue_im *im;
    struct flue_provider provider;
    const struct flue_client *client;
    uint16_t vlan_id;
    uint8_t user_priority;
};

/* An adapter below. */
struct im_member {
    struct flue_im *im;
    struct flue_client client;
    struct flue_provider *provider;
    struct flue_oid_request request; /* its copy of one that goes to every member */
    uint32_t objects;
    bool is_down; /* its link */
    bool is_paused;
    bool is_asked; /* `request` is out */
};

struct im_split;

/* The call entry: one state operation, or a part of one that goes to several members (IM-009). */
struct im_call {
    struct im_upper *upper;
    void *source_handle;
    void *im_reserved;      /* the first; the second is nobody's to change */
    struct im_split *split; /* that it is a part of; NULL: none */
    bool is_own;            /* its memory is the object's */
};

/* An operation whose tree names objects of several members: each top block goes down alone. */
struct im_split {
    size_t size; /* bytes */
    size_t count;
    size_t left; /* that are not back */
    struct {
        struct flue_block_list *block;
        struct im_member *member;
        struct im_call call;
    } parts[];
};

/* Whose a buffer list is, on its way back. */
struct im_tag {
    void *before; /* in the list's im_reserved[0] */
    union {
        struct im_upper *upper;
        struct im_member *member;
    };
};

/* The offload entry (IM-004). The context that the side above knows is its address. */
struct im_object {
    struct flue_offload_handle handle; /* ours, of which the side below knows */
    struct flue_offload_handle *above;
    struct im_upper *upper;
    struct im_member *member;
    struct im_object *retrieve_next;
    struct im_tag *tag;    /* a team's: for received data that comes back with a connection */
    struct im_call ending; /* a termination needs no memory */
    uint16_t vlan_id;      /* as the side above has it, when we have written our own */
    uint8_t user_priority;
    bool is_new : 1;
    bool is_refusing : 1; /* a list could not be passed down: no later one is */
    bool is_retrieving : 1;
    bool has_failed : 1; /* to terminate, once: it will be asked for again (TERM-005) */
};

struct im_list_queue {
    struct flue_buffer_list *first;
    struct flue_buffer_list *last;
};

struct flue_im {
    struct flue_im_config config;
    struct flue_im_handlers handlers;
    void *user;
    struct flue_allocator allocator;
    struct slab objects;
    struct slab calls;
    struct slab tags;
    struct flue_im_statistics statistics;

    /* What is completed here. */
    struct flue_block_list *refused_trees; /* oldest first */
    struct flue_block_list *last_refused;
    struct im_list_queue refused_lists[IM_POSTS];
    struct im_object *retrieving; /* the side above is to take them back */
    bool is_interrupted;

    struct flue_oid_request *request; /* that went to every member, and is not answered */
    uint32_t asked;                   /* how many of them still have it */
    enum flue_status answer;

    uint32_t active;
    bool is_paused; /* the side above was told so */
    bool is_moving;

    struct im_upper uppers[FLUE_IM_MOST];
    struct im_member members[FLUE_IM_MOST];
};

/* ---- im.c ---- */
/* flue_im_poll is wanted. */
void flue__im_interrupt(struct flue_im *im, flue_time now);
/* What was refused is completed now. */
void flue__im_flush(struct flue_im *im, flue_time now);

/* ---- trees.c: state operations ---- */
void flue__im_init_trees(struct flue_im *im);
void flue__im_complete_refused(struct flue_im *im, flue_time now);

/* ---- posts.c: I/O ---- */
void flue__im_init_posts(struct flue_im *im);
/* False: no memory; then none has one. */
bool flue__im_tag_posted(struct im_upper *upper, struct flue_buffer_list *lists);
void flue__im_untag_all(struct flue_im *im, struct flue_buffer_list *lists);
/* Takes a tag off. */
struct im_tag flue__im_untag(struct flue_im *im, struct flue_buffer_list *list);
void flue__im_complete_lists(struct flue_im *im, flue_time now);
/* The side above is asked to take the connection back. */
void flue__im_retrieve(struct im_object *object, flue_time now);

/* ---- indications.c ---- */
void flue__im_init_indications(struct flue_im *im);

/* ---- requests.c ---- */
void flue__im_init_requests(struct flue_im *im);
/* What the members that are up can take. */
void flue__im_capabilities(struct flue_im *im, flue_time now,
                           struct flue_tcp_connection_offload *offload);

/* ---- vlan.c: what a virtual adapter writes into states ---- */
void flue__im_dress(struct im_object *object, struct flue_block_list *block);
/* The side above sees what it wrote. */
void flue__im_undress(const struct im_object *object, struct flue_block_list *block);

/* ---- team.c ---- */
/* Where the top block and all below it go; NULL: not to one member. */
struct im_member *flue__im_choose(struct flue_im *im, struct flue_block_list *top);
/* An object has gone: if it was the last of a move, the move is over. */
void flue__im_object_gone(struct flue_im *im, flue_time now);
/* True: the indication is for the side above. */
bool flue__im_take_status(struct im_member *member, flue_time now, enum flue_status status);

static inline struct im_object *
flue__im_object_of(struct flue_offload_handle *handle)
{
    return (struct im_object *)(void *)handle;
}

/* The object that a block on its way down names; NULL: none yet, or a placeholder. */
static inline struct im_object *
flue__im_named(const struct flue_block_list *block)
{
    return block->miniport_offload_context != NULL ? *block->miniport_offload_context : NULL;
}

#endif
