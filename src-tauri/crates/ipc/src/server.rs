//! The agent's end: accepts connections and hands requests to the agent's one loop.
//!
//! A connection is a task that owns its socket and nothing else. It reads a request, sends it with
//! a [`Reply`] over a bounded channel, and writes what comes back. Whatever a client does (stays
//! silent, sends garbage, stops reading) costs one of [`MAX_CONNECTIONS`] places and never the
//! loop's time.

use crate::frame::{Frames, decode, encode};
use crate::lines::{Item, LineSink, LineSource, queue};
use crate::news::{News, NewsSource, Told, news};
use crate::protocol::{Hello, Refusal, Request, Response, code};
use crate::transport::{BindError, Listener, Stream};
use aco_domain::Status;
use bytes::Bytes;
use serde::Deserialize;
use std::future::Future;
use std::io;
use std::path::Path;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

/// Connections served at once; a further one is told so and closed.
pub const MAX_CONNECTIONS: usize = 32;

/// A client that has not greeted after this long is closed.
const HELLO_WITHIN: Duration = Duration::from_secs(5);

/// What connections get to finish the answer they are writing when the agent stops.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// The pause after a failed `accept`: out of file handles, it would fail again at once.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// A request and the way back to who asked.
pub struct Incoming {
    /// What is asked.
    pub request: Request,
    /// Where the answer goes.
    pub reply: Reply,
}

/// The way back to who asked. Dropped unused, the asker is told that the agent lost the request.
pub struct Reply(oneshot::Sender<Answer>);

enum Answer {
    One(Response),
    News(NewsSource),
    Lines(LineSource),
    States(States),
}

/// What a watching client is told.
pub struct States {
    /// The state as the agent last showed it; nothing before it did for the first time.
    pub states: watch::Receiver<Option<Status>>,
    /// Changes when the window is asked for; only for a tray.
    pub shows: Option<watch::Receiver<u64>>,
}

impl States {
    /// Resolves when the window is asked for. Never for one who is no tray.
    async fn asked_to_show(shows: &mut Option<watch::Receiver<u64>>) {
        let asked = match shows {
            Some(shows) => shows.changed().await.is_ok(),
            None => false,
        };
        if !asked {
            // The agent's end is told by `states`.
            std::future::pending::<()>().await;
        }
    }
}

impl Reply {
    /// Answers, without waiting. An asker that has gone is not an error.
    pub fn send(self, response: Response) {
        drop(self.0.send(Answer::One(response)));
    }

    /// Answers with lines: those pushed into the sink until it is dropped.
    #[must_use]
    pub fn lines(self) -> LineSink {
        let (sink, source) = queue();
        drop(self.0.send(Answer::Lines(source)));
        sink
    }

    /// Answers with news, and in the end with a response.
    #[must_use]
    pub fn news(self) -> News {
        let (news, source) = news();
        drop(self.0.send(Answer::News(source)));
        news
    }

    /// Answers with the state, and with every later one the reader is quick enough for.
    pub fn states(self, states: States) {
        drop(self.0.send(Answer::States(states)));
    }
}

/// The agent's socket, bound and not yet serving.
pub struct Server {
    listener: Listener,
    hello: Hello,
}

impl Server {
    /// Listens at `address`: the path of a socket file, or a pipe's name on Windows. Only the
    /// holder of the home's lock may call this, because a socket nobody answers is taken for a
    /// dead agent's and replaced.
    ///
    /// # Errors
    /// [`BindError::InUse`] when somebody answers there; else a sentence naming the place and the
    /// remedy. What is not a socket is never deleted.
    pub async fn bind(address: &Path, version: impl Into<String>) -> Result<Self, BindError> {
        Ok(Self {
            listener: Listener::bind(address).await?,
            hello: Hello::ours(version),
        })
    }

    /// The address served.
    #[must_use]
    pub fn address(&self) -> &Path {
        self.listener.path()
    }

