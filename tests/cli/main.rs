//! The command line from end to end, on data sets that are made here.
//!
//! Whatever goes wrong is one `error:` line on stderr, perhaps a `hint:`, and exit code 1 (2 when
//! the arguments are wrong); stdout then stays empty.
#![allow(clippy::unwrap_used, reason = "a test that panics fails")]

mod archive;
mod audio;
mod bench;
mod black_box;
mod book;
mod data;
mod forecast;
mod hostile;
mod labels;
mod launches;
mod motion;
mod program;
mod refused;
mod sound;
mod unused;
mod usage;

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
use retune::source::attention_rnn::AttentionRnnSource;
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

/// What is said of an error; how files were read before it is said first.
fn failure(output: Output, code: i32) -> String {
    let stderr = text(&output.stderr);
    let said = stderr.split_inclusive('\n');
    let stderr: String = said
        .skip_while(|line| line.starts_with("read as: "))
        .collect();
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
            f64::from((TAU * phase).sin())
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
        ..Split::default()
    }
}

/// The test split's first lines as text, to be spoilt.
fn lines(bench: &Bench) -> Vec<String> {
    let text = fs::read_to_string(bench.path("Waves/Waves_TEST.tsv")).unwrap();
    text.lines().map(str::to_owned).collect()
}
