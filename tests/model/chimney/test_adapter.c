/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * An adapter with a driver that does what a test says: what it may register, what is reported, and
 * which requests it ever sees.
 */
#include "cmocka_first.h"

#include "flue/adapter.h"
#include "test_memory.h"

#include <string.h>

struct driver {
    struct flue_adapter *ndis;
    struct flue_provider_generic_characteristics generic;
    struct flue_provider_tcp_characteristics tcp;
    struct flue_tcp_connection_offload config;
    struct flue_tcp_connection_offload hardware;
    struct flue_tcp_connection_offload_parameters parameters;
    struct flue_adapter_offload_attributes attributes;
    uint32_t chimney_type;
    enum flue_status registered[2]; /* what the registrations answered */
    enum flue_status again;         /* a second registration of each kind */
    enum flue_status got;           /* what the query for the handlers answered */
    enum flue_status reported;
    enum flue_status answer; /* to be given by initialize */
    struct flue_object_header *handlers;
    uint32_t requests;
    uint32_t initiates;
    enum flue_status request_answer;
};

struct bench {
    struct flue_test_memory memory;
    struct driver driver;
    struct flue_adapter *adapter;
    enum flue_result started;
};

static void
on_initiate(void *adapter, flue_time now, struct flue_block_list *tree)
{
    (void)now;
    (void)tree;
    ((struct driver *)adapter)->initiates++;
}

static enum flue_status
on_send(void *adapter, flue_time now, void *context, struct flue_buffer_list *lists)
{
    (void)adapter;
    (void)now;
    (void)context;
    (void)lists;
    return FLUE_STATUS_PENDING;
}

static enum flue_status
set_options(void *user, struct flue_adapter *ndis)
{
    struct driver *driver = user;
    struct flue_object_header *unused = NULL;

    driver->ndis = ndis;
    driver->registered[0] = flue_adapter_register_generic(ndis, &driver->generic);
    driver->registered[1] = flue_adapter_register_tcp(ndis, &driver->tcp);
    driver->again = flue_adapter_register_generic(ndis, &driver->generic);
    /* INIT-005, INIT-012: for this the other step is there */
    assert_int_equal(flue_adapter_get_offload_handlers(ndis, FLUE_TCP_CHIMNEY_OFFLOAD, &unused),
                     FLUE_STATUS_INVALID_STATE);
    assert_null(unused);
    assert_int_equal(flue_adapter_set_attributes(ndis, &driver->attributes),
                     FLUE_STATUS_INVALID_STATE);
    return FLUE_STATUS_SUCCESS;
}

static enum flue_status
initialize(void *user, struct flue_adapter *ndis)
{
    struct driver *driver = user;

    assert_int_equal(flue_adapter_register_tcp(ndis, &driver->tcp), FLUE_STATUS_INVALID_STATE);
    driver->got = flue_adapter_get_offload_handlers(ndis, driver->chimney_type, &driver->handlers);
    driver->reported = flue_adapter_set_attributes(ndis, &driver->attributes);
    return driver->answer;
}

static enum flue_status
on_request(void *user, flue_time now, struct flue_oid_request *request)
{
    struct driver *driver = user;

    (void)now;
    (void)request;
    driver->requests++;
    return driver->request_answer;
}

/* A driver that does everything right. */
static void
prepare(struct bench *bench)
{
    struct driver *driver = &bench->driver;
    struct flue_provider provider;

    memset(bench, 0, sizeof *bench);
    flue_provider_init(&provider, NULL);
    provider.initiate_offload = on_initiate;
    provider.tcp_offload_send = on_send;
    flue_provider_characteristics(&provider, &driver->generic, &driver->tcp);
    flue_tcp_connection_offload_init(&driver->config);
    flue_tcp_connection_offload_init(&driver->hardware);
    driver->config.tcp_connection_offload_capacity = 7;
    driver->hardware.tcp_connection_offload_capacity = 9;
    flue_tcp_connection_offload_parameters_init(&driver->parameters);
    driver->parameters.ticks_per_second = 100;
    flue_object_header_init(&driver->attributes.header, sizeof driver->attributes);
    driver->attributes.header.type = FLUE_OBJECT_TYPE_ADAPTER_OFFLOAD_ATTRIBUTES;
    driver->attributes.default_tcp_connection_offload_configuration = &driver->config;
    driver->attributes.tcp_connection_offload_hardware_capabilities = &driver->hardware;
    driver->attributes.parameters = &driver->parameters;
    driver->chimney_type = FLUE_TCP_CHIMNEY_OFFLOAD;
}

