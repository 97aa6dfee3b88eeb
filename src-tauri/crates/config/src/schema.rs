//! Which keys there are, what they default to, and which values they take.

use crate::model::{
    Budget, Config, Date, Grafana, Log, Notifications, Period, Price, PriceUpdate, PriceUpdates,
    Privacy, Scan, Ship, Spool, Subscription, Tool,
};
use crate::problem::Wrong;
use crate::reader::{Document, Section};
use crate::value;
use aco_domain::{Basis, NanoUsd, OwnPrice, PerMillion, ToolCategory, ToolId, ToolKind};
use log::LevelFilter;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::time::Duration;
use toml::de::DeValue;

/// What an empty file says.
pub(crate) fn defaults() -> Config {
    Document::new(Path::new(""), "")
        .read(|root| config(root, Path::new("")))
        .0
}

/// Reads the whole file. Relative paths in it are meant from `folder`, the one it lies in.
pub(crate) fn config(root: &mut Section<'_>, folder: &Path) -> Config {
    let config = Config {
        ship: root.section("ship", |section| ship(section, folder)),
        spool: root.section("spool", spool),
        log: root.section("log", log),
        scan: root.section("scan", |section| Scan {
            interval: section.value("interval", Duration::from_secs(15), |value| {
                interval(value, 5..=60)
            }),
        }),
        privacy: root.section("privacy", |section| Privacy {
            ship_project_names: section.value("ship_project_names", false, flag),
            ship_session_ids: section.value("ship_session_ids", false, flag),
        }),
        grafana: root.section("grafana", grafana),
        budget: root.section("budget", budget),
        notifications: root.section("notifications", |section| Notifications {
            token_refused: section.value("token_refused", false, flag),
            offline_after: section.value("offline_after", None, |value| {
                unless_empty(value, value::parse_duration)
            }),
            records_dropped: section.value("records_dropped", false, flag),
            budget: section.value("budget", false, flag),
        }),
        price_updates: root.section("prices", |section| PriceUpdates {
            update: section.value("update", PriceUpdate::Off, |value| {
                let words = PriceUpdate::ALL.map(|update| (update.as_str(), update));
                word(value, &words)
            }),
        }),
        subscriptions: root.list("subscription", subscription),
        tools: root.list("tool", tool),
        prices: root.list("price", price),
    };
    // Its keys come with the sources they switch.
    root.section("sources", |_| ());
    config
}

fn ship(section: &mut Section<'_>, folder: &Path) -> Ship {
    Ship {
        endpoint: section.value("endpoint", None, |value| {
            unless_empty(value, |text| text.parse())
        }),
        ca_file: section.value("ca_file", None, |value| {
            unless_empty(value, |text| file_path(text, folder))
        }),
        level: section.value("level", LevelFilter::Info, level),
        targets: section.names("targets", level),
        allow_plaintext: section.value("allow_plaintext", false, flag),
        environment: section.value("environment", "personal".to_owned(), name),
        metrics: section.value("metrics", true, flag),
        metrics_interval: section.value(
            "metrics_interval",
            Duration::from_secs(60),
            // A Collector forgets what is silent (ours after 5 minutes): two exports may be missed.
            |value| interval(value, 1..=120),
        ),
        timeout: None,
        headers: Vec::new(),
        resource: Vec::new(),
        token: None,
    }
}

fn spool(section: &mut Section<'_>) -> Spool {
    Spool {
        max_bytes: section.value("max_bytes", 512 << 20, |value| match value {
            DeValue::Integer(_) => whole(value).and_then(spool_bytes),
            _ => text(value)
                .and_then(value::parse_bytes)
                .and_then(spool_bytes),
        }),
        max_age: section.value("max_age", Duration::from_secs(30 * 86_400), |value| {
            let age = text(value).and_then(value::parse_duration)?;
            if age.is_zero() {
                let what = "no record could wait at all";
                return Err(Wrong::new(what, "write at least \"1s\""));
            }
            Ok(age)
        }),
    }
}

fn log(section: &mut Section<'_>) -> Log {
    Log {
        level: section.value("level", LevelFilter::Debug, level),
        others: section.value("others", LevelFilter::Warn, level),
        targets: section.names("targets", level),
    }
}

