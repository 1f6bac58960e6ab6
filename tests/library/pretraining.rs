//! Training a source: a resumed run, folders of speech, and what is refused.

use std::path::Path;

use crate::common::noise;
use burn::backend::Autodiff;
use retune::ErrorKind;
use retune::audio::write_wav;
use retune::kernel::Cpu;
use retune::source::attention_rnn::pretrain::{PretrainSettings, Prior, pretrain};
use retune::source::{SourceWeights, SpeechFolder, measure};

fn source() -> SourceWeights {
    SourceWeights::find("attrnn-gsc35").unwrap()
}

/// Words that differ in pitch, `count` recordings of each.
fn write_words(folder: &Path, count: usize) {
    for (place, word) in ["yes", "no", "up"].iter().enumerate() {
        let folder = folder.join(word);
        std::fs::create_dir_all(&folder).unwrap();
        for index in 0..count {
            let noise = noise(16_000, (place * 100 + index) as u32);
            let pitch = 200.0 * (1 + 2 * place) as f32;
            let clip: Vec<f32> = (0..16_000)
                .map(|n| {
                    let angle = std::f32::consts::TAU * pitch * n as f32 / 16_000.0;
                    0.3 * angle.sin() + 0.05 * noise[n]
                })
                .collect();
            write_wav(folder.join(format!("s{index}_nohash_0.wav")), &clip, 16_000).unwrap();
        }
    }
}

fn settings() -> PretrainSettings {
    PretrainSettings {
        name: "tiny".to_owned(),
        epochs: 3,
        batch: 4,
        fewest_per_word: 0,
        noise_every: 5,
        ..PretrainSettings::default()
    }
}

fn speech(folder: &Path) -> SpeechFolder {
    write_words(&folder.join("train"), 4);
    write_words(&folder.join("test"), 2);
    let noise_folder = folder.join("noise");
    std::fs::create_dir_all(&noise_folder).unwrap();
    write_wav(noise_folder.join("hiss.wav"), &noise(40_000, 7), 16_000).unwrap();
    SpeechFolder::read(folder, Some(&noise_folder), source().spec()).unwrap()
}

#[test]
fn a_resumed_run_ends_with_the_bits_of_an_uninterrupted_one() {
    let folder = tempfile::tempdir().unwrap();
    let speech = speech(folder.path());
    assert_eq!((speech.train.len(), speech.test.len()), (12, 6));
    let teacher = SourceWeights::find("attrnn-gsc35").unwrap();
    let checkpoint = folder.path().join("checkpoint");
    let train = |settings: &PretrainSettings, checkpoint: Option<&Path>, resume: bool| {
        let mut epochs = 0;
        let trained = pretrain::<Autodiff<Cpu>>(
            &speech,
            settings,
            taught(&teacher),
            checkpoint,
            resume,
            &Default::default(),
            &mut |progress| epochs = progress.epoch,
        );
        (trained, epochs)
    };
    let (whole, _) = train(&settings(), None, false);
    let whole = whole.unwrap();
    assert_eq!(whole.name(), "tiny");
    let report = measure::<Cpu>(&whole, &speech.test, &Default::default()).unwrap();
    assert_eq!(report.clips, 6);

    // A panic in the progress of the second epoch stands for a kill.
    let interrupted = std::panic::catch_unwind(|| {
        let _ = pretrain::<Autodiff<Cpu>>(
            &speech,
            &settings(),
            taught(&teacher),
            Some(&checkpoint),
            false,
            &Default::default(),
            &mut |progress| assert!(progress.epoch < 2, "killed"),
        );
    });
    assert!(interrupted.is_err());
    let (resumed, _) = train(&settings(), Some(&checkpoint), true);
    assert_eq!(resumed.unwrap().sha256(), whole.sha256());

    let other = PretrainSettings {
        seed: 5,
        ..settings()
    };
    let (refused, _) = train(&other, Some(&checkpoint), true);
    let error = refused.unwrap_err();
    assert!(error.to_string().contains("other settings"), "{error}");

    // As many recordings and noises, and one sample or label of another kind.
    let changes: [fn(&mut SpeechFolder); 3] = [
        |speech| speech.train[3].samples[700] ^= 1,
        |speech| speech.train.swap(0, 11),
        |speech| speech.noise[0][9] += 0.1,
    ];
    for change in changes {
        let mut other = speech.clone();
        change(&mut other);
        let refused = pretrain::<Autodiff<Cpu>>(
            &other,
            &settings(),
            taught(&teacher),
            Some(&checkpoint),
            true,
            &Default::default(),
            &mut |_| {},
        );
        let error = refused.unwrap_err().to_string();
        assert!(error.contains("speech"), "{error}");
    }

    let bytes = std::fs::read(&checkpoint).unwrap();
    std::fs::write(&checkpoint, &bytes[..bytes.len() / 2]).unwrap();
    let (refused, _) = train(&settings(), Some(&checkpoint), true);
    assert!(refused.unwrap_err().to_string().contains("cut short"));
}

