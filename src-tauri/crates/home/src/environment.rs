//! The variables the program was started with, as a value: `main` takes them once and hands them
//! down, and a test writes its own.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fmt;
use std::path::PathBuf;

/// Environment variables. An empty variable counts as unset, as the XDG and the OpenTelemetry
/// specifications both ask.
#[derive(Clone, Default)]
pub struct Environment {
    variables: BTreeMap<OsString, OsString>,
}

impl Environment {
    /// The variable's value.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&OsStr> {
        let value = self.variables.get(key(OsStr::new(name)).as_os_str())?;
        (!value.is_empty()).then_some(value)
    }

    /// The variable's value when it is an absolute path. The XDG specification asks that a
    /// relative one be ignored.
    #[must_use]
    pub fn absolute_path(&self, name: &str) -> Option<PathBuf> {
        self.get(name)
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
    }
}

/// Windows does not distinguish `Path` from `PATH`.
fn key(name: &OsStr) -> OsString {
    if cfg!(windows) {
        name.to_ascii_uppercase()
    } else {
        name.to_owned()
    }
}

impl<K: Into<OsString>, V: Into<OsString>> FromIterator<(K, V)> for Environment {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(variables: I) -> Self {
        let pairs = variables.into_iter();
        Self {
            variables: pairs.map(|(k, v)| (key(&k.into()), v.into())).collect(),
        }
    }
}

/// Names only: a value may be a secret (`ACO_TOKEN`).
impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.variables.keys()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_counts_as_unset_and_relative_as_no_path() {
        let env = Environment::from_iter([("EMPTY", ""), ("RELATIVE", "some/folder"), ("X", "1")]);
        assert_eq!(env.get("EMPTY"), None);
        assert_eq!(env.get("MISSING"), None);
        assert_eq!(env.get("X"), Some(OsStr::new("1")));
        assert_eq!(env.absolute_path("RELATIVE"), None);
    }

    #[test]
    fn debug_shows_no_value() {
        let env = Environment::from_iter([("ACO_TOKEN", "s3cret")]);
        assert_eq!(format!("{env:?}"), r#"{"ACO_TOKEN"}"#);
    }
}
