//! Standard output and standard error, with manners: a reader that has gone (`aco logs | head`)
//! ends the program quietly.

use std::io::{self, ErrorKind, Write as _};

/// Prints a line.
pub(crate) fn say(line: &str) {
    if let Err(error) = writeln!(io::stdout().lock(), "{line}") {
        let code = if error.kind() == ErrorKind::BrokenPipe {
            0
        } else {
            1
        };
        std::process::exit(code);
    }
}

/// Prints a line on standard error. Nobody can be told when that fails.
pub(crate) fn complain(line: &str) {
    let _ = writeln!(io::stderr().lock(), "{line}");
}
