//! The `config.toml` written at first start: every key with its default and a sentence, all
//! commented out.
//!
//! Its lines have three shapes, which the tests rely on: `#key = default`, `#   an example`, and
//! `# a sentence`. Sections are not commented out, so that a key can be by itself.

use aco_home::{FileError, platform};
use std::io;
use std::path::Path;

pub(crate) const TEMPLATE: &str = include_str!("template.toml");

/// Writes the commented configuration, for the user to find; whether it was written. One that
/// exists is left alone.
///
/// # Errors
/// When the file cannot be written. Nothing depends on it: absent, it means the defaults too.
pub fn write_default_config(path: &Path) -> Result<bool, FileError> {
    // Asked first, because a read-only home that has its file is nothing to complain about.
    if path.exists() {
        return Ok(false);
    }
    match platform::create_atomically(path, TEMPLATE.as_bytes()) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(FileError::during("write", path)(error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Config, TokenLookup, show};
    use std::collections::BTreeSet;

    fn parse(text: &str) -> Config {
        let loaded = Config::parse(text, Path::new("config.toml"), None)
            .unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(loaded.warnings, []);
        loaded.config
    }

    /// The template with every line of a shape uncommented.
    fn uncommented(keep: impl Fn(&str) -> bool) -> String {
        let lines = TEMPLATE.lines().map(|line| match line.strip_prefix('#') {
            Some(rest) if keep(rest) => rest,
            _ => line,
        });
        lines.collect::<Vec<_>>().join("\n")
    }

    /// `section: key = value` for every key shown or written, without its comment.
    fn settings(text: &str) -> BTreeSet<String> {
        let mut section = "";
        let mut settings = BTreeSet::new();
        for line in text
            .lines()
            .filter(|line| !line.starts_with('#') && !line.is_empty())
        {
            if line.starts_with('[') {
                section = line;
            } else {
                let setting = line.split("  #").next().unwrap_or(line);
                settings.insert(format!("{section}: {setting}"));
            }
        }
        settings
    }

    #[test]
    fn the_template_as_it_is_says_nothing() {
        assert_eq!(parse(TEMPLATE), Config::default());
    }

    #[test]
    fn every_key_stands_in_it_with_its_default() {
        let with_keys = uncommented(|rest| rest.starts_with(|c: char| c.is_ascii_alphabetic()));
        let shown = show(&parse(&with_keys), &TokenLookup::None);
        let defaults = show(&Config::default(), &TokenLookup::None);
        assert_eq!(
            settings(&shown),
            settings(&defaults),
            "a line does not say the default"
        );
        assert_eq!(
            settings(&with_keys),
            settings(&defaults),
            "a key is missing"
        );
    }

    #[test]
    fn its_examples_are_valid() {
        let config = parse(&uncommented(|rest| rest.starts_with("   ")));
        let found = (
            config.subscriptions.len(),
            config.tools.len(),
            config.prices.len(),
        );
        assert_eq!(found, (1, 1, 1));
        assert_eq!(
            (config.ship.targets.len(), config.log.targets.len()),
            (1, 1)
        );
    }

    #[test]
    fn it_is_written_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
        assert!(write_default_config(&path).unwrap());
        std::fs::write(&path, "[ship]\n").unwrap();
        assert!(!write_default_config(&path).unwrap());
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "[ship]\n");
        let nowhere = folder.path().join("gone/config.toml");
        let error = write_default_config(&nowhere).unwrap_err().to_string();
        assert!(error.contains("gone"), "{error}");
    }
}
