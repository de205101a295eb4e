//! Where the main thread's time goes before the first paint, from Chromium's trace events.

use serde::Deserialize;
use serde_json::Value;

/// The categories of the trace events that are read here.
pub(crate) const CATEGORIES: [&str; 5] =
    ["devtools.timeline", "disabled-by-default-devtools.timeline", "blink.user_timing", "loading", "v8"];

/// What the main thread does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    Parse,
    /// The script element that the layer puts into the page.
    Layer,
    Script,
    /// Style, layout, paint and commit.
    Layout,
    Other,
}

impl Part {
    pub(crate) const ALL: [Self; 5] = [Self::Parse, Self::Layer, Self::Script, Self::Layout, Self::Other];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Parse => "parse HTML",
            Self::Layer => "the layer's script",
            Self::Script => "the page's own script",
            Self::Layout => "style, layout, paint",
            Self::Other => "other",
        }
    }

    /// The part to which an event belongs; `None` if to the same as the event around it.
    fn of(event: &Event, layers_line: Option<usize>) -> Option<Self> {
        match event.name.as_str() {
            "ParseHTML" => Some(Self::Parse),
            "EvaluateScript" if layers_line.is_some_and(|line| event.args["data"]["lineNumber"] == line) => {
                Some(Self::Layer)
            }
            "EvaluateScript" | "FunctionCall" | "TimerFire" | "RunMicrotasks" => Some(Self::Script),
            "UpdateLayoutTree"
            | "Layout"
            | "PrePaint"
            | "Paint"
            | "UpdateLayer"
            | "Layerize"
            | "Commit"
            | "ParseAuthorStyleSheet" => Some(Self::Layout),
            "RunTask" => Some(Self::Other),
            _ => None,
        }
    }
}

#[derive(Deserialize)]
struct Event {
    name: String,
    ph: String,
    pid: u64,
    tid: u64,
    /// Microseconds, as all times of events.
    ts: f64,
    #[serde(default)]
    dur: f64,
    /// The processor time, without the time in which the thread had to wait for a processor.
    tdur: Option<f64>,
    #[serde(default)]
    args: Value,
}

impl Event {
    fn end(&self) -> f64 {
        self.ts + self.dur
    }

    /// The processor time before `paint`.
    fn time_until(&self, paint: f64) -> f64 {
        let time = self.tdur.unwrap_or(self.dur);
        if self.end() <= paint { time } else { time * (paint - self.ts) / self.dur }
    }
}

/// The main thread's processor time from the start of a navigation to the first paint, in milliseconds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Busy([f64; Part::ALL.len()]);

impl Busy {
    pub(crate) fn of(&self, part: Part) -> f64 {
        self.0[part as usize]
    }

    pub(crate) fn total(&self) -> f64 {
        self.0.iter().sum()
    }
}

/// Evaluates the trace of a navigation. `layers_line`: the line of the page on which the layer's script begins.
pub(crate) fn evaluate(trace: Vec<Value>, navigation: &str, layers_line: Option<usize>) -> Busy {
    let events = trace.into_iter().filter_map(|event| serde_json::from_value::<Event>(event).ok());
    let events: Vec<Event> = events.collect();
    let find = |name: &str| {
        let found = events.iter().find(|event| event.name == name && event.args["data"]["navigationId"] == navigation);
        found.unwrap_or_else(|| panic!("the trace has no {name}"))
    };
    let (start, paint) = (find("navigationStart"), find("firstPaint"));
    let thread = (paint.pid, paint.tid);
    let mut tasks: Vec<&Event> = events
        .iter()
        .filter(|event| event.ph == "X" && (event.pid, event.tid) == thread)
        .filter(|event| event.dur > 0.0 && event.ts >= start.ts && event.ts < paint.ts)
        .collect();
    // An event comes before those inside of it.
    tasks.sort_by(|a, b| a.ts.total_cmp(&b.ts).then(b.dur.total_cmp(&a.dur)));
    let busy = add_up(&tasks, paint.ts, layers_line);
    assert!(layers_line.is_none() || busy.of(Part::Layer) > 0.0, "the trace does not show the layer's script");
    busy
}

fn add_up(tasks: &[&Event], paint: f64, layers_line: Option<usize>) -> Busy {
    let mut busy = [0.0; Part::ALL.len()];
    let mut around: Vec<(&Event, Part)> = Vec::new();
    for &event in tasks {
        while around.pop_if(|(outer, _)| outer.end() <= event.ts).is_some() {}
        let outer = around.last().map(|(_, part)| *part);
        // What runs outside of every task does not block the thread.
        if outer.is_none() && event.name != "RunTask" {
            continue;
        }
        let part = Part::of(event, layers_line).or(outer).unwrap_or(Part::Other);
        let time = event.time_until(paint) / 1000.0;
        busy[part as usize] += time;
        if let Some(outer) = outer {
            busy[outer as usize] -= time;
        }
        around.push((event, part));
    }
    Busy(busy)
}