    /// Serves until `stop` is ready: then the socket file goes, idle connections end at once and
    /// busy ones get a second to finish. Dropping the future ends everything at once.
    pub async fn serve(self, requests: mpsc::Sender<Incoming>, stop: impl Future<Output = ()>) {
        let (running, stopped) = watch::channel(());
        let mut connections = JoinSet::new();
        tokio::pin!(stop);
        loop {
            tokio::select! {
                () = &mut stop => break,
                Some(_) = connections.join_next() => {}
                accepted = self.listener.accept() => match accepted {
                    Ok(stream) => {
                        let connection = Connection {
                            frames: Frames::new(stream),
                            hello: self.hello.clone(),
                            requests: requests.clone(),
                            stopped: stopped.clone(),
                        };
                        if connections.len() < MAX_CONNECTIONS {
                            connections.spawn(connection.run());
                        } else {
                            connection.turn_away().await;
                        }
                    }
                    Err(_) => sleep(ACCEPT_PAUSE).await,
                },
            }
        }
        drop(self.listener);
        drop(running);
        let finished = async { while connections.join_next().await.is_some() {} };
        // Whoever is not done by then is cut off with the set.
        drop(timeout(LAST_WORDS, finished).await);
    }
}

struct Connection {
    frames: Frames<Stream>,
    hello: Hello,
    requests: mpsc::Sender<Incoming>,
    /// Closed when the server stops.
    stopped: watch::Receiver<()>,
}

impl Connection {
    /// Serves one client to its end. Its I/O errors concern nobody but itself.
    async fn run(mut self) {
        if let Err(error) = self.converse().await
            && error.kind() == io::ErrorKind::InvalidData
        {
            let refusal = Refusal::new(
                code::BAD_FRAME,
                format!("this is no frame of the agent's protocol: {error}"),
                "use an `aco` of the agent's version",
            );
            drop(self.frames.say(&Response::Error(refusal)).await);
        }
    }

    /// Says that there is no room. A fresh socket's buffer takes that much at once; should it not,
    /// the client learns it from the closed connection.
    async fn turn_away(mut self) {
        let refusal = Refusal::new(
            code::BUSY,
            format!("the agent serves {MAX_CONNECTIONS} connections already"),
            "close some of the programs that talk to it, such as `aco logs --follow`",
        );
        let answer = Response::Error(refusal);
        drop(timeout(ACCEPT_PAUSE, self.frames.say(&answer)).await);
    }

    async fn converse(&mut self) -> io::Result<()> {
        let Ok(first) = timeout(HELLO_WITHIN, self.frames.read()).await else {
            return Ok(());
        };
        let Some(first) = first? else { return Ok(()) };
        let client: Hello = decode(&first)?;
        let mismatch = Hello::upgrade_needed(&self.hello, &client);
        self.frames.say(&self.hello).await?;

        loop {
            let frame = tokio::select! {
                _ = self.stopped.changed() => return Ok(()),
                frame = self.frames.read() => frame?,
            };
            let Some(frame) = frame else { return Ok(()) };
            match (parse(&frame, &self.hello)?, &mismatch) {
                (Ok(request), None) => self.answer(request).await?,
                (Ok(request), Some(_)) if request.is_frozen() => self.answer(request).await?,
                (_, Some(mismatch)) => {
                    self.frames.say(&Response::Error(mismatch.clone())).await?;
                }
                (Err(refusal), None) => self.frames.say(&Response::Error(refusal)).await?,
            }
        }
    }

    async fn answer(&mut self, request: Request) -> io::Result<()> {
        let (sender, answer) = oneshot::channel();
        let incoming = Incoming {
            request,
            reply: Reply(sender),
        };
        let delivered = self.requests.send(incoming).await.is_ok();
        match answer.await {
            Ok(Answer::One(response)) => self.respond(&response).await,
            Ok(Answer::Lines(source)) => self.stream(source).await,
            Ok(Answer::News(source)) => self.tell(source).await,
            Ok(Answer::States(states)) => self.watch(states).await,
            Err(_) => {
                let stopping = !delivered || self.stopped.has_changed().is_err();
                let refusal = unanswered(stopping);
                self.frames.say(&Response::Error(refusal)).await
            }
        }
    }

    async fn respond(&mut self, response: &Response) -> io::Result<()> {
        if let Some(frame) = encode(response)? {
            return self.frames.write(frame).await;
        }
        let refusal = Refusal::new(
            code::TOO_LARGE,
            "the agent's answer does not fit a frame",
            "report it: answers are meant to be small",
        );
        self.frames.say(&Response::Error(refusal)).await
    }

