/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What the system keeps of one adapter, between its driver below and the protocol bound above: the
 * driver's part in it is played by NDIS in the documents.
 *
 * A driver is loaded in two steps. In set_options it registers its functions (two characteristics
 * structures, INIT-001 and INIT-002); in initialize it fetches the entry points for what it will
 * have to tell, and reports what it can do. From then on the adapter answers the requests that ask
 * for what was reported, and passes the others to the driver.
 *
 *     flue_adapter_create(&miniport, &allocator, &adapter);
 *     flue_adapter_start(adapter);                            set_options, initialize
 *     flue_adapter_bind(adapter, &generic, &tcp, binding);    a protocol above
 *     flue_adapter_provider(adapter)                          what that protocol calls
 *
 * flue_target_create does the first two for a target; flue_target_attach binds.
 */
#ifndef FLUE_ADAPTER_H
#define FLUE_ADAPTER_H

#include "flue/chimney.h"
#include "flue/memory.h"
#include "flue/oid.h"
#include "flue/result.h"

#ifdef __cplusplus
extern "C" {
#endif

struct flue_adapter;

/* NDIS_CHIMNEY_OFFLOAD_TYPE: every other value is reserved. */
enum flue_chimney_offload_type { FLUE_TCP_CHIMNEY_OFFLOAD = 1 };

/* ---- Characteristics --------------------------------------------------------------------------
 *
 * The header's type means nothing here, `flags` is reserved. The functions are those of struct
 * flue_provider and struct flue_client; each structure takes its part of such a table. */

struct flue_provider_generic_characteristics {
    struct flue_object_header header;
    uint32_t flags;
    void (*initiate_offload)(void *adapter, flue_time now, struct flue_block_list *tree);
    void (*terminate_offload)(void *adapter, flue_time now, struct flue_block_list *tree);
    void (*update_offload)(void *adapter, flue_time now, struct flue_block_list *tree);
    void (*invalidate_offload)(void *adapter, flue_time now, struct flue_block_list *tree);
    void (*query_offload)(void *adapter, flue_time now, struct flue_block_list *tree);
};

struct flue_provider_tcp_characteristics {
    struct flue_object_header header;
    uint32_t flags;
    uint32_t offload_type; /* enum flue_chimney_offload_type */
    enum flue_status (*tcp_offload_send)(void *adapter, flue_time now, void *context,
                                         struct flue_buffer_list *lists);
    enum flue_status (*tcp_offload_receive)(void *adapter, flue_time now, void *context,
                                            struct flue_buffer_list *lists);
    enum flue_status (*tcp_offload_disconnect)(void *adapter, flue_time now, void *context,
                                               struct flue_buffer_list *list, uint32_t flags);
    enum flue_status (*tcp_offload_forward)(void *adapter, flue_time now, void *context,
                                            struct flue_buffer_list *lists);
    enum flue_status (*tcp_offload_receive_return)(void *adapter, flue_time now,
                                                   struct flue_buffer_list *lists);
};

struct flue_client_generic_characteristics {
    struct flue_object_header header;
    uint32_t flags;
    void (*initiate_offload_complete)(void *binding, flue_time now, struct flue_block_list *tree);
    void (*terminate_offload_complete)(void *binding, flue_time now, struct flue_block_list *tree);
    void (*update_offload_complete)(void *binding, flue_time now, struct flue_block_list *tree);
    void (*invalidate_offload_complete)(void *binding, flue_time now, struct flue_block_list *tree);
    void (*query_offload_complete)(void *binding, flue_time now, struct flue_block_list *tree);
    void (*indicate_offload_event)(void *binding, flue_time now, struct flue_block_list *block,
                                   uint32_t indication_code);
    void (*indicate_status)(void *binding, flue_time now, enum flue_status status,
                            const void *buffer, uint32_t length);
    void (*oid_request_complete)(void *binding, flue_time now, struct flue_oid_request *request,
                                 enum flue_status status);
};

struct flue_client_tcp_characteristics {
    struct flue_object_header header;
    uint32_t flags;
    uint32_t offload_type; /* enum flue_chimney_offload_type */
    void (*tcp_offload_send_complete)(void *binding, flue_time now, struct flue_buffer_list *lists);
    void (*tcp_offload_receive_complete)(void *binding, flue_time now,
                                         struct flue_buffer_list *lists);
    void (*tcp_offload_disconnect_complete)(void *binding, flue_time now,
                                            struct flue_buffer_list *list);
    void (*tcp_offload_forward_complete)(void *binding, flue_time now,
                                         struct flue_buffer_list *lists);
    void (*tcp_offload_event)(struct flue_offload_handle *handle, flue_time now,
                              uint32_t event_type, uint32_t event_specific_information);
    enum flue_status (*tcp_offload_receive_indicate)(struct flue_offload_handle *handle,
                                                     flue_time now, struct flue_buffer_list *list,
                                                     enum flue_status status,
                                                     uint32_t *bytes_consumed);
};

/* Characteristics with the functions of a whole table. */
void flue_provider_characteristics(const struct flue_provider *provider,
                                   struct flue_provider_generic_characteristics *generic,
                                   struct flue_provider_tcp_characteristics *tcp);
void flue_client_characteristics(const struct flue_client *client,
                                 struct flue_client_generic_characteristics *generic,
                                 struct flue_client_tcp_characteristics *tcp);

/* NDIS_TCP_OFFLOAD_EVENT_HANDLERS: what a driver calls to tell of a connection. The adapter's
 * memory: a driver copies it after a look at the header, whose type is the chimney type. `ndis` is
 * the adapter. */
struct flue_tcp_offload_event_handlers {
    struct flue_object_header header;
    void (*event)(struct flue_adapter *ndis, struct flue_offload_handle *handle, flue_time now,
                  uint32_t event_type, uint32_t event_specific_information);
    enum flue_status (*receive)(struct flue_adapter *ndis, struct flue_offload_handle *handle,
                                flue_time now, struct flue_buffer_list *list,
                                enum flue_status status, uint32_t *bytes_consumed);
    void (*send_complete)(struct flue_adapter *ndis, flue_time now, struct flue_buffer_list *lists);
    void (*receive_complete)(struct flue_adapter *ndis, flue_time now,
                             struct flue_buffer_list *lists);
    void (*disconnect_complete)(struct flue_adapter *ndis, flue_time now,
                                struct flue_buffer_list *list);
    void (*forward_complete)(struct flue_adapter *ndis, flue_time now,
                             struct flue_buffer_list *lists);
};

/* ---- The driver's side ------------------------------------------------------------------------
 */

/* A driver. `driver` is its own, handed back in every call; it is also the `adapter` of the
 * registered functions. */
struct flue_miniport {
    void *driver;
    enum flue_status (*set_options)(void *driver, struct flue_adapter *ndis);
    enum flue_status (*initialize)(void *driver, struct flue_adapter *ndis);
    /* What the adapter does not answer itself. */
    enum flue_status (*oid_request)(void *driver, flue_time now, struct flue_oid_request *request);
};

/* NDIS_MINIPORT_ADAPTER_OFFLOAD_ATTRIBUTES, as far as it is about connections; and the settings
 * that hold before anyone sets others. */
struct flue_adapter_offload_attributes {
    struct flue_object_header header;
    const struct flue_tcp_connection_offload *default_tcp_connection_offload_configuration;
    const struct flue_tcp_connection_offload *tcp_connection_offload_hardware_capabilities;
    const struct flue_tcp_connection_offload_parameters *parameters;
};

/* From inside set_options: INVALID_STATE elsewhere, or for a second structure of one kind;
 * INVALID_PARAMETER for a wrong size, revision or offload type, or a missing function. */
enum flue_status
flue_adapter_register_generic(struct flue_adapter *adapter,
                              const struct flue_provider_generic_characteristics *generic);
enum flue_status flue_adapter_register_tcp(struct flue_adapter *adapter,
                                           const struct flue_provider_tcp_characteristics *tcp);

/* From inside initialize: INVALID_STATE elsewhere. NOT_SUPPORTED for an unknown chimney type; then
 * *handlers is left alone. */
enum flue_status flue_adapter_get_offload_handlers(struct flue_adapter *adapter, uint32_t type,
                                                   struct flue_object_header **handlers);
/* The structures are copied. INVALID_PARAMETER when one is missing or malformed. */
enum flue_status
flue_adapter_set_attributes(struct flue_adapter *adapter,
                            const struct flue_adapter_offload_attributes *attributes);

/* What completes operations and hears of events: the bound protocol's table, or one that ignores
 * everything. Its address does not change. */
const struct flue_client *flue_adapter_client(const struct flue_adapter *adapter);

/* NdisMIndicateStatusEx. RESUME brings a struct flue_tcp_connection_offload, from which later
 * queries are answered (NOTE-002), and so does TCP_CONNECTION_OFFLOAD_HARDWARE_CAPABILITIES. */
void flue_adapter_indicate_status(struct flue_adapter *adapter, flue_time now,
                                  enum flue_status status, const void *buffer, uint32_t length);

/* ---- The system's side ------------------------------------------------------------------------
 */

FLUE_MUST_USE enum flue_result flue_adapter_create(const struct flue_miniport *miniport,
                                                   const struct flue_allocator *allocator,
                                                   struct flue_adapter **adapter);
/* NULL is allowed. */
void flue_adapter_destroy(struct flue_adapter *adapter);

/* Runs set_options and initialize. Without SUCCESS from both, and both registrations and the
 * attributes made, the adapter stays what it was: one that offloads nothing and answers nothing.
 * FLUE_ERROR_STATE then, and for a second start. */
FLUE_MUST_USE enum flue_result flue_adapter_start(struct flue_adapter *adapter);

/* Binds the protocol above, in place of the one before. The structures are copied.
 * FLUE_ERROR_INVALID for what flue_adapter_register_... refuses. */
FLUE_MUST_USE enum flue_result
flue_adapter_bind(struct flue_adapter *adapter,
                  const struct flue_client_generic_characteristics *generic,
                  const struct flue_client_tcp_characteristics *tcp, void *binding);

/* The registered functions as one table, or one that refuses everything; it lives as long as the
 * adapter. Its oid_request is the driver's to fill: see flue_adapter_request. */
struct flue_provider *flue_adapter_provider(struct flue_adapter *adapter);

/* NdisMOidRequestComplete: the driver ends a request that it answered with PENDING. */
void flue_adapter_complete_request(struct flue_adapter *adapter, flue_time now,
                                   struct flue_oid_request *request, enum flue_status status);
/* Answers a request, or passes it to the driver. */
enum flue_status flue_adapter_request(struct flue_adapter *adapter, flue_time now,
                                      struct flue_oid_request *request);

#ifdef __cplusplus
}
#endif
#endif
