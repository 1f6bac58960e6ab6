//! Inputs retrieved by their outputs: of known windows, those whose outputs are most like a wanted
//! output tell which input would lead to it.

use rayon::prelude::*;

use super::MotionError;
use super::metrics::finite;

/// A window and how far its output is from the wanted one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Neighbour {
    /// Which of the windows, counted from 0.
    pub window: usize,
    /// The Euclidean distance of its output.
    pub distance: f64,
}

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
    /// [`MotionError`] when a width is 0, there are no windows, the lengths do not fit, or a value
    /// is not finite.
    pub fn new(
        inputs: Vec<f32>,
        input_width: usize,
        outputs: Vec<f32>,
        output_width: usize,
    ) -> Result<Self, MotionError> {
        let windows = rows("values of outputs", &outputs, output_width)?;
        if windows == 0 {
            return Err(MotionError::Nothing { what: "windows" });
        }
        if rows("values of inputs", &inputs, input_width)? != windows {
            return Err(MotionError::Length {
                what: "values of inputs",
                found: inputs.len(),
                expected: format!("{windows} times {input_width}, an input for each output"),
            });
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

    /// How many windows there are.
    pub fn len(&self) -> usize {
        self.outputs.len() / self.output_width
    }

    /// Whether there is no window; never so.
    pub fn is_empty(&self) -> bool {
        self.outputs.is_empty()
    }

    /// The `count` windows whose outputs are nearest to `output` `[output_width]`, the nearest
    /// first; of equally near ones, the one that comes first.
    ///
    /// # Errors
    ///
    /// [`MotionError`] when `count` is 0 or more than there are windows, or the output has another
    /// width or a value that is not finite.
    pub fn nearest(&self, output: &[f32], count: usize) -> Result<Vec<Neighbour>, MotionError> {
        self.check(output, count)?;
        if output.len() != self.output_width {
            return Err(MotionError::Length {
                what: "values of the wanted output",
                found: output.len(),
                expected: self.output_width.to_string(),
            });
        }
        Ok(self.search(output, count))
    }

    /// The inputs of the `count` nearest windows, averaged with weights `1 / distance`: `[input_width]`.
    /// Windows whose outputs match exactly are averaged alone.
    ///
    /// # Errors
    ///
    /// As for [`Retrieval::nearest`].
    pub fn mean_input(&self, output: &[f32], count: usize) -> Result<Vec<f32>, MotionError> {
        Ok(self.average(&self.nearest(output, count)?))
    }

    /// The same for many outputs `[queries, output_width]`: `[queries, input_width]`. The result
    /// does not depend on the number of threads.
    ///
    /// # Errors
    ///
    /// As for [`Retrieval::nearest`].
    pub fn mean_inputs(&self, outputs: &[f32], count: usize) -> Result<Vec<f32>, MotionError> {
        self.check(outputs, count)?;
        rows("values of the wanted outputs", outputs, self.output_width)?;
        let queries = outputs.par_chunks_exact(self.output_width);
        let inputs: Vec<Vec<f32>> = queries
            .map(|output| self.average(&self.search(output, count)))
            .collect();
        Ok(inputs.concat())
    }

    fn check(&self, output: &[f32], count: usize) -> Result<(), MotionError> {
        if count == 0 || count > self.len() {
            return Err(MotionError::Neighbours {
                wanted: count,
                known: self.len(),
            });
        }
        finite("wanted output", output)
    }

    fn search(&self, output: &[f32], count: usize) -> Vec<Neighbour> {
        let known = self.outputs.chunks_exact(self.output_width).enumerate();
        let mut all: Vec<Neighbour> = known
            .map(|(window, known)| {
                let pairs = known.iter().zip(output);
                let squares =
                    pairs.map(|(&one, &other)| (f64::from(one) - f64::from(other)).powi(2));
                Neighbour {
                    window,
                    distance: squares.sum::<f64>().sqrt(),
                }
            })
            .collect();
        let order = |one: &Neighbour, other: &Neighbour| {
            let by_distance = one.distance.total_cmp(&other.distance);
            by_distance.then(one.window.cmp(&other.window))
        };
        if count < all.len() {
            all.select_nth_unstable_by(count, order);
            all.truncate(count);
        }
        all.sort_unstable_by(order);
        all
    }

    fn average(&self, neighbours: &[Neighbour]) -> Vec<f32> {
        let nearest = neighbours
            .first()
            .map(|first| first.distance)
            .expect("there is a neighbour: checked in `Retrieval::check`");
        let mut sum = vec![0.0; self.input_width];
        let mut weights = 0.0;
        for neighbour in neighbours {
            // Relative to the nearest, weights can neither overflow nor all vanish.
            let weight = match neighbour.distance {
                0.0 => 1.0,
                distance => nearest / distance,
            };
            let start = neighbour.window * self.input_width;
            let input = self.inputs.iter().skip(start).take(self.input_width);
            for (sum, &value) in sum.iter_mut().zip(input) {
                *sum += weight * f64::from(value);
            }
            weights += weight;
        }
        sum.into_iter().map(|sum| (sum / weights) as f32).collect()
    }
}

/// How many rows of a width there are.
fn rows(what: &'static str, values: &[f32], width: usize) -> Result<usize, MotionError> {
    if width == 0 || !values.len().is_multiple_of(width) {
        return Err(MotionError::Length {
            what,
            found: values.len(),
            expected: format!("a multiple of the width, which is {width}"),
        });
    }
    Ok(values.len() / width)
}

#[cfg(test)]
mod tests;
