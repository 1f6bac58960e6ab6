//! Tables as people have them: what is read, what is said, and what is refused.

use std::path::Path;

use super::*;

pub(super) fn read(text: &str, options: &HistoryOptions) -> Result<Histories, Error> {
    History::parse(Path::new("a.csv"), text, options)
}

fn plain(text: &str) -> Histories {
    read(text, &HistoryOptions::default()).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// The message, the hint and the names of the settings.
pub(super) fn refused(text: &str, options: &HistoryOptions) -> (String, String, Vec<&'static str>) {
    let error = read(text, options).expect_err(text);
    let settings = error.settings().iter().map(|(name, _)| *name).collect();
    (
        error.to_string(),
        error.hint().unwrap_or_default().to_owned(),
        settings,
    )
}

/// Rows of a time and a value, below a header.
pub(super) fn table(times: &[&str]) -> String {
    let rows = times.iter().enumerate();
    let rows = rows.map(|(row, time)| format!("{time},{}.5\n", row * row % 7));
    format!("when,y\n{}", rows.collect::<String>())
}

#[test]
fn times_are_read_however_they_are_written_and_go_on_so() {
    for (times, next) in [
        (&["2000Q3", "2000Q4", "2001Q1"][..], "2001Q2"),
        (&["2000-Q3", "2000-Q4", "2001-Q1"], "2001-Q2"),
        (&["Q3 2000", "Q4 2000", "Q1 2001"], "Q2 2001"),
        (&["1970 Q1", "1970 Q2", "1970 Q3"], "1970 Q4"),
        (&["2020-W52", "2020-W53", "2021-W01"], "2021-W02"),
        (&["2020W08", "2020W09", "2020W10"], "2020W11"),
        (&["2020-W10-1", "2020-W10-2", "2020-W10-3"], "2020-W10-4"),
        (
            &[
                "03/20/2022 10:00:00 PM",
                "03/20/2022 11:00:00 PM",
                "03/21/2022 12:00:00 AM",
            ],
            "03/21/2022 01:00:00 AM",
        ),
        (
            &[
                "2022-03-20 11:00 am",
                "2022-03-20 12:00 pm",
                "2022-03-20 1:00 pm",
            ],
            "2022-03-20 2:00 pm",
        ),
        (&["Jan-10", "Feb-10", "Mar-10"], "Apr-10"),
        (&["Nov-99", "Dec-99", "Jan-00"], "Feb-00"),
        (
            &["01-Jan-2022", "02-Jan-2022", "03-Jan-2022"],
            "04-Jan-2022",
        ),
        (&["01JAN2022", "02JAN2022", "03JAN2022"], "04JAN2022"),
        (&["1991 Jul", "1991 Aug", "1991 Sep"], "1991 Oct"),
        (&["May 2020", "June 2020", "July 2020"], "August 2020"),
        (&["May 2020", "Jun 2020", "Jul 2020"], "Aug 2020"),
        (
            &["Jan 5, 2022", "Jan 6, 2022", "Jan 7, 2022"],
            "Jan 8, 2022",
        ),
        (
            &["Sat 1 Jan 2022", "Sun 2 Jan 2022", "Mon 3 Jan 2022"],
            "Tue 4 Jan 2022",
        ),
        (
            &["2022-01-01 23:00:00 UTC", "2022-01-02 00:00:00 UTC"],
            "2022-01-02 01:00:00 UTC",
        ),
        (
            &[
                "2022-03-27T00:00+01:00",
                "2022-03-27T01:00+01:00",
                "2022-03-27T03:00+02:00",
            ],
            "2022-03-27T04:00+02:00",
        ),
        (
            &[
                "2022-10-30T02:00+0200",
                "2022-10-30T02:00+0100",
                "2022-10-30T03:00+0100",
            ],
            "2022-10-30T04:00+0100",
        ),
        (
            &[
                "2022-03-26 00:00:00+01:00",
                "2022-03-27 00:00:00+01:00",
                "2022-03-28 00:00:00+02:00",
            ],
            "2022-03-29 00:00:00+02:00",
        ),
    ] {
        let text = table(times).replace("Jan 5, 2022,", "\"Jan 5, 2022\",");
        let text = text
            .replace("Jan 6, 2022,", "\"Jan 6, 2022\",")
            .replace("Jan 7, 2022,", "\"Jan 7, 2022\",");
        let found = plain(&text);
        let history = &found.histories[0];
        assert_eq!(
            (found.histories.len(), history.values.len()),
            (1, times.len()),
            "{times:?}"
        );
        assert_eq!(
            history.timeline.stamp(times.len()).unwrap(),
            next,
            "{times:?}"
        );
        assert_eq!(history.timeline.stamps(0..times.len()).unwrap(), times);
        assert!(
            found
                .read_as
                .about("time")
                .unwrap()
                .starts_with("column \"when\" (1), every")
        );
        // And newest first.
        let mut back = times.to_vec();
        back.reverse();
        let text = table(&back).replace("Jan 5, 2022,", "\"Jan 5, 2022\",");
        let text = text
            .replace("Jan 6, 2022,", "\"Jan 6, 2022\",")
            .replace("Jan 7, 2022,", "\"Jan 7, 2022\",");
        let found = plain(&text);
        assert_eq!(
            found.read_as.about("order"),
            Some("newest first, turned round"),
            "{times:?}"
        );
        assert_eq!(found.histories[0].values.last(), Some(&0.5), "{times:?}");
        assert_eq!(
            found.histories[0].timeline.stamp(times.len()).unwrap(),
            next
        );
    }
}

#[test]
fn what_looks_like_times_and_cannot_be_read_is_never_dropped() {
    for (times, found) in [
        (
            &["2000H1", "2000H2", "2001H1"][..],
            "`2000H1` is no time that can be read",
        ),
        (
            &["10-Jan", "11-Jan", "12-Jan"],
            "`10-Jan` is no time that can be read",
        ),
        (
            &["2022-01-01", "2022-01-02", ""],
            "`` is no time that can be read",
        ),
        (
            &["2022-01-01", "2022-01-02", "Source: Office"],
            "`Source: Office` is no time",
        ),
        (
            &["2022-01-01", "2022-01-02", "2022-02-30"],
            "`2022-02-30` is no time",
        ),
        (
            &["00:00", "01:00", "02:00"],
            "is a time of day without a date; expected a date such as",
        ),
        (
            &["1/2/2020", "1/3/2020", "1/4/2020"],
            "can be read with the day or the month first",
        ),
        (&["2000Q1", "2000Q2", "2000Q5"], "`2000Q5` is no time"),
        (
            &["20/03/22", "21/03/22", "22/03/22"],
            "can be read with the day or the month first",
        ),
    ] {
        let (message, hint, _) = refused(&table(times), &HistoryOptions::default());
        assert!(
            message.contains(found) && message.starts_with("a.csv:"),
            "{message}"
        );
        assert!(!hint.is_empty());
    }
}

#[test]
fn the_time_column_is_found_wherever_it_stands() {
    let values = "sales,date\n5.5,2022-01-01\n7.5,2022-01-02\n6.5,2022-01-03\n6.0,2022-01-04\n";
    let found = plain(values);
    assert_eq!(found.histories[0].timeline.stamp(4).unwrap(), "2022-01-05");
    let line = "1 series of 4 values, header = yes, time = column \"date\" (2), every day (a.csv)";
    assert_eq!(found.read_as.to_string(), line);

    // The index of a table is left out where there are dates, and is the time where there are none.
    let found = plain(",date,y\n0,2022-01,4.5\n1,2022-02,3.5\n2,2022-03,4.5\n3,2022-04,4.0\n");
    assert_eq!(found.histories.len(), 1);
    assert_eq!(
        found.read_as.about("left out"),
        Some("column 1 (unnamed, numbers rows)")
    );
    let found = plain("Unnamed: 0,y\n0,4.5\n1,3.5\n2,4.5\n3,4.0\n");
    assert_eq!((found.histories.len(), &*found.histories[0].name), (1, "y"));
    let time = "column \"Unnamed: 0\" (1), in steps of 1";
    assert_eq!(found.read_as.about("time"), Some(time));
    let found = plain("kind,Obs,a,b\nx,1,5.5,7.5\ny,2,6.5,7.5\nx,3,5.5,8.5\ny,4,5.0,9.0\n");
    let left = "column \"kind\" (1, text) and column \"Obs\" (2, numbers rows)";
    assert_eq!(found.read_as.about("left out"), Some(left));
    assert_eq!(found.read_as.about("time"), Some("none, rows are counted"));
    // A sensor's clock with its unit.
    let found = plain("Time (s),load\n0,4.5\n0.5,3.5\n1,4.5\n1.5,4.0\n");
    assert_eq!(
        (found.histories.len(), &*found.histories[0].name),
        (1, "load")
    );
    let time = "column \"Time (s)\" (1), in steps of 0.5";
    assert_eq!(found.read_as.about("time"), Some(time));
    // Stamps of a table without a header are no values.
    let found = plain("1640995200,4.5\n1640998800,3.5\n1641002400,7.5\n");
    assert_eq!(found.histories[0].timeline.stamp(3).unwrap(), "1641006000");

    // Of two columns of dates the one with a name for times; else it is asked for.
    let two = "ordered,DATE,y\n2022-01-01,2022-02-01,5.5\n2022-01-02,2022-02-02,6.5\n2022-01-03,2022-02-03,1.5\n";
    assert_eq!(
        plain(two).read_as.about("time"),
        Some("column \"DATE\" (2), every day")
    );
    let (message, _, settings) =
        refused(&two.replace("DATE", "shipped"), &HistoryOptions::default());
    assert_eq!(
        message,
        "a.csv: several columns may hold the times: `ordered`, `shipped`"
    );
    assert_eq!(settings, ["time"]);
    let given = HistoryOptions {
        time: Some("ordered".to_owned()),
        ..HistoryOptions::default()
    };
    let found = read(&two.replace("DATE", "shipped"), &given).unwrap();
    assert_eq!(found.histories[0].timeline.stamp(3).unwrap(), "2022-01-04");
    assert_eq!(
        found.read_as.about("left out"),
        Some("column \"shipped\" (2, dates)")
    );

    // A date and a time of day, and years and months, are one time.
    let found =
        plain("Date,Time,y\n20/03/2022,22:00,1.5\n20/03/2022,23:00,2.5\n21/03/2022,00:00,3.5\n");
    assert_eq!(
        found.histories[0].timeline.stamp(3).unwrap(),
        "21/03/2022 01:00"
    );
    let time = "column \"Date\" (1) and column \"Time\" (2) joined, every hour";
    assert_eq!(found.read_as.about("time"), Some(time));
    let found = plain("year,month,y\n2020,11,1.5\n2020,12,2.5\n2021,1,2.0\n2021,2,3.5\n");
    assert_eq!(found.histories.len(), 1);
    assert_eq!(found.histories[0].timeline.stamp(4).unwrap(), "2021-3");
    for (text, next) in [
        (
            "year,quarter,y\n2020,3,1.5\n2020,4,2.5\n2021,1,2.0\n",
            "2021Q2",
        ),
        (
            "Year,Qtr,y\n2020,Q3,1.5\n2020,Q4,2.5\n2021,Q1,2.0\n",
            "2021Q2",
        ),
        (
            "date,hour,y\n2020-01-01,22,1.5\n2020-01-01,23,2.5\n2020-01-02,0,2.0\n",
            "2020-01-02 1:00",
        ),
        (
            "date,HE,y\n2020-01-01,23,1.5\n2020-01-01,24,2.5\n2020-01-02,1,2.0\n",
            "2020-01-02 1:00",
        ),
        (
            "date,hr,hour ending,y\n2020-01-01,low,7,1.5\n2020-01-01,low,8,2.5\n2020-01-01,high,9,2.0\n",
            "2020-01-01 9:00",
        ),
        (
            "date,HourEnding,y\n2020-01-01,23:00,1.5\n2020-01-01,24:00,2.5\n2020-01-02,01:00,2.0\n",
            "2020-01-02 01:00",
        ),
        (
            "date,hour,y\n2020-01-01 00:00:00,8.0,1.5\n2020-01-01 00:00:00,9.0,2.5\n2020-01-01 00:00:00,10.0,2\n",
            "2020-01-01 11:00",
        ),
        (
            "stamp,y\n2020123122,1.5\n2020123123,2.5\n2021010100,2.0\n",
            "2021010101",
        ),
    ] {
        let found = plain(text);
        assert_eq!(found.histories.len(), 1, "{text}");
        assert_eq!(found.histories[0].timeline.stamp(3).unwrap(), next);
    }
    // Times that leave some out are times, and no series.
    let gap = "stamp,y\n2020123120,1.5\n2020123121,2.5\n2020123123,2.0\n2021010100,1.0\n";
    let (message, _, settings) = refused(gap, &HistoryOptions::default());
    assert!(message.contains("to `2020123123` is 2 hours"), "{message}");
    assert_eq!(settings, ["fill", "time"]);
}

#[test]
fn several_series_in_one_table_are_not_glued_together() {
    for (text, id) in [
        (
            "unique_id,ds,y\nA,2022-01,1.5\nA,2022-02,2.5\nB,2022-01,1.5\nB,2022-02,2.5\n",
            "unique_id",
        ),
        (
            "store,date,y\n1,2022-01,1.5\n1,2022-02,2.5\n2,2022-01,1.5\n2,2022-02,2.5\n",
            "store",
        ),
        (
            "Store,Day,Date,Sales\n1,4,2022-03,15\n2,4,2022-03,25\n1,3,2022-02,17\n2,3,2022-02,29\n",
            "Store",
        ),
        ("id,time,value\na,0,5.5\na,1,5.5\nb,0,6.5\nb,1,7.5\n", "id"),
        ("shop,y\nn,1.5\nn,2.5\nn,3.5\nw,5.5\nw,2.5\n", "shop"),
    ] {
        let (message, hint, settings) = refused(text, &HistoryOptions::default());
        assert!(message.contains("several series"), "{message}");
        assert!(hint.contains(&format!("here `{id}`")), "{hint}");
        assert_eq!(settings[0], "id");
        let given = HistoryOptions {
            id: Some(id.to_owned()),
            ..HistoryOptions::default()
        };
        let found = read(text, &given).unwrap();
        assert!(found.histories.len() > 1, "{text}");
        assert!(found.read_as.about("id").is_some());
    }
    let (message, _, settings) = refused(
        "date,y\n2022-01,1.5\n2022-02,2.5\n2022-02,9.5\n",
        &HistoryOptions::default(),
    );
    assert!(
        message.starts_with("a.csv:4:1: the time `2022-02` is not later"),
        "{message}"
    );
    assert_eq!(settings, ["id"]);
}

#[test]
fn a_header_of_numbers_is_told_from_values() {
    let rows = "0.5,0.25,0.75,1.5\n0.75,0.5,0.25,2.5\n0.25,0.25,0.5,0.5\n";
    let found = plain(&format!("0,1,2,3\n{rows}"));
    assert_eq!(
        (&*found.histories[0].name, found.histories[0].values.len()),
        ("0", 3)
    );
    assert_eq!(found.read_as.about("header"), Some("yes"));
    let found = plain("0,1,2\n0.5,0.25,0.75\n0.75,0.5,0.25\n");
    assert_eq!(found.read_as.about("header"), Some("yes"));
    let found = plain("x,0,1,2\n2020-01,0.25,0.75,1.5\n2020-02,0.5,0.25,2.5\n");
    assert_eq!(
        (found.histories.len(), found.read_as.about("header")),
        (3, Some("yes"))
    );
    assert_eq!(plain(rows).read_as.about("header"), Some("no"));
    assert_eq!(
        plain("1,2,3\n4,5,6\n7,8,9\n").read_as.about("header"),
        Some("no")
    );
    for text in [
        "0,1\n0.5,0.25\n0.75,0.5\n",
        "0\n0.5\n0.25\n",
        "10,20,30\n1,5,2\n4,5,9\n",
        "x,4.5\n1.5,2.5\n1.0,3.5\n",
    ] {
        let (message, _, settings) = refused(text, &HistoryOptions::default());
        assert!(
            message.starts_with("a.csv:1:")
                && message.ends_with("so the first row may be a header or data"),
            "{message}"
        );
        assert_eq!(settings, ["header", "header"]);
        for (header, length) in [(true, 2), (false, 3)] {
            let given = HistoryOptions {
                header: Some(header),
                ..HistoryOptions::default()
            };
            if let Ok(found) = read(text, &given) {
                assert_eq!(found.histories[0].values.len(), length, "{text}");
            }
        }
    }
}

#[test]
fn what_is_no_table_of_numbers_is_told_apart() {
    let none = HistoryOptions::default();
    let found = plain("Datum;Menge\n01.01.2022;1.099,57\n02.01.2022;98,01\n");
    assert_eq!(found.histories[0].values, [1099.57, 98.01]);
    let numbers = "decimal comma and thousands point as in `1.099,57`";
    assert_eq!(found.read_as.about("numbers"), Some(numbers));
    let doubtful = "Datum;Menge\n01.01.2022;1.049\n02.01.2022;987\n";
    let (message, _, settings) = refused(doubtful, &none);
    assert_eq!(
        message,
        "a.csv:2:2: `1.049` can be read in two ways, as 1.049 or 1049"
    );
    assert_eq!(settings, ["decimal", "thousands"]);
    let given = HistoryOptions {
        decimal: Some('.'),
        thousands: Some(None),
        ..HistoryOptions::default()
    };
    assert_eq!(
        read(doubtful, &given).unwrap().histories[0].values,
        [1.049, 987.0]
    );
    let found = plain("date,rate\n2022-01,10.5%\n2022-02,11%\n");
    assert_eq!(found.histories[0].values, [10.5, 11.0]);
    assert_eq!(
        found.read_as.about("units"),
        Some("left out, as in `10.5%`")
    );
    let (message, hint, _) = refused(
        "Monthly sales\nUnits: EUR\ndate,y\n2022-01,1.5\n2022-02,2.5\n",
        &none,
    );
    assert_eq!(
        message,
        "a.csv:1: the first row has 1 field; most rows have 2"
    );
    assert!(hint.contains("above the table"));
}

#[test]
fn a_column_is_in_one_style_and_identifiers_stay() {
    let (message, ..) = refused("t;y\n1;2,5\n2;1.5\n3;4,25\n", &HistoryOptions::default());
    assert_eq!(
        message,
        "a.csv:3:2: field `1.5` is no number with a decimal comma, as its column has"
    );
    let comma = HistoryOptions {
        decimal: Some(','),
        id: Some("who".to_owned()),
        ..HistoryOptions::default()
    };
    let (message, ..) = refused(
        "y\n1.250\n0.750\n900\n",
        &HistoryOptions {
            id: None,
            ..comma.clone()
        },
    );
    assert!(message.contains("field `0.750` is no number"), "{message}");
    let rows = |who: &str| {
        (1..4)
            .map(|at| format!("{who};{at};{at},5\n"))
            .collect::<String>()
    };
    let text = format!("who;t;y\n{}{}", rows("001"), rows("1"));
    let read = read(&text, &comma).unwrap();
    let names: Vec<&str> = read.histories.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names, ["001", "1"]);
}

/// An oscilloscope's: steps of 1e-8.
#[test]
fn times_with_exponents_keep_their_steps() {
    let rows = (0..9).map(|at| format!("{:.6}e-8,{}.5\n", f64::from(at), at * at % 7));
    let read = plain(&format!("t,y\n{}", rows.collect::<String>()));
    let [history] = &read.histories[..] else {
        panic!("one history");
    };
    assert_eq!(history.values.len(), 9);
    assert_eq!(history.timeline.stamp(9).unwrap(), "0.00000009000000");
    let said = read.read_as.to_string();
    assert!(said.contains("in steps of 0.00000001"), "{said}");
}

#[test]
fn a_small_shape_on_a_high_level_is_read_whole() {
    let found = plain("date,kwh\n2022-01-01,48211938.25\n2022-01-02,48211941.5\n");
    assert_eq!(found.histories[0].values, [48_211_938.25, 48_211_941.5]);
}
