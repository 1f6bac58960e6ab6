use std::path::Path;

use proptest::prelude::*;

use super::*;
use crate::cases::cases;

/// A file in OpenSim's form of today.
const WALK: &str = "walk\nversion=1\nnRows=3\nnColumns=4\ninDegrees=no\n\nUnits are S.I. units\n\n\
    endheader\ntime\tpelvis_tx\tknee_angle_r\thip_flexion_r\n\
    0.50\t 1.5\t 0.5\t-1\n0.51\t1.6\t1\t 0\n0.52\t1.7\t0\t0.25\n";

/// Two persons, one of them at two speeds.
const TABLE: &str = "subject,group,speed,phase,hip,knee\n\
    ann,able,90,0,1,2\nann,able,90,1,3,4\n\
    ann,able,120,0,5,6\nann,able,120,1,7,8\n\
    bo,able,90,0,9,10\nbo,able,90,1,11,12\n";

fn trial(samples: &[f32]) -> Trial {
    let joints = vec!["hip".to_owned(), "knee".to_owned()];
    Trial::new("walk", "ann", 10.0, joints, samples.to_vec()).unwrap()
}

fn opensim(text: &str, change: impl Fn(&mut OpenSimOptions)) -> Result<Trial, Error> {
    let mut options = OpenSimOptions::default();
    change(&mut options);
    opensim::parse(Path::new("folder/walk.mot"), text, &options)
}

fn header(table: &str) -> String {
    format!("walk\ninDegrees=yes\nendheader\n{table}")
}

fn csv(text: &str, options: &CsvOptions) -> Result<Vec<Trial>, Error> {
    csv::parse(Path::new("folder/walk.csv"), text, options)
}

fn by_person() -> CsvOptions {
    CsvOptions {
        joints: JointSelection::names(["knee", "hip"]),
        person: Some("subject".to_owned()),
        trial: vec!["speed".to_owned()],
        ..CsvOptions::new(SampleTimes::Rate(100.0))
    }
}

fn timed() -> CsvOptions {
    CsvOptions::new(SampleTimes::Column("t".to_owned()))
}

/// The message of an error, without the file.
fn refusal<T: std::fmt::Debug>(result: Result<T, Error>) -> String {
    let message = result.unwrap_err().to_string();
    let start = ["folder/walk.mot:", "folder/walk.csv:"];
    let place = start.iter().find_map(|start| message.strip_prefix(start));
    place.map_or(message.clone(), str::to_owned)
}

#[test]
fn joints_are_chosen_by_name_and_in_order() {
    let trial = trial(&[1.0, 2.0, 3.0, 4.0]);
    let select = |names: &[&str]| trial.select(&JointSelection::names(names.iter().copied()));
    let swapped = select(&["knee", "hip"]).unwrap();
    assert_eq!(swapped.samples, [2.0, 1.0, 4.0, 3.0]);
    assert_eq!(swapped.joints, ["knee", "hip"]);
    let unknown = "there is no joint `toe`; the joints are `hip`, `knee`";
    assert_eq!(refusal(select(&["toe"])), unknown);
    assert!(refusal(select(&["hip", "hip"])).starts_with("the joint `hip` stands twice"));
    assert!(refusal(select(&[])).starts_with("no joints are chosen"));
}

#[test]
fn a_trial_whose_parts_do_not_fit_is_refused() {
    type Change = fn(&mut Trial);
    let changes: [(Change, &str); 8] = [
        (|bad| bad.rate_hz = 0.0, "0 is no sampling rate"),
        (|bad| bad.rate_hz = -1.0, "-1 is no sampling rate"),
        (|bad| bad.rate_hz = f32::NAN, "NaN is no sampling rate"),
        (|bad| bad.rate_hz = f32::INFINITY, "inf is no sampling rate"),
        (|bad| bad.samples.push(1.0), "`ann/walk` has 3 values"),
        (|bad| bad.samples[1] = f32::NAN, "the value NaN at sample 1"),
        (|bad| bad.joints[1] = "hip".into(), "`hip` stands twice"),
        (|bad| bad.joints.clear(), "no joints"),
    ];
    for (change, expected) in changes {
        let mut bad = trial(&[1.0, 2.0]);
        change(&mut bad);
        let message = refusal(bad.check());
        assert!(message.contains(expected), "{message}");
    }
    let none = Trial {
        joints: Vec::new(),
        ..trial(&[1.0, 2.0])
    };
    assert_eq!((none.len(), none.seconds()), (0, 0.0));
}

