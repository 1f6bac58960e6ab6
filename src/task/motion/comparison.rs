//! Adapting to people who are left out, beside what it is compared with.

use burn::tensor::backend::AutodiffBackend;
use retune_core::motion::{
    MotionScore, PersonSplit, Scaling, Stretch, Trial, WindowLayout, Windows, same_rate, score,
    wrong_count,
};
use serde::Serialize;

use super::MotionForecaster;
use crate::Error;
use crate::fit::motion::{
    AdaptLoss, AdaptSettings, Correction, PretrainSettings, TrainSettings, adapt, fine_tune,
    from_scratch, pretrain,
};
use crate::kernel::Kernels;
use crate::program::MotionProgram;
use crate::source::motion::MotionSourceWeights;

/// Steps of gradient descent that invert the source for one window, and how large they are.
const INVERSION: Correction = Correction::Inversion {
    steps: 30,
    learning_rate: 0.02,
};

/// The most seeds of a comparison.
const MOST_SEEDS: u64 = 10_000;

/// People who walk as the source learns, and others whom it is adapted to.
#[derive(Debug, Clone)]
pub struct LeaveOneOut {
    /// The trials of each able-bodied person; one of them, another for each seed, is left out of
    /// pretraining to know when to stop.
    pub able_bodied: Vec<Vec<Trial>>,
    /// The trials of each person to adapt to; the source never sees any of them.
    pub people: Vec<Vec<Trial>>,
    /// How windows are cut.
    pub layout: WindowLayout,
    /// The share of a person's samples that adapting may see: one stretch of one trial.
    pub share: f64,
    /// How many seeds, from 0.
    pub seeds: u64,
}

/// How one way to predict a person's motion did, on windows whose targets adapting never saw.
#[derive(Debug, Clone, Serialize)]
pub struct MotionRow {
    /// The way.
    pub method: &'static str,
    /// The person.
    pub person: String,
    /// The seed.
    pub seed: u64,
    /// Windows that were adapted on.
    pub adapting: usize,
    /// Windows that were scored.
    pub testing: usize,
    /// How it did.
    #[serde(flatten)]
    pub score: MotionScore,
}

impl LeaveOneOut {
    /// Pretrains a source for each seed, adapts it to each person in several ways, and scores them.
    ///
    /// `progress` hears what is done, as done and of how many.
    ///
    /// # Errors
    ///
    /// When there are fewer than two able-bodied people or nobody to adapt to, the trials have
    /// other joints or rates or are too short, or a source was changed.
    pub fn run<A: AutodiffBackend<InnerBackend: Kernels> + Kernels>(
        &self,
        device: &A::Device,
        progress: &mut dyn FnMut(usize, usize),
    ) -> Result<Vec<MotionRow>, Error> {
        for (what, count, least) in [
            ("able-bodied people", self.able_bodied.len(), 2),
            ("people to adapt to", self.people.len(), 1),
        ] {
            if count < least {
                return Err(wrong_count(count, what, format!("at least {least}")));
            }
        }
        if self.seeds > MOST_SEEDS {
            return Err(wrong_count(
                usize::try_from(self.seeds).unwrap_or(usize::MAX),
                "seeds",
                format!("{MOST_SEEDS} at most"),
            ));
        }
        let trials = self.able_bodied.iter().chain(&self.people).flatten();
        let rate = same_rate(trials)?;
        let all = self.seeds as usize * (self.people.len() + 1);
        let mut done = 0;
        let mut rows = Vec::new();
        for seed in 0..self.seeds {
            let (source, training) = self.pretrained::<A>(seed, rate, device)?;
            done += 1;
            progress(done, all);
            for (number, trials) in self.people.iter().enumerate() {
                let windows = self.layout.cut_all(trials)?;
                // Another stretch for each person and seed.
                let stretch = Stretch::drawn(&windows, self.share, 1000 * seed + number as u64)?;
                let scoring = Scoring {
                    source: &source,
                    training: &training,
                    split: stretch.split(&windows)?,
                    person: trials.first().map_or("", |trial| trial.person.as_str()),
                    seed,
                };
                rows.extend(scoring.all::<A>(device)?);
                done += 1;
                progress(done, all);
            }
        }
        Ok(rows)
    }

