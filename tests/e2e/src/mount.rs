//! A small file system of its own for a test: one that fills up, or that nobody can write.
//!
//! Mounting takes root on Linux. Elsewhere a test must say that it could not test.

use std::path::{Path, PathBuf};
use std::process::Command;

/// A tmpfs, unmounted on drop.
#[derive(Debug)]
pub struct Tmpfs {
    folder: PathBuf,
}

impl Tmpfs {
    /// Mounts a file system of `size` (`3m`) over `folder`; `None`, and a loud word on standard
    /// error, where this user may not mount.
    #[must_use]
    pub fn mount(folder: &Path, size: &str) -> Option<Self> {
        let folder = folder.to_owned();
        match mount(&folder, &format!("size={size},mode=0700")) {
            Ok(()) => Some(Self { folder }),
            Err(why) => {
                eprintln!("NOT TESTED: {} cannot be mounted: {why}", folder.display());
                None
            }
        }
    }

    /// Another size; what is in it stays. False, and nothing done, when that is more.
    pub fn resize(&self, size: &str) -> bool {
        mount(&self.folder, &format!("remount,size={size}")).is_ok()
    }

    /// Nobody can write any more, root included.
    #[track_caller]
    pub fn make_read_only(&self) {
        mount(&self.folder, "remount,ro").expect("a file system nobody is writing");
    }
}

impl Drop for Tmpfs {
    fn drop(&mut self) {
        // Lazily: a program that still runs in it keeps it for itself and hinders nobody.
        let _ = Command::new("umount").arg("-l").arg(&self.folder).status();
    }
}

fn mount(folder: &Path, options: &str) -> Result<(), String> {
    let output = Command::new("mount")
        .args(["-t", "tmpfs", "-o", options, "tmpfs"])
        .arg(folder)
        .output()
        .map_err(|error| error.to_string())?;
    if output.status.success() {
        Ok(())
    } else {
        Err(String::from_utf8_lossy(&output.stderr).into_owned())
    }
}
