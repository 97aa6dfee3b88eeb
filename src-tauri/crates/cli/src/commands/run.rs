//! `aco run`

use crate::context::{Context, clock_face, identity, runtime, terminal, waiting};
use crate::failure::Failure;
use crate::{output, signals};
use aco_agent::{Agent, AgentParts, Foundation, NoShell};
use aco_domain::Role;
use std::process::ExitCode;
use std::sync::Arc;

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
    let runtime = runtime()?;
    runtime.block_on(async {
        let (stop, impatience) = (signals::stop()?, signals::stop()?);
        let parts = AgentParts {
            foundation,
            settings,
            source: context.source,
            shell: Box::new(NoShell),
            clock_face: Arc::new(clock_face),
            once,
        };
        let mut asked = false;
        tokio::pin!(impatience);
        let agent = Agent::run(parts, stop);
        tokio::pin!(agent);
        loop {
            tokio::select! {
                ended = &mut agent => break ended.map_err(Failure::failed),
                reason = &mut impatience => {
                    if asked {
                        break Err(Failure::failed(format!(
                            "{reason} again: ended without draining; the spool keeps the rest"
                        )));
                    }
                    asked = true;
                    impatience.set(signals::stop()?);
                }
            }
        }
    })?;
    Ok(ExitCode::SUCCESS)
}
