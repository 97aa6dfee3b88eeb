use super::*;
use jiff::civil::date;

/// 24 September 2026, 14:32:19 in Berlin.
fn now() -> Now {
    Now {
        at: at(date(2026, 9, 24).at(14, 32, 19, 0)),
        zone: zone(),
        home: Some(PathBuf::from("/home/anna")),
    }
}

fn zone() -> TimeZone {
    // Two hours before UTC the whole year: no zone database is needed.
    TimeZone::fixed(jiff::tz::offset(2))
}

fn at(civil: jiff::civil::DateTime) -> UnixNanos {
    let nanos = civil.to_zoned(zone()).unwrap().timestamp().as_nanosecond();
    UnixNanos(u64::try_from(nanos).unwrap())
}

#[test]
fn times_are_as_short_as_they_can_be() {
    let now = now();
    let table = [
        (
            date(2026, 9, 24).at(14, 31, 2, 114_000_000),
            ("14:31", "14:31:02", "Thu 24 Sep, 14:31:02.114"),
        ),
        (
            date(2026, 9, 23).at(23, 59, 59, 0),
            ("yesterday", "23 Sep, 23:59", "Wed 23 Sep, 23:59:59.000"),
        ),
        (
            date(2026, 9, 19).at(3, 12, 0, 0),
            ("19 Sep", "19 Sep, 03:12", "Sat 19 Sep, 03:12:00.000"),
        ),
        (
            date(2025, 9, 24).at(3, 12, 0, 0),
            (
                "24 Sep 2025",
                "24 Sep 2025, 03:12",
                "Wed 24 Sep 2025, 03:12:00.000",
            ),
        ),
    ];
    for (civil, (short, precise, exact)) in table {
        let instant = at(civil);
        assert_eq!(now.short(instant), short);
        assert_eq!(now.precise(instant), precise);
        assert_eq!(now.exact(instant), exact);
    }
}

#[test]
fn what_is_to_come_says_which_day() {
    let now = now();
    let table = [
        (date(2026, 9, 24).at(15, 30, 0, 0), "15:30"),
        (date(2026, 9, 25).at(0, 0, 0, 0), "tomorrow, 00:00"),
        (date(2026, 9, 27).at(9, 0, 0, 0), "27 Sep, 09:00"),
        (date(2027, 1, 2).at(9, 0, 0, 0), "2 Jan 2027, 09:00"),
    ];
    for (civil, text) in table {
        assert_eq!(now.until(at(civil)), text);
    }
}

#[test]
fn paths_below_the_users_folder_are_short() {
    let now = now();
    let table = [
        ("/home/anna/.claude/projects", "~/.claude/projects"),
        ("/home/anna", "~"),
        ("/home/annabel/.codex", "/home/annabel/.codex"),
        ("/opt/x", "/opt/x"),
    ];
    for (path, text) in table {
        let [path, text] = [path, text].map(|p| p.replace('/', std::path::MAIN_SEPARATOR_STR));
        assert_eq!(now.path(Path::new(&path)), text);
    }
}

#[test]
fn spans_and_sizes_have_one_unit() {
    for (seconds, text) in [
        (0, "0 s"),
        (59, "59 s"),
        (60, "1 min"),
        (3_599, "59 min"),
        (3_600, "1 h"),
        (172_799, "47 h"),
        (172_800, "2 d"),
    ] {
        assert_eq!(span(seconds), text);
    }
    for (count, text) in [
        (0, "0 bytes"),
        (999, "999 bytes"),
        (188_400, "188 kB"),
        (1_149_999, "1.1 MB"),
        (100_000_000, "100 MB"),
        (999_999_999, "999 MB"),
        (3_400_000_000, "3.4 GB"),
        (u64::MAX, "18446744 TB"),
    ] {
        assert_eq!(bytes(count), text);
    }
}

#[test]
fn a_sentence_begins_and_ends() {
    for (text, expected) in [
        ("", ""),
        ("the token is missing", "The token is missing."),
        ("done. ", "Done."),
        ("österreich", "Österreich."),
        (
            "otel.home.arpa:4317 is silent",
            "otel.home.arpa:4317 is silent.",
        ),
        ("config.toml, line 14: no", "config.toml, line 14: no."),
        ("it answers “no”", "It answers “no”."),
        ("`spool.max_age` is short", "`spool.max_age` is short."),
    ] {
        assert_eq!(sentence(text), expected);
    }
    assert_eq!(
        sentence_since("it answers “no”.", "13:47"),
        "It answers “no”, since 13:47."
    );
}
