use std::path::Path;
use std::time::Duration;

use proptest::prelude::*;

use super::*;

fn read(times: &[&str]) -> Result<Timeline, Error> {
    let fields = times.iter().enumerate();
    let column = TimeColumn {
        path: Path::new("a.csv"),
        column: 1,
        name: "sales",
        fields: fields.map(|(row, time)| (row + 2, *time)).collect(),
    };
    Timeline::read(&column, &Grid::default()).map(|read| read.times)
}

fn days(days: u64) -> Step {
    Step::Duration(Duration::from_secs(days * 86_400))
}

#[test]
fn times_go_on_in_the_way_they_are_written() {
    let hour = Step::Duration(Duration::from_secs(3600));
    let cases: [(&[&str], Step, &[&str]); 21] = [
        (
            &["2016-07-01 22:00:00", "2016-07-01 23:00:00"],
            hour,
            &["2016-07-02 00:00:00", "2016-07-02 01:00:00"],
        ),
        (
            &["1990/1/30 0:00", "1990/1/31 0:00"],
            days(1),
            &["1990/2/1 0:00"],
        ),
        (
            &["2010/10/29 10:00", "2010/10/30 10:00"],
            days(1),
            &["2010/10/31 10:00", "2010/11/01 10:00"],
        ),
        (
            &["1949-11", "1949-12"],
            Step::Months(1),
            &["1950-01", "1950-02"],
        ),
        (
            &["2002-01-01 00:00:00", "2002-01-08 00:00:00"],
            days(7),
            &["2002-01-15 00:00:00", "2002-01-22 00:00:00"],
        ),
        (
            &["2024-02-28T23:30Z", "2024-02-29T00:00Z"],
            Step::Duration(Duration::from_secs(1800)),
            &["2024-02-29T00:30Z"],
        ),
        (
            &[
                "2024-01-01T00:00:00.50+01:00",
                "2024-01-01T00:00:01.00+01:00",
            ],
            Step::Duration(Duration::from_millis(500)),
            &["2024-01-01T00:00:01.50+01:00"],
        ),
        (&["1821", "1822", "1823"], Step::Counts(1.0), &["1824"]),
        (&["-20", "-10"], Step::Counts(10.0), &["0", "10"]),
        (
            &["01.02.2020", "01.03.2020"],
            Step::Months(1),
            &["01.04.2020"],
        ),
        (&["12/30/2020", "12/31/2020"], days(1), &["01/01/2021"]),
        (&["31/12/2020", "1/1/2021"], days(1), &["2/1/2021"]),
        // Quarters that end with the month, through a leap year's February and without.
        (
            &["2023-11-30", "2024-02-29", "2024-05-31"],
            Step::Months(3),
            &["2024-08-31", "2024-11-30", "2025-02-28"],
        ),
        (
            &["2023-01-30", "2023-02-28", "2023-03-30"],
            Step::Months(1),
            &["2023-04-30", "2023-05-30"],
        ),
        (
            &["2020-02-29", "2021-02-28"],
            Step::Months(12),
            &["2022-02-28", "2023-02-28", "2024-02-29"],
        ),
        (&["20200131", "20200201"], days(1), &["20200202"]),
        (&["202011", "202012"], Step::Months(1), &["202101"]),
        (&["01/2020", "02/2020"], Step::Months(1), &["03/2020"]),
        // (1949 + month / 12), rounded.
        (
            &["1949.000", "1949.083", "1949.167", "1949.250", "1949.333"],
            Step::Counts(0.08325),
            &["1949.416"],
        ),
        (
            &["20200131 9:00", "20200131 10:00"],
            hour,
            &["20200131 11:00"],
        ),
        (&["20200198", "20200199"], Step::Counts(1.0), &["20200200"]),
    ];
    for (times, step, next) in cases {
        let timeline = read(times).unwrap();
        match (timeline.step(), step) {
            (Step::Counts(found), Step::Counts(step)) => assert!((found - step).abs() < 1e-9),
            (found, step) => assert_eq!(found, step, "{times:?}"),
        }
        let written = timeline.stamps(0..times.len() + next.len()).unwrap();
        let (old, new) = written.split_at(times.len());
        assert_eq!(new, next);
        // The one date that is written in two ways is written as the first of them.
        if !times[0].starts_with("2010/10") && !times[0].starts_with("31/12") {
            assert_eq!(old, times);
        }
    }
    let counts = Timeline::counts();
    assert_eq!(counts.stamps(3..5).unwrap(), ["3", "4"]);
    assert_eq!(counts.step(), Step::Counts(1.0));
}

