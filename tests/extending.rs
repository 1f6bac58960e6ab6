//! `docs/book/extending.md` from outside the crate: a transform, a mapping, a trainer and a source, each
//! registered by one line, and a program fitted on GunPoint with all of them.
#![allow(clippy::unwrap_used, reason = "a test that panics fails")]
#![cfg(feature = "cpu")]

use std::path::Path;
use std::sync::Arc;

use burn::tensor::Tensor;
use retune::fit::{FitSettings, LabelSettings, Preset, ReadoutKind};
use retune::kernel::Kernels;
use retune::mapping::{
    self, Answers, Choice, LabelMapping, LabelRule, Mapping, OutputMapping, Sees,
};
use retune::series::{Dataset, ReadOptions, resample_linear};
use retune::source::{
    self, AudioInput, Input, Outputs, Source, SourceModel, SourceSpec, SourceWeights, Tap, TapOf,
};
use retune::storage::HostTensor;
use retune::train::{self, Objective, Plan, Progress, Summary, Trainer};
use retune::transform::{self, InputTransform, Transform};
use retune::{Engine, Error, ErrorKind, Numbers, Parameters};
use serde::{Deserialize, Serialize};

/// A transform: the series as a waveform, times one trained number.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Amplified;

impl InputTransform for Amplified {
    const KIND: &'static str = "amplified";

    fn check(&self, source: &SourceSpec, _length: usize) -> Result<(), Error> {
        match source.audio {
            Some(_) => Ok(()),
            None => Err(Error::new(ErrorKind::Mismatch, "the source takes no audio")),
        }
    }

    fn prepare(&self, source: &SourceSpec, series: &[f32]) -> Result<Vec<f32>, Error> {
        self.check(source, series.len())?;
        let audio = source.audio.expect("it was checked");
        Ok(resample_linear(series, audio.samples))
    }

    fn forward<B: Kernels>(
        &self,
        _source: &SourceSpec,
        prepared: Tensor<B, 2>,
        numbers: &Parameters<B>,
    ) -> Input<B> {
        Input::Audio(prepared * numbers.get("gain").unsqueeze::<2>())
    }

    fn initial(&self, _source: &SourceSpec, _seed: u64) -> Numbers {
        let gain = HostTensor {
            shape: vec![1],
            values: vec![1.0],
        };
        Numbers::from([("gain".to_owned(), gain)])
    }
}

/// A mapping: the first label of each class, and no groups.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct OneToOne {
    classes: usize,
}

impl OutputMapping for OneToOne {
    const KIND: &'static str = "one-to-one";

    fn trained(classes: usize) -> Vec<(&'static str, Self)> {
        vec![(Self::KIND, Self { classes })]
    }

    fn check(&self, source: &SourceSpec, classes: usize) -> Result<(), Error> {
        if source.labels.len() < classes {
            return Err(Error::new(ErrorKind::Mismatch, "there are too few labels"));
        }
        Ok(())
    }

    fn scores<B: Kernels>(
        &self,
        _source: &SourceSpec,
        outputs: &Outputs<B>,
        _numbers: &Parameters<B>,
    ) -> Tensor<B, 2> {
        let logits = outputs.logits.clone().expect("the source has labels");
        logits.narrow(1, 0, self.classes)
    }
}

/// A label mapping: the one label that is the most probable for each class on the mean.
fn loudest(answers: &Answers, _: Choice) -> LabelMapping {
    let best = |class: usize| {
        let labels = 0..answers.labels();
        let mean = |label: &usize| answers.mean(class, *label);
        let best = labels.max_by(|one, other| mean(one).total_cmp(&mean(other)));
        vec![best.expect("a source with labels is asked for")]
    };
    let groups: Vec<_> = (0..answers.classes()).map(best).collect();
    LabelMapping::grouped(&groups, answers.labels())
}

/// A trainer: plain gradient descent on all cases at once.
struct Descent(Plan);

impl Trainer for Descent {
    fn train(
        &self,
        objective: &dyn Objective,
        numbers: &mut Vec<f32>,
        report: &mut dyn FnMut(Progress),
    ) -> Result<Summary, Error> {
        let mut last = f64::INFINITY;
        for epoch in 1..=self.0.epochs {
            let found = objective.gradient(numbers, &self.0.training)?;
            let found = found.expect("this objective has a gradient");
            for (number, slope) in numbers.iter_mut().zip(&found.values) {
                *number -= self.0.learning_rate as f32 * slope;
            }
            last = found.loss;
            objective.epoch_ended();
            report(Progress {
                epoch,
                epochs: self.0.epochs,
                training_loss: last,
                validation_loss: None,
            });
        }
        Ok(Summary {
            best_epoch: self.0.epochs,
            lowest_loss: last,
        })
    }
}

/// A source: 50 frames of 8 samples, of which the mean of the first half has two labels.
struct Halves;

impl Source for Halves {
    const FORMAT: &'static str = "halves-1";

    fn tensors() -> Vec<(String, Vec<usize>)> {
        vec![("weights".to_owned(), vec![8, 2])]
    }

    fn labels() -> Vec<String> {
        ["up", "down"].map(str::to_owned).to_vec()
    }

    fn spec(name: String, sha256: String, labels: Vec<String>) -> SourceSpec {
        let (rate, samples) = (16_000, 400);
        SourceSpec {
            audio: Some(AudioInput { rate, samples }),
            taps: vec![Tap::read("frames", 8, TapOf::Frames)],
            ..SourceSpec::new(name, sha256, labels)
        }
    }

