use super::*;
use aco_domain::{By, Figures, Row, UnixNanos};
use aco_ledger::report::empty;

/// 2026-01-02T03:04:05Z.
const NOW: UnixNanos = UnixNanos(1_767_323_045_000_000_000);

fn query() -> ReportQuery {
    ReportQuery {
        since: Some("yesterday".into()),
        timezone: Some("-12:00".into()),
        ..ReportQuery::default()
    }
}

#[test]
fn days_are_those_of_the_zone_that_is_meant() {
    let meant_by = |query| meant(query, TimeZone::UTC, NOW);
    let day = meant_by(query()).unwrap().period.since.unwrap();
    assert_eq!(day.to_string(), "2025-12-31");
    let local = ReportQuery {
        timezone: None,
        ..query()
    };
    let day = meant_by(local).unwrap().period.since.unwrap();
    assert_eq!(day.to_string(), "2026-01-01");
    for wrong in [
        ReportQuery {
            timezone: Some("Mars".into()),
            ..query()
        },
        ReportQuery {
            since: Some("soon".into()),
            ..query()
        },
        ReportQuery {
            until: Some("2025-01-01".into()),
            ..query()
        },
    ] {
        assert_eq!(meant_by(wrong).unwrap_err().code, code::BAD_VALUE);
    }
}

#[test]
fn of_too_many_rows_those_that_are_kept_first_fit() {
    let mut report = empty(&Query::by(By::Session, TimeZone::UTC));
    report.rows = (0..20_000)
        .map(|n| Row {
            key: format!("{n:06}"),
            then: None,
            figures: Figures {
                calls: 1,
                ..Figures::default()
            },
        })
        .collect();
    let kept = that_fit(&report, ROWS_BYTES);
    assert!(kept > 1_000 && kept < 20_000, "{kept}");
    report.keep(kept);
    assert!(serde_json::to_vec(&report).unwrap().len() < aco_ipc::MAX_FRAME_BYTES);
    let omitted = report.omitted.unwrap();
    assert_eq!(omitted.rows + kept as u64, 20_000);
    assert_eq!(omitted.figures.calls.unsigned_abs(), omitted.rows);
    assert_eq!(report.rows[0].key, "000000", "the dearest stay");
}
