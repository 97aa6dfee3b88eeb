//! What the tokens of one request cost, in integers.

use aco_domain::{NanoUsd, PerMillion, TokenCounts};

/// Nano-dollars per million tokens; beyond this (a dollar a token) it is no price of a model.
pub(crate) const MOST: u64 = 1_000_000 * 1_000_000_000;

const MILLION: u128 = 1_000_000;

/// The rates of one request: nano-dollars per million tokens of each kind, and of the call itself.
/// None is above [`MOST`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Rates {
    pub(crate) input: u64,
    pub(crate) output: u64,
    pub(crate) reasoning: u64,
    pub(crate) cache_read: u64,
    pub(crate) cache_write_5m: u64,
    pub(crate) cache_write_1h: u64,
    /// Nano-dollars for having been asked at all.
    pub(crate) call: u64,
}

impl Rates {
    /// A row of the user's.
    pub(crate) fn own(rates: &PerMillion) -> Option<Self> {
        let rate = |NanoUsd(nanos)| u64::try_from(nanos).ok().filter(|&rate| rate <= MOST);
        let output = rate(rates.output)?;
        Some(Self {
            input: rate(rates.input)?,
            output,
            reasoning: output,
            cache_read: rate(rates.cache_read)?,
            cache_write_5m: rate(rates.cache_write_5m)?,
            cache_write_1h: rate(rates.cache_write_1h)?,
            call: 0,
        })
    }

    /// The price of these tokens, rounded half to even; nothing where no amount can hold it.
    pub(crate) fn price(&self, tokens: &TokenCounts) -> Option<NanoUsd> {
        // A reasoning count above its output is a source's mistake; the output is what is billed.
        let reasoning = tokens.reasoning.min(tokens.output);
        let parts = [
            (tokens.input, self.input),
            (tokens.output - reasoning, self.output),
            (reasoning, self.reasoning),
            (tokens.cache_read, self.cache_read),
            (tokens.cache_write_5m, self.cache_write_5m),
            (tokens.cache_write_1h, self.cache_write_1h),
        ];
        // Six products of 2^64 and 2^50 do not overflow.
        let millionths: u128 = parts
            .iter()
            .map(|&(count, rate)| u128::from(count) * u128::from(rate))
            .sum();
        let (whole, rest) = (millionths / MILLION, millionths % MILLION);
        let up = rest * 2 > MILLION || (rest * 2 == MILLION && whole % 2 == 1);
        let nanos = whole + u128::from(up) + u128::from(self.call);
        i64::try_from(nanos).ok().map(NanoUsd)
    }
}

/// A rate out of a price in dollars for `tokens` tokens, at nine places per million tokens. The
/// places beyond are noise: of the division here, or of the catalogue's authors, who divided too.
pub(crate) fn per_million(dollars: f64, tokens: f64) -> Option<u64> {
    nanos(dollars / tokens * 1e6)
}

