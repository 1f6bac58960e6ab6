use std::path::Path;

use proptest::prelude::*;

use super::grid::Read;
use super::*;
use crate::cases::cases;

fn read(times: &[&str]) -> Result<Timeline, Error> {
    read_with(times, None)
}

fn read_with(times: &[&str], day_first: Option<bool>) -> Result<Timeline, Error> {
    Timeline::read(&column(times, day_first), &Grid::default()).map(|read| read.times)
}

fn column<'a>(times: &[&'a str], day_first: Option<bool>) -> TimeColumn<'a> {
    let fields = times.iter().enumerate();
    TimeColumn {
        path: Path::new("a.csv"),
        column: 1,
        name: "sales",
        day_first,
        fields: fields.map(|(row, time)| (row + 2, *time)).collect(),
    }
}

/// The times of a cell.
fn split(times: &str) -> Vec<&str> {
    times.split(", ").collect()
}

/// By hand: 1 February and 1 March, or 2 and 3 January.
#[test]
fn a_setting_tells_the_day_from_the_month() {
    let error = read(&["01/02/2022", "01/03/2022"]).unwrap_err();
    assert_eq!(
        error.settings(),
        [("day_first", "yes"), ("day_first", "no")]
    );
    for (times, day_first, step, next) in [
        (["01/02/2022", "01/03/2022"], true, "1 month", "01/04/2022"),
        (["01/02/2022", "01/03/2022"], false, "1 day", "01/04/2022"),
        (["1-2-22", "2-2-22"], true, "1 day", "3-2-22"),
        (["01.02.2022", "01.03.2022"], true, "1 month", "01.04.2022"),
        (["01.02.2022", "01.03.2022"], false, "1 day", "01.04.2022"),
        (["1-2-22", "2-2-22"], false, "1 month", "3-2-22"),
        (["2022-01-31", "2022-02-28"], true, "1 month", "2022-03-31"),
    ] {
        let timeline = read_with(&times, Some(day_first)).unwrap();
        assert_eq!(timeline.step().to_string(), step, "{times:?}");
        assert_eq!(timeline.stamp(2).unwrap(), next);
        let could_be_otherwise = times[0].starts_with(['0', '1']) && !times[0].contains('.');
        assert_eq!(
            timeline.day_first(),
            could_be_otherwise.then_some(day_first)
        );
    }
    assert!(read_with(&["13/02/2022", "14/02/2022"], Some(false)).is_err());
}

/// By hand.
#[test]
fn times_that_follow_begin_where_others_end() {
    let decimal = |from: usize, count: usize| -> Vec<String> {
        let years = from..from + count;
        years
            .map(|month| format!("{:.3}", 1949.0 + month as f64 / 12.0))
            .collect()
    };
    let read_all =
        |times: &[String]| read(&times.iter().map(String::as_str).collect::<Vec<_>>()).unwrap();
    let before = read_all(&decimal(0, 100));
    // Steps between rounded numbers are means, which differ.
    let next = read_all(&decimal(100, 12));
    assert_ne!(before.step(), next.step());
    assert!(before.goes_on(100, &next) && before.has_step_of(&next));
    assert!(!before.goes_on(101, &next) && !before.goes_on(99, &next));
    for [before, next, goes_on] in cases(
        "1, 2, 3                                  | 4, 5                              | yes
        1, 2, 3                                  | 5, 6                              | no
        1, 2, 3                                  | 4, 6                              | no
        2024-01-01, 2024-01-02                   | 2024-01-03, 2024-01-04            | yes
        2024-01-01, 2024-01-02                   | 2024-01-04, 2024-01-05            | no
        2024-01-01, 2024-01-02                   | 2024-01-03 00:00, 2024-01-04 00:00 | yes
        2024-01-01, 2024-01-02                   | 2025-01-03 00:00, 2025-01-04 00:00 | no
        2024-01-01, 2024-01-02                   | 2024-01-03, 2024-01-10            | no
        2024-03-31T00:00+01:00, 2024-03-31T01:00+01:00 | 2024-03-31T03:00+02:00, 2024-03-31T04:00+02:00 | yes
        1, 2                                     | 2024-01-03, 2024-01-04            | no",
    ) {
        let [one, other] = [&before, &next].map(|times| read(&split(times)).unwrap());
        let count = split(&before).len();
        assert_eq!(one.goes_on(count, &other), goes_on == "yes", "{before} {next}");
    }
}

