//! Inputs retrieved by their outputs: of known windows, those whose outputs are most like a wanted
//! output tell which input would lead to it.

use rayon::prelude::*;

use super::check::{finite, nothing, wrong_count};
use crate::{Error, ErrorKind};

/// Known windows, each with an input and an output.
#[derive(Debug, Clone, PartialEq)]
pub struct Retrieval {
    inputs: Vec<f32>,
    input_width: usize,
    outputs: Vec<f32>,
    output_width: usize,
}

impl Retrieval {
    /// Windows with `inputs` `[windows, input_width]` and `outputs` `[windows, output_width]`.
    ///
    /// # Errors
    ///
    /// When a width is 0, there are no windows, the lengths do not fit, or a value is not finite.
    pub fn new(
        inputs: Vec<f32>,
        input_width: usize,
        outputs: Vec<f32>,
        output_width: usize,
    ) -> Result<Self, Error> {
        let windows = rows("values of outputs", &outputs, output_width)?;
        if windows == 0 {
            return Err(nothing("windows"));
        }
        if rows("values of inputs", &inputs, input_width)? != windows {
            let expected = format!("{windows} times {input_width}, an input for each output");
            return Err(wrong_count(inputs.len(), "values of inputs", expected));
        }
        finite("inputs", &inputs)?;
        finite("outputs", &outputs)?;
        Ok(Self {
            inputs,
            input_width,
            outputs,
            output_width,
        })
    }

    /// For each wanted output `[queries, output_width]` the inputs of the `count` windows with the
    /// nearest outputs, averaged with weights `1 / distance`: `[queries, input_width]`. Of equally
    /// near windows the first are taken; those whose outputs match exactly are averaged alone. The
    /// result does not depend on the number of threads.
    ///
    /// # Errors
    ///
    /// When `count` is 0 or larger than the number of windows, or the outputs do not fit.
    pub fn mean_inputs(&self, outputs: &[f32], count: usize) -> Result<Vec<f32>, Error> {
        let known = self.outputs.len() / self.output_width;
        if count == 0 || count > known {
            let message = format!(
                "{count} neighbours are asked for; expected 1 to {known}, the number of windows"
            );
            return Err(Error::new(ErrorKind::Setting, message)
                .with_hint("take fewer neighbours, or more windows"));
        }
        finite("wanted outputs", outputs)?;
        rows("values of the wanted outputs", outputs, self.output_width)?;
        let queries = outputs.par_chunks_exact(self.output_width);
        let inputs = queries.map(|output| self.average(&self.search(output, count)));
        Ok(inputs.collect::<Vec<_>>().concat())
    }

    /// The nearest windows, each as the Euclidean distance of its output and its place.
    fn search(&self, output: &[f32], count: usize) -> Vec<(f64, usize)> {
        let distance = |(window, known): (usize, &[f32])| {
            let pairs = known.iter().zip(output);
            let squares = pairs.map(|(&one, &other)| (f64::from(one) - f64::from(other)).powi(2));
            (squares.sum::<f64>().sqrt(), window)
        };
        let known = self.outputs.chunks_exact(self.output_width);
        let mut all: Vec<(f64, usize)> = known.enumerate().map(distance).collect();
        let order = |one: &(f64, usize), other: &(f64, usize)| {
            one.0.total_cmp(&other.0).then(one.1.cmp(&other.1))
        };
        if count < all.len() {
            all.select_nth_unstable_by(count, order);
            all.truncate(count);
        }
        all.sort_unstable_by(order);
        all
    }

    fn average(&self, neighbours: &[(f64, usize)]) -> Vec<f32> {
        let (nearest, _) = neighbours[0];
        let mut sum = vec![0.0; self.input_width];
        let mut weights = 0.0;
        for &(distance, window) in neighbours {
            // Relative to the nearest, weights can neither overflow nor all vanish.
            let weight = if distance == 0.0 {
                1.0
            } else {
                nearest / distance
            };
            let input = self.inputs.iter().skip(window * self.input_width);
            for (sum, &value) in sum.iter_mut().zip(input) {
                *sum += weight * f64::from(value);
            }
            weights += weight;
        }
        sum.into_iter().map(|sum| (sum / weights) as f32).collect()
    }
}

fn rows(what: &str, values: &[f32], width: usize) -> Result<usize, Error> {
    if width == 0 || !values.len().is_multiple_of(width) {
        let expected = format!("a multiple of the width, which is {width}");
        return Err(wrong_count(values.len(), what, expected));
    }
    Ok(values.len() / width)
}

#[cfg(test)]
mod tests;
