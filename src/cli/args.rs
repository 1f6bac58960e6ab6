//! Arguments that several commands share.

use std::collections::BTreeMap;
use std::str::FromStr;
use std::sync::{Mutex, Once, PoisonError};
use std::{env, panic};

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::parser::ValueSource;
use clap::{ArgMatches, Args, FromArgMatches};
use retune::series::{Format, LabelColumn, LongColumns, Missing, ReadOptions, Unequal};
use retune::{Engine, Error};

use super::common::Common;
use super::output::say;
use super::problem::problem;

/// Where the tensors are.
#[derive(Debug, Clone, Args)]
pub struct BackendArgs {
    /// What runs the tensors
    #[arg(long, value_name = "BACKEND", default_value = "cpu", value_parser = ["cpu", "wgpu"])]
    pub backend: String,
    /// With --backend wgpu: the graphics card, by part of its name or by its number in `bench --adapters`
    #[arg(long, value_name = "NAME|N")]
    adapter: Option<String>,
}

impl BackendArgs {
    /// The backend, if it is there; says on stderr which adapter it runs on.
    pub fn engine(&self, common: &Common) -> Result<Engine, Error> {
        engine(&self.backend, self.adapter.as_deref(), common)
    }
}

/// The backend of that name, on an adapter where one is wanted; says on stderr which it runs on, once.
pub fn engine(name: &str, adapter: Option<&str>, common: &Common) -> Result<Engine, Error> {
    static SAID: Once = Once::new();
    static HOOKED: Once = Once::new();

    if name == "wgpu" {
        HOOKED.call_once(panics_in_a_line);
    }
    let engine = match (name, adapter) {
        ("wgpu", Some(adapter)) => Engine::wgpu_on(adapter)?,
        (name, None) => Engine::named(name)?,
        (name, Some(_)) => {
            let message =
                format!("--adapter chooses a graphics card, which the {name} backend does not use");
            return Err(problem(
                message,
                "add --backend wgpu, or leave --adapter out",
            ));
        }
    };
    if let Some(adapter) = engine.adapter().filter(|_| !common.quiet) {
        SAID.call_once(|| say(&format!("adapter: {adapter}")));
    }
    Ok(engine)
}

/// What the runtime of a graphics card panics with, often many times over, is the cause of an error that is
/// told later, and one line is enough of it; unless somebody asks for backtraces.
fn panics_in_a_line() {
    if env::var_os("RUST_BACKTRACE").is_none_or(|asked| asked == "0") {
        let last = Mutex::new(String::new());
        panic::set_hook(Box::new(move |panic| {
            let text = panic.payload_as_str().unwrap_or("no message").trim();
            let place = panic
                .location()
                .map_or(String::new(), |place| format!(" ({place})"));
            let line = format!("wgpu: {text}{place}");
            let mut last = last.lock().unwrap_or_else(PoisonError::into_inner);
            if *last != line {
                say(&line);
                *last = line;
            }
        }));
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
    /// The label column of .csv, .tsv and .txt files: auto, first, last, none, a number from 1, or a
    /// name; auto takes what is called label, class, target or y, or else looks like classes
    #[arg(long, value_name = "COLUMN", default_value = "auto")]
    label: LabelColumn,
    /// A column to leave out, by name or number; several in as many options
    #[arg(long, value_name = "COLUMN")]
    drop: Vec<String>,
    /// The first and the last column of the values, by name or number
    #[arg(long, value_name = "FROM..TO", value_parser = range)]
    columns: Option<(String, String)>,
    #[command(flatten)]
    pub table: TableArgs,
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
            header: self.table.header,
            drop: self.drop.clone(),
            columns: self.columns.clone(),
            decimal: self.table.decimal,
            thousands: self.table.thousands.map(|Thousands(sign)| sign),
            format: self.format,
            ..ReadOptions::default()
        }
    }
}

/// How tables of text are read.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Reading")]
pub struct TableArgs {
    /// Whether the first row of a table names the columns; told by what stands there where it is not
    /// given
    #[arg(long, value_name = "yes|no", value_parser = yes_or_no)]
    pub header: Option<bool>,
    /// What parts the decimals of numbers: a point or a comma; told by the numbers where not given
    #[arg(long, value_name = "SIGN", value_parser = decimal)]
    pub decimal: Option<char>,
    /// What parts their thousands: none, a point, a comma, space or an apostrophe
    #[arg(long, value_name = "SIGN", value_parser = thousands)]
    pub thousands: Option<Thousands>,
}

