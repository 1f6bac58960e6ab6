//! The wgpu backend against the CPU's; needs a graphics driver (a software one will do).
//!
//! Run with `cargo test --release --features wgpu --test wgpu`.
#![allow(clippy::unwrap_used, reason = "a test that panics fails")]
#![cfg(all(feature = "cpu", feature = "wgpu"))]

#[path = "../library/common.rs"]
mod common;
mod kernels;
#[path = "../../crates/retune-kernels/src/made.rs"]
mod made;

use burn::backend::Autodiff;
use burn::tensor::backend::AutodiffBackend;
use common::{check_golden_gradient, difference, golden, on_device, published, two_tones, values};
use retune::fit::{FitSettings, ForecastSettings, Preset};
use retune::forecast::{History, Timeline};
use retune::kernel::{
    Activation, BiLstmWeights, Convolution, ConvolutionStack, ConvolutionWeights, Cpu,
    DenseWeights, Geometry, Kernels, Pool, StackLayer, Wgpu,
};
use retune::motion::{
    AdaptSettings, CsvOptions, MotionForecaster, MotionSourceWeights, PretrainSettings,
    SampleTimes, Scaling, WindowLayout, Windows, adapt, pretrain, read_csv,
};
use retune::source::SourceWeights;
use retune::source::attention_rnn::AttentionRnn;
use retune::storage::HostTensor;
use retune::task::{Classifier, Forecaster};
use retune::transform::Transform;

#[test]
fn the_same_program_predicts_alike_on_both() {
    let sources = [SourceWeights::find("attrnn-gsc35").unwrap()];
    // One transform through each input of the source.
    let settings = FitSettings {
        transforms: ["formants", "stretched"]
            .iter()
            .map(|name| Transform::named(name))
            .collect(),
        ..FitSettings::preset(Preset::Default)
    };
    let cpu = Classifier::<Cpu>::fit::<Autodiff<Cpu>>(
        &two_tones(8, 1),
        &sources,
        &settings,
        &Default::default(),
        &mut |_| {},
    )
    .unwrap();
    let program = cpu.program().clone();
    let wgpu = Classifier::<Wgpu>::new(program, &sources, &Default::default()).unwrap();
    let test = two_tones(4, 70);
    let expected = cpu.predict(&test.series).unwrap();
    for (found, expected) in wgpu.predict(&test.series).unwrap().iter().zip(expected) {
        let off = difference(&found.probabilities, &expected.probabilities);
        assert!(off <= 1e-3, "probabilities differ by {off}");
    }
}

#[test]
fn a_program_can_be_trained_on_wgpu() {
    let sources = [SourceWeights::find("attrnn-gsc35").unwrap()];
    let settings = FitSettings {
        epochs: 1,
        ..FitSettings::preset(Preset::Paper)
    };
    let train = two_tones(4, 1);
    let on_wgpu = Classifier::<Wgpu>::fit::<Autodiff<Wgpu>>(
        &train,
        &sources,
        &settings,
        &Default::default(),
        &mut |_| {},
    )
    .unwrap();
    assert!(on_wgpu.program().frozen());
    let on_cpu = Classifier::<Cpu>::fit::<Autodiff<Cpu>>(
        &train,
        &sources,
        &settings,
        &Default::default(),
        &mut |_| {},
    )
    .unwrap();
    let theta = |tensors: &std::collections::BTreeMap<String, HostTensor>| {
        tensors["part1.transform.theta"].values.clone()
    };
    let (a, b) = (
        theta(on_wgpu.program().tensors()),
        theta(on_cpu.program().tensors()),
    );
    // Adam's first step has the size of the learning rate, whichever way rounding turns it.
    let moved = difference(&a, &b);
    assert!(
        moved <= 2.1 * settings.learning_rate as f32,
        "θ differs by {moved}"
    );
    let alike = a
        .iter()
        .zip(&b)
        .filter(|(a, b)| (*a - *b).abs() < 1e-4)
        .count();
    assert!(alike * 100 >= a.len() * 95, "{alike} of {} agree", a.len());
}