fn grafana(section: &mut Section<'_>) -> Grafana {
    Grafana {
        url: section.value("url", None, |value| unless_empty(value, web_address)),
        loki_uid: section.value("loki_uid", "loki-vps".to_owned(), name),
        prometheus_uid: section.value("prometheus_uid", "prometheus".to_owned(), name),
        org_id: section.value("org_id", 1, whole),
    }
}

fn budget(section: &mut Section<'_>) -> Budget {
    let bases = Basis::ALL.map(|basis| (basis.as_str(), basis));
    Budget {
        daily_usd: section.value("daily_usd", NanoUsd(0), dollars),
        monthly_usd: section.value("monthly_usd", NanoUsd(0), dollars),
        basis: section.value("basis", Basis::ApiValue, |value| word(value, &bases)),
        thresholds: section.value("thresholds", vec![80, 100], thresholds),
    }
}

/// Whole percent, each once.
fn thresholds(value: &DeValue<'_>) -> Result<Vec<u32>, Wrong> {
    let remedy = "write it like [80, 100]; [] tells nothing";
    let items = value
        .as_array()
        .ok_or_else(|| other_kind(value, "a list of percentages", remedy))?;
    let percent = |item: &toml::Spanned<DeValue<'_>>| {
        let percent = whole(item.get_ref())?;
        u32::try_from(percent)
            .ok()
            .filter(|percent| (1..=1_000).contains(percent))
            .ok_or_else(|| Wrong::new(format!("{percent} percent is out of range"), remedy))
    };
    let mut thresholds: Vec<_> = items.iter().map(percent).collect::<Result<_, _>>()?;
    thresholds.sort_unstable();
    thresholds.dedup();
    Ok(thresholds)
}

fn subscription(section: &mut Section<'_>) -> Option<Subscription> {
    let periods = [("month", Period::Month), ("year", Period::Year)];
    let name = section.required("name", name);
    let fee_usd = section.required("fee_usd", dollars);
    let period = section
        .value("period", Period::Month, |value| word(value, &periods))
        .value;
    let since = section.optional("since", date).map(|since| since.value);
    let tools = section.required("tools", |value| list(value, tool_id));
    let origin = section.origin();
    Some(Subscription {
        name: name?,
        fee_usd: fee_usd?,
        period,
        since,
        tools: tools?,
        origin,
    })
}

fn tool(section: &mut Section<'_>) -> Option<Tool> {
    let kinds = [("app", ToolKind::App), ("cli", ToolKind::Cli)];
    let id = section.required("id", |value| text(value).and_then(tool_id));
    let name = section.required("name", name);
    let kind = section.required("kind", |value| word(value, &kinds));
    let categories = ToolCategory::ALL.map(|category| (category.as_str(), category));
    let category = section
        .value("category", ToolCategory::Other, |value| {
            word(value, &categories)
        })
        .value;
    let mut patterns = |key| {
        section
            .value(key, Vec::new(), |value| list(value, pattern))
            .value
    };
    let (processes, paths, scripts) = (
        patterns("processes"),
        patterns("paths"),
        patterns("scripts"),
    );
    if !["processes", "paths", "scripts"]
        .iter()
        .any(|key| section.has(key))
    {
        let what = "nothing says how to recognise the tool";
        section.wrong(
            "processes",
            Wrong::new(what, "add `processes`, `paths` or `scripts`"),
        );
    }
    let origin = section.origin();
    Some(Tool {
        id: id?,
        name: name?,
        kind: kind?,
        category,
        processes,
        paths,
        scripts,
        origin,
    })
}

