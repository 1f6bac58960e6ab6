//! `retune forecast`, and `retune predict` on its programs.

use super::*;

/// The shipped history of airline passengers.
fn airline() -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    root.join("data/Airline/Airline.csv").display().to_string()
}

/// Two seasonal columns beside a date, `count` days.
fn table(count: usize) -> String {
    let mut text = "date,a,b\n".to_owned();
    for day in 0..count {
        let wave = (TAU * day as f32 / 7.0).sin();
        // January to April of a leap year.
        let (mut month, mut of_month) = (1, day + 1);
        for length in [31, 29, 31] {
            if of_month <= length {
                break;
            }
            (month, of_month) = (month + 1, of_month - length);
        }
        let date = format!("2024-{month:02}-{of_month:02}");
        text.push_str(&format!("{date},{},{}\n", 10.0 + wave, wave * day as f32));
    }
    text
}

#[test]
fn a_table_is_forecast_and_its_program_forecasts_the_same() {
    let bench = Bench::new();
    let airline = airline();
    let forecast = bench.done(&[
        "forecast",
        &airline,
        "--horizon",
        "6",
        "--out",
        "air.safetensors",
        "--plot",
        "air.svg",
    ]);
    let lines: Vec<&str> = forecast.lines().collect();
    assert_eq!(
        lines[0],
        "series,time,forecast,lower_80,upper_80,lower_95,upper_95"
    );
    assert_eq!(lines.len(), 7);
    assert!(
        lines[1].starts_with("Passengers,1961-01,4") && lines[6].starts_with("Passengers,1961-06,")
    );
    let svg = fs::read_to_string(bench.path("air.svg")).unwrap();
    assert!(svg.starts_with("<svg") && svg.contains("Passengers") && svg.contains("1961-06"));
    assert_eq!(
        bench.done(&["predict", "air.safetensors", &airline]),
        forecast
    );
    let json = bench.json(&["predict", "air.safetensors", &airline]);
    assert_eq!(json["series"][0]["times"][0], "1961-01");
    assert_eq!(json["series"][0]["intervals"][1]["level"], 0.95);
    // What the fit found is in the program, and told again.
    assert_eq!(json["season"], 12);
    assert!(
        json["scores"].is_object() && json["calibration"].is_object(),
        "{json}"
    );

    // The step is kept with the program.
    let line = ["predict", "air.safetensors", &airline];
    let output = bench.retune(&line).output().unwrap();
    assert!(!text(&output.stderr).contains("note:"));
    bench.file("days.csv", table(60));
    let line = "predict air.safetensors days.csv --column a";
    let output = bench.retune(&words(line)).output().unwrap();
    let expected =
        "note: the program was fitted on values 1 month apart, and these are 1 day apart";
    assert!(
        text(&output.stderr).contains(expected),
        "{}",
        text(&output.stderr)
    );

    // Each task says what the other's program is for.
    bench.fit();
    let stderr = bench.fails(&["evaluate", "air.safetensors", "Waves/Waves_TEST.tsv"]);
    assert!(
        stderr.contains("is for forecasting, expected one for classification"),
        "{stderr}"
    );
    assert!(stderr.contains("hint: use `retune predict`"), "{stderr}");
    let cut: String = fs::read_to_string(&airline)
        .unwrap()
        .lines()
        .take(20)
        .map(|line| format!("{line}\n"))
        .collect();
    bench.file("short.csv", cut);
    let stderr = bench.fails(&["predict", "air.safetensors", "short.csv"]);
    assert!(
        stderr.contains("the history has 19 values; expected at least"),
        "{stderr}"
    );
}

