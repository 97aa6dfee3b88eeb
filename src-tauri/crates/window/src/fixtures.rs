//! Made-up facts: what the tests of the views begin with, and what the fixtures in `ui/src/fixtures`
//! are drawn from. All of it is invented.

mod files;
mod usage;

use crate::{Now, Pace};
use aco_domain::*;
use jiff::civil::{DateTime, date};
use jiff::tz::TimeZone;
use std::path::PathBuf;

pub(crate) use usage::{chart_report, sources, table_report};

/// Thursday 24 September 2026, 14:32:19, two hours before UTC.
pub(crate) fn now() -> Now {
    Now {
        at: at(date(2026, 9, 24).at(14, 32, 19, 0)),
        // The whole year: no zone database is needed.
        zone: TimeZone::fixed(jiff::tz::offset(2)),
        home: Some(PathBuf::from("/home/anna")),
    }
}

/// A moment in that zone.
pub(crate) fn at(civil: DateTime) -> UnixNanos {
    let zone = TimeZone::fixed(jiff::tz::offset(2));
    let nanos = civil.to_zoned(zone).unwrap().timestamp().as_nanosecond();
    UnixNanos(u64::try_from(nanos).unwrap())
}

/// A moment of that day.
pub(crate) fn today(hour: i8, minute: i8, second: i8) -> UnixNanos {
    at(date(2026, 9, 24).at(hour, minute, second, 0))
}

pub(crate) fn answer(kind: AnswerKind, at: UnixNanos, message: &str) -> Answer {
    Answer {
        at,
        kind,
        message: message.into(),
        since: at,
        next_attempt: None,
    }
}

pub(crate) fn backlog(records: u64, bytes: u64, oldest_age_s: u64) -> Backlog {
    Backlog {
        records,
        bytes,
        oldest_age_s: (records > 0).then_some(oldest_age_s),
    }
}

pub(crate) fn attention(code: &str, what: &str, remedy: &str) -> Attention {
    Attention {
        code: code.into(),
        what: what.into(),
        remedy: remedy.into(),
    }
}

/// Everything is shipped.
pub(crate) fn status() -> Status {
    let config = PathBuf::from("/home/anna/.config/ai-cost-observer/config.toml");
    // From JSON, so that a field that is added elsewhere needs no change here.
    let mut status: Status = serde_json::from_value(serde_json::json!({
        "schema_version": 1, "version": "0.1.0", "pid": 4711, "role": "tray",
        "home": "/home/anna/.local/share/ai-cost-observer",
        "installation": "7c0e41d2-0000-4000-8000-000000000000", "host_name": "anna-laptop",
        "state": "shipping", "summary": "Up to date", "attention": [],
        "endpoint": null, "last_answer": null, "last_accepted": null, "answers": null,
        "backlog": {"records": 0, "bytes": 0, "oldest_age_s": null},
        "records": {
            "spooled": 48_213, "shipped": 48_213, "quarantined": 0,
            "dropped": {"quota": 0, "age": 0, "disk": 0, "damaged": 0, "refused": 0},
        },
        "paused": null, "tools": [],
    }))
    .unwrap();
    status.endpoint = Some(EndpointStatus {
        url: "https://otel.home.arpa:4317".into(),
        origin: Origin::File {
            path: config,
            line: 12,
        },
        tls: true,
        token: Some(Origin::Keychain {
            name: "the keychain".into(),
        }),
    });
    status.last_answer = Some(answer(AnswerKind::Accepted, today(14, 32, 7), "accepted"));
    status.last_accepted = Some(today(14, 32, 7));
    status.answers = Some(Answers {
        by: Answerer::Loki,
        found_at: today(9, 0, 0),
    });
    status.grafana = Some("https://grafana.home.arpa".into());
    status.shipped_through = 48_213;
    status
}

/// The same with something else about it.
pub(crate) fn status_with(change: impl FnOnce(&mut Status)) -> Status {
    let mut status = status();
    change(&mut status);
    status
}

pub(crate) fn catching_up() -> (Status, Pace) {
    let status = status_with(|status| {
        status.state = AgentState::Backlog;
        status.summary = "Catching up".into();
        status.backlog = backlog(1_284, 1_100_000, 376);
    });
    let mut pace = Pace::default();
    pace.note(today(14, 32, 9), 46_609);
    pace.note(today(14, 32, 19), 46_929);
    (status, pace)
}

