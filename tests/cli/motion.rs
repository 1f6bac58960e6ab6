//! `retune motion`: from recordings to predictions sample by sample.

use std::path::Path;

use super::*;

const HOW: &str = "--time time --person person --trial trial";

/// Tables of four able-bodied people and of one with a stiff knee, 150 samples of each.
fn bench() -> Bench {
    let bench = Bench::new();
    let walking = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/walking");
    for (to, from, people) in [
        (
            "able.csv",
            "able-bodied.csv",
            "able-bodied-0 able-bodied-1 able-bodied-2 able-bodied-3",
        ),
        ("stiff.csv", "altered.csv", "stiff-knee-0"),
    ] {
        let text = fs::read_to_string(walking.join(from)).unwrap();
        let mut rows: Vec<&str> = text.lines().take(1).collect();
        for person in words(people) {
            let of_person = text
                .lines()
                .filter(|row| row.starts_with(&format!("{person},")));
            rows.extend(of_person.take(150));
        }
        bench.file(to, rows.join("\n"));
    }
    bench
}

fn run(bench: &Bench, line: &str) -> Value {
    bench.json(&words(&format!("{line} {HOW} --quiet")))
}

#[test]
fn a_network_is_pretrained_adapted_and_predicts_sample_by_sample() {
    let bench = bench();
    let outcome = run(
        &bench,
        "motion pretrain able.csv --out source.safetensors --epochs 4",
    );
    assert_eq!(outcome["joints"].as_array().unwrap().len(), 6);
    // 150 samples of each person give 150 − 26 + 1 windows.
    assert_eq!(
        (&outcome["windows"], &outcome["validation_windows"]),
        (&375.into(), &125.into())
    );
    let outcome = run(
        &bench,
        "motion adapt source.safetensors stiff.csv --able-bodied able.csv --out p.safetensors --epochs 5",
    );
    assert_eq!(
        (&outcome["frozen"], &outcome["windows"]),
        (&true.into(), &125.into())
    );
    assert!(outcome["bytes"].as_u64().unwrap() < 64 * 1024);

    let predict = "motion predict source.safetensors stiff.csv --program p.safetensors";
    let outcome = run(&bench, predict);
    // The first prediction comes with the sixteenth sample.
    assert_eq!(outcome["predictions"].as_array().unwrap().len(), 135);
    assert_eq!(outcome["predictions"][0]["sample"], 16);
    assert_eq!(
        outcome["predictions"][0]["angles"]
            .as_array()
            .unwrap()
            .len(),
        60
    );
    assert!(outcome["latency_ms"]["median"].as_f64().unwrap() > 0.0);
    let alone = run(&bench, "motion predict source.safetensors stiff.csv");
    assert_ne!(alone["predictions"], outcome["predictions"]);
    let csv = bench.done(&words(&format!("{predict} {HOW} --every 100")));
    assert_eq!(csv.lines().count(), 1 + 2 * 10);
    assert!(csv.starts_with("person,trial,sample,ahead,"));

    let report = run(
        &bench,
        "motion compare able.csv stiff.csv --able-bodied able-bodied-0,able-bodied-1,able-bodied-2,able-bodied-3 --share 0.3 --seeds 1",
    );
    let methods: Vec<&str> = report["rows"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["method"].as_str().unwrap())
        .collect();
    assert_eq!(methods.len(), 9);
    assert!(methods.contains(&"hybrid, retrieval") && methods.contains(&"from scratch"));
    for row in report["rows"].as_array().unwrap() {
        assert_eq!(row["joints"].as_array().unwrap().len(), 6);
        assert!(row["r_squared"].as_f64().unwrap() < 1.0);
    }

    // Programs of other tasks.
    let stderr = bench.fails(&words("predict p.safetensors stiff.csv"));
    assert!(
        stderr.contains("is for motion") && stderr.contains("retune motion predict"),
        "{stderr}"
    );
    bench.fit();
    let stderr = bench.fails(&words(&format!(
        "motion predict source.safetensors stiff.csv --program waves.safetensors {HOW}"
    )));
    assert!(
        stderr.contains("is for classification, expected one for motion"),
        "{stderr}"
    );
}

