//! Which parts of a series a prediction rests on.

use burn::tensor::Tensor;
use burn::tensor::backend::AutodiffBackend;

use super::classifier::Classifier;
use crate::Error;
use crate::kernel::Kernels;
use crate::kernel::mel::{FRAME_SAMPLES, FRAMES, HOP_SAMPLES, MELS};
use crate::source::{SourceModel, host};

impl<B> Classifier<B>
where
    B: AutodiffBackend + Kernels,
    B::InnerBackend: Kernels,
{
    /// How much the prediction rests on each value of a series, `[samples]`; the highest is 1.
    ///
    /// The gradient of the winning class's lead (its score minus the mean of the others') goes back
    /// through the frozen source to the log-mel plane of each part. A frame counts with the sum over
    /// its filters of |gradient · (value − mean of the plane)|, a value of the series with the frames
    /// in which it sounds, and a part with its weight. Parts whose sound does not tell when
    /// something happens ([`Transform::heard_at`]) are left out; without any other, all is 0.
    ///
    /// [`Transform::heard_at`]: crate::transform::Transform::heard_at
    ///
    /// # Errors
    ///
    /// As [`Classifier::predict`].
    pub fn saliency(&self, series: &[f32]) -> Result<Vec<f32>, Error> {
        let prediction = self.predict(&[series.to_vec()])?.pop();
        let prediction = prediction.expect("one series has one prediction: `predict` gives each");
        let winner = prediction.class;
        let scaled = self.scaled(&[series.to_vec()], 0)?;
        let mut salient = vec![0.0f32; series.len()];
        for (index, part) in self.program().parts().iter().enumerate() {
            let copies = scaled
                .iter()
                .flat_map(|series| part.transform.heard_at(series));
            let copies: Vec<Vec<f32>> = copies.collect();
            if copies.is_empty() {
                continue;
            }
            let plane = self.sound(index, &scaled)?.log_mel();
            let of_frames = self.of_frames(index, plane, winner);
            for heard_at in copies {
                for (value, sample) in salient.iter_mut().zip(heard_at) {
                    *value += part.weight * between_frames(&of_frames, sample);
                }
            }
        }
        let highest = salient.iter().copied().fold(f32::MIN_POSITIVE, f32::max);
        for value in &mut salient {
            *value /= highest;
        }
        Ok(salient)
    }

    /// How much one part's score rests on each frame, `[125]`.
    fn of_frames(&self, part: usize, plane: Tensor<B, 3>, winner: usize) -> Vec<f32> {
        let plane = plane.detach().require_grad();
        let scores = self.scores(part, &self.source().hear_plane(plane.clone()));
        let [_, classes] = scores.dims();
        let others = (classes - 1).max(1) as f32;
        let of_winner = scores.clone().narrow(1, winner, 1).sum();
        let lead = of_winner.clone() - (scores.sum() - of_winner) / others;
        let Some(gradient) = plane.grad(&lead.backward()) else {
            return vec![0.0; FRAMES];
        };
        let gradient = host(gradient).values;
        let plane = host(plane).values;
        let mean = plane.iter().sum::<f32>() / plane.len() as f32;
        gradient
            .chunks_exact(MELS)
            .zip(plane.chunks_exact(MELS))
            .map(|(gradient, values)| {
                let products = gradient.iter().zip(values);
                products.map(|(g, value)| (g * (value - mean)).abs()).sum()
            })
            .collect()
    }
}

/// The value at a sample of the clip, on straight lines between the middles of the frames.
fn between_frames(of_frames: &[f32], sample: f32) -> f32 {
    let last = of_frames.len().saturating_sub(1) as f32;
    let frame = ((sample - (FRAME_SAMPLES / 2) as f32) / HOP_SAMPLES as f32).clamp(0.0, last);
    let (before, share) = (frame as usize, frame.fract());
    let after = (before + 1).min(of_frames.len().saturating_sub(1));
    of_frames[before] + share * (of_frames[after] - of_frames[before])
}
