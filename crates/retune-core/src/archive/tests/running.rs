use std::cell::Cell;
use std::fs;

use proptest::prelude::*;
use tempfile::tempdir;

use super::*;

fn options(shard: Shard) -> RunOptions {
    RunOptions {
        shard,
        identity: identity(),
        retry_failed: false,
    }
}

/// Scores that follow from the job alone, but for the time, which is another one every time.
fn work(job: &Job, clock: &Cell<f64>) -> Outcome {
    clock.set(clock.get() + 1.0);
    if job.dataset == "Broken" {
        return Outcome::Error("no series\tin\nthe file".to_owned());
    }
    scored(
        0.5 + job.seed as f64 / 7.0 + job.preset.len() as f64 / 100.0,
        clock.get(),
    )
}

fn all() -> Vec<Job> {
    jobs(
        &names(&["GunPoint", "Broken", "Beef"]),
        &names(&["paper", "default"]),
        3,
    )
    .unwrap()
}

fn run_all(folder: &Path, shard: Shard) -> RunSummary {
    let clock = Cell::new(0.0);
    run(
        folder,
        &all(),
        &options(shard),
        |job| work(job, &clock),
        |_| {},
    )
    .unwrap()
}

#[test]
fn jobs_are_sorted_and_each_there_once() {
    let jobs = jobs(&names(&["B", "A", "B"]), &names(&["p"]), 2).unwrap();
    let files: Vec<String> = jobs.iter().map(Job::file_name).collect();
    assert_eq!(
        files,
        ["A.p.0.json", "A.p.1.json", "B.p.0.json", "B.p.1.json"]
    );
}

#[test]
fn no_jobs_and_names_of_other_folders_are_errors() {
    let fails = |sets: &[&str], presets: &[&str], seeds| {
        jobs(&names(sets), &names(presets), seeds)
            .unwrap_err()
            .to_string()
    };
    assert_eq!(fails(&[], &["p"], 1), "there are no data sets to run");
    assert_eq!(fails(&["A"], &[], 1), "there are no presets to run");
    assert_eq!(fails(&["A"], &["p"], 0), "there are no seeds to run");
    assert_eq!(
        fails(&["../A"], &["p"], 1),
        "`../A` cannot be the name of a data set"
    );
    assert_eq!(
        fails(&["A"], &["a.b"], 1),
        "`a.b` cannot be the name of a preset"
    );
}

#[test]
fn shards_are_read_and_wrong_ones_refused() {
    assert_eq!("2/3".parse::<Shard>().unwrap(), Shard::new(2, 3).unwrap());
    for text in ["5/3", "0/3", "1/0", "1", "a/b", "-1/3", "", "1/2/3"] {
        let error = text.parse::<Shard>().unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("the shard is `{text}`, expected i/n with i from 1 to n")
        );
        assert!(error.hint().is_some());
    }
}

