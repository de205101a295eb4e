//! What a personal response will carry: the snippet of a page, or the headers of the response to a fetch.
//!
//! This module signs, and changes the response head. `pending` handles the body.

use bytes::Bytes;
use http::{
    HeaderMap, HeaderName, HeaderValue, Response,
    header::{CONTENT_LENGTH, SET_COOKIE},
};
use http_body::Body;

use super::{
    body::WidgetBody,
    conclusion::{conclude, note},
    decide::{Action, ViewerKey},
    facts::RequestFacts,
    headers,
    logout::Ending,
    request_kind::RequestKind,
};
use crate::{
    csp::{self, CspMode, Impossible},
    identity::Identity,
    marker::Fingerprint,
    outcome::{Outcome, OutcomeKind, Reason, TokenFailure},
    protocol,
    snippet::PageData,
    token_error::TokenError,
};

const PAGE_HEADER: HeaderName = HeaderName::from_static(protocol::PAGE_HEADER);
const SHUTDOWN_HEADER: HeaderName = HeaderName::from_static(protocol::SHUTDOWN_HEADER);

pub(super) struct Injection {
    facts: RequestFacts,
    action: Action,
    fingerprint: Option<Fingerprint>,
    identity: Option<Identity>,
    ending: Ending,
}

impl Injection {
    pub(super) fn new(facts: RequestFacts, action: Action, viewer: ViewerKey, identity: Option<Identity>) -> Self {
        let fingerprint = if let ViewerKey::Person(fingerprint) = viewer { Some(fingerprint) } else { None };
        Self { facts, action, fingerprint, identity, ending: Ending::Nothing }
    }

    /// Sets what ends the session if the page has no place for the snippet.
    pub(super) fn or_ending(self, ending: Ending) -> Self {
        Self { ending, ..self }
    }

    pub(super) fn facts(&self) -> &RequestFacts {
        &self.facts
    }

    /// Returns whether the body must start like a document.
    pub(super) fn needs_document(&self) -> bool {
        self.facts.kind == RequestKind::PerhapsPage
    }

    /// Signs the tokens and writes the snippet for a page with these headers.
    ///
    /// The error is the outcome of a page that stays unchanged.
    pub(super) fn snippet(&self, headers: &HeaderMap) -> Result<([Bytes; 2], Outcome), Outcome> {
        let RequestFacts { config, browser, .. } = &self.facts;
        let trusted = csp::assess(headers).map_err(|impossible| Outcome::untouched(impossible.into()))?;
        let (people, failures) = self.identity.as_ref().map(|identity| config.people(identity)).unwrap_or_default();
        if self.action == Action::Boot && people.is_empty() {
            return Err(Outcome::no_token(failures));
        }
        let data = config.page_data(browser, self.fingerprint.as_ref(), &people);
        let data = PageData { trusted, ..data };
        // A shutdown must not depend on another request, and the loader makes no trusted types.
        let may_load = matches!(self.action, Action::Boot | Action::Welcome) && !trusted;
        let snippet = config.snippet.parts(&data, may_load).ok_or_else(|| Outcome::untouched(Reason::Unwritable))?;
        Ok((snippet, self.outcome(failures)))
    }

    /// Finishes a page that has no place for the snippet; `untouched` is the reason.
    pub(super) fn give_up<B>(&self, untouched: Outcome, response: &mut Response<B>) {
        let is_ended = self.ending.carry_out(&self.facts.config, response);
        let outcome = if is_ended { Outcome::of(OutcomeKind::LogOut) } else { untouched };
        note(&self.facts, outcome, response.extensions_mut());
    }

    fn outcome(&self, failures: Vec<TokenFailure>) -> Outcome {
        let kind = match self.action {
            Action::Boot => OutcomeKind::Boot,
            Action::Switch => OutcomeKind::Switch,
            // No user is signed in, so no widget was asked for a token.
            Action::ShutDown => OutcomeKind::ShutDown,
            Action::Welcome => OutcomeKind::Visitor,
        };
        Outcome::new(kind, failures)
    }

