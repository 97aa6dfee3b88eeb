use super::*;
use crate::fixtures::{self, line, now, status, today};
use aco_domain::{LineLevel, UnixNanos};

fn stream(level: Level, text: &str) -> LogStream {
    let filter = LogFilter {
        level,
        text: text.to_owned(),
    };
    let mut stream = LogStream::new(7, filter);
    stream.note(&status(), &now());
    stream
}

fn shipping(seq: u64, at: UnixNanos) -> aco_domain::LogLine {
    aco_domain::LogLine {
        seq: Some(seq),
        ..line(seq, at, LineLevel::Info, "hello")
    }
}

fn marks(batch: &LogBatch) -> Vec<Mark> {
    let lines = batch.rows.iter().filter_map(|row| match row {
        LogRow::Line(line) => line.marked.as_ref().map(|marked| marked.mark),
        LogRow::Lost { .. } => None,
    });
    lines.collect()
}

#[test]
fn each_line_says_where_its_record_is() {
    let mut stream = stream(Level::Trace, "");
    stream.take(&shipping(48_213, today(14, 0, 0)), &now());
    stream.take(&shipping(48_214, today(14, 32, 0)), &now());
    stream.take(&shipping(48_215, today(14, 30, 0)), &now());
    stream.take(&line(9, today(14, 32, 0), LineLevel::Debug, "x"), &now());
    let batch = stream.batch(&now()).unwrap();
    assert!(batch.afresh);
    assert_eq!(batch.follow, 7);
    let expected = [Mark::Shipped, Mark::Waiting, Mark::Late, Mark::Local];
    assert_eq!(marks(&batch), expected);
}

#[test]
fn a_mark_follows_its_record() {
    let mut stream = stream(Level::Trace, "");
    stream.take(&shipping(48_214, today(14, 32, 0)), &now());
    let LogRow::Line(row) = &stream.batch(&now()).unwrap().rows[0] else {
        panic!("a line");
    };
    let id = row.id.clone();
    assert_eq!(stream.batch(&now()), None, "nothing is new");
    // A minute passes without an answer.
    let later = Now {
        at: today(14, 33, 1),
        ..now()
    };
    let told = |batch: LogBatch| -> Vec<(String, Mark)> {
        let marks = batch.marks.into_iter();
        marks.map(|mark| (mark.id, mark.marked.mark)).collect()
    };
    assert_eq!(
        told(stream.batch(&later).unwrap()),
        [(id.clone(), Mark::Late)]
    );
    let answered = fixtures::status_with(|status| status.shipped_through = 48_214);
    stream.note(&answered, &later);
    let batch = stream.batch(&later).unwrap();
    assert_eq!(batch.marks[0].marked.sentence, "in Loki");
    assert_eq!(told(batch), [(id, Mark::Shipped)]);
    assert_eq!(stream.batch(&later), None);
}

#[test]
fn without_an_endpoint_nothing_waits() {
    let mut stream = LogStream::new(
        1,
        LogFilter {
            level: Level::Trace,
            text: String::new(),
        },
    );
    stream.note(&fixtures::local(), &now());
    stream.take(&shipping(50_000, today(14, 32, 0)), &now());
    assert_eq!(marks(&stream.batch(&now()).unwrap()), [Mark::Local]);
}

#[test]
fn the_filter_looks_at_level_text_and_attributes() {
    let mut with_attribute = line(1, today(14, 0, 0), LineLevel::Info, "usage");
    with_attribute.attributes = vec![("model.name".into(), "Opus".into())];
    let filter = |level, text: &str| LogFilter {
        level,
        text: text.to_owned(),
    };
    let table = [
        (filter(Level::Trace, ""), true),
        (filter(Level::Info, ""), true),
        (filter(Level::Warn, ""), false),
        (filter(Level::Info, " USAGE "), true),
        (filter(Level::Info, "opus"), true),
        (filter(Level::Info, "model.name"), true),
        (filter(Level::Info, "aco_agent"), true),
        (filter(Level::Info, "sonnet"), false),
    ];
    for (filter, taken) in table {
        assert_eq!(filter.takes(&with_attribute), taken, "{filter:?}");
    }
}

