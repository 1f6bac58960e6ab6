//! Monash's `.tsf`: headers with `@`, then a history in each row, `attribute:…:values`.

use std::path::Path;

use jiff::Span;
use jiff::civil::DateTime;

use super::fill::{Field, Gaps};
use super::{Histories, History};
use crate::forecast::timeline::{Grid, TimeColumn};
use crate::forecast::{HistoryOptions, Timeline};
use crate::table::{Place, ReadAs, Row, check_memory_of_series, without_gz};
use crate::wording::{EMPTY_FILE, list, shorten};
use crate::{Error, ErrorKind};

/// How times may be written, the second one as the archive does.
const PATTERNS: [&str; 4] = [
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%d %H-%M-%S",
    "%Y-%m-%dT%H:%M:%S",
    "%Y-%m-%d",
];

/// What the headers of these files say; `@timestamp` is a column of other tables.
const TAGS: [&str; 7] = [
    "relation",
    "attribute",
    "frequency",
    "horizon",
    "missing",
    "equallength",
    "data",
];

/// Whether a file is one of these: by its name, or by how it begins.
pub(super) fn is_tsf(path: &Path, text: &str) -> bool {
    let named = |path: &Path| {
        let end = path.extension();
        end.is_some_and(|end| end.eq_ignore_ascii_case("tsf"))
    };
    let mut lines = text.lines().map(str::trim);
    let first = lines.find(|line| !line.is_empty() && !line.starts_with('#'));
    let first = first.and_then(|line| line.strip_prefix('@')?.split_whitespace().next());
    let known = |tag: &str| TAGS.iter().any(|known| tag.eq_ignore_ascii_case(known));
    named(&without_gz(path)) || first.is_some_and(known)
}

/// What the headers say.
#[derive(Debug, Default)]
struct Header {
    /// The names of the attributes, and whether each is a time.
    attributes: Vec<(String, bool)>,
    /// From one value to the next.
    step: Option<Span>,
}

/// Reads all histories. The name of one is that of its attributes that are no times; its times go
/// on from the one attribute that is one, in steps of `@frequency`.
pub(super) fn read(path: &Path, text: &str, options: &HistoryOptions) -> Result<Histories, Error> {
    let asked = options.rows || !options.columns.is_empty();
    if asked || options.id.is_some() || options.time.as_deref().is_some_and(|time| time != "none") {
        let message = format!(
            "{}: a .tsf file says itself where its series and times are; \
             expected no columns to be named",
            path.display()
        );
        return Err(Error::new(ErrorKind::Setting, message));
    }
    let unused = [
        ("step of times", options.frequency.is_some()),
        ("filled rows", options.fill.is_some()),
        ("tolerance of times", options.tolerance.is_some()),
        ("order of day and month", options.day_first.is_some()),
        ("header", options.header.is_some()),
        ("decimal sign", options.decimal.is_some()),
        ("thousands separator", options.thousands.is_some()),
    ];
    if let Some((what, _)) = unused.iter().find(|(_, given)| *given) {
        let message = format!(
            "{}: a .tsf file says itself how it is written; expected nothing to be said of its {what}",
            path.display()
        );
        return Err(Error::new(ErrorKind::Setting, message).with_hint("leave the option out"));
    }
    check_memory_of_series(path, text)?;
    let mut header = Header::default();
    let mut gaps = Gaps::new(options.missing, ("correct the field", &[]));
    let mut in_data = false;
    let mut histories = Vec::new();
    for (line, text) in (1..).zip(text.lines()) {
        let text = text.trim();
        if text.is_empty() || text.starts_with('#') {
            continue;
        }
        if in_data {
            let number = histories.len() + 1;
            histories.push(header.history(path, line, text, number, options, &mut gaps)?);
        } else {
            in_data = header.declare(path, line, text)?;
        }
    }
    if histories.is_empty() {
        let problem = match in_data {
            true => "the file has no series; expected `attribute:…:values` after `@data`",
            false => "the file ends without `@data`; expected it before the series",
        };
        let last = text.lines().count().max(1);
        let error = Error::new(ErrorKind::Empty, problem).at(Place::line(path, last));
        return Err(error.with_hint(EMPTY_FILE));
    }
    let mut read_as = ReadAs::new(path, format!("{} series of a .tsf file", histories.len()));
    let dated = options.time.is_none() && header.attributes.iter().any(|(_, is_time)| *is_time);
    let times = header.step.filter(|_| dated);
    let times = times.map_or("counts".to_owned(), |step| format!("every {step:#}"));
    read_as.add("time", times);
    gaps.tell(&mut read_as);
    Ok(Histories { histories, read_as })
}

