//! The OpenTelemetry instruments. They read what was put down for them, and know nothing else: a
//! callback that panics would break the SDK's pipeline for good.

use super::family::{ALL, Kind};
use super::{Row, Series};
use crate::bridge::ResourceAttributes;
use opentelemetry::KeyValue;
use opentelemetry::metrics::{Meter, MeterProvider as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::metrics::data::ResourceMetrics;
use opentelemetry_sdk::metrics::reader::MetricReader;
use opentelemetry_sdk::metrics::{
    InstrumentKind, ManualReader, Pipeline, SdkMeterProvider, Temporality,
};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

/// Scope of every metric of ours.
const SCOPE: &str = "aco";

/// Every family's instrument, over values that are put down before each collection.
#[derive(Debug)]
pub struct Readout {
    values: Values,
    reader: Reader,
    collected: ResourceMetrics,
    /// Dropped, it would shut the reader down.
    _provider: SdkMeterProvider,
}

impl Readout {
    /// Instruments that speak for `resource`.
    #[must_use]
    pub fn new(resource: &ResourceAttributes) -> Self {
        let attributes = resource
            .iter()
            .map(|(key, value)| KeyValue::new(key.to_owned(), value.to_owned()));
        let reader = Reader(Arc::new(ManualReader::default()));
        let provider = SdkMeterProvider::builder()
            .with_resource(
                Resource::builder_empty()
                    .with_attributes(attributes)
                    .build(),
            )
            .with_reader(reader.clone())
            .build();
        let meter = provider.meter(SCOPE);
        let values = Values::default();
        for row in ALL {
            instrument(&meter, row, &values);
        }
        Self {
            values,
            reader,
            collected: ResourceMetrics::default(),
            _provider: provider,
        }
    }

    /// These values, as the exporter takes them.
    ///
    /// # Errors
    /// When the SDK refuses, which its own pipeline being broken is the only reason for.
    pub fn collect(
        &mut self,
        gauges: &[(Series, f64)],
        counters: &[(Series, u64)],
    ) -> Result<&ResourceMetrics, String> {
        let gauges = gauges
            .iter()
            .map(|(series, value)| (series, Value::Gauge(*value)));
        let counters = counters
            .iter()
            .map(|(series, value)| (series, Value::Counter(*value)));
        *self.values.lock() = gauges
            .chain(counters)
            .map(|(series, value)| Point {
                family: series.family().name,
                attributes: attributes(series),
                value,
            })
            .collect();
        let collected = self.reader.collect(&mut self.collected);
        collected.map_err(|error| error.to_string())?;
        Ok(&self.collected)
    }
}

fn attributes(series: &Series) -> Vec<KeyValue> {
    let keys = series.family().labels.iter().copied();
    keys.zip(series.labels())
        .map(|(key, value)| KeyValue::new(key, value.clone()))
        .collect()
}

#[derive(Clone, Copy, Debug)]
enum Value {
    Gauge(f64),
    Counter(u64),
}

#[derive(Debug)]
struct Point {
    family: &'static str,
    attributes: Vec<KeyValue>,
    value: Value,
}

/// What the instruments read.
#[derive(Clone, Debug, Default)]
struct Values(Arc<Mutex<Vec<Point>>>);

impl Values {
    fn lock(&self) -> MutexGuard<'_, Vec<Point>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Shows each value of a family, as `read` takes it.
    fn each<T>(
        &self,
        family: &str,
        read: impl Fn(Value) -> Option<T>,
        mut show: impl FnMut(T, &[KeyValue]),
    ) {
        for point in self.lock().iter().filter(|point| point.family == family) {
            if let Some(value) = read(point.value) {
                show(value, &point.attributes);
            }
        }
    }
}

/// Makes the family's instrument. The SDK keeps its callback.
fn instrument(meter: &Meter, row: &'static Row, values: &Values) {
    let values = values.clone();
    match row.kind {
        Kind::Gauge => {
            let read = |value| match value {
                Value::Gauge(value) => Some(value),
                Value::Counter(_) => None,
            };
            let builder = meter
                .f64_observable_gauge(row.name)
                .with_description(row.about)
                .with_callback(move |observer| {
                    values.each(row.name, read, |value, attributes| {
                        observer.observe(value, attributes);
                    });
                });
            with_unit(row, builder, |builder, unit| builder.with_unit(unit)).build();
        }
        Kind::Counter { per_unit: 1 } => {
            let read = |value| match value {
                Value::Counter(value) => Some(value),
                Value::Gauge(_) => None,
            };
            let builder = meter
                .u64_observable_counter(row.name)
                .with_description(row.about)
                .with_callback(move |observer| {
                    values.each(row.name, read, |value, attributes| {
                        observer.observe(value, attributes);
                    });
                });
            with_unit(row, builder, |builder, unit| builder.with_unit(unit)).build();
        }
        Kind::Counter { per_unit } => {
            let read = move |value| match value {
                Value::Counter(value) => Some(in_units(value, per_unit)),
                Value::Gauge(_) => None,
            };
            let builder = meter
                .f64_observable_counter(row.name)
                .with_description(row.about)
                .with_callback(move |observer| {
                    values.each(row.name, read, |value, attributes| {
                        observer.observe(value, attributes);
                    });
                });
            with_unit(row, builder, |builder, unit| builder.with_unit(unit)).build();
        }
    }
}

fn with_unit<B>(row: &Row, builder: B, set: impl FnOnce(B, &'static str) -> B) -> B {
    match row.unit {
        "" => builder,
        unit => set(builder, unit),
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "Prometheus has nothing but doubles; one of 2^53 thousandths is 285,000 years"
)]
fn in_units(value: u64, per_unit: u32) -> f64 {
    value as f64 / f64::from(per_unit)
}

/// The provider wants a reader of its own, and we want to read.
#[derive(Clone, Debug)]
struct Reader(Arc<ManualReader>);

impl MetricReader for Reader {
    fn register_pipeline(&self, pipeline: Weak<Pipeline>) {
        self.0.register_pipeline(pipeline);
    }

    fn collect(&self, into: &mut ResourceMetrics) -> OTelSdkResult {
        self.0.collect(into)
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.0.force_flush()
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.0.shutdown_with_timeout(timeout)
    }

    fn temporality(&self, _: InstrumentKind) -> Temporality {
        Temporality::Cumulative
    }
}

#[cfg(test)]
#[path = "readout_tests.rs"]
mod tests;
