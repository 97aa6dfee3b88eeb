//! List prices of the models the generator names, by hand: nano-dollars a token are dollars a
//! thousand million tokens, and every price of theirs is a whole number of them.

use aco_domain::{Call, CallIdentity, NanoUsd, Pricing as _, Terms, TokenCounts};
use aco_histories::{Manifest, Spent, claude, codex};
use aco_prices::{Data, PriceBook};

/// Nano-dollars for a token of each kind.
struct Rates {
    input: u64,
    output: u64,
    cache_read: u64,
    cache_write_5m: u64,
    cache_write_1h: u64,
}

/// Anthropic's multiples of the price for input: a tenth to read from the cache, 1.25 to write to
/// it for five minutes, twice for an hour.
const fn anthropic(input: u64, output: u64) -> Rates {
    Rates {
        input,
        output,
        cache_read: input / 10,
        cache_write_5m: input / 4 * 5,
        cache_write_1h: input * 2,
    }
}

/// OpenAI's for the GPT-5 family: a tenth to read, nothing extra to write.
const fn gpt_5(input: u64, output: u64) -> Rates {
    Rates {
        input,
        output,
        cache_read: input / 10,
        cache_write_5m: input,
        cache_write_1h: input,
    }
}

/// Google's for Gemini 2.5: a tenth to read, and nothing is written for a price.
const fn gemini(input: u64, output: u64) -> Rates {
    Rates {
        input,
        output,
        cache_read: input / 10,
        cache_write_5m: input,
        cache_write_1h: input,
    }
}

/// Requests whose input, cached or not, is above this cost more on some models, as a whole.
const LONG_CONTEXT: u64 = 200_000;

fn rates(model: &str, input: u64) -> Option<Rates> {
    let rates = match model {
        "claude-sonnet-4-5-20250929" | "claude-sonnet-4.5" if input > LONG_CONTEXT => {
            anthropic(6_000, 22_500)
        }
        "claude-sonnet-4-5-20250929" | "claude-sonnet-4.5" => anthropic(3_000, 15_000),
        "claude-opus-4-1-20250805" => anthropic(15_000, 75_000),
        "claude-haiku-4-5-20251001" => anthropic(1_000, 5_000),
        "gpt-5" | "gpt-5-codex" => gpt_5(1_250, 10_000),
        "gpt-5-mini" => gpt_5(250, 2_000),
        "gemini-2.5-pro" if input > LONG_CONTEXT => gemini(2_500, 15_000),
        "gemini-2.5-pro" => gemini(1_250, 10_000),
        "gemini-2.5-flash" => gemini(300, 2_500),
        _ => return None,
    };
    Some(rates)
}

/// What a call costs; nothing where nobody sells its model. A sum of requests is no long one.
pub(crate) fn price(spent: &Spent) -> Option<NanoUsd> {
    let tokens = &spent.tokens;
    let input = match spent.terms.summed {
        true => 0,
        false => tokens.total() - tokens.output,
    };
    let rates = rates(&spent.model, input)?;
    let nanos = tokens.input * rates.input
        + tokens.output * rates.output
        + tokens.cache_read * rates.cache_read
        + tokens.cache_write_5m * rates.cache_write_5m
        + tokens.cache_write_1h * rates.cache_write_1h;
    Some(NanoUsd(i64::try_from(nanos).unwrap()))
}

fn call(spent: &Spent) -> Call {
    Call {
        identity: CallIdentity {
            call: 0,
            message: 0,
            sidechain: false,
        },
        at: spent.at,
        model: spent.model.as_str().into(),
        provider: None,
        session: spent.session.as_str().into(),
        project: spent.project.as_str().into(),
        tokens: spent.tokens,
        terms: spent.terms.clone(),
        recorded_cost: None,
    }
}

fn histories() -> Manifest {
    let folder = tempfile::tempdir().unwrap();
    let mut all = claude::write(&folder.path().join("claude"), &claude::Shape::SMALL).unwrap();
    all.merge(codex::write(&folder.path().join("codex"), &codex::Shape::SMALL).unwrap());
    for (name, write) in crate::sessions::TOOLS {
        let home = folder.path().join(name);
        all.merge(write(&home, &aco_histories::Shape::SMALL).unwrap());
    }
    all
}

#[test]
fn every_call_costs_what_the_lists_say() {
    let book = PriceBook::new(Data::Embedded, Vec::new());
    let (mut priced, mut unpriced) = (0, 0);
    for spent in histories().calls() {
        let expected = price(spent);
        assert_eq!(book.price(&call(spent)), expected, "{spent:?}");
        match expected {
            Some(_) => priced += 1,
            None => unpriced += 1,
        }
    }
    assert!(
        priced > 500 && unpriced > 20,
        "{priced} priced, {unpriced} not"
    );
}

/// 250,000 tokens of input of which 100,000 were cached: 150,000 × $6 and 100,000 × $0.60 a
/// million, the whole request at the higher rate.
#[test]
fn a_long_request_is_dearer_as_a_whole() {
    let tokens = TokenCounts {
        input: 150_000,
        cache_read: 100_000,
        ..TokenCounts::default()
    };
    let model = "claude-sonnet-4-5-20250929";
    let mut spent = Spent {
        tool: "claude-code",
        at: aco_domain::UnixNanos(0),
        model: model.to_owned(),
        session: String::new(),
        project: String::new(),
        tokens,
        terms: Terms::default(),
    };
    assert_eq!(price(&spent), Some(NanoUsd(960_000_000)));
    spent.terms.summed = true;
    assert_eq!(
        price(&spent),
        Some(NanoUsd(480_000_000)),
        "of requests unknown"
    );
}
