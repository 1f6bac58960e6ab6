//! Fitting on one split and scoring on the other, and what that has to be compared with: what
//! `classify` and `archive run` share.

use std::collections::BTreeMap;
use std::str::FromStr;
use std::time::Instant;

use anyhow::Result;
use clap::Args;
use retune::Engine;
use retune::baseline;
use retune::fit::FitSettings;
use retune::program::Program;
use retune::series::{Dataset, Scaling};
use retune::source::SourceWeights;
use retune::task::Score;

use super::args::{BackendArgs, Common, choice};
use super::fitting::show_progress;
use super::problem::Problem;
use super::progress::{Progress, Waiting};

/// The names of the controls in results.
pub const CONSTANT: &str = "constant";
pub const NEAREST_NEIGHBOUR: &str = "nearest_neighbour_euclidean";
pub const NEAREST_NEIGHBOUR_DTW: &str = "nearest_neighbour_dtw";
pub const RIDGE: &str = "ridge_on_series";
pub const RANDOM_SOURCE: &str = "random_source";

/// What is compared with.
#[derive(Debug, Clone, Copy, Args)]
pub struct ControlArgs {
    /// What to compare with: all (with dynamic time warping, a ridge on the values, and the same
    /// fit on a source of random weights), cheap (the most frequent class and the nearest
    /// neighbour), or none
    #[arg(long, value_name = "WHICH", default_value = "all", value_parser = choice::<Controls>(&["all", "cheap", "none"]))]
    pub controls: Controls,
}

/// Which controls are run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Controls {
    /// None.
    None,
    /// Those that take no time.
    Cheap,
    /// All.
    All,
}

impl FromStr for Controls {
    type Err = Problem;

    fn from_str(name: &str) -> Result<Self, Problem> {
        match name {
            "all" => Ok(Self::All),
            "cheap" => Ok(Self::Cheap),
            "none" => Ok(Self::None),
            _ => Err(Problem::new(format!("there are no controls {name:?}"))),
        }
    }
}

impl Controls {
    /// Test accuracies of what needs no source model, by name.
    pub fn of_data(
        self,
        data: &Dataset,
        scaling: Scaling,
        common: &Common,
    ) -> Result<BTreeMap<String, f64>> {
        let (train, test) = (&data.train, &data.test);
        let mut found = BTreeMap::new();
        if self >= Self::Cheap {
            let _waiting = Waiting::new(common, "comparing with the nearest neighbour");
            found.insert(CONSTANT.to_owned(), baseline::constant(train, test));
            let nearest = baseline::nearest_neighbour(train, test, scaling);
            found.insert(NEAREST_NEIGHBOUR.to_owned(), nearest);
        }
        if self >= Self::All {
            let _waiting = Waiting::new(common, "comparing with dynamic time warping and a ridge");
            let warping = baseline::nearest_neighbour_dtw(train, test, scaling)?;
            found.insert(NEAREST_NEIGHBOUR_DTW.to_owned(), warping.accuracy);
            let ridge = baseline::ridge(train, test, scaling)?;
            found.insert(RIDGE.to_owned(), ridge.accuracy);
        }
        Ok(found)
    }

    /// The test accuracy of the same fit on a source of random weights.
    pub fn of_random_source(
        self,
        data: &Dataset,
        source: &SourceWeights,
        settings: &FitSettings,
        backend: &BackendArgs,
        common: &Common,
    ) -> Result<Option<f64>> {
        if self < Self::All {
            return Ok(None);
        }
        let source = source.random(settings.seed)?;
        let work = FitAndScore {
            data,
            source: &source,
            settings,
            common,
            doing: "fitting on random weights",
        };
        let done = work.run(backend.engine()?)?;
        Ok(Some(done.score.accuracy))
    }
}

/// Fits on the training split and scores on the test split.
pub struct FitAndScore<'a> {
    pub data: &'a Dataset,
    pub source: &'a SourceWeights,
    pub settings: &'a FitSettings,
    pub common: &'a Common,
    /// What progress calls it.
    pub doing: &'static str,
}

/// What came of it.
pub struct Done {
    pub program: Program,
    pub score: Score,
    /// Seconds that fitting and predicting took.
    pub fit: f64,
    pub predict: f64,
}

impl FitAndScore<'_> {
    /// Does it.
    pub fn run(self, engine: Engine) -> Result<Done> {
        let Dataset { train, test, .. } = self.data;
        let start = Instant::now();
        let mut progress = Progress::new(self.common, self.doing);
        let classifier = engine
            .classifier()
            .settings(self.settings.clone())
            .source(self.source)
            .on_progress(|at| show_progress(&mut progress, at))
            .fit(train)?;
        drop(progress);
        let fit = start.elapsed().as_secs_f64();
        let waiting = Waiting::new(self.common, format!("predicting {} series", test.len()));
        let start = Instant::now();
        let score = classifier.score(test)?;
        let predict = start.elapsed().as_secs_f64();
        drop(waiting);
        Ok(Done {
            program: classifier.program().clone(),
            score,
            fit,
            predict,
        })
    }
}
