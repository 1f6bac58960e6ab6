//! Whether a program's source could be reprogrammed further: how large the loss's input gradients are, and
//! whether they agree.

use burn::tensor::activation::log_softmax;
use burn::tensor::backend::AutodiffBackend;
use burn::tensor::{Tensor, TensorData};
use serde::Serialize;

use super::classifier::Classifier;
use crate::kernel::Kernels;
use crate::series::Split;
use crate::source::{Input, host};
use crate::{Error, ErrorKind};

/// Series that go through the sources together.
const BATCH: usize = 32;

/// Input gradients of one part of a program (Zheng et al. 2021, arXiv 2108.11673: reprogramming works where
/// the mean input gradient is large, because the gradients of the cases are large or because they agree).
///
/// `g` is the gradient of a case's loss, `−ln P(right class)` of the whole program, with respect to what
/// the part's source hears: the samples of the audio, or the values of the plane. Sizes are Euclidean norms;
/// those of audio and of planes have other units and do not compare.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Diagnosis {
    /// The mean of ‖g‖ over the cases.
    pub gradient: f64,
    /// ‖mean of g‖ / mean of ‖g‖, from 0, where what helps one case harms others as much, to 1, where one
    /// and the same change of what is heard helps all. 0 where no case has a gradient.
    pub alignment: f64,
}

/// What is summed up of the gradients of cases.
#[derive(Default)]
struct Gradients {
    cases: usize,
    norms: f64,
    sum: Vec<f64>,
}

impl Gradients {
    fn add(&mut self, gradient: &[f32]) {
        self.cases += 1;
        self.norms += norm(gradient.iter().copied().map(f64::from));
        self.sum.resize(gradient.len(), 0.0);
        for (sum, value) in self.sum.iter_mut().zip(gradient) {
            *sum += f64::from(*value);
        }
    }

    fn diagnosis(self) -> Diagnosis {
        let of_sum = norm(self.sum.into_iter());
        Diagnosis {
            gradient: self.norms / self.cases.max(1) as f64,
            alignment: match self.norms > 0.0 {
                true => of_sum / self.norms,
                false => 0.0,
            },
        }
    }
}

fn norm(values: impl Iterator<Item = f64>) -> f64 {
    values.map(|value| value * value).sum::<f64>().sqrt()
}

impl<B: AutodiffBackend<InnerBackend: Kernels> + Kernels> Classifier<B> {
    /// The input gradients of each part on labelled series, best those that it was fitted on.
    ///
    /// The loss is that of the program as a whole, with its calibrated scores: it is there for label
    /// mappings, trained layers and ridge readouts alike. A part has the gradient that goes through itself.
    ///
    /// # Errors
    ///
    /// As [`Classifier::predict`]; and when a series has no label, or one that the program does not know.
    pub fn diagnose(&self, split: &Split) -> Result<Vec<Diagnosis>, Error> {
        let (series, labels) = (split.series.len(), split.labels.len());
        if series != labels || series == 0 {
            let message =
                format!("there is nothing to diagnose on: {series} series but {labels} labels");
            return Err(Error::new(ErrorKind::Labels, message));
        }
        let known = &self.program().content().labels;
        let class = |label: &String| {
            known.index(label).ok_or_else(|| {
                let message = format!("the program knows no class {label:?}");
                Error::new(ErrorKind::Labels, message)
            })
        };
        let classes = split.labels.iter().map(class);
        let classes: Vec<usize> = classes.collect::<Result<_, _>>()?;
        let parts = self.program().parts().len();
        let mut gradients: Vec<Gradients> = (0..parts).map(|_| Gradients::default()).collect();
        let batches = split.series.chunks(BATCH).zip(classes.chunks(BATCH));
        for (index, (series, classes)) in batches.enumerate() {
            let of_parts = self.input_gradients(series, classes, index * BATCH)?;
            for (gradients, of_part) in gradients.iter_mut().zip(of_parts) {
                let rows = of_part.chunks_exact(of_part.len() / series.len());
                rows.for_each(|row| gradients.add(row));
            }
        }
        Ok(gradients.into_iter().map(Gradients::diagnosis).collect())
    }

