//! What can go wrong with a motion model.

use std::path::PathBuf;

use thiserror::Error;

use crate::motion::MotionError;

/// Why a motion model could not be read, trained, adapted or asked.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum MotionModelError {
    /// Windows, scores or joints that do not fit.
    #[error(transparent)]
    Motion(#[from] MotionError),
    /// A file could not be read or written.
    #[error("cannot {action} {}: {reason}", path.display())]
    File {
        /// What was tried: "read", "write".
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// The system's reason.
        #[source]
        reason: std::io::Error,
    },
    /// The bytes are no safetensors file of finite floats.
    #[error("{origin}: {reason}")]
    Storage {
        /// The file.
        origin: String,
        /// What the reader found.
        #[source]
        reason: retune_core::Error,
    },
    /// A safetensors file that holds something else.
    #[error("{origin} holds no motion source: {reason}")]
    NoSource {
        /// The file.
        origin: String,
        /// What is missing or wrong.
        reason: String,
    },
    /// A tensor has another shape than the network gives it.
    #[error("{origin}: tensor {tensor} has shape {found:?}, expected {expected:?}")]
    Shape {
        /// The file, or what the tensors belong to.
        origin: String,
        /// The tensor's name.
        tensor: String,
        /// Its shape; empty for one that is missing.
        found: Vec<usize>,
        /// The shape that the network gives it.
        expected: Vec<usize>,
    },
    /// A weight that is infinite or no number.
    #[error("{origin}: tensor {tensor} holds a value that is not finite")]
    NotFinite {
        /// The file, or what the tensors belong to.
        origin: String,
        /// The tensor's name.
        tensor: String,
    },
    /// The window is not a power of two.
    #[error("the window is {found} samples long, expected a power of two from 2 to 1024")]
    Window {
        /// Its length.
        found: usize,
    },
    /// Windows were cut in another way than the source takes them.
    #[error("the windows have a {what} of {found}, the source takes {expected}")]
    Layout {
        /// `window` or `horizon`.
        what: &'static str,
        /// In samples.
        found: usize,
        /// In samples.
        expected: usize,
    },
    /// A setting has a value that makes no sense.
    #[error("the {setting} is {found}, expected {expected}")]
    Setting {
        /// What is set.
        setting: &'static str,
        /// The value.
        found: String,
        /// What values there are.
        expected: &'static str,
    },
    /// The loss became infinite or no number.
    #[error("training diverged in epoch {epoch}")]
    Diverged {
        /// The epoch, from 1.
        epoch: usize,
    },
    /// A weight changed although the source is frozen.
    #[error("the source's weight {tensor} changed while the source was frozen")]
    Altered {
        /// The weight's name.
        tensor: String,
    },
    /// Retrieval needs windows to retrieve from.
    #[error("there are no able-bodied windows to retrieve corrections from")]
    NothingToRetrieve,
    /// The refurbish module has as many numbers as the source, or more.
    #[error("the refurbish module would have {found} numbers, the source has {source_size}")]
    TooLarge {
        /// Its numbers.
        found: usize,
        /// The source's.
        source_size: usize,
    },
    /// A program was made for another source.
    #[error("the program belongs to source {expected}, not to {found}")]
    OtherSource {
        /// Name and sha256 of the program's source.
        expected: String,
        /// Name and sha256 of the source at hand.
        found: String,
    },
    /// A streamed sample has another number of joints.
    #[error("the sample has {found} values, expected {expected}, one for each joint")]
    SampleWidth {
        /// How many it has.
        found: usize,
        /// How many joints there are.
        expected: usize,
    },
    /// A streamed value is infinite or no number.
    #[error("the sample's angle of `{joint}` is {found}, expected a finite number of degrees")]
    SampleNotFinite {
        /// The joint.
        joint: String,
        /// The value.
        found: f32,
    },
}

impl MotionModelError {
    /// What to do next, where there is something to say.
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::Motion(error) => return error.hint(),
            Self::Storage { .. } => "compare the file's sha256 with the one it was published with",
            Self::NoSource { .. } | Self::Shape { .. } => {
                "make a motion source with `retune motion pretrain`"
            }
            Self::Window { .. } => "give --window 16 or another power of two",
            Self::Layout { .. } => "cut the trials with the source's own window and horizon",
            Self::Diverged { .. } => "take a lower learning rate",
            Self::NothingToRetrieve => "give --able-bodied FILE, or --correction inversion",
            Self::TooLarge { .. } => "take fewer hidden units",
            Self::OtherSource { .. } => "give the source that the program was fitted for",
            Self::SampleWidth { .. } => "give the joints that the source takes, in its order",
            Self::SampleNotFinite { .. } => {
                "fill the gap before, or clear the stream and begin a new window after it"
            }
            Self::File { .. }
            | Self::NotFinite { .. }
            | Self::Setting { .. }
            | Self::Altered { .. } => return None,
        };
        Some(hint.to_owned())
    }
}