static void
start(struct bench *bench)
{
    const struct flue_miniport miniport = {&bench->driver, set_options, initialize, on_request};
    const struct flue_allocator allocator = flue_test_memory_allocator(&bench->memory);

    assert_int_equal(flue_adapter_create(&miniport, &allocator, &bench->adapter), FLUE_OK);
    bench->started = flue_adapter_start(bench->adapter);
}

static void
end(struct bench *bench)
{
    flue_adapter_destroy(bench->adapter);
    flue_test_memory_assert_empty(&bench->memory);
}

static enum flue_status
ask(struct bench *bench, enum flue_request_type type, enum flue_oid oid, const void *protocol,
    void *buffer, uint32_t length)
{
    struct flue_oid_request request = {
        .type = type, .oid = oid, .protocol = protocol, .buffer = buffer, .length = length};

    return flue_adapter_request(bench->adapter, 0, &request);
}

static void
test_adapter_registration_makes_the_provider(void **state)
{
    struct bench bench;
    const struct flue_provider *provider;

    (void)state;
    prepare(&bench);
    start(&bench);
    assert_int_equal(bench.started, FLUE_OK);
    assert_int_equal(bench.driver.registered[0], FLUE_STATUS_SUCCESS); /* INIT-001 */
    assert_int_equal(bench.driver.registered[1], FLUE_STATUS_SUCCESS); /* INIT-002 */
    assert_int_equal(bench.driver.again, FLUE_STATUS_INVALID_STATE);   /* INIT-002: two, no more */
    provider = flue_adapter_provider(bench.adapter);
    assert_ptr_equal(provider->adapter, &bench.driver);
    provider->initiate_offload(provider->adapter, 0, NULL);
    assert_int_equal(bench.driver.initiates, 1); /* INIT-001: it is the driver's that runs */
    assert_int_equal(flue_adapter_start(bench.adapter), FLUE_ERROR_STATE);
    end(&bench);
}

static void
assert_refused(struct bench *bench, uint32_t which)
{
    start(bench);
    assert_int_equal(bench->driver.registered[which], FLUE_STATUS_INVALID_PARAMETER);
    assert_int_equal(bench->started, FLUE_ERROR_STATE);
    end(bench);
}

static void
test_adapter_wrong_characteristics_are_refused(void **state)
{
    struct bench bench;

    (void)state;
    prepare(&bench);
    bench.driver.tcp.offload_type = 2; /* INIT-003 */
    assert_refused(&bench, 1);
    prepare(&bench);
    bench.driver.generic.header.size--; /* INIT-004 */
    assert_refused(&bench, 0);
    prepare(&bench);
    bench.driver.tcp.header.size++;
    assert_refused(&bench, 1);
    prepare(&bench);
    bench.driver.tcp.header.revision = 99;
    assert_refused(&bench, 1);
    prepare(&bench);
    bench.driver.generic.query_offload = NULL; /* INIT-001 */
    assert_refused(&bench, 0);
    prepare(&bench);
    bench.driver.tcp.tcp_offload_receive_return = NULL; /* INIT-002 */
    assert_refused(&bench, 1);
}

/* INIT-004: the type has no meaning in characteristics, and flags are reserved. */
static void
test_adapter_type_and_flags_of_characteristics_change_nothing(void **state)
{
    struct bench bench;

    (void)state;
    prepare(&bench);
    bench.driver.generic.header.type = 1;
    bench.driver.generic.flags = UINT32_MAX;
    bench.driver.tcp.header.type = 2;
    bench.driver.tcp.flags = 77;
    start(&bench);
    assert_int_equal(bench.started, FLUE_OK);
    end(&bench);
}

