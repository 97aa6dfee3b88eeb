//! Asking `genai-prices` for rates.

use crate::limits::Limits;
use crate::rates::{Rates, nanos, per_million};
use crate::who::{Served, at_standard_price, context, served};
use aco_domain::{Terms, UnixNanos};
use genai_prices::{Calculator, PriceRequest, Usage, UsageKey};
use sha2::{Digest as _, Sha256};
use std::time::{Duration, SystemTime};

/// The data that came with the pinned release of `genai-prices`.
pub(crate) const EMBEDDED: &[u8] = include_bytes!(env!("GENAI_PRICES_DATA"));

/// That release.
const EMBEDDED_RELEASE: &str = env!("GENAI_PRICES_RELEASE");

/// Where the newest data file is published.
pub const PUBLIC_DATA: &str = genai_prices::REMOTE_DATA_URL;

/// A data file that cannot be used.
#[derive(Clone, Debug, thiserror::Error)]
#[error("this is not a price file of genai-prices: {0}; take the one at {PUBLIC_DATA}")]
pub struct Rejected(String);

/// Where a catalogue comes from. Cheap: nothing is decoded before something is to be priced.
#[derive(Clone, Debug)]
pub enum Data {
    /// What came with the program.
    Embedded,
    /// The content of a file of the same kind.
    File(Vec<u8>),
}

impl Data {
    /// The name of this data, to be kept with what was priced by it.
    #[must_use]
    pub fn version(&self) -> String {
        match self {
            Self::Embedded => format!("genai-prices {EMBEDDED_RELEASE}"),
            Self::File(json) => format!("file {}", hash(json)),
        }
    }

    /// Where rates can change in it.
    pub(crate) fn limits(&self) -> Result<Limits, Rejected> {
        Limits::of_file(self.json()).map_err(Rejected)
    }

    fn json(&self) -> &[u8] {
        match self {
            Self::Embedded => EMBEDDED,
            Self::File(json) => json,
        }
    }
}

/// The first twelve hexadecimal digits of the SHA-256.
pub(crate) fn hash(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    digest
        .iter()
        .take(6)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// Decoded data: 17 MiB for some 2,000 models.
#[derive(Debug)]
pub(crate) struct Catalogue {
    calculator: Calculator,
}

/// What a catalogue holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Summary {
    /// Companies that sell models.
    pub providers: usize,
    /// The models each of them sells, all together.
    pub models: usize,
}

/// What is asked: the model of a call, on its terms, at its time, with its whole input.
pub(crate) struct Question<'a> {
    pub(crate) model: &'a str,
    pub(crate) provider: Option<&'a str>,
    pub(crate) terms: &'a Terms,
    pub(crate) at: UnixNanos,
    pub(crate) input: u64,
}

impl Catalogue {
    /// Decodes it, in some 20 ms.
    pub(crate) fn decode(data: &Data) -> Result<Self, Rejected> {
        let calculator =
            Calculator::from_json(data.json()).map_err(|error| Rejected(error.to_string()))?;
        if calculator
            .providers()
            .all(|provider| provider.models().next().is_none())
        {
            return Err(Rejected("it has no model".to_owned()));
        }
        Ok(Self { calculator })
    }

    pub(crate) fn summary(&self) -> Summary {
        let (mut providers, mut models) = (0, 0);
        for provider in self.calculator.providers() {
            providers += 1;
            models += provider.models().count();
        }
        Summary { providers, models }
    }

    /// The rates of a request, unless the model is unknown, or unknown on these terms.
    #[expect(
        clippy::cast_precision_loss,
        reason = "a count above 2^53 is above every tier, and is divided out again"
    )]
    pub(crate) fn rates(&self, question: &Question<'_>) -> Option<Rates> {
        let Served::By(provider, model) = served(question.provider, question.model) else {
            return Some(Rates::default());
        };
        let ask = Ask {
            calculator: &self.calculator,
            provider,
            model,
            at: SystemTime::UNIX_EPOCH + Duration::from_nanos(question.at.0),
            // Without input there is no price of input to divide.
            input: question.input.max(1) as f64,
        };
        let (standard, provider) = ask.rates(&[])?;
        let context = context(question.terms);
        if context.is_empty() || at_standard_price(&provider, &context) {
            return Some(standard);
        }
        let (rates, _) = ask.rates(&context)?;
        // For terms it knows nothing of, the catalogue answers with the standard price: a guess.
        (rates != standard).then_some(rates)
    }
}

struct Ask<'a> {
    calculator: &'a Calculator,
    provider: &'a str,
    model: &'a str,
    at: SystemTime,
    input: f64,
}

impl Ask<'_> {
    /// The rates, and who asks for them.
    fn rates(&self, context: &[(&str, &str)]) -> Option<(Rates, String)> {
        const OUTPUT: f64 = 1e6;
        let ask = |usage: &[(&'static str, f64)]| {
            let usage: Usage = usage
                .iter()
                .map(|&(key, count)| (UsageKey::from_static(key), count))
                .collect();
            let mut request = PriceRequest::new(self.model, &usage)
                .with_provider_id(self.provider)
                .with_timestamp(self.at);
            for &(key, word) in context {
                request = request.with_price_context(key, word);
            }
            self.calculator.calculate(&request).ok()
        };
        // The same request each time, all of its input being of one kind: the tier is the
        // request's, and what a kind costs is seen alone.
        let all = ("input_tokens", self.input);
        let input = |kinds: &[&'static str]| {
            let kinds = kinds.iter().map(|&kind| (kind, self.input));
            let usage: Vec<_> = std::iter::once(all).chain(kinds).collect();
            per_million(ask(&usage)?.input_price, self.input)
        };
        let output = |kinds: &[&'static str]| {
            let kinds = kinds.iter().map(|&kind| (kind, OUTPUT));
            let usage: Vec<_> = std::iter::once(all).chain(kinds).collect();
            per_million(ask(&usage)?.output_price, OUTPUT)
        };
        let nothing = ask(&[])?;
        let rates = Rates {
            input: input(&[])?,
            output: output(&["output_tokens"])?,
            reasoning: output(&["output_tokens", "output_reasoning_tokens"])?,
            cache_read: input(&["cache_read_tokens"])?,
            cache_write_5m: input(&["cache_write_tokens"])?,
            cache_write_1h: input(&["cache_write_tokens", "cache_write_1h_tokens"])?,
            call: nanos(nothing.total_price)?,
        };
        Some((rates, nothing.provider_id))
    }
}

#[cfg(test)]
#[path = "catalogue_tests.rs"]
mod tests;
