/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Names and sentences of results, from the one list in flue/result.h.
 */
#include "flue/result.h"

const char *
flue_result_name(enum flue_result result)
{
    switch (result) {
#define RESULT_NAME(name, value, text)                                                             \
    case FLUE_##name:                                                                              \
        return "FLUE_" #name;
        FLUE_RESULT_MAP(RESULT_NAME)
#undef RESULT_NAME
    }
    return "FLUE_ERROR_UNKNOWN";
}

const char *
flue_result_text(enum flue_result result)
{
    switch (result) {
#define RESULT_TEXT(name, value, text)                                                             \
    case FLUE_##name:                                                                              \
        return text;
        FLUE_RESULT_MAP(RESULT_TEXT)
#undef RESULT_TEXT
    }
    return "not a result of this library";
}
