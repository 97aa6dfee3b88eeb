use super::*;
use aco_domain::NanoUsd;

/// The calls in `lines`, and how many lines could not be read.
fn read(lines: &[&str]) -> (Vec<Call>, usize) {
    let mut transcript = Transcript::new(Path::new("/h/.claude/projects/-w-app/file.jsonl"));
    let mut calls = Calls::default();
    let verdicts = lines
        .iter()
        .map(|line| transcript.line(line.as_bytes(), &mut calls));
    let unreadable = verdicts.filter(|verdict| *verdict == Verdict::Unreadable);
    let unreadable = unreadable.count();
    (calls.0, unreadable)
}

fn one(line: &str) -> Call {
    let (mut calls, unreadable) = read(&[line]);
    assert_eq!((calls.len(), unreadable), (1, 0), "{line}");
    calls.remove(0)
}

fn with_usage(usage: &str) -> String {
    format!(
        r#"{{"timestamp":"2026-01-02T03:04:05Z","requestId":"r","message":{{"id":"m","model":"claude-x","usage":{usage}}}}}"#
    )
}

#[test]
fn everything_a_line_tells_is_taken() {
    let call = one(
        r#"{"parentUuid":null,"isSidechain":true,"cwd":"/w/app","sessionId":"s-1","costUSD":0.0123,
        "timestamp":"2026-01-02T03:04:05.678Z","requestId":"req","message":{"id":"msg","role":"assistant",
        "model":"claude-x","content":[{"type":"text","text":"\"usage\":{\"input_tokens\":999}"}],
        "usage":{"input_tokens":1,"output_tokens":2,"cache_read_input_tokens":3,
        "cache_creation_input_tokens":30,"cache_creation":{"ephemeral_5m_input_tokens":10,
        "ephemeral_1h_input_tokens":20},"service_tier":"priority","speed":"fast"}}}"#,
    );
    assert_eq!(
        call.tokens,
        TokenCounts {
            input: 1,
            output: 2,
            cache_read: 3,
            cache_write_5m: 10,
            cache_write_1h: 20,
            reasoning: 0
        }
    );
    assert_eq!(call.at, UnixNanos(1_767_323_045_678_000_000));
    assert!(call.identity.sidechain);
    assert_eq!(&*call.model, "claude-x");
    assert_eq!(call.provider.as_deref(), Some("anthropic"));
    assert_eq!((&*call.session, &*call.project), ("s-1", "/w/app"));
    assert_eq!(call.terms.service_tier.as_deref(), Some("priority"));
    assert_eq!(call.terms.speed.as_deref(), Some("fast"));
    assert_eq!(call.recorded_cost, Some(NanoUsd(12_300_000)));
}

#[test]
fn what_a_line_does_not_tell_comes_from_its_path() {
    let call = one(&with_usage("{}"));
    assert_eq!((&*call.session, &*call.project), ("file", "-w-app"));
    assert_eq!(call.tokens, TokenCounts::default());
    assert_eq!(call.recorded_cost, None);
}

