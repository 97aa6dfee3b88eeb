use super::*;
use crate::Test;
use crate::fixtures::{fresh_sheet, now, sheet, sources};

fn offers() -> Offers {
    Offers {
        endpoint: Some((
            "OTEL_EXPORTER_OTLP_ENDPOINT".into(),
            "https://a.example".into(),
        )),
        token: Some("ACO_TOKEN".into()),
    }
}

fn view(settings: &SettingsSheet, offers: &Offers, typed: Option<&str>) -> FirstRunView {
    let facts = FirstRunFacts {
        sources: &sources(true),
        settings,
        offers,
        typed,
        problems: &[],
        test: &Test::default().view(),
    };
    FirstRunView::of(&facts, &now())
}

#[test]
fn what_stands_in_the_environment_is_offered_and_named() {
    let view = view(&fresh_sheet(), &offers(), None);
    let step = view.shipping;
    assert_eq!(step.endpoint.value, "https://a.example");
    assert_eq!(
        step.endpoint.note.as_deref(),
        Some("Found in OTEL_EXPORTER_OTLP_ENDPOINT. Change it if that belongs to another tool.")
    );
    assert!(step.suggests_connect);
    assert_eq!(
        step.token_offer.unwrap().label,
        "Use the token found in ACO_TOKEN"
    );
}

#[test]
fn what_is_configured_or_typed_comes_before_an_offer() {
    let configured = view(&sheet(), &offers(), None).shipping;
    assert_eq!(configured.endpoint.value, "https://otel.home.arpa:4317");
    assert_eq!(configured.endpoint.note, None);
    assert_eq!(configured.token_offer, None, "one is stored");
    let typed = view(&sheet(), &offers(), Some("otel")).shipping;
    assert_eq!(typed.endpoint.value, "otel");
}

#[test]
fn without_an_offer_the_machine_is_left_alone() {
    let view = view(&fresh_sheet(), &Offers::default(), None);
    assert!(!view.shipping.suggests_connect);
    assert_eq!(view.found.first.word, "7 AI tools found");
    assert!(!view.login.notify.checked, "notifications are opt-in");
    assert!(view.login.login.checked);
}

#[test]
fn a_choice_is_logged_without_its_token() {
    let choice = FirstRunChoice {
        endpoint: Some("https://a.example".into()),
        token: Some("s3cret".into()),
        take_token_found: false,
        start_at_login: true,
        notify: false,
    };
    let text = format!("{choice:?}");
    assert!(!text.contains("s3cret"), "{text}");
}
