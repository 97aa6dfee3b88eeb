//! What is asked of the ledger beside sums over time: where a reader goes on, which sources there
//! are, the counters' totals, every call. Reads only.

use crate::error::Error;
use crate::history::{Filter, History, NameId, from_instant, quarter_start, to_instant};
use crate::key::SIDECHAIN;
use crate::{Counter, Sums, platform};
use aco_domain::{Checkpoint, NanoUsd, TokenCounts, ToolId, UnixNanos};
use rusqlite::Row;
use std::ops::ControlFlow;
use std::sync::Arc;

/// One counted call, for an export.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CountedCall {
    /// When, by the tool's clock.
    pub at: UnixNanos,
    /// `tool.name`.
    pub tool: Arc<str>,
    /// The model, verbatim; empty where the source does not say.
    pub model: Arc<str>,
    /// Who served it, where the source says.
    pub provider: Option<Arc<str>>,
    /// The session, verbatim.
    pub session: Arc<str>,
    /// The project, verbatim; empty where the source does not say.
    pub project: Arc<str>,
    /// `service_tier`, verbatim.
    pub service_tier: Option<Arc<str>>,
    /// `speed`, verbatim.
    pub speed: Option<Arc<str>>,
    /// Whether only copies made for a side chain are known.
    pub sidechain: bool,
    /// The tokens.
    pub tokens: TokenCounts,
    /// The API value; nothing while it is unpriced.
    pub cost: Option<NanoUsd>,
    /// The version of the price data it was priced by.
    pub priced_by: Option<Arc<str>>,
}

/// What the ledger has of one tool.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceSeen {
    /// The tool.
    pub tool: Arc<str>,
    /// Files that were read, those since deleted included.
    pub files: u64,
    /// Lines that should have held usage and could not be read.
    pub skipped_lines: u64,
    /// All its calls.
    pub sums: Sums,
    /// The beginning of the quarter hours of the first and the last call.
    pub first_and_last: Option<(UnixNanos, UnixNanos)>,
}

/// A model that the price data did not know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnpricedModel {
    /// Its name, verbatim.
    pub model: Arc<str>,
    /// Its calls without a price.
    pub calls: u64,
    /// Their tokens.
    pub tokens: u64,
}

/// A stored total behind a metric.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CounterTotal {
    /// Which.
    pub counter: Counter,
    /// `tool.name`.
    pub tool: Arc<str>,
    /// The model; for [`Counter::Prompts`] the source.
    pub label: Arc<str>,
    /// The total, which never falls: tokens, calls or nano-dollars.
    pub total: i64,
}

