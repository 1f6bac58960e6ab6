//! What the columns of a delimited file hold, decided by its first rows.

use std::path::Path;

use super::columns::Table;
use super::label::{self, ONE_ROW_EACH};
use super::long::{self, Long};
use crate::series::format::Line;
use crate::series::{ColumnOrder, Format, LabelColumn, ReadOptions, Unequal};
use crate::table::{FirstRow, Names, Numbers, Row, Separator, count_rows, is_index_name, is_word};
use crate::wording::{fields, shorten};
use crate::{Error, ErrorKind};

/// What the caller knows about the columns of a delimited file.
#[derive(Debug, Clone)]
pub(in crate::series) struct Layout<'a> {
    pub options: &'a ReadOptions,
    /// The length that series must have; rows of that many fields have no label.
    pub length: Option<usize>,
    /// The classes that labels may have; none where they are still to be learnt.
    pub known: &'a [String],
    /// The columns of the training file, for its test file.
    pub like: Option<&'a Plan>,
}

impl<'a> Layout<'a> {
    /// A file that is read on its own.
    pub fn new(options: &'a ReadOptions) -> Self {
        Self {
            options,
            length: None,
            known: &[],
            like: None,
        }
    }

    /// A file whose series should have `length` values.
    pub fn for_length(length: usize, known: &'a [String], options: &'a ReadOptions) -> Self {
        Self {
            length: Some(length),
            known,
            ..Self::new(options)
        }
    }
}

/// What the columns of a file hold.
#[derive(Debug, Clone)]
pub(in crate::series) struct Plan {
    /// How many fields a row has.
    pub width: usize,
    /// The names of the columns; none where there is no header.
    pub header: Names,
    /// The column of the labels.
    pub label: Option<usize>,
    /// The columns of the values, in their order.
    pub values: Vec<usize>,
    /// Their order by name; none where there is no header, or each row is a value.
    pub(super) order: Option<ColumnOrder>,
    /// The last column, where it was left out because nothing stands there.
    pub(super) empty: Option<usize>,
    /// Where each row is a value.
    pub long: Option<Long>,
    /// What separates the fields.
    pub separator: Separator,
    /// How the numbers are written, as far as it is known.
    pub(super) numbers: Numbers,
    /// What was decided.
    pub decisions: Vec<(&'static str, String)>,
}

impl Plan {
    /// The plan for a file that begins with these rows, one at least.
    pub fn of(
        (path, format): (&Path, Format),
        rows: &[Row],
        layout: &Layout<'_>,
        (separator, separators): (Separator, &str),
    ) -> Result<Self, Error> {
        let first = rows.first().expect("a file that is planned has a row");
        let (options, width) = (layout.options, first.len());
        let below = Table {
            path,
            header: Names::default(),
            width,
            rows: &rows[1..],
        };
        let has_header = match options.header {
            Some(header) => header,
            None => {
                let label = match &options.label {
                    // Then there is none.
                    _ if layout.length == Some(width) => None,
                    LabelColumn::First => Some(0),
                    LabelColumn::Last => width.checked_sub(1),
                    LabelColumn::Number(number) => number.checked_sub(1),
                    _ => None,
                };
                let beginning = FirstRow {
                    path,
                    row: first,
                    below: below.rows,
                    is_series: true,
                    is_name: label::is_name,
                    asked: named_columns(layout),
                    label,
                    is_date: |_| false,
                };
                beginning.is_header()?
            }
        };
        let table = match has_header {
            true => Table {
                header: first.iter().collect(),
                ..below
            },
            false => Table { rows, ..below },
        };
        let mut plan = Self {
            width,
            header: table.header.clone(),
            label: None,
            values: Vec::new(),
            order: None,
            empty: None,
            long: None,
            separator,
            numbers: Numbers::among(options.decimal, options.thousands)?,
            decisions: Vec::new(),
        };
        if let Some(long) = &options.long {
            plan.long = Some(Long::of(&table, long, &options.label)?);
            plan.label = plan.long.as_ref().and_then(|long| long.label);
        } else if let Some(like) = layout.like.filter(|like| like.is_like(&plan)) {
            (plan.label, plan.values) = (like.label, like.values.clone());
        } else {
            plan.choose(&table, format, layout, first.line)?;
        }
        if plan.long.is_none() && plan.values.is_empty() {
            let message =
                format!("the row has no values; expected fields separated by {separators}");
            let line = Line {
                path,
                number: first.line,
            };
            return Err(line.error(ErrorKind::Empty, message).with_hint(
                "give the file the extension of its format: \
                 .tsv for tabs, .csv for commas, .txt for white space",
            ));
        }
        if !plan.header.is_empty() {
            plan.order = ColumnOrder::of(plan.values.iter().map(|column| plan.header.of(*column)));
        }
        plan.check_words(&table, &options.label)?;
        plan.say(&table);
        Ok(plan)
    }

