//! A report's figures, and beside them what was paid in the same days. Fees are the totals' and of
//! those rows for which the question makes sense: a span of days, a tool, and both together.

use super::fees;
use aco_budget::{Day, Fees};
use aco_config::Config;
use aco_domain::{NanoUsd, ToolId};
use aco_ledger::report::{By, Figures, Query, Report, Row, days, empty, read};
use aco_ledger::{Error, History};
use jiff::civil::Date;
use std::collections::BTreeMap;

/// Reads the report out of the ledger, where there is one, and adds the configured fees of its days,
/// up to and with `today`.
///
/// Weeks, months and tools of which something was paid and nothing used have a row of their own; a
/// day has none.
///
/// # Errors
/// When the ledger cannot be read.
pub fn report(
    history: Option<&History>,
    query: &Query,
    config: &Config,
    today: Date,
) -> Result<Report, Error> {
    let all = Query {
        top: None,
        ..query.clone()
    };
    let mut report = match history {
        Some(history) => read(history, &all)?,
        None => empty(&all),
    };
    if !config.subscriptions.is_empty() {
        let first = history.map(History::first_call).transpose()?.flatten();
        let earliest = first.map_or(today, |first| Day::at(first, &query.zone).date);
        let fees = fees(config, earliest);
        let fees = match &query.tool {
            Some(tool) => fees.of_tool(tool),
            None => fees,
        };
        add(&mut report, query, &fees, today);
    }
    if let Some(most) = query.top {
        report.keep(most);
    }
    Ok(report)
}

fn add(report: &mut Report, query: &Query, fees: &Fees, today: Date) {
    let last = query.period.until.map_or(today, |until| until.min(today));
    // A fee may begin before the first call and before the days that are asked for.
    let first = query.period.since.or(fees.first_day()).unwrap_or(last);
    report.totals.fees = Some(fees.over(first, last));
    let mut paid = match (query.by, query.then) {
        (By::Tool, None) => by_tool(fees, first, last),
        (by @ (By::Day | By::Week | By::Month), None) => by_days(by, fees, first, last),
        (by @ (By::Day | By::Week | By::Month), Some(By::Tool)) => {
            for row in &mut report.rows {
                let tool = row.then.as_deref().and_then(|tool| ToolId::new(tool).ok());
                let Some(tool) = tool else {
                    continue;
                };
                let of_tool = by_days(by, &fees.of_tool(&tool), first, last);
                row.figures.fees = of_tool.get(&row.key).copied();
            }
            return;
        }
        _ => return,
    };
    for row in &mut report.rows {
        row.figures.fees = Some(paid.remove(&row.key).unwrap_or_default());
    }
    if query.by == By::Day {
        return;
    }
    for (key, amount) in paid {
        if amount != NanoUsd(0) {
            let fees = Some(amount);
            report.rows.push(Row {
                key,
                then: None,
                figures: Figures {
                    fees,
                    ..Figures::default()
                },
            });
        }
    }
    if query.by.is_time() {
        report.rows.sort_by(|one, other| one.key.cmp(&other.key));
    }
}

fn by_tool(fees: &Fees, first: Date, last: Date) -> BTreeMap<String, NanoUsd> {
    let tools = fees.by_tool(first, last).into_iter();
    tools
        .map(|(tool, paid)| (tool.map(|tool| tool.to_string()).unwrap_or_default(), paid))
        .collect()
}

/// By the keys of the rows. Day by day: a week may lie in two months, and a month begin with a fee.
fn by_days(by: By, fees: &Fees, first: Date, last: Date) -> BTreeMap<String, NanoUsd> {
    let mut paid: BTreeMap<String, NanoUsd> = BTreeMap::new();
    let first = fees.first_day().map_or(first, |paid| paid.max(first));
    let mut day = first;
    while day <= last {
        let amount = paid.entry(days(by, day)).or_default();
        amount.0 = amount.0.saturating_add(fees.over(day, day).0);
        let Ok(next) = day.tomorrow() else {
            break;
        };
        day = next;
    }
    paid
}

#[cfg(test)]
mod tests {
    use super::*;
    use aco_ledger::report::Period;
    use jiff::civil::date;
    use jiff::tz::TimeZone;
    use std::path::Path;

    fn paid(toml: &str, query: &Query, today: Date) -> Report {
        let config = Config::parse(toml, Path::new("c"), None).unwrap().config;
        report(None, query, &config, today).unwrap()
    }

    const PLUS: &str = "[[subscription]]\nname = \"Plus\"\nfee_usd = 31\nsince = 2026-01-30\n\
                        tools = [\"codex\", \"amp\"]\n";

    fn query(by: By, since: Option<Date>, until: Option<Date>) -> Query {
        Query {
            period: Period { since, until },
            ..Query::by(by, TimeZone::UTC)
        }
    }

    fn rows(report: &Report) -> Vec<(&str, String)> {
        let rows = report.rows.iter();
        rows.map(|row| (&*row.key, row.figures.fees.unwrap().to_string()))
            .collect()
    }

    #[test]
    fn without_a_subscription_there_is_no_fee() {
        let report = paid("", &query(By::Month, None, None), date(2026, 2, 28));
        assert_eq!((report.totals.fees, report.rows.len()), (None, 0));
    }

    #[test]
    fn months_without_usage_were_paid_too_and_rows_add_up_to_the_total() {
        let today = date(2026, 2, 28);
        let report = paid(PLUS, &query(By::Month, None, None), today);
        let expected = [("2026-01", "2".to_owned()), ("2026-02", "31".to_owned())];
        assert_eq!(rows(&report), expected);
        assert_eq!(report.totals.fees.unwrap().to_string(), "33");
        assert_eq!(report.rows[0].figures.api_value, None, "nothing was used");
        // The days to come are not paid yet.
        let halfway = query(By::Month, Some(date(2026, 2, 1)), Some(date(2026, 2, 28)));
        let report = paid(PLUS, &halfway, date(2026, 2, 14));
        assert_eq!(rows(&report), [("2026-02", "15.5".to_owned())]);
    }

    #[test]
    fn a_week_across_two_months_has_days_of_both() {
        let week = query(By::Week, Some(date(2026, 1, 26)), Some(date(2026, 2, 1)));
        let report = paid(PLUS, &week, date(2026, 3, 1));
        // Two days of January and one of February, of each half rounded down.
        assert_eq!(rows(&report), [("2026-W05", "3.107142856".to_owned())]);
    }

    #[test]
    fn a_fee_is_split_among_its_tools() {
        let month = query(By::Tool, Some(date(2026, 3, 1)), Some(date(2026, 3, 31)));
        let report = paid(PLUS, &month, date(2026, 4, 1));
        let half = "15.5".to_owned();
        assert_eq!(rows(&report), [("amp", half.clone()), ("codex", half)]);
        let codex = Query {
            tool: Some(ToolId::new("codex").unwrap()),
            ..month
        };
        let report = paid(PLUS, &codex, date(2026, 4, 1));
        assert_eq!(report.totals.fees.unwrap().to_string(), "15.5");
    }

    #[test]
    fn a_model_has_no_fee() {
        let report = paid(PLUS, &query(By::Model, None, None), date(2026, 2, 1));
        assert_eq!(report.totals.fees.unwrap().to_string(), "3.107142856");
        assert!(report.rows.is_empty());
    }
}
