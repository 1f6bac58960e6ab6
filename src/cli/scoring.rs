//! Fitting on one split and scoring on the other, and what that has to be compared with: what
//! `classify` and `archive run` share.

use retune::baseline;
use retune::task::Score;

use super::fitting::fit;
use super::prelude::*;

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
    #[arg(long, value_name = "WHICH", default_value = "all")]
    pub controls: Controls,
}

/// Which controls are run: all, those that take no time, or none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Controls {
    All,
    Cheap,
    None,
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
        if self != Self::None {
            let _waiting = Waiting::new(common, "comparing with the nearest neighbour");
            found.insert(CONSTANT.to_owned(), baseline::constant(train, test));
            let nearest = baseline::nearest_neighbour(train, test, scaling);
            found.insert(NEAREST_NEIGHBOUR.to_owned(), nearest);
        }
        if self == Self::All {
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
        if self != Self::All {
            return Ok(None);
        }
        let source = source.random(settings.seed)?;
        let doing = "fitting on random weights";
        let done = fit_and_score(backend.engine()?, data, &source, settings, common, doing)?;
        Ok(Some(done.score.accuracy))
    }
}

/// What came of a fit.
pub struct Done {
    pub classifier: Classifier,
    pub score: Score,
    /// Seconds that fitting and predicting took.
    pub fit: f64,
    pub predict: f64,
}

/// Fits on the training split and scores on the test split; progress calls it `doing`.
pub fn fit_and_score(
    engine: Engine,
    data: &Dataset,
    source: &SourceWeights,
    settings: &FitSettings,
    common: &Common,
    doing: &str,
) -> Result<Done> {
    let (classifier, seconds) = fit(engine, &data.train, source, settings, common, doing)?;
    let what = format!("predicting {} series", data.test.len());
    let _waiting = Waiting::new(common, what);
    let start = Instant::now();
    Ok(Done {
        score: classifier.score(&data.test)?,
        classifier,
        fit: seconds,
        predict: start.elapsed().as_secs_f64(),
    })
}
