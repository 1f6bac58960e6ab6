//! Recordings of motion: OpenSim's files and tables.
#![no_main]
use libfuzzer_sys::fuzz_target;
use retune_core::motion::{
    AngleUnit, CsvOptions, HeaderCounts, OpenSimOptions, SampleTimes, UnevenTime, read_csv,
    read_opensim,
};

fuzz_target!(|data: &[u8]| {
    let [how, text @ ..] = data else { return };
    let is_set = |bit: u8| how & (1 << bit) != 0;
    let uneven_time = if is_set(1) {
        UnevenTime::Interpolate
    } else {
        UnevenTime::Refuse
    };
    let trials = if is_set(0) {
        let times = if is_set(2) {
            SampleTimes::Rate(50.0)
        } else {
            SampleTimes::Column("time".to_owned())
        };
        let options = CsvOptions {
            person: is_set(3).then(|| "person".to_owned()),
            trial: is_set(4).then(|| "trial".to_owned()).into_iter().collect(),
            uneven_time,
            ..CsvOptions::new(times)
        };
        retune_fuzz::outcome(read_csv(&retune_fuzz::file("a.csv", text), &options))
            .unwrap_or_default()
    } else {
        let options = OpenSimOptions {
            angles: if is_set(2) {
                AngleUnit::Radians
            } else {
                AngleUnit::FromHeader
            },
            counts: if is_set(3) {
                HeaderCounts::Ignore
            } else {
                HeaderCounts::Check
            },
            uneven_time,
            ..OpenSimOptions::default()
        };
        let trial = retune_fuzz::outcome(read_opensim(&retune_fuzz::file("a.mot", text), &options));
        trial.into_iter().collect()
    };
    for trial in trials {
        trial.check().expect("what is read fits together");
        assert!(!trial.is_empty());
    }
});
