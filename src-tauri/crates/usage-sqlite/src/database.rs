//! Reads a tool's database step by step; what its rows mean is a [`Tables`]' business.

use crate::foreign::{Foreign, Stamp};
use aco_domain::{Call, Checkpoint, Increment};
use aco_usage::room::{MIDDLE, unrecognised};
use aco_usage::{FoundFile, Opened, ReadError, Reading};
use rusqlite::Connection;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// Reads the tables of one tool, from where it was.
pub(crate) trait Tables: Clone + 'static {
    /// As it was when it gave `state`; as at the beginning when that is another version's, or none.
    fn resume(state: &[u8]) -> Self;

    /// Whether the tables that are there are the tool's, in a form that is known.
    fn are_known(connection: &Connection) -> rusqlite::Result<bool>;

    /// The version that wrote them, or that of their form, as far as they tell.
    fn version(connection: &Connection) -> Option<String>;

    /// Reads on, a bounded number of rows, and says whether there are more. Asked again from the same
    /// place, it gives the same calls.
    fn read_on(&mut self, connection: &Connection, calls: &mut Vec<Call>)
    -> rusqlite::Result<bool>;

    /// Rows so far that should have held counts and could not be read.
    fn unreadable(&self) -> u64;

    /// Of these, how many the last step met whose shape is not known.
    fn unrecognised(&self) -> u64;

    /// Rows so far.
    fn passed(&self) -> u64;

    /// What is to be handed to [`Tables::resume`].
    fn state(&self) -> Vec<u8>;
}

/// What a listing says of a database: its log counts as part of it.
pub(crate) fn found(file: FoundFile) -> FoundFile {
    match Stamp::of(&file.path) {
        Ok(stamp) => FoundFile {
            size: stamp.size,
            modified: stamp.modified,
            ..file
        },
        // Gone meanwhile, which its opening will say.
        Err(_) => file,
    }
}

/// Opens a database to read on from its checkpoint.
pub(crate) fn open<'b, T: Tables>(
    file: &FoundFile,
    checkpoint: Option<&Checkpoint>,
) -> Result<Opened<'b>, ReadError> {
    if checkpoint.is_some_and(|known| file.is_unchanged_since(known)) {
        return Ok(Opened::Unchanged);
    }
    let failed = |error| ReadError::new(&file.path, error);
    let stamp = match Stamp::of(&file.path) {
        Ok(stamp) => stamp,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Opened::Gone),
        Err(error) => return Err(failed(error)),
    };
    let Some(database) = Foreign::open(&file.path).map_err(failed)? else {
        return Ok(Opened::Unchanged);
    };
    Ok(Opened::Reading(Box::new(Steps {
        path: file.path.clone(),
        file_id: file.file_id,
        stamp,
        database,
        tables: T::resume(checkpoint.map_or(&[], |known| &known.state)),
    })))
}

struct Steps<T> {
    path: PathBuf,
    file_id: Option<(u64, u64)>,
    /// How it looked before the first step: what is written later is met by the next scan.
    stamp: Stamp,
    database: Foreign,
    tables: T,
}

impl<T: Tables> Reading for Steps<T> {
    fn step(&mut self) -> Result<Increment, ReadError> {
        let before = &self.tables;
        let read = self.database.at_one_moment(|connection| {
            let (mut tables, mut calls) = (before.clone(), Vec::new());
            let are_known = has_none(connection)? || T::are_known(connection)?;
            let more = are_known && tables.read_on(connection, &mut calls)?;
            // A database of another form is one thing that was skipped.
            let foreign = u64::from(!are_known);
            let unrecognised = match tables.unrecognised() + foreign {
                0 => None,
                records => unrecognised(records, T::version(connection).as_deref()),
            };
            Ok((tables, calls, more, unrecognised, foreign))
        });
        let (tables, calls, more, unrecognised, foreign) =
            read.map_err(|error| ReadError::new(&self.path, error))?;
        self.tables = tables;
        Ok(Increment {
            calls,
            checkpoint: self.checkpoint(more, foreign),
            more,
            unrecognised,
        })
    }
}

impl<T: Tables> Steps<T> {
    fn checkpoint(&self, more: bool, foreign: u64) -> Checkpoint {
        Checkpoint {
            path: self.path.clone(),
            file_id: self.file_id,
            size: if more { 0 } else { self.stamp.size },
            modified: if more { MIDDLE } else { self.stamp.modified },
            offset: self.tables.passed(),
            // The rows at the places are recognised by their ids.
            fingerprint: 0,
            skipped_lines: self.tables.unreadable() + foreign,
            state: self.tables.state(),
        }
    }
}

/// Whether the tool has made the file, and no table yet.
fn has_none(connection: &Connection) -> rusqlite::Result<bool> {
    let sql = "SELECT count(*) = 0 FROM sqlite_schema";
    connection.query_row(sql, [], |row| row.get(0))
}

/// A file of the name `name` in one of `folders`, as the listing of a source wants it.
pub(crate) fn is_named(path: &Path, name: &str) -> bool {
    path.file_name().is_some_and(|found| found == name)
}
