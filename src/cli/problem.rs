//! What is shown when a command fails.

use std::io::Write;

use retune::{Error, ErrorKind};

/// An error of the command line itself, as one sentence without a full stop, and what to do next.
pub fn problem(message: impl Into<String>, hint: impl Into<String>) -> Error {
    Error::new(ErrorKind::Setting, message).with_hint(hint)
}

/// Tells what went wrong and what to do about it.
pub fn report(error: &anyhow::Error) {
    let hint = error.downcast_ref().and_then(hint);
    let hint = hint.map_or(String::new(), |hint| format!("hint: {hint}\n"));
    // There is nobody to tell when stderr is closed.
    let _ = std::io::stderr().write_all(format!("error: {error}\n{hint}").as_bytes());
}

/// What the error itself says to do, with the options that would help: the setting `missing`,
/// `interpolate` is spelled `--missing interpolate`.
pub fn hint(error: &Error) -> Option<String> {
    let option = |(name, value): &(&str, &str)| {
        let option = format!("--{} {value}", name.replace('_', "-"));
        format!("`{}`", option.trim_end())
    };
    let options: Vec<String> = error.settings().iter().map(option).collect();
    let options = options.join(if error.needs_all_settings() {
        " and "
    } else {
        " or "
    });
    match error.hint() {
        Some(hint) if options.is_empty() => Some(hint.to_owned()),
        Some(hint) => Some(format!("{hint}: {options}")),
        None if options.is_empty() => None,
        None => Some(format!("give {options}")),
    }
}
