//! Texts become numbers once: a session's name stands in one row, not in each of its calls.

use rusqlite::{Connection, OptionalExtension as _, Statement};
use std::collections::HashMap;
use std::sync::Arc;

/// Names remembered at most. A history has some for each session and file; what is forgotten is
/// looked up again.
const REMEMBERED: usize = 20_000;

/// Where a text was last met. A file's calls mostly repeat the last one's.
#[derive(Clone, Copy)]
pub(crate) enum Column {
    Model,
    Provider,
    Session,
    Project,
    ServiceTier,
    Speed,
}

/// Finds the number of a text, or gives it one. For one transaction at a time.
pub(crate) struct Interner<'l> {
    find: Statement<'l>,
    insert: Statement<'l>,
    text: Statement<'l>,
    known: HashMap<Arc<str>, i64>,
    last: [Option<(Arc<str>, i64)>; 6],
    version: Option<(String, i64)>,
}

impl<'l> Interner<'l> {
    pub(crate) fn over(connection: &'l Connection) -> rusqlite::Result<Self> {
        Ok(Self {
            find: connection.prepare("SELECT id FROM names WHERE text = ?1")?,
            insert: connection.prepare("INSERT INTO names (text) VALUES (?1) RETURNING id")?,
            text: connection.prepare("SELECT text FROM names WHERE id = ?1")?,
            known: HashMap::new(),
            last: Default::default(),
            version: None,
        })
    }

    pub(crate) fn id(&mut self, text: &str) -> rusqlite::Result<i64> {
        if let Some(id) = self.known.get(text) {
            return Ok(*id);
        }
        let found = self.find.query_row([text], |row| row.get(0)).optional()?;
        let id = match found {
            Some(id) => id,
            None => self.insert.query_row([text], |row| row.get(0))?,
        };
        if self.known.len() >= REMEMBERED {
            self.known.clear();
        }
        self.known.insert(text.into(), id);
        Ok(id)
    }

    /// Like [`id`](Self::id), for the text of one column of consecutive calls.
    pub(crate) fn id_in(&mut self, column: Column, text: &Arc<str>) -> rusqlite::Result<i64> {
        if let Some((last, id)) = &self.last[column as usize]
            && last == text
        {
            return Ok(*id);
        }
        let id = self.id(text)?;
        self.last[column as usize] = Some((Arc::clone(text), id));
        Ok(id)
    }

    pub(crate) fn optional_id_in(
        &mut self,
        column: Column,
        text: Option<&Arc<str>>,
    ) -> rusqlite::Result<Option<i64>> {
        text.map(|text| self.id_in(column, text)).transpose()
    }

    /// Like [`id`](Self::id), for the one version that prices a whole intake.
    pub(crate) fn id_of_version(&mut self, version: &str) -> rusqlite::Result<i64> {
        if let Some((last, id)) = &self.version
            && last == version
        {
            return Ok(*id);
        }
        let id = self.id(version)?;
        self.version = Some((version.to_owned(), id));
        Ok(id)
    }

    pub(crate) fn text(&mut self, id: i64) -> rusqlite::Result<Arc<str>> {
        self.text.query_row([id], |row| row.get(0))
    }

    pub(crate) fn optional_text(&mut self, id: Option<i64>) -> rusqlite::Result<Option<Arc<str>>> {
        id.map(|id| self.text(id)).transpose()
    }

    /// After a transaction that was rolled back, or to give memory back.
    pub(crate) fn forget(&mut self) {
        self.known = HashMap::new();
        self.last = Default::default();
        self.version = None;
    }
}
