use proptest::prelude::*;

use super::*;

fn known() -> Retrieval {
    let inputs = vec![1.0, 10.0, 2.0, 20.0, 3.0, 30.0, 4.0, 40.0];
    let outputs = vec![0.0, 0.0, 3.0, 4.0, 0.0, 1.0, 6.0, 8.0];
    Retrieval::new(inputs, 2, outputs, 2).unwrap()
}

/// Reference, with numpy 2: the distances of `[0, 3]` from the outputs above are 3, √10, 2 and √61;
///
/// ```python
/// d = np.array([3, 10**.5, 2]); w = 1 / d; x = np.array([[1, 10], [2, 20], [3, 30.]])
/// (w @ x) / w.sum()                                      # 2.14498287, 21.44982869
/// ```
#[test]
fn neighbours_and_their_mean_are_those_of_the_reference() {
    let neighbours = known().search(&[0.0, 3.0], 3);
    assert_eq!(neighbours, [(2.0, 2), (3.0, 0), (10f64.sqrt(), 1)]);
    let input = known().mean_inputs(&[0.0, 3.0], 3).unwrap();
    assert!((input[0] - 2.144_982_9).abs() < 1e-6, "{input:?}");
    assert!((input[1] - 21.449_83).abs() < 1e-5, "{input:?}");
    // An exact match stands alone; of equally near windows the first is taken.
    assert_eq!(known().mean_inputs(&[3.0, 4.0], 4).unwrap(), [2.0, 20.0]);
    let twice = Retrieval::new(vec![1.0, 3.0, 8.0], 1, vec![5.0, 5.0, 6.0], 1).unwrap();
    assert_eq!(twice.mean_inputs(&[5.0], 3).unwrap(), [2.0]);
    assert_eq!(twice.mean_inputs(&[5.0], 1).unwrap(), [1.0]);
}

#[test]
fn tiny_and_huge_distances_keep_their_weights() {
    let smallest = f32::from_bits(1);
    for (outputs, wanted) in [
        ([smallest, -smallest], [1.5]),
        ([f32::MAX, f32::MAX], [1.5]),
        ([smallest, f32::MAX], [1.0]),
    ] {
        let known = Retrieval::new(vec![1.0, 2.0], 1, outputs.to_vec(), 1).unwrap();
        assert_eq!(known.mean_inputs(&[0.0], 2).unwrap(), wanted);
    }
}

#[test]
fn what_does_not_fit_is_refused() {
    for (inputs, input, outputs, output) in [
        (vec![0.0; 2], 0, vec![0.0; 2], 1),
        (vec![0.0; 2], 1, vec![0.0; 2], 0),
        (vec![0.0; 3], 2, vec![0.0; 2], 1),
        (vec![0.0; 4], 1, vec![0.0; 2], 1),
        (vec![0.0; 2], 1, vec![0.0; 3], 2),
        (vec![], 1, vec![], 1),
        (vec![f32::NAN], 1, vec![0.0], 1),
        (vec![0.0], 1, vec![f32::INFINITY], 1),
    ] {
        assert!(Retrieval::new(inputs, input, outputs, output).is_err());
    }
    for (output, count, expected) in [
        (&[0.0][..], 1, "there are 1 values of the wanted outputs"),
        (&[0.0, f32::NAN], 1, "value 2 of the wanted outputs is NaN"),
        (&[0.0; 2], 0, "0 neighbours are asked for; expected 1 to 4"),
        (&[0.0; 2], 5, "5 neighbours are asked for; expected 1 to 4"),
    ] {
        let error = known().mean_inputs(output, count).unwrap_err();
        assert!(error.to_string().starts_with(expected), "{error}");
        assert_eq!(error.hint().is_some(), expected.contains("neighbours"));
    }
}

fn windows() -> impl Strategy<Value = (Retrieval, Vec<f32>)> {
    (1_usize..30).prop_flat_map(|count| {
        let value = (-50_i8..50).prop_map(f32::from);
        let values = move |width: usize| prop::collection::vec(value.clone(), count * width);
        (values(2), values(3)).prop_map(|(inputs, outputs)| {
            let known = Retrieval::new(inputs.clone(), 2, outputs, 3).unwrap();
            (known, inputs)
        })
    })
}

proptest! {
    #[test]
    fn the_mean_is_a_convex_combination_of_the_first_when_sorted(
        (known, inputs) in windows(),
        output in prop::collection::vec(-60.0_f32..60.0, 3),
    ) {
        let all = known.search(&output, inputs.len() / 2);
        prop_assert_eq!(all.len(), inputs.len() / 2);
        prop_assert!(all.is_sorted_by(|one, other| one < other));
        for count in 1..=all.len() {
            let neighbours = known.search(&output, count);
            prop_assert_eq!(&neighbours[..], &all[..count]);
            for (place, value) in known.mean_inputs(&output, count).unwrap().into_iter().enumerate() {
                let of = || neighbours.iter().map(|(_, window)| inputs[window * 2 + place]);
                prop_assert!(value >= of().fold(f32::MAX, f32::min));
                prop_assert!(value <= of().fold(f32::MIN, f32::max));
            }
        }
    }

    #[test]
    fn many_outputs_are_as_one_by_one_on_any_number_of_threads(
        (known, _) in windows(),
        queries in prop::collection::vec(-60.0_f32..60.0, 12),
    ) {
        let one_by_one = queries.chunks(3).map(|output| known.mean_inputs(output, 1).unwrap());
        let one_by_one = one_by_one.collect::<Vec<_>>().concat();
        for threads in [1, 3] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let found = pool.install(|| known.mean_inputs(&queries, 1)).unwrap();
            prop_assert_eq!(&found, &one_by_one);
        }
    }
}
