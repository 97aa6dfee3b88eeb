//! The frozen shapes, word for word, and the arithmetic of patience.

use super::*;
use aco_domain::{AgentState, Answerer, Answers, Check, PauseUntil, Step, UnixNanos};
use serde_json::json;
use std::time::Duration;

#[test]
fn the_frozen_requests_are_these_words() {
    let at = PauseUntil::At(UnixNanos(1_760_000_000_000_000_000));
    let table = [
        (Request::Status, json!({"request": "status"})),
        (
            Request::Pause {
                until: PauseUntil::Resumed,
            },
            json!({"request": "pause", "until": "resumed"}),
        ),
        (
            Request::Pause { until: at },
            json!({"request": "pause", "until": {"at": 1_760_000_000_000_000_000_u64}}),
        ),
        (Request::Resume, json!({"request": "resume"})),
    ];
    for (request, words) in table {
        assert!(request.is_frozen());
        assert_eq!(serde_json::to_value(&request).unwrap(), words);
        let mut richer = words;
        richer["added_later"] = json!([1, 2]);
        assert_eq!(serde_json::from_value::<Request>(richer).unwrap(), request);
    }
}

#[test]
fn the_frozen_answers_are_these_words() {
    let hello: Hello =
        serde_json::from_value(json!({"protocol": 9, "version": "3.1", "added_later": 1})).unwrap();
    assert_eq!((hello.protocol, hello.version.as_str()), (9, "3.1"));

    let done = json!({"response": "done", "message": "paused", "added_later": {}});
    assert_eq!(
        serde_json::from_value::<Response>(done).unwrap(),
        Response::Done {
            message: "paused".into()
        }
    );

    let error = json!({
        "response": "error", "code": "upgrade_needed", "message": "m", "remedy": "r", "added_later": 1
    });
    assert_eq!(
        serde_json::from_value::<Response>(error).unwrap(),
        Response::Error(Refusal::new(code::UPGRADE_NEEDED, "m", "r"))
    );
}

#[test]
fn a_status_of_protocol_1_is_understood_for_ever() {
    let words = json!({
        "response": "status", "schema_version": 1, "version": "0.1.0", "pid": 7, "role": "service",
        "home": "/home/u/.local/share/ai-cost-observer", "installation": "i", "host_name": "h",
        "state": "shipping", "summary": "Up to date", "attention": [], "endpoint": null,
        "last_answer": null, "last_accepted": null,
        "backlog": {"records": 0, "bytes": 0, "oldest_age_s": null},
        "records": {
            "spooled": 1, "shipped": 1, "quarantined": 0,
            "dropped": {"quota": 0, "age": 0, "disk": 0, "damaged": 0, "refused": 0}
        },
        "paused": null, "tools": [], "added_later": true
    });
    let Response::Status(status) = serde_json::from_value(words).unwrap() else {
        panic!("not a status");
    };
    assert_eq!(status.state, AgentState::Shipping);
    assert_eq!(status.records.spooled, 1);
}

#[test]
fn upgrade_needed_names_both_versions_and_who_is_older() {
    let old = Hello {
        protocol: 1,
        version: "0.1.0".into(),
    };
    let new = Hello {
        protocol: 2,
        version: "0.9.0".into(),
    };
    assert_eq!(Hello::upgrade_needed(&old, &old), None);
    for (agent, client, older) in [(&old, &new, "the agent"), (&new, &old, "this program")] {
        let refusal = Hello::upgrade_needed(agent, client).unwrap();
        assert_eq!(refusal.code, code::UPGRADE_NEEDED);
        assert!(refusal.message.contains("0.1.0") && refusal.message.contains("0.9.0"));
        assert!(refusal.remedy.contains(older), "{refusal}");
    }
}

#[test]
fn patience_covers_what_an_emit_asks_for_and_never_overflows() {
    let emit = |count, rate, grace_ms| Request::Emit {
        count,
        rate,
        message: String::new(),
        grace_ms,
    };
    assert_eq!(Request::Status.patience(), Duration::from_secs(10));
    assert_eq!(
        emit(100, Some(10.0), 5_000).patience(),
        Duration::from_secs(10 + 5 + 10)
    );
    assert!(emit(20_000, None, 0).patience() >= Duration::from_secs(20));
    let week = Duration::from_secs(7 * 86_400);
    for rate in [None, Some(0.0), Some(-1.0), Some(f64::NAN), Some(1e-300)] {
        assert!(emit(u64::MAX, rate, u64::MAX).patience() <= week);
    }
}

#[test]
fn an_examination_is_told_in_these_words() {
    let step = Step::failed(Check::WhoseAnswer, "whose_unclear", "what", "do");
    assert_eq!(
        serde_json::to_value(step).unwrap(),
        json!({
            "check": "whose_answer", "outcome": "failed", "code": "whose_unclear",
            "what": "what", "advice": "do", "took_ms": 0
        })
    );
    let request = Request::NoteAnswers {
        endpoint: "https://c:4317".into(),
        answers: Answers {
            by: Answerer::Loki,
            found_at: UnixNanos(7),
        },
    };
    assert!(!request.is_frozen());
    assert_eq!(
        serde_json::to_value(request).unwrap(),
        json!({
            "request": "note_answers", "endpoint": "https://c:4317",
            "answers": {"by": "loki", "found_at": 7}
        })
    );
}

#[test]
fn a_secret_crosses_the_socket_and_no_log() {
    let request = Request::SetToken {
        token: Secret::new("s3cret"),
    };
    assert_eq!(format!("{request:?}"), "SetToken { token: Secret(****) }");
    let words = json!({"request": "set_token", "token": "s3cret"});
    assert_eq!(serde_json::to_value(&request).unwrap(), words);
    assert_eq!(serde_json::from_value::<Request>(words).unwrap(), request);
}

#[test]
fn what_a_request_does_not_say_has_its_default() {
    let report = json!({"request": "report", "by": "tool"});
    let Request::Report(query) = serde_json::from_value(report).unwrap() else {
        panic!("not a report");
    };
    assert_eq!(
        (query.by, query.then, query.top),
        (aco_domain::By::Tool, None, None)
    );
    let history = json!({"request": "history", "count": 5});
    assert_eq!(
        serde_json::from_value::<Request>(history).unwrap(),
        Request::History {
            before: None,
            count: 5,
            level: None,
            text: None
        }
    );
}

#[test]
fn news_is_told_from_an_answer() {
    let progress = Response::Progress(aco_domain::Progress { done: 1, of: 2 });
    assert!(progress.is_news());
    assert_eq!(
        serde_json::to_value(&progress).unwrap(),
        json!({"response": "progress", "done": 1, "of": 2})
    );
    let done = Response::Done {
        message: String::new(),
    };
    assert!(!done.is_news());
}