/// The options that were given on the command line, by their ids, each with its values.
#[derive(Debug, Clone)]
pub struct Given(BTreeMap<String, String>);

impl Given {
    /// Refuses the first of these options that was given: nothing would take it up.
    pub fn refuse(&self, ids: &[&str], unused: &str) -> Result<(), Error> {
        let Some(id) = ids.iter().find(|id| self.0.contains_key(**id)) else {
            return Ok(());
        };
        // `columns` is another option, of tables of series.
        let name = id.replace("value_columns", "column").replace('_', "-");
        Err(problem(format!("--{name} {unused}"), "leave it out"))
    }

    /// The values of an option, where it was given.
    pub fn values(&self, id: &str) -> Option<&str> {
        self.0.get(id).map(String::as_str)
    }
}

impl Args for Given {
    fn augment_args(command: clap::Command) -> clap::Command {
        command
    }

    fn augment_args_for_update(command: clap::Command) -> clap::Command {
        command
    }
}

impl FromArgMatches for Given {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let ids = matches.ids().map(clap::Id::as_str);
        let given = |id: &&str| matches.value_source(id) == Some(ValueSource::CommandLine);
        let values = |id: &str| {
            let values = matches.try_get_raw(id).ok().flatten();
            let values = values.into_iter().flatten();
            let values = values.map(|value| value.to_string_lossy().into_owned());
            (id.to_owned(), values.collect::<Vec<_>>().join(" "))
        };
        Ok(Self(ids.filter(given).map(values).collect()))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

/// How series are read from tables and other files, which recordings are not.
pub const OF_SERIES: [&str; 13] = [
    "missing",
    "unequal",
    "label",
    "drop",
    "columns",
    "header",
    "decimal",
    "thousands",
    "format",
    "id",
    "channel",
    "time",
    "value",
];

/// How files of series are read, among them long ones.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Reading")]
pub struct SeriesArgs {
    #[command(flatten)]
    read: ReadArgs,
    /// Each row is one value: the column that tells the series apart, by name or number
    #[arg(long, value_name = "COLUMN", requires = "value")]
    id: Option<String>,
    /// With --id: the column that tells the channels of a series apart
    #[arg(long, value_name = "COLUMN", requires = "id")]
    channel: Option<String>,
    /// With --id: the column of the times, which have to grow
    #[arg(long, value_name = "COLUMN", requires = "id")]
    time: Option<String>,
    /// With --id: the column of the values
    #[arg(long, value_name = "COLUMN", requires = "id")]
    value: Option<String>,
}

impl SeriesArgs {
    /// The same as the library takes it.
    pub fn options(&self) -> ReadOptions {
        ReadOptions {
            long: long(
                self.id.as_deref(),
                self.channel.as_deref(),
                self.time.as_deref(),
                self.value.as_deref(),
            ),
            ..self.read.options()
        }
    }
}

/// The columns of a long table, where they are given.
pub fn long(
    id: Option<&str>,
    channel: Option<&str>,
    time: Option<&str>,
    value: Option<&str>,
) -> Option<LongColumns> {
    Some(LongColumns {
        id: id?.to_owned(),
        channel: channel.map(str::to_owned),
        time: time.map(str::to_owned),
        value: value?.to_owned(),
    })
}

/// How files are read whose labels are compared with predictions.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Reading")]
pub struct ScoredArgs {
    #[command(flatten)]
    series: SeriesArgs,
    /// Refuse a label that training never saw, which else is scored as wrong
    #[arg(long)]
    strict: bool,
}

impl ScoredArgs {
    /// The same as the library takes it.
    pub fn options(&self) -> ReadOptions {
        ReadOptions {
            strict: self.strict,
            ..self.series.options()
        }
    }
}

/// `yes` or `no`.
pub fn yes_or_no(text: &str) -> Result<bool, String> {
    match text {
        "yes" => Ok(true),
        "no" => Ok(false),
        _ => Err("expected yes or no".to_owned()),
    }
}

/// `FROM..TO`.
fn range(text: &str) -> Result<(String, String), String> {
    match text.split_once("..") {
        Some((from, to)) if !from.is_empty() && !to.is_empty() => {
            Ok((from.to_owned(), to.to_owned()))
        }
        _ => Err("expected the first and the last column, as in 2..40".to_owned()),
    }
}

/// `.`, `point`, `,` or `comma`.
fn decimal(text: &str) -> Result<char, String> {
    match text {
        "." | "point" => Ok('.'),
        "," | "comma" => Ok(','),
        _ => Err("expected . or ,".to_owned()),
    }
}

/// What parts thousands; nothing for `none`.
#[derive(Debug, Clone, Copy)]
pub struct Thousands(pub Option<char>);

/// The same, and `none`, `space` and an apostrophe.
fn thousands(text: &str) -> Result<Thousands, String> {
    let sign = match text {
        "none" => Ok(None),
        " " | "space" => Ok(Some(' ')),
        "'" | "apostrophe" => Ok(Some('\'')),
        _ => match decimal(text) {
            Ok(sign) => Ok(Some(sign)),
            Err(_) => Err("expected none, ., a comma, space or an apostrophe".to_owned()),
        },
    };
    sign.map(Thousands)
}

/// A value that has one of a few names, which help and errors list.
pub fn choice<T>(names: impl Into<PossibleValuesParser>) -> impl TypedValueParser<Value = T>
where
    T: FromStr + Clone + Send + Sync + 'static,
    T::Err: std::error::Error + Send + Sync + 'static,
{
    PossibleValuesParser::new(names).try_map(|name| name.parse::<T>())
}

/// A finite number that is as it should be, which `expected` says.
fn number(text: &str, expected: &str, good: impl Fn(f64) -> bool) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(number) if number.is_finite() && good(number) => Ok(number),
        Ok(_) => Err(format!("expected a number {expected}")),
        Err(_) => Err("not a number".to_owned()),
    }
}

