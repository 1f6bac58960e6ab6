//! Input transforms: how a case becomes an input of a source.
//!
//! A transform is one file here and one line in the list below: a type that implements
//! [`InputTransform`]. Its fixed part works on the host, once for each case; its trained part on a
//! device. It asks the source's [`SourceSpec`] what to make. [`Transform`] holds any of them.

mod basis;
mod convolved;
mod erased;
mod fourier;
mod padding;
mod painted;
mod pattern;
mod recording;
mod refurbish;
mod scalogram;
mod signal;
mod speech;
mod tones;
mod view;
mod waveform;

pub use basis::Basis;
pub use convolved::{Convolved, Made};
pub use erased::{Transform, names, register};
pub use padding::{Padding, Position};
pub use painted::{Frames, Painted, Peak, Scale};
pub use pattern::{Added, Pattern};
pub use recording::Recording;
pub use refurbish::Refurbish;
pub use scalogram::{Paint, Scalogram};
pub use signal::Signal;
pub use speech::Speech;
pub use view::View;
pub use waveform::{Carrier, Formant, Noise, Tone, Vowel, Waveform};

use std::fmt::Debug;

use burn::tensor::Tensor;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::kernel::Kernels;
use crate::parameters::{Numbers, Parameters, named, tensor};
use crate::source::{AudioInput, Input, PlaneInput, SharedAudio, SourceModel, SourceSpec, TapSet};
use crate::{Error, ErrorKind, setting};

/// The one list: a new transform is a line here, beside its file.
macro_rules! each_transform {
    ($table:ty) => {
        vec![
            <$table>::of::<$crate::transform::Convolved>(),
            <$table>::of::<$crate::transform::Padding>(),
            <$table>::of::<$crate::transform::Painted>(),
            <$table>::of::<$crate::transform::Pattern>(),
            <$table>::of::<$crate::transform::Recording>(),
            <$table>::of::<$crate::transform::Refurbish>(),
            <$table>::of::<$crate::transform::Scalogram>(),
            <$table>::of::<$crate::transform::Speech>(),
            <$table>::of::<$crate::transform::Waveform>(),
        ]
    };
}
use each_transform;

/// A transform with the numbers that it is known by.
#[derive(Debug, Clone)]
pub struct Named<T> {
    /// Its name on the command line.
    pub name: &'static str,
    /// What it is, in a few words.
    pub about: &'static str,
    /// The transform.
    pub transform: T,
}

impl<T> Named<T> {
    /// A transform under a name.
    pub fn new(name: &'static str, transform: T) -> Self {
        Self {
            name,
            about: "",
            transform,
        }
    }

    /// The same with a few words about it.
    pub fn about(self, about: &'static str) -> Self {
        Self { about, ..self }
    }
}

