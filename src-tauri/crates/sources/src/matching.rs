//! Is this process that tool? Pure comparison of borrowed text; no I/O may enter.
//!
//! Everything is compared in whole parts: a name equals a name, a folder equals a folder. That is
//! what keeps `ollamafoo` and `claude-monitor` from being anything. Paths are taken apart here and
//! not by `std::path`, whose rules are those of the system it was built for: the tables of all
//! three systems must be testable on each.

use crate::catalogue::Tool;
use aco_domain::ToolKind;
use std::ffi::{OsStr, OsString};
use std::fmt;
use std::path::Path;

/// Whose rules for names and paths hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Os {
    /// Names are the kernel's, cut to 15 bytes; case counts.
    Linux,
    /// Names are those of executables; case counts.
    MacOs,
    /// Names end in `.exe`, paths have backslashes, and case does not count.
    Windows,
}

impl Os {
    /// The system this was built for; what is neither macOS nor Windows is treated as Linux.
    #[must_use]
    pub const fn current() -> Self {
        if cfg!(windows) {
            Self::Windows
        } else if cfg!(target_os = "macos") {
            Self::MacOs
        } else {
            Self::Linux
        }
    }

    /// `text` as it is compared on this system.
    fn fold(self, text: &str) -> String {
        match self {
            Self::Windows => text.to_lowercase(),
            Self::Linux | Self::MacOs => text.to_owned(),
        }
    }

    /// The parts of a path, as they are compared on this system.
    fn parts(self, path: &str) -> Vec<String> {
        let separator = |c: char| c == '/' || (c == '\\' && self == Self::Windows);
        let mut parts: Vec<_> = path
            .split(separator)
            .filter(|part| !part.is_empty())
            .map(|part| self.fold(part))
            .collect();
        if let Some(last) = parts.last_mut() {
            self.strip_exe(last);
        }
        parts
    }

    fn strip_exe(self, name: &mut String) {
        if self == Self::Windows && name.ends_with(".exe") {
            name.truncate(name.len() - ".exe".len());
        }
    }
}

/// What a process shows of itself, borrowed from whoever read it. Arguments may hold prompts and
/// keys: nothing derived from this type outlives the comparison but the tool's own names.
#[derive(Clone, Copy)]
pub struct ProcessView<'a> {
    /// Its name; on Linux what the kernel calls it, 15 bytes at most.
    pub name: &'a OsStr,
    /// Its executable, where the system tells.
    pub exe: Option<&'a Path>,
    /// Its arguments, the program first; empty where the system does not tell.
    pub args: &'a [OsString],
}

/// What a process turned out to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict<'t> {
    /// What it is.
    pub nature: Nature<'t>,
    /// The tools whose proof it is, should it be one of their processes.
    pub proves: Vec<&'t Tool>,
}

/// What a process is in itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nature<'t> {
    /// This tool.
    Tool(&'t Tool),
    /// A part of this application that is not it alone: a renderer, a crash handler, whatever else
    /// runs from its bundle.
    PartOf(&'t Tool),
    /// A command shell: what runs below it is its user's.
    Shell,
    /// None of these.
    Other,
}

impl<'t> Nature<'t> {
    /// The tool that it is.
    #[must_use]
    pub fn tool(self) -> Option<&'t Tool> {
        match self {
            Self::Tool(tool) => Some(tool),
            _ => None,
        }
    }
}

/// The patterns of one tool, ready to compare.
#[derive(Clone, Debug)]
pub(crate) struct Rules {
    pub(crate) names: Vec<Parts>,
    pub(crate) paths: Vec<Parts>,
    pub(crate) commands: Vec<Command>,
    pub(crate) scripts: Vec<Parts>,
    /// The bundles that `paths` point into.
    pub(crate) bundles: Vec<Parts>,
    pub(crate) except: Vec<Parts>,
    pub(crate) proof: Vec<Parts>,
}

impl Rules {
    /// Everything that runs from `X.app` is a part of what `X.app/Contents/MacOS` starts.
    pub(crate) fn with_bundles(mut self) -> Self {
        self.bundles = self.paths.iter().filter_map(Parts::bundle).collect();
        self
    }
}

#[cfg(test)]
impl Rules {
    pub(crate) fn recognise_something(&self) -> bool {
        let lists = [&self.names, &self.paths, &self.scripts];
        !self.commands.is_empty() || lists.iter().any(|list| !list.is_empty())
    }
}

/// A pattern: a program's name and its first argument.
#[derive(Clone, Debug)]
pub(crate) struct Command {
    program: String,
    argument: String,
}

impl Command {
    /// Takes two words.
    pub(crate) fn parse(pattern: &str, os: Os) -> Result<Self, String> {
        let words: Vec<&str> = pattern.split_whitespace().collect();
        match words[..] {
            [program, argument] => Ok(Self {
                program: os.fold(program),
                argument: argument.to_owned(),
            }),
            _ => Err(format!(
                "`{pattern}` is no command; write a program's name and its first argument"
            )),
        }
    }

