//! Measures in headless Chromium what the layer costs a visitor: `cargo bench -p benchmarks --bench browser`.
//!
//! Two pages take turns in one browser: the same page with the layer and without it, for a user whose marker cookie is
//! already there. All figures are counts, or medians of the differences between two loads that follow each other.
//! `-- --pairs 100` changes the number of such pairs, `-- --throttling 1` the factor by which the main thread is slower.
//! The page loads most of the code from the token path (`external_script`); with `-- --inline`, it carries the whole code.

mod chart;
mod chromium;
mod site;
mod statistics;
mod targets;
mod trace;

use std::{
    fs,
    io::Write,
    path::Path,
    process::ExitCode,
    str::FromStr,
    thread::available_parallelism,
    time::{Duration, Instant},
};

use chromium::Chromium;
use flate2::{Compression, write::GzEncoder};
use serde_json::{Value, json};
use site::Site;
use statistics::Median;
use targets::Targets;
use tokio::time::sleep;
use trace::{Busy, Part};

const THROTTLING: u32 = 6;
const WARM_UP: usize = 5;
const PAIRS: usize = 50;
const FEWEST_PAIRS: usize = 30;
const COOKIE_LOADS: usize = 5;
/// How long a page has before the next one, for what it does after its `load` event.
const PAUSE: Duration = Duration::from_millis(400);
const CHART: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/browser.svg");

fn main() -> ExitCode {
    let Some(program) = chromium::find() else {
        eprintln!(
            "This bench needs Chromium: `chromium`, `chromium-browser` or `google-chrome` on PATH, or CHROMIUM=..."
        );
        return ExitCode::from(2);
    };
    let pairs = argument("--pairs").unwrap_or(PAIRS).max(FEWEST_PAIRS);
    let throttling = argument("--throttling").unwrap_or(THROTTLING);
    let site = Site::start(std::env::args().all(|argument| argument != "--inline"));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(measure(&program, site, pairs, throttling))
}

/// A number from the command line.
fn argument<N: FromStr>(name: &str) -> Option<N> {
    let value = std::env::args().skip_while(|argument| argument != name).nth(1)?;
    Some(value.parse().unwrap_or_else(|_| panic!("{name} {value}: not a number")))
}

async fn measure(program: &Path, site: Site, pairs: usize, throttling: u32) -> ExitCode {
    let mut bench = Bench::start(program, site).await;
    let mut targets = Targets::default();
    bench.check_layout_shift().await;
    bench.throttle(throttling).await;
    let cookies = bench.sign_in().await;
    bench.bytes(&cookies, &mut targets).await;
    bench.cookie_operations(&mut targets).await;
    bench.paint(pairs, throttling, &mut targets).await;
    bench.chromium.close().await;
    println!();
    ExitCode::from(targets.finish())
}

/// The browser and the site that it opens.
struct Bench {
    chromium: Chromium,
    site: Site,
    /// The line of the page on which the layer's script begins, counted from 1.
    layers_line: usize,
}

/// What one load of a page took.
struct Load {
    busy: Busy,
    /// When the first content appeared, in milliseconds after the navigation's start.
    first_content: f64,
    layout_shift: f64,
}

impl Bench {
    async fn start(program: &Path, site: Site) -> Self {
        let mut chromium = Chromium::start(program).await;
        let cores = available_parallelism().map_or(1, usize::from);
        println!("{}, {cores} cores, {}{}", chromium.version().await, processor(), load_average());
        Self { chromium, site, layers_line: 0 }
    }

    /// Checks that the browser reports layout shifts, because the goal is that there are none.
    async fn check_layout_shift(&mut self) {
        self.open(site::SHIFTING).await;
        sleep(PAUSE).await;
        assert!(self.layout_shift().await > 0.0, "the browser reports no layout shift");
    }

