//! One writer per home.
//!
//! The lock is the operating system's, on the open file `agent.lock`: it goes with the process that
//! holds it, however that ends. The file's content only names the holder, for messages. The file
//! itself is never deleted: a process that waits for a deleted file and one that creates it anew
//! would both hold "the" lock.
//!
//! On Windows nobody else can read a locked file, so the same text stands beside it, in
//! `agent.lock.holder`.

use crate::{FileError, platform};
use aco_domain::Role;
use std::fs::{File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How often a waiting process looks again. The standard library has no lock with a time limit,
/// and a thread parked in one without could not be told to give up.
const POLL: Duration = Duration::from_millis(100);

/// A holder that has not signed after this long will not: its disk was full.
const SIGNED_BY: Duration = Duration::from_secs(1);

const FIRST_LINE: &str = "aco-lock 1";

/// The process that holds a home.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Holder {
    /// Its process id.
    pub pid: u32,
    /// What it is.
    pub role: Role,
}

impl Holder {
    fn to_text(self) -> String {
        format!(
            "{FIRST_LINE}\npid {}\nrole {}\n",
            self.pid,
            self.role.as_str()
        )
    }

    fn from_text(text: &str) -> Option<Self> {
        let mut lines = text.lines();
        let _ = lines.next().filter(|&line| line == FIRST_LINE)?;
        let pid = lines.next()?.strip_prefix("pid ")?.parse().ok()?;
        let role = lines.next()?.strip_prefix("role ")?;
        let roles = [Role::Service, Role::Tray, Role::Command];
        let role = roles.into_iter().find(|known| known.as_str() == role)?;
        Some(Self { pid, role })
    }
}

impl std::fmt::Display for Holder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let what = match self.role {
            Role::Service => "the agent of `aco run`",
            Role::Tray => "the agent in the tray",
            Role::Command => "a short `aco` command",
        };
        write!(f, "{what} (pid {})", self.pid)
    }
}

/// The home's lock, held until dropped.
#[derive(Debug)]
pub struct HomeLock {
    file: File,
    path: PathBuf,
}

/// Why the lock was not had.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Another process holds it.
    #[error("{} is held by {}", .path.display(), describe(.holder.as_ref()))]
    Held {
        /// The lock file.
        path: PathBuf,
        /// Who holds it; nothing when it has not signed (yet).
        holder: Option<Holder>,
    },
    /// The lock file cannot be used.
    #[error(transparent)]
    File(#[from] FileError),
}

fn describe(holder: Option<&Holder>) -> String {
    holder.map_or_else(
        || "a process that has not named itself".to_owned(),
        ToString::to_string,
    )
}

impl HomeLock {
    /// Takes the lock at `path` (see [`crate::Home::lock_file`]) at once or not at all. Its folder
    /// must exist.
    ///
    /// # Errors
    /// [`LockError::Held`] naming the holder, or what the file failed at.
    pub fn acquire(path: &Path, me: Holder) -> Result<Self, LockError> {
        let file = platform::private_file()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(path)
            .map_err(FileError::during("open the lock file", path))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let holder = std::fs::read_to_string(platform::holder_file(path))
                    .ok()
                    .and_then(|text| Holder::from_text(&text));
                return Err(LockError::Held {
                    path: path.to_owned(),
                    holder,
                });
            }
            Err(TryLockError::Error(error)) => {
                return Err(FileError::during("lock", path)(error).into());
            }
        }
        let lock = Self {
            file,
            path: path.to_owned(),
        };
        // A full disk must not keep the agent from starting, for starting drains the spool: a lock
        // nobody signed is still a lock.
        let _ = lock.sign(&me.to_text());
        Ok(lock)
    }

    /// Like [`acquire`](Self::acquire), but has patience with a short command, which ends by
    /// itself. An agent (service or tray) does not, so finding one is an answer at once.
    ///
    /// `on_wait` is called when the waiting begins and whenever the holder changes, so that the
    /// caller can say for whom it waits. `patience` of [`Duration::MAX`] waits as long as it takes.
    ///
    /// # Errors
    /// [`LockError::Held`] by an agent, or by a command that outlasted `patience`; or what the file
    /// failed at.
    pub fn acquire_within(
        path: &Path,
        me: Holder,
        patience: Duration,
        on_wait: impl FnMut(&Holder),
    ) -> Result<Self, LockError> {
        Self::acquire_sleeping(path, me, patience, on_wait, std::thread::sleep)
    }

    fn acquire_sleeping(
        path: &Path,
        me: Holder,
        patience: Duration,
        mut on_wait: impl FnMut(&Holder),
        mut sleep: impl FnMut(Duration),
    ) -> Result<Self, LockError> {
        let mut waited = Duration::ZERO;
        let mut told = None;
        loop {
            let (path, holder) = match Self::acquire(path, me) {
                Err(LockError::Held { path, holder }) => (path, holder),
                other => return other,
            };
            let ends_by_itself = match holder {
                Some(holder) => holder.role == Role::Command,
                None => waited < SIGNED_BY,
            };
            if !ends_by_itself || waited >= patience {
                return Err(LockError::Held { path, holder });
            }
            if let Some(holder) = holder.filter(|holder| told != Some(*holder)) {
                on_wait(&holder);
                told = Some(holder);
            }
            sleep(POLL);
            waited = waited.saturating_add(POLL);
        }
    }

    /// Names the holder. Written over the old text before the rest is cut off, so that a reader
    /// never finds an empty file while the lock changes hands.
    fn sign(&self, text: &str) -> io::Result<()> {
        let path = platform::holder_file(&self.path);
        let mut file = platform::private_file()
            .write(true)
            .create(true)
            .truncate(false)
            .open(path)?;
        io::Write::write_all(&mut file, text.as_bytes())?;
        file.set_len(text.len() as u64)
    }
}

impl Drop for HomeLock {
    fn drop(&mut self) {
        // Neither can be reported from here, and neither matters: a stale name is overwritten by
        // the next holder, and closing the file releases the lock too.
        let _ = self.sign("");
        let _ = self.file.unlock();
    }
}

#[cfg(test)]
#[path = "lock_tests.rs"]
mod tests;
