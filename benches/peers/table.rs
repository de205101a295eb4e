//! The table of figures, and the line for each target.

/// What a figure has to be.
pub(crate) enum Goal {
    AtMost(f64),
    AtLeast(f64),
}

impl Goal {
    fn is_met(&self, figure: f64) -> bool {
        match self {
            Self::AtMost(limit) => figure <= *limit,
            Self::AtLeast(limit) => figure >= *limit,
        }
    }

    fn text(&self) -> String {
        match self {
            Self::AtMost(limit) => format!("at most {limit}"),
            Self::AtLeast(limit) => format!("at least {limit}"),
        }
    }
}

/// Figures by target.
#[derive(Default)]
pub(crate) struct Table {
    lines: Vec<String>,
    missed: i32,
}

impl Table {
    /// A median, in nanoseconds.
    pub(crate) fn note(&mut self, name: &str, nanoseconds: f64) {
        println!("{name:<28} {:>12.0} ns", nanoseconds);
    }

    pub(crate) fn row(&mut self, target: &str, what: &str, figure: f64, goal: Goal) {
        // A ratio of nonsense (a difference that noise made negative) is no success.
        let met = figure.is_finite() && goal.is_met(figure);
        let verdict = if met { "ok" } else { "MISS" };
        self.missed += i32::from(!met);
        let line = format!("target {target}: {figure:.3} (goal {}) {verdict}   {what}", goal.text());
        println!("{line}");
        self.lines.push(line);
    }

    /// Prints all targets together, and answers the exit code.
    pub(crate) fn finish(self) -> i32 {
        println!();
        for line in &self.lines {
            println!("{line}");
        }
        i32::from(self.missed > 0)
    }
}
