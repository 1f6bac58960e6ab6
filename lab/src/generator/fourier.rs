//! Periodic curves as short Fourier series.

use std::f64::consts::TAU;

/// How many harmonics a curve has.
pub(super) const HARMONICS: usize = 8;

/// `mean + Σₖ cosineₖ cos(2πkφ) + sineₖ sin(2πkφ)` in degrees, of the phase `φ` of a stride.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Fourier {
    pub(super) mean: f64,
    /// Cosine and sine of the first harmonic, of the second, and so on.
    pub(super) harmonics: [(f64, f64); HARMONICS],
}

impl Fourier {
    pub(super) fn at(&self, phase: f64) -> f64 {
        let harmonics = self.harmonics.iter().zip(1..);
        let terms = harmonics.map(|(&(cosine, sine), order)| {
            let (sin, cos) = (TAU * f64::from(order) * phase).sin_cos();
            cosine * cos + sine * sin
        });
        self.mean + terms.sum::<f64>()
    }

    /// The curve between this one (`share` 0) and another (`share` 1).
    pub(super) fn towards(mut self, other: &Self, share: f64) -> Self {
        let mix = |one: &mut f64, other: f64| *one += share * (other - *one);
        mix(&mut self.mean, other.mean);
        for (one, other) in self.harmonics.iter_mut().zip(&other.harmonics) {
            mix(&mut one.0, other.0);
            mix(&mut one.1, other.1);
        }
        self
    }
}
