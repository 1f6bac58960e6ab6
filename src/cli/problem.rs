//! What is shown when a command fails.

use std::fmt;
use std::io::Write;

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
    error.downcast_ref().and_then(hint_with_options)
}

/// Settings are spelled as options: `missing`, `interpolate` as `--missing interpolate`.
pub fn hint_with_options(error: &retune::Error) -> Option<String> {
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