/// A share of the whole: from 0 to below 1.
pub fn share(text: &str) -> Result<f64, String> {
    number(text, "at least 0 and below 1", |number| {
        (0.0..1.0).contains(&number)
    })
}

/// The same, above 0.
pub fn some_share(text: &str) -> Result<f64, String> {
    number(text, "above 0 and below 1", |number| {
        0.0 < number && number < 1.0
    })
}

/// A finite number above 0.
pub fn positive(text: &str) -> Result<f64, String> {
    number(text, "above 0", |number| number > 0.0)
}

/// Seconds, up to an hour of them.
pub fn up_to_an_hour(text: &str) -> Result<f64, String> {
    number(text, "above 0 and at most 3600", |number| {
        number > 0.0 && number <= 3600.0
    })
}

/// A finite number from 0.
pub fn not_negative(text: &str) -> Result<f64, String> {
    number(text, "at least 0", |number| number >= 0.0)
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

/// What may be `none`, for clap takes an option of an option for something else.
#[derive(Debug, Clone, Copy)]
pub struct OrNone(pub Option<usize>);

impl OrNone {
    /// Reads a whole number from 1, which `what` names, or none.
    pub fn parse(text: &str, what: &str) -> Result<Self, String> {
        match (text, count(text)) {
            ("none", _) => Ok(Self(None)),
            (_, Ok(number)) => Ok(Self(Some(number))),
            _ => Err(format!("expected {what} from 1, or none")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_outside_their_limits_are_refused() {
        for text in ["NaN", "inf", "-1", ""] {
            for read in [not_negative, share, positive] {
                assert!(read(text).is_err(), "{text}");
            }
            assert!(part(text).is_err() && count(text).is_err(), "{text}");
        }
        let refused = Err("expected a number at least 0 and below 1".to_owned());
        assert_eq!((share("0"), share("1")), (Ok(0.0), refused));
        assert_eq!(positive("0").unwrap_err(), "expected a number above 0");
        assert_eq!(not_negative("x").unwrap_err(), "not a number");
        assert_eq!((part("1"), count("3")), (Ok(1.0), Ok(3)));
    }
}
