//! A small test application. Its sessions are in a map, which a test can change as only a server can.

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::rejection::FormRejection;
use axum::extract::{ConnectInfo, Extension, Form, Query, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{Html, IntoResponse, Json, Redirect, Response};
use axum::routing::{MethodRouter, get, post};
use serde::Deserialize;
use serde_json::json;
use tower::{ServiceExt, service_fn};
use tower_widget_identity::widget::{Ferndesk, ZendeskClassic};
use tower_widget_identity::{Identity, Secret, Viewer, Widgets, WidgetsBuilder};

use crate::example::{Messenger, demo};
use crate::harness::tls::Cut;

pub(crate) const TOKEN_PATH: &str = "/widget-token";

/// Instead of a status: the connection breaks before any response. A browser may retry such a request a few times by
/// itself, so these requests cannot be counted.
pub(crate) const NO_NETWORK: u16 = 0;

/// The vendor whose widget the application shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Widget {
    /// The example's demo messenger, which has Intercom's interface.
    Intercom,
    /// A stub of the Zendesk Web Widget (Classic): `window.zendeskStub`.
    Zendesk,
    /// A stub of Ferndesk's widget: `window.ferndeskStub`.
    Ferndesk,
}

/// How the application is built, and where the browser opens its pages.
#[derive(Clone)]
pub(crate) struct Settings {
    pub(crate) widget: Widget,
    /// The lifetime of the vendor's tokens, in seconds.
    pub(crate) lifetime: u64,
    pub(crate) visitors: bool,
    pub(crate) iframes: bool,
    pub(crate) cookie_domain: Option<&'static str>,
    /// Serves without TLS, where browsers have no Cookie Store.
    pub(crate) plain_http: bool,
    /// The host in the pages' URLs; see `tls::HOSTS`.
    pub(crate) host: &'static str,
    /// How many instances share the port and take turns. They share the sessions.
    pub(crate) instances: usize,
    /// More pages, inside of the session and the widget layer.
    pub(crate) routes: fn(&App) -> Router,
    /// More responses outside of all layers, such as scripts.
    pub(crate) assets: fn(&App) -> Router,
    /// More layers, outside of the widget layer and the sessions.
    pub(crate) around: fn(Router) -> Router,
    /// The rest of the configuration.
    pub(crate) widgets: fn(WidgetsBuilder) -> WidgetsBuilder,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            widget: Widget::Intercom,
            lifetime: 3600,
            visitors: false,
            iframes: false,
            cookie_domain: None,
            plain_http: false,
            host: "localhost",
            instances: 1,
            routes: |_| Router::new(),
            assets: |_| Router::new(),
            around: |router| router,
            widgets: |builder| builder,
        }
    }
}

/// The running application, as a test controls it.
#[derive(Clone)]
pub(crate) struct App(Arc<Shared>);

struct Shared {
    settings: Settings,
    messenger: Messenger,
    state: Mutex<Data>,
    store_down: AtomicBool,
}

#[derive(Default)]
struct Data {
    /// Session ids and their users.
    sessions: BTreeMap<String, String>,
    next_session: usize,
    failing_tokens: Option<u16>,
    offline: bool,
    log: Vec<Logged>,
    /// Which instance handled which path.
    turns: Vec<(usize, String)>,
}

/// A request as it arrived, before anything held it back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Logged {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) query: String,
    /// The header `sec-purpose`: `prefetch`, or `prefetch;prerender`.
    pub(crate) purpose: String,
}

impl App {
    pub(crate) fn new(settings: Settings) -> Self {
        let messenger = Messenger::demo().expect("random numbers");
        Self(Arc::new(Shared { settings, messenger, state: Mutex::default(), store_down: AtomicBool::new(false) }))
    }

    // --- What only a server can do ------------------------------------------------------------

    /// Ends all sessions of this user.
    pub(crate) fn expire(&self, user: &str) {
        self.data().sessions.retain(|_, other| other != user);
    }

