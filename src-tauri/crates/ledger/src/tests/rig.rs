//! What the tests share: a price anybody can work out, calls with names, a ledger in a new folder.

use crate::Ledger;
use aco_domain::{
    Call, CallIdentity, Checkpoint, Increment, NanoUsd, Pricing, Terms, TokenCounts, ToolId,
    UnixNanos,
};
use std::path::{Path, PathBuf};

/// So many nano-dollars a token, for models whose name begins with one of some letters.
#[derive(Clone, Copy, Debug)]
pub(super) struct Flat {
    pub(super) version: &'static str,
    pub(super) each: i64,
    pub(super) known: &'static str,
}

impl Flat {
    /// For models that begin with `m`.
    pub(super) fn at(each: i64) -> Self {
        Self::of("v1", each)
    }

    pub(super) fn of(version: &'static str, each: i64) -> Self {
        Self {
            version,
            each,
            known: "m",
        }
    }
}

impl Pricing for Flat {
    fn version(&self) -> &str {
        self.version
    }

    fn price(&self, call: &Call) -> Option<NanoUsd> {
        let total = i64::try_from(call.tokens.total()).unwrap();
        let known = call.model.starts_with(|letter| self.known.contains(letter));
        known.then(|| NanoUsd(total * self.each))
    }
}

pub(super) const NOW: UnixNanos = UnixNanos(1_764_000_000_000_000_000);

pub(super) fn claude() -> ToolId {
    ToolId::new("claude-code").unwrap()
}

pub(super) fn call(id: u128, at: UnixNanos, model: &str, output: u64) -> Call {
    Call {
        identity: CallIdentity {
            call: id,
            message: id,
            sidechain: false,
        },
        at,
        model: model.into(),
        provider: Some("anthropic".into()),
        session: "s1".into(),
        project: "/work".into(),
        tokens: TokenCounts {
            input: 1,
            output,
            ..TokenCounts::default()
        },
        terms: Terms::default(),
        recorded_cost: None,
    }
}

pub(super) fn increment(path: &str, offset: u64, calls: Vec<Call>) -> Increment {
    Increment {
        calls,
        checkpoint: Checkpoint {
            path: PathBuf::from(path),
            file_id: Some((1, u64::MAX)),
            size: offset,
            modified: UnixNanos(5),
            offset,
            fingerprint: u64::MAX - 1,
            skipped_lines: 2,
            state: vec![1, 2, 3],
        },
        more: false,
        unrecognised: None,
    }
}

pub(super) fn open(path: &Path) -> Ledger {
    let opened = Ledger::open(path, NOW, 0).unwrap();
    assert_eq!(opened.findings, []);
    opened.ledger
}

/// The file and its journal, as a kill of the process leaves them.
pub(super) fn copy_as_killed(from: &Path, to: &Path) {
    for suffix in ["", "-wal"] {
        let with = |path: &Path| {
            let mut name = path.as_os_str().to_owned();
            name.push(suffix);
            PathBuf::from(name)
        };
        if with(from).exists() {
            std::fs::copy(with(from), with(to)).unwrap();
        }
    }
}
