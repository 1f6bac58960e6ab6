//! What is shown when a command fails.

use std::fmt;
use std::io::Write;

use retune::archive::ArchiveError;
use retune::audio::AudioError;
use retune::baseline::BaselineError;
use retune::engine::BackendError;
use retune::fit::FitError;
use retune::forecast::ForecastError;
use retune::program::ProgramError;
use retune::series::SeriesError;
use retune::source::SourceError;

use super::picture::PictureError;

/// An error of the command line itself, with what to do about it.
#[derive(Debug)]
pub struct Problem {
    message: String,
    hint: Option<String>,
}

impl Problem {
    /// One sentence without a full stop.
    pub fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            hint: None,
        }
    }

    /// The same with what to do next.
    pub fn with_hint(self, hint: impl Into<String>) -> Self {
        Self {
            hint: Some(hint.into()),
            ..self
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl std::error::Error for Problem {}

/// Tells what went wrong and what to do about it.
pub fn report(error: &anyhow::Error) {
    let mut text = format!("error: {error}\n");
    if let Some(hint) = hint(error) {
        text.push_str(&format!("hint: {hint}\n"));
    }
    // There is nobody to tell when stderr is closed.
    let _ = std::io::stderr().write_all(text.as_bytes());
}

/// What the error itself says to do, with the options that would help.
fn hint(error: &anyhow::Error) -> Option<String> {
    if let Some(problem) = error.downcast_ref::<Problem>() {
        return problem.hint.clone();
    }
    if let Some(error) = error.downcast_ref::<retune_core::Error>() {
        return hint_with_options(error);
    }
    if let Some(retune::Error::Core(error)) = error.downcast_ref() {
        return hint_with_options(error);
    }
    let of_any = || error.downcast_ref().and_then(retune::Error::hint);
    let of_series = || error.downcast_ref().and_then(SeriesError::hint);
    let of_audio = || error.downcast_ref().and_then(AudioError::hint);
    let of_source = || error.downcast_ref().and_then(SourceError::hint);
    let of_backend = || error.downcast_ref().and_then(BackendError::hint);
    let of_program = || error.downcast_ref().and_then(ProgramError::hint);
    let of_picture = || error.downcast_ref().and_then(PictureError::hint);
    let of_fit = || error.downcast_ref().and_then(FitError::hint);
    let of_baseline = || error.downcast_ref().and_then(BaselineError::hint);
    let of_forecast = || error.downcast_ref().and_then(ForecastError::hint);
    let of_archive = || error.downcast_ref().and_then(ArchiveError::hint);
    of_any()
        .or_else(of_series)
        .or_else(of_audio)
        .or_else(of_source)
        .or_else(of_backend)
        .or_else(of_program)
        .or_else(of_picture)
        .or_else(of_fit)
        .or_else(of_baseline)
        .or_else(of_archive)
        .or_else(of_forecast)
}

/// Settings are spelled as options: `missing`, `interpolate` as `--missing interpolate`.
fn hint_with_options(error: &retune_core::Error) -> Option<String> {
    let option = |(name, value): &(&str, &str)| {
        let option = format!("--{} {value}", name.replace('_', "-"));
        format!("`{}`", option.trim_end())
    };
    let options: Vec<String> = error.settings().iter().map(option).collect();
    let options = options.join(" or ");
    match error.hint() {
        Some(hint) if options.is_empty() => Some(hint.to_owned()),
        Some(hint) => Some(format!("{hint}: {options}")),
        None if options.is_empty() => None,
        None => Some(format!("give {options}")),
    }
}
