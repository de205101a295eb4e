//! The application and its server: the real layers and the real token service, called in process.

use std::{
    collections::BTreeMap,
    convert::Infallible,
    future::ready,
    rc::Rc,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, UNIX_EPOCH},
};

use bytes::Bytes;
use futures::FutureExt;
use http::{Request, Response, StatusCode};
use http_body::Body;
use http_body_util::{BodyExt, Full};
use tower::{Layer, ServiceExt, service_fn};
use tower_widget_identity::{
    Identity, Secret, Viewer, Widgets,
    widget::{Ferndesk, Gleap, Intercom, ZendeskMessaging},
};

use super::{jar::DOMAIN, person::Person};

pub(crate) const TOKEN_PATH: &str = "/widget-token";
/// The server's clock is coarser than the browser's, so that the same question can reuse a response.
const CLOCK_SECONDS: u64 = 60;

/// How a server is configured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Instance {
    pub(crate) visitors: bool,
    pub(crate) domain: bool,
    /// Whether this is the newer version, which has one more widget.
    pub(crate) newer: bool,
    /// Whether Gleap is among the widgets.
    pub(crate) gleap: bool,
    /// Whether pages load the code from the token path.
    pub(crate) external: bool,
}

impl Instance {
    fn all() -> impl Iterator<Item = Self> {
        (0..32).map(|bits| Self {
            visitors: bits & 1 > 0,
            domain: bits & 2 > 0,
            newer: bits & 4 > 0,
            gleap: bits & 8 > 0,
            external: bits & 16 > 0,
        })
    }

    fn number(self) -> usize {
        usize::from(self.visitors)
            + 2 * usize::from(self.domain)
            + 4 * usize::from(self.newer)
            + 8 * usize::from(self.gleap)
            + 16 * usize::from(self.external)
    }
}

/// What a request is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Page,
    Prefetch,
    Turbo,
    Fetch,
    Logout,
    LogoutByFetch,
}

impl Kind {
    fn is_logout(self) -> bool {
        matches!(self, Self::Logout | Self::LogoutByFetch)
    }
}

/// A request as the browser sends it. The application reads its session by itself, so `cookies` has no `sid`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Question {
    pub(crate) instance: Instance,
    pub(crate) kind: Kind,
    pub(crate) path: String,
    pub(crate) cookies: String,
    pub(crate) page: Option<String>,
    pub(crate) viewer: Person,
    minute: u64,
}

#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) set_cookies: Vec<String>,
    pub(crate) content_type: String,
    pub(crate) lifetime: Option<String>,
    pub(crate) body: Rc<str>,
    /// The element that the layer put into the page.
    pub(crate) element: Option<Rc<Element>>,
    /// The users whom the tokens in the response identify.
    pub(crate) subjects: Vec<Person>,
}

/// `<script data-widget='...'>code</script>`.
#[derive(Debug)]
pub(crate) struct Element {
    /// The `data-` attributes by their names in `dataset`.
    pub(crate) dataset: Vec<(String, String)>,
    pub(crate) code: String,
}

impl Element {
    /// Whether the code is in a file at the token path.
    pub(crate) fn loads_code(&self) -> bool {
        self.code.contains("run:")
    }

    /// The path of that file.
    pub(crate) fn code_path(&self) -> Option<&str> {
        let (_, path) = self.code.split_once("(\"").filter(|_| self.loads_code())?;
        path.split('"').next()
    }
}

pub(crate) struct Server {
    instances: Vec<Widgets>,
    clock: Arc<AtomicU64>,
    /// Responses by question. The layers are pure functions of the question, so each one is asked once.
    answers: BTreeMap<Question, Rc<Answer>>,
}

impl Server {
    pub(crate) fn new() -> Self {
        let clock = Arc::new(AtomicU64::new(0));
        let instances = Instance::all().map(|instance| configure(instance, &clock)).collect();
        Self { instances, clock, answers: BTreeMap::new() }
    }

    pub(crate) fn marker_name(&self, instance: Instance) -> &str {
        self.instances[instance.number()].marker_name().expect("enabled")
    }

