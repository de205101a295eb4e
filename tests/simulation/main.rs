//! A deterministic simulation of a browser and a server that attacks the fence of the runtime: several tabs, one
//! cookie jar and one storage, and the real layers, driven by one seed. The page's real script runs in QuickJS.
//! `simulation/invariants.rs` says what must hold after each step.
//!
//! `SIMULATION_HISTORIES` sets how many histories are played, `SIMULATION_SECONDS` after how many seconds no further one
//! begins, and `SIMULATION_FIRST` the seed of the first one; `SIMULATION_SEED` is the seed for `replay`.

mod history;
mod invariants;
mod jar;
mod kinds;
mod mutations;
mod person;
mod seed;
mod server;
mod shrink;
mod stage;
mod story;
mod world;

use std::{
    collections::BTreeMap,
    sync::{
        Mutex,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    thread,
    time::Instant,
};

use history::{History, Menu};
use mutations::Mutation;
use story::Story;

fn number(variable: &str, default: u64) -> u64 {
    std::env::var(variable).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

/// Plays this many histories on all threads, and passes each violation to `wanted`. Stops as soon as that returns
/// false.
fn survey(histories: u64, menu: Menu, wanted: &(dyn Fn(u64, &History, &invariants::Violation) -> bool + Sync)) -> u64 {
    let first = number("SIMULATION_FIRST", 1);
    let last = first.saturating_add(histories) - 1;
    let (next, played) = (AtomicU64::new(first), AtomicU64::new(0));
    let (start, seconds) = (Instant::now(), number("SIMULATION_SECONDS", u64::MAX));
    let threads = thread::available_parallelism().map_or(2, |count| count.get());
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                stage::with_player(Box::new(str::to_owned), |player| {
                    loop {
                        let seed = next.fetch_add(1, Ordering::Relaxed);
                        if seed > last || start.elapsed().as_secs() >= seconds {
                            break;
                        }
                        let history = History::of(seed, menu);
                        played.fetch_add(1, Ordering::Relaxed);
                        if let Some((violation, _)) = player.play(&history)
                            && !wanted(seed, &history, &violation)
                        {
                            next.store(u64::MAX / 2, Ordering::Relaxed);
                        }
                    }
                });
            });
        }
    });
    played.into_inner()
}

fn shrunk(history: &History, violation: &invariants::Violation) -> String {
    stage::with_player(Box::new(str::to_owned), |player| {
        let (small, broken) =
            shrink::shrink(history, violation, |candidate| player.play(candidate).map(|(found, _)| found));
        Story { history: &small, violation: &broken }.to_string()
    })
}

#[test]
fn no_history_gets_past_the_fence() {
    judge(number("SIMULATION_HISTORIES", 100_000));
}

fn judge(histories: u64) {
    let (first, start) = (Mutex::new(None), Instant::now());
    let played = survey(histories, Menu(menu()), &|_, history, violation| {
        first.lock().unwrap().get_or_insert((history.clone(), violation.clone()));
        false
    });
    println!("{played} of {histories} histories of {} events in {:?}", history::LENGTH, start.elapsed());
    if let Some((history, violation)) = first.into_inner().unwrap() {
        panic!("after {played} histories:\n{}\n{}", shrunk(&history, &violation), how_to_replay(history.seed));
    }
}

fn how_to_replay(seed: u64) -> String {
    format!(
        "SIMULATION_SEED={seed} cargo test --features conformance --test simulation replay -- --ignored --nocapture"
    )
}

#[test]
#[ignore = "plays the history of SIMULATION_SEED and prints its story"]
fn replay() {
    let history = History::of(number("SIMULATION_SEED", 1), Menu(menu()));
    stage::with_player(Box::new(str::to_owned), |player| {
        let Some((violation, steps)) = player.play(&history) else { return println!("nothing breaks") };
        let (small, broken) =
            shrink::shrink(&history, &violation, |candidate| player.play(candidate).map(|(found, _)| found));
        player.trace(&small);
        println!("console: {:?}", player.notes());
        println!("{}\nat step {steps}; shrunk:", Story { history: &history, violation: &violation });
        println!("{}", Story { history: &small, violation: &broken });
    });
}

#[test]
#[ignore = "prints the first counter-examples of an invariant, shrunk: SIMULATION_INVARIANT, SIMULATION_COUNT"]
fn gallery() {
    let wanted = number("SIMULATION_INVARIANT", 0);
    let count = number("SIMULATION_COUNT", 5) as usize;
    let menu = Menu(menu());
    let found = Mutex::new(Vec::new());
    let played = survey(number("SIMULATION_HISTORIES", 100_000), menu, &|seed, history, violation| {
        let mut found = found.lock().unwrap();
        if wanted == 0 || wanted == u64::from(violation.invariant) {
            println!("{seed}: {violation}");
            found.push((seed, history.clone(), violation.clone()));
        }
        found.len() < count
    });
    println!("{played} histories");
    let mut found = found.into_inner().unwrap();
    found.sort_by_key(|(seed, ..)| *seed);
    for (_, history, violation) in found {
        println!("{}\n", shrunk(&history, &violation));
    }
}

