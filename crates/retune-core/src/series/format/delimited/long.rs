//! Long tables, in which each row is one value.

use std::cmp::Ordering;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;

use super::columns::{PLANNED_ROWS, Table};
use super::label::{self, label_of};
use crate::series::format::line::at;
use crate::series::format::{Line, RawRow};
use crate::series::{LabelColumn, LongColumns};
use crate::table::{NumberStyle, Row};
use crate::wording::shorten;
use crate::{Error, ErrorKind};

/// The columns of a long table, from 0.
#[derive(Debug, Clone)]
pub(in crate::series) struct Long {
    pub id: usize,
    pub channel: Option<usize>,
    pub time: Option<usize>,
    pub value: usize,
    pub label: Option<usize>,
}

/// The values of a channel of a series, and its last row.
type Channel<'r> = (Vec<f64>, &'r Row);

impl Long {
    /// Those that are asked for.
    pub(super) fn of(
        table: &Table<'_>,
        wanted: &LongColumns,
        label: &LabelColumn,
    ) -> Result<Self, Error> {
        let all: Vec<usize> = (0..table.width).collect();
        let label = match label {
            LabelColumn::Auto => label::named(table, &all).first().copied(),
            LabelColumn::Absent => None,
            LabelColumn::First => Some(0),
            LabelColumn::Last => table.width.checked_sub(1),
            LabelColumn::Number(number) => Some(table.find(&number.to_string(), "label")?),
            LabelColumn::Name(name) => Some(table.find(name, "label")?),
        };
        let other = |name: &Option<String>, setting| {
            let name = name.as_deref().map(|name| table.find(name, setting));
            name.transpose()
        };
        let long = Self {
            id: table.find(&wanted.id, "id")?,
            channel: other(&wanted.channel, "channel")?,
            time: other(&wanted.time, "time")?,
            value: table.find(&wanted.value, "value")?,
            label: None,
        };
        let used = [Some(long.id), long.channel, long.time, Some(long.value)];
        Ok(Self {
            label: label.filter(|label| !used.contains(&Some(*label))),
            ..long
        })
    }

    /// Refuses a table, seen whole, whose series have channels that nobody named: their values would be
    /// glued together.
    pub(super) fn check_channels(&self, table: &Table<'_>) -> Result<(), Error> {
        let all: Vec<usize> = (0..table.width).collect();
        let times = self.time.map_or_else(|| all.clone(), |time| vec![time]);
        if self.channel.is_some() {
            return Ok(());
        }
        let Some([_, channel, time]) = channels(table, &[self.id], &all, &times) else {
            return Ok(());
        };
        let (channel, time) = (table.name(channel), table.name(time));
        let message = format!(
            "the series have channels: in {time} times start anew with each {channel} of a series"
        );
        Err(table
            .error(ErrorKind::Column, message)
            .with_hint("name the column that tells them apart")
            .with_setting("channel", ""))
    }

