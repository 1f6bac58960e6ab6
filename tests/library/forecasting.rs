//! Fitting forecasters, saving and loading them, and forecasting.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use retune::fit::ForecastSettings;
use retune::forecast::{History, Timeline};
use retune::kernel::Cpu;
use retune::program::{Classification, ForecastProgram, Program};
use retune::source::SourceWeights;
use retune::task::{BacktestOptions, Forecaster, backtest};

fn source() -> SourceWeights {
    SourceWeights::find("attrnn-gsc35").unwrap()
}

fn history(values: Vec<f64>) -> History {
    History {
        name: "made".to_owned(),
        timeline: Timeline::counts(),
        values,
    }
}

/// A season of 12 on a slope, with a little noise.
fn seasonal(length: usize, seed: u64) -> History {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let value = |at: usize| {
        let season = (at as f64 * std::f64::consts::TAU / 12.0).sin();
        0.05 * at as f64 + 3.0 * season + random.random_range(-0.2..0.2)
    };
    history((0..length).map(value).collect())
}

/// Waves with a random phase; after slow ones comes a high, after fast ones a low. No linear
/// function of a wave tells which it is.
fn waves_and_what_they_mean(count: usize, seed: u64) -> History {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut values = Vec::new();
    for _ in 0..count {
        let slow = random.random_bool(0.5);
        let period = if slow { 12.0 } else { 5.0 };
        let phase = random.random_range(0.0..std::f64::consts::TAU);
        values.extend((0..24).map(|at| {
            let turns = at as f64 / period * std::f64::consts::TAU;
            (turns + phase).sin() + random.random_range(-0.05..0.05)
        }));
        values.extend([if slow { 3.0f64 } else { -3.0 }; 8]);
    }
    history(values)
}

fn settings(histories: &[History], horizon: usize) -> ForecastSettings {
    ForecastSettings {
        windows: 300,
        ..ForecastSettings::new(histories, horizon, None).unwrap()
    }
}

fn fit(histories: &[History], settings: &ForecastSettings) -> Forecaster<Cpu> {
    Forecaster::fit(
        histories,
        &source(),
        settings,
        &Default::default(),
        &mut |_| {},
    )
    .unwrap()
}

/// A forecaster that uses_source.
fn hearing() -> (Forecaster<Cpu>, History) {
    let history = waves_and_what_they_mean(90, 1);
    let settings = ForecastSettings {
        context: 24,
        windows: 1500,
        ..settings(std::slice::from_ref(&history), 8)
    };
    (fit(std::slice::from_ref(&history), &settings), history)
}

#[test]
fn the_source_is_heard_where_it_helps_and_then_forecasts_better() {
    let (forecaster, history) = hearing();
    let program = forecaster.program();
    assert!(
        program.uses_source() && program.frozen(),
        "{:?}",
        program.scores()
    );
    let alone = forecaster.without_source().unwrap();
    assert!(!alone.program().uses_source());
    // Windows that nobody has seen, each a whole wave.
    let unseen = waves_and_what_they_mean(60, 2).values;
    let waves: Vec<&[f64]> = unseen.chunks(32).map(|part| &part[..24]).collect();
    let error = |forecaster: &Forecaster<Cpu>| {
        let forecasts = forecaster.forecast(&waves).unwrap();
        let errors = forecasts
            .iter()
            .zip(unseen.chunks(32))
            .map(|(forecast, part)| {
                let off = forecast.values.iter().zip(&part[24..]);
                off.map(|(found, actual)| (found - actual).powi(2))
                    .sum::<f64>()
            });
        errors.sum::<f64>()
    };
    let (heard, alone) = (error(&forecaster), error(&alone));
    assert!(heard < 0.7 * alone, "{heard} {alone}");

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("p.safetensors");
    program.save(&path).unwrap();
    let loaded = ForecastProgram::load(&path).unwrap();
    assert_eq!(&loaded, program);
    let loaded = Forecaster::<Cpu>::new(loaded, &source(), &Default::default()).unwrap();
    assert!(loaded.without_source().is_none());
    let together = forecaster.forecast(&waves).unwrap();
    assert_eq!(together, loaded.forecast(&waves).unwrap());
    for (wave, expected) in waves.iter().zip(&together).take(3) {
        assert_eq!(&forecaster.forecast(&[wave]).unwrap()[0], expected);
    }
    // What came before the context does not matter.
    let longer: Vec<f64> = history.values[..7]
        .iter()
        .chain(waves[0])
        .copied()
        .collect();
    assert_eq!(forecaster.forecast(&[longer]).unwrap()[0], together[0]);

    let error = Program::<Classification>::load(&path).unwrap_err();
    assert!(error.to_string().contains("is for forecasting"), "{error}");
    assert!(error.hint().unwrap().contains("histories"));
    let bytes = std::fs::read(&path).unwrap();
    std::fs::write(&path, &bytes[..bytes.len() - 5]).unwrap();
    assert!(ForecastProgram::load(&path).is_err());
}

