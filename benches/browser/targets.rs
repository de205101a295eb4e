//! The targets, with a line for each figure.

/// The figures that were measured, each with its goal.
#[derive(Default)]
pub(crate) struct Targets {
    missed: usize,
}

impl Targets {
    /// Prints a figure that may be at most `goal`.
    pub(crate) fn at_most(&mut self, target: u8, goal: f64, figure: f64, what: &str) {
        // What could not be measured is no success.
        let is_met = figure.is_finite() && figure <= goal;
        self.missed += usize::from(!is_met);
        let verdict = if is_met { "ok" } else { "MISS" };
        println!("target {target}: {} (goal at most {}) {verdict}   {what}", rounded(figure), rounded(goal));
    }

    /// Returns the exit code.
    pub(crate) fn finish(self) -> u8 {
        u8::from(self.missed > 0)
    }
}

/// Counts in full, and everything else to three decimal places.
fn rounded(figure: f64) -> String {
    if figure.fract() == 0.0 { format!("{figure}") } else { format!("{figure:.3}") }
}