    /// Writes lines until the agent ends them, the client leaves, or the server stops.
    async fn stream(&mut self, mut source: LineSource) -> io::Result<()> {
        loop {
            let item = tokio::select! {
                item = source.next() => item,
                _ = self.stopped.changed() => None,
                heard = self.frames.read() => return nothing_more(heard?),
            };
            let frame = match item {
                Some(Item::Line(line)) => encode(&Response::Log(line))?,
                Some(Item::Missed(count)) => encode(&Response::Missed { count })?,
                None => return self.frames.say(&Response::LogsEnd).await,
            };
            match frame {
                Some(frame) => self.frames.write(frame).await?,
                // A line of a megabyte is missed like any other that does not get through.
                None => self.frames.say(&Response::Missed { count: 1 }).await?,
            }
        }
    }
}

impl Connection {
    /// Writes states until the agent ends them, the client leaves, or the server stops.
    async fn watch(&mut self, watched: States) -> io::Result<()> {
        let States {
            mut states,
            mut shows,
        } = watched;
        states.mark_changed();
        loop {
            tokio::select! {
                changed = states.changed() => {
                    if changed.is_err() {
                        return self.frames.say(&Response::Error(unanswered(true))).await;
                    }
                    let status = states.borrow_and_update().clone();
                    if let Some(status) = status {
                        self.respond(&Response::Status(Box::new(status))).await?;
                    }
                }
                () = States::asked_to_show(&mut shows) => {
                    self.frames.say(&Response::ShowWindow).await?;
                }
                _ = self.stopped.changed() => {
                    return self.frames.say(&Response::Error(unanswered(true))).await;
                }
                heard = self.frames.read() => return nothing_more(heard?),
            }
        }
    }
}

impl Connection {
    /// Writes news until the agent answers, the client leaves, or the server stops.
    async fn tell(&mut self, mut source: NewsSource) -> io::Result<()> {
        loop {
            let told = tokio::select! {
                told = source.next() => told,
                _ = self.stopped.changed() => Told::Lost,
                heard = self.frames.read() => return nothing_more(heard?),
            };
            match told {
                Told::News(news) => self.respond(&news).await?,
                Told::Answer(response) => return self.respond(&response).await,
                Told::Lost => {
                    let stopping = self.stopped.has_changed().is_err();
                    return self
                        .frames
                        .say(&Response::Error(unanswered(stopping)))
                        .await;
                }
            }
        }
    }
}

/// The end of a stream by its reader: it may close, and not speak.
fn nothing_more(heard: Option<Bytes>) -> io::Result<()> {
    match heard {
        None => Ok(()),
        Some(_) => Err(io::Error::new(
            io::ErrorKind::InvalidData,
            "nothing may be sent while a stream is read",
        )),
    }
}

/// What an asker is told whose [`Reply`] was dropped.
fn unanswered(stopping: bool) -> Refusal {
    if stopping {
        Refusal::new(
            code::STOPPING,
            "the agent is shutting down",
            "try again when it runs",
        )
    } else {
        Refusal::new(
            code::NO_ANSWER,
            "the agent took the request and gave no answer",
            "look into its log for the reason and report it",
        )
    }
}

/// The request in `frame`; a refusal when it is none this agent knows.
///
/// # Errors
/// When the frame is not even JSON: whoever sent it does not speak this protocol.
fn parse(frame: &[u8], agent: &Hello) -> io::Result<Result<Request, Refusal>> {
    #[derive(Deserialize)]
    struct Named {
        request: Option<String>,
    }
    let refusal = match serde_json::from_slice(frame) {
        Ok(request) => return Ok(Ok(request)),
        Err(refusal) => refusal,
    };
    let named: Named = decode(frame)?;
    Ok(Err(Refusal::new(
        code::BAD_REQUEST,
        format!(
            "the agent (version {}) does not know the request `{}`: {refusal}",
            agent.version,
            named.request.as_deref().unwrap_or("(none named)"),
        ),
        "use an `aco` of the agent's version",
    )))
}
