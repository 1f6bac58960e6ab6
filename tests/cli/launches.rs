//! How many kernels the wgpu backend launches, which is what it is slow by: a launch costs tens of
//! microseconds on any card.
#![cfg(all(feature = "cpu", feature = "wgpu"))]

use super::*;

/// Has CubeCL write a line for each launch.
const CONFIG: &str = "[profiling]\nlogger = { level = \"minimal\", file = \"launches.log\" }\n";

/// The launches of a command.
fn launches(bench: &Bench, command: &str) -> usize {
    let log = bench.path("launches.log");
    if log.exists() {
        fs::remove_file(&log).unwrap();
    }
    bench.done(&words(command));
    let lines = fs::read_to_string(log).unwrap();
    let lines = lines.lines().filter(|line| line.starts_with("Executing "));
    lines.count()
}

/// Composed of single operations, a forward pass has some 6,000 launches and a step three times as many.
#[test]
fn a_batch_and_a_step_are_few_launches() {
    let bench = Bench::new();
    bench.file("cubecl.toml", CONFIG);
    bench.fit();
    // All of the process: the product that is compared with the host's, the weights' folding, a batch.
    let predict = "predict waves.safetensors Waves/Waves_TEST.tsv --backend wgpu --quiet";
    let forward = launches(&bench, predict);
    assert!(forward > 10 && forward <= 60, "{forward}");
    bench.done(&words(
        "fit Waves/Waves_TRAIN.tsv --out fast.safetensors --preset fast --quiet",
    ));
    let predict = "predict fast.safetensors Waves/Waves_TEST.tsv --backend wgpu --quiet";
    let embedded = launches(&bench, predict);
    assert!(embedded > 30 && embedded <= 65, "{embedded}");
    // More than go through a source together, which is as many as fit into a buffer.
    waves(300).write(&bench.path("many.tsv"), "Many").unwrap();
    let many = "predict fast.safetensors many.tsv --quiet --backend";
    let labels = |backend: &str| {
        let found = bench.done(&words(&format!("{many} {backend}")));
        let labels = found
            .lines()
            .map(|line| line.split(',').next().unwrap().to_owned());
        labels.collect::<Vec<_>>()
    };
    let found = labels("wgpu");
    assert_eq!((found.len(), found), (301, labels("cpu")));
    let fit = |epochs: usize| {
        let fit = format!(
            "fit Waves/Waves_TRAIN.tsv --out other.safetensors --backend wgpu --quiet \
             --preset paper --stretch 500 --epochs {epochs}"
        );
        launches(&bench, &fit)
    };
    // Eight series are one step an epoch.
    let step = fit(3) - fit(2);
    assert!(step > 10 && step <= 150, "{step}");
}
