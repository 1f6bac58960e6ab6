//! Recordings as cases: `classify --audio`, and what takes its programs.

use super::*;

/// So many seconds of one of two sounds at a rate: a low tone or a high one, each a little different by
/// `kind`.
fn sound(word: &str, kind: usize, rate: u32, seconds: f32) -> Vec<f32> {
    let hertz = if word == "low" { 250.0 } else { 1_500.0 } + 15.0 * kind as f32;
    let samples = (seconds * rate as f32) as usize;
    let at = |at: usize| 0.3 * (TAU * hertz * at as f32 / rate as f32).sin();
    (0..samples).map(at).collect()
}

impl Bench {
    /// Four training, two test and two validation recordings of two words, half a second each, as
    /// `speech`.
    fn with_speech() -> Self {
        let bench = Self::new();
        for (split, kinds) in [("train", 0..4), ("test", 4..6), ("val", 6..8)] {
            for word in ["low", "high"] {
                for kind in kinds.clone() {
                    let file = format!("speech/{split}/{word}/{kind}.wav");
                    bench.recording(&file, &sound(word, kind, 16_000, 0.5), 16_000);
                }
            }
        }
        bench
    }

    fn recording(&self, file: &str, samples: &[f32], rate: u32) {
        let path = self.path(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        write_wav(path, samples, rate).unwrap();
    }
}

const FAST: &str = "classify --audio speech --preset fast --source attrnn-gsc35 --controls none";

#[test]
fn recordings_are_classified_saved_and_predicted() {
    let bench = Bench::with_speech();
    // Longer than the source hears, shorter than the others, and of another rate.
    bench.recording(
        "speech/train/low/0.wav",
        &sound("low", 0, 44_100, 0.25),
        44_100,
    );
    bench.recording(
        "speech/test/high/4.wav",
        &sound("high", 4, 8_000, 3.0),
        8_000,
    );
    // Of two channels, which are alike.
    let twice = sound("high", 5, 16_000, 0.5);
    let twice: Vec<f32> = twice.iter().flat_map(|one| [*one; 2]).collect();
    bench.recording("speech/test/high/5.wav", &twice, 16_000);
    let path = bench.path("speech/test/high/5.wav");
    let mut bytes = fs::read(&path).unwrap();
    bytes[22] = 2;
    bytes[32] *= 2;
    let rate = 16_000 * u32::from(bytes[32]);
    bytes[28..32].copy_from_slice(&rate.to_le_bytes());
    fs::write(&path, bytes).unwrap();
    let line = "classify --audio speech --preset fast --source attrnn-gsc35 --controls all --out low.safetensors";
    let outcome = bench.json(&words(line));
    assert_eq!(outcome["accuracy"], 1.0);
    assert_eq!(outcome["baselines"]["constant"], 0.5);
    assert!(outcome["baselines"]["random_source"].is_number());
    assert_eq!(
        (&outcome["n_train"], &outcome["n_test"]),
        (&8.into(), &4.into())
    );
    assert_eq!(outcome["audio"]["rate"], 16_000);
    assert_eq!(outcome["audio"]["seconds"], 0.5);
    assert_eq!(outcome["parts"][0]["transform"], "recording");
    let [train, test] = [0, 1].map(|split| outcome["read_as"][split].clone());
    assert_eq!(
        train["found"],
        "8 recordings of 2 classes for train, 0.5 s at 16000 Hz"
    );
    assert_eq!(train["resampled"], "1 from 44100 Hz");
    assert_eq!(train["filled"], "1 with silence at their ends");
    assert_eq!(train["unused"], "the 4 of the split val");
    assert_eq!(test["resampled"], "1 from 8000 Hz");
    assert_eq!(test["mixed"], "1 of several channels to their mean");
    assert!(train.get("mixed").is_none());
    assert_eq!(test["cut"], "1 to their first 0.5 s, the longest of 3 s");
    let text = bench.done(&words(FAST));
    assert!(
        text.contains("8 training and 4 test recordings of 0.5 s"),
        "{text}"
    );

    // The same program from its file.
    let score = bench.json(&words("evaluate low.safetensors speech"));
    for name in ["accuracy", "log_loss", "n_test"] {
        assert_eq!(score[name], outcome[name], "{name}");
    }
    let score = bench.json(&words("evaluate low.safetensors speech/val"));
    assert_eq!(
        (&score["accuracy"], &score["n_test"]),
        (&1.0.into(), &4.into())
    );
    let found = bench.json(&words(
        "predict low.safetensors speech/test speech/val/low/6.wav",
    ));
    let rows = found["predictions"].as_array().unwrap();
    let labels: Vec<&str> = rows
        .iter()
        .map(|row| row["label"].as_str().unwrap())
        .collect();
    assert_eq!(labels, ["high", "high", "low", "low", "low"]);
    assert_eq!(rows[0]["file"], "speech/test/high/4.wav");
    assert_eq!(
        found["read_as"][0]["cut"],
        "1 to their first 0.5 s, the longest of 3 s"
    );
    let text = bench.done(&words("predict low.safetensors speech/val/low/6.wav"));
    assert!(
        text.starts_with("file,label,p_high,p_low\nspeech/val/low/6.wav,low,"),
        "{text}"
    );

    // What the source hears is the recording in the middle of its clip.
    bench.done(&words(
        "hear low.safetensors speech/val/low/6.wav --out heard.wav",
    ));
    let heard = read_wav(bench.path("heard.wav")).unwrap();
    let sounding = heard.samples.iter().filter(|one| one.abs() > 1e-3).count();
    assert_eq!((heard.rate, heard.samples.len()), (16_000, 16_000));
    assert!((7_800..=8_000).contains(&sounding), "{sounding}");
    bench.done(&words(
        "explain low.safetensors speech/val/low/6.wav --out why.svg",
    ));
}

#[test]
fn a_sound_on_top_is_trained_through_a_label_mapping() {
    let bench = Bench::with_speech();
    let line =
        "classify --audio speech --preset paper --epochs 2 --controls none --out scr.safetensors";
    let outcome = bench.json(&words(line));
    assert_eq!(outcome["frozen"], true);
    assert_eq!(outcome["parts"][0]["readout"], "labels");
    let score = bench.json(&words("evaluate scr.safetensors speech"));
    assert_eq!(score["log_loss"], outcome["log_loss"]);
    let theta = Stored::from_bytes(&fs::read(bench.path("scr.safetensors")).unwrap()).unwrap();
    assert_eq!(theta.tensors["part1.transform.theta"].shape, [16_000]);
}

#[test]
fn the_seed_draws_so_many_of_each_class() {
    let bench = Bench::with_speech();
    let read_as = |seed: &str| {
        let line = format!("{FAST} --per-class 2 --seed {seed}");
        bench.json(&words(&line))["read_as"][0].clone()
    };
    assert_eq!(
        read_as("3")["taken"],
        "4 of 8 for training, 2 of each class by seed 3"
    );
    let stderr = bench.fails(&words(&format!("{FAST} --per-class 5")));
    let expected = "the split train has 4 recordings of `high`, fewer than the 5 of each class";
    assert!(stderr.contains(expected), "{stderr}");
}

#[test]
fn lists_and_tables_say_what_is_for_the_test() {
    let bench = Bench::with_speech();
    let mut table = "split;Label;path\n".to_owned();
    for (split, kinds) in [("train", 0..4), ("test", 4..6)] {
        for word in ["low", "high"] {
            for kind in kinds.clone() {
                let file = format!("{word}/{kind}_nohash_0.wav");
                bench.recording(
                    &format!("gsc/{file}"),
                    &sound(word, kind, 16_000, 0.5),
                    16_000,
                );
                table += &format!("{split};{word};gsc/{file}\n");
            }
        }
    }
    bench.recording("gsc/_background_noise_/hum.wav", &[0.1; 20_000], 16_000);
    let list =
        "low/4_nohash_0.wav\nlow/5_nohash_0.wav\nhigh/4_nohash_0.wav\n\nhigh/5_nohash_0.wav\n";
    bench.file("gsc/testing_list.txt", list);
    bench.file("words.csv", &table);
    let of = |data: &str| bench.json(&words(&FAST.replace("speech", data)));
    let (listed, tabled) = (of("gsc"), of("words.csv"));
    assert_eq!(
        (&listed["accuracy"], &listed["n_train"]),
        (&1.0.into(), &8.into())
    );
    assert_eq!(tabled["accuracy"], 1.0);
    assert_eq!(tabled["n_train"], 8);
    assert_eq!(
        tabled["read_as"][0]["table"],
        "columns separated by semicolon"
    );
    assert_eq!(
        listed["read_as"][0]["left_out"],
        "_background_noise_, which is no word"
    );

    let changed = |from: &str, to: &str| table.replacen(from, to, 1);
    for (content, expected) in [
        (
            changed("Label", "word"),
            "words.csv:1: there is no column `label`; there are `split`, `word`, `path`",
        ),
        (
            changed("low/1_", "low/9_"),
            "words.csv:3:3: there is no file gsc/low/9_nohash_0.wav",
        ),
        (
            changed("test", "exam"),
            "words.csv:10:1: `exam` is no split; expected train, val or test",
        ),
        (
            changed("low/1_", "low/0_"),
            "words.csv:3:3: the recording `gsc/low/0_nohash_0.wav` is named a second time",
        ),
        (
            changed("train;low", "train;"),
            "words.csv:2:2: the label is missing",
        ),
        (
            changed(";gsc/low/2_nohash_0.wav", ""),
            "words.csv:4: the row has 2 fields",
        ),
        (
            table.replace("test", "val"),
            "words.csv: the split test has no recordings",
        ),
        (String::new(), "words.csv:1: the table has no rows"),
    ] {
        bench.file("words.csv", content);
        let stderr = bench.fails(&words(&FAST.replace("speech", "words.csv")));
        assert!(stderr.contains(expected), "{stderr}");
    }
    for (list, expected) in [
        (
            "low/7_nohash_0.wav\n",
            "testing_list.txt:1: there is no recording `low/7_nohash_0.wav`",
        ),
        (
            "low/4_nohash_0.wav\nlow/4_nohash_0.wav\n",
            "testing_list.txt:2: the recording `low/4_nohash_0.wav` is listed a second time",
        ),
    ] {
        bench.file("gsc/testing_list.txt", list);
        let stderr = bench.fails(&words(&FAST.replace("speech", "gsc")));
        assert!(stderr.contains(expected), "{stderr}");
    }
}

#[test]
fn folders_that_cannot_be_trained_on() {
    let spoilt = |spoil: &dyn Fn(&Bench), expected: &str| {
        let bench = Bench::with_speech();
        spoil(&bench);
        let stderr = bench.fails(&words(&format!("{FAST} --strict --out no.safetensors")));
        assert!(stderr.contains(expected), "{stderr}");
        assert!(!bench.path("no.safetensors").exists());
    };
    let remove = |bench: &Bench, folder: &str| fs::remove_dir_all(bench.path(folder)).unwrap();
    spoilt(
        &|bench| fs::create_dir_all(bench.path("speech/train/mute")).unwrap(),
        "speech/train/mute: the word `mute` has no recording",
    );
    spoilt(
        &|bench| remove(bench, "speech/test"),
        "speech: the split test has no recordings",
    );
    spoilt(
        &|bench| remove(bench, "speech/train"),
        "speech: the split train has no recordings",
    );
    spoilt(&|bench| remove(bench, "speech"), "cannot read speech");
    spoilt(
        &|bench| remove(bench, "speech/train/low"),
        "the split train has recordings of `high` alone; expected at least 2 classes",
    );
    spoilt(
        &|bench| {
            remove(bench, "speech");
            bench.recording("speech/low/0.wav", &[0.1; 100], 16_000);
        },
        "speech: no recordings in splits",
    );
    spoilt(
        &|bench| drop(bench.file("speech/test/low/4.wav", "no sound")),
        "speech/test/low/4.wav: not a WAV file",
    );
    spoilt(
        &|bench| {
            bench.recording(
                "speech/test/new/1.wav",
                &sound("low", 9, 16_000, 0.5),
                16_000,
            )
        },
        "speech/test/new/1.wav: the training split has no label `new`; expected one of `high`, `low`",
    );
    // The same sound under another name, and in the split that is not used.
    for other in ["test/high/new.wav", "val/low/new.wav"] {
        spoilt(
            &|bench| {
                let copy = bench.path(&format!("speech/{other}"));
                fs::copy(bench.path("speech/train/low/2.wav"), copy)
                    .map(drop)
                    .unwrap();
            },
            &format!(
                "speech/train/low/2.wav and speech/{other} are the same recording in two splits"
            ),
        );
    }
}

#[test]
fn options_that_do_not_go_with_recordings() {
    let bench = Bench::with_speech();
    for (line, expected) in [
        ("--preset words", "the preset words is for series"),
        ("--segments 2", "--segments is for the transform padding"),
        (
            "--source speech-embedding --readout labels --epochs 1",
            "has no labels",
        ),
        (
            "--readout labels --source attrnn-gsc35",
            "needs something to train",
        ),
        ("--scaling none", "--scaling is for series"),
        ("--out speech/train/low/0.wav", "it is also an input"),
    ] {
        let line = format!("classify --audio speech --controls none {line}");
        let stderr = bench.fails(&words(&line));
        assert!(stderr.contains(expected), "{line}: {stderr}");
    }
    let stderr = bench.fails(&words("classify --per-class 3 Waves"));
    assert!(stderr.contains("--per-class is for recordings"), "{stderr}");
    let stderr = bench.fails(&words("classify --trained-controls Waves"));
    let expected = "--trained-controls is for recordings\nhint: give them with --audio";
    assert!(stderr.contains(expected), "{stderr}");
    let low = [FAST, "--out low.safetensors"].join(" ");
    bench.done(&words(&low));
    let stderr = bench.fails(&words(
        "predict low.safetensors speech/test/low --out speech/test/low/4.wav",
    ));
    assert!(stderr.contains("it is also an input"), "{stderr}");
    bench.fit();
    let stderr = bench.fails(&words(
        "predict waves.safetensors Waves/Waves_TEST.tsv more.wav",
    ));
    assert!(
        stderr.contains("the program takes one file of series"),
        "{stderr}"
    );
    for line in [
        "classify --audio speech Waves",
        "classify --audio speech --transform padding",
    ] {
        failure(bench.retune(&words(line)).output().unwrap(), 2);
    }
}
