//! The shipping thread: started, given orders, asked how it goes, drained.

use super::metrics::{MetricTask, MetricsParts, finish, keep_running};
use super::worker::Worker;
use super::{Backoff, Destination};
use aco_domain::{Answer, Clock, UnixNanos};
use aco_spool::Spool;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::sync::{Mutex, Notify, watch};
use tokio::time::Instant;

/// More would be no shutdown, and the clock's numbers have an end.
const LONGEST_GRACE: Duration = Duration::from_secs(24 * 60 * 60);

/// What the agent wants of the shipper. The latest order counts.
#[derive(Clone, Debug, Default)]
pub struct Orders {
    /// Where to send; nothing keeps everything here.
    pub destination: Option<Arc<Destination>>,
    /// Whether the user paused shipping: nothing leaves, a request on its way is abandoned.
    pub paused: bool,
    /// How often metrics are exported; nothing exports none.
    pub metrics_every: Option<Duration>,
    /// Set once, by [`Shipper::stop`].
    pub(super) stop_by: Option<Instant>,
    /// Which order this is; rises with each one given.
    pub(super) number: u64,
}

impl Orders {
    /// Send to `destination`, unless `paused`; records only.
    #[must_use]
    pub fn new(destination: Option<Arc<Destination>>, paused: bool) -> Self {
        Self {
            destination,
            paused,
            metrics_every: None,
            stop_by: None,
            number: 0,
        }
    }

    /// And metrics, this often.
    #[must_use]
    pub fn with_metrics(self, every: Option<Duration>) -> Self {
        Self {
            metrics_every: every,
            ..self
        }
    }

    /// The destination, when something may be sent.
    pub(super) fn active(&self) -> Option<&Arc<Destination>> {
        self.destination.as_ref().filter(|_| !self.paused)
    }
}

/// Resolves when nothing may go to `destination` any more: paused, replaced, or out of time.
pub(super) async fn withdrawn(mut orders: watch::Receiver<Orders>, destination: Arc<Destination>) {
    loop {
        let stop_by = {
            let orders = orders.borrow_and_update();
            match orders.active() {
                Some(active) if Arc::ptr_eq(active, &destination) => orders.stop_by,
                _ => return,
            }
        };
        let deadline = async {
            match stop_by {
                Some(by) => tokio::time::sleep_until(by).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = deadline => return,
            changed = orders.changed() => if changed.is_err() { return },
        }
    }
}

/// How shipping goes. Written by the shipper, read by the agent whenever it is asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ShipReport {
    /// The last answer, or why there was none.
    pub answer: Option<Answer>,
    /// When the endpoint last took a record.
    pub last_accepted: Option<UnixNanos>,
}

/// What a shipper is made of.
pub struct ShipperParts {
    /// Where records wait.
    pub spool: Arc<Spool>,
    /// Stamps answers; not used for waiting.
    pub clock: Arc<dyn Clock>,
    /// The first order.
    pub orders: Orders,
    /// Waits after failures.
    pub backoff: Backoff,
    /// How long a first record waits for company before a request is made of it.
    pub linger: Duration,
    /// What is measured, for a shipper that exports that too.
    pub metrics: Option<MetricsParts>,
}

impl ShipperParts {
    /// The waits the product uses: 0.5 s doubling to 30 s, a fifth of a second of company.
    #[must_use]
    pub fn new(spool: Arc<Spool>, clock: Arc<dyn Clock>, orders: Orders) -> Self {
        Self {
            spool,
            clock,
            orders,
            backoff: Backoff::new(Duration::from_millis(500), Duration::from_secs(30)),
            linger: Duration::from_millis(200),
            metrics: None,
        }
    }
}

/// A handle on the shipping thread. Dropping it stops the thread without draining or waiting.
pub struct Shipper {
    orders: watch::Sender<Orders>,
    report: watch::Receiver<ShipReport>,
    heeded: Vec<watch::Receiver<u64>>,
    wake: Arc<Notify>,
    thread: Option<JoinHandle<()>>,
}

