use super::*;
use crate::samples::{STATES, desktop, dollars, spend, status};
use aco_domain::{AgentState, PauseUntil, UnixNanos};

fn scene(status: &Status) -> Scene<'_> {
    Scene {
        agent: Agent::Answers(status),
        desktop: desktop(),
    }
}

/// The menu as a person sees it: `(…)` cannot be clicked, `[x]` is so, a submenu's entries are
/// indented.
fn seen(scene: &Scene<'_>) -> Vec<String> {
    fn see(entries: &[Entry], indent: &str, lines: &mut Vec<String>) {
        let able = |label: &str, enabled: bool| match enabled {
            true => format!("{indent}{label}"),
            false => format!("{indent}({label})"),
        };
        for entry in entries {
            lines.push(match entry {
                Entry::Words(text) => able(text, false),
                Entry::Item { label, enabled, .. } => able(label, *enabled),
                Entry::Check {
                    label,
                    checked,
                    enabled,
                    ..
                } => {
                    let mark = if *checked { "x" } else { " " };
                    able(&format!("[{mark}] {label}"), *enabled)
                }
                Entry::Submenu { label, enabled, .. } => able(&format!("{label} >"), *enabled),
                Entry::Separator => format!("{indent}--"),
            });
            if let Entry::Submenu { entries, .. } = entry {
                see(entries, "  ", lines);
            }
        }
    }
    let mut lines = Vec::new();
    see(&menu(scene), "", &mut lines);
    lines
}

fn commands(entries: &[Entry]) -> Vec<Command> {
    entries
        .iter()
        .flat_map(|entry| match entry {
            Entry::Item { command, .. } | Entry::Check { command, .. } => vec![*command],
            Entry::Submenu { entries, .. } => commands(entries),
            Entry::Words(_) | Entry::Separator => Vec::new(),
        })
        .collect()
}

#[test]
fn the_whole_menu_of_an_agent_that_ships() {
    let mut status = status(AgentState::Shipping);
    status.grafana = Some("https://grafana.example.org".to_owned());
    status.spend = Some(spend(dollars(1_234, 0), dollars(8_410, 0)));
    assert_eq!(
        seen(&scene(&status)),
        [
            "Up to date",
            "Today $12.34 API value",
            "This Month $84.10 API value",
            "--",
            "Open AI Cost Observer",
            "Open in Grafana",
            "Pause Shipping >",
            "  For 1 Hour",
            "  Until Tomorrow",
            "  Until I Resume",
            "--",
            "Open Log Folder",
            "[ ] Start at Login",
            "Settings…",
            "--",
            "Quit AI Cost Observer",
        ]
    );
}

#[test]
fn without_an_agent_only_what_needs_none_can_be_clicked() {
    let table = [
        (Agent::Starting, "Starting…"),
        (
            Agent::Waits("Waiting for aco (pid 7)"),
            "Waiting for aco (pid 7)",
        ),
        (Agent::Missing("The agent ended"), "The agent ended"),
    ];
    for (agent, words) in table {
        let scene = Scene {
            agent,
            desktop: desktop(),
        };
        assert_eq!(
            seen(&scene),
            [
                words,
                "--",
                "Open AI Cost Observer",
                "Connect to Grafana…",
                "(Pause Shipping >)",
                "  (For 1 Hour)",
                "  (Until Tomorrow)",
                "  (Until I Resume)",
                "--",
                "Open Log Folder",
                "[ ] Start at Login",
                "Settings…",
                "--",
                "Quit AI Cost Observer",
            ]
        );
    }
}

#[test]
fn each_state_is_said_in_the_agents_own_words() {
    for state in STATES {
        let status = status(state);
        assert_eq!(seen(&scene(&status))[0], status.summary);
        assert_eq!(
            words(&scene(&status)),
            format!("AI Cost Observer: {}", status.summary)
        );
    }
}

