//! A voice painted on the mel plane: peaks that follow signals, with trained numbers.
//!
//! It enters the source behind its front end, so it needs no Fourier transform, and a peak's place
//! on the plane has a smooth gradient, where a tone's phase has none.

use std::collections::BTreeMap;

use burn::module::{Module, Param};
use burn::tensor::backend::Backend;
use burn::tensor::{Tensor, TensorData};
use serde::{Deserialize, Serialize};

use super::{Signal, TransformError, View};
use crate::kernel::Kernels;
use crate::kernel::mel::FRAMES;
use crate::source::host;
use crate::storage::HostTensor;

/// Samples of a signal that are averaged for a frame.
const SAMPLES_IN_FRAME: usize = 2;
/// Taps of the trained filter on each signal, in frames; odd, so that the middle one is the frame.
const TAPS: usize = 13;
/// Under the logarithm: what is heard where no peak is.
const FLOOR: f32 = 1e-4;
/// Peaks stay between these, in Hz.
const LOWEST: f32 = 60.0;
const HIGHEST: f32 = 7800.0;

/// Peaks on the mel plane: frame `t`, filter `m` has
/// `ln(1e-4 + Σ gain · exp(−½ ((m − mel(f(t))) / width)²))` with
/// `f(t) = frequency · (1 + deviation · signal(t))`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Painted {
    /// The peaks as they are before training.
    pub peaks: Vec<Peak>,
    /// The way in which it goes through a series.
    pub view: View,
}

/// One peak.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Peak {
    /// What it follows; training filters it.
    pub signal: Signal,
    /// Its place where the signal is zero, in Hz.
    pub frequency: f32,
    /// How far the signal moves it, as a share of the frequency for each deviation of the signal.
    pub deviation: f32,
    /// Its width, on the mel scale.
    pub width: f32,
    /// Its height.
    pub gain: f32,
}

impl Painted {
    pub(super) fn check(&self) -> Result<(), TransformError> {
        let wrong = |setting, value: f32, expected| {
            Err(TransformError::Setting {
                setting,
                value: value.to_string(),
                expected,
            })
        };
        for peak in &self.peaks {
            if !(LOWEST..=HIGHEST).contains(&peak.frequency) {
                return wrong("peak frequency", peak.frequency, "60 to 7800 Hz");
            }
            if !(-1.0..=1.0).contains(&peak.deviation) {
                return wrong("peak deviation", peak.deviation, "-1 to 1");
            }
            if !(1.0..=1000.0).contains(&peak.width) {
                return wrong("peak width", peak.width, "1 to 1000 mel");
            }
            if !(1e-6..=1e3).contains(&peak.gain) {
                return wrong("peak gain", peak.gain, "0.000001 to 1000");
            }
        }
        if self.peaks.is_empty() {
            return wrong("peaks", 0.0, "at least 1");
        }
        Ok(())
    }

    /// The numbers that a placed series has: for each peak and frame, the signal around it.
    pub(super) fn placed_samples(&self) -> usize {
        self.peaks.len() * FRAMES * TAPS
    }

    pub(super) fn place(&self, series: &[f32]) -> Result<Vec<f32>, TransformError> {
        self.check()?;
        let mut placed = Vec::with_capacity(self.placed_samples());
        let series = self.view.of(series);
        for peak in &self.peaks {
            let signal: Vec<f32> = peak
                .signal
                .of(&series, FRAMES * SAMPLES_IN_FRAME)
                .chunks_exact(SAMPLES_IN_FRAME)
                .map(|samples| samples.iter().sum::<f32>() / SAMPLES_IN_FRAME as f32)
                .collect();
            for frame in 0..FRAMES {
                placed.extend((0..TAPS).map(|tap| {
                    // The ends repeat their last value.
                    let place = (frame + tap).saturating_sub(TAPS / 2).min(FRAMES - 1);
                    signal[place]
                }));
            }
        }
        Ok(placed)
    }

    /// The sample of the clip at which each value of a series sounds, where there is one.
    pub(super) fn heard_at(&self, series: &[f32]) -> Option<Vec<f32>> {
        let timed = self.peaks.iter().any(|peak| peak.signal.is_timed());
        timed.then(|| self.view.heard_at(series)).flatten()
    }

