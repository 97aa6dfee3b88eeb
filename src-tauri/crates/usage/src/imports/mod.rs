//! What a user hands over as a file, because the tool keeps no counts on the machine. Read from the
//! beginning each time; nobody watches it, and there is no checkpoint.

pub mod cursor;
