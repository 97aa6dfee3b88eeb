//! Bytes to frames and back. Knows lengths and JSON, not what is said in it.

use crate::protocol::MAX_FRAME_BYTES;
use bytes::Bytes;
use futures_util::{SinkExt as _, StreamExt as _};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::io;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_util::codec::{Framed, LengthDelimitedCodec};

/// A connection that speaks in frames.
pub(crate) struct Frames<S>(Framed<S, LengthDelimitedCodec>);

impl<S: AsyncRead + AsyncWrite + Unpin> Frames<S> {
    pub(crate) fn new(stream: S) -> Self {
        let codec = LengthDelimitedCodec::builder()
            .length_field_type::<u32>()
            .big_endian()
            .max_frame_length(MAX_FRAME_BYTES)
            .new_codec();
        Self(Framed::new(stream, codec))
    }

    /// The next frame, or nothing when the other side has closed. Dropping the future loses no
    /// bytes: what was read stays in the buffer.
    pub(crate) async fn read(&mut self) -> io::Result<Option<Bytes>> {
        let frame = self.0.next().await.transpose()?;
        Ok(frame.map(bytes::BytesMut::freeze))
    }

    pub(crate) async fn write(&mut self, frame: Bytes) -> io::Result<()> {
        self.0.send(frame).await
    }

    /// Encodes and writes what is known to be small.
    pub(crate) async fn say(&mut self, value: &impl Serialize) -> io::Result<()> {
        let frame = encode(value)?.ok_or_else(too_large)?;
        self.write(frame).await
    }
}

/// One frame's bytes, or nothing when they would not fit a frame.
pub(crate) fn encode(value: &impl Serialize) -> io::Result<Option<Bytes>> {
    let json = serde_json::to_vec(value)?;
    Ok((json.len() <= MAX_FRAME_BYTES).then(|| json.into()))
}

/// What a frame says. Whatever is wrong with it is [`io::ErrorKind::InvalidData`], so that it can
/// be told from a connection that broke.
pub(crate) fn decode<T: DeserializeOwned>(frame: &[u8]) -> io::Result<T> {
    serde_json::from_slice(frame).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))
}

pub(crate) fn too_large() -> io::Error {
    io::Error::new(
        io::ErrorKind::InvalidData,
        format!("a frame may hold at most {MAX_FRAME_BYTES} bytes"),
    )
}
