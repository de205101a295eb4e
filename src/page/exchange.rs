//! One request and its response: what is known before the handler runs, and what follows for the response.
//!
//! This module changes the request's headers and extensions if the response may become personal. `logout` and
//! `injection` change the response's headers.

use std::sync::Arc;

use futures::future::BoxFuture;
use http::{
    HeaderMap, Method, Response, StatusCode,
    header::{CONTENT_TYPE, COOKIE},
    request::Parts,
};
use http_body::Body;

use super::{
    body::WidgetBody,
    conclusion::{conclude, conclude_untouched, untouched},
    decide::{Action, ViewerKey, decide},
    facts::{RequestFacts, is_addressed},
    headers,
    injection::Injection,
    logout::{
        Ending, HandledLogout, LogoutCleanup, LogoutRoute, SentCookies, is_logout, is_own, may_end, may_log_out,
        sign_out,
    },
    pending::PendingInjection,
    request_kind::RequestKind,
    service::Role,
};
use crate::{
    config::{Config, Delivery},
    csp::CspMode,
    identity::{Identity, SkipWidget, Viewer},
    lookup::Answer,
    marker::Marker,
    outcome::{Outcome, OutcomeKind, Reason, TokenFailure},
    protocol::PAGE_HEADER,
};

pub(super) struct Exchange {
    facts: RequestFacts,
    role: Role,
    /// Whether the application wants this request to carry the widgets.
    opted_in: bool,
    answer: Answer,
    /// The logout route that covers this request, set by this layer or by one around it.
    logout_route: Option<LogoutRoute>,
    /// What ends the session if the response carries no snippet that does.
    ///
    /// On a logout route, a response that removes one of the request's cookies is a logout. A layer inside of the one
    /// that watches for the logout needs these cookies, too. Otherwise it could put a token into the response with which
    /// the outer layer ends the session.
    ending: Ending,
    /// Whether this was a logout unless the lookup still finds a signed-in user.
    is_undecided: bool,
    /// Whether a page's script requests a token at a path that is not the configured one.
    asks_for_token: bool,
}

/// The next step for a response.
#[expect(clippy::large_enum_variant, reason = "a step is passed on at once, and a box would be an allocation")]
pub(super) enum Step<B: Body> {
    Done(Response<WidgetBody<B>>),
    Ask(BoxFuture<'static, Viewer>, Exchange, Response<B>),
    Hold(PendingInjection<B>),
}

impl Exchange {
    /// Starts an exchange of `WidgetLayer`; returns `None` if this response cannot be affected.
    pub(super) fn of_page(config: &Arc<Config>, parts: &mut Parts) -> Option<Self> {
        if config.is_logout_path(parts.uri.path()) && may_log_out(&parts.method) {
            return Some(Self::of_logout_route(config, parts, Role::Page));
        }
        let kind = RequestKind::of(parts, config.iframes, config.site);
        let is_addressed = is_addressed(config.delivery, kind);
        if !is_addressed && !could_end_a_session(config, parts) {
            return None;
        }
        let mut exchange = Self::new(config, parts, kind, Role::Page);
        exchange.opted_in = config.when.allows(parts);
        // If the application's own page sends this request, the `Viewer` of the response may end a session. A logout
        // layer around this one decides that itself.
        let is_free = exchange.logout_route.is_none() && may_log_out(&parts.method);
        if is_free && exchange.facts.browser.has_marker() && is_own(config, parts) {
            let cleanup = LogoutCleanup::read(config, parts, &exchange.facts.browser, &exchange.answer);
            exchange.ending = Ending::Open(cleanup);
        }
        // A logout layer around this one acts for pages that are opted out, too.
        if is_addressed && (exchange.opted_in || exchange.logout_route.is_some()) {
            exchange.answer = config.identify.ask(parts);
            exchange.prepare(&mut parts.headers);
        }
        Some(exchange)
    }

    /// Starts an exchange of `LogoutLayer`; returns `None` for methods that cannot log a user out.
    pub(super) fn of_logout(config: &Arc<Config>, parts: &mut Parts) -> Option<Self> {
        may_log_out(&parts.method).then(|| Self::of_logout_route(config, parts, Role::Logout))
    }

    fn of_logout_route(config: &Arc<Config>, parts: &mut Parts, role: Role) -> Self {
        let kind = RequestKind::of(parts, config.iframes, config.site);
        let before = config.identify.ask(parts);
        let mut exchange = Self::new(config, parts, kind, role);
        let cleanup = LogoutCleanup::read(config, parts, &exchange.facts.browser, &before);
        exchange.opted_in = role == Role::Logout || config.when.allows(parts);
        exchange.answer = match (role, before) {
            // This was known before the handler, so it says nothing about the logout.
            (Role::Logout, Answer::Known(_)) => Answer::Known(Viewer::Unknown),
            (_, answer) => answer,
        };
        parts.extensions.insert(cleanup.route);
        exchange.logout_route = Some(cleanup.route);
        exchange.ending = Ending::Open(cleanup);
        exchange.prepare(&mut parts.headers);
        exchange
    }