#[test]
fn a_job_array_gives_the_shard() {
    let with = |set: &[(&str, &str)]| {
        Shard::from_job_array(|name| {
            let found = set.iter().find(|(key, _)| *key == name);
            found.map(|(_, value)| (*value).to_owned())
        })
    };
    const TASK: &str = "SLURM_ARRAY_TASK_ID";
    const COUNT: &str = "SLURM_ARRAY_TASK_COUNT";
    const MIN: &str = "SLURM_ARRAY_TASK_MIN";
    assert_eq!(with(&[]).unwrap(), None);
    assert_eq!(
        with(&[(TASK, "0"), (COUNT, "4"), (MIN, "0")]).unwrap(),
        Shard::new(1, 4)
    );
    assert_eq!(
        with(&[(TASK, "4"), (COUNT, "4"), (MIN, "1")]).unwrap(),
        Shard::new(4, 4)
    );
    let stepped = [
        (TASK, "7"),
        (COUNT, "3"),
        (MIN, "1"),
        ("SLURM_ARRAY_TASK_STEP", "3"),
    ];
    assert_eq!(with(&stepped).unwrap(), Shard::new(3, 3));
    for wrong in [
        vec![(TASK, "7"), (COUNT, "3"), (MIN, "1")],
        vec![(TASK, "1")],
        vec![(TASK, "x"), (COUNT, "3"), (MIN, "1")],
        vec![(TASK, "0"), (COUNT, "3"), (MIN, "1")],
    ] {
        let error = with(&wrong).unwrap_err();
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
            let part: Vec<&Job> = Shard::new(number, count).unwrap().of(&all).collect();
            prop_assert!(part.len() >= all.len() / count && part.len() <= all.len().div_ceil(count));
            found.extend(part);
        }
        found.sort();
        prop_assert_eq!(found, all.iter().collect::<Vec<_>>());
    }

    #[test]
    fn killing_and_resuming_gives_the_same_table(
        stops in prop::collection::vec(0..8usize, 0..4), count in 1..4usize, cut in 0..400usize, damaged in 0..18usize,
    ) {
        let whole = tempdir().unwrap();
        run_all(whole.path(), Shard::WHOLE);
        let expected = merge(&[whole.path().to_owned()]).unwrap().table();

        let folders: Vec<_> = (0..count).map(|_| tempdir().unwrap()).collect();
        for (index, folder) in folders.iter().enumerate() {
            let shard = Shard::new(index + 1, count).unwrap();
            // Each time only so many jobs are done, as when the process is killed.
            for &stop in &stops {
                let part: Vec<Job> = shard.of(&all()).take(stop).cloned().collect();
                let clock = Cell::new(100.0);
                run(folder.path(), &part, &options(Shard::WHOLE), |job| work(job, &clock), |_| {}).unwrap();
            }
            // One of its results is cut short.
            let part: Vec<Job> = shard.of(&all()).cloned().collect();
            let path = folder.path().join(part[damaged % part.len()].file_name());
            if let Ok(bytes) = fs::read(&path) {
                fs::write(&path, &bytes[..cut.min(bytes.len() - 2)]).unwrap();
            }
            fs::write(folder.path().join(".retune.a1B2c3.part"), "{").unwrap();
            run_all(folder.path(), shard);
        }
        let mut paths: Vec<_> = folders.iter().map(|folder| folder.path().to_owned()).collect();
        prop_assert_eq!(&merge(&paths).unwrap().table(), &expected);
        paths.reverse();
        paths.push(whole.path().to_owned());
        prop_assert_eq!(&merge(&paths).unwrap().table(), &expected);
    }
}

#[test]
fn what_is_there_is_not_run_again_and_failures_only_when_asked() {
    let folder = tempdir().unwrap();
    let first = run_all(folder.path(), Shard::WHOLE);
    assert_eq!((first.present, first.scored, first.failed), (0, 12, 6));
    let second = run_all(folder.path(), Shard::WHOLE);
    assert_eq!((second.present, second.scored, second.failed), (18, 0, 6));
    let mut run_again = Vec::new();
    let retry = RunOptions {
        retry_failed: true,
        ..options(Shard::WHOLE)
    };
    let work = |job: &Job| {
        run_again.push(job.dataset.clone());
        scored(0.5, 1.0)
    };
    run(folder.path(), &all(), &retry, work, |_| {}).unwrap();
    assert_eq!(run_again, ["Broken"; 6]);
}

#[test]
fn progress_counts_what_was_there() {
    let folder = tempdir().unwrap();
    save(folder.path(), "Beef", "default", 1, scored(0.5, 1.0));
    let mut seen = Vec::new();
    let clock = Cell::new(0.0);
    let show = |at: RunProgress| {
        seen.push((
            at.done,
            at.total,
            at.next.map(Job::file_name),
            at.last.map(|(_, done)| done),
        ));
    };
    run(
        folder.path(),
        &all()[..3],
        &options(Shard::WHOLE),
        |job| work(job, &clock),
        show,
    )
    .unwrap();
    assert_eq!(
        seen,
        [
            (1, 3, Some("Beef.default.0.json".to_owned()), None),
            (
                2,
                3,
                Some("Beef.default.2.json".to_owned()),
                Some(Done::Scored)
            ),
            (3, 3, None, Some(Done::Scored)),
        ]
    );
}

