//! Builds the servers of `tests/stack/` when they are missing or their sources changed.
//!
//! They take minutes, so a program is kept in a folder named by the hash of what it is built from,
//! outside the clone: `$ACO_STACK_BIN`, else `ai-cost-observer/stack` in the user's cache folder. A
//! lock lets concurrent test programs build once.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use sha2::{Digest, Sha256};

/// Enters the hash: change it with what [`Program::build`] passes to Go.
const RECIPE: &str = "1: CGO_ENABLED=0 -trimpath -s -w; prometheus: remove_all_sd,netgo";

/// The servers as programs.
#[derive(Clone, Debug)]
pub struct ServerBinaries {
    /// The Collector with the components of `infra/`.
    pub collector: PathBuf,
    /// Loki.
    pub loki: PathBuf,
    /// Prometheus.
    pub prometheus: PathBuf,
}

struct Program {
    /// The module's folder below `tests/stack/`.
    module: &'static str,
    name: &'static str,
    /// What to build in that module.
    package: &'static str,
    tags: Option<&'static str>,
    /// The dependency whose version the program shall report, and the variable that takes it.
    version: Option<(&'static str, &'static str)>,
}

const COLLECTOR: Program = Program {
    module: "collector",
    name: "otelcol",
    package: ".",
    tags: None,
    // Its main.go reads the version from the module itself.
    version: None,
};
const LOKI: Program = Program {
    module: "loki",
    name: "loki",
    package: "github.com/grafana/loki/v3/cmd/loki",
    tags: None,
    version: Some((
        "github.com/grafana/loki/v3",
        "github.com/grafana/loki/v3/pkg/util/build.Version",
    )),
};
const PROMETHEUS: Program = Program {
    module: "prometheus",
    name: "prometheus",
    package: "github.com/prometheus/prometheus/cmd/prometheus",
    // Without the clouds' discovery the build takes half as long.
    tags: Some("remove_all_sd,netgo"),
    version: Some((
        "github.com/prometheus/prometheus",
        "github.com/prometheus/common/version.Version",
    )),
};
const PROMTOOL: Program = Program {
    name: "promtool",
    package: "github.com/prometheus/prometheus/cmd/promtool",
    ..PROMETHEUS
};

const COMPOSE: Program = Program {
    module: "compose",
    name: "compose",
    package: ".",
    tags: None,
    version: None,
};

/// The servers, built if need be. Panics with Go's own words when that fails.
pub fn ensure_servers() -> ServerBinaries {
    // The longest first: whoever watches learns early whether it works.
    let loki = LOKI.ensure();
    let prometheus = PROMETHEUS.ensure();
    ServerBinaries {
        collector: COLLECTOR.ensure(),
        loki,
        prometheus,
    }
}

/// Prometheus' `promtool`: checks its configuration.
pub fn ensure_promtool() -> PathBuf {
    PROMTOOL.ensure()
}

/// Reads compose files as Docker Compose does; see `tests/stack/compose/main.go`.
pub fn ensure_compose() -> PathBuf {
    COMPOSE.ensure()
}

/// A module's `go.mod` as Go reads it (`go mod edit -json`).
pub fn go_mod(module: &str) -> serde_json::Value {
    let output = go(&source(module), &["mod", "edit", "-json"]);
    serde_json::from_str(&output).expect("go's own JSON")
}

/// The version that a parsed `go.mod` requires of `dependency`, without its `v`.
pub fn required_version(go_mod: &serde_json::Value, dependency: &str) -> Option<String> {
    let required = go_mod["Require"].as_array()?;
    let entry = required.iter().find(|entry| entry["Path"] == dependency)?;
    Some(
        entry["Version"]
            .as_str()?
            .trim_start_matches('v')
            .to_owned(),
    )
}

/// Prometheus' release number: its modules are `0.<major><minor, two digits>.<patch>`.
pub fn prometheus_release(module_version: &str) -> Option<String> {
    let mut parts = module_version.strip_prefix("0.")?.split('.');
    let joined: u32 = parts.next()?.parse().ok()?;
    let patch: u32 = parts.next()?.parse().ok()?;
    Some(format!("{}.{}.{patch}", joined / 100, joined % 100))
}

