//! The workspace as cargo and the file system have it: packages, their imports, their files.

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The top of the clone.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .nth(3)
        .expect("this crate lies in src-tauri/crates/xtask")
        .to_owned()
}

/// Names of crates and what each imports for use or build; what only tests use is left out.
#[derive(Clone, Debug, Default)]
pub(crate) struct Imports {
    /// Our own crates, with their direct imports on any platform.
    pub(crate) ours: BTreeMap<String, BTreeSet<String>>,
    /// Everybody else's, as the lock file has them (all versions of a name taken together).
    theirs: BTreeMap<String, BTreeSet<String>>,
}

impl Imports {
    /// Manifests tell our direct imports and their kind, the lock file the rest. `cargo metadata`
    /// could tell both, but then wants each platform's packages downloaded.
    pub(crate) fn read() -> Self {
        Self {
            ours: direct_imports(&metadata()),
            theirs: locked_imports(&read(&root().join("Cargo.lock"))),
        }
    }

    /// Every crate that ends up in `name`'s program, by name.
    pub(crate) fn reached_from(&self, name: &str) -> BTreeSet<&str> {
        let mut reached = BTreeSet::new();
        let mut open = vec![name];
        while let Some(next) = open.pop() {
            let imports = self.ours.get(next).or_else(|| self.theirs.get(next));
            for import in imports.into_iter().flatten() {
                if reached.insert(import.as_str()) {
                    open.push(import);
                }
            }
        }
        reached
    }

    /// A made-up workspace: each crate with the names it imports; those without a row are others'.
    pub(crate) fn sample(crates: &[(&str, &[&str])]) -> Self {
        let ours = crates.iter().map(|(name, imports)| {
            let imports = imports.iter().map(|&import| import.to_owned());
            ((*name).to_owned(), imports.collect())
        });
        Self {
            ours: ours.collect(),
            theirs: BTreeMap::new(),
        }
    }
}

/// What cargo says about our own packages; `--no-deps` needs neither network nor downloads.
fn metadata() -> Value {
    let output = Command::new(env!("CARGO"))
        .args([
            "metadata",
            "--offline",
            "--no-deps",
            "--format-version",
            "1",
        ])
        .current_dir(root())
        .output()
        .expect("cargo runs");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    serde_json::from_slice(&output.stdout).expect("cargo metadata prints JSON")
}

fn direct_imports(metadata: &Value) -> BTreeMap<String, BTreeSet<String>> {
    let list = |value: &Value| value.as_array().cloned().expect("a list");
    let name = |value: &Value| value["name"].as_str().expect("a name").to_owned();
    list(&metadata["packages"])
        .iter()
        .map(|package| {
            let imports = list(&package["dependencies"])
                .iter()
                .filter(|dependency| dependency["kind"] != "dev")
                .map(name)
                .collect();
            (name(package), imports)
        })
        .collect()
}

/// Reads the `[[package]]` tables of a lock file: `name = "…"` and the list `dependencies`, each
/// of whose entries is a name, with a version behind it where two are in the tree.
fn locked_imports(lock: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut imports: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for package in lock.split("[[package]]").skip(1) {
        let quoted = |line: &str| line.split('"').nth(1).map(str::to_owned);
        let name = package
            .lines()
            .find(|line| line.starts_with("name = "))
            .and_then(quoted)
            .expect("a package has a name");
        let list = package
            .split_once("dependencies = [")
            .map_or("", |(_, rest)| rest);
        let dependencies = list
            .lines()
            .take_while(|line| *line != "]")
            .filter_map(quoted)
            .filter_map(|entry| entry.split_whitespace().next().map(str::to_owned));
        imports.entry(name).or_default().extend(dependencies);
    }
    imports
}

/// A Rust file and its text.
#[derive(Debug)]
pub(crate) struct Source {
    /// Relative to the top, with forward slashes everywhere.
    pub(crate) path: String,
    pub(crate) text: String,
}

/// Every Rust file of ours.
pub(crate) fn rust_files() -> Vec<Source> {
    let mut files = Vec::new();
    for folder in ["src-tauri", "tests"] {
        files.extend(files_below(&root().join(folder), &|path| {
            path.extension().is_some_and(|extension| extension == "rs")
        }));
    }
    assert!(files.len() > 10, "the walk lost its way");
    files
}

/// The files below `folder` that `wanted` takes, what is built or installed left out.
pub(crate) fn files_below(folder: &Path, wanted: &dyn Fn(&Path) -> bool) -> Vec<Source> {
    let mut found = Vec::new();
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{folder:?}: {error}"));
    for entry in entries {
        let path = entry.expect("a readable folder").path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if path.is_dir() {
            if !matches!(name.as_ref(), "target" | "node_modules" | ".git") {
                found.extend(files_below(&path, wanted));
            }
        } else if wanted(&path) {
            let relative = path.strip_prefix(root()).expect("below the top");
            found.push(Source {
                path: relative.to_string_lossy().replace('\\', "/"),
                text: read(&path),
            });
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

/// The text of a file that must be there.
pub(crate) fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn the_lock_file_is_read_whole() {
    let lock = "version = 4\n\n[[package]]\nname = \"a\"\nversion = \"1.0.0\"\n\
                dependencies = [\n \"b\",\n \"c 2.0.0\",\n]\n\n\
                [[package]]\nname = \"b\"\nversion = \"1.0.0\"\n\n\
                [[package]]\nname = \"c\"\nversion = \"1.0.0\"\ndependencies = [\n \"d\",\n]\n";
    let mut imports = Imports::sample(&[("ours", &["a"])]);
    imports.theirs = locked_imports(lock);
    assert_eq!(imports.reached_from("ours"), ["a", "b", "c", "d"].into());
}

#[test]
fn what_only_tests_import_is_left_out() {
    let metadata = serde_json::json!({"packages": [{"name": "a", "dependencies": [
        {"name": "used", "kind": null},
        {"name": "at-build", "kind": "build"},
        {"name": "in-tests", "kind": "dev"},
    ]}]});
    let imports = direct_imports(&metadata);
    assert_eq!(
        imports["a"],
        ["at-build".to_owned(), "used".to_owned()].into()
    );
}
