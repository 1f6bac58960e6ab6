//! What can go wrong with a source model.

use std::path::PathBuf;

use thiserror::Error;

/// A source model that cannot be read, made or trusted.
#[derive(Debug, Error)]
pub enum SourceError {
    /// A file could not be opened, read or written.
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
        /// The file or the shipped source's name.
        origin: String,
        /// What the reader found.
        #[source]
        reason: retune_core::Error,
    },
    /// A safetensors file that holds something else.
    #[error("{origin} holds no source: {reason}")]
    NoSource {
        /// The file or the shipped source's name.
        origin: String,
        /// What is missing or wrong.
        reason: String,
    },
    /// A tensor has another shape than the architecture gives it.
    #[error("{origin}: tensor {tensor} has shape {found:?}, expected {expected:?}")]
    Shape {
        /// The file or the shipped source's name.
        origin: String,
        /// The tensor's name.
        tensor: String,
        /// Its shape.
        found: Vec<usize>,
        /// The shape that the architecture gives it.
        expected: Vec<usize>,
    },
    /// A weight that is infinite or no number.
    #[error("{origin}: tensor {tensor} holds a value that is not finite")]
    NotFinite {
        /// The file or the shipped source's name.
        origin: String,
        /// The tensor's name.
        tensor: String,
    },
    /// No shipped source has this name, and no file either.
    #[error("there is no source {name:?}: neither a shipped one nor a file")]
    Unknown {
        /// What was asked for.
        name: String,
    },
    /// The weights changed although the source is frozen.
    #[error("the weights of the source {name} changed while it was frozen")]
    Altered {
        /// The source's name.
        name: String,
    },
    /// Fewer queries are left than were asked for.
    #[error("the budget of {budget} queries is spent")]
    BudgetSpent {
        /// The budget.
        budget: u64,
    },
    /// A black box in another process gave no answer that can be used.
    #[error("the source command `{command}` failed: {reason}")]
    Process {
        /// The command line.
        command: String,
        /// What went wrong.
        reason: String,
    },
    /// A source without labels where labels are needed.
    #[error("the source {name} has no labels: it gives activations and no words")]
    NoLabels {
        /// The source's name.
        name: String,
    },
    /// A source that takes no audio where there is audio.
    #[error("the source {name} takes no audio")]
    NoAudio {
        /// The source's name.
        name: String,
    },
    /// A Keras file could not be imported.
    #[cfg(feature = "import")]
    #[error(transparent)]
    Import(#[from] retune_lab::keras::SourceImportError),
    /// A recording could not be read.
    #[error(transparent)]
    Audio(#[from] retune_core::Error),
    /// The speech folder cannot be trained on.
    #[error("{}: {reason}", path.display())]
    Speech {
        /// The folder or file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The training split is empty.
    #[error("there is no recording to train on")]
    NothingToTrainOn,
    /// A setting of a training run out of range.
    #[error("{setting} is {value}, expected {expected}")]
    Setting {
        /// The setting's name, as on the command line.
        setting: &'static str,
        /// Its value.
        value: String,
        /// What is allowed.
        expected: String,
    },
    /// A checkpoint does not belong to this run.
    #[error("cannot resume from {}: {reason}", path.display())]
    Checkpoint {
        /// The checkpoint.
        path: PathBuf,
        /// What does not fit.
        reason: String,
    },
}

impl SourceError {
    /// What to do next, where there is something to say.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Storage { .. } => {
                Some("compare the file's sha256 with the one in its card".to_owned())
            }
            Self::NoSource { .. } | Self::Shape { .. } => Some(
                "make a source with `retune source import FILE.h5 --out FILE.safetensors`"
                    .to_owned(),
            ),
            Self::Unknown { .. } => Some("`retune source list` shows the shipped ones".to_owned()),
            Self::Speech { .. } | Self::NothingToTrainOn => Some(
                "expected the Speech Commands layout: DIR/WORD/SPEAKER_nohash_N.wav, or \
                 DIR/train/WORD/…, DIR/val/WORD/… and DIR/test/WORD/…"
                    .to_owned(),
            ),
            Self::Checkpoint { .. } => {
                Some("start anew without --resume, or give the options of that run".to_owned())
            }
            #[cfg(feature = "import")]
            Self::Import(error) => error.hint(),
            Self::Audio(error) => error.hint().map(str::to_owned),
            Self::NoLabels { .. } => {
                Some("`retune source list` shows which sources have words".to_owned())
            }
            Self::BudgetSpent { .. } => Some("give a larger --query-budget".to_owned()),
            Self::Process { .. } => Some(
                "it is asked a line of JSON and answers with one: see `retune classify --help`"
                    .to_owned(),
            ),
            Self::NoAudio { .. }
            | Self::File { .. }
            | Self::NotFinite { .. }
            | Self::Setting { .. }
            | Self::Altered { .. } => None,
        }
    }
}
