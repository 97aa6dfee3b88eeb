//! What the ledger promises, tried on real files.

mod behaviour;
mod damage;
mod kill;
mod measure;
mod model;
mod properties;
mod rig;
mod versions;
