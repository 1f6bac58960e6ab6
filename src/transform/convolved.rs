//! A trained input layer: one convolution along a series makes all that the source hears.
//!
//! After Kloberdanz, Tian and Le 2021 (doi 10.1007/978-3-030-86362-3_1), who train the first and the last
//! layer around a frozen image network; the last one is [`Linear`](crate::mapping::Linear). Ours are the
//! shape of the layer, its units and where it starts.

use burn::tensor::Tensor;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use super::{InputTransform, Named, frame_means};
use crate::Error;
use crate::kernel::Kernels;
use crate::parameters::{Numbers, Parameters, named, tensor};
use crate::series::resample_linear;
use crate::source::{AudioInput, Input, SourceSpec};

/// Frames of the series that the layer looks at for one frame of the source; odd, so that one is in the
/// middle.
const TAPS: usize = 13;
/// Values of a series, stretched over the clip, that are averaged for a frame.
const VALUES_IN_FRAME: usize = 2;
/// What a plane starts from, as the logarithm of a magnitude, and how far a series of deviation 1 moves
/// it: speech is about as loud, and as lively.
pub(super) const LOUDNESS: f32 = -4.6;
const LIVELINESS: f32 = 2.0;
/// The deviation of the audio that it starts with.
pub(super) const AMPLITUDE: f32 = 0.05;

/// `heard(t, o) = offset + scale · (bias(o) + Σ_k kernel(k, o) · series(t + k))` for each frame `t` of the
/// source and each of its outputs `o`: the filters of a plane, or the samples of the clip that lie in the
/// frame. The series is stretched over the whole clip, and its ends go on as they are.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Convolved {
    /// What the layer makes.
    pub made: Made,
}

/// What a trained layer makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Made {
    /// The plane that the source would make of audio.
    Plane,
    /// Audio.
    Audio,
}

/// The layer for a source.
struct Layer {
    frames: usize,
    outputs: usize,
    offset: f32,
    scale: f32,
    /// The outputs before training for a series of zeros, and their deviation for one of deviation 1, in
    /// units of the scale.
    level: f32,
    deviation: f32,
}

/// Samples from one frame of audio to the next: those of the source's front end, where it says so, else of
/// 10 milliseconds.
pub(super) fn hop(source: &SourceSpec, audio: AudioInput) -> usize {
    let of_plane = source.plane.as_ref().map(|plane| plane.hop);
    of_plane.unwrap_or(audio.rate as usize / 100).max(1)
}

impl Convolved {
    fn layer(&self, source: &SourceSpec) -> Result<Layer, Error> {
        Ok(match self.made {
            Made::Plane => {
                let plane = source.plane_input()?;
                Layer {
                    frames: plane.frames,
                    outputs: plane.filters(),
                    offset: plane.offset,
                    scale: plane.slope,
                    level: LOUDNESS,
                    deviation: LIVELINESS,
                }
            }
            Made::Audio => {
                let audio = source.audio_input()?;
                let outputs = hop(source, audio);
                Layer {
                    frames: audio.samples.div_ceil(outputs),
                    outputs,
                    offset: 0.0,
                    scale: AMPLITUDE,
                    level: 0.0,
                    deviation: 1.0,
                }
            }
        })
    }
}

impl InputTransform for Convolved {
    const KIND: &'static str = "convolved";

    fn named() -> Vec<Named<Self>> {
        let of = |made| Self { made };
        vec![
            Named::new("convolved", of(Made::Plane))
                .about("a plane that a trained convolution makes of the series"),
            Named::new("convolved-audio", of(Made::Audio))
                .about("a sound that a trained convolution makes of the series"),
        ]
    }

    fn check(&self, source: &SourceSpec, _length: usize) -> Result<(), Error> {
        self.layer(source).map(|_| ())
    }

    /// The series, a value for each frame and as many before and after as the layer looks at.
    fn prepare(&self, source: &SourceSpec, series: &[f32]) -> Result<Vec<f32>, Error> {
        let frames = self.layer(source)?.frames;
        let stretched = resample_linear(series, frames * VALUES_IN_FRAME);
        let values = frame_means(&stretched, VALUES_IN_FRAME);
        let places = (0..frames + TAPS - 1).map(|place| place.saturating_sub(TAPS / 2));
        Ok(places.map(|place| values[place.min(frames - 1)]).collect())
    }

