//! Why a program cannot be fitted.

use thiserror::Error;

use crate::mapping::MappingError;
use crate::source::SourceError;
use crate::transform::TransformError;

/// Why a program cannot be fitted.
#[derive(Debug, Error)]
pub enum FitError {
    /// Nothing to learn from.
    #[error("there is no series to fit on")]
    Empty,
    /// Labels and series do not go together.
    #[error("there are {series} series but {labels} labels")]
    Labels {
        /// Series given.
        series: usize,
        /// Labels given.
        labels: usize,
    },
    /// A series of another length than the first.
    #[error("series {number} has {found} samples, expected {expected} as the first one")]
    Length {
        /// The series, counted from 1.
        number: usize,
        /// Its length.
        found: usize,
        /// The first one's length.
        expected: usize,
    },
    /// A value that is infinite or no number.
    #[error("series {number} holds a value that is not finite, at sample {sample}")]
    NotFinite {
        /// The series, counted from 1.
        number: usize,
        /// The sample, counted from 1.
        sample: usize,
    },
    /// A setting out of range.
    #[error("{setting} is {value}, expected {expected}")]
    Setting {
        /// The setting's name, as on the command line.
        setting: &'static str,
        /// Its value.
        value: String,
        /// What is allowed.
        expected: &'static str,
    },
    /// A label mapping on voices without anything to train.
    #[error("a label mapping needs something to train, and a voice has nothing, or no epochs")]
    NothingToTrain,
    /// No trainer has this name.
    #[error("there is no trainer {name:?}, expected {}", known.join(" or "))]
    Trainer {
        /// What was asked for.
        name: String,
        /// Those that there are.
        known: Vec<String>,
    },
    /// The series do not suit the transform.
    #[error(transparent)]
    Transform(#[from] TransformError),
    /// The classes do not suit the source.
    #[error(transparent)]
    Mapping(#[from] MappingError),
    /// The readout cannot be fitted, its probabilities not be calibrated, or the histories not be
    /// forecast.
    #[error(transparent)]
    Core(#[from] retune_core::Error),
    /// Errors that cannot be compared.
    #[error("no readout has a finite error on the validation part")]
    NoFiniteError,
    /// The source was changed.
    #[error(transparent)]
    Source(#[from] SourceError),
}

impl FitError {
    /// What to do next, where there is something to say.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Core(error) => error.hint().map(str::to_owned),
            Self::Length { .. } => Some("give --unequal resample".to_owned()),
            Self::NotFinite { .. } => Some("give --missing interpolate".to_owned()),
            Self::NothingToTrain => Some(
                "use --readout means, or train with --epochs 20; a voice that is audio needs \
                 --initial-amplitude 0.05 as well"
                    .to_owned(),
            ),
            Self::Transform(error) => error.hint(),
            Self::Mapping(error) => error.hint(),
            Self::Source(error) => error.hint(),
            _ => None,
        }
    }
}
