/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * flue-sim's command line, with the stand-in simulator: what it prints, what it refuses and how,
 * and what scenario `loss` asks of the simulator.
 */
#include "cmocka_first.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "fake_sim.h"
#include "worker.h"

enum { WORDS_MAX = 32 };

struct outcome {
    enum worker_status status;
    char *out, *err;
};

/* Runs "flue-sim LINE"; a word holds no space. */
static struct outcome
sim(const char *line)
{
    char copy[512];
    char *words[WORDS_MAX] = {"flue-sim"};
    int count = 1;
    struct outcome outcome;
    size_t out_size, err_size;
    FILE *out = open_memstream(&outcome.out, &out_size);
    FILE *err = open_memstream(&outcome.err, &err_size);

    assert_true(strlen(line) < sizeof copy);
    strcpy(copy, line);
    for (char *word = strtok(copy, " "); word != NULL; word = strtok(NULL, " ")) {
        assert_true(count < WORDS_MAX - 1);
        words[count++] = word;
    }
    outcome.status = worker_main(count, words, out, err);
    fclose(out);
    fclose(err);
    return outcome;
}

static void
outcome_free(struct outcome *outcome)
{
    free(outcome->out);
    free(outcome->err);
}

/* The JSON that "flue-sim LINE" prints. */
static json_t *
sim_json(const char *line)
{
    struct outcome outcome = sim(line);
    json_error_t error;

    assert_string_equal(outcome.err, "");
    assert_int_equal(outcome.status, WORKER_DONE);
    json_t *json = json_loads(outcome.out, JSON_REJECT_DUPLICATES, &error);

    if (json == NULL) {
        fail_msg("line %d: %s", error.line, error.text);
    }
    outcome_free(&outcome);
    return json;
}

static double
number_of(const json_t *json, const char *group, const char *name)
{
    const json_t *value =
        json_object_get(json_object_get(json_object_get(json, group), name), "value");

    if (!json_is_number(value)) {
        fail_msg("%s.%s has no number", group, name);
    }
    return json_number_value(value);
}

static void
assert_near(double value, double expected, double tolerance)
{
    if (!(fabs(value - expected) <= tolerance)) {
        fail_msg("%.17g is not within %g of %.17g", value, tolerance, expected);
    }
}

static const char *
text_of(const json_t *json, const char *group, const char *name, const char *member)
{
    return json_string_value(
        json_object_get(json_object_get(json_object_get(json, group), name), member));
}

static int
setup(void **state)
{
    (void)state;
    fake_sim_reset();
    return 0;
}

/* ---- Refusals ----------------------------------------------------------------------------------
 */

