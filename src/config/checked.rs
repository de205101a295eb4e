//! The checked configuration, and what it determines for one request.

use std::sync::Arc;

use http::{HeaderMap, request::Parts};

use super::delivery::Delivery;
use crate::{
    cookies,
    csp::{CspMode, CspNeeds},
    hints::Hints,
    host::Site,
    identity::Identity,
    lookup::Identify,
    marker::{BrowserState, Fingerprint, Marker, MarkerCookie, MarkerKey},
    outcome::TokenFailure,
    sign::{Clock, Token},
    snippet::{BootDataSet, PageData, Snippet},
    token_error::TokenError,
    widget::{BootData, ConfiguredWidget, PageValue},
    worker::Worker,
};

pub(crate) struct Config {
    pub(crate) widgets: Vec<ConfiguredWidget>,
    /// The widgets' names, which every outcome carries.
    pub(crate) names: Arc<[String]>,
    pub(crate) identify: Identify,
    pub(crate) when: When,
    pub(crate) delivery: Delivery,
    pub(crate) iframes: bool,
    pub(crate) visitors: bool,
    /// Whether visitors' pages carry the runtime, with or without widgets.
    pub(crate) runtime_for_visitors: bool,
    /// Has no slash at its end.
    pub(crate) token_path: String,
    pub(crate) marker: MarkerCookie,
    pub(crate) snippet: Snippet,
    pub(crate) csp: CspMode,
    pub(crate) csp_needs: CspNeeds,
    /// The cookies that indicate a user's session if there is no marker.
    ///
    /// Collected here because every request needs them.
    pub(super) identified_cookies: Vec<String>,
    pub(super) marker_key: MarkerKey,
    pub(crate) clock: Clock,
    pub(crate) site: Site,
    pub(crate) explain: bool,
    pub(crate) uncompressed: bool,
    pub(super) logout_paths: Vec<String>,
    pub(crate) hints: Hints,
    /// Present if some widget's tokens are costly to sign.
    pub(crate) worker: Option<Worker>,
}

/// The predicate that selects the requests to handle.
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

    /// Each widget's boot data for a user, and the widgets that have no token for that user.
    pub(crate) fn people(&self, identity: &Identity) -> (BootDataSet<'_>, Vec<TokenFailure>) {
        let now = self.clock.now();
        let mut people = BootDataSet::with_capacity(self.widgets.len());
        let mut failures = Vec::new();
        for widget in &self.widgets {
            match widget.boot_data(identity, now) {
                Ok(person) => people.push((widget.name(), person)),
                Err(error) => failures.push(TokenFailure::new(widget.name(), error)),
            }
        }
        (people, failures)
    }

    /// One page's data. `people` is the boot data of the user with this fingerprint, if there is one.
    pub(crate) fn page_data<'a>(
        &self,
        browser: &'a BrowserState,
        fingerprint: Option<&'a Fingerprint>,
        people: &'a [(&'a str, BootData)],
    ) -> PageData<'a> {
        PageData {
            seen: browser.marker.as_str(),
            fp: fingerprint.map_or("", Fingerprint::as_str),
            reset: browser.is_unmarked(),
            trusted: false,
            people,
        }
    }

    /// Reads the state of the browser's sessions from a request's headers.
    pub(crate) fn read_cookies(&self, headers: &HeaderMap) -> BrowserState {
        let mut browser = BrowserState { marker: Marker::Absent, has_kept: false, has_vendor_session: false };
        for (name, value) in cookies::pairs(headers) {
            if name == self.marker.name.as_bytes() {
                browser.marker = browser.marker.joined_by(value);
            } else if name == self.marker.kept_name.as_bytes() {
                browser.has_kept = true;
            } else {
                browser.has_vendor_session |= self.identified_cookies.iter().any(|known| known.as_bytes() == name);
            }
        }
        // Visitors' sessions have the same cookies, where visitors see the widgets.
        browser.has_vendor_session &= !self.visitors;
        browser
    }

    /// Whether the application logs out at this path ([`logout_path`](crate::WidgetsBuilder::logout_path)).
    pub(crate) fn is_logout_path(&self, path: &str) -> bool {
        self.logout_paths.iter().any(|known| known == path)
    }

    pub(crate) fn mint(&self, token_name: &str, identity: &Identity) -> Result<Token, TokenError> {
        let owner = self.widgets.iter().find(|widget| widget.manifest().has_token(token_name));
        owner.ok_or(TokenError::UnknownToken)?.mint(token_name, identity, self.clock.now())
    }

    pub(crate) fn mint_with_value(
        &self,
        token_name: &str,
        value: &PageValue,
        identity: &Identity,
    ) -> Result<Token, TokenError> {
        let owner = self.widgets.iter().find(|widget| widget.manifest().value_tokens().any(|name| name == token_name));
        owner.ok_or(TokenError::UnknownToken)?.mint_with_value(token_name, value, identity, self.clock.now())
    }

    /// The name of every token that signs a value from the page, with the widget that mints it.
    pub(crate) fn value_tokens(&self) -> impl Iterator<Item = (&ConfiguredWidget, &str)> {
        self.widgets.iter().flat_map(|widget| widget.manifest().value_tokens().map(move |name| (widget, name)))
    }

    /// The name of every token, with the widget that mints it.
    pub(crate) fn tokens(&self) -> impl Iterator<Item = (&ConfiguredWidget, &str)> {
        self.widgets.iter().flat_map(|widget| widget.manifest().tokens().map(move |name| (widget, name)))
    }
}
