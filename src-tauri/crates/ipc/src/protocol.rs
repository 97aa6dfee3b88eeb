//! What is said over the socket. Types only: no I/O may enter.
//!
//! Every frame is a 4-byte big-endian length and that many bytes of JSON, at most
//! [`MAX_FRAME_BYTES`]. The first frame each way is a [`Hello`]; then the asker sends one
//! [`Request`] at a time and reads its [`Response`]. Some requests are answered by several: `logs`
//! and `watch` by a stream, and those that take long by news of how far they are, up to the one
//! that [is no news](Response::is_news).
//!
//! # What is frozen
//! An old `aco` beside a new tray must still be able to look and to pause. Therefore, whatever
//! [`PROTOCOL`] becomes, these shapes stay as they are, fields are only ever added, and both sides
//! ignore fields they do not know:
//!
//! ```json
//! {"protocol": 1, "version": "0.1.0"}
//! {"request": "status"}
//! {"request": "pause", "until": "resumed"}
//! {"request": "pause", "until": {"at": 1760000000000000000}}
//! {"request": "resume"}
//! {"response": "status", "schema_version": 1, "state": "shipping", …}
//! {"response": "done", "message": "…"}
//! {"response": "error", "code": "…", "message": "…", "remedy": "…"}
//! ```
//!
//! Any other request across versions is answered with the error `upgrade_needed`.

mod refusal;
mod request;
mod response;
mod secret;

pub use refusal::{Refusal, code};
pub use request::Request;
pub use response::Response;
pub use secret::Secret;

use serde::{Deserialize, Serialize};

/// The version of everything in this module that is not frozen.
pub const PROTOCOL: u32 = 1;

/// The largest frame either side sends or takes, without its length.
pub const MAX_FRAME_BYTES: usize = 1 << 20;

/// The first frame each way. Frozen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hello {
    /// The sender's [`PROTOCOL`].
    pub protocol: u32,
    /// The sender's program version, for people.
    pub version: String,
}

impl Hello {
    /// The greeting of this build.
    #[must_use]
    pub fn ours(version: impl Into<String>) -> Self {
        Self {
            protocol: PROTOCOL,
            version: version.into(),
        }
    }

    /// Why `client` may only use what is frozen, or nothing when both speak the same protocol.
    #[must_use]
    pub fn upgrade_needed(agent: &Self, client: &Self) -> Option<Refusal> {
        if agent.protocol == client.protocol {
            return None;
        }
        let older = if agent.protocol < client.protocol {
            "the agent"
        } else {
            "this program"
        };
        Some(Refusal::new(
            code::UPGRADE_NEEDED,
            format!(
                "upgrade needed: the agent is version {} (protocol {}), this program {} (protocol {})",
                agent.version, agent.protocol, client.version, client.protocol
            ),
            format!("update {older} and start it again; status, pause and resume work meanwhile"),
        ))
    }
}

#[cfg(test)]
mod tests;
