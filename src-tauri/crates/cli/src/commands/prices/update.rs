//! `aco prices update`: what newer data changes, shown before it is taken.

use crate::arguments::PricesUpdate;
use crate::context::{Context, block_on};
use crate::failure::Failure;
use crate::output::{complain, say};
use aco_agent::usage::{Offer, fetch_prices};
use aco_config::PriceUpdate;
use aco_domain::figures::{money, plural};
use aco_domain::{NanoUsd, PauseUntil, PriceChanges};
use aco_home::AgentStore;
use aco_home::versioned::Content;
use aco_ipc::{Request, Response};
use std::io::{self, IsTerminal as _};
use std::process::ExitCode;

/// Models are named up to this many.
const NAMED: usize = 10;

pub(super) fn update(context: &Context, asked: &PricesUpdate) -> Result<ExitCode, Failure> {
    let Some(offer) = offer(context, asked)? else {
        say("The prices in force are the newest.");
        return Ok(ExitCode::SUCCESS);
    };
    for line in in_words(&offer.changes) {
        say(&line);
    }
    // A file that was given is its user's word; a download is not.
    let is_taken = asked.yes
        || match (asked.dry_run, io::stdin().is_terminal()) {
            (true, _) => false,
            (false, true) => is_confirmed()?,
            (false, false) => asked.file.is_some(),
        };
    if !is_taken {
        say("Nothing is changed. To take them: the same with --yes");
        return Ok(ExitCode::SUCCESS);
    }
    offer.take(&context.home)?;
    say(&format!("Prices are now those of {}.", offer.changes.to));
    super::say_what_follows();
    Ok(ExitCode::SUCCESS)
}

/// The data that is meant; nothing when there is no newer one.
fn offer(context: &Context, asked: &PricesUpdate) -> Result<Option<Offer>, Failure> {
    let settings = context.settings()?;
    let (config, now) = (settings.config, context.clock.now());
    let as_they_were = |why| Failure::failed(format!("{why} (prices are as they were)"));
    if let Some(file) = &asked.file {
        let offer = Offer::of_file(file, &context.home, &config, now);
        return offer.map(Some).map_err(as_they_were);
    }
    if !asked.fetch {
        let waiting = Offer::waiting(&context.home, &config, now).map_err(as_they_were)?;
        if waiting.is_some() {
            return Ok(waiting);
        }
        if config.price_updates.update.value == PriceUpdate::Off {
            return Err(Failure::usage(format!(
                "say which file to take, or --fetch: the newest one is {}, and nothing is fetched \
                 unless you say so here or by [prices] update in config.toml",
                aco_prices::PUBLIC_DATA
            )));
        }
    }
    if is_paused(context)? {
        return Err(Failure::failed(
            "shipping is paused, and nothing may leave this machine: `aco resume` first, or give a \
             file",
        ));
    }
    block_on(async {
        let home = context.home.clone();
        let fetched = fetch_prices(aco_prices::PUBLIC_DATA, home, config, now).await;
        fetched.map_err(as_they_were)
    })
}

/// By the running agent's word, else by the stored one.
fn is_paused(context: &Context) -> Result<bool, Failure> {
    let asked = block_on(async {
        match context.agent().await? {
            Some(mut agent) => Ok(Some(agent.request(&Request::Status).await?)),
            None => Ok(None),
        }
    })?;
    Ok(match asked {
        Some(Response::Status(status)) => status.paused.is_some(),
        Some(other) => return Err(Failure::unexpected(&other)),
        None => match AgentStore::peek(&context.home.state_file())? {
            Content::Found(state) => match state.pause {
                Some(PauseUntil::Resumed) => true,
                Some(PauseUntil::At(at)) => at > context.clock.now(),
                None => false,
            },
            Content::Absent | Content::Damaged(_) | Content::Newer(_) => false,
        },
    })
}

fn is_confirmed() -> Result<bool, Failure> {
    complain("Take them? [y/N]");
    let mut answer = String::new();
    io::stdin().read_line(&mut answer)?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}

fn in_words(changes: &PriceChanges) -> Vec<String> {
    let models = plural(changes.models, "model", "models");
    let providers = plural(changes.providers, "provider", "providers");
    let mut lines = vec![format!(
        "Newer   {} in place of {}: {models} of {providers}",
        changes.to, changes.from
    )];
    let mut section = |name: &str, of: Vec<String>| {
        let left_out = of.len().saturating_sub(NAMED);
        for (n, line) in of.into_iter().take(NAMED).enumerate() {
            let name = if n == 0 { name } else { "" };
            lines.push(format!("{name:<8}{line}"));
        }
        if left_out > 0 {
            lines.push(format!("        and {left_out} more"));
        }
    };
    let filled = changes.filled.iter().map(|it| {
        let calls = plural(it.calls, "call", "calls");
        format!(
            "{}: {calls} without a price cost {}",
            it.model,
            money(it.api_value)
        )
    });
    section("Filled", filled.collect());
    let repriced = changes.repriced.iter().map(|it| {
        let input = step(it.input_before, it.input_after);
        let output = step(it.output_before, it.output_after);
        format!(
            "{}: a million tokens of input {input}, of output {output}",
            it.model
        )
    });
    section("Other", repriced.collect());
    if changes.filled.is_empty() && changes.repriced.is_empty() {
        lines.push("        nothing that is recorded here costs anything else".to_owned());
    }
    lines
}

fn step(before: Option<NanoUsd>, after: Option<NanoUsd>) -> String {
    let amount = |amount: Option<NanoUsd>| amount.map_or("unpriced".to_owned(), money);
    if before == after {
        return amount(after);
    }
    format!("{} → {}", amount(before), amount(after))
}

#[cfg(test)]
mod tests {
    use super::*;
    use aco_domain::{FilledModel, RepricedModel};

    #[test]
    fn what_changes_is_said_and_long_lists_are_cut() {
        let dollars = |dollars: i64| NanoUsd(dollars * NanoUsd::DOLLAR.0);
        let mut changes = PriceChanges {
            from: "genai-prices 1".to_owned(),
            to: "file abc".to_owned(),
            providers: 1,
            models: 1_200,
            filled: Vec::new(),
            repriced: Vec::new(),
        };
        assert_eq!(
            in_words(&changes),
            [
                "Newer   file abc in place of genai-prices 1: 1,200 models of 1 provider",
                "        nothing that is recorded here costs anything else",
            ]
        );
        changes.filled = (0..12)
            .map(|n| FilledModel {
                model: format!("m{n}"),
                calls: 2,
                api_value: dollars(n),
            })
            .collect();
        changes.repriced = vec![RepricedModel {
            model: "o".to_owned(),
            input_before: Some(dollars(5)),
            input_after: Some(dollars(6)),
            output_before: None,
            output_after: None,
        }];
        let said = in_words(&changes);
        assert_eq!(said[1], "Filled  m0: 2 calls without a price cost $0.00");
        assert_eq!(said[2], "        m1: 2 calls without a price cost $1.00");
        assert_eq!(said[11], "        and 2 more");
        assert_eq!(
            said[12],
            "Other   o: a million tokens of input $5.00 → $6.00, of output unpriced"
        );
    }
}
