//! Small files of our own that say what they are: a first line `<magic> <version>`, then a body.
//!
//! Three rules, kept here once for all of them:
//! - A file written by a newer version of the program is left untouched. Its older reader goes on
//!   in a file beside it, `<name>.v<version it knows>`, and says so.
//! - A file that cannot be understood is moved aside to `<name>.damaged-<n>`, never deleted, and
//!   the caller starts afresh, and says so.
//! - A write replaces the whole file in one step, with mode 0600.
//!
//! Only the writer of a home (who holds its lock) may [`open`](VersionedFile::open); anybody may
//! [`read`](VersionedFile::read), which moves nothing.

use crate::{FileError, platform};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::fmt;
use std::io;
use std::marker::PhantomData;
use std::path::{Path, PathBuf};

/// What a file of ours is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Format {
    /// The word its first line begins with.
    pub magic: &'static str,
    /// The version this program writes, and the newest it reads.
    pub version: u32,
}

/// What stands in a file.
#[derive(Debug, PartialEq, Eq)]
pub enum Content<T> {
    /// There is no such file.
    Absent,
    /// The content.
    Found(T),
    /// It is not what it should be; why.
    Damaged(String),
    /// It was written by a newer version of the program.
    Newer(u32),
}

/// Something about a file that its user must be told. `Display` says it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// The file could not be understood and was moved aside.
    Damaged {
        /// Where it was.
        path: PathBuf,
        /// Where it is now.
        kept: PathBuf,
        /// What was wrong with it.
        why: String,
    },
    /// The file is of a newer version and was left alone.
    Newer {
        /// The file.
        path: PathBuf,
        /// Its version.
        version: u32,
        /// The file used instead.
        instead: PathBuf,
    },
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Damaged { path, kept, why } => write!(
                f,
                "{} is damaged ({why}): it was kept as {} and a new one is begun",
                path.display(),
                kept.display()
            ),
            Self::Newer {
                path,
                version,
                instead,
            } => write!(
                f,
                "{} was written by a newer AI Cost Observer (format {version}): it is left as it \
                 is and {} is used instead; update this program to use it again",
                path.display(),
                instead.display()
            ),
        }
    }
}

/// One such file with a JSON body.
#[derive(Debug)]
pub struct VersionedFile<T> {
    path: PathBuf,
    format: Format,
    body: PhantomData<fn() -> T>,
}

/// What [`VersionedFile::open`] found.
#[derive(Debug)]
pub struct Opened<T> {
    /// The file, to be saved to.
    pub file: VersionedFile<T>,
    /// Its content; nothing when it is absent, damaged or newer.
    pub content: Option<T>,
    /// What the user must be told.
    pub findings: Vec<Finding>,
}

impl<T: Serialize + DeserializeOwned> VersionedFile<T> {
    /// Reads the file for its writer, moving a damaged one aside.
    ///
    /// # Errors
    /// When the file cannot be read, or a damaged one cannot be moved.
    pub fn open(path: &Path, format: Format) -> Result<Opened<T>, FileError> {
        let mut findings = Vec::new();
        let mut path = path.to_owned();
        let mut content = read_json(&path, format)?;
        if let Content::Newer(version) = content {
            let instead = beside(&path, format);
            findings.push(Finding::Newer {
                path,
                version,
                instead: instead.clone(),
            });
            content = read_json(&instead, format)?;
            path = instead;
        }
        let content = match content {
            Content::Found(content) => Some(content),
            Content::Absent => None,
            Content::Damaged(why) => {
                let kept = move_aside(&path)?;
                findings.push(Finding::Damaged {
                    path: path.clone(),
                    kept,
                    why,
                });
                None
            }
            Content::Newer(version) => {
                // Nobody but this program writes `<name>.v<n>`, so its first line is a lie.
                let kept = move_aside(&path)?;
                let why = format!("it says format {version}");
                findings.push(Finding::Damaged {
                    path: path.clone(),
                    kept,
                    why,
                });
                None
            }
        };
        let file = Self {
            path,
            format,
            body: PhantomData,
        };
        Ok(Opened {
            file,
            content,
            findings,
        })
    }

