/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The structures of flue/oid.h: made, checked and answered with.
 */
#include "flue/oid.h"

#include <string.h>

void
flue_object_header_init(struct flue_object_header *header, uint32_t size)
{
    header->type = FLUE_OBJECT_TYPE_DEFAULT;
    header->revision = FLUE_OBJECT_REVISION;
    header->size = (uint16_t)size;
}

bool
flue_object_header_ok(const void *buffer, uint32_t length, uint32_t size)
{
    struct flue_object_header header;

    if (buffer == NULL || length < size)
        return false;
    memcpy(&header, buffer, sizeof header); /* a caller's bytes may lie anywhere */
    return header.type == FLUE_OBJECT_TYPE_DEFAULT && header.revision == FLUE_OBJECT_REVISION &&
           header.size == size;
}

#define INIT(object)                                                                               \
    do {                                                                                           \
        memset((object), 0, sizeof *(object));                                                     \
        flue_object_header_init(&(object)->header, sizeof *(object));                              \
    } while (0)

void
flue_tcp_connection_offload_init(struct flue_tcp_connection_offload *offload)
{
    INIT(offload);
}

void
flue_offload_encapsulation_init(struct flue_offload_encapsulation *encapsulation)
{
    INIT(encapsulation);
}

void
flue_tcp_connection_offload_parameters_init(struct flue_tcp_connection_offload_parameters *set)
{
    INIT(set);
    flue_offload_encapsulation_init(&set->encapsulation);
}

void
flue_offload_parameters_init(struct flue_offload_parameters *parameters)
{
    INIT(parameters);
}

void
flue_task_offload_init(struct flue_task_offload *task)
{
    INIT(task);
    flue_tcp_connection_offload_init(&task->task);
}

bool
flue_tcp_connection_offload_usable(const struct flue_tcp_connection_offload *offload)
{
    const uint32_t framings =
        FLUE_ENCAPSULATION_IEEE_802_3 | FLUE_ENCAPSULATION_IEEE_LLC_SNAP_ROUTED;

    return (offload->encapsulation & framings) != 0 &&
           (offload->support_ipv4 == FLUE_OFFLOAD_SUPPORTED ||
            offload->support_ipv6 == FLUE_OFFLOAD_SUPPORTED);
}

void
flue_receive_scale_parameters_init(struct flue_receive_scale_parameters *parameters)
{
    memset(parameters, 0, sizeof *parameters);
    flue_object_header_init(&parameters->header, sizeof *parameters);
}

enum flue_status
flue_oid_answer(struct flue_oid_request *request, const void *bytes, uint32_t size)
{
    request->written = 0;
    request->needed = size;
    if (request->buffer == NULL || request->length < size)
        return FLUE_STATUS_INVALID_LENGTH;
    memcpy(request->buffer, bytes, size);
    request->written = size;
    return FLUE_STATUS_SUCCESS;
}