/// Whole nano-dollars, for amounts an `f64` holds to the nano-dollar.
pub(crate) fn nanos(dollars: f64) -> Option<u64> {
    let nanos = (dollars * 1e9).round();
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a whole number from 0 to 10^15 is one and the same in both types"
    )]
    (0.0..=MOST as f64).contains(&nanos).then_some(nanos as u64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn input(count: u64) -> TokenCounts {
        TokenCounts {
            input: count,
            ..TokenCounts::default()
        }
    }

    fn at(rate: u64) -> Rates {
        Rates {
            input: rate,
            ..Rates::default()
        }
    }

    #[test]
    fn a_half_goes_to_the_even_neighbour() {
        // 0.0375 dollars per million tokens is 37.5 nano-dollars a token.
        let rates = at(37_500_000);
        let table = [(1, 38), (2, 75), (3, 112), (4, 150), (5, 188), (7, 262)];
        for (count, nanos) in table {
            assert_eq!(rates.price(&input(count)), Some(NanoUsd(nanos)), "{count}");
        }
        assert_eq!(at(499_999).price(&input(1)), Some(NanoUsd(0)));
        assert_eq!(at(500_000).price(&input(1)), Some(NanoUsd(0)));
        assert_eq!(at(500_001).price(&input(1)), Some(NanoUsd(1)));
        assert_eq!(at(1_500_000).price(&input(1)), Some(NanoUsd(2)));
    }

    #[test]
    fn kinds_are_summed_before_the_one_rounding() {
        let rates = Rates {
            cache_read: 400_000,
            ..at(400_000)
        };
        let tokens = TokenCounts {
            cache_read: 1,
            ..input(1)
        };
        assert_eq!(rates.price(&tokens), Some(NanoUsd(1)), "0.8, not 0 + 0");
    }

    #[test]
    fn reasoning_is_a_part_of_the_output() {
        let rates = Rates {
            output: 8_000_000_000,
            reasoning: 3_000_000_000,
            ..Rates::default()
        };
        let tokens = |output, reasoning| TokenCounts {
            output,
            reasoning,
            ..TokenCounts::default()
        };
        assert_eq!(rates.price(&tokens(10, 4)), Some(NanoUsd(60_000)));
        assert_eq!(rates.price(&tokens(10, 99)), Some(NanoUsd(30_000)));
    }

    #[test]
    fn an_absurd_count_has_no_price() {
        assert_eq!(at(MOST).price(&input(u64::MAX)), None);
        assert_eq!(at(0).price(&input(u64::MAX)), Some(NanoUsd(0)));
    }

    #[test]
    fn what_is_no_amount_is_no_rate() {
        for dollars in [f64::NAN, f64::INFINITY, -1.0, 1_000_001.0] {
            assert_eq!(per_million(dollars, 1e6), None, "{dollars}");
        }
        // As the catalogue has it for 0.18, and for a twelfth.
        assert_eq!(
            per_million(0.180_000_000_000_000_02, 1e6),
            Some(180_000_000)
        );
        assert_eq!(per_million(1.0 / 12.0, 1e6), Some(83_333_333));
    }

    proptest! {
        /// The catalogue multiplies a decimal with a count and divides by a million, in `f64`.
        #[test]
        fn every_rate_survives_the_catalogues_arithmetic(
            rate in 0_u64..=1_000_000_000_000_000,
            tokens in 1_u32..=4_000_000_000,
        ) {
            // Below 10,000 dollars per million tokens all nine places do; there is none above 600.
            let rate = rate % 10_000_000_000_000;
            let decimal: f64 = format!("{}.{:09}", rate / 1_000_000_000, rate % 1_000_000_000)
                .parse()
                .unwrap();
            let tokens = f64::from(tokens);
            prop_assert_eq!(per_million(decimal * tokens / 1e6, tokens), Some(rate));
        }

        #[test]
        fn a_price_is_never_half_a_nano_dollar_away(
            counts in prop::array::uniform5(0_u64..10_000_000),
            rates in prop::array::uniform5(0_u64..1_000_000_000_000),
        ) {
            let tokens = TokenCounts {
                input: counts[0],
                output: counts[1],
                cache_read: counts[2],
                cache_write_5m: counts[3],
                cache_write_1h: counts[4],
                reasoning: 0,
            };
            let rates_of = Rates {
                input: rates[0],
                output: rates[1],
                reasoning: rates[1],
                cache_read: rates[2],
                cache_write_5m: rates[3],
                cache_write_1h: rates[4],
                call: 0,
            };
            let exact: i128 = counts
                .iter()
                .zip(rates)
                .map(|(&count, rate)| i128::from(count) * i128::from(rate))
                .sum();
            let price = i128::from(rates_of.price(&tokens).unwrap().0) * 1_000_000;
            prop_assert!((price - exact).abs() * 2 <= 1_000_000);
        }
    }
}
