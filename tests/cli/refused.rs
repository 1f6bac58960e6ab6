//! Files, programs and outputs that cannot be used, each with its message.

use super::*;

#[test]
fn files_that_are_no_data_sets() {
    let bench = Bench::new();
    bench.fit();
    let mut ragged = lines(&bench);
    ragged[1].push_str("\t0.5");
    bench.file("ragged.tsv", ragged.join("\n"));
    let mut word = lines(&bench);
    word[2] = word[2].replacen('\t', "\thello\t", 1);
    let cut = word[2].rfind('\t').unwrap();
    word[2].truncate(cut);
    bench.file("word.tsv", word.join("\n"));
    let mut unseen = lines(&bench);
    unseen[3] = unseen[3].replacen("1\t", "2\t", 1);
    bench.file("unseen.tsv", unseen.join("\n"));
    bench.file("empty.tsv", "");
    bench.file("binary.tsv", [0xff, 0xfe, 0x00]);
    bench.file("series.xlsx", "1\t2\n");

    for (file, expected) in [
        ("ragged.tsv", "ragged.tsv:2"),
        ("word.tsv", "word.tsv:3:2: field `hello` is not a number"),
        ("empty.tsv", "empty.tsv:1: the file has no series"),
        (
            "binary.tsv",
            "binary.tsv:1: byte 1 of the file is not UTF-8",
        ),
        ("series.xlsx", "series.xlsx: unknown file extension `xlsx`"),
        ("missing.tsv", "cannot read missing.tsv: "),
    ] {
        let classify = format!("classify --train Waves/Waves_TRAIN.tsv --test {file}");
        for line in [
            format!("fit {file} --out new.safetensors"),
            format!("evaluate waves.safetensors {file}"),
            format!("predict waves.safetensors {file}"),
            format!("hear waves.safetensors {file} --out new.wav"),
            format!("explain waves.safetensors {file} --out new.svg"),
            classify,
        ] {
            let stderr = bench.fails(&words(&line));
            assert!(stderr.contains(expected), "{line}: {stderr}");
        }
    }
    for file in ["new.safetensors", "new.wav", "new.svg"] {
        assert!(!bench.path(file).exists(), "{file}");
    }
    let line = "classify --train Waves/Waves_TRAIN.tsv --test unseen.tsv --strict";
    let stderr = bench.fails(&words(line));
    assert!(
        stderr.contains("unseen.tsv:4:1: the training split has no label `2`"),
        "{stderr}"
    );
    let stderr = bench.fails(&words("evaluate waves.safetensors unseen.tsv --strict"));
    assert!(
        stderr.contains("unseen.tsv:4:1: the training split has no label `2`"),
        "{stderr}"
    );
    let stderr = bench.fails(&words("fit unseen.tsv --label none --out new.safetensors"));
    assert!(
        stderr.contains("unseen.tsv: the file has no labels"),
        "{stderr}"
    );
    let none: Vec<String> = lines(&bench)
        .iter()
        .map(|line| line.replacen(line.split('\t').next().unwrap(), "7", 1))
        .collect();
    bench.file("none.tsv", none.join("\n"));
    let stderr = bench.fails(&words("evaluate waves.safetensors none.tsv --label first"));
    let expected = "none of the labels is one of the program's classes: the first is `7`";
    assert!(stderr.contains(expected), "{stderr}");
    let long: Vec<String> = (0..60)
        .map(|at| format!("{},{},0.{at}", at / 20, at % 20))
        .collect();
    bench.file("long.csv", format!("id,t,v\n{}\n", long.join("\n")));
    for line in [
        "predict waves.safetensors long.csv",
        "predict waves.safetensors long.csv --unequal resample",
    ] {
        let stderr = bench.fails(&words(line));
        assert!(stderr.contains("long"), "{stderr}");
    }
    let one = lines(&bench);
    bench.file("one.tsv", one[0].clone() + "\n" + &one[2]);
    let stderr = bench.fails(&words("fit one.tsv --out new.safetensors"));
    assert!(stderr.contains("1 distinct labels"), "{stderr}");
    bench.file("same.tsv", "a\t1\t2\nb\t1\t2\na\t1\t2\nb\t1\t2\n");
    let stderr = bench.fails(&words("fit same.tsv --out new.safetensors"));
    assert!(
        stderr.contains("all training series are the same"),
        "{stderr}"
    );
}

