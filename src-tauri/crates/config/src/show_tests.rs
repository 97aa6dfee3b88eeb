use super::*;
use crate::{Token, Wrong};
use aco_home::Environment;
use std::path::Path;

const EVERYTHING: &str = r#"
[ship]
endpoint = "https://h:443"
ca_file = "/odd \" name.pem"
level = "off"
targets = { "a::b" = "debug" }
[spool]
max_bytes = 1500000
max_age = "36h"
[grafana]
url = "https://g/sub"
[budget]
daily_usd = 0.5
[[subscription]]
name = "Max"
fee_usd = 99.99
since = 2026-01-31
tools = ["claude-code", "codex"]
[[tool]]
id = "t"
name = "T"
kind = "app"
paths = ["T.app/x"]
[[price]]
model = "m"
provider = "p"
input = 1.50
output = "0.000000001"
cache_write_5m = 2
above_input_tokens = 200000
service_tier = "flex"
speed = "fast"
since = 2026-01-31
until = 2026-02-28
"#;

fn config(text: &str, env: &[(&str, &str)]) -> Config {
    let env = Environment::from_iter(env.iter().copied());
    Config::parse(text, Path::new("/c/config.toml"), Some(&env))
        .unwrap()
        .config
}

/// What is shown without where it came from.
fn values(text: &str) -> Vec<&str> {
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines
        .map(|line| line.split("  #").next().unwrap_or(line))
        .collect()
}

#[test]
fn what_is_shown_says_the_same_when_it_is_read() {
    for text in ["", EVERYTHING] {
        let shown = show(&config(text, &[]), &TokenLookup::None);
        let again = show(&config(&shown, &[]), &TokenLookup::None);
        assert_eq!(values(&shown), values(&again));
    }
}

#[test]
fn every_line_is_said_too() {
    let config = config(EVERYTHING, &[]);
    let lines = show(&config, &TokenLookup::None);
    let lines = lines.lines().filter(|line| line.contains(" = "));
    let lines = lines.filter(|line| !line.starts_with('#'));
    assert_eq!(lines.count(), said(&config).len());
}

#[test]
fn every_value_has_its_origin_behind_it() {
    let text = "[ship]\nlevel = \"warn\"\n";
    let shown = show(
        &config(text, &[("OTEL_EXPORTER_OTLP_ENDPOINT", "https://h")]),
        &TokenLookup::None,
    );
    for expected in [
        "endpoint = \"https://h:4317\"  # $OTEL_EXPORTER_OTLP_ENDPOINT\n",
        "level = \"warn\"  # /c/config.toml:2\n",
        "max_bytes = \"512 MiB\"  # built in\n",
        "daily_usd = 0  # built in\n",
    ] {
        assert!(shown.contains(expected), "{expected}{shown}");
    }
}

#[test]
fn no_secret_is_shown() {
    let env = [
        (
            "OTEL_EXPORTER_OTLP_HEADERS",
            "authorization=Bearer s3cret,x-key=s3cret",
        ),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "https://h"),
        ("OTEL_RESOURCE_ATTRIBUTES", "team=a"),
        ("OTEL_EXPORTER_OTLP_TIMEOUT", "1500"),
    ];
    let config = config("", &env);
    let token = Sourced {
        value: Token::parse("s3cret").unwrap(),
        origin: Origin::Store {
            path: "/c/tok\nen".into(),
        },
    };
    let shown = show(&config, &TokenLookup::Found(token));
    assert!(
        !shown.contains("s3cret") && !format!("{config:?}").contains("s3cret"),
        "{shown}"
    );
    for expected in [
        "# token: **** (/c/tok\u{fffd}en)\n",
        "# timeout: 1500ms ($OTEL_EXPORTER_OTLP_TIMEOUT)\n",
        "# header x-key: **** ($OTEL_EXPORTER_OTLP_HEADERS)\n",
        "# resource team: \"a\" ($OTEL_RESOURCE_ATTRIBUTES)\n",
    ] {
        assert!(shown.contains(expected), "{expected}{shown}");
    }
}

#[test]
fn a_token_that_cannot_be_used_says_why() {
    let table = [
        (TokenLookup::None, "# token: none\n"),
        (
            TokenLookup::OtherEndpoint {
                saved_for: "https://old".parse().unwrap(),
            },
            "# token: saved for https://old:4317, so not used here\n",
        ),
        (
            TokenLookup::Unreadable(Wrong::new("locked", "unlock it")),
            "# token: locked; unlock it\n",
        ),
    ];
    for (token, expected) in table {
        let shown = show(&Config::default(), &token);
        assert!(shown.contains(expected), "{shown}");
    }
}
