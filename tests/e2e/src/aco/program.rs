//! Where the programs under test are: given, or built by cargo beside the running test.

use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;

/// The `aco` to test; built once in each test program.
pub fn program() -> PathBuf {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM
        .get_or_init(|| program_of("ACO_BIN", "aco-cli", "aco"))
        .clone()
}

/// The program `name` of `package`: where `variable` says, else built as the running test was.
#[track_caller]
pub fn program_of(variable: &str, package: &str, name: &str) -> PathBuf {
    match std::env::var_os(variable).filter(|path| !path.is_empty()) {
        Some(path) => std::path::absolute(path).unwrap(),
        None => build(package, name),
    }
}

#[track_caller]
fn build(package: &str, name: &str) -> PathBuf {
    // <target>/<profile>/deps/<test program>
    let test_program = std::env::current_exe().unwrap();
    let folder = test_program.parent().expect("a folder");
    let profile = if folder.ends_with("deps") {
        folder.parent().expect("a profile")
    } else {
        folder
    };
    let target = profile.parent().expect("a target folder");
    let profile_name = match profile.file_name().and_then(|name| name.to_str()) {
        Some("debug") => "dev",
        Some(name) => name,
        None => panic!("{} is no target folder", profile.display()),
    };
    let status = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["build", "--quiet", "--locked", "-p", package, "--bin", name])
        .args(["--profile", profile_name, "--target-dir"])
        .arg(target)
        .current_dir(crate::repository())
        .status()
        .expect("cargo");
    assert!(status.success(), "{name} does not build: {status}");
    profile.join(name)
}
