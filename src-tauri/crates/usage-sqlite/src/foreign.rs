//! Opens a database that another program owns, without that program noticing.
//!
//! | the file says | beside it lies | it is opened | because |
//! |---|---|---|---|
//! | rollback journal | – | `mode=ro` | a reader's shared lock lasts one step; nothing is created |
//! | write-ahead log | no log, or an empty one | `immutable=1` | a plain reader would create `-wal` and `-shm`, and leave them. All there is lies in the file, which is only written when a log is emptied into it: that is looked for after each step, and the step then repeated |
//! | write-ahead log | a log and its index | `mode=ro&readonly_shm=1` | rows may be in the log alone. The index is mapped read-only and its locks are shared ones: writers go on. Without a live writer SQLite builds an index in memory |
//! | write-ahead log | a log without its index | not at all | it would have to be created; the tool does that when it next runs |
//!
//! The log is not emptied into the file when we close, whoever closes last. A tool that ends while its
//! database is read leaves the log where it is, as SQLite has it with any second reader, and takes it up
//! when it starts again.

use aco_domain::UnixNanos;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags};
use std::fs::{self, File};
use std::io::{self, ErrorKind, Read as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How long a step waits for a writer that has the whole file. Longer, and the next round tries again.
const BUSY: Duration = Duration::from_millis(500);

/// How often a step is repeated because the file was written meanwhile.
const REPEATS: u32 = 3;

/// What tells that a database was written: the size of file and log together, and the later of their
/// times. Both are only compared, with themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stamp {
    pub(crate) size: u64,
    pub(crate) modified: UnixNanos,
}

impl Stamp {
    pub(crate) fn of(path: &Path) -> io::Result<Self> {
        let file = fs::metadata(path)?;
        let mut stamp = Self {
            size: file.len(),
            modified: aco_usage::room::modified(&file),
        };
        if let Some(log) = found(&beside(&target(path), "-wal"))? {
            stamp.size = stamp.size.saturating_add(log.len());
            stamp.modified = stamp.modified.max(aco_usage::room::modified(&log));
        }
        Ok(stamp)
    }
}

/// An open database.
#[derive(Debug)]
pub(crate) struct Foreign {
    path: PathBuf,
    connection: Connection,
    /// Where nothing keeps writers from changing what is read: how it looked before.
    unguarded: Option<Stamp>,
}

