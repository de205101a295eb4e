//! Medians, and how far they can be trusted.

/// The median of a sample with its 95 % confidence interval.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Median {
    pub(crate) value: f64,
    pub(crate) low: f64,
    pub(crate) high: f64,
}

impl Median {
    /// The interval's limits are two values of the sample, whatever its distribution: with `n` values, those
    /// 0.98 √n ranks away from the middle.
    pub(crate) fn of(values: impl IntoIterator<Item = f64>) -> Self {
        let mut values: Vec<f64> = values.into_iter().collect();
        values.sort_by(f64::total_cmp);
        let n = values.len();
        assert!(n >= 10, "too few values for an interval");
        let value = (values[(n - 1) / 2] + values[n / 2]) / 2.0;
        let rank = ((n as f64 - 1.96 * (n as f64).sqrt()) / 2.0).floor() as usize;
        let rank = rank.max(1);
        Self { value, low: values[rank - 1], high: values[n - rank] }
    }

    /// Half of the interval's width.
    pub(crate) fn noise(&self) -> f64 {
        (self.high - self.low) / 2.0
    }
}
