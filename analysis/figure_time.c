/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>

#include "figure_layout.h"

void
figure_time(struct layout *layout, struct figure *figure)
{
    (void)layout;
    (void)figure;
    abort();
}
