//! Amounts of money and tokens in a cell: short, with what is exact as the title.

use crate::Shown;
use aco_domain::figures::{grouped, tokens};
use aco_domain::{Figures, NanoUsd};

/// Dollars to the cent.
pub(crate) fn money(amount: NanoUsd) -> String {
    aco_domain::figures::money(amount)
}

/// Dollars to the cent, all digits in the title.
pub(crate) fn exact_money(amount: NanoUsd) -> Shown {
    Shown::with_title(money(amount), digits(amount))
}

/// All digits, at least to the cent: `$517.981234567`, `$84.10`.
fn digits(amount: NanoUsd) -> String {
    let text = amount.to_string();
    let (sign, text) = match text.strip_prefix('-') {
        Some(text) => ("-", text),
        None => ("", text.as_str()),
    };
    let (whole, rest) = text.split_once('.').unwrap_or((text, ""));
    let whole = grouped(whole.parse().unwrap_or_default());
    format!("{sign}${whole}.{rest:0<2}")
}

/// A label of a scale, without cents where there are none: `$25`, `$2.50`.
pub(crate) fn axis(amount: NanoUsd) -> String {
    let text = money(amount);
    text.strip_suffix(".00").map_or(text.clone(), str::to_owned)
}

/// An API value: the sum of what is priced, `unpriced` where nothing is, and what it lacks in the
/// title.
pub(crate) fn value(amount: Option<NanoUsd>, unpriced: i64, all: i64) -> Shown {
    let lacking = format!("{} unpriced tokens", grouped(unpriced));
    match amount {
        Some(amount) if unpriced > 0 => Shown {
            text: money(amount),
            title: Some(format!("{} and {lacking}", digits(amount))),
        },
        Some(amount) => exact_money(amount),
        None if all > 0 => Shown::with_title("unpriced", lacking),
        None => Shown::plain("–"),
    }
}

/// A number of tokens.
pub(crate) fn token_count(count: i64) -> Shown {
    Shown::with_title(tokens(count), grouped(count))
}

/// Adds figures up.
pub(crate) fn add(sum: &mut Figures, figures: &Figures) {
    let Figures {
        calls,
        input_tokens,
        output_tokens,
        cache_read_tokens,
        cache_write_5m_tokens,
        cache_write_1h_tokens,
        reasoning_tokens,
        unpriced_tokens,
        api_value,
        fees,
    } = figures;
    let pairs = [
        (&mut sum.calls, calls),
        (&mut sum.input_tokens, input_tokens),
        (&mut sum.output_tokens, output_tokens),
        (&mut sum.cache_read_tokens, cache_read_tokens),
        (&mut sum.cache_write_5m_tokens, cache_write_5m_tokens),
        (&mut sum.cache_write_1h_tokens, cache_write_1h_tokens),
        (&mut sum.reasoning_tokens, reasoning_tokens),
        (&mut sum.unpriced_tokens, unpriced_tokens),
    ];
    for (sum, more) in pairs {
        *sum = sum.saturating_add(*more);
    }
    for (sum, more) in [(&mut sum.api_value, api_value), (&mut sum.fees, fees)] {
        if let Some(more) = more {
            let so_far = sum.unwrap_or_default();
            *sum = Some(NanoUsd(so_far.0.saturating_add(more.0)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_says_what_it_lacks() {
        let table = [
            ((Some(84_100_000_000), 0, 9), ("$84.10", None)),
            (
                (Some(517_981_234_567), 0, 9),
                ("$517.98", Some("$517.981234567")),
            ),
            ((Some(1), 0, 9), ("<$0.01", Some("$0.000000001"))),
            (
                (Some(1_214_360_000_000), 1_520_000, 9),
                ("$1,214.36", Some("$1,214.36 and 1,520,000 unpriced tokens")),
            ),
            ((None, 40, 40), ("unpriced", Some("40 unpriced tokens"))),
            ((None, 0, 0), ("–", None)),
        ];
        for ((amount, unpriced, all), (text, title)) in table {
            let shown = value(amount.map(NanoUsd), unpriced, all);
            assert_eq!((shown.text.as_str(), shown.title.as_deref()), (text, title));
        }
    }

    #[test]
    fn a_scale_has_cents_only_where_it_needs_them() {
        for (nanos, text) in [
            (0, "$0"),
            (25_000_000_000, "$25"),
            (2_500_000_000, "$2.50"),
            (10_000_000, "$0.01"),
            (1_000_000_000_000, "$1,000"),
        ] {
            assert_eq!(axis(NanoUsd(nanos)), text);
        }
    }

    #[test]
    fn a_sum_is_priced_as_soon_as_one_part_is() {
        let mut sum = Figures::default();
        let unpriced = Figures {
            calls: 1,
            unpriced_tokens: 5,
            input_tokens: 5,
            ..Figures::default()
        };
        add(&mut sum, &unpriced);
        assert_eq!(sum.api_value, None);
        let priced = Figures {
            calls: 2,
            output_tokens: 7,
            api_value: Some(NanoUsd(3)),
            ..Figures::default()
        };
        add(&mut sum, &priced);
        add(&mut sum, &priced);
        assert_eq!((sum.calls, sum.total_tokens()), (5, 19));
        assert_eq!(sum.api_value, Some(NanoUsd(6)));
    }
}