    /// Reads the file for somebody who may not write: damage is reported, nothing is moved.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn read(path: &Path, format: Format) -> Result<Content<T>, FileError> {
        match read_json(path, format)? {
            Content::Newer(version) => match read_json(&beside(path, format), format)? {
                Content::Absent => Ok(Content::Newer(version)),
                older => Ok(older),
            },
            content => Ok(content),
        }
    }

    /// The file for a writer that does not care what stood there: a newer version is left alone
    /// all the same, and a damaged one stays until it is replaced. For a secret, which must not
    /// live on in a copy.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn to_replace(path: &Path, format: Format) -> Result<Self, FileError> {
        let path = match read_json::<T>(path, format)? {
            Content::Newer(_) => beside(path, format),
            _ => path.to_owned(),
        };
        Ok(Self {
            path,
            format,
            body: PhantomData,
        })
    }

    /// Replaces the file's content.
    ///
    /// # Errors
    /// When it cannot be written; the old content then still stands.
    pub fn save(&self, content: &T) -> Result<(), FileError> {
        let body = serde_json::to_vec_pretty(content)
            .map_err(io::Error::from)
            .map_err(FileError::during("write", &self.path))?;
        write(&self.path, self.format, &body)
    }

    /// The file that is read and written: not always the one asked for.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
}

/// Writes a body of any kind under the format's first line.
fn write(path: &Path, format: Format, body: &[u8]) -> Result<(), FileError> {
    let mut bytes = format!("{} {}\n", format.magic, format.version).into_bytes();
    bytes.extend_from_slice(body);
    bytes.push(b'\n');
    platform::write_atomically(path, &bytes).map_err(FileError::during("write", path))
}

fn read_json<T: DeserializeOwned>(path: &Path, format: Format) -> Result<Content<T>, FileError> {
    let bytes = match std::fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Content::Absent),
        Err(error) => return Err(FileError::during("read", path)(error)),
    };
    Ok(parse(&bytes, format))
}

fn parse<T: DeserializeOwned>(bytes: &[u8], format: Format) -> Content<T> {
    let (first, body) = match bytes.iter().position(|&byte| byte == b'\n') {
        Some(end) => (&bytes[..end], &bytes[end + 1..]),
        None => (bytes, &[][..]),
    };
    let version = str::from_utf8(first)
        .ok()
        .and_then(|line| {
            line.trim_end()
                .strip_prefix(format.magic)?
                .strip_prefix(' ')
        })
        .and_then(|version| version.parse::<u32>().ok());
    match version {
        None | Some(0) => Content::Damaged(format!(
            "its first line is not `{} {}`",
            format.magic, format.version
        )),
        Some(version) if version > format.version => Content::Newer(version),
        Some(_) => match serde_json::from_slice(body) {
            Ok(content) => Content::Found(content),
            // The category alone: serde quotes values, and a value may be a secret.
            Err(error) => Content::Damaged(format!(
                "its body is not the expected JSON, line {} column {}",
                error.line() + 1,
                error.column()
            )),
        },
    }
}

/// The file used instead of a newer one.
#[must_use]
pub fn beside(path: &Path, format: Format) -> PathBuf {
    with_suffix(path, &format!(".v{}", format.version))
}

/// Renames to the first free `<name>.damaged-<n>`.
fn move_aside(path: &Path) -> Result<PathBuf, FileError> {
    let mut n = 1_u32;
    let kept = loop {
        let candidate = with_suffix(path, &format!(".damaged-{n}"));
        if !candidate.exists() {
            break candidate;
        }
        n = n.saturating_add(1);
    };
    std::fs::rename(path, &kept).map_err(FileError::during("move aside the damaged", path))?;
    Ok(kept)
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

#[cfg(test)]
#[path = "versioned_tests.rs"]
mod tests;
