//! The tables, and how a file of an older version becomes one of this.
//!
//! A migration is appended to [`MIGRATIONS`] and never changed once released. Each runs in a
//! transaction of its own that also raises `user_version`, after a backup of the file as it was.

use aco_domain::UnixNanos;
use rusqlite::types::FromSql;
use rusqlite::{Connection, OptionalExtension as _, ToSql};

/// SQLite's `application_id` of a ledger: `ACOL`.
pub(crate) const APPLICATION_ID: i32 = 0x4143_4f4c;

/// What makes version *n* out of version *n* − 1; the first makes it out of an empty file.
pub(crate) const MIGRATIONS: &[&str] = &[VERSION_1, VERSION_2];

/// Instants are nanoseconds since 1970, quarter hours are counted from 1970, days too (local ones),
/// money is nano-dollars, and `tool`, `model` and so on are numbers of `names`.
///
/// `calls` has a number of its own as key and the identity in an index: rows are then appended, and
/// only the small index is written in random places. `unpriced` calls have no `cost`. A call made
/// before the installation's first start has no `day`.
const VERSION_1: &str = "
CREATE TABLE facts (
    name TEXT NOT NULL PRIMARY KEY,
    value ANY NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE names (
    id INTEGER PRIMARY KEY,
    text TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE calls (
    id INTEGER PRIMARY KEY,
    message INTEGER NOT NULL,
    call INTEGER NOT NULL,
    at INTEGER NOT NULL,
    day INTEGER,
    tool INTEGER NOT NULL,
    model INTEGER NOT NULL,
    session INTEGER NOT NULL,
    project INTEGER NOT NULL,
    path INTEGER NOT NULL,
    provider INTEGER,
    service_tier INTEGER,
    speed INTEGER,
    input_tokens INTEGER NOT NULL,
    output_tokens INTEGER NOT NULL,
    cache_read_tokens INTEGER NOT NULL,
    cache_write_5m_tokens INTEGER NOT NULL,
    cache_write_1h_tokens INTEGER NOT NULL,
    reasoning_tokens INTEGER NOT NULL,
    recorded_cost INTEGER,
    cost INTEGER,
    priced_by INTEGER
) STRICT;
CREATE UNIQUE INDEX calls_identity ON calls (message, call);

CREATE TABLE rollup (
    quarter INTEGER NOT NULL,
    tool INTEGER NOT NULL,
    model INTEGER NOT NULL,
    session INTEGER NOT NULL,
    project INTEGER NOT NULL,
    calls INTEGER NOT NULL,
    priced_calls INTEGER NOT NULL,
    input_tokens INTEGER NOT NULL,
    output_tokens INTEGER NOT NULL,
    cache_read_tokens INTEGER NOT NULL,
    cache_write_5m_tokens INTEGER NOT NULL,
    cache_write_1h_tokens INTEGER NOT NULL,
    reasoning_tokens INTEGER NOT NULL,
    unpriced_tokens INTEGER NOT NULL,
    cost INTEGER NOT NULL,
    PRIMARY KEY (quarter, tool, model, session, project)
) STRICT, WITHOUT ROWID;

CREATE TABLE checkpoints (
    tool INTEGER NOT NULL,
    path INTEGER NOT NULL,
    device INTEGER,
    inode INTEGER,
    size INTEGER NOT NULL,
    modified INTEGER NOT NULL,
    offset INTEGER NOT NULL,
    fingerprint INTEGER NOT NULL,
    skipped_lines INTEGER NOT NULL,
    state BLOB NOT NULL,
    PRIMARY KEY (tool, path)
) STRICT, WITHOUT ROWID;

CREATE TABLE outbox (
    seq INTEGER PRIMARY KEY,
    tool INTEGER NOT NULL,
    model INTEGER NOT NULL,
    session INTEGER NOT NULL,
    project INTEGER NOT NULL,
    day INTEGER NOT NULL,
    first_at INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    calls INTEGER NOT NULL,
    priced_calls INTEGER NOT NULL,
    input_tokens INTEGER NOT NULL,
    output_tokens INTEGER NOT NULL,
    cache_read_tokens INTEGER NOT NULL,
    cache_write_5m_tokens INTEGER NOT NULL,
    cache_write_1h_tokens INTEGER NOT NULL,
    reasoning_tokens INTEGER NOT NULL,
    unpriced_tokens INTEGER NOT NULL,
    cost INTEGER NOT NULL
) STRICT;

CREATE TABLE counters (
    counter INTEGER NOT NULL,
    tool INTEGER NOT NULL,
    label INTEGER NOT NULL,
    total INTEGER NOT NULL,
    debt INTEGER NOT NULL,
    PRIMARY KEY (counter, tool, label)
) STRICT, WITHOUT ROWID;
";

/// Whether a row holds the tokens of several requests: what such a row costs cannot be known again
/// without it. Rows of version 1 are of one request each.
const VERSION_2: &str = "ALTER TABLE calls ADD COLUMN summed INTEGER NOT NULL DEFAULT 0;";

/// The version this program writes, and the newest it reads.
pub(crate) fn version(migrations: &[&str]) -> i32 {
    i32::try_from(migrations.len()).unwrap_or(i32::MAX)
}

/// `user_version` as SQLite has it, journal included.
pub(crate) fn found_version(connection: &Connection) -> rusqlite::Result<i32> {
    connection.query_row("PRAGMA user_version", [], |row| row.get(0))
}

/// `application_id` as SQLite has it.
pub(crate) fn found_application(connection: &Connection) -> rusqlite::Result<i32> {
    connection.query_row("PRAGMA application_id", [], |row| row.get(0))
}

/// Whether nothing was ever put into the file.
pub(crate) fn is_empty(connection: &Connection) -> rusqlite::Result<bool> {
    connection.query_row("SELECT count(*) = 0 FROM sqlite_schema", [], |row| {
        row.get(0)
    })
}

/// What a new ledger knows from its creation on.
pub(crate) struct Start {
    first_start: i64,
    usage_seq: i64,
}

impl Start {
    /// `usage_seq_floor` is what the spool has taken. Numbers go on at the microseconds since 1970,
    /// which no earlier ledger of this installation can have reached: whoever asked without
    /// knowing the floor then does no harm either.
    pub(crate) fn at(now: UnixNanos, usage_seq_floor: u64) -> Self {
        let usage_seq = usage_seq_floor.max(now.0 / 1_000);
        Self {
            first_start: i64::try_from(now.0).unwrap_or(i64::MAX),
            usage_seq: i64::try_from(usage_seq).unwrap_or(i64::MAX),
        }
    }
}

/// Makes `version` out of the one before, or nothing at all.
pub(crate) fn migrate(
    connection: &Connection,
    version: i32,
    sql: &str,
    start: Option<Start>,
) -> rusqlite::Result<()> {
    let transaction = connection.unchecked_transaction()?;
    transaction.execute_batch(sql)?;
    if let Some(start) = start {
        set_fact(&transaction, FIRST_START, start.first_start)?;
        set_fact(&transaction, USAGE_SEQ, start.usage_seq)?;
        set_fact(&transaction, AUDITED, start.first_start)?;
    }
    transaction.execute_batch(&format!(
        "PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {version};"
    ))?;
    transaction.commit()
}

/// When the installation was first started: the ledger's creation.
pub(crate) const FIRST_START: &str = "first_start";
/// The last number given to a row of the outbox.
pub(crate) const USAGE_SEQ: &str = "usage_seq";
/// When everything was last checked.
pub(crate) const AUDITED: &str = "audited";
/// The version of the price data that unpriced calls were last tried with.
pub(crate) const TRIED_PRICES: &str = "tried_prices";

/// One of the facts above.
pub(crate) fn fact<T: FromSql>(connection: &Connection, name: &str) -> rusqlite::Result<Option<T>> {
    connection
        .query_row("SELECT value FROM facts WHERE name = ?1", [name], |row| {
            row.get(0)
        })
        .optional()
}

pub(crate) fn set_fact(
    connection: &Connection,
    name: &str,
    value: impl ToSql,
) -> rusqlite::Result<()> {
    let sql = "INSERT INTO facts VALUES (?1, ?2) ON CONFLICT DO UPDATE SET value = excluded.value";
    connection.execute(sql, (name, value)).map(|_| ())
}