static void
test_adapter_client_characteristics_are_held_to_the_same(void **state)
{
    struct bench bench;
    struct flue_client client;
    struct flue_client_generic_characteristics generic;
    struct flue_client_tcp_characteristics tcp;

    (void)state;
    prepare(&bench);
    start(&bench);
    flue_client_init(&client);
    flue_client_characteristics(&client, &generic, &tcp);
    generic.flags = 1;
    tcp.header.type = 9;
    assert_int_equal(flue_adapter_bind(bench.adapter, &generic, &tcp, &bench), FLUE_OK);
    assert_ptr_equal(flue_adapter_client(bench.adapter)->binding, &bench);
    tcp.offload_type = 0; /* INIT-003 */
    assert_int_equal(flue_adapter_bind(bench.adapter, &generic, &tcp, NULL), FLUE_ERROR_INVALID);
    flue_client_characteristics(&client, &generic, &tcp);
    generic.header.revision = 0; /* INIT-004 */
    assert_int_equal(flue_adapter_bind(bench.adapter, &generic, &tcp, NULL), FLUE_ERROR_INVALID);
    flue_client_characteristics(&client, &generic, &tcp);
    tcp.header.size = 0;
    assert_int_equal(flue_adapter_bind(bench.adapter, &generic, &tcp, NULL), FLUE_ERROR_INVALID);
    flue_client_characteristics(&client, &generic, &tcp);
    tcp.tcp_offload_event = NULL;
    assert_int_equal(flue_adapter_bind(bench.adapter, &generic, &tcp, NULL), FLUE_ERROR_INVALID);
    assert_ptr_equal(flue_adapter_client(bench.adapter)->binding, &bench); /* as it was */
    end(&bench);
}

static void
test_adapter_unknown_chimney_type_has_no_handlers(void **state)
{
    struct bench bench;

    (void)state;
    prepare(&bench);
    bench.driver.chimney_type = 2;
    start(&bench);
    assert_int_equal(bench.driver.got, FLUE_STATUS_NOT_SUPPORTED); /* INIT-007 */
    assert_null(bench.driver.handlers);
    end(&bench);
}

/* INIT-006: the header by which a driver knows what it got. */
static void
test_adapter_handlers_say_what_they_are(void **state)
{
    struct bench bench;

    (void)state;
    prepare(&bench);
    start(&bench);
    assert_int_equal(bench.driver.got, FLUE_STATUS_SUCCESS);
    assert_int_equal(bench.driver.handlers->type, FLUE_TCP_CHIMNEY_OFFLOAD);
    assert_int_equal(bench.driver.handlers->revision, FLUE_OBJECT_REVISION);
    assert_int_equal(bench.driver.handlers->size, sizeof(struct flue_tcp_offload_event_handlers));
    end(&bench);
}

static void
test_adapter_wrong_attributes_are_refused(void **state)
{
    struct bench bench;

    (void)state;
    for (uint32_t i = 0; i < 4; i++) {
        prepare(&bench);
        if (i == 0)
            bench.driver.attributes.default_tcp_connection_offload_configuration = NULL;
        else if (i == 1)
            bench.driver.hardware.header.size = 3;
        else if (i == 2)
            bench.driver.parameters.header.revision = 2;
        else
            bench.driver.attributes.header.type = FLUE_OBJECT_TYPE_DEFAULT;
        start(&bench);
        assert_int_equal(bench.driver.reported, FLUE_STATUS_INVALID_PARAMETER); /* INIT-012 */
        assert_int_equal(bench.started, FLUE_ERROR_STATE);
        end(&bench);
    }
}

static void
test_adapter_answers_what_was_reported_itself(void **state)
{
    struct bench bench;
    struct flue_tcp_connection_offload got;
    struct flue_tcp_connection_offload_parameters parameters;
    const enum flue_oid config = FLUE_OID_TCP_CONNECTION_OFFLOAD_CURRENT_CONFIG;
    const enum flue_oid hardware = FLUE_OID_TCP_CONNECTION_OFFLOAD_HARDWARE_CAPABILITIES;

    (void)state;
    prepare(&bench);
    start(&bench);
    /* INIT-012, OID-006 */
    assert_int_equal(ask(&bench, FLUE_REQUEST_QUERY, config, NULL, &got, sizeof got),
                     FLUE_STATUS_SUCCESS);
    assert_int_equal(got.tcp_connection_offload_capacity, 7);
    assert_int_equal(ask(&bench, FLUE_REQUEST_QUERY, hardware, NULL, &got, sizeof got),
                     FLUE_STATUS_SUCCESS);
    assert_int_equal(got.tcp_connection_offload_capacity, 9);
    assert_int_equal(ask(&bench, FLUE_REQUEST_SET, config, NULL, &got, sizeof got),
                     FLUE_STATUS_NOT_SUPPORTED);
    assert_int_equal(ask(&bench, FLUE_REQUEST_SET, hardware, NULL, &got, sizeof got),
                     FLUE_STATUS_NOT_SUPPORTED);
    assert_int_equal(ask(&bench, FLUE_REQUEST_QUERY, FLUE_OID_TCP_CONNECTION_OFFLOAD_PARAMETERS,
                         NULL, &parameters, sizeof parameters),
                     FLUE_STATUS_SUCCESS);
    assert_int_equal(parameters.ticks_per_second, 100);
    assert_int_equal(bench.driver.requests, 0); /* OID-002, OID-006: the driver hears nothing */
    end(&bench);
}

