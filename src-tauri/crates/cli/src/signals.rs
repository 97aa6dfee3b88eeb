//! When the operating system or the user wants this program to end. The one place that knows how
//! each platform says so.

use crate::failure::Failure;

#[cfg(unix)]
pub(crate) use unix::Signals;
#[cfg(windows)]
pub(crate) use windows::Signals;

fn cannot_listen(error: std::io::Error) -> Failure {
    Failure::failed(format!(
        "cannot listen for the signals that end it: {error}"
    ))
}

#[cfg(unix)]
mod unix {
    use super::{Failure, cannot_listen};
    use tokio::signal::unix::{Signal, SignalKind, signal};

    /// The signals that ask for an end.
    pub(crate) struct Signals {
        interrupt: Signal,
        terminate: Signal,
        /// The terminal was closed. Unheard, it would end us without draining.
        hangup: Signal,
    }

    impl Signals {
        /// From now on they end nothing by themselves.
        pub(crate) fn listen() -> Result<Self, Failure> {
            Ok(Self {
                interrupt: signal(SignalKind::interrupt()).map_err(cannot_listen)?,
                terminate: signal(SignalKind::terminate()).map_err(cannot_listen)?,
                hangup: signal(SignalKind::hangup()).map_err(cannot_listen)?,
            })
        }

        /// The next one, in words. Dropping the future loses none.
        pub(crate) async fn next(&mut self) -> &'static str {
            tokio::select! {
                _ = self.interrupt.recv() => "interrupted (SIGINT)",
                _ = self.terminate.recv() => "asked to end (SIGTERM)",
                _ = self.hangup.recv() => "the terminal was closed (SIGHUP)",
            }
        }
    }
}

#[cfg(windows)]
mod windows {
    use super::{Failure, cannot_listen};
    use tokio::signal::windows::{
        CtrlBreak, CtrlC, CtrlClose, CtrlLogoff, CtrlShutdown, ctrl_break, ctrl_c, ctrl_close,
        ctrl_logoff, ctrl_shutdown,
    };

    /// The events that ask for an end. After the last three Windows gives a few seconds and no
    /// more; the drain's grace period is as long.
    pub(crate) struct Signals {
        interrupt: CtrlC,
        break_: CtrlBreak,
        close: CtrlClose,
        logoff: CtrlLogoff,
        shutdown: CtrlShutdown,
    }

    impl Signals {
        /// From now on they end nothing by themselves.
        pub(crate) fn listen() -> Result<Self, Failure> {
            Ok(Self {
                interrupt: ctrl_c().map_err(cannot_listen)?,
                break_: ctrl_break().map_err(cannot_listen)?,
                close: ctrl_close().map_err(cannot_listen)?,
                logoff: ctrl_logoff().map_err(cannot_listen)?,
                shutdown: ctrl_shutdown().map_err(cannot_listen)?,
            })
        }

        /// The next one, in words. Dropping the future loses none.
        pub(crate) async fn next(&mut self) -> &'static str {
            tokio::select! {
                _ = self.interrupt.recv() => "interrupted (Ctrl-C)",
                _ = self.break_.recv() => "interrupted (Ctrl-Break)",
                _ = self.close.recv() => "the console was closed",
                _ = self.logoff.recv() => "the user logs off",
                _ = self.shutdown.recv() => "the system shuts down",
            }
        }
    }
}
