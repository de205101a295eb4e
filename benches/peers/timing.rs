//! Times of jobs that take turns, so that a slow phase of the machine affects all of them.

use std::time::{Duration, Instant};

use crate::cpu;

const FEWEST_ROUNDS: usize = 101;
/// The length of one turn, long enough to make the cost of the clock negligible.
const TURN: Duration = Duration::from_micros(400);

/// A job to be timed. `prepare` makes the input of `run` while the clock is stopped.
pub(crate) struct Job<'a> {
    name: String,
    /// Runs this number of times and returns the processor time that it took.
    run: Box<dyn FnMut(usize) -> Duration + 'a>,
}

impl<'a> Job<'a> {
    pub(crate) fn new<T>(name: String, prepare: impl Fn() -> T + 'a, run: impl Fn(T) + 'a) -> Self {
        let timed = move |times: usize| {
            let prepared: Vec<T> = (0..times).map(|_| prepare()).collect();
            let start = cpu::of_thread();
            prepared.into_iter().for_each(&run);
            cpu::of_thread() - start
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

/// The times of several jobs by round, in nanoseconds.
pub(crate) struct Rounds {
    names: Vec<String>,
    rounds: Vec<Vec<f64>>,
}

impl Rounds {
    /// Runs the jobs in turns until `time` is over.
    pub(crate) fn run(time: Duration, mut jobs: Vec<Job<'_>>) -> Self {
        let times: Vec<usize> = jobs.iter_mut().map(Job::calibrate).collect();
        let mut rounds = Vec::new();
        let start = Instant::now();
        while start.elapsed() < time || rounds.len() < FEWEST_ROUNDS {
            let turns = jobs.iter_mut().zip(&times);
            rounds.push(turns.map(|(job, times)| job.run(*times).as_nanos() as f64 / *times as f64).collect());
        }
        Self { names: jobs.into_iter().map(|job| job.name).collect(), rounds }
    }

    /// Calculates a figure from the times of each round, and returns the median.
    ///
    /// A phase in which the machine is slow lasts longer than a round, so most of it cancels out within a ratio.
    pub(crate) fn figure(&self, calculate: impl Fn(&dyn Fn(&str) -> f64) -> f64) -> f64 {
        let calculate = |round: &Vec<f64>| {
            calculate(&|name| self.names.iter().position(|known| known == name).map_or(f64::NAN, |at| round[at]))
        };
        median(&mut self.rounds.iter().map(calculate).collect::<Vec<_>>())
    }

    /// The tenth of a job's times that is at the fast end, which the rest of the machine affects least.
    ///
    /// For costs in nanoseconds: other than in a ratio, a slow phase does not cancel out.
    pub(crate) fn calm(&self, name: &str) -> f64 {
        let at = self.names.iter().position(|known| known == name).unwrap_or_else(|| panic!("no job {name}"));
        let mut times: Vec<f64> = self.rounds.iter().map(|round| round[at]).collect();
        times.sort_by(f64::total_cmp);
        times[times.len() / 10]
    }

    /// The median of each job.
    pub(crate) fn medians(&self) -> impl Iterator<Item = (&str, f64)> {
        self.names.iter().map(|name| (name.as_str(), self.figure(|at| at(name))))
    }
}

pub(crate) fn median(samples: &mut [f64]) -> f64 {
    samples.sort_by(f64::total_cmp);
    samples[samples.len() / 2]
}
