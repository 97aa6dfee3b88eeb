//! What tests of one kind ask again and again: did everything arrive, and what does the user read?

use std::time::Duration;

use crate::aco::Aco;
use crate::stack::Stack;
use crate::wait::poll;
use crate::{eventually, loki};

/// One thing that needs the user, as `aco status` says it.
#[derive(Clone, Debug)]
pub struct Attention {
    /// What is wrong, and where.
    pub what: String,
    /// What to do about it.
    pub remedy: String,
}

/// Waits until the status asks for attention with this code and, for codes with several causes,
/// these words; requires that the words for people say the same.
#[track_caller]
pub fn needs_attention(aco: &Aco, deadline: Duration, code: &str, words: &str) -> Attention {
    let waited_for = format!("attention `{code}` saying `{words}`");
    let mut last = serde_json::Value::Null;
    let found = poll(deadline, || {
        last = aco.status();
        let all = last["attention"].as_array().expect("a list");
        let text = |value: &serde_json::Value| value.as_str().expect("text").to_owned();
        all.iter()
            .filter(|attention| attention["code"] == code)
            .map(|attention| Attention {
                what: text(&attention["what"]),
                remedy: text(&attention["remedy"]),
            })
            .find(|attention| attention.what.contains(words))
    });
    let found =
        found.unwrap_or_else(|| panic!("waited {deadline:?} in vain for {waited_for}: {last:#}"));
    assert_eq!(last["state"], "attention", "{last:#}");
    let in_words = aco.cmd(&["status"]);
    assert_eq!(in_words.code, 0, "{in_words:?}");
    for part in [&found.what, &found.remedy] {
        assert!(in_words.stdout.contains(part.as_str()), "{in_words:?}");
    }
    found
}

/// The sequence numbers of this installation's records in Loki, sorted, copies included.
#[track_caller]
pub fn sequences(stack: &Stack, aco: &Aco) -> Vec<u64> {
    let status = aco.status();
    let installation = status["installation"].as_str().expect("an id");
    assert!(!installation.is_empty(), "no agent runs: {status:#}");
    let mut sequences: Vec<u64> = stack
        .loki()
        .uids()
        .iter()
        .filter_map(|uid| uid.strip_prefix(installation)?.strip_prefix('-'))
        .map(|sequence| sequence.parse().expect("a number"))
        .collect();
    sequences.sort_unstable();
    sequences
}

/// Requires every number of this installation up to the highest in Loki, copies or not. Returns how
/// many there are.
#[track_caller]
pub fn none_missing(stack: &Stack, aco: &Aco) -> u64 {
    let status = aco.status();
    let recorded = status["records"]["spooled"].as_u64().expect("a number");
    let sequences = sequences(stack, aco);
    let missing: Vec<u64> = (1..=recorded)
        .filter(|n| sequences.binary_search(n).is_err())
        .collect();
    assert!(missing.is_empty(), "missing of {recorded}: {missing:?}");
    recorded
}

/// Waits until nothing is left to ship and the agent calls itself up to date, then requires every
/// number of this installation in Loki, each once. Returns how many there are.
#[track_caller]
pub fn all_arrived(stack: &Stack, aco: &Aco, deadline: Duration) -> u64 {
    let mut last = serde_json::Value::Null;
    let empty = poll(deadline, || {
        last = aco.status();
        (last["backlog"]["records"] == 0).then_some(())
    });
    assert!(empty.is_some(), "a backlog after {deadline:?}: {last:#}");
    let recorded = none_missing(stack, aco);
    let copies = loki::copies(&stack.loki().uids());
    assert!(copies.is_empty(), "copies in Loki: {copies:?}");
    recorded
}

/// Waits until the agent ships and nothing needs the user.
#[track_caller]
pub fn is_content(aco: &Aco, deadline: Duration) {
    eventually(deadline, "nothing that needs attention", || {
        let status = aco.status();
        status["state"] == "shipping" && status["attention"] == serde_json::json!([])
    });
}
