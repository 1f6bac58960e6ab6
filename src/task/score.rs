//! How good predictions are where the right classes are known.

use serde::Serialize;

use crate::wording::shorten;
use crate::{Error, ErrorKind};

/// Under the logarithm of the log loss, so that one sure mistake does not make it infinite.
const LOWEST_PROBABILITY: f64 = 1e-15;

/// The most classes that a table of confusions is made for: it grows with their square.
const MOST_CONFUSED: usize = 2000;

/// The class that a program gives a series.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Prediction {
    /// The most probable class, as the training split writes it.
    pub label: String,
    /// Its place among the program's labels.
    pub class: usize,
    /// The probability of every class, in the order of the program's labels; they sum to 1.
    pub probabilities: Vec<f32>,
}

/// How well a program does on labelled series.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Score {
    /// The share of series whose most probable class is the right one.
    pub accuracy: f64,
    /// The mean of −ln P(right class).
    pub log_loss: f64,
    /// The Brier score: the mean over the series of the sum over the classes of
    /// (probability − truth)²; 0 is perfect, 2 the worst.
    pub brier: f64,
    /// The mean Euclidean distance of the probabilities from the truth.
    pub risk: f64,
    /// The expected calibration error: how far the probability of the answered class lies from the
    /// share of right answers, from 0 to 1, as the mean over 15 equal ranges of that probability,
    /// weighted by the series in each (Guo et al. 2017, arXiv 1706.04599, equation 3).
    pub calibration_error: f64,
    /// `confusion[right][predicted]`: how many series; none of a class that training never saw.
    /// Empty for more than 2,000 classes.
    pub confusion: Vec<Vec<usize>>,
}

/// Ranges of probability over which the calibration error is a mean.
const CALIBRATION_RANGES: usize = 15;

impl Score {
    /// Counts what was right among predictions of series whose labels are known; a label that is none
    /// of the classes is never right, and has no probability.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Labels`] when there are no predictions, or not as many labels.
    pub fn of(
        predictions: &[Prediction],
        truth: &[String],
        labels: &[String],
    ) -> Result<Self, Error> {
        if truth.len() != predictions.len() || truth.is_empty() {
            let (series, labels) = (predictions.len(), truth.len());
            let message = format!("there is nothing to score: {series} series but {labels} labels");
            return Err(Error::new(ErrorKind::Labels, message));
        }
        if !truth.iter().any(|label| labels.contains(label)) {
            let (found, first) = (shorten(&truth[0]), labels.first().map_or("", |one| one));
            let message = format!(
                "none of the labels is one of the program's classes: the first is `{found}`, the first class `{first}`"
            );
            return Err(Error::new(ErrorKind::Labels, message)
                .with_hint("say which column holds the labels")
                .with_setting("label", ""));
        }
        let count = labels.len();
        let shown = if count > MOST_CONFUSED { 0 } else { count };
        let mut confusion = vec![vec![0; shown]; shown];
        let mut hits = 0usize;
        let (mut log_loss, mut brier, mut total_risk) = (0.0, 0.0, 0.0);
        // The sum over the series of a range of (right or not) − probability.
        let mut surplus = [0.0; CALIBRATION_RANGES];
        for (prediction, label) in predictions.iter().zip(truth) {
            let right = labels.iter().position(|one| one == label);
            if let Some(right) = right {
                hits += usize::from(right == prediction.class);
                if let Some(row) = confusion.get_mut(right) {
                    row[prediction.class] += 1;
                }
            }
            let probability = right.map_or(0.0, |right| f64::from(prediction.probabilities[right]));
            log_loss -= probability.max(LOWEST_PROBABILITY).ln();
            let distance = risk(&prediction.probabilities, right);
            total_risk += distance;
            brier += distance * distance;
            let sure = f64::from(prediction.probabilities[prediction.class]);
            let range = (sure * CALIBRATION_RANGES as f64) as usize;
            let is_right = f64::from(u8::from(right == Some(prediction.class)));
            surplus[range.min(CALIBRATION_RANGES - 1)] += is_right - sure;
        }
        let series = truth.len() as f64;
        Ok(Self {
            accuracy: hits as f64 / series,
            log_loss: log_loss / series,
            brier: brier / series,
            risk: total_risk / series,
            calibration_error: surplus.iter().map(|one| one.abs()).sum::<f64>() / series,
            confusion,
        })
    }
}

/// The Euclidean distance of probabilities from the truth, which may be none of them.
pub(super) fn risk(probabilities: &[f32], right: Option<usize>) -> f64 {
    let squares = probabilities.iter().enumerate().map(|(class, found)| {
        let truth = if Some(class) == right { 1.0 } else { 0.0 };
        (f64::from(*found) - truth).powi(2)
    });
    let unknown = if right.is_none() { 1.0 } else { 0.0 };
    (squares.sum::<f64>() + unknown).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Worked out by hand: of three answers at 0.9 two are right, of two at 0.6 one, and the sure one is.
    #[test]
    fn the_calibration_error_is_the_gap_between_probability_and_right_answers() {
        let classes = ["a", "b"].map(str::to_owned);
        let answers = [
            (0.9, "a"),
            (0.9, "a"),
            (0.9, "b"),
            (0.6, "a"),
            (0.6, "never seen"),
            (1.0, "a"),
        ];
        let prediction = |(sure, _): &(f32, &str)| Prediction {
            label: "a".to_owned(),
            class: 0,
            probabilities: vec![*sure, 1.0 - sure],
        };
        let predictions: Vec<Prediction> = answers.iter().map(prediction).collect();
        let truth: Vec<String> = answers
            .iter()
            .map(|(_, label)| (*label).to_owned())
            .collect();
        let score = Score::of(&predictions, &truth, &classes).unwrap();
        let expected = ((2.7 - 2.0) + (1.2 - 1.0)) / 6.0;
        assert!(
            (score.calibration_error - expected).abs() < 1e-6,
            "{score:?}"
        );
        let error = Score::of(&predictions, &truth[1..], &classes).unwrap_err();
        assert!(
            error.to_string().contains("6 series but 5 labels"),
            "{error}"
        );
        let strange = vec!["c".to_owned(); predictions.len()];
        let error = Score::of(&predictions, &strange, &classes).unwrap_err();
        assert!(error.to_string().contains("the first is `c`"), "{error}");
    }
}
