//! What CONTRIBUTING.md says about the shape of this repository, as tests.
//!
//! A rule lives here when breaking it would compile, pass every other test and be regretted
//! later: an import across a boundary, a hidden clock, a file nobody can read in one sitting.
//! Each rule is a function from text or a graph to a list of violations, tried on a bad sample
//! beside its run on the repository, so that none is a rule which cannot fail. Nothing here needs
//! the network or a build. What clippy or cargo-deny can say is left to them.

#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "test code: a panic is how a test fails"
)]

mod dependencies;
mod documents;
mod layout;
mod sources;
mod workspace;

/// Fails with all violations at once, one a line.
fn none(violations: &[String]) {
    assert!(violations.is_empty(), "\n{}\n", violations.join("\n"));
}
