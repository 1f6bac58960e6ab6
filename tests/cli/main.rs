//! The command line from end to end, on data sets that are made here.
//!
//! Whatever goes wrong is one `error:` line on stderr, perhaps a `hint:`, and exit code 1 (2 when
//! the arguments are wrong); stdout then stays empty.

mod archive;
mod forecast;
mod motion;

use std::f32::consts::TAU;
use std::fs;
use std::io::{Cursor, Read, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::thread;

use assert_cmd::Command;
use predicates::prelude::*;
use retune::audio::{read_wav, write_wav};
use retune::series::{LabelColumn, ReadOptions, Split};
use retune::source::{DEFAULT_SOURCE, SourceWeights};
use retune::storage::Stored;
use serde_json::Value;
use tempfile::TempDir;

/// Values in each of the series that are made here.
const LENGTH: usize = 60;
/// What keeps a fit short.
const SHORT: [&str; 6] = ["--preset", "paper", "--epochs", "2", "--stretch", "500"];

/// A folder of its own for one test: a small data set and room for what commands write.
struct Bench {
    folder: TempDir,
}

impl Bench {
    /// Eight training and six test series of the classes `-1` and `1`, slow waves and fast ones.
    fn new() -> Self {
        let bench = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        fs::create_dir(bench.path("Waves")).unwrap();
        waves(8)
            .write(&bench.path("Waves/Waves_TRAIN.tsv"), "Waves")
            .unwrap();
        waves(6)
            .write(&bench.path("Waves/Waves_TEST.tsv"), "Waves")
            .unwrap();
        bench
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A file with this content.
    fn file(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, content).unwrap();
        path
    }

    /// A command that runs in the folder and knows no other cache.
    fn retune(&self, arguments: &[&str]) -> Command {
        let mut command = Command::cargo_bin("retune").unwrap();
        command
            .current_dir(self.folder.path())
            .env("RETUNE_HOME", self.path("cache"))
            .env("NO_COLOR", "1")
            .args(arguments);
        for proxy in ["http_proxy", "https_proxy", "all_proxy"] {
            command.env_remove(proxy).env_remove(proxy.to_uppercase());
        }
        command
    }

    /// Runs a command that must succeed, and returns its stdout.
    fn done(&self, arguments: &[&str]) -> String {
        let output = self.retune(arguments).assert().success();
        text(&output.get_output().stdout)
    }

    /// Runs a command that must print JSON.
    fn json(&self, arguments: &[&str]) -> Value {
        let arguments = [arguments, &["--json"]].concat();
        serde_json::from_str(&self.done(&arguments)).unwrap()
    }

    /// Runs a command that must fail as commands fail, and returns its stderr.
    fn fails(&self, arguments: &[&str]) -> String {
        failure(self.retune(arguments).output().unwrap(), 1)
    }

    /// Fits a program as `waves.safetensors`.
    fn fit(&self) {
        let fit = "fit Waves/Waves_TRAIN.tsv --out waves.safetensors --quiet";
        self.done(&[&words(fit)[..], &SHORT].concat());
    }
}

/// The arguments in a line without quotes.
fn words(line: &str) -> Vec<&str> {
    line.split(' ').collect()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

fn failure(output: Output, code: i32) -> String {
    let stderr = text(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{stderr}");
    assert_eq!(text(&output.stdout), "", "{stderr}");
    assert!(stderr.starts_with("error: "), "{stderr}");
    assert!(!stderr.contains("panicked"), "{stderr}");
    if code == 1 {
        let mut lines = stderr.lines();
        assert!(!lines.next().unwrap().ends_with('.'), "{stderr}");
        assert!(
            lines.next().is_none_or(|line| line.starts_with("hint: ")),
            "{stderr}"
        );
        assert_eq!(lines.next(), None, "{stderr}");
    }
    stderr
}

/// Slow waves of the class `-1` and fast ones of the class `1` in turn.
fn waves(count: usize) -> Split {
    let wave = |index: usize| {
        let turns = if index.is_multiple_of(2) { 1.0 } else { 4.0 };
        let value = |at: usize| {
            let phase = turns * at as f32 / LENGTH as f32 + index as f32 * 0.07;
            (TAU * phase).sin()
        };
        (0..LENGTH).map(value).collect()
    };
    Split {
        series: (0..count).map(wave).collect(),
        labels: ["-1", "1"]
            .iter()
            .cycle()
            .take(count)
            .map(|label| (*label).to_owned())
            .collect(),
    }
}

/// The test split's first lines as text, to be spoilt.
fn lines(bench: &Bench) -> Vec<String> {
    let text = fs::read_to_string(bench.path("Waves/Waves_TEST.tsv")).unwrap();
    text.lines().map(str::to_owned).collect()
}

const COMMANDS: [&str; 31] = [
    "classify",
    "fit",
    "evaluate",
    "predict",
    "forecast",
    "hear",
    "explain",
    "distance",
    "listen",
    "motion",
    "motion pretrain",
    "motion adapt",
    "motion predict",
    "motion compare",
    "archive",
    "archive run",
    "archive merge",
    "archive compare",
    "archive report",
    "bench",
    "source",
    "source list",
    "source show",
    "source import",
    "source pretrain",
    "source test",
    "data",
    "data list",
    "data show",
    "data get",
    "completions",
];

#[test]
fn every_command_has_help_and_a_manual_page() {
    let bench = Bench::new();
    for command in COMMANDS.iter().chain(&["man"]) {
        let help = bench.done(&[&words(command)[..], &["--help"]].concat());
        let usage = format!("Usage: retune {command}");
        assert!(help.contains(&usage), "{help}");
        for flag in ["--json", "--quiet", "--seed <N>"] {
            assert!(help.contains(flag), "{command}: {flag}");
        }
        let short = bench.done(&[&words(command)[..], &["-h"]].concat());
        assert_eq!(short.lines().next(), help.lines().next(), "{command}");
        let page = bench.done(&[&["man"], &words(command)[..]].concat());
        assert!(page.contains(".SH SYNOPSIS"), "{page}");
    }
    insta::assert_snapshot!("help", bench.done(&["-h"]));
    insta::assert_snapshot!("help_fit", bench.done(&["fit", "-h"]));
    insta::assert_snapshot!("help_classify", bench.done(&["classify", "-h"]));
    assert!(bench.done(&["man"]).contains("retune\\-classify(1)"));
    assert!(
        bench
            .done(&["--version"])
            .contains(env!("CARGO_PKG_VERSION"))
    );
}

#[test]
fn every_shell_gets_completions() {
    let bench = Bench::new();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = bench.done(&["completions", shell]);
        assert!(script.contains("pretrain"), "{shell}");
    }
}

#[test]
fn wrong_arguments_end_with_code_2() {
    let bench = Bench::new();
    for line in [
        "nonsense",
        "classify",
        "classify Waves --test a.tsv",
        "classify --train a.tsv",
        "classify Waves --train a.tsv --test b.tsv",
        "classify Waves --preset finest",
        "classify Waves --backend gpu",
        "classify Waves --dropout 1",
        "classify Waves --epochs x",
        "classify Waves --voice shout",
        "classify Waves --readout oracle",
        "classify Waves --parts 0",
        "classify Waves --batch x",
        "classify Waves --segments 0",
        "classify Waves --learning-rate 0",
        "classify Waves --learning-rate nan",
        "classify Waves --weight-decay -1",
        "classify Waves --validation 1.5",
        "classify Waves --stretch 0",
        "classify Waves --position middle",
        "classify Waves --scaling max",
        "classify Waves --missing drop",
        "classify Waves --unequal cut",
        "classify Waves --label 0",
        "classify Waves --seed -1",
        "fit Waves/Waves_TRAIN.tsv",
        "evaluate p.safetensors",
        "predict p.safetensors",
        "hear p.safetensors s.tsv",
        "hear p.safetensors s.tsv --out a.wav --row 0",
        "explain p.safetensors s.tsv --out a.svg --row x",
        "listen",
        "listen a.wav --top 0",
        "source import w.h5",
        "source pretrain speech --out s.safetensors --teacher-weight 2",
        "source test attrnn-gsc35",
        "source test attrnn-gsc35 speech --split all",
        "data show",
        "data get",
        "completions tcsh",
    ] {
        let output = bench.retune(&words(line)).output().unwrap();
        let stderr = failure(output, 2);
        assert!(stderr.contains("--help"), "{line}: {stderr}");
    }
    // Without arguments there is nothing wrong, but nothing to do either.
    for command in [&[][..], &["source"], &["data"]] {
        bench
            .retune(command)
            .assert()
            .code(2)
            .stdout("")
            .stderr(predicate::str::contains("Usage: retune"));
    }
}

#[test]
fn a_closed_pipe_is_no_error() {
    let bench = Bench::new();
    for command in ["data list", "completions bash", "man"] {
        let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_retune"))
            .args(words(command))
            .env("RETUNE_HOME", bench.path("cache"))
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{command}: {:?}", output.status);
        assert_eq!(text(&output.stderr), "", "{command}");
    }
}

#[test]
fn the_catalogue_is_listed_and_shown() {
    let bench = Bench::new();
    let list = bench.done(&["data", "list"]);
    assert_eq!(list.lines().count(), 129);
    let list = bench.json(&["data", "list"]);
    assert_eq!(list.as_array().unwrap().len(), 128);
    insta::assert_snapshot!("data_show", bench.done(&["data", "show", "gunpoint"]));
    let entry = bench.json(&["data", "show", "PLAID"]);
    assert_eq!(entry["length"], Value::Null);
    assert_eq!(entry["classes"], 11);
    assert_eq!(
        bench.fails(&["data", "show", "GunPint"]),
        "error: the UCR archive has no data set `GunPint`\nhint: did you mean `GunPoint`?\n"
    );
}

#[test]
fn a_data_set_that_is_not_there() {
    let bench = Bench::new();
    let hint = |name: &str| {
        let stderr = bench.fails(&["classify", name]);
        stderr.lines().nth(1).unwrap_or_default().to_owned()
    };
    assert_eq!(hint("GunPint"), "hint: did you mean `GunPoint`?");
    assert_eq!(
        hint("gunpoint"),
        "hint: fetch it with `retune data get GunPoint`, or give the path of its folder"
    );
    assert_eq!(
        hint("xyzzy"),
        "hint: give the path of a folder, or a name from the catalogue"
    );
    fs::create_dir_all(bench.path("data/Coffee")).unwrap();
    assert_eq!(hint("data/Cofee"), "hint: did you mean `data/Coffee`?");
    assert_eq!(hint("data/xyzzy"), "");
    assert_eq!(
        hint("Waves/Waves_TRAIN.tsv"),
        "hint: give both files with --train and --test"
    );
    assert!(
        bench
            .fails(&["classify", "data/Coffee"])
            .contains("no training and test files")
    );
    assert!(
        bench
            .fails(&["fit", "Waves", "--out", "p.safetensors"])
            .contains("expected a training file\nhint: ")
    );
}

/// Answers one request with this body, and returns the address to ask.
fn serve(body: Vec<u8>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut request = Vec::new();
        let mut byte = [0];
        while !request.ends_with(b"\r\n\r\n") && stream.read(&mut byte).unwrap() == 1 {
            request.push(byte[0]);
        }
        let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", body.len());
        stream.write_all(head.as_bytes()).unwrap();
        stream.write_all(&body).unwrap();
    });
    format!("http://{address}")
}

