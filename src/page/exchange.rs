//! One request on its way through: what was learnt before the handler, and what follows for the response.

use std::sync::Arc;

use bytes::Bytes;
use futures::future::BoxFuture;
use http::{
    HeaderMap, HeaderName, HeaderValue, Method, Response,
    header::{CONTENT_LENGTH, CONTENT_TYPE, HOST, SET_COOKIE},
    request::Parts,
};
use http_body::Body;

use super::{
    body::WidgetBody,
    decide::{Action, ViewerKey, decide, is_logout},
    headers,
    pending::PendingInjection,
    request_kind::RequestKind,
};
use crate::{
    config::{Config, Delivery},
    cookies,
    csp::{self, CspMode},
    identity::{Answer, Identity, SkipWidget, Viewer},
    marker::{Fingerprint, Marker},
    outcome::{Outcome, Reason, TokenFailure, report},
    protocol,
    snippet::PageData,
    token_error::TokenError,
};

const PAGE_HEADER: HeaderName = HeaderName::from_static(protocol::PAGE_HEADER);
const SHUTDOWN_HEADER: HeaderName = HeaderName::from_static(protocol::SHUTDOWN_HEADER);

/// Left in the request by `LogoutLayer`, so that a `WidgetLayer` inside it knows that the answer may be a logout.
#[derive(Clone, Copy)]
struct LogoutRoute;

/// What was learnt from the request.
pub(super) struct Exchange {
    config: Arc<Config>,
    method: Method,
    load: RequestKind,
    marker: Marker,
    residue: bool,
    answer: Answer,
    /// The page's own host, for policies.
    host: Option<HeaderValue>,
    /// Whether a logout layer is on the way, here or around us.
    logout_route: bool,
    /// For the logout layer itself: what to expire.
    leaving: Option<LogoutCleanup>,
}

/// The vendor cookies that the request carried, and the domains on which to expire them.
struct LogoutCleanup {
    cookies: Vec<String>,
    domains: Vec<String>,
}

/// How it goes on with a response.
#[expect(clippy::large_enum_variant, reason = "it is moved on at once, and a box would be one more allocation a page")]
pub(super) enum Step<B: Body> {
    Done(Response<WidgetBody<B>>),
    Ask(BoxFuture<'static, Viewer>, Exchange, Response<B>),
    Scan(PendingInjection<B>),
}

impl Exchange {
    /// For `WidgetLayer`; nothing where the answer cannot concern it.
    pub(super) fn of_page(config: &Arc<Config>, parts: &mut Parts) -> Option<Self> {
        let load = RequestKind::of(parts, config.iframes);
        if !is_addressed(config.delivery, load) || !config.when.allows(parts) {
            return None;
        }
        let visit = Self { answer: config.identify.ask(parts), ..Self::new(config, parts, load) };
        if visit.load.is_page() && visit.may_be_personal() {
            headers::make_unconditional(&mut parts.headers);
        }
        Some(visit)
    }

    /// For `LogoutLayer`; nothing for methods that cannot log anybody out.
    pub(super) fn of_logout(config: &Arc<Config>, parts: &mut Parts) -> Option<Self> {
        if matches!(parts.method, Method::HEAD | Method::OPTIONS) {
            return None;
        }
        parts.extensions.insert(LogoutRoute);
        let load = RequestKind::of(parts, config.iframes);
        let leaving = Some(LogoutCleanup::new(config, parts));
        let visit = Self { leaving, logout_route: true, ..Self::new(config, parts, load) };
        if visit.load.is_page() {
            headers::make_unconditional(&mut parts.headers);
        }
        Some(visit)
    }

    fn new(config: &Arc<Config>, parts: &Parts, load: RequestKind) -> Self {
        let (marker, residue) = config.read_cookies(&parts.headers);
        Self {
            method: parts.method.clone(),
            load,
            marker,
            residue,
            answer: Answer::Known(Viewer::Unknown),
            host: config.csp_needs.has_paths().then(|| own_host(parts)).flatten(),
            logout_route: parts.extensions.get::<LogoutRoute>().is_some(),
            leaving: None,
            config: config.clone(),
        }
    }

