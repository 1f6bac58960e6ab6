use std::path::Path;

use proptest::prelude::*;

use super::*;

fn trial(samples: &[f32]) -> Trial {
    let joints = vec!["hip".to_owned(), "knee".to_owned()];
    Trial::new("walk", "ann", 10.0, joints, samples.to_vec()).unwrap()
}

#[test]
fn joints_are_chosen_by_name_and_in_order() {
    let trial = trial(&[1.0, 2.0, 3.0, 4.0]);
    let swapped = trial
        .select(&JointSelection::names(["knee", "hip"]))
        .unwrap();
    assert_eq!(swapped.samples, [2.0, 1.0, 4.0, 3.0]);
    assert_eq!(swapped.joints, ["knee", "hip"]);
    let message = |names: &[&str]| {
        let selection = JointSelection::names(names.iter().copied());
        trial.select(&selection).unwrap_err().to_string()
    };
    assert_eq!(
        message(&["toe"]),
        "there is no joint `toe`; the joints are `hip`, `knee`"
    );
    assert!(message(&["hip", "hip"]).starts_with("the joint `hip` stands twice"));
    assert!(message(&[]).starts_with("no joints are chosen"));
}

#[test]
fn a_trial_whose_parts_do_not_fit_is_refused() {
    let good = trial(&[1.0, 2.0]);
    let message = |trial: Trial| trial.check().unwrap_err().to_string();
    for rate_hz in [0.0, -1.0, f32::NAN, f32::INFINITY] {
        let bad = Trial {
            rate_hz,
            ..good.clone()
        };
        assert!(message(bad).contains("is no sampling rate"));
    }
    let bad = Trial {
        samples: vec![1.0; 3],
        ..good.clone()
    };
    assert!(message(bad).starts_with("the trial `ann/walk` has 3 values, which do not make up"));
    let bad = Trial {
        samples: vec![1.0, 2.0, 3.0, f32::NAN],
        ..good.clone()
    };
    assert!(message(bad).starts_with("the trial `ann/walk` has the value NaN at sample 2"));
    let bad = Trial {
        joints: vec!["hip".to_owned(); 2],
        ..good.clone()
    };
    assert!(message(bad).starts_with("the joint `hip` stands twice"));
    let bad = Trial {
        joints: Vec::new(),
        ..good
    };
    assert_eq!((bad.len(), bad.is_empty(), bad.seconds()), (0, true, 0.0));
    assert!(message(bad).starts_with("no joints"));
}

/// Reference, with numpy 2: `np.interp(np.arange(0, 0.3001, 1 / 25), [0, .1, .2, .3], [0, 10, 0, 20])`
/// gives 0, 4, 8, 8, 4, 0, 8, 16.
#[test]
fn resampling_interpolates_linearly() {
    let trial = trial(&[0.0, 1.0, 10.0, 1.0, 0.0, 1.0, 20.0, 1.0]);
    let resampled = trial.resampled(25.0).unwrap();
    let wanted = [0.0, 4.0, 8.0, 8.0, 4.0, 0.0, 8.0, 16.0];
    for (found, wanted) in resampled.samples.iter().step_by(2).zip(wanted) {
        assert!((found - wanted).abs() < 1e-5, "{found} {wanted}");
    }
    assert_eq!((resampled.len(), resampled.rate_hz), (8, 25.0));
    assert!(
        resampled
            .samples
            .iter()
            .skip(1)
            .step_by(2)
            .all(|&knee| knee == 1.0)
    );
    assert_eq!(trial.resampled(10.0).unwrap(), trial);
    for rate in [0.0, -5.0, f32::NAN, f32::INFINITY, 1e30] {
        let message = trial.resampled(rate).unwrap_err().to_string();
        assert!(message.contains("is no sampling rate"), "{message}");
    }
    let none = Trial {
        samples: Vec::new(),
        ..trial
    };
    assert_eq!(none.resampled(5.0).unwrap_err().kind(), ErrorKind::TooShort);
}