#[test]
fn times_go_on_in_the_way_they_are_written() {
    for [times, step, next] in cases(
        "2016-07-01 22:00:00, 2016-07-01 23:00:00 | 1 hour     | 2016-07-02 00:00:00
        1990/1/30 0:00, 1990/1/31 0:00           | 1 day      | 1990/2/1 0:00
        2010/10/29 10:00, 2010/10/30 10:00       | 1 day      | 2010/10/31 10:00, 2010/11/01 10:00
        1949-11, 1949-12                         | 1 month    | 1950-01, 1950-02
        2002-01-01 00:00:00, 2002-01-08 00:00:00 | 7 days     | 2002-01-15 00:00:00
        2024-02-28T23:30Z, 2024-02-29T00:00Z     | 30 minutes | 2024-02-29T00:30Z
        2024-01-01T00:00:00Z, 2024-01-01T00:00:45Z | 45 seconds | 2024-01-01T00:01:30Z
        2024-01-01T00:00:00.5+01, 2024-01-01T00:00:01.0+01 | 0.5 seconds | 2024-01-01T00:00:01.5+01
        1821, 1822, 1823                         | 1          | 1824
        -20, -10                                 | 10         | 0, 10
        01.02.2020, 01.03.2020                   | 1 month    | 01.04.2020
        12/30/2020, 12/31/2020                   | 1 day      | 01/01/2021
        31/12/2020, 1/1/2021                     | 1 day      | 2/1/2021
        2023-11-30, 2024-02-29, 2024-05-31       | 3 months   | 2024-08-31, 2024-11-30, 2025-02-28
        2023-01-30, 2023-02-28, 2023-03-30       | 1 month    | 2023-04-30, 2023-05-30
        2020-02-29, 2021-02-28                   | 1 year     | 2022-02-28, 2023-02-28, 2024-02-29
        20200131, 20200201                       | 1 day      | 20200202
        202011, 202012                           | 1 month    | 202101
        01/2020, 02/2020                         | 1 month    | 03/2020
        20200131 9:00, 20200131 10:00            | 1 hour     | 20200131 11:00
        2024013122, 2024013123                   | 1 hour     | 2024020100
        202401312350, 202402010000               | 10 minutes | 202402010010
        20240131235958, 20240131235959           | 1 second   | 20240201000000
        1700000000, 1700003600                   | 3600       | 1700007200
        2024013198, 2024013199                   | 1          | 2024013200
        20200198, 20200199                       | 1          | 20200200",
    ) {
        let (times, next) = (split(&times), split(&next));
        let timeline = read(&times).unwrap();
        assert_eq!(timeline.step().to_string(), step);
        let written = timeline.stamps(0..times.len() + next.len()).unwrap();
        let (old, new) = written.split_at(times.len());
        assert_eq!(new, next);
        // A date that is written in two ways is written as the first of them.
        if !times[0].starts_with("2010/10") && !times[0].starts_with("31/12") {
            assert_eq!(old, times);
        }
    }
    // (1949 + month / 12), rounded.
    let months = read(&split("1949.000, 1949.083, 1949.167, 1949.250, 1949.333")).unwrap();
    assert!(matches!(months.step(), Step::Counts(step) if (step - 0.08325).abs() < 1e-9));
    assert_eq!(months.stamp(5).unwrap(), "1949.416");
    let counts = Timeline::counts();
    assert_eq!(counts.stamps(3..5).unwrap(), ["3", "4"]);
    assert_eq!(counts.step(), Step::Counts(1.0));
}