impl Header {
    /// Reads one line before the data; true for `@data`.
    fn declare(&mut self, path: &Path, line: usize, text: &str) -> Result<bool, Error> {
        let malformed =
            |problem: String| Error::new(ErrorKind::Malformed, problem).at(Place::line(path, line));
        let Some(tag) = text.strip_prefix('@') else {
            let found = shorten(text);
            return Err(malformed(format!(
                "found `{found}` before `@data`; expected a line that starts with `@`"
            )));
        };
        let mut words = tag.split_whitespace();
        let name = words.next().unwrap_or_default().to_lowercase();
        match (name.as_str(), words.next(), words.next()) {
            ("data", ..) => return Ok(true),
            ("attribute", Some(name), Some(kind)) => {
                let is_time = kind.eq_ignore_ascii_case("date");
                if is_time && self.attributes.iter().any(|(_, is_time)| *is_time) {
                    let name = shorten(name);
                    return Err(malformed(format!(
                        "`{name}` is a second attribute of type `date`; expected one, the first time"
                    )));
                }
                self.attributes.push((name.to_owned(), is_time));
            }
            ("attribute", ..) => {
                let found = shorten(text);
                return Err(malformed(format!("`{found}` has no name and type")));
            }
            ("frequency", Some(frequency), _) => {
                let step = step(frequency).ok_or_else(|| {
                    let found = shorten(frequency);
                    malformed(format!(
                        "`@frequency` is `{found}`; expected `yearly`, `quarterly`, `monthly`, \
                         `weekly`, `daily`, `hourly`, `half_hourly`, `minutely` or such as \
                         `10_minutes`"
                    ))
                });
                self.step = Some(step?);
            }
            // What a tool notes about the data.
            _ => {}
        }
        Ok(false)
    }

    /// Reads one row.
    fn history(
        &self,
        path: &Path,
        line: usize,
        text: &str,
        number: usize,
        options: &HistoryOptions,
        gaps: &mut Gaps,
    ) -> Result<History, Error> {
        let own = self.attributes.len();
        let parts: Vec<&str> = text.splitn(own + 1, ':').map(str::trim).collect();
        let [attributes @ .., last] = parts.as_slice() else {
            return Err(self.ragged(path, line, 0));
        };
        if attributes.len() != own || last.contains(':') {
            let found = text.matches(':').count();
            return Err(self.ragged(path, line, found));
        }
        let of = |wanted: bool| {
            let all = self.attributes.iter().zip(attributes).enumerate();
            all.filter(move |(_, ((_, is_time), _))| *is_time == wanted)
        };
        let names: Vec<&str> = of(false).map(|(_, (_, name))| *name).collect();
        let name = match names.as_slice() {
            [] => number.to_string(),
            names => names.join("/"),
        };
        let start = of(true).next().filter(|_| options.time.is_none());
        let timeline = match start {
            Some((field, (_, start))) => {
                self.timeline(Place::field(path, line, field + 1), start, &name)?
            }
            None => Timeline::counts(),
        };
        let row = Row::new(line, attributes.iter().copied().chain(last.split(',')));
        let fields = (own..row.len()).map(|column| Field::of(&row, column));
        Ok(History {
            values: gaps.values(path, &name, fields)?,
            timeline,
            name,
        })
    }

    fn ragged(&self, path: &Path, line: usize, found: usize) -> Error {
        let names = self.attributes.iter().map(|(name, _)| name);
        let message = format!(
            "the row has {found} attributes before its values; expected {}: {}",
            self.attributes.len(),
            list(names)
        );
        Error::new(ErrorKind::Ragged, message).at(Place::line(path, line))
    }

    /// The times from a first one on.
    fn timeline(&self, place: Place, start: &str, name: &str) -> Result<Timeline, Error> {
        let wrong = |message: String| Error::new(ErrorKind::Time, message).at(place.clone());
        let step = self.step.ok_or_else(|| {
            wrong("the series has a first time, but the file has no `@frequency`".to_owned())
                .with_hint("add a line such as `@frequency daily`, or take no times")
                .with_setting("time", "none")
        })?;
        let mut read = PATTERNS.iter().map(|pattern| match *pattern {
            "%Y-%m-%d" => jiff::civil::Date::strptime(pattern, start).map(DateTime::from),
            pattern => DateTime::strptime(pattern, start),
        });
        let first = read.find_map(Result::ok).ok_or_else(|| {
            let found = shorten(start);
            wrong(format!(
                "`{found}` is no time that can be read; expected one written like \
                 `1990-01-31 00-00-00`"
            ))
        })?;
        // Times are read from a column everywhere else, so some are made into one: enough that
        // days are not taken for months or years.
        let time = |place: i64| first.checked_add(step.checked_mul(place).ok()?).ok();
        let times: Vec<DateTime> = (0..6).map_while(time).collect();
        if times.len() < 2 {
            let found = shorten(start);
            return Err(wrong(format!(
                "no time comes after `{found}`; the last year is 9999"
            )));
        }
        let midnight = DateTime::default().time();
        let pattern = match times.iter().all(|time| time.time() == midnight) {
            true => "%Y-%m-%d",
            false => "%Y-%m-%d %H:%M:%S",
        };
        let written = times.iter().map(|time| time.strftime(pattern).to_string());
        let written: Vec<String> = written.collect();
        let column = TimeColumn {
            path: &place.path,
            column: place.field.unwrap_or(1),
            name,
            day_first: None,
            fields: written
                .iter()
                .map(|time| (place.line, time.as_str()))
                .collect(),
        };
        Timeline::read(&column, &Grid::default()).map(|read| read.times)
    }
}

