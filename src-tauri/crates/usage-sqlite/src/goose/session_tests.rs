use super::*;

#[test]
fn what_was_cached_lies_inside_the_input() {
    let recorded = Recorded {
        input: Some(100),
        output: Some(20),
        cache_read: Some(30),
        cache_write: Some(10),
    };
    let tokens = recorded.tokens().unwrap();
    assert_eq!(
        (tokens.input, tokens.cache_read, tokens.cache_write_5m),
        (60, 30, 10)
    );
    let nothing = Recorded::default().tokens().unwrap();
    assert_eq!(nothing.total(), 0);
    for wrong in [-1, MOST_TOKENS + 1] {
        let output = Some(wrong);
        assert_eq!(Recorded { output, ..recorded }.tokens(), None, "{wrong}");
    }
}

#[test]
fn a_session_keeps_its_identity_when_it_moves_into_the_database() {
    let identities = &mut Identities::default();
    let mut of = |session: &str, created: &str| sum(identities, session, created);
    assert_eq!(
        of("20250727_142210", ""),
        of("20250727_142210", "2025-07-27 12:22:10")
    );
    assert_ne!(
        of("20260301_7", "2026-03-01 10:00:00"),
        of("20260301_7", "2026-03-01 11:00:00")
    );
}

#[test]
fn times_are_read_in_each_way_they_are_written() {
    let expected = json::instant("2026-03-01T10:00:00Z");
    assert!(expected.is_some());
    assert_eq!(time("2026-03-01 10:00:00"), expected);
    assert_eq!(time("2026-03-01T11:00:00+01:00"), expected);
    assert_eq!(begun("20260301_100000"), expected);
    assert_eq!(moment(1_772_359_200), expected);
    assert_eq!(moment(1_772_359_200_000), expected);
    for none in ["", "yesterday", "20261399_100000"] {
        assert_eq!((time(none), begun(none)), (None, None), "{none}");
    }
    assert_eq!(
        (moment(0), moment(-1), moment(i64::MAX)),
        (None, None, None)
    );
}
