/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The progress line. See progress.h.
 */
#include "progress.h"

#include <time.h>

static const double terminal_interval_s = 0.2;
static const double plain_interval_s = 5.0;

enum { BAR_WIDTH = 24 };

double
progress_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

void
progress_init(struct progress *progress, FILE *out, bool is_terminal, size_t total)
{
    progress->out = out;
    progress->is_terminal = is_terminal;
    progress->total = total;
    progress->started_s = progress_now();
    /* A terminal sees the line at once; a log file after the first interval. */
    progress->shown_s = is_terminal ? 0 : progress->started_s;
}

void
progress_duration(char *text, size_t size, double seconds)
{
    long long whole = (long long)(seconds + 0.5);

    if (whole < 60)
        snprintf(text, size, "%lld s", whole);
    else if (whole < 3600)
        snprintf(text, size, "%lld:%02lld", whole / 60, whole % 60);
    else
        snprintf(text, size, "%lld:%02lld:%02lld", whole / 3600, whole / 60 % 60, whole % 60);
}

static void
put_bar(FILE *out, size_t finished, size_t total)
{
    size_t full = total == 0 ? BAR_WIDTH : finished * BAR_WIDTH / total;

    fputc('[', out);
    for (size_t i = 0; i < BAR_WIDTH; i++)
        fputc(i < full ? '#' : '.', out);
    fputs("] ", out);
}

static void
put_line(struct progress *progress, const struct progress_state *state)
{
    FILE *out = progress->out;
    double elapsed_s = progress_now() - progress->started_s;
    char left[32];

    if (progress->is_terminal) {
        fputs("\r\033[K", out);
        put_bar(out, state->finished, progress->total);
    } else {
        fputs("flue: ", out);
    }
    fprintf(out, "%zu of %zu runs", state->finished, progress->total);
    if (state->failed > 0)
        fprintf(out, ", %zu failed", state->failed);
    if (state->running > 0)
        fprintf(out, ", %zu running", state->running);
    if (state->finished > 0 && elapsed_s > 0)
        fprintf(out, ", %.3g runs/s", (double)state->finished / elapsed_s);
    if (state->left_s >= 0) {
        progress_duration(left, sizeof left, state->left_s);
        fprintf(out, ", %s left", left);
    }
    if (!progress->is_terminal)
        fputc('\n', out);
    fflush(out);
}

void
progress_show(struct progress *progress, const struct progress_state *state)
{
    double now = progress_now();

    if (now - progress->shown_s < (progress->is_terminal ? terminal_interval_s : plain_interval_s))
        return;
    progress->shown_s = now;
    put_line(progress, state);
}

void
progress_end(struct progress *progress, const struct progress_state *state)
{
    struct progress_state last = *state;
    char elapsed[32];

    last.left_s = -1;
    last.running = 0;
    if (progress->is_terminal) {
        put_line(progress, &last);
        progress_duration(elapsed, sizeof elapsed, progress_now() - progress->started_s);
        fprintf(progress->out, ", %s\n", elapsed);
    } else {
        put_line(progress, &last);
    }
}
