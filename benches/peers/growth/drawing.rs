//! The drawing of the growth: a panel for each input, with the time above and the memory below.

use std::fmt::Write;

use super::{Point, Series};

const PANEL: (f64, f64) = (230.0, 150.0);
const PLOT: (f64, f64) = (150.0, 86.0);
/// The plot's place in its panel.
const PLACE: (f64, f64) = (58.0, 34.0);
const TOP: f64 = 34.0;

/// The drawing has its own background and follows the reader's colour scheme.
const STYLE: &str = "\
    .back{fill:#fff}text{font:11px system-ui,sans-serif;fill:#24292f}.title{font-weight:600}.axis{stroke:#8c959f}\
    .grid{stroke:#d8dee4}.line{fill:none;stroke-width:2}.time{stroke:#0969da}.memory{stroke:#bc4c00}\
    circle.time{fill:#0969da}circle.memory{fill:#bc4c00}\
    @media (prefers-color-scheme:dark){.back{fill:#0d1117}text{fill:#e6edf3}.axis{stroke:#6e7681}\
    .grid{stroke:#30363d}.time{stroke:#58a6ff}.memory{stroke:#f0883e}circle.time{fill:#58a6ff}\
    circle.memory{fill:#f0883e}}";

pub(super) fn draw(series: &[Series]) -> String {
    let (width, height) = (PANEL.0 * series.len() as f64 + 20.0, TOP + PANEL.1 * 2.0 + 6.0);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
         viewBox=\"0 0 {width} {height}\" role=\"img\" aria-label=\"Time and memory of the layer by the size of its \
         inputs\">\n<style>{STYLE}</style>\n<rect class=\"back\" width=\"100%\" height=\"100%\" rx=\"6\"/>\n\
         <text class=\"title\" x=\"14\" y=\"22\">What the layer adds to one page: time (blue) and allocated memory \
         (orange)</text>\n"
    );
    for (column, series) in series.iter().enumerate() {
        let x = PANEL.0 * column as f64;
        panel(&mut svg, (x, TOP), series, "time", "µs", |point| point.microseconds);
        panel(&mut svg, (x, TOP + PANEL.1), series, "memory", "KB", |point| point.bytes / 1000.0);
    }
    svg.push_str("</svg>\n");
    svg
}

fn panel(
    svg: &mut String,
    (x, y): (f64, f64),
    series: &Series,
    class: &str,
    unit: &str,
    value: impl Fn(&Point) -> f64,
) {
    let points = &series.points;
    let widest = points.iter().map(|point| point.size).fold(0.0, f64::max);
    let highest = ceiling(points.iter().map(&value).fold(0.0, f64::max));
    let (left, bottom) = (x + PLACE.0, y + PLACE.1 + PLOT.1);
    let place = |point: &Point| (left + PLOT.0 * point.size / widest, bottom - PLOT.1 * value(point) / highest);
    let right = left + PLOT.0;

    let mut line = |text: std::fmt::Arguments<'_>| writeln!(svg, "{text}").expect("a string");
    line(format_args!(r#"<text class="title" x="{left}" y="{}">{}, {unit}</text>"#, y + PLACE.1 - 10.0, series.input));
    for part in [0.0, 0.5, 1.0] {
        let (height, label) = (bottom - PLOT.1 * part, highest * part);
        let class = if part == 0.0 { "axis" } else { "grid" };
        line(format_args!(r#"<path class="{class}" d="M{left} {height}H{right}"/>"#));
        line(format_args!(r#"<text x="{}" y="{}" text-anchor="end">{label}</text>"#, left - 6.0, height + 4.0));
    }
    let (first, last) = (&points[0], &points[points.len() - 1]);
    for point in [first, last] {
        let (x, y) = (place(point).0, bottom + 15.0);
        line(format_args!(r#"<text x="{x:.1}" y="{y}" text-anchor="middle">{}</text>"#, point.label));
    }
    let path: Vec<String> = points.iter().map(place).map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
    line(format_args!(r#"<polyline class="line {class}" points="{}"/>"#, path.join(" ")));
    for (x, y) in points.iter().map(place) {
        line(format_args!(r#"<circle class="{class}" cx="{x:.1}" cy="{y:.1}" r="3"/>"#));
    }
}

/// The next round number.
fn ceiling(value: f64) -> f64 {
    let power = 10f64.powf(value.log10().floor());
    let round = [1.0, 2.0, 4.0, 5.0, 10.0].map(|number| number * power);
    round.into_iter().find(|round| value <= *round).unwrap_or(value)
}
