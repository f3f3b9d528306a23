/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The verifier: it stands between a provider and a client (flue/chimney.h), passes every call on
 * and reports each breach of the contract by either side.
 *
 *     flue_verifier_create(&allocator, report, user, &verifier);
 *     the client is given   flue_verifier_provider(verifier) as its provider,
 *     the provider is given flue_verifier_client(verifier) as its client,
 *     flue_verifier_attach(verifier, provider, client);
 *
 * Trees, handles, contexts and lists pass with their own addresses. The verifier writes three
 * things into them: its own name into the ndis_reserved of a handle that an offload names,
 * FLUE_STATUS_UNWRITTEN into the status of blocks and lists that are handed to the provider (their
 * status means nothing then; that of send data inside an initiate tree is left alone), and nothing
 * else. So a handle passes one verifier at a time: verifiers are not stacked. An intermediate
 * driver, which has handles of its own, may have one above and one below it.
 *
 * Costs: a bounded amount of time and memory for each block, list and object. Without memory it
 * says so in a report, stops checking and goes on passing calls.
 */
#ifndef FLUE_VERIFIER_H
#define FLUE_VERIFIER_H

#include "flue/chimney.h"
#include "flue/memory.h"
#include "flue/result.h"

#ifdef __cplusplus
extern "C" {
#endif

struct flue_verifier;

enum flue_contract_side {
    FLUE_SIDE_CLIENT,
    FLUE_SIDE_PROVIDER,
    FLUE_SIDE_VERIFIER /* no breach: the verifier cannot check any further */
};

/* One breach. The strings are constant; the object's memory may be gone after the report. */
struct flue_violation {
    flue_time time;
    const char *requirement; /* "HOST-005" */
    enum flue_contract_side side;
    const char *kind;   /* of the object: "TCP connection", "block", "buffer list" ... */
    const void *object; /* a handle, a block or a list; NULL: none */
    const char *text;   /* a sentence */
};

/* It may not call the verifier, the provider or the client. */
typedef void flue_verifier_report(void *user, const struct flue_violation *violation);

FLUE_MUST_USE enum flue_result flue_verifier_create(const struct flue_allocator *allocator,
                                                    flue_verifier_report *report, void *user,
                                                    struct flue_verifier **verifier);
/* When neither side calls any more. NULL is allowed. */
void flue_verifier_destroy(struct flue_verifier *verifier);

/* The two tables; they live as long as the verifier. */
struct flue_provider *flue_verifier_provider(struct flue_verifier *verifier);
struct flue_client *flue_verifier_client(struct flue_verifier *verifier);
/* Who is below and who is above; both outlive their last call. Before the first call. */
void flue_verifier_attach(struct flue_verifier *verifier, struct flue_provider *provider,
                          const struct flue_client *client);

/* Reports what was begun and never completed, or lent and never returned: for the end of a run in
 * which everything has come to rest. */
void flue_verifier_finish(struct flue_verifier *verifier, flue_time now);

/* False once memory has run out. */
bool flue_verifier_is_checking(const struct flue_verifier *verifier);
/* How many breaches were reported. */
uint64_t flue_verifier_violations(const struct flue_verifier *verifier);
/* "client", "provider", "verifier". */
const char *flue_contract_side_name(enum flue_contract_side side);

#ifdef __cplusplus
}
#endif
#endif