    fn model<B: Kernels>(weights: &SourceWeights, device: &B::Device) -> Arc<dyn SourceModel<B>> {
        let numbers = Parameters::new(weights.tensors(), device);
        Arc::new(HalvesModel(weights.spec().clone(), numbers))
    }

    fn random(seed: u64) -> Numbers {
        let values = (0..16).map(|at| (at as f32 + seed as f32).sin()).collect();
        let shape = vec![8, 2];
        Numbers::from([("weights".to_owned(), HostTensor { shape, values })])
    }
}

#[derive(Debug)]
struct HalvesModel<B: Kernels>(SourceSpec, Parameters<B>);

impl<B: Kernels> SourceModel<B> for HalvesModel<B> {
    fn spec(&self) -> &SourceSpec {
        &self.0
    }

    fn forward(&self, input: Input<B>, taps: &[usize]) -> Outputs<B> {
        let Input::Audio(audio) = input else {
            unreachable!("padding is not for this source")
        };
        let frames = audio.clone().reshape([audio.dims()[0], 50, 8]);
        let mean: Tensor<B, 2> = frames.clone().narrow(1, 0, 25).mean_dim(1).squeeze_dim(1);
        Outputs {
            logits: Some(mean.matmul(self.1.get("weights").reshape([8, 2]))),
            taps: taps.iter().map(|tap| (*tap, frames.clone())).collect(),
            ..Outputs::default()
        }
    }

    fn fingerprint(&self) -> String {
        format!("{:?}", self.1.get("weights").to_data())
    }
}

#[test]
fn one_of_each_kind_is_registered_from_outside_and_fits_gun_point() {
    transform::register::<Amplified>();
    mapping::register::<OneToOne>();
    let rule = LabelRule {
        sees: Sees::EachEpoch,
        find: loudest,
    };
    mapping::register_rule("loudest", rule);
    train::register("descent", |plan| Box::new(Descent(plan)));
    source::register::<Halves>();

    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/GunPoint");
    let data = Dataset::read(&folder, &ReadOptions::default()).unwrap();
    let weights = SourceWeights::new::<Halves>("halves", Halves::random(0)).unwrap();

    // Its own trainer, through its own label mapping: one label for each class.
    let settings = FitSettings {
        transforms: Some(vec![Transform::new(Amplified)]),
        readouts: vec![ReadoutKind::Labels],
        trainer: "descent".to_owned(),
        labels: LabelSettings {
            rule: "loudest".to_owned(),
            ..LabelSettings::default()
        },
        epochs: 5,
        dropout: 0.0,
        learning_rate: 0.1,
        ..FitSettings::preset(Preset::Paper)
    };
    let engine = Engine::cpu().unwrap();
    let mut losses = Vec::new();
    let classifier = engine
        .classifier()
        .settings(settings)
        .sources(std::slice::from_ref(&weights))
        .on_progress(|at| losses.push(format!("{at:?}")))
        .fit(&data.train)
        .unwrap();
    assert_eq!(losses.len(), 5);
    let gain = &classifier.program().tensors()["part1.transform.gain"];
    assert_ne!(gain.values, [1.0]);
    let mapping = classifier.program().parts()[0].mapping.clone();
    for row in mapping.downcast::<LabelMapping>().unwrap().weights() {
        assert_eq!(row.iter().sum::<f32>(), 1.0);
    }

    // A program with the new kinds is saved and read back.
    let path = tempfile::tempdir().unwrap();
    let path = path.path().join("amplified.safetensors");
    classifier.program().save(&path).unwrap();
    let program = retune::program::Program::load(&path).unwrap();
    assert_eq!(program.parts()[0].transform.name(), "amplified");

    let fit = |settings| {
        let builder = engine.classifier().settings(settings);
        let builder = builder.sources(std::slice::from_ref(&weights));
        builder.fit(&data.train).unwrap()
    };
    // The readouts in closed form read the new source as they read any.
    let settings = FitSettings {
        transforms: Some(vec![Transform::new(Amplified)]),
        ..FitSettings::preset(Preset::Fast)
    };
    let classifier = fit(settings);
    let score = classifier.score(&data.test).unwrap();
    assert!(score.accuracy > 0.7, "{score:?}");

    // The gain is trained through the new mapping, which the program then answers by.
    let settings = FitSettings {
        transforms: Some(vec![Transform::new(Amplified)]),
        readouts: vec!["one-to-one".parse().unwrap()],
        ..FitSettings::preset(Preset::TrainedEnds)
    };
    let classifier = fit(settings);
    classifier.program().save(&path).unwrap();
    let program = retune::program::Program::load(&path).unwrap();
    assert_ne!(program.tensors()["part1.transform.gain"].values, [1.0]);
    let mapping = &program.parts()[0].mapping;
    assert_eq!(mapping, &Mapping::new(OneToOne { classes: 2 }));
    assert!(mapping.check(weights.spec(), 3).is_err());
    assert_eq!(classifier.predict(&data.test.series).unwrap().len(), 150);
}

#[test]
fn the_page_shows_what_stands_here() {
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let here = words(include_str!("extending.rs"));
    let page = include_str!("../docs/book/extending.md");
    let blocks: Vec<&str> = page.split("```rust\n").skip(1).collect();
    assert!(blocks.len() >= 5);
    for block in blocks {
        let code = block.split("```").next().unwrap();
        // Pieces that stand apart there are shown one below the other.
        for piece in code.split("\n\n") {
            assert!(
                here.contains(&words(piece)),
                "this is not in tests/extending.rs: {piece}"
            );
        }
    }
}
