//! Google's speech embedding (Lin et al. 2020, arXiv 2002.01322): a convolutional network that was
//! trained to tell 5,000 keywords apart, cut before its labels. It has taps and no logits.

mod front_end;
mod network;
mod random;
mod weights;

pub use network::EmbeddingTap;
pub use weights::SpeechEmbeddingWeights;

use burn::tensor::Tensor;
use burn::tensor::backend::Backend;

use self::front_end::FrontEnd;
use crate::kernel::{ConvolutionStack, Kernels};

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

/// A frozen speech embedding on a backend.
///
/// A clip's results depend on no other clip of its batch.
///
/// ```
/// # #[cfg(feature = "cpu")] {
/// use burn::tensor::Tensor;
/// use retune::kernel::Cpu;
/// use retune::source::speech_embedding::{EmbeddingTap, SpeechEmbedding, SpeechEmbeddingWeights};
///
/// let device = Default::default();
/// let weights = SpeechEmbeddingWeights::shipped()?;
/// let source = SpeechEmbedding::<Cpu>::new(&weights, &device);
/// // Two clips of one second.
/// let plane = source.plane(Tensor::zeros([2, 16_000], &device));
/// assert_eq!(plane.dims(), [2, 97, 32]);
/// let taps = source.forward_plane(plane, &[EmbeddingTap::Pool4, EmbeddingTap::Embedding]);
/// assert_eq!(taps[0].dims(), [2, 15, 2, 96]);
/// assert_eq!(taps[1].dims(), [2, 3, 1, 96]);
/// # }
/// # Ok::<(), retune::source::SourceError>(())
/// ```
#[derive(Debug, Clone)]
pub struct SpeechEmbedding<B: Backend> {
    front_end: FrontEnd<B>,
    stack: ConvolutionStack,
}

impl<B: Kernels> SpeechEmbedding<B> {
    /// Puts the weights on a device, frozen: no gradient of them is ever worked out.
    pub fn new(weights: &SpeechEmbeddingWeights, device: &B::Device) -> Self {
        Self {
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

/// How many frames so many samples at 16 kHz give.
pub fn frames(samples: usize) -> usize {
    match samples.checked_sub(FRAME_SAMPLES) {
        Some(rest) => rest / HOP_SAMPLES + 1,
        None => 0,
    }
}
