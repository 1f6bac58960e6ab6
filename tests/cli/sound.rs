//! Recordings, sources, and how far series are from speech.

use super::*;

/// A second of a tone, with a little of another for each `kind`.
fn tone(kind: usize) -> Vec<f32> {
    let hertz = [300.0, 900.0][kind % 2] + 20.0 * kind as f32;
    (0..16_000)
        .map(|at| 0.3 * (TAU * hertz * at as f32 / 16_000.0).sin())
        .collect()
}

#[test]
fn recordings_are_listened_to() {
    let bench = Bench::new();
    write_wav(bench.path("tone.wav"), &tone(0), 16_000).unwrap();
    write_wav(bench.path("silence.wav"), &[0.0; 8_000], 44_100).unwrap();
    let outcome = bench.json(&["listen", "tone.wav", "silence.wav", "--top", "36"]);
    assert_eq!(outcome["source"]["name"], DEFAULT_SOURCE);
    let clips = outcome["clips"].as_array().unwrap();
    assert_eq!(clips[1]["file"], "silence.wav");
    for clip in clips {
        let words = clip["words"].as_array().unwrap();
        let probabilities = words.iter().map(|w| w["probability"].as_f64().unwrap());
        let probabilities: Vec<f64> = probabilities.collect();
        assert_eq!(probabilities.len(), 36);
        assert!((probabilities.iter().sum::<f64>() - 1.0).abs() < 1e-4);
        assert!(probabilities.is_sorted_by(|a, b| a >= b));
    }
    let text = bench.done(&["listen", "tone.wav"]);
    let fields: Vec<&str> = text.split_whitespace().collect();
    assert_eq!(fields.len(), 7, "{text}");
    assert_eq!(fields[0], "tone.wav");
    assert_eq!(fields[1], clips[0]["words"][0]["word"]);

    let long = [tone(0), vec![0.0; 8_000]].concat();
    write_wav(bench.path("long.wav"), &long, 16_000).unwrap();
    let outcome = bench.json(&["listen", "long.wav", "tone.wav"]);
    let heard = |at: usize| {
        (
            &outcome["clips"][at]["file"],
            outcome["clips"][at]["start"].as_f64(),
        )
    };
    assert_eq!(heard(0), (&"long.wav".into(), Some(0.0)));
    assert_eq!(heard(1), (&"long.wav".into(), Some(1.0)));
    assert_eq!(heard(2), (&"tone.wav".into(), Some(0.0)));
    let text = bench.done(&["listen", "long.wav", "tone.wav"]);
    assert!(text.contains("long.wav  1 s  "), "{text}");

    bench.file("no.wav", "this is no recording");
    let stderr = bench.fails(&["listen", "tone.wav", "no.wav"]);
    assert!(stderr.contains("no.wav: not a WAV file"), "{stderr}");
    let stderr = bench.fails(&["listen", "missing.wav"]);
    assert!(stderr.contains("missing.wav: cannot read"), "{stderr}");
}

#[test]
fn sources_are_listed_and_shown() {
    let bench = Bench::new();
    let list = bench.json(&["source", "list"]);
    assert_eq!(list[0]["name"], DEFAULT_SOURCE);
    assert_eq!(list[0]["parameters"], 201_225);
    assert!(bench.done(&["source", "list"]).contains("default"));
    let source = bench.json(&["source", "show", DEFAULT_SOURCE]);
    assert_eq!(source["sha256"], list[0]["sha256"]);
    assert_eq!(source["words"].as_array().unwrap().len(), 36);
    assert_eq!(source["tensors"].as_array().unwrap().len(), 26);
    let text = bench.done(&["source", "show", DEFAULT_SOURCE]);
    assert!(text.contains("lstm1.recurrent  [2, 64, 256]\n"), "{text}");
    let stderr = bench.fails(&["source", "show", "nothing"]);
    assert!(
        stderr.contains("there is no source \"nothing\""),
        "{stderr}"
    );
}

#[cfg(not(feature = "import"))]
#[test]
fn what_makes_sources_says_that_it_is_left_out() {
    let bench = Bench::new();
    for line in [
        "source import no.h5 --out new.safetensors",
        "source pretrain speech --out new.safetensors --epochs 1",
    ] {
        let stderr = bench.fails(&words(line));
        assert!(stderr.contains("is not compiled in"), "{stderr}");
        assert!(stderr.contains("--features import"), "{stderr}");
    }
}

#[cfg(feature = "import")]
#[test]
fn sources_are_imported() {
    let bench = Bench::new();
    bench.file("no.h5", "this is no HDF5 file");
    let stderr = bench.fails(&words("source import no.h5 --out new.safetensors"));
    assert!(stderr.contains("no.h5"), "{stderr}");
    assert!(!bench.path("new.safetensors").exists());

    let published = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/weights/attrnn-gsc35.h5");
    if published.exists() {
        let published = published.to_str().unwrap();
        let import = [
            "source",
            "import",
            published,
            "--out",
            "published.safetensors",
        ];
        let outcome = bench.json(&import);
        assert_eq!(outcome["name"], "published");
        let shown = bench.json(&["source", "show", "published.safetensors"]);
        assert_eq!(shown["sha256"], outcome["sha256"]);
    }
}