#[test]
fn a_cache_write_is_split_by_its_duration() {
    for (usage, five_minutes, an_hour) in [
        (r#"{"cache_creation_input_tokens":7}"#, 7, 0),
        (
            r#"{"cache_creation_input_tokens":7,"cache_creation":null}"#,
            7,
            0,
        ),
        (
            r#"{"cache_creation_input_tokens":7,"cache_creation":{}}"#,
            7,
            0,
        ),
        (
            r#"{"cache_creation_input_tokens":7,"cache_creation":{"ephemeral_1h_input_tokens":7}}"#,
            0,
            7,
        ),
        (
            r#"{"cache_creation_input_tokens":7,"cache_creation":{"ephemeral_1h_input_tokens":5}}"#,
            2,
            5,
        ),
        (
            r#"{"cache_creation":{"ephemeral_5m_input_tokens":3,"ephemeral_1h_input_tokens":4}}"#,
            3,
            4,
        ),
    ] {
        let tokens = one(&with_usage(usage)).tokens;
        assert_eq!(
            (tokens.cache_write_5m, tokens.cache_write_1h),
            (five_minutes, an_hour),
            "{usage}"
        );
    }
}

#[test]
fn null_is_nothing_and_a_wrong_count_fails_its_line() {
    let null = r#"{"input_tokens":null,"output_tokens":5,"cache_read_input_tokens":null,"cache_creation":{"ephemeral_1h_input_tokens":null}}"#;
    assert_eq!(one(&with_usage(null)).tokens.total(), 5);
    assert_eq!(
        one(&with_usage(r#"{"output_tokens":5.0}"#)).tokens.output,
        5
    );
    for wrong in [
        "-1",
        "1.5",
        "1e30",
        "18446744073709551616",
        "1000000000001",
        "\"5\"",
        "[5]",
        "true",
    ] {
        let line = with_usage(&format!(r#"{{"input_tokens":{wrong}}}"#));
        assert_eq!(read(&[&line]), (vec![], 1), "{wrong}");
    }
}

#[test]
fn what_is_no_call_is_passed_over() {
    for line in [
        r#"{"message":{"content":"x","usage":null}}"#,
        r#"{"message":"usage","toolUseResult":{"usage":{"input_tokens":5}}}"#,
        r#"{"usage":{"input_tokens":5}}"#,
        r#"["usage"]"#,
        &with_usage("{}").replace("claude-x", SYNTHETIC),
    ] {
        assert_eq!(read(&[line]), (vec![], 0), "{line}");
    }
}

#[test]
fn a_line_without_json_or_without_a_time_is_unreadable() {
    let whole = with_usage("{}");
    for line in [
        &whole[..whole.len() - 1],
        &format!("{whole}x"),
        &whole.replace("2026-01-02T03:04:05Z", "yesterday"),
        &whole.replace("2026-01-02T03:04:05Z", "1969-12-31T23:59:59Z"),
        "\0\0\0",
        "",
    ] {
        assert_eq!(read(&[line]), (vec![], 1), "{line}");
    }
}

#[test]
fn times_from_1970_to_2100_and_any_offset_are_read() {
    for (time, nanos) in [
        ("1970-01-01T00:00:00Z", 0),
        ("2100-01-01T00:00:00Z", 4_102_444_800_000_000_000),
        ("2026-01-02T05:04:05.5+02:00", 1_767_323_045_500_000_000),
    ] {
        let line = with_usage("{}").replace("2026-01-02T03:04:05Z", time);
        assert_eq!(one(&line).at, UnixNanos(nanos), "{time}");
    }
}

#[test]
fn values_that_decide_nothing_may_have_any_type() {
    let call = one(
        r#"{"timestamp":"2026-01-02T03:04:05Z","requestId":5,"cwd":{},"sessionId":[1],"isSidechain":"no",
        "costUSD":"x","message":{"id":"m","model":null,"usage":{"input_tokens":1,"service_tier":3}}}"#,
    );
    assert_eq!((&*call.model, &*call.project), ("", "-w-app"));
    assert_eq!(call.terms, Terms::default());
    assert!(!call.identity.sidechain);
}

#[test]
fn identity_is_message_and_request() {
    let identity = |message: &str, request: &str| {
        let line = with_usage("{}")
            .replace(r#""id":"m""#, message)
            .replace(r#""requestId":"r""#, request);
        one(&line).identity
    };
    let (m, r) = (r#""id":"m""#, r#""requestId":"r""#);
    let whole = identity(m, r);
    assert_eq!(identity(m, r), whole);
    let other_request = identity(m, r#""requestId":"q""#);
    assert_ne!(other_request.call, whole.call);
    assert_eq!(other_request.message, whole.message);
    let none = r#""x":0"#;
    assert_eq!(identity(m, none).message, whole.message);
    assert_ne!(identity(m, none).call, whole.call);
    assert_eq!(identity(none, r).call, identity(none, r).message);
    // An id never runs into the next one.
    assert_ne!(
        identity(r#""id":"ab""#, r#""requestId":"c""#).call,
        identity(r#""id":"a""#, r#""requestId":"bc""#).call
    );
    // Kept in ledgers: this number never changes.
    assert_eq!(
        whole.call,
        31_107_575_225_694_115_257_095_735_661_398_349_512
    );
}

#[test]
fn a_call_that_streams_is_handed_out_once_with_its_larger_total() {
    let small = with_usage(r#"{"output_tokens":1}"#);
    let large = with_usage(r#"{"output_tokens":9}"#);
    for lines in [[&small, &large, &small], [&large, &small, &small]] {
        let (calls, _) = read(&lines.map(String::as_str));
        assert_eq!(calls.len(), 1);
        assert_eq!(calls[0].tokens.output, 9);
    }
    let later = large.replace("03:04:05Z", "03:04:06Z");
    let (calls, _) = read(&[&later, &large]);
    assert_eq!(calls[0].at, UnixNanos(1_767_323_045_000_000_000));
}

#[test]
fn lines_without_ids_count_each() {
    let line = with_usage(r#"{"output_tokens":1}"#)
        .replace(r#""id":"m","#, "")
        .replace(r#""requestId":"r","#, "");
    let (calls, _) = read(&[&line, &line, &line]);
    assert_eq!(calls.len(), 3);
    let (again, _) = read(&[&line, &line]);
    assert_eq!(again[..], calls[..2]);
}

#[test]
fn a_usage_of_another_shape_is_told_with_the_version() {
    let line = with_usage(r#"{"inputTokens":5,"service_tier":"standard"}"#)
        .replace(r#""requestId""#, r#""version":"9.1.0","requestId""#);
    let mut transcript = Transcript::new(Path::new("/p/s.jsonl"));
    let mut calls = Calls::default();
    let verdict = transcript.line(line.as_bytes(), &mut calls);
    assert_eq!((verdict, calls.0.len()), (Verdict::Unrecognised, 0));
    assert_eq!(transcript.version(), Some("9.1.0"));
    // Nothing used is no other shape.
    for usage in ["{}", r#"{"input_tokens":0,"later":1}"#] {
        assert_eq!(one(&with_usage(usage)).tokens.total(), 0, "{usage}");
    }
}
