/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A plan against the store. See stock.h.
 */
#include "stock.h"

#include <stdlib.h>
#include <string.h>

#include "precision.h"

size_t
stock_point_missing(const struct stock *stock, const struct plan *plan, size_t point)
{
    size_t count = 0;

    for (size_t i = 0; i < plan->wanted[point]; i++)
        count += stock->is_missing[point * plan->step + i];
    return count;
}

size_t
stock_missing(const struct stock *stock, const struct plan *plan)
{
    size_t count = 0;

    for (size_t point = 0; point < plan->point_count; point++)
        count += stock_point_missing(stock, plan, point);
    return count;
}

bool
stock_grow(const struct stock *stock, struct plan *plan, size_t point)
{
    size_t wanted = plan->wanted[point];

    if (wanted == 0 || stock_point_missing(stock, plan, point) > 0)
        return false;
    plan->wanted[point] = precision_next(plan->study, stock->values + point * plan->step, wanted);
    return plan->wanted[point] > wanted;
}

static void
add_costs(const struct stock *stock, const struct plan *plan, const double *walls)
{
    for (size_t point = 0; point < plan->point_count; point++) {
        double sum_s = 0;
        size_t count = 0;

        for (size_t i = point * plan->step; i < (point + 1) * plan->step; i++) {
            if (stock->is_missing[i])
                continue;
            sum_s += walls[i];
            count++;
        }
        stock->costs[point] = count == 0 ? 0 : sum_s / (double)count;
    }
}

bool
stock_create(struct stock *stock, const struct store *store, struct plan *plan,
             struct problem *problem)
{
    enum run_state *states = must_alloc(plan->run_count, sizeof *states);
    double *walls = must_alloc(plan->run_count, sizeof *walls);
    bool is_good;

    stock->costs = must_alloc(plan->point_count, sizeof *stock->costs);
    stock->is_missing = must_alloc(plan->run_count, sizeof *stock->is_missing);
    stock->values = must_alloc(plan->run_count, sizeof *stock->values);
    is_good = store == NULL || store_states(store, plan, states, stock->values, walls, problem);
    for (size_t i = 0; i < plan->run_count; i++)
        stock->is_missing[i] = states[i] != RUN_DONE;
    add_costs(stock, plan, walls);
    for (size_t point = 0; point < plan->point_count && is_good; point++)
        while (stock_grow(stock, plan, point)) {
        }
    free(walls);
    free(states);
    return is_good;
}

void
stock_fini(struct stock *stock)
{
    free(stock->is_missing);
    free(stock->values);
    free(stock->costs);
    memset(stock, 0, sizeof *stock);
}
