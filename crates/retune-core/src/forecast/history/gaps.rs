//! Rows that are missing, times that are a little off, and days on which nothing is recorded.

use super::reading::{read, refused, table};
use super::*;
use crate::forecast::{Fill, Step};

#[test]
fn missing_rows_jitter_and_business_days() {
    let gap = "date,y\n2022-01-01,1\n2022-01-02,2\n2022-01-05,5.5\n2022-01-06,6\n";
    let (message, _, settings) = refused(gap, &HistoryOptions::default());
    let expected =
        "a.csv:4:1: from `2022-01-02` on line 3 to `2022-01-05` is 3 days; the usual step is 1 day";
    assert_eq!((&*message, settings), (expected, vec!["fill", "time"]));
    let fill = |fill| HistoryOptions {
        fill: Some(fill),
        ..HistoryOptions::default()
    };
    let found = read(gap, &fill(Fill::Last)).unwrap();
    assert_eq!(found.histories[0].values, [1.0, 2.0, 2.0, 2.0, 5.5, 6.0]);
    assert_eq!(
        found.read_as.about("filled"),
        Some("2 rows with the last value")
    );
    let found = read(gap, &fill(Fill::Interpolate)).unwrap();
    assert_eq!(
        found.histories[0].values[2..4],
        [2.0 + 3.5 * (1.0 / 3.0), 2.0 + 3.5 * (2.0 / 3.0)]
    );
    assert_eq!(found.histories[0].timeline.stamp(6).unwrap(), "2022-01-07");

    let step = |step| HistoryOptions {
        frequency: Some(step),
        ..HistoryOptions::default()
    };
    let week = [
        "2022-01-05",
        "2022-01-06",
        "2022-01-07",
        "2022-01-10",
        "2022-01-11",
    ];
    let (_, hint, settings) = refused(&table(&week), &HistoryOptions::default());
    assert!(
        hint.contains("business days") && settings == ["frequency", "fill"],
        "{hint}"
    );
    let found = read(&table(&week), &step(Step::BusinessDays)).unwrap();
    let next = found.histories[0].timeline.stamps(0..9).unwrap();
    assert_eq!(next[..5], week);
    assert_eq!(next[7..], ["2022-01-14", "2022-01-17"]);
    let holiday = [&week[..1], &week[2..]].concat();
    let (message, _, settings) = refused(&table(&holiday), &step(Step::BusinessDays));
    assert!(
        message.contains("1 row is missing in steps of 1 business day"),
        "{message}"
    );
    assert_eq!(settings, ["fill", "fill"]);
    let both = HistoryOptions {
        fill: Some(Fill::Last),
        ..step(Step::BusinessDays)
    };
    assert_eq!(
        read(&table(&holiday), &both).unwrap().histories[0]
            .values
            .len(),
        5
    );
    // A Saturday is none of them.
    let (message, ..) = refused(
        &table(&["2022-01-07", "2022-01-08"]),
        &step(Step::BusinessDays),
    );
    assert!(
        message.contains("`2022-01-08` is off the steps of 1 business day"),
        "{message}"
    );
    // Days are no months, and the first of them is on the step whatever the others are.
    for tolerance in [None, Some("1d".parse().unwrap())] {
        let monthly = HistoryOptions {
            tolerance,
            ..step(Step::Months(1))
        };
        let (message, ..) = refused(&table(&["2022-01-10", "2022-01-31"]), &monthly);
        assert!(
            message.contains("`2022-01-31` is off the steps of 1 month from `2022-01-10`"),
            "{message}"
        );
    }

    let jitter = [
        "2022-01-01 23:59:59",
        "2022-01-02 00:01:01",
        "2022-01-02 00:02:00",
        "2022-01-02 00:02:58",
        "2022-01-02 00:04:00",
    ];
    let (_, hint, settings) = refused(&table(&jitter), &HistoryOptions::default());
    assert!(hint.contains("a little beside equal steps"), "{hint}");
    assert_eq!(settings, ["tolerance", "time"]);
    for far in ["5s", "0.1"] {
        let given = HistoryOptions {
            tolerance: Some(far.parse().unwrap()),
            ..HistoryOptions::default()
        };
        let found = read(&table(&jitter), &given).unwrap();
        assert_eq!(
            found.histories[0].timeline.stamp(5).unwrap(),
            "2022-01-02 00:05:00"
        );
        assert_eq!(
            found.read_as.about("moved"),
            Some("3 times, by 2 seconds at most")
        );
    }
    let given = HistoryOptions {
        tolerance: Some("1s".parse().unwrap()),
        ..HistoryOptions::default()
    };
    let (message, ..) = refused(&table(&jitter), &given);
    assert!(
        message.contains("is off the steps of 1 minute"),
        "{message}"
    );

    // The last business days of months lie beside their ends, and the 1st and the 15th on no grid.
    let ends = table(&["2022-01-31", "2022-02-28", "2022-03-31", "2022-04-29"]);
    let (_, _, settings) = refused(&ends, &HistoryOptions::default());
    assert_eq!(settings, ["tolerance", "time"]);
    let given = HistoryOptions {
        tolerance: Some("2d".parse().unwrap()),
        ..HistoryOptions::default()
    };
    let timeline = &read(&ends, &given).unwrap().histories[0].timeline;
    assert_eq!(timeline.stamp(4).unwrap(), "2022-05-31");
    let halves = (1..6).map(|month| [1, 15].map(|day| format!("2022-{month:02}-{day:02}")));
    let halves = halves.flatten().collect::<Vec<_>>();
    let halves = halves.iter().map(String::as_str).collect::<Vec<_>>();
    let (_, _, settings) = refused(&table(&halves), &HistoryOptions::default());
    assert_eq!(settings, ["frequency", "tolerance", "time"]);

    let numbers = "t,y\n1,1.5\n2,2.5\n5,4.5\n6,4.0\n";
    let (_, _, settings) = refused(numbers, &HistoryOptions::default());
    assert_eq!(settings, ["fill", "time"]);
    assert_eq!(
        read(numbers, &fill(Fill::Last)).unwrap().histories[0]
            .values
            .len(),
        6
    );
    let months = table(&["2022-01", "2022-02", "2022-05"]);
    assert_eq!(
        read(&months, &fill(Fill::Last)).unwrap().histories[0]
            .values
            .len(),
        5
    );
    let (message, ..) = refused(&months, &step("1d".parse().unwrap()));
    assert!(
        message.contains("cannot go on in steps of 1 day"),
        "{message}"
    );
    let (message, ..) = refused("a,b\n1.5,2.5\n3.5,9.5\n", &fill(Fill::Last));
    assert_eq!(
        message,
        "a.csv: there are no times, and a fill is about times"
    );
    let far = table(&["2022-01-01", "2022-01-02", "2222-01-03"]);
    // The place of the second is beyond what a count holds.
    let farther = "t,y\n0,1.5\n1,2.5\n1e300,3.5\n".to_owned();
    for far in [far, farther] {
        assert!(
            refused(&far, &fill(Fill::Last))
                .0
                .contains("more would have to be filled in")
        );
    }
}
