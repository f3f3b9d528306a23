/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The scoreboard of scoreboard.h.
 */
#include "tcp/scoreboard.h"

#include <string.h>

#include "tcp/connection.h"

/* A peer could make us keep as many ranges as it sends segments: beyond this, the news is ignored.
 */
enum { MOST_RANGES = 4096 };

static void
free_range(struct flue_tcp_engine *engine, struct scoreboard *board, struct sack_range *range)
{
    board->bytes -= range->right - range->left;
    board->ranges--;
    slab_put(&engine->ranges, range);
}

/* Joins `range` with those behind it that it touches now. */
static void
absorb_following(struct flue_tcp_engine *engine, struct scoreboard *board, struct sack_range *range)
{
    while (range->next != NULL && seq_le(range->next->left, range->right)) {
        struct sack_range *next = range->next;

        if (seq_gt(next->right, range->right)) {
            board->bytes += next->right - range->right;
            range->right = next->right;
        }
        range->next = next->next;
        if (board->last == next)
            board->last = range;
        free_range(engine, board, next);
    }
}

/* Adds [left, right). True when any of it is news. */
static bool
add(struct flue_tcp_engine *engine, struct scoreboard *board, uint32_t left, uint32_t right)
{
    struct sack_range **link = &board->first;
    struct sack_range *range;
    bool is_news = false;

    /* News are mostly at the end: start there when they lie behind everything. */
    if (board->last != NULL && seq_ge(left, board->last->left))
        link = NULL;
    if (link == NULL) {
        range = board->last;
    } else {
        while (*link != NULL && seq_lt((*link)->right, left))
            link = &(*link)->next;
        range = *link;
    }
    if (range != NULL && seq_le(range->left, right) && seq_ge(range->right, left)) {
        if (seq_lt(left, range->left)) {
            board->bytes += range->left - left;
            range->left = left;
            is_news = true;
        }
        if (seq_gt(right, range->right)) {
            board->bytes += right - range->right;
            range->right = right;
            is_news = true;
        }
        absorb_following(engine, board, range);
        return is_news;
    }
    if (board->ranges >= MOST_RANGES || (range = slab_get(&engine->ranges)) == NULL)
        return false;
    range->left = left;
    range->right = right;
    if (link == NULL) {
        range->next = NULL;
        board->last->next = range;
        board->last = range;
    } else {
        range->next = *link;
        *link = range;
        if (range->next == NULL)
            board->last = range;
    }
    board->ranges++;
    board->bytes += right - left;
    return true;
}

bool
flue__scoreboard_takes(const struct flue_tcp_connection *connection,
                       const struct flue_tcp_segment *segment,
                       const struct flue_tcp_sack_block *block)
{
    return seq_lt(block->left, block->right) && seq_gt(block->right, connection->snd_una) &&
           seq_ge(block->left, segment->ack) && seq_le(block->right, connection->snd_max);
}

bool
flue__scoreboard_update(struct flue_tcp_connection *connection,
                        const struct flue_tcp_segment *segment)
{
    struct flue_tcp_engine *engine = connection->engine;
    bool is_news = false;

    for (unsigned i = 0; i < segment->sack_count; i++) {
        uint32_t left = segment->sack[i].left;
        uint32_t right = segment->sack[i].right;

        if (!flue__scoreboard_takes(connection, segment, &segment->sack[i]))
            continue;
        if (connection->scoreboard == NULL) {
            connection->scoreboard = slab_get(&engine->scoreboards);
            if (connection->scoreboard == NULL)
                return false;
            memset(connection->scoreboard, 0, sizeof *connection->scoreboard);
            connection->scoreboard->high_rxt = connection->snd_una;
        }
        is_news |= add(engine, connection->scoreboard, seq_max(left, connection->snd_una), right);
    }
    return is_news;
}

void
flue__scoreboard_advance(struct flue_tcp_connection *connection)
{
    struct scoreboard *board = connection->scoreboard;

    if (board == NULL)
        return;
    while (board->first != NULL && seq_lt(board->first->left, connection->snd_una)) {
        struct sack_range *range = board->first;

        if (seq_gt(range->right, connection->snd_una)) {
            board->bytes -= connection->snd_una - range->left;
            range->left = connection->snd_una;
            break;
        }
        board->first = range->next;
        free_range(connection->engine, board, range);
    }
    if (board->first == NULL)
        board->last = NULL;
    board->high_rxt = seq_max(board->high_rxt, connection->snd_una);
    if (board->first == NULL && !connection->in_recovery)
        flue__scoreboard_drop(connection);
}

