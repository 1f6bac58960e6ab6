use std::fs;

use proptest::prelude::*;
use tempfile::tempdir;

use super::*;

/// What is no number is not known.
fn accuracies(methods: &[&str], rows: &[(&str, &[f64])]) -> Accuracies {
    let known = |value: &f64| value.is_finite().then_some(*value);
    let row = |(dataset, values): &(&str, &[f64])| {
        let values = values.iter().map(known).collect();
        ((*dataset).to_owned(), values)
    };
    Accuracies {
        methods: names(methods),
        rows: rows.iter().map(row).collect(),
    }
}

fn published(text: &str) -> Result<Accuracies, Error> {
    let folder = tempdir().unwrap();
    let path = folder.path().join("published.tsv");
    fs::write(&path, text).unwrap();
    read_published(&path)
}

#[test]
fn means_ranks_and_wins_are_those_of_the_table() {
    let table = accuracies(
        &["a", "b", "c"],
        &[
            ("One", &[0.9, 0.8, 0.7]),
            ("Two", &[0.5, 0.5, 0.6]),
            // Equal at two decimals of a percent.
            ("Three", &[0.88571428, 0.8857, 0.2]),
            ("Four", &[f64::NAN, 0.1, 0.2]),
        ],
    );
    let comparison = Comparison::of(&table).unwrap();
    assert_eq!(comparison.left_out, ["Four"]);
    let a = &comparison.standings[0];
    assert!((a.mean - (0.9 + 0.5 + 0.88571428) / 3.0).abs() < 1e-12);
    assert_eq!((a.median, a.best), (0.88571428, 2));
    assert!((a.mean_rank - (1.0 + 2.5 + 1.5) / 3.0).abs() < 1e-12);
    let pair = comparison.pair(0, 1).unwrap();
    assert_eq!((pair.wins, pair.ties, pair.losses), (1, 2, 0));
    let turned = comparison.pair(1, 0).unwrap();
    assert_eq!((turned.wins, turned.ties, turned.losses), (0, 2, 1));
    assert_eq!(turned.test.greater, pair.test.less);
    assert_eq!(comparison.pair(1, 1), None);
    // Three data sets are too few for anything to be significant.
    assert_eq!(comparison.cliques.first(), Some(&(0..3)));
    assert_eq!(comparison.cliques.len(), 1);
    assert_eq!(comparison.order, [0, 1, 2]);
}