impl History {
    /// Where a tool's reader goes on, file by file. Files that are gone are among them.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn checkpoints(&self, tool: &ToolId) -> Result<Vec<Checkpoint>, Error> {
        self.query(|connection| {
            let sql = "SELECT text, device, inode, size, modified, offset, fingerprint,
                    skipped_lines, state
                FROM checkpoints JOIN names ON names.id = checkpoints.path
                WHERE tool = (SELECT id FROM names WHERE text = ?1)";
            let mut statement = connection.prepare(sql)?;
            let rows = statement.query_map([tool.as_str()], checkpoint)?;
            rows.collect()
        })
    }

    /// The tools of which there are calls or files, by id.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn tools(&self) -> Result<Vec<Arc<str>>, Error> {
        self.query(|connection| {
            let sql = "SELECT text FROM names WHERE id IN (SELECT DISTINCT tool FROM checkpoints
                UNION SELECT DISTINCT tool FROM counters) ORDER BY text";
            let mut statement = connection.prepare(sql)?;
            let rows = statement.query_map([], |row| row.get(0))?;
            rows.collect()
        })
    }

    /// What the ledger has of each tool, in the order of their ids.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn sources(&self) -> Result<Vec<SourceSeen>, Error> {
        self.query(|connection| {
            let sql = "SELECT text, ifnull(files, 0), ifnull(skipped, 0), first, last, r.*
                FROM (SELECT tool FROM checkpoints UNION SELECT tool FROM rollup) AS tools
                JOIN names ON names.id = tools.tool
                LEFT JOIN (SELECT tool, count(*) AS files, sum(skipped_lines) AS skipped
                    FROM checkpoints GROUP BY tool) AS c ON c.tool = tools.tool
                LEFT JOIN (SELECT min(quarter) AS first, max(quarter) AS last, tool, sum(calls),
                        sum(priced_calls), sum(input_tokens), sum(output_tokens),
                        sum(cache_read_tokens), sum(cache_write_5m_tokens),
                        sum(cache_write_1h_tokens), sum(reasoning_tokens),
                        sum(unpriced_tokens), sum(cost)
                    FROM rollup GROUP BY tool) AS r ON r.tool = tools.tool
                ORDER BY text";
            let mut statement = connection.prepare(sql)?;
            let rows = statement.query_map([], source)?;
            rows.collect()
        })
    }

    /// The models with calls that have no price, those with the most tokens first.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn unpriced_models(&self) -> Result<Vec<UnpricedModel>, Error> {
        self.query(|connection| {
            let sql = "SELECT text, sum(calls - priced_calls), sum(unpriced_tokens) AS tokens
                FROM rollup JOIN names ON names.id = model
                GROUP BY model HAVING sum(calls) > sum(priced_calls)
                ORDER BY tokens DESC, text";
            let mut statement = connection.prepare(sql)?;
            let rows = statement.query_map([], |row| {
                Ok(UnpricedModel {
                    model: row.get(0)?,
                    calls: row.get::<_, i64>(1)?.unsigned_abs(),
                    tokens: row.get::<_, i64>(2)?.unsigned_abs(),
                })
            })?;
            rows.collect()
        })
    }

    /// The beginning of the quarter hour of the first call of all; nothing while there is none.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn first_call(&self) -> Result<Option<UnixNanos>, Error> {
        self.query(|connection| {
            let sql = "SELECT min(quarter) FROM rollup";
            let first: Option<i64> = connection.query_row(sql, [], |row| row.get(0))?;
            Ok(first.map(quarter_start))
        })
    }

    /// The stored totals, by counter, tool and label.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn counters(&self) -> Result<Vec<CounterTotal>, Error> {
        self.query(|connection| {
            let sql = "SELECT counter, t.text, l.text, total FROM counters
                JOIN names AS t ON t.id = tool JOIN names AS l ON l.id = label
                ORDER BY counter, t.text, l.text";
            let mut statement = connection.prepare(sql)?;
            let rows = statement.query_map([], |row| {
                let counter = Counter::from_column(row.get(0)?);
                Ok(counter.map(|counter| {
                    Ok(CounterTotal {
                        counter,
                        tool: row.get(1)?,
                        label: row.get(2)?,
                        total: row.get(3)?,
                    })
                }))
            })?;
            rows.filter_map(Result::transpose)
                .map(Result::flatten)
                .collect()
        })
    }

    /// Shows every counted call that the filter means, to the nanosecond, oldest first, until
    /// `each` breaks off. Memory does not grow with their number.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn calls(
        &self,
        filter: &Filter,
        mut each: impl FnMut(CountedCall) -> ControlFlow<()>,
    ) -> Result<(), Error> {
        let sql = "SELECT at, tool, model, provider, session, project, service_tier, speed, call,
                input_tokens, output_tokens, cache_read_tokens, cache_write_5m_tokens,
                cache_write_1h_tokens, reasoning_tokens, cost, priced_by
            FROM calls
            WHERE at >= ?1 AND at < ?2
                AND (?3 IS NULL OR tool = (SELECT id FROM names WHERE text = ?3))
                AND (?4 IS NULL OR model = (SELECT id FROM names WHERE text = ?4))
            ORDER BY at, id";
        let during = self.reading();
        let mut names = self.names()?;
        let mut statement = self.connection.prepare(sql).map_err(&during)?;
        let mut rows = statement
            .query((
                filter.since.map_or(i64::MIN, from_instant),
                filter.until.map_or(i64::MAX, from_instant),
                filter.tool.as_ref().map(ToolId::as_str),
                &filter.model,
            ))
            .map_err(&during)?;
        while let Some(row) = rows.next().map_err(&during)? {
            let call = Columns::read(row).map_err(&during)?;
            let mut name = |id: i64| names.get(NameId(id));
            let call = CountedCall {
                at: to_instant(call.at),
                tool: name(call.tool)?,
                model: name(call.model)?,
                session: name(call.session)?,
                project: name(call.project)?,
                provider: names.get_optional(call.provider)?,
                service_tier: names.get_optional(call.service_tier)?,
                speed: names.get_optional(call.speed)?,
                sidechain: call.sidechain,
                tokens: call.tokens,
                cost: call.cost.map(NanoUsd),
                priced_by: names.get_optional(call.priced_by)?,
            };
            if each(call).is_break() {
                break;
            }
        }
        Ok(())
    }
}

