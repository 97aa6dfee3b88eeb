use super::*;

/// The calls of `lines`, each read by a parser that knows the others by state alone.
fn read(lines: &[&str]) -> (Vec<Call>, usize) {
    let markers = Markers::new(&["token_count"], &[]);
    let families = Families::default();
    let fresh = || Rollout::new(Path::new("rollout.jsonl"), &markers, &families);
    let (mut state, mut calls, mut unreadable) = (Vec::new(), Calls::default(), 0);
    for line in lines {
        let mut rollout = fresh().resume(&state).expect("its own state");
        if rollout.line(line.as_bytes(), &mut calls) == Verdict::Unreadable {
            unreadable += 1;
        }
        state = rollout.state();
    }
    (calls.0, unreadable)
}

const META: &str = r#"{"timestamp":"2026-03-01T10:00:00Z","type":"session_meta","payload":{"id":"t","cwd":"/w","model_provider":"azure"}}"#;
const TURN: &str = r#"{"timestamp":"2026-03-01T10:00:00Z","type":"turn_context","payload":{"model":"gpt-5","cwd":"/w/sub","service_tier":"flex"}}"#;
const COUNT: &str = r#"{"timestamp":"2026-03-01T10:00:01Z","type":"event_msg","payload":{"type":"token_count","info":{"total_token_usage":{"input_tokens":9,"output_tokens":4},"last_token_usage":{"input_tokens":9,"cached_input_tokens":5,"output_tokens":4,"reasoning_output_tokens":3}}}}"#;

#[test]
fn a_call_has_what_the_rows_before_it_said() {
    let (calls, unreadable) = read(&[META, TURN, COUNT]);
    assert_eq!((calls.len(), unreadable), (1, 0));
    let call = &calls[0];
    assert_eq!((&*call.session, &*call.project), ("t", "/w/sub"));
    assert_eq!(
        (&*call.model, call.provider.as_deref()),
        ("gpt-5", Some("azure"))
    );
    assert_eq!(call.terms.service_tier.as_deref(), Some("flex"));
    assert_eq!((call.tokens.input, call.tokens.cache_read), (4, 5));
    assert_eq!((call.tokens.output, call.tokens.reasoning), (4, 3));
    assert_eq!(call.identity.call, call.identity.message);
    // Kept in ledgers: this number never changes.
    assert_eq!(
        call.identity.call,
        281_867_644_575_143_016_257_017_523_021_340_456_594
    );
}

#[test]
fn without_heads_the_file_speaks_and_no_model_is_guessed() {
    let (calls, _) = read(&[COUNT]);
    assert_eq!((&*calls[0].session, &*calls[0].model), ("rollout", ""));
    assert_eq!(calls[0].provider, None);
}

#[test]
fn parts_are_never_more_than_their_whole() {
    let tokens = Vector {
        input: 10,
        cached: 8,
        cache_write: 8,
        output: 1,
        reasoning: 5,
        total: 11,
    }
    .tokens();
    assert_eq!((tokens.input, tokens.cache_read), (0, 8));
    assert_eq!((tokens.cache_write_5m, tokens.reasoning), (2, 1));
}

#[test]
fn a_wrong_count_or_time_fails_its_row_and_changes_nothing() {
    let table = [
        COUNT.replace("\"input_tokens\":9", "\"input_tokens\":-9"),
        COUNT.replace("\"output_tokens\":4", "\"output_tokens\":\"4\""),
        COUNT.replace("2026-03-01T10:00:01Z", "soon"),
        COUNT[..COUNT.len() - 1].to_owned(),
    ];
    for wrong in &table {
        let (calls, unreadable) = read(&[META, TURN, wrong, COUNT]);
        assert_eq!((calls.len(), unreadable), (1, 1), "{wrong}");
    }
}

#[test]
fn rows_of_other_shapes_are_passed_over() {
    for line in [
        "[]",
        r#"{"type":"event_msg","payload":"token_count"}"#,
        r#"{"type":"event_msg","payload":{"type":"token_count","info":null}}"#,
        r#"{"type":"response_item","payload":{"type":"token_count","info":{"last_token_usage":{"input_tokens":-1}}}}"#,
        r#"{"type":"token_usage_record","timestamp":"2026-03-01T10:00:01Z","payload":{"usage":null}}"#,
        r#"{"type":"session_meta","payload":{"source":"cli","history_base":7,"id":3}}"#,
    ] {
        assert_eq!(read(&[line]), (vec![], 0), "{line}");
    }
}

