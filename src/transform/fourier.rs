//! What a Fourier transform says of a series.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use rustfft::num_complex::Complex32;
use rustfft::{Fft, FftPlanner};

use crate::series::z_normalise;

/// Under the logarithm of a spectrum, in units of its mean power.
const SPECTRUM_FLOOR: f32 = 0.01;

/// The logarithm of the power at each frequency, from one turn in the length of the series to half
/// as many turns as there are values: `ln(power / mean power + 0.01)`.
pub(super) fn log_spectrum(series: &[f32]) -> Vec<f32> {
    let spectrum = transformed(&z_normalise(series), series.len());
    let bins = spectrum.iter().take(series.len() / 2 + 1).skip(1);
    let powers: Vec<f32> = bins.map(Complex32::norm_sqr).collect();
    let mean = powers.iter().sum::<f32>() / powers.len().max(1) as f32;
    // A constant series has no power anywhere, and one value no frequency.
    let unit = if mean > 0.0 { mean } else { 1.0 };
    let powers = powers.iter();
    let levels = powers.map(|power| (power / unit + SPECTRUM_FLOOR).ln());
    or_silence(levels.collect())
}

/// The autocorrelation at each lag from 1 to below half the length of the series: the sum of
/// products, times twice the length.
pub(super) fn autocorrelation(series: &[f32]) -> Vec<f32> {
    // As much silence behind it, or its end would meet its start.
    let mut spectrum = transformed(&z_normalise(series), 2 * series.len());
    for bin in &mut spectrum {
        *bin = Complex32::new(bin.norm_sqr(), 0.0);
    }
    let (_, inverse) = plans(spectrum.len());
    inverse.process(&mut spectrum);
    let lags = (series.len() / 2).max(2) - 1;
    let products = spectrum.iter().take(series.len()).skip(1).take(lags);
    or_silence(products.map(|product| product.re).collect())
}

/// The Fourier transform of a series with zeros behind it up to `size`.
pub(super) fn transformed(series: &[f32], size: usize) -> Vec<Complex32> {
    let mut spectrum: Vec<Complex32> = series.iter().map(Complex32::from).collect();
    spectrum.resize(size, Complex32::default());
    let (forward, _) = plans(size);
    forward.process(&mut spectrum);
    spectrum
}

fn or_silence(values: Vec<f32>) -> Vec<f32> {
    if values.is_empty() { vec![0.0] } else { values }
}

/// A Fourier transform and its inverse, without any factor.
pub(super) type Plans = (Arc<dyn Fft<f32>>, Arc<dyn Fft<f32>>);

/// Both directions of a Fourier transform; made once for each size.
pub(super) fn plans(size: usize) -> Plans {
    static PLANS: LazyLock<Mutex<HashMap<usize, Plans>>> = LazyLock::new(Mutex::default);
    // A panic elsewhere cannot leave a plan half made.
    let mut plans = PLANS.lock().unwrap_or_else(PoisonError::into_inner);
    let plan = plans.entry(size).or_insert_with(|| {
        let mut planner = FftPlanner::new();
        (
            planner.plan_fft_forward(size),
            planner.plan_fft_inverse(size),
        )
    });
    plan.clone()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn close(found: &[f32], expected: &[f32]) {
        assert_eq!(found.len(), expected.len());
        let mut pairs = found.iter().zip(expected);
        let close = pairs.all(|(found, expected)| (found - expected).abs() < 1e-4);
        assert!(close, "{found:?} is not {expected:?}");
    }

    /// Expected values from NumPy 2.4.6: x = [1, 3, -2, 0, 4, -1, 2], z = (x - mean) / std,
    /// p = abs(rfft(z))[1:] ** 2, log(p / p.mean() + 0.01); 14 * correlate(z, z, "full")[7:9].
    #[test]
    fn spectrum_and_autocorrelation_are_those_of_numpy() {
        let series = [1.0, 3.0, -2.0, 0.0, 4.0, -1.0, 2.0];
        close(&log_spectrum(&series), &[-1.792325, 0.358522, 0.359223]);
        close(&autocorrelation(&series), &[-49.0, -21.0]);
    }

    #[test]
    fn a_series_without_turns_is_silent() {
        assert_eq!(log_spectrum(&[]), [0.0]);
        assert_eq!(log_spectrum(&[5.0]), [0.0]);
        assert_eq!(autocorrelation(&[5.0]), [0.0]);
        close(&log_spectrum(&[2.0; 6]), &[SPECTRUM_FLOOR.ln(); 3]);
        close(&autocorrelation(&[2.0; 6]), &[0.0, 0.0]);
    }
}
