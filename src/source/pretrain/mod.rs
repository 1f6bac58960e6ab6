//! Training a source on recorded words.
//!
//! A run is a function of its settings, its speech folder and its teacher: every random choice is
//! drawn from the seed and the place of its use, so a run that was interrupted and resumed ends
//! with the same bits as one that was not.

mod augment;
mod checkpoint;
mod initial;
mod report;
mod speech;
mod train;

pub(super) use initial::random_weights;
pub use report::{Report, measure};
pub use speech::{SpeechClip, SpeechFolder};
pub use train::{EpochProgress, PretrainSettings, Teacher, pretrain};
