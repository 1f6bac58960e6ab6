//! Programs that are fitted, scored and used.

use super::*;

#[test]
fn a_program_is_fitted_scored_and_used() {
    let bench = Bench::new();
    let fit = "fit Waves/Waves_TRAIN.tsv --out waves.safetensors --seed 3";
    let fit = [&words(fit)[..], &SHORT].concat();
    let outcome = bench.json(&fit);
    assert_eq!(outcome["n_train"], 8);
    assert_eq!(outcome["length"], LENGTH);
    assert_eq!(outcome["labels"], serde_json::json!(["-1", "1"]));
    assert_eq!(outcome["seed"], 3);
    assert_eq!(outcome["sources"][0]["name"], DEFAULT_SOURCE);
    assert_eq!(outcome["frozen"], true);
    let first = fs::read(bench.path("waves.safetensors")).unwrap();
    assert_eq!(outcome["bytes"], first.len());
    let text = bench.done(&fit);
    assert!(text.contains("frozen: weights unchanged"), "{text}");
    // The same seed gives the same bytes.
    assert_eq!(fs::read(bench.path("waves.safetensors")).unwrap(), first);

    let test = "Waves/Waves_TEST.tsv";
    let score = bench.json(&["evaluate", "waves.safetensors", test]);
    assert_eq!(score["n_test"], 6);
    let accuracy = score["accuracy"].as_f64().unwrap();
    let confusion = score["confusion"].as_array().unwrap();
    let right = confusion[0][0].as_u64().unwrap() + confusion[1][1].as_u64().unwrap();
    assert!((accuracy - right as f64 / 6.0).abs() < 1e-9);
    let text = bench.done(&["evaluate", "waves.safetensors", test]);
    assert!(text.contains("true \\ predicted"), "{text}");

    let predict = ["predict", "waves.safetensors", test];
    let csv = bench.done(&predict);
    assert_eq!(csv, bench.done(&predict));
    let rows: Vec<&str> = csv.lines().collect();
    assert_eq!(rows[0], "label,p_-1,p_1");
    assert_eq!(rows.len(), 7);
    let mut right = 0;
    for (row, line) in rows[1..].iter().zip(lines(&bench)) {
        let fields: Vec<&str> = row.split(',').collect();
        let sum: f64 = fields[1..].iter().map(|f| f.parse::<f64>().unwrap()).sum();
        assert!((sum - 1.0).abs() < 1e-5, "{row}");
        right += usize::from(line.starts_with(&format!("{}\t", fields[0])));
    }
    assert!((accuracy - right as f64 / 6.0).abs() < 1e-9);
    assert_eq!(
        bench.done(&[&predict[..], &["--out", "p.csv"]].concat()),
        ""
    );
    assert_eq!(fs::read_to_string(bench.path("p.csv")).unwrap(), csv);
    let json = bench.json(&predict);
    assert_eq!(json["read_as"]["found"], "6 series of 60 values");
    let json = &json["predictions"];
    assert_eq!(json[5]["row"], 6);
    assert_eq!(json[5]["label"], rows[6].split(',').next().unwrap());
    let probability = json[0]["probabilities"]["-1"].to_string();
    assert!(rows[1].contains(&probability), "{} {probability}", rows[1]);

    // The same series without labels.
    let unlabelled = Split {
        labels: Vec::new(),
        ..waves(6)
    };
    unlabelled.write(&bench.path("plain.csv"), "plain").unwrap();
    let predict = ["predict", "waves.safetensors", "plain.csv"];
    assert_eq!(bench.done(&predict), csv);
    let stderr = bench.fails(&["evaluate", "waves.safetensors", "plain.csv"]);
    assert!(stderr.contains("plain.csv: the file has no labels"));
}

