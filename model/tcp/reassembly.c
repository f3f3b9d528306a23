/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Data that arrived ahead of RCV.NXT: runs in order of sequence number, none overlapping another.
 * Memory is taken only while something is out of order; length-only runs that touch become one.
 */
#include <string.h>

#include "tcp/connection.h"

static void
free_block(struct flue_tcp_engine *engine, struct reassembly_block *block)
{
    if (block->descriptor.bytes != NULL)
        engine->allocator.reallocate(engine->allocator.user, block->descriptor.bytes,
                                     block->descriptor.byte_count, 0);
    slab_put(&engine->blocks, block);
}

static struct reassembly_block *
new_block(struct flue_tcp_engine *engine, uint32_t seq, const struct flue_span *data)
{
    struct reassembly_block *block = slab_get(&engine->blocks);

    if (block == NULL)
        return NULL;
    memset(block, 0, sizeof *block);
    block->seq = seq;
    block->length = data->length;
    block->descriptor.byte_count = data->length;
    if (!flue_span_is_virtual(data)) {
        block->descriptor.bytes =
            engine->allocator.reallocate(engine->allocator.user, NULL, 0, data->length);
        if (block->descriptor.bytes == NULL) {
            slab_put(&engine->blocks, block);
            return NULL;
        }
        flue_span_copy(data, block->descriptor.bytes);
    }
    return block;
}

/* Joins `next` to `block` when they touch and hold no bytes. */
static void
merge(struct flue_tcp_engine *engine, struct reassembly *reassembly, struct reassembly_block *block)
{
    struct reassembly_block *next = block->next;

    if (next == NULL || block->seq + block->length != next->seq ||
        block->descriptor.bytes != NULL || next->descriptor.bytes != NULL)
        return;
    block->length += next->length;
    block->descriptor.byte_count = block->length;
    block->push |= next->push;
    block->next = next->next;
    if (reassembly->last == next)
        reassembly->last = block;
    reassembly->room++;
    free_block(engine, next);
}

/* Puts [seq, seq + length), which touches no run but may adjoin them, behind `before` (NULL:
 * first). */
static struct reassembly_block *
insert(struct flue_tcp_engine *engine, struct reassembly *reassembly,
       struct reassembly_block *before, uint32_t seq, const struct flue_span *piece, bool push)
{
    struct reassembly_block *block = reassembly->room > 0 ? new_block(engine, seq, piece) : NULL;

    if (block == NULL)
        return before;
    reassembly->room--;
    block->push = push;
    if (before == NULL) {
        block->next = reassembly->first;
        reassembly->first = block;
    } else {
        block->next = before->next;
        before->next = block;
    }
    if (block->next == NULL)
        reassembly->last = block;
    reassembly->bytes += piece->length;
    merge(engine, reassembly, block);
    if (before != NULL && before->next == block) {
        struct reassembly_block *joined = before;
        merge(engine, reassembly, before);
        return before->next == block ? block : joined;
    }
    return block;
}

/* Keeps the parts of the data that no run holds yet. */
static void
add_data(struct flue_tcp_engine *engine, struct reassembly *reassembly, uint32_t seq,
         const struct flue_span *data, bool push)
{
    struct reassembly_block *before = NULL;
    struct reassembly_block *next = reassembly->first;
    uint32_t end = seq + data->length;
    uint32_t from = seq;

    if (reassembly->last != NULL && seq_ge(seq, reassembly->last->seq)) { /* the usual case */
        before = reassembly->last;
        next = NULL;
    }
    while (next != NULL && seq_le(next->seq, from)) {
        before = next;
        next = next->next;
    }
    if (before != NULL && seq_gt(before->seq + before->length, from))
        from = before->seq + before->length;
    while (seq_lt(from, end)) {
        uint32_t upto = next != NULL && seq_lt(next->seq, end) ? next->seq : end;

        if (seq_gt(upto, from)) {
            struct flue_span piece = flue_span_slice(data, from - seq, upto - from);
            before = insert(engine, reassembly, before, from, &piece, push && upto == end);
        }
        if (upto == end)
            return;
        next = before == NULL ? reassembly->first : before;
        while (next != NULL && seq_le(next->seq + next->length, upto))
            next = next->next;
        if (next == NULL)
            return;
        from = next->seq + next->length;
        before = next;
        next = next->next;
    }
}

