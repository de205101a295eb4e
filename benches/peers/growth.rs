//! How time and memory grow with the page, the widgets, the cookies and the user's attributes:
//! `cargo bench -p benchmarks --bench peers -- --growth`.
//!
//! Both are the layer's own: what the bare service needs for the same request is subtracted.

mod drawing;

use std::{path::Path, time::Duration};

use tower_widget_identity::{
    Identity, Secret, Widgets,
    widget::{Drift, Featurebase, Ferndesk, Intercom, UserJot},
};

use crate::{
    contestants::{Contestant, SECRET, is_orders},
    counting::per_page,
    pages::{EIGHT_KIB, ONE_MIB, Page},
    switch::Count,
    timing::{Job, Rounds},
};

/// The time for the points of one input.
const TIME: Duration = Duration::from_secs(8);
const FRAME: usize = 16 * 1024;
/// How much faster than the input time and memory may grow at its top end.
const FASTEST: f64 = 1.3;
/// How much more one more unit of input may need at the top end than below it. Where something grows with the square of
/// its input, this is 1.8 for the widgets and more for the others.
const STEEPEST: f64 = 1.5;
/// An increase that is smaller than this share of the first point is no growth, because noise can have this size.
const NOISE: f64 = 0.1;

/// An input, and what the layer needs for several sizes of it.
struct Series {
    input: &'static str,
    points: Vec<Point>,
}

struct Point {
    /// The size of the input as a reader wants to see it.
    label: String,
    size: f64,
    microseconds: f64,
    /// All bytes that were allocated for one page, released or not. The peak is no larger.
    bytes: f64,
}

/// One request, with the layer that it meets.
struct Case {
    label: String,
    size: usize,
    widgets: Widgets,
    page: Page,
}

/// Measures all inputs, prints a table, checks the growth and returns the exit code. Draws into a file on demand.
pub(crate) fn measure(drawing: Option<&str>) -> i32 {
    let series = [
        Series::measure("page in frames of 16 KiB", pages()),
        Series::measure("widgets", widgets()),
        Series::measure("cookies", cookies()),
        Series::measure("attributes", attributes()),
    ];
    println!("| input | size | time | memory |\n|---|---|---|---|");
    for series in &series {
        for Point { label, microseconds, bytes, .. } in &series.points {
            println!("| {} | {label} | {microseconds:.1} µs | {:.1} KB |", series.input, bytes / 1000.0);
        }
    }
    println!();
    if let Some(path) = drawing {
        // Cargo runs a benchmark in the package's folder.
        std::fs::write(Path::new(path), drawing::draw(&series)).expect("a file");
    }
    check_growth();
    let verdicts = series.iter().flat_map(|series| [series.verdict("time"), series.verdict("memory")]);
    i32::from(verdicts.filter(|is_met| !is_met).count() > 0)
}

impl Series {
    fn measure(input: &'static str, cases: Vec<Case>) -> Self {
        let mut jobs: Vec<Job<'_>> = Vec::new();
        let mut bytes = Vec::new();
        for Case { label, widgets, page, .. } in &cases {
            let contestants = [Contestant::bare(), Contestant::with_widgets(widgets.clone())];
            assert!(contestants[1].injects(page), "the layer did not inject with {input} {label}");
            let [bare, ours] = contestants.each_ref().map(|contestant| per_page(contestant, page, Count::bytes));
            bytes.push(ours as f64 - bare as f64);
            jobs.extend(contestants.map(|each| each.job(format!("{} {label}", each.name()), page.clone())));
        }
        let times = Rounds::run(TIME, jobs);
        let points = cases.into_iter().zip(bytes).map(|(case, bytes)| {
            let label = case.label;
            let over = times.calm(&format!("ours {label}")) - times.calm(&format!("bare {label}"));
            Point { label, size: case.size as f64, microseconds: over / 1000.0, bytes }
        });
        Self { input, points: points.collect() }
    }

    /// Checks that nothing grows faster than the input at its top end, and prints the result.
    fn verdict(&self, what: &str) -> bool {
        let value = |point: &Point| if what == "time" { point.microseconds } else { point.bytes };
        let points: Vec<_> = self.points.iter().map(|point| (point.size, value(point))).collect();
        let growth = Growth::of(&points);
        let verdict = if growth.is_met() { "ok" } else { "MISS" };
        println!("{verdict:<4} {what} by {}: {growth}", self.input);
        growth.is_met()
    }
}

/// How the last step of the input compares with the steps below it.
struct Growth {
    /// What was added from the first point to the last one, as a share of the first point.
    added: f64,
    /// What a unit of input adds in the last step, over what a unit adds below it.
    acceleration: f64,
    /// The last value over the one before it, as a share of the same ratio of the inputs.
    ratio: f64,
}