#[test]
fn the_golden_values_hold_on_wgpu() {
    let (Some(weights), Some(golden)) = (published(), golden()) else {
        return;
    };
    type Trained = Autodiff<Wgpu>;
    let source = AttentionRnn::<Trained>::new(&weights, &Default::default());
    let heard = source.activations(Trained::log_mel(on_device(&golden["waveform"])));
    for (name, found, tolerance) in [
        ("log_mel", values(heard.log_mel.clone()), 2e-3),
        ("normalised", values(heard.normalised.clone()), 2e-3),
        ("lstm1", values(heard.lstm1.clone()), 2e-3),
        ("lstm2", values(heard.lstm2.clone()), 2e-3),
        ("attention", values(heard.attention.clone()), 1e-4),
        ("context", values(heard.context.clone()), 2e-3),
        ("probabilities", values(heard.probabilities()), 1e-4),
    ] {
        let off = difference(&found, &golden[name].values);
        assert!(off < tolerance, "{name} is off by {off}");
    }

    check_golden_gradient(&source, &golden);
}

#[test]
fn forecasts_and_motion_are_the_same_on_both() {
    let source = SourceWeights::find("attrnn-gsc35").unwrap();
    // Waves whose kind no linear readout can tell, so that the program uses_source.
    let mut values = Vec::new();
    for wave in 0..90u32 {
        let (period, after) = if wave * 7 % 5 < 2 {
            (12.0, 3.0)
        } else {
            (5.0, -3.0)
        };
        values.extend((0..24).map(|at| {
            let turns = f64::from(at) / period * std::f64::consts::TAU;
            (turns + f64::from(wave * wave % 17)).sin()
        }));
        values.extend([after; 8]);
    }
    let histories = [History {
        name: "waves".to_owned(),
        timeline: Timeline::counts(),
        values,
    }];
    let settings = ForecastSettings {
        context: 24,
        windows: 1200,
        ..ForecastSettings::new(&histories, 8, None).unwrap()
    };
    let device = Default::default();
    let cpu = Forecaster::<Cpu>::fit(&histories, &source, &settings, &device, &mut |_| {}).unwrap();
    assert!(cpu.program().uses_source());
    let wgpu =
        Forecaster::<Wgpu>::new(cpu.program().clone(), &source, &Default::default()).unwrap();
    let windows: Vec<&[f64]> = histories[0]
        .values
        .chunks(32)
        .take(5)
        .map(|part| &part[..24])
        .collect();
    let (found, expected) = (
        wgpu.forecast(&windows).unwrap(),
        cpu.forecast(&windows).unwrap(),
    );
    let single = |values: &[f64]| values.iter().map(|value| *value as f32).collect::<Vec<_>>();
    for (found, expected) in found.iter().zip(&expected) {
        assert!(difference(&single(&found.values), &single(&expected.values)) < 5e-3);
    }

    // The same function adapts a motion model on both, and both predict alike.
    let recordings = |file: &str| {
        let options = CsvOptions {
            person: Some("person".to_owned()),
            trial: vec!["trial".to_owned()],
            ..CsvOptions::new(SampleTimes::Column("time".to_owned()))
        };
        let folder = std::path::Path::new("data/walking");
        let mut trials = read_csv(&folder.join(file), &options).unwrap();
        for trial in &mut trials {
            trial.samples.truncate(100 * trial.joints.len());
        }
        trials
    };
    let mut able = recordings("able-bodied.csv");
    able.truncate(2);
    let layout = WindowLayout::new(16, 10);
    let training = layout.cut_all(&able).unwrap();
    let mut settings = PretrainSettings::default();
    settings.training.epochs = 1;
    let source = pretrain::<Autodiff<Cpu>>(
        &training,
        &training,
        &Scaling::fit(&able).unwrap(),
        100.0,
        &settings,
        &Default::default(),
        &mut |_| {},
    )
    .unwrap()
    .weights;
    let person = layout.cut_all(&recordings("altered.csv")[3..4]).unwrap();
    let mut settings = AdaptSettings::default();
    settings.training.epochs = 2;
    fn adapted<A: AutodiffBackend<InnerBackend: Kernels> + Kernels>(
        source: &MotionSourceWeights,
        (person, able): (&Windows, &Windows),
        settings: &AdaptSettings,
        device: &A::Device,
    ) -> Vec<f32> {
        let program =
            adapt::<A>(source, person, Some(able), settings, device, &mut |_| {}).unwrap();
        let forecaster =
            MotionForecaster::<A::InnerBackend>::new(source, Some(&program), device).unwrap();
        forecaster.predict_windows(person).unwrap()
    }
    let both = (&person, &training);
    let cpu = adapted::<Autodiff<Cpu>>(&source, both, &settings, &Default::default());
    let wgpu = adapted::<Autodiff<Wgpu>>(&source, both, &settings, &Default::default());
    let off = difference(&cpu, &wgpu);
    assert!(off < 0.2, "angles differ by {off} degrees");
}
