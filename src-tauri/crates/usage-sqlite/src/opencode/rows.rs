//! The tables of OpenCode 1.x (`message`, `part`) and 2.x (`session_message`), in one database or apart.

use super::message::{Maker, Message, Part, Spent};
use crate::database;
use crate::place::{self, FIRST, Met, Place, Table};
use aco_domain::{Call, NanoUsd, TokenCounts};
use aco_usage::room::Identities;
use rusqlite::{Connection, Row, Statement};
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

/// Changes when the state means something else: everything is then read again.
const VERSION: u8 = 1;

/// The parts of 1.x that end a step. Most parts hold text, some of it long: what is longer than a
/// mebibyte ends no step, and is not even loaded. Parts are written once.
const PARTS: Table = Table {
    name: "part",
    id: "id",
    changed: None,
    columns: "message_id, data",
    wanted: "CASE WHEN octet_length(data) <= 1048576 THEN instr(data, '\"step-finish\"') > 0 END",
};

/// The messages of 1.x.
const MESSAGES: Table = Table {
    name: "message",
    id: "id",
    changed: Some("time_updated"),
    columns: "session_id, data",
    wanted: "CASE WHEN octet_length(data) <= 1048576 THEN instr(data, '\"tokens\"') > 0 END",
};

/// The messages of 2.x, a step each. They hold what was said and what tools printed.
const MESSAGES_2: Table = Table {
    name: "session_message",
    id: "id",
    changed: Some("time_updated"),
    columns: "session_id, data",
    wanted: "type IN ('assistant', 'compaction') AND octet_length(data) <= 67108864",
};

/// How many different steps are remembered to tell equal ones of one message apart. They lie close
/// together, in between only those of sessions that ran at the same time.
const MOST_STEPS: usize = 64;

/// What must be remembered of the rows before the places.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Tables {
    version: u8,
    parts: Place,
    messages: Place,
    messages_2: Place,
    /// How often a step was met in its message: half of a hash of both, and the count.
    steps: VecDeque<(u64, u32)>,
}

impl Tables {
    /// How often this was met in this message before.
    fn before(&mut self, message: &str, content: u128) -> u32 {
        let parts = [message.as_bytes(), &content.to_le_bytes()];
        let hash = Identities::default().hash(&parts);
        // Half of it is plenty for so few.
        let half = u64::try_from(hash >> 64).unwrap_or_default();
        if let Some((_, count)) = self.steps.iter_mut().find(|(known, _)| *known == half) {
            *count = count.saturating_add(1);
            return *count - 1;
        }
        if self.steps.len() == MOST_STEPS {
            self.steps.pop_front();
        }
        self.steps.push_back((half, 1));
        0
    }

    /// Steps of 1.x. Each is told by its part; when, by which model and where, by its message.
    fn read_parts(&mut self, step: &mut Step<'_>) -> rusqlite::Result<bool> {
        let mut parts = std::mem::take(&mut self.parts);
        if !parts.holds(step.connection, &PARTS)? {
            self.steps.clear();
        }
        let mut messages = Messages::new(step.connection)?;
        let more = parts.read_on(step.connection, &PARTS, |row| {
            let data = place::bytes(row, FIRST + 1)?.unwrap_or_default();
            let part = match Part::read(data) {
                Ok(part) => part.filter(Part::ends_a_step),
                Err(_) => return Ok(Met::Unreadable),
            };
            let (tokens, cost) = match part.map_or(Spent::Nothing, |part| part.spent_by_step()) {
                Spent::Tokens(tokens, cost) => (tokens, cost),
                Spent::Nothing => return Ok(Met::Read),
                Spent::Unreadable => return Ok(Met::Unreadable),
                Spent::Unrecognised => return Ok(Met::Unrecognised),
            };
            let id = place::text(row, FIRST)?.unwrap_or_default();
            let (session, data) = messages.of(&id)?;
            let Ok(Some(message)) = Message::read(data) else {
                return Ok(Met::Unreadable);
            };
            let Some(content) = step.maker.content(&message, &tokens) else {
                return Ok(Met::Unreadable);
            };
            let before = self.before(&id, content);
            let identity = step.maker.identity(content, before);
            step.push(identity, &message, session, (tokens, cost))?;
            Ok(Met::Read)
        });
        self.parts = parts;
        more
    }

