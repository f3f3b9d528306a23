/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Who gives way when a target is full: the connection that the policy finds worth least, for one
 * that is worth more by the damping's margin.
 */
#include "host/parts.h"

void
flue__host_fill_view(const struct flue_host_connection *connection,
                     struct flue_policy_connection *view)
{
    struct host_history *history = connection->watch->history;

    *view = (struct flue_policy_connection){
        .tuple = &connection->tuple,
        .priority = connection->priority,
        .is_offloaded = connection->owner != FLUE_OWNER_HOST,
    };
    if (!connection->host->has_histories)
        return;
    if (connection->tcp != NULL)
        history->rtt = flue_tcp_rtt(connection->tcp);
    view->established = history->established;
    view->last_active = history->last_active;
    view->rtt = history->rtt;
    view->bytes_sent = history->bytes_sent;
    view->bytes_received = history->bytes_received;
    view->offloads = history->offloads;
}

static uint64_t
worth_of(const struct flue_host_connection *connection, flue_time now)
{
    const struct flue_host *host = connection->host;
    struct flue_policy_connection view;

    flue__host_fill_view(connection, &view);
    return host->policy->worth(host->policy_user, now, &view);
}

static bool
may_be_displaced(const struct flue_host_connection *connection, flue_time now)
{
    const struct host_watch *watch = connection->watch;

    return connection->owner == FLUE_OWNER_TARGET && !connection->want_upload && watch != NULL &&
           !connection->is_pinned &&
           now - watch->history->since >= connection->host->config.policy.damping.least_stay;
}

static struct flue_host_connection *
find_least(const struct host_adapter *adapter, flue_time now, uint64_t *least)
{
    const struct flue_host *host = adapter->host;
    struct flue_host_connection *found = NULL;

    for (uint32_t i = 0; host->moved_buckets != NULL && i <= host->moved_mask; i++)
        for (struct flue_host_connection *it = host->moved_buckets[i]; it != NULL;
             it = it->hash_next) {
            uint64_t worth;

            if (it->adapter != adapter || !may_be_displaced(it, now))
                continue;
            worth = worth_of(it, now);
            if (found == NULL || worth < *least) {
                found = it;
                *least = worth;
            }
        }
    return found;
}

static bool
is_worth_more(const struct flue_host *host, uint64_t worth, uint64_t than)
{
    uint64_t margin = host->policy->is_ranked ? 0 : host->config.policy.damping.margin_percent;

    return worth > than && worth - than > than / 100 * margin + than % 100 * margin / 100;
}

bool
flue__host_make_room(struct flue_host_connection *connection, flue_time now,
                     struct host_adapter *adapter)
{
    struct flue_host *host = connection->host;
    struct flue_host_connection *least;
    uint64_t least_worth = 0;
    uint64_t worth;

    if (host->policy->worth == NULL)
        return false;
    worth = worth_of(connection, now);
    /* One search serves all who come to a full target between two reviews. */
    if (now < adapter->least_worth_until && !is_worth_more(host, worth, adapter->least_worth))
        return false;
    least = find_least(adapter, now, &least_worth);
    adapter->least_worth = least != NULL ? least_worth : UINT64_MAX;
    adapter->least_worth_until = now + host->config.policy.review_interval;
    if (least == NULL || !is_worth_more(host, worth, least_worth))
        return false;
    least->watch->is_evicted = true;
    least->want_upload = true;
    adapter->evicting++;
    host->statistics.displaced++;
    flue__host_attend(least);
    return true;
}