/// An order that was given, until the shipper acts on it.
pub struct Heeded {
    number: u64,
    /// Of everybody on the thread who sends something.
    heeded: Vec<watch::Receiver<u64>>,
}

impl Heeded {
    /// Resolves once the order is acted on: what former orders allowed no longer happens. At once
    /// when the shipper has ended.
    pub async fn wait(mut self) {
        for heeded in &mut self.heeded {
            let _ = heeded.wait_for(|heeded| *heeded >= self.number).await;
        }
    }
}

impl Shipper {
    /// Starts the thread and its runtime.
    ///
    /// # Errors
    /// When the operating system gives no thread or no event queue.
    pub fn spawn(mut parts: ShipperParts) -> io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let (orders, orders_seen) = watch::channel(parts.orders.clone());
        let (report, report_seen) = watch::channel(ShipReport::default());
        let (heeded, heeded_seen) = watch::channel(0);
        let mut heeded_seen = vec![heeded_seen];
        let metrics = parts.metrics.take().map(|metrics| {
            let (heeded, seen) = watch::channel(0);
            heeded_seen.push(seen);
            MetricTask::new(metrics, orders_seen.clone(), heeded)
        });
        let mut worker = Worker::new(parts, orders_seen, report, heeded);
        let wake = Arc::clone(&worker.wake);
        let thread = std::thread::Builder::new().name("aco-ship".into()).spawn(move || {
            // One thread runs the connection's tasks too, so this covers all of them.
            let _suppressed = opentelemetry::Context::enter_telemetry_suppressed_scope();
            let exporting = metrics.map(|task| {
                let task = Arc::new(Mutex::new(task));
                (runtime.spawn(keep_running(Arc::clone(&task))), task)
            });
            while catch_unwind(AssertUnwindSafe(|| runtime.block_on(worker.run()))).is_err() {
                log::error!(
                    target: crate::SHIP_TARGET,
                    "the shipper panicked and is started again; nothing is lost, the spool keeps \
                     what was not answered for"
                );
                if !runtime.block_on(worker.rest()) {
                    break;
                }
            }
            // After the records, so that the last export counts them.
            if let Some((running, task)) = exporting {
                runtime.block_on(finish(running, task));
            }
            // The system's name lookup cannot be interrupted; a shutdown does not wait for it.
            runtime.shutdown_background();
        })?;
        Ok(Self {
            orders,
            report: report_seen,
            heeded: heeded_seen,
            wake,
            thread: Some(thread),
        })
    }

    /// Replaces the orders. A request on its way is abandoned when they withdraw its destination.
    /// Whoever promises that nothing leaves any more waits for what is returned.
    pub fn order(&self, orders: Orders) -> Heeded {
        let mut number = 0;
        self.orders.send_modify(|current| {
            number = current.number + 1;
            *current = Orders {
                stop_by: current.stop_by,
                number,
                ..orders
            };
        });
        Heeded {
            number,
            heeded: self.heeded.clone(),
        }
    }

    /// Tries again now and on a new connection, whatever wait is under way: the machine woke up,
    /// the user asks. A request on its way is left alone; keepalive finds out about its connection.
    pub fn wake(&self) {
        self.wake.notify_one();
    }

    /// How it goes; `changed` waits for the next news.
    #[must_use]
    pub fn report(&self) -> watch::Receiver<ShipReport> {
        self.report.clone()
    }

    /// Ships what is left, for at most `grace`, exports metrics a last time and ends the thread. A
    /// first failure after this call ends it too: what does not work now will not work within a
    /// shutdown.
    pub async fn stop(mut self, grace: Duration) {
        let by = Instant::now() + grace.min(LONGEST_GRACE);
        self.orders
            .send_modify(|current| current.stop_by = Some(by));
        self.wake.notify_one();
        if let Some(thread) = self.thread.take() {
            // The thread ends by itself soon after the deadline; joining it blocks, so elsewhere.
            let _ = tokio::task::spawn_blocking(move || thread.join()).await;
        }
    }
}

impl Drop for Shipper {
    fn drop(&mut self) {
        self.orders
            .send_modify(|current| current.stop_by = Some(Instant::now()));
    }
}