pub(crate) fn offline() -> Status {
    status_with(|status| {
        status.state = AgentState::Backlog;
        status.summary = "Offline since 13:05".into();
        status.last_answer = Some(Answer {
            since: today(13, 5, 2),
            next_attempt: Some(today(14, 32, 43)),
            ..answer(
                AnswerKind::Unavailable,
                today(14, 31, 43),
                "otel.home.arpa:4317 refuses connections",
            )
        });
        status.last_accepted = Some(today(13, 4, 58));
        status.backlog = backlog(3_911, 3_400_000, 5_237);
    })
}

pub(crate) fn paused() -> Status {
    status_with(|status| {
        status.state = AgentState::Paused;
        status.summary = "Paused until 15:30".into();
        status.paused = Some(PauseUntil::At(today(15, 30, 0)));
        status.last_answer = Some(answer(AnswerKind::Accepted, today(14, 11, 40), "accepted"));
        status.last_accepted = Some(today(14, 11, 40));
        status.backlog = backlog(212, 188_000, 1_227);
    })
}

pub(crate) fn local() -> Status {
    status_with(|status| {
        status.state = AgentState::Local;
        status.summary = "Local only".into();
        status.endpoint = None;
        status.last_answer = None;
        status.last_accepted = None;
        status.answers = None;
        status.grafana = None;
        status.records.shipped = 0;
        status.backlog = backlog(18_402, 15_900_000, 400_000);
    })
}

pub(crate) fn token_refused() -> Status {
    status_with(|status| {
        status.state = AgentState::Attention;
        status.summary = "Token refused".into();
        let what = "otel.home.arpa:4317 answers “unauthenticated”";
        status.attention = vec![attention("token_refused", what, "aco token set")];
        status.last_answer = Some(Answer {
            since: today(13, 47, 20),
            ..answer(AnswerKind::TokenRefused, today(14, 31, 20), what)
        });
        status.last_accepted = Some(today(13, 46, 2));
        status.backlog = backlog(1_022, 900_000, 2_699);
    })
}

pub(crate) fn dropped() -> Status {
    status_with(|status| {
        status.state = AgentState::Attention;
        status.summary = "Records dropped".into();
        status.attention = vec![attention(
            "records_dropped",
            "records were dropped: 318 over `spool.max_bytes`",
            "see the local log",
        )];
        status.records.dropped.quota = 318;
        status.records.quarantined = 2;
    })
}

pub(crate) fn config_invalid() -> Status {
    status_with(|status| {
        status.state = AgentState::Attention;
        status.summary = "Configuration invalid".into();
        status.attention = vec![attention(
            "config_invalid",
            "config.toml, line 14: unknown key `endpont`",
            "correct it",
        )];
        status.backlog = backlog(466, 400_000, 1_775);
    })
}

/// With a budget, fees and a limit that a tool has recorded.
pub(crate) fn spending() -> Status {
    status_with(|status| {
        status.spend = Some(Spend {
            date: "2026-09-24".into(),
            today: Amount {
                api_value: NanoUsd(84_100_000_000),
                unpriced_tokens: 0,
            },
            month: Amount {
                api_value: NanoUsd(1_214_360_000_000),
                unpriced_tokens: 0,
            },
        });
        status.outlook = Some(Outlook {
            date: "2026-09-24".into(),
            fees: None,
            projected: Some(NanoUsd(1_517_950_000_000)),
            budgets: vec![BudgetStatus {
                span: BudgetSpan::Month,
                begins: "2026-09-01".into(),
                basis: Basis::ApiValue,
                limit: NanoUsd(1_500 * NanoUsd::DOLLAR.0),
                spent: Some(NanoUsd(1_214_360_000_000)),
                reached_percent: Some(80),
            }],
        });
        status.limits = vec![LimitReading {
            tool: ToolId::new("codex").unwrap(),
            window: "secondary".into(),
            used_percent: Percent::whole(42),
            minutes: Some(10_080),
            resets_at: None,
            at: today(14, 2, 0),
        }];
    })
}

pub(crate) fn setting(key: &str, value: &str, default: &str, takes: Takes) -> Setting {
    let origin = if value.is_empty() || value == default {
        Origin::Default
    } else {
        Origin::File {
            path: PathBuf::from("/home/anna/.config/ai-cost-observer/config.toml"),
            line: 12,
        }
    };
    Setting {
        key: key.into(),
        value: value.into(),
        default: default.into(),
        origin,
        takes,
        needs_restart: false,
    }
}

