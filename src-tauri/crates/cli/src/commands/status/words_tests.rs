//! The text, as a user sees it.

use super::*;
use aco_domain::{
    AgentState, Answer, AnswerKind, Answers, Attention, Backlog, Counters, Dropped, EndpointStatus,
    Origin, Role, ToolId, ToolKind, ToolSeen,
};

pub(in super::super) fn quiet() -> Status {
    Status {
        schema_version: Status::SCHEMA_VERSION,
        version: "0.1.0".into(),
        pid: None,
        role: None,
        home: "/h".into(),
        installation: String::new(),
        host_name: "host".into(),
        state: AgentState::Local,
        summary: "Local only".into(),
        attention: Vec::new(),
        endpoint: None,
        last_answer: None,
        last_accepted: None,
        answers: None,
        backlog: Backlog::default(),
        records: Counters::default(),
        paused: None,
        tools: Vec::new(),
        spend: None,
        outlook: None,
        limits: Vec::new(),
        reading: None,
        shipped_through: 0,
        kept: None,
        grafana: None,
    }
}

fn text(status: &Status) -> String {
    let face = |at: UnixNanos| format!("12:{:02}", at.seconds());
    in_words(
        status,
        UnixNanos(5_000_000_000),
        Path::new("/h/spool/quarantine"),
        &face,
    )
}

#[test]
fn a_quiet_home_says_little() {
    assert_eq!(
        text(&quiet()),
        "\
State        Local only
Agent        not running; start it with: aco run
Endpoint     none; everything stays on this machine
Waiting      nothing
Records      0 recorded, 0 shipped
Home         /h
"
    );
}

#[test]
fn trouble_is_told_with_place_and_remedy() {
    let status = Status {
        pid: Some(12),
        role: Some(Role::Tray),
        installation: "i-d".into(),
        summary: "Token refused".into(),
        attention: vec![Attention {
            code: "token_refused".into(),
            what: "first\nsecond".into(),
            remedy: "give it".into(),
        }],
        endpoint: Some(EndpointStatus {
            url: "https://c:4317".into(),
            origin: Origin::File {
                path: "/h/config.toml".into(),
                line: 3,
            },
            tls: true,
            token: Some(Origin::Store {
                path: "/h/token".into(),
            }),
        }),
        last_answer: Some(Answer {
            at: UnixNanos(2_000_000_000),
            kind: AnswerKind::TokenRefused,
            message: "Unauthenticated".into(),
            since: UnixNanos(0),
            next_attempt: Some(UnixNanos(35_000_000_000)),
        }),
        last_accepted: Some(UnixNanos(60_000_000_000)),
        answers: Some(Answers {
            by: Answerer::Loki,
            found_at: UnixNanos(1_000_000_000),
        }),
        backlog: Backlog {
            records: 1_204,
            bytes: 3_500_000,
            oldest_age_s: Some(7_260),
        },
        records: Counters {
            spooled: 1_234_567,
            shipped: 1_233_363,
            dropped: Dropped {
                quota: 1_000,
                ..Dropped::default()
            },
            quarantined: 2,
        },
        paused: Some(PauseUntil::At(UnixNanos(9_000_000_000))),
        tools: ["claude-code", "ollama"]
            .into_iter()
            .zip([2, 0])
            .map(|(tool, running)| ToolSeen {
                tool: ToolId::new(tool).unwrap(),
                display_name: tool.to_uppercase(),
                kind: ToolKind::Cli,
                running,
                ran_s: (tool == "ollama").then_some(11_520),
            })
            .collect(),
        ..quiet()
    };
    assert_eq!(
        text(&status),
        "\
State        Token refused
             first
             second
             → give it
Paused       until 12:09; `aco resume` ends it
Agent        run by tray (pid 12, version 0.1.0)
Endpoint     https://c:4317 (TLS), from /h/config.toml:3
Token        from /h/token
Last answer  Unauthenticated (12:02)
             next attempt in 30 s
             a record was last accepted 12:60
Answers      Loki's own (as of 12:01)
Waiting      1,204 records, 3.3 MiB, the oldest for 2 h 1 min
Records      1,234,567 recorded, 1,233,363 shipped
             1,000 dropped (quota)
             2 quarantined in /h/spool/quarantine
Tools        CLAUDE-CODE          2 running
             OLLAMA               not running now, ran 3 h 12 min on this machine: $0
Home         /h
             installation i-d
"
    );
}

#[test]
fn amounts_are_written_for_people() {
    let ages = [
        (59, "59 s"),
        (61, "1 min 1 s"),
        (7_260, "2 h 1 min"),
        (90_000, "1 d 1 h"),
    ];
    for (seconds, expected) in ages {
        assert_eq!(age(seconds), expected);
    }
    assert_eq!(
        [0, 999, 1_000, 1_000_000].map(grouped),
        ["0", "999", "1,000", "1,000,000"]
    );
    assert_eq!(
        [512, 1_536, 1 << 30].map(bytes),
        ["512 bytes", "1.5 KiB", "1.0 GiB"]
    );
}
