//! `aco service install|remove`: the agent at each login, without a tray and without root.
//!
//! Each system has a module that says what to write and what to run, as a [`Plan`]; all of them are
//! plain functions, tried on any system. Carrying a plan out is the same everywhere. May not enter
//! those modules: files, processes, the environment.

mod launchd;
mod run_key;
mod systemd;

use crate::arguments::Service;
use crate::context::Context;
use crate::failure::Failure;
use crate::output::say;
use aco_home::platform;
use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

/// What is run at login. Everything is text: no system's own format takes other bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Program {
    /// The absolute path of `aco`.
    path: String,
    /// Variables that decide where its home is.
    environment: Vec<(String, String)>,
}

/// A command of the system's.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Run {
    arguments: Vec<String>,
    /// What becomes of it.
    end: End,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// It must succeed.
    Succeeds,
    /// It must succeed within this time, and may be tried again until then.
    SucceedsWithin(Duration),
    /// It may fail: what it undoes may not be there.
    MayFail,
    /// It is the agent, and goes on.
    GoesOn,
}

impl Run {
    fn new(end: End, arguments: &[&str]) -> Self {
        let arguments = arguments.iter().map(|&it| it.to_owned()).collect();
        Self { arguments, end }
    }

    /// As it is typed.
    fn typed(&self) -> String {
        let word = |word: &String| {
            let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=\\".contains(c);
            if word.chars().all(plain) {
                word.clone()
            } else {
                format!("\"{}\"", word.replace('"', "\\\""))
            }
        };
        let words: Vec<String> = self.arguments.iter().map(word).collect();
        words.join(" ")
    }
}

/// What is done, in this order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Plan {
    before: Vec<Run>,
    /// The file and its new content; removed with nothing.
    file: Option<(PathBuf, Option<String>)>,
    after: Vec<Run>,
    /// Said when all is done.
    done: String,
}

pub(crate) fn service(context: &Context, command: &Service) -> Result<ExitCode, Failure> {
    let (plan, print) = match command {
        Service::Install { print } => (install(context)?, *print),
        Service::Remove { print } => (remove(context)?, *print),
    };
    if print {
        show(&plan);
    } else {
        carry_out(&plan)?;
        say(&plan.done);
    }
    Ok(ExitCode::SUCCESS)
}

fn install(context: &Context) -> Result<Plan, Failure> {
    let program = program(context)?;
    // Not `#[cfg]`: each side compiles everywhere, and is tested everywhere.
    let plan = if cfg!(target_os = "linux") {
        systemd::install(&program, &systemd_folder(context)?)
    } else if cfg!(target_os = "macos") {
        launchd::install(&program, &launch_agents(context)?, &user_id()?)
    } else if cfg!(windows) {
        run_key::install(&program, context.home.folder())
    } else {
        return Err(unknown_system());
    };
    plan.map_err(Failure::failed)
}

fn remove(context: &Context) -> Result<Plan, Failure> {
    if cfg!(target_os = "linux") {
        Ok(systemd::remove(&systemd_folder(context)?))
    } else if cfg!(target_os = "macos") {
        Ok(launchd::remove(&launch_agents(context)?, &user_id()?))
    } else if cfg!(windows) {
        Ok(run_key::remove(context.home.folder()))
    } else {
        Err(unknown_system())
    }
}

fn unknown_system() -> Failure {
    Failure::failed(
        "this system's way to run something at login is not known here; have it run `aco run`",
    )
}

/// `$XDG_CONFIG_HOME/systemd/user`: systemd.unit(5), "User Unit Search Path".
fn systemd_folder(context: &Context) -> Result<PathBuf, Failure> {
    let config = match context.environment.absolute_path("XDG_CONFIG_HOME") {
        Some(config) => config,
        None => user_home(context)?.join(".config"),
    };
    Ok(config.join("systemd/user"))
}

fn launch_agents(context: &Context) -> Result<PathBuf, Failure> {
    Ok(user_home(context)?.join("Library/LaunchAgents"))
}

fn user_home(context: &Context) -> Result<PathBuf, Failure> {
    context
        .environment
        .absolute_path("HOME")
        .ok_or_else(|| Failure::usage("HOME is not set to an absolute path; set it"))
}