    pub(crate) fn ask(&mut self, mut question: Question, now: i64) -> Rc<Answer> {
        let minute = now as u64 / 1000 / CLOCK_SECONDS;
        // Only tokens depend on the time.
        let has_tokens = question.viewer.is_user() && !question.kind.is_logout();
        question.minute = if has_tokens { minute } else { 0 };
        if let Some(answer) = self.answers.get(&question) {
            return answer.clone();
        }
        self.clock.store(minute * CLOCK_SECONDS, Ordering::Relaxed);
        let response = call(&self.instances[question.instance.number()], &question);
        let answer = Rc::new(read(response));
        if self.answers.len() > 20_000 {
            self.answers.clear();
        }
        self.answers.insert(question, answer.clone());
        answer
    }
}

impl Question {
    pub(crate) fn new(instance: Instance, kind: Kind, path: &str, cookies: String, viewer: Person) -> Self {
        Self { instance, kind, path: path.to_owned(), cookies, page: None, viewer, minute: 0 }
    }

    fn request(&self) -> Request<Full<Bytes>> {
        let logout = self.kind.is_logout();
        let mut request = Request::builder()
            .method(if logout { "POST" } else { "GET" })
            .uri(self.path.as_str())
            .header("host", super::jar::HOST)
            .header("sec-fetch-site", "same-origin");
        if !self.cookies.is_empty() {
            request = request.header("cookie", self.cookies.as_str());
        }
        let html = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
        // <https://www.w3.org/TR/fetch-metadata/>
        let (dest, mode, accept) = match self.kind {
            Kind::Page | Kind::Prefetch | Kind::Logout => ("document", "navigate", html),
            Kind::Turbo => ("empty", "cors", "text/html, application/xhtml+xml"),
            Kind::Fetch | Kind::LogoutByFetch => ("empty", "cors", "*/*"),
        };
        request = request.header("sec-fetch-dest", dest).header("sec-fetch-mode", mode).header("accept", accept);
        if self.kind == Kind::Turbo {
            request = request.header("x-turbo-request-id", "1");
        }
        if self.kind == Kind::Prefetch {
            request = request.header("sec-purpose", "prefetch;prerender");
        }
        if logout {
            request = request.header("origin", format!("https://{}", super::jar::HOST));
        }
        if let Some(page) = &self.page {
            request = request.header("x-widget-page", page.as_str());
        }
        request.extension(viewer(self.viewer)).body(Full::default()).expect("a request")
    }
}

fn viewer(person: Person) -> Viewer {
    match person {
        Person::Nobody | Person::Visitor => Viewer::SignedOut,
        named => Viewer::SignedIn(
            Identity::new(named.id()).with_email(format!("{}@app.example", named.id())).with_name(named.id()),
        ),
    }
}

fn configure(instance: Instance, clock: &Arc<AtomicU64>) -> Widgets {
    let secret = |name: &str| Secret::new(format!("the secret of {name} for the simulation")).expect("a secret");
    let clock = clock.clone();
    let mut builder = Widgets::builder()
        .widget(Intercom::new("app1", secret("intercom")))
        .widget(Ferndesk::new("desk1", secret("ferndesk")))
        .token_path(TOKEN_PATH)
        .visitors(instance.visitors)
        .external_script(instance.external)
        .clock(move || UNIX_EPOCH + Duration::from_secs(clock.load(Ordering::Relaxed)));
    if instance.gleap {
        builder = builder.widget(Gleap::new("key1", secret("gleap")));
    }
    if instance.newer {
        let secret = secret("zendesk").with_key_id("app_1");
        builder = builder.widget(ZendeskMessaging::new("zd1", secret));
    }
    if instance.domain {
        builder = builder.cookie_domain(DOMAIN);
    }
    builder.build().expect("a configuration")
}

fn call(widgets: &Widgets, question: &Question) -> Response<String> {
    match question.kind {
        Kind::Logout | Kind::LogoutByFetch => {
            let by_form = question.kind == Kind::Logout;
            let sign_out = service_fn(move |_: Request<Full<Bytes>>| {
                let response = Response::builder().status(if by_form { 303 } else { 204 });
                let response = if by_form { response.header("location", "/") } else { response };
                ready(Ok::<_, Infallible>(response.body(Full::new(Bytes::new())).expect("a response")))
            });
            answer_of(widgets.layer().layer(widgets.logout_layer().layer(sign_out)).oneshot(question.request()))
        }
        _ => {
            let tokens = widgets.token_service();
            let application = service_fn(move |request: Request<Full<Bytes>>| {
                let tokens = tokens.clone();
                async move { Ok::<_, Infallible>(application(tokens, request).await) }
            });
            answer_of(widgets.layer().layer(application).oneshot(question.request()))
        }
    }
}

