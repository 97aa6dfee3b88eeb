//! A named pipe that only its owner can use.
//!
//! The pipe is made with an access list that names its owner and nobody else, with the
//! first-instance flag (a name somebody else already serves is an error, not a shared pipe) and
//! closed to other machines. A pipe has no file to be left behind: the name goes with the last
//! handle, so nothing can be stale.

use super::BindError;
use interprocess::os::windows::ToWtf16 as _;
use interprocess::os::windows::named_pipe::tokio::{DuplexPipeStream, PipeListener};
use interprocess::os::windows::named_pipe::{PipeListenerOptions, pipe_mode};
use interprocess::os::windows::security_descriptor::SecurityDescriptor;
use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// What the pipe takes, each way, before a writer waits for its reader: about what a Unix socket
/// does. `interprocess` asks for half a kilobyte, less than one `status`.
const BUFFER: u32 = 64 * 1024;

/// One end of a connection.
pub(crate) struct Stream(DuplexPipeStream<pipe_mode::Bytes>);

impl AsyncRead for Stream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(context, buffer)
    }
}

/// What is written is in the pipe. To flush one means to Windows to wait until the other side has
/// read everything, on a thread the runtime waits for when it ends: a reader that stands still would
/// keep the agent from ending. Nor is it needed for last words: a pipe dropped with unread bytes is
/// kept open for them by `interprocess`, on a thread nobody waits for.
impl AsyncWrite for Stream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(context, buffer)
    }

    fn poll_flush(self: Pin<&mut Self>, _context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

/// Protected from inherited entries (`P`); everything (`GA`) for the object's owner (`OW`).
const OWNER_ONLY: &str = "D:P(A;;GA;;;OW)";

pub(crate) struct Listener {
    listener: PipeListener<pipe_mode::Bytes, pipe_mode::Bytes>,
    path: PathBuf,
}

impl Listener {
    /// Listens at `path`. Only the holder of the home's lock may call this. Waits for nothing; it
    /// is `async` because the Unix side has to try the address first.
    pub(crate) async fn bind(path: &Path) -> Result<Self, BindError> {
        let listener = owner_only()
            .and_then(|owner_only| {
                PipeListenerOptions::new()
                    .path(path)
                    .security_descriptor(Some(owner_only))
                    .input_buffer_size_hint(BUFFER)
                    .output_buffer_size_hint(BUFFER)
                    .create_tokio_duplex::<pipe_mode::Bytes>()
            })
            .map_err(|error| match error.kind() {
                // What Windows says to the second caller that asks for the first instance.
                io::ErrorKind::PermissionDenied => BindError::InUse(path.to_owned()),
                _ => BindError::unusable(
                    format!("cannot listen at {}: {error}", path.display()),
                    error,
                ),
            })?;
        Ok(Self {
            listener,
            path: path.to_owned(),
        })
    }

    /// The next connection. The access list has already turned strangers away.
    pub(crate) async fn accept(&self) -> io::Result<Stream> {
        self.listener.accept().await.map(Stream)
    }

    /// The place that is listened at.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

pub(crate) async fn connect(path: &Path) -> io::Result<Stream> {
    DuplexPipeStream::connect_by_path(path).await.map(Stream)
}

fn owner_only() -> io::Result<SecurityDescriptor> {
    let text = OsStr::new(OWNER_ONLY)
        .to_wtf_16()
        .map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))?;
    SecurityDescriptor::deserialize(&text)
}
