//! `cargo xtask stack`: the backend on this machine, by a container engine or as the test builds.
//!
//! Both start from the files in `infra/`. What they hold of secrets is made here when it is
//! missing, so that one command is enough; `infra/.env` and `infra/token` are never committed.

use crate::needs::{self, GO};
use crate::place::Place;
use crate::process::{Failure, hand_over, output, run, step, succeeds};
use std::fs;
use std::io::{self, Read, Write};
use std::path::Path;
use std::process::Command;

/// Builds the real servers the tests start; at once where they are built already.
pub(crate) fn build(place: &Place) -> Result<(), Failure> {
    needs::install(place, &[&GO])?;
    run(&mut place.check_cargo(&["run", "--package", "aco-e2e", "--bin", "build-stack"]))
}

/// Starts the backend and stays with it.
pub(crate) fn up(place: &Place) -> Result<(), Failure> {
    if has_engine(place) {
        prepare(&place.root.join("infra"))?;
        hand_over(compose(place).arg("up"))
    } else {
        step("servers", || build(place))?;
        hand_over(&mut test_builds(place))
    }
}

/// Starts the backend and then `program`, told by the environment where the backend is.
pub(crate) fn up_with(place: &Place, program: &mut Command) -> Result<(), Failure> {
    if !has_engine(place) {
        eprintln!("no container engine answers `docker info`: using the test builds, no Grafana");
        step("servers", || build(place))?;
        // They end with the program: whoever wants to keep them uses `cargo xtask stack up`.
        let mut servers = test_builds(place);
        // The first pair of dashes is cargo's, the second the program's own.
        servers
            .args(["--", "--"])
            .arg(program.get_program())
            .args(program.get_args());
        return hand_over(&mut servers);
    }
    let infra = place.root.join("infra");
    prepare(&infra)?;
    step("backend", || run(compose(place).args(["up", "--detach"])))?;
    let address = output(compose(place).args(["port", "otel-collector", "4317"]))?;
    let token_file = infra.join("token");
    let token = fs::read_to_string(&token_file).map_err(|error| {
        Failure::new(format!("could not read {}: {error}", token_file.display()))
    })?;
    // Of two tokens in the file (one is being replaced) either is right.
    let token = token.lines().next().unwrap_or_default();
    hand_over(
        program
            .env("OTEL_EXPORTER_OTLP_ENDPOINT", format!("http://{address}"))
            .env("ACO_TOKEN", token),
    )
}

/// The servers built from `tests/stack`, started by the harness the tests use.
fn test_builds(place: &Place) -> Command {
    // The option and not the variable: the program they are started for inherits the latter, and
    // may be a cargo that builds elsewhere.
    let mut command = place.cargo(&["run", "--package", "aco-e2e", "--bin", "stack-up"]);
    command.arg("--target-dir").arg(&place.checks_target);
    command
}

fn has_engine(place: &Place) -> bool {
    succeeds(place.command("docker").arg("info"))
        && succeeds(place.command("docker").args(["compose", "version"]))
}

/// Run from its folder, Compose finds both files and `.env` by itself.
fn compose(place: &Place) -> Command {
    let mut command = place.command("docker");
    command.arg("compose").current_dir(place.root.join("infra"));
    command
}

/// Writes `token` and `.env` where they are missing. Existing ones are the user's.
fn prepare(infra: &Path) -> Result<(), Failure> {
    let secret = |name: &str, text: fn() -> io::Result<String>| {
        let path = infra.join(name);
        if path.exists() {
            return Ok(());
        }
        text()
            .and_then(|text| write_private(&path, &text))
            .map_err(|error| {
                Failure::new(format!(
                    "could not write {}: {error}; write it by hand as infra/.env.example says",
                    path.display()
                ))
            })
    };
    secret("token", || Ok(format!("{}\n", random_hex()?)))?;
    secret(".env", || {
        let collector = owner()?;
        let password = random_hex()?;
        Ok(format!(
            "# Written by `cargo xtask`; see .env.example for the rest.\n\
             COLLECTOR_USER={collector}\nGRAFANA_ADMIN_PASSWORD={password}\n"
        ))
    })
}

/// 256 bits of the system's randomness.
fn random_hex() -> io::Result<String> {
    let mut bytes = [0; 32];
    fs::File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// `uid:gid` of this user, for the one container that must read a file of mode 0600.
fn owner() -> io::Result<String> {
    let id = |flag: &str| -> io::Result<String> {
        let output = Command::new("id").arg(flag).output()?;
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    Ok(format!("{}:{}", id("-u")?, id("-g")?))
}

fn write_private(path: &Path, text: &str) -> io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    options.open(path)?.write_all(text.as_bytes())
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn secrets_are_made_once_and_for_their_owner_alone() {
        let infra = std::env::temp_dir().join(format!("aco-xtask-{}", std::process::id()));
        fs::create_dir(&infra).unwrap();
        prepare(&infra).unwrap();
        let token = fs::read_to_string(infra.join("token")).unwrap();
        let env = fs::read_to_string(infra.join(".env")).unwrap();
        prepare(&infra).unwrap();
        assert_eq!(fs::read_to_string(infra.join("token")).unwrap(), token);
        assert_eq!(token.trim().len(), 64);
        assert!(env.contains("\nCOLLECTOR_USER="), "{env}");
        assert!(!env.contains(token.trim()), "the password is not the token");
        for name in ["token", ".env"] {
            let mode = fs::metadata(infra.join(name)).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600, "{name}");
        }
        fs::remove_dir_all(&infra).unwrap();
    }
}
