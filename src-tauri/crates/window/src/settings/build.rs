//! The view put together.

use super::fields::{KNOWN, WHOLE, field};
use super::subscriptions::subscriptions;
use super::{
    Change, Field, Input, SectionId, SettingsItem, SettingsSection, SettingsView, Subscription,
    TokenField,
};
use crate::now::{Now, sentence};
use crate::status::{kept_in, source_rows};
use crate::{Action, Deed, FirstLine, Glyph, Row, TestView, Tone};
use aco_domain::{ContactBy, Origin, Setting, SettingProblem, SettingsSheet, Sources, TokenState};

/// The key of a value that is the system's and not in `config.toml`.
pub const START_AT_LOGIN: &str = "start_at_login";

/// What the view is drawn from.
#[derive(Clone, Copy, Debug)]
pub struct SettingsFacts<'a> {
    /// The settings in force.
    pub sheet: &'a SettingsSheet,
    /// What was typed and is not in force.
    pub typed: &'a [Change],
    /// The fees as they were typed, where they are not in force.
    pub typed_subscriptions: Option<&'a [Subscription]>,
    /// What is wrong with what was typed.
    pub problems: &'a [SettingProblem],
    /// Why the last token was not taken.
    pub token_problem: Option<&'a str>,
    /// Whether the program starts at login, or why nobody can tell.
    pub starts_at_login: Result<bool, &'a str>,
    /// Where usage is read.
    pub sources: Option<&'a Sources>,
    /// The test.
    pub test: &'a TestView,
}

impl SettingsView {
    /// The view of these facts now.
    #[must_use]
    pub fn of(facts: &SettingsFacts<'_>, now: &Now) -> Self {
        let sections = [
            (SectionId::Connection, "Connection"),
            (SectionId::Grafana, "Grafana"),
            (SectionId::Sources, "Sources"),
            (SectionId::Fees, "Fees"),
            (SectionId::LogLevels, "Log levels"),
            (SectionId::General, "General"),
        ];
        let sections = sections.into_iter().map(|(id, title)| SettingsSection {
            id,
            title: title.to_owned(),
            items: items(id, facts, now),
        });
        Self {
            first: first_line(facts, now),
            sections: sections.collect(),
        }
    }
}

fn first_line(facts: &SettingsFacts<'_>, now: &Now) -> FirstLine {
    let act = |word: &str| FirstLine::word(word).glyph(Glyph::Attention, Tone::Act);
    let refused = facts.problems.len() + usize::from(facts.token_problem.is_some());
    match (refused, facts.sheet.problems.first()) {
        (0, None) => {
            let file = now.path(&facts.sheet.file);
            FirstLine::word("Settings").dot(format!("kept in {file}"))
        }
        (0, Some(problem)) => {
            let place = match &problem.origin {
                Origin::File { line, .. } => format!("config.toml, line {line}"),
                other => other.to_string(),
            };
            act("Configuration not accepted").dot(place)
        }
        (1, _) => act("1 value not accepted").dot("the last good one stays in use"),
        (count, _) => {
            act(&format!("{count} values not accepted")).dot("the last good ones stay in use")
        }
    }
}

fn items(id: SectionId, facts: &SettingsFacts<'_>, now: &Now) -> Vec<SettingsItem> {
    let mut items: Vec<SettingsItem> = Vec::new();
    if id == SectionId::General {
        items.push(SettingsItem::Field(start_at_login(facts)));
    }
    for setting in settings(id, facts.sheet) {
        items.push(SettingsItem::Field(of(setting, facts)));
        // The token belongs to the endpoint.
        if setting.key == "ship.endpoint" {
            items.push(SettingsItem::Token(token(facts, now)));
        }
    }
    match id {
        SectionId::Connection => items.push(SettingsItem::Test(facts.test.clone())),
        SectionId::Sources => items.extend(sources(facts, now)),
        SectionId::Fees => {
            let list = subscriptions(
                facts.sheet,
                facts.typed_subscriptions,
                facts.problems,
                facts.sources,
            );
            items.extend(list.map(SettingsItem::Subscriptions));
        }
        SectionId::General => items.extend(contacts(facts.sheet)),
        SectionId::Grafana | SectionId::LogLevels => {}
    }
    items
}

/// The settings of a section: those with words in their order, then the others of its prefixes.
fn settings(id: SectionId, sheet: &SettingsSheet) -> impl Iterator<Item = &Setting> {
    let known = KNOWN.iter().filter(move |known| known.section == id);
    let known = known.filter_map(|known| {
        let mut all = sheet.settings.iter();
        all.find(|setting| setting.key == known.key)
    });
    let others = sheet.settings.iter().filter(move |setting| {
        let is_known = KNOWN.iter().any(|known| known.key == setting.key);
        let is_here = |(prefix, section): &(&str, SectionId)| {
            *section == id && setting.key.starts_with(prefix)
        };
        !is_known && WHOLE.iter().any(is_here)
    });
    known.chain(others)
}

