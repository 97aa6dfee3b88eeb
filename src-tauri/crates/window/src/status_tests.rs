use super::*;
use crate::fixtures::{self, now};

fn view_of(status: &Status, pace: &Pace) -> StatusView {
    let (sources, sheet) = (fixtures::sources(true), fixtures::sheet());
    let facts = StatusFacts {
        status,
        sources: Some(&sources),
        settings: Some(&sheet),
        pace,
        no_tray: false,
    };
    StatusView::of(&facts, &now())
}

fn view(status: &Status) -> StatusView {
    view_of(status, &Pace::default())
}

fn first(view: &StatusView) -> String {
    format!("{}{}", view.first.word, view.first.detail)
}

fn row<'a>(view: &'a StatusView, label: &str) -> Option<&'a crate::Row> {
    let mut rows = view.sections.iter().flat_map(|section| &section.rows);
    rows.find(|row| row.label == label)
}

#[test]
fn the_first_line_answers_in_every_state() {
    let table = [
        (
            fixtures::status(),
            "Up to date · accepted 12 s ago",
            (Glyph::Shipping, Tone::Plain),
        ),
        (
            fixtures::offline(),
            "Offline since 13:05 · 3,911 waiting",
            (Glyph::Backlog, Tone::Wait),
        ),
        (
            fixtures::paused(),
            "Paused until 15:30 · 212 waiting",
            (Glyph::Paused, Tone::Plain),
        ),
        (
            fixtures::local(),
            "Local only · nothing leaves this machine",
            (Glyph::Local, Tone::Plain),
        ),
        (
            fixtures::token_refused(),
            "Token refused · 1,022 waiting",
            (Glyph::Attention, Tone::Act),
        ),
        (
            fixtures::dropped(),
            "Records dropped · 318 records",
            (Glyph::Attention, Tone::Act),
        ),
        (
            fixtures::config_invalid(),
            "Configuration invalid · nothing is sent until it is corrected",
            (Glyph::Attention, Tone::Act),
        ),
    ];
    for (status, text, glyph) in table {
        let view = view(&status);
        assert_eq!(first(&view), text);
        assert_eq!(
            (view.first.glyph, view.first.tone),
            (Some(glyph.0), glyph.1)
        );
    }
    let (status, pace) = fixtures::catching_up();
    assert_eq!(
        first(&view_of(&status, &pace)),
        "Catching up · about 41 s left"
    );
    // Without a speed there is no estimate.
    assert_eq!(first(&view(&status)), "Catching up · 1,284 waiting");
    let new = fixtures::status_with(|status| status.last_accepted = None);
    assert_eq!(
        first(&view(&new)),
        "Up to date · nothing sent since the start"
    );
}

#[test]
fn banners_say_what_since_when_and_what_to_do() {
    let table = [
        (fixtures::status(), vec![]),
        (
            fixtures::offline(),
            vec![(
                "otel.home.arpa:4317 refuses connections, since 13:05. Nothing is lost: records \
                 wait here. Next try in 24 s.",
                Some((Deed::TryNow, false)),
            )],
        ),
        (
            fixtures::token_refused(),
            vec![(
                "otel.home.arpa:4317 answers “unauthenticated”, since 13:47. Records are kept, \
                 and ship once it accepts a token.",
                Some((Deed::ReplaceToken, true)),
            )],
        ),
        (
            fixtures::config_invalid(),
            vec![(
                "config.toml, line 14: unknown key `endpont`. Recording goes on with the last \
                 good values; nothing ships until it is corrected.",
                Some((Deed::OpenConfig, true)),
            )],
        ),
        (
            fixtures::dropped(),
            vec![(
                "Records were dropped: 318 over the limit of 512 MiB. They never reached the \
                 endpoint.",
                Some((Deed::Acknowledge, true)),
            )],
        ),
    ];
    for (status, expected) in table {
        let view = view(&status);
        let found: Vec<_> = view
            .banners
            .iter()
            .map(|banner| {
                let action = banner.actions.first();
                let action = action.map(|action| (action.deed, action.primary));
                (banner.text.as_str(), action)
            })
            .collect();
        assert_eq!(found, expected);
    }
}

