//! Every situation a status can be in, and what it says then.

use super::*;
use aco_config::Config;
use aco_domain::{DropReason, EndpointStatus, Origin};
use aco_telemetry::ship::Destination;
use std::sync::Arc;

const ALL: Dropped = Dropped {
    quota: 2,
    age: 3,
    disk: 0,
    damaged: 0,
    refused: 0,
};

fn settings(shipping: crate::settings::Shipping) -> Settings {
    let home = tempfile::tempdir().unwrap();
    let env = [("ACO_HOME", home.path())].into_iter().collect();
    let source = crate::SettingsSource::new(&Home::resolve(&env).unwrap(), None);
    let mut settings = source.load(None).unwrap();
    assert_eq!(settings.config, Config::default());
    settings.shipping = shipping;
    settings
}

fn endpoint() -> EndpointStatus {
    EndpointStatus {
        url: "https://c:4317".into(),
        origin: Origin::Default,
        tls: true,
        token: None,
    }
}

fn remote() -> Settings {
    settings(crate::settings::Shipping::To {
        destination: Arc::new(Destination::new("https://c:4317")),
        endpoint: endpoint(),
    })
}

fn local() -> Settings {
    settings(crate::settings::Shipping::Local)
}

fn attention(code: &str) -> Attention {
    Attention {
        code: code.into(),
        what: "what".into(),
        remedy: "remedy".into(),
    }
}

fn withheld(code: &str) -> Settings {
    settings(crate::settings::Shipping::Withheld {
        endpoint: endpoint(),
        attention: attention(code),
    })
}

/// Nothing was ever examined.
const UNKNOWN: &BTreeMap<String, Answers> = &BTreeMap::new();

fn facts<'a>(settings: &'a Settings) -> Facts<'a> {
    Facts {
        version: "1",
        pid: Some(7),
        role: Some(Role::Service),
        home: "/h".into(),
        installation: "i".into(),
        host_name: "host",
        settings: Ok(settings),
        answer: None,
        last_accepted: None,
        answers: UNKNOWN,
        records: Counters::default(),
        backlog: Backlog::default(),
        disk_refusing: None,
        acknowledged: Dropped::default(),
        paused: None,
        tools: Vec::new(),
        spend: None,
        outlook: None,
        limits: Vec::new(),
        reading: None,
        shipped_through: 0,
        kept: None,
        clock_face: &|at| format!("at {}", at.0),
    }
}

fn answer(kind: AnswerKind) -> Option<Answer> {
    Some(Answer {
        at: UnixNanos(9),
        kind,
        message: "said".into(),
        since: UnixNanos(5),
        next_attempt: None,
    })
}

fn waiting(oldest_age_s: u64) -> Backlog {
    Backlog {
        records: 1,
        bytes: 1,
        oldest_age_s: Some(oldest_age_s),
    }
}

fn dropped(dropped: Dropped) -> Counters {
    Counters {
        dropped,
        ..Counters::default()
    }
}

/// State, summary and the codes of what needs attention.
fn told(facts: Facts<'_>) -> (AgentState, String, Vec<String>) {
    let status = facts.into_status();
    let codes = status.attention.into_iter().map(|a| a.code).collect();
    (status.state, status.summary, codes)
}

