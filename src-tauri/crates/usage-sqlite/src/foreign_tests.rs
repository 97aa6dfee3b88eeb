use super::*;
use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// Names the database to the child, and makes it one.
const CHILD: &str = "ACO_TEST_FOREIGN_DATABASE";

/// A tool: another process, because within one SQLite shares the index of the log and its locks.
struct Tool {
    process: Child,
    orders: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Tool {
    fn start(path: &Path) -> Self {
        let mut process = Command::new(std::env::current_exe().unwrap())
            .args([
                "--exact",
                "foreign::tests::tool",
                "--ignored",
                "--nocapture",
            ])
            .env(CHILD, path)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        Self {
            orders: process.stdin.take().unwrap(),
            answers: BufReader::new(process.stdout.take().unwrap()),
            process,
        }
    }

    /// Lets it run some SQL, on one line, and waits until it has.
    fn does(&mut self, sql: &str) {
        writeln!(self.orders, "{sql}").unwrap();
        let mut answer = String::new();
        while !answer.contains("did it") {
            answer.clear();
            assert!(self.answers.read_line(&mut answer).unwrap() > 0, "{sql}");
        }
    }

    fn killed(mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    fn ends(mut self) {
        drop(self.orders);
        assert!(self.process.wait().unwrap().success());
    }
}

#[test]
#[ignore = "the other process of the tests below"]
fn tool() {
    let Some(path) = std::env::var_os(CHILD) else {
        return;
    };
    let connection = Connection::open(path).unwrap();
    for order in std::io::stdin().lines().map(Result::unwrap) {
        connection.execute_batch(&order).unwrap();
        println!("\ndid it");
    }
}

const WITH_LOG: &str = "PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0; \
                        CREATE TABLE t (n INTEGER); INSERT INTO t VALUES (1);";

fn count(database: &mut Foreign) -> io::Result<i64> {
    database.at_one_moment(|connection| {
        connection.query_row("SELECT count(*) FROM t", [], |row| row.get(0))
    })
}

fn opened(path: &Path) -> Foreign {
    Foreign::open(path).unwrap().unwrap()
}

/// Every file in a folder with its bytes.
fn everything(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let entries = fs::read_dir(folder).unwrap().map(Result::unwrap);
    entries
        .map(|entry| (entry.path(), fs::read(entry.path()).unwrap()))
        .collect()
}

#[test]
fn rows_that_are_in_the_log_alone_are_read_and_nothing_is_touched() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tool.db");
    let mut tool = Tool::start(&path);
    tool.does(WITH_LOG);
    let before = everything(folder.path());
    assert_eq!(before.len(), 3, "the file, its log and its index");
    let mut database = opened(&path);
    assert_eq!(count(&mut database).unwrap(), 1);
    // Windows refuses to read what is locked; there the names must do.
    if cfg!(unix) {
        assert_eq!(everything(folder.path()), before);
    }

    tool.does("INSERT INTO t VALUES (2);");
    assert_eq!(count(&mut database).unwrap(), 2, "what was written since");
    // While we have it open, the tool empties its log and ends as if nobody else were there.
    tool.does("PRAGMA wal_checkpoint(TRUNCATE); INSERT INTO t VALUES (3);");
    assert_eq!(count(&mut database).unwrap(), 3);
    tool.ends();
    drop(database);
    assert_eq!(count(&mut opened(&path)).unwrap(), 3);
}

#[test]
fn what_a_killed_tool_left_in_its_log_is_read_and_stays() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tool.db");
    let mut tool = Tool::start(&path);
    tool.does(WITH_LOG);
    tool.killed();
    let left = everything(folder.path());
    assert_eq!(left.len(), 3);
    let mut database = opened(&path);
    assert_eq!(count(&mut database).unwrap(), 1);
    drop(database);
    assert_eq!(everything(folder.path()), left);

    let index = folder.path().join("tool.db-shm");
    fs::remove_file(&index).unwrap();
    let refused = Foreign::open(&path).unwrap_err().to_string();
    assert!(refused.contains("once the tool has opened it"), "{refused}");
    assert!(!index.exists());
}

#[test]
fn a_database_at_rest_gets_no_log() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tool.db");
    let mut tool = Tool::start(&path);
    tool.does(WITH_LOG);
    tool.ends();
    let before = everything(folder.path());
    assert_eq!(before.len(), 1);
    assert_eq!(count(&mut opened(&path)).unwrap(), 1);
    assert_eq!(everything(folder.path()), before);
}

