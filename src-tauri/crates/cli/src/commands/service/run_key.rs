//! Windows: a value of the user's `Run` key, which Explorer starts at logon.
//!
//! Not the Task Scheduler: whether a user may register a task at logon depends on the machine's
//! policy and often takes an administrator, while this key is always the user's own, and Settings
//! shows it among the startup apps with a switch. It gives up what a task could do: to start the
//! agent again after a crash.
//!
//! `aco` is a console program, and started alone it would open a window. `conhost --headless` gives
//! it a console without one.

use super::{End, Plan, Program, Run};
use std::path::Path;

const KEY: &str = r"HKCU\Software\Microsoft\Windows\CurrentVersion\Run";
const NAME: &str = "AI Cost Observer agent";

/// Sets the home and runs the agent: the key holds one command line and no environment.
const SCRIPT: &str = "run-agent.cmd";

/// "Run and RunOnce Registry Keys": the data is a command line no longer than 260 characters.
const LONGEST: usize = 260;

/// What cmd.exe reads as more than a letter, quoted or not.
const SPECIAL: &[char] = &['&', '<', '>', '(', ')', '@', '^', '|', '%', '"'];

pub(super) fn install(program: &Program, home: &Path) -> Result<Plan, String> {
    let (arguments, file) = if program.environment.is_empty() {
        (vec![program.path.clone(), "run".to_owned()], None)
    } else {
        let script = home.join(SCRIPT);
        let path = script.display().to_string();
        if path.contains(SPECIAL) {
            return Err(format!(
                "{path} cannot be started at logon: cmd.exe reads one of its characters ({}) as more \
                 than a letter; move the home to another folder",
                SPECIAL.iter().collect::<String>()
            ));
        }
        let cmd = ["cmd.exe", "/d", "/c"].map(str::to_owned);
        let arguments = cmd.into_iter().chain([path]).collect();
        (arguments, Some((script, Some(batch(program)))))
    };
    let line: Vec<String> = arguments.iter().map(|it| quoted(it)).collect();
    let line = format!("conhost.exe --headless {}", line.join(" "));
    if line.chars().count() > LONGEST {
        return Err(format!(
            "{line} is longer than the {LONGEST} characters that can be started at logon; move \
             aco.exe to a shorter path"
        ));
    }
    let headless = ["conhost.exe", "--headless"].map(str::to_owned);
    Ok(Plan {
        before: Vec::new(),
        file,
        after: vec![
            Run::new(
                End::Succeeds,
                &["reg", "add", KEY, "/v", NAME, "/t", "REG_SZ", "/d", &line, "/f"],
            ),
            Run {
                arguments: headless.into_iter().chain(arguments).collect(),
                end: End::GoesOn,
            },
        ],
        done: "The agent runs, and starts with each logon of yours: see `aco status`. It is among the \
               startup apps in Settings. After a crash it starts with the next logon."
            .to_owned(),
    })
}

pub(super) fn remove(home: &Path) -> Plan {
    Plan {
        before: vec![Run::new(
            End::MayFail,
            &["reg", "delete", KEY, "/v", NAME, "/f"],
        )],
        file: Some((home.join(SCRIPT), None)),
        after: Vec::new(),
        done: "The agent no longer starts at logon. One that runs goes on until you log off; its home \
               is untouched."
            .to_owned(),
    }
}

/// A batch file. `%` begins a variable in it even in quotes; nothing else does there.
fn batch(program: &Program) -> String {
    let literal = |text: &str| text.replace('%', "%%");
    let mut lines = vec![
        "@echo off".to_owned(),
        "rem Written by `aco service install`, which replaces it.".to_owned(),
        // This file is UTF-8.
        "chcp 65001 >nul".to_owned(),
    ];
    for (name, value) in &program.environment {
        lines.push(format!("set \"{name}={}\"", literal(value)));
    }
    lines.push(format!("\"{}\" run", literal(&program.path)));
    lines.push(String::new());
    lines.join("\r\n")
}

/// One argument as `CommandLineToArgvW` reads it. A path holds no quotes, and what ends here does
/// not end in a backslash.
fn quoted(argument: &str) -> String {
    if argument.contains(' ') {
        format!("\"{argument}\"")
    } else {
        argument.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn program(path: &str, home: Option<&str>) -> Program {
        let home = home.map(|home| ("ACO_HOME".to_owned(), home.to_owned()));
        Program {
            path: path.to_owned(),
            environment: home.into_iter().collect(),
        }
    }

    /// The value of the key.
    fn line(plan: &Plan) -> &str {
        let add = &plan.after[0].arguments;
        let data = add.iter().position(|it| it == "/d").unwrap();
        &add[data + 1]
    }

    #[test]
    fn the_key_holds_one_line_without_a_window() {
        let plan = install(
            &program(r"C:\Program Files\aco\aco.exe", None),
            Path::new("h"),
        )
        .unwrap();
        assert_eq!(
            line(&plan),
            r#"conhost.exe --headless "C:\Program Files\aco\aco.exe" run"#
        );
        assert_eq!(plan.file, None);
        assert_eq!(plan.after[1].end, End::GoesOn);
        assert_eq!(
            plan.after[1].arguments,
            [
                "conhost.exe",
                "--headless",
                r"C:\Program Files\aco\aco.exe",
                "run"
            ]
        );
    }

    #[test]
    fn a_home_is_set_by_a_script_in_it() {
        let program = program(r"C:\aco.exe", Some(r"D:\my home 100%"));
        let plan = install(&program, Path::new("home")).unwrap();
        let script = Path::new("home").join(SCRIPT);
        let expected = format!("conhost.exe --headless cmd.exe /d /c {}", script.display());
        assert_eq!(line(&plan), expected);
        let (path, content) = plan.file.unwrap();
        assert_eq!(path, script);
        let content = content.unwrap();
        assert!(
            content.contains("\r\nset \"ACO_HOME=D:\\my home 100%%\"\r\n\"C:\\aco.exe\" run\r\n")
        );
        assert!(!content.replace("\r\n", "").contains('\n'));
        assert_eq!(remove(Path::new("home")).file, Some((script, None)));
    }

    #[test]
    fn what_could_not_be_started_is_refused_with_the_remedy() {
        let home = program("aco.exe", Some("h"));
        let special = install(&home, Path::new("a & b")).unwrap_err();
        assert!(special.contains("move the home"), "{special}");
        let long = program(&"x".repeat(300), None);
        let long = install(&long, Path::new("h")).unwrap_err();
        assert!(long.contains("shorter path"), "{long}");
    }
}
