//! The place of the largest value.

/// Where the largest value is: of several the first, and never one that is no number. 0 where there
/// is none.
pub fn argmax<T: PartialOrd + Copy>(values: impl IntoIterator<Item = T>) -> usize {
    let mut best: Option<(usize, T)> = None;
    for (place, value) in values.into_iter().enumerate() {
        let comparable = value.partial_cmp(&value).is_some();
        if comparable && best.is_none_or(|(_, largest)| value > largest) {
            best = Some((place, value));
        }
    }
    best.map_or(0, |(place, _)| place)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_of_equals_wins_and_what_is_no_number_never() {
        assert_eq!(argmax([1.0, 3.0, 3.0]), 1);
        assert_eq!(argmax([f64::NAN, -1.0, f64::NAN]), 1);
        assert_eq!(argmax([f32::NEG_INFINITY, f32::NEG_INFINITY]), 0);
        assert_eq!(argmax(Vec::<f32>::new()), 0);
    }
}
