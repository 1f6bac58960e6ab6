//! Help, manual pages, completions, and arguments that are wrong.

use super::*;

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
        "classify Waves --transform shout",
        "classify Waves --readout oracle",
        "forecast a.csv --horizon 2 --transform loud",
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
        "source test attrnn-gsc35",
        "source test attrnn-gsc35 speech --split all",
        "data show",
        "data get",
        "completions tcsh",
        #[cfg(feature = "import")]
        "source import w.h5",
        #[cfg(feature = "import")]
        "source pretrain speech --out s.safetensors --teacher-weight 2",
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
