/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * See formulae.h.
 */
#include "formulae.h"

#include <math.h>

double
flue_formula_mathis(const struct flue_formula_path *path, bool is_random)
{
    double constant = is_random ? 1.31 : sqrt(1.5);

    return constant / sqrt(path->per_ack * path->loss) / path->rtt_s;
}

/* The window at which a loss is expected. */
static double
loss_window(const struct flue_formula_path *path)
{
    double p = path->loss, b = path->per_ack, k = (2 + b) / (3 * b);

    return k + sqrt(8 * (1 - p) / (3 * b * p) + k * k);
}

/* The probability that a loss in a window of `w` segments is found by a timeout. */
static double
timeout_share(double p, double w)
{
    double kept = pow(1 - p, 3);
    double q;

    if (w <= 3 || p <= 0)
        return 1;
    q = (1 - kept) * (1 + kept * (1 - pow(1 - p, w - 3))) / (1 - pow(1 - p, w));
    return fmin(1, q);
}

/* The length of a run of timeouts over the first one's. */
static double
back_off(double p)
{
    return 1 + p + 2 * pow(p, 2) + 4 * pow(p, 3) + 8 * pow(p, 4) + 16 * pow(p, 5) + 32 * pow(p, 6);
}

static double
pftk(const struct flue_formula_path *path, bool is_delivered)
{
    double p = path->loss, b = path->per_ack, rounds, w = loss_window(path), q, segments;

    if (w < path->window) {
        rounds = b / 2 * w + 1;
    } else {
        w = path->window;
        rounds = b / 8 * w + (1 - p) / (p * w) + 2;
    }
    q = timeout_share(p, w);
    segments = (1 - p) / p + (is_delivered ? w / 2 + q : w + q / (1 - p));
    return segments / (path->rtt_s * rounds + q * back_off(p) * path->rto_s / (1 - p));
}

double
flue_formula_pftk_delivered(const struct flue_formula_path *path)
{
    return pftk(path, true);
}

double
flue_formula_pftk_sent(const struct flue_formula_path *path)
{
    return pftk(path, false);
}

/* Of a slow start that sends `segments`. */
static double
slow_start(const struct flue_formula_path *path, double segments, double initial_window)
{
    double growth = 1 + 1 / path->per_ack, most = path->window;
    double reached = segments * (growth - 1) / growth + initial_window / growth;
    double rounds;

    if (reached > most)
        rounds = log(most / initial_window) / log(growth) + 1 +
                 (segments - (growth * most - initial_window) / (growth - 1)) / most;
    else
        rounds = log(segments * (growth - 1) / initial_window + 1) / log(growth);
    return rounds * path->rtt_s;
}

double
flue_formula_cardwell(const struct flue_formula_path *path, double segments, double initial_window,
                      double syn_timeout_s)
{
    double p = path->loss, growth = 1 + 1 / path->per_ack, first, any_loss, window, q;
    double time = path->rtt_s;

    if (p <= 0)
        return time + slow_start(path, segments, initial_window);
    any_loss = 1 - pow(1 - p, segments);
    first = fmin(segments, any_loss * (1 - p) / p + 1); /* sent in the first slow start */
    window = fmin(path->window, first * (growth - 1) / growth + initial_window / growth);
    q = timeout_share(p, window);
    time += syn_timeout_s * ((1 - p) / (1 - 2 * p) - 1);
    time += slow_start(path, first, initial_window);
    time += any_loss * (q * back_off(p) * path->rto_s / (1 - p) + (1 - q) * path->rtt_s);
    return time + (segments - first) / flue_formula_pftk_delivered(path);
}