#[test]
fn the_same_seed_gives_the_same_forecaster_on_any_number_of_threads() {
    let histories = [seasonal(900, 1), seasonal(500, 2)];
    let settings = ForecastSettings {
        context: 24,
        ..settings(&histories, 6)
    };
    let on = |threads, settings: &ForecastSettings| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
        let pool = pool.build().unwrap();
        pool.install(|| fit(&histories, settings).program().clone())
    };
    let one = on(1, &settings);
    assert_eq!(one, on(3, &settings));
    let other = ForecastSettings {
        seed: 1,
        ..settings.clone()
    };
    assert_ne!(one.scores(), on(2, &other).scores());
}

#[test]
fn a_season_goes_on_and_intervals_hold_what_comes() {
    let all = seasonal(400, 7);
    let cut = 300;
    let known = [history(all.values[..cut].to_vec())];
    let settings = ForecastSettings {
        season: Some(12),
        context: 36,
        transforms: Vec::new(),
        ..settings(&known, 12)
    };
    let options = BacktestOptions {
        stride: 1,
        standardised: false,
    };
    let report = |after: &[f64]| {
        let sources = [&source(), &SourceWeights::find("random-0").unwrap()];
        let after = [after.to_vec()];
        let device = Default::default();
        backtest::<Cpu>(
            &known,
            &after,
            sources,
            &settings,
            &options,
            &device,
            &mut |_| {},
        )
        .unwrap()
    };
    let found = report(&all.values[cut..]);
    assert_eq!(found.forecasts, 100 - 12 + 1);
    let row = |name: &str| {
        let row = found.rows.iter().find(|row| row.name == name);
        row.unwrap_or_else(|| panic!("no {name}")).scores.clone()
    };
    let (ours, naive) = (row("retune"), row("seasonal naive"));
    // The noise alone has a root mean square of 0.2 / √3.
    assert!(ours.rmse < 0.16, "{ours:?}");
    assert!(ours.mse < naive.mse && naive.mse < row("drift").mse);
    assert!(ours.mase.unwrap() < 1.0);
    for interval in &ours.intervals {
        assert!(
            (interval.coverage - interval.level).abs() < 0.1,
            "{interval:?}"
        );
    }
    // Nothing of what comes is seen by the fit.
    let scrambled: Vec<f64> = all.values[cut..]
        .iter()
        .rev()
        .map(|value| value * -3.0)
        .collect();
    assert_eq!(report(&scrambled).fit, found.fit);
}

#[test]
fn where_nothing_moves_the_value_goes_on() {
    let mut values = seasonal(300, 3).values;
    values.extend([4.5; 40]);
    let histories = [history(values)];
    let settings = ForecastSettings {
        context: 30,
        transforms: Vec::new(),
        ..settings(&histories, 5)
    };
    let forecaster = fit(&histories, &settings);
    let forecast = &forecaster.forecast(&[&histories[0].values]).unwrap()[0];
    assert_eq!(forecast.values, [4.5; 5]);
    for interval in &forecast.intervals {
        assert_eq!(
            (&interval.lower, &interval.upper),
            (&vec![4.5; 5], &vec![4.5; 5])
        );
    }
}

#[test]
fn what_cannot_be_forecast_says_why() {
    let (source, device) = (source(), Default::default());
    let error = |histories: &[History], settings: &ForecastSettings| {
        Forecaster::<Cpu>::fit(histories, &source, settings, &device, &mut |_| {})
            .unwrap_err()
            .to_string()
    };
    let good = [seasonal(200, 1)];
    let settings = settings(&good, 5);
    let short = [seasonal(20, 1)];
    assert!(error(&short, &settings).contains("has 20 values; expected at least"));
    let flat = [history(vec![2.0; 200])];
    assert!(error(&flat, &settings).contains("moves"));
    let none = ForecastSettings {
        horizon: 0,
        ..settings.clone()
    };
    assert_eq!(error(&good, &none), "the horizon is 0; expected at least 1");
    let all = ForecastSettings {
        validation: 1.0,
        ..settings.clone()
    };
    assert!(error(&good, &all).contains("the share held out is 1"));

    let forecaster = fit(
        &good,
        &ForecastSettings {
            transforms: Vec::new(),
            ..settings
        },
    );
    let error = |window: Vec<f64>| forecaster.forecast(&[window]).unwrap_err().to_string();
    let context = forecaster.program().context();
    assert!(error(vec![1.0; context - 1]).contains("the context that the program was fitted with"));
    let mut spoilt = vec![1.0; context];
    spoilt[3] = f64::NAN;
    assert_eq!(error(spoilt), "value 4 of the history is not finite");
    let other = SourceWeights::find("random-3").unwrap();
    let program = forecaster.program().clone();
    let error = Forecaster::<Cpu>::new(program, &other, &device).unwrap_err();
    assert!(
        error.to_string().contains("was trained for the source"),
        "{error}"
    );
}