#[test]
fn a_program_knows_its_columns_in_another_order() {
    let bench = Bench::new();
    let rows = "1,2.5,3,4.5,6\n0,1.5,2,4,5\n";
    let labelled = "up,1,2,3,4,6\ndown,5,4,3,2,0\nup,0,1,2,4,5\ndown,6,5,3,2,1\n";
    for (name, text) in [
        ("train.csv", format!("label,a,b,c,d,e\n{labelled}")),
        ("turned.csv", format!("label,b,a,c,d,e\n{labelled}")),
        ("plain.csv", format!("b,a,c,d,e\n{rows}")),
        ("same.csv", format!("a,b,c,d,e\n{rows}")),
        ("other.csv", format!("v,w,x,y,z\n{rows}")),
        ("bare.csv", rows.to_owned()),
    ] {
        fs::write(bench.path(name), text).unwrap();
    }
    bench.done(&words("fit train.csv --preset fast --out p.safetensors"));
    for command in [
        "predict p.safetensors turned.csv",
        "predict p.safetensors plain.csv",
        "evaluate p.safetensors turned.csv",
        "explain p.safetensors plain.csv --out e.svg",
        "hear p.safetensors plain.csv --out h.wav",
        "classify --train train.csv --test turned.csv --preset fast",
    ] {
        let stderr = bench.fails(&words(command));
        let expected = "the columns of values are those of the training file, in another order";
        assert!(stderr.contains(expected), "{command}: {stderr}");
        assert!(stderr.contains("hint: put them in"), "{command}: {stderr}");
    }
    let predict = |file| bench.done(&["predict", "p.safetensors", file]);
    let [same, other, bare] = ["same.csv", "other.csv", "bare.csv"].map(predict);
    assert!(same.starts_with("label,p_down,p_up\nup,"));
    assert_eq!((&same, &same), (&other, &bare));
}

/// burn-ndarray's `simd` feature works reciprocals out to 14 bits where memory happens to be aligned
/// and in full elsewhere, which made every fit of a real data set come out differently.
#[test]
fn the_same_seed_gives_the_same_bytes_on_any_number_of_threads() {
    let bench = Bench::new();
    let train = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/GunPoint/GunPoint_TRAIN.ts");
    let programs = ["1", "2", "3"].map(|threads| {
        bench
            .retune(&words("fit --epochs 2 --quiet --out p.safetensors"))
            .arg(&train)
            .env("RAYON_NUM_THREADS", threads)
            .assert()
            .success();
        fs::read(bench.path("p.safetensors")).unwrap()
    });
    assert!(programs[0] == programs[1] && programs[1] == programs[2]);
}

#[test]
fn a_series_is_heard_and_explained() {
    let bench = Bench::new();
    bench.fit();
    let hear = "hear waves.safetensors Waves/Waves_TEST.tsv --row 2 --out heard.wav";
    let outcome = bench.json(&words(hear));
    assert_eq!(
        (&outcome["row"], &outcome["rate"]),
        (&2.into(), &16_000.into())
    );
    let clip = read_wav(bench.path("heard.wav")).unwrap();
    assert_eq!((clip.samples.len(), clip.rate), (16_000, 16_000));
    let loudest = clip.samples.iter().fold(0f32, |peak, s| peak.max(s.abs()));
    let expected = outcome["peak"].as_f64().unwrap() * outcome["gain"].as_f64().unwrap();
    assert!((f64::from(loudest) - expected).abs() < 1e-3, "{loudest}");
    assert_eq!(
        (&outcome["part"], &outcome["parts"]),
        (&1.into(), &1.into())
    );
    let transform = outcome["transform"].as_str().unwrap();
    let said = format!("heard.wav: series 2, part 1 of 1, {transform} on attrnn-gsc35, 1 s at");
    let text = bench.done(&words(hear));
    assert!(text.starts_with(&said), "{text}");

    let explain = "explain waves.safetensors Waves/Waves_TEST.tsv --row 6 --out picture.svg";
    let outcome = bench.json(&words(explain));
    assert_eq!(outcome["true_label"], "1");
    assert_eq!(outcome["words"].as_array().unwrap().len(), 3);
    let svg = fs::read_to_string(bench.path("picture.svg")).unwrap();
    assert!(svg.starts_with("<svg") && svg.trim_end().ends_with("</svg>"));
    assert!(svg.contains("Waves_TEST.tsv, series 6 (labelled 1): class"));
    assert!(svg.contains("The source itself would report: "));
    assert!(svg.contains("waves.safetensors; source attrnn-gsc35 (sha256 "));
    let text = bench.done(&words(explain));
    assert!(text.contains("series 6 is of class"), "{text}");
    assert!(text.contains("; part 1 of 1, "), "{text}");
    assert_eq!(fs::read_to_string(bench.path("picture.svg")).unwrap(), svg);

    for command in ["hear", "explain"] {
        let file = "Waves/Waves_TEST.tsv";
        let line = format!("{command} waves.safetensors {file} --row 7 --out a");
        assert_eq!(
            bench.fails(&words(&line)),
            format!("error: {file}: there is no series 7, the last one is 6\n")
        );
    }
}

