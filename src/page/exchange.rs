//! One request and its response: what is learnt before the handler runs, and what follows for the response. Changes the
//! request's headers and extensions where its answer may become personal; the response is for `logout` and `injection`.

use std::sync::Arc;

use futures::future::BoxFuture;
use http::{Method, Response, header::CONTENT_TYPE, request::Parts};
use http_body::Body;

use super::{
    body::WidgetBody,
    conclusion::{conclude, untouched},
    decide::{Action, ViewerKey, decide},
    facts::{RequestFacts, is_addressed},
    headers,
    injection::Injection,
    logout::{LogoutCleanup, LogoutRoute, is_logout},
    pending::PendingInjection,
    request_kind::RequestKind,
};
use crate::{
    config::{Config, Delivery},
    identity::{Identity, SkipWidget, Viewer},
    lookup::Answer,
    marker::Marker,
    outcome::{Outcome, OutcomeKind, Reason, TokenFailure},
};

pub(super) struct Exchange {
    facts: RequestFacts,
    answer: Answer,
    /// Whether a logout layer is on the way, here or around this layer.
    logout_route: bool,
    /// For the logout layer itself.
    logout_cleanup: Option<LogoutCleanup>,
}

/// How it goes on with a response.
pub(super) enum Step<B: Body> {
    Done(Response<WidgetBody<B>>),
    Ask(BoxFuture<'static, Viewer>, Exchange, Response<B>),
    Hold(PendingInjection<B>),
}

impl Exchange {
    /// For `WidgetLayer`; `None` if this response cannot be affected.
    pub(super) fn of_page(config: &Arc<Config>, parts: &mut Parts) -> Option<Self> {
        let kind = RequestKind::of(parts, config.iframes);
        if !is_addressed(config.delivery, kind) || !config.when.allows(parts) {
            return None;
        }
        let exchange = Self { answer: config.identify.ask(parts), ..Self::new(config, parts, kind) };
        if kind.is_page() && exchange.may_be_personal() {
            headers::make_unconditional(&mut parts.headers);
        }
        Some(exchange)
    }

    /// For `LogoutLayer`; `None` for methods that cannot log anybody out.
    pub(super) fn of_logout(config: &Arc<Config>, parts: &mut Parts) -> Option<Self> {
        if matches!(parts.method, Method::HEAD | Method::OPTIONS) {
            return None;
        }
        parts.extensions.insert(LogoutRoute);
        let kind = RequestKind::of(parts, config.iframes);
        let logout_cleanup = Some(LogoutCleanup::read(config, parts));
        let exchange = Self { logout_cleanup, ..Self::new(config, parts, kind) };
        if kind.is_page() {
            headers::make_unconditional(&mut parts.headers);
        }
        Some(exchange)
    }

    fn new(config: &Arc<Config>, parts: &Parts, kind: RequestKind) -> Self {
        Self {
            facts: RequestFacts::read(config, parts, kind),
            answer: Answer::Known(Viewer::Unknown),
            logout_route: parts.extensions.get::<LogoutRoute>().is_some(),
            logout_cleanup: None,
        }
    }

    fn may_be_personal(&self) -> bool {
        let asked = matches!(self.answer, Answer::Asked(_) | Answer::Known(Viewer::SignedIn(_)));
        let browser = &self.facts.browser;
        asked || self.logout_route || browser.marker != Marker::Absent || browser.has_vendor_session
    }

    /// Whether nobody is looking and the browser holds no session: most of the pages that pass.
    fn concerns_nobody(&self) -> bool {
        let nobody = matches!(self.answer, Answer::Known(Viewer::SignedOut | Viewer::Unknown));
        nobody && !self.may_be_personal() && !self.facts.config.visitors && self.logout_cleanup.is_none()
    }

    /// The handler has answered.
    pub(super) fn on_response<B: Body>(mut self, mut response: Response<B>) -> Step<B> {
        let said = response.extensions().get::<Viewer>().cloned();
        let logout = self.logout_route && is_logout(&self.facts.method, response.status(), said.as_ref());
        if let Some(cleanup) = &self.logout_cleanup {
            if !logout {
                return Step::Done(untouched(response));
            }
            cleanup.end_session(&self.facts.config, &mut response);
        }
        self.learn(said, logout);
        if let Some(inner) = response.extensions().get::<Outcome>() {
            // An inner layer has decided; only a logout that it could not see is still to be reported.
            let unreported = self.logout_cleanup.is_some() && matches!(inner.kind(), OutcomeKind::Untouched(_));
            return Step::Done(conclude(response, unreported.then_some(OutcomeKind::LogOut.into())));
        }
        if self.concerns_nobody() {
            return Step::Done(untouched(response));
        }
        match self.check(&response) {
            Ok(()) => self.look_up(response),
            Err(reason) => Step::Done(conclude(response, self.outcome_without(reason))),
        }
    }

