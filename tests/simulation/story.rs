//! Prints a history as a story.

use std::fmt;

use super::{
    history::{Consent, Event, Evicted, History, Libraries, NEVER, Step, Tokens, Tossed, Trip},
    invariants::Violation,
};

/// A counter-example: its history, what happened, and what it broke.
pub(crate) struct Story<'a> {
    pub(crate) history: &'a History,
    pub(crate) violation: &'a Violation,
}

impl fmt::Display for Story<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { history, violation } = self;
        let options = &history.options;
        writeln!(out, "seed {}", history.seed)?;
        write!(out, "  the browser {} cookieStore", if options.cookie_store { "has" } else { "has no" })?;
        for (is, text) in [
            (options.back_cache, "keeps pages in the back/forward cache"),
            (options.domain, "shares the marker with its siblings (cookie_domain)"),
            (options.gleap, "loads Gleap's library"),
            (options.visitors, "shows widgets to visitors"),
            (options.external, "loads the code from the token path"),
            (options.consent == Consent::Configurable, "has a consent tool with its own document.cookie"),
            (options.consent == Consent::Fixed, "has a consent tool whose document.cookie cannot be redefined"),
        ] {
            if is {
                write!(out, ", {text}")?;
            }
        }
        writeln!(out)?;
        for (number, step) in history.steps.iter().enumerate() {
            writeln!(out, "  {:>2}. {step}", number + 1)?;
        }
        write!(out, "  => {violation}")
    }
}

impl fmt::Display for Step {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}; {} pass", self.event, Time(self.wait))
    }
}

struct Time(u32);

impl fmt::Display for Time {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            NEVER => write!(out, "never"),
            0..2000 => write!(out, "{} ms", self.0),
            2000..120_000 => write!(out, "{} s", f64::from(self.0) / 1000.0),
            _ => write!(out, "{} min", self.0 / 60_000),
        }
    }
}

impl fmt::Display for Trip {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.deep {
            write!(out, " below /account")?;
        }
        if self.newer {
            write!(out, " from the newer server")?;
        }
        match self.back {
            NEVER => write!(out, ", and the answer never arrives"),
            _ if self.there + self.back > 100 => {
                write!(
                    out,
                    ", which the server has after {} and the browser {} later",
                    Time(self.there),
                    Time(self.back)
                )
            }
            _ => Ok(()),
        }
    }
}

impl fmt::Display for Event {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Visit { tab, trip, keep } => {
                write!(out, "tab {tab} asks for a page{trip}")?;
                keep.map_or(Ok(()), |slot| write!(out, ", and a service worker keeps it as copy {slot}"))
            }
            Self::ShowKept { tab, slot } => write!(out, "tab {tab} is shown the kept copy {slot}"),
            Self::Fetch { trip, slot } => write!(out, "a page is prefetched as copy {slot}{trip}"),
            Self::Prerender { tab, trip } => write!(out, "tab {tab} prerenders a page{trip}"),
            Self::Activate { tab } => write!(out, "tab {tab} goes to its prerendered page"),
            Self::Back { tab } => write!(out, "tab {tab} goes back"),
            Self::Turbo { tab, trip } => write!(out, "a Turbo visit in tab {tab}{trip}"),
            Self::LogoutByForm { tab, trip, elsewhere } => {
                let landing = if elsewhere { ", redirected to another site" } else { "" };
                write!(out, "tab {tab} signs out by a form{landing}{trip}")
            }
            Self::LogoutByFetch { tab, trip } => write!(out, "tab {tab} signs out by fetch{trip}"),
            Self::LoginByForm { tab, user, trip, keep } => {
                write!(out, "{} signs in by a form in tab {tab}{trip}", user.letter())?;
                keep.map_or(Ok(()), |slot| write!(out, ", and a service worker keeps the page as copy {slot}"))
            }
            Self::LoginByFetch { tab, user, refresh } => {
                let then = if refresh { ", then widgetIdentity.refresh()" } else { "" };
                write!(out, "{} signs in by fetch in tab {tab}{then}", user.letter())
            }
            Self::Refresh { tab } => write!(out, "tab {tab} calls widgetIdentity.refresh()"),
            Self::Expire => write!(out, "the session expires silently"),
            Self::Evict(Evicted::Marker) => write!(out, "the browser loses the marker"),
            Self::Evict(Evicted::ByScript) => write!(out, "the browser deletes all cookies that scripts wrote"),
            Self::Evict(Evicted::All) => write!(out, "the jar overflows and loses all cookies but the session"),
            Self::Block(true) => write!(out, "from now on the browser blocks all cookies but the session"),
            Self::Block(false) => write!(out, "from now on the browser accepts cookies"),
            Self::Toss { value, deep } => {
                let what = match value {
                    Tossed::Out => "tosses a marker `out`",
                    Tossed::Garbage => "tosses a malformed marker",
                    Tossed::Kept => "tosses the marker's companion",
                    Tossed::Deleted => "deletes the marker",
                };
                write!(out, "a sibling subdomain {what} on {}", if deep { "/account" } else { "/" })
            }
            Self::Close { tab } => write!(out, "tab {tab} is closed"),
            Self::Hide { tab } => write!(out, "tab {tab} is hidden"),
            Self::Show { tab } => write!(out, "tab {tab} is looked at"),
            Self::Focus { tab } => write!(out, "tab {tab} gets the focus"),
            Self::Libraries(Libraries::Soon) => write!(out, "from now on libraries arrive at once"),
            Self::Libraries(Libraries::After(wait)) => write!(out, "from now on libraries arrive after {}", Time(wait)),
            Self::Libraries(Libraries::Never) => write!(out, "from now on libraries never arrive"),
            Self::Libraries(Libraries::Blocked) => write!(out, "from now on libraries are blocked"),
            Self::Vendors(wait) => write!(out, "from now on vendors answer after {}", Time(wait)),
            Self::Tokens(Tokens::Fine) => write!(out, "from now on the token path works"),
            Self::Tokens(Tokens::Network) => write!(out, "from now on the token path is not reached"),
            Self::Tokens(Tokens::Status(status)) => write!(out, "from now on the token path answers {status}"),
            Self::Tokens(Tokens::Html) => write!(out, "from now on the token path answers an HTML page"),
            Self::TokenTrip { back, newer } => {
                let from = if newer { " and come from the newer server" } else { "" };
                write!(out, "from now on the token path's answers take {}{from}", Time(back))
            }
            Self::Jump(wait) => write!(out, "the computer sleeps for {}", Time(wait)),
            Self::Pass => write!(out, "nothing happens"),
        }
    }
}
