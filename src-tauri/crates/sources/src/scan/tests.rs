//! Scanning synthetic tables: what is looked at, when, and what counts as one instance.

use super::*;
use crate::matching::Os;
use std::ffi::{OsStr, OsString};

/// A table whose rows are (pid, parent, start, name), and how often each pid was looked at.
#[derive(Default)]
struct Table {
    rows: Vec<(u32, u32, u64, &'static str)>,
    looks: HashMap<u32, usize>,
    unreadable: bool,
}

impl ProcessTable for Table {
    fn list(&mut self) -> Result<Vec<Listed>, ScanError> {
        if self.unreadable {
            return Err(ScanError("test".into()));
        }
        let listed = self.rows.iter().map(|&(pid, parent, start, _)| Listed {
            pid,
            parent: (parent != 0).then_some(parent),
            start_time: UnixNanos(start),
        });
        Ok(listed.collect())
    }

    fn look(
        &mut self,
        pids: &[u32],
        see: &mut dyn FnMut(u32, &ProcessView<'_>),
    ) -> Result<(), ScanError> {
        for &(pid, _, _, name) in self.rows.iter().filter(|row| pids.contains(&row.0)) {
            *self.looks.entry(pid).or_default() += 1;
            let args = [OsString::from(name)];
            let view = ProcessView {
                name: OsStr::new(name),
                exe: None,
                args: &args,
            };
            see(pid, &view);
        }
        Ok(())
    }
}

fn scanner(rows: &[(u32, u32, u64, &'static str)]) -> Scanner<Table> {
    let table = Table {
        rows: rows.to_vec(),
        ..Table::default()
    };
    Scanner::new(table, Catalogue::embedded(Os::Linux).unwrap())
}

fn instances(scanner: &mut Scanner<Table>) -> Vec<(String, u32, u64)> {
    let scan = scanner.scan().unwrap();
    let instance = |running: Running| (running.tool.to_string(), running.pid, running.start_time.0);
    scan.running.into_iter().map(instance).collect()
}

fn is(tool: &str, pid: u32, start: u64) -> (String, u32, u64) {
    (tool.to_owned(), pid, start)
}

#[test]
fn a_tool_below_itself_is_one_instance_and_below_another_its_own() {
    let mut scanner = scanner(&[
        (1, 0, 1, "init"),
        (10, 1, 2, "ollama"),
        (11, 10, 3, "ollama"),
        (12, 11, 4, "sh"),
        // Through a process that is no tool.
        (13, 12, 5, "ollama"),
        // A second instance.
        (20, 1, 6, "ollama"),
        // From an editor's terminal, and from another agent.
        (30, 1, 7, "cursor"),
        (31, 30, 8, "bash"),
        (32, 31, 9, "claude"),
        (33, 32, 10, "codex"),
    ]);
    let expected = [
        is("ollama", 10, 2),
        is("ollama", 20, 6),
        is("cursor", 30, 7),
        is("claude-code", 32, 9),
        is("codex", 33, 10),
    ];
    assert_eq!(instances(&mut scanner), expected);
}

#[test]
fn the_child_of_an_instance_that_ended_is_an_instance() {
    let mut scanner = scanner(&[(1, 0, 1, "init"), (10, 1, 2, "codex"), (11, 10, 3, "codex")]);
    assert_eq!(instances(&mut scanner), [is("codex", 10, 2)]);
    scanner.table.rows = vec![(1, 0, 1, "init"), (11, 1, 3, "codex")];
    assert_eq!(instances(&mut scanner), [is("codex", 11, 3)]);
}

#[test]
fn a_parent_younger_than_its_child_is_another_process_of_that_number() {
    let mut scanner = scanner(&[(10, 0, 9, "ollama"), (11, 10, 3, "ollama")]);
    assert_eq!(
        instances(&mut scanner),
        [is("ollama", 10, 9), is("ollama", 11, 3)]
    );
}

#[test]
fn a_circle_of_parents_ends() {
    let mut scanner = scanner(&[(10, 11, 1, "sh"), (11, 10, 1, "sh"), (12, 11, 1, "amp")]);
    assert_eq!(instances(&mut scanner), [is("amp", 12, 1)]);
}

#[test]
fn what_was_recognised_is_not_looked_at_again_and_the_rest_not_for_long() {
    let mut scanner = scanner(&[(10, 0, 1, "ollama"), (11, 0, 1, "vim")]);
    for _ in 0..10 {
        assert_eq!(instances(&mut scanner), [is("ollama", 10, 1)]);
    }
    assert_eq!(scanner.table.looks[&10], 1);
    assert_eq!(scanner.table.looks[&11], usize::from(LOOKS));
}

#[test]
fn a_shim_that_becomes_the_tool_is_noticed() {
    let mut scanner = scanner(&[(10, 0, 1, "sh")]);
    assert_eq!(instances(&mut scanner), []);
    scanner.table.rows = vec![(10, 0, 1, "claude")];
    assert_eq!(instances(&mut scanner), [is("claude-code", 10, 1)]);
}

#[test]
fn a_number_used_again_is_looked_at_again() {
    let mut scanner = scanner(&[(10, 0, 1, "ollama")]);
    assert_eq!(instances(&mut scanner), [is("ollama", 10, 1)]);
    scanner.table.rows = vec![(10, 0, 2, "vim")];
    assert_eq!(instances(&mut scanner), []);
    scanner.table.rows = vec![(10, 0, 3, "crush")];
    assert_eq!(instances(&mut scanner), [is("crush", 10, 3)]);
}

#[test]
fn a_table_that_cannot_be_read_is_an_error_and_forgets_nothing() {
    let mut scanner = scanner(&[(10, 0, 1, "ollama")]);
    assert_eq!(instances(&mut scanner).len(), 1);
    scanner.table.unreadable = true;
    assert!(scanner.scan().is_err());
    scanner.table.unreadable = false;
    assert_eq!(instances(&mut scanner), [is("ollama", 10, 1)]);
    assert_eq!(scanner.table.looks[&10], 1);
}

#[test]
fn a_new_catalogue_judges_everything_anew() {
    let mut scanner = scanner(&[(10, 0, 1, "vim")]);
    for _ in 0..=LOOKS {
        assert_eq!(instances(&mut scanner), []);
    }
    let mut catalogue = Catalogue::embedded(Os::Linux).unwrap();
    let entry = "id = \"my-vim\"\nkind = \"cli\"\nprocesses = [\"vim\"]";
    catalogue.extend([toml::from_str(entry).unwrap()]).unwrap();
    scanner.set_catalogue(catalogue);
    assert_eq!(instances(&mut scanner), [is("my-vim", 10, 1)]);
}
