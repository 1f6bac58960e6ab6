//! Histories: tables, panels and `.tsf`. Two bytes choose how they are read.
#![no_main]
use libfuzzer_sys::fuzz_target;
use retune_core::forecast::{Fill, History, HistoryOptions};
use retune_core::series::Missing;

fuzz_target!(|data: &[u8]| {
    let [format, how, text @ ..] = data else {
        return;
    };
    let path = retune_fuzz::file(["a.csv", "a.tsf"][usize::from(format % 2)], text);
    let is_set = |bit: u8| how & (1 << bit) != 0;
    let parsed = |texts: [&str; 4]| texts[usize::from(format / 8 % 4)].to_owned();
    let options = HistoryOptions {
        time: is_set(0).then(|| "time".to_owned()),
        id: is_set(1).then(|| "id".to_owned()),
        rows: is_set(2),
        missing: if is_set(3) {
            Missing::Interpolate
        } else {
            Missing::Reject
        },
        fill: is_set(4).then_some(if format & 2 == 0 {
            Fill::Interpolate
        } else {
            Fill::Last
        }),
        frequency: is_set(5).then(|| {
            parsed(["1d", "1month", "15min", "business-day"])
                .parse()
                .expect("a step")
        }),
        tolerance: is_set(6).then(|| {
            parsed(["1h", "0.1", "0.49", "2d"])
                .parse()
                .expect("a tolerance")
        }),
        day_first: is_set(7).then_some(true),
        decimal: (format & 4 != 0).then_some(','),
        ..HistoryOptions::default()
    };
    let Some(found) = retune_fuzz::outcome(History::read(&path, &options)) else {
        return;
    };
    assert!(!found.histories.is_empty());
    for history in found.histories {
        assert!(!history.values.is_empty() && history.values.iter().all(|value| value.is_finite()));
    }
});
