//! What is measured of a backend, and how it is called.

use std::fmt;

use retune::backend::BackendChoice;
use serde::{Deserialize, Serialize};

use super::super::text::counted;
use super::timing::quantile;
use super::worker::Work;
use super::workload::{SERIES, TRAINED_ON};

/// The numbers of one backend; `benches/peers` reads them by these names.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Measured {
    pub(super) backend: String,
    train_padding_steps_per_second: f64,
    train_stretched_steps_per_second: f64,
    inference_series_per_second: f64,
    latency_median_ms: f64,
    latency_p99_ms: f64,
    cold_start_ms: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    peak_memory_mib: Option<f64>,
    largest_difference: f64,
    /// How much each of them rests on.
    pub(super) timed: Timed,
}

/// How often each workload was run for its number.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Timed {
    train_padding_steps: usize,
    train_stretched_steps: usize,
    inference_batches: usize,
    latency_predictions: usize,
    cold_starts: usize,
}

impl Measured {
    /// The numbers that follow from what the worker and the cold starts took.
    pub(super) fn new(
        backend: BackendChoice,
        work: &Work,
        cold_starts: &[f64],
        largest_difference: f64,
    ) -> Self {
        let median = |seconds: &[f64]| quantile(seconds, 0.5);
        let milliseconds = |seconds: f64| seconds * 1000.0;
        Self {
            backend: backend.to_string(),
            train_padding_steps_per_second: 1.0 / median(&work.train_padding),
            train_stretched_steps_per_second: 1.0 / median(&work.train_stretched),
            inference_series_per_second: SERIES as f64 / median(&work.inference),
            latency_median_ms: milliseconds(median(&work.latency)),
            latency_p99_ms: milliseconds(quantile(&work.latency, 0.99)),
            cold_start_ms: milliseconds(median(cold_starts)),
            peak_memory_mib: work.peak_memory_mib,
            largest_difference,
            timed: Timed {
                train_padding_steps: work.train_padding.len(),
                train_stretched_steps: work.train_stretched.len(),
                inference_batches: work.inference.len(),
                latency_predictions: work.latency.len(),
                cold_starts: cold_starts.len(),
            },
        }
    }
}

impl fmt::Display for Timed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{} and {} of {TRAINED_ON} series, {} of {SERIES}, {} of one and {}",
            self.train_padding_steps,
            counted(
                self.train_stretched_steps,
                "training step",
                "training steps"
            ),
            counted(self.inference_batches, "batch", "batches"),
            counted(self.latency_predictions, "prediction", "predictions"),
            counted(self.cold_starts, "cold start", "cold starts"),
        )
    }
}

/// One of the numbers, for tables and charts.
pub(super) struct Measure {
    pub(super) name: &'static str,
    pub(super) unit: &'static str,
    pub(super) more_is_better: bool,
    /// Nothing where it cannot be told.
    pub(super) value: fn(&Measured) -> Option<f64>,
}

/// All of them, in the order in which they are shown.
pub(super) const MEASURES: [Measure; 8] = [
    Measure {
        name: "training, padded series",
        unit: "steps a second",
        more_is_better: true,
        value: |measured| Some(measured.train_padding_steps_per_second),
    },
    Measure {
        name: "training, stretched series",
        unit: "steps a second",
        more_is_better: true,
        value: |measured| Some(measured.train_stretched_steps_per_second),
    },
    Measure {
        name: "inference",
        unit: "series a second",
        more_is_better: true,
        value: |measured| Some(measured.inference_series_per_second),
    },
    Measure {
        name: "latency, median",
        unit: "ms",
        more_is_better: false,
        value: |measured| Some(measured.latency_median_ms),
    },
    Measure {
        name: "latency, 99th percentile",
        unit: "ms",
        more_is_better: false,
        value: |measured| Some(measured.latency_p99_ms),
    },
    Measure {
        name: "cold start",
        unit: "ms",
        more_is_better: false,
        value: |measured| Some(measured.cold_start_ms),
    },
    Measure {
        name: "peak memory",
        unit: "MiB",
        more_is_better: false,
        value: |measured| measured.peak_memory_mib,
    },
    Measure {
        name: "largest difference from the first",
        unit: "of a probability",
        more_is_better: false,
        value: |measured| Some(measured.largest_difference),
    },
];

/// A number with three digits that count, or all that stand before its decimal point.
pub(super) fn significant(value: f64) -> String {
    let magnitude = value.abs();
    if magnitude == 0.0 {
        "0".to_owned()
    } else if magnitude < 0.001 {
        format!("{value:.1e}")
    } else {
        let before_point = magnitude.log10().floor() as i32 + 1;
        let decimals = (3 - before_point).max(0) as usize;
        format!("{value:.decimals$}")
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Numbers of a backend that takes so many seconds for everything.
    pub(crate) fn measured(backend: BackendChoice, seconds: f64, difference: f64) -> Measured {
        let work = Work::of_seconds(seconds);
        Measured::new(backend, &work, &[seconds], difference)
    }

    #[test]
    fn the_numbers_follow_from_the_times() {
        let measured = measured(BackendChoice::Cpu, 0.5, 0.0);
        assert_eq!(measured.train_padding_steps_per_second, 2.0);
        assert_eq!(measured.inference_series_per_second, 128.0);
        assert_eq!(measured.latency_p99_ms, 500.0);
        assert_eq!(measured.peak_memory_mib, None);
        assert_eq!(
            measured.timed.to_string(),
            "1 and 1 training step of 32 series, 1 batch of 64, 1 prediction of one and \
             1 cold start"
        );
    }

    #[test]
    fn numbers_have_three_digits_that_count() {
        for (value, expected) in [
            (0.0, "0"),
            (0.000_001_23, "1.2e-6"),
            (0.012_34, "0.0123"),
            (0.5, "0.500"),
            (1.234, "1.23"),
            (12.34, "12.3"),
            (123.4, "123"),
            (1234.5, "1234"),
        ] {
            assert_eq!(significant(value), expected);
        }
    }
}