    /// Gives the sessions of one user to another one, without a logout.
    pub(crate) fn replace(&self, from: &str, to: &str) {
        self.data().sessions.values_mut().filter(|user| *user == from).for_each(|user| *user = to.to_owned());
    }

    /// Takes the session store down or up. While it is down, the viewer is unknown.
    pub(crate) fn store_down(&self, down: bool) {
        self.0.store_down.store(down, Ordering::SeqCst);
    }

    /// From now on, token requests get this status; with [`NO_NETWORK`], they get no response.
    pub(crate) fn fail_tokens(&self, status: Option<u16>) {
        self.data().failing_tokens = status;
    }

    /// From now on, no request gets a response.
    pub(crate) fn offline(&self, offline: bool) {
        self.data().offline = offline;
    }

    // --- What it saw --------------------------------------------------------------------------

    /// The number of token requests, by the token's name.
    pub(crate) fn token_requests(&self) -> BTreeMap<String, usize> {
        let mut counts = BTreeMap::new();
        for logged in &self.data().log {
            if let Some(name) = logged.path.strip_prefix(TOKEN_PATH) {
                *counts.entry(name.trim_start_matches('/').to_owned()).or_default() += 1;
            }
        }
        counts
    }

    /// All requests since the start, or since the log was cleared.
    pub(crate) fn log(&self) -> Vec<Logged> {
        self.data().log.clone()
    }

    pub(crate) fn clear_log(&self) {
        self.data().log.clear();
    }

    /// The number of requests for this path.
    pub(crate) fn requests(&self, path: &str) -> usize {
        self.data().log.iter().filter(|logged| logged.path == path).count()
    }

    /// The instances that have handled this path.
    pub(crate) fn instances(&self, path: &str) -> BTreeSet<usize> {
        self.data().turns.iter().filter(|(_, other)| other == path).map(|(number, _)| *number).collect()
    }

    fn data(&self) -> MutexGuard<'_, Data> {
        self.0.state.lock().expect("no test panics in here")
    }

    // --- How it is built ----------------------------------------------------------------------

    /// All routes and layers, except those that a test adds to hold requests back.
    pub(crate) fn router(&self) -> Router {
        let instances: Vec<Router> = (0..self.0.settings.instances).map(|number| self.instance(number)).collect();
        Router::new()
            .route("/landing", get(landing))
            .merge(demo::routes(&self.0.messenger))
            .merge(stubs())
            .merge((self.0.settings.assets)(self))
            .fallback_service(take_turns(instances))
            .layer(from_fn_with_state(self.clone(), fail_tokens))
    }

    /// Adds the outermost layer, which sees each request at the moment of its arrival.
    pub(crate) fn logged(&self, router: Router) -> Router {
        router.layer(from_fn_with_state(self.clone(), log))
    }

    fn instance(&self, number: usize) -> Router {
        let widgets = self.widgets();
        let inside = Router::new()
            .route("/", get(home))
            .route("/slow", get(home))
            .route("/api", get(api))
            .route("/login", post(login))
            .route("/logout", post(logout).layer(widgets.logout_layer()))
            .nest_service(TOKEN_PATH, widgets.token_service())
            .merge((self.0.settings.routes)(self))
            .layer(widgets.layer())
            .layer(from_fn_with_state(self.clone(), sessions));
        let lost = Router::new().route("/lost", get(lost)).layer(widgets.layer());
        let seen = (self.clone(), number);
        (self.0.settings.around)(inside.merge(lost)).layer(from_fn_with_state(seen, note_instance))
    }

    /// A configuration of its own for each instance, as separate processes have.
    fn widgets(&self) -> Widgets {
        let Settings { lifetime, visitors, iframes, cookie_domain, plain_http, widgets, .. } = self.0.settings.clone();
        let mut builder = self
            .with_widget(Widgets::builder(), lifetime)
            .identify_async(|parts| viewer(parts.extensions.get().cloned()))
            .token_path(TOKEN_PATH)
            .visitors(visitors)
            .iframes(iframes);
        if let Some(domain) = cookie_domain {
            builder = builder.cookie_domain(domain);
        }
        widgets(builder).plain_http(plain_http).build().expect("a good configuration")
    }

    fn with_widget(&self, builder: WidgetsBuilder, lifetime: u64) -> WidgetsBuilder {
        let secret = || Secret::new(&*self.0.messenger.secret()).expect("a good secret");
        match self.0.settings.widget {
            Widget::Intercom => {
                let intercom = self.0.messenger.widget().expect("a good secret");
                builder.widget(intercom.lifetime(Duration::from_secs(lifetime)))
            }
            Widget::Zendesk => {
                // At most the vendor's limit.
                let zendesk =
                    ZendeskClassic::chat("stub", secret()).chat_lifetime(Duration::from_secs(lifetime.min(420)));
                builder.widget(zendesk.help_center(secret()).library_url("/stub/zendesk.js"))
            }
            Widget::Ferndesk => {
                let ferndesk = Ferndesk::new("stub", secret()).lifetime(Duration::from_secs(lifetime));
                builder.widget(ferndesk.library_url("/stub/ferndesk.js"))
            }
        }
    }
}

