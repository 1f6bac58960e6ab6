//! Accuracies of several methods on several data sets.

use std::collections::{BTreeMap, BTreeSet};

use super::Results;
use crate::{Error, ErrorKind};

/// Accuracies are compared at this many parts of the whole: published ones have two decimals of a
/// percent, and others would beat them by rounding alone.
const PARTS: f64 = 10_000.0;

/// The accuracies, from 0 to 1, of several methods on the same data sets.
#[derive(Debug, Clone, PartialEq)]
pub struct Accuracies {
    /// The methods' names, each once.
    pub methods: Vec<String>,
    /// A row for each data set, sorted by name.
    pub rows: Vec<Row>,
}

/// One data set.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Its name.
    pub dataset: String,
    /// The accuracy of each method; `None` where it is not known.
    pub values: Vec<Option<f64>>,
}

impl Accuracies {
    /// The mean over the seeds of each preset, as `retune PRESET`, and of each baseline. A data set
    /// on which a seed failed has no accuracy, for the others alone would flatter the preset.
    pub fn of_results(results: &Results) -> Self {
        let mut columns = BTreeMap::<String, BTreeMap<&str, Vec<Option<f64>>>>::new();
        let mut baselines = BTreeMap::<String, BTreeMap<&str, Vec<Option<f64>>>>::new();
        for result in results.results() {
            let dataset = result.job.dataset.as_str();
            let scores = result.scores();
            let column = columns
                .entry(format!("retune {}", result.job.preset))
                .or_default();
            column
                .entry(dataset)
                .or_default()
                .push(scores.map(|scores| scores.accuracy));
            for (name, accuracy) in scores.iter().flat_map(|scores| &scores.baselines) {
                let column = baselines.entry(name.clone()).or_default();
                column.entry(dataset).or_default().push(Some(*accuracy));
            }
        }
        let columns: Vec<_> = columns.into_iter().chain(baselines).collect();
        let results = results.results().iter();
        let datasets: BTreeSet<&str> = results.map(|result| result.job.dataset.as_str()).collect();
        let mean = |values: &Vec<Option<f64>>| -> Option<f64> {
            let values: Option<Vec<f64>> = values.iter().copied().collect();
            values.map(|values| values.iter().sum::<f64>() / values.len() as f64)
        };
        let row = |dataset: &str| Row {
            dataset: dataset.to_owned(),
            values: columns
                .iter()
                .map(|(_, column)| column.get(dataset).and_then(mean))
                .collect(),
        };
        Self {
            rows: datasets.into_iter().map(row).collect(),
            methods: columns.iter().map(|(name, _)| name.clone()).collect(),
        }
    }

    /// The place of a method among all.
    ///
    /// # Errors
    ///
    /// For a name that no method has.
    pub fn place_of(&self, name: &str) -> Result<usize, Error> {
        let place = self.methods.iter().position(|method| method == name);
        place.ok_or_else(|| {
            let known = self.methods.join(", ");
            let message = format!("there is no method `{name}`, only {known}");
            Error::new(ErrorKind::UnknownName, message)
                .with_hint("correct the name")
                .with_setting("columns", "")
                .with_setting("reference", "")
        })
    }

    /// Only some of the methods, in the order given.
    ///
    /// # Errors
    ///
    /// For a name that no method has.
    pub fn only(&self, names: &[String]) -> Result<Self, Error> {
        let mut places = Vec::new();
        for name in names {
            let place = self.place_of(name)?;
            if !places.contains(&place) {
                places.push(place);
            }
        }
        let row = |row: &Row| Row {
            dataset: row.dataset.clone(),
            values: places.iter().map(|&place| row.values[place]).collect(),
        };
        Ok(Self {
            methods: places
                .iter()
                .map(|&place| self.methods[place].clone())
                .collect(),
            rows: self.rows.iter().map(row).collect(),
        })
    }

    /// The methods of both, on the data sets of either.
    ///
    /// # Errors
    ///
    /// When both have a method of the same name.
    pub fn beside(&self, other: &Self) -> Result<Self, Error> {
        let mut names = self.methods.iter();
        if let Some(name) = names.find(|name| other.methods.contains(name)) {
            let message = format!("there are two methods with the name `{name}`");
            return Err(Error::new(ErrorKind::Column, message)
                .with_hint("rename the column of the published table"));
        }
        let (mine, theirs) = (self.by_name(), other.by_name());
        let names: BTreeSet<&str> = mine.keys().chain(theirs.keys()).copied().collect();
        let values = |rows: &BTreeMap<&str, &Row>, name: &str, count: usize| match rows.get(name) {
            Some(row) => row.values.clone(),
            None => vec![None; count],
        };
        let row = |name: &str| Row {
            dataset: name.to_owned(),
            values: [
                values(&mine, name, self.methods.len()),
                values(&theirs, name, other.methods.len()),
            ]
            .concat(),
        };
        Ok(Self {
            rows: names.into_iter().map(row).collect(),
            methods: [self.methods.clone(), other.methods.clone()].concat(),
        })
    }

    /// The data sets that every method has an accuracy of, and the names of the others.
    pub fn complete(&self) -> (Self, Vec<String>) {
        let whole = |row: &&Row| row.values.iter().all(Option::is_some);
        let (rows, left_out): (Vec<&Row>, Vec<&Row>) = self.rows.iter().partition(whole);
        let complete = Self {
            methods: self.methods.clone(),
            rows: rows.into_iter().cloned().collect(),
        };
        let names = left_out.into_iter().map(|row| row.dataset.clone());
        (complete, names.collect())
    }

    fn by_name(&self) -> BTreeMap<&str, &Row> {
        let rows = self.rows.iter();
        rows.map(|row| (row.dataset.as_str(), row)).collect()
    }
}

/// An accuracy in whole parts, to be compared with others.
pub(super) fn parts(accuracy: f64) -> f64 {
    (accuracy * PARTS).round()
}
