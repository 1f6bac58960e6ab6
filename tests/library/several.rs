//! Programs on several sources, transforms that keep the level or follow the length, and what is shown of
//! parts on each source.

use std::f64::consts::TAU;

use retune::engine::Classifier;
use retune::fit::{FitSettings, Preset, ReadoutKind};
use retune::program::Program;
use retune::series::Split;
use retune::source::SourceWeights;
use retune::transform::{Painted, Transform};
use retune::{Engine, ErrorKind};
use rustfft::FftPlanner;
use rustfft::num_complex::Complex;

use crate::common::{noise, two_tones};

const EMBEDDING: &str = "speech-embedding";
const WORDS: &str = "attrnn-gsc35";

fn source(name: &str) -> SourceWeights {
    SourceWeights::find(name).unwrap()
}

/// A classifier by these transforms on these sources.
fn fitted(train: &Split, sources: &[SourceWeights], transforms: &[&str]) -> Classifier {
    let named = transforms.iter().map(|name| Transform::named(name));
    let settings = FitSettings {
        transforms: Some(named.collect::<Option<_>>().unwrap()),
        ..FitSettings::preset(Preset::Default)
    };
    let builder = Engine::cpu().unwrap().classifier().settings(settings);
    builder.sources(sources).fit(train).unwrap()
}

/// Series of two classes that `value` makes of noise, the class and the place.
fn series(
    count: usize,
    seed: u32,
    value: impl Fn(f64, bool, usize) -> f64,
    length: usize,
) -> Split {
    let mut split = Split::default();
    for index in 0..count {
        let odd = index % 2 == 1;
        let noise = noise(length, seed + index as u32).into_iter().enumerate();
        let values = noise.map(|(place, noise)| value(f64::from(noise), odd, place));
        split.series.push(values.collect());
        split.labels.push(if odd { "1" } else { "0" }.to_owned());
    }
    split
}

