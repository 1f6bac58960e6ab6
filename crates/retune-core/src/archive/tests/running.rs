use std::fs;

use proptest::prelude::*;
use tempfile::tempdir;

use super::*;

/// Scores that follow from the job alone.
fn work(job: &Job) -> Outcome {
    match job.dataset.as_str() {
        "Broken" => Outcome::Error("no series\tin\nthe file".to_owned()),
        _ => scored(0.5 + job.seed as f64 / 7.0 + job.preset.len() as f64 / 100.0),
    }
}

fn all() -> Vec<Job> {
    let sets = names(&["GunPoint", "Broken", "Beef"]);
    jobs(&sets, &names(&["paper", "default"]), 3).unwrap()
}

/// What every job of these tests comes from.
fn origin(_: &Job) -> (Identity, Option<String>) {
    (identity(), Some("of the data".to_owned()))
}

fn run_jobs(folder: &Path, jobs: &[Job]) -> Result<RunSummary, Error> {
    run(folder, jobs, origin, false, work, |_| {})
}

fn run_all(folder: &Path) -> RunSummary {
    run_jobs(folder, &all()).unwrap()
}

#[test]
fn jobs_are_sorted_and_each_there_once() {
    let found = jobs(&names(&["B", "A", "B"]), &names(&["p"]), 2).unwrap();
    let files: Vec<String> = found.iter().map(Job::file_name).collect();
    let expected = ["A.p.0.json", "A.p.1.json", "B.p.0.json", "B.p.1.json"];
    assert_eq!(files, expected);
    let (none, sets, presets): (&[&str], &[&str], &[&str]) = (&[], &["A"], &["p"]);
    for (sets, presets, seeds, expected) in [
        (none, presets, 1, "there are no data sets to run"),
        (sets, none, 1, "there are no presets to run"),
        (sets, presets, 0, "there are no seeds to run"),
        (
            &["../A"],
            presets,
            1,
            "`../A` cannot be the name of a data set",
        ),
        (sets, &["a.b"], 1, "`a.b` cannot be the name of a preset"),
    ] {
        let error = jobs(&names(sets), &names(presets), seeds).unwrap_err();
        assert_eq!(error.to_string(), expected);
    }
}

#[test]
fn shards_are_read_and_wrong_ones_refused() {
    assert_eq!("2/3".parse::<Shard>().unwrap(), Shard::new(2, 3).unwrap());
    for text in ["5/3", "0/3", "1/0", "1", "a/b", "-1/3", "", "1/2/3"] {
        let error = text.parse::<Shard>().unwrap_err();
        let expected = format!("the shard is `{text}`, expected i/n with i from 1 to n");
        assert_eq!(error.to_string(), expected);
        assert!(error.hint().is_some());
    }
}

#[test]
fn a_job_array_gives_the_shard() {
    // Task, count, least and step; nothing where a variable is not set.
    let with = |values: [&str; 4]| {
        Shard::from_job_array(|name| {
            let names = ["ID", "COUNT", "MIN", "STEP"];
            let name = name.strip_prefix("SLURM_ARRAY_TASK_").unwrap();
            let place = names.iter().position(|known| *known == name).unwrap();
            Some(values[place].to_owned()).filter(|value| !value.is_empty())
        })
    };
    for (values, expected) in [
        (["", "", "", ""], None),
        (["0", "4", "0", ""], Shard::new(1, 4)),
        (["4", "4", "1", ""], Shard::new(4, 4)),
        (["7", "3", "1", "3"], Shard::new(3, 3)),
    ] {
        assert_eq!(with(values).unwrap(), expected, "{values:?}");
    }
    for wrong in [
        ["7", "3", "1", ""],
        ["1", "", "", ""],
        ["x", "3", "1", ""],
        ["0", "3", "1", ""],
    ] {
        let error = with(wrong).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Setting, "{wrong:?}");
        assert_eq!(error.settings(), [("shard", "i/n")]);
    }
}