#[test]
fn options_for_files_that_are_not_as_usual() {
    let bench = Bench::new();
    bench.fit();
    // Missing values, the label behind them, and a header.
    let mut text = (1..=LENGTH).map(|n| format!("v{n},")).collect::<String>() + "kind\n";
    for (series, label) in waves(6).series.iter().zip(waves(6).labels) {
        let mut fields: Vec<String> = series.iter().map(f64::to_string).collect();
        fields[7] = String::new();
        text += &(fields.join(",") + "," + &label + "\n");
    }
    bench.file("odd.csv", text);
    let evaluate = "evaluate waves.safetensors odd.csv --label kind";
    let stderr = bench.fails(&words(evaluate));
    assert!(
        stderr.contains("odd.csv:2:8: the value is missing"),
        "{stderr}"
    );
    let hint = "\nhint: fill missing values from their neighbours: `--missing interpolate`\n";
    assert!(stderr.contains(hint), "{stderr}");
    let score = bench.json(&words(&format!("{evaluate} --missing interpolate")));
    assert_eq!(score["n_test"], 6);

    // Series of another length than the program's.
    let short = Split {
        series: vec![vec![0.0, 1.0, 0.0, -1.0]; 2],
        labels: vec!["-1".to_owned(), "1".to_owned()],
        ..Split::default()
    };
    short.write(&bench.path("short.ts"), "short").unwrap();
    let predict = "predict waves.safetensors short.ts";
    let stderr = bench.fails(&words(predict));
    assert!(
        stderr.contains("the series has 4 values; expected 60"),
        "{stderr}"
    );
    assert!(stderr.ends_with(": `--unequal resample`\n"), "{stderr}");
    let csv = bench.done(&words(&format!("{predict} --unequal resample")));
    assert_eq!(csv.lines().count(), 3);
    let options = ReadOptions {
        label: LabelColumn::First,
        ..ReadOptions::default()
    };
    assert_eq!(
        Split::read(&bench.path("short.ts"), &options).unwrap(),
        short
    );
}

#[test]
fn programs_that_cannot_be_used() {
    let bench = Bench::new();
    bench.fit();
    let whole = fs::read(bench.path("waves.safetensors")).unwrap();
    bench.file("cut.safetensors", &whole[..whole.len() - 100]);
    let mut altered = whole.clone();
    let middle = altered.len() - 30_001;
    altered[middle] ^= 1;
    bench.file("altered.safetensors", altered);
    let mut newer = Stored::from_bytes(&whole).unwrap();
    let version = newer.metadata.get_mut("retune.version").unwrap();
    *version = "9".to_owned();
    bench.file("newer.safetensors", newer.to_bytes());
    bench.file("text.safetensors", "this is no program");
    bench.file("empty.safetensors", "");
    SourceWeights::find(DEFAULT_SOURCE)
        .unwrap()
        .save(&bench.path("source.safetensors"))
        .unwrap();

    for (file, expected) in [
        ("cut.safetensors", "not a program, or damaged"),
        ("altered.safetensors", "it was altered after it was written"),
        (
            "newer.safetensors",
            "format version 9, this release reads up to 8",
        ),
        ("text.safetensors", "not a program, or damaged"),
        ("empty.safetensors", "not a program, or damaged"),
        ("source.safetensors", "it holds a model (retune-source-1)"),
        ("missing.safetensors", "cannot read missing.safetensors"),
    ] {
        let series = "Waves/Waves_TEST.tsv";
        for line in [
            format!("evaluate {file} {series}"),
            format!("predict {file} {series}"),
            format!("hear {file} {series} --out new.wav"),
            format!("explain {file} {series} --out new.svg"),
        ] {
            let stderr = bench.fails(&words(&line));
            assert!(stderr.contains(expected), "{line}: {stderr}");
            assert!(stderr.contains(file), "{line}: {stderr}");
        }
    }
    assert!(!bench.path("new.wav").exists() && !bench.path("new.svg").exists());
}