static void
test_adapter_short_buffer_is_told_the_length(void **state)
{
    struct bench bench;
    struct flue_tcp_connection_offload got;
    struct flue_oid_request request = {
        .type = FLUE_REQUEST_QUERY,
        .oid = FLUE_OID_TCP_CONNECTION_OFFLOAD_CURRENT_CONFIG,
        .buffer = &got,
        .length = sizeof got - 1,
    };

    (void)state;
    prepare(&bench);
    start(&bench);
    memset(&got, 0x5A, sizeof got);
    assert_int_equal(flue_adapter_request(bench.adapter, 0, &request), FLUE_STATUS_INVALID_LENGTH);
    assert_int_equal(request.needed, sizeof got);
    assert_int_equal(request.written, 0);
    assert_int_equal(got.header.type, 0x5A);
    end(&bench);
}

static void
test_adapter_parameters_query_echoes_the_last_set(void **state)
{
    struct bench bench;
    struct flue_tcp_connection_offload_parameters set;
    struct flue_tcp_connection_offload_parameters got;
    const enum flue_oid oid = FLUE_OID_TCP_CONNECTION_OFFLOAD_PARAMETERS;

    (void)state;
    prepare(&bench);
    start(&bench);
    flue_tcp_connection_offload_parameters_init(&set);
    set.tcp_push_ticks = 321;
    assert_int_equal(ask(&bench, FLUE_REQUEST_SET, oid, NULL, &set, sizeof set),
                     FLUE_STATUS_SUCCESS);
    assert_int_equal(bench.driver.requests, 1); /* a set is the driver's */
    ask(&bench, FLUE_REQUEST_QUERY, oid, NULL, &got, sizeof got);
    assert_int_equal(got.tcp_push_ticks, 321); /* OID-002 */
    bench.driver.request_answer = FLUE_STATUS_INVALID_DATA;
    set.tcp_push_ticks = 5;
    assert_int_equal(ask(&bench, FLUE_REQUEST_SET, oid, NULL, &set, sizeof set),
                     FLUE_STATUS_INVALID_DATA);
    ask(&bench, FLUE_REQUEST_QUERY, oid, NULL, &got, sizeof got);
    assert_int_equal(got.tcp_push_ticks, 321); /* OID-002: what was refused is not current */
    assert_int_equal(bench.driver.requests, 2);
    end(&bench);
}

static void
test_adapter_failed_initialisation_leaves_it_mute(void **state)
{
    struct bench bench;
    struct flue_ip_offload_stats stats;
    struct flue_provider *provider;
    struct flue_block_list block;

    (void)state;
    prepare(&bench);
    bench.driver.answer = FLUE_STATUS_FAILURE;
    start(&bench);
    assert_int_equal(bench.started, FLUE_ERROR_STATE);
    /* INIT-023: neither requests nor offloads reach the driver */
    assert_int_equal(
        ask(&bench, FLUE_REQUEST_QUERY, FLUE_OID_IP4_OFFLOAD_STATS, NULL, &stats, sizeof stats),
        FLUE_STATUS_NOT_SUPPORTED);
    assert_int_equal(bench.driver.requests, 0);
    provider = flue_adapter_provider(bench.adapter);
    flue_block_list_init(&block, FLUE_NEIGHBOR_OFFLOAD_STATE, sizeof block, NULL);
    provider->initiate_offload(provider->adapter, 0, &block);
    assert_int_equal(bench.driver.initiates, 0);
    assert_int_equal(block.status, FLUE_STATUS_SUCCESS); /* refused by the default provider */
    end(&bench);
}