    fn may_be_personal(&self) -> bool {
        let asked = matches!(self.answer, Answer::Asked(_) | Answer::Known(Viewer::SignedIn(_)));
        asked || self.logout_route || self.marker != Marker::Absent || self.residue
    }

    /// Whether nobody is looking and nothing of anybody is left: most of the pages that pass.
    fn concerns_nobody(&self) -> bool {
        let nobody = matches!(self.answer, Answer::Known(Viewer::SignedOut | Viewer::Unknown));
        nobody && !self.may_be_personal() && !self.config.visitors && self.leaving.is_none()
    }

    /// The handler has answered.
    pub(super) fn arrive<B: Body>(mut self, mut response: Response<B>) -> Step<B> {
        let said = response.extensions().get::<Viewer>().cloned();
        let logout = self.logout_route && is_logout(&self.method, response.status(), said.as_ref());
        if let Some(leaving) = &self.leaving {
            if !logout {
                return untouched(response);
            }
            leaving.end_session(&self.config, &mut response);
        }
        if logout {
            // The response itself sets the marker, so this is what its page will find.
            self.marker = Marker::Out;
            self.answer = Answer::Known(Viewer::SignedOut);
        } else {
            self.logout_route = false;
            self.answer = said.map_or(self.answer, Answer::Known);
        }
        if let Some(inner) = response.extensions().get::<Outcome>() {
            // A layer further in has decided; only a logout that it could not tell is still to be noted.
            return if self.leaving.is_some() && matches!(inner, Outcome::Untouched(_)) {
                conclude(response, Some(Outcome::LogOut))
            } else {
                untouched(response)
            };
        }
        if self.concerns_nobody() {
            return untouched(response);
        }
        match self.check(&response) {
            Ok(()) => self.find_out(response),
            Err(reason) => {
                let outcome = self.cannot(reason);
                conclude(response, outcome)
            }
        }
    }

    /// Whether this response can carry anything, by its head.
    fn check<B>(&self, response: &Response<B>) -> Result<(), Reason> {
        if response.extensions().get::<SkipWidget>().is_some() {
            return Err(Reason::Skipped);
        }
        if !is_addressed(self.config.delivery, self.load) {
            return Err(Reason::NotAddressed);
        }
        match self.config.delivery {
            Delivery::Html => headers::check_page(response.status(), response.headers()),
            Delivery::Header if !response.status().is_success() => Err(Reason::Status),
            Delivery::Header if self.load == RequestKind::PerhapsFetch && is_media(response) => {
                Err(Reason::NotAddressed)
            }
            Delivery::Header => Ok(()),
        }
    }

    /// The outcome where nothing can be carried: none where there was nothing to carry.
    fn cannot(&self, reason: Reason) -> Option<Outcome> {
        match (&self.leaving, self.may_be_personal()) {
            (Some(_), _) => Some(Outcome::LogOut),
            (None, true) => Some(Outcome::Untouched(reason)),
            (None, false) => None,
        }
    }

    fn find_out<B: Body>(mut self, response: Response<B>) -> Step<B> {
        match std::mem::replace(&mut self.answer, Answer::Known(Viewer::Unknown)) {
            Answer::Known(viewer) => self.settle(viewer, response),
            Answer::Asked(lookup) => Step::Ask(lookup, self, response),
        }
    }

