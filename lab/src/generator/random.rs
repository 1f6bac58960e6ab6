//! Random numbers that depend on what they are for, and on nothing that was drawn before.

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};

use super::kind::GaitKind;

/// Seconds between two independent values of the noise.
const KNOT_SECONDS: f64 = 0.1;

/// The numbers for one purpose: the person (0), the strides of a trial (1), the noise of a joint
/// (2 and up).
pub(super) fn source(
    seed: u64,
    kind: GaitKind,
    person: u32,
    trial: u32,
    purpose: u32,
) -> ChaCha8Rng {
    let kind = match kind {
        GaitKind::AbleBodied => 0_u32,
        GaitKind::StiffKnee => 1,
        GaitKind::TransfemoralProsthesis => 2,
    };
    let words = [kind, person, trial, purpose].map(u32::to_le_bytes);
    let bytes = seed
        .to_le_bytes()
        .into_iter()
        .chain(words.into_iter().flatten());
    let mut all = [0; 32];
    for (to, from) in all.iter_mut().zip(bytes) {
        *to = from;
    }
    ChaCha8Rng::from_seed(all)
}

/// A standard normal value, kept within ±2 so that nobody walks impossibly.
pub(super) fn normal(random: &mut ChaCha8Rng) -> f64 {
    let value: f64 = StandardNormal.sample(random);
    value.clamp(-2.0, 2.0)
}

/// Smooth noise of deviation 1 at independent values 0.1 s apart, in between along a cosine.
#[derive(Debug)]
pub(super) struct SmoothNoise {
    random: ChaCha8Rng,
    knot: f64,
    before: f64,
    after: f64,
}

impl SmoothNoise {
    pub(super) fn new(mut random: ChaCha8Rng) -> Self {
        let (before, after) = (normal(&mut random), normal(&mut random));
        Self {
            random,
            knot: 0.0,
            before,
            after,
        }
    }

    /// The noise at a time in seconds, which must not decrease from call to call.
    pub(super) fn at(&mut self, seconds: f64) -> f64 {
        let place = seconds / KNOT_SECONDS;
        while place >= self.knot + 1.0 {
            self.knot += 1.0;
            self.before = self.after;
            self.after = normal(&mut self.random);
        }
        let share = (1.0 - (std::f64::consts::PI * (place - self.knot)).cos()) / 2.0;
        self.before + share * (self.after - self.before)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Values within ±2 are at most 4 apart, which a cosine crosses in 100 steps of at most
    /// `4 · π / 2 / 100 = 0.063`.
    #[test]
    fn noise_is_smooth_and_of_deviation_one_at_its_knots() {
        let new = || SmoothNoise::new(source(1, GaitKind::AbleBodied, 0, 0, 2));
        let mut noise = new();
        let values: Vec<f64> = (0..20_000)
            .map(|step| noise.at(f64::from(step) / 1000.0))
            .collect();
        let steps = values.windows(2).map(|pair| (pair[1] - pair[0]).abs());
        assert!(steps.fold(0.0, f64::max) < 0.064);
        let mut noise = new();
        let squares: f64 = (0..5000)
            .map(|knot| noise.at(f64::from(knot) * KNOT_SECONDS).powi(2))
            .sum();
        // 0.96 is the deviation of a normal value kept within ±2.
        let deviation = (squares / 5000.0).sqrt();
        assert!((deviation - 0.96).abs() < 0.04, "{deviation}");
    }
}
