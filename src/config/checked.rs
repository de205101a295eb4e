//! The configuration once it is checked, and what follows from it for one request.

use std::sync::Arc;

use http::{HeaderMap, request::Parts};

use super::delivery::Delivery;
use crate::{
    cookies,
    csp::{CspMode, CspNeeds},
    identity::Identity,
    lookup::Identify,
    marker::{BrowserState, Fingerprint, Marker, MarkerCookie, MarkerKey},
    outcome::TokenFailure,
    sign::{Clock, Token},
    snippet::{BootDataSet, PageData, Snippet},
    token_error::TokenError,
    widget::ConfiguredWidget,
    worker::Worker,
};

pub(crate) struct Config {
    pub(crate) widgets: Vec<ConfiguredWidget>,
    pub(crate) identify: Identify,
    pub(crate) when: When,
    pub(crate) delivery: Delivery,
    pub(crate) iframes: bool,
    pub(crate) visitors: bool,
    pub(crate) token_path: Option<String>,
    pub(crate) marker: MarkerCookie,
    pub(crate) snippet: Snippet,
    pub(crate) csp: CspMode,
    pub(crate) csp_needs: CspNeeds,
    /// The cookies whose presence, without a marker, betrays a person's session: together, for every request is asked.
    pub(super) identified_cookies: Vec<String>,
    pub(super) marker_key: MarkerKey,
    pub(super) clock: Clock,
    /// Where some vendor's tokens are costly.
    pub(crate) worker: Option<Worker>,
}

/// The predicate that opts requests in or out.
#[derive(Clone, Default)]
pub(crate) struct When(pub(super) Option<Predicate>);

pub(super) type Predicate = Arc<dyn Fn(&Parts) -> bool + Send + Sync>;

impl When {
    pub(crate) fn allows(&self, parts: &Parts) -> bool {
        self.0.as_ref().is_none_or(|allows| allows(parts))
    }
}

impl Config {
    pub(crate) fn fingerprint(&self, identity: &Identity) -> Result<Fingerprint, TokenError> {
        Fingerprint::of(&self.marker_key, identity.required_id()?)
    }

    /// What each widget boots with for a person, and which widgets have no token.
    pub(crate) fn people(&self, identity: &Identity) -> (BootDataSet<'_>, Vec<TokenFailure>) {
        let now = self.clock.now();
        let mut people = BootDataSet(Vec::with_capacity(self.widgets.len()));
        let mut failures = Vec::new();
        for widget in &self.widgets {
            match widget.boot_data(identity, now) {
                Ok(person) => people.0.push((widget.name(), person)),
                Err(error) => failures.push(TokenFailure::new(widget.name(), error)),
            }
        }
        (people, failures)
    }

    /// One page's data. `people` is about the person with this fingerprint, if there is one.
    pub(crate) fn page_data<'a>(
        &self,
        browser: &'a BrowserState,
        fingerprint: Option<&'a Fingerprint>,
        people: &'a BootDataSet<'a>,
    ) -> PageData<'a> {
        PageData {
            seen: browser.marker.as_str(),
            fp: fingerprint.map_or("", Fingerprint::as_str),
            reset: browser.marker == Marker::Absent && browser.has_vendor_session,
            trusted: false,
            visitor: fingerprint.is_none() && self.visitors,
            people,
        }
    }

    /// What these headers of a request say about the sessions of its browser.
    pub(crate) fn read_cookies(&self, headers: &HeaderMap) -> BrowserState {
        let mut browser = BrowserState { marker: Marker::Absent, has_vendor_session: false };
        for (name, value) in cookies::pairs(headers) {
            if name == self.marker.name.as_bytes() {
                browser.marker = browser.marker.joined_by(value);
            } else {
                browser.has_vendor_session |= self.identified_cookies.iter().any(|known| known.as_bytes() == name);
            }
        }
        // Where visitors are shown the widgets, their sessions have the same cookies.
        browser.has_vendor_session &= !self.visitors;
        browser
    }

    pub(crate) fn mint(&self, token_name: &str, identity: &Identity) -> Result<Token, TokenError> {
        let owner = self.widgets.iter().find(|widget| widget.manifest().has_token(token_name));
        owner.ok_or(TokenError::UnknownToken)?.mint(token_name, identity, self.clock.now())
    }

    /// Every token by its name, with the widget that hands it out.
    pub(crate) fn tokens(&self) -> impl Iterator<Item = (&ConfiguredWidget, &str)> {
        self.widgets.iter().flat_map(|widget| widget.manifest().tokens().map(move |name| (widget, name)))
    }
}
