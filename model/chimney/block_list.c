/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Block lists: one block of a tree, before its owner fills in what depends on the operation.
 */
#include "flue/chimney.h"

#include <string.h>

void
flue_block_list_init(struct flue_block_list *block, enum flue_offload_state_type type,
                     uint32_t size, struct flue_offload_handle *handle)
{
    memset(block, 0, sizeof *block);
    block->header.type = (uint8_t)type;
    block->header.revision = FLUE_BLOCK_LIST_REVISION;
    block->header.size = (uint16_t)size;
    block->status = FLUE_STATUS_UNWRITTEN;
    block->offload_handle = handle;
    block->miniport_offload_context = handle != NULL ? &handle->miniport_offload_context : NULL;
}
