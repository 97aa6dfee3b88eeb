//! Tests of the crate as a whole, over a file system that can fail in every way.

mod behaviour;
pub(crate) mod disk;
mod rig;
