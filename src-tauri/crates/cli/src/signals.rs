//! When the operating system or the user wants this program to end. The one place that knows how
//! each platform says so.

use crate::failure::Failure;

/// Resolves with the reason, in words.
#[cfg(unix)]
pub(crate) fn stop() -> Result<impl Future<Output = &'static str>, Failure> {
    use tokio::signal::unix::{SignalKind, signal};
    let failed = |error| Failure::failed(format!("cannot listen for signals: {error}"));
    let mut interrupt = signal(SignalKind::interrupt()).map_err(failed)?;
    let mut terminate = signal(SignalKind::terminate()).map_err(failed)?;
    // The terminal was closed. Without this the default would end us without draining.
    let mut hangup = signal(SignalKind::hangup()).map_err(failed)?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => "interrupted (SIGINT)",
            _ = terminate.recv() => "asked to end (SIGTERM)",
            _ = hangup.recv() => "the terminal was closed (SIGHUP)",
        }
    })
}

/// Resolves with the reason, in words. After the last three Windows gives a few seconds and no
/// more; the drain's grace period is as long.
#[cfg(windows)]
pub(crate) fn stop() -> Result<impl Future<Output = &'static str>, Failure> {
    use tokio::signal::windows;
    let failed = |error| Failure::failed(format!("cannot listen for console events: {error}"));
    let mut interrupt = windows::ctrl_c().map_err(failed)?;
    let mut break_ = windows::ctrl_break().map_err(failed)?;
    let mut close = windows::ctrl_close().map_err(failed)?;
    let mut logoff = windows::ctrl_logoff().map_err(failed)?;
    let mut shutdown = windows::ctrl_shutdown().map_err(failed)?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => "interrupted (Ctrl-C)",
            _ = break_.recv() => "interrupted (Ctrl-Break)",
            _ = close.recv() => "the console was closed",
            _ = logoff.recv() => "the user logs off",
            _ = shutdown.recv() => "the system shuts down",
        }
    })
}
