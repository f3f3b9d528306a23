/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The policies' names and parameters: defaults and bounds.
 */
#include <string.h>

#include "flue/chimney.h"
#include "host/policies.h"

static const char *const names[] = {
    [FLUE_POLICY_NEVER] = "never",         [FLUE_POLICY_ALWAYS] = "always",
    [FLUE_POLICY_AUTOMATIC] = "automatic", [FLUE_POLICY_BYTES] = "bytes",
    [FLUE_POLICY_LIFETIME] = "lifetime",   [FLUE_POLICY_PRIORITY] = "priority",
    [FLUE_POLICY_ADAPTIVE] = "adaptive",   [FLUE_POLICY_CUSTOM] = "custom",
};
enum { KINDS = sizeof names / sizeof names[0] };

const char *
flue_policy_name(enum flue_offload_policy kind)
{
    return (unsigned)kind < KINDS ? names[kind] : NULL;
}

bool
flue_policy_find(const char *name, enum flue_offload_policy *kind)
{
    for (unsigned i = 0; i < KINDS; i++)
        if (strcmp(names[i], name) == 0) {
            *kind = (enum flue_offload_policy)i;
            return true;
        }
    return false;
}

struct flue_policy_config
flue_policy_config_default(void)
{
    struct flue_policy_config config = {
        .kind = FLUE_POLICY_NEVER,
        .damping = {FLUE_SECOND, 60 * FLUE_SECOND, 25},
        .review_interval = 100 * FLUE_MILLISECOND,
        .automatic = {UINT64_C(10000000000), 20 * FLUE_MILLISECOND, 130000},
        .bytes = {130000},
        .lifetime = {FLUE_SECOND},
        .priority = {0},
        .adaptive = {700, 900, 64},
    };

    return config;
}

static const char *
check_common(const struct flue_policy_config *config)
{
    const uint32_t suggestions = (2U << FLUE_UPLOAD_SMALL_IO) - (1U << FLUE_UPLOAD_HIGH_DROP_RATE);

    if (config->damping.most_stay < config->damping.least_stay)
        return "damping.most_stay is shorter than damping.least_stay";
    if (config->damping.most_stay > 100000 * FLUE_SECOND)
        return "damping.most_stay is longer than 100000 s";
    if (config->damping.margin_percent > 1000)
        return "damping.margin_percent is more than 1000";
    if (config->review_interval < FLUE_MILLISECOND)
        return "review_interval is shorter than 1 ms";
    if ((config->heeded_reasons & ~suggestions) != 0)
        return "heeded_reasons names a reason that is no suggestion";
    return NULL;
}

static const char *
check_kind(const struct flue_policy_config *config)
{
    switch (config->kind) {
    case FLUE_POLICY_NEVER:
    case FLUE_POLICY_ALWAYS:
    case FLUE_POLICY_BYTES:
    case FLUE_POLICY_PRIORITY:
        return NULL;
    case FLUE_POLICY_AUTOMATIC:
        return config->automatic.most_rtt == 0
                   ? "automatic.most_rtt is 0: no round trip is that short"
                   : NULL;
    case FLUE_POLICY_LIFETIME:
        return config->lifetime.least_left < FLUE_MILLISECOND
                   ? "lifetime.least_left is shorter than 1 ms"
                   : NULL;
    case FLUE_POLICY_ADAPTIVE:
        if (config->adaptive.low_permille == 0)
            return "adaptive.low_permille is 0: no load is below it";
        if (config->adaptive.high_permille < config->adaptive.low_permille)
            return "adaptive.high_permille is below adaptive.low_permille";
        if (config->adaptive.high_permille > 1000)
            return "adaptive.high_permille is more than 1000";
        return config->adaptive.step == 0 ? "adaptive.step is 0: nothing would ever move" : NULL;
    case FLUE_POLICY_CUSTOM:
        if (config->custom == NULL)
            return "custom is NULL: there is no policy";
        return config->custom->wants == NULL ? "custom->wants is NULL: nothing would ever move"
                                             : NULL;
    }
    return "kind is none of the policies";
}

enum flue_result
flue_policy_config_check(const struct flue_policy_config *config, const char **reason)
{
    const char *problem = check_kind(config);

    if (problem == NULL)
        problem = check_common(config);
    if (problem != NULL && reason != NULL)
        *reason = problem;
    return problem == NULL ? FLUE_OK : FLUE_ERROR_INVALID;
}