#[cfg(feature = "import")]
#[test]
fn a_source_is_trained_and_tested() {
    let bench = Bench::new();
    for (split, count) in [("train", 3), ("test", 2)] {
        for (kind, word) in ["yes", "no"].iter().enumerate() {
            let folder = bench.path(&format!("speech/{split}/{word}"));
            fs::create_dir_all(&folder).unwrap();
            for number in 0..count {
                let path = folder.join(format!("{number}.wav"));
                write_wav(path, &tone(kind + 2 * number), 16_000).unwrap();
            }
        }
    }
    let pretrain = "source pretrain speech --out tiny.safetensors --epochs 1 --batch 64";
    let outcome = bench.json(&words(&format!(
        "{pretrain} --teacher {DEFAULT_SOURCE} --quiet"
    )));
    assert_eq!(outcome["source"]["name"], "tiny");
    assert_eq!(
        (&outcome["split"], &outcome["test"]["clips"]),
        (&"test".into(), &4.into())
    );
    let report = fs::read_to_string(bench.path("tiny.safetensors.report.json")).unwrap();
    assert_eq!(serde_json::from_str::<Value>(&report).unwrap(), outcome);
    assert!(!bench.path("tiny.safetensors.checkpoint").exists());
    assert!(
        bench
            .done(&[
                "listen",
                "speech/test/yes/0.wav",
                "--source",
                "tiny.safetensors"
            ])
            .contains("yes")
    );

    let test = bench.json(&words("source test tiny.safetensors speech"));
    assert_eq!(test["accuracy"], outcome["test"]["accuracy"]);
    assert_eq!(test["confusion"], outcome["test"]["confusion"]);
    let text = bench.done(&words("source test tiny.safetensors speech --split train"));
    assert!(text.contains("recordings  6\n"), "{text}");
    assert!(text.contains("said \\ heard"), "{text}");
    let stderr = bench.fails(&words("source test tiny.safetensors speech --split val"));
    assert!(
        stderr.contains("speech: the val split has no recordings"),
        "{stderr}"
    );
    let stderr = bench.fails(&words("source test tiny.safetensors Waves"));
    assert!(stderr.contains("Waves"), "{stderr}");

    let stderr = bench.fails(&words(&format!("{pretrain} --resume")));
    assert!(
        stderr.contains("there is no checkpoint tiny.safetensors.checkpoint"),
        "{stderr}"
    );
    bench.file("tiny.safetensors.checkpoint", "of another run");
    let stderr = bench.fails(&words(pretrain));
    assert!(
        stderr.contains("\nhint: go on with --resume, or delete"),
        "{stderr}"
    );
    let stderr = bench.fails(&words(&format!("{pretrain} --resume")));
    assert!(
        stderr.contains("cannot resume from tiny.safetensors.checkpoint"),
        "{stderr}"
    );
}

#[test]
fn series_are_compared_with_speech() {
    let bench = Bench::new();
    bench.fit();
    for (word, hertz) in [("yes", 300.0), ("no", 900.0)] {
        for take in 0..3 {
            let path = bench.path(&format!("speech/test/{word}"));
            fs::create_dir_all(&path).unwrap();
            let tone: Vec<f32> = (0..16_000)
                .map(|at| 0.5 * (TAU * hertz * at as f32 / 16_000.0 + take as f32).sin())
                .collect();
            write_wav(path.join(format!("{take}.wav")), &tone, 16_000).unwrap();
        }
    }
    let distance = "distance waves.safetensors Waves/Waves_TEST.tsv --speech speech";
    let outcome = bench.json(&words(distance));
    assert_eq!(outcome["n_series"], 6);
    assert_eq!(outcome["n_speech"], 6);
    let part = &outcome["parts"][0];
    let number = |name: &str| part[name].as_f64().unwrap();
    assert!(number("before") > 0.0 && number("after") > 0.0);
    assert_ne!(number("before"), number("after"));
    let bound = number("source_risk") + 2.0 * 6.0 * number("after");
    assert!((number("bound") - bound).abs() < 1e-9);
    assert!(number("program_risk") <= bound);
    assert_eq!(bench.json(&words(distance)), outcome);
    let stderr = bench.fails(&words(&format!("{distance} --projections 1000000000")));
    assert!(stderr.contains("expected 1 to 100000"), "{stderr}");
    // A member begins with a seed of its own: alone, that of the second is this one.
    for (name, seed, members) in [("two", "0", "2"), ("second", "4294967296", "1")] {
        let line =
            format!("fit Waves/Waves_TRAIN.tsv --out {name} --members {members} --seed {seed}");
        bench.done(&[&words(&line)[..], &SHORT].concat());
    }
    let before = |name: &str, part: usize| {
        let line = format!("distance {name} Waves/Waves_TEST.tsv --speech speech");
        bench.json(&words(&line))["parts"][part]["before"].clone()
    };
    assert_eq!(before("two", 1), before("second", 0));
    assert_ne!(before("two", 1), before("two", 0));
    let diagnose = "classify Waves --controls none --diagnose --diagnose-speech speech";
    let diagnosed = bench.json(&[&words(diagnose)[..], &SHORT].concat());
    let distance = diagnosed["diagnosis"][0]["distance"].as_f64();
    assert!(distance.unwrap() > 0.0, "{diagnosed}");
    let stderr = bench.fails(&words(
        "distance waves.safetensors Waves/Waves_TEST.tsv --speech no",
    ));
    assert!(stderr.contains("no"), "{stderr}");
}