pub(crate) fn sheet() -> SettingsSheet {
    let levels = || Takes::Choice {
        words: ["off", "error", "warn", "info", "debug", "trace"]
            .map(str::to_owned)
            .to_vec(),
    };
    let duration = || Takes::Duration {
        least: Some("1s".into()),
        most: None,
    };
    let fee = |n: usize, name: &str, fee: &str, tools: &str| {
        vec![
            setting(&format!("subscription.{n}.name"), name, "", Takes::Text),
            setting(
                &format!("subscription.{n}.fee_usd"),
                fee,
                "",
                Takes::Dollars,
            ),
            setting(&format!("subscription.{n}.tools"), tools, "", Takes::Texts),
        ]
    };
    let ca_file = Setting {
        origin: Origin::Environment {
            variable: "OTEL_EXPORTER_OTLP_CERTIFICATE".into(),
        },
        ..setting("ship.ca_file", "/etc/ssl/home-ca.pem", "", Takes::Path)
    };
    SettingsSheet {
        file: PathBuf::from("/home/anna/.config/ai-cost-observer/config.toml"),
        problems: Vec::new(),
        warnings: Vec::new(),
        settings: vec![
            setting(
                "ship.endpoint",
                "https://otel.home.arpa:4317",
                "",
                Takes::Endpoint,
            ),
            ca_file,
            setting("ship.level", "info", "info", levels()),
            setting("ship.allow_plaintext", "false", "false", Takes::Flag),
            setting("ship.environment", "personal", "personal", Takes::Text),
            setting("ship.metrics", "true", "true", Takes::Flag),
            setting("spool.max_bytes", "512 MiB", "512 MiB", Takes::Bytes),
            setting("spool.max_age", "30d", "30d", duration()),
            setting("log.level", "debug", "debug", levels()),
            setting("log.others", "warn", "warn", levels()),
            setting("privacy.ship_project_names", "false", "false", Takes::Flag),
            setting("privacy.ship_session_ids", "false", "false", Takes::Flag),
            setting(
                "grafana.url",
                "https://grafana.home.arpa",
                "",
                Takes::WebAddress,
            ),
            setting("grafana.loki_uid", "loki-vps", "loki-vps", Takes::Text),
            setting(
                "grafana.prometheus_uid",
                "prometheus",
                "prometheus",
                Takes::Text,
            ),
            setting("grafana.org_id", "1", "1", Takes::Whole),
            setting("budget.daily_usd", "0", "0", Takes::Dollars),
            setting("budget.monthly_usd", "1500", "0", Takes::Dollars),
            setting(
                "budget.basis",
                "api_value",
                "api_value",
                Takes::Choice {
                    words: ["api_value", "fees", "billed"].map(str::to_owned).to_vec(),
                },
            ),
            setting("notifications.token_refused", "false", "false", Takes::Flag),
            setting(
                "notifications.records_dropped",
                "false",
                "false",
                Takes::Flag,
            ),
            setting("notifications.budget", "false", "false", Takes::Flag),
            setting("notifications.offline_after", "", "", duration()),
        ],
        lists: vec![SettingList {
            name: "subscription".into(),
            fields: vec![SettingField {
                name: "period".into(),
                takes: Takes::Choice {
                    words: ["month", "year"].map(str::to_owned).to_vec(),
                },
                required: false,
            }],
            entries: vec![
                fee(0, "Claude Max", "100", "claude-code"),
                fee(1, "ChatGPT Plus", "20", "codex"),
                fee(2, "Cursor Pro", "20", "cursor"),
                fee(3, "Copilot Pro", "10", "copilot-cli"),
            ],
        }],
        token: TokenState::Present {
            origin: Origin::Keychain {
                name: "the keychain".into(),
            },
        },
        contacts: vec![
            Contact {
                host: "otel.home.arpa:4317".into(),
                by: ContactBy::Program,
                purpose: "records and metrics".into(),
            },
            Contact {
                host: "https://grafana.home.arpa".into(),
                by: ContactBy::Browser,
                purpose: "when you open Grafana".into(),
            },
        ],
    }
}

/// Nothing is configured.
pub(crate) fn fresh_sheet() -> SettingsSheet {
    let mut sheet = sheet();
    for setting in &mut sheet.settings {
        setting.value.clone_from(&setting.default);
        setting.origin = Origin::Default;
    }
    sheet.lists[0].entries.clear();
    sheet.token = TokenState::None;
    sheet.contacts.clear();
    sheet
}

pub(crate) fn line(number: u64, at: UnixNanos, level: LineLevel, message: &str) -> LogLine {
    LogLine {
        number,
        at,
        level,
        target: "aco_agent".into(),
        message: message.into(),
        attributes: Vec::new(),
        seq: None,
    }
}

/// A 60-character name, and longer ones.
pub(crate) const LONG_MODEL: &str =
    "anthropic/claude-opus-4-5-20251101-eu-central-1-long-context-v2";