    /// Whether another file has the same columns, as a test file has those of the training file.
    fn is_like(&self, other: &Self) -> bool {
        let (one, other_names) = (&self.header, &other.header);
        let same_names = one.is_empty() || other_names.is_empty() || one == other_names;
        self.width == other.width && same_names && self.long.is_none()
    }

    /// Chooses the columns of the label and of the values.
    fn choose(
        &mut self,
        table: &Table<'_>,
        format: Format,
        layout: &Layout<'_>,
        line: usize,
    ) -> Result<(), Error> {
        let options = layout.options;
        let drop = options.drop.iter().map(|name| table.find(name, "drop"));
        let drop: Vec<usize> = drop.collect::<Result<_, _>>()?;
        let range = match &options.columns {
            None => None,
            Some((from, to)) => {
                let range = table.find(from, "columns")?..=table.find(to, "columns")?;
                if range.is_empty() {
                    let [from, to] = [range.start(), range.end()].map(|column| table.name(*column));
                    let message =
                        format!("{to} stands before {from}, so there is nothing between them");
                    let error = table.error(ErrorKind::Column, message);
                    return Err(
                        error.with_hint("give the first column of the values, then the last")
                    );
                }
                Some(range)
            }
        };
        let mut columns: Vec<usize> = (0..self.width).filter(|c| !drop.contains(c)).collect();
        // Rows as long as the series that are wanted are series.
        let short = layout.length.is_none_or(|length| columns.len() < length);
        if short && range.is_none() {
            long::refuse(table, &columns)?;
        }
        let is_auto = options.label == LabelColumn::Auto;
        let mut named = match &options.label {
            LabelColumn::Auto => match label::named(table, &columns)[..] {
                // As many columns as a series has values are its values, one of them called `y`.
                [column]
                    if layout.length == Some(columns.len())
                        && label::may_be_measured(table, column)
                        && !label::fits(table, column, layout.known) =>
                {
                    None
                }
                [column] => Some(column),
                _ => None,
            },
            LabelColumn::Name(name) if !self.header.is_empty() => Some(table.find(name, "label")?),
            _ => None,
        };
        // An explicit place counts the columns that are there, row counters among them.
        let explicit = !is_auto && layout.length.is_none();
        if explicit && named.is_none() {
            named = label::find(table, format, &options.label, &columns, &[])?;
        }
        // Who says where the values begin and end means all between, and no other column is left of
        // a row that has as many fields as a series has values.
        if range.is_none() && layout.length != Some(columns.len()) {
            let mut counters = Vec::new();
            for &column in columns.iter().filter(|column| Some(**column) != named) {
                if counts_rows(table, column)? {
                    counters.push(column);
                }
            }
            columns.retain(|column| !counters.contains(column));
            if !counters.is_empty() {
                let shown = |column: &usize| table.header.shown_with(*column, "numbers rows");
                let shown: Vec<String> = counters.iter().map(shown).collect();
                self.decisions.push(("left out", shown.join(" and ")));
            }
        }
        if let Some(range) = &range {
            columns.retain(|column| range.contains(column) || Some(*column) == named);
        }
        self.leave_out_end(table, &mut columns, layout);
        self.label = match layout.length {
            _ if named.is_some() || explicit => named,
            Some(length) if columns.len() == length => None,
            Some(length) if columns.len() != length + 1 && options.unequal == Unequal::Reject => {
                let found = columns.len();
                let message = format!(
                    "the row has {}; \
                     expected {length} values, or {length} values and a label",
                    fields(found)
                );
                let line = Line {
                    path: table.path,
                    number: line,
                };
                if found == 1 {
                    let error = line.error(ErrorKind::UnequalLengths, message);
                    return Err(error.with_hint(ONE_ROW_EACH));
                }
                return Err(line
                    .error(ErrorKind::UnequalLengths, message)
                    .with_hint("stretch all series to the length of the training series")
                    .with_setting("unequal", "resample"));
            }
            _ => label::find(table, format, &options.label, &columns, layout.known)?,
        };
        columns.retain(|column| Some(*column) != self.label);
        self.values = columns;
        Ok(())
    }

    /// Leaves out the last column of rows that all end in a separator and so in an empty field.
    fn leave_out_end(&mut self, table: &Table<'_>, columns: &mut Vec<usize>, layout: &Layout<'_>) {
        let options = layout.options;
        let as_usual = options.label == LabelColumn::Auto && options.unequal == Unequal::Reject;
        let Some(length) = layout.length.filter(|_| as_usual) else {
            return;
        };
        let Some(last) = columns.last().copied().filter(|last| table.is_empty(*last)) else {
            return;
        };
        let one_too_many = match columns.len().checked_sub(length) {
            Some(2) => true,
            // Without a label; else the empty field is a value that is missing.
            Some(1) => !label::fits(table, columns[0], layout.known),
            _ => false,
        };
        if one_too_many {
            columns.pop();
            self.empty = Some(last);
            let shown = table.header.shown_with(last, "empty");
            self.decisions.push(("left out", shown));
        }
    }