    /// A source of one seed, and the windows that it was trained on.
    fn pretrained<A: AutodiffBackend<InnerBackend: Kernels> + Kernels>(
        &self,
        seed: u64,
        rate: f32,
        device: &A::Device,
    ) -> Result<(MotionSourceWeights, Windows), Error> {
        let left_out = seed as usize % self.able_bodied.len();
        let (mut training, mut validation) = (Vec::new(), Vec::new());
        for (number, trials) in self.able_bodied.iter().enumerate() {
            let part = if number == left_out {
                &mut validation
            } else {
                &mut training
            };
            part.extend(trials.iter().cloned());
        }
        let scaling = Scaling::fit(&training)?;
        let [training, validation] = [training, validation].map(|all| self.layout.cut_all(&all));
        let (training, validation) = (training?, validation?);
        let settings = PretrainSettings {
            seed,
            ..PretrainSettings::default()
        };
        let (on, quiet) = (device, &mut |_| {});
        let found = pretrain::<A>(&training, &validation, &scaling, rate, &settings, on, quiet)?;
        Ok((found.weights, training))
    }
}

/// One person with one source.
struct Scoring<'a> {
    source: &'a MotionSourceWeights,
    training: &'a Windows,
    split: PersonSplit,
    person: &'a str,
    seed: u64,
}

impl Scoring<'_> {
    fn all<A: AutodiffBackend<InnerBackend: Kernels> + Kernels>(
        &self,
        device: &A::Device,
    ) -> Result<Vec<MotionRow>, Error> {
        let (source, adapting, seed) = (self.source, &self.split.adapting, self.seed);
        let known = Some(self.training);
        let quiet = &mut |_| {};
        let mut rows = Vec::new();
        // A joint that does not go in has no last value.
        if let Ok(held) = self.split.testing.hold_last() {
            rows.push(self.row("last value", &held)?);
        }
        rows.push(self.row("cross-mapping", &self.ask::<A>(source, None, device)?)?);
        let (hybrid, retrieval) = (AdaptLoss::default(), Correction::default());
        for (method, loss, correction) in [
            ("hybrid, retrieval", hybrid, &retrieval),
            ("hybrid, inversion", hybrid, &INVERSION),
            ("target", AdaptLoss::Target, &retrieval),
            ("correction, retrieval", AdaptLoss::Correction, &retrieval),
            ("correction, inversion", AdaptLoss::Correction, &INVERSION),
        ] {
            let settings = AdaptSettings {
                loss,
                correction: correction.clone(),
                seed,
                ..AdaptSettings::default()
            };
            let program = adapt::<A>(source, adapting, known, &settings, device, quiet)?;
            rows.push(self.row(method, &self.ask::<A>(source, Some(&program), device)?)?);
        }
        let settings = TrainSettings::fine_tuning();
        let tuned = fine_tune::<A>(source, adapting, &settings, seed, device, quiet)?;
        rows.push(self.row("fine-tuned", &self.ask::<A>(&tuned, None, device)?)?);
        let settings = TrainSettings::scratch();
        let fresh = from_scratch::<A>(source, adapting, &settings, seed, device, quiet)?;
        rows.push(self.row("from scratch", &self.ask::<A>(&fresh, None, device)?)?);
        Ok(rows)
    }

    fn ask<A: AutodiffBackend<InnerBackend: Kernels> + Kernels>(
        &self,
        source: &MotionSourceWeights,
        program: Option<&MotionProgram>,
        device: &A::Device,
    ) -> Result<Vec<f32>, Error> {
        let forecaster = MotionForecaster::<A::InnerBackend>::new(source, program, device)?;
        forecaster.predict_windows(&self.split.testing)
    }

    fn row(&self, method: &'static str, predicted: &[f32]) -> Result<MotionRow, Error> {
        let testing = &self.split.testing;
        Ok(MotionRow {
            method,
            person: self.person.to_owned(),
            seed: self.seed,
            adapting: self.split.adapting.len(),
            testing: testing.len(),
            score: score(&testing.target_joints, &testing.targets, predicted)?,
        })
    }
}
