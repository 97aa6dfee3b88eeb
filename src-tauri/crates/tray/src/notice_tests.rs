use super::*;
use crate::samples::{attention, status};
use aco_domain::{
    AgentState, Answer, Backlog, BudgetStatus, EndpointStatus, NanoUsd, Origin, Outlook, PauseUntil,
};

const EVERYTHING: Preferences = Preferences {
    token_refused: true,
    offline_after: Some(Duration::from_secs(3_600)),
    dropped: true,
    budget: true,
};

/// 2026-11-25 12:00 UTC.
const NOON: UnixNanos = UnixNanos(1_795_608_000_000_000_000);
const HOUR: Duration = Duration::from_secs(3_600);

fn told_at(status: &Status, wanted: &Preferences, told: &mut Told, now: UnixNanos) -> Vec<Cause> {
    let found = notices(status, wanted, told, now, &TimeZone::UTC);
    found.into_iter().map(|notice| notice.cause).collect()
}

fn causes(status: &Status, wanted: &Preferences) -> Vec<Cause> {
    told_at(status, wanted, &mut Told::default(), NOON)
}

/// An agent whose endpoint has been silent since then, with records waiting.
fn offline(since: UnixNanos) -> Status {
    let mut status = status(AgentState::Backlog);
    status.endpoint = Some(EndpointStatus {
        url: "https://telemetry.example.org:4317".to_owned(),
        origin: Origin::Default,
        tls: true,
        token: None,
    });
    status.last_answer = Some(Answer {
        at: NOON,
        kind: AnswerKind::Unavailable,
        message: "nobody listens".to_owned(),
        since,
        next_attempt: None,
    });
    status.backlog = Backlog {
        records: 3_911,
        bytes: 1,
        oldest_age_s: Some(3_600),
    };
    status
}

fn refused() -> Status {
    let mut status = status(AgentState::Attention);
    status.attention = vec![attention("token_refused"), attention("records_dropped")];
    status
}

#[test]
fn nothing_is_told_that_was_not_asked_for() {
    let nothing = Preferences::default();
    assert_eq!(causes(&refused(), &nothing), []);
    assert_eq!(causes(&offline(UnixNanos(0)), &nothing), []);
    let only_dropped = Preferences {
        dropped: true,
        ..nothing
    };
    assert_eq!(causes(&refused(), &only_dropped), [Cause::Dropped]);
}

#[test]
fn each_cause_is_told_once_a_local_day() {
    let mut told = Told::default();
    let refused = refused();
    let both = [Cause::TokenRefused, Cause::Dropped];
    assert_eq!(told_at(&refused, &EVERYTHING, &mut told, NOON), both);
    assert_eq!(told_at(&refused, &EVERYTHING, &mut told, NOON), []);
    // Gone, and there again on the same day.
    let well = status(AgentState::Shipping);
    assert_eq!(told_at(&well, &EVERYTHING, &mut told, NOON), []);
    let evening = NOON.plus(11 * HOUR);
    assert_eq!(told_at(&refused, &EVERYTHING, &mut told, evening), []);
    let tomorrow = NOON.plus(12 * HOUR);
    assert_eq!(told_at(&refused, &EVERYTHING, &mut told, tomorrow), both);
}

#[test]
fn a_restart_forgets_nothing() {
    let mut told = Told::default();
    let _ = told_at(&refused(), &EVERYTHING, &mut told, NOON);
    let kept = serde_json::to_string(&told).unwrap();
    assert_eq!(
        kept,
        r#"{"token_refused":"2026-11-25","dropped":"2026-11-25"}"#
    );
    let mut read: Told = serde_json::from_str(&kept).unwrap();
    assert_eq!(told_at(&refused(), &EVERYTHING, &mut read, NOON), []);
}

#[test]
fn offline_is_told_after_the_time_that_was_said() {
    let silent_for = |time| offline(NOON.minus(time));
    assert_eq!(causes(&silent_for(HOUR), &EVERYTHING), [Cause::Offline]);
    let almost = HOUR - Duration::from_secs(1);
    assert_eq!(causes(&silent_for(almost), &EVERYTHING), []);
}

#[test]
fn who_pauses_or_has_nothing_to_send_is_not_offline() {
    let table: [fn(&mut Status); 4] = [
        |it| it.paused = Some(PauseUntil::Resumed),
        |it| it.endpoint = None,
        |it| it.backlog.records = 0,
        |it| {
            if let Some(answer) = &mut it.last_answer {
                answer.kind = AnswerKind::Accepted;
            }
        },
    ];
    for change in table {
        let mut status = offline(UnixNanos(0));
        change(&mut status);
        assert_eq!(causes(&status, &EVERYTHING), []);
    }
}

#[test]
fn each_threshold_of_a_budget_is_told_once_in_its_own_period() {
    let mut told = Told::default();
    let mut status = status(AgentState::Shipping);
    let mut reached = |begins: &str, percent, told: &mut Told, now| {
        let budget = BudgetStatus {
            span: BudgetSpan::Month,
            begins: begins.to_owned(),
            basis: Basis::ApiValue,
            limit: NanoUsd(100_000_000_000),
            spent: Some(NanoUsd(81_500_000_000)),
            reached_percent: percent,
        };
        status.outlook = Some(Outlook {
            date: "2026-11-25".to_owned(),
            fees: None,
            projected: None,
            budgets: vec![budget],
        });
        notices(&status, &EVERYTHING, told, now, &TimeZone::UTC)
    };
    assert_eq!(reached("2026-11-01", None, &mut told, NOON), []);
    let first = reached("2026-11-01", Some(80), &mut told, NOON);
    assert_eq!(first[0].cause, Cause::MonthBudget);
    assert_eq!(first[0].title, "80 % of the month's budget");
    assert_eq!(first[0].body, "$81.50 API value of $100.00.");
    // Neither again today nor tomorrow; the next threshold is.
    for now in [NOON, NOON.plus(24 * HOUR)] {
        assert_eq!(reached("2026-11-01", Some(80), &mut told, now), []);
    }
    assert_eq!(reached("2026-11-01", Some(100), &mut told, NOON).len(), 1);
    assert_eq!(reached("2026-12-01", Some(80), &mut told, NOON).len(), 1);
}

#[test]
fn the_words_say_what_happened_what_is_safe_and_what_to_do() {
    let say = |status: &Status| -> Vec<(String, String)> {
        notices(
            status,
            &EVERYTHING,
            &mut Told::default(),
            NOON,
            &TimeZone::UTC,
        )
        .into_iter()
        .map(|notice| (notice.title, notice.body))
        .collect()
    };
    let mut refused = refused();
    refused.backlog.records = 1;
    let owned = |a: &str, b: &str| (a.to_owned(), b.to_owned());
    assert_eq!(
        say(&refused),
        [
            owned(
                "Token refused",
                "1 record waits. Nothing is lost. Replace the token in the settings."
            ),
            owned(
                "Records dropped",
                "What is wrong. The local log says when and why."
            ),
        ]
    );
    assert_eq!(
        say(&offline(NOON.minus(2 * HOUR))),
        [owned(
            "Offline for 2 hours",
            "3,911 records wait. Nothing is lost: they leave when the endpoint answers."
        )]
    );
}

#[test]
fn time_is_said_in_its_largest_unit() {
    let table = [
        (59, "0 minutes"),
        (60, "1 minute"),
        (3_599, "59 minutes"),
        (3_600, "1 hour"),
        (172_799, "47 hours"),
        (172_800, "2 days"),
    ];
    for (seconds, text) in table {
        assert_eq!(span(Duration::from_secs(seconds)), text);
    }
}
