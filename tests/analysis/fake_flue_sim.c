/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Speaks flue-sim's command line without simulating anything: the metrics are a hash of parameters,
 * seed and run, so that equal runs are equal and different ones are not. The environment makes it
 * fail:
 *
 *   FAKE_LOG=FILE       appends one line for every run
 *   FAKE_SLEEP_MS=N     a run takes so long
 *   FAKE_BURN_MS=N      a run takes so much processor time
 *   FAKE_FAIL=N         the run of that number says why and exits with 1
 *   FAKE_CRASH=N        ... aborts
 *   FAKE_GARBAGE=N      ... prints half an answer
 *   FAKE_LIE=N          ... answers for another seed
 *   FAKE_FACTOR=X       goodput is that many times what it was
 *   FAKE_TURN=X         goodput is as without loss where loss is larger than this
 *   FAKE_COMMIT=TEXT    the commit that it says it was built from
 *   FAKE_SERIES=TEXT    the time series that it writes instead of its own
 */
#include <jansson.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { PARAMETERS = 5 };

static const char *const names[PARAMETERS] = {"stack", "loss", "delay", "label", "connections"};
static const char *const units[PARAMETERS] = {"", "1", "s", "", "1"};
static const char *values[PARAMETERS] = {"offload", "0", "500us", "", "4"};
static const char *seed = "1";
static const char *run = "1";
static const char *series; /* the file; NULL: none is wanted */
static const char *interval = "1ms";

static const char describe[] =
    "{\"schema\":1,\"versions\":{\"flue\":\"0.1.0\",\"commit\":\"%s\",\"ns3\":\"3.37\"},"
    "\"profiles\":[{\"name\":\"ideal\",\"text\":\"work takes no time\"}],\"scenarios\":[{"
    "\"name\":\"loss\",\"question\":\"What does loss cost?\",\"parameters\":["
    "{\"name\":\"stack\",\"type\":\"choice\",\"unit\":\"\",\"default\":\"offload\","
    "\"minimum\":null,\"maximum\":null,\"choices\":[\"ns3\",\"host\",\"offload\"],"
    "\"help\":\"whose TCP\"},"
    "{\"name\":\"loss\",\"type\":\"real\",\"unit\":\"1\",\"default\":\"0\",\"minimum\":\"0\","
    "\"maximum\":\"0.5\",\"choices\":null,\"help\":\"share of frames lost\"},"
    "{\"name\":\"delay\",\"type\":\"time\",\"unit\":\"s\",\"default\":\"500us\",\"minimum\":\"0s\","
    "\"maximum\":null,\"choices\":null,\"help\":\"one way\"},"
    "{\"name\":\"label\",\"type\":\"text\",\"unit\":\"\",\"default\":\"\",\"minimum\":null,"
    "\"maximum\":null,\"choices\":null,\"help\":\"says nothing\"},"
    "{\"name\":\"connections\",\"type\":\"count\",\"unit\":\"1\",\"default\":\"4\","
    "\"minimum\":\"1\",\"maximum\":null,\"choices\":null,\"help\":\"how many\"}],\"metrics\":["
    "{\"name\":\"goodput_bps\",\"unit\":\"bps\",\"help\":\"payload by time\","
    "\"lower_is_better\":false},"
    "{\"name\":\"cpu_utilisation\",\"unit\":\"1\",\"help\":\"busy share <of> the \\\"core\\\"\","
    "\"lower_is_better\":true},"
    "{\"name\":\"timeouts\",\"unit\":\"1\",\"help\":\"retransmission timeouts\","
    "\"lower_is_better\":true},"
    "{\"name\":\"latency_s\",\"unit\":\"s\",\"help\":\"never measured\","
    "\"lower_is_better\":true}]}]}\n";

static const char *
commit(void)
{
    const char *given = getenv("FAKE_COMMIT");

    return given == NULL ? "abc1234" : given;
}

static int
refuse(const char *text, const char *word, const char *expected)
{
    fprintf(stderr, "flue-sim: %s \"%s\": expected %s\n", text, word, expected);
    return 2;
}

