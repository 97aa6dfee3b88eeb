//! Ports on 127.0.0.1 that stay ours while a server is down.
//!
//! Asking the system for port 0 is not enough for servers that are killed and started again: its
//! answers come from the range that outgoing connections use too. While the Collector is down, the
//! agent's own retry could be given that very port, connect to itself and keep the Collector from
//! binding. So ports come from below that range, in blocks held by a file lock against other tests.

use std::fs::{File, TryLockError};
use std::net::TcpListener;

const FIRST: u16 = 20_000;
/// Outgoing connections begin at 32768 on Linux, at 49152 on macOS.
const BLOCKS: u16 = 1_200;
const BLOCK: u16 = 10;

/// Consecutive ports, reserved while this value lives.
#[derive(Debug)]
pub struct PortBlock {
    first: u16,
    _reservation: File,
}

impl PortBlock {
    /// Takes a block that nobody has; panics when there is none.
    #[track_caller]
    pub fn reserve() -> Self {
        let folder = std::env::temp_dir().join("aco-e2e-ports");
        std::fs::create_dir_all(&folder).expect("a folder for port reservations");
        // Start at another block in each process: a stranger's server in one does not slow us all.
        let start = u16::try_from(std::process::id() % u32::from(BLOCKS)).unwrap();
        for offset in 0..BLOCKS {
            let block = (start + offset) % BLOCKS;
            let first = FIRST + block * BLOCK;
            let reservation = File::create(folder.join(first.to_string())).expect("a lock file");
            match reservation.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => continue,
                Err(TryLockError::Error(error)) => panic!("cannot lock a port block: {error}"),
            }
            if (first..first + BLOCK).all(|port| TcpListener::bind(("127.0.0.1", port)).is_ok()) {
                return Self {
                    first,
                    _reservation: reservation,
                };
            }
        }
        panic!("no free block of ports on 127.0.0.1 from {FIRST} on");
    }

    /// One of its ten ports.
    pub fn port(&self, index: u16) -> u16 {
        assert!(index < BLOCK);
        self.first + index
    }
}
