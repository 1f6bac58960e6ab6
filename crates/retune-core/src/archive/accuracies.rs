//! Accuracies of several methods on several data sets.

use std::collections::BTreeMap;
use std::iter::once;

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
    /// The accuracy of each method by the name of the data set; `None` where it is not known.
    pub rows: BTreeMap<String, Vec<Option<f64>>>,
}

impl Accuracies {
    /// The mean over the seeds of each preset, as `retune PRESET` or `retune PRESET-MAPPING`, and of each baseline. A data set
    /// on which a seed failed has no accuracy, for the others alone would flatter the preset.
    pub fn of_results(results: &Results) -> Self {
        let mut columns = BTreeMap::<_, BTreeMap<_, Vec<Option<f64>>>>::new();
        for result in &results.results {
            let scores = result.scores();
            let preset = format!("retune {}", result.job.method());
            // Presets stand before baselines.
            let own = ((0, preset), scores.map(|scores| scores.accuracy));
            let baselines = scores.iter().flat_map(|scores| &scores.baselines);
            let baselines = baselines.map(|(name, accuracy)| ((1, name.clone()), Some(*accuracy)));
            for (method, accuracy) in once(own).chain(baselines) {
                let column = columns.entry(method).or_default();
                let values = column.entry(&result.job.dataset).or_default();
                values.push(accuracy);
            }
        }
        let mean = |values: &Vec<Option<f64>>| {
            let values: Vec<f64> = values.iter().copied().collect::<Option<_>>()?;
            Some(values.iter().sum::<f64>() / values.len() as f64)
        };
        let row = |dataset: &String| {
            let columns = columns.values();
            let values = columns.map(|column| column.get(dataset).and_then(mean));
            (dataset.clone(), values.collect())
        };
        let datasets = results.results.iter().map(|result| &result.job.dataset);
        Self {
            rows: datasets.map(row).collect(),
            methods: columns.into_keys().map(|(_, name)| name).collect(),
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
        let methods = places.iter().map(|&place| self.methods[place].clone());
        let methods = methods.collect();
        let mut rows = self.rows.clone();
        for values in rows.values_mut() {
            *values = places.iter().map(|&place| values[place]).collect();
        }
        Ok(Self { methods, rows })
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
        let methods = [self.methods.clone(), other.methods.clone()].concat();
        let mut rows = self.rows.clone();
        for (dataset, values) in &other.rows {
            let row = rows.entry(dataset.clone()).or_default();
            row.resize(self.methods.len(), None);
            row.extend(values);
        }
        for row in rows.values_mut() {
            row.resize(methods.len(), None);
        }
        Ok(Self { methods, rows })
    }

    /// The data sets that every method has an accuracy of, and the names of the others.
    pub fn complete(&self) -> (Self, Vec<String>) {
        let rows = self.rows.clone().into_iter();
        let whole = |(_, values): &(String, Vec<_>)| values.iter().all(Option::is_some);
        let (rows, left_out): (BTreeMap<_, _>, BTreeMap<_, _>) = rows.partition(whole);
        let methods = self.methods.clone();
        (Self { methods, rows }, left_out.into_keys().collect())
    }
}

/// An accuracy in whole parts, to be compared with others.
pub(super) fn parts(accuracy: f64) -> f64 {
    (accuracy * PARTS).round()
}
