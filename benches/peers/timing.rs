//! Medians of jobs that take turns, so that a slow phase of the machine affects all of them.

use std::time::{Duration, Instant};

/// How long one comparison runs.
const TIME: Duration = Duration::from_secs(8);
const FEWEST_TURNS: usize = 101;
/// The length of one turn, long enough to make the cost of the clock negligible.
const TURN: Duration = Duration::from_micros(400);

/// A job to be timed. `prepare` makes the input of `run` while the clock is stopped.
pub(crate) struct Job<'a> {
    name: String,
    /// Runs this number of times and returns the time that it took.
    run: Box<dyn FnMut(usize) -> Duration + 'a>,
}

impl<'a> Job<'a> {
    pub(crate) fn new<T>(name: String, prepare: impl Fn() -> T + 'a, run: impl Fn(T) + 'a) -> Self {
        let timed = move |times: usize| {
            let prepared: Vec<T> = (0..times).map(|_| prepare()).collect();
            let start = Instant::now();
            prepared.into_iter().for_each(&run);
            start.elapsed()
        };
        Self { name, run: Box::new(timed) }
    }

    pub(crate) fn run(&mut self, times: usize) -> Duration {
        (self.run)(times)
    }

    /// How many runs fit into a turn.
    fn calibrate(&mut self) -> usize {
        (self.run)(32); // warms up the caches and the allocator
        let once = (self.run)(32).as_nanos() / 32;
        (TURN.as_nanos() / once.max(1)).clamp(1, 2048) as usize
    }
}

/// Medians by name, in nanoseconds.
pub(crate) struct Medians(Vec<(String, f64)>);

impl Medians {
    pub(crate) fn of(&self, name: &str) -> f64 {
        self.all().find(|(known, _)| *known == name).map_or(f64::NAN, |(_, median)| median)
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = (&str, f64)> {
        self.0.iter().map(|(name, median)| (name.as_str(), *median))
    }
}

pub(crate) fn medians(mut jobs: Vec<Job<'_>>) -> Medians {
    let times: Vec<usize> = jobs.iter_mut().map(Job::calibrate).collect();
    let mut samples = vec![Vec::new(); jobs.len()];
    let start = Instant::now();
    while start.elapsed() < TIME || samples[0].len() < FEWEST_TURNS {
        for ((job, times), samples) in jobs.iter_mut().zip(&times).zip(&mut samples) {
            samples.push((job.run)(*times).as_nanos() as f64 / *times as f64);
        }
    }
    Medians(jobs.into_iter().map(|job| job.name).zip(samples.iter_mut().map(|samples| median(samples))).collect())
}

pub(crate) fn median(samples: &mut [f64]) -> f64 {
    samples.sort_by(f64::total_cmp);
    samples[samples.len() / 2]
}
