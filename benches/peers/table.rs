//! The table of figures, with a line for each target.

use std::fmt;

/// The limit of a figure.
#[derive(Clone, Copy)]
pub(crate) enum Goal {
    AtMost(f64),
    AtLeast(f64),
}

impl Goal {
    fn is_met(self, figure: f64) -> bool {
        // A ratio that is not finite is no success: noise can make a measured difference zero.
        figure.is_finite()
            && match self {
                Self::AtMost(limit) => figure <= limit,
                Self::AtLeast(limit) => figure >= limit,
            }
    }

    /// The figure as a share of the limit; above 1, it misses the limit.
    fn share(self, figure: f64) -> f64 {
        match self {
            Self::AtMost(limit) if figure <= 0.0 && limit <= 0.0 => 0.0,
            Self::AtMost(limit) => figure / limit,
            Self::AtLeast(limit) => limit / figure,
        }
    }
}

impl fmt::Display for Goal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AtMost(limit) => write!(f, "at most {limit}"),
            Self::AtLeast(limit) => write!(f, "at least {limit}"),
        }
    }
}

struct Row {
    target: u8,
    what: String,
    figure: f64,
    goal: Goal,
}

impl Row {
    fn verdict(&self) -> &'static str {
        if self.goal.is_met(self.figure) { "ok" } else { "MISS" }
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { target, what, figure, goal } = self;
        write!(f, "target {target}: {figure:.3} (goal {goal}) {}   {what}", self.verdict())
    }
}

/// The figures, each with its target.
#[derive(Default)]
pub(crate) struct Table(Vec<Row>);

impl Table {
    /// Prints a median, in nanoseconds.
    pub(crate) fn note(&mut self, name: &str, nanoseconds: f64) {
        println!("{name:<28} {nanoseconds:>12.0} ns");
    }

    pub(crate) fn row(&mut self, target: u8, what: &str, figure: f64, goal: Goal) {
        let row = Row { target, what: what.to_owned(), figure, goal };
        println!("{row}");
        self.0.push(row);
    }

    /// Prints one line for each target and returns the exit code.
    ///
    /// The line has the figure that is nearest to its limit.
    pub(crate) fn finish(self) -> i32 {
        println!();
        let mut missed = 0;
        for target in 1..=9 {
            let rows = self.0.iter().filter(|row| row.target == target);
            let nearest = rows.max_by(|a, b| a.goal.share(a.figure).total_cmp(&b.goal.share(b.figure)));
            match nearest {
                Some(row) => println!("{row}"),
                None => println!("target {target}: not measured MISS"),
            }
            missed += i32::from(nearest.is_none_or(|row| !row.goal.is_met(row.figure)));
        }
        i32::from(missed > 0)
    }
}
