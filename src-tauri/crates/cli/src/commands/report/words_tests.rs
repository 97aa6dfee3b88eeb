use super::*;
use aco_domain::{NanoUsd, Row};

fn sums(calls: i64, input: i64, cost: Option<i64>) -> Figures {
    Figures {
        calls,
        input_tokens: input,
        output_tokens: 1_000,
        cache_read_tokens: 45_100_000,
        cache_write_5m_tokens: 1_000,
        cache_write_1h_tokens: 1_000,
        unpriced_tokens: if cost.is_some() { 0 } else { input },
        api_value: cost.map(NanoUsd),
        ..Figures::default()
    }
}

fn report(by: By, rows: Vec<(&str, Figures)>) -> Report {
    let mut totals = Figures::default();
    rows.iter().for_each(|(_, sums)| totals += *sums);
    Report {
        schema_version: Report::SCHEMA_VERSION,
        since: None,
        until: None,
        timezone: "Europe/Berlin".to_owned(),
        by,
        then: None,
        totals,
        rows: rows
            .into_iter()
            .map(|(key, figures)| Row {
                key: key.to_owned(),
                then: None,
                figures,
            })
            .collect(),
        omitted: None,
        skipped_lines: 0,
        unpriced_models: Vec::new(),
    }
}

const PLAIN: Page = Page {
    width: None,
    coloured: false,
};

#[test]
fn a_report_says_what_it_is_of_and_what_is_missing() {
    let mut mixed = sums(3, 1_840_000, None);
    mixed += sums(1, 0, Some(5_000_000));
    let mut report = report(
        By::Day,
        vec![
            ("2026-11-23", sums(1_412, 1_844, Some(12_345_678_901))),
            ("2026-11-24", mixed),
            ("2026-11-25", sums(1, 12, None)),
        ],
    );
    report.skipped_lines = 1;
    report.unpriced_models = ["a", "b", "", "d"].map(str::to_owned).to_vec();
    let expected = "\
API value by day: recorded tokens at list price, all history, Europe/Berlin

Day         Calls   Input  Output  Cache read  Cache write  API value
2026-11-23  1,412  1.84 k  1.00 k      45.1 M       2.00 k    $12.35 
2026-11-24      4  1.84 M  2.00 k      90.2 M       4.00 k    <$0.01*
2026-11-25      1      12  1.00 k      45.1 M       2.00 k  unpriced 
Total       1,417  1.84 M  4.00 k       180 M       8.00 k    $12.35*

Missing from this total: 1.84 M unpriced tokens (a, b, no model recorded and 1 more); 1 line \
that could not be read
* without its unpriced tokens. A model's price: [[price]] in config.toml, or `aco prices update`
";
    let expected: Vec<_> = expected.lines().map(str::trim_end).collect();
    let found = in_words(&report, PLAIN);
    let found: Vec<_> = found.lines().collect();
    assert_eq!(found, expected);
}

#[test]
fn an_exact_total_says_nothing_more() {
    let report = report(
        By::Tool,
        vec![("codex", sums(1, 1, Some(0))), ("", sums(1, 1, Some(0)))],
    );
    let found = in_words(&report, PLAIN);
    assert!(found.ends_with("$0.00\n"), "{found}");
    assert!(found.contains("(not recorded)"), "{found}");
}

#[test]
fn nothing_recorded_is_said_in_words() {
    let mut report = report(By::Day, vec![]);
    assert!(in_words(&report, PLAIN).ends_with("\n\nNo usage is recorded yet.\n"));
    report.since = Some("2026-01-01".into());
    let found = in_words(&report, PLAIN);
    assert!(
        found.contains("since 2026-01-01") && found.contains("in this period"),
        "{found}"
    );
    report.until = Some("2026-01-01".into());
    assert!(in_words(&report, PLAIN).contains("price, 2026-01-01, "));
    report.skipped_lines = 2;
    assert!(in_words(&report, PLAIN).contains("2 lines that could not be read"));
}

#[test]
fn a_narrow_terminal_has_fewer_columns_and_the_value_stays() {
    let report = report(By::Day, vec![("2026-11-23", sums(1, 1, Some(10_000_000)))]);
    let at = |width| {
        let page = Page {
            width: Some(width),
            coloured: false,
        };
        in_words(&report, page)
            .lines()
            .nth(2)
            .unwrap()
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
    };
    assert_eq!(
        at(80),
        "Day Calls Input Output Cache read Cache write API value"
    );
    assert_eq!(at(50), "Day Calls Tokens API value");
    assert_eq!(at(24), "Day API value");
}

#[test]
fn what_runs_models_here_is_told_by_its_time() {
    assert_eq!(local_models(&BTreeMap::new()), "");
    let ran = BTreeMap::from([
        ("lm-studio".to_owned(), Duration::from_secs(95)),
        ("ollama".to_owned(), Duration::from_secs(11_520)),
    ]);
    assert_eq!(
        local_models(&ran),
        "On this machine, at no API value: lm-studio ran 1 min 35 s, ollama ran 3 h 12 min (while an \
         agent watched)\n"
    );
}

#[test]
fn fees_stand_beside_the_value_and_are_not_added() {
    let dollars = |dollars: i64| Some(aco_domain::NanoUsd(dollars * 1_000_000_000));
    let mut report = report(
        By::Month,
        vec![("2026-10", sums(1, 1, Some(412_000_000_000)))],
    );
    let mut unused = report.rows[0].clone();
    report.rows[0].figures.fees = dollars(100);
    unused.key = "2026-11".to_owned();
    unused.figures = Figures {
        fees: dollars(50),
        ..Figures::default()
    };
    report.rows.push(unused);
    report.totals.fees = dollars(150);
    let found = in_words(&report, PLAIN);
    let lines: Vec<_> = found.lines().skip(2).collect();
    assert!(lines[0].ends_with("API value     Fees"), "{found}");
    assert!(lines[1].ends_with("$412.00   $100.00"), "{found}");
    assert!(lines[2].ends_with("–    $50.00"), "{found}");
    assert!(lines[3].ends_with("$412.00   $150.00"), "{found}");
    assert!(
        found.contains("\nPaid $150.00 in fees, used $412.00 of API value\n"),
        "{found}"
    );
}
