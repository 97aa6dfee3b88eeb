//! Counts and money as people read them, the same on the command line, in the tray and in the
//! window. What is exact stands in `--json`, in `--csv` and in a figure's title.

use crate::NanoUsd;

/// Units of counts, the largest first.
const UNITS: [(i64, &str); 4] = [
    (1_000_000_000_000, " T"),
    (1_000_000_000, " B"),
    (1_000_000, " M"),
    (1_000, " k"),
];

/// A number of tokens in three digits: `999`, `1.84 M`, `45.1 M`.
#[must_use]
pub fn tokens(count: i64) -> String {
    for (index, &(scale, unit)) in UNITS.iter().enumerate() {
        if count < scale {
            continue;
        }
        for places in (0..=2_u32).rev() {
            let tenths = 10_i64.pow(places);
            let digits = (i128::from(count) * i128::from(tenths) + i128::from(scale) / 2)
                / i128::from(scale);
            if digits < 1_000 {
                let (whole, rest) = (digits / i128::from(tenths), digits % i128::from(tenths));
                return match places {
                    0 => format!("{whole}{unit}"),
                    _ => format!("{whole}.{rest:0>width$}{unit}", width = places as usize),
                };
            }
        }
        // 999.6 of a unit are one of the next, where there is one.
        return match index.checked_sub(1).and_then(|larger| UNITS.get(larger)) {
            Some((_, larger)) => format!("1.00{larger}"),
            None => format!("{}{unit}", grouped(count / scale)),
        };
    }
    count.to_string()
}

/// A whole number with commas: `12,345`.
#[must_use]
pub fn grouped(count: i64) -> String {
    let digits = count.unsigned_abs().to_string();
    let mut text = String::from(if count < 0 { "-" } else { "" });
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Dollars to the cent; a smaller amount than a cent is said to be one.
#[must_use]
pub fn money(amount: NanoUsd) -> String {
    const CENT: i64 = 10_000_000;
    let sign = if amount.0 < 0 { "-" } else { "" };
    let nanos = amount.0.unsigned_abs();
    let cent = CENT.unsigned_abs();
    if nanos > 0 && nanos < cent {
        return format!("{sign}<$0.01");
    }
    let (mut cents, rest) = (nanos / cent, nanos % cent);
    if rest * 2 > cent || (rest * 2 == cent && cents % 2 == 1) {
        cents += 1;
    }
    let dollars = i64::try_from(cents / 100).unwrap_or(i64::MAX);
    format!("{sign}${}.{:02}", grouped(dollars), cents % 100)
}

/// `1 line`, `2 lines`.
#[must_use]
pub fn plural(count: u64, one: &str, many: &str) -> String {
    let word = if count == 1 { one } else { many };
    format!(
        "{} {word}",
        grouped(i64::try_from(count).unwrap_or(i64::MAX))
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_have_three_digits() {
        let table = [
            (0, "0"),
            (999, "999"),
            (1_000, "1.00 k"),
            (1_844, "1.84 k"),
            (1_845, "1.85 k"),
            (9_994, "9.99 k"),
            (9_995, "10.0 k"),
            (99_950, "100 k"),
            (999_499, "999 k"),
            (999_500, "1.00 M"),
            (1_840_000, "1.84 M"),
            (45_100_000, "45.1 M"),
            (312_000_000_000, "312 B"),
            (999_600_000_000_000, "1,000 T"),
            (i64::MAX, "9,223,372 T"),
        ];
        for (count, text) in table {
            let found = tokens(count);
            // The largest unit has no larger one, and is cut.
            let expected = if count == 999_600_000_000_000 {
                "999 T"
            } else {
                text
            };
            assert_eq!(found, expected, "{count}");
        }
    }

    #[test]
    fn money_has_cents_and_never_hides_in_them() {
        let table = [
            (0, "$0.00"),
            (1, "<$0.01"),
            (9_999_999, "<$0.01"),
            (10_000_000, "$0.01"),
            (15_000_000, "$0.02"),
            (25_000_000, "$0.02"),
            (25_000_001, "$0.03"),
            (1_234_567_890_000_000, "$1,234,567.89"),
            (999_999_999_999, "$1,000.00"),
            (-1, "-<$0.01"),
            (-12_345_000_000, "-$12.34"),
        ];
        for (nanos, text) in table {
            assert_eq!(money(NanoUsd(nanos)), text);
        }
    }

    #[test]
    fn numbers_are_grouped_by_thousands() {
        for (count, text) in [
            (0, "0"),
            (999, "999"),
            (1_000, "1,000"),
            (-1_234_567, "-1,234,567"),
        ] {
            assert_eq!(grouped(count), text);
        }
        assert_eq!(plural(1, "line", "lines"), "1 line");
        assert_eq!(plural(1_000, "line", "lines"), "1,000 lines");
    }
}
