//! Files and names from strangers: what a program names is never opened, what a label holds never reaches
//! the terminal, and an output is there whole or not at all.

use retune::storage::HashSum;

use super::*;

/// Puts a value in its place in the header of a program, and makes the checksum right.
fn edit(bench: &Bench, from: &str, to: &str, place: &str, value: impl Into<Value>) {
    let mut stored = Stored::from_bytes(&fs::read(bench.path(from)).unwrap()).unwrap();
    let mut header: Value = serde_json::from_str(&stored.metadata["retune.program"]).unwrap();
    *header.pointer_mut(place).unwrap() = value.into();
    let header = header.to_string();
    let mut sum = HashSum::default();
    sum.add(header.as_bytes());
    for (name, tensor) in &stored.tensors {
        let shape = Value::from(tensor.shape.clone());
        sum.add(format!("\n{name} {shape}\n").as_bytes());
        for value in &tensor.values {
            sum.add(&value.to_le_bytes());
        }
    }
    stored
        .metadata
        .insert("retune.sha256".to_owned(), sum.finish());
    stored.metadata.insert("retune.program".to_owned(), header);
    bench.file(to, stored.to_bytes());
}

#[cfg(unix)]
#[test]
fn the_name_of_a_source_is_no_path() {
    let bench = Bench::new();
    bench.fit();
    let file = "waves.safetensors";
    let other = "00".repeat(32);
    edit(&bench, file, "hash.safetensors", "/sources/0/sha256", other);
    std::process::Command::new("mkfifo")
        .arg(bench.path("pipe"))
        .status()
        .ok();
    SourceWeights::find(DEFAULT_SOURCE)
        .unwrap()
        .save(&bench.path("mine.safetensors"))
        .unwrap();
    for name in [
        "/dev/zero",
        "/etc/passwd",
        "pipe",
        "mine.safetensors",
        "a\u{1b}[2J\u{9b}1A\nb",
    ] {
        edit(
            &bench,
            "hash.safetensors",
            "named.safetensors",
            "/sources/0/name",
            name,
        );
        for line in [
            "predict named.safetensors Waves/Waves_TEST.tsv",
            "evaluate named.safetensors Waves/Waves_TEST.tsv",
        ] {
            let stderr = bench.fails(&words(line));
            let shown = name
                .replace('\u{1b}', "\\u{1b}")
                .replace('\u{9b}', "\\u{9b}")
                .replace('\n', "\\n");
            let expected =
                format!("named.safetensors: the program needs the source {shown} (sha256 ");
            assert!(stderr.contains(&expected), "{stderr}");
            let hint = format!("hint: it was called {shown}; give that source");
            assert!(stderr.contains(&hint), "{stderr}");
        }
    }
    // A random source can be made again from its name alone.
    let random = SourceWeights::find("random-7").unwrap();
    edit(
        &bench,
        file,
        "random.safetensors",
        "/sources/0/sha256",
        random.sha256(),
    );
    edit(
        &bench,
        "random.safetensors",
        "random.safetensors",
        "/sources/0/name",
        "random-7",
    );
    bench.done(&words(
        "predict random.safetensors Waves/Waves_TEST.tsv --quiet",
    ));
}

#[test]
fn numbers_that_would_take_the_memory_or_turn_the_answer_are_refused() {
    let bench = Bench::new();
    bench.fit();
    let edit = |place: &str, value: Value| {
        edit(&bench, "waves.safetensors", "p.safetensors", place, value)
    };
    for (place, value, expected) in [
        (
            "/series_length",
            Value::from(1u64 << 62),
            "its series length is 4611686018427387904",
        ),
        ("/series_length", Value::from(0), "its series length is 0"),
        (
            "/inverse_temperature",
            Value::from(-1.0),
            "its inverse temperature is -1",
        ),
        (
            "/parts/0/weight",
            Value::from(-1.0),
            "its weight of a part is -1",
        ),
    ] {
        edit(place, value);
        let stderr = bench.fails(&words(
            "predict p.safetensors Waves/Waves_TEST.tsv --unequal resample",
        ));
        assert!(
            stderr.contains("p.safetensors: not a program, or damaged: "),
            "{stderr}"
        );
        assert!(stderr.contains(expected), "{stderr}");
    }
    // What only the source can tell is checked beside it, and names the file too.
    edit("/parts/0/transform/segments", Value::from(0));
    let stderr = bench.fails(&words("predict p.safetensors Waves/Waves_TEST.tsv"));
    let expected = "error: p.safetensors: the program is damaged: ";
    assert!(stderr.starts_with(expected), "{stderr}");
    let stderr = bench.fails(&words("archive run --data . --out o --seeds 1000000000000"));
    assert!(
        stderr.contains("there are 1000000000000 seeds; expected 10000 at most"),
        "{stderr}"
    );
}

