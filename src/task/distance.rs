//! How far what the source makes of a series is from what it makes of speech.
//!
//! Theorem 1 of Voice2Series (Yang, Tsai, Chen 2021, arXiv 2106.09296): the risk of the reprogrammed
//! model is at most that of the source plus `2 √K` times the Wasserstein-1 distance between the
//! source's `K` logits on speech and on the reprogrammed series. A risk is the mean Euclidean
//! distance between probabilities and truth.

use serde::Serialize;

use super::classifier::{Classifier, check_answer};
use super::score::risk;
use crate::fit::member_seed;
use crate::kernel::Kernels;
use crate::program::Trained;
use crate::series::Split;
use crate::source::{SpeechClip, host, label_logits};
use crate::train::{generator, unit};
use crate::{Error, ErrorKind, setting};

/// Clips or series that go through the source together.
const BATCH: usize = 64;
/// The most random directions that are averaged over.
const MOST_PROJECTIONS: usize = 100_000;

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
    /// As [`Classifier::score`]; and when there is no such part or no speech, or `projections` is none of 1 to 100,000.
    pub fn distance(
        &self,
        split: &Split,
        speech: &[SpeechClip],
        part: usize,
        projections: usize,
        seed: u64,
    ) -> Result<Distance, Error> {
        self.program().check_columns(split)?;
        if speech.is_empty() {
            let message = "there is no speech to compare with";
            return Err(Error::new(ErrorKind::Empty, message));
        }
        let range = 1..=MOST_PROJECTIONS;
        setting::within([("projections", projections, range, "1 to 100000")])?;
        self.spec(part)?;
        let mut on_speech = Vec::with_capacity(speech.len());
        for batch in speech.chunks(BATCH) {
            on_speech.extend(label_logits(self.model(part), batch, &self.device)?);
        }
        let width = on_speech[0].len();
        let risks = on_speech.iter().zip(speech);
        let risks = risks.map(|(logits, clip)| risk(&softmax(logits), Some(clip.label)));
        let source_risk = risks.sum::<f64>() / speech.len() as f64;

        let program_risk = self.score(split)?.risk;
        let sliced = |other: &[Vec<f32>]| {
            let along = (0..projections).map(|index| {
                let direction = unit(width, &mut generator(seed, index as u64));
                wasserstein(project(&on_speech, &direction), project(other, &direction))
            });
            along.sum::<f64>() / projections as f64
        };
        let after = sliced(&self.logits(split, part)?);
        Ok(Distance {
            before: sliced(&self.untrained(part)?.logits(split, part)?),
            after,
            source_risk,
            program_risk,
            bound: source_risk + 2.0 * (width as f64).sqrt() * after,
        })
    }

    /// The program with the numbers that one part's transform had before training.
    fn untrained(&self, part: usize) -> Result<Self, Error> {
        let mut program = self.program().clone();
        let transform = &program.part(part)?.transform;
        // The members of a transform differ by their seeds alone.
        let alike = |place: &usize| {
            let [one, other] = [*place, part].map(|place| &program.parts()[place]);
            (one.source, &one.transform) == (other.source, &other.transform)
        };
        let seed = member_seed(program.settings().seed, (0..part).filter(alike).count());
        let initial = transform.initial(self.spec(part)?, seed);
        let named = Trained::Transform.named(part, initial);
        program.tensors.extend(named);
        self.with_program(program)
    }

    /// The source's logits on the series of a split.
    fn logits(&self, split: &Split, part: usize) -> Result<Vec<Vec<f32>>, Error> {
        let mut logits = Vec::with_capacity(split.len());
        for (index, batch) in split.series.chunks(BATCH).enumerate() {
            let batch = self.scaled(batch, index * BATCH)?;
            let source = self.model(part);
            let outputs = source.forward(self.input(part, &batch)?, &[]);
            let found = outputs.logits.ok_or_else(|| source.spec().no_labels())?;
            let [_, width] = found.dims();
            let values = host(found).values;
            check_answer(values.iter().copied(), width, index * BATCH)?;
            logits.extend(values.chunks_exact(width).map(<[f32]>::to_vec));
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

/// The Wasserstein-1 distance of two samples on a line, each of some points in rising order: the
/// area between their quantile functions.
fn wasserstein(one: Vec<f64>, other: Vec<f64>) -> f64 {
    let (mut first, mut second) = (0, 0);
    let (mut at, mut area) = (0.0, 0.0);
    while first < one.len() && second < other.len() {
        let end_of_first = (first + 1) as f64 / one.len() as f64;
        let end_of_second = (second + 1) as f64 / other.len() as f64;
        let next = end_of_first.min(end_of_second);
        area += (next - at) * (one[first] - other[second]).abs();
        at = next;
        first += usize::from(end_of_first <= next);
        second += usize::from(end_of_second <= next);
    }
    area
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Expected values by hand: a shift costs itself, and mass ½ that moves by 4 costs 2.
    #[test]
    fn mass_on_a_line_moves_the_shortest_way() {
        for (one, other, expected) in [
            (vec![0.0, 1.0], vec![2.0, 3.0], 2.0),
            (vec![0.0], vec![0.0, 4.0], 2.0),
            (vec![0.0, 0.0, 3.0], vec![0.0, 3.0, 3.0], 1.0),
            (vec![5.0], vec![5.0, 5.0, 5.0], 0.0),
        ] {
            assert!((wasserstein(one, other) - expected).abs() < 1e-12);
        }
    }

    #[test]
    fn directions_have_length_one_and_come_from_the_seed() {
        let direction = |seed, stream| unit(36, &mut generator(seed, stream));
        let one = direction(1, 0);
        let length: f64 = one.iter().map(|value| value * value).sum();
        assert!((length - 1.0).abs() < 1e-12);
        assert_eq!(one, direction(1, 0));
        assert_ne!(one, direction(2, 0));
        assert_ne!(one, direction(1, 1));
    }

    #[test]
    fn a_sure_right_answer_has_no_risk_and_a_sure_wrong_one_the_most() {
        assert!(risk(&[1.0, 0.0], Some(0)) < 1e-12);
        assert!((risk(&[1.0, 0.0], Some(1)) - 2f64.sqrt()).abs() < 1e-12);
        assert!((risk(&[1.0, 0.0], None) - 2f64.sqrt()).abs() < 1e-12);
    }
}