/// Reference, with numpy 2: `np.interp(np.arange(0, 0.3001, 1 / 25), [0, .1, .2, .3], [0, 10, 0, 20])`
/// gives 0, 4, 8, 8, 4, 0, 8, 16.
#[test]
fn resampling_interpolates_linearly() {
    let mut trial = trial(&[0.0, 1.0, 10.0, 1.0, 0.0, 1.0, 20.0, 1.0]);
    let resampled = trial.resampled(25.0).unwrap();
    let wanted = [0.0, 4.0, 8.0, 8.0, 4.0, 0.0, 8.0, 16.0];
    for (found, wanted) in resampled.joint("hip").unwrap().iter().zip(wanted) {
        assert!((found - wanted).abs() < 1e-5, "{found} {wanted}");
    }
    assert_eq!((resampled.len(), resampled.rate_hz), (8, 25.0));
    assert_eq!(resampled.joint("knee").unwrap(), [1.0; 8]);
    assert_eq!(trial.resampled(10.0).unwrap(), trial);
    for rate in [0.0, -5.0, f32::NAN, f32::INFINITY, 1e30] {
        assert!(refusal(trial.resampled(rate)).contains("is no sampling rate"));
    }
    trial.samples.clear();
    let none = trial.resampled(5.0).unwrap_err();
    assert_eq!(none.kind(), ErrorKind::TooShort);
}

#[test]
fn a_written_table_is_read_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("walks.csv");
    let first = trial(&[1.5, -2.0, 3.25, 4.0, 1e-7, 6.0]);
    let mut second = trial(&[7.0, 8.0, 9.0, 10.0]);
    second.person = "bo, jr".to_owned();
    let trials = [first, second];
    write_csv(&path, &trials).unwrap();
    let options = CsvOptions {
        person: Some("person".to_owned()),
        trial: vec!["trial".to_owned()],
        ..CsvOptions::new(SampleTimes::Column("time".to_owned()))
    };
    let mut again = read_csv(&path, &options).unwrap();
    for trial in &mut again {
        let read_as = std::mem::take(&mut trial.read_as);
        assert_eq!(read_as.about("angles"), Some("degrees"));
    }
    assert_eq!(again, trials);
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
    let read = || read_opensim(&path, &OpenSimOptions::default());
    std::fs::write(&path, header("time knee\n0 1\n1 2\n")).unwrap();
    let trial = read().unwrap();
    assert_eq!((trial.name.as_str(), trial.len()), ("walk 1", 2));
    std::fs::write(&path, b"inDegrees=yes\n\xff").unwrap();
    assert_eq!(read().unwrap_err().kind(), ErrorKind::NotText);
    let trials = csv("\n\nhip\n1\n", &CsvOptions::new(SampleTimes::Rate(50.0))).unwrap();
    assert_eq!(trials[0].label(), "walk");
}

#[test]
fn radians_become_degrees_and_metres_stay() {
    let paths = WALK.replace("pelvis_tx", "/jointset/ground_pelvis/pelvis_ty/value");
    let paths = paths.replace("knee_angle_r", "/jointset/knee_r/knee_angle_r/value");
    for text in [WALK, &paths] {
        let trial = opensim(text, |_| ()).unwrap();
        assert_eq!((trial.joints.len(), trial.label()), (3, "walk".to_owned()));
        assert!((trial.rate_hz - 100.0).abs() < 1e-3);
        assert_eq!(trial.joint(&trial.joints[0]).unwrap(), [1.5, 1.6, 1.7]);
        // 0.5 rad is 28.647889 degrees.
        assert!((trial.samples[1] - 28.647_89).abs() < 1e-5);
    }
    let unsaid = WALK.replace("inDegrees=no\n", "");
    for (angles, factor) in [(AngleUnit::Degrees, 1.0), (AngleUnit::Radians, 57.295_78)] {
        for text in [&unsaid, WALK] {
            let trial = opensim(text, |options| {
                options.angles = angles;
                options.person = Some("ann".to_owned());
            });
            let trial = trial.unwrap();
            assert!((trial.samples[4] - factor).abs() < 1e-5);
            assert_eq!(trial.person, "ann");
        }
    }
}