    pub(super) fn initial(&self) -> BTreeMap<String, HostTensor> {
        let count = self.peaks.len();
        let each = |value: fn(&Peak) -> f32| HostTensor {
            shape: vec![count],
            values: self.peaks.iter().map(value).collect(),
        };
        let mut filters = vec![0.0; count * TAPS];
        for filter in filters.chunks_exact_mut(TAPS) {
            filter[TAPS / 2] = 1.0;
        }
        let filters = HostTensor {
            shape: vec![count, TAPS],
            values: filters,
        };
        [
            ("frequency", each(|peak| (peak.frequency / 1000.0).ln())),
            ("deviation", each(|peak| peak.deviation)),
            ("width", each(|peak| (peak.width / 100.0).ln())),
            ("gain", each(|peak| peak.gain.ln())),
            ("filters", filters),
        ]
        .into_iter()
        .map(|(name, tensor)| (name.to_owned(), tensor))
        .collect()
    }
}

/// The peaks' numbers on a device.
#[derive(Module, Debug)]
pub struct TrainedPainted<B: Backend> {
    /// ln of the frequency in kHz, `[peaks]`.
    frequency: Param<Tensor<B, 1>>,
    /// `[peaks]`.
    deviation: Param<Tensor<B, 1>>,
    /// ln of the width in 100 mel, `[peaks]`.
    width: Param<Tensor<B, 1>>,
    /// ln of the height, `[peaks]`.
    gain: Param<Tensor<B, 1>>,
    /// On each signal, `[peaks, taps]`.
    filters: Param<Tensor<B, 2>>,
}

impl<B: Kernels> TrainedPainted<B> {
    pub(super) fn new(
        painted: &Painted,
        tensors: &BTreeMap<String, HostTensor>,
        device: &B::Device,
    ) -> Result<Self, TransformError> {
        painted.check()?;
        let count = painted.peaks.len();
        let data = |name: &'static str, shape: &[usize]| {
            let expected = shape.iter().product();
            tensors
                .get(name)
                .filter(|tensor| tensor.shape == shape)
                .map(|tensor| TensorData::new(tensor.values.clone(), shape.to_vec()))
                .ok_or(TransformError::Tensor {
                    tensor: name,
                    expected,
                })
        };
        Ok(Self {
            frequency: Param::from_data(data("frequency", &[count])?, device),
            deviation: Param::from_data(data("deviation", &[count])?, device),
            width: Param::from_data(data("width", &[count])?, device),
            gain: Param::from_data(data("gain", &[count])?, device),
            filters: Param::from_data(data("filters", &[count, TAPS])?, device),
        })
    }

    pub(super) fn forward(&self, placed: Tensor<B, 2>) -> Tensor<B, 3> {
        let [batch, _] = placed.dims();
        let [count, _] = self.filters.dims();
        let column = |values: Tensor<B, 1>| values.reshape([1, count, 1]);
        let windows = placed.reshape([batch, count, FRAMES, TAPS]);
        let filters = self.filters.val().reshape([1, count, 1, TAPS]);
        let signal: Tensor<B, 3> = (windows * filters).sum_dim(3).squeeze_dim(3);
        let moved = signal * column(self.deviation.val()) + 1.0;
        let hertz = moved * column(self.frequency.val().exp() * 1000.0);
        let mel = (hertz.clamp(LOWEST, HIGHEST) / 700.0).log1p() * 1127.0;
        let width = self.width.val().exp() * 100.0;
        B::paint(mel, width, self.gain.val().exp(), FLOOR)
    }

    pub(super) fn to_host(&self) -> BTreeMap<String, HostTensor> {
        [
            ("frequency", host(self.frequency.val())),
            ("deviation", host(self.deviation.val())),
            ("width", host(self.width.val())),
            ("gain", host(self.gain.val())),
            ("filters", host(self.filters.val())),
        ]
        .into_iter()
        .map(|(name, tensor)| (name.to_owned(), tensor))
        .collect()
    }
}