    /// It is known who is looking.
    pub(super) fn settle<B: Body>(self, viewer: Viewer, response: Response<B>) -> Step<B> {
        let (who, identity) = match viewer {
            Viewer::Unknown => (ViewerKey::Unknown, None),
            Viewer::SignedOut => (ViewerKey::Nobody, None),
            Viewer::SignedIn(identity) => match self.config.fingerprint(&identity) {
                Ok(fingerprint) => (ViewerKey::BootData(fingerprint), Some(identity)),
                Err(refusal) => {
                    let everybody = self.config.widgets.iter();
                    let refused = everybody.map(|widget| TokenFailure::new(widget.name(), refusal)).collect();
                    return conclude(response, Some(Outcome::Untouched(Reason::NoToken(refused))));
                }
            },
        };
        let Some(act) = decide(who, self.marker, self.residue, self.config.visitors) else {
            let wondered = who == ViewerKey::Unknown && self.marker != Marker::Absent;
            return conclude(response, wondered.then_some(Outcome::Untouched(Reason::UnknownViewer)));
        };
        let fingerprint = if let ViewerKey::BootData(fingerprint) = who { Some(fingerprint) } else { None };
        let plan = Injection { visit: self, act, fingerprint, identity };
        match plan.visit.config.delivery {
            // A visitor has no token: there is nothing to say in a header.
            Delivery::Header if plan.act == Action::Welcome => untouched(response),
            Delivery::Header => plan.into_headers(response),
            Delivery::Html if plan.visit.method == Method::HEAD => plan.into_head(response),
            Delivery::Html => Step::Scan(PendingInjection::new(response, plan)),
        }
    }
}

impl LogoutCleanup {
    fn new(config: &Config, parts: &Parts) -> Self {
        let residues: Vec<_> = config.widgets.iter().map(|widget| widget.residue()).collect();
        let names = cookies::pairs(&parts.headers).filter_map(|(name, _)| std::str::from_utf8(name).ok());
        let mut cookies: Vec<String> = names
            .filter(|name| cookies::is_legal_name(name) && residues.iter().any(|residue| residue.owns_cookie(name)))
            .map(str::to_owned)
            .collect();
        cookies.sort_unstable();
        cookies.dedup();
        let domains = match &config.marker.domain {
            Some(domain) => vec![domain.clone()],
            None => cookies::domain_levels(parts),
        };
        Self { cookies, domains }
    }

    /// What takes effect on the logout answer itself, also on a redirect or a fetch.
    fn end_session<B>(&self, config: &Config, response: &mut Response<B>) {
        let headers = response.headers_mut();
        headers.append(SET_COOKIE, config.marker.out());
        for name in &self.cookies {
            for line in cookies::expiring(name, &self.domains) {
                headers.append(SET_COOKIE, line);
            }
        }
        headers::forbid_storing(headers);
        // A snapshot that an outer layer took before the logout does not count any more.
        response.extensions_mut().insert(Viewer::SignedOut);
    }
}

/// What a personal response is going to say.
pub(super) struct Injection {
    visit: Exchange,
    act: Action,
    fingerprint: Option<Fingerprint>,
    identity: Option<Identity>,
}

impl Injection {
    /// Whether the body has to say that it is a document.
    pub(super) fn needs_document(&self) -> bool {
        self.visit.load == RequestKind::PerhapsPage
    }

    /// Signs, and writes the snippet for a page with these headers.
    pub(super) fn snippet(&self, headers: &HeaderMap) -> Result<([Bytes; 3], Outcome), Reason> {
        let Exchange { config, marker, residue, .. } = &self.visit;
        let trusted = csp::assess(headers)?;
        let (people, refused) = self.identity.as_ref().map(|identity| config.people(identity)).unwrap_or_default();
        if self.act == Action::Boot && people.0.is_empty() {
            return Err(Reason::NoToken(refused));
        }
        let data = config.page_data(marker, *residue, self.fingerprint.as_ref(), &people);
        let data = PageData { trusted, ..data };
        let snippet = config.snippet.parts(&data).ok_or(Reason::Unwritable)?;
        Ok((snippet, self.outcome(refused)))
    }

    fn outcome(&self, refused: Vec<TokenFailure>) -> Outcome {
        match self.act {
            Action::Boot => Outcome::Boot(refused),
            Action::Switch => Outcome::Switch(refused),
            Action::ShutDown => Outcome::ShutDown,
            Action::Welcome => Outcome::Visitor,
        }
    }

    /// What becomes of the head of a page that carries this.
    pub(super) fn mend(&self, headers: &mut HeaderMap) {
        let Exchange { config, host, .. } = &self.visit;
        if config.csp == CspMode::Patch {
            config.csp_needs.patch(headers, host.as_ref().and_then(|host| host.to_str().ok()));
        }
        match self.act {
            Action::Welcome => headers::impersonal_but_changed(headers),
            Action::Boot | Action::ShutDown | Action::Switch => headers::personalise(headers),
        }
    }

