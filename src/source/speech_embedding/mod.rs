//! Google's speech embedding (Lin et al. 2020, arXiv 2002.01322): a convolutional network that was
//! trained to tell 5,000 keywords apart, cut before its labels. It has taps and no logits.

mod front_end;
mod network;

pub use network::EmbeddingTap;

use std::sync::Arc;

use burn::tensor::Tensor;
use burn::tensor::backend::Backend;
use rand::RngExt;

use self::front_end::FrontEnd;
use super::{
    AudioInput, Input, Outputs, PlaneInput, Source, SourceModel, SourceSpec, SourceWeights, Tap,
    TapOf, fingerprint, generator,
};
use crate::kernel::mel::hz_to_mel;
use crate::kernel::{ConvolutionStack, Kernels, StackLayer};
use crate::parameters::{Numbers, tensor};

/// The rate of the audio, in hertz.
pub const SAMPLE_RATE: usize = 16_000;
/// Samples that one frame of the plane sees.
pub const FRAME_SAMPLES: usize = 512;
/// Samples from one frame to the next.
pub const HOP_SAMPLES: usize = 160;
/// Mel bands of the plane.
pub const MELS: usize = 32;
/// The fewest frames that give an embedding.
pub const MIN_FRAMES: usize = 76;
/// The samples of [`MIN_FRAMES`] frames.
pub const MIN_SAMPLES: usize = (MIN_FRAMES - 1) * HOP_SAMPLES + FRAME_SAMPLES;

/// Bins of a frame's Fourier transform.
const BINS: usize = FRAME_SAMPLES / 2 + 1;
/// The name of the source that is compiled in.
const NAME: &str = "speech-embedding";
/// Frames that a transform fills.
const FRAMES: usize = 150;
/// The most frames: ten times as many, so that a batch of the longest series stays within memory.
const MOST_FRAMES: usize = 1500;
/// The lower edge of the lowest filter and the upper edge of the highest, in Hz.
const BAND: [f64; 2] = [60.0, 3800.0];
/// Speech lies between 4 and 12 on the plane: what is as loud as speech is the top of that.
const LOUD: f32 = 12.0;
/// The plane is `2 · log10 m`, in the units of a magnitude.
const SLOPE: f32 = 2.0 * std::f32::consts::LOG10_E;
/// The magnitude that a tone is played by: what stands at 10 has an amplitude of about a tenth.
const MAGNITUDE_OF_ONE: f32 = 1.0;
/// How many taps readouts of series read: the first three blocks were as good as all five on training
/// splits. Those of speech read the embedding itself, which was trained to tell words apart.
const READ: usize = 3;

/// The kind of source: audio at 16 kHz, or planes of 32 filters, and no labels.
#[derive(Debug)]
pub struct SpeechEmbeddingSource;

impl Source for SpeechEmbeddingSource {
    const FORMAT: &'static str = "retune-speech-embedding-1";

    fn tensors() -> Vec<(String, Vec<usize>)> {
        network::architecture().into_iter().collect()
    }

    fn labels() -> Vec<String> {
        Vec::new()
    }

    fn spec(name: String, sha256: String, labels: Vec<String>) -> SourceSpec {
        let rate = SAMPLE_RATE as u32;
        let [low, high] = BAND.map(hz_to_mel);
        let step = (high - low) / (MELS + 1) as f64;
        let centres = (1..=MELS).map(|filter| (low + step * filter as f64) as f32);
        let tap = |tap: EmbeddingTap| {
            let size = tap.size(MIN_FRAMES);
            let [_, frequency, channels] =
                size.expect("each tap has a size from the fewest frames on");
            Tap {
                read: EmbeddingTap::ALL[..READ].contains(&tap),
                of_speech: tap == EmbeddingTap::Embedding,
                ..Tap::read(tap.name(), frequency * channels, TapOf::Frames)
            }
        };
        SourceSpec {
            audio: Some(AudioInput {
                rate,
                samples: (FRAMES - 1) * HOP_SAMPLES + FRAME_SAMPLES,
            }),
            plane: Some(PlaneInput {
                frames: FRAMES,
                most_frames: MOST_FRAMES,
                hop: HOP_SAMPLES,
                window: FRAME_SAMPLES,
                rate,
                centres: centres.collect(),
                offset: LOUD,
                slope: SLOPE,
                magnitude_of_one: MAGNITUDE_OF_ONE,
            }),
            taps: EmbeddingTap::ALL.map(tap).to_vec(),
            ..SourceSpec::new(name, sha256, labels)
        }
    }

    fn model<B: Kernels>(weights: &SourceWeights, device: &B::Device) -> Arc<dyn SourceModel<B>> {
        Arc::new(SpeechEmbedding::<B>::new(weights, device))
    }

    fn is_trained(tensor: &str) -> bool {
        tensor.starts_with("conv")
    }