#[test]
fn scores_that_are_no_numbers_are_a_failure_of_the_job() {
    let folder = tempdir().unwrap();
    let one = &all()[..1];
    let summary = run(
        folder.path(),
        one,
        &options(Shard::WHOLE),
        |_| scored(f64::NAN, 1.0),
        |_| {},
    )
    .unwrap();
    assert_eq!(summary.failed, 1);
    let results = merge(&[folder.path().to_owned()]).unwrap();
    assert_eq!(results.failures().next().unwrap().1, "accuracy is NaN");
}

#[test]
fn results_of_another_version_are_neither_taken_over_nor_merged() {
    let folder = tempdir().unwrap();
    run_all(folder.path(), Shard::WHOLE);
    let newer = RunOptions {
        shard: Shard::WHOLE,
        identity: Identity {
            retune: "0.2.0".to_owned(),
            ..identity()
        },
        retry_failed: false,
    };
    let mut ran = 0;
    let work = |_: &Job| {
        ran += 1;
        scored(0.5, 1.0)
    };
    let error = run(folder.path(), &all(), &newer, work, |_| {}).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Mismatch);
    assert_eq!(ran, 0);

    let other = tempdir().unwrap();
    run(
        other.path(),
        &all()[..1],
        &newer,
        |_| scored(0.5, 1.0),
        |_| {},
    )
    .unwrap();
    fs::remove_file(folder.path().join(all()[0].file_name())).unwrap();
    let error = merge(&[folder.path().to_owned(), other.path().to_owned()]).unwrap_err();
    assert!(error.to_string().contains(" comes from "), "{error}");
}

#[test]
fn merging_what_is_missing_damaged_or_contradictory_is_an_error() {
    let folder = tempdir().unwrap();
    let path = folder.path().to_owned();
    let error = merge(&[path.join("nowhere")]).unwrap_err();
    assert!(
        error.to_string().starts_with("there is no folder"),
        "{error}"
    );
    let error = merge(std::slice::from_ref(&path)).unwrap_err();
    assert_eq!(
        error.to_string(),
        format!("there are no results in {}", path.display())
    );
    assert!(merge(&[]).is_err());

    save(&path, "Beef", "default", 0, scored(0.5, 1.0));
    let other = tempdir().unwrap();
    save(other.path(), "Beef", "default", 0, scored(0.5, 99.0));
    assert!(merge(&[path.clone(), other.path().to_owned()]).is_ok());
    save(other.path(), "Beef", "default", 0, scored(0.6, 1.0));
    let error = merge(&[path.clone(), other.path().to_owned()]).unwrap_err();
    assert!(
        error
            .to_string()
            .ends_with("are of the same job but differ"),
        "{error}"
    );

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
        let error = merge(std::slice::from_ref(&path)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Damaged, "{wrong}");
        assert!(error.hint().is_some());
    }
}

#[test]
fn the_table_holds_all_but_the_times() {
    let folder = tempdir().unwrap();
    save(
        folder.path(),
        "Ham",
        "default",
        1,
        Outcome::Error("a\tb\nc".to_owned()),
    );
    save(folder.path(), "Beef", "default", 0, scored(0.5, 1.0));
    let table = merge(&[folder.path().to_owned()]).unwrap().table();
    let hash = identity().source_sha256;
    let expected = format!(
        "dataset\tpreset\tseed\taccuracy\tlog_loss\tbrier\tn_train\tn_test\tclasses\tlength\terror\
         \tretune\tsource\tsource_sha256\tbaseline:1-NN DTW\tbaseline:ridge\n\
         Beef\tdefault\t0\t0.5\t0.5\t0.25\t50\t150\t2\t150\t\t0.1.0\tvoice2series\t{hash}\t0.7\t0.6\n\
         Ham\tdefault\t1\t\t\t\t\t\t\t\ta b c\t0.1.0\tvoice2series\t{hash}\t\t\n"
    );
    assert_eq!(table, expected);
}

#[test]
fn a_folder_that_cannot_be_written_is_an_error() {
    let folder = tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    let error = run(
        &file,
        &all(),
        &options(Shard::WHOLE),
        |_| scored(0.5, 1.0),
        |_| {},
    )
    .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Write);
}
