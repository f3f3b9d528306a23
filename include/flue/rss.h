/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The hash of receive-side scaling (Toeplitz): it says which processor a connection's segments are
 * for. A host computes it and hands it over with the connection.
 */
#ifndef FLUE_RSS_H
#define FLUE_RSS_H

#include <stdint.h>

#include "flue/address.h"

#ifdef __cplusplus
extern "C" {
#endif

#define FLUE_RSS_KEY_BYTES 40

struct flue_rss_key {
    uint8_t bytes[FLUE_RSS_KEY_BYTES];
};

/* The key of the documents' verification suite. */
struct flue_rss_key flue_rss_key_default(void);

/* Of the segments that arrive for `tuple`: its remote side is their source. */
uint32_t flue_rss_hash(const struct flue_rss_key *key, const struct flue_four_tuple *tuple);

#ifdef __cplusplus
}
#endif
#endif
