//! Under which provider and name the catalogue is asked for a call's model, and on which terms.

use aco_domain::{OwnPrice, Terms};

/// Where a model runs on the user's own machine, and costs nothing.
const LOCAL: &[&str] = &["ollama", "lmstudio", "lm-studio", "oss"];

/// Vendors whose models Bedrock serves, as its model ids begin (`us.anthropic.claude-…`).
const BEDROCK_VENDORS: &[&str] = &[
    "ai21.",
    "amazon.",
    "anthropic.",
    "cohere.",
    "deepseek.",
    "meta.",
    "minimax.",
    "mistral.",
    "moonshotai.",
    "openai.",
    "qwen.",
    "writer.",
];

/// Regions and other prefixes of Bedrock's inference profiles.
const BEDROCK_REGIONS: &[&str] = &[
    "global.", "us.", "us-gov.", "eu.", "apac.", "jp.", "au.", "in.", "ca.", "sa.",
];

/// Whom to ask for which name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Served<'a> {
    /// By the user's own machine.
    Locally,
    /// By this provider, under this name.
    By(&'a str, &'a str),
}

/// Who served a model: whom the source recorded, else whom the name tells.
///
/// The provider decides alone where it is known. Only `anthropic` gives way to a name that
/// Anthropic does not have: the same tool speaks to Bedrock and Vertex AI, and may not say so.
pub(crate) fn served<'a>(provider: Option<&'a str>, model: &'a str) -> Served<'a> {
    // How Claude Code's own settings ask for a long context; the API knows no such name.
    let model = model.strip_suffix("[1m]").unwrap_or(model);
    // Models of Ollama's cloud run elsewhere, under a subscription.
    let cloud = model.ends_with("-cloud") || model.ends_with(":cloud");
    match provider.map(str::trim).filter(|name| !name.is_empty()) {
        Some(name) if is_one_of(name, LOCAL) && !cloud => Served::Locally,
        Some(name) if !name.eq_ignore_ascii_case("anthropic") => Served::By(name, model),
        hint => {
            let last = model.rsplit('/').next().unwrap_or(model);
            if is_bedrock(last) {
                Served::By("aws", last)
            } else if last.starts_with("claude-") && last.contains('@') {
                Served::By("google", last)
            } else {
                // The catalogue's word for a proxy: the name before a slash, else the model's,
                // tells whose it is.
                Served::By(hint.unwrap_or("litellm"), model)
            }
        }
    }
}

fn is_bedrock(model: &str) -> bool {
    let region = BEDROCK_REGIONS
        .iter()
        .find_map(|region| model.strip_prefix(region));
    let vendor = region.unwrap_or(model);
    BEDROCK_VENDORS
        .iter()
        .any(|prefix| vendor.starts_with(prefix))
}

fn is_one_of(word: &str, words: &[&str]) -> bool {
    words.iter().any(|known| word.eq_ignore_ascii_case(known))
}

/// A term that changes the price: anything but the words for "as usual".
fn unusual(term: Option<&str>) -> Option<&str> {
    term.map(str::trim)
        .filter(|term| !is_one_of(term, &["", "standard", "default", "normal"]))
}

/// The unusual terms of a call, in the catalogue's words.
pub(crate) fn context(terms: &Terms) -> Vec<(&'static str, &str)> {
    let tier = unusual(terms.service_tier.as_deref()).map(|tier| {
        if tier.eq_ignore_ascii_case("batch") {
            ("processing", "batch")
        } else {
            ("service_tier", tier)
        }
    });
    let speed = unusual(terms.speed.as_deref()).map(|speed| ("service_tier", speed));
    tier.into_iter().chain(speed).collect()
}

/// Whether terms are sold at the standard list price. Anthropic's priority tier is: it is a
/// commitment to buy, not a price.
pub(crate) fn at_standard_price(provider: &str, context: &[(&str, &str)]) -> bool {
    provider == "anthropic" && context == [("service_tier", "priority")]
}

/// Whether a price of the user's own is for such a call, its time and input aside.
pub(crate) fn fits(own: &OwnPrice, model: &str, provider: Option<&str>, terms: &Terms) -> bool {
    let model_fits = match own.model.strip_suffix('*') {
        Some(prefix) => model.starts_with(prefix),
        None => model == own.model,
    };
    let same = |own: Option<&str>, call: Option<&str>| match (unusual(own), unusual(call)) {
        (None, None) => true,
        (Some(own), Some(call)) => own.eq_ignore_ascii_case(call),
        _ => false,
    };
    let provider_fits = own
        .provider
        .as_deref()
        .is_none_or(|own| provider.is_some_and(|name| name.eq_ignore_ascii_case(own)));
    model_fits
        && provider_fits
        && same(own.service_tier.as_deref(), terms.service_tier.as_deref())
        && same(own.speed.as_deref(), terms.speed.as_deref())
}

#[cfg(test)]
mod tests {
    use super::*;
    use Served::{By, Locally};

    #[test]
    fn the_recorded_provider_decides_and_else_the_name() {
        let table = [
            (Some("openai"), "gpt-5", By("openai", "gpt-5")),
            (Some("my-proxy"), "gpt-5", By("my-proxy", "gpt-5")),
            (
                Some("github-copilot"),
                "claude-x",
                By("github-copilot", "claude-x"),
            ),
            (None, "claude-opus-5", By("litellm", "claude-opus-5")),
            (Some(" "), "claude-opus-5", By("litellm", "claude-opus-5")),
            (
                Some("anthropic"),
                "claude-opus-5",
                By("anthropic", "claude-opus-5"),
            ),
            (
                Some("Anthropic"),
                "claude-opus-5[1m]",
                By("Anthropic", "claude-opus-5"),
            ),
            (
                Some("anthropic"),
                "us.anthropic.claude-sonnet-4-5-20250929-v1:0",
                By("aws", "us.anthropic.claude-sonnet-4-5-20250929-v1:0"),
            ),
            (
                None,
                "arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-opus-5",
                By("aws", "anthropic.claude-opus-5"),
            ),
            (
                None,
                "amazon.nova-pro-v1:0",
                By("aws", "amazon.nova-pro-v1:0"),
            ),
            (
                None,
                "claude-opus-5-5@20260901",
                By("google", "claude-opus-5-5@20260901"),
            ),
            (
                None,
                "anthropic/claude-opus-5",
                By("litellm", "anthropic/claude-opus-5"),
            ),
            (Some("ollama"), "llama3", Locally),
            (Some("LMStudio"), "qwen", Locally),
            (
                Some("ollama"),
                "gpt-oss:120b-cloud",
                By("ollama", "gpt-oss:120b-cloud"),
            ),
        ];
        for (provider, model, expected) in table {
            assert_eq!(served(provider, model), expected, "{provider:?} {model}");
        }
    }

    #[test]
    fn usual_terms_are_no_context() {
        let context = |tier: &'static str, speed: &'static str| {
            let terms = Terms {
                service_tier: Some(tier.into()),
                speed: Some(speed.into()),
                summed: false,
            };
            context(&terms)
                .into_iter()
                .map(|(key, word)| format!("{key}={word}"))
                .collect::<Vec<_>>()
                .join(" ")
        };
        assert_eq!(context("standard", "standard"), "");
        assert_eq!(context("default", ""), "");
        assert_eq!(
            context("batch", "fast"),
            "processing=batch service_tier=fast"
        );
        assert_eq!(context("flex", "normal"), "service_tier=flex");
    }
}
