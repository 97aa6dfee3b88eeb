//! Tests of the crate as a whole, over a file system that can fail in every way.

mod behaviour;
mod damage;
pub(crate) mod disk;
mod measure;
mod model;
mod rig;
