use super::*;
use clap::CommandFactory as _;

#[test]
fn the_flags_are_consistent() {
    Arguments::command().debug_assert();
}

#[test]
fn help_shows_how_each_command_is_typed() {
    // `resume` takes nothing; `emit` is hidden.
    let command = Arguments::command();
    for command in command
        .get_subcommands()
        .filter(|command| !command.is_hide_set())
    {
        let help = command
            .get_after_help()
            .map(ToString::to_string)
            .unwrap_or_default();
        let (name, typed) = (command.get_name(), format!("aco {}", command.get_name()));
        assert!(name == "resume" || help.contains(&typed), "{name}: {help}");
    }
}

#[test]
fn durations_are_read_as_people_write_them() {
    let seconds = |text| duration(text).map(|d| d.as_secs());
    assert_eq!(seconds("1h"), Ok(3600));
    assert_eq!(seconds("2h 30m"), Ok(9000));
    assert!(seconds("-1h").is_err());
    assert!(seconds("soon").is_err());
    assert!(rate("0").is_err() && rate("nan").is_err() && rate("2.5") == Ok(2.5));
}
