use super::*;
use aco_domain::{CallIdentity, PerMillion, TokenCounts};
use std::time::Instant;

fn at(text: &str) -> UnixNanos {
    let at: jiff::Timestamp = text.parse().unwrap();
    UnixNanos(u64::try_from(at.as_nanosecond()).unwrap())
}

/// A call of now (November 2026).
fn call(model: &str, tokens: TokenCounts) -> Call {
    Call {
        identity: CallIdentity {
            call: 1,
            message: 1,
            sidechain: false,
        },
        at: at("2026-11-20T12:00:00Z"),
        model: model.into(),
        provider: None,
        session: "".into(),
        project: "".into(),
        tokens,
        terms: Terms::default(),
        recorded_cost: None,
    }
}

fn tokens(input: u64, output: u64, cache: [u64; 3]) -> TokenCounts {
    TokenCounts {
        input,
        output,
        cache_read: cache[0],
        cache_write_5m: cache[1],
        cache_write_1h: cache[2],
        reasoning: 0,
    }
}

fn book() -> PriceBook {
    PriceBook::new(Data::Embedded, Vec::new())
}

/// Every value worked out by hand: tokens × dollars per million, each kind on its own.
#[test]
fn prices_are_exact_to_the_last_nano_dollar() {
    let table = [
        // 1,000 × 3 + 500 × 15 = 10,500 millionths of a dollar.
        ("claude-sonnet-4-5", tokens(1_000, 500, [0; 3]), 10_500_000),
        // 7 × 3 + 11 × 15 + 13 × 0.30 + 17 × 3.75 + 19 × 6 = 21 + 165 + 3.9 + 63.75 + 114.
        ("claude-sonnet-4-5", tokens(7, 11, [13, 17, 19]), 367_650),
        // An hour's write is 2 × input, five minutes' 1.25 ×: 1,000 × 10 + 1,000 × 6.25.
        (
            "claude-opus-4-5",
            tokens(0, 0, [0, 1_000, 1_000]),
            16_250_000,
        ),
        // 250,000 tokens of input, 100,000 of them cached: 150,000 × 6 + 100,000 × 0.60.
        (
            "claude-sonnet-4-5",
            tokens(150_000, 0, [100_000, 0, 0]),
            960_000_000,
        ),
        // At the limit, 200,000 × 3; one above, 200,001 × 6; output at 22.50 then.
        ("claude-sonnet-4-5", tokens(200_000, 0, [0; 3]), 600_000_000),
        (
            "claude-sonnet-4-5",
            tokens(1, 2, [0, 200_000, 0]),
            1_500_051_000,
        ),
        // 99,999 + 2 is above 100,000: 99,999 × 0.50 + 2 × 0.05 + 1 × 2.50.
        ("claude-haiku-5-5", tokens(99_999, 1, [2, 0, 0]), 50_002_100),
        ("claude-haiku-5-5", tokens(99_998, 1, [2, 0, 0]), 10_000_320),
        // Codex: 272,000 × 2.50, then 272,001 × 5.
        ("gpt-5.4", tokens(272_000, 0, [0; 3]), 680_000_000),
        ("gpt-5.4", tokens(272_000, 0, [1, 0, 0]), 1_360_000_500),
        // A cache write OpenAI has no price for is input: 10 × 0.75.
        ("gpt-5.4-mini", tokens(0, 0, [0, 10, 0]), 7_500),
        // Nothing used costs nothing.
        ("claude-opus-5", tokens(0, 0, [0; 3]), 0),
    ];
    let book = book();
    for (model, tokens, nanos) in table {
        let price = book.price(&call(model, tokens));
        assert_eq!(price, Some(NanoUsd(nanos)), "{model} {tokens:?}");
    }
}

#[test]
fn a_half_nano_dollar_is_rounded_once_and_to_the_even_side() {
    let book = book();
    let flex = |tokens| {
        let mut call = call("gpt-5.4-mini", tokens);
        call.terms.service_tier = Some("flex".into());
        book.price(&call)
    };
    // A cached token costs 37.5 nano-dollars, one of input 375.
    assert_eq!(flex(tokens(0, 0, [1, 0, 0])), Some(NanoUsd(38)));
    assert_eq!(flex(tokens(0, 0, [3, 0, 0])), Some(NanoUsd(112)));
    assert_eq!(flex(tokens(1, 0, [1, 0, 0])), Some(NanoUsd(412)));
}

