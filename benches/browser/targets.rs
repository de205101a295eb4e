//! The targets, with a line for each figure.

/// The figures that were measured, each with its goal.
#[derive(Default)]
pub(crate) struct Targets(Vec<Row>);

struct Row {
    target: u8,
    line: String,
    is_met: bool,
}

impl Targets {
    /// Adds a figure that may be at most `goal`.
    pub(crate) fn at_most(&mut self, target: u8, goal: f64, figure: f64, what: &str) {
        // What could not be measured is no success.
        let is_met = figure.is_finite() && figure <= goal;
        let verdict = if is_met { "ok" } else { "MISS" };
        let line = format!("target {target}: {} (goal at most {}) {verdict}   {what}", rounded(figure), rounded(goal));
        self.0.push(Row { target, line, is_met });
    }

    /// Prints a line for each figure and returns the exit code.
    pub(crate) fn finish(mut self) -> u8 {
        self.0.sort_by_key(|row| row.target);
        for row in &self.0 {
            println!("{}", row.line);
        }
        u8::from(self.0.iter().any(|row| !row.is_met))
    }
}

/// Counts in full, and everything else to three decimal places.
fn rounded(figure: f64) -> String {
    if figure.fract() == 0.0 { format!("{figure}") } else { format!("{figure:.3}") }
}
