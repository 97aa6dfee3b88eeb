//! Who hears a record: the tree of `log` sinks, built as a value and installed once by `main`.
//!
//! fern rebuilds a formatted record without its key-values and with a rewritten body. The root
//! therefore has no format: it stands on the children that want text, and the OpenTelemetry bridge
//! is chained beside them and sees records as they were written.

mod file;
mod levels;
mod line;
mod mask;
mod ring;
mod tree;

pub use file::{FileLimits, LogFile};
pub use levels::TargetLevels;
pub use line::format_message;
pub use mask::{Masker, MaskingLog};
pub use ring::Ring;
pub use tree::{LocalSinks, Logging, build};
