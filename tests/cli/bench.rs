//! `retune bench` from end to end.

use std::fs;
use std::path::PathBuf;

use assert_cmd::Command;
use serde_json::Value;
use tempfile::TempDir;

/// What every backend reports, by the names that `benches/peers` reads.
const MEASURES: [&str; 8] = [
    "train_padding_steps_per_second",
    "train_stretched_steps_per_second",
    "inference_series_per_second",
    "inference_1024_series_per_second",
    "latency_median_ms",
    "latency_p99_ms",
    "cold_start_ms",
    "largest_difference",
];
/// How often each workload ran.
const TIMED: [&str; 5] = [
    "train_padding_steps",
    "train_stretched_steps",
    "inference_batches",
    "inference_1024_batches",
    "latency_predictions",
];

/// A folder for what the command writes, and one for what it must remove.
struct Room {
    folder: TempDir,
}

impl Room {
    fn new() -> Self {
        let room = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        fs::create_dir(room.temporary()).unwrap();
        room
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn temporary(&self) -> PathBuf {
        self.path("temporary")
    }

    fn bench(&self, arguments: &str) -> Command {
        let mut command = Command::cargo_bin("retune").unwrap();
        command
            .current_dir(self.folder.path())
            .env("TMPDIR", self.temporary())
            .arg("bench")
            .args(arguments.split_whitespace());
        command
    }

    /// Runs a command that must succeed, and returns its stdout.
    fn done(&self, arguments: &str) -> String {
        let output = self.bench(arguments).assert().success();
        text(&output.get_output().stdout)
    }

    /// Runs a command that must fail with this code and say nothing on stdout; returns its stderr.
    fn fails(&self, arguments: &str, code: i32) -> String {
        let output = self.bench(arguments).assert().code(code);
        assert_eq!(text(&output.get_output().stdout), "", "{arguments}");
        let stderr = text(&output.get_output().stderr);
        assert!(stderr.starts_with("error: "), "{stderr}");
        assert!(!stderr.contains("panicked"), "{stderr}");
        stderr
    }

    /// No folder of a run is left.
    fn is_clean(&self) -> bool {
        fs::read_dir(self.temporary()).unwrap().next().is_none()
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[cfg(feature = "cpu")]
#[test]
fn the_cpu_backend_is_measured_and_printed() {
    let room = Room::new();
    let printed = room.done("--backend cpu --seconds 0.1 --seed 7 --json --plot speed.svg");
    let result: Value = serde_json::from_str(&printed).unwrap();
    assert!(result["threads"].as_u64().unwrap() >= 1);
    assert_eq!(result["seed"], 7);
    assert!(result.get("failed").is_none(), "{printed}");
    let backends = result["backends"].as_array().unwrap();
    assert_eq!(backends.len(), 1);
    let cpu = &backends[0];
    assert_eq!(cpu["backend"], "cpu");
    for name in MEASURES {
        let value = cpu[name].as_f64();
        let least = if name == "largest_difference" {
            0.0
        } else {
            1e-9
        };
        assert!(
            value.is_some_and(|value| value >= least),
            "{name}: {value:?}"
        );
    }
    assert_eq!(cpu["largest_difference"], 0.0);
    assert!(cpu["latency_p99_ms"].as_f64() >= cpu["latency_median_ms"].as_f64());
    for name in TIMED {
        assert!(cpu["timed"][name].as_u64().unwrap() >= 1, "{name}");
    }
    assert!(cpu.get("adapter").is_none(), "{printed}");
    // There is no data/GunPoint here.
    let product = cpu["product"].as_array().unwrap();
    let presets: Vec<_> = product.iter().map(|one| &one["preset"]).collect();
    assert_eq!(presets, ["fast", "default"]);
    for one in product {
        assert_eq!(one["data"], "a made set of GunPoint's size");
        assert_eq!(one["fitted_series"], 50);
        assert_eq!(one["predicted_series"], 150);
        assert_eq!(one["values"], 150);
        let seconds = ["fit_seconds", "predict_seconds"].map(|name| one[name].as_f64());
        assert!(seconds.iter().all(|one| *one > Some(0.0)), "{one}");
    }
    let picture = fs::read_to_string(room.path("speed.svg")).unwrap();
    assert!(picture.starts_with("<svg") && picture.contains("cold start"));
    assert!(room.is_clean());
}

#[cfg(feature = "cpu")]
#[test]
fn a_backend_is_measured_once_and_shown_as_a_table() {
    let room = Room::new();
    let printed = room.done("--backend cpu --backend cpu --seconds 0.001 --quiet");
    for part in [
        "cpu",
        "training, stretched series",
        "steps a second",
        "cpu: timed 1 and 1 ",
    ] {
        assert!(printed.contains(part), "{part}: {printed}");
    }
    assert_eq!(printed.matches("timed").count(), 1, "{printed}");
}

#[cfg(feature = "cpu")]
#[test]
fn an_adapter_is_for_the_backend_that_uses_one() {
    let room = Room::new();
    let stderr = room.fails("--backend cpu --adapter radeon", 1);
    let expected = "--adapter chooses a graphics card, which the cpu backend does not use";
    assert!(stderr.contains(expected), "{stderr}");
    assert!(stderr.contains("hint: add --backend wgpu"), "{stderr}");
    assert!(room.is_clean());
}

#[cfg(feature = "wgpu")]
#[test]
fn adapters_are_listed_and_measured_on_none() {
    let room = Room::new();
    let listed: Value = serde_json::from_str(&room.done("--adapters --json")).unwrap();
    let listed = listed.as_array().unwrap();
    let printed = room.done("--adapters");
    for (place, adapter) in listed.iter().enumerate() {
        assert_eq!(adapter["number"], place + 1);
        assert!(
            printed.contains(adapter["name"].as_str().unwrap()),
            "{printed}"
        );
        assert!(
            printed.contains(adapter["kind"].as_str().unwrap()),
            "{printed}"
        );
    }
    assert_eq!(printed.contains("no adapter"), listed.is_empty());
    if !listed.is_empty() {
        let stderr = room.fails("--backend wgpu --adapter nothing-of-this-name", 1);
        assert!(stderr.contains("no adapter is called \"nothing-of-this-name\"; there are: 1 "));
    }
}

#[cfg(not(feature = "wgpu"))]
#[test]
fn adapters_need_the_backend_that_uses_them() {
    let stderr = Room::new().fails("--adapters", 1);
    assert!(
        stderr.contains("wgpu backend is not compiled in"),
        "{stderr}"
    );
    assert!(
        stderr.contains("hint: build with `cargo build --release --features wgpu`"),
        "{stderr}"
    );
}

#[cfg(not(feature = "wgpu"))]
#[test]
fn a_backend_that_is_not_there_is_reported() {
    let room = Room::new();
    let stderr = room.fails("--backend wgpu --seconds 0.001", 1);
    assert!(
        stderr.contains("wgpu backend is not compiled in"),
        "{stderr}"
    );
    assert!(stderr.contains("hint: build with"), "{stderr}");

    // The rest goes on, and what is second is then the reference.
    let printed = room.done("--backend wgpu --backend cpu --seconds 0.001 --json");
    let result: Value = serde_json::from_str(&printed).unwrap();
    assert_eq!(result["backends"][0]["backend"], "cpu");
    assert_eq!(result["backends"][0]["largest_difference"], 0.0);
    assert_eq!(result["failed"][0]["backend"], "wgpu");
    let error = result["failed"][0]["error"].as_str().unwrap();
    assert!(error.contains("not compiled in"), "{error}");
    assert!(room.is_clean());
}

#[test]
fn wrong_arguments_end_before_anything_is_measured() {
    let room = Room::new();
    for arguments in [
        "--backend gpu",
        "--seconds 0",
        "--seconds -1",
        "--seconds nan",
        "--seconds soon",
        "--adapters --large",
        "cpu",
    ] {
        room.fails(arguments, 2);
    }
    assert!(room.is_clean());
}
