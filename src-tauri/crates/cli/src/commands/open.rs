//! `aco open`: Grafana Explore, at this machine's records.

mod moment;

use crate::arguments::Open;
use crate::context::{Context, host_name};
use crate::failure::Failure;
use crate::output::say;
use aco_agent::explore::{Range, link, of_host};
use aco_config::Config;
use jiff::{Timestamp, Zoned, tz::TimeZone};
use moment::Edge;
use std::process::ExitCode;
use std::time::Duration;

/// What is shown when no beginning is given.
const LATELY: Duration = Duration::from_secs(3600);

pub(crate) fn open(context: &Context, arguments: &Open) -> Result<ExitCode, Failure> {
    let settings = context.settings()?;
    let query = match &arguments.query {
        Some(query) => query.clone(),
        None => of_host(&shipped_host_name(&settings.config)),
    };
    let range = range(context, arguments)?;
    let link = link(&settings.config.grafana, &query, range).ok_or_else(|| {
        Failure::usage(format!(
            "no Grafana is configured; write its address under [grafana] in {}: url = \
             \"https://grafana.example\"",
            context.home.config_file().display()
        ))
    })?;
    if arguments.print {
        say(&link);
    } else {
        // The configuration lets no other scheme than http and https in.
        open::that_detached(&link).map_err(|error| {
            Failure::failed(format!(
                "no browser could be started ({error}); open it yourself: {link}"
            ))
        })?;
        say(&format!("Opened {link}"));
    }
    Ok(ExitCode::SUCCESS)
}

/// `host.name` in the records, which the environment may have changed.
fn shipped_host_name(config: &Config) -> String {
    let attributes = config.ship.resource.iter().rev();
    let mut named = attributes.filter(|it| it.value.0 == "host.name");
    named
        .next()
        .map_or_else(host_name, |attribute| attribute.value.1.clone())
}

fn range(context: &Context, arguments: &Open) -> Result<Range, Failure> {
    let now = i128::from(context.clock.now().0);
    let now = Timestamp::from_nanosecond(now)
        .map_err(|error| Failure::failed(format!("this machine's clock: {error}")))?;
    let now = Zoned::new(now, TimeZone::system());
    let read = |flag, text: &Option<String>, edge| {
        let text = text.as_deref();
        text.map(|text| moment::parse(text, &now, edge))
            .transpose()
            .map_err(|wrong| Failure::usage(format!("{flag}: {wrong}")))
    };
    let to = read("--to", &arguments.to, Edge::End)?.unwrap_or_else(|| context.clock.now());
    let from = read("--from", &arguments.from, Edge::Beginning)?.unwrap_or(to.minus(LATELY));
    if from >= to {
        return Err(Failure::usage(
            "--from is not before --to; without --to it is now",
        ));
    }
    Ok(Range { from, to })
}