#[test]
fn what_intervals_are_measured_on_is_said() {
    let bench = Bench::new();
    let mut long = "x\n".to_owned();
    for at in 0..1250 {
        long.push_str(&format!("{}\n", (at as f32 * 0.9).sin() + (at % 7) as f32));
    }
    bench.file("long.csv", long);
    let airline = airline();
    let options = ["--horizon", "2", "--transform", "none", "--context", "24"];
    for (file, backtest, windows, apart) in [
        // 29 of 144 values; and the later half of 250 of 1250. A window forecasts 2.
        (&airline[..], false, 28, false),
        ("long.csv", false, 124, true),
        // The last 250 are for the test.
        ("long.csv", true, 124, true),
    ] {
        let mut arguments = [&["forecast", file][..], &options].concat();
        if backtest {
            arguments.push("--backtest");
        }
        let json = bench.json(&arguments);
        let expected = serde_json::json!({ "windows": windows, "apart": apart });
        assert_eq!(json["calibration"], expected, "{file}");
        let scores = &json[if backtest { "fit" } else { "scores" }];
        assert_eq!(scores["calibration_windows"], windows as f64);
        let output = bench.retune(&arguments).output().unwrap();
        let stderr = text(&output.stderr);
        let notes: Vec<&str> = stderr
            .lines()
            .filter(|line| line.starts_with("intervals: "))
            .collect();
        let own = notes.iter().any(|note| note.ends_with("chose nothing"));
        assert_eq!((notes.len(), own), (1, apart), "{stderr}");
        arguments.push("--quiet");
        let output = bench.retune(&arguments).output().unwrap();
        assert_eq!(text(&output.stderr), "");
    }
}

#[test]
fn a_backtest_stands_beside_its_controls() {
    let bench = Bench::new();
    let airline = airline();
    let report = bench.json(&[
        "forecast",
        &airline,
        "--horizon",
        "6",
        "--backtest",
        "--stride",
        "3",
        "--quiet",
    ]);
    let names: Vec<&str> = report["rows"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["name"].as_str().unwrap())
        .collect();
    assert_eq!(
        names,
        [
            "retune",
            "ridge on the window",
            "random source",
            "last value",
            "seasonal naive",
            "drift"
        ]
    );
    assert_eq!(report["season"], 12);
    assert!(report["rows"][0]["mse"].as_f64() < report["rows"][4]["mse"].as_f64());
    for score in ["mae", "rmse", "smape", "mase"] {
        assert!(report["rows"][0][score].as_f64().unwrap() > 0.0, "{score}");
    }
    let text = bench.done(&[
        "forecast",
        &airline,
        "--horizon",
        "6",
        "--backtest",
        "--transform",
        "none",
        "--split",
        "100,20,24",
    ]);
    assert!(
        text.contains("seasonal naive") && text.contains("19 forecasts of 6 values from 1 series"),
        "{text}"
    );
    assert!(!text.contains("random source"), "{text}");

    // What came after stands in a file of its own.
    let (before, after) = (table(100), table(112));
    let after: String = after
        .lines()
        .enumerate()
        .filter(|(line, _)| *line == 0 || *line > 100)
        .map(|(_, line)| format!("{line}\n"))
        .collect();
    bench.file("before.csv", &before);
    bench.file("after.csv", &after);
    let report = bench.json(&words("forecast before.csv --time none --column a --column b --horizon 12 --season 7 --transform none --backtest --against after.csv --standardised"));
    assert_eq!(
        (&report["forecasts"], &report["series"]),
        (&2.into(), &2.into())
    );
    assert_eq!(report["against_read_as"]["file"], "after.csv");
    // With times they must go on: a day was left out, or they are of another year.
    let backtest =
        "forecast before.csv --horizon 5 --season 7 --transform none --backtest --against";
    bench.done(&[&words(backtest)[..], &["after.csv"]].concat());
    let mut late: Vec<&str> = after.lines().collect();
    late.remove(1);
    bench.file("late.csv", late.join("\n"));
    bench.file("year.csv", after.replace("2024", "2025"));
    for (file, begins) in [("late.csv", "2024-04-11"), ("year.csv", "2025-04-10")] {
        let stderr = bench.fails(&[&words(backtest)[..], &[file]].concat());
        let expected = format!("`a` begins at {begins} and goes on by 1 day; expected 2024-04-10");
        assert!(stderr.contains(&expected), "{stderr}");
    }
    bench.file("other.csv", after.replace(",b\n", ",c\n"));
    let stderr = bench.fails(&words(
        "forecast before.csv --time none --horizon 12 --backtest --against other.csv",
    ));
    assert!(stderr.contains("there is no `b`"), "{stderr}");
}

