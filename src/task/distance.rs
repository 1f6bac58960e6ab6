//! How far what the source makes of a series is from what it makes of speech.
//!
//! Theorem 1 of Voice2Series (Yang, Tsai, Chen 2021, arXiv 2106.09296): the risk of the reprogrammed
//! model is at most that of the source plus `2 √K` times the Wasserstein-1 distance between the
//! source's `K` logits on speech and on the reprogrammed series. A risk is the mean Euclidean
//! distance between probabilities and truth.

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};
use serde::Serialize;

use super::classifier::Classifier;
use crate::Error;
use crate::kernel::Kernels;
use crate::program::Trained;
use crate::series::Split;
use crate::source::{SpeechClip, host, label_logits};

/// Clips or series that go through the source together.
const BATCH: usize = 64;

/// Logits on speech beside those on series, for one part of a program.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Distance {
    /// The sliced Wasserstein-1 distance to speech before the transform was trained.
    pub before: f64,
    /// The same with the program's trained numbers.
    pub after: f64,
    /// The source's risk on speech.
    pub source_risk: f64,
    /// The program's risk on the series.
    pub program_risk: f64,
    /// `source_risk + 2 √K · after`. The theorem has the Wasserstein-1 distance in place of the
    /// sliced one, which is never larger: this is an estimate from below of the theorem's bound.
    pub bound: f64,
}

impl<B: Kernels> Classifier<B> {
    /// Compares the source's logits on speech with those on labelled series by one part of the
    /// program; `part` counts from 0.
    ///
    /// `projections` random directions from `seed` are averaged over.
    ///
    /// # Errors
    ///
    /// As [`Classifier::score`]; and when there is no such part.
    pub fn distance(
        &self,
        split: &Split,
        speech: &[SpeechClip],
        part: usize,
        projections: usize,
        seed: u64,
    ) -> Result<Distance, Error> {
        let on_speech = self.speech_logits(speech)?;
        let width = on_speech.first().map_or(0, Vec::len);
        let source_risk = on_speech
            .iter()
            .zip(speech)
            .map(|(logits, clip)| risk(&softmax(logits), clip.label))
            .sum::<f64>()
            / speech.len().max(1) as f64;

        let score = self.score(split)?;
        let after = self.logits(split, part)?;
        let before = self.untrained(part)?.logits(split, part)?;
        let direction = |index: usize| direction(width, seed, index as u64);
        let sliced = |other: &[Vec<f32>]| {
            let sum: f64 = (0..projections)
                .map(|index| {
                    let direction = direction(index);
                    wasserstein(project(&on_speech, &direction), project(other, &direction))
                })
                .sum();
            sum / projections.max(1) as f64
        };
        let after = sliced(&after);
        Ok(Distance {
            before: sliced(&before),
            after,
            source_risk,
            program_risk: score.risk,
            bound: source_risk + 2.0 * (width as f64).sqrt() * after,
        })
    }

    /// The program with the numbers that one part's transform had before training.
    fn untrained(&self, part: usize) -> Result<Self, Error> {
        let mut program = self.program().clone();
        let stored = program.part(part)?;
        let initial = stored
            .transform
            .initial(self.spec(), program.settings().seed);
        program
            .tensors
            .extend(Trained::Transform.named(part, initial));
        self.with_program(program)
    }

    /// The source's logits on the series of a split.
    fn logits(&self, split: &Split, part: usize) -> Result<Vec<Vec<f32>>, Error> {
        let mut logits = Vec::with_capacity(split.len());
        for (index, batch) in split.series.chunks(BATCH).enumerate() {
            let batch = self.scaled(batch, index * BATCH)?;
            let outputs = self.source().forward(self.input(part, &batch)?, &[]);
            let found = outputs.logits.ok_or_else(|| self.spec().no_labels())?;
            let [_, width] = found.dims();
            let values = host(found).values;
            logits.extend(values.chunks_exact(width).map(<[f32]>::to_vec));
        }
        Ok(logits)
    }

