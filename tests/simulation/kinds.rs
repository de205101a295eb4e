//! Kinds of leaks, by the events of their shrunk stories, to find out how many histories it takes to find each.

use super::{
    history::{Consent, Event, History, Menu, Trip},
    person::Person,
};

pub(crate) struct Kind {
    pub(crate) name: &'static str,
    /// The dangers that histories of this kind need.
    pub(crate) menu: u32,
    pub(crate) is: fn(&History) -> bool,
}

pub(crate) const ALL: [Kind; 10] = [
    Kind {
        name: "a kept copy boots a user who has signed out",
        menu: Menu::KEPT,
        is: |history| kept(history, Person::Nobody),
    },
    Kind {
        name: "a kept copy boots over another signed-in user",
        menu: Menu::KEPT,
        is: |history| kept(history, Person::A),
    },
    Kind { name: "a late page after `out` boots", menu: Menu::LATE, is: |history| late(history, true) },
    Kind { name: "a late first page boots", menu: Menu::LATE, is: |history| late(history, false) },
    Kind {
        name: "the marker is evicted",
        menu: Menu::EVICTION,
        is: |history| any(history, |event| matches!(event, Event::Evict(_))),
    },
    Kind {
        name: "a consent tool's document.cookie cannot be redefined",
        menu: Menu::CONSENT,
        is: |history| history.options.consent == Consent::Fixed,
    },
    Kind {
        name: "a consent tool's document.cookie is removed",
        menu: Menu::CONSENT,
        is: |history| history.options.consent == Consent::Configurable,
    },
    Kind {
        name: "a sibling doubles the marker",
        menu: Menu::SIBLING,
        is: |history| any(history, |event| matches!(event, Event::Toss { .. })),
    },
    Kind {
        name: "two refreshes overtake each other",
        menu: Menu::REFRESH | Menu::TOKENS,
        is: |history| {
            any(history, |event| matches!(event, Event::Refresh { .. } | Event::LoginByFetch { refresh: true, .. }))
                && any(history, |event| matches!(event, Event::TokenTrip { .. }))
        },
    },
    Kind {
        name: "a vendor's late answer revives a session",
        menu: Menu::VENDORS | Menu::GLEAP,
        is: |history| any(history, |event| matches!(event, Event::Vendors(_))),
    },
];

fn any(history: &History, is: impl Fn(&Event) -> bool) -> bool {
    history.steps.iter().any(|step| is(&step.event))
}

/// Who is signed in when the story shows the copy: no user, or one.
fn kept(history: &History, person: Person) -> bool {
    let mut signed_in = Person::Nobody;
    for step in &history.steps {
        match step.event {
            Event::LoginByForm { .. } | Event::LoginByFetch { .. } => signed_in = Person::A,
            Event::LogoutByForm { .. } | Event::LogoutByFetch { .. } | Event::Expire => signed_in = Person::Nobody,
            Event::ShowKept { .. } => return signed_in == person,
            _ => {}
        }
    }
    false
}

/// A slow page, after a logout or as the first one.
fn late(history: &History, after_logout: bool) -> bool {
    let mut logout = false;
    for step in &history.steps {
        match step.event {
            Event::LogoutByForm { .. } | Event::LogoutByFetch { .. } => logout = true,
            Event::LoginByForm { trip, .. } | Event::Visit { trip, .. } if is_late(trip) => {
                return logout == after_logout;
            }
            _ => {}
        }
    }
    false
}

fn is_late(trip: Trip) -> bool {
    trip.there + trip.back > 100
}
