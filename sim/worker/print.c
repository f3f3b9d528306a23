/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The texts of flue-sim, all of them drawn from the scenarios' tables.
 */
#include "print.h"

#include <string.h>

#include "flue/version.h"
#include "json.h"

static const char* type_name(enum flue_parameter_type type)
{
    switch (type)
    {
    case FLUE_PARAMETER_COUNT:
        return "count";
    case FLUE_PARAMETER_REAL:
        return "real";
    case FLUE_PARAMETER_RATE:
        return "rate";
    case FLUE_PARAMETER_TIME:
        return "time";
    case FLUE_PARAMETER_BYTES:
        return "bytes";
    case FLUE_PARAMETER_CHOICE:
        return "choice";
    case FLUE_PARAMETER_PROFILE:
        return "profile";
    case FLUE_PARAMETER_TEXT:
        break;
    }
    return "text";
}

/* ---- For people --------------------------------------------------------------------------------
 */

static void print_values(FILE* out, const struct flue_parameter* parameter)
{
    if (flue_parameter_choice(parameter, 0) != NULL)
    {
        for (size_t i = 0; flue_parameter_choice(parameter, i) != NULL; i++)
        {
            fprintf(out, "%s%s", i == 0 ? "" : ", ", flue_parameter_choice(parameter, i));
        }
        if (parameter->type == FLUE_PARAMETER_PROFILE)
        {
            fprintf(out, ", or a FILE.cfg like theirs");
        }
    }
    else if (parameter->minimum != NULL && parameter->maximum != NULL)
    {
        fprintf(out, "%s to %s", parameter->minimum, parameter->maximum);
    }
    else if (parameter->minimum != NULL)
    {
        fprintf(out, "at least %s", parameter->minimum);
    }
    else if (parameter->maximum != NULL)
    {
        fprintf(out, "at most %s", parameter->maximum);
    }
    else
    {
        fputs(type_name(parameter->type), out);
    }
}

static void print_scenario_help(FILE* out, const struct flue_scenario* scenario)
{
    fprintf(out,
            "%s\n\nusage: flue-sim run %s [--PARAMETER VALUE]...\n\nParameters:\n",
            scenario->question,
            scenario->name);
    for (const struct flue_parameter* p = scenario->parameters; p->name != NULL; p++)
    {
        fprintf(out, "  --%s VALUE\n      %s\n      ", p->name, p->help);
        print_values(out, p);
        fprintf(out, "; default %s\n", p->value);
    }
    fputs("\nMetrics:\n", out);
    for (const struct flue_metric* m = scenario->metrics; m->name != NULL; m++)
    {
        fprintf(out, "  %s [%s]\n      %s\n", m->name, m->unit, m->help);
    }
}

void print_help(FILE* out, const struct flue_scenario* scenario)
{
    if (scenario != NULL)
    {
        print_scenario_help(out, scenario);
        return;
    }
    fputs(
        "flue-sim runs one simulation and prints its metrics as JSON. The program `flue` runs "
        "many.\n"
        "\n"
        "usage: flue-sim run SCENARIO [--PARAMETER VALUE]... [--seed N] [--run N] [--pcap PREFIX]\n"
        "                           [--series FILE] [--interval TIME]\n"
        "       flue-sim check SCENARIO [--PARAMETER VALUE]...\n"
        "       flue-sim live [--OPTION VALUE]...\n"
        "       flue-sim --describe\n"
        "       flue-sim --help [SCENARIO]\n"
        "       flue-sim --version\n"
        "\n"
        "  run          runs SCENARIO once\n"
        "  check        prints every parameter as `run` would use it, and runs nothing\n"
        "  live         serves this machine's own kernel over a TAP device; `flue live --help` "
        "has the options\n"
        "  --describe   prints all scenarios with their parameters and metrics as JSON\n"
        "  --seed N     seed of the random numbers, 1 to 4294944442; default 1 (also --RngSeed)\n"
        "  --run N      replication: an independent stream of the same seed; default 1 (also "
        "--RngRun)\n"
        "  --pcap PREFIX\n"
        "               writes what crosses the links to PREFIX-NODE-DEVICE.pcap\n"
        "  --series FILE\n"
        "               writes every metric of every --interval (default 1ms) to FILE, as CSV\n"
        "\n"
        "Exit status: 0 done, 1 the run failed, 2 the command line was refused and nothing was "
        "run.\n"
        "\n"
        "Scenarios (--help SCENARIO shows its parameters):\n",
        out);
    for (size_t i = 0; flue_scenarios[i] != NULL; i++)
    {
        fprintf(out, "  %-12s %s\n", flue_scenarios[i]->name, flue_scenarios[i]->question);
    }
}

void print_version(FILE* out)
{
    fprintf(out, "flue-sim %s (%s), %s\n", flue_version(), flue_commit(), flue_sim_ns3_version());
}

/* ---- For programs ------------------------------------------------------------------------------
 */

