//! Frozen source models: what they take and give, and where their weights come from.
//!
//! A source is one folder here and one line in `list.rs`. It says in a [`SourceSpec`] what inputs it
//! takes, what labels it has and what can be read of it; nothing outside its folder knows more.

pub mod attention_rnn;
mod batches;
mod black_box;
mod list;
pub mod motion;
mod play;
mod process;
mod reference;
mod report;
mod shipped;
mod spec;
mod speech;
pub mod speech_embedding;
mod taps;
mod weights;

pub(crate) use batches::in_batches;
pub use black_box::{BlackBox, Counted, HostBatch, Opaque};
pub use list::register;
pub use play::play;
pub use process::Process;
pub use reference::SourceReference;
pub(crate) use report::label_logits;
pub use report::{Report, measure};
pub use shipped::{DEFAULT_SOURCE, shipped_sources};
pub use spec::{AudioInput, PlaneInput, SourceSpec, Tap, TapOf, WindowInput};
pub use speech::{SpeechClip, SpeechFolder};
pub use taps::{TapSet, pooled_width};
pub use weights::{Source, SourceWeights};

use std::fmt::Debug;

use burn::tensor::backend::Backend;
use burn::tensor::{Tensor, Transaction, activation};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use crate::kernel::Kernels;
use crate::storage::{HashSum, HostTensor};

/// What enters a source.
#[derive(Debug, Clone)]
pub enum Input<B: Backend> {
    /// Audio `[batch, samples]`, amplitude about ±1.
    Audio(Tensor<B, 2>),
    /// Audio `[batch, samples]` and a sound that is added to each clip: cheaper than their sum where
    /// the audio is silent for most of the time.
    Sum(Tensor<B, 2>, SharedAudio<B>),
    /// Planes `[batch, frames, filters]`, as the source's front end would make them.
    Plane(Tensor<B, 3>),
    /// Windows of several signals, `[batch, samples, signals]`.
    Window(Tensor<B, 3>),
}

/// A sound that all clips of a batch share.
#[derive(Debug, Clone)]
pub struct SharedAudio<B: Backend> {
    /// `[samples]`.
    pub audio: Tensor<B, 1>,
    /// Its plane `[1, frames, filters]`, where it is known from before.
    pub plane: Option<Tensor<B, 3>>,
}

/// What a source made of a batch.
#[derive(Debug, Clone, Default)]
pub struct Outputs<B: Backend> {
    /// `[batch, labels]`, where the source has labels.
    pub logits: Option<Tensor<B, 2>>,
    /// `[batch, answer]`, where the source answers with numbers that stand for no labels.
    pub answer: Option<Tensor<B, 2>>,
    /// The taps that were asked for, by their places in the spec: `[batch, frames, width]`.
    pub taps: Vec<(usize, Tensor<B, 3>)>,
}

impl<B: Backend> Outputs<B> {
    /// The tap of that place.
    ///
    /// # Panics
    ///
    /// When it was not asked for.
    pub fn tap(&self, place: usize) -> Tensor<B, 3> {
        let tap = self.taps.iter().find(|(of, _)| *of == place);
        let (_, tap) = tap.expect("a mapping asks for the taps that it reads");
        tap.clone()
    }

    /// The probability of each label, `[batch, labels]`.
    pub fn probabilities(&self) -> Option<Tensor<B, 2>> {
        let logits = self.logits.clone()?;
        Some(activation::softmax(logits, 1))
    }
}

/// A frozen model on a backend.
///
/// Its weights are tensors without gradients behind `&self`: nothing that has one can change them.
/// Each clip is worked on by itself: what stands beside it in a batch never changes its outputs.
pub trait SourceModel<B: Kernels>: Debug + Send + Sync {
    /// What it takes and gives.
    fn spec(&self) -> &SourceSpec;

    /// The planes of an input, `[batch, frames, filters]`: what the front end makes of audio. Only
    /// sources that take planes have them.
    fn plane(&self, _input: Input<B>) -> Tensor<B, 3> {
        unreachable!("planes are asked for only where the spec has them")
    }

    /// The logits, and of the taps those asked for, by their places in the spec.
    fn forward(&self, input: Input<B>, taps: &[usize]) -> Outputs<B>;

    /// The sha256 of the weights as they are on the device, in hexadecimal: compared before and after
    /// a fit.
    fn fingerprint(&self) -> String;
}

/// The rows of a tensor on the host.
pub(crate) fn rows<B: Backend>(tensor: Tensor<B, 2>) -> Vec<Vec<f32>> {
    let [_, width] = tensor.dims();
    let values = host(tensor).values;
    let rows = values.chunks_exact(width.max(1));
    rows.map(<[f32]>::to_vec).collect()
}

/// A float tensor's values on the host.
pub(crate) fn host<B: Backend, const D: usize>(tensor: Tensor<B, D>) -> HostTensor {
    let shape = tensor.dims().to_vec();
    let values = hosts(vec![tensor]).swap_remove(0);
    HostTensor { shape, values }
}

/// The values of several float tensors on the host, which their device is asked for once.
///
/// # Panics
///
/// If the device did not do its work; `engine` turns that into an error.
pub(crate) fn hosts<B: Backend, const D: usize>(tensors: Vec<Tensor<B, D>>) -> Vec<Vec<f32>> {
    let device = tensors.first().map(Tensor::device);
    let asked = tensors
        .into_iter()
        .fold(Transaction::default(), Transaction::register);
    let found = asked.execute().into_iter();
    // A kernel that the device did not take leaves what was there before it, and reading does not say so.
    if let Some(device) = device {
        B::sync(&device).expect("the device took all kernels");
    }
    let values = found.map(|data| {
        let values = data.convert::<f32>().into_vec();
        values.expect("the data were converted to f32 just before")
    });
    values.collect()
}

/// The sha256 of numbers in turn.
pub(crate) fn fingerprint(parts: impl IntoIterator<Item = Vec<f32>>) -> String {
    let mut sum = HashSum::default();
    for part in parts {
        let mut bytes = Vec::with_capacity(4 * part.len());
        for value in part {
            bytes.extend_from_slice(&value.to_le_bytes());
        }
        sum.add(&bytes);
    }
    sum.finish()
}

/// A generator for one use: the same for the same seed and place, independent of all others.
pub(crate) fn generator(seed: u64, place: [u64; 2]) -> ChaCha8Rng {
    let mut key = [0; 32];
    key[..8].copy_from_slice(&seed.to_le_bytes());
    key[8..16].copy_from_slice(&place[0].to_le_bytes());
    key[16..24].copy_from_slice(&place[1].to_le_bytes());
    ChaCha8Rng::from_seed(key)
}
