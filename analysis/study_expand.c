/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The values of ranges and samples. The simulator reads the ends of a range, so that units are
 * known in one place alone; what lies between is written in base units, which it takes for every
 * type.
 *
 * Linear steps keep twelve digits. Logarithmic steps and samples are rounded to four: nothing hangs
 * on their fifth digit, and people have to read them.
 */
#include <gsl/gsl_qrng.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "simulator.h"
#include "study.h"

enum { LINEAR_DIGITS = 12, ROUNDED_DIGITS = 4, SOBOL_DIMENSIONS = 40, HALTON_DIMENSIONS = 1229 };

struct ends {
    double low;
    double high;
};

static bool
is_type(const struct catalogue_parameter *parameter, const char *type)
{
    return strcmp(parameter->type, type) == 0;
}

static double
rounded(double value, int digits)
{
    char text[32];

    snprintf(text, sizeof text, "%.*e", digits - 1, value);
    return strtod(text, NULL);
}

/* A value in the unit of results, as flue-sim takes it. */
static char *
value_text(const struct catalogue_parameter *parameter, double value)
{
    if (is_type(parameter, "time"))
        return must_printf("%.0fps", value * 1e12);
    if (is_type(parameter, "rate"))
        return must_printf("%.0fbps", value);
    if (is_type(parameter, "real"))
        return must_printf("%.*g", LINEAR_DIGITS, value);
    return must_printf("%.0f", value);
}

static bool
read_end(const struct study *study, const struct study_setting *setting, size_t which,
         const char *simulator, double *value, struct problem *problem)
{
    struct given given = {setting->name, setting->typed[which].text};
    const struct effective_parameter *parameter;
    struct effective effective;

    if (!simulator_check(simulator, study->scenario, &given, 1, &effective, problem)) {
        char *words = must_strdup(problem->text);

        if (problem->status == EXIT_BAD_INPUT)
            problem_at(problem, study->path, setting->typed[which].line, "%s: %s", setting->name,
                       words);
        free(words);
        return false;
    }
    parameter = effective_find(&effective, setting->name);
    *value = parameter == NULL ? (double)NAN : parameter->value;
    effective_fini(&effective);
    return true;
}

static bool
read_ends(const struct study *study, const struct study_setting *setting, const char *simulator,
          struct ends *ends, struct problem *problem)
{
    if (!read_end(study, setting, 0, simulator, &ends->low, problem) ||
        !read_end(study, setting, 1, simulator, &ends->high, problem))
        return false;
    if (!(ends->low < ends->high))
        return problem_at(problem, study->path, setting->typed[1].line,
                          "%s: to \"%s\": expected more than from, \"%s\"", setting->name,
                          setting->typed[1].text, setting->typed[0].text);
    if (setting->is_log && !(ends->low > 0))
        return problem_at(problem, study->path, setting->typed[0].line,
                          "%s: from \"%s\": expected more than 0 on a logarithmic scale",
                          setting->name, setting->typed[0].text);
    return true;
}

/* The value at a share of the way, 0 to 1, rounded but never beyond an end. */
static double
between(const struct study_setting *setting, const struct ends *ends, double share, int digits)
{
    double value = setting->is_log ? ends->low * pow(ends->high / ends->low, share)
                                   : ends->low + (ends->high - ends->low) * share;

    return fmin(fmax(rounded(value, digits), ends->low), ends->high);
}

static bool
fill_range(struct study *study, struct study_setting *setting,
           const struct catalogue_parameter *parameter, const char *simulator,
           struct problem *problem)
{
    size_t length = study->axes[setting->axis].length;
    int digits = setting->is_log ? ROUNDED_DIGITS : LINEAR_DIGITS;
    struct ends ends;

    if (!read_ends(study, setting, simulator, &ends, problem))
        return false;
    for (size_t i = 0; i < length; i++) {
        if (i == 0 || i + 1 == length)
            setting->texts[i] = must_strdup(setting->typed[i > 0].text);
        else
            setting->texts[i] = value_text(
                parameter, between(setting, &ends, (double)i / (double)(length - 1), digits));
    }
    for (size_t i = 1; i < length; i++)
        if (strcmp(setting->texts[i], setting->texts[i - 1]) == 0)
            return problem_at(problem, study->path, setting->line,
                              "%s: steps %zu and %zu are both %s: expected fewer steps",
                              setting->name, i, i + 1, setting->texts[i]);
    return true;
}

