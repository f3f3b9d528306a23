/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The JSON writer: one value a line, two spaces a level.
 */
#include "json.h"

#include <inttypes.h>
#include <math.h>

#include "units.h"

static void write_string(FILE* out, const char* text)
{
    fputc('"', out);
    for (; *text != '\0'; text++)
    {
        unsigned char c = (unsigned char)*text;

        if (c == '"' || c == '\\')
        {
            fprintf(out, "\\%c", c);
        }
        else if (c < 0x20)
        {
            fprintf(out, "\\u%04x", c);
        }
        else
        {
            fputc(c, out);
        }
    }
    fputc('"', out);
}

static void begin(struct json* json, const char* name)
{
    if (json->has_before)
    {
        fputc(',', json->out);
    }
    if (json->depth > 0)
    {
        fprintf(json->out, "\n%*s", (int)(2 * json->depth), "");
    }
    if (name != NULL)
    {
        write_string(json->out, name);
        fputs(": ", json->out);
    }
    json->has_before = true;
}

void json_init(struct json* json, FILE* out)
{
    *json = (struct json){.out = out};
}

void json_open(struct json* json, const char* name, char bracket)
{
    begin(json, name);
    fputc(bracket, json->out);
    json->depth++;
    json->has_before = false;
}

void json_close(struct json* json, char bracket)
{
    json->depth--;
    if (json->has_before)
    {
        fprintf(json->out, "\n%*s", (int)(2 * json->depth), "");
    }
    fputc(bracket, json->out);
    if (json->depth == 0)
    {
        fputc('\n', json->out);
    }
    json->has_before = true;
}

void json_text(struct json* json, const char* name, const char* text)
{
    if (text == NULL)
    {
        json_null(json, name);
        return;
    }
    begin(json, name);
    write_string(json->out, text);
}

void json_real(struct json* json, const char* name, double real)
{
    char text[FLUE_UNITS_TEXT_MAX];

    if (!isfinite(real))
    {
        json_null(json, name);
        return;
    }
    flue_units_write_real(real, text);
    begin(json, name);
    fputs(text, json->out);
}

void json_whole(struct json* json, const char* name, uint64_t whole)
{
    begin(json, name);
    fprintf(json->out, "%" PRIu64, whole);
}

void json_bool(struct json* json, const char* name, bool value)
{
    begin(json, name);
    fputs(value ? "true" : "false", json->out);
}

void json_null(struct json* json, const char* name)
{
    begin(json, name);
    fputs("null", json->out);
}
