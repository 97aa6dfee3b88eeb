//! Metrics on the shipping thread: once a minute, by opentelemetry-otlp's exporter, over a channel
//! made by the same rules as that of the records.
//!
//! The SDK's periodic reader would bring a thread that a panicking callback ends for good, that
//! wakes up with nowhere to send to, and that knows no pause. Here it is a task: nothing is
//! collected and nobody woken without an endpoint, a pause drops an export on its way, and what is
//! wrong is said in the local log only.

use super::connection::channel;
use super::news::News;
use super::shipper::withdrawn;
use super::{ConnectionError, Destination, Orders};
use crate::SHIP_TARGET;
use crate::bridge::ResourceAttributes;
use crate::metrics::{Growth, Readout, Series, Snapshot};
use opentelemetry_otlp::{
    Compression, MetricExporter, RetryPolicy, WithExportConfig as _, WithTonicConfig as _,
};
use opentelemetry_sdk::metrics::Temporality;
use opentelemetry_sdk::metrics::exporter::PushMetricExporter as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Mutex, watch};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, sleep_until, timeout};
use tonic::metadata::MetadataMap;
use tonic::transport::Channel;

/// Where values come from, and where it is kept what was exported of the totals. Called on the
/// shipping thread, for each export and at no other time.
pub trait MetricSource: Send + 'static {
    /// The values of now.
    fn snapshot(&mut self) -> Snapshot;

    /// Makes durable what is about to leave, so that no later run exports less.
    ///
    /// # Errors
    /// A sentence with the place and the remedy. Then no total grows in this export.
    fn keep(&mut self, exported: &[(Series, u64)]) -> Result<(), String>;
}

/// What exporting metrics takes.
pub struct MetricsParts {
    /// Where values come from.
    pub source: Box<dyn MetricSource>,
    /// What [`MetricSource::keep`] kept of the totals in former runs.
    pub exported: Vec<(Series, u64)>,
    /// Who is speaking: as in the records.
    pub resource: ResourceAttributes,
}

/// An export that follows the first one sooner than this part of the interval may not be scraped
/// apart from it.
const SETTLED: f64 = 0.5;

/// The first export waits for this part of the interval: the first look at the machine belongs in
/// it, or tools would have to wait for the second.
const FIRST: f64 = 1.0 / 30.0;

/// How long a task that panicked rests.
const REST: Duration = Duration::from_secs(1);

pub(super) struct MetricTask {
    source: Box<dyn MetricSource>,
    readout: Readout,
    growth: Growth,
    orders: watch::Receiver<Orders>,
    /// The number of the orders acted on.
    heeded: watch::Sender<u64>,
    /// Where exports go, and how often.
    target: Option<(Arc<Destination>, Duration)>,
    /// Has the target's connection.
    exporter: Option<MetricExporter>,
    due: Instant,
    news: News<String>,
    /// Each said once, not for each export.
    not_kept: bool,
    panicked: bool,
}

impl MetricTask {
    pub(super) fn new(
        parts: MetricsParts,
        orders: watch::Receiver<Orders>,
        heeded: watch::Sender<u64>,
    ) -> Self {
        Self {
            source: parts.source,
            readout: Readout::new(&parts.resource),
            growth: Growth::after(parts.exported),
            orders,
            heeded,
            target: None,
            exporter: None,
            due: Instant::now(),
            news: News::default(),
            not_kept: false,
            panicked: false,
        }
    }

    /// Exports at each interval until told to stop.
    async fn run(&mut self) {
        loop {
            let orders = self.orders.borrow_and_update().clone();
            self.follow(&orders);
            self.heeded.send_replace(orders.number);
            if orders.stop_by.is_some() {
                return;
            }
            let Some((destination, every)) = self.target.clone() else {
                if self.orders.changed().await.is_err() {
                    return;
                }
                continue;
            };
            tokio::select! {
                () = sleep_until(self.due) => {}
                changed = self.orders.changed() => match changed {
                    Ok(()) => continue,
                    Err(_) => return,
                }
            }
            self.due = Instant::now() + every;
            self.export_unless_withdrawn(&destination).await;
        }
    }

    /// Lets go of what belongs to former orders.
    fn follow(&mut self, orders: &Orders) {
        let target = orders.active().cloned().zip(orders.metrics_every);
        let now = Instant::now();
        match (&self.target, &target) {
            (Some((old, _)), Some((new, every))) if Arc::ptr_eq(old, new) => {
                self.due = self.due.min(now + *every);
            }
            (_, new) => {
                self.interrupted();
                if let Some((_, every)) = new {
                    self.due = now + every.mul_f64(FIRST);
                }
            }
        }
        self.target = target;
    }

    fn interrupted(&mut self) {
        self.exporter = None;
        self.growth.interrupted();
    }

    async fn export_unless_withdrawn(&mut self, destination: &Arc<Destination>) {
        let withdrawn = withdrawn(self.orders.clone(), Arc::clone(destination));
        tokio::select! {
            biased;
            // Dropping the exporter resets the request.
            () = withdrawn => self.interrupted(),
            exported = self.export(destination) => match exported {
                Ok(true) if self.news.accepted() => {
                    log::info!(target: SHIP_TARGET, "metrics are exported again");
                }
                Ok(_) => {}
                Err(what) => self.failed(what),
            }
        }
    }

