//! What must not pass, and what must pass unharmed.

use super::*;
use log::Log as _;
use std::sync::Mutex;

fn masker() -> Masker {
    Masker::new().unwrap()
}

/// Made at run time, so that scanners of this repository do not find keys in it.
fn secret(prefix: &str) -> String {
    format!("{prefix}{}", "Ab3dEf6hIj9kLm2nOp5qRs8tUv1wXy4z7A")
}

#[test]
fn shapes_are_masked_and_their_context_kept() {
    let jwt = format!("{}.{}.sig", secret("eyJ"), secret(""));
    let table = [
        (
            format!("Authorization: Bearer {}", secret("")),
            "Authorization: Bearer [masked]".to_owned(),
        ),
        (
            format!("key {} used", secret("sk-ant-api03-")),
            "key [masked] used".into(),
        ),
        (secret("ghp_"), MASK.into()),
        (secret("AIza"), MASK.into()),
        (secret("xoxb-"), MASK.into()),
        (secret("glsa_"), MASK.into()),
        (secret("hf_"), MASK.into()),
        (format!("AKIA{}", "ABCDEFGH12345678"), MASK.into()),
        (jwt, MASK.into()),
        (
            "https://me:hunter22@host/x".into(),
            "https://me:[masked]@host/x".into(),
        ),
        (
            "api_key=abcd1234 next".into(),
            "api_key=[masked] next".into(),
        ),
        (
            "{\"password\": \"hunter22\"}".into(),
            "{\"password\": \"[masked]\"}".into(),
        ),
    ];
    for (text, expected) in table {
        assert_eq!(masker().mask(&text), expected);
    }
}

#[test]
fn ordinary_text_is_not_touched() {
    for text in [
        "input_tokens=5 output_tokens=7",
        "the bearer of this task-force-list",
        "https://host:4317/path",
        "risk-assessment-of-the-very-long-kind",
        "started ollama",
        "tests/api_key.rs:12",
    ] {
        assert!(matches!(masker().mask(text), Cow::Borrowed(_)), "{text}");
    }
}

#[test]
fn a_known_token_is_masked_whatever_its_shape() {
    let masker = masker();
    masker.add_secret("plain-words");
    assert_eq!(masker.mask("got plain-words back"), "got [masked] back");
}

type Heard = (String, Vec<(String, String)>);

#[derive(Default)]
struct Seen(Mutex<Vec<Heard>>);

impl log::Log for &Seen {
    fn enabled(&self, metadata: &log::Metadata<'_>) -> bool {
        metadata.target() != "off"
    }

    fn log(&self, record: &log::Record<'_>) {
        struct Pairs(Vec<(String, String)>);
        impl<'kvs> VisitSource<'kvs> for Pairs {
            fn visit_pair(&mut self, key: Key<'kvs>, value: Value<'kvs>) -> Result<(), Error> {
                self.0.push((key.to_string(), format!("{value:?}")));
                Ok(())
            }
        }
        let mut pairs = Pairs(Vec::new());
        record.key_values().visit(&mut pairs).unwrap();
        self.0
            .lock()
            .unwrap()
            .push((record.args().to_string(), pairs.0));
    }

    fn flush(&self) {}
}

#[test]
fn values_are_masked_and_the_others_keep_their_type() {
    let seen = Seen::default();
    let log = MaskingLog::new(masker(), &seen);
    let key = secret("sk-");
    let pairs: [(&str, Value<'_>); 3] = [
        ("n", Value::from(7)),
        ("note", Value::from(key.as_str())),
        ("authorization", "x".into()),
    ];
    log.log(
        &log::Record::builder()
            .args(format_args!("m {key}"))
            .key_values(&pairs)
            .build(),
    );
    let expected = [
        ("n", "7"),
        ("note", "\"[masked]\""),
        ("authorization", "\"[masked]\""),
    ]
    .map(|(k, v)| (k.to_owned(), v.to_owned()));
    assert_eq!(
        *seen.0.lock().unwrap(),
        [("m [masked]".to_owned(), expected.to_vec())]
    );
}

#[test]
fn a_display_that_logs_does_not_deadlock_or_panic() {
    let seen = Seen::default();
    let log = MaskingLog::new(masker(), &seen);
    struct Chatty<'a>(&'a MaskingLog<&'a Seen>);
    impl std::fmt::Display for Chatty<'_> {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            self.0
                .log(&log::Record::builder().args(format_args!("inner")).build());
            f.write_str("outer")
        }
    }
    log.log(
        &log::Record::builder()
            .args(format_args!("{}", Chatty(&log)))
            .build(),
    );
    let messages: Vec<_> = seen
        .0
        .lock()
        .unwrap()
        .iter()
        .map(|(m, _)| m.clone())
        .collect();
    assert_eq!(messages, ["inner", "outer"]);
}

#[test]
fn an_endless_message_is_cut_and_says_so() {
    let seen = Seen::default();
    let log = MaskingLog::new(masker(), &seen);
    let long = "é".repeat(MAX_MESSAGE_BYTES);
    log.log(&log::Record::builder().args(format_args!("{long}")).build());
    let (message, _) = seen.0.lock().unwrap().remove(0);
    assert!(message.ends_with(&format!("… [{MAX_MESSAGE_BYTES} bytes cut]")));
    assert!(message.len() < MAX_MESSAGE_BYTES + 64);
}

#[test]
fn what_no_sink_wants_is_not_formatted() {
    struct Bomb;
    impl std::fmt::Display for Bomb {
        fn fmt(&self, _: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            panic!("formatted")
        }
    }
    let seen = Seen::default();
    let log = MaskingLog::new(masker(), &seen);
    log.log(
        &log::Record::builder()
            .target("off")
            .args(format_args!("{Bomb}"))
            .build(),
    );
    assert!(seen.0.lock().unwrap().is_empty());
}
