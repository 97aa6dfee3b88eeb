//! The session against a real socket, behind which answers a made-up agent.

use super::*;
#[cfg(unix)]
use crate::window::doubles::home;
use crate::window::doubles::{
    Agent, Double, Noon, begun, every_line, line, ordinary, report, session_in, sheet, status,
};
use aco_domain::UnixNanos;
use aco_ipc::Refusal;
use aco_window::{Grouping, Range};
use std::time::Duration;

#[tokio::test]
async fn the_window_follows_agents_as_they_come_and_go() {
    let folder = tempfile::tempdir().unwrap();
    let agent = Agent::quiet(folder.path()).await;
    let (session, mut heard, _) = begun(folder.path());
    let shell = heard.live().await;
    assert_eq!(shell["state"], "Up to date");
    assert_eq!(shell["foot"], "Run by service");
    assert!(session.status().is_ok());
    let mut paused = status();
    paused.summary = "Paused until you resume".into();
    agent.states.send_replace(Some(paused));
    heard
        .next("status", |view| {
            view["first"]["word"] == "Paused until you resume"
        })
        .await;
    drop(agent);
    let gone = heard
        .next("shell", |shell| !shell["notice"].is_null())
        .await;
    assert!(gone["notice"]["action"]["deed"] == "start_agent", "{gone}");
    let _agent = Agent::quiet(folder.path()).await;
    heard.live().await;
}

#[tokio::test(start_paused = true)]
async fn an_agent_that_is_not_there_is_waited_for_before_it_is_missed() {
    let folder = tempfile::tempdir().unwrap();
    let (session, mut heard, double) = begun(folder.path());
    assert_eq!(
        session.opening().view,
        aco_window::View::FirstRun,
        "nobody has been here"
    );
    heard.notice("waiting").await;
    heard.notice("not_running").await;
    let refused = session.pause(PauseChoice::OneHour).await.unwrap_err();
    assert_eq!(refused.message, "No agent is running.");
    session.start_agent().unwrap();
    assert_eq!(double.asked(), ["start"]);
    assert!(!session.says_that_it_goes_on(), "it does not");
}

/// Over a Unix socket; what is said is the same over a pipe.
#[cfg(unix)]
#[tokio::test]
async fn an_agent_of_another_version_tells_its_state() {
    let folder = tempfile::tempdir().unwrap();
    let home = home(folder.path());
    home.create().unwrap();
    home.create_socket_folder().unwrap();
    // By hand: the greeting of a protocol to come, and a frozen answer.
    let listener = tokio::net::UnixListener::bind(home.socket()).unwrap();
    let serving = tokio::spawn(async move {
        use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
        let (mut stream, _) = listener.accept().await.unwrap();
        let frame = |value: &Value| {
            let body = serde_json::to_vec(value).unwrap();
            let length = u32::try_from(body.len()).unwrap();
            [length.to_be_bytes().as_slice(), &body].concat()
        };
        let hello = serde_json::json!({"protocol": 99, "version": "9.0.0"});
        stream.write_all(&frame(&hello)).await.unwrap();
        let mut bytes = [0; 1024];
        let mut heard = String::new();
        while !heard.contains("status") {
            let read = stream.read(&mut bytes).await.unwrap();
            heard.push_str(&String::from_utf8_lossy(&bytes[..read]));
        }
        let mut answer = serde_json::to_value(status()).unwrap();
        answer["response"] = "status".into();
        stream.write_all(&frame(&answer)).await.unwrap();
        std::future::pending::<()>().await;
    });
    let (_session, mut heard, _) = begun(folder.path());
    let shell = heard.notice("upgrade_needed").await;
    assert_eq!(shell["state"], "Up to date");
    serving.abort();
}