/// Rates are per million tokens. A kind of input without a rate of its own is input of the kind
/// before it, as the providers that do not tell them apart bill it.
fn price(section: &mut Section<'_>) -> Option<Price> {
    // Some tools record no model; what has none can still have a price.
    let model = section.required("model", |value| {
        text(value).map(|text| text.trim().to_owned())
    });
    let mut only = |key| section.optional(key, name).map(|text| text.value);
    let (provider, service_tier, speed) = (only("provider"), only("service_tier"), only("speed"));
    let input = section.required("input", rate);
    let output = section.required("output", rate);
    let mut or = |key, otherwise: Option<NanoUsd>| {
        let own = section.optional(key, rate).map(|rate| rate.value);
        own.or(otherwise)
    };
    let cache_read = or("cache_read", input);
    let cache_write_5m = or("cache_write_5m", input);
    let cache_write_1h = or("cache_write_1h", cache_write_5m);
    let above_input_tokens = section.value("above_input_tokens", 0, whole).value;
    let since = section.optional("since", date).map(|day| day.value);
    let until = section.optional("until", date).map(|day| day.value);
    if let (Some(since), Some(until)) = (since, until)
        && until < since
    {
        let what = format!("it ends before {since}, its first day");
        section.wrong("until", Wrong::new(what, "write a later day, or remove it"));
    }
    Some(Price {
        price: OwnPrice {
            model: model?,
            provider,
            rates: PerMillion {
                input: input?,
                output: output?,
                cache_read: cache_read?,
                cache_write_5m: cache_write_5m?,
                cache_write_1h: cache_write_1h?,
            },
            from: since.map(Date::midnight),
            before: until.and_then(Date::next).map(Date::midnight),
            above_input_tokens,
            service_tier,
            speed,
        },
        since,
        until,
        origin: section.origin(),
    })
}

/// Dollars per million tokens. The dearest model there was took 600.
fn rate(value: &DeValue<'_>) -> Result<NanoUsd, Wrong> {
    let rate = dollars(value)?;
    if rate > NanoUsd(1_000_000 * NanoUsd::DOLLAR.0) {
        let what = format!("{rate} dollars per million tokens is out of range");
        return Err(Wrong::new(what, "write dollars per million tokens"));
    }
    Ok(rate)
}

fn text<'v>(value: &'v DeValue<'_>) -> Result<&'v str, Wrong> {
    value
        .as_str()
        .ok_or_else(|| other_kind(value, "text", "write it in quotes"))
}

fn flag(value: &DeValue<'_>) -> Result<bool, Wrong> {
    let remedy = "write true or false, without quotes";
    value
        .as_bool()
        .ok_or_else(|| other_kind(value, "true or false", remedy))
}

fn whole(value: &DeValue<'_>) -> Result<u64, Wrong> {
    value
        .as_integer()
        .and_then(|integer| u64::from_str_radix(integer.as_str(), integer.radix()).ok())
        .ok_or_else(|| other_kind(value, "a whole number from 0", "write it without quotes"))
}

fn other_kind(value: &DeValue<'_>, expected: &str, remedy: &str) -> Wrong {
    Wrong::new(
        format!("{expected} is expected, not this {}", value.type_str()),
        remedy,
    )
}

fn name(value: &DeValue<'_>) -> Result<String, Wrong> {
    let text = text(value)?.trim();
    if text.is_empty() {
        return Err(Wrong::new(
            "the text is empty",
            "write something, or remove the line",
        ));
    }
    Ok(text.to_owned())
}

/// Empty text stands for "not set", so that the commented template can show every key.
fn unless_empty<T>(
    value: &DeValue<'_>,
    read: impl FnOnce(&str) -> Result<T, Wrong>,
) -> Result<Option<T>, Wrong> {
    match text(value)? {
        "" => Ok(None),
        text => read(text).map(Some),
    }
}

fn level(value: &DeValue<'_>) -> Result<LevelFilter, Wrong> {
    text(value).and_then(value::parse_level)
}

fn file_path(text: &str, folder: &Path) -> Result<PathBuf, Wrong> {
    if text.starts_with('~') {
        return Err(Wrong::new(
            "`~` is not expanded here",
            "write the whole path",
        ));
    }
    Ok(folder.join(text))
}

fn spool_bytes(bytes: u64) -> Result<u64, Wrong> {
    // Below this the limit would be kept by dropping nearly every record.
    if bytes < 64 << 10 {
        let what = "the spool would be too small to hold a burst";
        return Err(Wrong::new(what, "write at least \"64 KiB\""));
    }
    Ok(bytes)
}