    fn new(config: &Arc<Config>, parts: &Parts, kind: RequestKind, role: Role) -> Self {
        let logout_route = parts.extensions.get().copied();
        let outer = logout_route.map(|_: LogoutRoute| Ending::Outer(SentCookies::read(&parts.headers)));
        Self {
            facts: RequestFacts::read(config, parts, kind),
            role,
            opted_in: true,
            answer: Answer::Known(Viewer::Unknown),
            logout_route,
            ending: outer.unwrap_or_default(),
            is_undecided: false,
            asks_for_token: parts.headers.contains_key(PAGE_HEADER),
        }
    }

    /// Adapts the request so that the inner service returns a response that can carry a snippet or tokens.
    ///
    /// It does so only for a response that may have to carry them.
    fn prepare(&self, request: &mut HeaderMap) {
        let RequestFacts { config, kind, .. } = &self.facts;
        let is_personal = self.may_be_personal();
        if !kind.is_page() {
            if is_personal && self.facts.is_addressed() {
                self.expect_no_304(request);
            }
            return;
        }
        if is_personal {
            headers::make_unconditional(request);
        } else if config.runtime_for_visitors && config.csp == CspMode::Patch {
            // A 304 has the application's own policy. It replaces the patched policy of the page that the browser has
            // stored, and would block the snippet: <https://www.rfc-editor.org/rfc/rfc9111#section-3.2>.
            self.expect_no_304(request);
        }
        if config.uncompressed && (is_personal || config.runtime_for_visitors) {
            headers::ask_uncompressed(request);
        }
    }

    /// Removes the conditions that a 304 could answer.
    ///
    /// Other methods keep them: `If-None-Match: *` makes a PUT create and never overwrite.
    fn expect_no_304(&self, request: &mut HeaderMap) {
        if matches!(self.facts.method, Method::GET | Method::HEAD) {
            headers::remove_conditions(request);
        }
    }

    fn may_be_personal(&self) -> bool {
        let asked = matches!(self.answer, Answer::Asked(_) | Answer::Known(Viewer::SignedIn(_)));
        asked || self.logout_route.is_some() || self.facts.browser.has_session()
    }

    /// Continues once the handler has returned its response.
    pub(super) fn on_response<B: Body>(mut self, response: Response<B>) -> Step<B> {
        if self.asks_for_token && response.status() == StatusCode::NOT_FOUND {
            self.facts.config.hints.token_not_found(&self.facts.config.token_path);
        }
        let said = response.extensions().get::<Viewer>().cloned();
        let is_logout = self.logout_route.is_some() && is_logout(&self.facts.method, response.status(), said.as_ref());
        let is_silent = !said.as_ref().is_some_and(Viewer::is_known);
        if is_logout && is_silent && matches!(self.answer, Answer::Asked(_)) {
            self.is_undecided = true;
            return self.look_up(response);
        }
        self.on_said(said, is_logout, response)
    }

    /// Continues after a probable logout, once the lookup has returned the viewer.
    ///
    /// If the lookup still finds the user whose session this is, it may have read a copy from before the handler. A
    /// logout is then the safe side: the next page boots the widgets again.
    fn on_looked_up<B: Body>(self, viewer: Viewer, response: Response<B>) -> Step<B> {
        let is_page = response.status().is_success() && headers::is_html(response.headers());
        let is_logout = match &viewer {
            Viewer::SignedIn(identity) => {
                let removes_cookie = self.ending.sees_removed_cookie(&response);
                removes_cookie || (self.may_be_session_of(identity) && !is_page)
            }
            // A failed attempt to sign in returns a page with the form again.
            Viewer::SignedOut => !is_page || self.logout_route.is_some_and(LogoutRoute::carries_session),
            Viewer::Unknown | Viewer::LookupFailed => true,
        };
        if matches!(viewer, Viewer::SignedIn(_)) {
            self.note_login();
        }
        let said = match viewer {
            Viewer::SignedIn(_) if is_logout => Some(Viewer::SignedOut),
            viewer => viewer.is_known().then_some(viewer),
        };
        self.on_said(said, is_logout, response)
    }

