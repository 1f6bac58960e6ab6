//! Every error of the library in one type.

use thiserror::Error;

use crate::audio::AudioError;
use crate::backend::BackendError;
use crate::fit::FitError;
use crate::program::ProgramError;
use crate::series::SeriesError;
use crate::source::SourceError;

/// Every error of the library; each says what was wrong and where.
#[derive(Debug, Error)]
pub enum Error {
    /// Reading, writing or fetching series.
    #[error(transparent)]
    Series(#[from] SeriesError),
    /// Reading, writing or resampling audio.
    #[error(transparent)]
    Audio(#[from] AudioError),
    /// Reading, making or trusting a source model.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// Choosing a backend.
    #[error(transparent)]
    Backend(#[from] BackendError),
    /// Fitting a program.
    #[error(transparent)]
    Fit(#[from] FitError),
    /// Reading, writing or using a program.
    #[error(transparent)]
    Program(#[from] ProgramError),
}

impl Error {
    /// What to do next, where there is something to say.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Series(error) => error.hint(),
            Self::Audio(error) => error.hint(),
            Self::Source(error) => error.hint(),
            Self::Backend(error) => error.hint(),
            Self::Fit(error) => error.hint(),
            Self::Program(error) => error.hint(),
        }
    }
}
