/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * flue live: the simulated host on a TAP device of this machine. flue-sim does it, in the place of
 * this program; here is what people are told about it.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "commands.h"
#include "options.h"
#include "simulator.h"

enum {
    KEY_TAP = OPTIONS_KEY,
    KEY_NETWORK,
    KEY_NETWORK6,
    KEY_SINK,
    KEY_SAVE,
    KEY_ECHO,
    KEY_SOURCE,
    KEY_FILE,
    KEY_POLICY,
    KEY_MOVE_EVERY,
    KEY_LOSS,
    KEY_REORDER,
    KEY_REORDER_DELAY,
    KEY_DUPLICATE,
    KEY_RATE,
    KEY_DELAY,
    KEY_KEEPALIVE,
    KEY_FOR,
    KEY_SEED,
    KEY_PCAP
};

static const struct argp_option live_options[] = {
    {NULL, 0, NULL, 0, "The device:", 1},
    {"tap", KEY_TAP, "NAME", 0, "the TAP device, which is made and goes away again (flue0)", 0},
    {"network", KEY_NETWORK, "NET", 0,
     "the IPv4 network on it: the kernel gets its first address, the simulated host its second "
     "(10.76.0.0/24)",
     0},
    {"network6", KEY_NETWORK6, "NET", 0,
     "the IPv6 network on it, divided alike; both families are served (fd10:76::/64)", 0},
    {NULL, 0, NULL, 0, "What the simulated host serves:", 2},
    {"sink", KEY_SINK, "PORT", 0, "takes everything (5001)", 0},
    {"save", KEY_SAVE, "FOLDER", 0, "the sink writes each connection's bytes to FOLDER/1, 2, ...",
     0},
    {"echo", KEY_ECHO, "PORT", 0, "sends everything back (5002)", 0},
    {"source", KEY_SOURCE, "PORT", 0, "sends the file of --file (5003)", 0},
    {"file", KEY_FILE, "FILE", 0, "what the source sends; without it there is no source", 0},
    {NULL, 0, NULL, 0, "Where connections live:", 3},
    {"policy", KEY_POLICY, "NAME", 0,
     "when a connection moves to the NIC by itself: never, always, automatic, bytes, lifetime, "
     "priority or adaptive (always)",
     0},
    {"move-every", KEY_MOVE_EVERY, "TIME", 0,
     "every connection changes between NIC and host so often, whatever the policy; 0s: never (0s)",
     0},
    {NULL, 0, NULL, 0, "The simulated link, both ways alike:", 4},
    {"rate", KEY_RATE, "RATE", 0, "bits a second (1Gbps)", 0},
    {"delay", KEY_DELAY, "TIME", 0, "time from end to end (0s)", 0},
    {"loss", KEY_LOSS, "P", 0, "probability that a frame is lost (0)", 0},
    {"duplicate", KEY_DUPLICATE, "P", 0, "probability that it arrives twice (0)", 0},
    {"reorder", KEY_REORDER, "P", 0, "probability that it is held back, and others overtake it (0)",
     0},
    {"reorder-delay", KEY_REORDER_DELAY, "TIME", 0, "how long it is held back (1ms)", 0},
    {NULL, 0, NULL, 0, "The rest:", 5},
    {"keepalive", KEY_KEEPALIVE, "TIME", 0,
     "the host asks a silent peer whether it is there, and asks again, each after TIME; 0s: never "
     "(0s)",
     0},
    {"for", KEY_FOR, "TIME", 0, "end after TIME (when interrupted)", 0},
    {"seed", KEY_SEED, "N", 0, "of the random numbers (1)", 0},
    {"pcap", KEY_PCAP, "PREFIX", 0, "write what crosses the link to PREFIX-0-0.pcap", 0},
    {0},
};

struct live_input {
    char **words; /* flue-sim's: --name, value, ..., NULL */
    size_t count;
};

static const char *
name_of(int key)
{
    for (const struct argp_option *o = live_options; o->name != NULL || o->doc != NULL; o++)
        if (o->name != NULL && o->key == key)
            return o->name;
    return NULL;
}

static error_t
parse_live(int key, char *argument, struct argp_state *state)
{
    struct live_input *input = state->input;
    const char *name = name_of(key);

    if (key == ARGP_KEY_ARG) {
        argp_failure(state, EXIT_BAD_INPUT, 0, "%s: expected no words but options", argument);
        return 0;
    }
    if (name == NULL)
        return ARGP_ERR_UNKNOWN;
    input->words = must_realloc(input->words, input->count + 3, sizeof *input->words);
    input->words[input->count++] = must_printf("--%s", name);
    input->words[input->count++] = argument;
    input->words[input->count] = NULL;
    return 0;
}

const struct argp live_argp = {
    .options = live_options,
    .parser = parse_live,
    .doc = "Joins the simulated host with its offload NIC, in real time, to a TAP device, so that "
           "this machine's own kernel talks to offloaded connections. Needs root. Prints a line "
           "a second and one for each connection, until it is interrupted. Exit status: 0 ended, "
           "1 a file failed or the contract was broken, 2 refused.\v"
           "Examples:\n"
           "  flue live\n"
           "  curl -N telnet://10.76.0.2:5002      (in another terminal: the echo)\n"
           "  curl -N 'telnet://[fd10:76::2]:5002' (the same over IPv6)\n"
           "  flue live --move-every 50ms --loss 0.01 --save /tmp\n"
           "  flue live --file book.txt\n"
           "  curl --http0.9 10.76.0.2:5003        (in another terminal: the file)",
};

int
command_live(int argc, char **argv)
{
    struct live_input input = {must_alloc(1, sizeof(char *)), 0};
    struct problem problem;
    char *path = NULL;
    char **words;

    if (!options_parse(&live_argp, "flue live", argc, argv, &input, &problem) ||
        !simulator_find(&path, &problem))
        return problem_report(&problem);
    words = must_alloc(input.count + 3, sizeof *words);
    words[0] = must_strdup("flue"); /* what its errors begin with */
    words[1] = must_strdup("live");
    memcpy(words + 2, input.words, input.count * sizeof *words);
    execv(path, words);
    problem_set(&problem, EXIT_RUNS_FAILED, "%s: %s", path, strerror(errno));
    return problem_report(&problem);
}