    /// A HEAD tells what the GET would have told, as far as it can without a body.
    fn into_head<B: Body>(self, mut response: Response<B>) -> Step<B> {
        if let Err(impossible) = csp::assess(response.headers()) {
            return conclude(response, Some(Outcome::Untouched(impossible.into())));
        }
        let outcome = self.outcome(Vec::new());
        self.mend(response.headers_mut());
        response.headers_mut().remove(CONTENT_LENGTH);
        report(&outcome);
        response.extensions_mut().insert(outcome);
        Step::Done(response.map(WidgetBody::lengthless))
    }

    fn into_headers<B: Body>(self, mut response: Response<B>) -> Step<B> {
        let (tokens, refused) = self.token_headers();
        // The script fetches costly tokens by itself: it only has to know for whom.
        if self.act == Action::Boot && tokens.is_empty() && self.visit.config.worker.is_none() {
            return conclude(response, Some(Outcome::Untouched(Reason::NoToken(refused))));
        }
        let headers = response.headers_mut();
        headers::personalise(headers);
        if self.act != Action::Boot {
            let names: Vec<_> = self.visit.config.widgets.iter().map(|widget| widget.name()).collect();
            headers.extend(HeaderValue::try_from(names.join(", ")).ok().map(|names| (SHUTDOWN_HEADER, names)));
        }
        let page = self.fingerprint.and_then(|fingerprint| HeaderValue::try_from(fingerprint.as_str()).ok());
        headers.extend(page.map(|page| (PAGE_HEADER, page)));
        for (name, token) in tokens {
            headers.insert(name, token);
        }
        conclude(response, Some(Outcome::Headers(refused)))
    }

    fn token_headers(&self) -> (Vec<(HeaderName, HeaderValue)>, Vec<TokenFailure>) {
        let (mut tokens, mut refused) = (Vec::new(), Vec::new());
        let Some(identity) = &self.identity else { return (tokens, refused) };
        for (_, name) in self.visit.config.tokens().filter(|(widget, _)| !widget.is_costly()) {
            match self.token_header(name, identity) {
                Ok(token) => tokens.push(token),
                Err(refusal) => refused.push(TokenFailure::new(name, refusal)),
            }
        }
        (tokens, refused)
    }

    fn token_header(&self, name: &str, identity: &Identity) -> Result<(HeaderName, HeaderValue), TokenError> {
        let token = self.visit.config.mint(name, identity)?;
        let name = format!("{}{name}", protocol::TOKEN_HEADER_PREFIX);
        let name = HeaderName::try_from(name).map_err(|_| TokenError::Signing)?;
        let mut value = HeaderValue::try_from(token.into_string()).map_err(|_| TokenError::Signing)?;
        value.set_sensitive(true);
        Ok((name, value))
    }
}

/// The host for which the browser asked, where it can stand in a policy.
fn own_host(parts: &Parts) -> Option<HeaderValue> {
    let authority = || parts.uri.authority().and_then(|authority| HeaderValue::try_from(authority.as_str()).ok());
    let legal = |byte: &u8| byte.is_ascii_alphanumeric() || b".-:".contains(byte);
    let host = parts.headers.get(HOST).cloned().or_else(authority)?;
    host.as_bytes().iter().all(legal).then_some(host)
}

/// Whether this sort of request is what the delivery goes to.
fn is_addressed(delivery: Delivery, load: RequestKind) -> bool {
    match delivery {
        Delivery::Html => load.is_page(),
        Delivery::Header => load.is_fetch(),
    }
}

fn untouched<B: Body>(response: Response<B>) -> Step<B> {
    conclude(response, None)
}

/// The body passes; the outcome is noted where there is one.
fn conclude<B: Body>(mut response: Response<B>, outcome: Option<Outcome>) -> Step<B> {
    if let Some(outcome) = outcome {
        report(&outcome);
        response.extensions_mut().insert(outcome);
    }
    Step::Done(response.map(WidgetBody::untouched))
}

/// What a browser that does not say so fetches for a page's looks.
fn is_media<B>(response: &Response<B>) -> bool {
    let essence = response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    ["image/", "video/", "audio/", "font/", "text/css", "text/javascript", "application/javascript"]
        .iter()
        .any(|media| essence.starts_with(media))
}
