//! Options that nothing would take up are refused, and not left out in silence.

use super::*;

#[test]
fn options_of_training_need_training() {
    let bench = Bench::new();
    for option in [
        "--trainer spsa",
        "--dropout 0.1",
        "--steps 3",
        "--batch 4",
        "--learning-rate 0.1",
        "--learning-rate-decay 0.1",
        "--schedule inverse",
        "--weight-decay 0.1",
        "--validation 0.1",
        "--patience 3",
        "--directions 3",
        "--smoothing 0.1",
    ] {
        let line = format!("fit Waves/Waves_TRAIN.tsv --preset fast --out w.safetensors {option}");
        let stderr = bench.fails(&words(&line));
        let name = option.split(' ').next().unwrap();
        let expected = format!("{name} is for training in steps, and nothing is trained so");
        assert!(stderr.contains(&expected), "{stderr}");
    }
    let line = "fit Waves/Waves_TRAIN.tsv --out w.safetensors --preset paper --directions 3";
    let stderr = bench.fails(&words(line));
    assert!(
        stderr.contains("--directions is for trainers by losses alone"),
        "{stderr}"
    );
    let stderr = bench.fails(&words(
        "classify Waves --preset voice2series --members 1000000",
    ));
    assert!(stderr.contains("256 at most"), "{stderr}");
    let stderr = bench.fails(&words("classify Waves --black-box --epochs 0"));
    assert!(stderr.contains("--epochs 0 trains nothing"), "{stderr}");
    let line = "classify Waves --source attrnn-gsc35 --source-command true";
    failure(bench.retune(&words(line)).output().unwrap(), 2);
}

#[test]
fn options_of_recordings_of_motion_need_such_files() {
    let bench = Bench::new();
    bench.file("walk.csv", "time,knee\n0,1\n0.01,2\n");
    bench.file("walk.mot", "");
    for (line, expected) in [
        (
            "motion pretrain walk.csv --time time --ignore-counts --out s.safetensors",
            "--ignore-counts is for OpenSim files, and none is read",
        ),
        (
            "motion pretrain walk.mot --rate 100 --out s.safetensors",
            "--rate is for tables, and none is read",
        ),
        (
            "motion adapt s.safetensors walk.csv --time time --loss target --able-bodied walk.mot --out p.safetensors",
            "--able-bodied is for retrieving corrected inputs",
        ),
    ] {
        let stderr = bench.fails(&words(line));
        assert!(stderr.contains(expected), "{line}: {stderr}");
    }
}

#[test]
fn options_of_reading_need_what_they_read() {
    let bench = Bench::new();
    bench.fit();
    bench.file(
        "history.csv",
        (0..80).fold("x\n".to_owned(), |text, at| text + &format!("{}\n", at % 7)),
    );
    bench.done(&words(
        "forecast history.csv --horizon 2 --transform none --out f.safetensors",
    ));
    for (line, expected) in [
        (
            "forecast history.csv --horizon 2 --transform none --source speech-embedding",
            "--source is for transforms",
        ),
        (
            "predict waves.safetensors Waves/Waves_TEST.tsv --rows",
            "--rows is for histories, and the program classifies",
        ),
        (
            "predict waves.safetensors Waves/Waves_TEST.tsv --column a",
            "--column is for histories",
        ),
        (
            "predict f.safetensors history.csv --columns 1..2",
            "--columns is for series, and the program forecasts",
        ),
        (
            "predict f.safetensors history.csv --label first",
            "--label is for series",
        ),
        (
            "classify --audio nowhere --missing interpolate",
            "--missing is for series, and recordings are classified",
        ),
        (
            "classify Waves --decimal , --thousands ,",
            "no numbers are written with `,` before their decimals and `,` between their thousands",
        ),
    ] {
        let stderr = bench.fails(&words(line));
        assert!(stderr.contains(expected), "{line}: {stderr}");
    }
}