#[test]
fn a_data_set_is_fetched_and_classified_by_its_name() {
    let bench = Bench::new();
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/ItalyPowerDemand");
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for part in ["TRAIN", "TEST"] {
        let name = format!("ItalyPowerDemand_{part}.ts");
        zip.start_file(&name, zip::write::SimpleFileOptions::default())
            .unwrap();
        zip.write_all(&fs::read(data.join(&name)).unwrap()).unwrap();
    }
    let body = zip.finish().unwrap().into_inner();
    let address = serve(body.clone());
    let get = ["data", "get", "italypowerdemand", "--from", &address];
    let fetched = bench.json(&get);
    let folder = bench.path("cache/datasets/ItalyPowerDemand");
    assert_eq!(fetched[0]["name"], "ItalyPowerDemand");
    assert_eq!(fetched[0]["folder"], folder.to_str().unwrap());
    assert_eq!(fetched[0]["sha256"].as_str().unwrap().len(), 64);
    let list = bench.done(&["data", "list"]);
    let line = list.lines().find(|line| line.starts_with("ItalyPower"));
    assert!(line.unwrap().ends_with("downloaded"), "{line:?}");

    let classify = "classify ItalyPowerDemand --quiet --preset fast";
    let outcome = bench.json(&words(classify));
    assert_eq!(outcome["n_train"], 67);
    assert_eq!(outcome["n_test"], 1029);

    // The server is gone.
    let stderr = bench.fails(&get);
    assert!(stderr.contains("cannot download http://"), "{stderr}");
    assert!(stderr.contains("\nhint: check the connection"), "{stderr}");
    // A name that is wrong is told before anything is fetched.
    let stderr = bench.fails(&["data", "get", "Coffee", "GunPint", "--from", &serve(body)]);
    assert!(stderr.contains("did you mean `GunPoint`?"), "{stderr}");
}

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
    assert_eq!(outcome["source"]["name"], DEFAULT_SOURCE);
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
    assert!(bench.done(&words(hear)).starts_with("heard.wav: series 2,"));

    let explain = "explain waves.safetensors Waves/Waves_TEST.tsv --row 6 --out picture.svg";
    let outcome = bench.json(&words(explain));
    assert_eq!(outcome["true_label"], "1");
    assert_eq!(outcome["words"].as_array().unwrap().len(), 3);
    let svg = fs::read_to_string(bench.path("picture.svg")).unwrap();
    assert!(svg.starts_with("<svg") && svg.trim_end().ends_with("</svg>"));
    assert!(svg.contains("Waves_TEST.tsv, series 6 (labelled 1): class"));
    assert!(svg.contains("The source itself would report: "));
    assert!(svg.contains("waves.safetensors; source attrnn-gsc35 (sha256 "));
    assert!(bench.done(&words(explain)).contains("series 6 is of class"));
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
        "source",
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
    assert_eq!(outcome["source"]["name"], DEFAULT_SOURCE);
    assert_eq!(outcome["frozen"], true);
    let part = serde_json::json!([{"voice": "padding", "readout": "labels", "weight": 1.0}]);
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
    let line = "classify --train Waves/Waves_TRAIN.tsv --test unseen.tsv";
    let stderr = bench.fails(&words(line));
    assert!(
        stderr.contains("unseen.tsv:4:1: the training split has no label `2`"),
        "{stderr}"
    );
    let stderr = bench.fails(&["evaluate", "waves.safetensors", "unseen.tsv"]);
    assert!(
        stderr.contains("unseen.tsv:4:1: the training split has no label `2`"),
        "{stderr}"
    );
    let stderr = bench.fails(&words("fit unseen.tsv --label none --out new.safetensors"));
    assert!(
        stderr.contains("unseen.tsv: the file has no labels"),
        "{stderr}"
    );
    let one = lines(&bench);
    bench.file("one.tsv", one[0].clone() + "\n" + &one[2]);
    let stderr = bench.fails(&words("fit one.tsv --out new.safetensors"));
    assert!(stderr.contains("1 distinct labels"), "{stderr}");
}