#[test]
fn a_program_belongs_to_its_source() {
    let bench = Bench::new();
    bench.fit();
    let shipped = SourceWeights::find(DEFAULT_SOURCE).unwrap();
    let other =
        SourceWeights::new::<AttentionRnnSource>("other", shipped.tensors().clone()).unwrap();
    other.save(&bench.path("other.safetensors")).unwrap();

    let with_other = "waves.safetensors Waves/Waves_TEST.tsv --source other.safetensors";
    let stderr = bench.fails(&words(&format!("predict {with_other}")));
    assert!(
        stderr.contains("the program was trained for the source attrnn-gsc35 (sha256 "),
        "{stderr}"
    );
    let hint = "hint: it was called attrnn-gsc35; give that source, a name from `retune source list` \
                or a file: `--source`";
    assert!(stderr.contains(hint), "{stderr}");

    let fit = "fit Waves/Waves_TRAIN.tsv --out theirs.safetensors --source other.safetensors";
    let outcome = bench.json(&[&words(fit)[..], &SHORT].concat());
    assert_eq!(outcome["sources"][0]["sha256"], other.sha256());
    let predict = "predict theirs.safetensors Waves/Waves_TEST.tsv";
    let stderr = bench.fails(&words(predict));
    assert!(
        stderr.contains("the program needs the source other (sha256 "),
        "{stderr}"
    );
    assert!(
        stderr.contains("hint: it was called other; give that source"),
        "{stderr}"
    );
    let csv = bench.done(&words(&format!("{predict} --source other.safetensors")));
    assert_eq!(csv.lines().count(), 7);

    let classify = [&["classify", "Waves", "--source", "nothing"], &SHORT[..]].concat();
    let stderr = bench.fails(&classify);
    assert!(
        stderr.contains("there is no source \"nothing\""),
        "{stderr}"
    );
    assert!(stderr.contains("hint: `retune source list`"), "{stderr}");
}

