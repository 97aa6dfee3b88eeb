//! That every price in the embedded data comes out exact.

use crate::catalogue::EMBEDDED;
use crate::limits::Limits;
use crate::{Data, PriceBook};
use aco_domain::{Call, CallIdentity, NanoUsd, Pricing as _, Terms, TokenCounts, UnixNanos};
use genai_prices::{Calculator, PriceRequest, Usage};
use serde_json::Value;
use std::time::{Duration, SystemTime};

const DAY: u64 = 86_400 * 1_000_000_000;

/// Every model, at and beside each of its own limits, against integers made of the decimals as they
/// stand in the file: no `f64` is calculated with here.
#[test]
fn every_price_in_it_comes_out_exact() {
    let limits = Limits::of_file(EMBEDDED).unwrap();
    let calculator = Calculator::from_json(EMBEDDED).unwrap();
    let book = PriceBook::new(Data::Embedded, Vec::new());
    let providers: Value = serde_json::from_slice(EMBEDDED).unwrap();
    let (mut models, mut prices) = (0, 0);
    for provider in providers.as_array().unwrap() {
        let provider_id = provider["id"].as_str().unwrap();
        for model in provider["models"].as_array().unwrap() {
            let id = model["id"].as_str().unwrap();
            if !means_itself(&calculator, provider_id, id) {
                continue;
            }
            models += 1;
            let (inputs, moments) = samples(model, &limits);
            for &at in &moments {
                for &input in &inputs {
                    let tokens = tokens(input);
                    let expected = expected(model, at, &tokens);
                    let price = book.price(&call(provider_id, id, at, tokens));
                    assert_eq!(price, Some(expected), "{provider_id} {id} {at:?} {input}");
                    prices += 1;
                }
            }
        }
    }
    assert!(
        models > 2_000 && prices > 10_000,
        "{models} models, {prices} prices"
    );
}

/// Whether a model's id leads to the model and not to one like it.
fn means_itself(calculator: &Calculator, provider: &str, id: &str) -> bool {
    let usage = Usage::new();
    let request = PriceRequest::new(id, &usage)
        .with_provider_id(provider)
        .with_timestamp(SystemTime::UNIX_EPOCH + Duration::from_secs(1));
    let found = calculator.calculate(&request);
    found.is_ok_and(|found| found.model_id == id && found.provider_id == provider)
}

/// Inputs and times at, below and above what the model's own prices change at.
fn samples(model: &Value, all: &Limits) -> (Vec<u64>, Vec<UnixNanos>) {
    let text = model.to_string();
    let mut inputs = vec![1_003];
    for &tier in all.tiers() {
        if text.contains(&format!("\"start\":{tier}")) {
            inputs.extend([tier, tier + 1]);
        }
    }
    let mut moments = vec![0, 20_600 * DAY + DAY / 7];
    if text.contains("start_date") {
        moments.extend(all.moments().iter().flat_map(|at| [at.0 - 1, at.0]));
    }
    if text.contains("start_time") {
        let noon = 20_777 * DAY;
        moments.extend(
            all.times()
                .iter()
                .flat_map(|time| [noon + time - 1, noon + time]),
        );
    }
    (inputs, moments.into_iter().map(UnixNanos).collect())
}

/// So many tokens of input in all, of every kind.
fn tokens(input: u64) -> TokenCounts {
    let (cache_read, cache_write_5m, cache_write_1h) = (input / 3, input / 7, input / 11);
    TokenCounts {
        input: input - cache_read - cache_write_5m - cache_write_1h,
        output: 777,
        cache_read,
        cache_write_5m,
        cache_write_1h,
        reasoning: 333,
    }
}

fn call(provider: &str, model: &str, at: UnixNanos, tokens: TokenCounts) -> Call {
    Call {
        identity: CallIdentity {
            call: 1,
            message: 1,
            sidechain: false,
        },
        at,
        model: model.into(),
        provider: Some(provider.into()),
        session: "".into(),
        project: "".into(),
        tokens,
        terms: Terms::default(),
        recorded_cost: None,
    }
}

fn expected(model: &Value, at: UnixNanos, tokens: &TokenCounts) -> NanoUsd {
    let prices = match &model["prices"] {
        Value::Array(dated) => {
            let active = dated
                .iter()
                .rev()
                .find(|dated| is_active(&dated["constraint"], at));
            &active.unwrap_or(&dated[0])["prices"]
        }
        prices => prices,
    };
    let input = tokens.input + tokens.cache_read + tokens.cache_write_5m + tokens.cache_write_1h;
    let rate = |keys: &[&str]| {
        let price = keys
            .iter()
            .map(|key| &prices[key])
            .find(|price| !price.is_null());
        price.map_or(0, |price| match price {
            Value::Object(tiered) => {
                let tiers = tiered["tiers"].as_array().unwrap();
                let tier = tiers
                    .iter()
                    .filter(|tier| tier["start"].as_u64().unwrap() < input)
                    .max_by_key(|tier| tier["start"].as_u64());
                nine_places(tier.map_or(&tiered["base"], |tier| &tier["price"]))
            }
            flat => nine_places(flat),
        })
    };
    let (plain, output) = (rate(&["input_mtok"]), rate(&["output_mtok"]));
    let read = rate(&["cache_read_mtok", "input_mtok"]);
    let write = rate(&["cache_write_mtok", "input_mtok"]);
    let write_1h = rate(&["cache_write_1h_mtok", "cache_write_mtok", "input_mtok"]);
    let reasoning = match prices["output_reasoning_mtok"].is_null() {
        true => output,
        false => rate(&["output_reasoning_mtok"]),
    };
    let exact = i128::from(tokens.input) * plain
        + i128::from(tokens.output - tokens.reasoning) * output
        + i128::from(tokens.reasoning) * reasoning
        + i128::from(tokens.cache_read) * read
        + i128::from(tokens.cache_write_5m) * write
        + i128::from(tokens.cache_write_1h) * write_1h
        // Thousands of requests; this is one.
        + rate(&["requests_kcount"]) * 1_000;
    let (whole, rest) = (exact / 1_000_000, exact % 1_000_000);
    let up = i128::from(rest > 500_000 || (rest == 500_000 && whole % 2 == 1));
    NanoUsd(i64::try_from(whole + up).unwrap())
}

fn is_active(constraint: &Value, at: UnixNanos) -> bool {
    let time = |key: &str| -> Option<u64> {
        let at: jiff::Timestamp = format!("1970-01-01T{}", constraint[key].as_str()?)
            .parse()
            .ok()?;
        u64::try_from(at.as_nanosecond()).ok()
    };
    if let Some(date) = constraint["start_date"].as_str() {
        let from: jiff::Timestamp = format!("{date}T00:00:00Z").parse().unwrap();
        return from.as_nanosecond() <= i128::from(at.0);
    }
    match (time("start_time"), time("end_time")) {
        (Some(from), Some(to)) => (from..to).contains(&(at.0 % DAY)),
        _ => true,
    }
}

/// A decimal in billionths, by its digits. Python wrote some as 0.18000000000000002.
fn nine_places(number: &Value) -> i128 {
    let text = number.to_string();
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let digits = format!("{fraction:0<10}");
    let round = i128::from(digits.as_bytes()[9] >= b'5');
    whole.parse::<i128>().unwrap() * 1_000_000_000 + digits[..9].parse::<i128>().unwrap() + round
}
