/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * cmocka.h with the headers it wants before it.
 */
#ifndef CMOCKA_FIRST_H
#define CMOCKA_FIRST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#endif
