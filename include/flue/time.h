/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Time as the model sees it: unsigned picoseconds since the start of a run.
 *
 * 64 bits of picoseconds last 213 days and are exact at 400 Gb/s. The model reads no clock: every
 * call carries `now`, and `now` never goes backwards on one object.
 */
#ifndef FLUE_TIME_H
#define FLUE_TIME_H

#include <stdint.h>

typedef uint64_t flue_time;

#define FLUE_TIME_NEVER UINT64_MAX /* a deadline that does not come */
#define FLUE_PICOSECOND ((flue_time)1)
#define FLUE_NANOSECOND ((flue_time)1000)
#define FLUE_MICROSECOND ((flue_time)1000000)
#define FLUE_MILLISECOND ((flue_time)1000000000)
#define FLUE_SECOND ((flue_time)1000000000000)

#endif
