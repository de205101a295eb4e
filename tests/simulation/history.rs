//! A history, which a seed determines: the options of the browser and the server, and up to thirty events, each with
//! the time that passes after it. A history has no randomness left, so events can be removed from it.

use super::{person::Person, seed::Seed};

pub(crate) const LENGTH: usize = 30;
/// A response that never arrives.
pub(crate) const NEVER: u32 = u32::MAX;
pub(crate) const TABS: u8 = 4;
pub(crate) const SLOTS: u8 = 2;

/// A consent tool that puts its own `cookie` on each document.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Consent {
    #[default]
    None,
    Configurable,
    Fixed,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Options {
    pub(crate) visitors: bool,
    pub(crate) domain: bool,
    pub(crate) cookie_store: bool,
    pub(crate) consent: Consent,
    pub(crate) back_cache: bool,
    /// Whether Gleap's library is there: its own sessions hide what other widgets show.
    pub(crate) gleap: bool,
    /// Pages load the code from the token path.
    pub(crate) external: bool,
}

/// How the server's token path responds, until the next such event.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Tokens {
    #[default]
    Fine,
    Network,
    Status(u16),
    /// An application's index page with status 200.
    Html,
}

/// How the vendors' libraries arrive, until the next such event.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Libraries {
    #[default]
    Soon,
    After(u32),
    Never,
    Blocked,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Evicted {
    /// The marker with any value, also `out`.
    Marker,
    ByScript,
    /// All cookies except the session: what an overflowing cookie jar can lose.
    All,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tossed {
    Out,
    Garbage,
    Deleted,
    /// Another value for the `-kept` cookie.
    Kept,
}

/// The times and the server of a page load.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Trip {
    /// Milliseconds until the server has the request.
    pub(crate) there: u32,
    /// Milliseconds until the browser has the response, or `NEVER`.
    pub(crate) back: u32,
    /// Whether the newer version of the server responds.
    pub(crate) newer: bool,
    /// Whether the page is below the path where a sibling may have set a cookie.
    pub(crate) deep: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Event {
    Visit {
        tab: u8,
        trip: Trip,
        keep: Option<u8>,
    },
    ShowKept {
        tab: u8,
        slot: u8,
    },
    Fetch {
        trip: Trip,
        slot: u8,
    },
    Prerender {
        tab: u8,
        trip: Trip,
    },
    Activate {
        tab: u8,
    },
    Back {
        tab: u8,
    },
    Turbo {
        tab: u8,
        trip: Trip,
    },
    LogoutByForm {
        tab: u8,
        trip: Trip,
        elsewhere: bool,
    },
    LogoutByFetch {
        tab: u8,
        trip: Trip,
    },
    LoginByForm {
        tab: u8,
        user: Person,
        trip: Trip,
        keep: Option<u8>,
    },
    LoginByFetch {
        tab: u8,
        user: Person,
        refresh: bool,
    },
    Refresh {
        tab: u8,
    },
    Expire,
    Evict(Evicted),
    Block(bool),
    Toss {
        value: Tossed,
        deep: bool,
    },
    Close {
        tab: u8,
    },
    Hide {
        tab: u8,
    },
    Show {
        tab: u8,
    },
    Focus {
        tab: u8,
    },
    Libraries(Libraries),
    Vendors(u32),
    Tokens(Tokens),
    /// How long the token path's responses take, and which version sends them.
    TokenTrip {
        back: u32,
        newer: bool,
    },
    Jump(u32),
    Pass,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Step {
    pub(crate) event: Event,
    /// Milliseconds after the event.
    pub(crate) wait: u32,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct History {
    pub(crate) seed: u64,
    pub(crate) options: Options,
    pub(crate) steps: Vec<Step>,
}

/// The dangers that a history may have, as a set of bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Menu(pub(crate) u32);

impl Menu {
    pub(crate) const KEPT: u32 = 1;
    pub(crate) const LATE: u32 = 1 << 1;
    pub(crate) const EVICTION: u32 = 1 << 2;
    pub(crate) const CONSENT: u32 = 1 << 3;
    pub(crate) const SIBLING: u32 = 1 << 4;
    pub(crate) const REFRESH: u32 = 1 << 5;
    pub(crate) const VENDORS: u32 = 1 << 6;
    pub(crate) const VERSIONS: u32 = 1 << 7;
    pub(crate) const PRERENDER: u32 = 1 << 8;
    pub(crate) const BACK: u32 = 1 << 9;
    pub(crate) const TURBO: u32 = 1 << 10;
    pub(crate) const LIBRARIES: u32 = 1 << 11;
    pub(crate) const TOKENS: u32 = 1 << 12;
    pub(crate) const BLOCKED: u32 = 1 << 13;
    pub(crate) const CLOCK: u32 = 1 << 14;
    pub(crate) const EXPIRY: u32 = 1 << 15;
    pub(crate) const TABS: u32 = 1 << 16;
    pub(crate) const GLEAP: u32 = 1 << 17;
    fn has(self, danger: u32) -> bool {
        self.0 & danger > 0
    }
}

/// The state of the generator, so that the events of a history are related.
struct Draft {
    seed: Seed,
    menu: Menu,
    hasty: bool,
    tabs: u8,
    /// The dangers of this history: a few at a time coincide more often than all of them.
    dangers: u32,
}

impl History {
    pub(crate) fn of(number: u64, menu: Menu) -> Self {
        let mut seed = Seed::new(number);
        let options = Options {
            visitors: seed.chance(30),
            domain: seed.chance(30),
            cookie_store: seed.chance(60),
            consent: match seed.below(10) {
                0 if menu.has(Menu::CONSENT) => Consent::Configurable,
                1 if menu.has(Menu::CONSENT) => Consent::Fixed,
                _ => Consent::None,
            },
            back_cache: seed.chance(50) && menu.has(Menu::BACK),
            gleap: seed.chance(50) && menu.has(Menu::GLEAP),
            // From a seed of its own, so that the other options of this number do not depend on it.
            external: Seed::new(!number).chance(40),
        };
        let (hasty, tabs) = (seed.chance(50), 1 + seed.below(u64::from(TABS)) as u8);
        let mut dangers = menu.0;
        if seed.chance(75) {
            dangers &= seed.next() as u32;
        }
        let mut draft = Draft { seed, menu, hasty, tabs, dangers };
        let steps = (0..LENGTH).map(|_| Step { event: draft.event(), wait: draft.wait() }).collect();
        Self { seed: number, options, steps }
    }
}

impl Draft {
    fn wait(&mut self) -> u32 {
        let hasty = [0, 0, 5, 30, 90, 150, 300, 700, 1200];
        let slow = [0, 30, 300, 700, 1500, 3000, 3000, 10_000, 60_000];
        if self.hasty { self.seed.pick(&hasty) } else { self.seed.pick(&slow) }
    }

    fn tab(&mut self) -> u8 {
        self.seed.below(u64::from(self.tabs)) as u8
    }

    fn user(&mut self) -> Person {
        self.seed.pick(&Person::USERS)
    }

    fn trip(&mut self) -> Trip {
        let late = self.menu.has(Menu::LATE) && self.seed.chance(30);
        let (there, back) = match self.seed.below(8) {
            0 if late => (0, NEVER),
            1 if late => (400, 20),
            2 if late => (30, 900),
            3..5 if late => (10, 2500),
            5.. if late => (10, 12_000),
            _ => (10, 20),
        };
        Trip { there, back, newer: self.menu.has(Menu::VERSIONS) && self.seed.chance(15), deep: self.seed.chance(25) }
    }

    fn keep(&mut self) -> Option<u8> {
        (self.menu.has(Menu::KEPT) && self.seed.chance(30)).then(|| self.slot())
    }

    fn slot(&mut self) -> u8 {
        self.seed.below(u64::from(SLOTS)) as u8
    }

    /// An ordinary event, or in one case of three a danger.
    fn event(&mut self) -> Event {
        if self.seed.chance(40)
            && let Some(danger) = self.danger()
        {
            return danger;
        }
        let tab = self.tab();
        match self.seed.below(20) {
            0..6 => {
                let trip = self.trip();
                Event::Visit { tab, trip, keep: self.keep() }
            }
            6..10 => Event::LoginByForm { tab, user: self.user(), trip: self.trip(), keep: self.keep() },
            10..13 => Event::LogoutByForm { tab, trip: self.trip(), elsewhere: self.seed.chance(20) },
            13..15 => Event::LogoutByFetch { tab, trip: self.trip() },
            15 => Event::Show { tab },
            16 => Event::Focus { tab },
            17 => Event::Hide { tab },
            18 => Event::Close { tab },
            _ => Event::Pass,
        }
    }

    fn danger(&mut self) -> Option<Event> {
        let tab = self.tab();
        let known: Vec<u32> = (0..17).map(|bit| 1 << bit).filter(|bit| self.dangers & bit > 0).collect();
        if known.is_empty() {
            return None;
        }
        let which = self.seed.pick(&known);
        Some(match which {
            Menu::KEPT if self.seed.chance(15) => Event::Fetch { trip: self.trip(), slot: self.slot() },
            Menu::KEPT => Event::ShowKept { tab, slot: self.slot() },
            Menu::LATE => Event::Visit { tab, trip: self.trip(), keep: None },
            Menu::EVICTION => {
                Event::Evict(self.seed.pick(&[Evicted::Marker, Evicted::Marker, Evicted::ByScript, Evicted::All]))
            }
            Menu::SIBLING => {
                let value = self.seed.pick(&[Tossed::Out, Tossed::Garbage, Tossed::Deleted, Tossed::Kept]);
                Event::Toss { value, deep: self.seed.chance(60) }
            }
            Menu::REFRESH if self.seed.chance(40) => Event::Refresh { tab },
            Menu::REFRESH => Event::LoginByFetch { tab, user: self.user(), refresh: self.seed.chance(80) },
            Menu::VENDORS => Event::Vendors(self.seed.pick(&[50, 400, 1500, 5000, 20_000])),
            Menu::VERSIONS => Event::Visit { tab, trip: Trip { newer: true, ..self.trip() }, keep: None },
            Menu::PRERENDER if self.seed.chance(50) => Event::Prerender { tab, trip: self.trip() },
            Menu::PRERENDER => Event::Activate { tab },
            Menu::BACK => Event::Back { tab },
            Menu::TURBO => Event::Turbo { tab, trip: self.trip() },
            Menu::LIBRARIES => Event::Libraries(self.seed.pick(&[
                Libraries::Soon,
                Libraries::After(800),
                Libraries::After(4000),
                Libraries::Never,
                Libraries::Blocked,
            ])),
            Menu::TOKENS if self.seed.chance(50) => {
                Event::TokenTrip { back: self.seed.pick(&[20, 300, 1500, 6000, NEVER]), newer: self.seed.chance(20) }
            }
            Menu::TOKENS => Event::Tokens(self.seed.pick(&[
                Tokens::Fine,
                Tokens::Network,
                Tokens::Html,
                Tokens::Status(404),
                Tokens::Status(500),
                Tokens::Status(503),
            ])),
            Menu::BLOCKED => Event::Block(self.seed.chance(50)),
            Menu::CLOCK => Event::Jump(self.seed.pick(&[600_000, 3_000_000, 7_200_000, 259_200_000])),
            Menu::EXPIRY => Event::Expire,
            Menu::TABS => {
                self.seed.pick(&[Event::Show { tab }, Event::Focus { tab }, Event::Hide { tab }, Event::Close { tab }])
            }
            _ => return None,
        })
    }
}
