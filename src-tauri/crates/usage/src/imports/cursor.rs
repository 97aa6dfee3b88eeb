//! Cursor's usage export. The format and its quirks: `cursor.md`.

use crate::calls::{Identities, MOST_CALLS, Shared};
use crate::json::{dollars, instant};
use aco_domain::{Call, CallIdentity, NanoUsd, Terms, TokenCounts, UnixNanos};
use csv::{ByteRecord, Reader, ReaderBuilder, Trim};
use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Read, Take};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The tool's one id, as everywhere.
pub const TOOL: &str = "cursor";

/// A year of a large team has less.
const LARGEST: u64 = 512 << 20;

/// More than any event can have in one of its counts.
const MOST_TOKENS: u64 = 1_000_000_000_000;

/// A file that cannot be imported, or not to its end.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// It cannot be read.
    #[error("cannot read {}: {error}", path.display())]
    Read {
        /// Which.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// It can, and is something else.
    #[error(
        "{} is no usage export of Cursor: {why}. Take the one that its dashboard gives: \
         Usage, Export CSV",
        path.display()
    )]
    Other {
        /// Which.
        path: PathBuf,
        /// What it lacks.
        why: String,
    },
}

/// What was in an export so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Events, one a row.
    pub rows: u64,
    /// Events that spent no tokens.
    pub without_tokens: u64,
    /// Rows that are no events, or whose counts contradict each other.
    pub skipped: u64,
}

/// An export that is being read.
pub struct Export {
    path: PathBuf,
    rows: Reader<Take<File>>,
    columns: Columns,
    record: ByteRecord,
    tally: Tally,
    /// How often events that say the same were met: a millisecond may have several.
    seen: HashMap<u128, u32>,
    identities: Identities,
    model: Shared,
    size: u64,
}

impl Export {
    /// Opens it and looks at its header.
    ///
    /// # Errors
    /// When it cannot be read, or is no export of events.
    pub fn open(path: &Path) -> Result<Self, ImportError> {
        let failed = |error| ImportError::Read {
            path: path.to_owned(),
            error,
        };
        let file = File::open(path).map_err(failed)?;
        let size = file.metadata().map_err(failed)?.len();
        if size > LARGEST {
            let error = io::Error::new(
                io::ErrorKind::FileTooLarge,
                "an export has less than 512 MiB: export a shorter time",
            );
            return Err(failed(error));
        }
        // Up to the size at opening.
        let mut rows = ReaderBuilder::new()
            .flexible(true)
            .trim(Trim::All)
            .from_reader(file.take(size));
        let header = rows.byte_headers().map_err(|error| failed(error.into()))?;
        let columns = Columns::of(header).map_err(|why| ImportError::Other {
            path: path.to_owned(),
            why,
        })?;
        Ok(Self {
            path: path.to_owned(),
            rows,
            columns,
            record: ByteRecord::new(),
            tally: Tally::default(),
            seen: HashMap::new(),
            identities: Identities::default(),
            model: Shared::default(),
            size,
        })
    }

    /// The calls of the next rows, some thousand at most; nothing at the end.
    ///
    /// # Errors
    /// When the file can no longer be read. What earlier steps gave stands.
    pub fn step(&mut self) -> Result<Option<Vec<Call>>, ImportError> {
        let mut calls = Vec::new();
        while calls.len() < MOST_CALLS {
            match self.rows.read_byte_record(&mut self.record) {
                Ok(true) => {}
                Ok(false) if calls.is_empty() => return Ok(None),
                Ok(false) => break,
                Err(error) => {
                    let (path, error) = (self.path.clone(), error.into());
                    return Err(ImportError::Read { path, error });
                }
            }
            if self.record.iter().all(<[u8]>::is_empty) {
                continue;
            }
            self.tally.rows += 1;
            match self.columns.event(&self.record) {
                None => self.tally.skipped += 1,
                Some(event) if event.tokens.total() == 0 => self.tally.without_tokens += 1,
                Some(event) => {
                    let identity = identity(&mut self.identities, &mut self.seen, &event);
                    calls.push(call(identity, &event, self.model.get(event.model)));
                }
            }
        }
        Ok(Some(calls))
    }

    /// What was read so far.
    #[must_use]
    pub fn tally(&self) -> Tally {
        self.tally
    }

    /// How far that is, in thousandths.
    #[must_use]
    pub fn thousandths(&self) -> u64 {
        let at = self.rows.position().byte();
        at.saturating_mul(1_000) / self.size.max(1)
    }
}

/// Which column holds what. Versions of the export differ in number and order.
struct Columns {
    date: usize,
    model: usize,
    plain: usize,
    output: usize,
    written: Option<usize>,
    cached: Option<usize>,
    total: Option<usize>,
    cost: Option<usize>,
}

