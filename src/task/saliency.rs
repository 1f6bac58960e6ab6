//! Which parts of a series a prediction rests on.

use super::classifier::{Classifier, check_answer};
use crate::Error;
use crate::kernel::Kernels;
use crate::program::Scaled;
use crate::source::host;

/// A window begins at most so often along a series.
const STARTS: usize = 48;
/// So many windows lie over each value.
const OVERLAP: usize = 4;

impl<B: Kernels> Classifier<B> {
    /// How much the prediction rests on each value of a series, `[samples]`; the highest is 1.
    ///
    /// By occlusion (Zeiler and Fergus 2014, arXiv 1311.2901): a window of a twelfth of the series is
    /// replaced by a straight line, and the whole program says how that changes the winning class's
    /// lead (its score minus the mean of the others'). A value counts with the mean size of the
    /// change over the windows that it lies in; where no window changes anything, all is 0. Scales
    /// stay those of the series as it was.
    ///
    /// It works alike for every transform, source and mapping: of a source whose activations each
    /// look far around, a gradient would not tell the place. The price is that each part hears at
    /// most 52 series in place of one, in a single batch.
    ///
    /// # Errors
    ///
    /// As [`Classifier::predict`].
    pub fn saliency(&self, series: &[f64]) -> Result<Vec<f32>, Error> {
        let winner = self.predict(&[series.to_vec()])?.pop();
        let winner = winner.expect("one series went in").class;
        let whole = self.program().scaled(series, 1)?;
        let step = series.len().div_ceil(STARTS);
        let ends = (1..).map(|end| end * step);
        let windows = ends.take_while(|end| *end < series.len() + OVERLAP * step);
        let windows = windows.map(|end| end.saturating_sub(OVERLAP * step)..end.min(series.len()));
        let windows: Vec<_> = windows.collect();
        let occluded = windows.iter().map(|window| whole.without(window.clone()));
        let batch: Vec<Scaled> = std::iter::once(whole.clone()).chain(occluded).collect();

        let scores = host(self.total(&batch)?).values;
        let others = (self.program().labels().len() - 1).max(1) as f32;
        let lead = |scores: &[f32]| {
            let of_others = scores.iter().sum::<f32>() - scores[winner];
            scores[winner] - of_others / others
        };
        let leads: Vec<f32> = scores
            .chunks_exact(scores.len() / batch.len())
            .map(lead)
            .collect();
        let mut salient = vec![0.0f32; series.len()];
        let mut covered = vec![0.0f32; series.len()];
        for (window, left) in windows.into_iter().zip(&leads[1..]) {
            for place in window {
                salient[place] += (leads[0] - left).abs();
                covered[place] += 1.0;
            }
        }
        for (value, covered) in salient.iter_mut().zip(covered) {
            *value /= covered;
        }
        check_answer(salient.iter().copied(), usize::MAX, 0)?;
        let highest = salient.iter().copied().fold(f32::MIN_POSITIVE, f32::max);
        for value in &mut salient {
            *value /= highest;
        }
        Ok(salient)
    }
}

#[cfg(all(test, feature = "cpu"))]
mod tests {
    use crate::kernel::Cpu;
    use crate::task::straight::classifier;

    /// By hand: of 48 values one alone counts, and a window is 4 values long. Those next to it share 3, 2 and
    /// 1 of the 4 windows with it.
    #[test]
    fn a_prediction_rests_on_the_only_value_that_counts() {
        for place in [0, 20, 46] {
            let mut weights = vec![0.0; 48];
            weights[place] = -2.0;
            let mut series = vec![0.0; 48];
            series[place] = 3.0;
            let found = classifier::<Cpu>(&weights).saliency(&series).unwrap();
            for (at, found) in found.into_iter().enumerate() {
                let expected = 1.0 - 0.25 * at.abs_diff(place).min(4) as f32;
                assert!((found - expected).abs() < 1e-5, "{place} {at}: {found}");
            }
        }
        let nothing = classifier::<Cpu>(&[0.0; 5]).saliency(&[1.0, 7.0, 2.0, 0.0, 1.0]);
        assert_eq!(nothing.unwrap(), [0.0; 5]);
    }

    /// A straight line is what is put in the place of a window: no window changes it.
    #[test]
    fn nothing_of_a_line_is_missed_but_at_its_ends() {
        let series: Vec<f64> = (0..100).map(f64::from).collect();
        let found = classifier::<Cpu>(&[1.0; 100]).saliency(&series).unwrap();
        let found: Vec<bool> = found.into_iter().map(|value| value > 1e-3).collect();
        let expected: Vec<bool> = (0..100).map(|at| !(12..90).contains(&at)).collect();
        assert_eq!(found, expected);
    }
}
