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
    let order: Vec<usize> = neighbours.iter().map(|one| one.window).collect();
    assert_eq!(order, [2, 0, 1]);
    assert_eq!(neighbours[0].distance, 2.0);
    let input = known().mean_inputs(&[0.0, 3.0], 3).unwrap();
    assert!((input[0] - 2.144_982_9).abs() < 1e-6, "{input:?}");
    assert!((input[1] - 21.449_83).abs() < 1e-5, "{input:?}");
}

#[test]
fn an_exact_match_stands_alone() {
    assert_eq!(known().mean_inputs(&[3.0, 4.0], 4).unwrap(), [2.0, 20.0]);
    let twice = Retrieval::new(vec![1.0, 3.0, 8.0], 1, vec![5.0, 5.0, 6.0], 1).unwrap();
    assert_eq!(twice.mean_inputs(&[5.0], 3).unwrap(), [2.0]);
    // Of equally near windows the first is taken.
    assert_eq!(twice.mean_inputs(&[5.0], 1).unwrap(), [1.0]);
}

#[test]
fn tiny_and_huge_distances_keep_their_weights() {
    let smallest = f32::from_bits(1);
    for (outputs, wanted) in [
        (vec![smallest, -smallest], [1.5]),
        (vec![f32::MAX, f32::MAX], [1.5]),
        (vec![smallest, f32::MAX], [1.0]),
    ] {
        let known = Retrieval::new(vec![1.0, 2.0], 1, outputs, 1).unwrap();
        assert_eq!(known.mean_inputs(&[0.0], 2).unwrap(), wanted);
    }
}

#[test]
fn what_does_not_fit_is_refused() {
    let new = |inputs: usize, input: usize, outputs: usize, output: usize| {
        Retrieval::new(vec![0.0; inputs], input, vec![0.0; outputs], output)
    };
    for (inputs, input, outputs, output) in [
        (2, 0, 2, 1),
        (2, 1, 2, 0),
        (3, 2, 2, 1),
        (4, 1, 2, 1),
        (2, 1, 3, 2),
        (0, 1, 0, 1),
    ] {
        assert!(new(inputs, input, outputs, output).is_err());
    }
    assert!(Retrieval::new(vec![f32::NAN], 1, vec![0.0], 1).is_err());
    assert!(Retrieval::new(vec![0.0], 1, vec![f32::INFINITY], 1).is_err());
    let message =
        |output: &[f32], count| known().mean_inputs(output, count).unwrap_err().to_string();
    assert!(
        message(&[0.0], 1)
            .starts_with("there are 1 values of the wanted outputs; expected a multiple")
    );
    assert!(message(&[0.0, f32::NAN], 1).starts_with("value 2 of the wanted outputs is NaN"));
    for count in [0, 5] {
        let expected = format!("{count} neighbours are asked for; expected 1 to 4");
        assert!(message(&[0.0, 0.0], count).starts_with(&expected));
    }
    let error = known().mean_inputs(&[0.0; 2], 9).unwrap_err();
    assert!(error.hint().is_some());
}

fn windows() -> impl Strategy<Value = (Vec<f32>, Vec<f32>)> {
    (1_usize..30).prop_flat_map(|count| {
        let values = |width: usize| prop::collection::vec(-50_i8..50, count * width);
        let values = (values(2), values(3));
        values.prop_map(|(inputs, outputs)| {
            let float = |values: Vec<i8>| values.into_iter().map(f32::from).collect();
            (float(inputs), float(outputs))
        })
    })
}

proptest! {
    #[test]
    fn the_mean_is_a_convex_combination(
        (inputs, outputs) in windows(),
        output in prop::collection::vec(-60.0_f32..60.0, 3),
        share in 0.0..1.0,
    ) {
        let known = Retrieval::new(inputs.clone(), 2, outputs, 3).unwrap();
        let count = 1 + (share * (known.count() - 1) as f64) as usize;
        let neighbours = known.search(&output, count);
        prop_assert_eq!(neighbours.len(), count);
let is_sorted = neighbours.is_sorted_by(|one, other| {
            (one.distance, one.window) < (other.distance, other.window)
        });
        prop_assert!(is_sorted);
        for (place, value) in known.mean_inputs(&output, count).unwrap().into_iter().enumerate() {
            let of = || neighbours.iter().map(|one| inputs[one.window * 2 + place]);
            prop_assert!(value >= of().fold(f32::MAX, f32::min));
            prop_assert!(value <= of().fold(f32::MIN, f32::max));
        }
    }

    #[test]
    fn neighbours_are_the_first_of_all_when_sorted(
        (inputs, outputs) in windows(),
        output in prop::collection::vec(-50_i8..50, 3),
    ) {
        let known = Retrieval::new(inputs, 2, outputs, 3).unwrap();
        let output: Vec<f32> = output.into_iter().map(f32::from).collect();
        let all = known.search(&output, known.count());
        for count in 1..known.count() {
            prop_assert_eq!(&known.search(&output, count)[..], &all[..count]);
        }
    }

    #[test]
    fn many_outputs_are_as_one_by_one_on_any_number_of_threads(
        (inputs, outputs) in windows(),
        queries in prop::collection::vec(-60.0_f32..60.0, 12),
    ) {
        let known = Retrieval::new(inputs, 2, outputs, 3).unwrap();
        let one_by_one: Vec<f32> = queries
            .chunks(3)
            .flat_map(|output| known.mean_inputs(output, 1).unwrap())
            .collect();
        for threads in [1, 3] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let found = pool.install(|| known.mean_inputs(&queries, 1)).unwrap();
            prop_assert_eq!(&found, &one_by_one);
        }
    }
}
