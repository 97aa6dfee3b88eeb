//! Who may listen where, and who is let in: real sockets in folders of their own.

use super::*;
use std::os::unix::fs::symlink;

fn message(error: BindError) -> String {
    error.to_string()
}

async fn refused(path: &Path) -> BindError {
    match Listener::bind(path).await {
        Ok(_) => panic!("bound {}", path.display()),
        Err(error) => error,
    }
}

#[tokio::test]
async fn the_socket_and_the_folder_made_for_it_are_the_owners_alone() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("run/agent.sock");
    let listener = Listener::bind(&path).await.unwrap();
    assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
    let folder = fs::metadata(path.parent().unwrap()).unwrap();
    assert_eq!(folder.mode() & 0o777, 0o700);
    drop(listener);
    assert!(!path.exists(), "a listener takes its file with it");
}

#[tokio::test]
async fn a_stale_socket_is_replaced() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("agent.sock");
    // What a kill leaves: std's listener does not remove its file.
    drop(std::os::unix::net::UnixListener::bind(&path).unwrap());
    assert!(path.exists());

    let listener = Listener::bind(&path).await.unwrap();
    let (accepted, connected) = tokio::join!(listener.accept(), connect(&path));
    assert!(accepted.is_ok() && connected.is_ok());
}

#[tokio::test]
async fn a_live_socket_is_left_alone() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("agent.sock");
    let living = Listener::bind(&path).await.unwrap();
    let error = refused(&path).await;
    assert!(
        matches!(&error, BindError::InUse(at) if *at == path),
        "{error}"
    );
    let (accepted, connected) = tokio::join!(living.accept(), connect(&path));
    assert!(accepted.is_ok() && connected.is_ok());
}

#[tokio::test]
async fn what_is_not_a_socket_is_named_and_kept() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("file");
    fs::write(&file, "precious").unwrap();
    let link = home.path().join("link");
    symlink(&file, &link).unwrap();
    let folder = home.path().join("folder");
    fs::create_dir(&folder).unwrap();
    for path in [&file, &link, &folder] {
        let text = message(refused(path).await);
        assert!(text.contains(&path.display().to_string()), "{text}");
        assert!(text.contains("move it away"), "{text}");
        assert!(fs::symlink_metadata(path).is_ok(), "{}", path.display());
    }
    assert_eq!(fs::read(&file).unwrap(), b"precious");
}

#[tokio::test]
async fn a_successors_socket_outlives_us() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("agent.sock");
    let first = Listener::bind(&path).await.unwrap();
    // Kept under another name, so that the file system cannot give its inode to the next.
    fs::rename(&path, home.path().join("moved.sock")).unwrap();
    let second = Listener::bind(&path).await.unwrap();
    drop(first);
    assert!(path.exists());
    assert_eq!(second.path(), path);
}

#[tokio::test]
async fn a_path_the_kernel_cannot_hold_is_refused_in_words() {
    let home = tempfile::tempdir().unwrap();
    let text = message(refused(&home.path().join("x".repeat(200))).await);
    assert!(text.contains("longer than this system allows"), "{text}");
    assert!(text.contains("ACO_HOME"), "{text}");
}

#[tokio::test]
async fn a_folder_others_can_write_to_is_refused() {
    let home = tempfile::tempdir().unwrap();
    let shared = home.path().join("shared");
    fs::create_dir(&shared).unwrap();
    fs::set_permissions(&shared, fs::Permissions::from_mode(0o777)).unwrap();
    let text = message(refused(&shared.join("agent.sock")).await);
    assert!(
        text.contains("mode 777") && text.contains("chmod 700"),
        "{text}"
    );
    assert_eq!(fs::read_dir(&shared).unwrap().count(), 0);
}

#[test]
fn a_folder_is_safe_when_nobody_else_can_write_to_it() {
    for (uid, mode, safe) in [
        (1000, 0o40_700, true),
        (1000, 0o40_755, true),
        (1000, 0o40_770, false),
        (1000, 0o40_702, false),
        (1001, 0o40_700, false),
        // The sticky /tmp itself: anybody may make a file there before us.
        (0, 0o41_777, false),
    ] {
        assert_eq!(only_owner_writes(uid, mode, 1000), safe, "{uid} {mode:o}");
    }
}

#[test]
fn only_the_same_user_is_let_in() {
    assert!(is_owner(Ok(1000), 1000));
    assert!(!is_owner(Ok(1001), 1000));
    // Not even root: it has other ways, and a setuid program must not have this one.
    assert!(!is_owner(Ok(0), 1000));
    assert!(!is_owner(Err(io::Error::other("no credentials")), 1000));
}

#[tokio::test]
async fn the_own_uid_is_that_of_the_files_we_make() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("file");
    fs::write(&file, "").unwrap();
    assert_eq!(own_uid().unwrap(), fs::metadata(&file).unwrap().uid());
}
