//! Fitting on one split and scoring on the other, and what that has to be compared with: what
//! `classify` and `archive run` share.

use retune::baseline;
use retune::task::{Prediction, Score};

use super::fitting::fit;
use super::prelude::*;

/// What controls are called in results, and in text.
const CONTROLS: [[&str; 2]; 10] = [
    ["constant", "always the most frequent class"],
    ["nearest_neighbour_euclidean", "1-NN, Euclidean distance"],
    ["nearest_neighbour_dtw", "1-NN, dynamic time warping"],
    ["ridge_on_series", "ridge on the values themselves"],
    ["random_source", "the same preset on random weights"],
    [
        "fine_tuned_network",
        "attention-RNN fine-tuned (weights change: no reprogramming)",
    ],
    [
        "network_from_scratch",
        "attention-RNN trained from scratch (no reprogramming)",
    ],
    [
        "ridge_on_probabilities",
        "ridge on the source's probabilities, untrained",
    ],
    ["untrained", "the same before training"],
    ["by_gradient", "the same trained by gradient"],
];

/// What a control is called in text.
pub fn label_of(control: &str) -> &str {
    let known = CONTROLS.iter().find(|[name, _]| *name == control);
    known.map_or(control, |[_, label]| label)
}

/// What trained weights and random ones came to over many data sets: a single test split is too small to
/// tell them apart. docs/results.md, "What the speech is worth", has the commands.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct OverSets {
    /// The preset that was run.
    pub preset: Preset,
    /// How many development sets of the UCR archive.
    pub sets: usize,
    /// The mean accuracy.
    pub trained: f64,
    /// The same on random weights: the mean of five seeds.
    pub random: f64,
    /// What the probability of such a difference by chance lies below: Wilcoxon's signed ranks, one-sided.
    pub p_below: f64,
}

impl OverSets {
    /// What is to be said beside the control of a preset on its own sources: what is known of it, and
    /// for `best`, which was not run so, of `default`.
    pub fn of(preset: Preset, sources: &[SourceWeights]) -> Option<Self> {
        let names = sources.iter().map(SourceWeights::name);
        let own = names.eq(preset.sources().iter().copied());
        let found = match preset {
            Preset::Fast => Some(Self {
                preset: Preset::Fast,
                sets: 55,
                trained: 0.8336,
                random: 0.8148,
                p_below: 0.0001,
            }),
            Preset::Default | Preset::Best => Some(Self {
                preset: Preset::Default,
                sets: 55,
                trained: 0.8492,
                random: 0.8348,
                p_below: 0.01,
            }),
            _ => None,
        };
        found.filter(|_| own)
    }
}

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
        let mut add = |name: &str, accuracy| found.insert(name.to_owned(), accuracy);
        if self != Self::None {
            let _waiting = Waiting::new(common, "comparing with the nearest neighbour");
            add("constant", baseline::constant(train, test));
            let nearest = baseline::nearest_neighbour(train, test, scaling);
            add("nearest_neighbour_euclidean", nearest);
        }
        if self == Self::All {
            let _waiting = Waiting::new(common, "comparing with dynamic time warping and a ridge");
            let warping = baseline::nearest_neighbour_dtw(train, test, scaling)?;
            add("nearest_neighbour_dtw", warping.accuracy);
            let ridge = baseline::ridge(train, test, scaling)?;
            add("ridge_on_series", ridge.accuracy);
        }
        Ok(found)
    }

    /// The same of recordings, whose samples tell nothing apart by themselves.
    pub fn of_recordings(self, data: &Dataset) -> BTreeMap<String, f64> {
        let constant = || {
            let accuracy = baseline::constant(&data.train, &data.test);
            ("constant".to_owned(), accuracy)
        };
        (self != Self::None).then(constant).into_iter().collect()
    }

    /// The test accuracy of the same fit on sources of random weights.
    pub fn of_random_source(
        self,
        data: &Dataset,
        sources: &[SourceWeights],
        settings: &FitSettings,
        backend: &BackendArgs,
        common: &Common,
    ) -> Result<Option<f64>> {
        if self != Self::All {
            return Ok(None);
        }
        let random = sources.iter().map(|source| source.random(settings.seed));
        let sources: Vec<_> = random.collect::<Result<_, _>>()?;
        let doing = "fitting on random weights";
        let done = fit_and_score(
            backend.engine(common)?,
            data,
            &sources,
            settings,
            common,
            doing,
        )?;
        Ok(Some(done.score.accuracy))
    }
}

/// What came of a fit.
pub struct Done {
    pub classifier: Classifier,
    pub predictions: Vec<Prediction>,
    pub score: Score,
    pub seconds: Seconds,
}

#[derive(Debug, Serialize)]
pub struct Seconds {
    pub fit: f64,
    pub predict: f64,
}

/// Fits on the training split and scores on the test split; progress calls it `doing`.
pub fn fit_and_score(
    engine: Engine,
    data: &Dataset,
    sources: &[SourceWeights],
    settings: &FitSettings,
    common: &Common,
    doing: &str,
) -> Result<Done> {
    let (classifier, fit) = fit(engine, &data.train, sources, settings, common, doing)?;
    let what = format!("predicting {} series", data.test.len());
    let _waiting = Waiting::new(common, what);
    let start = Instant::now();
    let predictions = classifier.predict(&data.test.series)?;
    let labels = classifier.program().labels();
    let score = Score::of(&predictions, &data.test.labels, labels);
    let score = score.map_err(|error| error.of_file(&data.test.read_as.file))?;
    let predict = start.elapsed().as_secs_f64();
    Ok(Done {
        classifier,
        predictions,
        score,
        seconds: Seconds { fit, predict },
    })
}
