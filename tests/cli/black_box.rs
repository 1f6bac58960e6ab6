//! Training through the answers of another program: `tests/black_box.py`, which needs Python and no
//! package. Without Python these tests are skipped, which is said aloud.

use std::process::Command as Process;
use std::thread;
use std::time::Duration;

use super::*;

/// The command line of the black box with a fault or none; `None` without Python.
fn black_box(fault: &str) -> Option<String> {
    let python = ["python3", "python"].into_iter().find(|name| {
        let version = Process::new(name).arg("--version").output();
        version.is_ok_and(|output| output.status.success())
    });
    let Some(python) = python else {
        eprintln!("skipped: there is no Python");
        return None;
    };
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/black_box.py");
    Some(format!("{python} \"{}\" {fault}", script.display()))
}

/// The series fill half of the clip: what it answers goes by its course over all of it.
const CLASSIFY: &str = "classify Waves --quiet --controls none --segments 1 --stretch 1000";

#[test]
fn another_program_is_asked_and_a_mapping_found_for_it() {
    let Some(command) = black_box("") else { return };
    let bench = Bench::new();
    let run = |rest: &str| {
        let line = format!("{CLASSIFY} {rest}");
        bench.json(&[&words(&line)[..], &["--source-command", &command]].concat())
    };
    let outcome = run(
        "--mapping frequency --plot queries.svg --directions 5 --dimensions 20 --query-budget 900",
    );
    // Two labels are of slow waves and two of fast ones.
    assert_eq!(outcome["accuracy"], 1.0);
    assert_eq!(
        (&outcome["mapping"], &outcome["labels"]),
        (&"frequency".into(), &4.into())
    );
    // Eight cases by which the mapping is found, then 1 + 5 times eight in each epoch.
    let (queries, epochs) = (
        outcome["queries"].as_u64().unwrap(),
        outcome["epochs"].as_u64().unwrap(),
    );
    assert_eq!((queries - 8) % 8, 0);
    assert_eq!((queries - 8) / 48, epochs);
    assert!(queries <= 900 && queries > 900 - 8, "{queries}");
    assert_eq!(
        (&outcome["test_queries"], &outcome["control_queries"]),
        (&6.into(), &14.into())
    );
    let curve = outcome["curve"].as_array().unwrap();
    assert!(curve.len() > 10, "{}", curve.len());
    let asked: Vec<u64> = curve
        .iter()
        .map(|point| point["queries"].as_u64().unwrap())
        .collect();
    assert!(asked.is_sorted() && asked.last() == Some(&queries));
    assert!(curve.iter().all(|point| point["accuracy"] == 1.0));
    let svg = fs::read_to_string(bench.path("queries.svg")).unwrap();
    assert!(svg.contains("label mapping frequency, seed 0"), "{svg}");

    // What looks at the answers finds the labels; what does not can but learn.
    for (rest, found) in [
        (
            "--trainer spsa --mapping bayesian-plus --basis random --dimensions 7",
            true,
        ),
        (
            "--mapping iterative --focal 2 --schedule exponential --dimensions 20 --initial-amplitude 0.1",
            true,
        ),
        ("--mapping linear --dimensions none --directions 5", false),
    ] {
        let outcome = run(&format!("{rest} --query-budget 400"));
        assert!(
            outcome["queries"].as_u64().unwrap() <= 400,
            "{rest}: {outcome}"
        );
        match found {
            true => assert_eq!(outcome["accuracy"], 1.0, "{rest}: {outcome}"),
            false => {
                let curve = outcome["curve"].as_array().unwrap();
                let loss = |point: &Value| point["loss"].as_f64().unwrap();
                assert!(
                    loss(&curve[curve.len() - 1]) < loss(&curve[0]),
                    "{rest}: {outcome}"
                );
            }
        }
    }
    let outcome = run("--trainer spsa --mapping random --dimensions 20 --query-budget 200");
    assert_eq!(outcome["trainer"], "spsa");
    // Ten losses of eight cases in each epoch, and none before the first.
    assert_eq!(
        outcome["queries"].as_u64().unwrap() / 80,
        outcome["epochs"].as_u64().unwrap()
    );
}

/// Whether a process that was killed has ended within ten seconds: the system takes its time on a busy
/// machine, and what it ended may wait to be buried.
fn ends(process: &str) -> bool {
    let runs = || {
        let status = fs::read_to_string(format!("/proc/{process}/stat"));
        status.is_ok_and(|status| !status.contains(") Z "))
    };
    (0..100).any(|_| {
        thread::sleep(Duration::from_millis(100));
        !runs()
    })
}