    /// Random weights behind the front end of the shipped ones: kernels uniform within
    /// ±√(6 / inputs of a unit) (He et al. 2015, arXiv 1502.01852), biases zero.
    fn random(seed: u64) -> Numbers {
        let shipped = SourceWeights::find(NAME).expect("a test reads the shipped weights");
        let mut tensors = shipped.tensors().clone();
        for (place, (name, shape)) in network::architecture().into_iter().enumerate() {
            let count = shape.iter().product();
            let values = match name.split_once('.') {
                Some((_, "kernel")) => {
                    let inputs: usize = shape[1..].iter().product();
                    let bound = (6.0 / inputs as f32).sqrt();
                    let mut random = generator(seed, [u64::MAX - 1, place as u64]);
                    (0..count)
                        .map(|_| random.random_range(-bound..=bound))
                        .collect()
                }
                Some((_, "bias")) => vec![0.0; count],
                _ => continue,
            };
            tensors.insert(name, tensor(shape, values));
        }
        tensors
    }
}

/// A frozen speech embedding on a backend.
///
/// A clip's results depend on no other clip of its batch.
#[derive(Debug, Clone)]
pub struct SpeechEmbedding<B: Backend> {
    spec: SourceSpec,
    front_end: FrontEnd<B>,
    stack: ConvolutionStack,
}

impl<B: Kernels> SpeechEmbedding<B> {
    /// Puts the weights on a device, frozen: no gradient of them is ever worked out.
    pub fn new(weights: &SourceWeights, device: &B::Device) -> Self {
        Self {
            spec: weights.spec().clone(),
            front_end: FrontEnd::new(weights, device),
            stack: network::stack(weights),
        }
    }

    /// The log-mel plane of audio, differentiable: `[batch, samples]` at 16 kHz, amplitude about
    /// ±1, gives `[batch, frames, 32]`, with [`frames`] of the samples.
    ///
    /// The power spectrum of frames of 512 samples (every 160; what does not fill the last is left
    /// out; the samples at 16-bit scale, × 32767) through 32 mel filters from 60 to 3800 Hz;
    /// `dB/10 + 2`, where the decibels of each clip are no lower than 80 under its loudest. Speech
    /// lies between 4 and 12, and its floor between 3 and 5.
    ///
    /// # Panics
    ///
    /// If there are fewer than [`FRAME_SAMPLES`].
    pub fn plane(&self, audio: Tensor<B, 2>) -> Tensor<B, 3> {
        self.front_end.plane(audio)
    }

    /// Taps of planes, differentiable: `[batch, frames, 32]`, in the units of
    /// [`SpeechEmbedding::plane`], gives each of the `taps`, `[batch, time, frequency, channels]`
    /// of [`EmbeddingTap::size`]. Nothing after the last tap is worked out.
    ///
    /// # Panics
    ///
    /// If there are fewer than [`MIN_FRAMES`] frames, or not 32 bands.
    pub fn forward_plane(&self, plane: Tensor<B, 3>, taps: &[EmbeddingTap]) -> Vec<Tensor<B, 4>> {
        let [batch, frames, mels] = plane.dims();
        assert!(
            frames >= MIN_FRAMES,
            "{frames} frames are fewer than {MIN_FRAMES}"
        );
        let layers: Vec<usize> = taps.iter().map(|tap| tap.layer()).collect();
        let planes = plane.reshape([batch, frames, mels, 1]);
        let flat = B::convolution_stack(planes, &self.stack, &layers);
        self.stack.cut(flat, [frames, mels, 1], &layers)
    }
}

impl<B: Kernels> SourceModel<B> for SpeechEmbedding<B> {
    fn spec(&self) -> &SourceSpec {
        &self.spec
    }

    fn plane(&self, input: Input<B>) -> Tensor<B, 3> {
        match input {
            Input::Audio(audio) => self.plane(audio),
            Input::Sum(audio, shared) => self.plane(audio + shared.audio.unsqueeze::<2>()),
            Input::Plane(plane) => plane,
            Input::Window(_) => unreachable!("its spec takes no windows"),
        }
    }

    fn forward(&self, input: Input<B>, taps: &[usize]) -> Outputs<B> {
        let wanted: Vec<EmbeddingTap> = taps.iter().map(|tap| EmbeddingTap::ALL[*tap]).collect();
        let found = self.forward_plane(SourceModel::plane(self, input), &wanted);
        let flat = found.into_iter().map(|values| {
            let [batch, time, frequency, channels] = values.dims();
            values.reshape([batch, time, frequency * channels])
        });
        Outputs {
            taps: taps.iter().copied().zip(flat).collect(),
            ..Outputs::default()
        }
    }

    fn fingerprint(&self) -> String {
        let layers = self.stack.layers().iter();
        let weights = layers.flat_map(|layer| match layer {
            StackLayer::Convolution(layer) => vec![layer.kernel.clone(), layer.bias.clone()],
            StackLayer::Pool(_) => Vec::new(),
        });
        fingerprint(self.front_end.values().into_iter().chain(weights))
    }
}

/// How many frames so many samples at 16 kHz give.
pub fn frames(samples: usize) -> usize {
    let rest = samples.checked_sub(FRAME_SAMPLES);
    rest.map_or(0, |rest| rest / HOP_SAMPLES + 1)
}
