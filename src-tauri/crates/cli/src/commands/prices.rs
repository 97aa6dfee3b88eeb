//! `aco prices`: which data calls are priced by, and other data in its place.

mod update;

use crate::arguments::Prices;
use crate::context::Context;
use crate::failure::Failure;
use crate::output::say;
use aco_agent::usage::{Offer, forget_offer, price_book};
use aco_domain::Pricing as _;
use aco_domain::figures::{plural, tokens};
use aco_home::FileError;
use aco_ledger::{History, UnpricedModel};
use aco_prices::Summary;
use serde_json::json;
use std::io;
use std::process::ExitCode;

/// Version of what `status --json` prints; rises when a field changes its meaning.
const SCHEMA_VERSION: u32 = 1;

pub(crate) fn prices(context: &Context, command: &Prices) -> Result<ExitCode, Failure> {
    match command {
        Prices::Status { json } => status(context, *json),
        Prices::Update { built_in: true, .. } => built_in(context),
        Prices::Update { update, .. } => update::update(context, update),
    }
}

fn status(context: &Context, json: bool) -> Result<ExitCode, Failure> {
    let settings = context.settings()?;
    let book = price_book(&context.home, &settings.config)?;
    let path = context.home.prices_file();
    let file = path.exists().then(|| path.display().to_string());
    let own = settings.config.prices.len();
    let unpriced = unpriced(context)?;
    let update = settings.config.price_updates.update.value;
    // One that cannot be read is no offer; `update` says why.
    let offer = Offer::waiting(&context.home, &settings.config, context.clock.now());
    let offer = offer.ok().flatten().map(|offer| offer.changes);
    let summary = book.open();
    if json {
        let summary = summary.ok();
        say(&serde_json::to_string_pretty(&json!({
            "schema_version": SCHEMA_VERSION,
            "version": book.version(),
            "file": file,
            "usable": summary.is_some(),
            "providers": summary.map(|summary| summary.providers),
            "models": summary.map(|summary| summary.models),
            "own_prices": own,
            "update": update.as_str(),
            "update_from": aco_prices::PUBLIC_DATA,
            "offer": offer,
            "unpriced_models": unpriced.iter().map(|it| json!({
                "model": &*it.model,
                "calls": it.calls,
                "tokens": it.tokens,
            })).collect::<Vec<_>>(),
        }))?);
        return Ok(exit_code(summary.is_some()));
    }
    let from = file.unwrap_or_else(|| "built in".to_owned());
    say(&format!("Data      {} ({from})", book.version()));
    match &summary {
        Ok(summary) => say(&format!("Holds     {}", holds(summary))),
        Err(rejected) => say(&format!("Unusable  {rejected}")),
    }
    let own = plural(own as u64, "price", "prices");
    say(&format!(
        "Your own  {own} in {}",
        context.home.config_file().display()
    ));
    say(&format!(
        "Updates   {} ({})",
        update.as_str(),
        aco_prices::PUBLIC_DATA
    ));
    if let Some(offer) = offer {
        say(&format!(
            "Waiting   {}; see and take it: aco prices update",
            offer.to
        ));
    }
    for (index, it) in unpriced.iter().enumerate() {
        let label = if index == 0 { "Unpriced" } else { "" };
        say(&format!(
            "{label:<10}{}: {}, {} tokens",
            it.model,
            plural(it.calls, "call", "calls"),
            tokens(i64::try_from(it.tokens).unwrap_or(i64::MAX))
        ));
    }
    Ok(exit_code(summary.is_ok()))
}

fn exit_code(usable: bool) -> ExitCode {
    if usable {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn unpriced(context: &Context) -> Result<Vec<UnpricedModel>, Failure> {
    match History::open(&context.home.ledger_file())? {
        Some(history) => Ok(history.unpriced_models()?),
        None => Ok(Vec::new()),
    }
}

fn holds(summary: &Summary) -> String {
    format!(
        "{} of {}",
        plural(summary.models as u64, "model", "models"),
        plural(summary.providers as u64, "provider", "providers")
    )
}

fn built_in(context: &Context) -> Result<ExitCode, Failure> {
    let path = context.home.prices_file();
    match std::fs::remove_file(&path) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(FileError::during("remove", &path)(error).into()),
    }
    forget_offer(&context.home)?;
    say("Prices are now the built-in ones.");
    say_what_follows();
    Ok(ExitCode::SUCCESS)
}

fn say_what_follows() {
    say(
        "Calls without a price get theirs at the next scan. Calls that have one keep it, unless \
         you say: aco reprice",
    );
}
