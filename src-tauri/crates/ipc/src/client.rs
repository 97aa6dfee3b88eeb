//! The asker's end: connects, asks, and never waits for ever.

use crate::frame::{Frames, decode, encode, too_large};
use crate::protocol::{Hello, Refusal, Request, Response};
use crate::transport::{Stream, connect};
use aco_domain::{LineLevel, LogLine, Status};
use serde::de::DeserializeOwned;
use std::future::Future;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::time::timeout;

/// How long an agent in good health may take to accept and greet.
const GREETING_WITHIN: Duration = Duration::from_secs(5);

/// How long it may take to take a request, or to bring the next of the lines it already has.
const NEXT_WITHIN: Duration = Duration::from_secs(10);

/// Why the agent gave no answer of use.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// Nobody listens: no agent runs for this home.
    #[error("no agent is running (nobody listens at {})", .0.display())]
    NotRunning(PathBuf),
    /// The agent answered, and the answer is no.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// Somebody accepted the connection and then said nothing.
    #[error(
        "the agent at {} did not answer within {} s; it seems stuck: end it (its pid stands in the \
         home's lock file) and start it again",
        .address.display(), .waited.as_secs()
    )]
    Silent {
        /// Where it listens.
        address: PathBuf,
        /// How long was waited.
        waited: Duration,
    },
    /// The connection failed, or what came was no answer.
    #[error("cannot talk to the agent at {}: {source}", .address.display())]
    Lost {
        /// Where it listens.
        address: PathBuf,
        /// What went wrong.
        source: io::Error,
    },
}

/// A connection to the agent.
pub struct Client {
    frames: Frames<Stream>,
    address: PathBuf,
    ours: Hello,
    agent: Hello,
}

impl Client {
    /// Connects to the agent at `address` and greets it as a program of `version`.
    ///
    /// An agent of another protocol is connected to all the same: see [`Client::upgrade_needed`].
    ///
    /// # Errors
    /// [`ClientError::NotRunning`] when nobody listens; the others as they say.
    pub async fn connect(address: &Path, version: &str) -> Result<Self, ClientError> {
        Self::connect_as(address, Hello::ours(version)).await
    }

    /// Connects with a greeting of the caller's making: how tests speak another protocol.
    #[doc(hidden)]
    pub async fn connect_as(address: &Path, ours: Hello) -> Result<Self, ClientError> {
        let stream = within(address, GREETING_WITHIN, connect(address))
            .await
            .map_err(|error| match error {
                ClientError::Lost { source, .. } if nobody_listens(&source) => {
                    ClientError::NotRunning(address.to_owned())
                }
                other => other,
            })?;
        let mut client = Self {
            frames: Frames::new(stream),
            address: address.to_owned(),
            agent: ours.clone(),
            ours,
        };
        let greeting = client.ours.clone();
        // A server without room closes at once, and what it said is still there to be read.
        let said = within(address, GREETING_WITHIN, client.frames.say(&greeting)).await;
        match client.hear::<FirstWord>(Some(GREETING_WITHIN)).await {
            Ok(FirstWord::Hello(agent)) => client.agent = agent,
            Ok(FirstWord::Other(Response::Error(refusal))) => return Err(refusal.into()),
            Ok(FirstWord::Other(_)) => return Err(client.lost(unexpected())),
            Err(error) => return Err(said.err().unwrap_or(error)),
        }
        Ok(client)
    }

    /// What the agent is.
    #[must_use]
    pub fn agent(&self) -> &Hello {
        &self.agent
    }

    /// Why only status, pause and resume will be answered; nothing when everything will.
    #[must_use]
    pub fn upgrade_needed(&self) -> Option<Refusal> {
        Hello::upgrade_needed(&self.agent, &self.ours)
    }

    /// Asks, and waits for the one answer at most [`Request::patience`].
    ///
    /// # Errors
    /// [`ClientError::Refused`] when the agent says no, with its reason and remedy.
    pub async fn request(&mut self, request: &Request) -> Result<Response, ClientError> {
        self.ask(request).await?;
        match self.hear(Some(request.patience())).await? {
            Response::Error(refusal) => Err(refusal.into()),
            response => Ok(response),
        }
    }

    /// Asks for something that takes long, and shows the news of it to `told` until the answer
    /// comes: each waited for at most [`Request::patience`].
    ///
    /// # Errors
    /// As [`Client::request`]. Dropping the future ends what is asked for, where that can be ended.
    pub async fn request_with_news(
        &mut self,
        request: &Request,
        mut told: impl FnMut(Response),
    ) -> Result<Response, ClientError> {
        self.ask(request).await?;
        loop {
            match self.hear(Some(request.patience())).await? {
                Response::Error(refusal) => return Err(refusal.into()),
                news if Response::is_news(&news) => told(news),
                answer => return Ok(answer),
            }
        }
    }