static const char *const refusals[][2] = {
    {"", "expected a command: run, check, --describe or --help"},
    {"rnu", "\"rnu\" is not a command: expected run, check, --describe or --help"},
    {"chek loss",
     "\"chek\" is not a command: expected run, check, --describe or --help (did you mean "
     "\"check\"?)"},
    {"run", "run: expected the name of a scenario after it"},
    {"run lost", "\"lost\" is not a scenario: expected loss, power, failover, invalidate, churn, "
                 "rpc, overload, idle, "
                 "window, theory, short, table or incast (did you mean \"loss\"?)"},
    {"--help lost", "\"lost\" is not a scenario: expected loss, power, failover, invalidate, "
                    "churn, rpc, overload, idle, "
                    "window, theory, short, table or incast (did you mean \"loss\"?)"},
    {"--describe loss", "\"loss\" is not expected after --describe"},
    {"run loss rate", "\"rate\" is not an option: expected --name value"},
    {"run loss --", "\"--\" is not an option: expected --name value"},
    {"run loss --=3", "\"--=3\" is not an option: expected --name value"},
    {"run loss --rate", "--rate: expected a value after it"},
    {"run loss --raet 1Gbps",
     "\"raet\" is not a parameter of scenario \"loss\": expected stack, profile, connections, "
     "rate, "
     "delay, loss, burst, late, late-by, mtu, io, send-buffer, receive-buffer, sack, congestion, "
     "min-rto, delayed-ack, "
     "warmup or "
     "duration"},
    {"run loss --conections",
     "\"conections\" is not a parameter of scenario \"loss\": expected stack, profile, "
     "connections, "
     "rate, delay, loss, burst, late, late-by, mtu, io, send-buffer, receive-buffer, sack, "
     "congestion, min-rto, "
     "delayed-ack, warmup "
     "or "
     "duration (did you mean \"connections\"?)"},
    {"run loss --stack linux",
     "\"linux\" is not a value of --stack: expected ns3, host or offload"},
    {"run loss --stack ofload", "\"ofload\" is not a value of --stack: expected ns3, host or "
                                "offload (did you mean \"offload\"?)"},
    {"run loss --rate 10gbps",
     "--rate \"10gbps\": expected a rate in bps, kbps, Mbps, Gbps or Tbps, such as 10Gbps"},
    {"run loss --rate=",
     "--rate \"\": expected a rate in bps, kbps, Mbps, Gbps or Tbps, such as 10Gbps"},
    {"run loss --loss 0.6", "--loss \"0.6\" is out of range: expected 0 to 0.5"},
    {"run loss --loss -1e-9", "--loss \"-1e-9\" is out of range: expected 0 to 0.5"},
    {"run loss --connections 0", "--connections \"0\" is out of range: expected 1 to 1000"},
    {"run loss --connections 1.5", "--connections \"1.5\": expected a whole number, such as 4 or "
                                   "1e6 (this is not a whole number of "
                                   "the smallest unit)"},
    {"run loss --delayed-ack 0s", "--delayed-ack \"0s\" is out of range: expected 1ms to 500ms"},
    {"run loss --send-buffer 4KiB",
     "--send-buffer \"4KiB\" is out of range: expected 9KiB to 1GiB"},
    {"run loss --mtu 9001", "--mtu \"9001\" is out of range: expected 576 to 9000"},
    {"check loss --delay 5", "--delay \"5\": expected a time in s, ms, us, ns or ps, such as 2ms"},
    {"run loss --seed 0", "--seed \"0\": expected a whole number from 1 to 4294944442"},
    {"run loss --seed x", "--seed \"x\": expected a whole number from 1 to 4294944442"},
    {"run loss --RngSeed=4294967296",
     "--RngSeed \"4294967296\": expected a whole number from 1 to 4294944442"},
    {"run loss --run -1", "--run \"-1\": expected a whole number from 0 to 18446744073709551615"},
    {"run loss --interval 0s", "--interval \"0s\": expected more than 0s"},
    {"run loss --interval 5",
     "--interval \"5\": expected a time in s, ms, us, ns or ps, such as 2ms"},
    {"run loss --series /nonexistent/x.csv",
     "--series /nonexistent/x.csv: No such file or directory"},
    {"run loss --pcap /nonexistent/x/run",
     "--pcap \"/nonexistent/x/run\": expected a folder that files can be written to, but "
     "\"/nonexistent/x\" is not: No such file or directory"},
    {"run loss --pcap /etc/passwd/run",
     "--pcap \"/etc/passwd/run\": expected a folder that files can be written to, but "
     "\"/etc/passwd\" is not: not a folder"},
};

static void
test_worker_bad_input_is_refused_with_one_line(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
        struct outcome outcome = sim(refusals[i][0]);
        char expected[600];

        snprintf(expected, sizeof expected, "flue-sim: %s\n", refusals[i][1]);
        assert_string_equal(outcome.err, expected);
        assert_int_equal(outcome.status, WORKER_REFUSED);
        assert_string_equal(outcome.out, "");
        outcome_free(&outcome);
    }
    assert_int_equal(fake_sim.created, 0);
}

static void
test_worker_unknown_profile_names_the_known_ones(void **state)
{
    struct outcome outcome = sim("run loss --profile idael");

    (void)state;
    assert_int_equal(outcome.status, WORKER_REFUSED);
    assert_non_null(strstr(outcome.err, "\"idael\" is not a value of --profile, nor a file "
                                        "(name.cfg, or a path): expected ideal"));
    outcome_free(&outcome);
}

/* The options of a run are not those of a check. */
static void
test_worker_check_with_seed_is_refused(void **state)
{
    struct outcome outcome = sim("check loss --seed 3");

    (void)state;
    assert_int_equal(outcome.status, WORKER_REFUSED);
    assert_non_null(strstr(outcome.err, "\"seed\" is not a parameter of scenario \"loss\""));
    outcome_free(&outcome);
}

