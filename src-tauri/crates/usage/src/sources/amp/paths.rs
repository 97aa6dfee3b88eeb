//! Where Amp keeps threads.

use crate::source::Surroundings;
use std::path::{Path, PathBuf};

/// Below the XDG folder for data, on every system.
pub(super) fn roots(surroundings: &Surroundings<'_>) -> Vec<PathBuf> {
    let chosen = surroundings.get("XDG_DATA_HOME").map(PathBuf::from);
    let data = chosen
        .filter(|folder| folder.is_absolute())
        .or_else(|| Some(surroundings.home?.join(".local").join("share")));
    data.map(|data| vec![data.join("amp").join("threads")])
        .unwrap_or_default()
}

pub(super) fn is_thread(path: &Path) -> bool {
    let name = path.file_name().map(|name| name.to_string_lossy());
    name.is_some_and(|name| name.starts_with("T-") && name.ends_with(".json"))
}

/// The folder that an address names.
pub(super) fn folder(address: &str) -> &str {
    address.strip_prefix("file://").unwrap_or(address)
}

#[cfg(test)]
mod tests {
    use super::*;

    // Absolute paths of another system are none on Windows.
    #[cfg(unix)]
    #[test]
    fn threads_lie_below_the_folder_for_data() {
        use crate::source::Platform;

        let roots = |data: Option<&str>| {
            roots(&Surroundings {
                variable: &|name| data.filter(|_| name == "XDG_DATA_HOME").map(Into::into),
                home: Some(Path::new("/h")),
                platform: Platform::Linux,
            })
        };
        let usual = Path::new("/h/.local/share/amp/threads");
        assert_eq!(roots(None), [usual]);
        assert_eq!(roots(Some("relative")), [usual]);
        assert_eq!(roots(Some("/d")), [Path::new("/d/amp/threads")]);
    }

    #[test]
    fn a_thread_is_known_by_its_name() {
        assert!(is_thread(Path::new("/d/T-1.json")));
        assert!(!is_thread(Path::new("/d/T-1.json.tmp")) && !is_thread(Path::new("/d/x.json")));
        assert_eq!((folder("file:///w/app"), folder("app")), ("/w/app", "app"));
    }
}
