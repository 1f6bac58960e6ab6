use super::*;

/// A file in the form of today.
const WALK: &str = "walk\nversion=1\nnRows=3\nnColumns=4\ninDegrees=no\n\nUnits are S.I. units\n\n\
    endheader\ntime\tpelvis_tx\tknee_angle_r\thip_flexion_r\n\
    0.50\t 1.5\t 0.5\t-1\n0.51\t1.6\t1\t 0\n0.52\t1.7\t0\t0.25\n";

fn read_text(text: &str, options: &OpenSimOptions) -> Result<Trial, Error> {
    parse(Path::new("folder/walk.mot"), text, options)
}

fn message(text: &str) -> String {
    read_text(text, &OpenSimOptions::default())
        .unwrap_err()
        .to_string()
}

fn header(end: &str) -> String {
    format!("walk\ninDegrees=yes\nendheader\n{end}")
}

#[test]
fn radians_become_degrees_and_metres_stay() {
    let trial = read_text(WALK, &OpenSimOptions::default()).unwrap();
    assert_eq!(trial.joints, ["pelvis_tx", "knee_angle_r", "hip_flexion_r"]);
    assert_eq!(
        (trial.person.as_str(), trial.name.as_str()),
        ("walk", "walk")
    );
    assert!((trial.rate_hz - 100.0).abs() < 1e-3);
    assert_eq!([0, 3, 6].map(|place| trial.samples[place]), [1.5, 1.6, 1.7]);
    // 0.5 rad is 28.647889 degrees.
    assert!((trial.samples[1] - 28.647_89).abs() < 1e-5);
    assert!(is_translation("/jointset/ground_pelvis/pelvis_ty/value"));
    assert!(!is_translation("/jointset/hip_r/hip_flexion_r/value"));
}

#[test]
fn the_unit_may_be_said_otherwise() {
    let text = WALK.replace("inDegrees=no\n", "");
    assert_eq!(
        message(&text),
        "folder/walk.mot:8: the header does not say `inDegrees=yes` or `inDegrees=no`"
    );
    for (angles, factor) in [(AngleUnit::Degrees, 1.0), (AngleUnit::Radians, 57.295_78)] {
        let options = OpenSimOptions {
            angles,
            person: Some("ann".to_owned()),
            ..OpenSimOptions::default()
        };
        for text in [&text, WALK] {
            let trial = read_text(text, &options).unwrap();
            assert!((trial.samples[4] - factor).abs() < 1e-5);
            assert_eq!(trial.person, "ann");
        }
    }
}

#[test]
fn the_form_of_simm_is_read_as_well() {
    let text = "name walk.mot\ndatacolumns 3\ndatarows 2\notherdata 1\nrange 0 1\nendheader\n\
        \n  time   knee  hip \n 0   10   20\n 0.25  11   21\n\n";
    let options = OpenSimOptions {
        angles: AngleUnit::Degrees,
        joints: JointSelection::names(["hip", "knee"]),
        ..OpenSimOptions::default()
    };
    let trial = read_text(text, &options).unwrap();
    assert_eq!(trial.samples, [20.0, 10.0, 21.0, 11.0]);
    assert_eq!(trial.rate_hz, 4.0);
    for (from, to, what) in [
        ("columns 3", "columns 4", "columns"),
        ("rows 2", "rows 9", "rows"),
    ] {
        let error = read_text(&text.replace(from, to), &options).unwrap_err();
        assert!(error.to_string().contains(what), "{error}");
    }
}

#[test]
fn tabs_at_the_ends_of_lines_are_no_fields() {
    let text = "walk\t\t\t\nnRows=2\t\t\nnColumns=2\t\t\ninDegrees=yes\t\t\nendheader\t\t\n\
        time\tknee\t\t\n0\t1\t\t\n1\t2\t\t\n";
    let trial = read_text(text, &OpenSimOptions::default()).unwrap();
    assert_eq!(trial.samples, [1.0, 2.0]);
    let spaces = header("time\tknee\n0 \t 1\n 1    2\n");
    assert_eq!(
        read_text(&spaces, &OpenSimOptions::default())
            .unwrap()
            .len(),
        2
    );
}

#[test]
fn counts_must_agree_unless_they_are_ignored() {
    for (from, to, expected) in [
        (
            "nRows=3",
            "nRows=4",
            "folder/walk.mot:3: the header says 4 rows; the table has 3",
        ),
        (
            "nColumns=4",
            "nColumns=5",
            "folder/walk.mot:4: the header says 5 columns; the table has 4",
        ),
    ] {
        let text = WALK.replace(from, to);
        let error = read_text(&text, &OpenSimOptions::default()).unwrap_err();
        assert_eq!(error.to_string(), expected);
        assert!(error.hint().is_some());
        let options = OpenSimOptions {
            counts: HeaderCounts::Ignore,
            ..OpenSimOptions::default()
        };
        assert_eq!(read_text(&text, &options).unwrap().len(), 3);
    }
}