static void write_versions(struct json* json)
{
    json_open(json, "versions", '{');
    json_text(json, "flue", flue_version());
    json_text(json, "commit", flue_commit());
    json_text(json, "ns3", flue_sim_ns3_version());
    json_close(json, '}');
}

static void describe_parameter(struct json* json, const struct flue_parameter* parameter)
{
    json_open(json, NULL, '{');
    json_text(json, "name", parameter->name);
    json_text(json, "type", type_name(parameter->type));
    json_text(json, "unit", parameter->unit);
    json_text(json, "default", parameter->value);
    json_text(json, "minimum", parameter->minimum);
    json_text(json, "maximum", parameter->maximum);
    if (flue_parameter_choice(parameter, 0) == NULL)
    {
        json_null(json, "choices");
    }
    else
    {
        json_open(json, "choices", '[');
        for (size_t i = 0; flue_parameter_choice(parameter, i) != NULL; i++)
        {
            json_text(json, NULL, flue_parameter_choice(parameter, i));
        }
        json_close(json, ']');
    }
    json_text(json, "help", parameter->help);
    json_close(json, '}');
}

static void describe_scenario(struct json* json, const struct flue_scenario* scenario)
{
    json_open(json, NULL, '{');
    json_text(json, "name", scenario->name);
    json_text(json, "question", scenario->question);
    json_open(json, "parameters", '[');
    for (const struct flue_parameter* p = scenario->parameters; p->name != NULL; p++)
    {
        describe_parameter(json, p);
    }
    json_close(json, ']');
    json_open(json, "metrics", '[');
    for (const struct flue_metric* m = scenario->metrics; m->name != NULL; m++)
    {
        json_open(json, NULL, '{');
        json_text(json, "name", m->name);
        json_text(json, "unit", m->unit);
        json_text(json, "help", m->help);
        json_bool(json, "lower_is_better", m->lower_is_better);
        json_close(json, '}');
    }
    json_close(json, ']');
    json_close(json, '}');
}

void print_describe(FILE* out)
{
    struct json json;
    const struct flue_profile* profile;

    json_init(&json, out);
    json_open(&json, NULL, '{');
    json_whole(&json, "schema", 1);
    write_versions(&json);
    json_open(&json, "profiles", '[');
    for (uint32_t i = 0; (profile = flue_profile_at(i)) != NULL; i++)
    {
        json_open(&json, NULL, '{');
        json_text(&json, "name", profile->name);
        json_text(&json, "text", profile->text);
        json_close(&json, '}');
    }
    json_close(&json, ']');
    json_open(&json, "scenarios", '[');
    for (size_t i = 0; flue_scenarios[i] != NULL; i++)
    {
        describe_scenario(&json, flue_scenarios[i]);
    }
    json_close(&json, ']');
    json_close(&json, '}');
}

static void write_parameters(struct json* json, const struct flue_run* run)
{
    const struct flue_scenario* scenario = flue_run_scenario(run);

    json_open(json, "parameters", '{');
    for (size_t i = 0; scenario->parameters[i].name != NULL; i++)
    {
        struct flue_run_parameter parameter = flue_run_parameter_at(run, i);

        json_open(json, scenario->parameters[i].name, '{');
        if (!parameter.is_number)
        {
            json_null(json, "value");
        }
        else if (parameter.is_whole)
        {
            json_whole(json, "value", parameter.value.whole);
        }
        else
        {
            json_real(json, "value", parameter.value.real);
        }
        json_text(json, "text", parameter.text);
        json_text(json, "unit", scenario->parameters[i].unit);
        json_close(json, '}');
    }
    json_close(json, '}');
}

void print_check(FILE* out, const struct flue_run* run)
{
    struct json json;

    json_init(&json, out);
    json_open(&json, NULL, '{');
    json_whole(&json, "schema", 1);
    json_text(&json, "scenario", flue_run_scenario(run)->name);
    write_parameters(&json, run);
    json_close(&json, '}');
}

void print_result(FILE* out, const struct arguments* arguments, const struct flue_sim* sim)
{
    struct json json;
    const struct flue_metric* metrics = arguments->scenario->metrics;

    json_init(&json, out);
    json_open(&json, NULL, '{');
    json_whole(&json, "schema", 1);
    json_text(&json, "scenario", arguments->scenario->name);
    json_whole(&json, "seed", arguments->seed);
    json_whole(&json, "run", arguments->replication);
    write_versions(&json);
    write_parameters(&json, arguments->run);
    json_open(&json, "metrics", '{');
    for (size_t i = 0; metrics[i].name != NULL; i++)
    {
        struct flue_run_metric metric = flue_run_metric_at(arguments->run, i);

        json_open(&json, metrics[i].name, '{');
        json_real(&json, "value", metric.value);
        json_text(&json, "unit", metrics[i].unit);
        json_text(&json, "note", metric.note);
        json_close(&json, '}');
    }
    json_close(&json, '}');
    json_whole(&json, "events", flue_sim_events(sim));
    json_real(&json, "simulated_s", (double)flue_sim_now(sim) / (double)FLUE_SECOND);
    json_close(&json, '}');
}
