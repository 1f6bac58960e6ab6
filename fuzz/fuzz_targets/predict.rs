//! What programs of every task answer, once they are read: numbers, whatever stands in the file, or an error.
#![no_main]
use std::path::Path;
use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use retune::Engine;
use retune::engine::{Classifier, FeatureExtractor, Forecaster, MotionStream};
use retune::motion::{MotionSourceWeights, Scaling, SourceSignals};
use retune::program::{
    Classification, Content, Extraction, Forecasting, Motion, MotionProgram, Program, Task,
};
use retune::series::Split;
use retune::source::{SourceWeights, SpeechClip, shipped_sources};
use retune_fuzz::outcome;
use serde_json::{Value, json};

/// Time and memory grow with these, which `program` tries up to their limits.
const LONGEST: usize = 512;
const PARTS: usize = 4;

fuzz_target!(|data: &[u8]| {
    let Some((header, tensors)) = retune_fuzz::described(data) else {
        return;
    };
    let moved = of_its_own(header);
    let header = moved.as_ref().map_or(header, |(header, _)| header);
    let bytes = retune_fuzz::program(header, tensors);
    let origin = Path::new("p.safetensors");
    match (outcome(Task::of_bytes(&bytes, origin)), &moved) {
        (Some(Task::Classification), _) => classify(&bytes, origin),
        (Some(Task::Forecasting), _) => forecast(&bytes, origin),
        (Some(Task::Features), _) => extract(&bytes, origin),
        (Some(Task::Motion), Some((_, source))) => step(&bytes, origin, source),
        _ => (),
    }
});

fn load<T: Content>(bytes: &[u8], origin: &Path) -> Option<(Program<T>, Vec<SourceWeights>)> {
    static SHIPPED: LazyLock<Vec<SourceWeights>> = LazyLock::new(|| {
        let found = shipped_sources().into_iter().map(SourceWeights::find);
        found.collect::<Result<_, _>>().expect("they are shipped")
    });
    let program = outcome(Program::<T>::from_bytes(bytes, origin))?;
    let sources = outcome(program.find_sources(&SHIPPED))?;
    Some((program, sources))
}

fn cpu() -> Engine {
    Engine::cpu().expect("it is compiled in")
}

/// A slope, a swing, and nothing at all.
fn series(length: usize) -> Vec<Vec<f64>> {
    let of = |value: fn(f64) -> f64| (0..length).map(|at| value(at as f64)).collect();
    vec![of(|at| at), of(|at| 1e3 * (at * 0.7).sin()), of(|_| 0.0)]
}

fn classify(bytes: &[u8], origin: &Path) {
    let Some((program, sources)) = load::<Classification>(bytes, origin) else {
        return;
    };
    let (length, parts) = (program.series_length(), program.parts().len());
    if length > LONGEST || parts > PARTS {
        return;
    }
    let Some(classifier) = outcome(Classifier::new(cpu(), program, &sources)) else {
        return;
    };
    let series = series(length);
    for prediction in outcome(classifier.predict(&series)).iter().flatten() {
        let sum: f32 = prediction.probabilities.iter().sum();
        assert!((sum - 1.0).abs() < 1e-3, "they sum to {sum}");
        let label = &classifier.program().labels()[prediction.class];
        assert_eq!(label, &prediction.label);
    }
    // What is not to be had of a transform or a source is an error that no seed speaks against.
    for part in 0..parts {
        let heard = classifier.hear(&series[1], part).unwrap_or_default();
        assert!(heard.iter().all(|value| value.is_finite()));
        let Ok(explained) = classifier.explain(&series[1], part) else {
            continue;
        };
        assert!(explained.plane.iter().all(|value| value.is_finite()));
    }
    let salient = classifier.saliency(&series[1]).unwrap_or_default();
    assert!(salient.iter().all(|value| value.is_finite()));
    compare(&classifier, &sources, &series);
}