#[test]
fn what_is_paused_can_be_resumed_whatever_else_is_wrong() {
    for state in [AgentState::Paused, AgentState::Attention] {
        for until in [PauseUntil::Resumed, PauseUntil::At(UnixNanos(1))] {
            let mut status = status(state);
            status.paused = Some(until);
            let found = commands(&menu(&scene(&status)));
            assert!(found.contains(&Command::Resume), "{found:?}");
            assert!(!found.iter().any(|it| matches!(it, Command::Pause(_))));
        }
    }
}

#[test]
fn a_service_is_named_only_while_it_is_one() {
    let mut status = status(AgentState::Shipping);
    let named = |status: &Status| seen(&scene(status)).contains(&"(Run by Service)".to_owned());
    assert!(!named(&status));
    status.role = Some(Role::Service);
    assert!(named(&status));
}

#[test]
fn grafana_is_opened_where_there_is_one_and_connected_where_not() {
    let mut status = status(AgentState::Local);
    assert!(commands(&menu(&scene(&status))).contains(&Command::ConnectGrafana));
    status.grafana = Some("http://127.0.0.1:3000".to_owned());
    let found = commands(&menu(&scene(&status)));
    assert!(found.contains(&Command::OpenGrafana));
    assert!(!found.contains(&Command::ConnectGrafana));
}

#[test]
fn the_login_start_offers_its_reverse() {
    let table = [
        (
            LoginStart::On,
            "[x] Start at Login",
            Command::StartAtLogin(false),
        ),
        (
            LoginStart::Off,
            "[ ] Start at Login",
            Command::StartAtLogin(true),
        ),
        (
            LoginStart::Unknown,
            "([ ] Start at Login)",
            Command::StartAtLogin(true),
        ),
    ];
    for (starts_at_login, line, command) in table {
        let scene = Scene {
            agent: Agent::Starting,
            desktop: Desktop { starts_at_login },
        };
        assert!(seen(&scene).contains(&line.to_owned()), "{line}");
        assert!(commands(&menu(&scene)).contains(&command));
    }
}

#[test]
fn amounts_say_what_they_lack_and_never_zero_for_unknown() {
    let table = [
        (dollars(0, 0), "$0.00 API value"),
        (dollars(51_798, 0), "$517.98 API value"),
        (dollars(123_456_789, 0), "$1,234,567.89 API value"),
        (dollars(0, 48_100), "48.1 k unpriced tokens"),
        (
            dollars(8_437, 1_840_000),
            "$84.37 API value, without 1.84 M unpriced tokens",
        ),
        (dollars(-1_234, 0), "-$12.34 API value"),
    ];
    for (amount, expected) in table {
        assert_eq!(value(&amount), expected);
    }
    let tiny = Amount {
        api_value: aco_domain::NanoUsd(1),
        unpriced_tokens: 0,
    };
    assert_eq!(value(&tiny), "<$0.01 API value");
}

#[test]
fn a_long_or_broken_line_stays_one_short_line() {
    let mut status = status(AgentState::Attention);
    status.summary = format!("one\ntwo\t{}", "x".repeat(200));
    let line = seen(&scene(&status)).remove(0);
    assert_eq!(line.chars().count(), LONGEST);
    assert!(
        line.starts_with("one two xxx") && line.ends_with('…'),
        "{line}"
    );
    status.summary = "é".repeat(LONGEST);
    assert_eq!(seen(&scene(&status))[0], "é".repeat(LONGEST));
}

#[test]
fn a_command_is_found_by_its_name_and_names_differ() {
    for command in Command::ALL {
        assert_eq!(Command::from_id(command.id()), Some(command));
    }
    assert_eq!(Command::from_id("format-disk"), None);
}

#[test]
fn no_two_entries_of_a_menu_share_a_name() {
    for state in STATES {
        let mut status = status(state);
        status.spend = Some(spend(dollars(1, 0), dollars(2, 0)));
        let found = commands(&menu(&scene(&status)));
        // Today and this month open the same view; everything else is asked for once.
        let twice: Vec<_> = found
            .iter()
            .filter(|one| found.iter().filter(|other| other == one).count() > 1)
            .collect();
        assert_eq!(twice, [&Command::OpenSpend, &Command::OpenSpend]);
    }
}
