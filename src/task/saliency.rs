//! Which parts of a series a prediction rests on.

use burn::tensor::Tensor;
use burn::tensor::backend::AutodiffBackend;

use super::classifier::{Classifier, check_answer, explained};
use crate::Error;
use crate::kernel::Kernels;
use crate::source::{Input, PlaneInput, host};

impl<B: AutodiffBackend<InnerBackend: Kernels> + Kernels> Classifier<B> {
    /// How much the prediction rests on each value of a series, `[samples]`; the highest is 1.
    ///
    /// The gradient of the winning class's lead (its score minus the mean of the others') goes back
    /// through the frozen source to the plane of each part. A frame counts with the sum over
    /// its filters of |gradient · (value − mean of the plane)|, a value of the series with the frames
    /// in which it sounds, and a part with its weight. Parts whose sound does not tell when
    /// something happens ([`Transform::times`]) are left out; without any other, all is 0.
    ///
    /// [`Transform::times`]: crate::transform::Transform::times
    ///
    /// # Errors
    ///
    /// As [`Classifier::predict`]; and when a source hears no plane.
    pub fn saliency(&self, series: &[f64]) -> Result<Vec<f32>, Error> {
        let prediction = self.predict(&[series.to_vec()])?.pop();
        let winner = prediction.expect("one series went in").class;
        let scaled = self.scaled(&[series.to_vec()], 0)?;
        let mut salient = vec![0.0f32; series.len()];
        for (index, part) in self.program().parts().iter().enumerate() {
            let spec = self.spec(index)?;
            let input = explained(spec)?;
            let taken = scaled[0].taken_by(&part.transform);
            let copies = part.transform.times(spec, taken);
            if copies.is_empty() {
                continue;
            }
            let plane = self.model(index).plane(self.input(index, &scaled)?);
            let of_frames = self.of_frames(index, plane, winner);
            for times in copies {
                for (value, time) in salient.iter_mut().zip(times) {
                    *value += part.weight * at_time(&of_frames, time, input);
                }
            }
        }
        check_answer(salient.iter().copied(), usize::MAX, 0)?;
        let highest = salient.iter().copied().fold(f32::MIN_POSITIVE, f32::max);
        for value in &mut salient {
            *value /= highest;
        }
        Ok(salient)
    }

    /// How much one part's score rests on each frame, `[frames]`.
    fn of_frames(&self, part: usize, plane: Tensor<B, 3>, winner: usize) -> Vec<f32> {
        let plane = plane.detach().require_grad();
        let [_, frames, filters] = plane.dims();
        let outputs = self.outputs(part, Input::Plane(plane.clone()));
        let scores = self.scores(part, &outputs);
        let [_, classes] = scores.dims();
        let others = (classes - 1).max(1) as f32;
        let of_winner = scores.clone().narrow(1, winner, 1).sum();
        let lead = of_winner.clone() - (scores.sum() - of_winner) / others;
        let Some(gradient) = plane.grad(&lead.backward()) else {
            return vec![0.0; frames];
        };
        let gradient = host(gradient).values;
        let plane = host(plane).values;
        let mean = plane.iter().sum::<f32>() / plane.len() as f32;
        gradient
            .chunks_exact(filters)
            .zip(plane.chunks_exact(filters))
            .map(|(gradient, values)| {
                let products = gradient.iter().zip(values);
                products.map(|(g, value)| (g * (value - mean)).abs()).sum()
            })
            .collect()
    }
}

/// The value at a share of the clip's time, on straight lines between the middles of the frames.
fn at_time(of_frames: &[f32], time: f32, input: &PlaneInput) -> f32 {
    let last = of_frames.len().saturating_sub(1);
    let sample = time * (of_frames.len() * input.hop) as f32;
    let frame = (sample - (input.window / 2) as f32) / input.hop as f32;
    let frame = frame.clamp(0.0, last as f32);
    let (before, share) = (frame as usize, frame.fract());
    let after = (before + 1).min(last);
    of_frames[before] + share * (of_frames[after] - of_frames[before])
}
