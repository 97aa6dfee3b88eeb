//! The TypeScript half of the contract: one file, written from the types, and the test that it is
//! current. `ACO_WRITE_BINDINGS=1 cargo test -p aco-window` writes it.

use std::any::{TypeId, type_name};
use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};
use ts_rs::{Config, TS, TypeVisitor};

/// Every type that is named by a command or an event; what they hold comes along.
fn roots(all: &mut Declarations) {
    all.take::<crate::Opening>();
    all.take::<crate::Shell>();
    all.take::<crate::StatusView>();
    all.take::<crate::LogBatch>();
    all.take::<crate::LogPage>();
    all.take::<crate::LogFilter>();
    all.take::<crate::SpendView>();
    all.take::<crate::SettingsView>();
    all.take::<crate::Change>();
    all.take::<crate::Subscription>();
    all.take::<crate::TestView>();
    all.take::<crate::FirstRunView>();
    all.take::<crate::FirstRunChoice>();
    all.take::<crate::PauseChoice>();
    all.take::<crate::Problem>();
}

struct Declarations {
    config: Config,
    seen: HashSet<TypeId>,
    by_name: BTreeMap<String, String>,
}

impl Declarations {
    fn take<T: TS + 'static + ?Sized>(&mut self) {
        if !self.seen.insert(TypeId::of::<T>()) {
            return;
        }
        // Only our own types have a declaration; text, numbers and lists are written where they are.
        if type_name::<T>().starts_with("aco_window::") {
            let docs = T::docs().unwrap_or_default();
            let declaration = T::decl(&self.config);
            self.by_name.insert(
                T::ident(&self.config),
                format!("{docs}export {declaration}\n"),
            );
        }
        T::visit_dependencies(self);
        T::visit_generics(self);
    }
}

impl Declarations {
    /// Each name that is a type in `text` must be declared.
    fn must_know(&self, text: &str) {
        let words = text.split(|c: char| !c.is_ascii_alphanumeric());
        for name in words.filter(|word| word.starts_with(|c: char| c.is_ascii_uppercase())) {
            assert!(self.by_name.contains_key(name), "no root holds {name}");
        }
    }
}

impl TypeVisitor for Declarations {
    fn visit<T: TS + 'static + ?Sized>(&mut self) {
        self.take::<T>();
    }
}

/// Where the window's sources are.
pub(crate) fn ui() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../ui/src")
}

/// Writes the file where that is asked for; else it must be there as it should be.
pub(crate) fn must_be_current(path: &Path, content: &str) {
    if std::env::var_os("ACO_WRITE_BINDINGS").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
        return;
    }
    let found = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        found.replace("\r\n", "\n") == content,
        "{} is stale: write it with ACO_WRITE_BINDINGS=1 cargo test -p aco-window",
        path.display()
    );
}

#[test]
fn the_bindings_are_current() {
    let mut all = Declarations {
        config: Config::new(),
        seen: HashSet::new(),
        by_name: BTreeMap::new(),
    };
    roots(&mut all);
    let mut text = String::from(
        "// Written from the types of the crate aco-window by its tests; not to be edited.\n",
    );
    for declaration in all.by_name.values() {
        text.push('\n');
        text.push_str(declaration);
    }
    text.push_str(
        "\n/** What may be asked: arguments and answer by name. A refusal is a Problem. */\n",
    );
    text.push_str("export type Commands = {\n");
    for command in crate::COMMANDS {
        let crate::Command {
            name,
            takes,
            gives,
            does,
        } = command;
        text.push_str(&format!(
            "/** {does} */\n{name}: {{ takes: {takes}; gives: {gives} }};\n"
        ));
        all.must_know(takes);
        all.must_know(gives);
    }
    text.push_str(
        "};\n\n/** What is told: what an event carries, by name. */\nexport type Events = {\n",
    );
    for event in crate::EVENTS {
        let crate::Event {
            name,
            carries,
            when,
        } = event;
        text.push_str(&format!("/** {when} */\n{name}: {carries};\n"));
        all.must_know(carries);
    }
    text.push_str("};\n");
    must_be_current(&ui().join("bindings/window.ts"), &text);
}
