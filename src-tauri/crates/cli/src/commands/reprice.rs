//! `aco reprice`

use crate::arguments;
use crate::commands::report::filter;
use crate::context::{Context, Writer, block_on};
use crate::failure::Failure;
use crate::output::say;
use crate::progress::Reading;
use crate::usage::Writing;
use aco_domain::figures::{money, plural};
use aco_home::HomeLock;
use aco_ipc::{Client, Request, Response};
use aco_ledger::{Filter, Repriced};
use std::process::ExitCode;

pub(crate) fn reprice(
    context: &Context,
    arguments: &arguments::Reprice,
) -> Result<ExitCode, Failure> {
    let filter = Filter {
        model: arguments.model.clone(),
        ..filter(context, &arguments.days)?
    };
    // In one runtime: a connection does not outlive the one it was made in.
    let by_agent = block_on(async {
        match context.writer().await? {
            Writer::Us(lock) => Ok(Err(lock)),
            Writer::Agent(agent) => by_agent(context, *agent, &filter).await.map(Ok),
        }
    })?;
    let done = match by_agent {
        Ok(done) => done,
        Err(lock) => by_us(context, lock, &filter)?,
    };
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

/// Under the home's lock.
fn by_us(context: &Context, lock: HomeLock, filter: &Filter) -> Result<Repriced, Failure> {
    let mut writing = Writing::open(context, lock)?;
    let summary = writing.prices.open().map_err(ToString::to_string);
    summary.map_err(Failure::failed)?;
    let done = writing.ledger.reprice(&writing.prices, filter)?;
    writing.close()?;
    Ok(done)
}

/// By the running agent, which has the ledger.
async fn by_agent(
    context: &Context,
    mut agent: Client,
    filter: &Filter,
) -> Result<Repriced, Failure> {
    let Filter {
        since,
        until,
        tool,
        model,
    } = filter.clone();
    let request = Request::Reprice {
        since,
        until,
        tool,
        model,
    };
    let mut reading = Reading::begin(context);
    let answer = agent
        .request_with_news(&request, |news| reading.hear(&news))
        .await;
    reading.end();
    match answer? {
        Response::Repriced {
            examined,
            filled,
            changed,
            before,
            after,
        } => Ok(Repriced {
            examined,
            filled,
            changed,
            before,
            after,
        }),
        other => Err(Failure::unexpected(&other)),
    }
}
