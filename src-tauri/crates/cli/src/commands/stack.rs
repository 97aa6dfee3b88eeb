//! `aco stack init`: the secrets that `infra/` is started with, made once and never replaced.

use crate::arguments::Stack;
use crate::context::Context;
use crate::failure::Failure;
use crate::output::say;
use aco_home::platform;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

/// What is written is made from this; it says itself what each line is for.
const EXAMPLE: &str = ".env.example";

/// Beside it lies the token: Compose mounts both.
const COLLECTOR: &str = "otel-collector-config.yaml";

/// The uid and gid that the Collector's image has, where files have none.
const IMAGES_OWN: &str = "10001:10001";

pub(crate) fn stack(context: &Context, command: &Stack) -> Result<ExitCode, Failure> {
    let Stack::Init { folder } = command;
    let folder = match folder {
        Some(folder) => folder.clone(),
        None => default_folder(),
    };
    let example = read_example(&folder)?;
    let filled = fill(&example, |key| match key {
        "COLLECTOR_USER" => owner().map(Some),
        "GRAFANA_ADMIN_PASSWORD" => random_hex().map(Some),
        _ => Ok(None),
    })?;
    write(&folder.join(".env"), &filled.text)?;
    let token = token_place(&folder, &example);
    if let Some(token) = &token {
        write(token, &format!("{}\n", random_hex()?))?;
    }
    say_next(context, &folder, token.as_deref(), &filled.open);
    Ok(ExitCode::SUCCESS)
}

/// `infra` in a clone, or the folder one is in.
fn default_folder() -> PathBuf {
    let infra = PathBuf::from("infra");
    if infra.join(EXAMPLE).exists() {
        infra
    } else {
        PathBuf::from(".")
    }
}

fn read_example(folder: &Path) -> Result<String, Failure> {
    let path = folder.join(EXAMPLE);
    fs::read_to_string(&path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => Failure::usage(format!(
            "{} is not there; give the folder `infra` of a clone of this project, or one of the \
             deployments in it: aco stack init path/to/infra",
            path.display()
        )),
        _ => Failure::failed(format!("cannot read {}: {error}", path.display())),
    })
}

/// An `.env` with what could be filled in.
#[derive(Debug, PartialEq, Eq)]
struct Filled {
    text: String,
    /// The keys that are left to the user.
    open: Vec<String>,
}

/// Gives keys without a value the one that `value_of` has for them. Comments stay.
fn fill(
    example: &str,
    mut value_of: impl FnMut(&str) -> Result<Option<String>, Failure>,
) -> Result<Filled, Failure> {
    let mut filled = Filled {
        text: format!("# Written by `aco stack init` from {EXAMPLE}.\n"),
        open: Vec::new(),
    };
    for line in example.lines() {
        let mut line = line.to_owned();
        if let Some((key, value)) = line.split_once('=').filter(|_| !line.starts_with('#')) {
            if value.is_empty()
                && let Some(value) = value_of(key)?
            {
                line = format!("{key}={value}");
            } else if value.is_empty() || value.contains("YOUR-") {
                filled.open.push(key.to_owned());
            }
        }
        filled.text.push_str(&line);
        filled.text.push('\n');
    }
    Ok(filled)
}

/// Beside the Collector's configuration, in this folder or in the one above that its deployments
/// share. None for a deployment without a Collector.
fn token_place(folder: &Path, example: &str) -> Option<PathBuf> {
    if !example.contains("COLLECTOR_") {
        return None;
    }
    let places = [folder.to_owned(), folder.join("..")];
    let place = places
        .into_iter()
        .find(|place| place.join(COLLECTOR).exists());
    Some(place.unwrap_or_else(|| folder.to_owned()).join("token"))
}

/// For its owner alone. One that is there stays: somebody relies on what is in it.
fn write(path: &Path, text: &str) -> Result<(), Failure> {
    match platform::create_atomically(path, text.as_bytes()) {
        Ok(()) => say(&format!("{} is written, for you alone.", path.display())),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            say(&format!(
                "{} is there already and stays as it is.",
                path.display()
            ));
        }
        Err(error) => {
            return Err(Failure::failed(format!(
                "cannot write {}: {error}; check that the folder belongs to you",
                path.display()
            )));
        }
    }
    Ok(())
}

fn say_next(context: &Context, folder: &Path, token: Option<&Path>, open: &[String]) {
    let env = folder.join(".env");
    say("\nNext:");
    if !open.is_empty() {
        say(&format!("  fill in {}: {}", env.display(), open.join(", ")));
    }
    say(&format!("  (cd {} && docker compose up -d)", shell(folder)));
    let Some(token) = token else {
        return;
    };
    let endpoint = if open.is_empty() {
        "http://127.0.0.1:4317"
    } else {
        "https://COLLECTOR_HOST:443"
    };
    let config = context.home.config_file();
    say(&format!(
        "  write under [ship] in {}: endpoint = \"{endpoint}\"",
        config.display()
    ));
    say(&format!(
        "  aco token set --endpoint {endpoint} < {}",
        shell(token)
    ));
    say("  aco doctor");
    say(&format!(
        "\nGrafana's user is admin; its password stands in {}.",
        env.display()
    ));
}

/// A path as a shell reads it.
fn shell(path: &Path) -> String {
    let text = path.display().to_string();
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./\\:".contains(c);
    if text.chars().all(plain) {
        text
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

/// 256 bits of the operating system's randomness.
fn random_hex() -> Result<String, Failure> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes)
        .map_err(|error| Failure::failed(format!("the system gives no random bytes: {error}")))?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// `uid:gid` of this user: the one container that reads a file of mode 0600 runs as its owner.
fn owner() -> Result<String, Failure> {
    if cfg!(windows) {
        return Ok(IMAGES_OWN.to_owned());
    }
    let id = |flag| -> Result<String, Failure> {
        let output = Command::new("id").arg(flag).output()?;
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    Ok(format!("{}:{}", id("-u")?, id("-g")?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_empty_and_known_is_filled_in() {
        let example = "# A=\nA=\nB=given\nC=\nD=/etc/YOUR-APP/files\n#E=\n";
        let filled = fill(example, |key| Ok((key == "A").then(|| "1".to_owned()))).unwrap();
        let text = "# Written by `aco stack init` from .env.example.\n\
                    # A=\nA=1\nB=given\nC=\nD=/etc/YOUR-APP/files\n#E=\n";
        let open = vec!["C".to_owned(), "D".to_owned()];
        let expected = Filled {
            text: text.to_owned(),
            open,
        };
        assert_eq!(filled, expected);
    }

    #[test]
    fn secrets_are_long_and_differ() {
        let (one, two) = (random_hex().unwrap(), random_hex().unwrap());
        assert_eq!(one.len(), 64);
        assert_ne!(one, two);
    }

    #[test]
    fn a_path_is_one_word_to_a_shell() {
        assert_eq!(shell(Path::new("infra/token")), "infra/token");
        assert_eq!(shell(Path::new("it's mine")), r"'it'\''s mine'");
    }
}