    /// Slows the main thread down, and checks that it is slower.
    async fn throttle(&mut self, throttling: u32) {
        const WORK: &str = "{
            const times = Array.from({ length: 21 }, () => {
                const start = performance.now();
                for (let i = 0, x = 0; i < 4e6; i++) x += i % 7;
                return performance.now() - start;
            });
            times.sort((a, b) => a - b)[10];
        }";
        let before = self.chromium.evaluate(WORK).await.as_f64().expect("a time");
        self.chromium.page("Emulation.setCPUThrottlingRate", json!({ "rate": throttling })).await;
        let after = self.chromium.evaluate(WORK).await.as_f64().expect("a time");
        println!("a loop of JavaScript takes {:.1} times as long with {throttling} × throttling", after / before);
        assert!(after / before > f64::from(throttling) / 2.0, "the throttling has no effect");
    }

    /// Signs the user in, lets the page write its marker, and returns all cookies.
    async fn sign_in(&mut self) -> String {
        let url = self.site.url("/");
        let (name, value) = site::SESSION;
        self.chromium.page("Network.setCookie", json!({ "name": name, "value": value, "url": url })).await;
        self.open(site::WITH).await;
        self.await_library().await;
        let answer = self.chromium.page("Network.getCookies", json!({ "urls": [url] })).await;
        let cookies: Vec<&Value> = answer["cookies"].as_array().expect("cookies").iter().collect();
        assert!(cookies.iter().any(|cookie| cookie["name"] == *self.site.marker), "the page wrote no marker");
        let text = |value: &Value| value.as_str().expect("text").to_owned();
        let pairs = cookies.iter().map(|cookie| format!("{}={}", text(&cookie["name"]), text(&cookie["value"])));
        pairs.collect::<Vec<String>>().join("; ")
    }

    /// Measures target 3.
    async fn bytes(&mut self, cookies: &str, targets: &mut Targets) {
        let with = self.site.html(site::WITH, cookies).await;
        let without = self.site.html(site::WITHOUT, cookies).await;
        let (before, after) = with.split_once(" data-widget='").expect("the layer's script");
        let data: Value = serde_json::from_str(after.split('\'').next().unwrap_or_default()).expect("JSON");
        assert!(data["fp"].is_string() && data["fp"] == data["seen"], "the marker is not the page's own: {data}");
        self.layers_line = before.lines().count();
        let more = |count: fn(&str) -> usize| count(&with) as f64 - count(&without) as f64;
        targets.at_most(3, 1200.0, more(str::len), "bytes by which the page grows");
        targets.at_most(3, 700.0, more(gzipped), "the same, gzipped");
    }

    /// Measures target 2, in loads of its own, because the counting takes time.
    async fn cookie_operations(&mut self, targets: &mut Targets) {
        const COUNT: &str = "{
            const operations = window.cookieOperations = [];
            const { get, set } = Object.getOwnPropertyDescriptor(Document.prototype, 'cookie');
            const note = kind => operations.push([kind, performance.now()]);
            Object.defineProperty(Document.prototype, 'cookie', {
                configurable: true, enumerable: true,
                get() { note('read'); return get.call(this); },
                set(text) { note('write'); set.call(this, text); }
            });
        }";
        const READ: &str =
            "({ paint: performance.getEntriesByName('first-paint')[0].startTime, operations: cookieOperations })";
        let script = self.chromium.page("Page.addScriptToEvaluateOnNewDocument", json!({ "source": COUNT })).await;
        let (mut reads, mut writes) = (0, 0);
        for _ in 0..COOKIE_LOADS {
            self.open(site::WITH).await;
            self.await_library().await;
            let seen = self.chromium.evaluate(READ).await;
            let operations = seen["operations"].as_array().expect("operations");
            assert!(!operations.is_empty(), "not one look at the cookies was counted");
            let before = |kind: &str| {
                let early = operations.iter().filter(|operation| operation[1].as_f64() <= seen["paint"].as_f64());
                early.filter(|operation| operation[0] == *kind).count()
            };
            reads = reads.max(before("read"));
            writes = writes.max(before("write"));
        }
        let identifier = &script["identifier"];
        self.chromium.page("Page.removeScriptToEvaluateOnNewDocument", json!({ "identifier": identifier })).await;
        targets.at_most(2, 1.0, reads as f64, "reads of the cookies before the first paint");
        targets.at_most(2, 0.0, writes as f64, "writes of cookies before the first paint");
    }

    /// Measures targets 1 and 4, and draws the chart.
    async fn paint(&mut self, pairs: usize, throttling: u32, targets: &mut Targets) {
        let start = Instant::now();
        for _ in 0..WARM_UP {
            self.load(site::WITH).await;
            self.load(site::WITHOUT).await;
        }
        let (mut with, mut without) = (Vec::new(), Vec::new());
        for pair in 0..pairs {
            // Takes turns with who is first, too.
            if pair % 2 == 0 {
                with.push(self.load(site::WITH).await);
                without.push(self.load(site::WITHOUT).await);
            } else {
                without.push(self.load(site::WITHOUT).await);
                with.push(self.load(site::WITH).await);
            }
        }
        let more = |figure: fn(&Load) -> f64| {
            Median::of(with.iter().zip(&without).map(|(with, without)| figure(with) - figure(without)))
        };
        // The goal is for the usual factor.
        let goal = 1.5 * f64::from(throttling) / f64::from(THROTTLING);
        let busy = more(|load| load.busy.total());
        targets.median_at_most(1, goal, &busy, "ms of the main thread before the first paint, more than without");
        let code = more(|load| [Part::Parse, Part::Layer, Part::Script].map(|part| load.busy.of(part)).iter().sum());
        targets.median_at_most(1, goal, &code, "ms of it in the parser and in scripts");
        let content = more(|load| load.first_content);
        let what = "ms later first contentful paint, against half the width of the 95 % interval";
        targets.at_most(4, content.noise(), content.value, what);
        let shift = |loads: &[Load]| loads.iter().map(|load| load.layout_shift).fold(0.0, f64::max);
        targets.at_most(4, 0.0, shift(&with) - shift(&without), "layout shift, more than without");
        println!("{pairs} pairs of loads in {} s{}", start.elapsed().as_secs(), load_average());

        let busy = |loads: &[Load]| loads.iter().map(|load| load.busy).collect::<Vec<Busy>>();
        for (name, loads) in [("without", busy(&without)), ("with", busy(&with))] {
            let parts = Part::ALL.map(|part| {
                let median = Median::of(loads.iter().map(|busy| busy.of(part)));
                format!("{} {:.1}", part.name(), median.value)
            });
            let total = Median::of(loads.iter().map(Busy::total)).value;
            println!("{name}: {total:.1} ms ({})", parts.join(", "));
        }
        let chart = chart::draw(&busy(&without), &busy(&with), throttling);
        fs::write(CHART, chart).expect("a writable chart");
    }

    /// Loads a page and measures it.
    async fn load(&mut self, path: &str) -> Load {
        self.chromium.navigate(&self.site.url(site::REST), &["load"]).await;
        sleep(Duration::from_millis(100)).await;
        let categories = json!({ "includedCategories": trace::CATEGORIES, "excludedCategories": ["*"] });
        let tracing = json!({ "transferMode": "ReportEvents", "traceConfig": categories });
        self.chromium.browser("Tracing.start", tracing).await;
        let navigation = self.open(path).await;
        let is_with = path == site::WITH;
        if is_with {
            self.await_library().await;
        }
        sleep(PAUSE).await;
        let trace = self.chromium.end_tracing().await;
        let widget = self.chromium.evaluate("typeof Intercom + typeof widgetIdentity").await;
        assert_eq!(widget == "functionobject", is_with, "{path}: {widget}");
        const CONTENT: &str = "performance.getEntriesByName('first-contentful-paint')[0].startTime";
        let first_content = self.chromium.evaluate(CONTENT).await.as_f64().expect("a time");
        let layout_shift = self.layout_shift().await;
        let busy = trace::evaluate(trace, &navigation, is_with.then_some(self.layers_line));
        Load { busy, first_content, layout_shift }
    }

    /// Opens a page and waits until it has painted and loaded. Nothing of ours runs in it before that.
    async fn open(&mut self, path: &str) -> String {
        self.chromium.navigate(&self.site.url(path), &["firstPaint", "firstContentfulPaint", "load"]).await
    }

    /// Waits until the widget's library has come, and checks that the page has booted the widget.
    async fn await_library(&mut self) {
        const LIBRARY: &str = "new Promise(done => {
            const look = () => window.libraryCalls === undefined ? setTimeout(look, 50) : done(libraryCalls);
            look();
            setTimeout(done, 30000, 'nothing');
        })";
        assert_eq!(self.chromium.evaluate(LIBRARY).await, "boot", "the calls that waited for the library");
    }

    async fn layout_shift(&mut self) -> f64 {
        const SHIFT: &str = "new Promise(done => {
            let sum = 0;
            const add = list => list.getEntries().forEach(entry => { sum += entry.value });
            new PerformanceObserver(add).observe({ type: 'layout-shift', buffered: true });
            setTimeout(() => done(sum), 100);
        })";
        self.chromium.evaluate(SHIFT).await.as_f64().expect("a number")
    }
}

fn gzipped(page: &str) -> usize {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(page.as_bytes()).expect("memory");
    encoder.finish().expect("memory").len()
}

/// The processor's name, where the system says it.
fn processor() -> String {
    let information = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let name = information.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    name.map_or_else(|| std::env::consts::ARCH.to_owned(), |(_, name)| name.to_owned())
}

/// What else the machine does, where the system says it.
fn load_average() -> String {
    let average = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    average.split(' ').next().filter(|one| !one.is_empty()).map_or_else(String::new, |one| format!(", load {one}"))
}
