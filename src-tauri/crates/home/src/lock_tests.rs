use super::*;
use std::fs;

const AGENT: Holder = Holder {
    pid: 11,
    role: Role::Service,
};
const COMMAND: Holder = Holder {
    pid: 22,
    role: Role::Command,
};
const OTHER: Holder = Holder {
    pid: 33,
    role: Role::Command,
};
const SECOND: Duration = Duration::from_secs(1);

fn lock_file() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("agent.lock");
    (folder, path)
}

fn holder_of(result: Result<HomeLock, LockError>) -> Option<Holder> {
    match result {
        Err(LockError::Held { holder, .. }) => holder,
        other => panic!("expected the lock to be held: {other:?}"),
    }
}

#[test]
fn one_at_a_time_and_the_other_learns_who() {
    let (_folder, path) = lock_file();
    let lock = HomeLock::acquire(&path, AGENT).unwrap();
    let refused = HomeLock::acquire(&path, COMMAND).unwrap_err();
    assert!(
        refused
            .to_string()
            .ends_with("is held by the agent of `aco run` (pid 11)")
    );
    assert_eq!(holder_of(Err(refused)), Some(AGENT));
    drop(lock);
    assert_eq!(
        fs::read_to_string(platform::holder_file(&path)).unwrap(),
        ""
    );
    assert!(path.exists(), "a lock file is never deleted");
    HomeLock::acquire(&path, COMMAND).unwrap();
}

#[test]
fn the_text_of_a_dead_holder_is_overwritten_whole() {
    let (_folder, path) = lock_file();
    let long = format!(
        "{}and more",
        Holder {
            pid: u32::MAX,
            role: Role::Service
        }
        .to_text()
    );
    fs::write(platform::holder_file(&path), long).unwrap();
    let _lock = HomeLock::acquire(&path, AGENT).unwrap();
    let text = fs::read_to_string(platform::holder_file(&path)).unwrap();
    assert_eq!(text, "aco-lock 1\npid 11\nrole service\n");
}

#[test]
fn every_role_survives_its_text_and_nonsense_names_nobody() {
    for role in [Role::Service, Role::Tray, Role::Command] {
        let holder = Holder { pid: 7, role };
        assert_eq!(Holder::from_text(&holder.to_text()), Some(holder));
    }
    for text in [
        "",
        "aco-lock 1\n",
        "aco-lock 2\npid 1\nrole tray",
        "aco-lock 1\npid x\nrole tray",
    ] {
        assert_eq!(Holder::from_text(text), None, "{text:?}");
    }
}

#[test]
fn a_command_is_waited_for_and_named_once() {
    let (_folder, path) = lock_file();
    let mut held = Some(HomeLock::acquire(&path, COMMAND).unwrap());
    let (mut told, mut looks) = (Vec::new(), 0);
    let lock = HomeLock::acquire_sleeping(
        &path,
        AGENT,
        Duration::MAX,
        |holder| told.push(*holder),
        |_| {
            looks += 1;
            match looks {
                3 => {
                    drop(held.take());
                    held = Some(HomeLock::acquire(&path, OTHER).unwrap());
                }
                5 => drop(held.take()),
                _ => {}
            }
        },
    );
    assert!(lock.is_ok());
    assert_eq!((told, looks), (vec![COMMAND, OTHER], 5));
}

#[test]
fn patience_ends() {
    let (_folder, path) = lock_file();
    let _held = HomeLock::acquire(&path, COMMAND).unwrap();
    let mut slept = Duration::ZERO;
    let result = HomeLock::acquire_sleeping(&path, AGENT, SECOND, |_| {}, |nap| slept += nap);
    assert_eq!((holder_of(result), slept), (Some(COMMAND), SECOND));
}

#[test]
fn an_agent_is_not_waited_for() {
    let (_folder, path) = lock_file();
    let _held = HomeLock::acquire(&path, AGENT).unwrap();
    let never = |_| panic!("waited for an agent");
    let result = HomeLock::acquire_sleeping(&path, COMMAND, SECOND, |_| {}, never);
    assert_eq!(holder_of(result), Some(AGENT));
}

#[test]
fn a_folder_that_is_missing_is_named() {
    let (folder, _) = lock_file();
    let error = HomeLock::acquire(&folder.path().join("none/agent.lock"), AGENT).unwrap_err();
    assert!(error.to_string().contains("none/agent.lock"), "{error}");
}

#[test]
fn a_holder_that_never_signs_is_taken_for_an_agent() {
    let (_folder, path) = lock_file();
    let held = HomeLock::acquire(&path, COMMAND).unwrap();
    held.sign("").unwrap();
    let mut slept = Duration::ZERO;
    let unsigned = HomeLock::acquire_sleeping(
        &path,
        AGENT,
        Duration::MAX,
        |holder| panic!("named {holder}"),
        |nap| slept += nap,
    );
    assert_eq!((holder_of(unsigned), slept), (None, SIGNED_BY));
}
