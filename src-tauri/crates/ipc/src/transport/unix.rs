//! A Unix socket that only its owner can use.
//!
//! Three locks on one door, because each has a gap of its own: the folder is 0700 (or at least
//! writable by nobody else), so no one can put another socket in our place; the socket is 0600,
//! but between `bind` and `chmod` it has the umask's mode; and each peer's uid is asked of the
//! kernel, which also covers that moment.

use super::BindError;
use std::fs;
use std::io;
use std::os::unix::fs::{
    DirBuilderExt as _, FileTypeExt as _, MetadataExt as _, PermissionsExt as _,
};
use std::path::{Path, PathBuf};
use tokio::net::{UnixListener, UnixStream};

pub(crate) type Stream = UnixStream;

pub(crate) struct Listener {
    listener: UnixListener,
    file: SocketFile,
    owner: u32,
}

impl Listener {
    /// Listens at `path`, replacing a socket nobody answers. Only the holder of the home's lock
    /// may call this: two callers at once would take each other's socket for a stale one.
    pub(crate) async fn bind(path: &Path) -> Result<Self, BindError> {
        let failed = |what: &str, error: io::Error| {
            BindError::unusable(format!("cannot {what} {}: {error}", path.display()), error)
        };
        check_length(path)?;
        let owner = own_uid().map_err(|e| failed("learn the own user id for", e))?;
        prepare_folder(path, owner)?;
        clear_the_way(path).await?;

        let listener = UnixListener::bind(path).map_err(|e| failed("listen at", e))?;
        let file = SocketFile::of(path).map_err(|e| failed("look at", e))?;
        fs::set_permissions(path, fs::Permissions::from_mode(0o600))
            .map_err(|e| failed("restrict", e))?;
        Ok(Self {
            listener,
            file,
            owner,
        })
    }

    /// The next connection of the agent's own user; anybody else's is closed without a word.
    pub(crate) async fn accept(&self) -> io::Result<Stream> {
        loop {
            let (stream, _) = self.listener.accept().await?;
            if is_owner(stream.peer_cred().map(|peer| peer.uid()), self.owner) {
                return Ok(stream);
            }
        }
    }

    /// The place that is listened at.
    pub(crate) fn path(&self) -> &Path {
        &self.file.path
    }
}

pub(crate) async fn connect(path: &Path) -> io::Result<Stream> {
    UnixStream::connect(path).await
}

/// A peer whose uid the kernel will not tell is a stranger.
fn is_owner(peer: io::Result<u32>, owner: u32) -> bool {
    peer.is_ok_and(|peer| peer == owner)
}

/// The effective user id, asked of the kernel the same way as a peer's.
fn own_uid() -> io::Result<u32> {
    let (one, _other) = UnixStream::pair()?;
    Ok(one.peer_cred()?.uid())
}

/// The kernel keeps socket paths in 104 (macOS) or 108 bytes (Linux), its final zero included.
fn check_length(path: &Path) -> Result<(), BindError> {
    std::os::unix::net::SocketAddr::from_pathname(path)
        .map(drop)
        .map_err(|error| {
            BindError::unusable(
                format!(
                    "the socket path {} ({} bytes) is longer than this system allows; set \
                     XDG_RUNTIME_DIR or ACO_HOME to a shorter folder",
                    path.display(),
                    path.as_os_str().len()
                ),
                error,
            )
        })
}

/// Makes the socket's folder (0700) or checks that nobody else can write to the one there.
fn prepare_folder(socket: &Path, owner: u32) -> Result<(), BindError> {
    let Some(folder) = socket.parent().filter(|p| !p.as_os_str().is_empty()) else {
        return Err(BindError::unusable(
            format!("the socket path {} names no folder", socket.display()),
            None,
        ));
    };
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .and_then(|()| fs::metadata(folder))
        .map_err(|error| {
            BindError::unusable(
                format!(
                    "cannot make the folder {} for the agent's socket: {error}",
                    folder.display()
                ),
                error,
            )
        })
        .and_then(|found| {
            if only_owner_writes(found.uid(), found.mode(), owner) {
                return Ok(());
            }
            Err(BindError::unusable(
                format!(
                    "the folder {} of the agent's socket belongs to uid {} with mode {:03o}, so \
                     others could put their own socket there; make it yours alone (chown, chmod 700)",
                    folder.display(),
                    found.uid(),
                    found.mode() & 0o777
                ),
                None,
            ))
        })
}

/// Whether a folder of this uid and mode is safe from everybody but `owner` (and root).
fn only_owner_writes(uid: u32, mode: u32, owner: u32) -> bool {
    uid == owner && mode & 0o022 == 0
}

/// Removes what a killed agent left behind, and nothing else.
async fn clear_the_way(path: &Path) -> Result<(), BindError> {
    let found = match fs::symlink_metadata(path) {
        Ok(found) => found,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => {
            return Err(BindError::unusable(
                format!("cannot look at {}: {error}", path.display()),
                error,
            ));
        }
    };
    if !found.file_type().is_socket() {
        return Err(BindError::unusable(
            format!(
                "{} is in the place of the agent's socket and is not one; move it away",
                path.display()
            ),
            None,
        ));
    }
    match UnixStream::connect(path).await {
        Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        // Accepted, or refused for a reason only a living listener has (its queue is full).
        _ => return Err(BindError::InUse(path.to_owned())),
    }
    fs::remove_file(path).map_err(|error| {
        BindError::unusable(
            format!(
                "cannot remove {}, left by an agent that ended: {error}; remove it by hand",
                path.display()
            ),
            error,
        )
    })
}

/// The file our listener made; removed with it, unless another has taken its place meanwhile.
struct SocketFile {
    path: PathBuf,
    identity: (u64, u64),
}

impl SocketFile {
    fn of(path: &Path) -> io::Result<Self> {
        Ok(Self {
            path: path.to_owned(),
            identity: identity(path)?,
        })
    }
}

impl Drop for SocketFile {
    fn drop(&mut self) {
        if identity(&self.path).is_ok_and(|now| now == self.identity) {
            // A file that cannot be removed is stale for the next agent, which replaces it.
            drop(fs::remove_file(&self.path));
        }
    }
}

fn identity(path: &Path) -> io::Result<(u64, u64)> {
    let found = fs::symlink_metadata(path)?;
    Ok((found.dev(), found.ino()))
}

#[cfg(test)]
mod tests;