/* SACK tells of the newest arrival first (RFC 2018 4). An arrival in a run that was noted before
 * moves that note to the front. */
static void
note_recent(struct reassembly *reassembly, uint32_t seq)
{
    struct flue_tcp_sack_block run;
    unsigned kept = 1;
    uint32_t older[FLUE_TCP_SACK_MAX];

    if (!flue__tcp_reassembly_run(reassembly, seq, &run))
        return;
    memcpy(older, reassembly->recent, sizeof older);
    reassembly->recent[0] = seq;
    for (unsigned i = 0; i < reassembly->recent_count && kept < FLUE_TCP_SACK_MAX; i++)
        if (seq_lt(older[i], run.left) || seq_ge(older[i], run.right))
            reassembly->recent[kept++] = older[i];
    reassembly->recent_count = kept;
}

bool
flue__tcp_reassembly_run(const struct reassembly *reassembly, uint32_t seq,
                         struct flue_tcp_sack_block *run)
{
    const struct reassembly_block *block = reassembly->first;

    while (block != NULL) {
        run->left = block->seq;
        run->right = block->seq + block->length;
        for (block = block->next; block != NULL && block->seq == run->right; block = block->next)
            run->right += block->length;
        if (seq_lt(seq, run->left))
            return false;
        if (seq_lt(seq, run->right))
            return true;
    }
    return false;
}

void
flue__tcp_reassembly_add(struct flue_tcp_connection *connection, uint32_t seq,
                         const struct flue_span *data, bool push, bool fin)
{
    struct flue_tcp_engine *engine = connection->engine;
    struct reassembly *reassembly = connection->reassembly;

    if (data->length == 0 && !fin)
        return;
    if (reassembly == NULL) {
        reassembly = slab_get(&engine->reassemblies);
        if (reassembly == NULL)
            return;
        memset(reassembly, 0, sizeof *reassembly);
        /* A peer could make us keep a block for every second byte of the window. One for each 64
         * bytes of the buffer is what the smallest MSS needs; more is dropped: it comes again. */
        reassembly->room = 64 + connection->rcv_buf / 64;
        connection->reassembly = reassembly;
    }
    if (fin) {
        reassembly->has_fin = true;
        reassembly->fin_seq = seq + data->length;
    }
    if (data->length > 0) {
        add_data(engine, reassembly, seq, data, push);
        note_recent(reassembly, seq);
    }
    if (reassembly->first == NULL && !reassembly->has_fin)
        flue__tcp_reassembly_drop(connection); /* there was no memory for the data */
}

bool
flue__tcp_reassembly_deliver(struct flue_tcp_connection *connection, flue_time now)
{
    struct flue_tcp_engine *engine = connection->engine;

    /* The owner may end the connection while it is handed data, which drops the reassembly. */
    while (connection->reassembly != NULL && connection->reassembly->first != NULL &&
           seq_le(connection->reassembly->first->seq, connection->rcv_nxt)) {
        struct reassembly *reassembly = connection->reassembly;
        struct reassembly_block *block = reassembly->first;
        uint32_t skip = connection->rcv_nxt - block->seq;

        reassembly->first = block->next;
        if (reassembly->first == NULL)
            reassembly->last = NULL;
        reassembly->bytes -= block->length;
        reassembly->room++;
        if (skip < block->length) {
            struct flue_span all = {&block->descriptor, 0, block->length};
            struct flue_span data = flue_span_slice(&all, skip, block->length - skip);

            flue__tcp_deliver(connection, now, &data, block->push);
        }
        free_block(engine, block);
    }
    if (connection->reassembly != NULL && connection->reassembly->first == NULL) {
        bool fin = connection->reassembly->has_fin &&
                   connection->reassembly->fin_seq == connection->rcv_nxt;

        if (fin || !connection->reassembly->has_fin)
            flue__tcp_reassembly_drop(connection);
        return fin;
    }
    return false;
}

void
flue__tcp_reassembly_drop(struct flue_tcp_connection *connection)
{
    struct flue_tcp_engine *engine = connection->engine;
    struct reassembly *reassembly = connection->reassembly;

    if (reassembly == NULL)
        return;
    while (reassembly->first != NULL) {
        struct reassembly_block *next = reassembly->first->next;
        free_block(engine, reassembly->first);
        reassembly->first = next;
    }
    slab_put(&engine->reassemblies, reassembly);
    connection->reassembly = NULL;
}
