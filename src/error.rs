//! Every error of the library in one type.

use thiserror::Error;

use crate::archive::ArchiveError;
use crate::audio::AudioError;
use crate::baseline::BaselineError;
use crate::engine::BackendError;
use crate::fit::FitError;
use crate::forecast::ForecastError;
use crate::program::ProgramError;
use crate::series::SeriesError;
use crate::source::SourceError;
use crate::train::TrainError;

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
    /// Training numbers.
    #[error(transparent)]
    Train(#[from] TrainError),
    /// Reading, writing or using a program.
    #[error(transparent)]
    Program(#[from] ProgramError),
    /// What a program is compared with.
    #[error(transparent)]
    Baseline(#[from] BaselineError),
    /// Reading histories and judging forecasts.
    #[error(transparent)]
    Forecast(#[from] ForecastError),
    /// What is already said with the one error type.
    #[error(transparent)]
    Core(#[from] retune_core::Error),
    /// Sweeps over many data sets.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
}

impl Error {
    /// Whether a budget of queries is spent: not a failure where something was found before.
    pub fn is_spent_budget(&self) -> bool {
        matches!(self, Self::Source(SourceError::BudgetSpent { .. }))
    }

    /// What to do next, where there is something to say.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Series(error) => error.hint(),
            Self::Audio(error) => error.hint(),
            Self::Source(error) => error.hint(),
            Self::Backend(error) => error.hint(),
            Self::Fit(error) => error.hint(),
            Self::Train(error) => error.hint(),
            Self::Program(error) => error.hint(),
            Self::Baseline(error) => error.hint(),
            Self::Forecast(error) => error.hint(),
            Self::Core(error) => error.hint().map(str::to_owned),
            Self::Archive(error) => error.hint(),
        }
    }
}