    /// Messages of 1.x of which no step is told. What such a message says is its only call, and where
    /// a step is told later, that is the same one.
    fn read_messages(&mut self, step: &mut Step<'_>) -> rusqlite::Result<bool> {
        let sql = format!(
            "SELECT EXISTS (SELECT 1 FROM part WHERE message_id = ?1 AND {})",
            PARTS.wanted
        );
        let mut has_steps = match is_known(step.connection, &PARTS)? {
            true => Some(step.connection.prepare(&sql)?),
            false => None,
        };
        self.messages.read_on(step.connection, &MESSAGES, |row| {
            step.message(row, || match &mut has_steps {
                Some(asked) => asked.query_row([place::text(row, 1)?], |row| row.get(0)),
                None => Ok(false),
            })
        })
    }

    /// Messages of 2.x: each is a step.
    fn read_messages_2(&mut self, step: &mut Step<'_>) -> rusqlite::Result<bool> {
        self.messages_2
            .read_on(step.connection, &MESSAGES_2, |row| {
                step.message(row, || Ok(false))
            })
    }
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
        for table in [MESSAGES, MESSAGES_2] {
            if is_known(connection, &table)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn version(connection: &Connection) -> Option<String> {
        let sql = "SELECT version FROM session ORDER BY rowid DESC LIMIT 1";
        connection.query_row(sql, [], |row| row.get(0)).ok()
    }

    fn read_on(
        &mut self,
        connection: &Connection,
        calls: &mut Vec<Call>,
    ) -> rusqlite::Result<bool> {
        let mut step = Step {
            connection,
            calls,
            maker: Maker::default(),
            folders: Folders::new(connection)?,
        };
        let known = |table: &Table| is_known(connection, table);
        // Parts before messages: whoever asks whether a message has steps is answered either way.
        let mut more = false;
        if known(&PARTS)? && known(&MESSAGES)? {
            more |= self.read_parts(&mut step)?;
        }
        if known(&MESSAGES)? {
            more |= self.read_messages(&mut step)?;
        }
        if known(&MESSAGES_2)? {
            more |= self.read_messages_2(&mut step)?;
        }
        Ok(more)
    }

    fn unreadable(&self) -> u64 {
        self.parts.unreadable + self.messages.unreadable + self.messages_2.unreadable
    }

    fn unrecognised(&self) -> u64 {
        let places = [&self.parts, &self.messages, &self.messages_2];
        places.iter().map(|place| place.unrecognised).sum()
    }

    fn passed(&self) -> u64 {
        let rows = [&self.parts, &self.messages, &self.messages_2].map(|place| place.row);
        rows.iter().map(|row| row.unsigned_abs()).sum()
    }

    fn state(&self) -> Vec<u8> {
        // Only maps with keys that are no strings fail, and there are none.
        serde_json::to_vec(self).unwrap_or_default()
    }
}

/// Whether a table has the columns that are read of it.
fn is_known(connection: &Connection, table: &Table) -> rusqlite::Result<bool> {
    let found = place::columns(connection, table.name)?;
    let has = |name: &str| found.iter().any(|column| column == name);
    let columns = table.columns.split(", ").chain(table.changed);
    Ok(has(table.id)
        && columns.into_iter().all(has)
        && (table.name != MESSAGES_2.name || has("type")))
}

/// What one step of reading works with.
struct Step<'c> {
    connection: &'c Connection,
    calls: &'c mut Vec<Call>,
    maker: Maker,
    folders: Folders<'c>,
}