#[tokio::test]
async fn lines_wait_for_a_view_that_draws() {
    let folder = tempfile::tempdir().unwrap();
    let mut agent = Agent::quiet(folder.path()).await;
    let (session, mut heard, _) = begun(folder.path());
    heard.live().await;
    let follow = session.follow_logs(every_line());
    let sink = agent.lines.recv().await.unwrap();
    for number in 1..=3 {
        sink.push(line(number));
    }
    let rows = |batch: &Value| batch["rows"].as_array().unwrap().len();
    let mut drawn = 0;
    while drawn < 3 {
        let batch = heard.next("logs", |batch| batch["follow"] == follow).await;
        drawn += rows(&batch);
        session.took_logs(follow);
    }
    // The last word lets one batch go; from then on the view says nothing.
    sink.push(line(4));
    heard.next("logs", |batch| rows(batch) == 1).await;
    for number in 5..=1_500 {
        sink.push(line(number));
        if number % 100 == 0 {
            tokio::task::yield_now().await;
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
    session.took_logs(follow);
    let batch = heard.next("logs", |batch| rows(batch) > 0).await;
    assert!(rows(&batch) <= 1_001, "bounded");
    // Another filter is another stream.
    let second = session.follow_logs(every_line());
    assert_ne!(follow, second);
    session.stop_logs();
}

#[tokio::test]
async fn older_lines_are_looked_for_until_some_are_found() {
    let folder = tempfile::tempdir().unwrap();
    let _agent = Agent::start(folder.path(), |request| match request {
        Request::History { before, .. } => match before.as_deref() {
            None => Response::History {
                // All of it is shown already.
                lines: vec![line(9), line(8)],
                before: Some("1".into()),
            },
            Some("1") => Response::History {
                lines: Vec::new(),
                before: Some("2".into()),
            },
            Some("2") => Response::History {
                lines: vec![line(3), line(2)],
                before: Some("3".into()),
            },
            other => Response::Error(Refusal::new("bad", format!("{other:?}"), "")),
        },
        other => ordinary(other),
    })
    .await;
    let session = session_in(folder.path(), Double::default(), |_, _| {});
    let shown = line(5).at.0.to_string();
    let page = session.older_logs(every_line(), Some(shown)).await.unwrap();
    assert_eq!(page.rows.len(), 2);
    // Where it goes on is no moment, whatever it looks like.
    assert_eq!(page.before.as_deref(), Some("place:3"));
    let refused = session.older_logs(every_line(), page.before).await;
    assert!(refused.unwrap_err().message.contains("\"3\""));
}

#[tokio::test(start_paused = true)]
async fn figures_on_show_follow_what_is_used() {
    let folder = tempfile::tempdir().unwrap();
    let cost = Arc::new(Mutex::new("84.1"));
    let shown = Arc::clone(&cost);
    let agent = Agent::start(folder.path(), move |request| match request {
        Request::Report(_) => Response::Report(Box::new(report(*shown.lock().unwrap()))),
        other => ordinary(other),
    })
    .await;
    let (session, mut heard, _) = begun(folder.path());
    heard.live().await;
    let view = session.spend(Range::Today, Grouping::Tool).await.unwrap();
    assert_eq!(view.first.word, "$84.10");
    *cost.lock().unwrap() = "85";
    let mut used = status();
    used.spend = Some(aco_domain::Spend {
        date: "2026-09-24".into(),
        today: Default::default(),
        month: Default::default(),
    });
    agent.states.send_replace(Some(used.clone()));
    heard
        .next("spend", |view| view["first"]["word"] == "$85.00")
        .await;
    // Nobody looks at them any more.
    session.stop_spend();
    let before = agent.asked(|request| matches!(request, Request::Report(_)));
    used.spend = None;
    used.summary = "later".into();
    agent.states.send_replace(Some(used));
    heard
        .next("status", |view| view["first"]["word"] == "later")
        .await;
    tokio::time::sleep(Duration::from_secs(10)).await;
    let after = agent.asked(|request| matches!(request, Request::Report(_)));
    assert_eq!(before, after);
}

#[tokio::test]
async fn prices_are_shown_before_they_are_taken() {
    let folder = tempfile::tempdir().unwrap();
    let agent = Agent::start(folder.path(), |request| match request {
        Request::OfferPrices => {
            let changes = serde_json::json!({
                "from": "old", "to": "new", "providers": 1, "models": 1,
                "filled": [{"model": "m", "calls": 2, "cost_usd": "1.5"}], "repriced": [],
            });
            Response::PriceChanges(serde_json::from_value(changes).unwrap())
        }
        other => ordinary(other),
    })
    .await;
    let session = session_in(folder.path(), Double::default(), |_, _| {});
    let offer = session.update_prices().await.unwrap();
    assert!(offer.starts_with("2 calls of 1 model"), "{offer}");
    let taken =
        |request: &Request| matches!(request, Request::TakePrices { version } if version == "new");
    assert_eq!(agent.asked(taken), 0);
    assert_eq!(session.update_prices().await.unwrap(), "Done.");
    assert_eq!(agent.asked(taken), 1);
}

fn wrong(key: &str) -> aco_domain::SettingProblem {
    aco_domain::SettingProblem {
        key: Some(key.to_owned()),
        origin: aco_domain::Origin::Default,
        what: "it is wrong".into(),
        remedy: "write it right".into(),
    }
}

#[tokio::test]
async fn what_is_not_accepted_stays_typed_until_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let agent = Agent::start(folder.path(), |request| match request {
        Request::ChangeSettings { changes } => match changes[0].value.as_deref() {
            Some("wrong") => Response::Checked {
                problems: vec![wrong("ship.endpoint")],
            },
            value => Response::Settings(Box::new(sheet(value.unwrap_or_default()))),
        },
        other => ordinary(other),
    })
    .await;
    let session = session_in(folder.path(), Double::default(), |_, _| {});
    session.settings().await.unwrap();
    let change = |value: &str| {
        vec![aco_window::Change {
            key: "ship.endpoint".into(),
            value: Some(value.to_owned()),
        }]
    };
    let endpoint = |view: &aco_window::SettingsView| {
        let items = view.sections.iter().flat_map(|section| &section.items);
        let mut fields = items.filter_map(|item| match item {
            aco_window::SettingsItem::Field(field) => Some(field.clone()),
            _ => None,
        });
        fields.find(|field| field.key == "ship.endpoint").unwrap()
    };
    let view = session.change_settings(change("wrong")).await.unwrap();
    assert_eq!(view.first.word, "1 value not accepted");
    assert_eq!(endpoint(&view).value, "wrong");
    assert!(endpoint(&view).error.is_some());
    let view = session
        .change_settings(change(" https://a.example "))
        .await
        .unwrap();
    assert_eq!(view.first.word, "Settings");
    assert_eq!(endpoint(&view).value, "https://a.example");
    // An empty field is what is built in.
    session.change_settings(change("  ")).await.unwrap();
    let removed = |request: &Request| matches!(request, Request::ChangeSettings { changes } if changes[0].value.is_none());
    assert_eq!(agent.asked(removed), 1);
}

#[tokio::test]
async fn start_at_login_is_the_systems_and_not_the_files() {
    let folder = tempfile::tempdir().unwrap();
    let agent = Agent::quiet(folder.path()).await;
    let double = Double::default();
    let session = session_in(folder.path(), double.clone(), |_, _| {});
    session.settings().await.unwrap();
    let change = aco_window::Change {
        key: aco_window::START_AT_LOGIN.into(),
        value: Some("true".into()),
    };
    session.change_settings(vec![change]).await.unwrap();
    assert_eq!(double.asked(), ["login true"]);
    let changed = agent.asked(|request| matches!(request, Request::ChangeSettings { .. }));
    assert_eq!(changed, 0);
}

#[tokio::test]
async fn a_token_that_is_refused_says_so_beside_its_field() {
    let folder = tempfile::tempdir().unwrap();
    let _agent = Agent::start(folder.path(), |request| match request {
        Request::SetToken { .. } => Response::Error(Refusal::new(
            "no_endpoint",
            "there is no endpoint",
            "enter one",
        )),
        other => ordinary(other),
    })
    .await;
    let session = session_in(folder.path(), Double::default(), |_, _| {});
    let view = session.set_token(Secret::new("s3cret")).await.unwrap();
    let text = serde_json::to_string(&view).unwrap();
    assert!(text.contains("There is no endpoint. Enter one."), "{text}");
    assert!(!text.contains("s3cret"));
}

#[tokio::test]
async fn a_test_is_told_step_by_step() {
    let folder = tempfile::tempdir().unwrap();
    let _agent = Agent::start(folder.path(), |request| match request {
        Request::Examine { send: true } => Response::Examined {
            endpoint: None,
            healthy: true,
            answers: None,
        },
        other => ordinary(other),
    })
    .await;
    let (session, mut heard, _) = begun(folder.path());
    session.test_connection();
    let begun = heard.next("test", |_| true).await;
    assert_eq!(begun["action"]["deed"], "stop_test");
    let ended = heard
        .next("test", |test| !test["conclusion"].is_null())
        .await;
    assert_eq!(ended["conclusion"]["healthy"], true);
}

#[tokio::test]
async fn the_first_run_sets_only_what_was_chosen() {
    let folder = tempfile::tempdir().unwrap();
    let agent = Agent::start(folder.path(), |request| match request {
        Request::ChangeSettings { changes } => match changes[0].value.as_deref() {
            Some("otel") => Response::Checked {
                problems: vec![wrong("ship.endpoint")],
            },
            value => Response::Settings(Box::new(sheet(value.unwrap_or_default()))),
        },
        other => ordinary(other),
    })
    .await;
    let double = Double::default();
    let session = session_in(folder.path(), double.clone(), |_, _| {});
    session.first_run().await.unwrap();
    let mut choice = aco_window::FirstRunChoice {
        endpoint: Some("otel".into()),
        token: None,
        take_token_found: true,
        start_at_login: true,
        notify: false,
    };
    let refused = session.finish_first_run(choice.clone()).await.unwrap();
    let endpoint = refused.unwrap().shipping.endpoint;
    assert_eq!(
        (endpoint.value.as_str(), endpoint.error.is_some()),
        ("otel", true)
    );
    assert!(session.store().is_first_run());
    choice.endpoint = Some("https://a.example".into());
    assert_eq!(session.finish_first_run(choice).await.unwrap(), None);
    let taken = |request: &Request| matches!(request, Request::SetToken { token } if token.expose() == "found");
    assert_eq!(agent.asked(taken), 1);
    assert_eq!(double.asked(), ["login true"]);
    assert!(!session.store().is_first_run());
}

#[tokio::test]
async fn staying_on_this_machine_gives_no_token_away() {
    let folder = tempfile::tempdir().unwrap();
    let agent = Agent::quiet(folder.path()).await;
    let session = session_in(folder.path(), Double::default(), |_, _| {});
    let choice = aco_window::FirstRunChoice {
        endpoint: None,
        token: Some("typed".into()),
        take_token_found: true,
        start_at_login: false,
        notify: false,
    };
    assert_eq!(session.finish_first_run(choice).await.unwrap(), None);
    let orders = |request: &Request| {
        matches!(
            request,
            Request::SetToken { .. } | Request::ChangeSettings { .. }
        )
    };
    assert_eq!(agent.asked(orders), 0);
}

#[tokio::test]
async fn a_moment_is_opened_in_the_grafana_that_is_configured() {
    let folder = tempfile::tempdir().unwrap();
    let _agent = Agent::quiet(folder.path()).await;
    let (session, mut heard, double) = begun(folder.path());
    heard.live().await;
    session.open_grafana(Some("17".into())).await.unwrap();
    assert_eq!(
        double.asked(),
        [
            "grafana https://grafana.example/explore?at=Some(UnixNanos(17)) of https://grafana.example"
        ]
    );
}

#[tokio::test]
async fn a_pause_ends_when_it_was_said_to() {
    let folder = tempfile::tempdir().unwrap();
    let agent = Agent::quiet(folder.path()).await;
    let session = session_in(folder.path(), Double::default(), |_, _| {});
    session.pause(PauseChoice::OneHour).await.unwrap();
    session.pause(PauseChoice::UntilResumed).await.unwrap();
    let hour = aco_domain::PauseUntil::At(UnixNanos(Noon.now().0 + 3_600_000_000_000));
    let asked = agent.asked.lock().unwrap().clone();
    let pause = |until| Request::Pause { until };
    assert_eq!(asked, [pause(hour), pause(aco_domain::PauseUntil::Resumed)]);
}

#[tokio::test]
async fn that_the_agent_goes_on_is_said_once() {
    let folder = tempfile::tempdir().unwrap();
    let _agent = Agent::quiet(folder.path()).await;
    let (session, mut heard, _) = begun(folder.path());
    heard.live().await;
    assert!(session.says_that_it_goes_on());
    assert!(!session.says_that_it_goes_on());
}