    /// Adapts the head of a page to what the page carries.
    pub(super) fn adapt(&self, headers: &mut HeaderMap) {
        let config = &self.facts.config;
        if config.csp == CspMode::Patch {
            config.csp_needs.patch(headers, self.facts.host());
        }
        match self.action {
            Action::Welcome => headers::impersonal_but_changed(headers),
            Action::Boot | Action::ShutDown | Action::Switch => headers::personalise(headers),
        }
        self.keep(headers);
    }

    /// Sets the second cookie on a page that may boot, so that the session is known if the marker is lost.
    fn keep(&self, headers: &mut HeaderMap) {
        let RequestFacts { config, .. } = &self.facts;
        if matches!(self.action, Action::Boot | Action::Switch) {
            headers.extend(config.marker.keep().map(|line| (SET_COOKIE, line)));
        }
    }

    /// Gives the response to a HEAD request the headers of the GET response, except for the length.
    pub(super) fn into_head<B: Body>(self, mut response: Response<B>) -> Response<WidgetBody<B>> {
        if let Err(impossible) = csp::assess(response.headers()) {
            return conclude(&self.facts, response, Some(Outcome::untouched(impossible.into())));
        }
        self.adapt(response.headers_mut());
        response.headers_mut().remove(CONTENT_LENGTH);
        note(&self.facts, self.outcome(Vec::new()), response.extensions_mut());
        response.map(WidgetBody::lengthless)
    }

    /// Puts the tokens into the headers of the response to a fetch.
    pub(super) fn into_headers<B: Body>(self, mut response: Response<B>) -> Response<WidgetBody<B>> {
        let (tokens, failures) = self.token_headers();
        // The script requests costly and issued tokens itself, so it only has to know the user's fingerprint.
        let has_others = self.facts.config.tokens().any(|(widget, name)| !widget.is_minted_at_once(name));
        if self.action == Action::Boot && tokens.is_empty() && !has_others {
            return conclude(&self.facts, response, Some(Outcome::no_token(failures)));
        }
        let headers = response.headers_mut();
        headers::personalise(headers);
        if self.action != Action::Boot {
            headers.extend(self.shutdown_header());
        }
        let page = self.fingerprint.and_then(|fingerprint| HeaderValue::try_from(fingerprint.as_str()).ok());
        headers.extend(page.map(|page| (PAGE_HEADER, page)));
        // There are many fetches, so the cookie is sent only if it is missing.
        if !self.facts.browser.has_kept {
            self.keep(headers);
        }
        for (name, token) in tokens {
            headers.insert(name, token);
        }
        conclude(&self.facts, response, Some(Outcome::new(OutcomeKind::Headers, failures)))
    }

    fn shutdown_header(&self) -> Option<(HeaderName, HeaderValue)> {
        let names: Vec<_> = self.facts.config.widgets.iter().map(|widget| widget.name()).collect();
        HeaderValue::try_from(names.join(", ")).ok().map(|names| (SHUTDOWN_HEADER, names))
    }

    fn token_headers(&self) -> (Vec<(HeaderName, HeaderValue)>, Vec<TokenFailure>) {
        let (mut tokens, mut failures) = (Vec::new(), Vec::new());
        let Some(identity) = &self.identity else { return (tokens, failures) };
        for (_, name) in self.facts.config.tokens().filter(|(widget, name)| widget.is_minted_at_once(name)) {
            match self.token_header(name, identity) {
                Ok(token) => tokens.push(token),
                Err(error) => failures.push(TokenFailure::new(name, error)),
            }
        }
        (tokens, failures)
    }

    fn token_header(&self, name: &str, identity: &Identity) -> Result<(HeaderName, HeaderValue), TokenError> {
        let token = self.facts.config.mint(name, identity)?;
        let name = format!("{}{name}", protocol::TOKEN_HEADER_PREFIX);
        let name = HeaderName::try_from(name).map_err(|_| TokenError::Signing)?;
        let mut value = HeaderValue::try_from(token.into_string()).map_err(|_| TokenError::Signing)?;
        value.set_sensitive(true);
        Ok((name, value))
    }
}

impl From<Impossible> for Reason {
    fn from(impossible: Impossible) -> Self {
        match impossible {
            Impossible::Sandbox => Self::Sandbox,
            Impossible::TrustedTypes => Self::TrustedTypes,
        }
    }
}
