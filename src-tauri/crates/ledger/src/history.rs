//! Reading the ledger: for a report, the window, a metric or a reader that goes on. Nothing here
//! writes, so that anybody may come while the agent runs.

use crate::error::Error;
use crate::schema::{self, FIRST_START, MIGRATIONS};
use crate::{Sums, open};
use aco_domain::{ToolId, UnixNanos};
use rusqlite::{Connection, OpenFlags, Statement};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The width of the rollup's rows: all offsets from UTC in use since 1972 are multiples of it, so
/// that any local day is a sum of whole rows.
pub const QUARTER_HOUR: u64 = 15 * 60 * 1_000_000_000;

/// Which calls are meant; all of them by default.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// From this instant on.
    pub since: Option<UnixNanos>,
    /// Before this instant.
    pub until: Option<UnixNanos>,
    /// Of this tool.
    pub tool: Option<ToolId>,
    /// Of this model, verbatim.
    pub model: Option<String>,
}

/// Stands for a recorded text; [`Names`] knows which. Two are equal exactly where the texts are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NameId(pub(crate) i64);

/// The calls of one quarter hour with the same tool, model, session and project.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RollupRow {
    /// When the quarter hour began.
    pub quarter: UnixNanos,
    /// `tool.name`.
    pub tool: NameId,
    /// The model, verbatim.
    pub model: NameId,
    /// The session, verbatim.
    pub session: NameId,
    /// The project, verbatim.
    pub project: NameId,
    /// The sums; at least one call.
    pub sums: Sums,
}

/// A ledger that is only read.
#[derive(Debug)]
pub struct History {
    pub(crate) connection: Connection,
    pub(crate) path: PathBuf,
    pub(crate) first_start: UnixNanos,
}

impl History {
    /// Opens the ledger to read it, whoever writes meanwhile; nothing when there is none yet.
    ///
    /// # Errors
    /// When it is damaged, newer, or cannot be read.
    pub fn open(path: &Path) -> Result<Option<Self>, Error> {
        let mut path = path.to_owned();
        if let Some(version) = open::newer(&path, MIGRATIONS)? {
            let instead = open::beside(&path, MIGRATIONS);
            if !instead.exists() {
                return Err(Error::Newer { path, version });
            }
            path = instead;
        }
        if !path.exists() {
            return Ok(None);
        }
        let during = Error::during("read", &path);
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&path, flags).map_err(&during)?;
        connection.busy_timeout(open::BUSY).map_err(&during)?;
        // A kill between the file's creation and its first transaction.
        if schema::is_empty(&connection).map_err(&during)? {
            return Ok(None);
        }
        Self::over(connection, &path).map(Some)
    }

    pub(crate) fn over(connection: Connection, path: &Path) -> Result<Self, Error> {
        let first_start = schema::fact::<i64>(&connection, FIRST_START)
            .and_then(|found| found.ok_or(rusqlite::Error::QueryReturnedNoRows))
            .map_err(Error::during("read", path))?;
        Ok(Self {
            connection,
            path: path.to_owned(),
            first_start: to_instant(first_start),
        })
    }

    /// The file that is read: not always the one asked for.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The installation's first start. Older usage is in the ledger only.
    #[must_use]
    pub fn first_start(&self) -> UnixNanos {
        self.first_start
    }

    /// Runs several queries on the ledger as it is at one moment.
    ///
    /// # Errors
    /// What `read` returns, or when the ledger cannot be read.
    pub fn at_one_moment<T>(
        &self,
        read: impl FnOnce(&Self) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let transaction = self.connection.unchecked_transaction();
        let transaction = transaction.map_err(self.reading())?;
        let found = read(self)?;
        transaction.commit().map_err(self.reading())?;
        Ok(found)
    }

    /// Shows each row of the rollup whose quarter hour lies in the filter's range, in the order of
    /// time. A bound within a quarter hour means the whole of it.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn rollup(&self, filter: &Filter, mut each: impl FnMut(RollupRow)) -> Result<(), Error> {
        let since = filter.since.map_or(i64::MIN, quarter_of);
        let until = filter.until.map_or(i64::MAX, |until| {
            quarter_of(UnixNanos(until.0.saturating_add(QUARTER_HOUR - 1)))
        });
        self.query(|connection| {
            let sql = "SELECT quarter, tool, model, session, project, calls, priced_calls,
                    input_tokens, output_tokens, cache_read_tokens, cache_write_5m_tokens,
                    cache_write_1h_tokens, reasoning_tokens, unpriced_tokens, cost
                FROM rollup
                WHERE quarter >= ?1 AND quarter < ?2
                    AND (?3 IS NULL OR tool = (SELECT id FROM names WHERE text = ?3))
                    AND (?4 IS NULL OR model = (SELECT id FROM names WHERE text = ?4))
                ORDER BY quarter";
            let mut statement = connection.prepare(sql)?;
            let tool = filter.tool.as_ref().map(ToolId::as_str);
            let mut rows = statement.query((since, until, tool, &filter.model))?;
            while let Some(row) = rows.next()? {
                each(RollupRow {
                    quarter: quarter_start(row.get(0)?),
                    tool: NameId(row.get(1)?),
                    model: NameId(row.get(2)?),
                    session: NameId(row.get(3)?),
                    project: NameId(row.get(4)?),
                    sums: Sums::read(row, 5)?,
                });
            }
            Ok(())
        })
    }

    /// Sums by tool over a range of time, in the order of the tools' ids. For "today" and "this
    /// month" the bounds are the local day's and month's.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn sums_by_tool(&self, filter: &Filter) -> Result<Vec<(Arc<str>, Sums)>, Error> {
        let mut sums: Vec<(NameId, Sums)> = Vec::new();
        self.rollup(filter, |row| {
            match sums.iter_mut().find(|(tool, _)| *tool == row.tool) {
                Some((_, sum)) => *sum += row.sums,
                None => sums.push((row.tool, row.sums)),
            }
        })?;
        let mut names = self.names()?;
        let named = sums
            .into_iter()
            .map(|(tool, sum)| Ok((names.get(tool)?, sum)));
        let mut named = named.collect::<Result<Vec<_>, Error>>()?;
        named.sort_by(|(one, _), (other, _)| one.cmp(other));
        Ok(named)
    }

    /// Sums of one session, named verbatim. Looks at every row of the rollup, some milliseconds for a
    /// history of 100,000 calls: a session may have been resumed after any time.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn session_sums(&self, session: &str) -> Result<Sums, Error> {
        self.query(|connection| {
            let sql = "SELECT calls, priced_calls, input_tokens, output_tokens, cache_read_tokens,
                    cache_write_5m_tokens, cache_write_1h_tokens, reasoning_tokens,
                    unpriced_tokens, cost
                FROM rollup
                WHERE session = (SELECT id FROM names WHERE text = ?1)";
            let mut statement = connection.prepare(sql)?;
            let mut rows = statement.query([session])?;
            let mut sums = Sums::default();
            while let Some(row) = rows.next()? {
                sums += Sums::read(row, 0)?;
            }
            Ok(sums)
        })
    }

    /// What texts stand for which [`NameId`].
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn names(&self) -> Result<Names<'_>, Error> {
        let statement = self.connection.prepare(Names::SQL);
        Ok(Names {
            statement: statement.map_err(self.reading())?,
            path: &self.path,
            known: HashMap::new(),
        })
    }

    pub(crate) fn query<T>(
        &self,
        read: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T, Error> {
        read(&self.connection).map_err(self.reading())
    }

    pub(crate) fn reading(&self) -> impl Fn(rusqlite::Error) -> Error + use<> {
        Error::during("read", &self.path)
    }
}

