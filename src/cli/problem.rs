//! What is shown when a command fails.

use std::io::Write;
use std::path::Path;

use retune::wording::escaped;
use retune::{Error, ErrorKind};
use serde::Serialize;

use super::text::escaped_json;

/// An error of the command line itself, as one sentence without a full stop, and what to do next.
pub fn problem(message: impl Into<String>, hint: impl Into<String>) -> Error {
    Error::new(ErrorKind::Setting, message).with_hint(hint)
}

/// Names the file of data in an error of what is in it, where that names none.
pub fn about(error: anyhow::Error, data: Option<&Path>) -> anyhow::Error {
    use ErrorKind as Kind;
    match (error.downcast::<Error>(), data) {
        (Ok(error), Some(data)) => match error.kind() {
            Kind::Empty
            | Kind::NotANumber
            | Kind::MissingValue
            | Kind::NotFinite
            | Kind::Ragged
            | Kind::UnequalLengths
            | Kind::TooShort
            | Kind::Constant
            | Kind::Labels
            | Kind::Column
            | Kind::Time => error.of_file(data).into(),
            _ if error.to_string().contains(&data.display().to_string()) => {
                error.of_file(data).into()
            }
            _ => error.into(),
        },
        (Ok(error), None) => error.into(),
        (Err(error), _) => error,
    }
}

/// Names the file of a program in an error of what is in it, where that names none.
pub fn about_program(error: anyhow::Error, program: Option<&Path>) -> anyhow::Error {
    use ErrorKind as Kind;
    match (error.downcast::<Error>(), program) {
        (Ok(error), Some(program)) => match error.kind() {
            Kind::Damaged | Kind::Numeric | Kind::Mismatch => error.of_file(program).into(),
            _ => error.into(),
        },
        (Ok(error), None) => error.into(),
        (Err(error), _) => error,
    }
}

/// An error in JSON.
#[derive(Debug, Serialize)]
struct Failure {
    error: Details,
}

#[derive(Debug, Serialize)]
struct Details {
    /// Nothing for what is no error of the library.
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<ErrorKind>,
    /// As it is shown, with its place.
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<String>,
}

impl Details {
    fn of(error: &anyhow::Error) -> Self {
        let ours: Option<&Error> = error.downcast_ref();
        let place = ours.and_then(Error::place);
        let file = ours.and_then(Error::file);
        Self {
            kind: ours.map(Error::kind),
            message: error.to_string(),
            file: file.map(|file| file.display().to_string()),
            line: place.map(|place| place.line),
            field: place.and_then(|place| place.field),
            hint: ours.and_then(hint),
        }
    }
}

/// Tells what went wrong and what to do about it; as JSON in one line where that is asked for.
pub fn report(error: &anyhow::Error, json: bool) {
    let error = Details::of(error);
    let text = match json {
        true => escaped_json(&serde_json::to_string(&Failure { error }).unwrap_or_default()) + "\n",
        false => {
            let hint = error.hint.map(|hint| format!("hint: {}\n", escaped(&hint)));
            let message = escaped(&error.message);
            format!("error: {message}\n{}", hint.unwrap_or_default())
        }
    };
    // There is nobody to tell when stderr is closed.
    let _ = std::io::stderr().write_all(text.as_bytes());
}

/// What the error itself says to do, with the options that would help: the setting `missing`,
/// `interpolate` is spelled `--missing interpolate`. Options that were given have not helped.
pub fn hint(error: &Error) -> Option<String> {
    let arguments: Vec<String> = std::env::args().collect();
    hint_beside(error, &arguments)
}

fn hint_beside(error: &Error, given: &[String]) -> Option<String> {
    let option = |(name, value): &(&str, &str)| format!("--{} {value}", name.replace('_', "-"));
    let options: Vec<String> = error.settings().iter().map(option).collect();
    let options = options.iter().map(|option| option.trim_end());
    let known = super::options_of(given);
    let queries = |argument: &String| {
        argument.starts_with("--black-box") || argument.starts_with("--source-command")
    };
    let queries = given.iter().any(queries);
    // A black box has no readout.
    let has = |option: &&str| {
        let name = option.split(' ').next().unwrap_or_default();
        known.contains(name) && !(queries && name == "--readout")
    };
    let helps =
        |option: &&str| has(option) && (error.needs_all_settings() || !was_given(option, given));
    let helpful: Vec<String> = options
        .clone()
        .filter(helps)
        .map(|option| format!("`{option}`"))
        .collect();
    if helpful.is_empty() && !error.settings().is_empty() {
        let elsewhere = !options.clone().any(|option| has(&option));
        return error.hint().filter(|_| elsewhere).map(str::to_owned);
    }
    let options = helpful.join(if error.needs_all_settings() {
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

/// Whether an option stands in the arguments with just this value; one whose value depends on what is
/// wanted may have been given another.
fn was_given(option: &str, given: &[String]) -> bool {
    const FLAGS: [&str; 3] = ["--rows", "--uneven", "--ignore-counts"];
    match option.split_once(' ') {
        None => FLAGS.contains(&option) && given.iter().any(|argument| argument == option),
        Some((name, value)) => {
            let joined = format!("{name}={value}");
            let apart = |pair: &[String]| pair[0] == name && pair[1] == value;
            given.contains(&joined) || given.windows(2).any(apart)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hint_names_no_option_that_was_given() {
        let error = Error::new(ErrorKind::MissingValue, "the value is missing")
            .with_hint("fill it, or say that rows are series")
            .with_setting("missing", "interpolate")
            .with_setting("rows", "");
        for (given, expected) in [
            (
                "forecast a.csv",
                Some("`--missing interpolate` or `--rows`"),
            ),
            ("forecast a.csv --rows", Some(": `--missing interpolate`")),
            ("forecast --missing=interpolate a.csv", Some(": `--rows`")),
            ("forecast --missing interpolate --rows", None),
        ] {
            let given: Vec<String> = given.split(' ').map(str::to_owned).collect();
            let hint = hint_beside(&error, &given);
            assert_eq!(hint.is_some(), expected.is_some(), "{given:?}");
            assert!(hint.unwrap_or_default().ends_with(expected.unwrap_or("")));
        }
    }
}
