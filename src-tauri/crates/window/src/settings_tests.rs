use super::*;
use crate::fixtures::{fresh_sheet, now, sheet, sources};
use crate::{Subscription, Subscriptions, Test, subscription_changes};
use std::path::PathBuf;

#[derive(Default)]
struct Given<'a> {
    typed: &'a [Change],
    problems: &'a [SettingProblem],
    token_problem: Option<&'a str>,
}

fn view_of(sheet: &SettingsSheet, given: &Given<'_>) -> SettingsView {
    let (sources, test) = (sources(true), Test::default().view());
    let facts = SettingsFacts {
        sheet,
        typed: given.typed,
        typed_subscriptions: None,
        problems: given.problems,
        token_problem: given.token_problem,
        starts_at_login: Ok(true),
        sources: Some(&sources),
        test: &test,
    };
    SettingsView::of(&facts, &now())
}

fn view(change: impl FnOnce(&mut SettingsSheet)) -> SettingsView {
    let mut sheet = sheet();
    change(&mut sheet);
    view_of(&sheet, &Given::default())
}

fn fields(view: &SettingsView) -> impl Iterator<Item = &Field> {
    let items = view.sections.iter().flat_map(|section| &section.items);
    items.filter_map(|item| match item {
        SettingsItem::Field(field) => Some(field),
        _ => None,
    })
}

fn field<'a>(view: &'a SettingsView, key: &str) -> &'a Field {
    fields(view).find(|field| field.key == key).unwrap()
}

fn token(view: &SettingsView) -> &TokenField {
    let mut items = view.sections.iter().flat_map(|section| &section.items);
    items
        .find_map(|item| match item {
            SettingsItem::Token(token) => Some(token),
            _ => None,
        })
        .unwrap()
}

fn problem(key: &str) -> SettingProblem {
    SettingProblem {
        key: Some(key.to_owned()),
        origin: Origin::Default,
        what: "this is wrong".to_owned(),
        remedy: "write it right".to_owned(),
    }
}

#[test]
fn values_stand_as_they_are_typed() {
    let view = view(|_| {});
    assert_eq!(
        field(&view, "ship.endpoint").value,
        "https://otel.home.arpa:4317"
    );
    // No budget is an empty field, not 0 dollars.
    assert_eq!(field(&view, "budget.daily_usd").value, "");
    assert_eq!(field(&view, "budget.monthly_usd").value, "1500");
    let unit = field(&view, "budget.monthly_usd").unit.as_deref();
    assert_eq!(unit, Some("US dollars of API value"));
    assert_eq!(view.first.word, "Settings");
    let keys: std::collections::BTreeSet<_> = fields(&view).map(|field| &field.key).collect();
    assert_eq!(keys.len(), fields(&view).count(), "each key stands once");
}

#[test]
fn what_the_environment_fixes_says_so() {
    let view = view(|_| {});
    let ca_file = field(&view, "ship.ca_file");
    assert_eq!(
        ca_file.fixed.as_deref(),
        Some("Set by OTEL_EXPORTER_OTLP_CERTIFICATE in the service’s environment.")
    );
    assert_eq!(field(&view, "ship.endpoint").fixed, None);
}

#[test]
fn a_wrong_value_stays_typed_with_its_error_beside_it() {
    let typed = [Change {
        key: "grafana.url".into(),
        value: Some("grafana".into()),
    }];
    let problems = [problem("grafana.url")];
    let view = view_of(
        &sheet(),
        &Given {
            typed: &typed,
            problems: &problems,
            ..Given::default()
        },
    );
    let address = field(&view, "grafana.url");
    assert_eq!(address.value, "grafana");
    assert_eq!(
        address.error.as_deref(),
        Some("This is wrong. Write it right.")
    );
    assert_eq!(view.first.word, "1 value not accepted");
    assert_eq!(field(&view, "ship.endpoint").error, None);
}

#[test]
fn a_wrong_file_is_told_with_its_line() {
    let view = view(|sheet| {
        sheet.problems = vec![SettingProblem {
            origin: Origin::File {
                path: PathBuf::from("/home/anna/config.toml"),
                line: 14,
            },
            ..problem("spool.max_age")
        }];
    });
    assert_eq!(view.first.word, "Configuration not accepted");
    assert_eq!(view.first.detail, " · config.toml, line 14");
    assert!(field(&view, "spool.max_age").error.is_some());
}

