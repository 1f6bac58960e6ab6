use super::*;

fn stream() -> MotionStream<Cpu> {
    let source = lively(signals(&JOINTS, &JOINTS, 8, 4), 6);
    MotionStream::new(MotionForecaster::new(&source, None, &Default::default()).unwrap())
}

#[test]
fn a_stream_forecasts_what_the_windows_do() {
    let trial = cycle("p", 12.0, 0.05);
    let mut stream = stream();
    let mut layout = layout();
    layout.cyclic = false;
    let windows = layout.cut(&trial).unwrap();
    let whole = stream.forecaster().predict_windows(&windows).unwrap();
    let mut forecasts = Vec::new();
    for (sample, number) in trial.samples.chunks(3).zip(1..) {
        match stream.push(sample).unwrap() {
            None => assert!(number < 8),
            Some(forecast) => {
                assert_eq!(forecast.sample, number);
                forecasts.push(forecast.angles);
            }
        }
    }
    assert_eq!(forecasts.len(), 50 - 7);
    for (found, expected) in forecasts.concat().iter().zip(&whole) {
        assert!((found - expected).abs() < 1e-3, "{found} {expected}");
    }
    stream.clear();
    assert_eq!(stream.push(&trial.samples[..3]).unwrap(), None);
}

#[test]
fn a_bad_sample_is_refused_and_leaves_no_trace() {
    let trial = cycle("p", 12.0, 0.05);
    let (mut one, mut other) = (stream(), stream());
    for sample in trial.samples.chunks(3) {
        let width = one.push(&sample[..2]).unwrap_err();
        assert_eq!(
            width.to_string(),
            "the sample has 2 values, expected 3, one for each joint"
        );
        let value = one.push(&[1.0, f32::NAN, 2.0]).unwrap_err();
        assert!(value.to_string().contains("`knee` is NaN"), "{value}");
        assert!(value.hint().is_some());
        assert_eq!(one.push(sample).unwrap(), other.push(sample).unwrap());
    }
}

#[test]
fn values_that_are_no_windows_are_refused() {
    let stream = stream();
    let forecaster = stream.forecaster();
    for count in [0, 23, 25] {
        let error = forecaster.predict(&vec![0.0; count]).unwrap_err();
        assert!(error.to_string().contains("a multiple of 24"), "{error}");
    }
    let error = forecaster.predict(&[f32::INFINITY; 24]).unwrap_err();
    assert!(error.to_string().contains("is inf"), "{error}");
}