fn of(setting: &Setting, facts: &SettingsFacts<'_>) -> Field {
    let known = KNOWN.iter().find(|known| known.key == setting.key);
    let typed = facts.typed.iter().find(|change| change.key == setting.key);
    let problems = facts.problems.iter().chain(&facts.sheet.problems);
    let mut problems = problems.filter(|problem| problem.key.as_ref() == Some(&setting.key));
    let mut all = facts.sheet.settings.iter();
    let basis = all.find(|setting| setting.key == "budget.basis");
    let basis = basis.map_or("api_value", |setting| match setting.value.is_empty() {
        true => &setting.default,
        false => &setting.value,
    });
    field(
        setting,
        known,
        typed.map(|change| change.value.as_deref().unwrap_or_default()),
        problems.next(),
        basis,
    )
}

fn start_at_login(facts: &SettingsFacts<'_>) -> Field {
    let starts = facts.starts_at_login;
    let problem = facts.problems.iter();
    let mut problem = problem.filter(|problem| problem.key.as_deref() == Some(START_AT_LOGIN));
    Field {
        key: START_AT_LOGIN.to_owned(),
        label: "Start at login".to_owned(),
        value: starts.unwrap_or(false).to_string(),
        input: Input::Switch,
        placeholder: String::new(),
        unit: None,
        mono: false,
        aside: None,
        note: None,
        error: problem.next().map(super::problem_text),
        fixed: starts.err().map(sentence),
    }
}

fn token(facts: &SettingsFacts<'_>, now: &Now) -> TokenField {
    let host = endpoint_host(facts.sheet);
    let bound = match host {
        Some(host) => format!("Bound to {host} and sent nowhere else. It is never shown again."),
        None => "Enter the endpoint first: a token is bound to it.".to_owned(),
    };
    let mut field = TokenField {
        label: "Token".to_owned(),
        placeholder: "None stored".to_owned(),
        note: bound.clone(),
        error: facts.token_problem.map(str::to_owned),
        fixed: None,
        remove: None,
    };
    let remove = || Some(Action::plain(Deed::RemoveToken, "Remove…"));
    match &facts.sheet.token {
        TokenState::None => {}
        TokenState::Present {
            origin: Origin::Environment { variable },
        } => {
            field.fixed = Some(format!("Set by {variable} in the service’s environment."));
        }
        TokenState::Present { origin } => {
            field.placeholder = "Stored; type to replace".to_owned();
            field.note = format!("{}. {bound}", kept_in(origin, now));
            field.remove = remove();
        }
        TokenState::OtherEndpoint { saved_for } => {
            field.placeholder = "Stored for another endpoint".to_owned();
            field.note = format!("The stored one is for {saved_for}, which alone gets it.");
            field.remove = remove();
        }
        TokenState::Unusable { what, remedy } => {
            let why = format!("{} {}", sentence(what), sentence(remedy));
            field.error.get_or_insert(why);
            field.remove = remove();
        }
    }
    field
}

/// `otel.home.arpa` of `https://otel.home.arpa:4317`.
fn endpoint_host(sheet: &SettingsSheet) -> Option<&str> {
    let mut settings = sheet.settings.iter();
    let setting = settings.find(|setting| setting.key == "ship.endpoint")?;
    let (_, rest) = setting.value.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let host = match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|b| b.is_ascii_digit()) => host,
        _ => authority,
    };
    (!host.is_empty()).then_some(host)
}

fn sources(facts: &SettingsFacts<'_>, now: &Now) -> Vec<SettingsItem> {
    let Some(sources) = facts.sources else {
        return Vec::new();
    };
    let mut rows = source_rows(sources, now);
    if rows.is_empty() {
        rows.push(Row::new(
            "None found",
            "nothing to read on this machine yet",
        ));
    }
    let more = Row {
        action: Some(Action::plain(Deed::OpenConfig, "Show config.toml")),
        ..Row::new(
            "Elsewhere",
            "other folders and tools of your own are set in the file",
        )
    };
    rows.push(more);
    rows.into_iter().map(SettingsItem::Row).collect()
}

/// Every host the program may contact, and who opens it.
fn contacts(sheet: &SettingsSheet) -> Vec<SettingsItem> {
    let mut rows: Vec<Row> = sheet
        .contacts
        .iter()
        .enumerate()
        .map(|(n, contact)| {
            let by = match contact.by {
                ContactBy::Program => contact.purpose.clone(),
                ContactBy::Browser => format!("{}, by your browser", contact.purpose),
            };
            Row::new(if n == 0 { "May contact" } else { "" }, &contact.host).aside(by)
        })
        .collect();
    if rows.is_empty() {
        rows.push(Row::new("May contact", "Nothing"));
    } else {
        rows.push(Row::new("", "Nothing else"));
    }
    rows.into_iter().map(SettingsItem::Row).collect()
}

#[cfg(test)]
#[path = "../settings_tests.rs"]
mod tests;
