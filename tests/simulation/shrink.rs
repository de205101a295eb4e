//! Shrinks a counter-example: removes events, and simplifies times and trips, as long as the same invariant still
//! breaks.

use super::{
    history::{Consent, Event, History, Trip},
    invariants::Violation,
};

const PLAIN: Trip = Trip { there: 10, back: 20, newer: false, deep: false };

/// `play` returns the invariant that a history breaks.
pub(crate) fn shrink(
    history: &History,
    violation: &Violation,
    mut play: impl FnMut(&History) -> Option<Violation>,
) -> (History, Violation) {
    let (mut best, mut broken) = (history.clone(), violation.clone());
    loop {
        let before = best.clone();
        let mut attempt = |candidate: History, best: &mut History| {
            if let Some(found) = play(&candidate).filter(|found| found.invariant == violation.invariant) {
                (*best, broken) = (candidate, found);
            }
        };
        for size in [8, 4, 2, 1] {
            let mut at = best.steps.len();
            while at > 0 {
                at = at.saturating_sub(size);
                let mut candidate = best.clone();
                candidate.steps.drain(at..(at + size).min(candidate.steps.len()));
                attempt(candidate, &mut best);
                at = at.min(best.steps.len());
            }
        }
        for at in 0..best.steps.len() {
            for simpler in simpler(best.steps[at].event) {
                let mut candidate = best.clone();
                candidate.steps[at].event = simpler;
                attempt(candidate, &mut best);
            }
            for wait in [0, 3000] {
                if best.steps[at].wait != wait && best.steps[at].wait != 0 {
                    let mut candidate = best.clone();
                    candidate.steps[at].wait = wait;
                    attempt(candidate, &mut best);
                }
            }
        }
        for option in 0..7 {
            let mut candidate = best.clone();
            let options = &mut candidate.options;
            match option {
                0 => options.visitors = false,
                1 => options.domain = false,
                2 => options.cookie_store = true,
                5 => options.gleap = false,
                6 => options.external = false,
                3 => options.consent = Consent::None,
                _ => options.back_cache = false,
            }
            if candidate.options != best.options {
                attempt(candidate, &mut best);
            }
        }
        if best.steps == before.steps && best.options == before.options {
            return (best, broken);
        }
    }
}

fn simpler(event: Event) -> Vec<Event> {
    let mut found = Vec::new();
    let mut plain = |trip: Trip, with: &dyn Fn(Trip) -> Event| {
        for simpler in [PLAIN, Trip { newer: false, ..trip }, Trip { deep: false, ..trip }] {
            if simpler != trip {
                found.push(with(simpler));
            }
        }
    };
    match event {
        Event::Visit { tab, trip, keep } => {
            plain(trip, &|trip| Event::Visit { tab, trip, keep });
            if keep.is_some() {
                found.push(Event::Visit { tab, trip, keep: None });
            }
        }
        Event::Fetch { trip, slot } => plain(trip, &|trip| Event::Fetch { trip, slot }),
        Event::Prerender { tab, trip } => plain(trip, &|trip| Event::Prerender { tab, trip }),
        Event::Turbo { tab, trip } => plain(trip, &|trip| Event::Turbo { tab, trip }),
        Event::LogoutByForm { tab, trip, elsewhere } => {
            plain(trip, &|trip| Event::LogoutByForm { tab, trip, elsewhere });
            if elsewhere {
                found.push(Event::LogoutByForm { tab, trip, elsewhere: false });
            }
        }
        Event::LogoutByFetch { tab, trip } => plain(trip, &|trip| Event::LogoutByFetch { tab, trip }),
        Event::LoginByForm { tab, user, trip, keep } => {
            plain(trip, &|trip| Event::LoginByForm { tab, user, trip, keep });
            if keep.is_some() {
                found.push(Event::LoginByForm { tab, user, trip, keep: None });
            }
        }
        _ => {}
    }
    found
}
