//! Without a display: the agent alone, as `aco run` runs it.

use crate::say;
use crate::tray::controller::Event;
use crate::tray::hosting::{Host, HostNews};
use crate::tray::signals::Signals;
use std::process::ExitCode;
use tokio::sync::mpsc;

/// Says why, and stays until the agent has ended.
pub(crate) fn run(
    host: &Host,
    mut received: mpsc::Receiver<Event>,
    why: &str,
) -> Result<ExitCode, String> {
    say(&format!(
        "{why}: the agent runs without a tray, as `aco run` does; `aco status` shows it"
    ));
    super::runtime()?.block_on(async {
        let mut signals = Signals::listen()
            .map_err(|error| format!("cannot listen for the signals that end it: {error}"))?;
        let mut stopping = false;
        loop {
            tokio::select! {
                reason = signals.next() => {
                    if stopping {
                        return Err(format!(
                            "{reason} again: ended without draining; the spool keeps the rest"
                        ));
                    }
                    stopping = true;
                    host.stop(reason);
                }
                event = received.recv() => match event {
                    Some(Event::Host(HostNews::Client(holder))) => {
                        let who = holder.map_or_else(
                            || "another process".to_owned(),
                            |holder| holder.to_string(),
                        );
                        return Err(format!("{who} runs already"));
                    }
                    Some(Event::Host(HostNews::Waits(holder))) => {
                        say(&format!("waiting for {holder}"));
                    }
                    Some(Event::Host(HostNews::Fails(why))) => return Err(why),
                    Some(Event::Host(HostNews::Ended(ended))) => {
                        return ended.map(|()| ExitCode::SUCCESS);
                    }
                    Some(_) => {}
                    None => return Ok(ExitCode::SUCCESS),
                }
            }
        }
    })
}