static void
test_adapter_second_protocol_may_not_enable(void **state)
{
    struct bench bench;
    struct flue_offload_parameters set;
    const enum flue_oid oid = FLUE_OID_TCP_OFFLOAD_PARAMETERS;
    int first = 0;
    int second = 0;

    (void)state;
    prepare(&bench);
    start(&bench);
    flue_offload_parameters_init(&set);
    set.tcp_connection_ipv4 = FLUE_OFFLOAD_PARAMETERS_ENABLED;
    assert_int_equal(ask(&bench, FLUE_REQUEST_SET, oid, &first, &set, sizeof set),
                     FLUE_STATUS_SUCCESS);
    assert_int_equal(ask(&bench, FLUE_REQUEST_SET, oid, &second, &set, sizeof set),
                     FLUE_STATUS_FAILURE); /* OID-013 */
    assert_int_equal(bench.driver.requests, 1);
    assert_int_equal(ask(&bench, FLUE_REQUEST_SET, oid, &first, &set, sizeof set),
                     FLUE_STATUS_SUCCESS);
    set.tcp_connection_ipv4 = FLUE_OFFLOAD_PARAMETERS_DISABLED;
    set.tcp_connection_ipv6 = FLUE_OFFLOAD_PARAMETERS_DISABLED;
    assert_int_equal(ask(&bench, FLUE_REQUEST_SET, oid, &first, &set, sizeof set),
                     FLUE_STATUS_SUCCESS);
    set.tcp_connection_ipv4 = FLUE_OFFLOAD_PARAMETERS_ENABLED;
    assert_int_equal(ask(&bench, FLUE_REQUEST_SET, oid, &second, &set, sizeof set),
                     FLUE_STATUS_SUCCESS); /* at any time one, not the first for good */
    end(&bench);
}

static void
test_adapter_resume_brings_the_capabilities(void **state)
{
    struct bench bench;
    struct flue_tcp_connection_offload got;

    (void)state;
    prepare(&bench);
    start(&bench);
    bench.driver.config.tcp_connection_offload_capacity = 3;
    flue_adapter_indicate_status(bench.adapter, 0, FLUE_STATUS_OFFLOAD_RESUME, &bench.driver.config,
                                 sizeof bench.driver.config);
    ask(&bench, FLUE_REQUEST_QUERY, FLUE_OID_TCP_CONNECTION_OFFLOAD_CURRENT_CONFIG, NULL, &got,
        sizeof got);
    assert_int_equal(got.tcp_connection_offload_capacity, 3); /* STATUS-007, NOTE-002 */
    bench.driver.config.header.size = 1;                      /* malformed: what is known stays */
    bench.driver.config.tcp_connection_offload_capacity = 4;
    flue_adapter_indicate_status(bench.adapter, 0, FLUE_STATUS_OFFLOAD_RESUME, &bench.driver.config,
                                 sizeof bench.driver.config);
    ask(&bench, FLUE_REQUEST_QUERY, FLUE_OID_TCP_CONNECTION_OFFLOAD_CURRENT_CONFIG, NULL, &got,
        sizeof got);
    assert_int_equal(got.tcp_connection_offload_capacity, 3);
    end(&bench);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_adapter_registration_makes_the_provider),
        cmocka_unit_test(test_adapter_wrong_characteristics_are_refused),
        cmocka_unit_test(test_adapter_type_and_flags_of_characteristics_change_nothing),
        cmocka_unit_test(test_adapter_client_characteristics_are_held_to_the_same),
        cmocka_unit_test(test_adapter_unknown_chimney_type_has_no_handlers),
        cmocka_unit_test(test_adapter_handlers_say_what_they_are),
        cmocka_unit_test(test_adapter_wrong_attributes_are_refused),
        cmocka_unit_test(test_adapter_answers_what_was_reported_itself),
        cmocka_unit_test(test_adapter_short_buffer_is_told_the_length),
        cmocka_unit_test(test_adapter_parameters_query_echoes_the_last_set),
        cmocka_unit_test(test_adapter_failed_initialisation_leaves_it_mute),
        cmocka_unit_test(test_adapter_second_protocol_may_not_enable),
        cmocka_unit_test(test_adapter_resume_brings_the_capabilities),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