#[test]
fn the_token_is_never_shown() {
    let stored = view(|_| {});
    assert_eq!(token(&stored).placeholder, "Stored; type to replace");
    assert_eq!(
        token(&stored).note,
        "In the keychain. Bound to otel.home.arpa and sent nowhere else. It is never shown again."
    );
    assert!(token(&stored).remove.is_some());
    let none = view(|sheet| *sheet = fresh_sheet());
    assert_eq!(token(&none).placeholder, "None stored");
    assert_eq!(
        token(&none).note,
        "Enter the endpoint first: a token is bound to it."
    );
    assert!(token(&none).remove.is_none());
    let fixed = view(|sheet| {
        sheet.token = TokenState::Present {
            origin: Origin::Environment {
                variable: "ACO_TOKEN".into(),
            },
        };
    });
    assert!(token(&fixed).fixed.as_ref().unwrap().contains("ACO_TOKEN"));
    let other = view(|sheet| {
        sheet.token = TokenState::OtherEndpoint {
            saved_for: "https://b.example".into(),
        };
    });
    assert!(token(&other).note.contains("https://b.example"));
    let refused = view_of(
        &sheet(),
        &Given {
            token_problem: Some("It was not taken."),
            ..Given::default()
        },
    );
    assert_eq!(token(&refused).error.as_deref(), Some("It was not taken."));
    assert_eq!(refused.first.word, "1 value not accepted");
}

#[test]
fn a_host_is_taken_out_of_its_address() {
    let host = |url: &str| {
        let mut sheet = sheet();
        sheet.settings[0].value = url.to_owned();
        endpoint_host(&sheet).map(str::to_owned)
    };
    for (url, expected) in [
        ("https://otel.example:4317", Some("otel.example")),
        ("https://otel.example", Some("otel.example")),
        ("http://[::1]:4317/x", Some("[::1]")),
        ("", None),
        ("https://", None),
    ] {
        assert_eq!(host(url).as_deref(), expected, "{url}");
    }
}

#[test]
fn every_host_is_listed_and_nothing_else() {
    let rows = |view: &SettingsView| -> Vec<(String, String)> {
        let items = &view.sections.last().unwrap().items;
        let rows = items.iter().filter_map(|item| match item {
            SettingsItem::Row(row) => Some((row.label.clone(), row.value.clone())),
            _ => None,
        });
        rows.collect()
    };
    let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
    assert_eq!(
        rows(&view(|_| {})),
        [
            pair("May contact", "otel.home.arpa:4317"),
            pair("", "https://grafana.home.arpa"),
            pair("", "Nothing else"),
        ]
    );
    let fresh = view(|sheet| *sheet = fresh_sheet());
    assert_eq!(rows(&fresh), [pair("May contact", "Nothing")]);
}

fn list(view: &SettingsView) -> &Subscriptions {
    let mut items = view.sections.iter().flat_map(|section| &section.items);
    items
        .find_map(|item| match item {
            SettingsItem::Subscriptions(list) => Some(list),
            _ => None,
        })
        .unwrap()
}

#[test]
fn fees_are_a_list_with_errors_of_its_own() {
    let problems = [problem("subscription.1.fee_usd"), problem("subscription.0")];
    let view = view_of(
        &sheet(),
        &Given {
            problems: &problems,
            ..Given::default()
        },
    );
    let list = list(&view);
    assert_eq!(list.rows.len(), 4);
    assert_eq!(list.rows[0].tools, ["claude-code"]);
    assert_eq!(list.rows[0].period, "month", "the default is said");
    let errors: Vec<_> = list
        .errors
        .iter()
        .map(|error| (error.row, error.field.as_str()))
        .collect();
    assert_eq!(errors, [(1, "fee_usd"), (0, "name")]);
}

#[test]
fn a_list_is_written_back_whole() {
    let rows = [Subscription {
        name: " Max ".into(),
        fee_usd: "200".into(),
        period: "year".into(),
        since: String::new(),
        tools: vec!["claude-code".into(), "codex".into()],
    }];
    let changes = subscription_changes(&sheet(), &rows);
    let text = |n: usize| {
        let change = &changes[n];
        (change.key.as_str(), change.value.as_deref())
    };
    assert_eq!(text(0), ("subscription.0.name", Some("Max")));
    assert_eq!(text(3), ("subscription.0.since", None));
    assert_eq!(
        text(4),
        ("subscription.0.tools", Some("claude-code, codex"))
    );
    // From the end, so that no number means another entry meanwhile.
    let removed: Vec<_> = changes[5..].iter().map(|c| c.key.as_str()).collect();
    assert_eq!(
        removed,
        ["subscription.3", "subscription.2", "subscription.1"]
    );
    assert!(changes[5..].iter().all(|change| change.value.is_none()));
}