async fn application(
    tokens: tower_widget_identity::TokenService,
    request: Request<Full<Bytes>>,
) -> Response<Full<Bytes>> {
    if request.uri().path().starts_with(TOKEN_PATH) {
        let response = tokens.oneshot(request).await.expect("infallible");
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap_or_else(|never| match never {}).to_bytes();
        return Response::from_parts(parts, Full::new(body));
    }
    Response::builder()
        .header("content-type", "text/html; charset=utf-8")
        .header("cache-control", "max-age=60")
        .body(Full::new(Bytes::from_static(b"<!doctype html><html><head></head><body>A page")))
        .expect("a response")
}

/// Returns a response that is ready at once: no part of the stack waits for anything.
fn answer_of<B, E>(response: impl Future<Output = Result<Response<B>, E>>) -> Response<String>
where
    B: Body<Error: std::fmt::Debug>,
    E: std::fmt::Debug,
{
    let (parts, body) = response.now_or_never().expect("an answer at once").expect("no error").into_parts();
    let body = body.collect().now_or_never().expect("a body at once").expect("no error").to_bytes();
    Response::from_parts(parts, String::from_utf8(body.to_vec()).expect("UTF-8"))
}

fn read(response: Response<String>) -> Answer {
    let text = |name: &str| {
        let values = response.headers().get_all(name).into_iter();
        values.map(|value| value.to_str().expect("ASCII").to_owned()).collect::<Vec<_>>()
    };
    let element = element(response.body());
    assert_ne!(response.status(), StatusCode::FORBIDDEN, "the browser's own requests are allowed");
    Answer {
        status: response.status().as_u16(),
        set_cookies: text("set-cookie"),
        content_type: text("content-type").concat(),
        lifetime: text("x-widget-lifetime").pop(),
        subjects: Person::named_in(
            match &element {
                // The code is long, and the same in every page.
                Some(element) => element.dataset.iter().map(|(_, value)| value.as_str()).collect::<String>(),
                None => response.body().clone(),
            }
            .as_str(),
        ),
        body: response.into_body().into(),
        element: element.map(Rc::new),
    }
}

/// Parses the script element that has a `data-widget` attribute, as the HTML tokenizer would.
fn element(page: &str) -> Option<Element> {
    let start = page.match_indices("<script").map(|(at, _)| at).find(|at| page[*at..].contains("data-widget"))?;
    let mut rest = &page[start + "<script".len()..];
    let mut dataset = Vec::new();
    loop {
        rest = rest.trim_start();
        if let Some(behind) = rest.strip_prefix('>') {
            let code = &behind[..behind.find("</script").expect("a closing tag")];
            return Some(Element { dataset, code: code.to_owned() });
        }
        let end = rest.find(|sign: char| sign == '=' || sign == '>' || sign.is_whitespace())?;
        let name = &rest[..end];
        rest = rest[end..].trim_start();
        let mut value = String::new();
        if let Some(behind) = rest.strip_prefix('=') {
            let quote = behind.chars().next()?;
            assert!(quote == '\'' || quote == '"', "attributes are quoted");
            let close = behind[1..].find(quote)? + 1;
            value = behind[1..close]
                .replace("&quot;", "\"")
                .replace("&#39;", "'")
                .replace("&lt;", "<")
                .replace("&amp;", "&");
            rest = &behind[close + 1..];
        }
        if let Some(name) = name.strip_prefix("data-") {
            dataset.push((camel_case(name), value));
        }
    }
}

/// <https://html.spec.whatwg.org/multipage/dom.html#dom-dataset>
fn camel_case(name: &str) -> String {
    let mut words = name.split('-');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |text, word| {
        let (head, tail) = word.split_at(word.len().min(1));
        text + &head.to_ascii_uppercase() + tail
    })
}
