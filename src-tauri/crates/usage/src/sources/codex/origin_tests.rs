use super::*;
use crate::json::Object;
use crate::sources::codex::rows::Row;

const CHILD: &str = "019ca8d8-8c00-7000-8000-000000000002";

/// An origin whose thread was made at `BORN` and names a parent.
fn forked() -> Origin {
    let mut origin = Origin::default();
    let line = format!(
        r#"{{"type":"session_meta","payload":{{"id":"{CHILD}","forked_from_id":"p","timestamp":"{BORN}"}}}}"#
    );
    meta(&mut origin, &line, 0);
    origin
}

/// What [`CHILD`]'s id says, too.
const BORN: &str = "2026-03-01T10:10:24Z";

fn born() -> u64 {
    crate::json::instant(BORN).unwrap().0
}

fn meta(origin: &mut Origin, line: &str, after: u64) {
    let row: Row<'_> = serde_json::from_str(line).unwrap();
    let Object(Some(payload)) = &row.payload else {
        panic!("{line}")
    };
    origin.meta(payload, Some(UnixNanos(born() + after)), "file");
}

fn is_own(origin: &mut Origin, after: i64, parent_has: Option<bool>) -> bool {
    let row = Sighting {
        at: UnixNanos(born().saturating_add_signed(after)),
        ordinal: None,
        thread: None,
        is_first_of_counter: false,
    };
    origin.is_own(&row, |_| parent_has)
}

const SECOND: i64 = 1_000_000_000;

#[test]
fn a_row_older_than_its_thread_is_a_copy_whatever_the_parent_has() {
    for parent_has in [None, Some(true), Some(false)] {
        assert!(!is_own(&mut forked(), -1, parent_has));
    }
}

#[test]
fn the_first_own_row_ends_the_copies() {
    let mut origin = forked();
    assert!(!is_own(&mut origin, 1, Some(true)));
    assert!(is_own(&mut origin, 2, Some(false)));
    assert!(is_own(&mut origin, 3, Some(true)));
}

#[test]
fn a_pause_ends_copies_that_came_in_one_go() {
    let mut origin = forked();
    assert!(!is_own(&mut origin, SECOND / 2, Some(true)));
    assert!(is_own(&mut origin, 30 * SECOND, Some(true)));
    // A first row after a pause, without a copied head, is no copy.
    assert!(is_own(&mut forked(), SECOND, Some(true)));
}

#[test]
fn a_turn_is_as_old_as_its_id() {
    let old = "019ca8d0-0000-7000-8000-000000000001";
    let new = "019ca8d8-8c01-7000-8000-000000000001";
    let mut origin = forked();
    origin.turn(Some(old));
    assert!(!is_own(&mut origin, 60 * SECOND, Some(false)));
    origin.turn(Some(new));
    assert!(is_own(&mut origin, 60 * SECOND + 1, Some(true)));
}

#[test]
fn an_id_with_another_time_than_its_thread_says_nothing() {
    let mut origin = forked();
    origin.owner = Some("01000000-0000-7000-8000-000000000002".to_owned());
    origin.turn(Some("00f00000-0000-7000-8000-000000000001"));
    assert!(is_own(&mut origin, 60 * SECOND, Some(false)));
}

#[test]
fn its_own_head_again_ends_the_copies() {
    let mut origin = forked();
    meta(&mut origin, r#"{"payload":{"id":"p"}}"#, 1);
    assert!(!is_own(&mut origin, 2, None));
    meta(
        &mut origin,
        &format!(r#"{{"payload":{{"id":"{CHILD}"}}}}"#),
        3,
    );
    assert!(is_own(&mut origin, 4, None));
}

#[test]
fn the_head_of_another_thread_makes_a_fork_of_a_file_without_a_mark() {
    let mut origin = Origin::default();
    meta(&mut origin, r#"{"payload":{"id":"c"}}"#, 0);
    meta(&mut origin, r#"{"payload":{"id":"p"}}"#, 1);
    assert_eq!(origin.parent.as_deref(), Some("p"));
    assert!(!is_own(&mut origin, 2, None));
}