#[test]
fn what_is_wrong_with_times_is_said_with_its_place() {
    for [times, expected] in cases(
        "2020-01, 2020-13       | 3:1: `2020-13` is no time that can be read; expected one written
        2020-01, 2020/02       | 3:1: `2020/02` is no time that can be read; expected one written
        soon, later            | 2:1: `soon` is no time that can be read; expected a date such as
        2020-01-01T00:00+25:00, 2020-01-02T00:00+25:00 | 2:1: `2020-01-01T00:00+25:00` is no time
        00:00:00, 00:00:01     | 2:1: `00:00:00` is a time of day without a date; expected a date such as
        2020-01-01, ?          | 3:1: `?` is no time that can be read; expected a date such as
        1/2/2020, 1/3/2020     | 2:1: `1/2/2020` can be read with the day or the month first
        2020-01-02, 2020-01-02 | 3:1: the time `2020-01-02` is not later than `2020-01-02` on line 2
        1821, 1823, 1822       | 4:1: the time `1822` is not later than `1823` on line 3
        20200102, 20200103, 20200106, 20200107 | 4:1: from `20200103` on line 3 to `20200106` is 3
        2020-01, 2020-02, 2020-04, 2020-05 | 4:1: from `2020-02` on line 3 to `2020-04` is 2 months
        1700, 1701, 1703, 1704 | 4:1: from `1701` on line 3 to `1703` is 2; the usual step is 1
        1, 3, 4, 5, 7          | 4:1: from `3` on line 3 to `4` is 1; the usual step is 2
        0.1, 0.2, 0.4, 0.5     | 4:1: from `0.2` on line 3 to `0.4` is 0.2; the usual step is 0.1
        2020-01-01             | 2:1: `sales` has a single time; expected at least two",
    ) {
        let error = read(&split(&times)).unwrap_err();
        let message = error.to_string();
        assert!(
            message.starts_with(&format!("a.csv:{expected}")),
            "{message}"
        );
        assert!(error.hint().is_some());
    }
}

/// As numbers, 2001.01 comes 0.89 after 2000.12.
#[test]
fn years_with_months_or_quarters_are_told_from_numbers() {
    let months = ["2000.10", "2000.11", "2000.12", "2001.01", "2001.02"];
    let quarters = ["20003", "20004", "20011", "20012"];
    let halves = ["2000.01", "2000.07", "2001.01", "2001.07"];
    let fill = Grid {
        fill: true,
        ..Grid::default()
    };
    let weeks = ["202051", "202052", "202053", "202101"];
    let days = ["2019364", "2019365", "2020001"];
    for (times, row) in [
        (&months[..], 5),
        (&quarters, 4),
        (&halves, 4),
        (&weeks, 5),
        (&days, 4),
    ] {
        let mut backwards = times.to_vec();
        backwards.reverse();
        for grid in [Grid::default(), fill] {
            let error = Timeline::read(&column(times, None), &grid).err().unwrap();
            let expected = format!("a.csv:{row}:1: from ");
            assert!(error.to_string().starts_with(&expected), "{error}");
            assert!(error.to_string().contains("years with months"), "{error}");
            assert!(Timeline::read(&column(&backwards, None), &grid).is_err());
        }
    }
    // Years alone, the same month of each, and counts that are no calendar.
    for times in [
        &["2000.01", "2001.01", "2002.01"][..],
        &["20001", "20002", "20003"],
        &["1999.98", "1999.99", "2000.00", "2000.01"],
        &["20009", "20010", "20011"],
        &["202014", "202015", "202016"],
        &["2019998", "2019999", "2020000", "2020001"],
    ] {
        assert!(read(times).is_ok(), "{times:?}");
    }
}

#[test]
fn times_out_of_range_are_an_error_and_not_a_panic() {
    let message = "the time 2 steps after the first one is out of range; the last year is 9999";
    let years = read(&["9998-01-01", "9999-01-01"]).unwrap();
    assert_eq!(years.stamp(2).unwrap_err().to_string(), message);
    let days = read(&["2020-01-01", "2020-01-02"]).unwrap();
    assert!(days.stamp(usize::MAX).is_err());
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
    fn numbers_far_apart_are_filled_in_within_bounds_or_refused(
        times in prop::collection::vec("-?[0-9]{1,3}(e[0-9]{1,3})?", 0..5),
    ) {
        let times: Vec<&str> = times.iter().map(String::as_str).collect();
        let grid = Grid { fill: true, ..Grid::default() };
        if let Ok(Read { placed, .. }) = Timeline::read(&column(&times, None), &grid) {
            prop_assert_eq!(placed.places.len(), times.len());
            prop_assert!(placed.places.is_sorted_by(|one, other| one < other));
            prop_assert!((times.len()..=20 * times.len() + 100).contains(&placed.length()));
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
