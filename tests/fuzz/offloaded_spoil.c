/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What a wild client gets wrong with its trees.
 */
#include <string.h>

#include "chimney/block_state.h"
#include "offloaded.h"

#if defined __has_include
#if __has_include(<sanitizer/asan_interface.h>)
#include <sanitizer/asan_interface.h>
#endif
#endif
#ifndef ASAN_POISON_MEMORY_REGION
#define ASAN_POISON_MEMORY_REGION(address, size) ((void)(address), (void)(size))
#endif

enum fault {
    TYPE,
    REVISION,
    SIZE,
    NEXT,
    DEPENDENT,
    CELL,
    HANDLE,
    PORT,
    LENGTH,
    WORD,
    POINTERS,
    FAULTS
};

/* A smaller block, and nothing may be read behind it. */
static void
shorten(struct world *world, struct flue_block_list *block)
{
    uint32_t room = block->header.size;
    uint32_t size = take(world, 1) * 8;

    if (size >= room)
        return;
    block->header.size = (uint16_t)size;
    if (size < sizeof *block)
        size = sizeof *block;
    if (size < room)
        ASAN_POISON_MEMORY_REGION((char *)block + size, room - size);
}

static void
move_cell(struct world *world, struct flue_block_list *block)
{
    uint32_t choice = take(world, 1);

    if (choice % 3 == 0) {
        block->miniport_offload_context = NULL;
    } else if (choice % 3 == 1) {
        block->miniport_offload_context =
            &world->objects[choice % OBJECTS].handle.miniport_offload_context;
    } else {
        world->strays[choice % 4] =
            (void *)(uintptr_t)((uint64_t)take(world, 2) << 32 | take(world, 1));
        block->miniport_offload_context = &world->strays[choice % 4];
    }
}

/* A number of the state; of the structures' pointers none. */
static void
change_word(struct world *world, struct flue_block_list *block)
{
    struct flue_tcp_block *tcp = (struct flue_tcp_block *)block;
    uint32_t most = offsetof(struct flue_tcp_block, delegated.send_data_head) / 4;
    uint32_t least = offsetof(struct flue_tcp_block, constants) / 4;
    uint32_t at = least + take(world, 1) % (most - least);
    uint32_t value = take(world, 1);

    value = value < 128 ? value : value < 192 ? 0U - value : value << 24;
    if (block->header.size >= sizeof *tcp && flue__block_layer(block) == FLUE_LAYER_TCP)
        ((uint32_t *)(void *)block)[at] ^= value;
}

static void
drop_pointers(struct world *world, struct flue_block_list *block)
{
    uint32_t choice = take(world, 1);

    if (!flue__block_is_sound(block))
        return;
    if (block->header.type == FLUE_TCP_OFFLOAD_STATE && choice % 2 == 0)
        ((struct flue_tcp_block *)block)->delegated.send_data_tail = NULL;
    else if (block->header.type == FLUE_TCP_OFFLOAD_STATE)
        ((struct flue_tcp_block *)block)->delegated.send_data_head = NULL;
    else if (block->header.type == FLUE_IP4_OFFLOAD_STATE ||
             block->header.type == FLUE_IP6_OFFLOAD_STATE)
        ((struct flue_path_block *)block)->constants.source_address = NULL;
}

/* ASAN sees what is read of a structure whose length was made wrong; the block holds it all. */
static void
change_length(struct world *world, struct flue_block_list *block)
{
    struct flue_offload_state_header *header = (struct flue_offload_state_header *)(block + 1);
    uint32_t length = take(world, 1);

    if (block->header.size >= sizeof *block + sizeof *header)
        header->length = length;
}

static void
spoil_block(struct world *world, const struct tree *tree, struct flue_block_list *block,
            enum fault fault)
{
    struct flue_block_list *other = tree->blocks[take(world, 1) % tree->count];

    switch (fault) {
    case TYPE:
        block->header.type = (uint8_t)take(world, 1) % 24;
        break;
    case REVISION:
        block->header.revision ^= 1;
        break;
    case SIZE:
        shorten(world, block);
        break;
    case NEXT:
        block->next_block = other;
        break;
    case DEPENDENT:
        block->dependent_block_list = other;
        break;
    case CELL:
        move_cell(world, block);
        break;
    case HANDLE:
        block->offload_handle = NULL;
        break;
    case PORT:
        block->port_number = take(world, 1);
        break;
    case LENGTH:
        change_length(world, block);
        break;
    case WORD:
        change_word(world, block);
        break;
    case POINTERS:
        drop_pointers(world, block);
        break;
    case FAULTS:
        break;
    }
}

/* Addresses of what was no path before would be any. */
static void
clear_addresses(const struct object *object, struct flue_block_list *block)
{
    struct flue_path_const *constants = flue__path_state(block).constants;

    if (object != NULL && object->layer == PATH && flue__block_is_whole(block))
        return;
    if (constants != NULL && flue__block_is_sound(block))
        constants->source_address = constants->destination_address = NULL;
}

void
spoil_tree(struct world *world, struct tree *tree)
{
    for (uint32_t i = take(world, 1) % 8; i > 0; i--) {
        uint32_t what = take(world, 1);

        spoil_block(world, tree, tree->blocks[take(world, 1) % tree->count],
                    (enum fault)(what % FAULTS));
    }
    for (uint32_t i = 0; i < tree->count; i++)
        clear_addresses(tree->objects[i], tree->blocks[i]);
}
