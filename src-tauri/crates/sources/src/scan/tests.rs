//! Scanning synthetic tables: what is looked at, when, and what counts as one instance.

use super::*;
use crate::matching::Os;
use std::ffi::OsString;

mod trees;

/// A table whose rows are (pid, parent, start, name and arguments), and how often each pid was
/// looked at.
#[derive(Default)]
struct Table {
    rows: Vec<(u32, u32, u64, &'static str)>,
    looks: HashMap<u32, usize>,
    /// What was measured last.
    measured: Vec<u32>,
    unreadable: bool,
    /// What a listing says of the program, where it says anything.
    programs: HashMap<u32, u64>,
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
            program: self.programs.get(&pid).copied().unwrap_or(0),
        });
        Ok(listed.collect())
    }

    fn look(
        &mut self,
        pids: &[u32],
        see: &mut dyn FnMut(u32, &ProcessView<'_>),
    ) -> Result<(), ScanError> {
        for &(pid, _, _, command) in self.rows.iter().filter(|row| pids.contains(&row.0)) {
            *self.looks.entry(pid).or_default() += 1;
            let args: Vec<OsString> = command.split(' ').map(OsString::from).collect();
            let view = ProcessView {
                name: &args[0],
                exe: None,
                args: &args,
            };
            see(pid, &view);
        }
        Ok(())
    }

    fn measure(&mut self, pids: &[u32]) -> Result<Vec<(u32, Resources)>, ScanError> {
        self.measured = pids.to_vec();
        let rows = self.rows.iter().filter(|row| pids.contains(&row.0));
        // A process has used as many seconds and bytes as its number says.
        let resources = |&(pid, ..): &(u32, u32, u64, &'static str)| Resources {
            cpu_time: Duration::from_secs(u64::from(pid)),
            resident_bytes: u64::from(pid),
        };
        Ok(rows.map(|row| (row.0, resources(row))).collect())
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
fn a_process_that_became_another_program_is_looked_at_again() {
    let mut scanner = scanner(&[(10, 0, 1, "sh"), (11, 0, 1, "vim")]);
    for _ in 0..=LOOKS {
        assert_eq!(instances(&mut scanner), []);
    }
    scanner.table.rows[0] = (10, 0, 1, "claude");
    assert_eq!(instances(&mut scanner), [], "the listing has not noticed");
    scanner.table.programs = HashMap::from([(10, 7)]);
    assert_eq!(instances(&mut scanner), [is("claude-code", 10, 1)]);
    // Also one that was a tool.
    scanner.table.rows[0] = (10, 0, 1, "codex");
    scanner.table.programs = HashMap::from([(10, 8)]);
    assert_eq!(instances(&mut scanner), [is("codex", 10, 1)]);
    assert_eq!(scanner.table.looks[&11], usize::from(LOOKS));
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

/// What the instances have used, in seconds, by the pid of the outermost process. A process of the
/// test's table has used as many seconds as its number says.
fn used(scanner: &mut Scanner<Table>) -> Vec<(u32, u64)> {
    let scan = scanner.scan().unwrap();
    let used = |running: Running| (running.pid, running.resources.cpu_time.as_secs());
    scan.running.into_iter().map(used).collect()
}

#[test]
fn an_application_has_used_what_it_started_but_not_what_its_user_started_in_it() {
    let mut scanner = scanner(&[
        (1, 0, 1, "init"),
        (10, 1, 2, "cursor"),
        (100, 10, 3, "cursor --type=renderer"),
        (200, 10, 3, "rust-analyzer"),
        (400, 200, 3, "proc-macro-srv"),
        (800, 10, 4, "bash"),
        (1_600, 800, 5, "rustc"),
        // An agent started in the terminal counts for itself, with the shells it starts.
        (3_200, 800, 6, "claude"),
        (6_400, 3_200, 7, "bash"),
        (12_800, 6_400, 8, "cargo"),
    ]);
    let expected = [(10, 10 + 100 + 200 + 400), (3_200, 3_200 + 6_400 + 12_800)];
    assert_eq!(used(&mut scanner), expected);
    let mut measured = scanner.table.measured.clone();
    measured.sort_unstable();
    assert_eq!(measured, [10, 100, 200, 400, 3_200, 6_400, 12_800]);
}

#[test]
fn nothing_is_measured_where_no_tool_runs() {
    let mut scanner = scanner(&[(1, 0, 1, "init"), (2, 1, 2, "bash")]);
    scanner.table.measured = vec![7];
    assert_eq!(used(&mut scanner), []);
    assert_eq!(scanner.table.measured, [7]);
}

#[test]
fn a_part_that_its_application_did_not_start_belongs_to_the_oldest_instance_or_to_none() {
    let mut scanner = scanner(&[(1, 0, 1, "init"), (100, 1, 2, "cursor --type=renderer")]);
    assert_eq!(used(&mut scanner), []);
    scanner.table.rows.push((20, 1, 4, "cursor"));
    scanner.table.rows.push((30, 1, 3, "cursor"));
    assert_eq!(used(&mut scanner), [(20, 20), (30, 130)]);
}

#[test]
fn an_editor_counts_once_its_assistant_was_seen_and_as_long_as_it_runs() {
    let mut catalogue = Catalogue::embedded(Os::Linux).unwrap();
    let entry = "id = \"edit\"\nkind = \"app\"\nprocesses = [\"edit\"]\nproof = [\"helpful-ai-*\"]";
    catalogue.extend([toml::from_str(entry).unwrap()]).unwrap();
    let mut scanner = scanner(&[
        (1, 0, 1, "init"),
        (10, 1, 2, "edit"),
        // The proof of nobody.
        (11, 1, 2, "node /x/helpful-ai-1/server.js"),
        // The user's own.
        (12, 10, 3, "bash"),
        (13, 12, 4, "ls /x/helpful-ai-1"),
    ]);
    scanner.set_catalogue(catalogue);
    assert_eq!(instances(&mut scanner), []);
    let without = scanner.table.rows.clone();
    scanner
        .table
        .rows
        .push((14, 10, 5, "node /x/helpful-ai-1/server.js"));
    assert_eq!(instances(&mut scanner), [is("edit", 10, 2)]);
    scanner.table.rows = without;
    assert_eq!(instances(&mut scanner), [is("edit", 10, 2)]);
    // Another instance has to show its own.
    scanner.table.rows[1] = (10, 1, 6, "edit");
    assert_eq!(instances(&mut scanner), []);
}
