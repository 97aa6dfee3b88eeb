//! `aco emit`: test records through the very same dispatch as every other record.

use crate::arguments::Emit;
use crate::context::{Context, identity, runtime, terminal, waiting};
use crate::failure::Failure;
use crate::output::say;
use aco_agent::{Emission, Foundation, ship_backlog};
use aco_domain::Role;
use aco_ipc::{Request, Response};
use std::process::ExitCode;
use std::sync::Arc;

/// Through the running agent, else under the lock.
pub(crate) fn emit(context: Context, arguments: Emit) -> Result<ExitCode, Failure> {
    let Emit {
        count,
        rate,
        message,
        grace,
    } = arguments;
    let runtime = runtime()?;
    let through_agent = runtime.block_on(async {
        let Some(mut agent) = context.agent().await? else {
            return Ok::<_, Failure>(None);
        };
        let grace_ms = u64::try_from(grace.as_millis()).unwrap_or(u64::MAX);
        let request = Request::Emit {
            count,
            rate,
            message: message.clone(),
            grace_ms,
        };
        match agent.request(&request).await? {
            Response::Emitted {
                first_seq,
                last_seq,
                ..
            } => Ok(Some((first_seq, last_seq))),
            other => Err(Failure::failed(format!(
                "the agent gave an unexpected answer: {other:?}"
            ))),
        }
    })?;
    let (first, last) = match through_agent {
        Some(emitted) => emitted,
        None => {
            let settings = context.settings()?;
            let (mut foundation, logging) = Foundation::lay(
                context.home,
                identity(Role::Command),
                &settings.config,
                Arc::clone(&context.clock),
                terminal(),
                waiting,
            )?;
            logging
                .install()
                .map_err(|error| Failure::failed(error.to_string()))?;
            let settings = context.source.load(Some(&foundation.masker))?;
            foundation.announce();
            let emission = Emission {
                count,
                rate,
                message,
            };
            let emitted = aco_agent::emit(&emission, &foundation.spool);
            runtime.block_on(ship_backlog(&foundation, &settings, grace))?;
            emitted
        }
    };
    say(&format!(
        "{count} records emitted (sequence {first} to {last})"
    ));
    Ok(ExitCode::SUCCESS)
}
