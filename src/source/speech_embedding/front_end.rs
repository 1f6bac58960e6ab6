//! The log-mel plane in Burn tensor operations.

use std::f64::consts::{LN_10, TAU};

use burn::tensor::backend::Backend;
use burn::tensor::{Tensor, TensorData};

use super::{BINS, FRAME_SAMPLES, HOP_SAMPLES, MELS, frames};
use crate::source::{SourceWeights, host};

/// Audio of amplitude 1 in the units of the front end.
const SCALE: f64 = 32_767.0;
/// Under the logarithm.
const POWER_FLOOR: f32 = 1e-10;
/// How far under a clip's loudest value its floor is, in units of the plane: 80 dB.
const RANGE: f32 = 8.0;

/// The short-time Fourier transform as one product of matrices, and the mel filters as another.
#[derive(Debug, Clone)]
pub(super) struct FrontEnd<B: Backend> {
    /// The windowed cosines and sines of the bins that a filter takes, beside each other,
    /// `[samples under the window, 2 · bins]`.
    waves: Tensor<B, 2>,
    /// The filters' weights for both squares, `[2 · bins, 32]`.
    filters: Tensor<B, 2>,
    /// Where in a frame the window begins to be above zero.
    start: usize,
}

impl<B: Backend> FrontEnd<B> {
    pub fn new(weights: &SourceWeights, device: &B::Device) -> Self {
        let window = &weights.tensors()["window"].values;
        let filters = &weights.tensors()["mel.filters"].values;
        // The window is 400 samples in the middle of 512, and the filters leave out half the bins.
        let used = |count: usize, is: &dyn Fn(usize) -> bool| {
            let first = (0..count).find(|at| is(*at)).unwrap_or(0);
            first..(0..count).rfind(|at| is(*at)).unwrap_or(first) + 1
        };
        let samples = used(FRAME_SAMPLES, &|sample| window[sample] != 0.0);
        let row = |bin: usize| &filters[bin * MELS..(bin + 1) * MELS];
        let bins = used(BINS, &|bin| row(bin).iter().any(|weight| *weight != 0.0));

        let mut waves = Vec::with_capacity(samples.len() * 2 * bins.len());
        for sample in samples.clone() {
            for wave in [f64::cos, f64::sin] {
                waves.extend(bins.clone().map(|bin| {
                    let turn = (sample * bin % FRAME_SAMPLES) as f64 / FRAME_SAMPLES as f64;
                    (SCALE * f64::from(window[sample]) * wave(TAU * turn)) as f32
                }));
            }
        }
        let rows: Vec<f32> = bins.clone().flat_map(row).copied().collect();
        let matrix =
            |values, shape: [usize; 2]| Tensor::from_data(TensorData::new(values, shape), device);
        Self {
            waves: matrix(waves, [samples.len(), 2 * bins.len()]),
            filters: matrix([rows.clone(), rows].concat(), [2 * bins.len(), MELS]),
            start: samples.start,
        }
    }

    /// Its numbers, read from the device.
    pub fn values(&self) -> [Vec<f32>; 2] {
        [&self.waves, &self.filters].map(|matrix| host(matrix.clone()).values)
    }

    /// See [`SpeechEmbedding::plane`](super::SpeechEmbedding::plane).
    pub fn plane(&self, audio: Tensor<B, 2>) -> Tensor<B, 3> {
        let [batch, samples] = audio.dims();
        let count = frames(samples);
        assert!(
            count > 0,
            "{samples} samples are fewer than {FRAME_SAMPLES}"
        );
        let spectrum = self.frames(audio, count).matmul(self.waves.clone());
        let mel = (spectrum.clone() * spectrum).matmul(self.filters.clone());
        let level = mel.clamp_min(POWER_FLOOR).log() / LN_10 + 2.0;
        let level = level.reshape([batch, count * MELS]);
        let floor = level.clone().max_dim(1) - RANGE;
        let floor = floor.expand([batch, count * MELS]);
        level.max_pair(floor).reshape([batch, count, MELS])
    }

    /// What lies under the window of each frame, `[batch · frames, samples under the window]`.
    fn frames(&self, audio: Tensor<B, 2>, count: usize) -> Tensor<B, 2> {
        let [batch, samples] = audio.dims();
        let [width, _] = self.waves.dims();
        let hops = count + width.div_ceil(HOP_SAMPLES) - 1;
        let length = (hops * HOP_SAMPLES).min(samples - self.start);
        let padding = Tensor::zeros([batch, hops * HOP_SAMPLES - length], &audio.device());
        let audio = Tensor::cat(vec![audio.narrow(1, self.start, length), padding], 1);
        let audio = audio.reshape([batch, hops, HOP_SAMPLES]);
        let parts = (0..width.div_ceil(HOP_SAMPLES)).map(|hop| {
            let rest = (width - hop * HOP_SAMPLES).min(HOP_SAMPLES);
            audio.clone().narrow(1, hop, count).narrow(2, 0, rest)
        });
        Tensor::cat(parts.collect(), 2).reshape([batch * count, width])
    }
}