#[test]
fn other_forms_of_opensim_files_are_read_as_well() {
    let simm = "name walk.mot\ndatacolumns 3\ndatarows 2\notherdata 1\nrange 0 1\nendheader\n\
        \n  time   knee  hip \n 0   10   20\n 0.25  11   21\n\n";
    let read = |text: &str| {
        opensim(text, |options| {
            options.angles = AngleUnit::Degrees;
            options.joints = JointSelection::names(["hip", "knee"]);
        })
    };
    let trial = read(simm).unwrap();
    assert_eq!(trial.samples, [20.0, 10.0, 21.0, 11.0]);
    assert_eq!(trial.rate_hz, 4.0);
    let columns = read(&simm.replace("columns 3", "columns 4"));
    assert!(refusal(columns).contains("the header says 4 columns"));
    assert!(refusal(read(&simm.replace("rows 2", "rows 9"))).contains("says 9 rows"));
    // Tabs at the ends of lines are no fields.
    let tabs = "walk\t\t\t\nnRows=2\t\t\nnColumns=2\t\t\ninDegrees=yes\t\t\nendheader\t\t\n\
        time\tknee\t\t\n0\t1\t\t\n1\t2\t\t\n";
    for text in [tabs, &header("time\tknee\n0 \t 1\n 1    2\n")] {
        assert_eq!(opensim(text, |_| ()).unwrap().samples, [1.0, 2.0]);
    }
    // What is wrong in a column that is not chosen does not matter.
    let chosen = opensim(&header("time\tknee\thip\n0\tx\t2\n1\t\t3\n"), |options| {
        options.joints = JointSelection::names(["hip"]);
    });
    assert_eq!(chosen.unwrap().samples, [2.0, 3.0]);
    for count in ["nRows=3", "nColumns=4"] {
        let text = WALK.replace(count, &count.replace('=', "=1"));
        assert!(opensim(&text, |_| ()).unwrap_err().hint().is_some());
        let trial = opensim(&text, |options| options.counts = HeaderCounts::Ignore);
        assert_eq!(trial.unwrap().len(), 3);
    }
}

#[test]
fn what_is_wrong_in_an_opensim_file_is_refused_with_its_place() {
    for [from, to, expected] in cases(
        r"nRows=3      | nRows=4        | 3: the header says 4 rows; the table has 3
        nColumns=4     | nColumns=5     | 4: the header says 5 columns; the table has 4
        nRows=3        | nRows=-3       | 3: `nrows` is `-3`; expected a whole number
        inDegrees=no   | inDegrees=maybe | 5: `inDegrees` is `maybe`
        inDegrees=no | | 9: the header does not say `inDegrees=yes` or `inDegrees=no`
        version=1      | inDegrees=yes  | 5: `indegrees` stands twice
        version=1      | nRows=3        | 3: `nrows` stands twice
        version=1      | nColumns=4     | 4: `ncolumns` stands twice
        version=1      | DataType=Vec3  | 2: the data type is `Vec3`
        endheader      |                | 13: the file has no line `endheader`
        pelvis_tx | knee_angle_r | 10:3: the column `knee_angle_r` stands twice; it is also column 2
        pelvis_tx      |                | 10:2: the column has no name
        time | frame | 10: there is no time column `time`; the columns are `frame`, `pelvis_tx`
        1.6            |                | 12:2: the value of `pelvis_tx` is missing
        1\t 0          | 1\t            | 12:4: the value of `hip_flexion_r` is missing
        1.6            | NaN            | 12:2: the value of `pelvis_tx` is missing
        1.6            | inf            | 12:2: field `inf` of `pelvis_tx` is not a number
        1.6            | x              | 12:2: field `x` of `pelvis_tx` is not a number
        1.6\t1         | 1.6\t3e38      | 12:3: field `3e38` of `knee_angle_r` is not a number
        0.51           | x              | 12:1: field `x` of `time` is not a number
        1.6\t          |                | 12: the row has 3 fields; expected 4
        1.6\t          | 1.6\t1.6\t     | 12: the row has 5 fields; expected 4
        0.51           | 0.5            | 12:1: the time 0.5 does not come after 0.5",
    ) {
        let message = refusal(opensim(&WALK.replacen(&from, &to, 1), |_| ()));
        assert!(message.starts_with(&expected), "{message}");
    }
    for [table, expected] in cases(
        r"           | 3: the file has no samples
        time\tknee\n | 4: the file has no samples
        \n\n         | 5: the file has no samples
        time\tknee\n0\t1\n | the trial `walk` has 1 samples; expected at least 2
        time\n0\n1\n | no joints",
    ) {
        let message = refusal(opensim(&header(&table), |_| ()));
        assert!(message.starts_with(&expected), "{message}");
    }
    let joints = JointSelection::names(["toe"]);
    let toe = opensim(WALK, |options| options.joints = joints.clone());
    let expected = "10: there is no joint column `toe`; the columns are `time`, `pelvis_tx`, ";
    assert!(refusal(toe).starts_with(expected));
}