#[test]
fn classify_diagnoses_each_part_on_the_training_series() {
    let bench = Bench::new();
    let plain = "classify Waves --preset fast --controls none";
    assert!(bench.json(&words(plain)).get("diagnosis").is_none());
    let diagnose = format!("{plain} --diagnose");
    let outcome = bench.json(&words(&diagnose));
    let found = outcome["diagnosis"].as_array().unwrap();
    assert_eq!(found.len(), outcome["parts"].as_array().unwrap().len());
    for (one, part) in found.iter().zip(1..) {
        assert_eq!(one["part"], part);
        assert!(one["gradient"].as_f64().unwrap() > 0.0, "{one}");
        let alignment = one["alignment"].as_f64().unwrap();
        assert!((0.0..1.001).contains(&alignment), "{one}");
        assert!(one.get("distance").is_none(), "{one}");
    }
    let text = bench.done(&words(&diagnose));
    assert!(text.contains("input gradient"), "{text}");
    let stderr = bench.fails(&words(&format!("{diagnose} --diagnose-speech Waves")));
    assert!(
        stderr.contains("no source of the program has words"),
        "{stderr}"
    );
    for line in [
        "classify Waves --diagnose-speech Waves",
        "classify Waves --diagnose --black-box",
    ] {
        failure(bench.retune(&words(line)).output().unwrap(), 2);
    }
}

#[test]
fn trained_ends_and_patterns_are_fitted_by_name() {
    let bench = Bench::new();
    let short = "--epochs 1 --batch 8 --controls none";
    let line = format!("classify Waves --preset trained-ends {short}");
    let part = &bench.json(&words(&line))["parts"][0];
    assert_eq!(part["transform"], "convolved");
    assert_eq!(part["readout"], "linear");
    let line = format!(
        "classify Waves --preset words --transform pattern --pattern dependent {short} --readout linear-logits"
    );
    let part = &bench.json(&words(&line))["parts"][0];
    assert_eq!(part["transform"], "pattern");
    assert_eq!(part["readout"], "linear-logits");
    let stderr = bench.fails(&words("classify Waves --pattern both"));
    assert!(
        stderr.contains("--pattern is for the transform pattern"),
        "{stderr}"
    );
    let line = "classify Waves --preset trained-ends --readout linear-logits";
    let stderr = bench.fails(&words(line));
    assert!(
        stderr.contains("has no labels, so it has no logits"),
        "{stderr}"
    );
    assert!(stderr.contains("`--readout linear`"), "{stderr}");
}