/// A duration of so many seconds.
fn interval(value: &DeValue<'_>, seconds: RangeInclusive<u64>) -> Result<Duration, Wrong> {
    let interval = text(value).and_then(value::parse_duration)?;
    let bounds = [seconds.start(), seconds.end()].map(|&seconds| Duration::from_secs(seconds));
    if !(bounds[0]..=bounds[1]).contains(&interval) {
        let what = format!("{} is out of range", value::show_duration(interval));
        let (start, end) = (seconds.start(), seconds.end());
        let remedy = format!("write a duration from \"{start}s\" to \"{end}s\"");
        return Err(Wrong::new(what, remedy));
    }
    Ok(interval)
}

/// Grafana may live below a path, so this is not an endpoint. The words do not repeat the address:
/// it may hold a password.
fn web_address(text: &str) -> Result<String, Wrong> {
    let remedy = "write it like https://grafana.example";
    let rest = text
        .strip_prefix("https://")
        .or_else(|| text.strip_prefix("http://"));
    let Some(rest) = rest else {
        let what = "the address begins neither with https:// nor with http://";
        return Err(Wrong::new(what, remedy));
    };
    let host = rest.split('/').next().unwrap_or_default();
    if host.is_empty() || rest.contains(|c: char| c.is_whitespace() || c.is_control()) {
        return Err(Wrong::new("this is not the address of a web page", remedy));
    }
    if host.contains('@') {
        let what = "the address holds a user name or password";
        return Err(Wrong::new(
            what,
            "remove it: Grafana asks for it in the browser",
        ));
    }
    if rest.contains(['?', '#']) {
        return Err(Wrong::new(
            "the address holds a query or fragment",
            "end it before `?` or `#`",
        ));
    }
    Ok(text.trim_end_matches('/').to_owned())
}

fn dollars(value: &DeValue<'_>) -> Result<NanoUsd, Wrong> {
    match value {
        DeValue::Integer(integer) if integer.radix() == 10 => {
            value::parse_dollars(integer.as_str())
        }
        DeValue::Float(float) => value::parse_dollars(float.as_str()),
        DeValue::String(text) => value::parse_dollars(text),
        _ => Err(other_kind(
            value,
            "an amount of dollars",
            "write a number such as 20 or 12.50",
        )),
    }
}

fn word<T: Copy>(value: &DeValue<'_>, words: &[(&str, T)]) -> Result<T, Wrong> {
    let text = text(value)?;
    let found = words.iter().find(|(word, _)| *word == text);
    found.map(|(_, meaning)| *meaning).ok_or_else(|| {
        let known: Vec<_> = words
            .iter()
            .map(|(word, _)| format!("\"{word}\""))
            .collect();
        Wrong::new(
            format!("{text:?} is not known here"),
            format!("write {}", known.join(" or ")),
        )
    })
}

fn list<T>(value: &DeValue<'_>, read: impl Fn(&str) -> Result<T, Wrong>) -> Result<Vec<T>, Wrong> {
    let remedy = "write it like [\"one\", \"two\"]";
    let items = value
        .as_array()
        .ok_or_else(|| other_kind(value, "a list", remedy))?;
    items
        .iter()
        .map(|item| text(item.get_ref()).and_then(&read))
        .collect()
}

fn tool_id(text: &str) -> Result<ToolId, Wrong> {
    ToolId::new(text).map_err(|what| Wrong::new(what, "write it like \"claude-code\""))
}

fn pattern(text: &str) -> Result<String, Wrong> {
    if text.trim().is_empty() {
        return Err(Wrong::new(
            "the text is empty",
            "it would match everything: remove it",
        ));
    }
    Ok(text.to_owned())
}

/// A TOML date, in quotes or without.
fn date(value: &DeValue<'_>) -> Result<Date, Wrong> {
    let parsed = match value {
        DeValue::Datetime(moment) => Some(*moment),
        DeValue::String(text) => text.parse::<toml::value::Datetime>().ok(),
        _ => None,
    };
    match parsed {
        Some(toml::value::Datetime {
            date: Some(date),
            time: None,
            offset: None,
        }) => Ok(Date {
            year: date.year,
            month: date.month,
            day: date.day,
        }),
        _ => Err(Wrong::new("this is not a day", "write it like 2026-01-31")),
    }
}
