//! `retune archive`: sweeps that are killed, resumed and cut into shards.

use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use super::*;

/// A folder with three small data sets and one that cannot be read.
fn archive() -> Bench {
    let bench = Bench::new();
    for (index, name) in ["Alpha", "Beta", "Gamma"].into_iter().enumerate() {
        let folder = bench.path("data").join(name);
        fs::create_dir_all(&folder).unwrap();
        for (split, count) in [("TRAIN", 8 + index), ("TEST", 6)] {
            let path = folder.join(format!("{name}_{split}.tsv"));
            waves(count).write(&path, name).unwrap();
        }
    }
    let broken = bench.path("data/Broken");
    fs::create_dir(&broken).unwrap();
    fs::write(broken.join("Broken_TRAIN.tsv"), "1\t2\t3\n1\t2\n").unwrap();
    fs::write(broken.join("Broken_TEST.tsv"), "1\t2\t3\n").unwrap();
    bench
}

const RUN: &str = "archive run --data data --presets fast,default --seeds 2 --quiet";

/// Runs it and returns what it prints as JSON; it fails where a job did, which is said as JSON too.
fn run(bench: &Bench, rest: &str) -> Value {
    let arguments = [&words(RUN)[..], &words(rest)[..], &["--json"]].concat();
    let output = bench.retune(&arguments).output().unwrap();
    let summary: Value = serde_json::from_slice(&output.stdout).unwrap();
    let failed = summary["failed"].as_u64().unwrap();
    assert_eq!(output.status.code(), Some(i32::from(failed > 0)));
    assert_eq!(output.stderr.is_empty(), failed == 0);
    if failed > 0 {
        let error: Value = serde_json::from_slice(&output.stderr).unwrap();
        let message = error["error"]["message"].as_str().unwrap();
        assert!(message.starts_with(&format!("{failed} of ")), "{message}");
    }
    summary
}

#[test]
fn a_set_that_fails_is_told_with_its_reason_and_how_the_others_were_read() {
    let bench = archive();
    let line = "archive run --data data --out o --sets Alpha,Broken --presets fast,default --controls none";
    let output = bench.retune(&words(line)).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let (stdout, stderr) = (text(&output.stdout), text(&output.stderr));
    let reason = "Broken_TRAIN.tsv:2: the row has 2 fields; expected 3 like the first row (hint: ";
    assert_eq!(stdout.matches(reason).count(), 2, "{stdout}");
    assert!(
        stdout.contains("2 scored, 0 there already, 2 failed"),
        "{stdout}"
    );
    // Once for each set and not for each job.
    assert_eq!(stderr.matches(reason).count(), 1, "{stderr}");
    assert_eq!(
        stderr.matches("read as: 8 series of 60 values").count(),
        1,
        "{stderr}"
    );
    assert!(
        stderr.contains("\nerror: 2 of 4 jobs failed\nhint: "),
        "{stderr}"
    );
    let result = fs::read(bench.path("o/Alpha.fast.0.json")).unwrap();
    let result: Value = serde_json::from_slice(&result).unwrap();
    let read_as = &result["outcome"]["scores"]["read_as"];
    assert_eq!(read_as[0]["found"], "8 series of 60 values");
    assert_eq!(read_as[1]["found"], "6 series of 60 values");
}