/* ---- Answers -----------------------------------------------------------------------------------
 */

static void
test_worker_describe_tells_every_table(void **state)
{
    json_t *json = sim_json("--describe");
    const json_t *scenario = json_array_get(json_object_get(json, "scenarios"), 0);
    const json_t *stack = json_array_get(json_object_get(scenario, "parameters"), 0);
    const json_t *rate = json_array_get(json_object_get(scenario, "parameters"), 3);
    const json_t *goodput = json_array_get(json_object_get(scenario, "metrics"), 0);

    (void)state;
    assert_int_equal(json_integer_value(json_object_get(json, "schema")), 1);
    assert_string_equal(
        json_string_value(json_object_get(json_object_get(json, "versions"), "ns3")), "ns-3.fake");
    assert_string_equal(json_string_value(json_object_get(
                            json_array_get(json_object_get(json, "profiles"), 0), "name")),
                        "ideal");
    assert_string_equal(json_string_value(json_object_get(scenario, "name")), "loss");
    assert_string_equal(json_string_value(json_object_get(stack, "type")), "choice");
    assert_string_equal(json_string_value(json_array_get(json_object_get(stack, "choices"), 2)),
                        "offload");
    assert_true(json_is_null(json_object_get(stack, "minimum")));
    assert_string_equal(json_string_value(json_object_get(rate, "name")), "rate");
    assert_string_equal(json_string_value(json_object_get(rate, "type")), "rate");
    assert_string_equal(json_string_value(json_object_get(rate, "default")), "1Gbps");
    assert_string_equal(json_string_value(json_object_get(rate, "maximum")), "400Gbps");
    assert_true(json_is_null(json_object_get(rate, "choices")));
    assert_string_equal(json_string_value(json_object_get(goodput, "name")), "goodput_bps");
    assert_true(json_is_false(json_object_get(goodput, "lower_is_better")));
    json_decref(json);
}

static void
test_worker_check_prints_effective_parameters(void **state)
{
    json_t *json = sim_json("check loss --delay 0.5ms --loss=1e-3 --rate 1000Mbps --io 1MiB");

    (void)state;
    assert_true(number_of(json, "parameters", "delay") == 0.0005);
    assert_string_equal(text_of(json, "parameters", "delay", "text"), "500us");
    assert_string_equal(text_of(json, "parameters", "delay", "unit"), "s");
    assert_string_equal(text_of(json, "parameters", "loss", "text"), "0.001");
    assert_true(number_of(json, "parameters", "rate") == 1e9);
    assert_string_equal(text_of(json, "parameters", "rate", "text"), "1Gbps");
    assert_true(number_of(json, "parameters", "io") == 1048576);
    assert_true(number_of(json, "parameters", "connections") == 4);
    assert_string_equal(text_of(json, "parameters", "stack", "text"), "offload");
    assert_true(json_is_null(
        json_object_get(json_object_get(json_object_get(json, "parameters"), "stack"), "value")));
    assert_int_equal(fake_sim.created, 0);
    json_decref(json);
}

