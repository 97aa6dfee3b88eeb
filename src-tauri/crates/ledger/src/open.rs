//! From a path to a ledger that can be written: an older file is migrated, a damaged one set aside,
//! a newer one left alone. Only the holder of the home's lock may come here.

use crate::error::Error;
use crate::history::{History, from_instant, to_instant};
use crate::schema::{self, APPLICATION_ID, AUDITED};
use crate::{Ledger, Opened, audit};
use aco_domain::UnixNanos;
use aco_home::versioned::{self, Finding, Format};
use aco_home::{FileError, platform};
use rusqlite::backup::Progress;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How long a statement waits for another connection. Writers exclude each other by the home's
/// lock; a reader can delay the end of a checkpoint for as long as it reads.
pub(crate) const BUSY: Duration = Duration::from_secs(5);

const A_DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Where `user_version` and `application_id` stand in the file, as its format says
/// (sqlite.org/fileformat2.html, 1.3).
const HEADER: usize = 100;
const USER_VERSION: usize = 60;
const APPLICATION: usize = 68;

/// How a file looks before it is opened.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Looks {
    /// Its last writer closed it.
    Closed,
    /// It has a journal: its last writer was killed.
    Killed,
    /// Somebody found damage in it.
    Suspect,
}

/// What a ledger is opened with.
#[derive(Clone, Copy)]
pub(crate) struct Opening<'a> {
    pub(crate) now: UnixNanos,
    pub(crate) usage_seq_floor: u64,
    pub(crate) suspect: bool,
    pub(crate) migrations: &'a [&'a str],
}

pub(crate) fn open(path: &Path, opening: Opening<'_>) -> Result<Opened, Error> {
    let migrations = opening.migrations;
    let mut findings = Vec::new();
    let mut path = path.to_owned();
    if let Some(version) = newer(&path, migrations)? {
        path = step_aside(&path, version, migrations, &mut findings);
    }
    let ledger = match open_at(&path, opening) {
        // The file's first page is older than what its journal makes of it.
        Err(Error::Newer { version, .. }) if findings.is_empty() => {
            path = step_aside(&path, version, migrations, &mut findings);
            open_at(&path, opening)
        }
        opened => opened,
    };
    let ledger = match ledger {
        Ok(ledger) => ledger,
        Err(Error::Damaged { why, .. }) => {
            let kept = set_aside(&path)?;
            findings.push(Finding::Damaged {
                path: path.clone(),
                kept,
                why,
            });
            open_at(&path, opening)?
        }
        Err(error) => return Err(error),
    };
    Ok(Opened { ledger, findings })
}

fn step_aside(
    path: &Path,
    version: i32,
    migrations: &[&str],
    findings: &mut Vec<Finding>,
) -> PathBuf {
    let instead = beside(path, migrations);
    findings.push(Finding::Newer {
        path: path.to_owned(),
        version: version.unsigned_abs(),
        instead: instead.clone(),
    });
    instead
}

/// The file used instead of a newer one.
pub(crate) fn beside(path: &Path, migrations: &[&str]) -> PathBuf {
    let format = Format {
        magic: "aco-ledger",
        version: schema::version(migrations).unsigned_abs(),
    };
    versioned::beside(path, format)
}

/// The file's version, if it is a ledger and newer than what this program knows. Looks at the
/// bytes, because SQLite would touch the file.
pub(crate) fn newer(path: &Path, migrations: &[&str]) -> Result<Option<i32>, Error> {
    let mut header = [0; HEADER];
    match File::open(path).and_then(|mut file| file.read_exact(&mut header)) {
        Ok(()) => {}
        // Absent, or too short to be anything: SQLite judges.
        Err(error) if [ErrorKind::NotFound, ErrorKind::UnexpectedEof].contains(&error.kind()) => {
            return Ok(None);
        }
        Err(error) => return Err(FileError::during("read", path)(error).into()),
    }
    let number = |at: usize| {
        let mut bytes = [0; 4];
        bytes.copy_from_slice(&header[at..at + 4]);
        i32::from_be_bytes(bytes)
    };
    let version = number(USER_VERSION);
    let is_newer = header.starts_with(b"SQLite format 3\0")
        && number(APPLICATION) == APPLICATION_ID
        && version > schema::version(migrations);
    Ok(is_newer.then_some(version))
}