#[test]
fn what_cannot_be_read_or_fitted_says_why() {
    let bench = bench();
    run(
        &bench,
        "motion pretrain able.csv --out source.safetensors --epochs 1",
    );
    run(
        &bench,
        "motion pretrain able.csv --out other.safetensors --epochs 1 --seed 1",
    );
    run(
        &bench,
        "motion adapt source.safetensors stiff.csv --out p.safetensors --loss target --epochs 1",
    );
    bench.file(
        "cut.mot",
        "walk\nnRows=3\nnColumns=2\ninDegrees=yes\nendheader\ntime\tknee\n0\t1\n0.01\t2\n",
    );
    bench.file(
        "word.mot",
        "walk\nnRows=2\nnColumns=2\ninDegrees=yes\nendheader\ntime\tknee\n0\t1\n0.01\tx\n",
    );
    let stiff = fs::read_to_string(bench.path("stiff.csv")).unwrap();
    let short: Vec<&str> = stiff.lines().take(6).collect();
    bench.file("short.csv", short.join("\n"));
    // The same steps, every second sample of them: another rate.
    let slow: Vec<&str> = stiff
        .lines()
        .enumerate()
        .filter(|(place, _)| *place == 0 || place % 2 == 1)
        .map(|(_, row)| row)
        .collect();
    bench.file("slow.csv", slow.join("\n"));
    let retimed = |time: &dyn Fn(usize) -> String| {
        let rows = stiff.lines().enumerate().map(|(row, text)| {
            let mut fields: Vec<&str> = text.split(',').collect();
            let time = time(row);
            if row > 0 {
                fields[2] = &time;
            }
            fields.join(",")
        });
        rows.collect::<Vec<_>>().join("\n")
    };
    bench.file("milliseconds.csv", retimed(&|row| (row * 10).to_string()));
    bench.file("dates.csv", retimed(&|_| "2026-01-01".to_owned()));
    fs::create_dir(bench.path("twin")).unwrap();
    let one: Vec<&str> = stiff.lines().collect();
    for name in ["one.csv", "twin/one.csv"] {
        bench.file(name, one.join("\n"));
    }
    let able = "motion pretrain able.csv --out s.safetensors";
    for (command, message) in [
        (
            "motion pretrain able.csv --out s.safetensors".to_owned(),
            "nothing says when the samples",
        ),
        (
            "motion pretrain stiff.csv --out s.safetensors --rate 100 --joint time".to_owned(),
            "there is only one person",
        ),
        (
            format!("{able} {HOW} --validate nobody"),
            "there is no person `nobody`",
        ),
        (
            format!("{able} {HOW} --joint elbow"),
            "there is no joint column `elbow`; the columns are",
        ),
        (format!("{able} {HOW} --window 15"), "power of two"),
        (
            format!("{able} {HOW} --window 128 --horizon 100"),
            "samples; expected at least",
        ),
        (
            "motion pretrain cut.mot stiff.csv --out s.safetensors".to_owned(),
            "the header says 3 rows; the table has 2",
        ),
        (
            "motion pretrain word.mot --out s.safetensors".to_owned(),
            "word.mot:8:2",
        ),
        (
            format!("motion adapt source.safetensors stiff.csv --out q.safetensors {HOW}"),
            "there is nothing to retrieve",
        ),
        (
            format!("motion predict source.safetensors stiff.csv --resample 50 {HOW}"),
            "50 samples a second, the network takes 100",
        ),
        (
            format!(
                "motion adapt source.safetensors stiff.csv --out q.safetensors --loss target --resample 50 {HOW}"
            ),
            "50 samples a second, the network takes 100",
        ),
        (
            format!(
                "motion adapt source.safetensors able.csv --out q.safetensors --loss target {HOW}"
            ),
            "the recordings are of `able-bodied-0`, `able-bodied-1`, `able-bodied-2`, `able-bodied-3`; \
             expected those of one person",
        ),
        (
            format!("motion predict source.safetensors milliseconds.csv {HOW}"),
            "milliseconds.csv: 0.1 samples a second, the network takes 100\n\
             hint: write the times as seconds",
        ),
        (
            format!("motion predict source.safetensors dates.csv {HOW}"),
            "dates.csv:2:3: field `2026-01-01` of `time` is not a number; expected a finite number\n\
             hint: times are numbers of seconds; a table can have a rate instead: `--rate`",
        ),
        (
            format!("motion predict source.safetensors short.csv {HOW}"),
            "short.csv: no recording has the 16 samples that a prediction takes",
        ),
        (
            format!("motion predict other.safetensors stiff.csv --program p.safetensors {HOW}"),
            "source",
        ),
        (
            format!("motion predict p.safetensors stiff.csv {HOW}"),
            "p.safetensors",
        ),
        (
            format!(
                "motion compare able.csv --able-bodied able-bodied-0 --able-bodied nobody {HOW}"
            ),
            "there is no person `nobody`",
        ),
        (
            format!("motion compare able.csv stiff.csv --able-bodied able-bodied-0 {HOW}"),
            "able-bodied people",
        ),
        (
            "motion pretrain one.csv twin/one.csv --out s.safetensors --time time --joint knee_right"
                .to_owned(),
            "one.csv are both of `one`, for files are named after people",
        ),
        (
            "motion pretrain able.csv --out s.safetensors --rate 100 --person person --trial trial"
                .to_owned(),
            "the column `time` grows in equal steps, as times and counts do, and no joint",
        ),
        (
            format!("motion pretrain able.csv slow.csv --out s.safetensors {HOW}"),
            "has 100 samples a second, `stiff-knee-0/trial-0` 50; expected one rate\nhint: give `--resample`",
        ),
        (
            format!(
                "motion compare able.csv slow.csv --able-bodied able-bodied-0,able-bodied-1 --seeds 1 {HOW}"
            ),
            "expected one rate",
        ),
    ] {
        let stderr = bench.fails(&words(&command));
        assert!(stderr.contains(message), "{command}: {stderr}");
    }
}
