//! The site: one page, once with the layer and once without it, with a stylesheet, an image and a stub of the library.

use std::{
    fmt::Write,
    net::{Ipv4Addr, SocketAddr},
    time::Duration,
};

use axum::{
    Router,
    body::Body,
    http::{Request, header, request::Parts},
    response::{Html, IntoResponse},
    routing::get,
};
use http_body_util::BodyExt;
use tokio::{net::TcpListener, time::sleep};
use tower::ServiceExt;
use tower_widget_identity::{Identity, Secret, Widgets, widget::Intercom};

pub(crate) const WITH: &str = "/with";
pub(crate) const WITHOUT: &str = "/without";
/// A page between two measured ones, so that each begins in the same state.
pub(crate) const REST: &str = "/rest";
/// A page whose layout shifts, to check that the browser reports it.
pub(crate) const SHIFTING: &str = "/shifting";
/// The cookie of the user's session.
pub(crate) const SESSION: (&str, &str) = ("session", "0123456789abcdef");

const SIZE: usize = 30 * 1024;
/// How long the image takes, as over a network, so that the page paints before its `load` event.
const IMAGE_DELAY: Duration = Duration::from_millis(300);

/// Most pages have a script of their own in the head, such as this one for the colour scheme.
const HEAD: &str = "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
    <meta name=\"viewport\" content=\"width=device-width\">\n<title>Orders</title>\n\
    <script>document.documentElement.dataset.theme = localStorage.theme || 'light'</script>\n\
    <link rel=\"stylesheet\" href=\"/app.css\">\n</head>\n<body>\n<h1>Orders</h1>\n\
    <img src=\"/photo.svg\" width=\"320\" height=\"120\" alt=\"\">\n<table>\n";
const TAIL: &str = "</table>\n</body>\n</html>\n";
const PHOTO: &str = "<svg xmlns='http://www.w3.org/2000/svg' width='320' height='120'>\
    <rect width='320' height='120' fill='steelblue'/><circle cx='90' cy='60' r='40' fill='gold'/></svg>";
/// The vendor's library: it notes which calls had been queued.
const LIBRARY: &str = "window.libraryCalls = window.Intercom.q.map(call => call[0]).join()";
/// No layout shift comes from the page itself: its columns have fixed widths, and its scroll bar is always there.
const STYLES: &str = "\
    html { overflow-y: scroll }\n\
    body { font: 15px/1.5 sans-serif; margin: 2rem auto; max-width: 60rem; color: #222 }\n\
    h1 { font-size: 1.6rem; letter-spacing: -.01em }\n\
    table { border-collapse: collapse; table-layout: fixed; width: 100% }\n\
    td { padding: .3rem .6rem; border-bottom: 1px solid #ddd }\n\
    tr:nth-child(even) td { background: #f6f6f6 }\n\
    td:last-child { text-align: right; font-variant-numeric: tabular-nums }\n\
    a { color: #0645ad; text-decoration: none }\n";
const SHIFT: &str = "<!doctype html><title>Shift</title><p id=late>This moves down.</p><script>\
    requestAnimationFrame(() => setTimeout(() => { late.style.marginTop = '200px' }, 100))</script>";

/// The running site.
pub(crate) struct Site {
    router: Router,
    address: SocketAddr,
    /// The name of the marker cookie.
    pub(crate) marker: String,
}

impl Site {
    /// Serves on a thread of its own until the process ends.
    ///
    /// `external` says that the page loads most of the code from the token path.
    pub(crate) fn start(external: bool) -> Self {
        let widgets = widgets(external);
        let router = router(&widgets);
        let marker = widgets.marker_name().expect("a marker").to_owned();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let listener = runtime.block_on(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))).expect("a port");
        let address = listener.local_addr().expect("an address");
        let served = router.clone();
        std::thread::spawn(move || runtime.block_on(async { axum::serve(listener, served).await }));
        Self { router, address, marker }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Returns a page as the browser with these cookies gets it.
    pub(crate) async fn html(&self, path: &str, cookies: &str) -> String {
        let request = Request::get(self.url(path)).header(header::HOST, self.address.to_string());
        let request = request.header(header::COOKIE, cookies).header(header::ACCEPT, "text/html");
        let request = request.header("sec-fetch-dest", "document").header("sec-fetch-mode", "navigate");
        let response = self.router.clone().oneshot(request.body(Body::empty()).expect("a request")).await;
        let body = response.expect("a response").into_body().collect().await.expect("a body").to_bytes();
        String::from_utf8(body.to_vec()).expect("a page in UTF-8")
    }
}

fn widgets(external: bool) -> Widgets {
    let secret = Secret::new("kJ4vQ0YbZt1mWc8sXg2nUe5rHd7pLa9fTiOo6yVx3zB").expect("a secret");
    let intercom = Intercom::new("abcd1234", secret).library_url("/library.js");
    let builder = Widgets::builder().widget(intercom).identify(identity).plain_http(true);
    builder.external_script(external).build().expect("widgets")
}

fn identity(parts: &Parts) -> Option<Identity> {
    let session = format!("{}={}", SESSION.0, SESSION.1);
    let mut cookies = parts.headers.get(header::COOKIE)?.to_str().ok()?.split("; ");
    let identity = Identity::new("user-123456").with_email("person@example.com").with_name("A Person");
    cookies.any(|cookie| cookie == session).then(|| identity.with_attribute("plan", "pro"))
}

fn router(widgets: &Widgets) -> Router {
    let page: &str = Box::leak(page().into_boxed_str());
    let page = move || async move { ([(header::CACHE_CONTROL, "private, no-store")], Html(page)) };
    Router::new()
        .route(WITH, get(page).layer(widgets.layer()))
        .route(WITHOUT, get(page))
        .route(REST, get(Html("<!doctype html><title>Rest</title>")))
        .route(SHIFTING, get(Html(SHIFT)))
        .nest_service("/widget-token", widgets.token_service())
        .route("/app.css", get(|| async { cached("text/css", STYLES) }))
        .route("/library.js", get(|| async { cached("text/javascript", LIBRARY) }))
        .route("/photo.svg", get(photo))
}

fn cached(kind: &'static str, text: &'static str) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "max-age=3600")], text)
}

async fn photo() -> impl IntoResponse {
    sleep(IMAGE_DELAY).await;
    ([(header::CONTENT_TYPE, "image/svg+xml"), (header::CACHE_CONTROL, "no-store")], PHOTO)
}

/// Builds a page of orders. Its text varies, so that gzip finds in it what it finds in a real page.
fn page() -> String {
    let mut page = HEAD.to_owned();
    let mut random: u64 = 0x9E37_79B9_7F4A_7C15;
    let goods =
        ["Lamp", "Chair", "Desk", "Shelf", "Clock", "Kettle", "Rug", "Mirror", "Vase", "Stool", "Bench", "Tray"];
    for order in 1.. {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let number = 100_000 + (random >> 40) % 900_000;
        let good = goods[(random >> 33) as usize % goods.len()];
        let (euros, cents) = ((random >> 20) % 400, (random >> 12) % 100);
        let row = format!(
            "<tr class=\"order\"><td>{order}</td><td><a href=\"/orders/{number}\">{number}</a></td>\
             <td>{good}</td><td>{euros}.{cents:02} €</td></tr>\n"
        );
        if page.len() + row.len() + TAIL.len() > SIZE {
            break;
        }
        page.push_str(&row);
    }
    write!(page, "{TAIL}").expect("a string");
    page
}