/* The factor of a unit of time; 0: none. */
static double
time_unit(const char *unit)
{
    static const struct {
        const char *unit;
        double factor;
    } units_of_time[] = {{"ms", 1e-3}, {"us", 1e-6}, {"ps", 1e-12}};

    for (int i = 0; i < 3; i++)
        if (strcmp(units_of_time[i].unit, unit) == 0)
            return units_of_time[i].factor;
    return 0;
}

static int
check_values(void)
{
    char *end;
    double loss = strtod(values[1], &end);

    if (end == values[1] || *end != '\0')
        return refuse("--loss", values[1], "a number");
    if (loss < 0 || loss > 0.5)
        return refuse("--loss", values[1], "0 to 0.5");
    strtod(values[2], &end);
    if (end == values[2] || !(time_unit(end) > 0))
        return refuse("--delay", values[2], "a time such as 500us");
    if (strtol(values[4], &end, 10) < 1 || *end != '\0')
        return refuse("--connections", values[4], "a whole number, at least 1");
    if (loss > 0.4 && strcmp(values[0], "ns3") == 0)
        return refuse("--loss", values[1], "at most 0.4 with --stack ns3");
    return 0;
}

static double
number(int parameter)
{
    char *end;
    double value = strtod(values[parameter], &end);

    if (parameter == 1 || parameter == 4)
        return value;
    return parameter == 2 ? value * time_unit(end) : (double)NAN;
}

static json_t *
parameters(void)
{
    json_t *all = json_object();
    char text[32];

    for (int i = 0; i < PARAMETERS; i++) {
        double value = number(i);
        const char *canonical = values[i];

        if (i == 1 || i == 2) {
            snprintf(text, sizeof text, "%.10g%s", i == 1 ? value : value * 1e6,
                     i == 1 ? "" : "us");
            canonical = text;
        }
        json_object_set_new(all, names[i],
                            json_pack("{s:o, s:s, s:s}", "value",
                                      isnan(value) ? json_null() : json_real(value), "text",
                                      canonical, "unit", units[i]));
    }
    return all;
}

/* 0 to 1, the same for the same words. */
static double
noise(uint64_t salt)
{
    uint64_t hash = 14695981039346656037u + salt;

    for (int i = 0; i < PARAMETERS + 2; i++) {
        const char *c = i < PARAMETERS ? values[i] : i == PARAMETERS ? seed : run;

        for (; *c != '\0'; c++)
            hash = (hash ^ (unsigned char)*c) * 1099511628211u;
        hash = (hash ^ '/') * 1099511628211u;
    }
    hash ^= hash >> 33;
    hash *= 0xff51afd7ed558ccdu;
    hash ^= hash >> 33;
    return (double)(hash >> 11) / 9007199254740992.0;
}

static json_t *
metric(double value, const char *unit, const char *note)
{
    return json_pack("{s:o, s:s, s:s?}", "value", isnan(value) ? json_null() : json_real(value),
                     "unit", unit, "note", note);
}

static int
is_chosen(const char *variable)
{
    const char *chosen = getenv(variable);

    return chosen != NULL && strcmp(chosen, run) == 0;
}

static void
put(json_t *json)
{
    json_dumpf(json, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(15));
    putchar('\n');
    json_decref(json);
}

/* 120 intervals of goodput that starts at half of what it reaches, and two events. */
static int
write_series(double goodput)
{
    const char *given = getenv("FAKE_SERIES");
    char *end;
    double step = strtod(interval, &end) * time_unit(end);
    FILE *file = fopen(series, "w");

    if (file == NULL)
        return refuse("--series", series, "a file");
    if (given != NULL) {
        fputs(given, file);
    } else {
        fputs("time_s,goodput_bps,cpu_utilisation,timeouts,latency_s\n", file);
        for (int i = 0; i < 120; i++) {
            double share = i < 20 ? 0.5 : 1 + 0.1 * (noise((uint64_t)i + 10) - 0.5);

            fprintf(file, "%.9g,%.17g,0.2,0,\n", (i + 1) * step, share * goodput);
        }
        fprintf(file, "# event,%.9g,it starts\n# event,%.9g,%s ends\n", 20 * step,
                (strcmp(values[0], "host") == 0 ? 90 : 100) * step, values[0]);
    }
    return fclose(file) == 0 ? 0 : 1;
}

