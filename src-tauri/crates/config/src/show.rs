//! The effective configuration as text: what `aco config show` prints.
//!
//! The text is a valid `config.toml` that says the same, so that what was shown can be kept. Where
//! a value came from stands behind it. Secrets, and what no file can say, are comments; a secret
//! shows its origin only.

use crate::model::{Config, Period, Price};
use crate::{Sourced, TokenLookup, value};
use aco_domain::Origin;
use std::fmt::Write as _;

/// Renders every key. `token` is what [`Config::token`] found.
#[must_use]
pub fn show(config: &Config, token: &TokenLookup) -> String {
    page(config, token).text
}

/// The same line by line, for who shows them otherwise.
pub(crate) fn said(config: &Config) -> Vec<Said> {
    page(config, &TokenLookup::None).said
}

fn page(config: &Config, token: &TokenLookup) -> Page {
    let mut page = Page::default();
    ship(&mut page, config, token);

    page.section("spool");
    page.line("max_bytes", &config.spool.max_bytes, |bytes| {
        quoted(&value::show_bytes(*bytes))
    });
    page.line("max_age", &config.spool.max_age, |age| {
        quoted(&value::show_duration(*age))
    });

    page.section("log");
    page.line("level", &config.log.level, level);
    page.line("others", &config.log.others, level);
    page.section("log.targets");
    for (target, sourced) in &config.log.targets {
        page.line(&quoted(target), sourced, level);
    }

    page.section("scan");
    page.line("interval", &config.scan.interval, |time| {
        quoted(&value::show_duration(*time))
    });
    page.section("sources");

    page.section("privacy");
    page.line(
        "ship_project_names",
        &config.privacy.ship_project_names,
        bool::to_string,
    );
    page.line(
        "ship_session_ids",
        &config.privacy.ship_session_ids,
        bool::to_string,
    );

    page.section("grafana");
    page.line("url", &config.grafana.url, |url| {
        quoted(url.as_deref().unwrap_or_default())
    });
    page.line("loki_uid", &config.grafana.loki_uid, |uid| quoted(uid));
    page.line("prometheus_uid", &config.grafana.prometheus_uid, |uid| {
        quoted(uid)
    });
    page.line("org_id", &config.grafana.org_id, u64::to_string);

    page.section("budget");
    page.line("daily_usd", &config.budget.daily_usd, ToString::to_string);
    page.line(
        "monthly_usd",
        &config.budget.monthly_usd,
        ToString::to_string,
    );
    page.line("basis", &config.budget.basis, |basis| {
        quoted(basis.as_str())
    });
    page.line("thresholds", &config.budget.thresholds, |thresholds| {
        let thresholds = thresholds.iter().copied().map(i64::from);
        toml::Value::Array(thresholds.map(toml::Value::from).collect()).to_string()
    });

    page.section("notifications");
    let wanted = &config.notifications;
    page.line("token_refused", &wanted.token_refused, bool::to_string);
    page.line("offline_after", &wanted.offline_after, |time| {
        quoted(&time.map(value::show_duration).unwrap_or_default())
    });
    page.line("records_dropped", &wanted.records_dropped, bool::to_string);
    page.line("budget", &wanted.budget, bool::to_string);

    page.section("prices");
    page.line("update", &config.price_updates.update, |update| {
        quoted(update.as_str())
    });

    lists(&mut page, config);
    page
}

fn ship(page: &mut Page, config: &Config, token: &TokenLookup) {
    let ship = &config.ship;
    page.section("ship");
    page.line("endpoint", &ship.endpoint, |endpoint| {
        quoted(
            &endpoint
                .as_ref()
                .map(ToString::to_string)
                .unwrap_or_default(),
        )
    });
    page.line("ca_file", &ship.ca_file, |path| {
        quoted(
            &path
                .as_ref()
                .map(|path| path.display().to_string())
                .unwrap_or_default(),
        )
    });
    page.line("level", &ship.level, level);
    page.line("allow_plaintext", &ship.allow_plaintext, bool::to_string);
    page.line("environment", &ship.environment, |name| quoted(name));
    page.line("metrics", &ship.metrics, bool::to_string);
    page.line("metrics_interval", &ship.metrics_interval, |time| {
        quoted(&value::show_duration(*time))
    });
    page.comment(&match token {
        TokenLookup::Found(token) => format!("token: {} ({})", token.value, token.origin),
        TokenLookup::None => "token: none".to_owned(),
        TokenLookup::OtherEndpoint { saved_for } => {
            format!("token: saved for {saved_for}, so not used here")
        }
        TokenLookup::Unreadable(wrong) => format!("token: {wrong}"),
    });
    if let Some(timeout) = &ship.timeout {
        let text = value::show_duration(timeout.value);
        page.comment(&format!("timeout: {text} ({})", timeout.origin));
    }
    for header in &ship.headers {
        page.comment(&format!(
            "header {}: **** ({})",
            header.value.name, header.origin
        ));
    }
    for attribute in &ship.resource {
        let (key, value) = &attribute.value;
        page.comment(&format!(
            "resource {key}: {} ({})",
            quoted(value),
            attribute.origin
        ));
    }
    page.section("ship.targets");
    for (target, sourced) in &ship.targets {
        page.line(&quoted(target), sourced, level);
    }
}

