use super::*;
use std::path::Path as FilePath;

fn change(key: &str, value: Option<&str>) -> SettingChange {
    SettingChange {
        key: key.to_owned(),
        value: value.map(str::to_owned),
    }
}

fn edited(text: &str, changes: &[(&str, Option<&str>)]) -> String {
    let changes: Vec<_> = changes
        .iter()
        .map(|(key, value)| change(key, *value))
        .collect();
    edit(text, &changes).unwrap()
}

fn read(text: &str) -> Config {
    let loaded = Config::parse(text, FilePath::new("c"), None);
    loaded
        .unwrap_or_else(|error| panic!("{error}\n{text}"))
        .config
}

#[test]
fn everything_that_is_not_meant_stays() {
    let text = "# mine\n[ship]\nendpoint = 'https://a' # theirs\n\n# why\nlevel=\"warn\"\n[odd]\nx = {a = 1}\n";
    let after = edited(
        text,
        &[
            ("ship.endpoint", Some("https://b")),
            ("ship.level", None),
            ("ship.metrics", Some("false")),
        ],
    );
    let expected = "# mine\n[ship]\nendpoint = \"https://b\" # theirs\nmetrics = false\n\n# why\n#level = \"info\"\n[odd]\nx = {a = 1}\n";
    assert_eq!(after, expected);
}

#[test]
fn each_kind_of_value_is_written_as_its_own() {
    let after = edited(
        "",
        &[
            ("ship.metrics_interval", Some("30s")),
            ("grafana.org_id", Some("3")),
            ("budget.daily_usd", Some("12.50")),
            ("budget.thresholds", Some("50, 90")),
            ("ship.allow_plaintext", Some("true")),
            ("log.targets.aco_spool::read", Some("trace")),
            ("log.targets.a.b", Some("off")),
            ("subscription.0.name", Some("Max")),
            ("subscription.0.fee_usd", Some("100")),
            ("subscription.0.since", Some("2026-01-31")),
            ("subscription.0.tools", Some("claude-code, codex")),
        ],
    );
    let config = read(&after);
    assert_eq!(config.grafana.org_id.value, 3);
    assert_eq!(config.budget.daily_usd.value.to_string(), "12.5");
    assert!(after.contains("daily_usd = 12.50\n"), "{after}");
    assert!(after.contains("thresholds = [50, 90]\n"), "{after}");
    assert!(config.ship.allow_plaintext.value);
    let targets: Vec<_> = config.log.targets.keys().map(String::as_str).collect();
    assert_eq!(targets, ["a.b", "aco_spool::read"]);
    assert_eq!(config.subscriptions[0].tools.len(), 2);
    assert_eq!(
        config.subscriptions[0].since.unwrap().to_string(),
        "2026-01-31"
    );
}

#[test]
fn a_text_that_is_no_such_value_is_left_to_the_judge() {
    let after = edited(
        "",
        &[
            ("grafana.org_id", Some("many")),
            ("budget.daily_usd", Some("-1")),
        ],
    );
    let problems = Config::parse(&after, FilePath::new("c"), None).unwrap_err();
    let said = problems.to_string();
    assert!(
        said.contains("grafana.org_id") && said.contains("budget.daily_usd"),
        "{said}"
    );
}

#[test]
fn entries_are_changed_added_and_removed_by_the_numbers_of_before() {
    let entry = |name: &str| {
        format!("# {name}\n[[subscription]]\nname = '{name}'\nfee_usd = 1\ntools = []\n")
    };
    let text = ["a", "b", "c"].map(entry).concat();
    let after = edited(
        &text,
        &[
            ("subscription.0", None),
            ("subscription.1.name", Some("B")),
            ("subscription.2", None),
            ("subscription.3.name", Some("d")),
            ("subscription.3.fee_usd", Some("2")),
            ("subscription.3.tools", Some("codex")),
        ],
    );
    let names: Vec<_> = read(&after)
        .subscriptions
        .into_iter()
        .map(|it| it.name)
        .collect();
    assert_eq!(names, ["B", "d"]);
    assert!(after.contains("# b\n"), "{after}");
    for key in ["subscription.4.name", "subscription.3", "subscription.0"] {
        let wrong = edit(&text, &[change(key, Some("x"))]).unwrap_err();
        assert!(matches!(wrong, EditError::Key { .. }), "{key}");
    }
    let inline = "subscription = [{name = 'a', fee_usd = 1, tools = []}]\n";
    let wrong = edit(inline, &[change("subscription.0.name", Some("x"))]).unwrap_err();
    assert!(matches!(wrong, EditError::Key { .. }));
}

#[test]
fn a_key_of_the_first_file_is_uncommented_where_it_stands() {
    let text = crate::template::TEMPLATE;
    let after = edited(
        text,
        &[
            ("ship.endpoint", Some("https://h")),
            ("log.level", Some("trace")),
        ],
    );
    let expected = text
        .replace("#endpoint = \"\"", "endpoint = \"https://h\"")
        .replacen("[log]\n", "[LOG]\n", 1);
    let (before_log, log) = expected.split_once("[LOG]").unwrap();
    let expected = before_log.to_owned()
        + "[log]"
        + &log.replacen("#level = \"debug\"", "level = \"trace\"", 1);
    assert_eq!(after, expected);
    // Set again, and back to the default.
    let again = edited(&after, &[("ship.endpoint", Some("https://new.example"))]);
    assert_eq!(
        again,
        after.replace("\"https://h\"", "\"https://new.example\"")
    );
    let back = edited(&again, &[("ship.endpoint", None), ("log.level", None)]);
    assert_eq!(back, text, "as it was at first");
}

#[test]
fn a_comment_that_is_part_of_a_text_is_none() {
    let text = "[grafana]\nurl = \"\"\"https://g\n#org_id = 1\n\"\"\"\n";
    let after = edited(text, &[("grafana.org_id", Some("2"))]);
    assert!(after.contains("#org_id = 1\n"), "{after}");
    assert!(after.contains("\norg_id = 2\n"), "{after}");
}

#[test]
fn broken_text_is_not_touched() {
    let wrong = edit("[ship\n", &[change("ship.level", Some("info"))]).unwrap_err();
    assert!(matches!(wrong, EditError::Syntax(_)));
}