/// The step that a frequency stands for.
fn step(frequency: &str) -> Option<Span> {
    let span = Span::new();
    Some(match frequency.to_lowercase().as_str() {
        "yearly" => span.years(1),
        "quarterly" => span.months(3),
        "monthly" => span.months(1),
        "weekly" => span.days(7),
        "daily" => span.days(1),
        "hourly" => span.hours(1),
        "half_hourly" => span.minutes(30),
        "minutely" => span.minutes(1),
        "secondly" => span.seconds(1),
        other => {
            let (count, unit) = other.split_once('_')?;
            let count: i64 = count
                .parse()
                .ok()
                .filter(|count| (1..=1_000_000).contains(count))?;
            match unit.trim_end_matches('s') {
                "year" => span.try_years(count).ok()?,
                "quarter" => span.try_months(3 * count).ok()?,
                "month" => span.try_months(count).ok()?,
                "week" => span.days(7 * count),
                "day" => span.days(count),
                "hour" => span.hours(count),
                "minute" => span.minutes(count),
                "second" => span.seconds(count),
                _ => return None,
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::forecast::Step;
    use crate::series::Missing;

    const HEADER: &str = "# a comment\n@relation r\n@attribute series_name string\n\
                          @attribute start_timestamp date\n@frequency monthly\n@horizon 2\n\
                          @missing true\n@equallength false\n@data\n";

    fn parse(text: &str, options: &HistoryOptions) -> Result<Vec<History>, Error> {
        History::parse("a.tsf".as_ref(), text, options).map(|read| read.histories)
    }

    fn interpolating() -> HistoryOptions {
        HistoryOptions {
            missing: Missing::Interpolate,
            ..HistoryOptions::default()
        }
    }

    #[test]
    fn what_a_file_says_itself_is_not_to_be_said() {
        let text = format!("{HEADER}T1:1979-01-31 00-00-00:1,2,3\n");
        for (options, what) in [
            (
                HistoryOptions {
                    frequency: Some(Step::Months(3)),
                    ..HistoryOptions::default()
                },
                "step of times",
            ),
            (
                HistoryOptions {
                    decimal: Some(','),
                    ..HistoryOptions::default()
                },
                "decimal sign",
            ),
        ] {
            let error = parse(&text, &options).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Setting);
            assert!(error.to_string().ends_with(what), "{error}");
        }
    }

    #[test]
    fn rows_are_histories_with_times() {
        let text = format!("{HEADER}T1:1979-01-31 00-00-00:1,?,3\n\nT2:2020-02-01:7.5\n");
        let found = parse(&text, &interpolating()).unwrap();
        let names: Vec<&str> = found.iter().map(|one| one.name.as_str()).collect();
        assert_eq!(names, ["T1", "T2"]);
        assert_eq!(found[0].values, [1.0, 2.0, 3.0]);
        assert_eq!(found[1].values, [7.5]);
        let stamps = found[0].timeline.stamps(0..4).unwrap();
        assert_eq!(
            stamps,
            ["1979-01-31", "1979-02-28", "1979-03-31", "1979-04-30"]
        );
        let error = parse(&text, &HistoryOptions::default()).unwrap_err();
        assert!(
            error
                .to_string()
                .starts_with("a.tsf:10:4: the value is missing"),
            "{error}"
        );
        let table = "@timestamp,load\n2020-01-01,1\n2020-01-02,2\n";
        assert!(!is_tsf("a.csv".as_ref(), table));
        // Without its name, a file is known by how it begins.
        assert_eq!(
            History::parse("-".as_ref(), &text, &interpolating())
                .unwrap()
                .histories,
            found
        );
        let counted = HistoryOptions {
            time: Some("none".to_owned()),
            ..interpolating()
        };
        let counted = parse(&text, &counted).unwrap();
        assert_eq!(counted[0].timeline, Timeline::counts());
    }

    #[test]
    fn frequencies_are_steps() {
        for (frequency, expected) in [
            ("yearly", "1991-01-01"),
            ("quarterly", "1990-04-01"),
            ("monthly", "1990-02-01"),
            ("weekly", "1990-01-08"),
            ("daily", "1990-01-02"),
            ("hourly", "1990-01-01 01:00:00"),
            ("half_hourly", "1990-01-01 00:30:00"),
            ("minutely", "1990-01-01 00:01:00"),
            ("10_minutes", "1990-01-01 00:10:00"),
            ("4_seconds", "1990-01-01 00:00:04"),
            ("2_weeks", "1990-01-15"),
            ("31_days", "1990-02-01"),
            ("365_days", "1991-01-01"),
        ] {
            let text = format!(
                "@attribute t date\n@frequency {frequency}\n@data\n1990-01-01 00-00-00:1,2,3\n"
            );
            let found = parse(&text, &HistoryOptions::default()).unwrap();
            assert_eq!(found[0].name, "1");
            assert_eq!(found[0].timeline.stamp(1).unwrap(), expected, "{frequency}");
            let of_months = matches!(found[0].timeline.step(), Step::Months(_));
            let expected = ["yearly", "quarterly", "monthly"].contains(&frequency);
            assert_eq!(of_months, expected, "{frequency}");
        }
    }

    #[test]
    fn attributes_that_are_no_times_are_the_name() {
        let text = "@attribute series_name string\n@attribute state string\n@data\nT1:NSW:1,2\n";
        let found = parse(text, &HistoryOptions::default()).unwrap();
        assert_eq!(
            (found[0].name.as_str(), &found[0].timeline),
            ("T1/NSW", &Timeline::counts())
        );
        let bare = parse("@data\n1,2\n3\n", &HistoryOptions::default()).unwrap();
        assert_eq!((bare.len(), bare[1].name.as_str()), (2, "2"));
    }

    #[test]
    fn what_is_wrong_has_its_place() {
        // The last ones are steps that no calendar reaches.
        let steps = "often 0_days 9999999999999_days 20000_years 100000_quarters 300000_months";
        for step in steps.split(' ') {
            let found = parse(&format!("@frequency {step}\n"), &HistoryOptions::default());
            let expected = format!("a.tsf:1: `@frequency` is `{step}`");
            assert!(found.unwrap_err().to_string().contains(&expected), "{step}");
        }
        for (text, expected) in [
            ("", "a.tsf:1: the file ends without `@data`"),
            ("@data\n", "a.tsf:1: the file has no series"),
            ("1,2\n", "a.tsf:1: found `1,2` before `@data`"),
            (
                "@attribute x\n",
                "a.tsf:1: `@attribute x` has no name and type",
            ),
            (
                "@attribute a date\n@attribute b date\n",
                "a.tsf:2: `b` is a second attribute",
            ),
            (
                "HEAD1,2\n",
                "a.tsf:10: the row has 0 attributes before its values; expected 2",
            ),
            ("HEADa:1,2\n", "a.tsf:10: the row has 1 attributes"),
            (
                "HEADa:1990-01-01 00:00:00:1,2\n",
                "a.tsf:10: the row has 4 attributes",
            ),
            (
                "HEADa:soon:1,2\n",
                "a.tsf:10:2: `soon` is no time that can be read",
            ),
            (
                "HEADa:1990-13-01:1,2\n",
                "a.tsf:10:2: `1990-13-01` is no time",
            ),
            (
                "HEADa:9999-12-31:1,2\n",
                "a.tsf:10:2: no time comes after `9999-12-31`",
            ),
            (
                "HEADa:1990-01-01:1,x\n",
                "a.tsf:10:4: field `x` is not a number",
            ),
            ("HEADa:1990-01-01:?,?\n", "every value of `a` is missing"),
            (
                "@attribute a date\n@data\n1990-01-01:1\n",
                "the file has no `@frequency`",
            ),
        ] {
            let text = text.replace("HEAD", HEADER);
            let error = parse(&text, &interpolating()).unwrap_err().to_string();
            assert!(error.contains(expected), "{expected}: {error}");
            assert!(error.contains("a.tsf"), "{error}");
        }
        let named = HistoryOptions {
            id: Some("a".to_owned()),
            ..HistoryOptions::default()
        };
        let error = parse("@data\n1\n", &named).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Setting);
    }

    proptest::proptest! {
        #[test]
        fn any_rows_are_read_or_refused(rows in "[0-9a:,?. -]{0,40}(\n[0-9a:,?-]{0,20})?") {
            let _ = parse(&format!("{HEADER}{rows}"), &interpolating());
        }
    }
}