/* Shares of one parameter: one in each of `count` equal parts, in random order. */
static void
latin_shares(gsl_rng *random, double *shares, size_t count)
{
    for (size_t i = 0; i < count; i++)
        shares[i] = ((double)i + gsl_rng_uniform(random)) / (double)count;
    gsl_ran_shuffle(random, shares, count, sizeof *shares);
}

/* Fills shares[dimension * count + i], all from 0 to 1. */
static void
draw_shares(const struct study *study, double *shares, size_t dimensions, size_t count)
{
    if (study->sample == SAMPLE_LATIN_HYPERCUBE) {
        gsl_rng *random = gsl_rng_alloc(gsl_rng_mt19937);

        gsl_rng_set(random, (unsigned long)study->seed);
        for (size_t d = 0; d < dimensions; d++)
            latin_shares(random, shares + d * count, count);
        gsl_rng_free(random);
    } else {
        gsl_qrng *sequence = gsl_qrng_alloc(
            study->sample == SAMPLE_SOBOL ? gsl_qrng_sobol : gsl_qrng_halton, (unsigned)dimensions);
        double *point = must_alloc(dimensions, sizeof *point);

        for (size_t i = 0; i < count; i++) {
            gsl_qrng_get(sequence, point);
            for (size_t d = 0; d < dimensions; d++)
                shares[d * count + i] = point[d];
        }
        free(point);
        gsl_qrng_free(sequence);
    }
}

static bool
fill_sampled(struct study *study, struct study_setting *setting,
             const struct catalogue_parameter *parameter, const double *shares,
             const char *simulator, struct problem *problem)
{
    size_t count = study->axes[setting->axis].length;
    struct ends ends;

    if (setting->is_range && !read_ends(study, setting, simulator, &ends, problem))
        return false;
    for (size_t i = 0; i < count; i++) {
        size_t choice = (size_t)(shares[i] * (double)setting->typed_count);

        if (setting->is_range)
            setting->texts[i] =
                value_text(parameter, between(setting, &ends, shares[i], ROUNDED_DIGITS));
        else
            setting->texts[i] = must_strdup(setting->typed[choice].text);
    }
    return true;
}

static bool
fill_sample(struct study *study, const struct catalogue_scenario *scenario, const char *simulator,
            struct problem *problem)
{
    size_t dimensions = 0;
    size_t most = study->sample == SAMPLE_SOBOL ? SOBOL_DIMENSIONS : HALTON_DIMENSIONS;
    size_t count;
    double *shares;
    bool is_good = true;

    while (dimensions < study->vary_count &&
           study->axes[study->vary[dimensions].axis].kind == AXIS_SAMPLE)
        dimensions++;
    if (dimensions == 0)
        return true;
    if (study->sample != SAMPLE_LATIN_HYPERCUBE && dimensions > most)
        return problem_at(problem, study->path, study->axes[0].line,
                          "sample: expected at most %zu parameters with this method", most);
    count = study->axes[0].length;
    shares = must_alloc(dimensions * count, sizeof *shares);
    draw_shares(study, shares, dimensions, count);
    for (size_t d = 0; d < dimensions && is_good; d++)
        is_good =
            fill_sampled(study, &study->vary[d], catalogue_parameter(scenario, study->vary[d].name),
                         shares + d * count, simulator, problem);
    free(shares);
    return is_good;
}

bool
study_expand(struct study *study, const struct catalogue_scenario *scenario, const char *simulator,
             struct problem *problem)
{
    for (size_t i = 0; i < study->vary_count; i++) {
        struct study_setting *setting = &study->vary[i];

        if (setting->is_range && study->axes[setting->axis].kind != AXIS_SAMPLE &&
            !fill_range(study, setting, catalogue_parameter(scenario, setting->name), simulator,
                        problem))
            return false;
    }
    return fill_sample(study, scenario, simulator, problem);
}