impl Columns {
    fn of(header: &ByteRecord) -> Result<Self, String> {
        let find = |name: &str| {
            header.iter().position(|found| {
                let found = found.strip_prefix(b"\xef\xbb\xbf").unwrap_or(found);
                found.trim_ascii().eq_ignore_ascii_case(name.as_bytes())
            })
        };
        let need = |name: &str| find(name).ok_or_else(|| format!("it has no column `{name}`"));
        Ok(Self {
            date: need("Date")?,
            model: need("Model")?,
            plain: need("Input (w/o Cache Write)")?,
            output: need("Output Tokens")?,
            written: find("Input (w/ Cache Write)"),
            cached: find("Cache Read"),
            total: find("Total Tokens"),
            cost: find("Cost"),
        })
    }

    /// Nothing where the row is none.
    fn event<'r>(&self, row: &'r ByteRecord) -> Option<Event<'r>> {
        let text = |column: usize| std::str::from_utf8(row.get(column)?).ok();
        let count = |column: Option<usize>| match column {
            Some(column) => number(text(column)?),
            None => Some(0),
        };
        // A row that is cut off has no later columns.
        let output = count(Some(self.output))?;
        let (plain, cached) = (count(Some(self.plain))?, count(self.cached)?);
        let written = count(self.written)?;
        let total = match self.total {
            Some(column) => text(column).filter(|text| !text.is_empty()),
            None => None,
        };
        let written = match total {
            Some(total) => split(number(total)?, plain, written, cached + output)?,
            None => written,
        };
        Some(Event {
            at: time(text(self.date)?)?,
            model: text(self.model)?,
            tokens: TokenCounts {
                input: plain,
                output,
                cache_read: cached,
                cache_write_5m: written,
                cache_write_1h: 0,
                reasoning: 0,
            },
            cost: self.cost.and_then(text).and_then(amount),
        })
    }
}

/// How much was written to a cache. The column has meant both: what was written alone, and that with
/// the plain input. The total tells which; a total that fits neither is of a kind that is not known.
fn split(total: u64, plain: u64, with: u64, rest: u64) -> Option<u64> {
    if total == plain + with + rest {
        return Some(with);
    }
    let written = with.checked_sub(plain)?;
    (total == with + rest || total == plain + rest).then_some(written)
}

/// An event: what an agent did on one request of the user, often with several of a model.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Event<'r> {
    at: UnixNanos,
    model: &'r str,
    tokens: TokenCounts,
    cost: Option<NanoUsd>,
}

/// What an event says is its identity, in whichever export and version it stands; of several that say
/// the same, their number. An export holds all events of a millisecond or none.
fn identity(identities: &mut Identities, seen: &mut HashMap<u128, u32>, event: &Event<'_>) -> u128 {
    let tokens = event.tokens;
    let mut bytes = [0; 32];
    let counts = [
        tokens.input,
        tokens.output,
        tokens.cache_read,
        tokens.cache_write_5m,
    ];
    for (place, count) in bytes.chunks_exact_mut(8).zip(counts) {
        place.copy_from_slice(&count.to_le_bytes());
    }
    let content = identities.hash(&[
        TOOL.as_bytes(),
        b"event",
        &event.at.0.to_le_bytes(),
        event.model.as_bytes(),
        &bytes,
    ]);
    let before = seen.entry(content).or_default();
    *before += 1;
    match *before {
        1 => content,
        number => identities.hash(&[&content.to_le_bytes(), &number.to_le_bytes()]),
    }
}

fn call(identity: u128, event: &Event<'_>, model: Arc<str>) -> Call {
    Call {
        identity: CallIdentity {
            call: identity,
            message: identity,
            sidechain: false,
        },
        at: event.at,
        model,
        provider: None,
        session: Arc::from(""),
        project: Arc::from(""),
        tokens: event.tokens,
        terms: Terms {
            summed: true,
            ..Terms::default()
        },
        recorded_cost: event.cost,
    }
}

/// A count, with or without commas; nothing stands for 0.
fn number(text: &str) -> Option<u64> {
    if text.is_empty() || text == "-" {
        return Some(0);
    }
    let digits: String = text.chars().filter(|c| *c != ',').collect();
    let number = digits.parse().ok()?;
    (number <= MOST_TOKENS).then_some(number)
}

/// What Cursor says an event cost; nothing where it says a word (`Included`).
fn amount(text: &str) -> Option<NanoUsd> {
    let text = text.trim_start_matches('$').replace(',', "");
    let amount: f64 = text.parse().ok()?;
    (amount > 0.0).then(|| dollars(amount)).flatten()
}

/// An instant in UTC. Old exports have a day alone: its noon is that day nearly everywhere.
fn time(text: &str) -> Option<UnixNanos> {
    let with_zone = |text: &str| instant(&format!("{text}Z"));
    instant(text)
        .or_else(|| with_zone(text))
        .or_else(|| with_zone(&format!("{text}T12:00:00")))
}

#[cfg(test)]
#[path = "cursor_tests.rs"]
mod tests;