#[test]
#[ignore = "says after how many histories each known kind of leak is found, with its story"]
fn findings() {
    for kind in kinds::ALL {
        let start = Instant::now();
        let found = stage::with_player(Box::new(str::to_owned), |player| {
            (1..=number("SIMULATION_HISTORIES", 3000)).find_map(|seed| {
                let history = History::of(seed, Menu(kind.menu));
                let (violation, _) = player.play(&history)?;
                let (small, broken) =
                    shrink::shrink(&history, &violation, |candidate| player.play(candidate).map(|(found, _)| found));
                (kind.is)(&small).then(|| (seed, Story { history: &small, violation: &broken }.to_string()))
            })
        });
        match found {
            Some((seed, story)) => println!("{}: after {seed} histories\n{story}", kind.name),
            None => println!("{}: not found in {:?}", kind.name, start.elapsed()),
        }
    }
}

#[test]
#[ignore = "prints how often each invariant breaks, with a story for each"]
fn report() {
    let found = Mutex::new(BTreeMap::<u8, (u64, History, invariants::Violation)>::new());
    let histories = number("SIMULATION_HISTORIES", 1000);
    let menu = Menu(menu());
    let start = Instant::now();
    let played = survey(histories, menu, &|_, history, violation| {
        let mut found = found.lock().unwrap();
        let entry = found.entry(violation.invariant).or_insert_with(|| (0, history.clone(), violation.clone()));
        entry.0 += 1;
        true
    });
    println!("{played} histories in {:?}", start.elapsed());
    for (invariant, (count, history, violation)) in found.into_inner().unwrap() {
        println!("invariant {invariant}: {count}\n{}", shrunk(&history, &violation));
    }
}

/// Returns the first history that finds each of these mutations, in their order; `None` if none does. With `stories`,
/// it prints each history, shrunk.
fn hunt(mutations: &[Mutation], histories: u64, stories: bool) -> Vec<Option<u64>> {
    let next = AtomicUsize::new(0);
    let found: Vec<_> = mutations.iter().map(|_| Mutex::new(None)).collect();
    let threads = thread::available_parallelism().map_or(2, |count| count.get());
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let at = next.fetch_add(1, Ordering::Relaxed)
                    && let Some(mutation) = mutations.get(at)
                {
                    let first = stage::with_player(mutations::rewriting(mutation.runtime()), |player| {
                        (1..=histories).find_map(|seed| {
                            let history = History::of(seed, Menu(menu() & mutation.menu));
                            let (violation, _) = player.play(&history)?;
                            if stories {
                                let (small, broken) = shrink::shrink(&history, &violation, |candidate| {
                                    player.play(candidate).map(|(found, _)| found)
                                });
                                println!("{}\n{}", mutation.name, Story { history: &small, violation: &broken });
                            }
                            Some(seed)
                        })
                    });
                    *found[at].lock().unwrap() = first;
                }
            });
        }
    });
    found.into_iter().map(|first| first.into_inner().unwrap()).collect()
}

fn menu() -> u32 {
    number("SIMULATION_MENU", u64::from(u32::MAX)) as u32
}

#[test]
fn each_mutation_of_the_protocol_is_found() {
    let start = Instant::now();
    let found = hunt(mutations::ALL, 2000, false);
    let table: Vec<_> = mutations::ALL.iter().map(|mutation| mutation.name).zip(found).collect();
    for (name, first) in &table {
        println!("{:>6}  {name}", first.map_or("-".to_owned(), |seed| seed.to_string()));
    }
    println!("in {:?}", start.elapsed());
    let missed: Vec<_> = table.iter().filter(|(_, first)| first.is_none()).map(|(name, _)| name).collect();
    assert!(missed.is_empty(), "{missed:?}");
}

#[test]
#[ignore = "prints the story that finds each mutation whose name has a part of SIMULATION_MUTATION (a|b) in it"]
fn stories_of_mutations() {
    let wanted = std::env::var("SIMULATION_MUTATION").unwrap_or_default();
    let is_wanted = |mutation: &&Mutation| wanted.split('|').any(|part| mutation.name.contains(part));
    let held = mutations::HELD.iter().map(|held| &held.mutation);
    let chosen: Vec<_> = mutations::ALL.iter().chain(held).filter(is_wanted).copied().collect();
    let found = hunt(&chosen, number("SIMULATION_HISTORIES", 3000), true);
    for (mutation, first) in chosen.iter().zip(found) {
        println!("{:>6}  {}", first.map_or("-".to_owned(), |seed| seed.to_string()), mutation.name);
    }
}

#[test]
fn every_mutation_still_fits_the_runtime() {
    for mutation in mutations::ALL.iter().chain(mutations::HELD.iter().map(|held| &held.mutation)) {
        assert_ne!(mutation.runtime(), mutations::unchanged(), "{}", mutation.name);
    }
    assert!(mutations::ALL.len() >= 20);
    for held in mutations::HELD {
        assert!(mutations::ROWS.contains(held.row), "no row of tests/runtime is called {:?}", held.row);
    }
}

#[test]
#[ignore = "the long run: hours"]
fn no_history_of_five_million_gets_past_the_fence() {
    judge(number("SIMULATION_HISTORIES", 5_000_000));
}
