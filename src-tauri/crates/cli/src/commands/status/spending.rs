//! What is paid and meant to be spent, and what tools say of their limits, in rows of a status.

use aco_domain::figures::money;
use aco_domain::{Basis, BudgetSpan, BudgetStatus, LimitReading, NanoUsd, Status, UnixNanos};

/// Rows of a name and a value; a row without a name goes on with the one above.
pub(super) fn lines(
    status: &Status,
    clock_face: &dyn Fn(UnixNanos) -> String,
) -> Vec<(&'static str, String)> {
    let mut lines = Vec::new();
    if let Some(outlook) = &status.outlook {
        if let Some(fees) = &outlook.fees {
            let (so_far, month) = (money(fees.month_to_date), money(fees.month));
            lines.push(("Fees", format!("{so_far} of {month} this month")));
        }
        if let Some(projected) = outlook.projected {
            let end = money(projected);
            lines.push(("Projection", format!("{end} API value at the month's end")));
        }
        for (n, budget) in outlook.budgets.iter().enumerate() {
            lines.push((if n == 0 { "Budget" } else { "" }, stands(budget)));
        }
    }
    for (n, reading) in status.limits.iter().enumerate() {
        let name = if n == 0 { "Limits" } else { "" };
        lines.push((name, limit(reading, clock_face)));
    }
    lines
}

fn stands(budget: &BudgetStatus) -> String {
    let of = match budget.span {
        BudgetSpan::Day => "today",
        BudgetSpan::Month => "this month",
    };
    let basis = match budget.basis {
        Basis::ApiValue => "API value",
        Basis::Fees => "fees",
        Basis::Billed => "billed",
    };
    let limit = money(budget.limit);
    match budget.spent {
        Some(spent) => format!(
            "{} of {limit} {basis} {of} ({} %)",
            money(spent),
            percent(spent, budget.limit)
        ),
        None => format!("{limit} {of}; what was billed is not known"),
    }
}

/// Rounded down: 100 % is said only when it is.
fn percent(spent: NanoUsd, limit: NanoUsd) -> i128 {
    i128::from(spent.0) * 100 / i128::from(limit.0.max(1))
}

/// `codex: 42 % of the weekly window, as of 14:02`.
pub(in crate::commands) fn limit(
    reading: &LimitReading,
    clock_face: &dyn Fn(UnixNanos) -> String,
) -> String {
    format!(
        "{}: {} % of the {}, as of {}",
        reading.tool,
        reading.used_percent,
        reading.window_name(),
        clock_face(reading.at)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use aco_domain::{FeesPaid, Outlook, Percent, ToolId};

    const DOLLAR: i64 = NanoUsd::DOLLAR.0;

    fn budget(span: BudgetSpan, basis: Basis, limit: i64, spent: Option<i64>) -> BudgetStatus {
        BudgetStatus {
            span,
            begins: "2026-01-01".to_owned(),
            basis,
            limit: NanoUsd(limit * DOLLAR),
            spent: spent.map(NanoUsd),
            reached_percent: None,
        }
    }

    #[test]
    fn what_is_configured_is_said_and_nothing_else() {
        let mut status = super::super::words::tests::quiet();
        let face = |at: UnixNanos| format!("12:{:02}", at.seconds());
        assert_eq!(lines(&status, &face), []);
        status.outlook = Some(Outlook {
            date: "2026-01-31".to_owned(),
            fees: Some(FeesPaid {
                today: NanoUsd(DOLLAR),
                month_to_date: NanoUsd(11 * DOLLAR),
                month: NanoUsd(31 * DOLLAR),
            }),
            projected: Some(NanoUsd(620 * DOLLAR)),
            budgets: vec![
                budget(BudgetSpan::Day, Basis::ApiValue, 10, Some(10 * DOLLAR - 1)),
                budget(BudgetSpan::Month, Basis::Billed, 100, None),
            ],
        });
        status.limits = vec![LimitReading {
            tool: ToolId::new("codex").unwrap(),
            window: "secondary".to_owned(),
            used_percent: Percent::new(42.5).unwrap(),
            minutes: Some(10_080),
            resets_at: None,
            at: UnixNanos(2_000_000_000),
        }];
        let said = lines(&status, &face);
        let said: Vec<_> = said.iter().map(|(name, line)| (*name, &**line)).collect();
        let expected = [
            ("Fees", "$11.00 of $31.00 this month"),
            ("Projection", "$620.00 API value at the month's end"),
            ("Budget", "$10.00 of $10.00 API value today (99 %)"),
            ("", "$100.00 this month; what was billed is not known"),
            ("Limits", "codex: 42.5 % of the weekly window, as of 12:02"),
        ];
        assert_eq!(said, expected);
    }
}