#[test]
fn an_earlier_call_keeps_its_earlier_price() {
    let book = book();
    let mut call = call("claude-opus-4-6", tokens(300_000, 0, [0; 3]));
    assert_eq!(
        book.price(&call),
        Some(NanoUsd(1_500_000_000)),
        "5 a million"
    );
    call.at = at("2026-03-12T23:59:59.999Z");
    assert_eq!(
        book.price(&call),
        Some(NanoUsd(3_000_000_000)),
        "10, above 200,000"
    );
    call.at = at("2026-03-13T00:00:00Z");
    assert_eq!(book.price(&call), Some(NanoUsd(1_500_000_000)));
}

#[test]
fn a_sum_of_requests_is_no_long_request() {
    let book = PriceBook::new(
        Data::Embedded,
        vec![
            own("mine", 1),
            OwnPrice {
                above_input_tokens: 1_000,
                ..own("mine", 2)
            },
        ],
    );
    let price = |model, summed| {
        let mut call = call(model, tokens(1_000_000, 0, [0; 3]));
        call.at = at("2026-01-02T03:04:05Z");
        call.terms.summed = summed;
        book.price(&call).map(|NanoUsd(nanos)| nanos / 1_000_000)
    };
    assert_eq!(
        price("claude-sonnet-4-5", false),
        Some(6_000),
        "above 200,000"
    );
    assert_eq!(price("claude-sonnet-4-5", true), Some(3_000));
    assert_eq!(
        (price("mine", false), price("mine", true)),
        (Some(2_000), Some(1_000))
    );
}

#[test]
fn calls_that_name_no_model_have_the_price_that_names_none() {
    let price = |own_model: &str| {
        let book = PriceBook::new(Data::Embedded, vec![own(own_model, 1)]);
        book.price(&call("", tokens(1, 0, [0; 3])))
    };
    assert_eq!(price(""), Some(NanoUsd(1_000)));
    assert_eq!(price("m"), None);
}

fn own(model: &str, input: i64) -> OwnPrice {
    let rate = NanoUsd(input * 1_000_000_000);
    OwnPrice {
        model: model.to_owned(),
        provider: None,
        rates: PerMillion {
            input: rate,
            output: rate,
            cache_read: rate,
            cache_write_5m: rate,
            cache_write_1h: rate,
        },
        from: None,
        before: None,
        above_input_tokens: 0,
        service_tier: None,
        speed: None,
    }
}

#[test]
fn a_price_of_ones_own_goes_before_the_catalogue_and_the_last_that_fits_counts() {
    let rows = vec![
        own("claude-opus-5", 1),
        OwnPrice {
            above_input_tokens: 1_000,
            ..own("claude-opus-5", 2)
        },
        OwnPrice {
            from: Some(at("2026-06-01T00:00:00Z")),
            before: Some(at("2026-07-01T00:00:00Z")),
            ..own("claude-opus-5", 3)
        },
        OwnPrice {
            speed: Some("fast".to_owned()),
            ..own("claude-opus-5", 4)
        },
        OwnPrice {
            provider: Some("my-proxy".to_owned()),
            ..own("my-*", 5)
        },
    ];
    let book = PriceBook::new(Data::Embedded, rows);
    // What a token costs, in thousands of nano-dollars.
    let rate = |change: &dyn Fn(&mut Call), input: u64| {
        let mut call = call("claude-opus-5", tokens(input, 0, [0; 3]));
        change(&mut call);
        let price = book.price(&call)?.0 / i64::try_from(input).unwrap();
        Some(price / 1_000)
    };
    let when = |text| move |call: &mut Call| call.at = at(text);
    assert_eq!(rate(&|_| (), 1_000), Some(1));
    assert_eq!(rate(&|_| (), 1_001), Some(2));
    assert_eq!(rate(&when("2026-05-31T23:59:59Z"), 10), Some(1));
    assert_eq!(rate(&when("2026-06-01T00:00:00Z"), 10), Some(3));
    assert_eq!(rate(&when("2026-06-30T23:59:59Z"), 5_000), Some(3));
    assert_eq!(rate(&when("2026-07-01T00:00:00Z"), 5_000), Some(2));
    assert_eq!(
        rate(&|call| call.terms.speed = Some("fast".into()), 10),
        Some(4)
    );
    // The rows for standard calls are not for this one, and the catalogue's batch price is half.
    let batch = |call: &mut Call| call.terms.service_tier = Some("batch".into());
    assert_eq!(rate(&batch, 1_000_000), Some(2), "2.5");
    let mine = |provider: Option<&'static str>| {
        move |call: &mut Call| {
            call.model = "my-model".into();
            call.provider = provider.map(Into::into);
        }
    };
    assert_eq!(rate(&mine(Some("my-proxy")), 10), Some(5));
    assert_eq!(rate(&mine(None), 10), None);
    assert_eq!(
        rate(&|call| call.model = "claude-opus-4-5".into(), 10),
        Some(5),
        "the catalogue"
    );
}

