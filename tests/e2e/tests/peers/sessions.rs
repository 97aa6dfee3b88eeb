//! The tools whose histories have one shape, beside what ccusage says of them: where it agrees, and
//! why it does not elsewhere.

use super::{Answer, of, ours, theirs};
use aco_e2e::aco::Aco;
use aco_histories::{Manifest, Shape, amp, copilot, droid, gemini, goose, kimi, opencode, qwen};
use std::io;
use std::path::Path;

/// A history of so many sessions, and both answers.
#[expect(clippy::print_stdout, reason = "what a rig prints is its finding")]
fn both(
    write: impl Fn(&Path, &Shape) -> io::Result<Manifest>,
    tool: &str,
    sessions: u32,
) -> (Manifest, Answer, Answer) {
    let aco = Aco::builder().build();
    let shape = Shape {
        sessions,
        ..Shape::SMALL
    };
    let manifest = write(&aco.user_home(), &shape).unwrap();
    let (ours, theirs) = (ours(&aco, &manifest), theirs(&aco, tool, "totalCost"));
    println!("{tool}: {ours:?} and {theirs:?}");
    (manifest, ours, theirs)
}

fn reasoning(manifest: &Manifest, model: &str) -> u64 {
    let calls = manifest.calls();
    let of_model = calls.filter(|spent| spent.model.starts_with(model));
    of_model.map(|spent| spent.tokens.reasoning).sum()
}

/// Thoughts are billed as output; they show them apart, and price them too. Where a message states a
/// total of 0, they take its cached tokens for a part beside its input.
#[test]
#[ignore = "a rig: compares with ccusage, which comes from npm"]
fn peers_agree_on_gemini_cli_but_for_where_cached_tokens_lie() {
    let (manifest, ours, theirs) = both(gemini::write, "gemini", 1);
    let shown = theirs.tokens.output + reasoning(&manifest, "");
    assert_eq!(ours.tokens.output, shown);
    assert_eq!(ours.tokens.cache_read, theirs.tokens.cache_read);
    assert!(theirs.tokens.input >= ours.tokens.input);
}

/// They count a chat again where it was copied, resumed from an object, or moved by an upgrade.
#[test]
#[ignore = "a rig: compares with ccusage, which comes from npm"]
fn peers_count_copied_chats_of_gemini_cli_again() {
    let (_, ours, theirs) = both(gemini::write, "gemini", 6);
    assert!(theirs.tokens.cache_read > ours.tokens.cache_read);
}

#[test]
#[ignore = "a rig: compares with ccusage, which comes from npm"]
fn peers_agree_on_the_end_of_a_session_of_copilot() {
    let (_, ours, theirs) = both(copilot::write, "copilot", 1);
    assert_eq!(ours.tokens, theirs.tokens);
}

/// Of a session that was entered twice, they take the last end alone; each end begins at zero.
#[test]
#[ignore = "a rig: compares with ccusage, which comes from npm"]
fn peers_take_one_end_of_a_session_of_copilot() {
    let (_, ours, theirs) = both(copilot::write, "copilot", 2);
    assert!(theirs.tokens.output < ours.tokens.output);
}

/// They leave what was written to a cache in the input it lies in.
#[test]
#[ignore = "a rig: compares with ccusage, which comes from npm"]
fn peers_count_cache_writes_of_copilot_s_export_twice() {
    let (_, _, before) = both(copilot::write, "copilot", 2);
    let (manifest, _, theirs) = both(copilot::write, "copilot", 3);
    let exported = of(&manifest, |spent| spent.project.is_empty());
    assert!(exported.cache_write > 0);
    let added = theirs.tokens.input - before.tokens.input;
    assert_eq!(added, exported.input + exported.cache_write);
    let added = theirs.tokens.cache_write - before.tokens.cache_write;
    assert_eq!(added, exported.cache_write);
}

/// They leave cached tokens in the prompt they lie in, and Google's thoughts out of the output.
#[test]
#[ignore = "a rig: compares with ccusage, which comes from npm"]
fn peers_count_cached_tokens_of_qwen_code_twice() {
    let (manifest, ours, theirs) = both(qwen::write, "qwen", 3);
    assert_eq!(theirs.tokens.cache_read, ours.tokens.cache_read);
    let both_times = ours.tokens.input + ours.tokens.cache_read;
    assert_eq!(theirs.tokens.input, both_times);
    let shown = theirs.tokens.output + reasoning(&manifest, "gemini");
    assert_eq!(ours.tokens.output, shown);
}

#[test]
#[ignore = "a rig: compares with ccusage, which comes from npm"]
fn peers_agree_on_amp() {
    let (_, ours, theirs) = both(amp::write, "amp", 1);
    assert_eq!(ours.tokens, theirs.tokens);
}

/// Where another model was asked on the way to a message, they count the message's cache for it again.
#[test]
#[ignore = "a rig: compares with ccusage, which comes from npm"]
fn peers_count_caches_of_amp_s_ledger_again() {
    let (_, ours, theirs) = both(amp::write, "amp", 2);
    assert_eq!(
        (ours.tokens.input, ours.tokens.output),
        (theirs.tokens.input, theirs.tokens.output)
    );
    assert!(theirs.tokens.cache_read > ours.tokens.cache_read);
}

/// In dollars they add thinking to the output that it lies in.
#[test]
#[ignore = "a rig: compares with ccusage, which comes from npm"]
fn peers_agree_on_the_tokens_of_droid() {
    let (_, ours, theirs) = both(droid::write, "droid", Shape::SMALL.sessions);
    assert_eq!(ours.tokens, theirs.tokens);
}

/// They take a model from the configuration, where the sessions name none.
#[test]
#[ignore = "a rig: compares with ccusage, which comes from npm"]
fn peers_agree_on_the_tokens_of_kimi() {
    let (_, ours, theirs) = both(kimi::write, "kimi", 3);
    assert_eq!(ours.tokens, theirs.tokens);
}

/// The last of these begins with a copy of the session before it.
#[test]
#[ignore = "a rig: compares with ccusage, which comes from npm"]
fn peers_count_forks_of_kimi_again() {
    let (_, ours, theirs) = both(kimi::write, "kimi", 4);
    assert!(theirs.tokens.output > ours.tokens.output);
}

/// They read a message's own counts, which are those of its last step; take a fork's copies for other
/// messages; and leave reasoning out, which lies beside the output.
#[test]
#[ignore = "a rig: compares with ccusage, which comes from npm"]
fn peers_count_opencode_by_last_steps_and_forks_again() {
    let (_, ours, theirs) = both(opencode::write, "opencode", 1);
    assert_ne!(ours.tokens, theirs.tokens);
    let (_, ours, theirs) = both(opencode::write, "opencode", 24);
    assert_ne!(ours.tokens, theirs.tokens);
}

/// They read the sums of sessions alone: not the calls that are told since schema 15, nor the files of
/// before the database; and take what was read from a cache for plain input.
#[test]
#[ignore = "a rig: compares with ccusage, which comes from npm"]
fn peers_count_goose_by_sums_with_the_cache_as_input() {
    let (_, ours, theirs) = both(goose::write, "goose", 24);
    assert!(ours.tokens.cache_read > 0 && theirs.tokens.input > 0);
    assert_eq!(theirs.tokens.cache_read, 0);
}
