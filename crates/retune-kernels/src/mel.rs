//! The mel front end's fixed numbers: frame grid, window and filters.

use std::f64::consts::PI;
use std::sync::LazyLock;

/// The sample rate that the attention-RNN hears, in Hz.
pub const SAMPLE_RATE: u32 = 16_000;
/// The length of its clips, in samples: one second.
pub const CLIP_SAMPLES: usize = 16_000;
/// Samples of one short-time Fourier frame.
pub const FRAME_SAMPLES: usize = 1024;
/// Samples from one frame's start to the next.
pub const HOP_SAMPLES: usize = 128;
/// Frames of one clip: one for each hop, the last ones reaching into zeros.
pub const FRAMES: usize = CLIP_SAMPLES / HOP_SAMPLES;
/// Frequency bins of one frame, from 0 Hz to 8,000 Hz.
pub const BINS: usize = FRAME_SAMPLES / 2 + 1;
/// Mel filters.
pub const MELS: usize = 80;
/// Lower edge of the lowest filter, in Hz.
pub const LOWEST_HZ: f64 = 40.0;
/// Upper edge of the highest filter, in Hz.
pub const HIGHEST_HZ: f64 = 8000.0;
/// Added under the logarithm, so that silence is `ln(1e-6)` and not minus infinity.
pub const LOG_OFFSET: f32 = 1e-6;

/// The HTK mel scale: `1127 ln(1 + f / 700)`, `hz` in Hz.
pub fn hz_to_mel(hz: f64) -> f64 {
    1127.0 * (1.0 + hz / 700.0).ln()
}

/// The inverse of [`hz_to_mel`], in Hz.
pub fn mel_to_hz(mel: f64) -> f64 {
    700.0 * ((mel / 1127.0).exp() - 1.0)
}

/// The lower edge of the lowest filter on the mel scale, and how far the centres lie apart.
fn mel_grid() -> (f64, f64) {
    let lowest = hz_to_mel(LOWEST_HZ);
    (lowest, (hz_to_mel(HIGHEST_HZ) - lowest) / (MELS + 1) as f64)
}

/// The centre of every filter on the mel scale, `[MELS]`.
pub fn mel_centres() -> &'static [f32] {
    static CENTRES: LazyLock<Vec<f32>> = LazyLock::new(|| {
        let (lowest, step) = mel_grid();
        let centre = |filter| (lowest + step * filter as f64) as f32;
        (1..=MELS).map(centre).collect()
    });
    &CENTRES
}

/// The periodic Hann window, `[FRAME_SAMPLES]`.
pub fn hann_window() -> &'static [f32] {
    static WINDOW: LazyLock<Vec<f32>> = LazyLock::new(|| {
        let turn = |n| 2.0 * PI * n as f64 / FRAME_SAMPLES as f64;
        let weight = |n| (0.5 - 0.5 * f64::cos(turn(n))) as f32;
        (0..FRAME_SAMPLES).map(weight).collect()
    });
    &WINDOW
}

/// One triangular filter: the bins that it touches and their weights.
#[derive(Debug, Clone)]
pub struct MelFilter {
    /// The first bin with a weight above zero.
    pub first_bin: usize,
    /// The weights of that bin and those after it.
    pub weights: Vec<f32>,
}

/// The [`MELS`] filters: triangles that are linear in mel, with peak 1 and no area normalisation.
pub fn mel_filters() -> &'static [MelFilter] {
    static FILTERS: LazyLock<Vec<MelFilter>> = LazyLock::new(|| {
        let (lowest, step) = mel_grid();
        let bin_hz = SAMPLE_RATE as f64 / FRAME_SAMPLES as f64;
        let filter = |filter| {
            let lower = lowest + step * filter as f64;
            let (centre, upper) = (lower + step, lower + 2.0 * step);
            let weight = |bin: usize| {
                let mel = hz_to_mel(bin as f64 * bin_hz);
                ((mel - lower) / (centre - lower)).min((upper - mel) / (upper - centre))
            };
            let touched: Vec<usize> = (0..BINS).filter(|&bin| weight(bin) > 0.0).collect();
            MelFilter {
                first_bin: touched.first().copied().unwrap_or(0),
                weights: touched.iter().map(|&bin| weight(bin) as f32).collect(),
            }
        };
        (0..MELS).map(filter).collect()
    });
    &FILTERS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scale_is_undone_by_its_inverse() {
        for hz in [40.0, 440.0, 1000.0, 8000.0] {
            assert!((mel_to_hz(hz_to_mel(hz)) - hz).abs() < 1e-9);
        }
        // 1127 ln(1 + 1000/700), by hand.
        assert!((hz_to_mel(1000.0) - 999.990_558).abs() < 1e-3);
    }

    #[test]
    fn every_filter_touches_a_run_of_bins_and_none_is_heavier_than_one() {
        for filter in mel_filters() {
            assert!(!filter.weights.is_empty());
            assert!(filter.first_bin + filter.weights.len() <= BINS);
            assert!(filter.weights.iter().all(|w| *w > 0.0 && *w <= 1.0));
        }
    }
}
