//! The targets, with a line for each figure.

use crate::statistics::Median;

/// The figures that were measured, each with its goal.
#[derive(Default)]
pub(crate) struct Targets(Vec<Row>);

struct Row {
    target: u8,
    line: String,
    verdict: Verdict,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Met,
    Missed,
    /// The machine was too noisy for a verdict, which is no success either.
    Unclear,
}

impl Verdict {
    fn of(is_met: bool) -> Self {
        if is_met { Self::Met } else { Self::Missed }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Met => "ok",
            Self::Missed => "MISS",
            Self::Unclear => "UNCLEAR",
        }
    }
}

impl Targets {
    /// Adds a figure that may be at most `goal`.
    pub(crate) fn at_most(&mut self, target: u8, goal: f64, figure: f64, what: &str) {
        self.add(target, goal, figure, Verdict::of(figure <= goal), what);
    }

    /// Adds a median that may be at most `goal`.
    ///
    /// The goal is missed if the whole confidence interval is above it. Otherwise there is a verdict only if the interval
    /// is not wider than the goal on either side.
    pub(crate) fn median_at_most(&mut self, target: u8, goal: f64, median: &Median, what: &str) {
        let verdict = if median.low > goal {
            Verdict::Missed
        } else if median.noise() > goal {
            Verdict::Unclear
        } else {
            Verdict::of(median.value <= goal)
        };
        let what = format!("{what} (95 %: {:.3} to {:.3})", median.low, median.high);
        self.add(target, goal, median.value, verdict, &what);
    }

    fn add(&mut self, target: u8, goal: f64, figure: f64, verdict: Verdict, what: &str) {
        let (figure, goal, name) = (rounded(figure), rounded(goal), verdict.name());
        let line = format!("target {target}: {figure} (goal at most {goal}) {name}   {what}");
        self.0.push(Row { target, line, verdict });
    }

    /// Prints a line for each figure and returns the exit code.
    pub(crate) fn finish(mut self) -> u8 {
        self.0.sort_by_key(|row| row.target);
        for row in &self.0 {
            println!("{}", row.line);
        }
        u8::from(self.0.iter().any(|row| row.verdict != Verdict::Met))
    }
}

/// Counts in full, and everything else to three decimal places.
fn rounded(figure: f64) -> String {
    if figure.fract() == 0.0 { format!("{figure}") } else { format!("{figure:.3}") }
}