    /// Asks for lines; see [`Request::Logs`]. Dropping what is returned ends them.
    ///
    /// # Errors
    /// When the request cannot be sent; refusals come with the first line asked for.
    pub async fn logs(
        mut self,
        last: usize,
        level: Option<LineLevel>,
        follow: bool,
    ) -> Result<Logs, ClientError> {
        let request = Request::Logs {
            last,
            level,
            follow,
        };
        self.ask(&request).await?;
        Ok(Logs {
            client: self,
            follow,
            ended: false,
        })
    }

    /// Asks for the state now and after every change, as a tray or not; see [`Request::Watch`].
    /// Dropping what is returned ends it.
    ///
    /// # Errors
    /// When the request cannot be sent; refusals come with the first state asked for.
    pub async fn watch(mut self, tray: bool) -> Result<StateStream, ClientError> {
        self.ask(&Request::Watch { tray }).await?;
        Ok(StateStream(self))
    }

    async fn ask(&mut self, request: &Request) -> Result<(), ClientError> {
        let frame = encode(request)
            .and_then(|frame| frame.ok_or_else(too_large))
            .map_err(|error| self.lost(error))?;
        within(&self.address, NEXT_WITHIN, self.frames.write(frame)).await
    }

    /// The next frame; without a limit only where silence is no sign of trouble.
    async fn hear<T: DeserializeOwned>(
        &mut self,
        limit: Option<Duration>,
    ) -> Result<T, ClientError> {
        let frame = match limit {
            Some(limit) => within(&self.address, limit, self.frames.read()).await?,
            None => self.frames.read().await.map_err(|error| self.lost(error))?,
        };
        let frame = frame.ok_or_else(|| {
            let closed = "it closed the connection before answering";
            self.lost(io::Error::new(io::ErrorKind::UnexpectedEof, closed))
        })?;
        decode(&frame).map_err(|error| self.lost(error))
    }

    fn lost(&self, source: io::Error) -> ClientError {
        ClientError::Lost {
            address: self.address.clone(),
            source,
        }
    }
}

/// What a running `aco logs` gets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LogEvent {
    /// A line.
    Line(LogLine),
    /// This many lines are missing here, because they were read too slowly.
    Missed(u64),
}

/// The agent's lines, one after the other.
pub struct Logs {
    client: Client,
    follow: bool,
    ended: bool,
}

impl Logs {
    /// The next line or gap; nothing once the agent has ended the stream.
    ///
    /// # Errors
    /// As [`Client::request`]. When following, silence is none: there may be nothing to say.
    pub async fn next(&mut self) -> Result<Option<LogEvent>, ClientError> {
        if self.ended {
            return Ok(None);
        }
        let limit = (!self.follow).then_some(NEXT_WITHIN);
        match self.client.hear(limit).await? {
            Response::Log(line) => Ok(Some(LogEvent::Line(line))),
            Response::Missed { count } => Ok(Some(LogEvent::Missed(count))),
            Response::LogsEnd => {
                self.ended = true;
                Ok(None)
            }
            Response::Error(refusal) => Err(refusal.into()),
            _ => Err(self.client.lost(unexpected())),
        }
    }
}

/// What who watches gets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WatchEvent {
    /// The state now.
    State(Box<Status>),
    /// Somebody asked for the window. Only for a tray.
    ShowWindow,
}

/// The agent's states, one after the other.
pub struct StateStream(Client);

impl StateStream {
    /// The next event.
    ///
    /// # Errors
    /// As [`Client::request`]: a refusal with [`crate::code::STOPPING`] when the agent stops.
    /// Silence is none: nothing may have changed.
    pub async fn next(&mut self) -> Result<WatchEvent, ClientError> {
        match self.0.hear(None).await? {
            Response::Status(status) => Ok(WatchEvent::State(status)),
            Response::ShowWindow => Ok(WatchEvent::ShowWindow),
            Response::Error(refusal) => Err(refusal.into()),
            _ => Err(self.0.lost(unexpected())),
        }
    }
}

/// A server that is full or does not understand answers the greeting with a refusal.
#[derive(serde::Deserialize)]
#[serde(untagged)]
enum FirstWord {
    Hello(Hello),
    Other(Response),
}

async fn within<T>(
    address: &Path,
    limit: Duration,
    work: impl Future<Output = io::Result<T>>,
) -> Result<T, ClientError> {
    match timeout(limit, work).await {
        Ok(Ok(done)) => Ok(done),
        Ok(Err(source)) => Err(ClientError::Lost {
            address: address.to_owned(),
            source,
        }),
        Err(_) => Err(ClientError::Silent {
            address: address.to_owned(),
            waited: limit,
        }),
    }
}

/// No socket file, or one a killed agent left behind.
fn nobody_listens(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused
    )
}

fn unexpected() -> io::Error {
    io::Error::new(
        io::ErrorKind::InvalidData,
        "its answer does not fit the question",
    )
}
