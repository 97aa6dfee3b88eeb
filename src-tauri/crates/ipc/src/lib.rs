//! The local socket: how `aco`, the window and a client tray speak to the agent.
//!
//! One agent runs per home and owns the state; everything else on the machine asks it. This crate
//! is that conversation and nothing more: the shape of the questions and answers ([`Request`],
//! [`Response`]), the socket they travel over, the agent's end ([`Server`]) and the asker's end
//! ([`Client`]). It knows no log, spool or configuration. What a request *does* is decided by the
//! agent's one loop, which gets it over a bounded channel together with a [`Reply`].
//!
//! Nothing here reads the environment or decides where the socket lies: addresses are passed in.
//! Platform differences live in `transport` alone.
//!
//! ```text
//!  Client ──frames──> connection task ──Incoming{request, reply}──> the agent's loop
//!         <─frames──                  <──────────Response, lines──
//! ```

mod client;
mod frame;
mod lines;
mod news;
mod protocol;
mod server;
mod transport;

pub use client::{Client, ClientError, LogEvent, Logs, StateStream, WatchEvent};
pub use lines::{LineSink, QUEUE_LINES};
pub use news::News;
pub use protocol::{Hello, MAX_FRAME_BYTES, PROTOCOL, Refusal, Request, Response, Secret, code};
pub use server::{Incoming, MAX_CONNECTIONS, Reply, Server, States};
pub use transport::BindError;
