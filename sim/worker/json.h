/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Writes JSON, in order and with nothing rounded: a number reads back as exactly what it was.
 */
#ifndef FLUE_WORKER_JSON_H
#define FLUE_WORKER_JSON_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct json
{
    FILE* out;
    unsigned depth;
    bool has_before; /* a value stands before this one in the same object or array */
};

void json_init(struct json* json, FILE* out);

/* `name` is NULL for an element of an array and for the outermost value. */
void json_open(struct json* json, const char* name, char bracket);
void json_close(struct json* json, char bracket);
void json_text(struct json* json, const char* name, const char* text); /* NULL: null */
void json_real(struct json* json, const char* name, double real);      /* NAN: null */
void json_whole(struct json* json, const char* name, uint64_t whole);
void json_bool(struct json* json, const char* name, bool value);
void json_null(struct json* json, const char* name);

#endif
