//! Linux and macOS.

use crate::Environment;
use std::fs::{self, DirBuilder, File, OpenOptions, Permissions};
use std::io;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

/// The longest address of a socket that every Unix takes, with its closing zero and room to spare.
const LONGEST_SOCKET: usize = 100;

#[cfg(target_os = "macos")]
pub(crate) fn product_folders(env: &Environment) -> Result<(PathBuf, PathBuf), &'static str> {
    let user = env.absolute_path("HOME").ok_or("HOME")?;
    let folder = user
        .join("Library/Application Support")
        .join(aco_domain::BUNDLE_ID);
    Ok((folder.clone(), folder))
}

/// The XDG base directory specification: configuration in one folder, data in another.
#[cfg(not(target_os = "macos"))]
pub(crate) fn product_folders(env: &Environment) -> Result<(PathBuf, PathBuf), &'static str> {
    let base = |variable, below_home| match env.absolute_path(variable) {
        Some(folder) => Ok(folder),
        None => env
            .absolute_path("HOME")
            .map(|home| home.join(below_home))
            .ok_or("HOME"),
    };
    let product = aco_domain::SERVICE_NAME;
    Ok((
        base("XDG_CONFIG_HOME", ".config")?.join(product),
        base("XDG_DATA_HOME", ".local/share")?.join(product),
    ))
}

pub(crate) fn socket(runtime: Option<&Path>, home: &Path, hash: &str) -> PathBuf {
    let in_runtime = runtime.map(|folder| {
        folder
            .join(aco_domain::SERVICE_NAME)
            .join(format!("{hash}.sock"))
    });
    let in_home = home.join("run").join("agent.sock");
    let fits = |path: &PathBuf| path.as_os_str().as_bytes().len() <= LONGEST_SOCKET;
    in_runtime
        .filter(fits)
        .or_else(|| Some(in_home).filter(fits))
        .unwrap_or_else(|| PathBuf::from(format!("/tmp/aco-{hash}/agent.sock")))
}

pub(crate) fn create_private_folder(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(path)
}

pub(crate) fn create_socket_folder(socket: &Path) -> io::Result<()> {
    let folder = super::folder_of(socket);
    create_private_folder(folder)?;
    // In /tmp somebody else may have been first, with a folder or a link of theirs.
    if fs::symlink_metadata(folder)?.is_symlink() && is_shared(super::folder_of(folder))? {
        let what = "a symbolic link stands here, in a folder that others can write";
        return Err(io::Error::new(io::ErrorKind::NotADirectory, what));
    }
    // Refused to everybody but its owner, which is the check.
    fs::set_permissions(folder, Permissions::from_mode(0o700))
}

/// Whether others may create entries in it.
fn is_shared(folder: &Path) -> io::Result<bool> {
    Ok(fs::metadata(folder)?.permissions().mode() & 0o022 != 0)
}

pub(crate) fn private_file() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.mode(0o600);
    options
}

pub(crate) fn others_can_read(file: &File) -> io::Result<bool> {
    Ok(file.metadata()?.permissions().mode() & 0o077 != 0)
}

/// Makes a rename survive a power cut. Network file systems refuse it, and by then the rename is
/// done: reporting a failure would deny what has happened.
pub(crate) fn sync_folder(folder: &Path) {
    let _ = File::open(folder).and_then(|folder| folder.sync_all());
}

/// `flock` keeps nobody from reading, so the lock file itself names its holder.
pub(crate) fn holder_file(lock: &Path) -> PathBuf {
    lock.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn folders_and_files_are_for_their_owner_alone() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("a").join("b");
        create_private_folder(&folder).unwrap();
        assert_eq!(mode(&folder), 0o700);
        fs::set_permissions(&folder, Permissions::from_mode(0o755)).unwrap();
        create_private_folder(&folder).unwrap();
        assert_eq!(
            mode(&folder),
            0o755,
            "ACO_HOME may be a folder others use: not ours to close"
        );
        create_socket_folder(&folder.join("agent.sock")).unwrap();
        assert_eq!(
            mode(&folder),
            0o700,
            "the socket's folder is ours by its name"
        );

        let file = folder.join("file");
        super::super::write_atomically(&file, b"1").unwrap();
        assert_eq!(mode(&file), 0o600);
        fs::set_permissions(&file, Permissions::from_mode(0o644)).unwrap();
        assert!(others_can_read(&File::open(&file).unwrap()).unwrap());
        super::super::write_atomically(&file, b"2").unwrap();
        assert_eq!(mode(&file), 0o600);
        assert!(!others_can_read(&File::open(&file).unwrap()).unwrap());
    }

    #[test]
    fn a_link_planted_in_a_shared_folder_is_refused() {
        let root = tempfile::tempdir().unwrap();
        let victim = root.path().join("victim");
        let shared = root.path().join("shared");
        fs::create_dir(&victim).unwrap();
        fs::create_dir(&shared).unwrap();
        fs::set_permissions(&shared, Permissions::from_mode(0o1777)).unwrap();
        fs::set_permissions(&victim, Permissions::from_mode(0o755)).unwrap();
        std::os::unix::fs::symlink(&victim, shared.join("aco")).unwrap();
        assert!(create_socket_folder(&shared.join("aco/agent.sock")).is_err());
        assert_eq!(mode(&victim), 0o755);
    }

    #[test]
    fn a_socket_always_fits() {
        let short = Path::new("/home/ada/.local/share/ai-cost-observer");
        let long = PathBuf::from("/").join("x".repeat(120));
        let runtime = Path::new("/run/user/1000");
        let address = |runtime, home| socket(runtime, home, "0a1b2c3d").display().to_string();
        let table = [
            (
                Some(runtime),
                short,
                "/run/user/1000/ai-cost-observer/0a1b2c3d.sock",
            ),
            (
                Some(&*long),
                short,
                "/home/ada/.local/share/ai-cost-observer/run/agent.sock",
            ),
            (
                None,
                short,
                "/home/ada/.local/share/ai-cost-observer/run/agent.sock",
            ),
            (None, &*long, "/tmp/aco-0a1b2c3d/agent.sock"),
        ];
        for (runtime, home, expected) in table {
            assert_eq!(address(runtime, home), expected);
        }
    }
}
