//! Series on their way into the source, a batch at a time.

use burn::tensor::{Tensor, TensorData};
use rayon::prelude::*;

use super::{TrainedTransform, Transform, TransformError};
use crate::kernel::Kernels;
use crate::source::Sound;

impl Transform {
    /// The sound of a batch of scaled series; `keep` as in [`TrainedTransform::forward`].
    ///
    /// # Errors
    ///
    /// See [`Transform::check`].
    pub fn sound<B: Kernels, S: AsRef<[f32]> + Sync>(
        &self,
        trained: &TrainedTransform<B>,
        batch: &[S],
        keep: Option<Tensor<B, 1>>,
        device: &B::Device,
    ) -> Result<Sound<B>, TransformError> {
        let width = self.placed_samples();
        let mut placed = vec![0.0; batch.len() * width];
        placed
            .par_chunks_mut(width)
            .zip(batch)
            .try_for_each(|(row, series)| {
                row.copy_from_slice(&self.place(series.as_ref())?);
                Ok(())
            })?;
        let placed = TensorData::new(placed, [batch.len(), width]);
        Ok(trained.forward(Tensor::from_data(placed, device), keep))
    }
}