    /// Returns whether the browser's session is, or may be, this user's.
    fn may_be_session_of(&self, identity: &Identity) -> bool {
        match self.facts.browser.marker {
            Marker::Of(held) => self.facts.config.fingerprint(identity).is_ok_and(|own| own == held),
            Marker::Absent => self.logout_route.is_some_and(LogoutRoute::carries_session),
            Marker::Out => false,
        }
    }

    /// Continues once the application's viewer is known, and whether this was a logout.
    fn on_said<B: Body>(mut self, said: Option<Viewer>, is_logout: bool, mut response: Response<B>) -> Step<B> {
        let route = self.logout_route.take();
        if route.is_some() && matches!(said, Some(Viewer::SignedIn(_))) {
            self.note_login();
        }
        self.logout_route = route.filter(|_| is_logout);
        let is_signed_out = said == Some(Viewer::SignedOut);
        let is_said = HandledLogout::of(&response).map_or(is_signed_out, |inner| inner.is_said);
        let ends_session = self.logout_route.is_some_and(|route| route.ends_session(is_said));
        if self.role == Role::Logout && !is_logout {
            return Step::Done(untouched(response));
        }
        if is_logout && let Ending::Open(cleanup) = &self.ending {
            sign_out(&mut response, is_said);
            if ends_session {
                cleanup.end_session(&self.facts.config, &mut response);
            } else if self.role == Role::Logout {
                // What an inner layer put into the page says more, such as a visitor's snippet.
                let is_unreported = !has_acted(&response);
                let outcome = is_unreported.then(|| Outcome::untouched(Reason::NoSession));
                return Step::Done(conclude(&self.facts, response, outcome));
            }
        }
        self.ending = match std::mem::take(&mut self.ending) {
            Ending::Open(_) if ends_session => Ending::Done,
            Ending::Open(cleanup) if is_signed_out && self.may_end_by_word(&cleanup, response.status()) => {
                Ending::ByWord(cleanup)
            }
            _ => Ending::Nothing,
        };
        self.learn(said, ends_session);
        if let Some(inner) = response.extensions().get::<Outcome>() {
            let config = &self.facts.config;
            if inner.widgets() != &*config.names && !matches!(inner.kind(), OutcomeKind::Untouched(_)) {
                config.hints.nested_sets(&inner.widgets().join(", "));
            }
            // An inner layer has decided, so only a logout that it could not carry out is still to be reported. Its
            // snippet ends the sessions of its own widgets.
            let is_of_this_set = inner.widgets() == &*config.names;
            let is_unreported = matches!(inner.kind(), OutcomeKind::Untouched(_));
            let has_snippet = !is_unreported && inner.kind() != OutcomeKind::LogOut;
            let ends = !(is_of_this_set && has_snippet) && self.ending.carry_out(config, &mut response);
            let outcome = (ends && is_unreported).then(|| Outcome::of(OutcomeKind::LogOut));
            return Step::Done(conclude(&self.facts, response, outcome));
        }
        match self.check(&response) {
            Ok(()) => self.look_up(response),
            Err(reason) => Step::Done(self.without_a_page(reason, response)),
        }
    }

    /// Lets the application's viewer override what was known before.
    fn learn(&mut self, said: Option<Viewer>, ends_session: bool) {
        if ends_session {
            // The response itself sets the marker, so its page will find `out`.
            self.facts.browser.marker = Marker::Out;
        }
        if self.logout_route.is_some() {
            self.answer = Answer::Known(Viewer::SignedOut);
        } else if let Some(said) = said {
            self.answer = Answer::Known(said);
        }
    }

    /// Finishes a response that cannot carry a snippet; its cookies then end a session that must end.
    fn without_a_page<B: Body>(&self, reason: Reason, mut response: Response<B>) -> Response<WidgetBody<B>> {
        if self.ending.carry_out(&self.facts.config, &mut response) {
            return conclude(&self.facts, response, Some(Outcome::of(OutcomeKind::LogOut)));
        }
        let is_reported = self.facts.kind.is_page() || self.may_be_personal_fetch();
        conclude_untouched(&self.facts, response, reason, is_reported)
    }

    /// Returns whether the application's `SignedOut` may end the session that this browser has.
    fn may_end_by_word(&self, cleanup: &LogoutCleanup, status: StatusCode) -> bool {
        let is_own = cleanup.route.is_own();
        is_own && self.facts.browser.has_marker() && may_log_out(&self.facts.method) && may_end(status)
    }

    fn may_be_personal_fetch(&self) -> bool {
        self.facts.is_addressed() && self.may_be_personal()
    }

    fn note_login(&self) {
        if self.facts.method != Method::GET {
            self.facts.config.hints.signed_in_on_logout_route();
        }
    }