impl Program {
    fn ensure(&self) -> PathBuf {
        let source = source(self.module);
        let folder = binaries_folder().join(format!("{}-{}", self.module, fingerprint(&source)));
        let program = folder.join(self.name);
        if program.exists() {
            return program;
        }
        std::fs::create_dir_all(&folder)
            .unwrap_or_else(|error| panic!("cannot create {}: {error}", folder.display()));
        let lock = File::create(folder.join("lock")).expect("a lock file");
        lock.lock().expect("the lock");
        // Somebody else may have built it while we waited.
        if !program.exists() {
            self.build(&source, &folder, &program);
        }
        program
    }

    fn build(&self, source: &Path, folder: &Path, program: &Path) {
        eprintln!(
            "building {} from {} (minutes, once) ...",
            self.name,
            source.display()
        );
        let started = Instant::now();
        let mut flags = "-s -w".to_owned();
        if let Some((dependency, variable)) = self.version {
            let required = required_version(&go_mod(self.module), dependency)
                .unwrap_or_else(|| panic!("{dependency} is not in {}/go.mod", self.module));
            // Loki's number is its module's own.
            let version = prometheus_release(&required).unwrap_or(required);
            flags = format!("{flags} -X {variable}={version}");
        }
        let unfinished = folder.join(format!("{}.unfinished", self.name));
        let output = unfinished.to_str().expect("a path in UTF-8");
        let mut arguments = vec![
            "build",
            "-mod=readonly",
            "-trimpath",
            "-ldflags",
            &flags,
            "-o",
            output,
        ];
        if let Some(tags) = self.tags {
            arguments.extend(["-tags", tags]);
        }
        arguments.push(self.package);
        go(source, &arguments);
        // Whatever has the final name is complete.
        std::fs::rename(&unfinished, program).expect("the built program");
        eprintln!(
            "built {} in {:.0} s",
            self.name,
            started.elapsed().as_secs_f64()
        );
    }
}

/// Runs Go in `folder`; its progress goes to our standard error.
fn go(folder: &Path, arguments: &[&str]) -> String {
    let output = Command::new("go")
        .args(arguments)
        .current_dir(folder)
        .env("CGO_ENABLED", "0")
        // A go.work or vendoring flag of the machine's owner would build something else.
        .env("GOWORK", "off")
        .env_remove("GOFLAGS")
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .unwrap_or_else(|error| {
            panic!("cannot run `go` ({error}): the test servers need Go, see tests/stack/README.md")
        });
    assert!(
        output.status.success(),
        "`go {}` failed: {}",
        arguments.join(" "),
        output.status
    );
    String::from_utf8(output.stdout).expect("UTF-8 from Go")
}

fn source(module: &str) -> PathBuf {
    crate::repository().join("tests/stack").join(module)
}

fn binaries_folder() -> PathBuf {
    let variable = |name| std::env::var_os(name).filter(|value| !value.is_empty());
    if let Some(folder) = variable("ACO_STACK_BIN") {
        return PathBuf::from(folder);
    }
    let home = || PathBuf::from(variable("HOME").expect("HOME, XDG_CACHE_HOME or ACO_STACK_BIN"));
    let cache = match variable("XDG_CACHE_HOME") {
        Some(folder) => PathBuf::from(folder),
        None if cfg!(target_os = "macos") => home().join("Library/Caches"),
        None => home().join(".cache"),
    };
    cache.join("ai-cost-observer/stack")
}

/// A hash of everything in a module's folder that decides what is built.
fn fingerprint(source: &Path) -> String {
    let mut files: Vec<PathBuf> = std::fs::read_dir(source)
        .unwrap_or_else(|error| panic!("cannot read {}: {error}", source.display()))
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            name == "go.mod" || name == "go.sum" || name.ends_with(".go")
        })
        .collect();
    files.sort();
    let mut hash = Sha256::new();
    hash.update(RECIPE);
    for path in files {
        let content = std::fs::read(&path).unwrap();
        hash.update(path.file_name().unwrap().as_encoded_bytes());
        hash.update(content.len().to_le_bytes());
        hash.update(content);
    }
    hash.finalize()
        .iter()
        .take(8)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::prometheus_release;

    #[test]
    fn prometheus_modules_are_numbered_apart_from_releases() {
        assert_eq!(prometheus_release("0.315.0").as_deref(), Some("3.15.0"));
        assert_eq!(prometheus_release("0.302.1").as_deref(), Some("3.2.1"));
        assert_eq!(prometheus_release("3.7.8"), None);
    }
}
