use super::*;

/// The calls of `lines`, each read by a parser that knows the others by state alone.
fn read(lines: &[&str]) -> (Vec<Call>, Vec<Verdict>) {
    let (mut state, mut calls, mut verdicts) = (Vec::new(), Calls::default(), Vec::new());
    for line in lines {
        let fresh = Chat::new(Path::new("/h/.gemini/tmp/app/chats/session-1.jsonl"));
        let mut chat = fresh.resume(&state).expect("its own state");
        verdicts.push(chat.line(line.as_bytes(), &mut calls));
        state = chat.state();
    }
    (calls.0, verdicts)
}

const HEAD: &str = r#"{"sessionId":"s-1","projectHash":"h","startTime":"2026-01-02T03:04:05Z"}"#;
const MESSAGE: &str = r#"{"id":"m-1","timestamp":"2026-01-02T03:04:06.5Z","type":"gemini","content":"\"tokens\":{\"input\":9}","thoughts":[],"tokens":{"input":100,"output":20,"cached":60,"thoughts":7,"tool":5,"total":132},"model":"gemini-2.5-pro"}"#;

#[test]
fn everything_a_message_tells_is_taken() {
    let (calls, _) = read(&[HEAD, MESSAGE]);
    let [call] = &calls[..] else {
        panic!("{calls:?}");
    };
    assert_eq!(
        call.tokens,
        TokenCounts {
            input: 45,
            output: 27,
            cache_read: 60,
            reasoning: 7,
            ..TokenCounts::default()
        }
    );
    assert_eq!(call.at, UnixNanos(1_767_323_046_500_000_000));
    assert_eq!((&*call.session, &*call.project), ("s-1", "app"));
    assert_eq!(
        (&*call.model, call.provider.as_deref()),
        ("gemini-2.5-pro", Some("google"))
    );
    // Kept in ledgers: this number never changes.
    assert_eq!(
        call.identity.call,
        12_956_344_084_976_013_573_952_048_734_659_298_197
    );
}

#[test]
fn an_update_tells_what_its_messages_tell() {
    let update = format!(r#"{{"$set":{{"messages":[{{"type":"user"}},{MESSAGE},5]}}}}"#);
    let (calls, _) = read(&[HEAD, &update, r#"{"$rewindTo":"m-1"}"#]);
    assert_eq!(calls, read(&[HEAD, MESSAGE]).0);
    let legacy = HEAD.replace(
        r#""projectHash""#,
        &format!(r#""messages":[{MESSAGE}],"projectHash""#),
    );
    assert_eq!(read(&[&legacy]).0, calls);
}

#[test]
fn what_is_no_call_is_passed_over() {
    for (from, to) in [
        (r#""type":"gemini""#, r#""type":"user""#),
        (
            r#""tokens":{"input":100,"output":20,"cached":60,"thoughts":7,"tool":5,"total":132}"#,
            r#""tokens":null"#,
        ),
        (
            r#"{"input":100,"output":20,"cached":60,"thoughts":7,"tool":5,"total":132}"#,
            r#"{"input":0,"output":0,"total":0}"#,
        ),
    ] {
        let line = MESSAGE.replace(from, to);
        assert_ne!(line, MESSAGE);
        let (calls, verdicts) = read(&[HEAD, &line]);
        assert_eq!((calls.len(), verdicts[1]), (0, Verdict::Read), "{line}");
    }
}

#[test]
fn wrong_counts_and_unknown_names_are_told_apart() {
    let verdict = |from: &str, to: &str| read(&[HEAD, &MESSAGE.replace(from, to)]).1[1];
    assert_eq!(
        verdict(r#""input":100"#, r#""input":-1"#),
        Verdict::Unreadable
    );
    assert_eq!(
        verdict("2026-01-02T03:04:06.5Z", "soon"),
        Verdict::Unreadable
    );
    assert_eq!(
        verdict(
            r#"{"input":100,"output":20,"cached":60,"thoughts":7,"tool":5,"total":132}"#,
            r#"{"prompt":5}"#
        ),
        Verdict::Unrecognised
    );
}

#[test]
fn messages_without_an_id_count_each() {
    let line = MESSAGE.replace(r#""id":"m-1","#, "");
    assert_eq!(read(&[HEAD, &line, &line]).0.len(), 2);
}

#[test]
fn an_identity_is_the_session_and_the_message() {
    let other = HEAD.replace("s-1", "s-2");
    let one = &read(&[HEAD, MESSAGE]).0[0];
    assert_ne!(read(&[&other, MESSAGE]).0[0].identity, one.identity);
    // A later line may name another, and the chat keeps its own.
    assert_eq!(read(&[HEAD, &other, MESSAGE]).0[0].identity, one.identity);
}