    fn forward<B: Kernels>(
        &self,
        source: &SourceSpec,
        prepared: Tensor<B, 2>,
        numbers: &Parameters<B>,
    ) -> Input<B> {
        let layer = self.layer(source);
        let layer = layer.expect("the check of the transform found that the source takes it");
        let ([batch, _], frames) = (prepared.dims(), layer.frames);
        let column = |tap| {
            let column = prepared.clone().narrow(1, tap, frames);
            column.reshape([batch * frames, 1])
        };
        let windows = Tensor::cat((0..TAPS).map(column).collect(), 1);
        let made = numbers.dense("layer", windows) * layer.scale + layer.offset;
        match (self.made, source.audio) {
            (Made::Audio, Some(audio)) => {
                let clips = made.reshape([batch, frames * layer.outputs]);
                Input::Audio(clips.narrow(1, 0, audio.samples))
            }
            _ => Input::Plane(made.reshape([batch, frames, layer.outputs])),
        }
    }

    /// Uniform weights whose sum over a value that lasts has the deviation of the layer; the same for the
    /// same seed.
    fn initial(&self, source: &SourceSpec, seed: u64) -> Numbers {
        let Ok(layer) = self.layer(source) else {
            return Numbers::new();
        };
        let bound = layer.deviation * (3.0 / TAPS as f32).sqrt();
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let kernel = (0..TAPS * layer.outputs).map(|_| random.random_range(-bound..=bound));
        named([
            ("layer.kernel", tensor([TAPS, layer.outputs], kernel)),
            (
                "layer.bias",
                tensor([layer.outputs], vec![layer.level; layer.outputs]),
            ),
        ])
    }
}

#[cfg(all(test, feature = "cpu"))]
mod tests {
    use super::*;
    use crate::kernel::Cpu;
    use crate::parameters::differences;
    use crate::source::{SourceWeights, host};

    fn spec(name: &str) -> SourceSpec {
        SourceWeights::find(name).unwrap().spec().clone()
    }

    fn made<B: Kernels>(
        transform: &Convolved,
        source: &SourceSpec,
        series: &[f32],
        numbers: &Parameters<B>,
    ) -> Tensor<B, 2> {
        let prepared = transform.prepare(source, series).unwrap();
        let prepared = Tensor::<B, 1>::from_floats(&prepared[..], &Default::default());
        match transform.forward(source, prepared.unsqueeze(), numbers) {
            Input::Plane(values) | Input::Window(values) => values.flatten(1, 2),
            Input::Audio(audio) | Input::Sum(audio, _) => audio,
        }
    }

    /// By the definition, in f64, for a series that has a value for each half frame.
    #[test]
    fn each_output_is_the_weighted_sum_of_the_values_around_it() {
        for (name, made_of, frames, outputs) in [
            ("speech-embedding", Made::Plane, 150, 32),
            ("attrnn-gsc35", Made::Plane, 125, 80),
            ("attrnn-gsc35", Made::Audio, 125, 128),
            // 24,352 samples are 152 frames and a part of one.
            ("speech-embedding", Made::Audio, 153, 160),
        ] {
            let (source, transform) = (spec(name), Convolved { made: made_of });
            let series: Vec<f32> = (0..2 * frames).map(|at| (at as f32 * 0.37).sin()).collect();
            let numbers = transform.initial(&source, 7);
            assert_eq!(numbers["layer.kernel"].shape, [TAPS, outputs]);
            let device = Default::default();
            let on_device = Parameters::<Cpu>::new(&numbers, &device);
            let found = host(made(&transform, &source, &series, &on_device)).values;
            let (offset, scale) = match (made_of, &source.plane) {
                (Made::Plane, Some(plane)) => (plane.offset, plane.slope),
                _ => (0.0, 0.05),
            };
            let (kernel, bias) = (&numbers["layer.kernel"], &numbers["layer.bias"]);
            for (frame, output) in [(0, 0), (3, outputs - 1), (frames / 2, 5), (frames - 1, 1)] {
                let term = |tap: usize| {
                    let place = (frame + tap).saturating_sub(6).min(frames - 1);
                    let value = f64::from(series[2 * place] + series[2 * place + 1]) / 2.0;
                    value * f64::from(kernel.values[tap * outputs + output])
                };
                let sum = f64::from(bias.values[output]) + (0..TAPS).map(term).sum::<f64>();
                let expected = f64::from(offset) + f64::from(scale) * sum;
                let off = (f64::from(found[frame * outputs + output]) - expected).abs();
                assert!(off < 1e-4, "{name} {made_of:?} {frame} {output}: {off}");
            }
            let expected = match (made_of, source.audio) {
                (Made::Audio, Some(audio)) => audio.samples,
                _ => frames * outputs,
            };
            assert_eq!(found.len(), expected);
        }
    }

    #[test]
    fn its_gradient_is_that_of_differences() {
        let source = spec("speech-embedding");
        for made_of in [Made::Plane, Made::Audio] {
            let transform = Convolved { made: made_of };
            let series: Vec<f32> = (0..90).map(|at| (at as f32 * 0.3).sin()).collect();
            differences::check(&transform.initial(&source, 1), 41, |numbers| {
                made(&transform, &source, &series, numbers)
            });
        }
    }
}