impl Foreign {
    /// Opens it; nothing where there is none, or an empty one.
    pub(crate) fn open(path: &Path) -> io::Result<Option<Self>> {
        let stamp = match Stamp::of(path) {
            Ok(stamp) => stamp,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        let target = target(path);
        let Some(journal) = journal(&target)? else {
            return Ok(None);
        };
        let log = found(&beside(&target, "-wal"))?.is_some_and(|log| log.len() > 0);
        let (how, unguarded) = match journal {
            Journal::Rollback => ("mode=ro", None),
            Journal::Log if !log => ("mode=ro&immutable=1", Some(stamp)),
            Journal::Log if found(&beside(&target, "-shm"))?.is_some() => {
                ("mode=ro&readonly_shm=1", None)
            }
            Journal::Log => {
                return Err(io::Error::other(
                    "its write-ahead log has no index beside it (-shm); it is read once the tool \
                     has opened it again",
                ));
            }
        };
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY
            | OpenFlags::SQLITE_OPEN_URI
            | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let uri = format!("file:{}?{how}", escaped(&target));
        let connection = Connection::open_with_flags(uri, flags).map_err(|e| in_words(&e))?;
        let set = || {
            connection.busy_timeout(BUSY)?;
            connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
            // What is damaged, or made to look so, is an error and not a surprise.
            connection.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
            connection.execute_batch("PRAGMA cell_size_check = ON; PRAGMA cache_size = -2048;")
        };
        set().map_err(|error| in_words(&error))?;
        Ok(Some(Self {
            path: path.to_owned(),
            connection,
            unguarded,
        }))
    }

    /// Runs `read` on the database as it is at one moment, again where that moment did not last.
    pub(crate) fn at_one_moment<T>(
        &mut self,
        mut read: impl FnMut(&Connection) -> rusqlite::Result<T>,
    ) -> io::Result<T> {
        let mut repeats = 0;
        loop {
            let found = self.attempt(&mut read);
            let lasted = match self.unguarded {
                Some(before) => Stamp::of(&self.path)? == before,
                None => !found.as_ref().is_err_and(has_ended),
            };
            match found {
                found if lasted => return found.map_err(|error| in_words(&error)),
                Err(error) if repeats == REPEATS => return Err(in_words(&error)),
                Ok(_) if repeats == REPEATS => {
                    return Err(io::Error::other(
                        "it is being written all the time; it is read when that has calmed down",
                    ));
                }
                _ => {}
            }
            repeats += 1;
            let again = Self::open(&self.path)?;
            *self = again.ok_or_else(|| io::Error::from(ErrorKind::NotFound))?;
        }
    }

    fn attempt<T>(
        &self,
        read: &mut impl FnMut(&Connection) -> rusqlite::Result<T>,
    ) -> rusqlite::Result<T> {
        let transaction = self.connection.unchecked_transaction()?;
        let found = read(&transaction)?;
        transaction.commit()?;
        Ok(found)
    }
}

enum Journal {
    Rollback,
    Log,
}

/// How the file is written, by its header (sqlite.org/fileformat.html, offsets 0 and 18); nothing for
/// an empty file.
fn journal(path: &Path) -> io::Result<Option<Journal>> {
    let mut header = Vec::new();
    File::open(path)?.take(20).read_to_end(&mut header)?;
    if header.is_empty() {
        return Ok(None);
    }
    match header
        .get(18)
        .filter(|_| header.starts_with(b"SQLite format 3\0"))
    {
        Some(1) => Ok(Some(Journal::Rollback)),
        Some(2) => Ok(Some(Journal::Log)),
        _ => Err(io::Error::new(
            ErrorKind::InvalidData,
            "it is no SQLite database that can be read here",
        )),
    }
}

/// What SQLite opens and puts its journals beside: what a link leads to.
fn target(path: &Path) -> PathBuf {
    let is_link = fs::symlink_metadata(path).is_ok_and(|found| found.is_symlink());
    let target = is_link.then(|| fs::canonicalize(path).ok()).flatten();
    target.unwrap_or_else(|| path.to_owned())
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

fn found(path: &Path) -> io::Result<Option<fs::Metadata>> {
    match fs::metadata(path) {
        Ok(found) => Ok(Some(found)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// A path as the path of a `file:` URI (sqlite.org/uri.html): every byte that could mean something else
/// is written in hexadecimal, so that names that are no text are opened too.
fn escaped(path: &Path) -> String {
    let mut uri = String::from("//");
    let bytes = path.as_os_str().as_encoded_bytes();
    if bytes.first().is_some_and(|first| *first != b'/') {
        // C:\… on Windows.
        uri.push('/');
    }
    for byte in bytes {
        match byte {
            b'\\' if cfg!(windows) => uri.push('/'),
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' | b'-' | b'_' | b':' => {
                uri.push(char::from(*byte));
            }
            byte => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri
}

/// Whether it is not that kind of database any more: its tool has ended since it was looked at, and
/// taken the log and its index along.
fn has_ended(error: &rusqlite::Error) -> bool {
    matches!(
        error.sqlite_error_code(),
        Some(ErrorCode::CannotOpen | ErrorCode::ReadOnly)
    )
}

/// SQLite's errors as people can act on them.
fn in_words(error: &rusqlite::Error) -> io::Error {
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => io::Error::new(
            ErrorKind::WouldBlock,
            "the program that writes it has locked it; it is read when that lets go",
        ),
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => io::Error::new(
            ErrorKind::InvalidData,
            format!("it is damaged ({error}); what was read before stays counted"),
        ),
        _ => io::Error::other(error.to_string()),
    }
}

#[cfg(test)]
#[path = "foreign_tests.rs"]
mod tests;
