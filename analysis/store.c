/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * SQLite, every return code looked at. See store.h and schema.sql.
 */
#include "store.h"

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static const char schema_sql[] =
#include "schema.sql.inc"
    ;

enum { BUSY_TIMEOUT_MS = 10000 };

bool
store_failed(const struct store *store, struct problem *problem)
{
    return problem_set(problem, EXIT_RUNS_FAILED, "%s: %s", store->path, sqlite3_errmsg(store->db));
}

bool
store_execute(const struct store *store, const char *sql, struct problem *problem)
{
    return sqlite3_exec(store->db, sql, NULL, NULL, NULL) == SQLITE_OK ||
           store_failed(store, problem);
}

static bool
bind_all(sqlite3_stmt *statement, const char *format, va_list arguments)
{
    int code = SQLITE_OK;

    for (int i = 1; format[i - 1] != '\0' && code == SQLITE_OK; i++) {
        const char *text;
        double real;

        switch (format[i - 1]) {
        case 's':
            text = va_arg(arguments, const char *);
            code = text == NULL ? sqlite3_bind_null(statement, i)
                                : sqlite3_bind_text(statement, i, text, -1, SQLITE_TRANSIENT);
            break;
        case 'i':
            code = sqlite3_bind_int64(statement, i, va_arg(arguments, long long));
            break;
        default:
            real = va_arg(arguments, double);
            code = isnan(real) ? sqlite3_bind_null(statement, i)
                               : sqlite3_bind_double(statement, i, real);
            break;
        }
    }
    return code == SQLITE_OK;
}

static bool
prepare(const struct store *store, sqlite3_stmt **statement, struct problem *problem,
        const char *sql, const char *format, va_list arguments)
{
    if (sqlite3_prepare_v2(store->db, sql, -1, statement, NULL) == SQLITE_OK &&
        bind_all(*statement, format, arguments))
        return true;
    store_failed(store, problem);
    sqlite3_finalize(*statement);
    *statement = NULL;
    return false;
}

bool
store_prepare(const struct store *store, sqlite3_stmt **statement, struct problem *problem,
              const char *sql, const char *format, ...)
{
    va_list arguments;
    bool is_good;

    va_start(arguments, format);
    is_good = prepare(store, statement, problem, sql, format, arguments);
    va_end(arguments);
    return is_good;
}

bool
store_step(const struct store *store, sqlite3_stmt *statement, bool *has_row,
           struct problem *problem)
{
    int code = sqlite3_step(statement);

    *has_row = code == SQLITE_ROW;
    return code == SQLITE_ROW || code == SQLITE_DONE || store_failed(store, problem);
}

const char *
store_text(sqlite3_stmt *statement, int column)
{
    const unsigned char *text = sqlite3_column_text(statement, column);

    return text == NULL ? "" : (const char *)text;
}

bool
store_change(const struct store *store, struct problem *problem, const char *sql,
             const char *format, ...)
{
    sqlite3_stmt *statement = NULL;
    va_list arguments;
    bool has_row;
    bool is_good;

    va_start(arguments, format);
    is_good = prepare(store, &statement, problem, sql, format, arguments);
    va_end(arguments);
    is_good = is_good && store_step(store, statement, &has_row, problem);
    sqlite3_finalize(statement);
    return is_good;
}

bool
store_ask(const struct store *store, long long *number, struct problem *problem, const char *sql,
          const char *format, ...)
{
    sqlite3_stmt *statement = NULL;
    va_list arguments;
    bool has_row = false;
    bool is_good;

    va_start(arguments, format);
    is_good = prepare(store, &statement, problem, sql, format, arguments);
    va_end(arguments);
    is_good = is_good && store_step(store, statement, &has_row, problem);
    if (is_good && has_row)
        *number = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    return is_good;
}

bool
store_end(const struct store *store, bool is_good, struct problem *problem)
{
    if (is_good && store_execute(store, "COMMIT", problem))
        return true;
    /* Fails only where SQLite has rolled back already. */
    sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
    return false;
}

static bool
create_tables(const struct store *store, struct problem *problem)
{
    char *pragmas;
    bool is_good;

    if (!store_execute(store, "BEGIN IMMEDIATE", problem))
        return false;
    pragmas = must_printf("PRAGMA application_id = %d; PRAGMA user_version = %d;",
                          STORE_APPLICATION, STORE_VERSION);
    is_good = store_execute(store, schema_sql, problem) && store_execute(store, pragmas, problem);
    free(pragmas);
    return store_end(store, is_good, problem);
}

/* Ours and of our version, or new and empty. */
static bool
check_kind(const struct store *store, struct problem *problem)
{
    long long application = 0;
    long long version = 0;
    long long tables = 0;

    if (!store_ask(store, &application, problem, "PRAGMA application_id", "") ||
        !store_ask(store, &version, problem, "PRAGMA user_version", "") ||
        !store_ask(store, &tables, problem, "SELECT count(*) FROM sqlite_schema", "")) {
        char *cause = must_strdup(problem->text);

        problem_set(problem, EXIT_BAD_INPUT, "%s: expected a results database of flue", cause);
        free(cause);
        return false;
    }
    if (application == 0 && tables == 0 && store->mode != STORE_READ)
        return create_tables(store, problem);
    if (application != STORE_APPLICATION)
        return problem_set(problem, EXIT_BAD_INPUT, "%s: expected a results database of flue",
                           store->path);
    if (version != STORE_VERSION)
        return problem_set(
            problem, EXIT_BAD_INPUT,
            "%s: has tables of version %lld: expected version %d (sweep into another "
            "folder)",
            store->path, version, STORE_VERSION);
    return true;
}

bool
store_open(struct store *store, const char *path, enum store_mode mode, struct problem *problem)
{
    int flags =
        mode == STORE_READ ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    const char *pragmas = mode == STORE_WRITE_ALONE
                              ? "PRAGMA locking_mode = EXCLUSIVE; PRAGMA foreign_keys = ON;"
                                "PRAGMA journal_mode = WAL;"
                              : "PRAGMA foreign_keys = ON; PRAGMA journal_mode = WAL;";

    memset(store, 0, sizeof *store);
    store->path = must_strdup(path);
    store->mode = mode;
    if (sqlite3_open_v2(path, &store->db, flags, NULL) != SQLITE_OK) {
        problem_set(problem, EXIT_BAD_INPUT, "%s: %s: expected a results database of flue", path,
                    sqlite3_errmsg(store->db));
    } else if (sqlite3_busy_timeout(store->db, BUSY_TIMEOUT_MS) != SQLITE_OK) {
        store_failed(store, problem);
    } else if (check_kind(store, problem)) {
        if (mode == STORE_READ || store_execute(store, pragmas, problem))
            return true;
    }
    sqlite3_close(store->db);
    free(store->path);
    store->db = NULL;
    store->path = NULL;
    return false;
}

bool
store_close(struct store *store, struct problem *problem)
{
    bool is_good = true;

    if (store->db == NULL)
        return true;
    /* One plain file is left behind, readable where nothing may be written. Another reader may
     * prevent it: then the next one to close does it. */
    if (store->mode != STORE_READ)
        sqlite3_exec(store->db, "PRAGMA journal_mode = DELETE", NULL, NULL, NULL);
    if (sqlite3_close(store->db) != SQLITE_OK)
        is_good = store_failed(store, problem);
    free(store->path);
    memset(store, 0, sizeof *store);
    return is_good;
}