static void
test_worker_help_and_version_are_printed(void **state)
{
    static const char *const cases[][2] = {
        {"--help", "usage: flue-sim run SCENARIO"},
        {"help", "usage: flue-sim run SCENARIO"},
        {"--help loss", "--receive-buffer VALUE"},
        {"run loss --help", "bulk connections\n      1 to 1000; default 4"},
        {"--version", "ns-3.fake"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct outcome outcome = sim(cases[i][0]);

        assert_int_equal(outcome.status, WORKER_DONE);
        assert_non_null(strstr(outcome.out, cases[i][1]));
        assert_string_equal(outcome.err, "");
        outcome_free(&outcome);
    }
}

/* ---- Runs --------------------------------------------------------------------------------------
 */

static void
test_worker_run_reports_what_the_simulator_counted(void **state)
{
    json_t *json = sim_json("run loss --connections 2 --loss 0.25 --warmup 100ms --duration 1s "
                            "--seed 5 --run 7");

    (void)state;
    /* Flow 0 moves 1012 bytes in a millisecond, flow 1 moves 1112. */
    assert_true(number_of(json, "metrics", "goodput_bps") == 8.0 * 1000 * (1012 + 1112));
    assert_near(number_of(json, "metrics", "fairness"),
                2124.0 * 2124.0 / (2.0 * (1012.0 * 1012.0 + 1112.0 * 1112.0)), 1e-12);
    /* The client's cores are busy for half of the time of one, the server's for all of it; both
     * have two. */
    assert_near(number_of(json, "metrics", "sender_cpu_utilisation"), 0.25, 1e-12);
    assert_near(number_of(json, "metrics", "receiver_cpu_utilisation"), 0.5, 1e-12);
    assert_near(number_of(json, "metrics", "loss_observed_ratio"), 0.25, 1e-3);
    assert_true(number_of(json, "metrics", "retransmitted_segments") == 1000);
    assert_true(number_of(json, "metrics", "timeouts") == 10);
    assert_true(number_of(json, "metrics", "offloaded_connections") == 2);
    assert_true(number_of(json, "metrics", "failed_connections") == 0);
    assert_near(number_of(json, "metrics", "events_per_frame"), 2.5, 1e-12);
    assert_int_equal(json_integer_value(json_object_get(json, "seed")), 5);
    assert_int_equal(json_integer_value(json_object_get(json, "run")), 7);
    /* Two milliseconds until both flows were open. */
    assert_true(json_number_value(json_object_get(json, "simulated_s")) == 1.102);
    assert_int_equal(json_integer_value(json_object_get(json, "events")), 250 * 1102);
    assert_int_equal(fake_sim.destroyed, 1);
    json_decref(json);
}

static void
test_worker_run_parameters_reach_the_simulator(void **state)
{
    json_t *json =
        sim_json("run loss --stack host --connections 3 --rate 10Gbps --delay 3us "
                 "--loss 0.01 --mtu 9000 --io 4KiB --send-buffer 1MiB "
                 "--receive-buffer 2MiB --min-rto 10ms --delayed-ack 20ms --pcap /tmp/p");

    (void)state;
    assert_int_equal(fake_sim.kind, FLUE_SIM_STACK_HOST);
    assert_int_equal(fake_sim.stacks, 2);
    assert_int_equal(fake_sim.flows, 3);
    assert_int_equal(fake_sim.link.rate_bps, 10000000000);
    assert_int_equal(fake_sim.link.delay, 3 * FLUE_MICROSECOND);
    assert_int_equal(fake_sim.link.mtu_bytes, 9000);
    assert_int_equal(fake_sim.stack.mss_bytes, 8948);
    assert_int_equal(fake_sim.stack.send_buffer_bytes, 1 << 20);
    assert_int_equal(fake_sim.stack.receive_buffer_bytes, 2 << 20);
    assert_int_equal(fake_sim.stack.min_rto, 10 * FLUE_MILLISECOND);
    assert_int_equal(fake_sim.stack.delayed_ack, 20 * FLUE_MILLISECOND);
    assert_int_equal(fake_sim.bulk.io_bytes, 4096);
    assert_string_equal(fake_sim.pcap, "/tmp/p");
    assert_true(fake_sim.loss == 0.01);
    /* Loss hits the data, and only once every connection is open. */
    assert_int_equal(fake_sim.loss_end, 1);
    assert_int_equal(fake_sim.loss_since, 3 * FLUE_MILLISECOND);
    assert_true(number_of(json, "metrics", "offloaded_connections") == 0);
    json_decref(json);
}

static void
test_worker_run_same_seed_is_identical_and_another_is_not(void **state)
{
    struct outcome first = sim("run loss --seed 3 --run 2");
    struct outcome again = sim("run loss --RngSeed=3 --RngRun=2");
    struct outcome other = sim("run loss --seed 3 --run 3");

    (void)state;
    assert_string_equal(first.out, again.out);
    assert_string_not_equal(first.out, other.out);
    outcome_free(&first);
    outcome_free(&again);
    outcome_free(&other);
}

static void
test_worker_run_without_cores_is_null_with_a_note(void **state)
{
    fake_sim.silent_cores = 1;
    json_t *json = sim_json("run loss");
    const json_t *metric =
        json_object_get(json_object_get(json, "metrics"), "sender_cpu_utilisation");

    (void)state;
    assert_true(json_is_null(json_object_get(metric, "value")));
    assert_string_equal(json_string_value(json_object_get(metric, "note")),
                        "the machine has no cores that work is charged to");
    json_decref(json);
}

static void
assert_run_fails(const char *expected)
{
    struct outcome outcome = sim("run loss --pcap /tmp/p");

    assert_int_equal(outcome.status, WORKER_FAILED);
    assert_string_equal(outcome.err, expected);
    assert_string_equal(outcome.out, "");
    outcome_free(&outcome);
}

static void
test_worker_run_every_failing_call_fails_it(void **state)
{
    static const char *const calls[] = {
        "flue_sim_node",      "flue_sim_link",          "flue_sim_stack", "flue_sim_link_address",
        "flue_sim_bulk",      "flue_sim_routes",        "flue_sim_run",   "flue_sim_link_loss",
        "flue_sim_link_pcap", "flue_sim_stack_kind_of",
    };

    (void)state;
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
        fake_sim_reset();
        fake_sim.fails = calls[i];
        assert_run_fails("flue-sim: the run failed: the fake was told to fail\n");
        assert_int_equal(fake_sim.destroyed, 1);
    }
    fake_sim_reset();
    fake_sim.fails = "flue_sim_create";
    assert_run_fails(
        "flue-sim: the simulator did not start: an argument is outside what the function "
        "accepts\n");
    fake_sim_reset();
    fake_sim.never_connects = true;
    assert_run_fails("flue-sim: the run failed: a connection did not open within 60 s\n");
}

