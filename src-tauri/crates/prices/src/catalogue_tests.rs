use super::*;

fn usual() -> Terms {
    Terms::default()
}

fn terms(tier: Option<&str>, speed: Option<&str>) -> Terms {
    Terms {
        service_tier: tier.map(Into::into),
        speed: speed.map(Into::into),
        summed: false,
    }
}

fn at(text: &str) -> UnixNanos {
    let at: jiff::Timestamp = text.parse().unwrap();
    UnixNanos(u64::try_from(at.as_nanosecond()).unwrap())
}

/// Input and output in dollars per million tokens, of a small call.
fn price(provider: Option<&str>, model: &str, terms: &Terms, when: &str) -> Option<(f64, f64)> {
    let question = Question {
        model,
        provider,
        terms,
        at: at(when),
        input: 10,
    };
    let catalogue = Catalogue::decode(&Data::Embedded).unwrap();
    let dollars = |rate: u64| f64::from(u32::try_from(rate / 1_000).unwrap()) / 1e6;
    catalogue
        .rates(&question)
        .map(|rates| (dollars(rates.input), dollars(rates.output)))
}

#[test]
fn a_model_is_found_by_the_names_tools_record() {
    let when = "2026-11-01T00:00:00Z";
    let table = [
        (None, "claude-sonnet-4-5-20250929", Some((3.0, 15.0))),
        (
            Some("anthropic"),
            "claude-sonnet-4-5-20250929",
            Some((3.0, 15.0)),
        ),
        (Some("anthropic"), "claude-opus-5", Some((5.0, 25.0))),
        // Bedrock: its global profiles at list price, the regional ones a tenth above.
        (
            None,
            "global.anthropic.claude-sonnet-4-5-20250929-v1:0",
            Some((3.0, 15.0)),
        ),
        (
            Some("anthropic"),
            "us.anthropic.claude-sonnet-4-5-20250929-v1:0",
            Some((3.3, 16.5)),
        ),
        // Vertex AI.
        (
            Some("anthropic"),
            "claude-opus-4-5@20251101",
            Some((5.0, 25.0)),
        ),
        (None, "claude-opus-5-5@20260901", Some((4.0, 20.0))),
        // Names with whose they are in front, as proxies have them.
        (None, "anthropic/claude-opus-5", Some((5.0, 25.0))),
        (Some("openai"), "gpt-5.4-mini", Some((0.75, 4.5))),
        (None, "gpt-5.4-mini", Some((0.75, 4.5))),
        // Recorded by a provider we know nothing of: what it takes is not what the maker takes.
        (Some("my-proxy"), "gpt-5.4-mini", None),
        (Some("openai"), "claude-opus-5", None),
        (None, "no-such-model", None),
        (None, "", None),
        (Some("anthropic"), "claude-opus-99", None),
        (Some("ollama"), "anything", Some((0.0, 0.0))),
        // Free, which is not unknown.
        (
            Some("openrouter"),
            "deepseek/deepseek-chat:free",
            Some((0.0, 0.0)),
        ),
    ];
    for (provider, model, expected) in table {
        assert_eq!(
            price(provider, model, &usual(), when),
            expected,
            "{provider:?} {model}"
        );
    }
}

#[test]
fn terms_without_a_price_of_their_own_have_none() {
    let late = "2026-11-01T00:00:00Z";
    let table = [
        (
            "anthropic",
            "claude-opus-5",
            Some("standard"),
            Some("standard"),
            late,
            Some((5.0, 25.0)),
        ),
        (
            "anthropic",
            "claude-opus-5",
            Some("batch"),
            None,
            late,
            Some((2.5, 12.5)),
        ),
        // The catalogue knows the rate from October 2026 on; before, it would give the full price.
        (
            "anthropic",
            "claude-opus-5",
            Some("batch"),
            None,
            "2026-10-01T00:00:00Z",
            None,
        ),
        (
            "anthropic",
            "claude-opus-5",
            Some("priority"),
            None,
            late,
            Some((5.0, 25.0)),
        ),
        ("anthropic", "claude-opus-5", None, Some("fast"), late, None),
        (
            "openai",
            "gpt-5.4-mini",
            Some("default"),
            None,
            late,
            Some((0.75, 4.5)),
        ),
        (
            "openai",
            "gpt-5.4-mini",
            Some("flex"),
            None,
            late,
            Some((0.375, 2.25)),
        ),
        (
            "openai",
            "gpt-5.4-mini",
            Some("priority"),
            None,
            late,
            Some((1.5, 9.0)),
        ),
        (
            "openai",
            "gpt-5.4-mini",
            None,
            Some("fast"),
            late,
            Some((1.5, 9.0)),
        ),
        ("openai", "gpt-5.4-mini", Some("scale"), None, late, None),
    ];
    for (provider, model, tier, speed, when, expected) in table {
        let terms = terms(tier, speed);
        assert_eq!(
            price(Some(provider), model, &terms, when),
            expected,
            "{model} {terms:?} {when}"
        );
    }
}

#[test]
fn a_price_is_that_of_the_calls_own_time() {
    let at = |when: &str| price(Some("deepseek"), "deepseek-v4-pro", &usual(), when);
    let day = |time: &str| at(&format!("2026-11-02T{time}Z"));
    // Dearer in two windows of the day, by whole seconds.
    assert_ne!(day("00:59:59.999"), day("01:00:00"));
    assert_eq!(day("01:00:00"), day("03:59:59.999"));
    assert_ne!(day("03:59:59.999"), day("04:00:00"));
    assert_eq!(day("00:00:00"), day("05:00:00"));
    let terra = |when: &str| price(Some("openai"), "gpt-5.6-terra", &usual(), when);
    assert_eq!(terra("2026-07-29T23:59:59Z"), Some((2.5, 15.0)));
    assert_eq!(terra("2026-07-30T00:00:00Z"), Some((2.0, 12.0)));
}

#[test]
fn a_file_is_taken_whole_or_not_at_all() {
    let decode = |json: &str| Catalogue::decode(&Data::File(json.as_bytes().to_vec()));
    let file = |price: &str| {
        format!(
            r#"[{{"id": "acme", "name": "Acme", "api_pattern": "acme", "models": [
                {{"id": "m", "match": {{"equals": "m"}}, "prices": {price}}}]}}]"#
        )
    };
    let question = Question {
        model: "m",
        provider: Some("acme"),
        terms: &usual(),
        at: at("2026-01-01T00:00:00Z"),
        input: 1,
    };
    let catalogue = decode(&file(r#"{"input_mtok": 1.5}"#)).unwrap();
    assert_eq!(catalogue.rates(&question).unwrap().input, 1_500_000_000);
    let catalogue = decode(&file(r#"{"input_mtok": 2000000}"#)).unwrap();
    assert_eq!(catalogue.rates(&question), None, "no price of a model");
    for wrong in ["", "{}", "[]", "[1]", &file(r#"{"input_mtok": -1}"#)] {
        let rejected = decode(wrong).unwrap_err().to_string();
        assert!(rejected.contains("data.json"), "{rejected}");
    }
}