static int
simulate(void)
{
    const char *factor = getenv("FAKE_FACTOR");
    const char *turn = getenv("FAKE_TURN");
    const char *log = getenv("FAKE_LOG");
    const char *sleep_ms = getenv("FAKE_SLEEP_MS");
    const char *burn_ms = getenv("FAKE_BURN_MS");
    double loss = number(1);
    double goodput = 9.4e8 * (1 - loss) + (loss > 0 ? 2e7 * noise(1) : 0);

    if (log != NULL) {
        FILE *file = fopen(log, "a");

        if (file == NULL)
            return 1;
        fprintf(file, "%s %s %s %s\n", values[0], values[1], seed, run);
        fclose(file);
    }
    if (sleep_ms != NULL) {
        long ms = strtol(sleep_ms, NULL, 10);
        struct timespec time = {ms / 1000, ms % 1000 * 1000000};

        nanosleep(&time, NULL);
    }
    while (burn_ms != NULL && clock() < strtol(burn_ms, NULL, 10) * (CLOCKS_PER_SEC / 1000))
        continue;
    if (is_chosen("FAKE_FAIL")) {
        fprintf(stderr, "flue-sim: something\nflue-sim: the link melted\n");
        return 1;
    }
    if (is_chosen("FAKE_CRASH"))
        abort();
    if (is_chosen("FAKE_GARBAGE")) {
        printf("{\"schema\": 1, \"scen");
        return 0;
    }
    if (turn != NULL && loss > strtod(turn, NULL))
        goodput = 9.4e8;
    if (factor != NULL)
        goodput *= strtod(factor, NULL);
    if (series != NULL && write_series(goodput) != 0)
        return 1;
    put(json_pack("{s:i, s:s, s:I, s:I, s:{s:s, s:s, s:s}, s:o, s:{s:o, s:o, s:o, s:o}, s:i, s:f}",
                  "schema", 1, "scenario", "loss", "seed",
                  (json_int_t)strtoll(seed, NULL, 10) + (is_chosen("FAKE_LIE") ? 1 : 0), "run",
                  (json_int_t)strtoll(run, NULL, 10), "versions", "flue", "0.1.0", "commit",
                  commit(), "ns3", "3.37", "parameters", parameters(), "metrics", "goodput_bps",
                  metric(goodput, "bps", NULL), "cpu_utilisation",
                  metric(0.2 + 0.1 * noise(2), "1", NULL), "timeouts",
                  metric(floor(10 * loss * noise(3) * 100), "1", NULL), "latency_s",
                  metric((double)NAN, "s", "no requests <in> this scenario"), "events", 1000,
                  "simulated_s", 0.5));
    return 0;
}

static int
take_words(int argc, char **argv)
{
    if (argc < 3 || strcmp(argv[2], "loss") != 0)
        return refuse("scenario", argc < 3 ? "" : argv[2], "loss");
    for (int i = 3; i + 1 < argc; i += 2) {
        int known = 0;

        for (int p = 0; p < PARAMETERS; p++) {
            if (strncmp(argv[i], "--", 2) == 0 && strcmp(argv[i] + 2, names[p]) == 0) {
                values[p] = argv[i + 1];
                known = 1;
            }
        }
        if (strcmp(argv[i], "--seed") == 0)
            seed = argv[i + 1];
        else if (strcmp(argv[i], "--run") == 0)
            run = argv[i + 1];
        else if (strcmp(argv[i], "--series") == 0)
            series = argv[i + 1];
        else if (strcmp(argv[i], "--interval") == 0)
            interval = argv[i + 1];
        else if (!known && strcmp(argv[i], "--pcap") != 0)
            return refuse("option", argv[i], "a parameter");
    }
    return 0;
}

int
main(int argc, char **argv)
{
    int status;

    if (argc > 1 && strcmp(argv[1], "--describe") == 0) {
        char text[sizeof describe + 64];

        snprintf(text, sizeof text, describe, commit());
        fputs(text, stdout);
        return 0;
    }
    status = take_words(argc, argv);
    if (status == 0)
        status = check_values();
    if (status != 0)
        return status;
    if (strcmp(argv[1], "check") == 0) {
        put(json_pack("{s:s, s:o}", "scenario", "loss", "parameters", parameters()));
        return 0;
    }
    return strcmp(argv[1], "run") == 0 ? simulate() : refuse("command", argv[1], "check or run");
}
