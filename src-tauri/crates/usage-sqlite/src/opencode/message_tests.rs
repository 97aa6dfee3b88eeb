use super::*;

fn message(json: &str) -> Message<'_> {
    Message::read(json.as_bytes()).unwrap().unwrap()
}

#[test]
fn reasoning_lies_beside_output_and_the_cache_beside_input() {
    let read = message(
        r#"{"role":"assistant","tokens":{"input":1,"output":20,"reasoning":300,
            "cache":{"read":4000,"write":50000}},"cost":0.5}"#,
    );
    let Spent::Tokens(tokens, cost) = read.spent() else {
        panic!("{:?}", read.spent());
    };
    let counts = [
        tokens.input,
        tokens.output,
        tokens.reasoning,
        tokens.cache_read,
    ];
    assert_eq!(counts, [1, 320, 300, 4000]);
    assert_eq!((tokens.cache_write_5m, tokens.cache_write_1h), (50_000, 0));
    assert_eq!(cost, Some(aco_domain::NanoUsd(500_000_000)));
}

#[test]
fn a_cost_of_nothing_is_none_and_a_wrong_count_is_unreadable() {
    let free = message(r#"{"tokens":{"input":1,"output":1},"cost":0}"#);
    assert!(matches!(free.spent(), Spent::Tokens(_, None)));
    let other = message(r#"{"tokens":{"prompt":5,"completion":5}}"#);
    assert_eq!(other.spent(), Spent::Unrecognised);
    let step = Part::read(br#"{"type":"step-finish","usage":{"input":5}}"#);
    let step = step.unwrap().unwrap();
    assert_eq!(step.spent_by_step(), Spent::Unrecognised);
    for nothing in [
        r#"{"tokens":null}"#,
        r#"{"tokens":{"input":0,"output":0}}"#,
        "{}",
    ] {
        assert_eq!(message(nothing).spent(), Spent::Nothing, "{nothing}");
    }
    for wrong in ["-1", "1.5", "\"1\"", "9e99"] {
        let json = format!(r#"{{"tokens":{{"input":{wrong}}}}}"#);
        assert_eq!(message(&json).spent(), Spent::Unreadable, "{wrong}");
    }
}

#[test]
fn a_fork_and_an_upgrade_say_the_same_as_the_original() {
    let mut maker = Maker::default();
    let tokens = TokenCounts {
        input: 5,
        ..TokenCounts::default()
    };
    let mut of = |json: &str| maker.content(&message(json), &tokens);
    let first = of(r#"{"modelID":"m","providerID":"p","sessionID":"a","time":{"created":9}}"#);
    assert!(first.is_some());
    let same = [
        r#"{"modelID":"m","providerID":"p","sessionID":"b","time":{"created":9,"completed":10}}"#,
        r#"{"model":{"id":"m","providerID":"p"},"time":{"created":9}}"#,
    ];
    for same in same {
        assert_eq!(of(same), first, "{same}");
    }
    let other = [
        r#"{"modelID":"n","providerID":"p","time":{"created":9}}"#,
        r#"{"modelID":"m","providerID":"q","time":{"created":9}}"#,
        r#"{"modelID":"m","providerID":"p","time":{"created":8}}"#,
    ];
    for other in other {
        assert_ne!(of(other), first, "{other}");
    }
    assert_eq!(
        of(r#"{"modelID":"m"}"#),
        None,
        "it cannot be told from its like"
    );
}

#[test]
fn a_message_is_finished_when_it_says_so_or_has_failed() {
    let cases = [
        (r#"{"role":"assistant","time":{"created":1}}"#, false),
        (
            r#"{"role":"assistant","time":{"created":1,"completed":2}}"#,
            true,
        ),
        (
            r#"{"role":"assistant","time":{"created":1},"error":{"name":"x"}}"#,
            true,
        ),
    ];
    for (json, finished) in cases {
        assert_eq!(message(json).is_finished(), finished, "{json}");
    }
    assert!(!message(r#"{"role":"user"}"#).is_by_a_model());
    assert!(message("{}").is_by_a_model());
}