    /// Puts the values of each series together, in the order in which they begin, and says how many
    /// channels each has.
    pub fn gather(
        &self,
        path: &Path,
        rows: &[Row],
        style: NumberStyle,
    ) -> Result<(Vec<RawRow>, usize), Error> {
        let mut places: HashMap<&str, usize> = HashMap::new();
        let (mut names, mut known_names) = (Vec::new(), HashMap::new());
        let mut series: Vec<(RawRow, Vec<Channel<'_>>)> = Vec::new();
        for row in rows {
            let id = row.get(self.id).trim();
            let label = self.label.map(|column| label_of(row.get(column)));
            let text = row.get(self.value);
            let value = at(path, row).value(style.number(text), self.value + 1, text)?;
            let place = *places.entry(id).or_insert(series.len());
            if place == series.len() {
                let begun = RawRow {
                    line: row.line,
                    label: label.clone(),
                    label_field: self.label.map_or(0, |column| column + 1),
                    values: Vec::new(),
                    id: Some(id.to_owned()),
                };
                series.push((begun, Vec::new()));
            }
            let (known, channels) = &mut series[place];
            if known.label != label {
                let message = format!(
                    "the series `{}` has the label `{}` here and `{}` on line {}; expected one",
                    shorten(id),
                    shorten(label.as_deref().unwrap_or_default()),
                    shorten(known.label.as_deref().unwrap_or_default()),
                    known.line
                );
                return Err(at(path, row).error(ErrorKind::Labels, message));
            }
            let name = self.channel.map_or("", |column| row.get(column).trim());
            let channel = *known_names.entry(name).or_insert(names.len());
            if channel == names.len() {
                names.push(name);
            }
            while channels.len() <= channel {
                channels.push((Vec::new(), row));
            }
            let (values, last) = &mut channels[channel];
            if let Some(time) = self.time.filter(|_| !values.is_empty())
                && compare(last.get(time), row.get(time)) != Ordering::Less
            {
                let message = format!(
                    "the time `{}` of the series `{}` is not later than `{}` before it; \
                     expected the values of a series in their order",
                    shorten(row.get(time)),
                    shorten(id),
                    shorten(last.get(time))
                );
                let error = at(path, row).error_in(time + 1, ErrorKind::Time, message);
                return Err(match self.channel {
                    Some(_) => error,
                    None => error
                        .with_hint("if series have channels, name the column that tells them apart")
                        .with_setting("channel", ""),
                });
            }
            values.push(value);
            *last = row;
        }
        let count = names.len().max(1);
        let joined = series.into_iter().map(|(mut row, mut channels)| {
            let length = channels.iter().map(|(values, _)| values.len()).max();
            let length = length.unwrap_or(0);
            channels.resize_with(count, || (Vec::new(), &rows[0]));
            let uneven = channels
                .iter()
                .position(|(values, _)| values.len() != length);
            if let Some(channel) = uneven {
                let (name, found) = (shorten(names[channel]), channels[channel].0.len());
                let message = format!(
                    "the channel `{name}` of the series that begins here has {found} values, \
                     another {length}; expected channels of one length"
                );
                let number = row.line;
                return Err(Line { path, number }.malformed(message));
            }
            row.values = channels
                .into_iter()
                .flat_map(|(values, _)| values)
                .collect();
            Ok(row)
        });
        Ok((joined.collect::<Result<_, Error>>()?, count))
    }
}

/// Refuses a table that looks long and was not said to be.
pub(super) fn refuse(table: &Table<'_>, columns: &[usize]) -> Result<(), Error> {
    /// Long tables have few columns.
    const MOST: usize = 8;
    if !(3..=MOST).contains(&columns.len()) || table.rows.len() < 6 {
        return Ok(());
    }
    let named = |message: String| {
        let error = table.error(ErrorKind::Column, message);
        error.with_hint("name its columns").with_setting("id", "")
    };
    if let Some([id, channel, time]) = channels(table, columns, columns, columns) {
        let message = format!(
            "the table is long: in {} times start anew with each {} and {}, so a row is one value of \
             one channel and no series",
            table.name(time),
            table.name(id),
            table.name(channel)
        );
        return Err(named(message)
            .with_setting("channel", "")
            .with_setting("time", "")
            .with_setting("value", "")
            .with_all_settings());
    }
    let pairs = columns
        .iter()
        .flat_map(|id| columns.iter().map(move |time| (*id, *time)));
    let mut pairs = pairs.filter(|(id, time)| id != time);
    let Some((id, time)) = pairs.find(|(id, time)| restarts(table, *id, *time)) else {
        return Ok(());
    };
    let message = format!(
        "the table is long: in {} times start anew with each {}, so a row is one value and no series",
        table.name(time),
        table.name(id)
    );
    Err(named(message)
        .with_setting("time", "")
        .with_setting("value", "")
        .with_all_settings())
}

/// Whether one column holds the same for several rows on end, and another grows in each of these
/// runs and starts anew with the next.
fn restarts(table: &Table<'_>, id: usize, time: usize) -> bool {
    let (mut runs, mut seen) = (1, HashSet::new());
    let mut pairs = table.rows.windows(2).map(|pair| (&pair[0], &pair[1]));
    let grows = pairs.all(|(one, next)| {
        let order = compare(one.get(time), next.get(time));
        let same = one.get(id).trim() == next.get(id).trim();
        runs += usize::from(!same);
        match same {
            true => order == Ordering::Less,
            false => order != Ordering::Less && seen.insert(one.get(id).trim()),
        }
    });
    grows && runs >= 2 && table.rows.len() >= 3 * runs
}

/// The columns of ids, channels and times, where each id has several channels, the same as the
/// others, and the times of all its channels are the same and grow.
fn channels(
    table: &Table<'_>,
    ids: &[usize],
    columns: &[usize],
    times: &[usize],
) -> Option<[usize; 3]> {
    // The series of a class are no channels of it.
    let least = if ids.len() == 1 { 1 } else { 2 };
    let with = |id: usize, channel: usize| times.iter().map(move |time| [id, channel, *time]);
    let of = |id: usize| columns.iter().flat_map(move |channel| with(id, *channel));
    ids.iter().flat_map(|id| of(*id)).find(|columns| {
        let [id, channel, time] = columns;
        let differ = id != channel && id != time && channel != time;
        differ && are_channels(table, *columns, least)
    })
}

fn are_channels(table: &Table<'_>, [id, channel, time]: [usize; 3], least: usize) -> bool {
    let mut series: BTreeMap<&str, BTreeMap<&str, Vec<&str>>> = BTreeMap::new();
    for row in table.rows {
        let channels = series.entry(row.get(id).trim()).or_default();
        channels
            .entry(row.get(channel).trim())
            .or_default()
            .push(row.get(time).trim());
    }
    // The rows may end within a series, for those of a large file are not all looked at.
    let cut = (PLANNED_ROWS - 1..=PLANNED_ROWS).contains(&table.rows.len());
    if let Some(last) = table.rows.last().filter(|_| cut) {
        series.remove(last.get(id).trim());
    }
    let mut first = None;
    series.len() >= least
        && series.values().all(|channels| {
            let names: Vec<&&str> = channels.keys().collect();
            let times = channels.values().next();
            names.len() > 1
                && *first.get_or_insert_with(|| names.clone()) == names
                && channels.values().all(|these| Some(these) == times)
                && times.is_some_and(|times| {
                    times.len() > 2
                        && times.is_sorted_by(|one, next| compare(one, next) == Ordering::Less)
                })
        })
}

/// Numbers by their value, other times as they are written.
fn compare(one: &str, other: &str) -> Ordering {
    let (one, other) = (one.trim(), other.trim());
    match (one.parse::<f64>(), other.parse::<f64>()) {
        (Ok(one), Ok(other)) => one.total_cmp(&other),
        _ => one.cmp(other),
    }
}
