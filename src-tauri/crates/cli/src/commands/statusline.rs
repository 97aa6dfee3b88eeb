//! `aco statusline`: one line for Claude Code's status line, or for a prompt.
//!
//! It runs at every prompt, so it reads nothing but the ledger as it is: no scan, no lock, no
//! configuration. Whatever is missing or broken is left out of the line: a status line that fails
//! shows nothing at all.

mod input;
mod line;

use crate::context::{Context, VERSION, block_on};
use crate::failure::Failure;
use crate::output::say;
use aco_agent::usage::kept_limits;
use aco_budget::Day;
use aco_domain::{LimitReading, UnixNanos};
use aco_ipc::{Client, Request};
use aco_ledger::{Filter, History, Sums};
use input::Input;
use jiff::tz::TimeZone;
use line::{Line, Spent};
use std::process::ExitCode;
use std::time::Duration;

/// How long an agent may take to hear of limits. One that is busy hears of them at the next prompt.
const HEARD_WITHIN: Duration = Duration::from_millis(20);

/// What is known of a limit is passed on again after this time, changed or not.
const OLD: Duration = Duration::from_secs(300);

pub(crate) fn statusline(context: &Context) -> Result<ExitCode, Failure> {
    let now = context.clock.now();
    let input = Input::from_stdin(now);
    // Not `Context::zone`: it would complain at every prompt.
    let zone = TimeZone::try_system().unwrap_or(TimeZone::UTC);
    let known = kept_limits(&context.home, now).unwrap_or_default();
    let spent = History::open(&context.home.ledger_file())
        .ok()
        .flatten()
        .and_then(|history| spent(&history, input.session.as_deref(), &zone, now));
    let is_given = input.is_given;
    let line = Line {
        spent,
        limits: shown(&input, &known),
        given_at: is_given.then_some(now),
        zone: &zone,
        now,
    };
    say(&line.to_string());
    if is_news(&input.limits, &known) {
        // Nobody listens, or is busy: the next prompt comes soon.
        let _ = block_on(async {
            let told = tell(context, input.limits);
            let _ = tokio::time::timeout(HEARD_WITHIN, told).await;
            Ok(())
        });
    }
    Ok(ExitCode::SUCCESS)
}

async fn tell(context: &Context, readings: Vec<LimitReading>) {
    if let Ok(mut agent) = Client::connect(context.home.socket(), VERSION).await {
        let _ = agent.request(&Request::NoteLimits { readings }).await;
    }
}

/// What was used today and, where it is known, in the session.
fn spent(
    history: &History,
    session: Option<&str>,
    zone: &TimeZone,
    now: UnixNanos,
) -> Option<Spent> {
    let since = |instant| Filter {
        since: Some(instant),
        ..Filter::default()
    };
    let day = Day::at(now, zone);
    let mut today = Sums::default();
    history
        .rollup(&since(day.begins), |row| today += row.sums)
        .ok()?;
    let session = match session {
        Some(session) => history.session_sums(session).ok(),
        None => None,
    };
    Some(Spent { session, today })
}

/// The limits of the tool that asks, by its own word or by the last one that was kept; of every tool
/// where none asks.
fn shown(input: &Input, known: &[LimitReading]) -> Vec<LimitReading> {
    if !input.is_given {
        return known.to_vec();
    }
    if !input.limits.is_empty() {
        return input.limits.clone();
    }
    let mut limits = known.to_vec();
    limits.retain(|reading| reading.tool.as_str() == input::TOOL);
    limits
}

/// Whether an agent should hear of it.
fn is_news(limits: &[LimitReading], known: &[LimitReading]) -> bool {
    limits.iter().any(|reading| {
        let same =
            |other: &&LimitReading| other.tool == reading.tool && other.window == reading.window;
        known.iter().find(same).is_none_or(|known| {
            known.used_percent != reading.used_percent
                || known.resets_at != reading.resets_at
                || reading.at.since(known.at) > OLD
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use aco_domain::{Percent, ToolId};

    fn reading(tool: &str, percent: u32, at: u64) -> LimitReading {
        LimitReading {
            tool: ToolId::new(tool).unwrap(),
            window: "w".to_owned(),
            used_percent: Percent::whole(percent),
            minutes: None,
            resets_at: None,
            at: UnixNanos(at * 1_000_000_000),
        }
    }

    #[test]
    fn an_agent_hears_of_what_it_does_not_know() {
        let known = [reading("claude-code", 40, 1_000)];
        let news = |percent, at| is_news(&[reading("claude-code", percent, at)], &known);
        assert!(!news(40, 1_000) && !news(40, 1_300));
        assert!(news(41, 1_001), "another reading");
        assert!(news(40, 1_301), "the known one is old");
        assert!(is_news(&known, &[]));
        assert!(!is_news(&[], &known));
    }

    #[test]
    fn the_tool_that_asks_sees_its_own_limits() {
        let known = [reading("claude-code", 40, 1), reading("codex", 50, 1)];
        let mut input = Input::default();
        assert_eq!(shown(&input, &known), known);
        input.is_given = true;
        assert_eq!(shown(&input, &known), known[..1]);
        input.limits = vec![reading("claude-code", 60, 2)];
        assert_eq!(shown(&input, &known), input.limits);
    }
}