#[test]
fn the_version_names_what_was_priced_by() {
    let version = |data, own| PriceBook::new(data, own).version().to_owned();
    let embedded = version(Data::Embedded, Vec::new());
    assert_eq!(embedded, "genai-prices 0.2.1");
    let file = |text: &str| version(Data::File(text.into()), Vec::new());
    assert_eq!(file("[]"), "file 4f53cda18c2b");
    assert_ne!(file("[]"), file("[ ]"));
    let mine = version(Data::Embedded, vec![own("m", 1)]);
    assert!(
        mine.starts_with("genai-prices 0.2.1, own prices "),
        "{mine}"
    );
    assert_ne!(mine, version(Data::Embedded, vec![own("m", 2)]));
}

#[test]
fn a_damaged_file_prices_nothing_and_says_why() {
    let book = PriceBook::new(Data::File(b"{".to_vec()), vec![own("m", 1)]);
    assert!(book.trouble().is_none(), "nothing was decoded yet");
    assert_eq!(
        book.price(&call("claude-opus-5", tokens(1, 0, [0; 3]))),
        None
    );
    assert!(book.trouble().is_some() && book.open().is_err());
    assert_eq!(
        book.price(&call("m", tokens(1, 0, [0; 3]))),
        Some(NanoUsd(1_000))
    );
}

#[test]
fn a_book_at_rest_holds_no_catalogue_and_answers_as_before() {
    let book = book();
    let (known, new) = (
        call("claude-opus-5", tokens(9, 9, [9; 3])),
        call("gpt-5.4", tokens(9, 9, [9; 3])),
    );
    let price = book.price(&known);
    assert!(price.is_some());
    book.rest();
    assert_eq!(book.price(&known), price);
    assert!(book.answers().catalogue.is_none(), "asked before");
    let fresh = PriceBook::new(Data::Embedded, Vec::new());
    assert_eq!(book.price(&new), fresh.price(&new));
    assert!(book.answers().catalogue.is_some(), "asked anew");
}

#[test]
fn made_up_models_do_not_fill_the_memory() {
    let book = PriceBook::new(Data::File(b"{".to_vec()), Vec::new());
    for number in 0..2 * MOST_MODELS {
        book.price(&call(&format!("m{number}"), tokens(1, 0, [0; 3])));
    }
    let memo = &book.answers().memo;
    assert!(memo.known.len() <= MOST_MODELS && memo.index.len() == memo.known.len());
}

/// A measurement, to be run by hand with `--release`: 100,000 calls of four models over a year.
#[test]
#[ignore = "measures; run with --release --ignored --nocapture"]
fn measure() {
    let models = [
        "claude-opus-5",
        "claude-sonnet-4-5",
        "gpt-5.4",
        "no-such-model",
    ];
    let calls: Vec<_> = (0..100_000_u64)
        .map(|n| {
            let model = models[usize::try_from(n / 50 % 4).unwrap()];
            let mut call = call(model, tokens(n % 300_000, 500, [n, 0, 10]));
            call.at = UnixNanos(call.at.0 - n * 300 * 1_000_000_000);
            call
        })
        .collect();
    let start = Instant::now();
    let book = book();
    book.price(&calls[0]);
    let opened = start.elapsed();
    let start = Instant::now();
    let mut sum = 0;
    for call in &calls {
        sum += book.price(call).unwrap_or_default().0;
    }
    let each = start.elapsed() / 100_000;
    println!("decoded and first priced in {opened:?}, then {each:?} a call (sum {sum})");
}