    /// Checks whether this response can carry anything, by its status, headers and extensions.
    fn check<B>(&self, response: &Response<B>) -> Result<(), Reason> {
        if response.extensions().get::<SkipWidget>().is_some() {
            return Err(Reason::Skipped);
        }
        if !self.facts.is_addressed() {
            return Err(self.facts.not_addressed());
        }
        if !self.opted_in && self.logout_route.is_none() {
            return Err(Reason::OptedOut);
        }
        match self.facts.config.delivery {
            Delivery::Html => headers::check_page(response.status(), response.headers()),
            Delivery::Header if !response.status().is_success() => Err(Reason::Status),
            Delivery::Header if self.facts.kind == RequestKind::PerhapsFetch && is_media(response) => {
                Err(Reason::NoFetch)
            }
            Delivery::Header => Ok(()),
        }
    }

    fn look_up<B: Body>(mut self, response: Response<B>) -> Step<B> {
        match std::mem::replace(&mut self.answer, Answer::Known(Viewer::Unknown)) {
            Answer::Known(viewer) => self.on_viewer(viewer, response),
            Answer::Asked(lookup) => Step::Ask(lookup, self, response),
        }
    }

    /// Continues once the viewer is known.
    pub(super) fn on_viewer<B: Body>(mut self, viewer: Viewer, response: Response<B>) -> Step<B> {
        if std::mem::take(&mut self.is_undecided) {
            return self.on_looked_up(viewer, response);
        }
        let facts = self.facts;
        let reason = reason_untouched(&viewer);
        let (viewer, identity) = match recognise(&facts.config, viewer) {
            Ok(recognised) => recognised,
            Err(no_token) => return Step::Done(conclude(&facts, response, Some(no_token))),
        };
        let Some(action) = decide(viewer, facts.browser, facts.config.runtime_for_visitors) else {
            let is_reported = facts.kind.is_page() || facts.browser.has_session();
            return Step::Done(conclude_untouched(&facts, response, reason, is_reported));
        };
        let (delivery, is_head) = (facts.config.delivery, facts.method == Method::HEAD);
        let injection = Injection::new(facts, action, viewer, identity).or_ending(self.ending);
        match delivery {
            // A visitor has no token, so there is no header to send.
            Delivery::Header if action == Action::Welcome => {
                Step::Done(conclude_untouched(injection.facts(), response, reason, false))
            }
            Delivery::Header => Step::Done(injection.into_headers(response)),
            Delivery::Html if is_head => Step::Done(injection.into_head(response)),
            Delivery::Html => Step::Hold(PendingInjection::new(response, injection)),
        }
    }
}

/// Returns whether a response that is not a page may have to end a session.
///
/// Most requests are for images, scripts and data, so the check must be cheap.
fn could_end_a_session(config: &Config, parts: &Parts) -> bool {
    parts.headers.contains_key(COOKIE) && config.read_cookies(&parts.headers).has_marker()
}

/// Returns why a page without a session stays unchanged.
fn reason_untouched(viewer: &Viewer) -> Reason {
    match viewer {
        Viewer::LookupFailed => Reason::LookupFailed,
        Viewer::Unknown => Reason::UnknownViewer,
        Viewer::SignedOut | Viewer::SignedIn(_) => Reason::SignedOut,
    }
}

/// Splits a viewer into its key and its identity.
///
/// A user without an id has no fingerprint, so no vendor has a token for them.
fn recognise(config: &Config, viewer: Viewer) -> Result<(ViewerKey, Option<Identity>), Outcome> {
    let identity = match viewer {
        Viewer::Unknown | Viewer::LookupFailed => return Ok((ViewerKey::Unknown, None)),
        Viewer::SignedOut => return Ok((ViewerKey::Nobody, None)),
        Viewer::SignedIn(identity) => identity,
    };
    match config.fingerprint(&identity) {
        Ok(fingerprint) => Ok((ViewerKey::Person(fingerprint), Some(identity))),
        Err(error) => {
            let failures = config.widgets.iter().map(|widget| TokenFailure::new(widget.name(), error));
            Err(Outcome::no_token(failures.collect()))
        }
    }
}

/// Returns whether a layer inside has acted on the response, by its outcome.
fn has_acted<B>(response: &Response<B>) -> bool {
    let inner = response.extensions().get::<Outcome>();
    inner.is_some_and(|inner| !matches!(inner.kind(), OutcomeKind::Untouched(_)))
}

/// Returns whether the response is an image, font, style sheet, script or other media.
///
/// A browser without Fetch Metadata does not say so in its request.
fn is_media<B>(response: &Response<B>) -> bool {
    let essence = response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    ["image/", "video/", "audio/", "font/", "text/css", "text/javascript", "application/javascript"]
        .iter()
        .any(|media| essence.starts_with(media))
}
