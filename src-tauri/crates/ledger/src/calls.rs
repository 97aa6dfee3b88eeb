//! The table of counted calls: finding a call's row, reading it, writing it. Statements are prepared
//! once for many rows.

use crate::changes::Entry;
use crate::key::{Key, SIDECHAIN};
use rusqlite::{Connection, OptionalExtension as _, Row, Statement};

pub(crate) struct Calls<'l> {
    first_of_message: Statement<'l>,
    exact: Statement<'l>,
    read: Statement<'l>,
    insert: Statement<'l>,
    replace: Statement<'l>,
}

/// What is known of a copy's call.
pub(crate) enum Known {
    /// Nothing.
    Unknown,
    /// A copy of the same call counts.
    Copy(i64),
    /// Only a side chain's copy of the message counts.
    Sidechain(i64),
    /// The copy is a side chain's, and the message is known otherwise.
    Better,
}

/// The columns of an [`Entry`], in the order it is read and written.
macro_rules! columns {
    () => {
        "at, day, tool, model, session, project, path, provider, service_tier, speed, input_tokens, \
         output_tokens, cache_read_tokens, cache_write_5m_tokens, cache_write_1h_tokens, \
         reasoning_tokens, recorded_cost, cost, priced_by, summed"
    };
}
pub(crate) use columns;

impl<'l> Calls<'l> {
    pub(crate) fn over(connection: &'l Connection) -> rusqlite::Result<Self> {
        Ok(Self {
            first_of_message: connection
                .prepare("SELECT id, call FROM calls WHERE message = ?1 ORDER BY call LIMIT 1")?,
            exact: connection.prepare("SELECT id FROM calls WHERE message = ?1 AND call = ?2")?,
            read: connection.prepare(concat!(
                "SELECT ",
                columns!(),
                " FROM calls WHERE id = ?1"
            ))?,
            insert: connection.prepare(concat!(
                "INSERT INTO calls (",
                columns!(),
                ", message, call) VALUES (?1, ?2, ?3, ?4, ?5, ?6,
                    ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22)",
            ))?,
            replace: connection.prepare(concat!(
                "UPDATE calls SET (",
                columns!(),
                ", message, call) = (?1, ?2, ?3, ?4, ?5, ?6, ?7,
                    ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22)
                 WHERE id = ?23",
            ))?,
        })
    }

    /// One search of the index for most copies: the first row of a message tells whether it is
    /// new, and a side chain's row is always the first.
    pub(crate) fn find(&mut self, key: Key) -> rusqlite::Result<Known> {
        let found = self
            .first_of_message
            .query_row([key.message], |row| {
                Ok((row.get(0)?, row.get::<_, i64>(1)?))
            })
            .optional()?;
        let Some((id, call)) = found else {
            return Ok(Known::Unknown);
        };
        if call == key.call {
            return Ok(Known::Copy(id));
        }
        if call == SIDECHAIN {
            return Ok(Known::Sidechain(id));
        }
        if key.call == SIDECHAIN {
            return Ok(Known::Better);
        }
        let id = self
            .exact
            .query_row([key.message, key.call], |row| row.get(0));
        Ok(id.optional()?.map_or(Known::Unknown, Known::Copy))
    }

    pub(crate) fn read(&mut self, id: i64) -> rusqlite::Result<Entry> {
        self.read.query_row([id], |row| entry(row, 0))
    }

    pub(crate) fn insert(&mut self, key: Key, entry: &Entry) -> rusqlite::Result<()> {
        bind(&mut self.insert, key, entry)?;
        self.insert.raw_execute().map(|_| ())
    }

    pub(crate) fn replace(&mut self, id: i64, key: Key, entry: &Entry) -> rusqlite::Result<()> {
        bind(&mut self.replace, key, entry)?;
        self.replace.raw_bind_parameter(23, id)?;
        self.replace.raw_execute().map(|_| ())
    }
}

fn bind(statement: &mut Statement<'_>, key: Key, entry: &Entry) -> rusqlite::Result<()> {
    statement.raw_bind_parameter(1, entry.at)?;
    statement.raw_bind_parameter(2, entry.day)?;
    let numbers = [
        entry.tool,
        entry.model,
        entry.session,
        entry.project,
        entry.path,
    ];
    for (column, number) in (3..).zip(numbers) {
        statement.raw_bind_parameter(column, number)?;
    }
    for (column, number) in (8..).zip([entry.provider, entry.service_tier, entry.speed]) {
        statement.raw_bind_parameter(column, number)?;
    }
    for (column, count) in (11..).zip(entry.tokens) {
        statement.raw_bind_parameter(column, count)?;
    }
    for (column, number) in (17..).zip([entry.recorded_cost, entry.cost, entry.priced_by]) {
        statement.raw_bind_parameter(column, number)?;
    }
    statement.raw_bind_parameter(20, entry.summed)?;
    statement.raw_bind_parameter(21, key.message)?;
    statement.raw_bind_parameter(22, key.call)
}

/// Reads an entry from the columns beginning at `first`.
pub(crate) fn entry(row: &Row<'_>, first: usize) -> rusqlite::Result<Entry> {
    let mut column = first..;
    let mut next = || column.next().unwrap_or_default();
    Ok(Entry {
        at: row.get(next())?,
        day: row.get(next())?,
        tool: row.get(next())?,
        model: row.get(next())?,
        session: row.get(next())?,
        project: row.get(next())?,
        path: row.get(next())?,
        provider: row.get(next())?,
        service_tier: row.get(next())?,
        speed: row.get(next())?,
        tokens: [
            row.get(next())?,
            row.get(next())?,
            row.get(next())?,
            row.get(next())?,
            row.get(next())?,
            row.get(next())?,
        ],
        recorded_cost: row.get(next())?,
        cost: row.get(next())?,
        priced_by: row.get(next())?,
        summed: row.get(next())?,
    })
}