#[test]
fn one_button_of_several_banners_is_primary() {
    let status = fixtures::status_with(|status| {
        *status = fixtures::token_refused();
        let more = fixtures::dropped().attention;
        status.attention.extend(more);
        let unknown = fixtures::attention("from_the_future", "the sky falls", "look up");
        status.attention.push(unknown);
    });
    let view = view(&status);
    let primary: Vec<_> = view
        .banners
        .iter()
        .flat_map(|banner| banner.actions.iter().map(|action| action.primary))
        .collect();
    assert_eq!(primary, [true, false]);
    assert_eq!(view.banners[2].text, "The sky falls. Look up.");
}

#[test]
fn what_was_kept_is_asked_about() {
    let status = fixtures::status_with(|status| {
        status.kept = Some(aco_domain::Kept {
            records: 1,
            oldest_age_s: Some(7_200),
        });
        status.state = AgentState::Attention;
        status.attention = vec![aco_domain::Attention {
            code: "send_kept".into(),
            what: "1 records were kept while no endpoint was configured".into(),
            remedy: "say whether they are sent".into(),
        }];
    });
    let banners = view(&status).banners;
    assert_eq!(banners.len(), 1, "it is asked once");
    let banner = &banners[0];
    assert_eq!(
        banner.text,
        "1 record is kept from before there was an endpoint, the oldest 2 h ago. Send them too? \
         Nothing is sent until you say."
    );
    let deeds: Vec<_> = banner.actions.iter().map(|action| action.deed).collect();
    assert_eq!(deeds, [Deed::SendKept, Deed::KeepKept]);
}

#[test]
fn a_desktop_without_a_tray_is_told_why_and_how_to_quit() {
    let facts = StatusFacts {
        status: &fixtures::status(),
        sources: None,
        settings: None,
        pace: &Pace::default(),
        no_tray: true,
    };
    let view = StatusView::of(&facts, &now());
    assert_eq!(view.banners[0].actions[0].deed, Deed::Quit);
    assert_eq!(view.sections.len(), 2, "sources are not known yet");
}

#[test]
fn what_can_be_done_fits_the_state() {
    let deeds = |status: &Status| -> Vec<Deed> {
        view(status)
            .actions
            .iter()
            .map(|action| action.deed)
            .collect()
    };
    assert_eq!(deeds(&fixtures::status()), [Deed::Pause, Deed::OpenGrafana]);
    assert_eq!(
        deeds(&fixtures::paused()),
        [Deed::Resume, Deed::OpenGrafana]
    );
    assert_eq!(
        deeds(&fixtures::local()),
        [Deed::Connect, Deed::ConnectGrafana]
    );
    // Paused and refused at once: it can still be resumed.
    let both = fixtures::status_with(|status| {
        *status = fixtures::token_refused();
        status.paused = Some(aco_domain::PauseUntil::Resumed);
    });
    assert_eq!(deeds(&both), [Deed::Resume, Deed::OpenGrafana]);
}

#[test]
fn the_answer_is_lokis_only_when_that_was_found_out() {
    use aco_domain::{Answerer, Answers};
    let by = |by: Option<Answerer>| {
        let status = fixtures::status_with(|status| {
            status.answers = by.map(|by| Answers {
                by,
                found_at: status.last_accepted.unwrap(),
            });
        });
        row(&view(&status), "Last answer").unwrap().value.clone()
    };
    assert_eq!(by(Some(Answerer::Loki)), "Stored by Loki");
    assert_eq!(by(Some(Answerer::Collector)), "Accepted by the Collector");
    assert_eq!(by(None), "Accepted; test the connection to learn by whom");
}

#[test]
fn losses_are_named_and_can_be_looked_at() {
    let dropped = view(&fixtures::dropped());
    let lost = row(&dropped, "Dropped").unwrap();
    assert_eq!(lost.value, "318 records, the room was full");
    assert_eq!(lost.action.as_ref().unwrap().deed, Deed::ShowDropped);
    let quarantined = row(&dropped, "Quarantined").unwrap();
    assert_eq!(quarantined.value, "2 records, refused for good");
    assert_eq!(
        quarantined.action.as_ref().unwrap().deed,
        Deed::ShowQuarantine
    );
    // Without an endpoint old records expire, and nothing is wrong.
    let local = fixtures::status_with(|status| {
        *status = fixtures::local();
        status.records.dropped.age = 1;
    });
    let local = view(&local);
    assert_eq!(row(&local, "Dropped").unwrap().value, "1 record, expired");
    let kept = row(&local, "Kept here").unwrap();
    assert_eq!(kept.value, "18,402 records, 15.9 MB");
    assert_eq!(kept.aside.as_deref(), Some("for 30 days, then they expire"));
}