/// Times 0, 1, 2, 4 and 5: by hand, even steps of 1 s have a sample at 3 s between 20 and 40.
#[test]
fn uneven_times_are_refused_or_interpolated() {
    let even = |options: &mut OpenSimOptions| options.uneven_time = UnevenTime::Interpolate;
    let text = header("time\tknee\n0\t0\n1\t10\n2\t20\n4\t40\n5\t30\n");
    let error = opensim(&text, |_| ()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Time);
    assert_eq!(error.settings(), [("uneven", "")]);
    let expected = "8:1: from the time 2 to 4 is 2 s; the usual step is 1 s";
    assert_eq!(refusal(Err::<(), _>(error)), expected);
    let trial = opensim(&text, even).unwrap();
    assert_eq!(trial.samples, [0.0, 10.0, 20.0, 30.0, 40.0, 30.0]);
    assert_eq!(trial.rate_hz, 1.0);
    let gaps = header("time\tknee\n0\t0\n1e-9\t0\n2e-9\t0\n1e9\t0\n");
    assert!(refusal(opensim(&gaps, even)).contains("the times have gaps"));
    // Three digits are too few for 60 samples a second, but good enough.
    let rounded = header("time\tknee\n0\t0\n0.017\t1\n0.033\t2\n0.05\t3\n");
    let trial = opensim(&rounded, |_| ()).unwrap();
    assert!((trial.rate_hz - 60.0).abs() < 1e-3);
    let options = CsvOptions {
        uneven_time: UnevenTime::Interpolate,
        ..timed()
    };
    let trials = csv("t,hip\n0,0\n1,1\n3,3\n4,4\n", &options).unwrap();
    assert_eq!(trials[0].samples, [0.0, 1.0, 2.0, 3.0, 4.0]);
}

#[test]
fn one_table_holds_many_trials() {
    let labels = |trials: &[Trial]| trials.iter().map(Trial::label).collect::<Vec<_>>();
    let trials = csv(TABLE, &by_person()).unwrap();
    assert_eq!(labels(&trials), ["ann/90", "ann/120", "bo/90"]);
    assert_eq!(trials[1].samples, [6.0, 5.0, 8.0, 7.0]);
    assert_eq!(trials[1].joints, ["knee", "hip"]);
    assert_eq!(trials[1].rate_hz, 100.0);
    let mut options = by_person();
    options.trial.clear();
    let trials = csv(TABLE, &options).unwrap();
    assert_eq!((labels(&trials)[1].as_str(), trials[0].len()), ("bo", 4));
    options.joints = JointSelection::All;
    let text = csv(TABLE, &options).unwrap_err();
    assert!(text.hint().unwrap().ends_with("choose the joints"));
    // Each trial has times of its own.
    let table = "who,t,hip\na,0,1\nb,5,1\na,0.5,2\nb,5.25,2\n";
    let mut options = timed();
    options.joints = JointSelection::names(["hip"]);
    let late = csv(table, &options).unwrap_err();
    assert!(late.hint().is_some());
    assert!(refusal(Err::<(), _>(late)).starts_with("4:2: the time 0.5 does not come after 5"));
    options.person = Some("who".to_owned());
    let trials = csv(table, &options).unwrap();
    assert_eq!((trials[0].rate_hz, trials[1].rate_hz), (2.0, 4.0));
}