fn open_at(path: &Path, opening: Opening<'_>) -> Result<Ledger, Error> {
    create_file(path)?;
    let [journal, _] = journals(path);
    let looks = match journal.metadata() {
        _ if opening.suspect => Looks::Suspect,
        Ok(journal) if journal.len() > 0 => Looks::Killed,
        _ => Looks::Closed,
    };
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection =
        Connection::open_with_flags(path, flags).map_err(Error::during("open", path))?;
    prepare(&connection, path, opening, looks)?;
    let history = History::over(connection, path)?;
    Ledger::over(history, opening.usage_seq_floor)
}

fn create_file(path: &Path) -> Result<(), Error> {
    let created = platform::private_file()
        .write(true)
        .create_new(true)
        .open(path);
    match created {
        Ok(_) => {
            // A journal without its file belongs to none: SQLite would try to read it into this.
            for journal in journals(path) {
                remove(&journal)?;
            }
            Ok(())
        }
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(FileError::during("create", path)(error).into()),
    }
}

fn prepare(
    connection: &Connection,
    path: &Path,
    opening: Opening<'_>,
    looks: Looks,
) -> Result<(), Error> {
    let Opening {
        now,
        usage_seq_floor,
        migrations,
        ..
    } = opening;
    let during = Error::during("open", path);
    let damaged = |why: String| Error::Damaged {
        path: path.to_owned(),
        why,
    };
    connection.busy_timeout(BUSY).map_err(&during)?;
    let version = schema::found_version(connection).map_err(&during)?;
    if version > schema::version(migrations) {
        // Its journal stays as it is, too.
        let _ = connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true);
        let path = path.to_owned();
        return Err(Error::Newer { path, version });
    }
    let is_empty = schema::is_empty(connection).map_err(&during)?;
    let application = schema::found_application(connection).map_err(&during)?;
    if !is_empty && (application != APPLICATION_ID || version < 1) {
        return Err(damaged("it is another program's file".to_owned()));
    }
    configure(connection).map_err(&during)?;
    let wrong = match is_empty {
        true => None,
        false => {
            let written = usize::try_from(version).unwrap_or(0);
            inspect(connection, now, looks, &migrations[..written]).map_err(&during)?
        }
    };
    if let Some(why) = wrong {
        return Err(damaged(why));
    }
    let steps = (1..)
        .zip(migrations)
        .skip(usize::try_from(version).unwrap_or(0));
    let mut migrated = false;
    for (to, sql) in steps {
        if to > 1 {
            back_up(connection, path, to - 1)?;
        }
        let start = (to == 1).then(|| schema::Start::at(now, usage_seq_floor));
        schema::migrate(connection, to, sql, start).map_err(|source| Error::Refused {
            // Even a statement that SQLite objects to: then it is this program that is wrong.
            action: "migrate",
            path: path.to_owned(),
            source,
        })?;
        migrated = true;
    }
    if migrated {
        // An older program looks at the file's first page, not into the journal.
        checkpoint(connection).map_err(&during)?;
    }
    Ok(())
}

/// What is wrong with the file. Everything is looked at once a day, the structure after a kill; a
/// short command must not pay for that each time.
fn inspect(
    connection: &Connection,
    now: UnixNanos,
    looks: Looks,
    migrations: &[&str],
) -> rusqlite::Result<Option<String>> {
    let audited = schema::fact::<i64>(connection, AUDITED)?.map_or(UnixNanos(0), to_instant);
    let apart = now.since(audited).max(audited.since(now));
    if looks == Looks::Suspect || apart >= A_DAY {
        let wrong = audit::everything(connection, migrations)?;
        if wrong.is_none() {
            schema::set_fact(connection, AUDITED, from_instant(now))?;
        }
        return Ok(wrong);
    }
    match looks {
        Looks::Killed => audit::structure(connection),
        _ => Ok(None),
    }
}

