//! What is known before anything is sent, and that nothing is sent while paused.

use super::*;
use crate::SettingsSource;
use aco_domain::{Role, UnixNanos};
use aco_home::{Environment, Home};
use std::net::TcpListener;

struct Noon;

impl Clock for Noon {
    fn now(&self) -> UnixNanos {
        UnixNanos(1_800_000_000_000_000_000)
    }
}

type Variables<'v> = &'v [(&'v str, &'v str)];
type Known<'k> = Vec<(&'k str, Outcome)>;

/// An examination of a home with this `[ship]` section and environment.
fn examination(ship: &str, environment: Variables<'_>) -> Examination {
    let folder = tempfile::tempdir().unwrap();
    let home = [("ACO_HOME", folder.path())].into_iter().collect();
    let home = Home::resolve(&home).unwrap();
    std::fs::write(home.config_file(), format!("[ship]\n{ship}")).unwrap();
    let overlay: Environment = environment.iter().copied().collect();
    let loaded = SettingsSource::new(&home, Some(overlay)).load(None);
    let identity = Identity {
        version: "1",
        pid: 1,
        role: Role::Command,
        host_name: "h".into(),
        machine_id: None,
    };
    Examination::new(&Patient {
        settings: loaded.as_ref(),
        identity: &identity,
        installation: Uuid::nil(),
        clock: Arc::new(Noon),
    })
}

fn known(examination: &Examination) -> Known<'_> {
    let steps = examination.known.iter();
    steps
        .map(|step| (step.code.as_str(), step.outcome))
        .collect()
}

#[test]
fn what_the_settings_say_comes_first() {
    use Outcome::{Failed, Note, Ok};
    let token: Variables<'_> = &[("ACO_TOKEN", "a-token")];
    let https = "endpoint = 'https://c.example'\n";
    let http = "endpoint = 'http://c.example'\n";
    // One situation a line: a table is read by its columns.
    #[rustfmt::skip]
    let table: Vec<(String, Variables<'_>, Known<'_>, bool)> = vec![
        (String::new(), &[], vec![("no_endpoint", Note)], false),
        ("endpont = 1".into(), &[], vec![("config_invalid", Failed)], false),
        (https.into(), &[], vec![("configured", Ok), ("no_token", Ok)], true),
        (https.into(), token, vec![("configured", Ok), ("token_present", Ok)], true),
        (http.into(), token, vec![("configured", Ok), ("plaintext_refused", Failed)], false),
        (format!("{http}allow_plaintext = true"), token,
            vec![("configured", Ok), ("token_in_clear_text", Note)], true),
        ("endpoint = 'http://localhost'".into(), token,
            vec![("configured", Ok), ("token_present", Ok)], true),
        (format!("{https}ca_file = '/nowhere.pem'"), &[], vec![("ca_file_unreadable", Failed)], false),
    ];
    for (ship, environment, expected, goes_on) in table {
        let examination = examination(&ship, environment);
        assert_eq!(known(&examination), expected, "{ship}");
        assert_eq!(examination.way.is_some(), goes_on, "{ship}");
        assert!(!examination.sends_next(), "the settings come first: {ship}");
    }
}

#[tokio::test]
async fn a_paused_examination_sends_nothing() {
    let endpoint = TcpListener::bind("127.0.0.1:0").unwrap();
    endpoint.set_nonblocking(true).unwrap();
    let address = endpoint.local_addr().unwrap();
    let mut examination = examination(&format!("endpoint = 'http://{address}'"), &[]);
    let mut codes = Vec::new();
    loop {
        if examination.sends_next() {
            examination.pause(PauseUntil::At(UnixNanos(7)), "12:00");
        }
        let Some(step) = examination.next().await else {
            break;
        };
        if step.check == Check::Pause {
            assert!(step.what.contains("until 12:00"), "{step:?}");
        }
        codes.push(step.code);
    }
    assert_eq!(codes, ["configured", "no_token", "paused"]);
    assert_eq!(examination.answers(), None);
    assert!(endpoint.accept().is_err(), "nobody connected");
}