#[test]
fn options_for_files_that_are_not_as_usual() {
    let bench = Bench::new();
    bench.fit();
    // Missing values, the label behind them, and a header.
    let mut text = (1..=LENGTH).map(|n| format!("v{n},")).collect::<String>() + "kind\n";
    for (series, label) in waves(6).series.iter().zip(waves(6).labels) {
        let mut fields: Vec<String> = series.iter().map(f32::to_string).collect();
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
    assert!(
        stderr.contains("hint: use `--missing interpolate`"),
        "{stderr}"
    );
    let score = bench.json(&words(&format!("{evaluate} --missing interpolate")));
    assert_eq!(score["n_test"], 6);

    // Series of another length than the program's.
    let short = Split {
        series: vec![vec![0.0, 1.0, 0.0, -1.0]; 2],
        labels: vec!["-1".to_owned(), "1".to_owned()],
    };
    short.write(&bench.path("short.ts"), "short").unwrap();
    let predict = "predict waves.safetensors short.ts";
    let stderr = bench.fails(&words(predict));
    assert!(
        stderr.contains("the series has 4 values; expected 60"),
        "{stderr}"
    );
    assert!(
        stderr.contains("hint: use `--unequal resample`"),
        "{stderr}"
    );
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
    *version = "5".to_owned();
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
            "format version 5, this release reads up to 4",
        ),
        ("text.safetensors", "not a program, or damaged"),
        ("empty.safetensors", "not a program, or damaged"),
        ("source.safetensors", "not a program, or damaged"),
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
    let other = SourceWeights::new("other", shipped.tensors().clone()).unwrap();
    other.save(&bench.path("other.safetensors")).unwrap();

    let with_other = "waves.safetensors Waves/Waves_TEST.tsv --source other.safetensors";
    let stderr = bench.fails(&words(&format!("predict {with_other}")));
    assert!(
        stderr.contains("the program was trained for the source attrnn-gsc35 (sha256 "),
        "{stderr}"
    );
    assert!(
        stderr.contains("hint: give that source with --source"),
        "{stderr}"
    );

    let fit = "fit Waves/Waves_TRAIN.tsv --out theirs.safetensors --source other.safetensors";
    let outcome = bench.json(&[&words(fit)[..], &SHORT].concat());
    assert_eq!(outcome["source"]["sha256"], other.sha256());
    let predict = "predict theirs.safetensors Waves/Waves_TEST.tsv";
    let stderr = bench.fails(&words(predict));
    assert!(
        stderr.contains("made for the source `other`, which is not shipped"),
        "{stderr}"
    );
    assert!(
        stderr.contains("hint: give the source's file with --source"),
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
        format!("source import {train} --out {train}"),
    ] {
        let stderr = bench.fails(&words(&line));
        assert!(stderr.contains("it is also an input\nhint: "), "{stderr}");
    }
    assert_eq!(fs::read(bench.path("waves.safetensors")).unwrap(), before);
    assert_eq!(lines(&bench).len(), 6);

    let stderr = bench.fails(&["classify", "Waves", "--out", train]);
    assert!(stderr.contains("it is also an input"), "{stderr}");
    let same = "source pretrain Waves --out a --report ./Waves/../a";
    bench.file("a", "");
    let stderr = bench.fails(&words(same));
    assert!(stderr.contains("are the same file\nhint: "), "{stderr}");
    #[cfg(unix)]
    {
        let stderr = bench.fails(&["predict", "waves.safetensors", test, "--out", "/dev/null"]);
        assert!(stderr.contains("it is a device"), "{stderr}");
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
        .filter(|name| name.to_string_lossy().contains("probe"))
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

    bench.file("no.wav", "this is no recording");
    let stderr = bench.fails(&["listen", "tone.wav", "no.wav"]);
    assert!(stderr.contains("no.wav: not a WAV file"), "{stderr}");
    let stderr = bench.fails(&["listen", "missing.wav"]);
    assert!(stderr.contains("missing.wav: cannot read"), "{stderr}");
}

#[test]
fn sources_are_listed_shown_and_imported() {
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
    let stderr = bench.fails(&words(
        "distance waves.safetensors Waves/Waves_TEST.tsv --speech no",
    ));
    assert!(stderr.contains("no"), "{stderr}");
}