    /// The gradients of the losses of some series with respect to what each part's source hears of them,
    /// `[batch, numbers]` row by row; `before` counts the series of earlier batches.
    fn input_gradients(
        &self,
        series: &[Vec<f64>],
        classes: &[usize],
        before: usize,
    ) -> Result<Vec<Vec<f32>>, Error> {
        let scaled = self.scaled(series, before)?;
        let count = self.program().labels().len();
        let mut sum = Tensor::<B, 2>::zeros([series.len(), count], &self.device);
        let mut leaves = Vec::new();
        for (index, part) in self.program().parts().iter().enumerate() {
            let (input, leaf) = tracked(self.input(index, &scaled)?);
            let scores = self.scores(index, &self.outputs(index, input));
            sum = sum + scores * part.weight;
            leaves.push(leaf);
        }
        let mut truth = vec![0.0f32; series.len() * count];
        for (row, class) in classes.iter().enumerate() {
            truth[row * count + class] = 1.0;
        }
        let truth = TensorData::new(truth, [series.len(), count]);
        let truth = Tensor::<B, 2>::from_data(truth, &self.device);
        let scores = sum * self.program().content().inverse_temperature;
        // A sum, in which each case has the gradient of its own loss.
        let loss = (log_softmax(scores, 1) * truth).sum().neg();
        let gradients = loss.backward();
        let of_leaf = |leaf: Tensor<B, 2>| match leaf.grad(&gradients) {
            Some(gradient) => host(gradient).values,
            None => vec![0.0; leaf.shape().num_elements()],
        };
        Ok(leaves.into_iter().map(of_leaf).collect())
    }
}

/// An input whose gradient is kept, and where to ask for it: `[batch, numbers]`.
fn tracked<B: AutodiffBackend>(input: Input<B>) -> (Input<B>, Tensor<B, 2>) {
    let leaf = |values: Tensor<B, 2>| values.detach().require_grad();
    let framed = |values: Tensor<B, 3>| {
        let shape = values.dims();
        let leaf = leaf(values.flatten(1, 2));
        (leaf.clone().reshape(shape), leaf)
    };
    match input {
        Input::Audio(audio) => {
            let leaf = leaf(audio);
            (Input::Audio(leaf.clone()), leaf)
        }
        Input::Sum(audio, shared) => {
            let leaf = leaf(audio + shared.audio.unsqueeze::<2>());
            (Input::Audio(leaf.clone()), leaf)
        }
        Input::Plane(plane) => {
            let (plane, leaf) = framed(plane);
            (Input::Plane(plane), leaf)
        }
        Input::Window(window) => {
            let (window, leaf) = framed(window);
            (Input::Window(window), leaf)
        }
    }
}

#[cfg(all(test, feature = "cpu"))]
mod tests {
    use burn::backend::Autodiff;

    use super::*;
    use crate::kernel::Cpu;
    use crate::task::straight::classifier;

    fn split(cases: &[([f64; 2], &str)]) -> Split {
        let mut split = Split::default();
        for (series, label) in cases {
            split.series.push(series.to_vec());
            split.labels.push((*label).to_owned());
        }
        split
    }

    /// With the score `w · x` for class 1 and 0 for class 0 the gradient is `(P(1) − truth) · w`: all on one
    /// line, towards one class or the other. By hand in f64.
    #[test]
    fn gradients_of_a_known_source_are_those_of_the_formula() {
        let weights = [3.0, -4.0];
        let classifier = classifier::<Autodiff<Cpu>>(&weights);
        let probability = |x: [f64; 2]| 1.0 / (1.0 + (-(3.0 * x[0] - 4.0 * x[1])).exp());
        for cases in [
            vec![([0.0, 0.0], "1"), ([0.0, 0.0], "0")],
            vec![([0.1, 0.2], "1"), ([0.3, -0.1], "1"), ([0.0, 0.4], "1")],
            vec![([0.1, 0.2], "1"), ([0.3, -0.1], "0"), ([0.0, 0.4], "1")],
            // More than go through together.
            vec![([0.1, 0.2], "0"); 40],
        ] {
            let slopes = cases.iter().map(|(x, label)| {
                let truth = if *label == "1" { 1.0 } else { 0.0 };
                5.0 * (probability(*x) - truth)
            });
            let slopes: Vec<f64> = slopes.collect();
            let count = slopes.len() as f64;
            let size = slopes.iter().map(|slope| slope.abs()).sum::<f64>() / count;
            let mean = slopes.iter().sum::<f64>() / count;
            let found = classifier.diagnose(&split(&cases)).unwrap()[0];
            assert!((found.gradient - size).abs() < 1e-5, "{found:?}");
            assert!(
                (found.alignment - mean.abs() / size).abs() < 1e-5,
                "{found:?}"
            );
        }
    }

    /// By hand: 3-4-5 triangles whose second sides cancel.
    #[test]
    fn alignment_is_the_mean_gradient_over_the_mean_size() {
        let mut gradients = Gradients::default();
        gradients.add(&[3.0, 4.0]);
        gradients.add(&[3.0, -4.0]);
        let found = gradients.diagnosis();
        assert_eq!((found.gradient, found.alignment), (5.0, 0.6));
        let mut none = Gradients::default();
        none.add(&[0.0, 0.0]);
        let found = none.diagnosis();
        assert_eq!((found.gradient, found.alignment), (0.0, 0.0));
    }

    #[test]
    fn series_without_a_known_label_are_refused() {
        let classifier = classifier::<Autodiff<Cpu>>(&[1.0, 1.0]);
        for cases in [&[][..], &[([0.0, 1.0], "2")]] {
            let error = classifier.diagnose(&split(cases)).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Labels, "{error}");
        }
    }
}