/// Looks names up, and remembers them.
#[derive(Debug)]
pub struct Names<'h> {
    statement: Statement<'h>,
    path: &'h Path,
    known: HashMap<NameId, Arc<str>>,
}

impl Names<'_> {
    const SQL: &'static str = "SELECT text FROM names WHERE id = ?1";

    /// The text.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn get(&mut self, id: NameId) -> Result<Arc<str>, Error> {
        if let Some(known) = self.known.get(&id) {
            return Ok(Arc::clone(known));
        }
        let text = self
            .statement
            .query_row([id.0], |row| row.get::<_, Arc<str>>(0));
        let text = text.map_err(Error::during("read", self.path))?;
        self.known.insert(id, Arc::clone(&text));
        Ok(text)
    }

    pub(crate) fn get_optional(&mut self, id: Option<i64>) -> Result<Option<Arc<str>>, Error> {
        id.map(|id| self.get(NameId(id))).transpose()
    }
}

/// The quarter hour of an instant, counted from 1970.
pub(crate) fn quarter_of(at: UnixNanos) -> i64 {
    // At most 2⁶⁴ / 9 × 10¹¹.
    i64::try_from(at.0 / QUARTER_HOUR).unwrap_or(i64::MAX)
}

pub(crate) fn quarter_start(quarter: i64) -> UnixNanos {
    UnixNanos(quarter.unsigned_abs().saturating_mul(QUARTER_HOUR))
}

/// An instant as a column holds it.
pub(crate) fn from_instant(at: UnixNanos) -> i64 {
    i64::try_from(at.0).unwrap_or(i64::MAX)
}

pub(crate) fn to_instant(column: i64) -> UnixNanos {
    UnixNanos(u64::try_from(column).unwrap_or(0))
}
