//! Budgets: what was spent against what was meant to be, and the thresholds that it reaches.

use aco_domain::{Basis, BudgetSpan, BudgetStatus, NanoUsd};
use jiff::civil::Date;

/// The budgets as they are configured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Budget {
    /// A day's limit.
    pub daily: Option<NanoUsd>,
    /// A calendar month's limit.
    pub monthly: Option<NanoUsd>,
    /// Which figure is held against them.
    pub basis: Basis,
    /// When to tell, in percent of a limit.
    pub thresholds: Vec<u32>,
}

/// What the figure has come to; nothing where it is not known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spent {
    /// On the local day.
    pub today: Option<NanoUsd>,
    /// In its calendar month, up to and with it.
    pub month: Option<NanoUsd>,
}

/// A threshold that is reached and not told yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Crossing {
    /// How the budget stands.
    pub budget: BudgetStatus,
    /// In percent of its limit.
    pub threshold: u32,
}

/// A threshold that was told, to be kept over a restart: it is told once for the day or month that
/// begins on a date, whatever becomes of the clock, the zone and the limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ToldCrossing {
    /// The days it was about.
    pub span: BudgetSpan,
    /// The first of them.
    pub begins: Date,
    /// In percent.
    pub threshold: u32,
}

/// How each budget stands on a day.
#[must_use]
pub fn assess(budget: &Budget, spent: Spent, today: Date) -> Vec<BudgetStatus> {
    let spans = [
        (BudgetSpan::Day, budget.daily, spent.today, today),
        (
            BudgetSpan::Month,
            budget.monthly,
            spent.month,
            today.first_of_month(),
        ),
    ];
    let stands = spans
        .into_iter()
        .filter_map(|(span, limit, spent, begins)| {
            let limit = limit.filter(|limit| limit.0 > 0)?;
            let thresholds = budget.thresholds.iter().copied();
            let reached = spent.and_then(|spent| {
                thresholds
                    .filter(|&threshold| is_reached(spent, limit, threshold))
                    .max()
            });
            Some(BudgetStatus {
                span,
                begins: begins.to_string(),
                basis: budget.basis,
                limit,
                spent,
                reached_percent: reached,
            })
        });
    stands.collect()
}

/// What is to be told now, the lowest threshold of each budget first.
#[must_use]
pub fn crossings(
    budget: &Budget,
    stands: &[BudgetStatus],
    today: Date,
    told: &[ToldCrossing],
) -> Vec<(ToldCrossing, Crossing)> {
    let mut thresholds = budget.thresholds.clone();
    thresholds.sort_unstable();
    thresholds.dedup();
    let mut news = Vec::new();
    for stand in stands {
        let begins = match stand.span {
            BudgetSpan::Day => today,
            BudgetSpan::Month => today.first_of_month(),
        };
        for &threshold in &thresholds {
            let this = ToldCrossing {
                span: stand.span,
                begins,
                threshold,
            };
            let spent = stand.spent.unwrap_or_default();
            if is_reached(spent, stand.limit, threshold) && !told.contains(&this) {
                let budget = stand.clone();
                news.push((this, Crossing { budget, threshold }));
            }
        }
    }
    news
}

fn is_reached(spent: NanoUsd, limit: NanoUsd, threshold: u32) -> bool {
    i128::from(spent.0) * 100 >= i128::from(limit.0) * i128::from(threshold)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn budget() -> Budget {
        Budget {
            daily: Some(NanoUsd(10)),
            monthly: Some(NanoUsd(100)),
            basis: Basis::ApiValue,
            thresholds: vec![100, 80, 80],
        }
    }

    /// What is told on one day after another, by what was spent that day and that month.
    fn told_on(days: &[(Date, i64, i64)]) -> Vec<Vec<(&'static str, u32)>> {
        let (budget, mut told) = (budget(), Vec::new());
        let mut said = Vec::new();
        for &(today, day, month) in days {
            let spent = Spent {
                today: Some(NanoUsd(day)),
                month: Some(NanoUsd(month)),
            };
            let stands = assess(&budget, spent, today);
            let news = crossings(&budget, &stands, today, &told);
            told.extend(news.iter().map(|(told, _)| *told));
            let words = news.iter();
            said.push(
                words
                    .map(|(_, it)| (it.budget.span.as_str(), it.threshold))
                    .collect(),
            );
        }
        said
    }

    #[test]
    fn a_threshold_is_told_once_for_its_date() {
        let said = told_on(&[
            (date(2024, 2, 28), 7, 70),
            (date(2024, 2, 28), 8, 71),
            (date(2024, 2, 28), 9, 72),
            // Both at once.
            (date(2024, 2, 29), 12, 84),
            // A correction downwards, and up again.
            (date(2024, 2, 29), 1, 73),
            (date(2024, 2, 29), 12, 84),
            // A new month, and a clock that was set back for a moment.
            (date(2024, 3, 1), 8, 8),
            (date(2024, 2, 29), 12, 84),
            (date(2024, 3, 1), 9, 9),
            (date(2024, 3, 2), 10, 80),
        ]);
        let (day, month) = ("day", "month");
        let expected = [
            vec![],
            vec![(day, 80)],
            vec![],
            vec![(day, 80), (day, 100), (month, 80)],
            vec![],
            vec![],
            vec![(day, 80)],
            vec![],
            vec![],
            vec![(day, 80), (day, 100), (month, 80)],
        ];
        assert_eq!(said, expected);
    }

    #[test]
    fn a_figure_that_is_not_known_reaches_nothing() {
        let budget = Budget {
            basis: Basis::Billed,
            ..budget()
        };
        let today = date(2026, 1, 31);
        let stands = assess(&budget, Spent::default(), today);
        assert_eq!(stands.len(), 2);
        assert!(
            stands
                .iter()
                .all(|it| it.spent.is_none() && it.reached_percent.is_none())
        );
        assert_eq!(crossings(&budget, &stands, today, &[]), []);
    }

    #[test]
    fn a_limit_of_nothing_is_no_budget() {
        let none = Budget {
            daily: Some(NanoUsd(0)),
            monthly: None,
            ..budget()
        };
        assert_eq!(assess(&none, Spent::default(), date(2026, 1, 1)), []);
    }

    #[test]
    fn a_status_says_the_highest_threshold_and_the_first_day() {
        let spent = Spent {
            today: Some(NanoUsd(7)),
            month: Some(NanoUsd(i64::MAX)),
        };
        let stands = assess(&budget(), spent, date(2024, 2, 29));
        let told: Vec<_> = stands
            .iter()
            .map(|it| (it.begins.as_str(), it.reached_percent))
            .collect();
        assert_eq!(told, [("2024-02-29", None), ("2024-02-01", Some(100))]);
    }
}
