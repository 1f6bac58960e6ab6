use super::*;
use crate::ErrorKind;

/// Two persons, one of them at two speeds.
const TABLE: &str = "subject,group,speed,phase,hip,knee\n\
    ann,able,90,0,1,2\nann,able,90,1,3,4\n\
    ann,able,120,0,5,6\nann,able,120,1,7,8\n\
    bo,able,90,0,9,10\nbo,able,90,1,11,12\n";

fn read_text(text: &str, options: &CsvOptions) -> Result<Vec<Trial>, Error> {
    parse(Path::new("folder/walks.csv"), text, options)
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

#[test]
fn one_file_holds_many_trials() {
    let trials = read_text(TABLE, &by_person()).unwrap();
    let names: Vec<_> = trials
        .iter()
        .map(|trial| (trial.person.as_str(), trial.name.as_str()))
        .collect();
    assert_eq!(names, [("ann", "90"), ("ann", "120"), ("bo", "90")]);
    assert_eq!(trials[1].samples, [6.0, 5.0, 8.0, 7.0]);
    assert_eq!(trials[1].joints, ["knee", "hip"]);
    assert_eq!(trials[1].rate_hz, 100.0);
    let persons = CsvOptions {
        trial: Vec::new(),
        ..by_person()
    };
    let trials = read_text(TABLE, &persons).unwrap();
    assert_eq!((trials.len(), trials[0].len()), (2, 4));
    assert_eq!(
        (trials[1].person.as_str(), trials[1].name.as_str()),
        ("bo", "bo")
    );
}

#[test]
fn times_give_the_rate_of_each_trial() {
    let text = "who,t,hip\na,0,1\nb,5,1\na,0.5,2\nb,5.25,2\n";
    let options = CsvOptions {
        person: Some("who".to_owned()),
        ..timed()
    };
    let trials = read_text(text, &options).unwrap();
    assert_eq!((trials[0].rate_hz, trials[1].rate_hz), (2.0, 4.0));
    assert_eq!(trials[1].joints, ["hip"]);
    // Without the column the times of the two do not fit together.
    let names = CsvOptions {
        joints: JointSelection::names(["hip"]),
        ..timed()
    };
    let error = read_text(text, &names).unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("folder/walks.csv:4:2: the time 0.5 does not come after 5")
    );
    assert!(error.hint().is_some());
    let uneven = "t,hip\n0,0\n1,1\n3,3\n4,4\n";
    let error = read_text(uneven, &timed()).unwrap_err();
    assert_eq!(
        (error.kind(), error.settings()),
        (ErrorKind::Time, &[("uneven", "")][..])
    );
    let options = CsvOptions {
        uneven_time: UnevenTime::Interpolate,
        ..timed()
    };
    assert_eq!(
        read_text(uneven, &options).unwrap()[0].samples,
        [0.0, 1.0, 2.0, 3.0, 4.0]
    );
}

#[test]
fn a_file_without_person_is_named_after_itself() {
    let trials = read_text("\n\nhip\n1\n", &CsvOptions::new(SampleTimes::Rate(50.0))).unwrap();
    assert_eq!(
        (trials[0].person.as_str(), trials[0].name.as_str()),
        ("walks", "walks")
    );
}

#[test]
fn what_does_not_fit_is_refused_with_its_place() {
    for (text, expected) in [
        ("", ":1: the file has no samples"),
        ("subject,speed,hip,knee\n", ":1: the file has no samples"),
        (
            "subject,speed,hip,hip\n",
            ":1:4: the column `hip` stands twice; it is also column 3",
        ),
        ("subject,speed,hip,\n", ":1:4: the column has no name"),
        (
            "subject,speed,hip\n",
            ":1: there is no joint column `knee`; the columns are `subject`",
        ),
        (
            "speed,hip,knee\n",
            ":1: there is no person column `subject`; the columns are `speed`",
        ),
        ("subject,hip,knee\n", ":1: there is no trial column `speed`"),
        (
            "subject,speed,hip,knee\na,1,2\n",
            ":2: the row has 3 fields; expected 4",
        ),
        (
            "subject,speed,hip,knee\n\na,1,2,\n",
            ":3:4: the value of `knee` is missing",
        ),
        (
            "subject,speed,hip,knee\na,1,x,2\n",
            ":2:3: field `x` of `hip` is not a number",
        ),
        (
            "subject,speed,hip,knee\na,1,-inf,2\n",
            ":2:3: field `-inf` of `hip` is not a number",
        ),
        (
            "subject,speed,hip,knee\n,1,1,2\n",
            ":2:1: `subject` is empty",
        ),
        (
            "subject,speed,hip,knee\na, ,1,2\n",
            ":2:2: `speed` is empty",
        ),
    ] {
        let message = read_text(text, &by_person()).unwrap_err().to_string();
        assert!(
            message.starts_with(&format!("folder/walks.csv{expected}")),
            "{message}"
        );
    }
    let message = |text, options| read_text(text, &options).unwrap_err().to_string();
    assert!(message("hip\n1\n", timed()).contains("there is no time column `t`"));
    assert!(message("t\n1\n", timed()).starts_with("no joints"));
    assert!(message("t,hip\n1,2\n", timed()).starts_with("the trial `walks` has 1 samples"));
    let rate = message("hip\n1\n", CsvOptions::new(SampleTimes::Rate(-1.0)));
    assert!(rate.starts_with("-1 is no sampling rate"));
}

#[test]
fn text_columns_ask_for_a_choice_of_joints() {
    let options = CsvOptions {
        joints: JointSelection::All,
        ..by_person()
    };
    let error = read_text(TABLE, &options).unwrap_err();
    let expected = "folder/walks.csv:2:2: field `able` of `group` is not a number";
    assert!(error.to_string().starts_with(expected));
    assert!(error.hint().unwrap().ends_with("choose the joints"));
}
