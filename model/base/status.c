/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Names and sentences of the contract's statuses, from the one list in flue/status.h.
 */
#include "flue/status.h"

const char *
flue_status_name(enum flue_status status)
{
    switch (status) {
#define STATUS_NAME(name, text)                                                                    \
    case FLUE_STATUS_##name:                                                                       \
        return "FLUE_STATUS_" #name;
        FLUE_STATUS_MAP(STATUS_NAME)
#undef STATUS_NAME
    }
    return "FLUE_STATUS_UNKNOWN";
}

const char *
flue_status_text(enum flue_status status)
{
    switch (status) {
#define STATUS_TEXT(name, text)                                                                    \
    case FLUE_STATUS_##name:                                                                       \
        return text;
        FLUE_STATUS_MAP(STATUS_TEXT)
#undef STATUS_TEXT
    }
    return "not a status of this library";
}
