//! The table of figures, with a line for each target.

use std::fmt;

/// What a figure must show. `README.md` has the same numbers and names.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Target {
    PageSize = 1,
    Rewriter,
    ByHand,
    SignedPage,
    Token,
    Passing,
    Allocations,
    Streaming,
    ServerTime,
}

impl Target {
    const ALL: [Self; 9] = [
        Self::PageSize,
        Self::Rewriter,
        Self::ByHand,
        Self::SignedPage,
        Self::Token,
        Self::Passing,
        Self::Allocations,
        Self::Streaming,
        Self::ServerTime,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::PageSize => "page size",
            Self::Rewriter => "lol_html",
            Self::ByHand => "by hand",
            Self::SignedPage => "signed page",
            Self::Token => "token",
            Self::Passing => "passing",
            Self::Allocations => "allocations",
            Self::Streaming => "streaming",
            Self::ServerTime => "server time",
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", *self as u8, self.name())
    }
}

/// The limit of a figure.
#[derive(Clone, Copy)]
pub(crate) enum Goal {
    /// A ratio of two times, both of which are positive.
    ///
    /// The ratio is not positive where noise was larger than a measured difference. Such a figure shows nothing.
    RatioAtMost(f64),
    /// A count, or a time that the layer adds.
    ///
    /// Noise can make a very small difference negative. If the difference is as far below zero as the limit is above, the
    /// noise was too large for any conclusion.
    CostAtMost(f64),
    ShareAtLeast(f64),
}

impl Goal {
    fn is_met(self, figure: f64) -> bool {
        // NaN meets none of these conditions.
        match self {
            Self::RatioAtMost(limit) => 0.0 < figure && figure <= limit,
            Self::CostAtMost(limit) => figure.abs() <= limit,
            Self::ShareAtLeast(limit) => limit <= figure && figure <= 1.0,
        }
    }

    /// The figure as a share of the limit, to find the figure that is nearest to its limit.
    fn share(self, figure: f64) -> f64 {
        match self {
            _ if !self.is_met(figure) => f64::INFINITY,
            Self::CostAtMost(limit) if limit <= 0.0 => 0.0,
            Self::RatioAtMost(limit) | Self::CostAtMost(limit) => figure / limit,
            Self::ShareAtLeast(limit) => limit / figure,
        }
    }

    /// Checks the conditions themselves, because a wrong one would turn every figure into a success.
    pub(crate) fn check() {
        for (goal, figure, is_met) in [
            (Self::RatioAtMost(2.5), 2.5, true),
            (Self::RatioAtMost(2.5), 2.6, false),
            (Self::RatioAtMost(2.5), -0.1, false),
            (Self::RatioAtMost(2.5), 0.0, false),
            (Self::RatioAtMost(2.5), f64::NAN, false),
            (Self::CostAtMost(25.0), -3.0, true),
            (Self::CostAtMost(25.0), -26.0, false),
            (Self::CostAtMost(25.0), f64::NEG_INFINITY, false),
            (Self::CostAtMost(0.0), 0.0, true),
            (Self::CostAtMost(0.0), 1.0, false),
            (Self::ShareAtLeast(1.0), 1.0, true),
            (Self::ShareAtLeast(1.0), 0.9, false),
        ] {
            assert_eq!(goal.is_met(figure), is_met, "{figure} with the goal {goal}");
        }
    }
}

impl fmt::Display for Goal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::RatioAtMost(limit) | Self::CostAtMost(limit) => write!(f, "at most {limit}"),
            Self::ShareAtLeast(limit) => write!(f, "at least {limit}"),
        }
    }
}

struct Row {
    target: Target,
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
        write!(f, "{:<4} target {target}: {what}: {figure:.3} ({goal})", self.verdict())
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

    pub(crate) fn row(&mut self, target: Target, what: &str, figure: f64, goal: Goal) {
        let row = Row { target, what: what.to_owned(), figure, goal };
        println!("{row}");
        self.0.push(row);
    }

    /// Prints one line for each target and returns the exit code.
    ///
    /// The line has a figure that misses its limit, or else the one that is nearest to it.
    pub(crate) fn finish(self) -> i32 {
        println!();
        let mut missed = 0;
        for target in Target::ALL {
            let rows = self.0.iter().filter(|row| row.target == target);
            let nearest = rows.max_by(|a, b| a.goal.share(a.figure).total_cmp(&b.goal.share(b.figure)));
            match nearest {
                Some(row) => println!("{row}"),
                None => println!("MISS target {target}: not measured"),
            }
            missed += i32::from(nearest.is_none_or(|row| !row.goal.is_met(row.figure)));
        }
        i32::from(missed > 0)
    }
}