void
flue__scoreboard_drop(struct flue_tcp_connection *connection)
{
    struct scoreboard *board = connection->scoreboard;

    if (board == NULL)
        return;
    while (board->first != NULL) {
        struct sack_range *range = board->first;
        board->first = range->next;
        free_range(connection->engine, board, range);
    }
    slab_put(&connection->engine->scoreboards, board);
    connection->scoreboard = NULL;
}

/* IsLost (): enough has been received above it, in bytes or in pieces. */
static bool
is_lost(const struct flue_tcp_connection *connection, uint32_t bytes_above, uint32_t ranges_above)
{
    uint32_t threshold = connection->engine->config.duplicate_ack_threshold;

    return ranges_above >= threshold || bytes_above > (threshold - 1) * connection->mss;
}

bool
flue__scoreboard_hole(const struct flue_tcp_connection *connection, uint32_t seq,
                      struct sack_hole *hole)
{
    const struct scoreboard *board = connection->scoreboard;
    uint32_t left = connection->snd_una;
    uint32_t bytes_above;
    uint32_t ranges_above;

    if (board == NULL)
        return false;
    bytes_above = board->bytes;
    ranges_above = board->ranges;
    for (const struct sack_range *range = board->first; range != NULL; range = range->next) {
        if (seq_lt(seq, range->left)) {
            hole->left = seq_max(left, seq);
            hole->right = range->left;
            hole->is_lost = is_lost(connection, bytes_above, ranges_above);
            if (seq_lt(hole->left, hole->right))
                return true;
        }
        left = range->right;
        bytes_above -= range->right - range->left;
        ranges_above--;
    }
    return false;
}

uint32_t
flue__scoreboard_skip(const struct flue_tcp_connection *connection, uint32_t seq)
{
    if (connection->scoreboard != NULL)
        for (const struct sack_range *range = connection->scoreboard->first; range != NULL;
             range = range->next) {
            if (seq_lt(seq, range->left))
                return seq;
            if (seq_lt(seq, range->right))
                return range->right;
        }
    return seq;
}

uint32_t
flue__scoreboard_clip(const struct flue_tcp_connection *connection, uint32_t seq, uint32_t limit)
{
    if (connection->scoreboard != NULL)
        for (const struct sack_range *range = connection->scoreboard->first; range != NULL;
             range = range->next)
            if (seq_lt(seq, range->left))
                return seq_lt(range->left, limit) ? range->left : limit;
    return limit;
}

uint32_t
flue__scoreboard_pipe(const struct flue_tcp_connection *connection)
{
    const struct scoreboard *board = connection->scoreboard;
    uint32_t pipe = 0;
    uint32_t left = connection->snd_una;
    uint32_t bytes_above = board->bytes;
    uint32_t ranges_above = board->ranges;

    for (const struct sack_range *range = board->first; range != NULL; range = range->next) {
        uint32_t length = range->left - left;

        if (!is_lost(connection, bytes_above, ranges_above))
            pipe += length;                /* still under way */
        if (seq_gt(board->high_rxt, left)) /* sent again */
            pipe += seq_lt(board->high_rxt, range->left) ? board->high_rxt - left : length;
        left = range->right;
        bytes_above -= range->right - range->left;
        ranges_above--;
    }
    /* Behind the last range nothing is lost; after a rescue it may have been sent twice. */
    pipe += connection->snd_max - left;
    if (seq_gt(board->high_rxt, left))
        pipe += board->high_rxt - left;
    return pipe;
}

uint32_t
flue__scoreboard_lost_edge(const struct flue_tcp_connection *connection)
{
    const struct scoreboard *board = connection->scoreboard;
    uint32_t edge = connection->snd_una;
    uint32_t bytes_above;
    uint32_t ranges_above;

    if (board == NULL)
        return edge;
    bytes_above = board->bytes;
    ranges_above = board->ranges;
    for (const struct sack_range *range = board->first;
         range != NULL && is_lost(connection, bytes_above, ranges_above); range = range->next) {
        edge = range->left;
        bytes_above -= range->right - range->left;
        ranges_above--;
    }
    return edge;
}
