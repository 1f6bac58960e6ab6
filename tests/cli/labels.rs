//! Label mappings as a user asks for them.

use super::*;

#[test]
fn a_mapping_is_fitted_used_and_told() {
    let bench = Bench::new();
    for mapping in ["frequency", "bayesian", "linear"] {
        let fit = format!("fit Waves/Waves_TRAIN.tsv --out p.safetensors --mapping {mapping}");
        let outcome = bench.json(&[&words(&fit)[..], &SHORT].concat());
        assert_eq!(outcome["mapping"], mapping);
        let csv = bench.done(&words("predict p.safetensors Waves/Waves_TEST.tsv"));
        assert_eq!(csv.lines().count(), 7, "{csv}");
    }
    let classify =
        "classify Waves --controls none --mapping iterative --labels-per-class 4 --focal 2";
    let text = bench.done(&[&words(classify)[..], &SHORT].concat());
    assert!(text.contains("label mapping iterative\n"), "{text}");
    // Without a mapping there is none to tell of.
    let fit = "fit Waves/Waves_TRAIN.tsv --out p.safetensors --preset fast";
    assert!(bench.json(&words(fit)).get("mapping").is_none());
}

#[test]
fn the_table_of_an_archive_names_the_mapping() {
    let bench = Bench::new();
    let run = "archive run --data . --sets Waves --presets words --controls none --quiet --out o --mapping";
    for mapping in ["consecutive", "frequency"] {
        bench.done(&[&words(run)[..], &[mapping]].concat());
        let path = format!("o/Waves.words-{mapping}.0.json");
        let result = fs::read(bench.path(&path)).unwrap();
        let result: Value = serde_json::from_slice(&result).unwrap();
        assert_eq!(
            (&result["preset"], &result["mapping"]),
            (&"words".into(), &mapping.into())
        );
    }
    let table = bench.done(&words("archive merge o"));
    assert!(table.contains("\nWaves\twords-frequency\t0\t"), "{table}");
    let compared = bench.json(&words("archive compare o"));
    assert_eq!(compared["methods"].as_array().unwrap().len(), 2);
    // What is there is not run again.
    let again = bench.json(&[&words(run)[..], &["frequency"]].concat());
    assert_eq!(
        (&again["present"], &again["scored"]),
        (&1.into(), &0.into())
    );
}

#[test]
fn mappings_that_cannot_be_are_refused_with_what_to_do() {
    let bench = Bench::new();
    let mut many = waves(80);
    for (index, label) in many.labels.iter_mut().enumerate() {
        *label = format!("c{}", index / 2);
    }
    many.write(&bench.path("many.tsv"), "many").unwrap();
    let short = SHORT.join(" ");
    for (line, expected) in [
        (
            format!("fit many.tsv --out p.safetensors --mapping bayesian {short}"),
            "40 classes cannot be mapped: the source attrnn-gsc35 has only 36 labels\nhint: read its \
             activations, or take a source with more labels: `--readout means` or `--readout ridge`",
        ),
        (
            format!("classify Waves --mapping frequency --labels-per-class 19 {short}"),
            "2 classes with 19 labels each cannot be mapped",
        ),
        (
            format!("classify Waves --mapping frequency --source speech-embedding {short}"),
            "the source speech-embedding has no labels, so none can be mapped to classes\nhint: read its",
        ),
        (
            format!("classify Waves --mapping similarity {short}"),
            "there are none\nhint: give recorded words, or take another label mapping: `--speech DIR` or \
             `--mapping frequency`",
        ),
        (
            format!("classify Waves --speech Waves {short}"),
            "--speech is for the mapping similarity, and random compares nothing",
        ),
        (
            format!("classify Waves --mapping similarity --speech Waves {short}"),
            "Waves: there is no recording",
        ),
        (
            "classify Waves --mapping frequency".to_owned(),
            "--mapping is for training through the source's words, which the preset default does not",
        ),
        (
            "classify Waves --preset fast --members 2".to_owned(),
            "closed form, which are the same for every seed\nhint: give `--preset voice2series`",
        ),
        (
            format!("classify Waves --mapping bayesian --labels-per-class 2 {short}"),
            "--labels-per-class is for mappings that make groups, and bayesian weighs all labels",
        ),
        (
            "classify Waves --preset trained-ends --mapping frequency".to_owned(),
            "--mapping is for training through the source's words",
        ),
        (
            "classify Waves --preset paper --patience 3".to_owned(),
            "--patience waits for a better validation loss, and no series are held out",
        ),
        (
            "classify Waves --preset paper --schedule half-cosine --learning-rate-decay 0.1"
                .to_owned(),
            "--learning-rate-decay is not for a half cosine",
        ),
        (
            "classify Waves --preset paper --trainer spsa --dropout 0.5".to_owned(),
            "--dropout is for the trainer adam, and spsa follows losses alone",
        ),
        (
            "archive run --data . --sets Waves --out o --seed 3".to_owned(),
            "say how many: --seeds N",
        ),
        (
            "classify Waves --focal 2 --preset fast".to_owned(),
            "--focal is for training through the source's words",
        ),
        (
            "archive run --data . --sets Waves --out o --mapping frequency".to_owned(),
            "which the preset default does not",
        ),
    ] {
        let stderr = bench.fails(&words(&line));
        assert!(stderr.contains(expected), "{line}: {stderr}");
    }
    for line in [
        "classify Waves --mapping nearest",
        "classify Waves --focal -1",
    ] {
        let output = bench.retune(&words(line)).output().unwrap();
        failure(output, 2);
    }
}
