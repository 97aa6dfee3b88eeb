//! The tables of Goose: `usage_ledger`, a row a call, and of sessions from before there was that, the
//! sums in `sessions`.

use super::TOOL;
use super::session::{self, Recorded};
use crate::database;
use crate::place::{self, FIRST, Met, Place, Table};
use aco_domain::{Call, CallIdentity, NanoUsd, Terms, TokenCounts, UnixNanos};
use aco_usage::room::json::{self, Text};
use aco_usage::room::{Identities, Shared};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Row, Statement};
use serde::{Deserialize, Serialize};

/// Changes when the state means something else: everything is then read again.
const VERSION: u8 = 1;

const CALLS: Table = Table {
    name: "usage_ledger",
    id: "session_id || ' ' || created_timestamp",
    changed: None,
    columns: "session_id, created_timestamp, model, input_tokens, output_tokens, cache_read_tokens, \
              cache_write_tokens, cost, cost_source",
    wanted: "1",
};

/// The columns of sessions that are read, as far as a version has them.
const SESSION: [&str; 9] = [
    "working_dir",
    "created_at",
    "accumulated_input_tokens",
    "accumulated_output_tokens",
    "accumulated_cache_read_tokens",
    "accumulated_cache_write_tokens",
    "accumulated_cost",
    "provider_name",
    "model_config_json",
];

/// What must be remembered of the rows before the place.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Tables {
    version: u8,
    calls: Place,
    /// Sums of sessions that could not be read, the last time they were.
    unreadable_sums: u64,
}

impl database::Tables for Tables {
    fn resume(state: &[u8]) -> Self {
        let known: Option<Self> = serde_json::from_slice(state).ok();
        known
            .filter(|known| known.version == VERSION)
            .unwrap_or(Self {
                version: VERSION,
                ..Self::default()
            })
    }

    fn are_known(connection: &Connection) -> rusqlite::Result<bool> {
        let sessions = place::columns(connection, "sessions")?;
        let has_sums = ["id", "accumulated_input_tokens"]
            .iter()
            .all(|name| sessions.iter().any(|column| column == name));
        Ok(has_sums || has_calls(connection)?)
    }

    fn version(connection: &Connection) -> Option<String> {
        let sql = "SELECT max(version) FROM schema_version";
        let version: Option<i64> = connection.query_row(sql, [], |row| row.get(0)).ok()?;
        version.map(|version| version.to_string())
    }

    fn read_on(
        &mut self,
        connection: &Connection,
        calls: &mut Vec<Call>,
    ) -> rusqlite::Result<bool> {
        let mut sessions = Sessions::new(connection)?;
        let mut maker = Maker::default();
        let has_calls = has_calls(connection)?;
        let mut more = false;
        if has_calls {
            more = self.calls.read_on(connection, &CALLS, |row| {
                let session = sessions.of(&place::text(row, FIRST)?.unwrap_or_default())?;
                maker.call(connection, row, &session, calls)
            })?;
        }
        if !more {
            // They are few, and each of them may have grown.
            self.unreadable_sums = 0;
            for session in sessions.without_calls(has_calls)? {
                match session.sum(&mut maker) {
                    Some(sum) if sum.tokens.total() > 0 => calls.push(sum),
                    Some(_) => {}
                    None => self.unreadable_sums += 1,
                }
            }
        }
        Ok(more)
    }

    fn unreadable(&self) -> u64 {
        self.calls.unreadable + self.unreadable_sums
    }

    fn unrecognised(&self) -> u64 {
        self.calls.unrecognised
    }

    fn passed(&self) -> u64 {
        self.calls.row.unsigned_abs()
    }

    fn state(&self) -> Vec<u8> {
        // Only maps with keys that are no strings fail, and there are none.
        serde_json::to_vec(self).unwrap_or_default()
    }
}

fn has_calls(connection: &Connection) -> rusqlite::Result<bool> {
    let found = place::columns(connection, CALLS.name)?;
    Ok(CALLS
        .columns
        .split(", ")
        .all(|name| found.iter().any(|column| column == name)))
}

/// A session's row.
#[derive(Clone, Debug, Default)]
struct Session {
    id: String,
    folder: String,
    created: String,
    recorded: Recorded,
    cost: Option<f64>,
    provider: Option<String>,
    model: String,
}

#[derive(Deserialize)]
struct ModelConfig<'a> {
    #[serde(borrow, default)]
    model_name: Text<'a>,
}

impl Session {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        let text = |column| place::text(row, column);
        let model = place::bytes(row, 9)?.unwrap_or_default();
        let model: Option<ModelConfig<'_>> = json::object(model).ok().flatten();
        Ok(Self {
            id: text(0)?.unwrap_or_default(),
            folder: text(1)?.unwrap_or_default(),
            created: text(2)?.unwrap_or_default(),
            recorded: Recorded {
                input: number(row, 3)?,
                output: number(row, 4)?,
                cache_read: number(row, 5)?,
                cache_write: number(row, 6)?,
            },
            cost: amount(row, 7)?,
            provider: text(8)?.filter(|name| !name.trim().is_empty()),
            model: model
                .and_then(|config| config.model_name.get().map(str::to_owned))
                .unwrap_or_default(),
        })
    }

    /// All calls of the session, as one; nothing where it holds what is no count.
    fn sum(&self, maker: &mut Maker) -> Option<Call> {
        let tokens = self.recorded.tokens()?;
        let at = session::time(&self.created).or_else(|| session::begun(&self.id))?;
        let identity = session::sum(&mut maker.identities, &self.id, &self.created);
        Some(maker.make(identity, at, self, &self.model, (tokens, self.cost, true)))
    }
}