/// Pragmas of a connection that writes.
fn configure(connection: &Connection) -> rusqlite::Result<()> {
    // The mode is kept in the file: asked for once, and read afterwards.
    let mode: String = connection.query_row("PRAGMA journal_mode", [], |row| row.get(0))?;
    if mode != "wal" {
        connection.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(()))?;
    }
    // NORMAL: a power cut may take the last transactions, checkpoints and all, and the tools' files
    // are read again; the file is never torn. The cache holds what an import writes at random.
    connection.execute_batch(
        "PRAGMA synchronous = NORMAL;
         PRAGMA cache_size = -12288;
         PRAGMA wal_autocheckpoint = 4000;
         PRAGMA journal_size_limit = 1048576;
         PRAGMA trusted_schema = OFF;
         PRAGMA cell_size_check = ON;
         PRAGMA analysis_limit = 400;",
    )
}

/// Moves everything from the journal into the file, as far as readers allow.
pub(crate) fn checkpoint(connection: &Connection) -> rusqlite::Result<()> {
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
}

/// Writes the file as it is to `<name>.backup-v<version>`, whole or not at all.
fn back_up(connection: &Connection, path: &Path, version: i32) -> Result<(), Error> {
    let backup = first_free(path, &format!(".backup-v{version}"));
    let unfinished = with_suffix(&backup, ".tmp");
    let file = |action| move |error| Error::from(FileError::during(action, path)(error));
    remove(&unfinished)?;
    // SQLite takes an empty file as one to be written, and this one is private.
    platform::private_file()
        .write(true)
        .create_new(true)
        .open(&unfinished)
        .map_err(file("back up"))?;
    let written = connection
        .backup("main", &unfinished, None::<fn(Progress)>)
        .map_err(Error::during("back up", path))
        .and_then(|()| {
            // Windows makes durable only what may be written.
            OpenOptions::new()
                .write(true)
                .open(&unfinished)
                .and_then(|file| file.sync_all())
                .and_then(|()| fs::rename(&unfinished, &backup))
                .map_err(file("back up"))
        });
    if written.is_err() {
        let _ = fs::remove_file(&unfinished);
    }
    written
}

/// Renames a damaged ledger and its journal to the first free `<name>.damaged-<n>`.
fn set_aside(path: &Path) -> Result<PathBuf, Error> {
    let mut n = 1_u32;
    let kept = loop {
        let candidate = with_suffix(path, &format!(".damaged-{n}"));
        if !candidate.exists() {
            break candidate;
        }
        n = n.saturating_add(1);
    };
    // The journal first: should this end in between, a file without its journal is an older state
    // of itself, but a journal without its file would be read into a new one.
    let pairs = journals(path).into_iter().zip(journals(&kept));
    for (from, to) in pairs.chain([(path.to_owned(), kept.clone())]) {
        match fs::rename(&from, to) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                return Err(FileError::during("move aside the damaged", &from)(error).into());
            }
            _ => {}
        }
    }
    Ok(kept)
}

/// The files SQLite keeps beside one in WAL mode (sqlite.org/walformat.html).
fn journals(path: &Path) -> [PathBuf; 2] {
    [with_suffix(path, "-wal"), with_suffix(path, "-shm")]
}

fn first_free(path: &Path, suffix: &str) -> PathBuf {
    let mut candidate = with_suffix(path, suffix);
    let mut n = 2_u32;
    while candidate.exists() {
        candidate = with_suffix(path, &format!("{suffix}-{n}"));
        n = n.saturating_add(1);
    }
    candidate
}

fn remove(path: &Path) -> Result<(), Error> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(FileError::during("remove", path)(error).into())
        }
        _ => Ok(()),
    }
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}
