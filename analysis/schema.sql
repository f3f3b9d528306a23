-- SPDX-License-Identifier: GPL-2.0-or-later
-- The results database. PRAGMA user_version is its version (store.c); a NULL value is "not measured",
-- and the note beside it says why. Units stand beside every number.

CREATE TABLE study (
    id          INTEGER PRIMARY KEY,
    name        TEXT NOT NULL,        -- of the study file
    hash        TEXT NOT NULL UNIQUE, -- XXH3-128 of name, text, scenario and origin
    path        TEXT NOT NULL,
    text        TEXT NOT NULL,        -- the whole study file
    scenario    TEXT NOT NULL,        -- the scenario's description, JSON as flue-sim --describe gives it
    origin      TEXT NOT NULL,        -- which simulator the plan below is for
    command     TEXT NOT NULL,
    created     TEXT NOT NULL,        -- UTC, ISO 8601
    used        INTEGER NOT NULL,     -- the highest is the study that was swept last
    answer      TEXT                  -- what flue plan found last, JSON as its --json prints it
) STRICT;

-- The values that a study goes through, as the simulator understood them: a point that has not been
-- run has a name in tables and a place on axes.
CREATE TABLE varied (
    study       INTEGER NOT NULL REFERENCES study (id),
    name        TEXT NOT NULL,        -- of a parameter
    number      INTEGER NOT NULL,     -- from 0, in the order of the study file
    value       REAL,                 -- as in parameter
    text        TEXT NOT NULL,
    unit        TEXT NOT NULL,
    PRIMARY KEY (study, name, number)
) STRICT, WITHOUT ROWID;

-- Which runs a study consists of, whether they exist yet or not.
CREATE TABLE plan (
    study       INTEGER NOT NULL REFERENCES study (id),
    point       INTEGER NOT NULL,     -- from 0, in the order of the study file
    replication INTEGER NOT NULL,     -- from 0
    run         TEXT NOT NULL,        -- run.id
    PRIMARY KEY (study, point, replication)
) STRICT, WITHOUT ROWID;

CREATE TABLE run (
    id          TEXT PRIMARY KEY,     -- XXH3-128 of canonical, hexadecimal
    canonical   TEXT NOT NULL,        -- what the run is: key=value lines
    study       INTEGER NOT NULL REFERENCES study (id), -- the one that ran it
    scenario    TEXT NOT NULL,
    seed        INTEGER NOT NULL,     -- ns-3's RngSeed
    run         INTEGER NOT NULL,     -- ns-3's RngRun: replication + 1
    state       TEXT NOT NULL CHECK (state IN ('done', 'failed')),
    exit_status INTEGER,              -- NULL when a signal ended it
    signal      INTEGER NOT NULL,     -- 0 when it exited
    log         TEXT NOT NULL,        -- the last of what it said on stderr
    command     TEXT NOT NULL,        -- repeats it
    events      INTEGER,              -- simulator events
    simulated_s REAL,
    started     TEXT NOT NULL,        -- UTC, ISO 8601
    wall_s      REAL NOT NULL,
    memory_kib  INTEGER NOT NULL      -- peak resident set
) STRICT;

CREATE TABLE parameter (
    run         TEXT NOT NULL REFERENCES run (id) ON DELETE CASCADE,
    name        TEXT NOT NULL,
    value       REAL,                 -- NULL for words
    text        TEXT NOT NULL,        -- canonical
    unit        TEXT NOT NULL,
    PRIMARY KEY (run, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE metric (
    run         TEXT NOT NULL REFERENCES run (id) ON DELETE CASCADE,
    name        TEXT NOT NULL,
    value       REAL,
    unit        TEXT NOT NULL,
    note        TEXT,
    PRIMARY KEY (run, name)
) STRICT, WITHOUT ROWID;

-- Of studies with a series_interval: SELECT key, value FROM json_each(...) gives one row an interval.
CREATE TABLE series (
    run         TEXT NOT NULL REFERENCES run (id) ON DELETE CASCADE,
    name        TEXT NOT NULL,        -- time_s: the ends of the intervals; otherwise a metric
    array       TEXT NOT NULL,        -- JSON: one number an interval, null is "not measured"
    PRIMARY KEY (run, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE event (
    run         TEXT NOT NULL REFERENCES run (id) ON DELETE CASCADE,
    number      INTEGER NOT NULL,     -- from 0, in the order in which flue-sim told them
    time_s      REAL NOT NULL,
    text        TEXT NOT NULL,
    PRIMARY KEY (run, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE provenance (
    run         TEXT NOT NULL REFERENCES run (id) ON DELETE CASCADE,
    key         TEXT NOT NULL,        -- flue, commit, ns3, host, machine, kernel, cpu
    value       TEXT NOT NULL,
    PRIMARY KEY (run, key)
) STRICT, WITHOUT ROWID;
