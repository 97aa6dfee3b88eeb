use super::*;
use aco_domain::UnixNanos;

fn outcomes(test: &Test) -> Vec<TestOutcome> {
    test.view().steps.iter().map(|step| step.outcome).collect()
}

#[test]
fn steps_pass_one_after_the_other() {
    assert_eq!(Test::default().view().steps, []);
    let mut test = Test::begun();
    test.upcoming(Check::Configuration);
    let found = outcomes(&test);
    assert_eq!(found.len(), 10);
    assert_eq!(found[0], TestOutcome::Running);
    assert!(
        found[1..]
            .iter()
            .all(|outcome| *outcome == TestOutcome::Todo)
    );
    test.step(Step::ok(Check::Configuration, "configured", "valid"));
    test.step(Step::note(
        Check::Token,
        "token_in_clear_text",
        "sent in clear text",
        "use TLS",
    ));
    test.upcoming(Check::Name);
    let view = test.view();
    assert_eq!(view.action.deed, Deed::StopTest);
    assert_eq!(view.steps[1].advice.as_deref(), Some("use TLS"));
    // What was passed over is not asked about again.
    assert_eq!(
        outcomes(&test)[2..4],
        [TestOutcome::Todo, TestOutcome::Running]
    );
}

#[test]
fn what_failed_ends_it_and_nothing_is_left_to_do() {
    let mut test = Test::begun();
    test.step(Step::failed(
        Check::Name,
        "name_unknown",
        "no such name",
        "check the name",
    ));
    test.examined(false, None);
    assert_eq!(outcomes(&test), [TestOutcome::Failed]);
    let view = test.view();
    assert_eq!(view.action.deed, Deed::Test);
    assert!(!view.conclusion.unwrap().healthy);
}

#[test]
fn the_conclusion_says_whose_word_it_is() {
    let answers = |by| {
        Some(Answers {
            by,
            found_at: UnixNanos(1),
        })
    };
    let table = [
        (
            answers(Answerer::Loki),
            "The connection works: what is accepted is in Loki.",
        ),
        (
            answers(Answerer::Collector),
            "The connection works: what is accepted is in the Collector’s care.",
        ),
        (None, "The connection works."),
    ];
    for (answers, text) in table {
        let mut test = Test::begun();
        test.examined(true, answers);
        assert_eq!(test.view().conclusion.unwrap().text, text);
    }
    let mut test = Test::begun();
    test.broke_off("the agent is gone", "start it");
    assert_eq!(
        test.view().conclusion.unwrap().text,
        "The agent is gone. Start it."
    );
}
