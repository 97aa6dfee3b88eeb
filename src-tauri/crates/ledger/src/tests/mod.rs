//! What the ledger promises, tried on real files.

mod behaviour;
