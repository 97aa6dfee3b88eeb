//! The Status view: is what is recorded shipped, and if not, why and since when.

mod rows;

use crate::now::{Now, sentence, sentence_since, span};
use crate::{Action, Banner, Deed, FirstLine, Glyph, Pace, PauseChoice, Section, Tone};
use aco_domain::figures::{grouped, plural};
use aco_domain::{AgentState, AnswerKind, Attention, SettingsSheet, Sources, Status};
use serde::Serialize;

pub(crate) use rows::{folder_row, kept_in, source_rows};

/// The Status view. Command `status`, and event `status` whenever it changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct StatusView {
    /// Whether what is recorded is shipped.
    pub first: FirstLine,
    /// At the right of the first line.
    pub actions: Vec<Action>,
    /// The menu behind [`Deed::Pause`](crate::Deed::Pause).
    pub pause_choices: Vec<PauseEntry>,
    /// What needs the user, or waits; most urgent first.
    pub banners: Vec<Banner>,
    /// Connection, delivery, sources.
    pub sections: Vec<Section>,
}

/// One entry of the pause menu.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct PauseEntry {
    /// Argument of the command `pause`.
    pub choice: PauseChoice,
    /// `For 1 Hour`.
    pub label: String,
}

/// What the view is drawn from.
#[derive(Clone, Copy, Debug)]
pub struct StatusFacts<'a> {
    /// The agent's word.
    pub status: &'a Status,
    /// Where usage is read; nothing while that is not known.
    pub sources: Option<&'a Sources>,
    /// The settings, for the limits of what is kept.
    pub settings: Option<&'a SettingsSheet>,
    /// How fast records left lately.
    pub pace: &'a Pace,
    /// Whether this desktop shows no tray, which was looked for.
    pub no_tray: bool,
}

impl StatusView {
    /// The view of these facts now.
    #[must_use]
    pub fn of(facts: &StatusFacts<'_>, now: &Now) -> Self {
        let status = facts.status;
        Self {
            first: first_line(facts, now),
            actions: actions(status),
            pause_choices: pause_choices(),
            banners: banners(facts, now),
            sections: rows::sections(facts, now),
        }
    }
}

/// The glyph that says the state, and how loud it is.
pub(crate) fn glyph(status: &Status) -> (Glyph, Tone) {
    match status.state {
        AgentState::Attention => (Glyph::Attention, Tone::Act),
        AgentState::Paused => (Glyph::Paused, Tone::Plain),
        AgentState::Local => (Glyph::Local, Tone::Plain),
        AgentState::Backlog => (Glyph::Backlog, Tone::Wait),
        AgentState::Shipping => (Glyph::Shipping, Tone::Plain),
    }
}

/// Since when nothing answers, when that is so.
pub(super) fn offline(status: &Status) -> Option<&aco_domain::Answer> {
    let is_trying = matches!(status.state, AgentState::Backlog | AgentState::Shipping);
    let answer = status.last_answer.as_ref();
    answer.filter(|answer| is_trying && answer.kind == AnswerKind::Unavailable)
}

fn first_line(facts: &StatusFacts<'_>, now: &Now) -> FirstLine {
    let status = facts.status;
    let (glyph, tone) = glyph(status);
    let detail = match status.state {
        AgentState::Attention => match status.attention.first() {
            Some(attention) => attention_detail(attention, status),
            None => waiting(status),
        },
        AgentState::Local => "nothing leaves this machine".to_owned(),
        AgentState::Paused => waiting(status),
        AgentState::Backlog | AgentState::Shipping if offline(status).is_some() => waiting(status),
        AgentState::Backlog => match facts.pace.seconds_left(status.backlog.records) {
            Some(left) => format!("about {} left", span(left)),
            None => waiting(status),
        },
        AgentState::Shipping => match status.last_accepted {
            Some(at) => format!("accepted {} ago", span(now.at.since(at).as_secs())),
            None => "nothing sent since the start".to_owned(),
        },
    };
    FirstLine::word(&status.summary)
        .glyph(glyph, tone)
        .dot(detail)
}

fn waiting(status: &Status) -> String {
    match status.backlog.records {
        0 => "nothing waiting".to_owned(),
        count => format!("{} waiting", number(count)),
    }
}

fn attention_detail(attention: &Attention, status: &Status) -> String {
    match attention.code.as_str() {
        "config_invalid" => "nothing is sent until it is corrected".to_owned(),
        "records_dropped" => plural(status.records.dropped.total(), "record", "records"),
        _ => waiting(status),
    }
}

pub(super) fn number(count: u64) -> String {
    grouped(i64::try_from(count).unwrap_or(i64::MAX))
}

fn actions(status: &Status) -> Vec<Action> {
    let mut actions = Vec::new();
    match status.state {
        AgentState::Paused => actions.push(Action::primary(Deed::Resume, "Resume Shipping")),
        AgentState::Local => actions.push(Action::primary(Deed::Connect, "Connect…")),
        // Attention comes before paused: what is paused can be resumed all the same.
        AgentState::Attention if status.paused.is_some() => {
            actions.push(Action::plain(Deed::Resume, "Resume Shipping"));
        }
        _ if status.endpoint.is_some() => {
            actions.push(Action::plain(Deed::Pause, "Pause Shipping"));
        }
        _ => {}
    }
    actions.push(match status.grafana {
        Some(_) => Action::plain(Deed::OpenGrafana, "Open in Grafana"),
        None => Action::plain(Deed::ConnectGrafana, "Connect to Grafana…"),
    });
    actions
}

