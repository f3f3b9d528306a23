/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Which segments travel a core's stack as one. A flow's place follows from its hash; two flows that
 * meet there break each other's batches, as in the few lists of a real receive coalescer.
 */
#include "flue/cost.h"

#include <string.h>

void
flue_batch_init(struct flue_batch *batch)
{
    memset(batch, 0, sizeof *batch);
}

bool
flue_batch_join(struct flue_batch *batch, flue_time now, uint32_t hash, uint32_t bytes)
{
    uint32_t place = hash % FLUE_BATCH_FLOWS;

    if (batch->flows[place].hash == hash && batch->flows[place].until > now &&
        bytes <= FLUE_BATCH_BYTES - batch->flows[place].bytes) {
        batch->flows[place].bytes += bytes;
        return true;
    }
    batch->flows[place].hash = hash;
    batch->flows[place].until = 0;
    batch->flows[place].bytes = bytes > FLUE_BATCH_BYTES ? FLUE_BATCH_BYTES : bytes;
    return false;
}

void
flue_batch_note(struct flue_batch *batch, uint32_t hash, flue_time until)
{
    uint32_t place = hash % FLUE_BATCH_FLOWS;

    if (batch->flows[place].hash == hash)
        batch->flows[place].until = until;
}