/// How far the series are from a recording that says nothing.
fn compare(classifier: &Classifier, sources: &[SourceWeights], series: &[Vec<f64>]) {
    let program = classifier.program();
    let spec = sources[program.parts()[0].source].spec();
    let Some(audio) = &spec.audio else {
        return;
    };
    let clip = SpeechClip::new(&vec![0.0; audio.samples], 0);
    let split = Split {
        series: series.to_vec(),
        labels: vec![program.labels()[0].clone(); series.len()],
        ..Split::default()
    };
    if let Ok(found) = classifier.distance(&split, &[clip], 0, 2, 0) {
        let numbers = [found.before, found.after, found.bound];
        assert!(numbers.iter().all(|number| number.is_finite()), "{found:?}");
    }
}

fn forecast(bytes: &[u8], origin: &Path) {
    let Some((program, sources)) = load::<Forecasting>(bytes, origin) else {
        return;
    };
    let context = program.context();
    if context > LONGEST {
        return;
    }
    let Some(forecaster) = outcome(Forecaster::new(cpu(), program, &sources[0])) else {
        return;
    };
    let histories = series(context);
    let histories: Vec<&[f64]> = histories.iter().map(Vec::as_slice).collect();
    for forecast in outcome(forecaster.forecast(&histories)).iter().flatten() {
        assert!(forecast.values.iter().all(|value| value.is_finite()));
        for interval in &forecast.intervals {
            let mut ends = interval.lower.iter().zip(&interval.upper);
            assert!(ends.all(|(lower, upper)| lower.is_finite() && lower <= upper));
        }
    }
}

fn extract(bytes: &[u8], origin: &Path) {
    let Some((program, sources)) = load::<Extraction>(bytes, origin) else {
        return;
    };
    let length = program.series_length();
    if length > LONGEST || program.feature_parts().len() > PARTS {
        return;
    }
    let Some(extractor) = outcome(FeatureExtractor::new(cpu(), program, &sources)) else {
        return;
    };
    for row in outcome(extractor.features(&series(length)))
        .iter()
        .flatten()
    {
        assert_eq!(row.len(), extractor.width());
        assert!(row.iter().all(|value| value.is_finite()));
    }
}

fn step(bytes: &[u8], origin: &Path, source: &MotionSourceWeights) {
    let Some(program) = outcome(Program::<Motion>::from_bytes(bytes, origin)) else {
        return;
    };
    let program: &MotionProgram = &program;
    let Some(mut stream) = outcome(MotionStream::new(cpu(), source, Some(program))) else {
        return;
    };
    let joints = program.content().input_joints.len();
    for at in 0..program.content().window + 2 {
        let sample = vec![at as f32; joints];
        let Some(forecast) = outcome(stream.push(&sample)) else {
            return;
        };
        if let Some(forecast) = forecast {
            assert!(forecast.angles.iter().all(|angle| angle.is_finite()));
        }
    }
}

/// The header of a program of motion, made for a source of random weights that takes and gives what the program
/// says; `None` for another task, or where there can be no such source.
fn of_its_own(header: &str) -> Option<(String, MotionSourceWeights)> {
    let mut header: Value = serde_json::from_str(header).ok()?;
    let names = |key: &str| -> Option<Vec<String>> {
        serde_json::from_value(header.get(key)?.clone()).ok()
    };
    let count = |key: &str| Some(header.get(key)?.as_u64()? as usize);
    let joints = names("input_joints")?;
    let (window, horizon) = (count("window")?, count("horizon")?);
    if window > LONGEST || horizon > LONGEST || joints.len() > 16 {
        return None;
    }
    let signals = SourceSignals {
        target_joints: names("target_joints")?,
        window,
        horizon,
        rate_hz: header.get("rate_hz")?.as_f64()? as f32,
        scaling: Scaling {
            means: vec![0.0; joints.len()],
            deviations: vec![1.0; joints.len()],
            joints: joints.clone(),
        },
        input_joints: joints,
    };
    let source = MotionSourceWeights::random("m", signals, 4, 0).ok()?;
    *header.pointer_mut("/sources/0/sha256")? = json!(source.sha256());
    Some((header.to_string(), source))
}