    fn fits(&self, program: &str, args: &[OsString]) -> bool {
        let argument = args.get(1);
        self.program == program && argument.is_some_and(|argument| *argument == *self.argument)
    }
}

/// A pattern: parts of a path that must stand side by side.
#[derive(Clone, Debug)]
pub(crate) struct Parts(Vec<Part>);

#[derive(Clone, Debug)]
enum Part {
    Whole(String),
    /// What the part begins with: written with a `*` at its end.
    Prefix(String),
}

impl Part {
    fn fits(&self, text: &str) -> bool {
        match self {
            Self::Whole(whole) => whole == text,
            Self::Prefix(prefix) => text.starts_with(prefix.as_str()),
        }
    }
}

impl Parts {
    /// Takes a pattern with `/` between its parts, on every system.
    pub(crate) fn parse(pattern: &str, os: Os) -> Result<Self, String> {
        let part = |text: String| match text.strip_suffix('*') {
            Some("") => Err(()),
            Some(prefix) if !prefix.contains('*') => Ok(Part::Prefix(prefix.to_owned())),
            None if !text.contains('*') => Ok(Part::Whole(text)),
            _ => Err(()),
        };
        let parts: Result<Vec<_>, ()> = os.parts(pattern).into_iter().map(part).collect();
        match parts {
            Ok(parts) if !parts.is_empty() => Ok(Self(parts)),
            _ => Err(format!(
                "`{pattern}` is no pattern; write names joined by /, each with at most one * at \
                 its end and something before it"
            )),
        }
    }

    /// Whether this is one name without a `*`.
    pub(crate) fn is_plain_name(&self) -> bool {
        matches!(self.0.as_slice(), [Part::Whole(_)])
    }

    /// These parts up to the bundle in them.
    fn bundle(&self) -> Option<Self> {
        let is_bundle = |part: &Part| matches!(part, Part::Whole(text) if text.ends_with(".app"));
        let end = self.0.iter().position(is_bundle)?;
        Some(Self(self.0[..=end].to_vec()))
    }

    /// Whether the parts stand side by side somewhere in `path`.
    fn within(&self, path: &[String]) -> bool {
        path.windows(self.0.len()).any(|window| {
            let mut pairs = self.0.iter().zip(window);
            pairs.all(|(part, text)| part.fits(text))
        })
    }

    /// A single name must be the file's own; several parts may stand anywhere above it.
    fn is_script(&self, path: &[String]) -> bool {
        match (self.0.as_slice(), path.last()) {
            ([name], Some(file)) => name.fits(file),
            _ => self.within(path),
        }
    }
}

impl fmt::Display for Parts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, part) in self.0.iter().enumerate() {
            let slash = if position == 0 { "" } else { "/" };
            match part {
                Part::Whole(text) => write!(f, "{slash}{text}")?,
                Part::Prefix(text) => write!(f, "{slash}{text}*")?,
            }
        }
        Ok(())
    }
}

/// What `process` is. Of several tools the first whose patterns fit, paths before names before
/// commands and scripts: the path is the surest sign, and on Windows the only one that tells Claude from Claude
/// Code.
pub(crate) fn judge<'t>(
    os: Os,
    tools: &'t [(Tool, Rules)],
    process: &ProcessView<'_>,
) -> Verdict<'t> {
    let exe = process.exe.map(|exe| os.parts(&exe.to_string_lossy()));
    let exe = exe.unwrap_or_default();
    // Not `parts`: a kernel thread's name may hold a slash.
    let mut name = os.fold(&process.name.to_string_lossy());
    os.strip_exe(&mut name);
    let program = exe.last().unwrap_or(&name);
    let title = title(os, program, process.args);
    let names = [Some(&name), exe.last(), title.as_ref()];
    let is_named = |pattern: &Parts| {
        let mut names = names.into_iter().flatten();
        names.any(|name| pattern.within(std::slice::from_ref(name)))
    };

    let first = |fits: &dyn Fn(&Rules) -> bool| {
        let mut tools = tools.iter();
        let found = tools.find(|(_, rules)| {
            fits(rules) && !rules.except.iter().any(|except| except.within(&exe))
        });
        found.map(|(tool, _)| tool)
    };
    let tool = first(&|rules| rules.paths.iter().any(|path| path.within(&exe)))
        .or_else(|| first(&|rules| rules.names.iter().any(is_named)))
        .or_else(|| {
            first(&|rules| {
                let mut commands = rules.commands.iter();
                commands.any(|command| command.fits(program, process.args))
            })
        })
        .or_else(|| {
            let script = script(program, process.args)?;
            let script = os.parts(&script.to_string_lossy());
            first(&|rules| rules.scripts.iter().any(|name| name.is_script(&script)))
        });
    let bundled = || first(&|rules| rules.bundles.iter().any(|bundle| bundle.within(&exe)));
    let nature = match tool {
        Some(tool) if tool.kind == ToolKind::App && is_helper(process.args) => Nature::PartOf(tool),
        Some(tool) => Nature::Tool(tool),
        None => match bundled() {
            Some(tool) => Nature::PartOf(tool),
            None if is_shell(program) => Nature::Shell,
            None => Nature::Other,
        },
    };
    Verdict {
        nature,
        proves: proves(os, tools, &exe, process.args),
    }
}

