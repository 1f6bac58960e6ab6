//! Trained layers at both ends of a source, and patterns that depend on a series, on a few series of GunPoint.

use std::path::Path;

use retune::engine::Classifier;
use retune::fit::ReadoutKind::{Means, Ridge, Trained};
use retune::fit::{FitProgress, FitSettings, Preset};
use retune::program::Program;
use retune::series::{Dataset, ReadOptions, Split};
use retune::source::SourceWeights;
use retune::transform::{Added, Made, Pattern, Transform};
use retune::{Engine, Error, ErrorKind};

const EMBEDDING: &str = "speech-embedding";
const WORDS: &str = "attrnn-gsc35";

/// The first series of GunPoint's training split: of both classes.
fn first(count: usize) -> Split {
    let data = Dataset::read(Path::new("data/GunPoint"), &ReadOptions::default()).unwrap();
    let mut train = data.train;
    train.series.truncate(count);
    train.labels.truncate(count);
    assert!(train.labels.iter().any(|label| *label != train.labels[0]));
    train
}

fn settings(transform: Transform, readout: &str) -> FitSettings {
    FitSettings {
        transforms: Some(vec![transform]),
        readouts: vec![readout.parse().unwrap()],
        epochs: 5,
        batch: 4,
        dropout: 0.0,
        ..FitSettings::preset(Preset::TrainedEnds)
    }
}

fn named(name: &str, readout: &str) -> FitSettings {
    settings(Transform::named(name).unwrap(), readout)
}

/// A fit, and the mean loss of each epoch.
fn fit(
    train: &Split,
    source: &str,
    settings: &FitSettings,
) -> Result<(Classifier, Vec<f64>), Error> {
    let mut losses = Vec::new();
    let sources = [SourceWeights::find(source)?];
    let engine = Engine::cpu()?;
    let builder = engine.classifier().sources(&sources);
    let builder = builder.settings(settings.clone()).on_progress(|at| {
        if let FitProgress::Epoch(at) = at {
            losses.push(at.training_loss);
        }
    });
    let classifier = builder.fit(train)?;
    Ok((classifier, losses))
}

fn pattern(case: Made, added: Added) -> Transform {
    Transform::new(Pattern { case, added })
}

/// Each transform through each readout that is trained, and what was trained has changed.
#[test]
fn the_training_loss_falls_and_the_source_stays_as_it_is() {
    let train = first(8);
    for (source, settings) in [
        (EMBEDDING, named("convolved", "linear")),
        (EMBEDDING, named("convolved-audio", "linear")),
        (EMBEDDING, named("speech", "linear")),
        (WORDS, named("convolved", "linear-logits")),
        (WORDS, named("convolved-audio", "linear")),
        (WORDS, named("convolved-audio", "labels")),
        (EMBEDDING, named("pattern", "linear")),
        (WORDS, named("pattern-audio", "labels")),
        (
            WORDS,
            settings(pattern(Made::Plane, Added::Dependent), "labels"),
        ),
        (
            WORDS,
            settings(pattern(Made::Audio, Added::Independent), "labels"),
        ),
    ] {
        let (classifier, losses) = fit(&train, source, &settings).unwrap();
        let about = format!("{source} {:?}: {losses:?}", settings.transforms);
        assert!(losses[4] < losses[0], "{about}");
        let program = classifier.program();
        assert!(program.frozen());
        let part = &program.parts()[0];
        let spec = SourceWeights::find(source).unwrap();
        let spec = spec.spec();
        for (what, initial) in [
            ("transform", part.transform.initial(spec, 0)),
            ("mapping", part.mapping.initial(spec, 2)),
        ] {
            for (name, before) in initial {
                let after = &program.tensors()[&format!("part1.{what}.{name}")];
                assert_ne!(&before, after, "{about}: {name}");
            }
        }
    }
}

#[test]
fn the_same_seed_gives_the_same_program_which_is_found_again() {
    let (train, test) = (first(6), first(9).series);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("p.safetensors");
    for (source, name, readout) in [
        (EMBEDDING, "convolved", "linear"),
        (WORDS, "convolved-audio", "linear-logits"),
        (EMBEDDING, "pattern", "linear"),
        (WORDS, "pattern-audio", "labels"),
    ] {
        let settings = FitSettings {
            epochs: 2,
            ..named(name, readout)
        };
        let on = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
            let pool = pool.build().unwrap();
            pool.install(|| fit(&train, source, &settings).unwrap().0)
        };
        let classifier = on(1);
        let program = classifier.program();
        assert_eq!(program, on(4).program(), "{source} {name}");
        assert_eq!(program.parts()[0].transform.name(), name);
        let other = FitSettings {
            seed: 1,
            ..settings
        };
        let (other, _) = fit(&train, source, &other).unwrap();
        assert_ne!(program.tensors(), other.program().tensors());

        program.save(&path).unwrap();
        let loaded = Program::load(&path).unwrap();
        assert_eq!(&loaded, program);
        let sources = [SourceWeights::find(source).unwrap()];
        let again = Classifier::new(Engine::cpu().unwrap(), loaded, &sources).unwrap();
        let expected = classifier.predict(&test).unwrap();
        assert_eq!(again.predict(&test).unwrap(), expected, "{source} {name}");
    }
}

#[test]
fn what_does_not_fit_is_refused_with_what_would() {
    let train = first(6);
    let refused = |source, settings: &FitSettings| fit(&train, source, settings).err().unwrap();
    let error = refused(EMBEDDING, &named("convolved", "linear-logits"));
    assert_eq!(error.kind(), ErrorKind::Labels);
    assert!(error.to_string().contains("no logits"), "{error}");
    assert!(error.hint().unwrap().contains("activations"), "{error}");
    // A trained pattern under labels, of which the embedding has none.
    let error = refused(EMBEDDING, &named("pattern", "labels"));
    assert_eq!(error.kind(), ErrorKind::Labels);
    for readouts in [
        vec![Trained("linear".to_owned()), Ridge],
        vec![Means, Trained("linear-logits".to_owned())],
    ] {
        let settings = FitSettings {
            readouts,
            ..named("convolved", "linear")
        };
        let error = refused(WORDS, &settings);
        assert_eq!(error.kind(), ErrorKind::Setting);
        assert!(
            error.to_string().contains("alone, or some of means"),
            "{error}"
        );
    }
    let settings = FitSettings {
        epochs: 0,
        ..named("convolved", "linear")
    };
    let error = refused(WORDS, &settings);
    assert!(error.to_string().contains("no epochs"), "{error}");
}

/// For each kind of readout: ridges of both sources as well.
#[test]
fn every_program_can_be_diagnosed() {
    let train = first(10);
    for (source, settings) in [
        (EMBEDDING, FitSettings::preset(Preset::Fast)),
        (WORDS, named("convolved-audio", "linear-logits")),
        (WORDS, named("padding", "labels")),
    ] {
        let (classifier, _) = fit(&train, source, &settings).unwrap();
        let found = classifier.diagnose(&train).unwrap();
        assert_eq!(found.len(), classifier.program().parts().len());
        for one in found {
            assert!(one.gradient.is_finite() && one.gradient > 0.0, "{one:?}");
            assert!((0.0..=1.0 + 1e-6).contains(&one.alignment), "{one:?}");
        }
    }
    let mut unknown = train.clone();
    unknown.labels[0] = "9".to_owned();
    let (classifier, _) = fit(&train, EMBEDDING, &FitSettings::preset(Preset::Fast)).unwrap();
    let error = classifier.diagnose(&unknown).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Labels);
}
