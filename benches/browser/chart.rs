//! The chart: one bar for each page, with the parts of the main thread's time before the first paint.

use std::fmt::Write;

use crate::{
    statistics::Median,
    trace::{Busy, Part},
};

const WIDTH: f64 = 720.0;
/// Where the bars begin, after their names.
const LEFT: f64 = 130.0;
const BAR: f64 = 30.0;
const ROW: f64 = 42.0;
const TOP: f64 = 44.0;
const LEGEND_ROW: f64 = 20.0;

/// Colours that stand out on white and on black.
const fn colour(part: Part) -> &'static str {
    match part {
        Part::Parse => "#4c8fd6",
        Part::Layer => "#e0483e",
        Part::Script => "#d9a21b",
        Part::Layout => "#4aa564",
        Part::Other => "#8b8f98",
    }
}

/// The medians of all parts, in milliseconds.
struct Bar<'a> {
    name: &'a str,
    parts: Vec<f64>,
}

impl<'a> Bar<'a> {
    fn new(name: &'a str, loads: &[Busy]) -> Self {
        let median = |part| Median::of(loads.iter().map(|busy| busy.of(part))).value.max(0.0);
        Self { name, parts: Part::ALL.into_iter().map(median).collect() }
    }

    fn total(&self) -> f64 {
        self.parts.iter().sum()
    }
}

/// Draws the chart as SVG.
pub(crate) fn draw(without: &[Busy], with: &[Busy], throttling: u32) -> String {
    let bars = [Bar::new("without the layer", without), Bar::new("with the layer", with)];
    let longest = bars.iter().map(Bar::total).fold(1.0, f64::max);
    let step = step(longest);
    let scale = (WIDTH - LEFT - 30.0) / longest;
    let bottom = TOP + ROW * bars.len() as f64;
    let height = bottom + 44.0 + LEGEND_ROW * (Part::ALL.len() + 1) as f64;
    let speed = if throttling > 1 { format!("{throttling} × throttling") } else { "no throttling".to_owned() };
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" width=\"{WIDTH}\" role=\"img\">\n\
         <title>Main thread before the first paint</title>\n\
         <style>text {{ font: 13px system-ui, sans-serif; fill: #24292f }} .head {{ font-weight: 600 }} \
         .end {{ text-anchor: end }} .mid {{ text-anchor: middle }} line {{ stroke: #8b8f98; stroke-opacity: .45 }} \
         @media (prefers-color-scheme: dark) {{ text {{ fill: #dfe3e8 }} }}</style>\n\
         <text class=\"head\" x=\"0\" y=\"16\">Main thread before the first paint, with {speed}: \
         milliseconds, medians of {} loads</text>\n",
        with.len()
    );
    let mut draw = |text: String| writeln!(svg, "{text}").expect("a string");
    for tick in 0..=(longest / step) as u32 {
        let (value, x) = (f64::from(tick) * step, LEFT + f64::from(tick) * step * scale);
        draw(format!("<line x1=\"{x:.1}\" y1=\"{}\" x2=\"{x:.1}\" y2=\"{bottom}\"/>", TOP - 8.0));
        draw(format!("<text class=\"mid\" x=\"{x:.1}\" y=\"{}\">{value}</text>", bottom + 16.0));
    }
    for (row, bar) in bars.iter().enumerate() {
        let y = TOP + ROW * row as f64;
        draw(format!("<text class=\"end\" x=\"{}\" y=\"{}\">{}</text>", LEFT - 10.0, y + 20.0, bar.name));
        let mut x = LEFT;
        for (part, time) in Part::ALL.into_iter().zip(&bar.parts) {
            let width = time * scale;
            let colour = colour(part);
            draw(format!("<rect x=\"{x:.1}\" y=\"{y}\" width=\"{width:.1}\" height=\"{BAR}\" fill=\"{colour}\"/>"));
            x += width;
        }
    }
    let columns = [LEFT + 300.0, LEFT + 430.0];
    let mut y = bottom + 48.0;
    for (bar, x) in bars.iter().zip(columns) {
        draw(format!("<text class=\"end\" x=\"{x}\" y=\"{y}\">{}</text>", bar.name));
    }
    for (index, part) in Part::ALL.into_iter().enumerate() {
        y += LEGEND_ROW;
        let colour = colour(part);
        draw(format!("<rect x=\"{LEFT}\" y=\"{}\" width=\"12\" height=\"12\" fill=\"{colour}\"/>", y - 11.0));
        draw(format!("<text x=\"{}\" y=\"{y}\">{}</text>", LEFT + 20.0, part.name()));
        for (bar, x) in bars.iter().zip(columns) {
            draw(format!("<text class=\"end\" x=\"{x}\" y=\"{y}\">{:.1}</text>", bar.parts[index]));
        }
    }
    svg.push_str("</svg>\n");
    svg
}

/// The distance of the axis's ticks: 1, 2 or 5 times a power of ten, and at most ten ticks.
fn step(longest: f64) -> f64 {
    let power = 10_f64.powf((longest / 10.0).log10().floor());
    let steps = [1.0, 2.0, 5.0, 10.0].map(|factor| factor * power);
    steps.into_iter().find(|step| longest / step <= 10.0).unwrap_or(10.0 * power)
}