#[test]
fn a_slow_view_loses_the_oldest_lines_and_hears_how_many() {
    let mut stream = stream(Level::Trace, "");
    for n in 0..2_500 {
        let message = n.to_string();
        stream.take(
            &line(n, today(14, 32, 0), LineLevel::Debug, &message),
            &now(),
        );
    }
    let batch = stream.batch(&now()).unwrap();
    assert_eq!(batch.rows.len(), 1_001);
    let LogRow::Lost { text, .. } = &batch.rows[0] else {
        panic!("the gap comes first");
    };
    assert!(text.starts_with("1,500 lines are missing here"), "{text}");
    let LogRow::Line(last) = &batch.rows[1_000] else {
        panic!("a line");
    };
    assert_eq!(last.plain, "2499");
}

#[test]
fn the_first_line_counts_the_last_hour_whatever_is_filtered() {
    let mut stream = stream(Level::Error, "nothing of the kind");
    let at = |hour, minute| today(hour, minute, 0);
    stream.take(&line(1, at(13, 0), LineLevel::Error, "old"), &now());
    stream.take(&line(2, at(14, 0), LineLevel::Error, "new"), &now());
    stream.take(&line(3, at(14, 1), LineLevel::Warn, "new"), &now());
    stream.take(&line(4, at(14, 2), LineLevel::Warn, "new"), &now());
    let batch = stream.batch(&now()).unwrap();
    assert_eq!(batch.rows, []);
    assert_eq!(
        batch.first.detail,
        " · 1 error, 2 warnings in the last hour"
    );
    let later = Now {
        at: at(15, 30),
        ..now()
    };
    let first = stream.batch(&later).unwrap().first;
    assert_eq!(first.detail, " · no errors or warnings in the last hour");
}

#[test]
fn a_page_is_turned_round_and_holds_nothing_twice() {
    let lines: Vec<_> = (0..5)
        .map(|n| line(0, today(14, 0, 50 - n * 10), LineLevel::Info, "old"))
        .collect();
    let before = Some("further".to_owned());
    // The file has cut the moment of the live line to milliseconds.
    let live = UnixNanos(today(14, 0, 40).0 + 999_999);
    let page = LogPage::of(&lines, before, 3, Some(live), &now());
    let times: Vec<_> = page
        .rows
        .iter()
        .map(|row| match row {
            LogRow::Line(line) => line.time.as_str(),
            LogRow::Lost { .. } => "lost",
        })
        .collect();
    assert_eq!(times, ["14:00:10", "14:00:20", "14:00:30"]);
    assert_eq!((page.before.as_deref(), page.end), (Some("further"), None));
    let last = LogPage::of(&lines, None, 4, None, &now());
    assert_eq!(last.end.as_deref(), Some("The log begins here"));
    let LogRow::Line(line) = &last.rows[0] else {
        panic!("a line");
    };
    assert_eq!(line.marked, None, "nobody knows where its record is");
}

#[test]
fn a_line_is_bounded_whatever_it_holds() {
    let mut huge = line(1, today(14, 0, 0), LineLevel::Info, &"m".repeat(1_000_000));
    huge.attributes = (0..5_000)
        .map(|n| (format!("key{n}"), "v".repeat(10_000)))
        .collect();
    let row = LogLine::of(&huge, "x".into(), None, &now());
    assert_eq!(row.plain.len(), 4_096);
    assert_eq!(row.cut.as_deref(), Some("1.0 MB, the first 4 kB shown"));
    assert_eq!(row.attributes.len(), 100);
    assert!(row.attributes.iter().all(|a| a.plain.len() <= 4_096));
    assert!(row.copy.len() < 500_000);
}