#[test]
fn how_times_were_taken_is_said() {
    let about = |text: &str, options: &CsvOptions, about: &str| {
        let trials = csv(text, options).unwrap();
        trials[0].read_as.about(about).map(str::to_owned)
    };
    let seconds = about("t,hip\n0,1\n0.01,2\n0.02,2\n", &timed(), "times");
    assert_eq!(seconds.as_deref(), Some("seconds"));
    let doubtful = about("t,hip\n0,1\n10,2\n20,2\n", &timed(), "times");
    let expected = "seconds (in steps of 10 s they may be milliseconds, or counts)";
    assert_eq!(doubtful.as_deref(), Some(expected));
    let even = CsvOptions {
        uneven_time: UnevenTime::Interpolate,
        ..timed()
    };
    let gap = "t,hip\n0,1\n0.1,2\n0.2,3\n0.4,5\n";
    let evened = about(gap, &even, "uneven");
    let expected = "interpolated to 5 samples from 4, of which two are 0.2 s apart at most";
    assert_eq!(evened.as_deref(), Some(expected));
    // A quarter of a turn is 90 degrees.
    let turns = "t,hip\n0,1\n0.1,1.57079633\n";
    let angles = about(turns, &timed(), "angles").unwrap();
    assert!(
        angles.starts_with("degrees (they look like radians"),
        "{angles}"
    );
    let radians = CsvOptions {
        angles: AngleUnit::Radians,
        ..timed()
    };
    assert_eq!(about(turns, &radians, "angles").as_deref(), Some("radians"));
    assert!((csv(turns, &radians).unwrap()[0].samples[1] - 90.0).abs() < 1e-4);
    let mut options = by_person();
    options.trial.clear();
    let table = "subject,hip,knee\nann,1,2\nbo,1,2\nann,3,4\n";
    let apart = about(table, &options, "rows");
    let expected = "those of a trial do not stand together; taken as one after the other";
    assert_eq!(apart.as_deref(), Some(expected));
    assert_eq!(about(TABLE, &options, "rows"), None);
    assert_eq!(about(TABLE, &options, "times"), None);
}

#[test]
fn what_is_wrong_in_a_table_is_refused_with_its_place() {
    for [options, text, expected] in cases(
        r"people |                                    | 1: the file has no samples
        people | subject,speed,hip,knee\n             | 1: the file has no samples
        people | subject,speed,hip,hip\n | 1:4: the column `hip` stands twice; it is also column 3
        people | subject,speed,hip,\n                 | 1:4: the column has no name
        people | subject,speed,hip\n | 1: there is no joint column `knee`; the columns are `subject`
        people | speed,hip,knee\n | 1: there is no person column `subject`; the columns are `speed`
        people | subject,hip,knee\n                   | 1: there is no trial column `speed`
        people | subject,speed,hip,knee\na,1,2\n      | 2: the row has 3 fields; expected 4
        people | subject,speed,hip,knee\n\na,1,2,\n   | 3:4: the value of `knee` is missing
        people | subject,speed,hip,knee\na,1,x,2\n    | 2:3: field `x` of `hip` is not a number
        people | subject,speed,hip,knee\na,1,-inf,2\n | 2:3: field `-inf` of `hip` is not a number
        people | subject,speed,hip,knee\n,1,1,2\n     | 2:1: `subject` is empty
        people | subject,speed,hip,knee\na, ,1,2\n    | 2:2: `speed` is empty
        all    | hip,group\n1,able\n                  | 2:2: field `able` of `group` is not a number
        all    | hip\n1\n                             | -1 is no sampling rate
        timed  | hip\n1\n                             | 1: there is no time column `t`
        timed  | t\n1\n                               | no joints
        timed  | t,hip\n1,2\n                         | the trial `walk` has 1 samples",
    ) {
        let options = match options.as_str() {
            "people" => by_person(),
            "timed" => timed(),
            _ => CsvOptions::new(SampleTimes::Rate(-1.0)),
        };
        let message = refusal(csv(&text, &options));
        assert!(message.starts_with(&expected), "{message}");
    }
}

/// Whatever is in a file: a trial that is in order, or an error.
fn parse_all(bytes: &[u8]) {
    let Ok(text) = crate::table::decode(Path::new("a.mot"), bytes) else {
        return;
    };
    for uneven_time in [UnevenTime::Refuse, UnevenTime::Interpolate] {
        let options = |options: &mut OpenSimOptions| {
            options.angles = AngleUnit::Radians;
            options.counts = HeaderCounts::Ignore;
            options.uneven_time = uneven_time;
        };
        let trials = [opensim(text, options), opensim(text, |_| ())];
        for trial in trials.into_iter().flatten() {
            trial.check().unwrap();
        }
        let mut timed = CsvOptions::new(SampleTimes::Column("time".to_owned()));
        timed.uneven_time = uneven_time;
        let mut rated = CsvOptions::new(SampleTimes::Rate(100.0));
        rated.person = Some("a".to_owned());
        for options in [timed, rated, CsvOptions::new(SampleTimes::Rate(0.0))] {
            for trial in csv(text, &options).unwrap_or_default() {
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
