//! `aco reprice`

use crate::arguments;
use crate::commands::report::period;
use crate::context::{Context, Writer, block_on};
use crate::failure::Failure;
use crate::output::say;
use crate::usage::Writing;
use aco_domain::figures::{money, plural};
use aco_ledger::Filter;
use std::process::ExitCode;

pub(crate) fn reprice(
    context: &Context,
    arguments: &arguments::Reprice,
) -> Result<ExitCode, Failure> {
    let days = &arguments.days;
    let zone = context.zone(days.timezone.as_deref())?;
    let (since, until) = period(context, days, &zone)?.bounds(&zone);
    let filter = Filter {
        since,
        until,
        tool: days.tool.clone(),
        model: arguments.model.clone(),
    };
    let lock = match block_on(context.writer())? {
        Writer::Us(lock) => lock,
        Writer::Agent(_) => {
            return Err(Failure::failed(
                "the agent is running, and has the ledger: end it, reprice, and start it again",
            ));
        }
    };
    let mut writing = Writing::open(context, lock)?;
    let summary = writing.prices.open().map_err(ToString::to_string);
    summary.map_err(Failure::failed)?;
    let done = writing.ledger.reprice(&writing.prices, &filter)?;
    writing.close()?;
    let changed = done.filled + done.changed;
    say(&if changed == 0 {
        format!(
            "{} examined; no price changed.",
            plural(done.examined, "call", "calls")
        )
    } else {
        format!(
            "{} examined: {} changed, {} had none; they were {} and are {} now.",
            plural(done.examined, "call", "calls"),
            plural(done.changed, "price", "prices"),
            plural(done.filled, "call", "calls"),
            money(done.before),
            money(done.after)
        )
    });
    Ok(ExitCode::SUCCESS)
}