/// Sessions, by id or in their order.
struct Sessions<'c> {
    connection: &'c Connection,
    /// What is selected of them, and that of one.
    selected: Option<(String, Statement<'c>)>,
}

impl<'c> Sessions<'c> {
    fn new(connection: &'c Connection) -> rusqlite::Result<Self> {
        let found = place::columns(connection, "sessions")?;
        let has = |name: &str| found.iter().any(|column| column == name);
        let columns = SESSION.map(|name| if has(name) { name } else { "NULL" });
        let columns = columns.join(", ");
        let selected = match has("id") {
            true => {
                let sql = format!("SELECT id, {columns} FROM sessions WHERE id = ?1");
                let by_id = connection.prepare(&sql)?;
                Some((columns, by_id))
            }
            false => None,
        };
        Ok(Self {
            connection,
            selected,
        })
    }

    fn of(&mut self, id: &str) -> rusqlite::Result<Session> {
        let nameless = Session {
            id: id.to_owned(),
            ..Session::default()
        };
        let Some((_, by_id)) = &mut self.selected else {
            return Ok(nameless);
        };
        let mut rows = by_id.query([id])?;
        match rows.next()? {
            Some(row) => Session::read(row),
            None => Ok(nameless),
        }
    }

    /// Those none of whose calls is told.
    fn without_calls(&self, has_calls: bool) -> rusqlite::Result<Vec<Session>> {
        let Some((columns, _)) = &self.selected else {
            return Ok(Vec::new());
        };
        let told = match has_calls {
            true => "EXISTS (SELECT 1 FROM usage_ledger WHERE session_id = sessions.id)",
            false => "0",
        };
        let sql = format!("SELECT id, {columns} FROM sessions WHERE NOT {told} ORDER BY rowid");
        let mut statement = self.connection.prepare(&sql)?;
        let found = statement.query_map([], Session::read)?;
        found.collect()
    }
}

/// Makes calls, and the strings they share.
#[derive(Debug, Default)]
struct Maker {
    identities: Identities,
    model: Shared,
    provider: Shared,
    session: Shared,
    project: Shared,
}

impl Maker {
    /// A row of `usage_ledger`.
    fn call(
        &mut self,
        connection: &Connection,
        row: &Row<'_>,
        session: &Session,
        calls: &mut Vec<Call>,
    ) -> rusqlite::Result<Met> {
        let recorded = Recorded {
            input: number(row, FIRST + 3)?,
            output: number(row, FIRST + 4)?,
            cache_read: number(row, FIRST + 5)?,
            cache_write: number(row, FIRST + 6)?,
        };
        let at = number(row, FIRST + 1)?.and_then(session::moment);
        let (Some(tokens), Some(at)) = (recorded.tokens(), at) else {
            return Ok(Met::Unreadable);
        };
        if tokens.total() == 0 {
            return Ok(Met::Read);
        }
        let number: i64 = row.get(0)?;
        let carried = place::text(row, FIRST + 8)?.as_deref() == Some("carried_forward");
        let cost = amount(row, FIRST + 7)?;
        let call = if carried && is_first_carried(connection, &session.id, number)? {
            // What the session had spent before its calls were told: its sum of then.
            let identity = session::sum(&mut self.identities, &session.id, &session.created);
            let at = session::time(&session.created)
                .or_else(|| session::begun(&session.id))
                .unwrap_or(at);
            self.make(identity, at, session, &session.model, (tokens, cost, true))
        } else {
            let identity = self.identities.hash(&[
                TOOL.as_bytes(),
                b"call",
                session.id.as_bytes(),
                &number.to_le_bytes(),
                &at.0.to_le_bytes(),
            ]);
            let model = place::text(row, FIRST + 2)?;
            let model = model.unwrap_or_else(|| session.model.clone());
            self.make(identity, at, session, &model, (tokens, cost, carried))
        };
        calls.push(call);
        Ok(Met::Read)
    }

    /// A call, or a sum over several.
    fn make(
        &mut self,
        identity: u128,
        at: UnixNanos,
        session: &Session,
        model: &str,
        (tokens, cost, summed): (TokenCounts, Option<f64>, bool),
    ) -> Call {
        Call {
            identity: CallIdentity {
                call: identity,
                message: identity,
                sidechain: false,
            },
            at,
            model: self.model.get(model),
            provider: self.provider.optional(session.provider.as_deref()),
            session: self.session.get(&session.id),
            project: self.project.get(&session.folder),
            tokens,
            terms: Terms {
                summed,
                ..Terms::default()
            },
            recorded_cost: recorded(cost),
        }
    }
}

/// What Goose computed, where that is more than nothing.
fn recorded(cost: Option<f64>) -> Option<NanoUsd> {
    cost.filter(|cost| *cost > 0.0).and_then(json::dollars)
}

/// Whether no row before this one tells what the session had spent before.
fn is_first_carried(connection: &Connection, session: &str, row: i64) -> rusqlite::Result<bool> {
    let sql = "SELECT NOT EXISTS (SELECT 1 FROM usage_ledger
        WHERE session_id = ?1 AND id < ?2 AND cost_source = 'carried_forward')";
    let mut statement = connection.prepare(sql)?;
    statement.query_row((session, row), |row| row.get(0))
}

/// A column as a whole number, nothing where it is NULL. Another type is -1, which is no count.
fn number(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<i64>> {
    Ok(match row.get_ref(column)? {
        ValueRef::Null => None,
        ValueRef::Integer(number) => Some(number),
        ValueRef::Real(_) | ValueRef::Text(_) | ValueRef::Blob(_) => Some(-1),
    })
}

fn amount(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<f64>> {
    Ok(match row.get_ref(column)? {
        ValueRef::Real(amount) => Some(amount),
        _ => None,
    })
}