#[test]
fn what_is_wrong_with_times_is_said_with_its_place() {
    for (times, message) in [
        (
            vec!["2020-01-01", "2020-13-01"],
            "a.csv:3:1: `2020-13-01` is no time that can be read; \
             expected one written like `2020-01-01`",
        ),
        (
            vec!["2020-01-01", "2020/01/02"],
            "a.csv:3:1: `2020/01/02` is no time that can be read; \
             expected one written like `2020-01-01`",
        ),
        (
            vec!["soon", "later"],
            "a.csv:2:1: `soon` is no time that can be read; \
             expected a date such as 2016-07-01 00:00:00 or 2016-07, or a number",
        ),
        (
            vec!["2020-01-01", ""],
            "a.csv:3:1: `` is no time that can be read; \
             expected a date such as 2016-07-01 00:00:00 or 2016-07, or a number",
        ),
        (
            vec!["1/2/2020", "1/3/2020"],
            "a.csv:2:1: `1/2/2020` can be read with the day or the month first",
        ),
        (
            vec!["2020-01-02", "2020-01-02"],
            "a.csv:3:1: the time `2020-01-02` is not later than `2020-01-02` on line 2",
        ),
        (
            vec!["1821", "1823", "1822"],
            "a.csv:4:1: the time `1822` is not later than `1823` on line 3",
        ),
        (
            vec!["2020-01-02", "2020-01-03", "2020-01-06", "2020-01-07"],
            "a.csv:4:1: from `2020-01-03` on line 3 to `2020-01-06` is 3 days; \
             the usual step is 1 day",
        ),
        (
            vec!["2020-01", "2020-02", "2020-04", "2020-05"],
            "a.csv:4:1: from `2020-02` on line 3 to `2020-04` is 2 months; \
             the usual step is 1 month",
        ),
        (
            vec!["1700", "1701", "1703", "1704"],
            "a.csv:4:1: from `1701` on line 3 to `1703` is 2; the usual step is 1",
        ),
        (
            vec!["0.1", "0.2", "0.4", "0.5"],
            "a.csv:4:1: from `0.2` on line 3 to `0.4` is 0.2; the usual step is 0.1",
        ),
        (
            vec!["2020-01-01"],
            "a.csv:2:1: `sales` has a single time; expected at least two, to know the step",
        ),
    ] {
        let error = read(&times).unwrap_err();
        assert_eq!(error.to_string(), message, "{times:?}");
        assert!(error.hint().is_some());
    }
}

#[test]
fn times_out_of_range_are_an_error_and_not_a_panic() {
    let years = read(&["9998-01-01", "9999-01-01"]).unwrap();
    assert_eq!(
        years.stamp(2).unwrap_err().to_string(),
        "the time 2 steps after the first one is out of range; the last year is 9999"
    );
    assert!(
        read(&["2020-01-01", "2020-01-02"])
            .unwrap()
            .stamp(usize::MAX)
            .is_err()
    );
    let counts = read(&["9223372036854775800", "9223372036854775801"]).unwrap();
    assert!(counts.stamp(7).is_ok());
    assert!(counts.stamp(8).is_err());
    assert!(read(&["-9223372036854775800", "9223372036854775801"]).is_err());
}

proptest! {
    #[test]
    fn any_text_is_a_timeline_or_an_error(times in prop::collection::vec("[-0-9T:/.Z+ e]{0,24}", 0..5)) {
        let times: Vec<&str> = times.iter().map(String::as_str).collect();
        if let Ok(timeline) = read(&times) {
            let _ = timeline.stamps(0..20);
            let _ = timeline.step().to_string();
        }
    }

    #[test]
    fn dates_read_back_as_they_were_written(
        start in 0i64..3_000_000_000,
        step in 1i64..10_000_000,
        pattern in prop::sample::select(vec![
            "%Y-%m-%d %H:%M:%S", "%d.%m.%Y %H:%M:%S", "%Y%m%dT%H:%M:%S+01:00",
            "%m/%d/%Y %H:%M:%S", "%Y/%m/%d %H:%M:%S.250Z",
        ]),
    ) {
        use jiff::civil::date;
        let write = |place: i64| {
            let from = date(1950, 1, 1).at(0, 0, 0, 0);
            let after = jiff::SignedDuration::from_secs(start + place * step);
            from.checked_add(after).unwrap().strftime(pattern).to_string()
        };
        let times: Vec<String> = (0..4).map(write).collect();
        let given: Vec<&str> = times.iter().take(3).map(String::as_str).collect();
        // Three times may keep to a day of the month by chance.
        if let Ok(timeline) = read(&given) && matches!(timeline.step(), Step::Duration(_)) {
            prop_assert_eq!(timeline.stamps(0..4).unwrap(), times);
        }
    }
}