proptest! {
    // Every result is synced to disk.
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn shards_together_are_all_jobs(sets in 1..6usize, seeds in 1..5u64, count in 1..9usize) {
        let sets: Vec<String> = (0..sets).map(|index| format!("S{index}")).collect();
        let all = jobs(&sets, &names(&["a", "b"]), seeds).unwrap();
        let mut found = Vec::new();
        for number in 1..=count {
            let part = Shard::new(number, count).unwrap().of(all.clone());
            prop_assert!(part.len() >= all.len() / count && part.len() <= all.len().div_ceil(count));
            found.extend(part);
        }
        found.sort();
        prop_assert_eq!(found, all);
    }

    #[test]
    fn killing_and_resuming_gives_the_same_table(
        stops in prop::collection::vec(0..8usize, 0..4), count in 1..4usize, cut in 0..400usize, damaged in 0..18usize,
    ) {
        let whole = tempdir().unwrap();
        run_all(whole.path());
        let expected = merged(&[whole.path()]).unwrap().table();

        let folders: Vec<_> = (0..count).map(|_| tempdir().unwrap()).collect();
        for (index, folder) in folders.iter().enumerate() {
            let part = Shard::new(index + 1, count).unwrap().of(all());
            // Each time only so many jobs are done, as when the process is killed.
            for &stop in &stops {
                let part = &part[..stop.min(part.len())];
                run_jobs(folder.path(), part).unwrap();
            }
            // One of its results is cut short.
            let path = folder.path().join(part[damaged % part.len()].file_name());
            if let Ok(bytes) = fs::read(&path) {
                fs::write(&path, &bytes[..cut.min(bytes.len() - 2)]).unwrap();
            }
            fs::write(folder.path().join(".retune.a1B2c3.part"), "{").unwrap();
            run_jobs(folder.path(), &part).unwrap();
        }
        let mut paths: Vec<&Path> = folders.iter().map(|folder| folder.path()).collect();
        prop_assert_eq!(&merged(&paths).unwrap().table(), &expected);
        paths.reverse();
        paths.push(whole.path());
        prop_assert_eq!(&merged(&paths).unwrap().table(), &expected);
    }
}

#[test]
fn what_is_there_is_not_run_again_and_failures_only_when_asked() {
    let folder = tempdir().unwrap();
    for expected in [(0, 12, 6), (12, 0, 6)] {
        let summary = run_all(folder.path());
        assert_eq!((summary.present, summary.scored, summary.failed), expected);
    }
    let mut run_again = Vec::new();
    let work = |job: &Job| {
        run_again.push(job.dataset.clone());
        scored(0.5)
    };
    run(folder.path(), &all(), origin, true, work, |_| {}).unwrap();
    assert_eq!(run_again, ["Broken"; 6]);
}

#[test]
fn progress_counts_what_was_there() {
    let folder = tempdir().unwrap();
    save(folder.path(), "Beef", 1, scored(0.5));
    let mut seen = Vec::new();
    let show = |at: RunProgress| {
        let failed = at.failed.map(|(job, _)| job);
        let [next, failed] = [at.next, failed].map(|job| job.map_or(String::new(), Job::file_name));
        seen.push((at.done, at.total, next, failed));
    };
    // The last score is no number, which is a failure of the job.
    let work = |job: &Job| scored(if job.seed == 2 { f64::NAN } else { 0.5 });
    let summary = run(folder.path(), &all()[..3], origin, false, work, show).unwrap();
    let [first, last] = ["Beef.default.0.json", "Beef.default.2.json"].map(str::to_owned);
    let none = String::new;
    assert_eq!(
        seen,
        [
            (1, 3, first, none()),
            (2, 3, last.clone(), none()),
            (3, 3, none(), last)
        ]
    );
    assert_eq!(summary.failed, 1);
    assert_eq!(summary.failures[0].error, "accuracy is NaN");
    let results = merged(&[folder.path()]).unwrap();
    assert_eq!(results.failures().next().unwrap().1, "accuracy is NaN");
}

#[test]
fn results_of_another_origin_are_neither_taken_over_nor_merged() {
    let newer = Identity {
        retune: "0.2.0".to_owned(),
        ..identity()
    };
    let with_source = Identity {
        source: "other".to_owned(),
        ..identity()
    };
    let told = Identity {
        settings: BTreeMap::from([("controls".to_owned(), "none".to_owned())]),
        ..identity()
    };
    let data = |data: &str| Some(data.to_owned());
    for (other, expected) in [
        ((newer, None), "retune 0.2.0"),
        ((with_source, None), "the source other"),
        ((told, None), ", controls none"),
        ((identity(), data("changed")), "other files of Beef"),
    ] {
        let (folder, second) = (tempdir().unwrap(), tempdir().unwrap());
        run_all(folder.path());
        let nothing = |_: &Job| unreachable!("nothing is run");
        let of_other = |_: &Job| other.clone();
        let error = run(folder.path(), &all(), of_other, false, nothing, |_| {}).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Mismatch);
        assert!(error.to_string().contains(expected), "{error}");

        run(second.path(), &all()[..1], of_other, false, work, |_| {}).unwrap();
        let folders = [folder.path(), second.path()];
        let error = merged(&folders).unwrap_err().to_string();
        assert!(error.ends_with("are of the same job but differ"), "{error}");
        fs::remove_file(folder.path().join(all()[0].file_name())).unwrap();
        let error = merged(&folders).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Mismatch);
        assert!(error.to_string().contains(expected), "{error}");
    }
}