/* A heading, and a row for every interval; the last one is what is left of the time. */
static void
test_worker_series_has_a_row_an_interval(void **state)
{
    char path[] = "/tmp/flue-series-XXXXXX", line[8192];
    static const double times[] = {0.01, 0.02, 0.03, 0.035};
    int file = mkstemp(path);
    FILE *series;

    (void)state;
    assert_true(file >= 0);
    snprintf(line, sizeof line, "run loss --duration 35ms --interval 10ms --series %s", path);
    json_decref(sim_json(line));
    series = fdopen(file, "r");
    assert_non_null(fgets(line, sizeof line, series));
    assert_memory_equal(line, "time_s,goodput_bps,", strlen("time_s,goodput_bps,"));
    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
        assert_non_null(fgets(line, sizeof line, series));
        assert_near(strtod(line, NULL), times[i], 1e-9);
    }
    assert_null(fgets(line, sizeof line, series));
    fclose(series);
    remove(path);
}

static void
test_worker_full_disk_is_a_failure(void **state)
{
    char *words[] = {"flue-sim", "--describe", NULL};
    char *err_text;
    size_t err_size;
    FILE *full = fopen("/dev/full", "w");
    FILE *err = open_memstream(&err_text, &err_size);

    (void)state;
    assert_non_null(full);
    assert_int_equal(worker_main(2, words, full, err), WORKER_FAILED);
    fclose(full);
    fclose(err);
    assert_string_equal(err_text, "flue-sim: the result could not be written\n");
    free(err_text);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_worker_bad_input_is_refused_with_one_line, setup),
        cmocka_unit_test_setup(test_worker_unknown_profile_names_the_known_ones, setup),
        cmocka_unit_test_setup(test_worker_check_with_seed_is_refused, setup),
        cmocka_unit_test_setup(test_worker_describe_tells_every_table, setup),
        cmocka_unit_test_setup(test_worker_check_prints_effective_parameters, setup),
        cmocka_unit_test_setup(test_worker_help_and_version_are_printed, setup),
        cmocka_unit_test_setup(test_worker_run_reports_what_the_simulator_counted, setup),
        cmocka_unit_test_setup(test_worker_run_parameters_reach_the_simulator, setup),
        cmocka_unit_test_setup(test_worker_run_same_seed_is_identical_and_another_is_not, setup),
        cmocka_unit_test_setup(test_worker_run_without_cores_is_null_with_a_note, setup),
        cmocka_unit_test_setup(test_worker_run_every_failing_call_fails_it, setup),
        cmocka_unit_test_setup(test_worker_series_has_a_row_an_interval, setup),
        cmocka_unit_test_setup(test_worker_full_disk_is_a_failure, setup),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
