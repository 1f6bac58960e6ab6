//! Frozen source models: what they are, the attention-RNN, and its weights.

mod activations;
mod attention_rnn;
mod error;
mod layers;
mod play;
#[cfg(feature = "import")]
pub mod pretrain;
mod random;
mod report;
mod shipped;
mod speech;
pub mod speech_embedding;
mod weights;

pub use activations::Activations;
pub use attention_rnn::AttentionRnn;
pub use error::SourceError;
pub(crate) use layers::host;
pub use play::play;
pub use report::{Report, measure};
pub use shipped::{DEFAULT_SOURCE, shipped_sources};
pub use speech::{SpeechClip, SpeechFolder, load_clip};
pub use weights::{LABELS, SourceWeights};

use burn::tensor::Tensor;
use burn::tensor::backend::Backend;

use crate::kernel::Kernels;

/// What enters a source model: one of its two doors.
#[derive(Debug, Clone)]
pub enum Sound<B: Backend> {
    /// Audio `[batch, 16000]` at 16 kHz, amplitude about ±1.
    Audio(Tensor<B, 2>),
    /// Audio `[batch, 16000]` and a sound that is added to each clip: cheaper than their sum where
    /// the audio is silent for most of the time.
    Over(Tensor<B, 2>, SharedSound<B>),
    /// Log-mel planes `[batch, 125, 80]`, before any normalisation.
    Plane(Tensor<B, 3>),
}

/// A sound that all clips of a batch share.
#[derive(Debug, Clone)]
pub struct SharedSound<B: Backend> {
    /// `[16000]` at 16 kHz.
    pub audio: Tensor<B, 1>,
    /// Its log-mel plane `[1, 125, 80]`, where it is known from before.
    pub log_mel: Option<Tensor<B, 3>>,
}

impl<B: Kernels> Sound<B> {
    /// The log-mel planes of the sound, `[batch, 125, 80]`.
    pub fn log_mel(self) -> Tensor<B, 3> {
        match self {
            Self::Audio(audio) => B::log_mel(audio),
            Self::Over(audio, shared) => B::log_mel_of_sum(audio, shared.audio, shared.log_mel),
            Self::Plane(plane) => plane,
        }
    }
}

/// A frozen model that hears one-second clips and knows a list of labels.
///
/// It has two doors: the waveform, and the log-mel plane that its front end makes of it. Each
/// clip is heard by itself: what stands beside it in a batch never changes its activations.
pub trait SourceModel<B: Kernels> {
    /// The names of the labels, in the order of the logits.
    fn labels(&self) -> &[String];

    /// Hears audio: `[batch, 16000]` at 16 kHz, amplitude about ±1.
    fn hear(&self, audio: Tensor<B, 2>) -> Activations<B>;

    /// Hears log-mel planes: `[batch, 125, 80]`, before any normalisation.
    fn hear_plane(&self, log_mel: Tensor<B, 3>) -> Activations<B>;

    /// Hears a sound through the door that it enters by.
    fn hear_sound(&self, sound: Sound<B>) -> Activations<B> {
        self.hear_plane(sound.log_mel())
    }

    /// Whether every weight still has the bits that it was loaded with.
    ///
    /// # Errors
    ///
    /// [`SourceError::Altered`] names the first weight that differs.
    fn check_frozen(&self) -> Result<(), SourceError>;
}