#[test]
fn a_step_is_repeated_when_a_writer_came_meanwhile() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tool.db");
    let mut tool = Tool::start(&path);
    tool.does(WITH_LOG);
    tool.ends();
    let mut database = opened(&path);
    let mut tool = Tool::start(&path);
    let mut looks = 0;
    let found = database.at_one_moment(|connection| {
        looks += 1;
        if looks == 1 {
            tool.does("UPDATE t SET n = 7; PRAGMA wal_checkpoint(TRUNCATE); UPDATE t SET n = 8;");
        }
        connection.query_row("SELECT n FROM t", [], |row| row.get::<_, i64>(0))
    });
    assert_eq!((found.unwrap(), looks), (8, 2));
    tool.ends();
}

#[test]
fn a_tool_that_ends_while_it_is_read_leaves_its_log_and_takes_it_up_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tool.db");
    let mut tool = Tool::start(&path);
    tool.does(WITH_LOG);
    let mut database = opened(&path);
    assert_eq!(count(&mut database).unwrap(), 1);
    tool.ends();
    assert_eq!(count(&mut database).unwrap(), 1);
    drop(database);
    assert_eq!(count(&mut opened(&path)).unwrap(), 1);
    let mut tool = Tool::start(&path);
    tool.does("INSERT INTO t VALUES (2);");
    tool.ends();
    assert_eq!(everything(folder.path()).len(), 1, "as tidy as without us");
    assert_eq!(count(&mut opened(&path)).unwrap(), 2);
}

#[test]
fn a_tool_with_a_rollback_journal_is_waited_for_and_never_locked_out() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tool.db");
    let mut tool = Tool::start(&path);
    tool.does("CREATE TABLE t (n INTEGER); INSERT INTO t VALUES (1);");
    let mut database = opened(&path);
    assert_eq!(count(&mut database).unwrap(), 1);
    // Between two steps nothing is locked.
    tool.does("BEGIN EXCLUSIVE;");
    let locked = count(&mut database).unwrap_err();
    assert_eq!(locked.kind(), ErrorKind::WouldBlock, "{locked}");
    tool.does("INSERT INTO t VALUES (2); COMMIT;");
    assert_eq!(count(&mut database).unwrap(), 2);
    tool.ends();
}

#[test]
fn what_is_no_database_is_said_to_be_none() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tool.db");
    assert!(Foreign::open(&path).unwrap().is_none(), "nothing");
    fs::write(&path, "").unwrap();
    assert!(Foreign::open(&path).unwrap().is_none(), "created just now");
    for bytes in [&b"SQLite format 3\0"[..], &[b'x'; 4096]] {
        fs::write(&path, bytes).unwrap();
        let refused = Foreign::open(&path).unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::InvalidData, "{refused}");
    }
}

#[test]
fn a_damaged_page_is_an_error_and_no_panic() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tool.db");
    let connection = Connection::open(&path).unwrap();
    connection
        .execute_batch("CREATE TABLE t (n INTEGER); INSERT INTO t VALUES (1);")
        .unwrap();
    drop(connection);
    let mut bytes = fs::read(&path).unwrap();
    // The second page is the table's.
    let page = 4096.min(bytes.len());
    bytes[page..].fill(0xa5);
    fs::write(&path, bytes).unwrap();
    let refused = count(&mut opened(&path)).unwrap_err();
    assert!(refused.to_string().contains("damaged"), "{refused}");
}

#[test]
fn any_name_is_opened() {
    let folder = tempfile::tempdir().unwrap();
    let below = folder.path().join("ein Ordner ü#%41&");
    fs::create_dir(&below).unwrap();
    let path = below.join("tool.db");
    Connection::open(&path)
        .unwrap()
        .execute_batch("CREATE TABLE t (n INTEGER)")
        .unwrap();
    assert_eq!(count(&mut opened(&path)).unwrap(), 0);
}

#[cfg(unix)]
#[test]
fn the_log_of_a_linked_database_lies_beside_what_the_link_leads_to() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tool.db");
    let link = folder.path().join("elsewhere.db");
    let mut tool = Tool::start(&path);
    tool.does(WITH_LOG);
    std::os::unix::fs::symlink(&path, &link).unwrap();
    let before = Stamp::of(&link).unwrap();
    assert_eq!(count(&mut opened(&link)).unwrap(), 1);
    tool.does("INSERT INTO t VALUES (2);");
    assert_ne!(Stamp::of(&link).unwrap(), before);
    tool.ends();
}
