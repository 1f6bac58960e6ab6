//! Commands that are killed, starved and crowded: nothing is lost, nothing half written, nothing left over.
//!
//! The moments of the kills are drawn from a fixed seed, as shares of the time that the command takes.
//! `RETUNE_TORTURE=20` gives twenty times as many.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test that panics fails")]

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{Cursor, Read, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::{Mutex, PoisonError};
use std::thread::{self, sleep};
use std::time::{Duration, Instant};

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tempfile::TempDir;

/// Kills of each command where nothing else is asked for.
const ROUNDS: usize = 4;
/// How old what a killed writer leaves must be before the next one removes it.
const SETTLED: Duration = Duration::from_millis(2_100);
const SET: &str = "ItalyPowerDemand";

/// How many kills there are.
fn rounds() -> usize {
    let factor = std::env::var("RETUNE_TORTURE").ok();
    ROUNDS * factor.and_then(|text| text.parse().ok()).unwrap_or(1)
}

/// The times of kills say little while another test takes the machine.
fn alone() -> impl Drop {
    static ONE: Mutex<()> = Mutex::new(());
    ONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A folder with a small data set, and a cache of its own.
struct Place(TempDir);

impl Place {
    fn new() -> Self {
        let place = Self(tempfile::tempdir().unwrap());
        for (name, count) in [("TRAIN", 8), ("TEST", 6)] {
            let line = |at: usize| {
                let turns = if at.is_multiple_of(2) { 1.0 } else { 4.0 };
                let value = |step: usize| {
                    let phase: f64 = turns * step as f64 / 60.0 + at as f64 * 0.07;
                    format!("\t{:.6}", (std::f64::consts::TAU * phase).sin())
                };
                format!("{}{}\n", at % 2, (0..60).map(value).collect::<String>())
            };
            let text: String = (0..count).map(line).collect();
            let folder = place.path("data/Waves");
            fs::create_dir_all(&folder).unwrap();
            fs::write(folder.join(format!("Waves_{name}.tsv")), text).unwrap();
        }
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn retune(&self, line: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_retune"));
        command
            .current_dir(self.0.path())
            .env("RETUNE_HOME", self.path("cache"))
            .args(line.split(' '))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        for proxy in ["http_proxy", "https_proxy", "all_proxy"] {
            command.env_remove(proxy).env_remove(proxy.to_uppercase());
        }
        command
    }

    /// Runs a command that must succeed, and says how long it took.
    #[track_caller]
    fn done(&self, line: &str) -> Duration {
        let start = Instant::now();
        let output = self.retune(line).output().unwrap();
        assert!(output.status.success(), "{line}: {}", said(&output));
        start.elapsed()
    }

    /// Starts a command and kills it after so long; whether it was still running.
    fn killed(&self, line: &str, after: Duration) -> bool {
        let mut child = self
            .retune(line)
            .stderr(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        sleep(after);
        let running = child.try_wait().unwrap().is_none();
        child.kill().unwrap();
        child.wait().unwrap();
        running
    }
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// The names in a folder, those of hidden files too.
fn names(folder: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(folder).unwrap();
    let name = |entry: std::io::Result<fs::DirEntry>| entry.unwrap().file_name();
    entries
        .map(|entry| name(entry).to_string_lossy().into_owned())
        .collect()
}

/// Moments at which a command that takes so long is killed.
fn moments(seed: u64, all: Duration) -> Vec<Duration> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let moment = |_| all.mul_f64(random.random_range(0.0..1.05));
    (0..rounds()).map(moment).collect()
}

const FIT: &str = "fit data/Waves/Waves_TRAIN.tsv --preset fast --quiet --out p.safetensors";

#[test]
fn a_fit_that_is_killed_leaves_the_old_program_or_the_new_one() {
    let _alone = alone();
    let place = Place::new();
    let all = place.done(FIT);
    let path = place.path("p.safetensors");
    let whole = fs::read(&path).unwrap();
    let mut killed = 0;
    for moment in moments(1, all) {
        fs::write(&path, "the old one").unwrap();
        killed += usize::from(place.killed(FIT, moment));
        let found = fs::read(&path).unwrap();
        assert!(
            found == b"the old one" || found == whole,
            "{} bytes",
            found.len()
        );
    }
    println!("{killed} of {} fits were killed", rounds());
    sleep(SETTLED);
    place.done(FIT);
    assert_eq!(fs::read(&path).unwrap(), whole);
    assert_eq!(
        names(place.0.path()),
        ["data", "p.safetensors"].map(str::to_owned).into()
    );
}

#[test]
fn a_sweep_that_is_killed_goes_on_where_it_was() {
    let _alone = alone();
    let place = Place::new();
    let run = |out: &str| {
        format!(
            "archive run --data data --presets fast --seeds 2 --controls none --quiet --out {out}"
        )
    };
    let all = place.done(&run("whole"));
    let table = |out: &str| {
        place.done(&format!("archive merge {out} --out table"));
        fs::read(place.path("table")).unwrap()
    };
    let whole = table("whole");
    for moment in moments(2, all) {
        place.killed(&run("parts"), moment);
        // What is there is whole.
        for name in names(&place.path("parts"))
            .iter()
            .filter(|name| !name.starts_with('.'))
        {
            let text = fs::read(place.path("parts").join(name)).unwrap();
            serde_json::from_slice::<serde_json::Value>(&text).unwrap();
        }
        if moment > all / 2 {
            // Begin anew, or all would be done after the first few.
            fs::remove_dir_all(place.path("parts")).unwrap();
        }
    }
    place.killed(&run("parts"), all / 2);
    // What it was writing is looked at no sooner.
    sleep(SETTLED);
    fs::remove_file(place.path("parts/Waves.fast.1.json")).ok();
    place.done(&run("parts"));
    assert_eq!(table("parts"), whole);
    let expected = [0, 1].map(|seed| format!("Waves.fast.{seed}.json"));
    assert_eq!(names(&place.path("parts")), expected.into());
}

/// Builds without the feature `import` make no sources.
#[cfg(feature = "import")]
#[test]
fn a_pretraining_that_is_killed_ends_with_the_same_source() {
    let _alone = alone();
    let place = Place::new();
    for (word, pitch) in [("yes", 300.0), ("no", 900.0)] {
        for split in ["train", "test"] {
            let folder = place.path("words").join(split).join(word);
            fs::create_dir_all(&folder).unwrap();
            let angle = |at: u16| std::f32::consts::TAU * pitch * f32::from(at) / 16_000.0;
            let clip: Vec<f32> = (0..16_000).map(|at| 0.3 * angle(at).sin()).collect();
            retune::audio::write_wav(folder.join("s0_nohash_0.wav"), &clip, 16_000).unwrap();
        }
    }
    let train = "source pretrain words --epochs 2 --quiet --out s.safetensors";
    let all = place.done(train);
    let path = place.path("s.safetensors");
    let whole = fs::read(&path).unwrap();
    let checkpoint = place.path("s.safetensors.checkpoint");
    let line = || match checkpoint.exists() {
        true => format!("{train} --resume"),
        false => train.to_owned(),
    };
    for moment in moments(4, all) {
        fs::write(&path, "the old one").unwrap();
        place.killed(&line(), moment);
        let found = fs::read(&path).unwrap();
        assert!(found == b"the old one" || found == whole);
    }
    sleep(SETTLED);
    place.done(&line());
    assert_eq!(fs::read(&path).unwrap(), whole);
    let left = [
        "data",
        "words",
        "s.safetensors",
        "s.safetensors.report.json",
    ];
    assert_eq!(names(place.0.path()), left.map(str::to_owned).into());
}

/// Serves the shipped data set to any number of requests, slowly; returns the address.
fn serve(pause: Duration) -> String {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("data").join(SET);
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for part in ["TRAIN", "TEST"] {
        let name = format!("{SET}_{part}.ts");
        zip.start_file(&name, zip::write::SimpleFileOptions::default())
            .unwrap();
        zip.write_all(&fs::read(data.join(&name)).unwrap()).unwrap();
    }
    let body = zip.finish().unwrap().into_inner();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let (mut stream, body) = (stream.unwrap(), body.clone());
            thread::spawn(move || {
                let mut request = [0; 4096];
                let _ = stream.read(&mut request);
                let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", body.len());
                // Whoever asked may be gone.
                let mut sent = stream.write_all(head.as_bytes());
                for piece in body.chunks(body.len().div_ceil(10)) {
                    sleep(pause);
                    sent = sent.and_then(|()| stream.write_all(piece));
                }
            });
        }
    });
    format!("http://{address}")
}

#[test]
fn a_download_that_is_killed_keeps_what_was_there() {
    let _alone = alone();
    let place = Place::new();
    let get = format!(
        "data get {SET} --quiet --from {}",
        serve(Duration::from_millis(10))
    );
    let all = place.done(&get);
    let folder = place.path("cache/datasets");
    let files = names(&folder.join(SET));
    assert_eq!(files.len(), 3, "{files:?}");
    for moment in moments(3, all) {
        place.killed(&get, moment);
        // Whatever was under way, the data set can be used: one that was away comes back.
        place.done(&format!("data show {SET}"));
        assert_eq!(names(&folder.join(SET)), files);
    }
    place.done(&get);
    assert_eq!(names(&folder), [SET.to_owned()].into());
    assert_eq!(names(&folder.join(SET)), files);
}

#[test]
fn many_downloads_of_one_data_set_all_succeed() {
    let _alone = alone();
    let place = Place::new();
    let get = format!(
        "data get {SET} --quiet --from {}",
        serve(Duration::from_millis(5))
    );
    let children: Vec<_> = (0..12)
        .map(|_| place.retune(&get).spawn().unwrap())
        .collect();
    for child in children {
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", said(&output));
    }
    assert_eq!(
        names(&place.path("cache/datasets")),
        [SET.to_owned()].into()
    );
}

#[test]
fn two_writers_of_one_file_leave_one_of_both() {
    let _alone = alone();
    let place = Place::new();
    let fit = |seed: usize| format!("{FIT} --seed {seed}");
    let wholes: Vec<Vec<u8>> = (0..2)
        .map(|seed| {
            place.done(&fit(seed));
            fs::read(place.path("p.safetensors")).unwrap()
        })
        .collect();
    for _ in 0..rounds().min(2) {
        let children = [0, 1].map(|seed| place.retune(&fit(seed)).spawn().unwrap());
        for child in children {
            let output = child.wait_with_output().unwrap();
            assert!(output.status.success(), "{}", said(&output));
        }
        assert!(wholes.contains(&fs::read(place.path("p.safetensors")).unwrap()));
    }
    assert_eq!(
        names(place.0.path()),
        ["data", "p.safetensors"].map(str::to_owned).into()
    );
}

#[test]
fn pipes_that_are_closed_and_places_that_are_full_or_read_only() {
    let _alone = alone();
    let place = Place::new();
    place.done(FIT);
    let whole = fs::read(place.path("p.safetensors")).unwrap();
    let lines = [
        "data list",
        "predict p.safetensors data/Waves/Waves_TEST.tsv",
        "archive run --help",
    ];
    for line in lines {
        // A reader that has seen enough.
        let mut child = place.retune(line).spawn().unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert!(
            !said(&output).contains("panicked"),
            "{line}: {}",
            said(&output)
        );
        // Nobody who listens to notes and errors.
        let mut child = place.retune(line).spawn().unwrap();
        drop(child.stderr.take());
        assert!(child.wait_with_output().unwrap().status.success(), "{line}");
    }
    if let Ok(full) = File::options().write(true).open("/dev/full") {
        for line in &lines[..2] {
            let output = place
                .retune(line)
                .stdout(full.try_clone().unwrap())
                .output()
                .unwrap();
            assert_eq!(output.status.code(), Some(1), "{line}");
            assert!(
                said(&output).contains("cannot write to stdout"),
                "{}",
                said(&output)
            );
        }
        let line = "predict p.safetensors data/Waves/Waves_TEST.tsv --out /dev/full";
        let output = place.retune(line).output().unwrap();
        assert!(
            said(&output).contains("it is a device"),
            "{}",
            said(&output)
        );
    }
    let closed = place.path("closed");
    fs::create_dir(&closed).unwrap();
    let mut mode = fs::metadata(&closed).unwrap().permissions();
    mode.set_readonly(true);
    fs::set_permissions(&closed, mode).unwrap();
    if File::create(closed.join("a")).is_ok() {
        println!("skipped: root may write to what is read-only");
        return;
    }
    // Found out before the work, which would take hours.
    let fit = "fit data/Waves/Waves_TRAIN.tsv --preset paper --epochs 1000000 --patience 1000000";
    for line in [
        format!("{fit} --out closed/p.safetensors"),
        "predict p.safetensors data/Waves/Waves_TEST.tsv --out closed/a".to_owned(),
        "archive run --data data --out closed".to_owned(),
    ] {
        let output = place.retune(&line).output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{line}");
        assert!(
            said(&output).contains("error: cannot write closed"),
            "{line}: {}",
            said(&output)
        );
    }
    assert!(names(&closed).is_empty());
    assert_eq!(fs::read(place.path("p.safetensors")).unwrap(), whole);
}