/// How a case becomes an input of a source.
pub trait InputTransform:
    Debug + Clone + PartialEq + Send + Sync + Serialize + DeserializeOwned + 'static
{
    /// The name by which it is serialised.
    const KIND: &'static str;

    /// The transforms of this kind that have names of their own.
    fn named() -> Vec<Named<Self>> {
        Vec::new()
    }

    /// The same without what makes no other transform of it, to find its name by.
    fn usual(&self) -> Self {
        self.clone()
    }

    /// Whether series of `length` values can go through into a source, checked before any of them
    /// does.
    ///
    /// # Errors
    ///
    /// When a setting is out of range, such a series does not fit, or the source does not take what
    /// the transform makes.
    fn check(&self, source: &SourceSpec, length: usize) -> Result<(), Error>;

    /// The fixed part, on the host: a scaled series gives what [`InputTransform::forward`] takes, as
    /// many numbers for each series of one length.
    ///
    /// # Errors
    ///
    /// See [`InputTransform::check`].
    fn prepare(&self, source: &SourceSpec, series: &[f32]) -> Result<Vec<f32>, Error>;

    /// Whether it takes series scaled by their training split ([`Level`](crate::series::Level)), and
    /// not each by its own scaling.
    fn keeps_level(&self) -> bool {
        false
    }

    /// Which taps readouts read of what a source hears through it.
    fn taps(&self) -> TapSet {
        TapSet::Series
    }

    /// The transform with what it learns of all training series at once, before any is prepared.
    ///
    /// # Errors
    ///
    /// See [`InputTransform::check`].
    fn learnt(&self, _source: &SourceSpec, _series: &[&[f32]]) -> Result<Self, Error> {
        Ok(self.clone())
    }

    /// Whether it makes something else of series of `length` values than the plainer transform that
    /// it is a variant of; presets leave out what does not.
    fn adds(&self, _source: &SourceSpec, _length: usize) -> bool {
        true
    }

    /// The trained part, on a device: prepared series `[batch, numbers]` give the source's input. Of
    /// itself there is none: what was prepared are planes, frame by frame.
    fn forward<B: Kernels>(
        &self,
        source: &SourceSpec,
        prepared: Tensor<B, 2>,
        _numbers: &Parameters<B>,
    ) -> Input<B> {
        let (plane, [batch, _]) = (checked_plane(source), prepared.dims());
        Input::Plane(prepared.reshape([batch, plane.frames, plane.filters()]))
    }

    /// The trained numbers before training, by name; the same for the same seed.
    fn initial(&self, _source: &SourceSpec, _seed: u64) -> Numbers {
        Numbers::new()
    }

    /// Numbers beside these that nothing trains and no program keeps, for series of `length` values.
    fn fixed(&self, _source: &SourceSpec, _length: usize) -> Numbers {
        Numbers::new()
    }

    /// The numbers ready to predict with: what depends on them alone is worked out once and for all.
    fn settle<B: Kernels>(
        &self,
        _source: &dyn SourceModel<B>,
        numbers: Parameters<B>,
    ) -> Parameters<B> {
        numbers
    }

    /// The trained numbers of which dropout may silence some at each step.
    fn dropped(&self) -> Option<&'static str> {
        None
    }
}

impl SourceSpec {
    /// The audio that the source takes.
    fn audio_input(&self) -> Result<AudioInput, Error> {
        self.audio.ok_or_else(|| self.takes_no("audio"))
    }

    /// The planes that the source takes.
    fn plane_input(&self) -> Result<&PlaneInput, Error> {
        let plane = self.plane.as_ref();
        plane.ok_or_else(|| self.takes_no("plane"))
    }

    fn takes_no(&self, what: &str) -> Error {
        let name = &self.name;
        let message = format!("the source {name} takes no {what}, which the transform makes");
        Error::new(ErrorKind::Mismatch, message)
    }
}

/// The mean of the samples of each frame, so many to a frame.
fn frame_means(samples: &[f32], count: usize) -> Vec<f32> {
    let frames = samples.chunks_exact(count);
    let means = frames.map(|frame| frame.iter().sum::<f32>() / count as f32);
    means.collect()
}

/// The planes of a source that [`InputTransform::check`] found to take them.
fn checked_plane(source: &SourceSpec) -> &PlaneInput {
    let plane = source.plane.as_ref();
    plane.expect("the check of the transform found that the source takes planes")
}

/// The most peaks, tones or formants of a transform.
const MOST: usize = 64;

/// The name of θ in a program.
const THETA: &str = "theta";

/// Whether θ may start within ± this amplitude.
fn check_theta(amplitude: f32) -> Result<(), Error> {
    setting::within([("initial-amplitude", amplitude, 0.0..=1.0, "0 to 1")])
}

/// What a source hears of clips, `[batch, samples]`, with θ on top where there is one.
fn with_theta<B: Kernels>(clips: Tensor<B, 2>, numbers: &Parameters<B>) -> Input<B> {
    match numbers.find(THETA) {
        Some(audio) => Input::Sum(clips, SharedAudio { audio, plane: None }),
        None => Input::Audio(clips),
    }
}

/// θ over all of a source's clip before training, within ± `bound`; nothing without a bound.
fn theta_on_top(bound: Option<f32>, source: &SourceSpec, seed: u64) -> Numbers {
    let samples = source.audio.map_or(0, |audio| audio.samples);
    bound.map_or_else(Numbers::new, |bound| initial_theta(bound, samples, seed))
}

/// θ, a clip of trained sound that all series share, before training: uniform within ± `bound`, the
/// same for the same seed.
fn initial_theta(bound: f32, samples: usize, seed: u64) -> Numbers {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let values = (0..samples).map(|_| random.random_range(-bound..=bound));
    named([(THETA, tensor([samples], values))])
}
