/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Names of the contract's enumerations.
 */
#include "cmocka_first.h"

#include "flue/chimney.h"

static void
test_names_are_the_documents(void **state)
{
    (void)state;
    assert_string_equal(flue_offload_state_type_name(FLUE_IP6_OFFLOAD_CACHED_STATE),
                        "Ip6OffloadCachedState");
    assert_string_equal(flue_tcp_offload_event_name(FLUE_TCP_INDICATE_RETRIEVE),
                        "TcpIndicateRetrieve");
    /* NOTE-071: odd spellings are part of the interface. */
    assert_string_equal(flue_tcp_upload_reason_name(FLUE_UPLOAD_NO_BUFFER_PREPOSTING),
                        "NoBufferProposting");
    assert_string_equal(flue_tcp_upload_reason_name(FLUE_UPLOAD_HIGH_OUT_OF_ORDER_PACKETS),
                        "HighOutofOrderPackets");
}

static void
test_names_all_known_outside_unknown(void **state)
{
    (void)state;
    for (unsigned i = FLUE_NEIGHBOR_OFFLOAD_CONST_STATE; i <= FLUE_FILTER_RESERVED_OFFLOAD_STATE;
         i++)
        assert_string_not_equal(flue_offload_state_type_name((enum flue_offload_state_type)i),
                                "unknown");
    for (unsigned i = FLUE_UPLOAD_HARDWARE_FAILURE; i <= FLUE_UPLOAD_SMALL_IO; i++)
        assert_string_not_equal(flue_tcp_upload_reason_name((enum flue_tcp_upload_reason)i),
                                "unknown");
    assert_string_equal(flue_offload_state_type_name((enum flue_offload_state_type)0), "unknown");
    assert_string_equal(flue_offload_state_type_name((enum flue_offload_state_type)200), "unknown");
    assert_string_equal(flue_tcp_offload_event_name((enum flue_tcp_offload_event_type)99),
                        "unknown");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names_are_the_documents),
        cmocka_unit_test(test_names_all_known_outside_unknown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