#[test]
fn headers_that_say_nonsense_are_refused() {
    for (from, to, expected) in [
        (
            "nRows=3",
            "nRows=-3",
            ":3: `nrows` is `-3`; expected a whole number",
        ),
        (
            "inDegrees=no",
            "inDegrees=maybe",
            ":5: `inDegrees` is `maybe`",
        ),
        ("version=1", "inDegrees=yes", ":5: `indegrees` stands twice"),
        ("version=1", "nRows=3", ":3: `nrows` stands twice"),
        ("version=1", "nColumns=4", ":4: `ncolumns` stands twice"),
        ("version=1", "DataType=Vec3", ":2: the data type is `Vec3`"),
        ("endheader", "", ":13: the file has no line `endheader`"),
        (
            "pelvis_tx",
            "knee_angle_r",
            ":10:3: the column `knee_angle_r` stands twice; it is also column 2",
        ),
        ("pelvis_tx", " ", ":10:2: the column has no name"),
        (
            "time",
            "frame",
            ":10: there is no time column `time`; the columns are `frame`, `pelvis_tx`",
        ),
    ] {
        let message = message(&WALK.replacen(from, to, 1));
        assert!(
            message.starts_with(&format!("folder/walk.mot{expected}")),
            "{message}"
        );
    }
    assert!(message("").starts_with("folder/walk.mot:1: the file has no line `endheader`"));
}

#[test]
fn files_without_samples_are_refused() {
    for text in [header(""), header("time\tknee\n"), header("\n\n")] {
        assert!(message(&text).contains("the file has no samples"), "{text}");
    }
    let one = message(&header("time\tknee\n0\t1\n"));
    assert_eq!(one, "the trial `walk` has 1 samples; expected at least 2");
    assert!(message(&header("time\n0\n1\n")).starts_with("no joints"));
}

#[test]
fn values_must_be_there_and_finite() {
    for (row, expected) in [
        ("1\t\t3", ":6:2: the value of `knee` is missing"),
        ("1\t2\t", ":6:3: the value of `hip` is missing"),
        ("1\tNaN\t3", ":6:2: the value of `knee` is missing"),
        ("1\tinf\t3", ":6:2: field `inf` of `knee` is not a number"),
        ("1\tx\t3", ":6:2: field `x` of `knee` is not a number"),
        ("x\t2\t3", ":6:1: field `x` of `time` is not a number"),
        ("1\t2", ":6: the row has 2 fields; expected 3"),
        ("1\t2\t3\t4", ":6: the row has 4 fields; expected 3"),
        ("0\t2\t3", ":6:1: the time 0 does not come after 0"),
    ] {
        let text = header(&format!("time\tknee\thip\n0\t1\t2\n{row}\n"));
        let message = message(&text);
        assert!(
            message.starts_with(&format!("folder/walk.mot{expected}")),
            "{message}"
        );
    }
    // What is too large only in degrees is refused too.
    let text = "inDegrees=no\nendheader\ntime knee\n0 1\n1 3e38\n";
    assert!(message(text).contains("field `3e38` of `knee`"));
    // What is wrong in a column that is not chosen does not matter.
    let options = OpenSimOptions {
        joints: JointSelection::names(["hip"]),
        ..OpenSimOptions::default()
    };
    let text = header("time\tknee\thip\n0\tx\t2\n1\t\t3\n");
    assert_eq!(read_text(&text, &options).unwrap().samples, [2.0, 3.0]);
}

#[test]
fn unknown_joints_list_the_known_ones() {
    let options = OpenSimOptions {
        joints: JointSelection::names(["toe"]),
        ..OpenSimOptions::default()
    };
    let message = read_text(WALK, &options).unwrap_err().to_string();
    assert_eq!(
        message,
        "folder/walk.mot:10: there is no joint column `toe`; \
         the columns are `time`, `pelvis_tx`, `knee_angle_r`, `hip_flexion_r`"
    );
}

/// Times 0, 1, 2, 4 and 5: by hand, even steps of 1 s have a sample at 3 s between 20 and 40.
#[test]
fn uneven_times_are_refused_or_interpolated() {
    let text = header("time\tknee\n0\t0\n1\t10\n2\t20\n4\t40\n5\t30\n");
    let error = read_text(&text, &OpenSimOptions::default()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "folder/walk.mot:7:1: the time 2 is off by 40 % of a step; expected even steps of 1.25 s"
    );
    assert!(error.hint().is_some());
    let options = OpenSimOptions {
        uneven_time: UnevenTime::Interpolate,
        ..OpenSimOptions::default()
    };
    let trial = read_text(&text, &options).unwrap();
    assert_eq!(trial.samples, [0.0, 10.0, 20.0, 30.0, 40.0, 30.0]);
    assert_eq!(trial.rate_hz, 1.0);
    let gaps = header("time\tknee\n0\t0\n1e-9\t0\n2e-9\t0\n1e9\t0\n");
    let error = read_text(&gaps, &options).unwrap_err();
    assert!(error.to_string().contains("the times have gaps"), "{error}");
    // Three digits are too few for 60 samples a second, but good enough.
    let rounded = header("time\tknee\n0\t0\n0.017\t1\n0.033\t2\n0.05\t3\n");
    let trial = read_text(&rounded, &OpenSimOptions::default()).unwrap();
    assert!((trial.rate_hz - 60.0).abs() < 1e-3);
}