    /// Checks that no column of values holds words.
    fn check_words(&self, table: &Table<'_>, label: &LabelColumn) -> Result<(), Error> {
        let words = self
            .values
            .iter()
            .find(|column| table.holds_words(**column));
        let Some(&column) = words.filter(|_| table.rows.len() > 1) else {
            return Ok(());
        };
        let mut fields = table.fields(column);
        let word = fields.find(|field| is_word(field));
        let (name, word) = (table.name(column), shorten(word.unwrap_or_default()));
        let message = format!("{name} holds words such as `{word}`; expected numbers");
        let error = table.error(ErrorKind::NotANumber, message);
        Err(match label {
            LabelColumn::Auto => error
                .with_hint("leave the column out, or say that it is the label")
                .with_setting("drop", "")
                .with_setting("label", ""),
            _ => error
                .with_hint("leave the column out")
                .with_setting("drop", ""),
        })
    }

    /// Says what the columns hold.
    fn say(&mut self, table: &Table<'_>) {
        let mut said = Vec::new();
        if let Some(label) = self.label {
            let place = match label {
                0 => ", first",
                _ if label + 1 == self.width => ", last",
                _ => "",
            };
            said.push(("label", format!("{}{place}", table.name(label))));
        }
        if let Some(long) = &self.long {
            said.push(("id", table.name(long.id)));
            said.extend(long.channel.map(|channel| ("channel", table.name(channel))));
            said.extend(long.time.map(|time| ("time", table.name(time))));
            said.push(("value", table.name(long.value)));
        }
        said.append(&mut self.decisions);
        let header = if self.header.is_empty() { "no" } else { "yes" };
        said.push(("header", header.to_owned()));
        self.decisions = said;
    }
}

/// The names of columns that are asked for, which are no numbers.
fn named_columns<'a>(layout: &Layout<'a>) -> Vec<&'a str> {
    let options = layout.options;
    let label = match &options.label {
        LabelColumn::Name(name) => Some(name),
        _ => None,
    };
    let range = options.columns.iter().flat_map(|(from, to)| [from, to]);
    let long = options.long.iter();
    let long = long.flat_map(|long| {
        let names = [&long.id, &long.value].into_iter();
        names.chain(&long.channel).chain(&long.time)
    });
    let names = options.drop.iter().chain(label).chain(range).chain(long);
    let names = names.map(|name| name.trim());
    names
        .filter(|name| name.parse::<usize>().is_err())
        .collect()
}

/// Whether a column numbers the rows, as tables that were saved with their index have one.
///
/// It does when it has the name of an index and holds whole numbers, another one in each row; and
/// without a header when it stands first and counts by one from 0 or 1.
fn counts_rows(table: &Table<'_>, column: usize) -> Result<bool, Error> {
    /// From so many rows on counting is no chance.
    const ENOUGH: usize = 5;
    let name = table.header.lower(column);
    let is_index = !table.header.is_empty() && is_index_name(&name);
    if !is_index && column != 0 {
        return Ok(false);
    }
    let Some(numbers) = table.whole_numbers(column) else {
        return Ok(false);
    };
    let counts = count_rows(&numbers);
    let mut sorted = numbers.clone();
    sorted.sort_unstable();
    let is_distinct = numbers.len() > 1 && sorted.is_sorted_by(|one, next| one < next);
    if is_index {
        return Ok(is_distinct);
    }
    let stem = |name: &str| {
        name.trim_end_matches(|c: char| c.is_ascii_digit())
            .to_owned()
    };
    let next = table.header.lower(column + 1);
    // `t1` beside `t2`.
    if !is_distinct || (!table.header.is_empty() && stem(&next) == stem(&name)) {
        return Ok(false);
    }
    if counts && table.header.is_empty() && numbers.len() >= ENOUGH {
        return Ok(true);
    }
    let others = (1..table.width).filter(|other| !table.holds_words(*other));
    let is_whole = |other: usize| table.whole_numbers(other).is_some();
    let stands_alone =
        others.clone().filter(|other| !is_whole(*other)).count() * 2 > others.count();
    if !counts && !stands_alone {
        return Ok(false);
    }
    let name = table.name(column);
    let message = format!(
        "{name} holds another whole number in each row; it may number the series or be a value"
    );
    Err(table
        .error(ErrorKind::Column, message)
        .with_hint("leave it out, or say where the values begin and end")
        .with_setting("drop", "")
        .with_setting("columns", ""))
}
