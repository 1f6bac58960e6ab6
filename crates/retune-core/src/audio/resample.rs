//! Changing the sample rate of audio.

use std::ops::RangeInclusive;

use rubato::audioadapter_buffers::direct::SequentialSlice;
use rubato::{Fft, FixedSync, Resampler, WindowFunction};

use crate::{Error, ErrorKind, memory};

/// The sample rates that are taken, in Hz.
///
/// Outside of it a header is damaged rather than unusual, and the memory that resampling takes
/// would be out of proportion to the file.
pub const RATE_RANGE: RangeInclusive<u32> = 1_000..=768_000;

/// The most samples that are made: a gibibyte of them.
const MOST_SAMPLES: usize = 1 << 28;

/// The loudest sample that is taken, where full scale is 1. The sums of a Fourier transform of louder ones may
/// leave the range of numbers, which the resampler answers with a panic.
pub(super) const LOUDEST: f32 = 1e15;

/// The least length of the resampler's blocks, in input samples. Longer blocks keep more of the
/// highest frequencies; at 48 kHz this is a twelfth of a second.
pub(super) const BLOCK: usize = 4_096;

/// Converts samples from one rate to another, both in Hz.
///
/// The result holds `round(samples · to / from)` samples and is not delayed: a sound stays at its
/// time. Frequencies above half of the lower rate are removed. Equal rates leave the samples as they
/// are.
///
/// # Errors
///
/// [`ErrorKind::Setting`] for a rate outside of [`RATE_RANGE`], [`ErrorKind::NotFinite`] for a sample beyond
/// ±1e15, and [`ErrorKind::Unsupported`] for more samples than a gibibyte holds.
pub fn resample(samples: &[f32], from: u32, to: u32) -> Result<Vec<f32>, Error> {
    if !RATE_RANGE.contains(&from) || !RATE_RANGE.contains(&to) {
        let (low, high) = (RATE_RANGE.start(), RATE_RANGE.end());
        let message = format!(
            "cannot resample from {from} Hz to {to} Hz: expected rates of {low} to {high} Hz"
        );
        return Err(Error::new(ErrorKind::Setting, message));
    }
    let length = output_length(samples.len(), from, to);
    if from == to || samples.is_empty() {
        check_memory(length)?;
        return Ok(samples.to_vec());
    }
    if let Some(index) = too_loud(samples) {
        let sample = samples[index];
        let message =
            format!("cannot resample: sample {index} is {sample}, expected ±{LOUDEST:e} at most");
        return Err(Error::new(ErrorKind::NotFinite, message));
    }
    if length > MOST_SAMPLES {
        let message =
            format!("{length} samples at {to} Hz are too many, expected {MOST_SAMPLES} at most");
        return Err(Error::new(ErrorKind::Unsupported, message).with_hint("cut the recording"));
    }
    check_memory(length)?;
    let failed = |reason: &dyn std::fmt::Display| {
        let count = samples.len();
        let message =
            format!("cannot resample {count} samples from {from} Hz to {to} Hz: {reason}");
        Error::new(ErrorKind::Numeric, message)
    };
    let input = SequentialSlice::new(samples, 1, samples.len()).map_err(|error| failed(&error))?;
    let (block, window) = (block_length(from, to), WindowFunction::BlackmanHarris2);
    let (rates, fixed) = ([from as usize, to as usize], FixedSync::Input);
    let resampler = Fft::<f32>::new_custom(rates[0], rates[1], block, 1, 1, window, fixed);
    let mut resampler = resampler.map_err(|error| failed(&error))?;
    let output = resampler.process_all(&input, samples.len(), None);
    let mut output = output.map_err(|error| failed(&error))?.take_data();
    output.resize(length, 0.0);
    Ok(output)
}

/// Whether so many samples fit into memory, and again as clips.
fn check_memory(length: usize) -> Result<(), Error> {
    let bytes = 2 * size_of::<f32>() as u64 * length as u64;
    let checked = memory::check_many(bytes, &format!("resampling to {length} samples"));
    checked.map_err(|error| error.with_hint("cut the recording, or free memory"))
}

/// The first sample that is louder than any sound, or no number.
pub(super) fn too_loud(samples: &[f32]) -> Option<usize> {
    let is_sound = |sample: &f32| sample.abs() <= LOUDEST;
    samples.iter().position(|sample| !is_sound(sample))
}

/// The length of the resampler's blocks for two rates, in input samples.
///
/// The resampler delays by half a block and corrects that by whole samples. Blocks that are even on
/// both sides make the correction exact; otherwise the result comes half a sample late.
fn block_length(from: u32, to: u32) -> usize {
    let pair = 2 * (from / greatest_common_divisor(from, to)) as usize;
    BLOCK.div_ceil(pair) * pair
}

