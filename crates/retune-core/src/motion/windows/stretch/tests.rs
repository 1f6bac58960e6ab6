use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::motion::{Trial, WindowLayout};

fn able_bodied_windows(cyclic: bool) -> Windows {
    let joint = vec!["hip".to_owned()];
    let trial = Trial::new("walk", "ann", 50.0, joint, vec![0.0; 50]).unwrap();
    let mut layout = WindowLayout::new(8, 4);
    layout.cyclic = cyclic;
    layout.cut_all([&trial; 3]).unwrap()
}

proptest! {
    #[test]
    fn tests_ask_for_nothing_that_adapting_has_seen(
        cyclic: bool,
        share in 0.1f64..0.3,
        seed: u64,
    ) {
        let windows = able_bodied_windows(cyclic);
        let stretch = Stretch::drawn(&windows, share, seed).unwrap();
        prop_assert_eq!(stretch.samples, (share * 150.0) as usize);
        prop_assert_eq!(stretch, Stretch::drawn(&windows, share, seed).unwrap());
        let samples = |windows: &Windows, from: usize, to: usize| -> BTreeSet<(usize, usize)> {
            let origins = windows.origins.iter();
            origins
                .flat_map(|o| (from..to).map(move |step| (o.trial, (o.start + step) % 50)))
                .collect()
        };
        let split = stretch.split(&windows).unwrap();
        let seen = samples(&split.adapting, 0, 12);
        // Every sample of the stretch is used, and no other.
        prop_assert_eq!(seen.len(), stretch.samples);
        prop_assert!(seen.is_disjoint(&samples(&split.testing, 8, 12)));
        prop_assert_eq!(split.adapting.len(), stretch.samples - 11);
        let all = split.adapting.len() + split.testing.len() + split.left_out;
        prop_assert_eq!(all, windows.len());
    }
}

#[test]
fn a_stretch_that_cannot_be_is_refused() {
    let windows = able_bodied_windows(true);
    for (share, expected) in [
        (0.0, "share of the samples"),
        (f64::NAN, "share of the samples"),
        (
            0.9,
            "a share of 0.9 is 135 samples of one trial; the person's longest has 50",
        ),
    ] {
        let error = Stretch::drawn(&windows, share, 0).unwrap_err();
        assert!(error.to_string().contains(expected), "{error}");
    }
    let mut stretch = Stretch::drawn(&windows, 0.2, 0).unwrap();
    stretch.samples = 11;
    let error = stretch.split(&windows).unwrap_err().to_string();
    assert!(error.contains("for adapting"), "{error}");
    stretch.trial = 3;
    let error = stretch.split(&windows).unwrap_err().to_string();
    assert!(error.contains("trial of the stretch is 3"), "{error}");
}