/// Passes each request to the next instance.
fn take_turns(
    instances: Vec<Router>,
) -> impl tower::Service<Request, Response = Response, Error = Infallible, Future: Send> + Clone + Send + Sync + 'static
{
    let (instances, next) = (Arc::new(instances), Arc::new(AtomicUsize::new(0)));
    service_fn(move |request: Request<Body>| {
        let turn = next.fetch_add(1, Ordering::SeqCst) % instances.len();
        instances[turn].clone().oneshot(request)
    })
}

// --- Sessions ---------------------------------------------------------------------------------

/// A handle to the session of a request. Its content may change before the response.
#[derive(Clone)]
pub(crate) struct Session {
    app: App,
    id: Arc<Mutex<Option<String>>>,
}

impl Session {
    /// The user who is signed in now; `Err` while the store is down.
    pub(crate) fn user(&self) -> Result<Option<String>, StoreDown> {
        if self.app.0.store_down.load(Ordering::SeqCst) {
            return Err(StoreDown);
        }
        let id = self.id();
        Ok(id.and_then(|id| self.app.data().sessions.get(&id).cloned()))
    }

    /// Replaces the old session with a new one for this user, and returns its cookie.
    pub(crate) fn sign_in(&self, user: &str) -> String {
        self.sign_out();
        let mut data = self.app.data();
        data.next_session += 1;
        let id = format!("{}-{user}", data.next_session);
        data.sessions.insert(id.clone(), user.to_owned());
        *self.id.lock().expect("no test panics in here") = Some(id.clone());
        let secure = if self.app.0.settings.plain_http { "" } else { "; Secure" };
        format!("sid={id}; Path=/; HttpOnly{secure}; SameSite=Lax")
    }

    pub(crate) fn sign_out(&self) {
        let id = self.id();
        id.map(|id| self.app.data().sessions.remove(&id));
    }

    fn id(&self) -> Option<String> {
        self.id.lock().expect("no test panics in here").clone()
    }
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct StoreDown;

/// Awaited after the handler, so that a sign-in or sign-out in the handler counts.
async fn viewer(session: Option<Session>) -> Viewer {
    let Some(session) = session else { return Viewer::Unknown };
    Viewer::from(session.user().map(|user| user.map(identity)))
}

fn identity(user: String) -> Identity {
    let email = format!("{user}@example.test");
    Identity::new(user).with_email(email)
}

async fn sessions(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let id = Arc::new(Mutex::new(sid(request.headers())));
    request.extensions_mut().insert(Session { app, id });
    next.run(request).await
}

fn sid(headers: &HeaderMap) -> Option<String> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    let mut pairs = cookies.flat_map(|line| line.split("; "));
    pairs.find_map(|pair| pair.strip_prefix("sid=")).map(str::to_owned)
}

// --- Middleware -------------------------------------------------------------------------------

