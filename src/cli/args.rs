//! Arguments that several commands share.

use std::str::FromStr;

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use retune::series::{Format, LabelColumn, Missing, ReadOptions, Unequal};
use retune::{Engine, Error};

/// What every command takes.
#[derive(Debug, Clone, Args)]
pub struct Common {
    /// Print the result as JSON
    #[arg(long, global = true, help_heading = "Everywhere")]
    pub json: bool,
    /// No progress and no notes on stderr, only errors
    #[arg(long, short, global = true, help_heading = "Everywhere")]
    pub quiet: bool,
    /// The seed of everything random
    #[arg(
        long,
        global = true,
        value_name = "N",
        default_value_t = 0,
        help_heading = "Everywhere"
    )]
    pub seed: u64,
}

/// Where the tensors are.
#[derive(Debug, Clone, Args)]
pub struct BackendArgs {
    /// What runs the tensors
    #[arg(long, value_name = "BACKEND", default_value = "cpu", value_parser = ["cpu", "wgpu"])]
    pub backend: String,
}

impl BackendArgs {
    /// The backend, if it is there.
    pub fn engine(&self) -> Result<Engine, Error> {
        Engine::named(&self.backend)
    }
}

/// How files of series are read.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Reading")]
pub struct ReadArgs {
    /// What to do with missing values
    #[arg(long, value_name = "HOW", default_value = "reject", value_parser = choice::<Missing>(&["reject", "interpolate"]))]
    pub missing: Missing,
    /// What to do with series of unequal length
    #[arg(long, value_name = "HOW", default_value = "reject", value_parser = choice::<Unequal>(&["reject", "resample"]))]
    unequal: Unequal,
    /// The label column of .csv, .tsv and .txt files: first, last, none, a number from 1, or a name
    #[arg(long, value_name = "COLUMN", default_value = "first")]
    label: LabelColumn,
    /// The format, where the file's name does not say it; `-` is standard input
    #[arg(long, value_name = "FORMAT", value_parser = choice::<Format>(&["ts", "tsv", "txt", "arff", "csv", "npy", "npz"]))]
    format: Option<Format>,
}

impl ReadArgs {
    /// The same as the library takes it.
    pub fn options(&self) -> ReadOptions {
        ReadOptions {
            missing: self.missing,
            unequal: self.unequal,
            label: self.label.clone(),
            format: self.format,
        }
    }
}

/// A value that has one of a few names, which help and errors list.
pub fn choice<T>(names: &'static [&'static str]) -> impl TypedValueParser<Value = T>
where
    T: FromStr + Clone + Send + Sync + 'static,
    T::Err: std::error::Error + Send + Sync + 'static,
{
    PossibleValuesParser::new(names).try_map(|name| name.parse::<T>())
}

/// A finite number within the limits; `low` is one of them where `low_counts`, `high` never is.
fn number(text: &str, low: f64, low_counts: bool, high: f64) -> Result<f64, String> {
    let number: f64 = text.parse().map_err(|_| "not a number".to_owned())?;
    let above = number > low || (low_counts && number == low);
    if above && number < high {
        return Ok(number);
    }
    let least = if low_counts { "at least" } else { "above" };
    let limit = match high {
        f64::INFINITY => String::new(),
        high => format!(" and below {high}"),
    };
    Err(format!("expected a number {least} {low}{limit}"))
}

/// A share of the whole: from 0 to below 1.
pub fn share(text: &str) -> Result<f64, String> {
    number(text, 0.0, true, 1.0)
}

/// A finite number above 0.
pub fn positive(text: &str) -> Result<f64, String> {
    number(text, 0.0, false, f64::INFINITY)
}

/// A finite number from 0.
pub fn not_negative(text: &str) -> Result<f64, String> {
    number(text, 0.0, true, f64::INFINITY)
}

/// The same in 32 bits.
pub fn not_negative_single(text: &str) -> Result<f32, String> {
    not_negative(text).map(|number| number as f32)
}

/// A part of the whole: from 0 to 1.
pub fn part(text: &str) -> Result<f32, String> {
    match not_negative_single(text)? {
        number if number <= 1.0 => Ok(number),
        _ => Err("expected a number from 0 to 1".to_owned()),
    }
}

/// A whole number from 1.
pub fn count(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(0) | Err(_) => Err("expected a whole number from 1".to_owned()),
        Ok(number) => Ok(number),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_outside_their_limits_are_refused() {
        assert_eq!(share("0"), Ok(0.0));
        assert_eq!(
            share("1").unwrap_err(),
            "expected a number at least 0 and below 1"
        );
        assert_eq!(positive("0").unwrap_err(), "expected a number above 0");
        assert_eq!(not_negative("x").unwrap_err(), "not a number");
        assert_eq!(part("1"), Ok(1.0));
        for text in ["NaN", "inf", "-1", ""] {
            assert!(
                not_negative(text).is_err() && share(text).is_err(),
                "{text}"
            );
            assert!(part(text).is_err() && positive(text).is_err(), "{text}");
            assert!(count(text).is_err(), "{text}");
        }
        assert_eq!(count("3"), Ok(3));
    }
}