    /// The source's logits on recorded words.
    fn speech_logits(&self, speech: &[SpeechClip]) -> Result<Vec<Vec<f32>>, Error> {
        let mut logits = Vec::with_capacity(speech.len());
        for batch in speech.chunks(BATCH) {
            logits.extend(label_logits(self.source(), batch, self.device())?);
        }
        Ok(logits)
    }
}

fn softmax(logits: &[f32]) -> Vec<f32> {
    let highest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let powers: Vec<f32> = logits.iter().map(|logit| (logit - highest).exp()).collect();
    let sum: f32 = powers.iter().sum();
    powers.iter().map(|power| power / sum).collect()
}

/// The Euclidean distance of probabilities from the truth.
pub(super) fn risk(probabilities: &[f32], right: usize) -> f64 {
    let squares = probabilities.iter().enumerate().map(|(class, found)| {
        let truth = if class == right { 1.0 } else { 0.0 };
        (f64::from(*found) - truth).powi(2)
    });
    squares.sum::<f64>().sqrt()
}

/// A random direction of length 1.
fn direction(width: usize, seed: u64, stream: u64) -> Vec<f64> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    random.set_stream(stream);
    let mut direction: Vec<f64> = (0..width)
        .map(|_| StandardNormal.sample(&mut random))
        .collect();
    let length = direction.iter().map(|value| value * value).sum::<f64>();
    for value in &mut direction {
        *value /= length.sqrt().max(f64::MIN_POSITIVE);
    }
    direction
}

/// The points along a direction, in rising order.
fn project(points: &[Vec<f32>], direction: &[f64]) -> Vec<f64> {
    let along = |point: &Vec<f32>| {
        let products = point.iter().zip(direction);
        products.map(|(value, part)| f64::from(*value) * part).sum()
    };
    let mut projected: Vec<f64> = points.iter().map(along).collect();
    projected.sort_by(f64::total_cmp);
    projected
}

/// The Wasserstein-1 distance of two samples on a line, each in rising order: the area between
/// their quantile functions.
fn wasserstein(one: Vec<f64>, other: Vec<f64>) -> f64 {
    if one.is_empty() || other.is_empty() {
        return 0.0;
    }
    let (mut first, mut second) = (0, 0);
    let mut at = 0.0;
    let mut area = 0.0;
    while first < one.len() && second < other.len() {
        let ends = [
            (first + 1) as f64 / one.len() as f64,
            (second + 1) as f64 / other.len() as f64,
        ];
        let next = ends[0].min(ends[1]);
        area += (next - at) * (one[first] - other[second]).abs();
        at = next;
        if ends[0] <= next {
            first += 1;
        }
        if ends[1] <= next {
            second += 1;
        }
    }
    area
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Expected values by hand: a shift costs itself, and mass ½ that moves by 4 costs 2.
    #[test]
    fn mass_on_a_line_moves_the_shortest_way() {
        let close = |found: f64, expected: f64| assert!((found - expected).abs() < 1e-12);
        close(wasserstein(vec![0.0, 1.0], vec![2.0, 3.0]), 2.0);
        close(wasserstein(vec![0.0], vec![0.0, 4.0]), 2.0);
        close(wasserstein(vec![0.0, 0.0, 3.0], vec![0.0, 3.0, 3.0]), 1.0);
        close(wasserstein(vec![5.0], vec![5.0, 5.0, 5.0]), 0.0);
    }

    #[test]
    fn directions_have_length_one_and_come_from_the_seed() {
        let one = direction(36, 1, 0);
        let length: f64 = one.iter().map(|value| value * value).sum();
        assert!((length - 1.0).abs() < 1e-12);
        assert_eq!(one, direction(36, 1, 0));
        assert_ne!(one, direction(36, 2, 0));
        assert_ne!(one, direction(36, 1, 1));
    }

    #[test]
    fn a_sure_right_answer_has_no_risk_and_a_sure_wrong_one_the_most() {
        assert!(risk(&[1.0, 0.0], 0) < 1e-12);
        assert!((risk(&[1.0, 0.0], 1) - 2f64.sqrt()).abs() < 1e-12);
    }
}
