/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * An adapter as its two files see it: adapter.c has its life and its registrations, requests.c what
 * it answers.
 */
#ifndef FLUE_CHIMNEY_ADAPTER_H
#define FLUE_CHIMNEY_ADAPTER_H

#include "flue/adapter.h"

enum adapter_phase {
    ADAPTER_NEW,
    ADAPTER_SET_OPTIONS,
    ADAPTER_INITIALIZE,
    ADAPTER_RUNS,
    ADAPTER_FAILED
};

struct flue_adapter {
    struct flue_miniport miniport;
    struct flue_allocator allocator;
    enum adapter_phase phase;
    bool has_generic;
    bool has_tcp;
    bool has_attributes;

    struct flue_provider registered; /* becomes the provider when the adapter runs */
    struct flue_provider provider;
    struct flue_client client;
    struct flue_tcp_offload_event_handlers handlers; /* the driver's view of the client */

    struct flue_tcp_connection_offload config;
    struct flue_tcp_connection_offload hardware;
    struct flue_tcp_connection_offload_parameters parameters;
    const void *protocol; /* that enabled the offloads; NULL: none */
};

#endif