async fn log(State(app): State<App>, request: Request, next: Next) -> Response {
    let purpose = request.headers().get("sec-purpose").and_then(|value| value.to_str().ok());
    let logged = Logged {
        method: request.method().to_string(),
        path: request.uri().path().to_owned(),
        query: request.uri().query().unwrap_or_default().to_owned(),
        purpose: purpose.unwrap_or_default().to_owned(),
    };
    app.data().log.push(logged);
    next.run(request).await
}

async fn note_instance(State((app, number)): State<(App, usize)>, request: Request, next: Next) -> Response {
    app.data().turns.push((number, request.uri().path().to_owned()));
    next.run(request).await
}

async fn fail_tokens(State(app): State<App>, request: Request, next: Next) -> Response {
    let (failing, offline) = {
        let data = app.data();
        (data.failing_tokens, data.offline)
    };
    let failing = failing.filter(|_| request.uri().path().starts_with(TOKEN_PATH));
    let status = if offline { Some(NO_NETWORK) } else { failing };
    match status {
        None => next.run(request).await,
        Some(NO_NETWORK) => {
            let cut = request.extensions().get::<ConnectInfo<Cut>>();
            cut.expect("served over TLS").0.now();
            StatusCode::OK.into_response()
        }
        Some(status) => StatusCode::from_u16(status).expect("a status").into_response(),
    }
}

// --- Pages ------------------------------------------------------------------------------------

/// A complete page for this user, or for a signed-out visitor; `content` is markup.
pub(crate) fn page(user: Option<&str>, content: &str) -> Html<String> {
    let page = include_str!("page.html");
    Html(page.replace("{{user}}", user.unwrap_or_default()).replace("{{content}}", content))
}

/// The signed-in user; `None` also while that is unknown.
pub(crate) fn shown(session: &Session) -> Option<String> {
    session.user().ok().flatten()
}

async fn home(Extension(session): Extension<Session>) -> Html<String> {
    page(shown(&session).as_deref(), "")
}

async fn landing() -> Html<String> {
    page(None, "<p id=\"landing\">Good-bye.</p>")
}

async fn lost() -> (StatusCode, Html<String>) {
    (StatusCode::NOT_FOUND, page(None, "<p id=\"lost\">There is no such page.</p>"))
}

async fn api(Extension(session): Extension<Session>) -> Response {
    Json(json!({ "user": shown(&session) })).into_response()
}

#[derive(Deserialize)]
struct Login {
    user: String,
    to: Option<String>,
}

async fn login(Extension(session): Extension<Session>, Form(login): Form<Login>) -> Response {
    let cookie = session.sign_in(&login.user);
    let to = login.to.as_deref().unwrap_or("/");
    ([(header::SET_COOKIE, cookie)], Redirect::to(to)).into_response()
}

#[derive(Default, Deserialize)]
struct Logout {
    to: Option<String>,
}

#[derive(Deserialize)]
struct ByFetch {
    fetch: Option<String>,
}

/// A logout by form or by fetch. A fetch sends no form and needs no page.
async fn logout(
    Extension(session): Extension<Session>,
    Query(by): Query<ByFetch>,
    form: Result<Form<Logout>, FormRejection>,
) -> Response {
    session.sign_out();
    if by.fetch.is_some() {
        return StatusCode::NO_CONTENT.into_response();
    }
    let Form(logout) = form.unwrap_or_default();
    Redirect::to(logout.to.as_deref().unwrap_or("/")).into_response()
}

// --- Stubs of the vendors ---------------------------------------------------------------------

fn stubs() -> Router {
    Router::new()
        .route("/stub/zendesk.js", script(include_str!("zendesk.js")))
        .route("/stub/ferndesk.js", script(include_str!("ferndesk.js")))
}

/// A response that is a script.
pub(crate) fn script(content: &'static str) -> MethodRouter {
    get(move || async move { ([(header::CONTENT_TYPE, "text/javascript; charset=utf-8")], content) })
}
