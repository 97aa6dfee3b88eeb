//! Which number the spool gave to the record that a `log!` call is handing from sink to sink.
//!
//! The spool numbers a record while the bridge is called, and the lines in memory want the number,
//! to say later whether the record was shipped. Both run inside the same call on the same thread,
//! and nothing in the `log` interface passes a word from one sink to the next. So the word is left
//! here: the root forgets the last record's, the bridge notes this one's, the ring reads it.

use std::cell::Cell;

thread_local! {
    static NUMBER: Cell<Option<u64>> = const { Cell::new(None) };
}

/// A new record comes.
pub(crate) fn forget() {
    NUMBER.set(None);
}

/// The spool has taken it under this number, or not.
pub(crate) fn note(number: Option<u64>) {
    NUMBER.set(number);
}

/// The number of the record that is being handed on; nothing when it does not ship.
pub(crate) fn of_this_record() -> Option<u64> {
    NUMBER.get()
}