impl Growth {
    fn of(points: &[(f64, f64)]) -> Self {
        let [first, .., before, last] = points else { panic!("a series has at least three points") };
        let slope = |from: &(f64, f64), to: &(f64, f64)| (to.1 - from.1) / (to.0 - from.0);
        Self {
            added: (last.1 - first.1) / first.1,
            acceleration: slope(before, last) / slope(first, before),
            ratio: (last.1 / before.1) / (last.0 / before.0),
        }
    }

    /// What a unit of input costs must not increase. Where so little is added that noise decides, the whole cost must not
    /// grow faster than the input.
    fn is_met(&self) -> bool {
        let steady = 0.0 < self.acceleration && self.acceleration <= STEEPEST;
        let small = self.added <= NOISE;
        (steady || small) && 0.0 < self.ratio && self.ratio <= FASTEST
    }
}

impl std::fmt::Display for Growth {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { added, acceleration, ratio } = self;
        let added = added * 100.0;
        write!(f, "{added:+.0} % in all; at the top end {ratio:.2} of the input's growth (at most {FASTEST})")?;
        if self.added > NOISE {
            write!(f, ", {acceleration:.2} of a unit's cost before (at most {STEEPEST})")?;
        }
        Ok(())
    }
}

/// Checks the conditions themselves, because a wrong one would accept every growth.
fn check_growth() {
    let series = |value: fn(f64) -> f64| [1.0, 10.0, 20.0].map(|size| (size, value(size)));
    assert!(Growth::of(&series(|_| 5.0)).is_met(), "constant");
    assert!(Growth::of(&series(|size| 5.0 + size)).is_met(), "linear");
    assert!(Growth::of(&series(|size| 5.0 + size.sqrt())).is_met(), "slower");
    assert!(!Growth::of(&series(|size| 5.0 + size * size / 10.0)).is_met(), "quadratic");
    assert!(!Growth::of(&series(|size| 1.0 + size.powi(2) * size)).is_met(), "cubic");
    assert!(!Growth::of(&series(|_| f64::NAN)).is_met(), "not measured");
}

fn pages() -> Vec<Case> {
    let sizes = [EIGHT_KIB, 128 * 1024, ONE_MIB, 10 * ONE_MIB, 50 * ONE_MIB, 100 * ONE_MIB];
    let case = |size| {
        let (widgets, page) = (identified(1, Identity::new("user-123456")), Page::framed(size, FRAME));
        Case { label: crate::pages::name(size), size, widgets, page }
    };
    sizes.map(case).into()
}

fn widgets() -> Vec<Case> {
    let case = |count| {
        let person = Identity::new("user-123456").with_email("person@example.com").with_name("A Person");
        let (widgets, page) = (identified(count, person), Page::whole(EIGHT_KIB));
        Case { label: count.to_string(), size: count, widgets, page }
    };
    (1..=5).map(case).collect()
}

fn cookies() -> Vec<Case> {
    let case = |size| {
        let page = Page::whole(EIGHT_KIB).with_cookies(size);
        Case { label: kilobytes(size), size, widgets: identified(1, Identity::new("user-123456")), page }
    };
    [0, 1000, 2000, 4000, 8000].map(case).into()
}

/// Attributes of some 50 bytes each.
fn attributes() -> Vec<Case> {
    let case = |size| {
        let mut person = Identity::new("user-123456");
        for number in 0..size / 50 {
            person = person.with_attribute(format!("attribute_{number:03}"), "a value of thirty-one letters..");
        }
        let page = Page::whole(EIGHT_KIB);
        Case { label: kilobytes(size), size, widgets: identified(1, person), page }
    };
    [0, 750, 1500, 3000, 6000].map(case).into()
}

fn kilobytes(bytes: usize) -> String {
    format!("{} KB", bytes as f64 / 1000.0)
}

/// The first of five widgets whose pages contain a JWT, and a user who is signed in on `/orders`.
fn identified(count: usize, person: Identity) -> Widgets {
    let secret = || Secret::new(SECRET).expect("a secret");
    let mut widgets = Widgets::builder().widget(Intercom::new("abcd1234", secret()));
    if count > 1 {
        widgets = widgets.widget(Ferndesk::new("widget-1", secret()));
    }
    if count > 2 {
        widgets = widgets.widget(Featurebase::new("organization", secret()));
    }
    if count > 3 {
        widgets = widgets.widget(Drift::new("embed-1", secret()));
    }
    if count > 4 {
        widgets = widgets.widget(UserJot::new("project-1", secret()));
    }
    widgets.identify(move |parts| is_orders(parts).then(|| person.clone())).build().expect("widgets")
}