/// The tools whose proof an executable or one of its arguments is.
fn proves<'t>(
    os: Os,
    tools: &'t [(Tool, Rules)],
    exe: &[String],
    args: &[OsString],
) -> Vec<&'t Tool> {
    let mut wanting = tools
        .iter()
        .filter(|(_, rules)| !rules.proof.is_empty())
        .peekable();
    if wanting.peek().is_none() {
        return Vec::new();
    }
    let args = args.iter().skip(1);
    let paths: Vec<_> = args.map(|arg| os.parts(&arg.to_string_lossy())).collect();
    wanting
        .filter(|(_, rules)| {
            let mut proof = rules.proof.iter();
            proof.any(|sign| sign.within(exe) || paths.iter().any(|path| sign.within(path)))
        })
        .map(|(tool, _)| tool)
        .collect()
}

/// Electron and Chromium start their renderers, GPU and utility processes from the application's
/// own executable and tell them what they are; VS Code and its forks run language servers from it.
fn is_helper(args: &[OsString]) -> bool {
    // Those that a zygote forked have written all of it over the first one, with spaces.
    let written_over = args.first().is_some_and(|all| {
        let mut words = all.as_encoded_bytes().split(|byte| *byte == b' ');
        words.any(|word| word.starts_with(b"--type="))
    });
    let mut args = args.iter().skip(1);
    written_over
        || args.any(|arg| {
            let arg = arg.as_encoded_bytes();
            arg.starts_with(b"--type=")
                || arg == b"--node-ipc"
                || arg == b"--ms-enable-electron-run-as-node"
        })
}

/// Whether a program, as `Os::parts` has it, is a command shell.
fn is_shell(program: &str) -> bool {
    const SHELLS: [&str; 14] = [
        "bash",
        "cmd",
        "csh",
        "dash",
        "elvish",
        "fish",
        "ksh",
        "nu",
        "powershell",
        "pwsh",
        "sh",
        "tcsh",
        "xonsh",
        "zsh",
    ];
    SHELLS.contains(&program)
}

/// What an interpreter calls itself. Scripts that rename their process (`process.title` in Node.js,
/// setproctitle in Python) overwrite its first argument, on macOS nothing else.
fn title(os: Os, program: &str, args: &[OsString]) -> Option<String> {
    Interpreter::named(program)?;
    os.parts(&args.first()?.to_string_lossy()).pop()
}

/// The script (or Python module) an interpreter was told to run.
///
/// `program` is the executable's file name rather than the process's name: Node.js calls its main
/// thread "MainThread" on Linux (nodejs/node#56416), and scripts may rename themselves.
fn script<'a>(program: &str, args: &'a [OsString]) -> Option<&'a OsStr> {
    let interpreter = Interpreter::named(program)?;
    let mut args = args.iter().skip(1);
    while let Some(arg) = args.next() {
        let Some(text) = arg.to_str().filter(|text| text.starts_with('-')) else {
            let subcommand = interpreter == Interpreter::BunOrDeno && arg == "run";
            if subcommand {
                continue;
            }
            return Some(arg);
        };
        match (interpreter, text) {
            (_, "--") => return args.next().map(OsString::as_os_str),
            (Interpreter::Python, "-m") => return args.next().map(OsString::as_os_str),
            // The program stands in the arguments: there is no script, and no reason to look on.
            (_, "-e" | "--eval" | "-p" | "--print" | "-c" | "-") => return None,
            // These take the next argument as their value.
            (Interpreter::Python, "-W" | "-X")
            | (
                Interpreter::Node | Interpreter::BunOrDeno,
                "-r"
                | "--require"
                | "--import"
                | "--loader"
                | "--experimental-loader"
                | "-C"
                | "--conditions"
                | "--env-file"
                | "--preload"
                | "--config"
                | "--cwd",
            ) => {
                args.next();
            }
            _ => {}
        }
    }
    None
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Interpreter {
    Node,
    BunOrDeno,
    Python,
}

impl Interpreter {
    fn named(program: &str) -> Option<Self> {
        match program {
            "node" | "nodejs" => Some(Self::Node),
            "bun" | "deno" => Some(Self::BunOrDeno),
            // macOS's framework build calls itself "Python".
            "Python" | "pythonw" => Some(Self::Python),
            _ => {
                let version = program.strip_prefix("python")?;
                let numbers = version.chars().all(|c| c.is_ascii_digit() || c == '.');
                numbers.then_some(Self::Python)
            }
        }
    }
}

#[cfg(test)]
mod tests;