fn taught(teacher: &SourceWeights) -> Prior<'_> {
    Prior {
        teacher: Some(teacher),
        ..Prior::default()
    }
}

/// A step of hardly any length changes hardly anything, whatever is begun with.
#[test]
fn a_run_begins_with_the_weights_that_it_is_given() {
    let folder = tempfile::tempdir().unwrap();
    let speech = speech(folder.path());
    let start = SourceWeights::find("random-7").unwrap();
    let settings = PretrainSettings {
        learning_rate: 1e-9,
        ..settings()
    };
    let train = |prior| {
        let train = pretrain::<Autodiff<Cpu>>;
        let device = Default::default();
        train(&speech, &settings, prior, None, false, &device, &mut |_| {}).unwrap()
    };
    let begun = train(Prior {
        start: Some(&start),
        ..Prior::default()
    });
    let farthest = |found: &SourceWeights| {
        // The running statistics of the norms follow what is heard.
        let weights = start.tensors().iter();
        let weights =
            weights.filter(|(name, _)| !name.ends_with("mean") && !name.ends_with("variance"));
        let pairs = weights
            .flat_map(|(name, tensor)| tensor.values.iter().zip(&found.tensors()[name].values));
        pairs
            .map(|(one, other)| (one - other).abs())
            .fold(0.0, f32::max)
    };
    assert!(farthest(&begun) < 1e-6, "{}", farthest(&begun));
    assert!(farthest(&train(Prior::default())) > 0.1);
}

#[test]
fn settings_out_of_range_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let speech = speech(folder.path());
    let refused = |change: fn(&mut PretrainSettings)| {
        let mut settings = settings();
        change(&mut settings);
        let error = pretrain::<Autodiff<Cpu>>(
            &speech,
            &settings,
            Prior::default(),
            None,
            false,
            &Default::default(),
            &mut |_| panic!("nothing is trained"),
        )
        .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Setting, "{error}");
        error.to_string()
    };
    type Change = fn(&mut PretrainSettings);
    let changes: [(Change, &str); 9] = [
        (|s| s.batch = 0, "batch is 0, expected at least 1"),
        (|s| s.epochs = 0, "epochs is 0, expected at least 1"),
        (|s| s.learning_rate = f64::NAN, "learning-rate is NaN"),
        (|s| s.learning_rate = 0.0, "learning-rate is 0"),
        (|s| s.weight_decay = f32::INFINITY, "weight-decay is inf"),
        (|s| s.teacher_weight = 1.5, "teacher-weight is 1.5"),
        (|s| s.teacher_weight = f32::NAN, "teacher-weight is NaN"),
        (|s| s.hint_weight = -1.0, "hint-weight is -1"),
        // 12 recordings, and noise for every fifth.
        (
            |s| s.batch = 15,
            "batch is 15, expected at most 14, the recordings of an epoch",
        ),
    ];
    for (change, message) in changes {
        let error = refused(change);
        assert!(error.starts_with(message), "{error}");
    }
}

#[test]
fn a_folder_without_splits_is_split_by_speaker() {
    let folder = tempfile::tempdir().unwrap();
    write_words(folder.path(), 20);
    let speech = SpeechFolder::read(folder.path(), None, source().spec()).unwrap();
    let counts = [&speech.train, &speech.validation, &speech.test].map(Vec::len);
    assert_eq!(counts.iter().sum::<usize>(), 60);
    // The same speakers say all three words.
    assert!(counts.iter().all(|count| count % 3 == 0), "{counts:?}");
    assert!(counts[0] > 30, "{counts:?}");
}

#[test]
fn folders_that_cannot_be_trained_on_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let message = |path: &Path| {
        SpeechFolder::read(path, None, source().spec())
            .unwrap_err()
            .to_string()
    };
    assert!(message(&folder.path().join("absent")).contains("absent"));
    assert!(message(folder.path()).contains("no recording"));
    let word = folder.path().join("banana");
    std::fs::create_dir_all(&word).unwrap();
    assert!(message(folder.path()).contains("banana"));
    std::fs::remove_dir(&word).unwrap();
    let word = folder.path().join("yes");
    std::fs::create_dir_all(&word).unwrap();
    std::fs::write(word.join("a_nohash_0.wav"), b"no audio").unwrap();
    assert!(message(folder.path()).contains("a_nohash_0.wav"));
}
