//! Order statistics.

/// The value at `quantile` (0 to 1) of sorted samples.
#[must_use]
pub fn quantile(sorted: &[u64], quantile: f64) -> u64 {
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "an index into at most a million samples"
    )]
    let index = ((sorted.len() - 1) as f64 * quantile).round() as usize;
    sorted[index]
}

/// The median of a few figures.
#[must_use]
pub fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_of_a_known_row() {
        let row: Vec<u64> = (0..=100).collect();
        assert_eq!((quantile(&row, 0.5), quantile(&row, 0.99)), (50, 99));
        assert!((median(vec![3.0, 1.0, 2.0]) - 2.0).abs() < f64::EPSILON);
    }
}