#[test]
fn each_situation_has_its_state_and_words() {
    use AgentState::{Attention as Attn, Backlog as Behind, Local, Paused, Shipping};
    use AnswerKind::{Accepted, Refused, TlsRefused, TokenRefused, Unavailable, Unusable};
    let (remote, local) = (remote(), local());
    let other = withheld("token_for_other_endpoint");
    let clear = withheld("plaintext_refused");
    let no_ca = withheld("ca_file_unreadable");
    let invalid = attention("config_invalid");
    let until = Some(PauseUntil::At(UnixNanos(8)));
    let here = || facts(&remote);
    // One situation a line: a table is read by its columns.
    #[rustfmt::skip]
    let table: Vec<(Facts<'_>, AgentState, &str, &[&str])> = vec![
        (here(), Shipping, "Up to date", &[]),
        (Facts { answer: answer(Accepted), backlog: waiting(60), ..here() }, Shipping, "Up to date", &[]),
        (Facts { backlog: waiting(61), ..here() }, Behind, "Catching up", &[]),
        (Facts { answer: answer(Accepted), backlog: waiting(61), ..here() }, Behind, "Catching up", &[]),
        (Facts { answer: answer(Unavailable), ..here() }, Shipping, "Offline since at 5", &[]),
        (Facts { answer: answer(Unavailable), backlog: waiting(61), ..here() }, Behind, "Offline since at 5", &[]),
        (Facts { answer: answer(TokenRefused), ..here() }, Attn, "Token refused", &["token_refused"]),
        (Facts { answer: answer(TlsRefused), ..here() }, Attn, "Certificate refused", &["certificate_refused"]),
        (Facts { answer: answer(Unusable), ..here() }, Attn, "Endpoint unusable", &["endpoint_unusable"]),
        (Facts { answer: answer(Refused), ..here() }, Attn, "Requests refused", &["requests_refused"]),
        (Facts { paused: until, backlog: waiting(61), ..here() }, Paused, "Paused until at 8", &[]),
        (Facts { paused: Some(PauseUntil::Resumed), ..here() }, Paused, "Paused until you resume", &[]),
        (Facts { paused: until, answer: answer(TokenRefused), ..here() }, Attn, "Token refused", &["token_refused"]),
        (Facts { records: dropped(ALL), ..here() }, Attn, "Records dropped", &["records_dropped"]),
        (Facts { records: dropped(ALL), acknowledged: ALL, ..here() }, Shipping, "Up to date", &[]),
        (Facts { disk_refusing: Some("full".into()), ..here() }, Attn, "Disk full or failing", &["disk_refuses"]),
        (Facts { settings: Err(&invalid), answer: answer(TokenRefused), records: dropped(ALL), paused: until, ..here() },
            Attn, "Configuration invalid", &["config_invalid", "records_dropped"]),
        (facts(&local), Local, "Local only", &[]),
        // What an endpoint said that is configured no more is history; old records expire.
        (Facts { answer: answer(TokenRefused), backlog: waiting(99), records: dropped(ALL), ..facts(&local) },
            Local, "Local only", &[]),
        (Facts { paused: until, ..facts(&local) }, Paused, "Paused until at 8", &[]),
        (facts(&other), Attn, "Token saved for another endpoint", &["token_for_other_endpoint"]),
        (Facts { answer: answer(TokenRefused), ..facts(&clear) }, Attn, "Not sent in clear text", &["plaintext_refused"]),
        (facts(&no_ca), Attn, "CA file unreadable", &["ca_file_unreadable"]),
        // Nobody ships: neither "up to date" nor "catching up" would be true.
        (Facts { pid: None, ..here() }, Shipping, "Not running", &[]),
        (Facts { pid: None, backlog: waiting(61), ..here() }, Behind, "Not running", &[]),
        (Facts { pid: None, paused: until, ..here() }, Paused, "Paused until at 8", &[]),
    ];
    for (n, (facts, state, summary, codes)) in table.into_iter().enumerate() {
        let expected = codes.iter().map(ToString::to_string).collect();
        assert_eq!(
            told(facts),
            (state, summary.to_owned(), expected),
            "row {n}"
        );
    }
}

#[test]
fn only_losses_that_are_news_are_told() {
    let remote = remote();
    let mut records = dropped(ALL);
    records.dropped.add(DropReason::Disk, 4);
    let status = Facts {
        records,
        acknowledged: Dropped { quota: 1, ..ALL },
        ..facts(&remote)
    }
    .into_status();
    assert_eq!(
        status.attention[0].what,
        "records were dropped: 1 over `spool.max_bytes`, 4 refused by the disk"
    );
}

#[test]
fn totals_that_restarted_hide_no_loss() {
    // Five were acknowledged, the cursor was lost, and the totals began anew.
    let after_loss = settled_losses(ALL, Dropped::default(), false);
    assert_eq!(after_loss, Dropped::default());
    let one = Dropped {
        age: 1,
        ..Dropped::default()
    };
    assert_eq!(
        settled_losses(after_loss, one, false),
        Dropped::default(),
        "it is news"
    );
    assert_eq!(
        settled_losses(after_loss, one, true),
        one,
        "in local mode it expired"
    );
}

#[test]
fn a_home_that_is_not_there_yet_has_a_status() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("not-yet");
    let env = [("ACO_HOME", &path)].into_iter().collect();
    let home = Home::resolve(&env).unwrap();
    let local = local();
    let status = status_without_agent(&StoppedStatus {
        home: &home,
        version: "1",
        host_name: "host",
        settings: Ok(&local),
        now: UnixNanos(1),
        clock_face: &|_| String::new(),
    })
    .unwrap();
    assert_eq!(
        (status.state, status.pid, status.backlog.records),
        (AgentState::Local, None, 0)
    );
    assert!(!path.exists(), "looking creates nothing");
}