#[test]
fn a_written_table_is_read_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("walks.csv");
    let first = trial(&[1.5, -2.0, 3.25, 4.0, 1e-7, 6.0]);
    let second = Trial {
        person: "bo, jr".to_owned(),
        ..trial(&[7.0, 8.0, 9.0, 10.0])
    };
    let trials = [first, second];
    write_csv(&path, &trials).unwrap();
    let options = CsvOptions {
        person: Some("person".to_owned()),
        trial: vec!["trial".to_owned()],
        ..CsvOptions::new(SampleTimes::Column("time".to_owned()))
    };
    assert_eq!(read_csv(&path, &options).unwrap(), trials);
    let other = trials[0].select(&JointSelection::names(["hip"])).unwrap();
    let mixed = [trials[0].clone(), other];
    let nowhere = folder.path().join("none").join("a.csv");
    for (failed, kind) in [
        (write_csv(&path, &mixed), ErrorKind::Mismatch),
        (write_csv(&path, &[]), ErrorKind::Empty),
        (write_csv(&nowhere, &trials), ErrorKind::Write),
        (read_csv(&nowhere, &options).map(|_| ()), ErrorKind::Read),
    ] {
        assert_eq!(failed.unwrap_err().kind(), kind);
    }
}

#[test]
fn a_trial_is_named_after_its_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("walk 1.mot");
    std::fs::write(&path, "inDegrees=yes\nendheader\ntime knee\n0 1\n1 2\n").unwrap();
    let trial = read_opensim(&path, &OpenSimOptions::default()).unwrap();
    assert_eq!(
        (trial.name.as_str(), trial.samples.as_slice()),
        ("walk 1", &[1.0, 2.0][..])
    );
    std::fs::write(&path, b"inDegrees=yes\n\xff").unwrap();
    let error = read_opensim(&path, &OpenSimOptions::default()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotText);
}

/// Whatever is in a file: a trial that is in order, or an error.
fn parse_all(bytes: &[u8]) {
    let path = Path::new("a.mot");
    let Ok(text) = crate::table::decode(path, bytes) else {
        return;
    };
    for uneven_time in [UnevenTime::Refuse, UnevenTime::Interpolate] {
        let options = OpenSimOptions {
            angles: AngleUnit::Radians,
            counts: HeaderCounts::Ignore,
            uneven_time,
            ..OpenSimOptions::default()
        };
        for options in [options, OpenSimOptions::default()] {
            if let Ok(trial) = opensim::parse(path, text, &options) {
                trial.check().unwrap();
            }
        }
        let mut options = CsvOptions::new(SampleTimes::Column("time".to_owned()));
        options.uneven_time = uneven_time;
        let mut rated = CsvOptions::new(SampleTimes::Rate(100.0));
        rated.person = Some("a".to_owned());
        for options in [options, rated, CsvOptions::new(SampleTimes::Rate(0.0))] {
            for trial in csv::parse(path, text, &options).unwrap_or_default() {
                trial.check().unwrap();
            }
        }
    }
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        parse_all(&bytes);
    }

    #[test]
    fn nearly_right_files_never_panic(
        start in prop::sample::select(vec![
            "inDegrees=no\nendheader\ntime\ta\n", "nRows=3\ninDegrees=yes\nendheader\ntime a b\n",
            "time,a\n", "a,time,b\n", "time\na\n", "",
        ]),
        fields in prop::collection::vec(prop::sample::select(vec![
            "0", "1", "2", "3", "1e30", "-1e38", "1e308", "nan", "", "x", "\n", "\n", "\t", "\t",
            ",", ",", " ", "\"", "\r\n", "0.5", "1e-300",
        ]), 0..80),
    ) {
        parse_all(format!("{start}{}", fields.concat()).as_bytes());
    }

    #[test]
    fn resampled_angles_stay_within_their_range(
        values in prop::collection::vec(-90.0_f32..90.0, 1..40), rate in 0.5_f32..200.0,
    ) {
        let joints = vec!["hip".to_owned()];
        let trial = Trial::new("t", "p", 50.0, joints, values.clone()).unwrap();
        let resampled = trial.resampled(rate).unwrap();
        prop_assert_eq!(resampled.samples[0], values[0]);
        prop_assert!(resampled.seconds() <= trial.seconds() + 1e-5);
        prop_assert!(resampled.seconds() + 1.0 / f64::from(rate) >= trial.seconds());
        let largest = values.iter().copied().fold(f32::MIN, f32::max);
        let smallest = values.iter().copied().fold(f32::MAX, f32::min);
        prop_assert!(resampled.samples.iter().all(|value| (smallest..=largest).contains(value)));
    }
}
