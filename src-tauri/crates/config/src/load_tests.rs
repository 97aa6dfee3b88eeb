use super::*;
use crate::{Basis, Date, Period, Token, TokenFile};
use aco_domain::{NanoUsd, OwnPrice, PerMillion, ToolCategory, ToolId, ToolKind, UnixNanos};
use log::LevelFilter;
use std::time::Duration;

fn parse(text: &str) -> Result<Loaded, ConfigError> {
    Config::parse(text, Path::new("/c/config.toml"), None)
}

fn valid(text: &str) -> Config {
    parse(text)
        .unwrap_or_else(|error| panic!("{text}\n{error}"))
        .config
}

fn line(line: usize) -> Origin {
    Origin::File {
        path: "/c/config.toml".into(),
        line,
    }
}

#[test]
fn the_defaults_are_the_contracts() {
    let config = Config::default();
    assert_eq!(config, valid(""));
    assert_eq!(config.ship.endpoint.value, None);
    assert_eq!(config.ship.level.value, LevelFilter::Info);
    assert!(!config.ship.allow_plaintext.value);
    assert_eq!(config.ship.environment.value, "personal");
    assert_eq!(config.spool.max_bytes.value, 512 * 1024 * 1024);
    assert_eq!(
        config.spool.max_age.value,
        Duration::from_secs(30 * 24 * 3600)
    );
    assert_eq!(config.log.level.value, LevelFilter::Debug);
    assert_eq!(config.log.others.value, LevelFilter::Warn);
    assert_eq!(config.scan.interval.value, Duration::from_secs(15));
    assert_eq!(config.grafana.loki_uid.value, "loki-vps");
    assert_eq!(config.grafana.prometheus_uid.value, "prometheus");
    assert_eq!(config.grafana.org_id.value, 1);
    assert!(!config.privacy.ship_project_names.value && !config.privacy.ship_session_ids.value);
    assert_eq!(config.ship.level.origin, Origin::Default);
}

#[test]
fn every_value_is_taken_with_its_line() {
    let config = valid(
        r#"
[ship]
endpoint = "https://collector.example:443"
ca_file = "ca.pem"
level = "WARN"
allow_plaintext = true
environment = "work"
targets = { "aco_sources" = "off" }

[spool]
max_bytes = 1048576
max_age = "12h"

[log]
level = "trace"
others = "error"
[log.targets]
"hyper::proto" = "debug"

[scan]
interval = "5s"

[privacy]
ship_project_names = true
ship_session_ids = true

[grafana]
url = "https://grafana.example/sub/"
loki_uid = "l"
prometheus_uid = "p"
org_id = 7

[budget]
daily_usd = 12.50
monthly_usd = 300
basis = "billed"
thresholds = [100, 50, 50]
"#,
    );
    let ship = &config.ship;
    assert_eq!(
        ship.endpoint.value.as_ref().unwrap().to_string(),
        "https://collector.example:443"
    );
    assert_eq!(ship.endpoint.origin, line(3));
    assert_eq!(ship.ca_file.value.as_deref(), Some(Path::new("/c/ca.pem")));
    assert_eq!(
        (ship.level.value, &ship.level.origin),
        (LevelFilter::Warn, &line(5))
    );
    assert!(ship.allow_plaintext.value);
    assert_eq!(ship.environment.value, "work");
    assert_eq!(ship.targets["aco_sources"].value, LevelFilter::Off);
    assert_eq!(ship.targets["aco_sources"].origin, line(8));
    assert_eq!(config.spool.max_bytes.value, 1 << 20);
    assert_eq!(config.spool.max_age.value, Duration::from_secs(43_200));
    assert_eq!(config.log.level.value, LevelFilter::Trace);
    assert_eq!(config.log.others.value, LevelFilter::Error);
    assert_eq!(config.log.targets["hyper::proto"].origin, line(18));
    assert_eq!(config.scan.interval.value, Duration::from_secs(5));
    assert!(config.privacy.ship_project_names.value && config.privacy.ship_session_ids.value);
    assert_eq!(
        config.grafana.url.value.as_deref(),
        Some("https://grafana.example/sub")
    );
    assert_eq!(
        (&*config.grafana.loki_uid.value, config.grafana.org_id.value),
        ("l", 7)
    );
    assert_eq!(config.budget.daily_usd.value, NanoUsd(12_500_000_000));
    assert_eq!(config.budget.monthly_usd.value, NanoUsd(300_000_000_000));
    assert_eq!(
        (config.budget.basis.value, config.budget.basis.origin),
        (Basis::Billed, line(36))
    );
    assert_eq!(config.budget.thresholds.value, [50, 100]);
}