/// The time grew with the fifth power of the methods.
#[test]
fn many_methods_are_compared_at_once() {
    let names: Vec<String> = (0..250).map(|at| format!("m{at}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let values = [0.5; 250];
    let started = std::time::Instant::now();
    let comparison = Comparison::of(&accuracies(&names, &[("One", &values)])).unwrap();
    assert!(started.elapsed().as_secs() < 5);
    let [all] = &comparison.cliques[..] else {
        panic!("{:?}", comparison.cliques);
    };
    assert_eq!(*all, 0..250);
    let pair = comparison.pair(249, 3).unwrap();
    assert_eq!((pair.one, pair.other, pair.ties), (249, 3, 1));
}

#[test]
fn methods_that_differ_are_in_no_clique_together() {
    let row = |index: u8| {
        let (ease, wave) = (f64::from(index) / 100.0, f64::from(index % 2) / 50.0);
        let values = [0.6, 0.59 + wave, 0.3, 0.29 + wave].map(|value| Some(value + ease));
        (format!("S{index:02}"), values.to_vec())
    };
    let table = Accuracies {
        methods: names(&["a", "b", "c", "d"]),
        rows: (0..30).map(row).collect(),
    };
    let comparison = Comparison::of(&table).unwrap();
    assert_eq!(comparison.cliques, [0..2, 2..4]);
}

#[test]
fn too_little_to_compare_is_an_error() {
    let one = accuracies(&["a"], &[("One", &[0.5])]);
    let none = f64::NAN;
    let nothing = accuracies(&["a", "b"], &[("One", &[0.5, none]), ("Two", &[none, 0.5])]);
    for (error, expected) in [
        (Comparison::of(&one).err(), "there is only one method"),
        (
            Comparison::of(&nothing).err(),
            "no data set has an accuracy",
        ),
        (one.beside(&one).err(), "there are two methods"),
        (
            one.only(&names(&["b"])).err(),
            "there is no method `b`, only a",
        ),
    ] {
        let error = error.unwrap();
        assert!(error.to_string().starts_with(expected), "{error}");
        assert!(error.hint().is_some());
    }
}

#[test]
fn a_published_table_is_read() {
    let table = published("\u{feff}dataset\tx\ty\r\nTwo\t100\t\nOne\t99.5\t-\n\n").unwrap();
    let none = f64::NAN;
    let rows: [(_, &[f64]); 2] = [("One", &[0.995, none]), ("Two", &[1.0, none])];
    assert_eq!(table, accuracies(&["x", "y"], &rows));
    let mine = accuracies(&["mine"], &[("Two", &[0.5]), ("Zero", &[0.1])]);
    let both = mine.beside(&table).unwrap();
    assert_eq!(both.methods, ["mine", "x", "y"]);
    assert_eq!(both.rows["Two"], [Some(0.5), Some(1.0), None]);
    assert_eq!(both.rows["Zero"], [Some(0.1), None, None]);
    let only = both.only(&names(&["x", "mine", "x"])).unwrap();
    assert_eq!(only.rows["Two"], [Some(1.0), Some(0.5)]);
}

#[test]
fn a_broken_published_table_says_where() {
    let count = |found| format!("there are {found} accuracies, but the first line names 1 methods");
    let range = |found| format!("`{found}` is no accuracy from 0 to 100 percent");
    let unnamed = "the first column is not called `dataset`";
    let again = "the data set `A` has no name or was there before";
    let shares = "no accuracy is above 1 percent: these look like shares of 1";
    let wide: String = (0..1001).map(|at| format!("\tm{at}")).collect();
    let wide = format!("dataset{wide}\n");
    for (text, line, expected) in [
        ("", 1, unnamed),
        ("name\tx\n", 1, unnamed),
        ("dataset\n", 1, "a column of accuracies has no name"),
        ("dataset\tx\tx\n", 1, "two columns are called `x`"),
        ("dataset\tx\n", 2, "there is no data set"),
        ("dataset\tx\nA\t1\t2\n", 2, &count(2)),
        ("dataset\tx\nA\n", 2, &count(0)),
        ("dataset\tx\nA\t1\nA\t1\n", 3, again),
        ("dataset\tx\nA\t101\n", 2, &range("101")),
        ("dataset\tx\nA\tgood\n", 2, &range("good")),
        ("dataset\tx\nA\t0.96\nB\t1\n", 2, shares),
        (&wide, 1, "there are 1001 methods; expected 1000 at most"),
    ] {
        let error = published(text).unwrap_err();
        let expected = format!("published.tsv, line {line}: {expected}");
        assert!(error.to_string().ends_with(&expected), "{error}");
        assert!(error.hint().is_some());
    }
    let missing = read_published(Path::new("/nowhere")).unwrap_err();
    assert_eq!(missing.kind(), ErrorKind::Read);
}

fn example() -> (Results, Comparison) {
    let folder = tempdir().unwrap();
    let save = |dataset: &str, seed, outcome| save(folder.path(), dataset, seed, outcome);
    for index in 0..12u8 {
        for seed in 0..2u8 {
            let accuracy = 0.6 + f64::from(index) / 40.0 + f64::from(seed) / 100.0;
            save(&format!("Set{index:02}"), seed.into(), scored(accuracy));
        }
    }
    save("Bad", 0, scored(0.5));
    save("Bad", 1, Outcome::Error("<b>no</b> series".to_owned()));
    let results = merged(&[folder.path()]).unwrap();
    let comparison = Comparison::of(&Accuracies::of_results(&results)).unwrap();
    (results, comparison)
}

#[test]
fn results_become_means_over_seeds_and_a_page_that_loads_nothing() {
    let (results, comparison) = example();
    let accuracies = &comparison.accuracies;
    assert_eq!(accuracies.methods, ["retune default", "1-NN DTW", "ridge"]);
    assert_eq!(comparison.left_out, ["Bad"]);
    let row = &accuracies.rows["Set01"];
    assert!((row[0].unwrap() - 0.63).abs() < 1e-12);
    assert_eq!(row[1], Some(0.7));

    let report = |reference| report(&results, &comparison, reference);
    let page = report("retune default").unwrap();
    assert_eq!(page, report("retune default").unwrap());
    for part in ["Set07", "&lt;b&gt;no&lt;", "Left out", "class=\"clique\""] {
        assert!(page.contains(part), "{part}");
    }
    for part in ["<script", "<link", "src=", "@import", "url(", "<b>no"] {
        assert!(!page.contains(part), "{part}");
    }
    if let Ok(path) = std::env::var("H2_PAGE") {
        std::fs::write(path, &page).unwrap();
    }
    assert_eq!(page.matches("<svg").count(), 3);
    let error = report("other").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UnknownName);
}

proptest! {
    #[test]
    fn ranks_and_cliques_hold_together(
        table in (2..7usize).prop_flat_map(|methods| {
            prop::collection::vec(prop::collection::vec(0..=20u32, methods), 1..30)
        }),
    ) {
        let methods = table[0].len();
        let row = |(index, row): (usize, &Vec<u32>)| {
            let values = row.iter().map(|value| Some(f64::from(*value) / 20.0));
            (format!("S{index:02}"), values.collect())
        };
        let table = Accuracies {
            methods: (0..methods).map(|index| format!("m{index}")).collect(),
            rows: table.iter().enumerate().map(row).collect(),
        };
        let comparison = Comparison::of(&table).unwrap();
        let sum: f64 = comparison.standings.iter().map(|standing| standing.mean_rank).sum();
        prop_assert!((sum - (methods * (methods + 1)) as f64 / 2.0).abs() < 1e-9);
        prop_assert_eq!(comparison.pairs.len(), methods * (methods - 1) / 2);
        let differ = |one: usize, other: usize| {
            let pair = comparison.pair(comparison.order[one], comparison.order[other]);
            pair.is_some_and(|pair| pair.holm < SIGNIFICANT)
        };
        for clique in &comparison.cliques {
            for one in clique.clone() {
                prop_assert!(clique.clone().all(|other| !differ(one, other)));
            }
        }
        // Neighbours that do not differ are in a clique together.
        for one in 1..methods {
            let together = comparison.cliques.iter().any(|clique| clique.contains(&(one - 1)) && clique.contains(&one));
            prop_assert_eq!(together, !differ(one - 1, one));
        }
        for pair in &comparison.pairs {
            prop_assert_eq!(pair.wins + pair.ties + pair.losses, table.rows.len());
        }
    }
}