#[test]
fn classify_prints_one_object_with_the_same_numbers_every_time() {
    let bench = Bench::new();
    let classify = [&["classify", "Waves", "--quiet"], &SHORT[..]].concat();
    let output = bench.retune(&[&classify[..], &["--json"]].concat());
    let output = { output }.output().unwrap();
    assert_eq!(text(&output.stderr), "");
    let mut outcome: Value = serde_json::from_slice(&output.stdout).unwrap();
    let keys: Vec<&String> = outcome.as_object().unwrap().keys().collect();
    for key in [
        "dataset",
        "accuracy",
        "n_train",
        "n_test",
        "classes",
        "baselines",
        "parts",
        "seconds",
        "backend",
        "preset",
        "seed",
        "sources",
        "frozen",
    ] {
        assert!(keys.iter().any(|found| *found == key), "{key}");
    }
    assert_eq!(outcome["dataset"], "Waves");
    assert_eq!(outcome["n_train"], 8);
    assert_eq!(outcome["n_test"], 6);
    assert_eq!(outcome["classes"], 2);
    assert_eq!(outcome["baselines"]["constant"], 0.5);
    assert_eq!(outcome["baselines"]["nearest_neighbour_euclidean"], 1.0);
    for part in ["fit", "predict"] {
        assert!(outcome["seconds"][part].as_f64().unwrap() > 0.0);
    }
    assert_eq!(outcome["backend"], "cpu");
    assert_eq!(outcome["preset"], "paper");
    assert_eq!(outcome["seed"], 0);
    assert_eq!(outcome["sources"][0]["name"], DEFAULT_SOURCE);
    assert_eq!(outcome["frozen"], true);
    let part = serde_json::json!([{
        "source": DEFAULT_SOURCE, "transform": "padding", "readout": "labels", "weight": 1.0
    }]);
    assert_eq!(outcome["parts"], part);
    // Keys stand in the order in which they are read.
    let printed = text(&output.stdout);
    assert!(printed.starts_with("{\n  \"dataset\": \"Waves\",\n  \"accuracy\": "));

    let files = "--train Waves/Waves_TRAIN.tsv --test Waves/Waves_TEST.tsv --out p.safetensors";
    let again = [&["classify", "--quiet"], &words(files)[..], &SHORT].concat();
    let mut again = bench.json(&again);
    for outcome in [&mut outcome, &mut again] {
        let outcome = outcome.as_object_mut().unwrap();
        outcome.remove("seconds").unwrap();
        outcome.remove("out");
    }
    assert_eq!(outcome, again);
    let score = bench.json(&["evaluate", "p.safetensors", "Waves/Waves_TEST.tsv"]);
    assert_eq!(score["accuracy"], outcome["accuracy"]);

    let text = bench.done(&classify);
    let first = "Waves: 8 training and 6 test series of 60 values, 2 classes\n";
    assert!(text.starts_with(first), "{text}");
    assert!(
        text.contains("1-NN, Euclidean distance             1.0000\n"),
        "{text}"
    );
    assert!(text.contains("frozen: weights unchanged\n"), "{text}");
}

#[test]
fn standard_input_and_packed_files_are_read() {
    let bench = Bench::new();
    bench.fit();
    let expected = bench.done(&words("predict waves.safetensors Waves/Waves_TEST.tsv"));
    let piped = |arguments: &str, input: Vec<u8>| {
        let mut command = bench.retune(&words(arguments));
        command.write_stdin(input).output().unwrap()
    };
    let series = fs::read(bench.path("Waves/Waves_TEST.tsv")).unwrap();
    let output = piped("predict waves.safetensors - --format tsv", series);
    assert_eq!(text(&output.stdout), expected);
    waves(6)
        .write(&bench.path("packed.ts.gz"), "Waves")
        .unwrap();
    let packed = bench.done(&words("predict waves.safetensors packed.ts.gz"));
    assert_eq!(packed, expected);
    // What begins as a `.ts` file is one, also when it is packed.
    let bytes = fs::read(bench.path("packed.ts.gz")).unwrap();
    let output = piped("predict waves.safetensors -", bytes);
    assert_eq!(text(&output.stdout), expected);
    let output = piped(
        "fit - --label first --out p.safetensors",
        b"a,1,2\nb,x,2\n".to_vec(),
    );
    let stderr = failure(output, 1);
    assert!(stderr.contains("standard input:2:2: field `x`"), "{stderr}");
}

#[test]
fn what_random_weights_come_to_over_many_sets_is_said_of_the_preset_that_ran() {
    let bench = Bench::new();
    for (given, said) in [
        ("--preset fast", Some("fast")),
        ("--preset default", Some("default")),
        // What was found is of the preset's own sources.
        ("--preset fast --source attrnn-gsc35", None),
        ("--preset fast --controls cheap", None),
    ] {
        let outcome = bench.json(&words(&format!("classify Waves {given}")));
        assert_eq!(outcome["over_sets"]["preset"].as_str(), said, "{given}");
    }
}
