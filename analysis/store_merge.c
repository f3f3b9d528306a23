/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * One results database into another. Runs are what they are called, so taking them over is safe
 * however often it is done and in whatever order. See store.h.
 */
#include <stdlib.h>
#include <string.h>

#include "store.h"

/* Theirs rank below those that are there. */
static bool
merge_studies(struct store *store, struct problem *problem)
{
    return store_execute(
        store,
        "INSERT INTO main.study (name, hash, path, text, scenario, origin, command, created,"
        " answer, used) SELECT name, hash, path, text, scenario, origin, command, created, answer,"
        " used - 1 -"
        " (SELECT max(used) FROM other.study) + (SELECT coalesce(min(used), 1) FROM"
        " main.study) FROM other.study WHERE hash NOT IN (SELECT hash FROM main.study)",
        problem);
}

static bool
merge_plans(struct store *store, struct problem *problem)
{
    return store_execute(
        store,
        "INSERT OR IGNORE INTO main.varied (study, name, number, value, text, unit)"
        " SELECT mine.id, varied.name, number, value, varied.text, unit"
        " FROM other.varied JOIN other.study AS theirs ON theirs.id = varied.study"
        " JOIN main.study AS mine ON mine.hash = theirs.hash;"
        "INSERT OR IGNORE INTO main.plan (study, point, replication, run)"
        " SELECT mine.id, point, replication, run FROM other.plan"
        " JOIN other.study AS theirs ON theirs.id = plan.study"
        " JOIN main.study AS mine ON mine.hash = theirs.hash;",
        problem);
}

/* Which runs to take: a table of its own, as six others are filled by it. */
static bool
choose_runs(struct store *store, const char *hash, long long part, long long parts,
            struct problem *problem)
{
    return store_execute(store,
                         "DROP TABLE IF EXISTS temp.fresh; CREATE TEMP TABLE fresh (id TEXT PRIMARY"
                         " KEY);",
                         problem) &&
           store_change(store, problem,
                        "INSERT INTO temp.fresh SELECT id FROM other.run AS r WHERE"
                        " NOT EXISTS (SELECT 1 FROM main.run AS m WHERE m.id = r.id AND"
                        " (m.state = 'done' OR r.state = 'failed')) AND (?1 = 0 OR id IN"
                        " (SELECT run FROM other.plan WHERE point % ?1 = ?2 AND study IN"
                        " (SELECT id FROM other.study WHERE hash = ?3)))",
                        "iis", parts, part, hash);
}

static bool
copy_runs(struct store *store, struct problem *problem)
{
    return store_execute(
        store,
        "DELETE FROM main.run WHERE id IN (SELECT id FROM temp.fresh);"
        "INSERT INTO main.run (id, canonical, study, scenario, seed, run, state, exit_status,"
        " signal, log, command, events, simulated_s, started, wall_s, memory_kib)"
        " SELECT r.id, canonical, mine.id, r.scenario, seed, run, state, exit_status, signal, log,"
        " r.command, events, simulated_s, started, wall_s, memory_kib FROM other.run AS r"
        " JOIN other.study AS theirs ON theirs.id = r.study"
        " JOIN main.study AS mine ON mine.hash = theirs.hash"
        " WHERE r.id IN (SELECT id FROM temp.fresh);"
        "INSERT INTO main.parameter SELECT * FROM other.parameter"
        " WHERE run IN (SELECT id FROM temp.fresh);"
        "INSERT INTO main.metric SELECT * FROM other.metric"
        " WHERE run IN (SELECT id FROM temp.fresh);"
        "INSERT INTO main.series SELECT * FROM other.series"
        " WHERE run IN (SELECT id FROM temp.fresh);"
        "INSERT INTO main.event SELECT * FROM other.event"
        " WHERE run IN (SELECT id FROM temp.fresh);"
        "INSERT INTO main.provenance SELECT * FROM other.provenance"
        " WHERE run IN (SELECT id FROM temp.fresh);",
        problem);
}

/* Theirs must be ours in kind and version before SQLite mixes them. */
static bool
check_other(const char *path, struct problem *problem)
{
    struct store other;

    return store_open(&other, path, STORE_READ, problem) && store_close(&other, problem);
}

bool
store_merge(struct store *store, const char *path, const char *hash, long long part,
            long long parts, struct problem *problem)
{
    bool is_good = check_other(path, problem) &&
                   store_change(store, problem, "ATTACH DATABASE ?1 AS other", "s", path);

    if (!is_good)
        return false;
    is_good = store_execute(store, "BEGIN IMMEDIATE", problem);
    if (is_good) {
        is_good = merge_studies(store, problem) && (parts > 0 || merge_plans(store, problem)) &&
                  choose_runs(store, hash, part, parts, problem) && copy_runs(store, problem);
        is_good = store_end(store, is_good, problem);
    }
    /* Fails only where the connection is past saving anyway. */
    sqlite3_exec(store->db, "DETACH DATABASE other", NULL, NULL, NULL);
    return is_good;
}
