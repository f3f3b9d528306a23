/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What a fuzz target is made of: the entry that libFuzzer calls (and replay.c, for the seeds), and
 * a reader that takes numbers off the input, zeros when it is used up.
 */
#ifndef FLUE_TEST_FUZZ_H
#define FLUE_TEST_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Unlike assert, in every kind of build. */
#define FUZZ_CHECK(condition)                                                                      \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "%s:%d: not %s\n", __FILE__, __LINE__, #condition);                    \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

struct fuzz_input {
    const uint8_t *at;
    size_t left;
};

static inline uint32_t
fuzz_take(struct fuzz_input *input, unsigned bytes)
{
    uint32_t value = 0;

    for (; bytes > 0; bytes--) {
        value = value << 8 | (input->left > 0 ? *input->at : 0);
        if (input->left > 0) {
            input->at++;
            input->left--;
        }
    }
    return value;
}

#endif
