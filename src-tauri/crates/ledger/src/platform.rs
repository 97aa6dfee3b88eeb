//! What differs between operating systems: what a path consists of.
//!
//! Paths are kept as text, so that a person can read them. The rare one that is none is kept as a
//! zero, which no path contains, and its units in hexadecimal: 2 digits for a byte on Unix, 4 for
//! a UTF-16 unit on Windows.

use std::borrow::Cow;
use std::ffi::{OsStr, OsString};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// The path as text, from which [`to_path`] makes the same path again.
pub(crate) fn to_text(path: &Path) -> Cow<'_, str> {
    match path.to_str() {
        Some(text) => Cow::Borrowed(text),
        None => {
            let mut text = String::from("\0");
            for unit in system::units(path.as_os_str()) {
                // Writing to a string does not fail.
                let _ = write!(text, "{unit:0width$x}", width = system::DIGITS);
            }
            Cow::Owned(text)
        }
    }
}

/// The path that [`to_text`] was given.
pub(crate) fn to_path(text: &str) -> PathBuf {
    let decoded = text.strip_prefix('\0').and_then(|digits| {
        let digits = digits.as_bytes().chunks(system::DIGITS);
        let units = digits.map(|unit| {
            let unit = str::from_utf8(unit).ok()?;
            system::Unit::from_str_radix(unit, 16).ok()
        });
        units.collect::<Option<Vec<_>>>().map(system::from_units)
    });
    decoded.map_or_else(|| PathBuf::from(text), PathBuf::from)
}

#[cfg(unix)]
mod system {
    use super::{OsStr, OsString};
    use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};

    pub(super) type Unit = u8;
    pub(super) const DIGITS: usize = 2;

    pub(super) fn units(text: &OsStr) -> impl Iterator<Item = Unit> {
        text.as_bytes().iter().copied()
    }

    pub(super) fn from_units(units: Vec<Unit>) -> OsString {
        OsString::from_vec(units)
    }
}

#[cfg(windows)]
mod system {
    use super::{OsStr, OsString};
    use std::os::windows::ffi::{OsStrExt as _, OsStringExt as _};

    pub(super) type Unit = u16;
    pub(super) const DIGITS: usize = 4;

    pub(super) fn units(text: &OsStr) -> impl Iterator<Item = Unit> {
        text.encode_wide()
    }

    pub(super) fn from_units(units: Vec<Unit>) -> OsString {
        OsString::from_wide(&units)
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::ffi::OsStrExt as _;

    #[test]
    fn every_path_comes_back() {
        for bytes in [
            &b"/home/ada/a.jsonl"[..],
            b"/\xff\x00bad",
            "/ü".as_bytes(),
            b"",
        ] {
            let path = Path::new(OsStr::from_bytes(bytes));
            assert_eq!(to_path(&to_text(path)), path);
        }
        assert_eq!(to_text(Path::new("/ü")), "/ü", "readable where it can be");
    }
}
