//! What sources make of series, as features for whatever comes after.

use std::sync::Arc;

use super::classifier::check_answer;
use crate::Error;
use crate::kernel::Kernels;
use crate::parameters::Parameters;
use crate::program::{FeatureProgram, Scaled, Trained, features};
use crate::source::{SourceModel, SourceWeights};

/// A program that gives features on a device, beside its sources.
#[derive(Debug, Clone)]
pub struct FeatureExtractor<B: Kernels> {
    program: FeatureProgram,
    models: Vec<Arc<dyn SourceModel<B>>>,
    /// The numbers of each part's transform.
    transforms: Vec<Parameters<B>>,
    device: B::Device,
}

impl<B: Kernels> FeatureExtractor<B> {
    /// Puts a program and its sources, among those given, on a device.
    ///
    /// # Errors
    ///
    /// When the program was made for another source, or lacks some of its numbers.
    pub fn new(
        program: FeatureProgram,
        sources: &[SourceWeights],
        device: &B::Device,
    ) -> Result<Self, Error> {
        let sources = program.sources_among(sources)?.into_iter();
        let models: Vec<_> = sources.map(|source| source.model(device)).collect();
        let mut transforms = Vec::with_capacity(program.feature_parts().len());
        for (place, part) in program.feature_parts().iter().enumerate() {
            let model: &Arc<dyn SourceModel<B>> = &models[part.source];
            let numbers = program.tensors_of(place, Trained::Transform);
            let length = program.series_length();
            let numbers = part
                .transform
                .on_device(model.spec(), &numbers, length, device)?;
            transforms.push(part.transform.settle(model.as_ref(), numbers));
        }
        Ok(Self {
            program,
            models,
            transforms,
            device: device.clone(),
        })
    }

    /// The program.
    pub fn program(&self) -> &FeatureProgram {
        &self.program
    }

    /// How many features a series has.
    pub fn width(&self) -> usize {
        let pooling = self.program.content().pooling;
        let widths = self.program.feature_parts().iter().map(|part| {
            let spec = self.models[part.source].spec();
            pooling.width(spec, part.transform.taps())
        });
        widths.sum()
    }

    /// The features of every series, `[series][width]`.
    ///
    /// # Errors
    ///
    /// When a series has another length than those that the program was made for, or a value that is not
    /// finite.
    pub fn features(&self, series: &[Vec<f64>]) -> Result<Vec<Vec<f32>>, Error> {
        let mut found = Vec::with_capacity(series.len());
        let together = B::together(self.program.series_length());
        for (index, batch) in series.chunks(together).enumerate() {
            found.extend(self.of_batch(batch, index * together)?);
        }
        Ok(found)
    }

    /// The same of a batch; `before` counts the series of earlier ones.
    fn of_batch(&self, batch: &[Vec<f64>], before: usize) -> Result<Vec<Vec<f32>>, Error> {
        let scaled = (before + 1..).zip(batch);
        let scaled = scaled.map(|(number, series)| self.program.scaled(series, number));
        let scaled: Vec<Scaled> = scaled.collect::<Result<_, _>>()?;
        let mut found = vec![Vec::with_capacity(self.width()); batch.len()];
        let pooling = self.program.content().pooling;
        for (part, numbers) in self.program.feature_parts().iter().zip(&self.transforms) {
            let (transform, model) = (&part.transform, self.models[part.source].as_ref());
            let taken: Vec<&[f32]> = scaled.iter().map(|one| one.taken_by(transform)).collect();
            let all = features(&taken, transform, numbers, model, &self.device, &mut |_| {})?;
            let taps = transform.taps();
            let read = pooling.of_rows(&all, model.spec(), taps);
            check_answer(read.iter().copied(), read.len() / batch.len(), before)?;
            let rows = read.chunks_exact(pooling.width(model.spec(), taps));
            for (found, row) in found.iter_mut().zip(rows) {
                found.extend_from_slice(row);
            }
        }
        Ok(found)
    }
}