    /// One export; false when there was nothing to export.
    async fn export(&mut self, destination: &Destination) -> Result<bool, String> {
        let limit = destination.timeout;
        let exporter = match &mut self.exporter {
            Some(exporter) => exporter,
            None => {
                let channel = channel(destination);
                let channel = channel
                    .await
                    .map_err(|error: ConnectionError| error.to_string())?;
                self.exporter.insert(over(channel, destination)?)
            }
        };
        let Ok(snapshot) = catch_unwind(AssertUnwindSafe(|| self.source.snapshot())) else {
            if !std::mem::replace(&mut self.panicked, true) {
                log::error!(target: SHIP_TARGET, "collecting metrics panicked; the next export tries again");
            }
            return Ok(false);
        };
        self.panicked = false;
        let settled = self
            .target
            .as_ref()
            .map_or(Duration::ZERO, |(_, every)| every.mul_f64(SETTLED));
        let mut plan = self
            .growth
            .plan(&snapshot.counters, Instant::now(), settled);
        match self.source.keep(&plan) {
            Ok(()) => self.not_kept = false,
            Err(what) => {
                if !std::mem::replace(&mut self.not_kept, true) {
                    log::warn!(target: SHIP_TARGET, "counters stand still until their totals can be stored: {what}");
                }
                plan = self.growth.standing(&snapshot.counters);
            }
        }
        let metrics = self.readout.collect(&snapshot.gauges, &plan)?;
        // The disk may have taken its time: a pause that came meanwhile is seen here, before
        // anything is sent.
        tokio::task::yield_now().await;
        self.growth.leaving(&plan);
        timeout(limit, exporter.export(metrics))
            .await
            .map_err(|_| format!("no answer within {limit:?}"))?
            .map_err(|error| in_words(&error.to_string()))?;
        self.growth.taken(&plan, Instant::now());
        Ok(true)
    }

    /// The log hears of it when it is news, not at each attempt.
    fn failed(&mut self, what: String) {
        self.interrupted();
        let news = self.news.failed(what.clone(), Instant::now());
        let level = if news {
            log::Level::Warn
        } else {
            log::Level::Debug
        };
        log::log!(
            target: SHIP_TARGET, level,
            "metrics cannot be exported, a later export makes up for it: {what}"
        );
    }

    /// The last export of this run.
    async fn last_export(&mut self) {
        let orders = self.orders.borrow_and_update().clone();
        self.follow(&orders);
        if let Some((destination, _)) = self.target.clone() {
            self.export_unless_withdrawn(&destination).await;
        }
    }
}

/// The stock exporter over our channel, with our headers and nothing else: it reads
/// `OTEL_EXPORTER_OTLP_HEADERS` and its like by itself, which are not meant for a program that
/// leaves the environment alone, and of which one that does not has told us already.
fn over(channel: Channel, destination: &Destination) -> Result<MetricExporter, String> {
    let metadata = destination.metadata.clone();
    MetricExporter::builder()
        .with_temporality(Temporality::Cumulative)
        .with_tonic()
        .with_channel(channel)
        .with_interceptor(move |mut request: tonic::Request<()>| {
            let mut ours = MetadataMap::with_capacity(metadata.len());
            for (key, value) in &metadata {
                ours.insert(key.clone(), value.clone());
            }
            *request.metadata_mut() = ours;
            Ok(request)
        })
        .with_compression(Compression::Gzip)
        .with_timeout(destination.timeout)
        // The next export is the retry.
        .with_retry_policy(RetryPolicy::disabled())
        .build()
        .map_err(|error| format!("the exporter cannot be made: {error}"))
}

/// The exporter's words, which hold a code and keep the server's own back, with what helps.
fn in_words(error: &str) -> String {
    let remedy = [
        (
            "Unauthenticated",
            "the token is refused: give the right one with `aco token set`",
        ),
        (
            "PermissionDenied",
            "the token is refused: give the right one with `aco token set`",
        ),
        (
            "Unimplemented",
            "does the Collector there have a metrics pipeline?",
        ),
    ];
    let remedy = remedy.iter().find(|(code, _)| error.contains(code));
    remedy.map_or_else(
        || error.to_owned(),
        |(_, remedy)| format!("{error}; {remedy}"),
    )
}

/// Runs the task until it ends; one that panics rests and goes on.
pub(super) async fn keep_running(task: Arc<Mutex<MetricTask>>) {
    loop {
        let task = Arc::clone(&task);
        let running = tokio::spawn(async move {
            let mut task = task.lock().await;
            task.interrupted();
            task.run().await;
        });
        if running.await.is_ok() {
            return;
        }
        log::error!(target: SHIP_TARGET, "exporting metrics panicked and is started again");
        sleep(REST).await;
    }
}

/// Waits until the task has ended, and exports once more. Both end by the orders' own time.
pub(super) async fn finish(running: JoinHandle<()>, task: Arc<Mutex<MetricTask>>) {
    let _ = running.await;
    let last = tokio::spawn(async move { task.lock().await.last_export().await });
    let _ = last.await;
}
