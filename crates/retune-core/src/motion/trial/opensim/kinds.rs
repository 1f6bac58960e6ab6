//! Kinds of files that OpenSim itself writes.

use super::*;
use crate::ErrorKind;

/// A file with both headers, as OpenSim writes states in degrees.
const BOTH: &str = "walk_states\nversion=1\nnRows=2\nnColumns=3\ninDegrees=yes\n\n\
                    # SIMM Motion File Header:\nname walk_states\ndatacolumns 3\ndatarows 2\n\
                    otherdata 1\nrange 0.0 0.1\nendheader\n\
                    time\tpelvis_tx\tknee_angle_r\n  0.0\t 0.5\t 10.0\n  0.1\t 0.6\t 60.0\n";

/// A file of OpenSim 4, in radians.
const PATHS: &str = "Coordinates\nversion=3\ninDegrees=no\nendheader\n\
                     time\t/jointset/hip_r/hip_flexion_r/value\t/jointset/hip_r/hip_flexion_r/speed\t\
                     /jointset/ground_pelvis/pelvis_tx/value\n0\t0.5\t1\t2\n0.1\t1\t2\t3\n";

fn read(text: &str, options: &OpenSimOptions) -> Result<Trial, Error> {
    parse("walk.sto".as_ref(), text, options)
}

fn default(text: &str) -> Result<Trial, Error> {
    read(text, &OpenSimOptions::default())
}

#[test]
fn two_headers_that_agree_are_read() {
    let trial = default(BOTH).unwrap();
    assert_eq!(trial.samples, [0.5, 10.0, 0.6, 60.0]);
    assert_eq!(trial.read_as.about("angles"), Some("degrees"));
    for (from, to, expected) in [
        (
            "datarows 2",
            "datarows 3",
            "walk.sto:10: the header says 3 rows; the table has 2",
        ),
        (
            "nRows=2",
            "nRows=3",
            "walk.sto:3: the header says 3 rows; the table has 2",
        ),
        (
            "nColumns=3",
            "nColumns=2",
            "walk.sto:4: the header says 2 columns; the table has 3",
        ),
        (
            "datacolumns 3",
            "datacolumns 4",
            "walk.sto:9: the header says 4 columns; the table has 3",
        ),
    ] {
        let text = BOTH.replace(from, to);
        let error = default(&text).unwrap_err();
        assert_eq!(error.to_string(), expected);
        let options = OpenSimOptions {
            counts: HeaderCounts::Ignore,
            ..OpenSimOptions::default()
        };
        assert_eq!(read(&text, &options).unwrap().samples, trial.samples);
    }
    for twice in ["nRows=2", "datacolumns 3"] {
        let error = default(&BOTH.replace(twice, &format!("{twice}\n{twice}"))).unwrap_err();
        assert!(
            error.to_string().ends_with("stands twice in the header"),
            "{error}"
        );
    }
    let error = default(&BOTH.replace("datarows 2", "datarows 99999999999999999999")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Malformed);
}

#[test]
fn paths_are_the_coordinates_at_their_ends() {
    let trial = default(PATHS).unwrap();
    let speed = "/jointset/hip_r/hip_flexion_r/speed";
    assert_eq!(trial.joints, ["hip_flexion_r", speed, "pelvis_tx"]);
    assert_eq!(trial.joint("pelvis_tx").unwrap(), [2.0, 3.0]);
    assert!((trial.joint("hip_flexion_r").unwrap()[1] - 57.29578).abs() < 1e-4);
    assert!(trial.read_as.about("joints").unwrap().contains("paths"));
    assert_eq!(trial.read_as.about("angles"), Some("radians"));
    for name in ["hip_flexion_r", "/jointset/hip_r/hip_flexion_r/value"] {
        let options = OpenSimOptions {
            joints: JointSelection::names([name]),
            ..OpenSimOptions::default()
        };
        assert_eq!(read(PATHS, &options).unwrap().joints, ["hip_flexion_r"]);
    }
    let error = default(&PATHS.replace("inDegrees=no\n", "")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unit);
}

#[test]
fn coordinates_of_the_same_name_keep_their_paths() {
    let text = "inDegrees=yes\nendheader\ntime\t/jointset/a/knee/value\t/jointset/b/knee/value\t\
                /jointset//value\n0\t40\t50\t60\n1\t41\t51\t61\n";
    let trial = default(text).unwrap();
    let names = [
        "/jointset/a/knee/value",
        "/jointset/b/knee/value",
        "/jointset//value",
    ];
    assert_eq!(trial.joints, names);
    assert_eq!(trial.read_as.about("joints"), None);
}

#[test]
fn angles_in_the_other_unit_are_doubted() {
    let angles = |text: &str, unit| {
        let options = OpenSimOptions {
            angles: unit,
            ..OpenSimOptions::default()
        };
        let trial = read(text, &options).unwrap();
        trial.read_as.about("angles").unwrap().to_owned()
    };
    let radians = BOTH.replace("10.0", "0.1").replace("60.0", "-1.05");
    let found = angles(&radians, AngleUnit::FromHeader);
    let expected = "degrees (they look like radians: none is beyond ±1.05, and are taken as \
                    degrees)";
    assert_eq!(found, expected);
    assert_eq!(angles(&radians, AngleUnit::Degrees), "degrees");
    assert_eq!(angles(&radians, AngleUnit::Radians), "radians");
    let degrees = BOTH.replace("inDegrees=yes", "inDegrees=no");
    let found = angles(&degrees, AngleUnit::FromHeader);
    assert!(
        found.starts_with("radians (they look like degrees: one is ±60.0, and"),
        "{found}"
    );
    assert_eq!(angles(BOTH, AngleUnit::FromHeader), "degrees");
}

#[test]
fn tables_may_be_separated_by_semicolons() {
    use crate::motion::{CsvOptions, SampleTimes, read_csv};
    let folder = tempfile::tempdir().unwrap();
    for (text, separator) in [
        ("time;hip;knee\n0;1;2\n0.1;3;4\n", Some("semicolon")),
        ("time;hip;knee\n0;1,0;2\n0,1;3;4,0\n", Some("semicolon")),
        ("time\thip\tknee\n0\t1\t2\n0.1\t3\t4\n", Some("tab")),
        ("time,hip,knee\n0,1,2\n0.1,3,4\n", None),
    ] {
        let path = folder.path().join("walk.csv");
        std::fs::write(&path, text).unwrap();
        let options = CsvOptions::new(SampleTimes::Column("time".to_owned()));
        let trials = read_csv(&path, &options).unwrap();
        assert_eq!(trials[0].samples, [1.0, 2.0, 3.0, 4.0]);
        assert_eq!(trials[0].read_as.about("separator"), separator);
        let commas = text.contains(";1,0").then_some("decimal comma as in `1,0`");
        assert_eq!(trials[0].read_as.about("numbers"), commas);
    }
    let path = folder.path().join("walk.csv");
    std::fs::write(&path, "time;hip\n0;1,5\n0.1;2,5\n").unwrap();
    let options = CsvOptions::new(SampleTimes::Column("time".to_owned()));
    let error = read_csv(&path, &options).unwrap_err();
    assert!(
        error
            .to_string()
            .ends_with("`0.1` of `time` is not a number; expected a finite number")
    );
}