#[test]
fn outputs_are_checked_before_the_work_starts() {
    let bench = Bench::new();
    bench.fit();
    let before = fs::read(bench.path("waves.safetensors")).unwrap();
    let (train, test) = ("Waves/Waves_TRAIN.tsv", "Waves/Waves_TEST.tsv");
    for line in [
        format!("fit {train} --out Waves/../{train}"),
        format!("classify --train {train} --test {test} --out {test}"),
        format!("predict waves.safetensors {test} --out {test}"),
        format!("predict waves.safetensors {test} --out waves.safetensors"),
        format!("hear waves.safetensors {test} --out {test}"),
        format!("explain waves.safetensors {test} --out ./waves.safetensors"),
        #[cfg(feature = "import")]
        format!("source import {train} --out {train}"),
    ] {
        let stderr = bench.fails(&words(&line));
        assert!(stderr.contains("it is also an input\nhint: "), "{stderr}");
    }
    assert_eq!(fs::read(bench.path("waves.safetensors")).unwrap(), before);
    assert_eq!(lines(&bench).len(), 6);

    let stderr = bench.fails(&["classify", "Waves", "--out", train]);
    assert!(stderr.contains("it is also an input"), "{stderr}");

    // What is written is no picture of pixels, and no sound.
    for (line, kind) in [
        (
            format!("explain waves.safetensors {test} --out a.png"),
            "svg",
        ),
        (format!("hear waves.safetensors {test} --out a.csv"), "wav"),
        ("bench --plot a.WAV".to_owned(), "svg"),
    ] {
        let stderr = bench.fails(&words(&line));
        let hint = format!("hint: give a name that ends in .{kind}");
        assert!(stderr.contains(&hint), "{line}: {stderr}");
    }
    bench.file("a", "");
    #[cfg(feature = "import")]
    {
        let same = "source pretrain Waves --out a --report ./Waves/../a";
        let stderr = bench.fails(&words(same));
        assert!(stderr.contains("are the same file\nhint: "), "{stderr}");
    }
    #[cfg(unix)]
    {
        let stderr = bench.fails(&["predict", "waves.safetensors", test, "--out", "/dev/null"]);
        assert!(stderr.contains("it is a device"), "{stderr}");
        for stream in ["-", "/dev/stdout"] {
            let stderr = bench.fails(&["predict", "waves.safetensors", test, "--out", stream]);
            // Where it is a pipe it is a device.
            assert!(stderr.contains("expected a file"), "{stderr}");
        }
        // A link stays one.
        std::os::unix::fs::symlink(bench.path("a"), bench.path("link")).unwrap();
        bench.done(&["predict", "waves.safetensors", test, "--out", "link"]);
        assert!(
            fs::read_to_string(bench.path("a"))
                .unwrap()
                .contains("p_-1")
        );
        assert!(bench.path("link").is_symlink());
    }

    // A fit of that many epochs would take hours.
    let fit = format!("fit {train} --preset paper --epochs 1000000 --patience 1000000");
    let stderr = bench.fails(&words(&format!("{fit} --out no/p.safetensors")));
    assert_eq!(
        stderr,
        "error: cannot write no/p.safetensors: there is no folder no\n\
         hint: make the folder first\n"
    );
    let stderr = bench.fails(&words(&format!("{fit} --out Waves")));
    assert_eq!(
        stderr,
        "error: cannot write Waves: it is a folder, expected a file\n"
    );
    // The check leaves nothing behind.
    let left: Vec<_> = fs::read_dir(bench.folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .filter(|name| name.to_string_lossy().starts_with('.'))
        .collect();
    assert!(left.is_empty(), "{left:?}");
}

#[cfg(not(feature = "wgpu"))]
#[test]
fn a_backend_that_was_left_out_names_its_feature() {
    let bench = Bench::new();
    let classify = [&["classify", "Waves", "--backend", "wgpu"], &SHORT[..]].concat();
    assert_eq!(
        bench.fails(&classify),
        "error: the wgpu backend is not compiled in\n\
         hint: build with `cargo build --release --features wgpu`\n"
    );
}

/// Errors are JSON where results are: what it is, where, and what to do.
#[test]
fn errors_are_json_where_that_is_asked_for() {
    let bench = Bench::new();
    bench.fit();
    let mut word = lines(&bench);
    word[2] = word[2].replacen('\t', "\thello\t", 1);
    let cut = word[2].rfind('\t').unwrap();
    word[2].truncate(cut);
    bench.file("word.tsv", word.join("\n"));
    bench.file(
        "short.csv",
        "date,y\n2020-01-01,1\n2020-01-02,2\n2020-01-03,4\n",
    );
    bench.file("empty.csv", "");
    let forecast = "forecast short.csv --horizon 9 --quiet";
    for (line, kind, file, place) in [
        (
            "predict waves.safetensors word.tsv",
            "not_a_number",
            "word.tsv",
            Some((3, 2)),
        ),
        (
            "fit word.tsv --out p.safetensors",
            "not_a_number",
            "word.tsv",
            Some((3, 2)),
        ),
        (
            "evaluate waves.safetensors missing.tsv",
            "read",
            "missing.tsv",
            None,
        ),
        (
            "fit empty.csv --out p.safetensors",
            "empty",
            "empty.csv",
            None,
        ),
        ("forecast empty.csv --horizon 2", "empty", "empty.csv", None),
        (forecast, "too_short", "short.csv", None),
        (
            "motion predict missing.safetensors x.csv",
            "read",
            "missing.safetensors",
            None,
        ),
        ("listen missing.wav", "read", "missing.wav", None),
    ] {
        let output = bench.retune(&[&words(line)[..], &["--json"]].concat());
        let output = { output }.output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{line}");
        assert!(output.stdout.is_empty(), "{line}");
        let stderr = text(&output.stderr);
        assert_eq!(stderr.lines().count(), 1, "{line}: {stderr}");
        let error: Value = serde_json::from_str(&stderr).unwrap();
        let error = &error["error"];
        assert_eq!(error["kind"], kind, "{line}: {stderr}");
        assert_eq!(error["file"], file, "{line}: {stderr}");
        if let Some((row, field)) = place {
            assert_eq!(
                (&error["line"], &error["field"]),
                (&row.into(), &field.into())
            );
        }
        assert!(
            error["message"].as_str().unwrap().contains(file),
            "{stderr}"
        );
        let hint = error["hint"].as_str().unwrap();
        // As it is told without `--json`.
        let plain = bench.fails(&words(line));
        let message = error["message"].as_str().unwrap();
        assert_eq!(plain, format!("error: {message}\nhint: {hint}\n"), "{line}");
    }
}
