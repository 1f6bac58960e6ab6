//! What people use: fitting and predicting with presets.

use super::timing::{quantile, repeat};
use super::workload;
use crate::cli::prelude::*;

/// The set that ships with the repository.
const SHIPPED: &str = "data/GunPoint";

/// The presets that are fitted.
const PRESETS: [(&str, Preset); 2] = [("fast", Preset::Fast), ("default", Preset::Default)];

/// A set that they are fitted to.
pub(super) struct Data {
    name: String,
    train: Split,
    test: Split,
    /// Whether it is done once, however fast it is.
    once: bool,
}

/// How long a preset takes on a set.
#[derive(Debug, Serialize)]
pub(super) struct Product {
    pub data: String,
    pub preset: &'static str,
    pub fitted_series: usize,
    pub predicted_series: usize,
    pub values: usize,
    pub fit_seconds: f64,
    pub predict_seconds: f64,
}

impl Data {
    /// GunPoint where it lies below the current folder, else a made set of its size.
    pub fn small(seed: u64) -> Result<Self> {
        let (name, train, test) = match Path::new(SHIPPED) {
            folder if folder.is_dir() => {
                let data = Dataset::read(folder, &ReadOptions::default())?;
                (data.name, data.train, data.test)
            }
            _ => {
                let [train, test] = [50, 150].map(|count| workload::made(count, 150, seed));
                ("a made set of GunPoint's size".to_owned(), train, test)
            }
        };
        Ok(Self {
            name,
            train,
            test,
            once: false,
        })
    }

    /// Many series: fitted to and predicted.
    pub fn large(seed: u64) -> Self {
        let all = workload::made(10_000, workload::SAMPLES, seed);
        Self {
            name: "10,000 made series".to_owned(),
            train: all.clone(),
            test: all,
            once: true,
        }
    }

    /// Fits and predicts with each preset.
    pub fn measure(&self, engine: Engine, seconds: f64, seed: u64) -> Result<Vec<Product>> {
        let seconds = if self.once { 0.0 } else { seconds };
        let measured = PRESETS.iter().map(|(name, preset)| {
            let builder = || engine.classifier().preset(*preset).seed(seed);
            let (classifier, fit) = repeat(seconds, || Ok(builder().fit(&self.train)?))?;
            let (_, predict) = repeat(seconds, || Ok(classifier.predict(&self.test)?))?;
            Ok(Product {
                data: self.name.clone(),
                preset: name,
                fitted_series: self.train.len(),
                predicted_series: self.test.len(),
                values: self.train.series.first().map_or(0, Vec::len),
                fit_seconds: quantile(&fit, 0.5),
                predict_seconds: quantile(&predict, 0.5),
            })
        });
        measured.collect()
    }
}
