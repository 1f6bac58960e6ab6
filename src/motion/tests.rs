//! What the tests share: two made-up walkers on the CPU backend.

mod adapting;
mod network;
mod sources;
mod stream;

use std::f32::consts::TAU;

use burn::backend::Autodiff;

use super::*;
use crate::kernel::Cpu;

type Training = Autodiff<Cpu>;

const JOINTS: [&str; 3] = ["hip", "knee", "ankle"];

fn names(joints: &[&str]) -> Vec<String> {
    joints.iter().map(|joint| (*joint).to_owned()).collect()
}

/// One cycle of 50 samples; `knee` is the amplitude of the knee, the first joint moves later by
/// `phase` of a cycle.
fn cycle(person: &str, knee: f32, phase: f32) -> Trial {
    let samples = (0..50).flat_map(|sample| {
        let angle = TAU * sample as f32 / 50.0;
        [
            20.0 * (angle - TAU * phase).cos() + 5.0,
            knee * (angle.sin() + 0.4 * (2.0 * angle + phase).cos()) + 0.6 * knee,
            9.0 * (2.0 * angle + 1.0 + phase).sin(),
        ]
    });
    let samples: Vec<f32> = samples.collect();
    Trial::new("one", person, 50.0, names(&JOINTS), samples).unwrap()
}

fn layout() -> WindowLayout {
    WindowLayout {
        cyclic: true,
        ..WindowLayout::new(8, 4)
    }
}

fn able_bodied() -> [Trial; 3] {
    [("a", 28.0, 0.0), ("b", 31.0, 0.02), ("c", 25.0, -0.02)]
        .map(|(person, knee, phase)| cycle(person, knee, phase))
}

fn able_bodied_windows() -> Windows {
    layout().cut_all(&able_bodied()).unwrap()
}

/// A person with a stiff knee.
fn person() -> Windows {
    layout().cut(&cycle("p", 12.0, 0.05)).unwrap()
}

fn signals(inputs: &[&str], targets: &[&str], window: usize, horizon: usize) -> SourceSignals {
    SourceSignals {
        input_joints: names(inputs),
        target_joints: names(targets),
        window,
        horizon,
        rate_hz: 50.0,
        scaling: Scaling {
            joints: names(&JOINTS),
            means: vec![5.0, 15.0, -1.5],
            deviations: vec![14.0, 20.0, 6.5],
        },
    }
}

/// A source with random numbers in the output layer too.
fn lively(signals: SourceSignals, channels: usize) -> MotionSourceWeights {
    let weights = MotionSourceWeights::random("lively", signals.clone(), channels, 3).unwrap();
    let mut tensors = weights.tensors().clone();
    for (place, tensor) in tensors.values_mut().enumerate() {
        for (index, value) in tensor.values.iter_mut().enumerate() {
            *value += 0.2 * (index as f32 * 0.7 + place as f32).sin();
        }
    }
    MotionSourceWeights::new("lively", signals, channels, tensors).unwrap()
}

fn source() -> MotionSourceWeights {
    let settings = PretrainSettings {
        channels: 16,
        training: TrainSettings {
            epochs: 20,
            batch: 32,
            learning_rate: 5e-3,
            patience: 20,
        },
        ..PretrainSettings::default()
    };
    let known = able_bodied_windows();
    let watched = layout().cut(&cycle("d", 27.0, 0.01)).unwrap();
    let scale = Scaling::fit(&able_bodied()).unwrap();
    let to = Default::default();
    let found = pretrain::<Training>(&known, &watched, &scale, 50.0, &settings, &to, &mut |_| ());
    found.unwrap().weights
}

fn settings(loss: AdaptLoss) -> AdaptSettings {
    AdaptSettings {
        loss,
        hidden: 4,
        training: TrainSettings {
            epochs: 60,
            batch: 16,
            learning_rate: 5e-3,
            patience: 0,
        },
        ..AdaptSettings::default()
    }
}

/// A program of the source for the person.
fn adapted(source: &MotionSourceWeights, settings: &AdaptSettings) -> MotionProgram {
    let (known, windows) = (able_bodied_windows(), person());
    let to = Default::default();
    let program = adapt::<Training>(source, &windows, Some(&known), settings, &to, &mut |_| ());
    program.unwrap()
}

fn forecast(source: &MotionSourceWeights, program: Option<&MotionProgram>) -> Vec<f32> {
    let forecaster = MotionForecaster::<Cpu>::new(source, program, &Default::default()).unwrap();
    forecaster.predict_windows(&person()).unwrap()
}

fn squared_error(found: &[f32]) -> f32 {
    let windows = person();
    let pairs = found.iter().zip(&windows.targets);
    pairs.map(|(one, other)| (one - other).powi(2)).sum::<f32>() / found.len() as f32
}
