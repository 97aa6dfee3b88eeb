//! When the system or a terminal wants this application to end. Windows tells its session instead
//! (see `platform`).

use crate::tray::controller::Event;
use tokio::sync::mpsc;

/// Tells the controller. A second signal ends the process: the spool keeps the rest.
pub(crate) async fn forward(events: mpsc::Sender<Event>) {
    let mut signals = match Signals::listen() {
        Ok(signals) => signals,
        Err(error) => {
            log::warn!(target: "aco::tray", "no signal is heard: {error}");
            return;
        }
    };
    let reason = signals.next().await;
    let _ = events.send(Event::End(reason)).await;
    let reason = signals.next().await;
    crate::say(&format!(
        "{reason} again: ended without draining; the spool keeps the rest"
    ));
    std::process::exit(1);
}

#[cfg(unix)]
pub(crate) use unix::Signals;
#[cfg(windows)]
pub(crate) use windows::Signals;

#[cfg(unix)]
mod unix {
    use std::io;
    use tokio::signal::unix::{Signal, SignalKind, signal};

    /// The signals that ask for an end.
    pub(crate) struct Signals {
        interrupt: Signal,
        terminate: Signal,
        hangup: Signal,
    }

    impl Signals {
        /// From now on they end nothing by themselves.
        pub(crate) fn listen() -> io::Result<Self> {
            Ok(Self {
                interrupt: signal(SignalKind::interrupt())?,
                terminate: signal(SignalKind::terminate())?,
                hangup: signal(SignalKind::hangup())?,
            })
        }

        /// The next one, in words.
        pub(crate) async fn next(&mut self) -> &'static str {
            tokio::select! {
                _ = self.interrupt.recv() => "interrupted (SIGINT)",
                _ = self.terminate.recv() => "asked to end (SIGTERM)",
                _ = self.hangup.recv() => "the session was closed (SIGHUP)",
            }
        }
    }
}

#[cfg(windows)]
mod windows {
    use std::io;
    use tokio::signal::windows::{CtrlBreak, CtrlC, ctrl_break, ctrl_c};

    /// What a console says, where there is one.
    pub(crate) struct Signals {
        interrupt: CtrlC,
        break_: CtrlBreak,
    }

    impl Signals {
        /// From now on they end nothing by themselves.
        pub(crate) fn listen() -> io::Result<Self> {
            Ok(Self {
                interrupt: ctrl_c()?,
                break_: ctrl_break()?,
            })
        }

        /// The next one, in words.
        pub(crate) async fn next(&mut self) -> &'static str {
            tokio::select! {
                _ = self.interrupt.recv() => "interrupted (Ctrl-C)",
                _ = self.break_.recv() => "interrupted (Ctrl-Break)",
            }
        }
    }
}