#[test]
fn a_record_of_another_thread_is_a_copy() {
    let record = r#"{"timestamp":"2026-03-01T10:00:01Z","type":"token_usage_record","payload":{"thread_id":"t","response_id":"r","usage":{"input_tokens":5}}}"#;
    let (calls, _) = read(&[META, &record.replace("\"t\"", "\"p\""), record, record]);
    assert_eq!(calls.len(), 1);
}

#[test]
fn another_versions_state_is_refused() {
    let markers = Markers::new(&["token_count"], &[]);
    let families = Families::default();
    let fresh = || Rollout::new(Path::new("rollout.jsonl"), &markers, &families);
    let state = String::from_utf8(fresh().state()).unwrap();
    assert!(fresh().resume(state.as_bytes()).is_some());
    let other = state.replace("\"version\":1", "\"version\":2");
    assert!(fresh().resume(other.as_bytes()).is_none());
    assert!(fresh().resume(b"{}").is_none());
}

#[test]
fn a_count_of_another_shape_is_told_with_the_version() {
    let meta = META.replace(r#""cwd""#, r#""cli_version":"0.200.0","cwd""#);
    let markers = Markers::new(&["token_count"], &[]);
    let families = Families::default();
    let fresh = || Rollout::new(Path::new("rollout.jsonl"), &markers, &families);
    let mut calls = Calls::default();
    let mut before = fresh();
    before.line(meta.as_bytes(), &mut calls);
    let mut rollout = fresh().resume(&before.state()).unwrap();
    let other = COUNT.replace("token_usage\"", "usage_of_tokens\"");
    assert_eq!(
        rollout.line(other.as_bytes(), &mut calls),
        Verdict::Unrecognised
    );
    assert_eq!(rollout.version(), Some("0.200.0"));
    let none = r#"{"timestamp":"2026-03-01T10:00:01Z","type":"event_msg","payload":{"type":"token_count","info":{"model_context_window":1}}}"#;
    assert_eq!(rollout.line(none.as_bytes(), &mut calls), Verdict::Read);
}

/// What the lines say of limits: when, and how much is used.
fn limits(lines: &[String]) -> Vec<(u64, String)> {
    let markers = Markers::new(&["token_count"], &[]);
    let families = Families::default();
    let mut rollout = Rollout::new(Path::new("rollout.jsonl"), &markers, &families);
    let mut calls = Calls::default();
    for line in lines {
        assert_eq!(rollout.line(line.as_bytes(), &mut calls), Verdict::Read);
    }
    let found = rollout.limits();
    assert_eq!(rollout.limits(), [], "told once");
    let told = found.into_iter();
    told.map(|it| (it.at.seconds() % 60, it.used_percent.to_string()))
        .collect()
}

fn count_with_limits(second: u64, total: u64, used_percent: u64) -> String {
    format!(
        r#"{{"timestamp":"2026-03-01T10:00:{second:02}Z","type":"event_msg","payload":{{"type":"token_count","info":{{"total_token_usage":{{"input_tokens":{total}}},"last_token_usage":{{"input_tokens":5}}}},"rate_limits":{{"primary":{{"used_percent":{used_percent},"window_minutes":300}}}}}}}}"#
    )
}

#[test]
fn limits_are_those_of_the_last_row_that_tells_of_a_call() {
    let meta = META.to_owned();
    let (one, two) = (count_with_limits(1, 5, 10), count_with_limits(2, 10, 12));
    assert_eq!(limits(&[meta.clone(), one.clone()]), [(1, "10".to_owned())]);
    assert_eq!(
        limits(&[meta.clone(), one.clone(), two.clone()]),
        [(2, "12".to_owned())]
    );
    // Written again at 3, with the limits of 2.
    let again = count_with_limits(3, 10, 12);
    assert_eq!(limits(&[meta, one, two, again]), [(2, "12".to_owned())]);
}

#[test]
fn copies_of_another_threads_rows_say_nothing_of_now() {
    let fork = r#"{"timestamp":"2026-03-01T10:00:30Z","type":"session_meta","payload":{"id":"child","timestamp":"2026-03-01T10:00:30Z","forked_from_id":"t"}}"#;
    let copied = count_with_limits(1, 5, 10);
    assert_eq!(limits(&[fork.to_owned(), copied]), []);
}
