//! `retune classify --trained-controls`: the attention-RNN trained on the recordings themselves.

use retune::series::Classes;
use retune::source::SpeechClip;
use retune::source::attention_rnn::pretrain::{PretrainSettings, Prior};
use retune::transform::{Recording, Transform};

use crate::cli::prelude::*;

/// Passes over the recordings, of which each class has a hundred or more in one: repeated, and each time
/// shifted and made louder or softer.
const EPOCHS: usize = 20;

/// Test accuracies of the attention-RNN with all of its weights trained on recordings at a rate in Hz: from its
/// own weights, and from random ones. Class i takes the place of its word i.
pub fn trained_controls(
    engine: Engine,
    data: &Dataset,
    rate: u32,
    common: &Common,
) -> Result<BTreeMap<String, f64>> {
    let source = SourceWeights::find(DEFAULT_SOURCE)?;
    let classes = Classes::from_training(&data.train.labels)?;
    let most = source.labels().len();
    ensure!(
        classes.len() <= most,
        problem(
            format!(
                "{} classes, and the network of the trained controls has {most} outputs",
                classes.len()
            ),
            "leave out --trained-controls"
        )
    );
    let transform = Transform::new(Recording { rate, theta: None });
    let clips = |split: &Split| {
        let labelled = split.series.iter().zip(&split.labels);
        let clips = labelled.filter_map(|(series, label)| {
            let label = classes.index(label)?;
            let series: Vec<f32> = series.iter().map(|sample| *sample as f32).collect();
            let audio = transform.prepare(source.spec(), &[&series]);
            Some(audio.map(|audio| SpeechClip::new(&audio.concat(), label)))
        });
        clips.collect::<Result<Vec<_>, _>>()
    };
    let speech = SpeechFolder {
        train: clips(&data.train)?,
        ..SpeechFolder::default()
    };
    let test = clips(&data.test)?;
    let mut found = BTreeMap::new();
    for (name, learning_rate, start) in [
        ("fine_tuned_network", 1e-3, Some(&source)),
        ("network_from_scratch", 3e-3, None),
    ] {
        let settings = PretrainSettings {
            name: name.to_owned(),
            epochs: EPOCHS,
            learning_rate,
            seed: common.seed,
            ..PretrainSettings::default()
        };
        let prior = Prior {
            start,
            ..Prior::default()
        };
        let mut progress = Progress::new(common, "training a network on the recordings");
        let network = engine.pretrain(&speech, &settings, prior, None, false, &mut |at| {
            progress.at(
                ((at.epoch - 1) * at.steps + at.step) as u64,
                (EPOCHS * at.steps) as u64,
                "",
            );
        })?;
        drop(progress);
        // A recording of a class that training never saw counts as wrong.
        let right = engine.measure(&network, &test)?.accuracy * test.len() as f64;
        found.insert(name.to_owned(), right / data.test.len().max(1) as f64);
    }
    Ok(found)
}