fn pause_choices() -> Vec<PauseEntry> {
    [
        (PauseChoice::OneHour, "For 1 Hour"),
        (PauseChoice::UntilTomorrow, "Until Tomorrow"),
        (PauseChoice::UntilResumed, "Until I Resume"),
    ]
    .map(|(choice, label)| PauseEntry {
        choice,
        label: label.to_owned(),
    })
    .to_vec()
}

fn banners(facts: &StatusFacts<'_>, now: &Now) -> Vec<Banner> {
    let status = facts.status;
    let mut banners: Vec<Banner> = Vec::new();
    // Filled with the accent is one button of the view: the most urgent one's.
    // What is kept is asked about below, with both answers.
    let others = status.attention.iter().filter(|it| it.code != "send_kept");
    for attention in others {
        let deed = remedy_of(attention);
        let actions = deed.map(|(deed, label)| match banners.is_empty() {
            true => Action::primary(deed, label),
            false => Action::plain(deed, label),
        });
        banners.push(Banner {
            tone: Tone::Act,
            text: attention_text(attention, facts, now),
            actions: actions.into_iter().collect(),
        });
    }
    if let Some(answer) = offline(status) {
        let what = sentence_since(&answer.message, &now.short(answer.since));
        let mut text = format!("{what} Nothing is lost: records wait here.");
        if let Some(next) = answer.next_attempt.filter(|next| *next > now.at) {
            // Rounded up: "in 0 s" is not in the future.
            let left = next.since(now.at).as_millis().div_ceil(1_000);
            let left = span(u64::try_from(left).unwrap_or(u64::MAX));
            text.push_str(&format!(" Next try in {left}."));
        }
        banners.push(Banner {
            tone: Tone::Wait,
            text,
            actions: vec![Action::plain(Deed::TryNow, "Try Now")],
        });
    }
    if let Some(kept) = &status.kept {
        let since = kept
            .oldest_age_s
            .map(|age| format!(", the oldest {} ago", span(age)));
        banners.push(Banner {
            tone: Tone::Wait,
            text: format!(
                "{} kept from before there was an endpoint{}. Send them too? Nothing is sent until \
                 you say.",
                plural(kept.records, "record is", "records are"),
                since.unwrap_or_default()
            ),
            actions: vec![
                Action::plain(Deed::SendKept, "Send Them"),
                Action::plain(Deed::KeepKept, "Keep Them Here"),
            ],
        });
    }
    if facts.no_tray {
        banners.push(Banner {
            tone: Tone::Wait,
            text: "This desktop shows no tray icons, so this window stands in for one. Closing it \
                   keeps the agent running; GNOME shows the icon with its AppIndicator extension."
                .to_owned(),
            actions: vec![Action::plain(Deed::Quit, "Quit AI Cost Observer")],
        });
    }
    banners
}

/// What a button can do about it.
fn remedy_of(attention: &Attention) -> Option<(Deed, &'static str)> {
    Some(match attention.code.as_str() {
        "token_refused" | "token_for_other_endpoint" | "token_unreadable" => {
            (Deed::ReplaceToken, "Replace Token…")
        }
        "config_invalid" => (Deed::OpenConfig, "Show config.toml"),
        "records_dropped" => (Deed::Acknowledge, "Acknowledge"),
        "disk_refuses" => (Deed::OpenLogFolder, "Open Log Folder"),
        "certificate_refused"
        | "ca_file_unreadable"
        | "header_unusable"
        | "endpoint_unusable"
        | "requests_refused"
        | "plaintext_refused" => (Deed::Connect, "Check Connection…"),
        _ => return None,
    })
}

/// What happened, what is safe, what to do: in the window's words where the agent's name a command.
fn attention_text(attention: &Attention, facts: &StatusFacts<'_>, now: &Now) -> String {
    let what = match &facts.status.last_answer {
        Some(answer) if attention.what == answer.message => {
            sentence_since(&attention.what, &now.short(answer.since))
        }
        _ => sentence(&attention.what),
    };
    match attention.code.as_str() {
        "token_refused" => {
            format!("{what} Records are kept, and ship once it accepts a token.")
        }
        "certificate_refused" | "requests_refused" => {
            format!("{what} Records are kept, and ship once they are accepted.")
        }
        "token_for_other_endpoint" => {
            format!("{what} Records are kept, and ship once there is a token for this endpoint.")
        }
        "config_invalid" => format!(
            "{what} Recording goes on with the last good values; nothing ships until it is corrected."
        ),
        "records_dropped" => {
            let what = rows::in_plain_words(&what, facts.settings);
            format!("{what} They never reached the endpoint.")
        }
        _ => format!("{what} {}", sentence(&attention.remedy)),
    }
}

#[cfg(test)]
#[path = "status_tests.rs"]
mod tests;