#[test]
fn lists_of_tables_are_taken() {
    let config = valid(
        r#"
[[subscription]]
name = "Max"
fee_usd = 100
since = 2026-01-31
tools = ["claude-code"]

[[subscription]]
name = "Plus"
fee_usd = "199.99"
period = "year"
since = "2025-12-01"
tools = []

[[tool]]
id = "my-agent"
name = "My Agent"
kind = "cli"
category = "coding-agent"
processes = ["my-agent"]

[[price]]
model = "m"
input = 1.50
output = "6"
cache_write_5m = 2
above_input_tokens = 200000
since = 2026-01-01
until = 2026-01-31

[[price]]
model = "m-*"
provider = "p"
input = 0
output = 0
service_tier = "flex"
speed = "fast"
"#,
    );
    let [max, plus] = &config.subscriptions[..] else {
        panic!("{:?}", config.subscriptions)
    };
    assert_eq!(
        (max.fee_usd.0, max.period),
        (100_000_000_000, Period::Month)
    );
    assert_eq!(
        max.since,
        Some(Date {
            year: 2026,
            month: 1,
            day: 31
        })
    );
    assert_eq!(max.tools, [ToolId::new("claude-code").unwrap()]);
    assert_eq!(
        (plus.fee_usd.0, plus.period),
        (199_990_000_000, Period::Year)
    );
    assert_eq!(plus.since.unwrap().to_string(), "2025-12-01");
    let [tool] = &config.tools[..] else {
        panic!("{:?}", config.tools)
    };
    assert_eq!(
        (tool.kind, &tool.processes[..]),
        (ToolKind::Cli, &["my-agent".to_owned()][..])
    );
    assert_eq!(tool.category, ToolCategory::CodingAgent);
    assert_eq!(tool.origin, line(15));
    let [price, free] = &config.prices[..] else {
        panic!("{:?}", config.prices)
    };
    let expected = OwnPrice {
        model: "m".to_owned(),
        provider: None,
        rates: PerMillion {
            input: NanoUsd(1_500_000_000),
            output: NanoUsd(6_000_000_000),
            cache_read: NanoUsd(1_500_000_000),
            cache_write_5m: NanoUsd(2_000_000_000),
            cache_write_1h: NanoUsd(2_000_000_000),
        },
        // The midnights of 2026-01-01 and 2026-02-01 in UTC.
        from: Some(UnixNanos(1_767_225_600 * 1_000_000_000)),
        before: Some(UnixNanos(1_769_904_000 * 1_000_000_000)),
        above_input_tokens: 200_000,
        service_tier: None,
        speed: None,
    };
    assert_eq!((&price.price, &price.origin), (&expected, &line(22)));
    let only = [
        &free.price.provider,
        &free.price.service_tier,
        &free.price.speed,
    ];
    assert_eq!(
        only.map(Option::as_deref),
        [Some("p"), Some("flex"), Some("fast")]
    );
    assert_eq!(
        (free.price.from, free.price.rates),
        (None, PerMillion::default())
    );
}

#[test]
fn a_file_from_another_editor_is_understood() {
    let config = valid("\u{feff}[ship]\r\nlevel = \"warn\"\r\n");
    assert_eq!(
        (config.ship.level.value, config.ship.level.origin),
        (LevelFilter::Warn, line(2))
    );
}

#[test]
fn the_http_port_is_a_warning() {
    let loaded = parse("[ship]\nendpoint = \"http://localhost:4318\"").unwrap();
    let [warning] = &loaded.warnings[..] else {
        panic!("{:?}", loaded.warnings)
    };
    let text = warning.to_string();
    assert!(
        text.starts_with("/c/config.toml:2: ship.endpoint: port 4318"),
        "{text}"
    );
}

#[test]
fn a_file_that_is_absent_or_unreadable_or_no_text() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.toml");
    assert_eq!(Config::load(&path, None).unwrap().config, Config::default());

    std::fs::write(&path, b"[ship]\nlevel = \"info\"\n# \xff\n").unwrap();
    let error = Config::load(&path, None).unwrap_err().to_string();
    assert!(
        error.ends_with("config.toml:3: this is not UTF-8; save the file as UTF-8"),
        "{error}"
    );

    let error = Config::load(folder.path(), None).unwrap_err();
    assert!(matches!(error, ConfigError::File(_)), "{error}");
    assert!(
        error
            .to_string()
            .contains(&folder.path().display().to_string()),
        "{error}"
    );
}

#[test]
fn the_environments_token_goes_before_the_stored_one() {
    let folder = tempfile::tempdir().unwrap();
    let store = TokenFile::new(folder.path().join("token"));
    let stored = Token::parse("stored").unwrap();
    store.save(&stored, &"https://h".parse().unwrap()).unwrap();

    let found = |text: &str, env: &[(&str, &str)]| {
        let env = Environment::from_iter(env.iter().copied());
        let config = Config::parse(text, Path::new("c"), Some(&env))
            .unwrap()
            .config;
        match config.token(&store) {
            TokenLookup::Found(token) => token.value.expose().to_owned(),
            other => format!("{other:?}"),
        }
    };
    let here = "[ship]\nendpoint = \"https://h\"";
    assert_eq!(found(here, &[]), "stored");
    assert_eq!(found(here, &[("ACO_TOKEN", "given")]), "given");
    assert_eq!(
        found("", &[("ACO_TOKEN", "given")]),
        "None",
        "no endpoint, no token"
    );
    let elsewhere = found(
        here,
        &[("OTEL_EXPORTER_OTLP_ENDPOINT", "https://elsewhere")],
    );
    assert!(elsewhere.starts_with("OtherEndpoint"), "{elsewhere}");
}