fn checkpoint(row: &Row<'_>) -> rusqlite::Result<Checkpoint> {
    let text: Arc<str> = row.get(0)?;
    let number = |column| row.get::<_, i64>(column).map(i64::cast_unsigned);
    let device: Option<i64> = row.get(1)?;
    let inode: Option<i64> = row.get(2)?;
    Ok(Checkpoint {
        path: platform::to_path(&text),
        file_id: device
            .zip(inode)
            .map(|(device, inode)| (device.cast_unsigned(), inode.cast_unsigned())),
        size: number(3)?,
        modified: UnixNanos(number(4)?),
        offset: number(5)?,
        fingerprint: number(6)?,
        skipped_lines: number(7)?,
        state: row.get(8)?,
    })
}

fn source(row: &Row<'_>) -> rusqlite::Result<SourceSeen> {
    let first: Option<i64> = row.get(3)?;
    let last: Option<i64> = row.get(4)?;
    let range = first.zip(last);
    Ok(SourceSeen {
        tool: row.get(0)?,
        files: row.get::<_, i64>(1)?.unsigned_abs(),
        skipped_lines: row.get::<_, i64>(2)?.unsigned_abs(),
        // Then the rollup's own first, last and tool.
        sums: match range {
            Some(_) => Sums::read(row, 8)?,
            None => Sums::default(),
        },
        first_and_last: range.map(|(first, last)| (quarter_start(first), quarter_start(last))),
    })
}

/// A row of `calls` as the export reads it.
struct Columns {
    at: i64,
    tool: i64,
    model: i64,
    provider: Option<i64>,
    session: i64,
    project: i64,
    service_tier: Option<i64>,
    speed: Option<i64>,
    sidechain: bool,
    tokens: TokenCounts,
    cost: Option<i64>,
    priced_by: Option<i64>,
}

impl Columns {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        let tokens = |column| row.get::<_, i64>(column).map(i64::unsigned_abs);
        Ok(Self {
            at: row.get(0)?,
            tool: row.get(1)?,
            model: row.get(2)?,
            provider: row.get(3)?,
            session: row.get(4)?,
            project: row.get(5)?,
            service_tier: row.get(6)?,
            speed: row.get(7)?,
            sidechain: row.get::<_, i64>(8)? == SIDECHAIN,
            tokens: TokenCounts {
                input: tokens(9)?,
                output: tokens(10)?,
                cache_read: tokens(11)?,
                cache_write_5m: tokens(12)?,
                cache_write_1h: tokens(13)?,
                reasoning: tokens(14)?,
            },
            cost: row.get(15)?,
            priced_by: row.get(16)?,
        })
    }
}
