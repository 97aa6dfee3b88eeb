//! What every source of token counts can do, and the words for it. Nothing here knows JSON, lines,
//! bytes or any tool.

use aco_domain::{Checkpoint, Increment, LimitReading, UnixNanos};
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// The operating system whose folders are meant. Handed in, so that the paths of three systems are
/// tested on any of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Platform {
    /// Linux, and other systems with XDG folders.
    Linux,
    /// macOS.
    MacOs,
    /// Windows.
    Windows,
}

impl Platform {
    /// The one this program was built for.
    #[must_use]
    pub fn current() -> Self {
        if cfg!(windows) {
            Self::Windows
        } else if cfg!(target_os = "macos") {
            Self::MacOs
        } else {
            Self::Linux
        }
    }
}

/// What the folders of a tool depend on.
#[derive(Clone, Copy)]
pub struct Surroundings<'a> {
    /// The value of an environment variable. A source ignores an empty one.
    pub variable: &'a dyn Fn(&str) -> Option<OsString>,
    /// The user's home.
    pub home: Option<&'a Path>,
    /// The system.
    pub platform: Platform,
}

impl Surroundings<'_> {
    /// A variable that is set and not empty.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<OsString> {
        (self.variable)(name).filter(|value| !value.is_empty())
    }

    /// The path that `text` names: absolute, or below the home when it begins with `~`. A relative
    /// one is nothing: the tool's working folder is not ours.
    #[must_use]
    pub fn path(&self, text: &Path) -> Option<PathBuf> {
        match text.strip_prefix("~") {
            Ok(rest) => Some(self.home?.join(rest)),
            Err(_) => text.is_absolute().then(|| text.to_owned()),
        }
    }
}

/// A file as the listing of a folder has it, before it is opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundFile {
    /// Where it is.
    pub path: PathBuf,
    /// Its size in bytes.
    pub size: u64,
    /// When it was last modified.
    pub modified: UnixNanos,
    /// The system's own name for it, where a listing tells.
    pub file_id: Option<(u64, u64)>,
}

impl FoundFile {
    /// Whether nothing has happened to the file since `checkpoint` was made at its end.
    #[must_use]
    pub fn is_unchanged_since(&self, checkpoint: &Checkpoint) -> bool {
        let same_file = match (self.file_id, checkpoint.file_id) {
            (Some(now), Some(then)) => now == then,
            _ => true,
        };
        same_file && self.size == checkpoint.size && self.modified == checkpoint.modified
    }
}

/// What lies below a source's roots.
#[derive(Debug, Default)]
pub struct Listing {
    /// The files, by path. A root that does not exist has none.
    pub files: Vec<FoundFile>,
    /// What could not be looked into. Files that were known there have not gone.
    pub problems: Vec<ReadError>,
}

/// A folder or file that could not be read.
#[derive(Debug, thiserror::Error)]
#[error("cannot read {}: {error}", path.display())]
pub struct ReadError {
    /// Which.
    pub path: PathBuf,
    /// Why.
    pub error: std::io::Error,
}

impl ReadError {
    /// What went wrong with `path`.
    #[must_use]
    pub fn new(path: &Path, error: std::io::Error) -> Self {
        Self {
            path: path.to_owned(),
            error,
        }
    }
}

/// Memory for reading, lent from file to file so that a scan needs it once.
#[derive(Debug, Default)]
pub struct Buffer(pub(crate) Vec<u8>);

/// What a file had to offer.
pub enum Opened<'b> {
    /// Nothing has happened since the checkpoint. The file was not opened.
    Unchanged,
    /// It has gone. What it told stays told; its checkpoint may be dropped.
    Gone,
    /// It can be read, from its checkpoint or, where that no longer fits, from its beginning.
    Reading(Box<dyn Reading + 'b>),
}

/// A file that is being read, one bounded step after the other.
pub trait Reading {
    /// Reads on. A step may be repeated after a crash: it gives the same calls, under the same
    /// identities.
    ///
    /// # Errors
    /// When the file can no longer be read. What earlier steps gave stands.
    fn step(&mut self) -> Result<Increment, ReadError>;

    /// What the steps since the last time have found of the limits that the tool records beside its
    /// counts: of each the newest reading.
    fn limits(&mut self) -> Vec<LimitReading> {
        Vec::new()
    }
}

/// A tool that records its token counts.
pub trait Source: Send + Sync {
    /// The tool's one id, as everywhere: `claude-code`.
    fn tool(&self) -> &'static str;

    /// The folders to look into and to watch, whether they exist or not, in a fixed order.
    fn roots(&self, surroundings: &Surroundings<'_>) -> Vec<PathBuf>;

    /// The files below `roots` that may hold calls.
    fn list(&self, roots: &[PathBuf]) -> Listing;

    /// Opens `file` to read on from `checkpoint`, the last one that was kept for its path.
    ///
    /// # Errors
    /// When it exists and cannot be opened.
    fn open<'b>(
        &'b self,
        file: &FoundFile,
        checkpoint: Option<&Checkpoint>,
        buffer: &'b mut Buffer,
    ) -> Result<Opened<'b>, ReadError>;
}