    /// What the response says about the viewer wins over what was known before.
    fn learn(&mut self, said: Option<Viewer>, logout: bool) {
        self.logout_route = logout;
        if logout {
            // The response itself sets the marker, so this is what its page will find.
            self.facts.browser.marker = Marker::Out;
            self.answer = Answer::Known(Viewer::SignedOut);
        } else if let Some(said) = said {
            self.answer = Answer::Known(said);
        }
    }

    /// Whether this response can carry anything, by its head.
    fn check<B>(&self, response: &Response<B>) -> Result<(), Reason> {
        if response.extensions().get::<SkipWidget>().is_some() {
            return Err(Reason::Skipped);
        }
        if !self.facts.is_addressed() {
            return Err(Reason::NotAddressed);
        }
        match self.facts.config.delivery {
            Delivery::Html => headers::check_page(response.status(), response.headers()),
            Delivery::Header if !response.status().is_success() => Err(Reason::Status),
            Delivery::Header if self.facts.kind == RequestKind::PerhapsFetch && is_media(response) => {
                Err(Reason::NotAddressed)
            }
            Delivery::Header => Ok(()),
        }
    }

    /// The outcome of a response that cannot carry anything: `None` where it would not have had to.
    fn outcome_without(&self, reason: Reason) -> Option<Outcome> {
        match (&self.logout_cleanup, self.may_be_personal()) {
            (Some(_), _) => Some(OutcomeKind::LogOut.into()),
            (None, true) => Some(Outcome::untouched(reason)),
            (None, false) => None,
        }
    }

    fn look_up<B: Body>(mut self, response: Response<B>) -> Step<B> {
        match std::mem::replace(&mut self.answer, Answer::Known(Viewer::Unknown)) {
            Answer::Known(viewer) => self.on_viewer(viewer, response),
            Answer::Asked(lookup) => Step::Ask(lookup, self, response),
        }
    }

    /// It is known who is looking.
    pub(super) fn on_viewer<B: Body>(self, viewer: Viewer, response: Response<B>) -> Step<B> {
        let facts = self.facts;
        let (viewer, identity) = match recognise(&facts.config, viewer) {
            Ok(recognised) => recognised,
            Err(no_token) => return Step::Done(conclude(response, Some(no_token))),
        };
        let Some(action) = decide(viewer, facts.browser, facts.config.visitors) else {
            let undecided = viewer == ViewerKey::Unknown && facts.browser.marker != Marker::Absent;
            let outcome = undecided.then_some(OutcomeKind::Untouched(Reason::UnknownViewer).into());
            return Step::Done(conclude(response, outcome));
        };
        let (delivery, is_head) = (facts.config.delivery, facts.method == Method::HEAD);
        let injection = Injection::new(facts, action, viewer, identity);
        match delivery {
            // A visitor has no token: there is no header to send.
            Delivery::Header if action == Action::Welcome => Step::Done(untouched(response)),
            Delivery::Header => Step::Done(injection.into_headers(response)),
            Delivery::Html if is_head => Step::Done(injection.into_head(response)),
            Delivery::Html => Step::Hold(PendingInjection::new(response, injection)),
        }
    }
}

/// A person without an id has no fingerprint, and so no token from any of the vendors.
fn recognise(config: &Config, viewer: Viewer) -> Result<(ViewerKey, Option<Identity>), Outcome> {
    let identity = match viewer {
        Viewer::Unknown => return Ok((ViewerKey::Unknown, None)),
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

/// What a browser that does not say so fetches for a page's looks.
fn is_media<B>(response: &Response<B>) -> bool {
    let essence = response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    ["image/", "video/", "audio/", "font/", "text/css", "text/javascript", "application/javascript"]
        .iter()
        .any(|media| essence.starts_with(media))
}
