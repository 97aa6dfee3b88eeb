//! The lock goes with the process that holds it, even when that is killed with -9.

use aco_domain::Role;
use aco_home::{Holder, HomeLock, LockError};
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Command, Stdio};

const LOCK: &str = "ACO_TEST_LOCK";

/// Not a test of its own: the process that [`a_killed_holder_leaves_no_lock`] starts and kills.
#[test]
#[ignore = "run by the other test as a process of its own"]
fn holder() {
    let path = std::env::var_os(LOCK).expect("the parent names the lock");
    let me = Holder {
        pid: std::process::id(),
        role: Role::Service,
    };
    let _lock = HomeLock::acquire(Path::new(&path), me).unwrap();
    println!("\nlocked");
    // Ends when the parent does, should that fail before it kills us.
    std::io::stdin().read_to_end(&mut Vec::new()).unwrap();
}

#[test]
fn a_killed_holder_leaves_no_lock() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("agent.lock");
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", "holder", "--nocapture"])
        .env(LOCK, &path)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    assert!(
        lines.any(|line| line.unwrap() == "locked"),
        "the child never had the lock"
    );

    let me = Holder {
        pid: std::process::id(),
        role: Role::Command,
    };
    match HomeLock::acquire(&path, me) {
        Err(LockError::Held { holder, .. }) => {
            assert_eq!(
                holder,
                Some(Holder {
                    pid: child.id(),
                    role: Role::Service
                })
            );
        }
        other => panic!("the child holds it: {other:?}"),
    }
    child.kill().unwrap();
    child.wait().unwrap();
    HomeLock::acquire(&path, me).unwrap();
}