fn greatest_common_divisor(a: u32, b: u32) -> u32 {
    match b {
        0 => a,
        _ => greatest_common_divisor(b, a % b),
    }
}

/// `round(samples · to / from)`, halves rounded up.
fn output_length(samples: usize, from: u32, to: u32) -> usize {
    let doubled = (2 * samples as u128 * u128::from(to) + u128::from(from)) / u128::from(from);
    usize::try_from(doubled / 2).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::f64::consts::TAU;

    /// Found by fuzzing: one sample of 1e38 overflowed within the Fourier transform, which panicked.
    #[test]
    fn the_loudest_samples_are_resampled_and_louder_ones_refused() {
        for (from, to) in [(16_000, 8_000), (44_101, 16_000), (1_000, 768_000)] {
            let loud = resample(&[LOUDEST, -LOUDEST].repeat(500), from, to).unwrap();
            assert!(loud.iter().all(|sample| sample.is_finite()));
            for sample in [1e16, -f32::MAX, f32::INFINITY, f32::NAN] {
                let error = resample(&[0.0, sample], from, to).unwrap_err();
                assert_eq!(error.kind(), ErrorKind::NotFinite);
            }
        }
    }

    fn sine(hertz: f64, rate: u32, samples: usize) -> Vec<f32> {
        let at = |index| (TAU * hertz * index as f64 / f64::from(rate)).sin() as f32;
        (0..samples).map(at).collect()
    }

    #[test]
    fn a_sine_stays_the_same_sine_at_its_time() {
        // Rates whose blocks would be odd (96 kHz) or very long (44,101 Hz is prime) are among them.
        let rates = [
            48_000, 8_000, 44_100, 22_050, 11_025, 32_000, 96_000, 192_000, 44_101,
        ];
        let up = [(16_000, 48_000), (16_000, 44_100)];
        for (from, to) in rates.map(|from| (from, 16_000)).into_iter().chain(up) {
            let resampled = resample(&sine(440.0, from, from as usize), from, to).unwrap();
            let ideal = sine(440.0, to, to as usize);
            assert_eq!(resampled.len(), ideal.len(), "{from} to {to}");
            let ends = to as usize / 8;
            let off = |index: usize| (resampled[index] - ideal[index]).abs();
            let worst = (ends..ideal.len() - ends).map(off).fold(0.0, f32::max);
            assert!(worst < 1e-3, "{from} to {to}: off by {worst}");
        }
    }

    #[test]
    fn frequencies_that_do_not_fit_are_removed() {
        let resampled = resample(&sine(11_000.0, 48_000, 48_000), 48_000, 16_000).unwrap();
        let middle = resampled[2_000..14_000].iter().copied();
        let loudest = middle.map(f32::abs).fold(0.0, f32::max);
        assert!(loudest < 1e-3, "{loudest} is left of a tone at 11 kHz");
    }

    #[test]
    fn lengths_are_rounded() {
        for (samples, from, to, expected) in [
            (0, 48_000, 16_000, 0),
            (1, 48_000, 16_000, 0),
            (2, 48_000, 16_000, 1),
            (3, 48_000, 16_000, 1),
            (5, 48_000, 16_000, 2),
            (1, 8_000, 16_000, 2),
            (7, 32_000, 16_000, 4),
            (441, 44_100, 16_000, 160),
            (7, 16_000, 16_000, 7),
        ] {
            let resampled = resample(&vec![0.5; samples], from, to).unwrap();
            assert_eq!(resampled.len(), expected, "{samples}: {from} to {to}");
        }
    }

    #[test]
    fn rates_out_of_range_are_refused() {
        for (from, to) in [(0, 16_000), (16_000, 0), (u32::MAX, 16_000), (999, 1_000)] {
            let error = resample(&[0.0], from, to).unwrap_err();
            assert!(error.to_string().contains("expected rates of"), "{error}");
        }
    }

    proptest! {
        // Two rates without a common divisor make long blocks, which are slow in debug builds.
        #![proptest_config(ProptestConfig::with_cases(16))]
        #[test]
        fn lengths_keep_in_proportion(samples in 0usize..3_000, from in 1_000u32..50_000) {
            let resampled = resample(&vec![0.1; samples], from, 16_000).unwrap();
            let expected = samples as f64 * 16_000.0 / f64::from(from);
            prop_assert!((resampled.len() as f64 - expected).abs() <= 0.5);
        }
    }
}