fn lists(page: &mut Page, config: &Config) {
    for subscription in &config.subscriptions {
        let at = |value: String| Sourced {
            value,
            origin: subscription.origin.clone(),
        };
        page.section("[subscription]");
        page.line("name", &at(quoted(&subscription.name)), String::clone);
        page.line(
            "fee_usd",
            &at(quoted(&subscription.fee_usd.to_string())),
            String::clone,
        );
        let period = match subscription.period {
            Period::Month => "month",
            Period::Year => "year",
        };
        page.line("period", &at(quoted(period)), String::clone);
        if let Some(since) = subscription.since {
            page.line("since", &at(since.to_string()), String::clone);
        }
        let tools = subscription.tools.iter().map(aco_domain::ToolId::as_str);
        page.line("tools", &at(list(tools)), String::clone);
    }
    for tool in &config.tools {
        let at = |value: String| Sourced {
            value,
            origin: tool.origin.clone(),
        };
        page.section("[tool]");
        page.line("id", &at(quoted(tool.id.as_str())), String::clone);
        page.line("name", &at(quoted(&tool.name)), String::clone);
        page.line("kind", &at(quoted(tool.kind.as_str())), String::clone);
        let category = quoted(tool.category.as_str());
        page.line("category", &at(category), String::clone);
        for (key, patterns) in [
            ("processes", &tool.processes),
            ("paths", &tool.paths),
            ("scripts", &tool.scripts),
        ] {
            page.line(
                key,
                &at(list(patterns.iter().map(String::as_str))),
                String::clone,
            );
        }
    }
    for price in &config.prices {
        page.section("[price]");
        own_price(page, price);
    }
}

fn own_price(page: &mut Page, row: &Price) {
    let price = &row.price;
    let mut line = |key, value: String| {
        let origin = row.origin.clone();
        page.line(key, &Sourced { value, origin }, String::clone);
    };
    line("model", quoted(&price.model));
    for (key, only) in [
        ("provider", &price.provider),
        ("service_tier", &price.service_tier),
        ("speed", &price.speed),
    ] {
        if let Some(text) = only {
            line(key, quoted(text));
        }
    }
    if price.above_input_tokens > 0 {
        line("above_input_tokens", price.above_input_tokens.to_string());
    }
    for (key, day) in [("since", row.since), ("until", row.until)] {
        if let Some(day) = day {
            line(key, day.to_string());
        }
    }
    for (key, rate) in [
        ("input", price.rates.input),
        ("output", price.rates.output),
        ("cache_read", price.rates.cache_read),
        ("cache_write_5m", price.rates.cache_write_5m),
        ("cache_write_1h", price.rates.cache_write_1h),
    ] {
        // In quotes, because a TOML float loses digits in other hands.
        line(key, quoted(&rate.to_string()));
    }
}

/// A line that says a value.
pub(crate) struct Said {
    /// Its section, or the name of its list.
    pub(crate) section: String,
    /// Which entry of the list it belongs to.
    pub(crate) entry: Option<usize>,
    pub(crate) key: String,
    pub(crate) value: toml::Value,
    pub(crate) origin: Origin,
}

impl Said {
    /// `ship.endpoint`, `subscription.0.fee_usd`.
    pub(crate) fn path(&self) -> String {
        match self.entry {
            None => self.path_of_field(),
            Some(entry) => format!("{}.{entry}.{}", self.section, self.key),
        }
    }

    /// The same, of whichever entry.
    pub(crate) fn path_of_field(&self) -> String {
        format!("{}.{}", self.section, self.key)
    }
}

#[derive(Default)]
struct Page {
    text: String,
    said: Vec<Said>,
    section: String,
    entry: Option<usize>,
}

impl Page {
    fn section(&mut self, name: &str) {
        let gap = if self.text.is_empty() { "" } else { "\n" };
        // Writing to a String cannot fail.
        let _ = writeln!(self.text, "{gap}[{name}]");
        let list = name
            .strip_prefix('[')
            .and_then(|name| name.strip_suffix(']'));
        self.entry = match (list, self.entry) {
            (None, _) => None,
            (Some(list), Some(entry)) if list == self.section => Some(entry + 1),
            (Some(_), _) => Some(0),
        };
        list.unwrap_or(name).clone_into(&mut self.section);
    }

    fn line<T>(&mut self, key: &str, sourced: &Sourced<T>, write: impl FnOnce(&T) -> String) {
        let value = write(&sourced.value);
        let line = format!("{key} = {value}");
        let _ = writeln!(
            self.text,
            "{line}  # {}",
            one_line(&sourced.origin.to_string())
        );
        // What is written here is TOML, as the tests make sure.
        let read = line.parse::<toml::Table>().into_iter().flatten();
        self.said.extend(read.map(|(key, value)| Said {
            section: self.section.clone(),
            entry: self.entry,
            key,
            value,
            origin: sourced.origin.clone(),
        }));
    }

    fn comment(&mut self, text: &str) {
        let _ = writeln!(self.text, "# {}", one_line(text));
    }
}

/// A path may hold a line break, which would end the comment.
fn one_line(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { '\u{fffd}' } else { c })
        .collect()
}

fn quoted(text: &str) -> String {
    toml::Value::from(text).to_string()
}

fn list<'t>(items: impl Iterator<Item = &'t str>) -> String {
    toml::Value::Array(items.map(toml::Value::from).collect()).to_string()
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "what `Page::line` calls it with"
)]
fn level(level: &log::LevelFilter) -> String {
    quoted(&value::show_level(*level))
}

#[cfg(test)]
#[path = "show_tests.rs"]
mod tests;
