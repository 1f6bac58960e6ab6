//! `.csv`, `.tsv`, `.txt` and files without an ending, long tables too. Two bytes choose how they are read.
#![no_main]
use libfuzzer_sys::fuzz_target;
use retune_core::series::{LabelColumn, LongColumns, Missing, ReadOptions, Unequal};

fuzz_target!(|data: &[u8]| {
    let [format, how, text @ ..] = data else {
        return;
    };
    let path = retune_fuzz::file(
        ["a.csv", "a.tsv", "a.txt", "a"][usize::from(format % 4)],
        text,
    );
    let is_set = |bit: u8| how & (1 << bit) != 0;
    let column = |name: &str| name.to_owned();
    let options = ReadOptions {
        missing: if is_set(0) {
            Missing::Interpolate
        } else {
            Missing::Reject
        },
        unequal: if is_set(1) {
            Unequal::Resample
        } else {
            Unequal::Reject
        },
        label: match format / 4 % 4 {
            0 => LabelColumn::Auto,
            1 => LabelColumn::Absent,
            2 => LabelColumn::Last,
            _ => LabelColumn::Number(2),
        },
        header: is_set(2).then_some(true),
        drop: is_set(3).then(|| column("1")).into_iter().collect(),
        columns: is_set(4).then(|| (column("2"), column("4"))),
        long: is_set(5).then(|| LongColumns {
            id: column("id"),
            channel: is_set(6).then(|| column("channel")),
            time: is_set(7).then(|| column("time")),
            value: column("value"),
        }),
        decimal: (format & 16 != 0).then_some(','),
        thousands: (format & 32 != 0).then_some(Some('.')),
        ..ReadOptions::default()
    };
    retune_fuzz::series(&path, &options);
});
