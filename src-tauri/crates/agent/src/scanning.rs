//! Looking at the machine, off the loop: a scan takes milliseconds and belongs on a thread that
//! may block.

use crate::supervise::Restarts;
use aco_sources::{Catalogue, Machine, Scan, ScanError, Scanner};
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};

/// What the loop wants of the scanning task.
pub(crate) enum ScanOrder {
    /// A scan at once.
    Now,
    /// Scans this far apart.
    Interval(Duration),
    /// Judge by another catalogue.
    Catalogue(Catalogue),
}

/// Scans at once and then at each interval, until the loop is gone. A scan that panics is reported
/// and the next one begins anew, after a while that grows.
pub(crate) async fn run(
    mut catalogue: Catalogue,
    mut interval: Duration,
    mut orders: mpsc::Receiver<ScanOrder>,
    results: mpsc::Sender<Result<Scan, ScanError>>,
) {
    let mut scanner: Option<Box<Scanner<Machine>>> = None;
    let mut restarts = Restarts::new();
    loop {
        let (begun, named) = (scanner.take(), catalogue.clone());
        let work = tokio::task::spawn_blocking(move || scan(begun, named));
        let (result, wait) = match work.await {
            Ok(Ok((used, scan))) => {
                scanner = Some(used);
                (Ok(scan), interval)
            }
            Ok(Err(error)) => (Err(error), interval),
            Err(panic) => {
                let error = ScanError(format!("the scan of processes panicked: {panic}"));
                (Err(error), restarts.failed().max(interval))
            }
        };
        if results.send(result).await.is_err() {
            return;
        }
        let finished = Instant::now();
        let mut due = finished + wait;
        loop {
            tokio::select! {
                () = sleep_until(due) => break,
                order = orders.recv() => match order {
                    Some(ScanOrder::Now) => break,
                    Some(ScanOrder::Interval(new)) => {
                        interval = new;
                        due = finished + new;
                    }
                    Some(ScanOrder::Catalogue(new)) => {
                        if let Some(scanner) = &mut scanner {
                            scanner.set_catalogue(new.clone());
                        }
                        catalogue = new;
                    }
                    None => return,
                },
            }
        }
    }
}

type Used = Box<Scanner<Machine>>;

fn scan(scanner: Option<Used>, catalogue: Catalogue) -> Result<(Used, Scan), ScanError> {
    let mut scanner = match scanner {
        Some(scanner) => scanner,
        None => Box::new(Scanner::new(Machine::new()?, catalogue)),
    };
    let scan = scanner.scan()?;
    Ok((scanner, scan))
}
