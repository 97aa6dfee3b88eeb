//! The version of a tool, as it is told when its format is not recognised.

use aco_domain::Unrecognised;

/// Longer than any version. What a tool wrote in its place may be anything, and is logged.
const LONGEST: usize = 32;

/// So many records, of which the tool says this version; nothing where there are none.
#[must_use]
pub fn unrecognised(records: u64, version: Option<&str>) -> Option<Unrecognised> {
    (records > 0).then(|| Unrecognised {
        records,
        version: version.and_then(plain),
    })
}

/// The text, if it can be a version: nobody's words may leave through it.
fn plain(text: &str) -> Option<String> {
    let fits = (1..=LONGEST).contains(&text.len())
        && text.bytes().any(|byte| byte.is_ascii_digit())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b".-+_".contains(&byte));
    fits.then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_looks_like_a_version_is_told() {
        for version in ["2.0.14", "0.115.0-alpha.3+linux_x64", "4"] {
            assert_eq!(plain(version).as_deref(), Some(version));
        }
        for text in ["", "latest", "my secret plan 1", "1\n2", &"1".repeat(33)] {
            assert_eq!(plain(text), None, "{text}");
        }
        assert_eq!(unrecognised(0, Some("1")), None);
    }
}
