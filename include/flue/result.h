/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What a call of this library answers.
 *
 * A function that can fail returns enum flue_result: FLUE_OK (0), or a negative code. A failing
 * call changes nothing. The completions of the chimney contract carry enum flue_status instead
 * (flue/status.h). Code, name and text come from one list, so they cannot drift apart.
 */
#ifndef FLUE_RESULT_H
#define FLUE_RESULT_H

#ifdef __cplusplus
extern "C" {
#endif

/* X(name, value, text) */
#define FLUE_RESULT_MAP(X)                                                                         \
    X(OK, 0, "success")                                                                            \
    X(ERROR_INVALID, -1, "an argument is outside what the function accepts")                       \
    X(ERROR_NO_MEMORY, -2, "the allocator returned no memory")                                     \
    X(ERROR_STATE, -3, "the connection's state does not allow this call")                          \
    X(ERROR_IN_USE, -4, "the address and port are already in use")                                 \
    X(ERROR_REFUSED, -5, "the peer refused the connection")                                        \
    X(ERROR_RESET, -6, "the peer reset the connection")                                            \
    X(ERROR_TIMED_OUT, -7, "the peer did not answer in time")                                      \
    X(ERROR_UNREACHABLE, -8, "the network reported the peer unreachable")                          \
    X(ERROR_ABORTED, -9, "this side aborted the connection")                                       \
    X(ERROR_LIMIT, -10, "a configured limit is reached")                                           \
    X(ERROR_MALFORMED, -11, "the bytes are not a packet that can be read")                         \
    X(ERROR_CHECKSUM, -12, "a checksum does not match")                                            \
    X(ERROR_NOT_FOUND, -13, "there is nothing of that name")                                       \
    X(ERROR_NOT_SUPPORTED, -14, "not supported here")                                              \
    X(ERROR_IO, -15, "reading or writing a file failed")

enum flue_result {
#define FLUE_RESULT_ENUM(name, value, text) FLUE_##name = (value),
    FLUE_RESULT_MAP(FLUE_RESULT_ENUM)
#undef FLUE_RESULT_ENUM
};

#if defined(__GNUC__)
#define FLUE_MUST_USE __attribute__((warn_unused_result))
#else
#define FLUE_MUST_USE
#endif

/* The name ("FLUE_ERROR_RESET") and the sentence of a result; never NULL. */
const char *flue_result_name(enum flue_result result);
const char *flue_result_text(enum flue_result result);

#ifdef __cplusplus
}
#endif
#endif
