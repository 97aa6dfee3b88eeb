//! `aco run`

use crate::context::{Context, block_on, clock_face, identity, terminal, waiting};
use crate::failure::Failure;
use crate::{output, signals};
use aco_agent::usage::UsageParts;
use aco_agent::{Agent, AgentParts, Foundation, NoShell};
use aco_domain::Role;
use jiff::tz::TimeZone;
use std::process::ExitCode;
use std::sync::Arc;
use tokio::sync::oneshot;

/// The agent until it is told to end; a second signal does not wait for the drain.
pub(crate) fn run(context: Context, once: bool) -> Result<ExitCode, Failure> {
    context.home.create()?;
    let first_start = aco_config::write_default_config(&context.home.config_file());
    let settings = context.settings()?;
    let (mut foundation, logging) = Foundation::lay(
        context.home,
        identity(Role::Service),
        &settings.config,
        Arc::clone(&context.clock),
        terminal(),
        waiting,
    )?;
    logging
        .install()
        .map_err(|error| Failure::failed(error.to_string()))?;
    // Again, now that there is somebody to hide the token from the log.
    let settings = context.source.load(Some(&foundation.masker))?;
    foundation.announce();
    match first_start {
        Ok(true) => output::complain(&format!(
            "aco: wrote {} with every setting and its default",
            foundation.home.config_file().display()
        )),
        Ok(false) => {}
        Err(error) => log::warn!(target: "aco::run", "no config.toml was written: {error}"),
    }
    block_on(async {
        let mut signals = signals::Signals::listen()?;
        let parts = AgentParts {
            foundation,
            settings,
            invalid: None,
            source: context.source,
            shell: Box::new(NoShell),
            clock_face: Arc::new(clock_face),
            usage: UsageParts {
                environment: context.environment,
                zone: Arc::new(TimeZone::system),
            },
            once,
        };
        let (stop, stopped) = oneshot::channel();
        let mut stop = Some(stop);
        let agent = Agent::run(parts, async {
            stopped.await.unwrap_or("nobody is left to say so")
        });
        tokio::pin!(agent);
        loop {
            tokio::select! {
                ended = &mut agent => break ended.map_err(Failure::failed),
                reason = signals.next() => match stop.take() {
                    // An agent that has ended meanwhile needs no telling.
                    Some(stop) => drop(stop.send(reason)),
                    None => break Err(Failure::failed(format!(
                        "{reason} again: ended without draining; the spool keeps the rest"
                    ))),
                },
            }
        }
    })?;
    Ok(ExitCode::SUCCESS)
}