/// launchd names a user's session by the user's number.
fn user_id() -> Result<String, Failure> {
    let output = Command::new("id").arg("-u").output()?;
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

fn program(context: &Context) -> Result<Program, Failure> {
    let path = lasting_path(std::env::current_exe()?, context.environment.get("PATH"));
    let mut environment = Vec::new();
    let variables: &[&str] = match context.environment.get("ACO_HOME") {
        Some(_) => &["ACO_HOME"],
        // What a shell's profile sets, a login's other programs may not see.
        None if cfg!(target_os = "linux") => &["XDG_CONFIG_HOME", "XDG_DATA_HOME"],
        None => &[],
    };
    for &variable in variables {
        if let Some(value) = context.environment.absolute_path(variable) {
            environment.push((variable.to_owned(), text(&value)?));
        }
    }
    Ok(Program {
        path: text(&path)?,
        environment,
    })
}

/// The path by which a shell finds this program, when it is this program: an upgrade moves what a
/// link leads to, and leaves the link.
fn lasting_path(running: PathBuf, search: Option<&OsStr>) -> PathBuf {
    let (Ok(real), Some(name), Some(search)) =
        (running.canonicalize(), running.file_name(), search)
    else {
        return running;
    };
    let found = std::env::split_paths(search)
        .map(|folder| folder.join(name))
        .find(|path| path.is_absolute() && path.canonicalize().is_ok_and(|it| it == real));
    found.unwrap_or(running)
}

fn text(path: &Path) -> Result<String, Failure> {
    let text = path
        .to_str()
        .filter(|text| !text.contains(char::is_control));
    text.map(str::to_owned).ok_or_else(|| {
        Failure::failed(format!(
            "{} cannot be written into a file that the system reads: it is not plain Unicode; \
             move it to such a path",
            path.display()
        ))
    })
}

fn show(plan: &Plan) {
    for run in &plan.before {
        say(&format!("run:    {}", run.typed()));
    }
    match &plan.file {
        Some((path, Some(content))) => {
            say(&format!(
                "write:  {}\n\n{}",
                path.display(),
                content.trim_end()
            ));
            say("");
        }
        Some((path, None)) => say(&format!("remove: {}", path.display())),
        None => {}
    }
    for run in &plan.after {
        say(&format!("run:    {}", run.typed()));
    }
}

fn carry_out(plan: &Plan) -> Result<(), Failure> {
    run_all(&plan.before, "")?;
    let mut written = String::new();
    if let Some((path, content)) = &plan.file {
        let failed = |error: io::Error| {
            Failure::failed(format!(
                "cannot write {}: {error}; check that its folder belongs to you",
                path.display()
            ))
        };
        match content {
            Some(content) => {
                if let Some(folder) = path.parent() {
                    fs::create_dir_all(folder).map_err(failed)?;
                }
                platform::write_atomically(path, content.as_bytes()).map_err(failed)?;
                written = format!("{} is written. ", path.display());
            }
            None => match fs::remove_file(path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(failed(error)),
                _ => {}
            },
        }
    }
    run_all(&plan.after, &written)
}

/// What failed, and what remains to be done by hand.
fn run_all(runs: &[Run], written: &str) -> Result<(), Failure> {
    for (n, run) in runs.iter().enumerate() {
        if let Err(why) = carry_out_one(run) {
            let rest: Vec<String> = runs[n..]
                .iter()
                .map(|run| format!("  {}", run.typed()))
                .collect();
            return Err(Failure::failed(format!(
                "{written}`{}` failed: {why}\nIn a login session of this user run:\n{}",
                run.typed(),
                rest.join("\n")
            )));
        }
    }
    Ok(())
}

fn carry_out_one(run: &Run) -> Result<(), String> {
    /// Between two tries of a command that another one's end makes possible.
    const AGAIN: Duration = Duration::from_millis(500);
    let Some((program, arguments)) = run.arguments.split_first() else {
        return Ok(());
    };
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null());
    if run.end == End::GoesOn {
        command.stdout(Stdio::null()).stderr(Stdio::null());
        return command.spawn().map(drop).map_err(|error| error.to_string());
    }
    let start = Instant::now();
    loop {
        let failed = match command.output() {
            Ok(output) if output.status.success() => return Ok(()),
            Ok(output) => {
                let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
                if said.is_empty() {
                    output.status.to_string()
                } else {
                    said
                }
            }
            Err(error) => error.to_string(),
        };
        match run.end {
            End::MayFail => return Ok(()),
            End::SucceedsWithin(limit) if start.elapsed() < limit => std::thread::sleep(AGAIN),
            _ => return Err(failed),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_shown_as_it_is_typed() {
        let run = Run::new(End::Succeeds, &["reg", "add", "a b", r#"say "x""#]);
        assert_eq!(run.typed(), r#"reg add "a b" "say \"x\"""#);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_on_the_search_path_outlives_what_it_leads_to() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().canonicalize().unwrap();
        for name in ["1.0", "bin", "other"] {
            fs::create_dir(folder.join(name)).unwrap();
        }
        let real = folder.join("1.0/aco");
        fs::write(&real, "program").unwrap();
        fs::write(folder.join("other/aco"), "another").unwrap();
        let link = folder.join("bin/aco");
        std::os::unix::fs::symlink(&real, &link).unwrap();
        let search = std::env::join_paths([folder.join("other"), folder.join("bin")]).unwrap();
        assert_eq!(lasting_path(real.clone(), Some(&search)), link);
        let elsewhere = folder.join("other");
        assert_eq!(
            lasting_path(real.clone(), Some(elsewhere.as_os_str())),
            real
        );
        assert_eq!(lasting_path(real.clone(), None), real);
    }

    #[test]
    fn a_command_that_may_fail_may_be_missing() {
        let missing = |end| carry_out_one(&Run::new(end, &["aco-no-such-program"]));
        assert_eq!(missing(End::MayFail), Ok(()));
        assert!(missing(End::Succeeds).is_err());
    }
}