#[test]
fn methods_may_have_other_sources_and_options_but_not_versions() {
    let folder = tempdir().unwrap();
    let of_method = |job: &Job| {
        let settings = BTreeMap::from([("controls".to_owned(), job.preset.clone())]);
        let (source, identity) = (job.preset.clone(), identity());
        let identity = Identity {
            source,
            settings,
            ..identity
        };
        (identity, None)
    };
    run(folder.path(), &all(), of_method, false, work, |_| {}).unwrap();
    let results = merged(&[folder.path()]).unwrap();
    let methods: Vec<&String> = results.identities.keys().collect();
    assert_eq!(methods, ["default", "paper"]);
    let paper = &results.identities["paper"];
    assert!(paper.to_string().ends_with(", controls paper"), "{paper}");

    let mut newer = JobResult {
        job: all()[0].clone(),
        identity: identity(),
        data_sha256: None,
        outcome: scored(0.5),
    };
    newer.job.preset = "words".to_owned();
    newer.identity.retune = "0.2.0".to_owned();
    newer.write(folder.path()).unwrap();
    let error = merged(&[folder.path()]).unwrap_err();
    assert!(error.to_string().contains("retune 0.2.0"), "{error}");
}

#[test]
fn what_failed_is_run_again_once_its_data_is_another() {
    let folder = tempdir().unwrap();
    run_all(folder.path());
    let mended = |job: &Job| match job.dataset.as_str() {
        "Broken" => (identity(), Some("mended".to_owned())),
        _ => origin(job),
    };
    let work = |_: &Job| scored(0.5);
    let summary = run(folder.path(), &all(), mended, false, work, |_| {}).unwrap();
    assert_eq!((summary.scored, summary.failed), (6, 0));

    // Or with other options, where it is asked for.
    let folder = tempdir().unwrap();
    let broken = jobs(&names(&["Broken"]), &names(&["paper"]), 1).unwrap();
    run_jobs(folder.path(), &broken).unwrap();
    let told = |_: &Job| {
        let settings = BTreeMap::from([("missing".to_owned(), "interpolate".to_owned())]);
        let identity = Identity {
            settings,
            ..identity()
        };
        (identity, Some("of the data".to_owned()))
    };
    assert!(run(folder.path(), &broken, told, false, work, |_| {}).is_err());
    let summary = run(folder.path(), &broken, told, true, work, |_| {}).unwrap();
    assert_eq!(summary.scored, 1);
}

#[test]
fn merging_what_is_missing_damaged_or_contradictory_is_an_error() {
    let (folder, other) = (tempdir().unwrap(), tempdir().unwrap());
    let (path, other) = (folder.path(), other.path());
    let error = merged(&[&path.join("nowhere")]).unwrap_err().to_string();
    assert!(error.starts_with("there is no folder"), "{error}");
    let error = merged(&[path]).unwrap_err().to_string();
    let expected = format!("there are no results in {}", path.display());
    assert_eq!(error, expected);
    assert!(merge(&[]).is_err());

    save(path, "Beef", 0, scored(0.5));
    save(other, "Beef", 0, scored(0.5));
    assert!(merged(&[path, other]).is_ok());
    save(other, "Beef", 0, scored(0.6));
    let error = merged(&[path, other]).unwrap_err().to_string();
    assert!(error.ends_with("are of the same job but differ"), "{error}");

    let file = path.join("Beef.default.0.json");
    let text = fs::read_to_string(&file).unwrap();
    for wrong in [
        String::new(),
        text[..text.len() / 2].to_owned(),
        text.replace("\"Beef\"", "\"Ham\""),
        text.replace("\"accuracy\": 0.5", "\"accuracy\": 1.5"),
        text.replace("\"accuracy\": 0.5", "\"accuracy\": null"),
        "[]".to_owned(),
    ] {
        fs::write(&file, &wrong).unwrap();
        let error = merged(&[path]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Damaged, "{wrong}");
        assert!(error.hint().is_some());
    }
    // A folder that cannot be written.
    let error = run_jobs(&file, &all()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Write);
}

#[test]
fn the_table_holds_all_but_the_times() {
    let folder = tempdir().unwrap();
    let path = folder.path();
    save(path, "Ham", 1, Outcome::Error("a\tb\nc".to_owned()));
    save(path, "Beef", 0, scored(0.5));
    let hash = identity().source_sha256;
    let expected = format!(
        "dataset\tpreset\tseed\taccuracy\tlog_loss\tbrier\tcalibration_error\tn_train\tn_test\tclasses\tlength\terror\
         \tretune\tsource\tsource_sha256\tbaseline:1-NN DTW\tbaseline:ridge\n\
         Beef\tdefault\t0\t0.5\t0.5\t0.25\t0.125\t50\t150\t2\t150\t\t0.1.0\tvoice2series\t{hash}\t0.7\t0.6\n\
         Ham\tdefault\t1\t\t\t\t\t\t\t\t\ta b c\t0.1.0\tvoice2series\t{hash}\t\t\n"
    );
    assert_eq!(merged(&[path]).unwrap().table(), expected);
}