#[test]
fn what_cannot_be_forecast_says_why() {
    let bench = Bench::new();
    let table = table(60);
    bench.file("good.csv", &table);
    let skipped: String = table
        .lines()
        .enumerate()
        .filter(|(line, _)| *line != 30)
        .map(|(_, line)| format!("{line}\n"))
        .collect();
    bench.file("skipped.csv", skipped);
    bench.file("missing.csv", table.replacen(",10,", ",,", 1));
    bench.file(
        "constant.csv",
        (0..60).fold("x\n".to_owned(), |text, _| text + "5\n"),
    );
    let constant = bench.done(&words("forecast constant.csv --horizon 2 --quiet"));
    assert!(
        constant.ends_with("x,60,5,5,5,5,5\nx,61,5,5,5,5,5\n"),
        "{constant}"
    );
    bench.file("word.csv", table.replacen(",10,", ",many,", 1));
    bench.file("empty.csv", "");
    bench.file("two.csv", "x\n5\n5\n");
    for (command, message) in [
        (
            "forecast two.csv --horizon 1",
            "`x` has 2 values; expected at least",
        ),
        (
            "forecast constant.csv --horizon 2 --source none",
            "there is no source \"none\"",
        ),
        (
            "forecast good.csv --horizon 2 --season 30 --context 20",
            "a season of 30 values is longer than the context of 20",
        ),
        (
            "forecast good.csv --horizon 100",
            "has 60 values; expected at least 203 for",
        ),
        (
            "forecast good.csv --horizon 5 --context 1",
            "the context is 1; expected at least 2",
        ),
        (
            "forecast good.csv --horizon 5 --transform none --transform formants",
            "--transform none leaves the source out",
        ),
        (
            "forecast good.csv --horizon 5 --context 70",
            "has 60 values; expected at least 95 for",
        ),
        (
            "forecast good.csv --horizon 5 --column c",
            "there is no column `c`; there are",
        ),
        (
            "forecast good.csv --horizon 5 --time when",
            "there is no column `when`",
        ),
        (
            "forecast good.csv --horizon 5 --backtest --split 50,20,30",
            "the parts have 100 together",
        ),
        (
            "forecast good.csv --horizon 5 --backtest --split 50,7,3",
            "there are 3 values to score with; expected at least 5 for one forecast to be scored",
        ),
        ("forecast skipped.csv --horizon 5", "the usual step is"),
        ("forecast missing.csv --horizon 5", "the value is missing"),
        (
            "forecast constant.csv --horizon 5 --out p.safetensors",
            "moves",
        ),
        ("forecast word.csv --horizon 5 --column a", "`many`"),
        ("forecast empty.csv --horizon 5", "the file is empty"),
        (
            "forecast nowhere.csv --horizon 5",
            "cannot read nowhere.csv",
        ),
        (
            "forecast good.csv --horizon 5 --out good.csv",
            "it is also an input",
        ),
    ] {
        let stderr = bench.fails(&words(command));
        assert!(stderr.contains(message), "{command}: {stderr}");
    }
    for command in [
        "forecast good.csv",
        "forecast good.csv --horizon 0",
        "forecast good.csv --horizon 5 --season 0",
        "forecast good.csv --horizon 5 --split 0.5,0.2,0.3",
        "forecast good.csv --horizon 5 --backtest --split 1,2",
        "forecast good.csv --horizon 5 --backtest --out p.safetensors",
    ] {
        failure(bench.retune(&words(command)).output().unwrap(), 2);
    }
    let filled = bench.done(&words(
        "forecast missing.csv --horizon 3 --transform none --missing interpolate",
    ));
    assert_eq!(filled.lines().count(), 7);
}
