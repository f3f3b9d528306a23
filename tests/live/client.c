/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * live-client HOST CHECK [WORD...]: the kernel's side of the tests of `flue live`. One check a
 * call, over the machine's own TCP; what fails is told on stderr, and the status is 1.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <linux/tcp.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { SINK = 5001, ECHO = 5002, SOURCE = 5003, NOBODY = 5004, CHUNK = 65536, PATIENCE_MS = 60000 };

/* The simulated host. */
static struct in_addr host;
static struct in6_addr host6;
static bool is_ipv6;

static _Noreturn void
fail(const char *what)
{
    fprintf(stderr, "live-client: %s (%s)\n", what, strerror(errno));
    exit(1);
}

static void
check(bool holds, const char *what)
{
    if (!holds)
        fail(what);
}

static double
seconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static int
try_connect(uint16_t port)
{
    struct sockaddr_in inet = {AF_INET, htons(port), host, {0}};
    struct sockaddr_in6 inet6 = {AF_INET6, htons(port), 0, host6, 0};
    int s = socket(is_ipv6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    check(s >= 0, "socket");
    if (is_ipv6 ? connect(s, (struct sockaddr *)&inet6, sizeof inet6) == 0
                : connect(s, (struct sockaddr *)&inet, sizeof inet) == 0)
        return s;
    close(s);
    return -1;
}

static int
open_connection(uint16_t port)
{
    int s = try_connect(port);

    check(s >= 0, "connect");
    return s;
}

static struct tcp_info
info_of(int s)
{
    struct tcp_info info;
    socklen_t size = sizeof info;

    memset(&info, 0, sizeof info);
    check(getsockopt(s, IPPROTO_TCP, TCP_INFO, &info, &size) == 0, "TCP_INFO");
    return info;
}

static int
number_of(int s, unsigned long request)
{
    int number = -1;

    check(ioctl(s, request, &number) == 0, "ioctl");
    return number;
}

static void
set_number(int s, int level, int option, int value)
{
    check(setsockopt(s, level, option, &value, sizeof value) == 0, "setsockopt");
}

static void
send_all(int s, const void *bytes, size_t length)
{
    const char *at = bytes;

    while (length > 0) {
        ssize_t sent = send(s, at, length, MSG_NOSIGNAL);

        check(sent > 0, "send");
        at += sent;
        length -= (size_t)sent;
    }
}

/* The other side has closed its direction, and sends nothing before. */
static void
expect_end(int s)
{
    char byte;

    check(recv(s, &byte, 1, 0) == 0, "expected the end");
}

/* ---- Files -------------------------------------------------------------------------------------
 */

static void
upload(const char *path)
{
    static char bytes[CHUNK];
    int s = open_connection(SINK);
    int file = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t got;

    check(file >= 0, path);
    while ((got = read(file, bytes, sizeof bytes)) > 0)
        send_all(s, bytes, (size_t)got);
    check(shutdown(s, SHUT_WR) == 0, "shutdown");
    expect_end(s);
}

static void
receive_to_end(int s, const char *path)
{
    static char bytes[CHUNK];
    int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    ssize_t got;

    check(file >= 0, path);
    while ((got = recv(s, bytes, sizeof bytes, 0)) > 0)
        check(write(file, bytes, (size_t)got) == got, "write");
    check(got == 0, "recv");
}

/* The source closes first; what is sent to it afterwards arrives, and then this side closes. */
static void
download(const char *path, const char *late)
{
    int s = open_connection(SOURCE);

    receive_to_end(s, path);
    for (long left = atol(late); left > 0; left -= 1000) {
        char bytes[1000] = {0};

        send_all(s, bytes, left < 1000 ? (size_t)left : sizeof bytes);
    }
    check(shutdown(s, SHUT_WR) == 0, "shutdown");
    close(s);
}

/* ---- The echo ----------------------------------------------------------------------------------
 */

/* Byte `at` of what is sent: a pattern that no shift of it equals soon. */
static unsigned char
pattern(uint64_t at)
{
    return (unsigned char)(at * 31 + (at >> 8) * 7 + (at >> 16));
}

struct exchange {
    int s;
    uint64_t length, sent, received;
};

static void
exchange_send(struct exchange *x)
{
    unsigned char bytes[CHUNK];
    size_t size = x->length - x->sent < CHUNK ? (size_t)(x->length - x->sent) : CHUNK;
    ssize_t sent;

    for (size_t i = 0; i < size; i++)
        bytes[i] = pattern(x->sent + i);
    sent = send(x->s, bytes, size, MSG_NOSIGNAL | MSG_DONTWAIT);
    check(sent > 0 || errno == EAGAIN, "send");
    x->sent += sent > 0 ? (uint64_t)sent : 0;
}

static void
exchange_receive(struct exchange *x)
{
    unsigned char bytes[CHUNK];
    ssize_t got = recv(x->s, bytes, sizeof bytes, MSG_DONTWAIT);

    check(got > 0 || (got < 0 && errno == EAGAIN), "the echo ended early");
    for (ssize_t i = 0; i < got; i++)
        check(bytes[i] == pattern(x->received + (uint64_t)i), "a wrong byte came back");
    x->received += got > 0 ? (uint64_t)got : 0;
}

/* Sends what is left to send, and takes all of it back. */
static void
exchange_finish(struct exchange *x)
{
    while (x->received < x->length) {
        struct pollfd waiting = {.fd = x->s, .events = POLLIN};

        if (x->sent < x->length)
            waiting.events |= POLLOUT;
        check(poll(&waiting, 1, PATIENCE_MS) == 1, "the echo does not go on");
        if (waiting.revents & POLLOUT)
            exchange_send(x);
        if (waiting.revents & (POLLIN | POLLERR | POLLHUP))
            exchange_receive(x);
    }
}

static struct exchange
exchange_open(uint64_t length)
{
    struct exchange x = {open_connection(ECHO), length, 0, 0};

    return x;
}

/* This side closes first, with bytes still on their way back, and gets them all. */
static void
echo(const char *length)
{
    struct exchange x = exchange_open(strtoull(length, NULL, 10));

    while (x.sent < x.length) {
        struct pollfd waiting = {.fd = x.s, .events = POLLIN | POLLOUT};

        check(poll(&waiting, 1, PATIENCE_MS) == 1, "the echo does not go on");
        if (waiting.revents & POLLOUT)
            exchange_send(&x);
        if (waiting.revents & POLLIN)
            exchange_receive(&x);
    }
    check(shutdown(x.s, SHUT_WR) == 0, "shutdown");
    exchange_finish(&x);
    expect_end(x.s);
}

/* Sends without reading until both sides' windows are shut, waits, and then reads everything. */
static void
zero_window(const char *length)
{
    struct exchange x = exchange_open(strtoull(length, NULL, 10));
    double shut_at = 0;

    /* Buffers that do not grow: the kernel's may have room for all of it. */
    set_number(x.s, SOL_SOCKET, SO_RCVBUF, 100000);
    set_number(x.s, SOL_SOCKET, SO_SNDBUF, 100000);
    while (shut_at == 0 || seconds() - shut_at < 3) {
        struct pollfd waiting = {.fd = x.s, .events = POLLOUT};

        check(x.sent < x.length, "everything was taken: no window has shut");
        if (poll(&waiting, 1, 500) == 1) {
            exchange_send(&x);
            shut_at = 0;
        } else if (shut_at == 0) {
            shut_at = seconds();
        }
    }
    /* Nothing is on its way, and yet bytes wait: it is the other side's window that keeps them. */
    check(number_of(x.s, SIOCOUTQNSD) > 0, "expected bytes that may not be sent");
    check(number_of(x.s, SIOCOUTQ) == number_of(x.s, SIOCOUTQNSD), "expected nothing in flight");
    exchange_finish(&x);
    close(x.s);
}

/* SYN options as the kernel wants them, and data with them. */
static void
options(const char *wanted)
{
    struct exchange x = exchange_open(1 << 20);
    struct tcp_info info = info_of(x.s);
    int got = info.tcpi_options & (TCPI_OPT_TIMESTAMPS | TCPI_OPT_SACK | TCPI_OPT_WSCALE);

    if (got != atoi(wanted)) {
        fprintf(stderr, "live-client: options %d were agreed to, wanted %s\n", got, wanted);
        exit(1);
    }
    check(info.tcpi_snd_mss == 1500U - (is_ipv6 ? 60 : 40) - (got & TCPI_OPT_TIMESTAMPS ? 12 : 0),
          "expected full segments");
    exchange_finish(&x);
    close(x.s);
}

/* ---- Ends, and silence -------------------------------------------------------------------------
 */

static void
refused(void)
{
    check(try_connect(NOBODY) < 0 && errno == ECONNREFUSED, "expected a refusal");
}

static void
reset(void)
{
    struct exchange x = exchange_open(1000);
    struct linger at_once = {1, 0};

    exchange_finish(&x);
    check(setsockopt(x.s, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once) == 0, "SO_LINGER");
    close(x.s);
}

/* A line on stdin comes when the other side has forgotten the connection: it says so. */
static void
forgotten(void)
{
    struct exchange x = exchange_open(1000);
    char line[8];

    exchange_finish(&x);
    puts("open");
    fflush(stdout);
    check(fgets(line, sizeof line, stdin) != NULL, "expected a line");
    send_all(x.s, "x", 1);
    check(recv(x.s, line, 1, 0) < 0 && errno == ECONNRESET, "expected a reset");
}

/* The kernel's own probes are answered, and keep the connection. */
static void
keepalive(void)
{
    struct exchange x = exchange_open(1000);

    set_number(x.s, IPPROTO_TCP, TCP_KEEPIDLE, 1);
    set_number(x.s, IPPROTO_TCP, TCP_KEEPINTVL, 1);
    set_number(x.s, IPPROTO_TCP, TCP_KEEPCNT, 2);
    set_number(x.s, SOL_SOCKET, SO_KEEPALIVE, 1);
    exchange_finish(&x);
    poll(NULL, 0, 4500);
    check(info_of(x.s).tcpi_last_ack_recv < 2000, "expected answers to the kernel's probes");
    x.length += 1000;
    exchange_finish(&x);
    close(x.s);
}

/* The other side's probes come, are answered by the kernel, and keep the connection. */
static void
probed(void)
{
    struct exchange x = exchange_open(1000);
    uint32_t before;

    exchange_finish(&x);
    poll(NULL, 0, 200); /* the last acknowledgements */
    before = info_of(x.s).tcpi_segs_in;
    poll(NULL, 0, 3000);
    check(info_of(x.s).tcpi_segs_in - before >= 8, "expected probes of the simulated host");
    x.length += 1000;
    exchange_finish(&x);
    close(x.s);
}

/* Answers never wait for the host's questions whether the kernel is there: its first comes five
 * seconds after the first segment to a neighbour. */
static void
steady(void)
{
    struct exchange x = exchange_open(0);
    double end = seconds() + 6.5;

    while (seconds() < end) {
        double asked = seconds();

        x.length += 100;
        exchange_finish(&x);
        check(seconds() - asked < 2, "expected an answer soon");
        poll(NULL, 0, 200);
    }
    close(x.s);
}

/* The kernel falls silent in the middle of a connection. */
static void
silent(const char *device)
{
    struct exchange x = exchange_open(1000);
    struct ifreq request = {0};

    exchange_finish(&x);
    snprintf(request.ifr_name, sizeof request.ifr_name, "%s", device);
    check(ioctl(x.s, SIOCGIFFLAGS, &request) == 0, "SIOCGIFFLAGS");
    request.ifr_flags = (short)(request.ifr_flags & ~IFF_UP);
    check(ioctl(x.s, SIOCSIFFLAGS, &request) == 0, "SIOCSIFFLAGS");
}

int
main(int argc, char **argv)
{
    const char *address = argc > 1 ? argv[1] : "";
    const char *what = argc > 2 ? argv[2] : "";
    const char *word = argc > 3 ? argv[3] : "";

    is_ipv6 = strchr(address, ':') != NULL;
    check(inet_pton(is_ipv6 ? AF_INET6 : AF_INET, address,
                    is_ipv6 ? (void *)&host6 : (void *)&host) == 1,
          "expected the host's address");
    errno = 0;
    if (strcmp(what, "upload") == 0)
        upload(word);
    else if (strcmp(what, "download") == 0)
        download(word, argc > 4 ? argv[4] : "0");
    else if (strcmp(what, "echo") == 0)
        echo(word);
    else if (strcmp(what, "zero-window") == 0)
        zero_window(word);
    else if (strcmp(what, "options") == 0)
        options(word);
    else if (strcmp(what, "refused") == 0)
        refused();
    else if (strcmp(what, "reset") == 0)
        reset();
    else if (strcmp(what, "forgotten") == 0)
        forgotten();
    else if (strcmp(what, "keepalive") == 0)
        keepalive();
    else if (strcmp(what, "steady") == 0)
        steady();
    else if (strcmp(what, "probed") == 0)
        probed();
    else if (strcmp(what, "silent") == 0)
        silent(word);
    else
        fail("unknown check");
    return 0;
}