#[test]
fn parts_on_both_sources_are_saved_and_found_again() {
    let sources = [source(EMBEDDING), source(WORDS)];
    let classifier = fitted(&two_tones(12, 1), &sources, &["formants", "stretched"]);
    let program = classifier.program();
    assert!(program.frozen());
    for (place, source) in sources.iter().enumerate() {
        assert!(program.parts().iter().any(|part| part.source == place));
        assert_eq!(program.sources()[place].sha256, source.sha256());
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("both.safetensors");
    program.save(&path).unwrap();
    let load = |sources: &[SourceWeights]| {
        Classifier::new(
            Engine::cpu().unwrap(),
            Program::load(&path).unwrap(),
            sources,
        )
    };
    let test = two_tones(6, 50).series;
    let expected = classifier.predict(&test).unwrap();
    // In any order.
    let again = load(&[source(WORDS), source(EMBEDDING)]).unwrap();
    assert_eq!(again.predict(&test).unwrap(), expected);
    // One at a time as well.
    for (one, expected) in test.iter().zip(&expected) {
        assert_eq!(
            again.predict([one.clone()]).unwrap()[0].class,
            expected.class
        );
    }
    let error = load(&[source(EMBEDDING), source("random-1")]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Mismatch);
    assert!(error.to_string().contains(WORDS), "{error}");
    for part in 0..program.parts().len() {
        let seconds = classifier.hear(&test[0], part).unwrap().len() as f64
            / f64::from(classifier.rate(part).unwrap());
        assert!((0.9..1.6).contains(&seconds), "{seconds}");
        assert!(!classifier.explain(&test[0], part).unwrap().plane.is_empty());
    }
    assert!(classifier.rate(program.parts().len()).is_err());
}

/// One part is kept, so one source is heard, and the other not needed to predict.
#[test]
fn a_program_names_the_sources_that_it_hears() {
    let level = |noise: f64, odd: bool, _| noise + if odd { 9.0 } else { 0.0 };
    let sources = [source(WORDS), source(EMBEDDING)];
    let settings = FitSettings {
        parts: Some(1),
        transforms: Some(vec![Transform::named("statistics-level").unwrap()]),
        ..FitSettings::preset(Preset::Default)
    };
    let builder = Engine::cpu().unwrap().classifier().settings(settings);
    let builder = builder.sources(&sources);
    let classifier = builder.fit(&series(12, 3, level, 60)).unwrap();
    let program = classifier.program();
    assert_eq!((program.parts().len(), program.sources().len()), (1, 1));
    assert_eq!(program.parts()[0].source, 0);
    let named = source(&program.sources()[0].name);
    let again = Classifier::new(Engine::cpu().unwrap(), program.clone(), &[named]).unwrap();
    let test = series(6, 70, level, 60);
    let expected = classifier.predict(&test).unwrap();
    assert_eq!(again.predict(&test).unwrap(), expected);
}

/// The classes differ in nothing but their level.
#[test]
fn a_level_is_heard_by_what_keeps_it() {
    let level = |noise: f64, odd: bool, _| 1e6 + noise + if odd { 4.0 } else { 0.0 };
    let (train, test) = (series(16, 1, level, 80), series(40, 90, level, 80));
    let accuracy = |name| {
        let classifier = fitted(&train, &[source(EMBEDDING)], &[name]);
        classifier.score(&test).unwrap().accuracy
    };
    assert_eq!(accuracy("formants-level"), 1.0);
    assert_eq!(accuracy("statistics-level"), 1.0);
    assert!(accuracy("formants") < 0.8);
}

/// What was learnt of the split goes with the program. By hand: the values of the series are −1 and 1, and
/// the slopes of a series that jumps from one to the other at its end are 0, but for 1 and 2 there.
#[test]
fn levels_are_those_of_the_training_split() {
    let step = [-1.0f32, -1.0, -1.0, 1.0];
    let flat = [1.0f32; 4];
    let transform = Transform::named("formants-level").unwrap();
    let spec = source(EMBEDDING);
    let learnt = transform.learnt(spec.spec(), &[&step, &flat]).unwrap();
    assert_eq!(learnt.name(), "formants-level");
    assert!(transform.prepare(spec.spec(), &[&step[..]]).is_err());
    let painted = serde_json::to_value(learnt.downcast::<Painted>().unwrap()).unwrap();
    let levels = &painted["scale"]["of-training"];
    let near = |value: &serde_json::Value, expected: f64| {
        let value = value.as_f64().unwrap();
        assert!((value - expected).abs() < 1e-6, "{value} {expected}");
    };
    // The slope: 0, 0, 1, 2 and four times 0; the series: three times −1 and five times 1.
    near(&levels[0]["mean"], 3.0 / 8.0);
    near(&levels[0]["deviation"], (5.0f64 / 8.0 - 9.0 / 64.0).sqrt());
    near(&levels[1]["mean"], 2.0 / 8.0);
    near(&levels[1]["deviation"], (1.0f64 - 1.0 / 16.0).sqrt());
}

#[test]
fn long_series_have_a_frame_for_each_value() {
    let noisy = |noise: f64, odd: bool, place: usize| {
        let turns = if odd { 8.0 } else { 3.0 };
        noise * 0.3 + (TAU * turns * place as f64 / 400.0).sin()
    };
    let train = series(8, 5, noisy, 400);
    let frames = |source_name: &str, transform| {
        let classifier = fitted(&train, &[source(source_name)], &[transform]);
        let shown = classifier.explain(&train.series[0], 0).unwrap();
        shown.plane.len() / shown.filters
    };
    assert_eq!(frames(EMBEDDING, "formants-long"), 400);
    assert_eq!(frames(EMBEDDING, "formants"), 150);
    // Its planes have one length.
    assert_eq!(frames(WORDS, "formants-long"), 125);
}

/// The classes differ by a bump at a known place: the prediction rests on it, by parts on each source, by
/// parts on both, and by those that do not hear when something happens.
#[test]
fn what_a_prediction_rests_on_is_where_the_classes_differ() {
    const PLACE: usize = 200;
    let bump = |noise: f64, odd: bool, place: usize| {
        let off = place.abs_diff(PLACE) as f64 / 8.0;
        let height = if odd { 4.0 } else { -4.0 };
        0.02 * noise + height * (-off * off).exp()
    };
    let train = series(16, 3, bump, 300);
    for (names, transform) in [
        (&[EMBEDDING][..], "formants"),
        (&[EMBEDDING], "formants-level"),
        (&[EMBEDDING], "statistics-level"),
        (&[WORDS], "formants"),
        (&[EMBEDDING, WORDS], "reversed"),
    ] {
        let sources: Vec<_> = names.iter().map(|name| source(name)).collect();
        let classifier = fitted(&train, &sources, &[transform]);
        for case in &train.series[..2] {
            let salient = classifier.saliency(case).unwrap();
            assert_eq!(salient.len(), 300);
            let near = &salient[PLACE - 30..PLACE + 30];
            let mean = |values: &[f32]| values.iter().sum::<f32>() / values.len() as f32;
            let (near, far) = (mean(near), mean(&salient[..PLACE - 60]));
            assert!(
                near > 3.0 * far,
                "{names:?} {transform}: {near} near, {far} far"
            );
            let most = (0..300).max_by(|a, b| salient[*a].total_cmp(&salient[*b]));
            let most = most.expect("there are values");
            assert!(
                most.abs_diff(PLACE) < 30,
                "{names:?} {transform}: most at {most}"
            );
        }
    }
}

/// A series that never moves leaves the peaks where they are: at 400, 1100, 2300 and 4000 Hz of the band
/// from 40 to 8000 Hz, or at the same places, on the mel scale, of the source's own.
#[test]
fn a_flat_series_sounds_at_the_frequencies_of_its_peaks() {
    let mel = |hertz: f64| 1127.0 * (1.0 + hertz / 700.0).ln();
    let hertz = |mel: f64| 700.0 * ((mel / 1127.0).exp() - 1.0);
    for (name, [low, high]) in [(EMBEDDING, [60.0, 3800.0]), (WORDS, [40.0, 8000.0])] {
        let classifier = fitted(&two_tones(8, 1), &[source(name)], &["formants"]);
        let audio = classifier.hear(&[5.0; 60], 0).unwrap();
        let rate = f64::from(classifier.rate(0).unwrap());
        let mut spectrum: Vec<Complex<f32>> = audio.iter().map(|one| (*one).into()).collect();
        let fft = FftPlanner::new().plan_fft_forward(spectrum.len());
        fft.process(&mut spectrum);
        let power = |from: f64, to: f64| {
            let bin = |hertz: f64| (hertz * audio.len() as f64 / rate) as usize;
            let bins = &spectrum[bin(from)..bin(to)];
            let sum: f32 = bins.iter().map(Complex::norm_sqr).sum();
            f64::from(sum) / bins.len() as f64
        };
        let place = |peak: f64| {
            let share = (mel(peak) - mel(40.0)) / (mel(8000.0) - mel(40.0));
            mel(low) + share * (mel(high) - mel(low))
        };
        let peaks = [400.0, 1100.0, 2300.0, 4000.0].map(place);
        for pair in peaks.windows(2) {
            let between = (pair[0] + pair[1]) / 2.0;
            let around = |at: f64| power(hertz(at - 40.0), hertz(at + 40.0));
            assert!(around(pair[0]) > 4.0 * around(between), "{name} {pair:?}");
            assert!(around(pair[1]) > 4.0 * around(between), "{name} {pair:?}");
        }
    }
}

/// Members are the programs of their seeds, and the mean of their scores decides, which under a label
/// mapping are logarithms of probabilities: checked with programs of one member.
#[test]
fn members_are_programs_of_other_seeds_and_their_mean_decides() {
    let (train, test) = (two_tones(8, 1), two_tones(4, 60).series);
    let fit = |members, seed, readout| {
        let settings = FitSettings {
            members,
            seed,
            readouts: vec![readout],
            epochs: 2,
            ..FitSettings::preset(Preset::Voice2series)
        };
        let builder = Engine::cpu().unwrap().classifier().settings(settings);
        builder.sources(&[source(WORDS)]).fit(&train)
    };
    let both = fit(2, 5, ReadoutKind::Labels).unwrap();
    let single = [5, 5 + (1 << 32)].map(|seed| fit(1, seed, ReadoutKind::Labels).unwrap());
    assert_eq!(both.program().parts().len(), 2);
    let numbers = both.program().tensors();
    for (member, single) in ["part1.", "part2."].into_iter().zip(&single) {
        for (name, tensor) in single.program().tensors() {
            let name = name.replacen("part1.", member, 1);
            assert_eq!(tensor, &numbers[&name], "{name}");
        }
        // How each was trained is kept under its place.
        for (name, score) in single.program().scores() {
            let name = format!("{}_{name}", member.trim_end_matches('.'));
            assert_eq!(both.program().scores().get(&name), Some(score), "{name}");
        }
        assert!(!single.program().scores().is_empty());
    }
    let [first, second] = single.map(|one| one.predict(&test).unwrap());
    assert_ne!(first, second);
    let found = both.predict(&test).unwrap();
    for (found, (first, second)) in found.iter().zip(first.iter().zip(&second)) {
        let means = first.probabilities.iter().zip(&second.probabilities);
        let means: Vec<f32> = means
            .map(|(first, second)| (first * second).sqrt())
            .collect();
        let total: f32 = means.iter().sum();
        for (found, mean) in found.probabilities.iter().zip(&means) {
            assert!((found - mean / total).abs() < 1e-5, "{found} {means:?}");
        }
    }
    let error = fit(2, 5, ReadoutKind::Ridge).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Setting);
    assert!(error.to_string().contains("members"), "{error}");
}