#[test]
fn a_program_that_misbehaves_is_told_with_what_it_did() {
    let bench = Bench::new();
    for (fault, expected) in [
        ("hang", "it gave no answer within 1 s"),
        ("die", "its last words were: no memory is left"),
        ("rows", "it answered 7 rows to 8 inputs"),
        (
            "labels",
            "row 1 of its answer has 3 probabilities for 4 labels",
        ),
        (
            "percent",
            "row 1 of its answer holds a number that is no probability",
        ),
        ("deaf", "it gave no answer within 1 s"),
        ("twice", "it answered a line that nobody asked for"),
        (
            "ones",
            "row 1 of its answer holds probabilities that sum to 4, not to 1",
        ),
        (
            "zeros",
            "row 1 of its answer gives no label a probability above 0",
        ),
    ] {
        let Some(command) = black_box(fault) else {
            return;
        };
        let waits = ["hang", "deaf"].contains(&fault);
        let timeout = if waits { 1 } else { 60 };
        let line = format!("{CLASSIFY} --source-timeout {timeout} --source-command");
        let stderr = bench.fails(&[&words(&line)[..], &[&command]].concat());
        assert!(stderr.contains("the source command `"), "{fault}: {stderr}");
        assert!(stderr.contains(expected), "{fault}: {stderr}");
        if cfg!(target_os = "linux") && waits {
            let process = fs::read_to_string(bench.path("pid")).unwrap();
            assert!(ends(&process), "{fault}");
        }
    }
    // A hint names no option that a black box refuses.
    let line = format!("{CLASSIFY} --labels-per-class 19 --mapping random --black-box");
    let stderr = bench.fails(&words(&line));
    assert!(stderr.contains("cannot be mapped"), "{stderr}");
    assert!(!stderr.contains("--readout"), "{stderr}");
    let zeros = r#"echo '{"rate": 16000, "samples": 16000, "labels": ["a", "b", "c", "d"]}'"#;
    let line = format!("{CLASSIFY} --source-timeout 1e300 --source-command");
    let stderr = bench.fails(&[&words(&line)[..], &[zeros]].concat());
    assert!(stderr.contains("the source command `"), "{stderr}");
    for (command, expected) in [
        ("exit 3", "it ended"),
        ("read question; echo hello", "it did not describe itself as"),
    ] {
        let line = format!("{CLASSIFY} --source-command");
        let stderr = bench.fails(&[&words(&line)[..], &[command]].concat());
        assert!(stderr.contains(expected), "{command}: {stderr}");
    }
}

#[test]
fn a_budget_ends_training_and_says_where_it_is_too_small() {
    let Some(command) = black_box("") else { return };
    let bench = Bench::new();
    let line = "classify Waves --quiet --controls none --query-budget";
    let run = |budget: &'static str, rest: &str| {
        let rest = format!("{line} {budget} {rest} --source-command");
        let rest: Vec<String> = words(&rest).into_iter().map(str::to_owned).collect();
        [rest, vec![command.clone()]].concat()
    };
    let as_words = |line: Vec<String>| -> Vec<&'static str> {
        line.into_iter().map(|word| &*word.leak()).collect()
    };
    // Not one epoch: what there was before training counts.
    let outcome = bench.json(&as_words(run("20", "--mapping random")));
    assert_eq!(
        (&outcome["queries"], &outcome["epochs"]),
        (&16.into(), &0.into())
    );
    let text = bench.done(&as_words(run("20", "--mapping random")));
    assert!(
        text.contains("the budget was spent before training"),
        "{text}"
    );
    // Not even the label mapping.
    let stderr = bench.fails(&as_words(run("5", "--mapping frequency")));
    assert_eq!(
        stderr,
        "error: the budget of 5 queries is spent\nhint: give a larger budget: `--query-budget`\n"
    );
}

#[test]
fn options_that_nothing_takes_up_are_refused() {
    let bench = Bench::new();
    for given in ["--plot a.svg", "--query-budget 9"] {
        let stderr = bench.fails(&words(&format!("classify Waves {given}")));
        assert!(stderr.contains("hint: give --black-box"), "{stderr}");
    }
    for given in [
        "--preset paper",
        "--transform formants",
        "--readout ridge",
        "--parts 2",
        "--pattern both",
        "--members 2",
        "--dropout 0.1",
        "--steps 2",
        "--weight-decay 0.1",
        "--validation 0.1",
        "--patience 2",
        "--scaling none",
    ] {
        let stderr = bench.fails(&words(&format!("classify Waves --black-box {given}")));
        let option = &given[..given.find(' ').unwrap()];
        let expected = format!("error: {option} has no meaning for a black box");
        assert!(stderr.starts_with(&expected), "{given}: {stderr}");
    }
    let stderr = bench.fails(&words("classify Waves --black-box --out same --plot same"));
    assert!(stderr.contains("same are the same file"), "{stderr}");
    let stderr = bench.fails(&words(
        "classify Waves --black-box --trainer adam --controls none",
    ));
    assert!(
        stderr.contains("hint: take a trainer of zeroth order"),
        "{stderr}"
    );
}
