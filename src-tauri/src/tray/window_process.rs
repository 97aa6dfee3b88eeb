//! The window's process: one at a time, started when it is asked for, told when it is asked for
//! again. However it ends, the agent goes on.

use crate::tray::controller::Event;
use crate::view::{Order, QUIT, View};
use std::io;
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;
use tokio::io::AsyncWriteExt as _;
use tokio::process::{Child, ChildStdin, Command};
use tokio::sync::mpsc;
use tokio::time::timeout;

/// Orders that may wait: a person clicks no faster.
const ORDERS: usize = 16;

/// How long a window may take to close with the application.
const CLOSES_WITHIN: Duration = Duration::from_secs(1);

/// What is asked of the window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WindowOrder {
    /// To be there, in front, at this view.
    Show {
        view: Option<View>,
        /// It is shown because there is no tray.
        no_tray: bool,
    },
    /// To end.
    Close,
}

/// Keeps the window; the sender gives it orders. Must be called on a tokio runtime.
pub(crate) fn keep(
    program: Result<PathBuf, String>,
    events: mpsc::Sender<Event>,
) -> mpsc::Sender<WindowOrder> {
    let (sender, orders) = mpsc::channel(ORDERS);
    tokio::spawn(
        Keeper {
            program,
            events,
            window: None,
        }
        .run(orders),
    );
    sender
}

struct Keeper {
    program: Result<PathBuf, String>,
    events: mpsc::Sender<Event>,
    window: Option<Window>,
}

struct Window {
    child: Child,
    orders: Option<ChildStdin>,
}

impl Keeper {
    async fn run(mut self, mut orders: mpsc::Receiver<WindowOrder>) {
        loop {
            tokio::select! {
                order = orders.recv() => match order {
                    Some(WindowOrder::Show { view, no_tray }) => self.show(view, no_tray).await,
                    Some(WindowOrder::Close) => self.close().await,
                    // The application ends; its window was closed before, or outlives it.
                    None => return,
                },
                ended = ended(&mut self.window) => {
                    self.window = None;
                    self.tell(ended).await;
                }
            }
        }
    }

    async fn show(&mut self, view: Option<View>, no_tray: bool) {
        if let Some(window) = &mut self.window {
            match window.order(Order::Show(view)).await {
                Ok(()) => return,
                // It is closing this moment: another one takes its place.
                Err(_) => self.window = None,
            }
        }
        match self.start(view, no_tray) {
            Ok(window) => self.window = Some(window),
            Err(error) => {
                let _ = self.events.send(Event::WindowFailed(error)).await;
            }
        }
    }

    fn start(&self, view: Option<View>, no_tray: bool) -> Result<Window, String> {
        let program = self
            .program
            .as_ref()
            .map_err(|error| format!("this program's own file is not known: {error}"))?;
        let mut command = Command::new(program);
        command.args(["--window", "--ordered"]);
        if let Some(view) = view {
            command.args(["--view", view.as_str()]);
        }
        if no_tray {
            command.arg("--no-tray");
        }
        let mut child = command
            .stdin(Stdio::piped())
            .spawn()
            .map_err(|error| format!("{}: {error}", program.display()))?;
        let orders = child.stdin.take();
        Ok(Window { child, orders })
    }

    async fn close(&mut self) {
        let Some(mut window) = self.window.take() else {
            return;
        };
        let asked = window.order(Order::Close).await;
        let closed = timeout(CLOSES_WITHIN, window.child.wait()).await;
        if asked.is_err() || closed.is_err() {
            let _ = window.child.start_kill();
        }
    }

    async fn tell(&self, ended: io::Result<ExitStatus>) {
        let failed = match ended {
            Ok(status) if status.success() => None,
            Ok(status) if status.code() == Some(i32::from(QUIT)) => {
                let quit = Event::Clicked(aco_tray::Command::Quit);
                let _ = self.events.send(quit).await;
                return;
            }
            Ok(status) => Some(status.to_string()),
            Err(error) => Some(error.to_string()),
        };
        let event = failed.map_or(Event::WindowClosed, Event::WindowFailed);
        let _ = self.events.send(event).await;
    }
}

impl Window {
    async fn order(&mut self, order: Order) -> io::Result<()> {
        let orders = self.orders.as_mut();
        let orders = orders.ok_or_else(|| io::Error::from(io::ErrorKind::BrokenPipe))?;
        orders.write_all(format!("{order}\n").as_bytes()).await?;
        orders.flush().await
    }
}

async fn ended(window: &mut Option<Window>) -> io::Result<ExitStatus> {
    match window {
        Some(window) => window.child.wait().await,
        None => std::future::pending().await,
    }
}

#[cfg(test)]
#[path = "window_process_tests.rs"]
mod tests;