impl Step<'_> {
    /// A row of a message that is itself a call, unless `is_told` elsewhere.
    fn message(
        &mut self,
        row: &Row<'_>,
        is_told: impl FnOnce() -> rusqlite::Result<bool>,
    ) -> rusqlite::Result<Met> {
        let data = place::bytes(row, FIRST + 1)?.unwrap_or_default();
        let Ok(message) = Message::read(data) else {
            return Ok(Met::Unreadable);
        };
        let Some(message) = message.filter(Message::is_by_a_model) else {
            return Ok(Met::Read);
        };
        let met = if message.is_finished() {
            Met::Read
        } else {
            Met::Open
        };
        let (tokens, cost) = match message.spent() {
            Spent::Tokens(tokens, cost) => (tokens, cost),
            Spent::Nothing => return Ok(met),
            Spent::Unreadable => return Ok(Met::Unreadable),
            Spent::Unrecognised => return Ok(Met::Unrecognised),
        };
        let Some(identity) = self.maker.content(&message, &tokens) else {
            return Ok(Met::Unreadable);
        };
        if !is_told()? {
            let session = place::text(row, FIRST)?.unwrap_or_default();
            self.push(identity, &message, &session, (tokens, cost))?;
        }
        Ok(met)
    }

    fn push(
        &mut self,
        identity: u128,
        message: &Message<'_>,
        session: &str,
        spent: (TokenCounts, Option<NanoUsd>),
    ) -> rusqlite::Result<()> {
        let folder = self.folders.of(session)?;
        let call = self.maker.call(identity, message, session, folder, spent);
        self.calls.push(call);
        Ok(())
    }
}

/// The message that parts belong to, neighbouring ones mostly to the same.
struct Messages<'c> {
    by_id: Statement<'c>,
    id: String,
    session: String,
    data: Vec<u8>,
}

impl<'c> Messages<'c> {
    fn new(connection: &'c Connection) -> rusqlite::Result<Self> {
        Ok(Self {
            by_id: connection.prepare("SELECT session_id, data FROM message WHERE id = ?1")?,
            id: String::new(),
            session: String::new(),
            data: Vec::new(),
        })
    }

    /// Its session and what it says; nothing of one that is gone.
    fn of(&mut self, id: &str) -> rusqlite::Result<(&str, &[u8])> {
        if self.id != id {
            id.clone_into(&mut self.id);
            self.session.clear();
            self.data.clear();
            let mut rows = self.by_id.query([id])?;
            if let Some(row) = rows.next()? {
                self.session = place::text(row, 0)?.unwrap_or_default();
                self.data
                    .extend_from_slice(place::bytes(row, 1)?.unwrap_or_default());
            }
        }
        Ok((&self.session, &self.data))
    }
}

/// The folder of a session, for messages that do not say theirs.
struct Folders<'c> {
    /// Of the tables in which sessions are, the newer one first.
    by_id: Vec<Statement<'c>>,
    session: String,
    folder: Option<String>,
}

impl<'c> Folders<'c> {
    fn new(connection: &'c Connection) -> rusqlite::Result<Self> {
        let mut by_id = Vec::new();
        for table in ["session_v2", "session"] {
            let columns = place::columns(connection, table)?;
            if ["id", "directory"]
                .iter()
                .all(|name| columns.iter().any(|column| column == name))
            {
                let sql = format!("SELECT directory FROM {table} WHERE id = ?1");
                by_id.push(connection.prepare(&sql)?);
            }
        }
        Ok(Self {
            by_id,
            session: String::new(),
            folder: None,
        })
    }

    fn of(&mut self, session: &str) -> rusqlite::Result<Option<&str>> {
        if self.session != session {
            session.clone_into(&mut self.session);
            self.folder = None;
            for statement in &mut self.by_id {
                let mut rows = statement.query([session])?;
                if let Some(row) = rows.next()? {
                    self.folder = place::text(row, 0)?;
                    break;
                }
            }
        }
        Ok(self.folder.as_deref())
    }
}
