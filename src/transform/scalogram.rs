//! A series speeded up until it can be heard: its wavelet transform painted on the mel plane.
//!
//! A recording played faster has the same spectrogram at higher frequencies and shorter times. What
//! takes a share of a series' length then sounds as a tone, low for slow turns and high for fast
//! ones, whatever the series' length is in samples.

use std::f64::consts::SQRT_2;

use rustfft::num_complex::Complex32;
use serde::{Deserialize, Serialize};

use super::fourier::{plans, transformed};
use super::{InputTransform, Named, frame_means};
use crate::series::resample_linear;
use crate::source::SourceSpec;
use crate::{Error, setting};

/// Samples of a band's amplitude that are averaged for a frame.
const SAMPLES_IN_FRAME: usize = 4;
/// The highest band turns once in two samples.
const HIGHEST: f64 = 0.5;

/// The wavelet transform of a series with Morlet wavelets, one for each mel filter, at frequencies of
/// equal ratio.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Scalogram {
    /// The lowest filter hears what turns so many times in the length of the series.
    pub lowest_turns: f64,
    /// How narrow a filter is: its frequency over the deviation of its bell.
    pub quality: f64,
    /// What of it is painted.
    pub paint: Paint,
}

/// What of a wavelet transform is painted.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Paint {
    /// How loud each filter is: `ln(amplitude / its root mean square over the plane + floor)`.
    Loudness {
        /// What is heard where nothing turns.
        floor: f32,
    },
    /// The wave in each filter, twice as high: rising and falling, where loudness only knows how
    /// much.
    Wave,
}

/// How high waves are painted.
const WAVE_HEIGHT: f32 = 2.0;

impl InputTransform for Scalogram {
    const KIND: &'static str = "scalogram";

    fn named() -> Vec<Named<Self>> {
        let of = |lowest_turns, quality, paint| Self {
            lowest_turns,
            quality,
            paint,
        };
        let loudness = of(1.5, 5.0, Paint::Loudness { floor: 0.1 });
        vec![
            Named::new("scalogram", loudness)
                .about("the series speeded up until it can be heard: how loud"),
            Named::new("wavelets", of(1.0, 2.5, Paint::Wave))
                .about("the series speeded up until it can be heard: the waves"),
        ]
    }

    fn check(&self, source: &SourceSpec, _length: usize) -> Result<(), Error> {
        source.plane_input()?;
        let floor = match self.paint {
            Paint::Loudness { floor } => f64::from(floor),
            Paint::Wave => 1.0,
        };
        let turns = self.lowest_turns;
        setting::within([
            ("scalogram lowest turns", turns, 0.1..=100.0, "0.1 to 100"),
            ("scalogram quality", self.quality, 0.5..=50.0, "0.5 to 50"),
            ("scalogram floor", floor, 1e-6..=10.0, "0.000001 to 10"),
        ])
    }

    /// The plane of a series, frame by frame.
    fn prepare(&self, source: &SourceSpec, series: &[f32]) -> Result<Vec<f32>, Error> {
        self.check(source, series.len())?;
        let input = source.plane_input()?;
        let (frames, filters) = (input.frames, input.filters());
        let mut plane = vec![0.0f32; frames * filters];
        let margin = series.len() / 2;
        let padded: Vec<f32> = mirrored(series, margin);
        let size = padded.len().next_power_of_two().max(2);
        let spectrum = transformed(&padded, size);
        let (_, inverse) = plans(size);

        let lowest = (self.lowest_turns / series.len().max(1) as f64).min(HIGHEST / 2.0);
        let ratio = (HIGHEST / lowest).powf(1.0 / (filters - 1).max(1) as f64);
        let mut band = vec![Complex32::default(); size];
        for mel in 0..filters {
            let centre = lowest * ratio.powi(mel as i32);
            let deviation = centre / self.quality;
            // Only frequencies above 0 and below one half: the transform is then analytic, and its
            // absolute value the amplitude.
            band.fill(Complex32::default());
            for bin in 1..size.div_ceil(2) {
                let away = (bin as f64 / size as f64 - centre) / (deviation * SQRT_2);
                let weight = 2.0 * (-away * away).exp() / size as f64;
                band[bin] = spectrum[bin] * weight as f32;
            }
            inverse.process(&mut band);
            let painted = band[margin..margin + series.len()].iter();
            let painted = painted.map(|value| match self.paint {
                Paint::Loudness { .. } => value.norm(),
                Paint::Wave => value.re,
            });
            let painted: Vec<f32> = painted.collect();
            let painted = resample_linear(&painted, frames * SAMPLES_IN_FRAME);
            let means = frame_means(&painted, SAMPLES_IN_FRAME);
            for (frame, mean) in plane.chunks_exact_mut(filters).zip(means) {
                frame[mel] = mean;
            }
        }
        self.paint.over(&mut plane);
        for value in &mut plane {
            *value = input.value(*value);
        }
        Ok(plane)
    }
}

impl Paint {
    /// From what the filters hear to the plane.
    fn over(self, plane: &mut [f32]) {
        let count = plane.len().max(1) as f64;
        let power: f64 = plane.iter().map(|value| f64::from(*value).powi(2)).sum();
        let level = (power / count).sqrt() as f32;
        // A constant series makes no sound at all.
        let gain = if level > 1e-12 { 1.0 / level } else { 0.0 };
        for value in plane {
            *value = match self {
                Self::Loudness { floor } => (*value * gain + floor).ln(),
                Self::Wave => *value * WAVE_HEIGHT,
            };
        }
    }
}

/// The series with its mirror image, `margin` samples of it, at both ends.
fn mirrored(series: &[f32], margin: usize) -> Vec<f32> {
    let last = series.len().saturating_sub(1);
    let before = (1..=margin).rev().map(|at| series[at.min(last)]);
    let after = (1..=margin).map(|at| series[last.saturating_sub(at)]);
    before.chain(series.iter().copied()).chain(after).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::SourceWeights;

    const MELS: usize = 80;

    fn plane(paint: Paint, series: &[f32]) -> Vec<f32> {
        let scalogram = Scalogram {
            lowest_turns: 1.5,
            quality: 5.0,
            paint,
        };
        let source = SourceWeights::find("attrnn-gsc35").unwrap();
        scalogram.prepare(source.spec(), series).unwrap()
    }

    #[test]
    fn a_sine_is_loudest_in_the_filter_of_its_frequency() {
        let length = 400;
        for turns in [8.0, 40.0, 120.0] {
            let series: Vec<f32> = (0..length)
                .map(|at| (std::f64::consts::TAU * turns * at as f64 / length as f64).sin() as f32)
                .collect();
            let plane = plane(Paint::Loudness { floor: 0.1 }, &series);
            let loudest = retune_core::argmax(plane[60 * MELS..61 * MELS].iter().copied());
            let ratio = (0.5f64 / (1.5 / length as f64)).powf(1.0 / 79.0);
            let found = 1.5 * ratio.powi(loudest as i32);
            assert!((found / turns).ln().abs() < 0.08, "{turns}: {found}");
        }
    }

    #[test]
    fn constant_and_short_series_are_silence_and_not_a_nan() {
        for paint in [Paint::Loudness { floor: 0.1 }, Paint::Wave] {
            for series in [vec![0.0; 50], vec![1.0], vec![1.0, -1.0]] {
                let mut values = plane(paint, &series).into_iter();
                assert!(values.all(f32::is_finite), "{series:?}");
            }
        }
    }
}