#[test]
fn labels_reach_the_terminal_escaped_and_files_exactly() {
    let bench = Bench::new();
    let escape = "\u{1b}[2Jx\u{9b}1A\u{202e}";
    let train = fs::read_to_string(bench.path("Waves/Waves_TRAIN.tsv")).unwrap();
    let named: String = train
        .lines()
        .map(|line| match line.strip_prefix("-1\t") {
            Some(rest) => format!("{escape}\t{rest}\n"),
            None => format!("{line}\n"),
        })
        .collect();
    bench.file("named.tsv", &named);
    let shown = "\\u{1b}[2Jx\\u{9b}1A\\u{202e}";
    let controls = |text: &str| {
        text.chars()
            .any(|c| c != '\n' && retune::wording::moves_cursor(c))
    };
    let fit = [
        &words("fit named.tsv --label 1 --out p.safetensors")[..],
        &SHORT,
    ]
    .concat();
    let output = bench.retune(&fit).assert().success();
    let said = text(&output.get_output().stderr) + &text(&output.get_output().stdout);
    assert!(!controls(&said), "{said}");
    let evaluate = words("evaluate p.safetensors named.tsv --label 1");
    let table = bench.done(&evaluate);
    assert!(table.contains(shown) && !controls(&table), "{table}");
    let json = bench
        .retune(&[&evaluate[..], &["--json"]].concat())
        .output()
        .unwrap();
    let json = text(&json.stdout);
    assert!(!controls(&json), "{json}");
    let parsed: Value = serde_json::from_str(&json).unwrap();
    assert!(
        parsed["labels"]
            .as_array()
            .unwrap()
            .contains(&escape.into())
    );
    bench.done(&words(
        "predict p.safetensors named.tsv --label 1 --out out.csv --quiet",
    ));
    assert!(
        fs::read_to_string(bench.path("out.csv"))
            .unwrap()
            .contains(&format!("p_{escape}"))
    );

    let stderr = bench.fails(&["fit", "no\u{1b}[2J\n.tsv", "--out", "q.safetensors"]);
    assert!(stderr.contains("no\\u{1b}[2J\\n.tsv"), "{stderr}");
}

#[test]
fn an_output_is_replaced_whole_and_two_are_not_one_file() {
    let bench = Bench::new();
    bench.fit();
    let before = "what was there";
    bench.file("old.wav", before);
    bench.done(&words(
        "hear waves.safetensors Waves/Waves_TEST.tsv --out old.wav --quiet",
    ));
    assert!(read_wav(bench.path("old.wav")).is_ok());
    #[cfg(unix)]
    {
        use std::os::unix::fs::symlink;
        symlink("nowhere/at/all", bench.path("astray.wav")).unwrap();
        let stderr = bench.fails(&words(
            "hear waves.safetensors Waves/Waves_TEST.tsv --out astray.wav",
        ));
        assert!(
            stderr.contains("it is a link that leads nowhere"),
            "{stderr}"
        );
        assert!(bench.path("astray.wav").is_symlink());
    }
    let long = "n".repeat(300);
    let stderr = bench.fails(&[
        "hear",
        "waves.safetensors",
        "Waves/Waves_TEST.tsv",
        "--out",
        &long,
    ]);
    assert!(stderr.contains("cannot write"), "{stderr}");

    let values: String = (0..80).map(|at| format!("{}\n", at % 7)).collect();
    bench.file("history.csv", format!("y\n{values}"));
    for (plot, out) in [("x", "x"), ("./x", "x"), ("Waves/../x", "x")] {
        let line = format!("forecast history.csv --horizon 2 --plot {plot} --out {out}");
        let stderr = bench.fails(&words(&line));
        assert!(stderr.contains("are the same file\nhint: "), "{stderr}");
        assert!(!bench.path("x").exists());
    }
}
