//! What is made small for a case: −ln P(class), or the focal loss.

use burn::tensor::backend::Backend;
use burn::tensor::{Tensor, TensorData};

/// The least probability that counts, and how near to 1 one counts: a sure mistake must not make the
/// loss infinite, nor a sure answer the slope of a power.
const LEAST: f64 = 1e-12;
const NEAREST: f32 = 1e-6;

/// `−w (1 − h)^γ ln h` of a case whose class has the probability `h` (Lin, Goyal, Girshick, He, Dollár
/// 2017, arXiv 1708.02002), where `w` is the inverse of the share of its class among the cases: such
/// weights are 1 on the mean over the cases. Without γ it is `−ln h`.
#[derive(Debug, Clone)]
pub(super) struct Loss {
    focal: Option<f64>,
    /// The weight of each class.
    weights: Vec<f32>,
}

impl Loss {
    /// γ, where the loss is focal, and the weights that so many classes have by those of the cases.
    pub(super) fn new(focal: Option<f64>, classes: &[usize], count: usize) -> Self {
        let mut sizes = vec![0usize; count];
        for class in classes.iter().filter(|class| **class < count) {
            sizes[*class] += 1;
        }
        let present = sizes.iter().filter(|size| **size > 0).count();
        let weight = |size: usize| classes.len() as f32 / (present * size.max(1)) as f32;
        Self {
            focal,
            weights: sizes.into_iter().map(weight).collect(),
        }
    }

    /// The loss of one case.
    pub(super) fn of(&self, probability: f64, class: usize) -> f64 {
        let log = -probability.max(LEAST).ln();
        match self.focal {
            None => log,
            Some(gamma) => {
                let missed = (1.0 - probability).max(f64::from(NEAREST));
                f64::from(self.weights[class]) * missed.powf(gamma) * log
            }
        }
    }

    /// The mean loss of a batch: `ln P` of every class, `[cases, classes]`, and the right ones.
    pub(super) fn of_batch<B: Backend>(
        &self,
        log_probabilities: Tensor<B, 2>,
        classes: &[usize],
    ) -> Tensor<B, 1> {
        let device = log_probabilities.device();
        let [cases, count] = log_probabilities.dims();
        let weight = |class: usize| match self.focal {
            Some(_) => self.weights[class],
            None => 1.0,
        };
        let mut truth = vec![0.0f32; cases * count];
        for (row, class) in classes.iter().enumerate() {
            truth[row * count + class] = weight(*class);
        }
        let truth = TensorData::new(truth, [cases, count]);
        let truth = Tensor::<B, 2>::from_data(truth, &device);
        let terms = match self.focal {
            None => log_probabilities * truth,
            Some(gamma) => {
                let missed = (-log_probabilities.clone().exp() + 1.0).clamp_min(NEAREST);
                log_probabilities * missed.powf_scalar(gamma as f32) * truth
            }
        };
        terms.sum_dim(1).mean().neg()
    }
}

#[cfg(all(test, feature = "cpu"))]
mod tests {
    use burn::backend::Autodiff;

    use super::*;
    use crate::kernel::Cpu;
    use crate::source::host;

    /// By hand: three of four cases are of class 0, so its weight is 4 / (2 · 3) and that of class 1
    /// 4 / 2; (1 − 0.2)² · −ln 0.2 and (1 − 0.9)² · −ln 0.9.
    #[test]
    fn the_focal_loss_is_that_of_the_formula() {
        let loss = Loss::new(Some(2.0), &[0, 0, 0, 1], 2);
        let expected = [
            0.64 * -(0.2f64.ln()) * 2.0 / 3.0,
            0.01 * -(0.9f64.ln()) * 2.0,
        ];
        assert!((loss.of(0.2, 0) - expected[0]).abs() < 1e-6);
        assert!((loss.of(0.9, 1) - expected[1]).abs() < 1e-6);
        assert!((Loss::new(None, &[0, 1], 2).of(0.2, 0) + 0.2f64.ln()).abs() < 1e-12);
        assert!(loss.of(0.0, 0).is_finite() && loss.of(1.0, 0) >= 0.0);
    }

    /// The loss of a batch is the mean of those of its cases, and its gradient what differences are.
    #[test]
    fn a_batch_agrees_with_its_cases_and_its_slope_with_differences() {
        type Trained = Autodiff<Cpu>;
        let classes = [1, 0, 0];
        let rows = [[-1.6f32, -0.2], [-0.05, -3.0], [-2.5, -0.1]];
        for focal in [None, Some(0.0), Some(2.0)] {
            let loss = Loss::new(focal, &classes, 2);
            let mean = |rows: &[[f32; 2]; 3]| {
                let cases = rows.iter().zip(classes);
                let cases = cases.map(|(row, class)| loss.of(f64::from(row[class]).exp(), class));
                cases.sum::<f64>() / 3.0
            };
            let leaf = Tensor::<Trained, 2>::from_data(rows, &Default::default()).require_grad();
            let found = loss.of_batch(leaf.clone(), &classes);
            let slope = host(leaf.grad(&found.backward()).unwrap()).values;
            assert!((f64::from(host(found).values[0]) - mean(&rows)).abs() < 1e-5);
            for place in 0..6 {
                let moved = |step: f32| {
                    let mut moved = rows;
                    moved[place / 2][place % 2] += step;
                    mean(&moved)
                };
                let expected = (moved(1e-3) - moved(-1e-3)) / 2e-3;
                assert!(
                    (f64::from(slope[place]) - expected).abs() < 1e-3,
                    "{place} {expected}"
                );
            }
        }
    }
}