#[test]
fn killed_and_sharded_runs_give_the_table_of_a_whole_one() {
    let bench = archive();
    let summary = run(&bench, "--out whole");
    assert_eq!(summary["scored"], 12);
    assert_eq!(summary["failed"], 4);
    let whole = bench.done(&words("archive merge whole"));
    assert_eq!(whole.lines().count(), 17);
    assert!(whole.contains("ridge_on_series"));
    assert!(whole.contains("random_source_default"));

    // Five kills, at moments that are spread over a run.
    for kill in 0..5u64 {
        let mut child = Command::new(assert_cmd::cargo::cargo_bin("retune"))
            .current_dir(bench.folder.path())
            .args(words(RUN))
            .args(["--out", "killed"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        sleep(Duration::from_millis(40 + 170 * kill));
        child.kill().unwrap();
        child.wait().unwrap();
    }
    let summary = run(&bench, "--out killed");
    assert_eq!(summary["failed"], 4);
    assert_eq!(bench.done(&words("archive merge killed")), whole);

    run(&bench, "--out first --shard 1/2");
    run(&bench, "--out second --shard 2/2");
    assert_eq!(bench.done(&words("archive merge second first")), whole);
    // Nothing is run twice.
    assert_eq!(run(&bench, "--out first --shard 1/2")["scored"], 0);
}

#[test]
fn results_are_compared_and_reported() {
    let bench = archive();
    run(
        &bench,
        "--out results --sets Alpha,Beta,Gamma --controls cheap",
    );
    let published = "dataset\tOther\nAlpha\t50\nBeta\t100\nGamma\t75\n";
    bench.file("published.tsv", published);
    let compare = "archive compare results --with published.tsv";
    let outcome = bench.json(&words(compare));
    assert_eq!(outcome["datasets"], 3);
    let methods = outcome["methods"].as_array().unwrap();
    let other = methods.iter().find(|method| method["name"] == "Other");
    assert_eq!(other.unwrap()["mean"], 0.75);
    assert!(bench.done(&words(compare)).contains("retune default"));

    let report = "archive report results --with published.tsv --out page.html";
    bench.done(&words(report));
    let page = fs::read_to_string(bench.path("page.html")).unwrap();
    assert!(page.contains("</html>") && page.contains("<svg"), "{page}");
    assert!(!page.contains("http://") || page.contains("http://www.w3.org"));
}

#[test]
fn results_of_other_options_or_data_are_not_taken_over_and_presets_may_be_run_apart() {
    let bench = archive();
    let line = |rest: &'static str| {
        let run = "archive run --data data --out results --sets Alpha,Beta --quiet --presets";
        [words(run), words(rest)].concat()
    };
    bench.done(&line("fast --controls none"));
    bench.done(&line("default --controls cheap"));
    let merged = bench.done(&words("archive merge results"));
    assert_eq!(merged.lines().count(), 5, "{merged}");
    // The default, given or not, is the same.
    bench.done(&line("fast --controls none --missing reject"));
    for line in [
        "archive merge results --out results/Alpha.fast.0.json",
        "archive report results --out results/Alpha.fast.0.json",
    ] {
        let stderr = bench.fails(&words(line));
        assert!(stderr.contains("it is also an input"), "{stderr}");
    }
    for (rest, expected) in [
        (
            "fast --controls none --missing interpolate",
            ", missing interpolate was expected",
        ),
        ("fast", "controls none, but retune"),
        (
            "fast --controls none --drop 3 --drop 5",
            ", drop 3 5 was expected",
        ),
    ] {
        let stderr = bench.fails(&line(rest));
        assert!(stderr.contains("results/Alpha.fast.0.json"), "{stderr}");
        assert!(stderr.contains(expected), "{rest}: {stderr}");
    }
    waves(9)
        .write(&bench.path("data/Beta/Beta_TEST.tsv"), "Beta")
        .unwrap();
    let stderr = bench.fails(&line("fast --controls none"));
    assert!(
        stderr.contains("Beta.fast.0.json comes from other files of Beta"),
        "{stderr}"
    );
}

#[test]
fn what_cannot_be_run_or_read_is_said_before_any_work() {
    let bench = archive();
    for (line, expected) in [
        ("archive run --data nowhere --out o", "nowhere"),
        ("archive run --data data --out o --sets Alpa", "Alpa"),
        ("archive merge nowhere", "nowhere"),
        ("archive merge data", "result"),
    ] {
        let stderr = bench.fails(&words(line));
        assert!(stderr.contains(expected), "{line}: {stderr}");
    }
    for line in [
        "archive run --data data --out o --shard 5/3",
        "archive run --data data --out o --presets finest",
        "archive run --data data --out o --seeds 0",
    ] {
        let output = bench.retune(&words(line)).output().unwrap();
        failure(output, 2);
    }
    bench.file("broken.tsv", "dataset\tOther\nAlpha\tmuch\n");
    run(&bench, "--out results --sets Alpha --controls none");
    let stderr = bench.fails(&words("archive compare results --with broken.tsv"));
    assert!(
        stderr.contains("broken.tsv") && stderr.contains("much"),
        "{stderr}"
    );
}

#[test]
fn the_test_labels_do_not_change_the_program() {
    let bench = Bench::new();
    let classify = "classify Waves --quiet --out";
    bench.done(&[&words(classify)[..], &["one.safetensors"]].concat());
    let path = bench.path("Waves/Waves_TEST.tsv");
    let mut test = Split::read(&path, &ReadOptions::default()).unwrap();
    test.labels.rotate_left(1);
    test.write(&path, "Waves").unwrap();
    bench.done(&[&words(classify)[..], &["other.safetensors"]].concat());
    let read = |name| fs::read(bench.path(name)).unwrap();
    assert!(read("one.safetensors") == read("other.safetensors"));
}

#[test]
fn predictions_are_kept_in_the_layout_of_tsml_eval() {
    let bench = archive();
    let line = "archive run --data data --out o --sets Alpha --presets fast --controls none --predictions p";
    assert!(
        bench
            .retune(&words(line))
            .output()
            .unwrap()
            .status
            .success()
    );
    let kept = bench.path("p/retune-fast/Predictions/Alpha/testResample0.csv");
    let kept = fs::read_to_string(kept).unwrap();
    let lines: Vec<Vec<&str>> = kept.lines().map(|line| line.split(',').collect()).collect();
    assert_eq!(lines[0][..4], ["Alpha", "retune-fast", "TEST", "0"]);
    let series = &lines[3..];
    assert_eq!(series.len(), 6);
    let right = series.iter().filter(|line| line[0] == line[1]).count();
    let accuracy: f64 = lines[2][0].parse().unwrap();
    assert!((accuracy - right as f64 / 6.0).abs() < 1e-9);
    for line in series {
        assert_eq!(line[2], "");
        let sum: f64 = line[3..]
            .iter()
            .map(|one| one.parse::<f64>().unwrap())
            .sum();
        assert!((sum - 1.0).abs() < 1e-5, "{line:?}");
    }
}
