//! What all targets log at TRACE while users sign in and out over a real socket: no secret, no token, nothing
//! personal. With the feature `tracing`, the crate's own lines are among them; those of the other crates always are.

use axum::{
    Extension, Router,
    body::Body,
    http::{Request, header},
    response::{Html, IntoResponse, Redirect, Response},
    routing::{get, post},
};
use http_body_util::BodyExt;
use hyper_util::rt::{TokioExecutor, TokioIo};
use tower::Layer as _;
use tower_http::{
    LatencyUnit,
    catch_panic::CatchPanicLayer,
    compression::CompressionLayer,
    sensitive_headers::SetSensitiveHeadersLayer,
    trace::{DefaultMakeSpan, DefaultOnBodyChunk, DefaultOnEos, DefaultOnRequest, DefaultOnResponse, TraceLayer},
};
use tower_sessions::{MemoryStore, Session, SessionManagerLayer};
use tower_widget_identity::{
    Delivery, Identity, Secret, SkipWidget, Viewer, Widgets, WidgetsBuilder,
    widget::{Ferndesk, Intercom, ZendeskClassic},
};
use tracing::Level;

use crate::everything;
use crate::support::{
    pages::PAGE,
    socket::{Client, Server, request, within},
};

const SECRET: &str = "sEcReT-5f3a9c";
const EMAIL: &str = "jane.roe@private.example";
const NAME: &str = "Jane Q. Roe";
const KEY: &str = "salary_band";
const VALUE: &str = "ninety-nine thousand";
const AGENT: &str = "aGeNt-7d1e";

// ---- the application ------------------------------------------------------------------------------------------------

/// Jane, Jane without an address, with too many attributes, with a session that is over, or a user without an id.
fn person(id: &str) -> Identity {
    let jane = Identity::new(id).with_name(NAME).with_attribute(KEY, VALUE).with_auth_token("billing", AGENT);
    match id {
        "id-user-78" => jane,
        "id-user-79" => jane.with_email(EMAIL).with_attribute("essay", VALUE.repeat(2_000)),
        "id-user-80" => jane.with_email(EMAIL).with_session_expires(std::time::SystemTime::UNIX_EPOCH),
        "id-user-81" => Identity::new(" ").with_email(EMAIL),
        _ => jane.with_email(EMAIL),
    }
}

fn builder() -> WidgetsBuilder {
    let secret = || Secret::new(SECRET).unwrap();
    Widgets::builder()
        .widget(Intercom::new("abcd1234", secret()))
        .widget(ZendeskClassic::chat("0c54afe8", secret()).help_center(secret()))
        .widget(Ferndesk::new("widget-1", secret()))
        .token_path("/tokens")
        // One page is compressed inside of the layer, so that there is a warning.
        .uncompressed(false)
        .identify_async(|parts| {
            let session = parts.extensions.get::<Session>().cloned();
            async move {
                let Some(session) = session else { return Viewer::Unknown };
                Viewer::from(session.get::<String>("user").await.map(|id| id.map(|id| person(&id))))
            }
        })
}

async fn sign_in(session: Session, body: String) -> Redirect {
    session.insert("user", body).await.unwrap();
    session.insert("email", EMAIL).await.unwrap();
    Redirect::to("/")
}

async fn sign_out(session: Session) -> Redirect {
    session.flush().await.unwrap();
    Redirect::to("/")
}

async fn sign_out_with_a_page(session: Session) -> Html<&'static str> {
    session.flush().await.unwrap();
    Html(PAGE)
}

fn broken() -> Response {
    let frames = [Ok("<!-- never"), Err(std::io::Error::other("inner"))];
    Html(Body::from_stream(futures::stream::iter(frames))).into_response()
}

fn app() -> Router {
    let widgets = builder().build().unwrap();
    let headers = builder().delivery(Delivery::Header).build().unwrap();
    let policy = |value: &'static str| async move || ([(header::CONTENT_SECURITY_POLICY, value)], Html(PAGE));
    let pages = Router::new()
        .route("/", get(async || Html(PAGE)).layer(CompressionLayer::new()))
        .route("/fragment", get(async || Html("<p>row")))
        .route("/skipped", get(async || (Extension(SkipWidget), Html(PAGE))))
        .route("/unknown", get(async || (Extension(Viewer::Unknown), Html(PAGE))))
        .route("/policy", get(policy("default-src 'self'")))
        .route("/sandbox", get(policy("sandbox")))
        .route("/broken", get(async || broken()))
        .route("/panics", get(async || -> Html<&'static str> { panic!("a handler") }))
        .route("/in", post(sign_in))
        .route("/out", post(sign_out).layer(widgets.logout_layer()))
        .route("/out/page", post(sign_out_with_a_page).layer(widgets.logout_layer()))
        .layer(widgets.layer());
    let traced = TraceLayer::new_for_http()
        .make_span_with(DefaultMakeSpan::new().level(Level::TRACE).include_headers(true))
        .on_request(DefaultOnRequest::new().level(Level::TRACE))
        .on_response(
            DefaultOnResponse::new().level(Level::TRACE).include_headers(true).latency_unit(LatencyUnit::Nanos),
        )
        .on_body_chunk(DefaultOnBodyChunk::new())
        .on_eos(DefaultOnEos::new().level(Level::TRACE));
    Router::new()
        .merge(pages)
        .route("/data", get(async || "{}").layer(headers.layer()))
        .nest_service("/tokens", widgets.token_service())
        .layer(CatchPanicLayer::new())
        .layer(SessionManagerLayer::new(MemoryStore::default()).with_secure(false))
        .layer(traced)
        .layer(SetSensitiveHeadersLayer::new([header::COOKIE, header::SET_COOKIE]))
}

// ---- what users do --------------------------------------------------------------------------------------------------

/// A browser with a cookie jar.
struct Browser<'a> {
    server: &'a Server,
    cookies: Vec<String>,
}

impl Browser<'_> {
    async fn ask(&mut self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> String {
        let (cookie, length) = (self.cookies.join("; "), body.len().to_string());
        let mut all = vec![("cookie", cookie.as_str()), ("content-length", length.as_str())];
        all.extend_from_slice(headers);
        let mut text = request(method, path, &all);
        // Only a page of an old browser can be a fragment.
        if path == "/fragment" || headers.iter().any(|(name, _)| *name == "sec-fetch-dest") {
            text = text.replacen("Sec-Fetch-Dest: document\r\n", "", 1);
        }
        let mut client = Client::of(self.server.address).await;
        client.send((text + body).as_bytes()).await;
        if path == "/broken" {
            assert!(client.says_no_more().await);
            return String::new();
        }
        let answer = client.answer(method == "HEAD").await;
        for line in answer.all("set-cookie") {
            let pair = line.split(';').next().unwrap();
            let name = pair.split('=').next().unwrap();
            self.cookies.retain(|held| held.split('=').next() != Some(name));
            self.cookies.push(pair.to_owned());
        }
        let head: String = answer.headers.iter().map(|(name, value)| format!("{name}: {value}\n")).collect();
        format!("{}\n{head}\n{}", answer.status, String::from_utf8_lossy(&answer.body()))
    }
}

const FETCH: [(&str, &str); 2] = [("sec-fetch-dest", "empty"), ("sec-fetch-site", "same-origin")];

/// Sends all requests of one user's day, and returns everything that the server sent.
async fn a_day_of(id: &str, server: &Server) -> String {
    let mut browser = Browser { server, cookies: Vec::new() };
    let mut said = browser.ask("GET", "/", &[], "").await;
    said += &browser.ask("POST", "/in", &[], id).await;
    let marker = format!("{}=abcdefghijklmnopqrstuv", builder().build().unwrap().marker_name().unwrap());
    for path in ["/", "/fragment", "/skipped", "/unknown", "/policy", "/sandbox", "/broken", "/panics"] {
        said += &browser.ask("GET", path, &[], "").await;
        browser.cookies.push(marker.clone());
        said += &browser.ask("GET", path, &[("accept-encoding", "gzip")], "").await;
        browser.cookies.pop();
    }
    said += &browser.ask("HEAD", "/", &[], "").await;
    said += &browser.ask("GET", "/data", &FETCH, "").await;
    for name in ["intercom", "zendesk-chat", "zendesk-help-center", "ferndesk", "page", "unknown"] {
        let path = format!("/tokens/{name}");
        said += &browser.ask("GET", &path, &FETCH, "").await;
        said += &browser.ask("POST", &path, &FETCH, "").await;
        said += &browser.ask("GET", &path, &[FETCH[0], FETCH[1], ("x-widget-page", "another")], "").await;
        said += &browser.ask("GET", &path, &[FETCH[0], ("sec-fetch-site", "cross-site")], "").await;
    }
    let out = if id.ends_with('7') { "/out" } else { "/out/page" };
    said += &browser.ask("POST", out, &[], "").await;
    said += &browser.ask("GET", "/", &[], "").await;
    said + &browser.ask("GET", "/tokens/intercom", &FETCH, "").await
}

/// The same over HTTP/2, whose implementation logs every frame.
async fn over_http2() -> String {
    let widgets = builder().identify(|_| Some(person("id-user-77"))).build().unwrap();
    let server = Server::http2(widgets.layer().layer(tower::service_fn(async |_: Request<hyper::body::Incoming>| {
        Ok::<_, std::convert::Infallible>(Html(PAGE).into_response())
    })))
    .await;
    let socket = tokio::net::TcpStream::connect(server.address).await.unwrap();
    let handshake = hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(socket));
    let (mut client, connection) = handshake.await.unwrap();
    tokio::spawn(connection);
    let load = Request::get("http://app.example.test/").header("sec-fetch-dest", "document");
    let response = within(client.send_request(load.body(String::new()).unwrap())).await.unwrap();
    String::from_utf8(response.into_body().collect().await.unwrap().to_bytes().to_vec()).unwrap()
}

#[tokio::test]
async fn no_log_line_has_a_secret_a_token_or_personal_data() {
    let log = everything();
    tracing::trace!(target: "anybody", "listening");
    let server = Server::http1(app()).await;
    let mut said = over_http2().await;
    for id in ["id-user-77", "id-user-78", "id-user-79", "id-user-80", "id-user-81"] {
        said += &a_day_of(id, &server).await;
    }
    assert!(said.matches("eyJ").count() > 30, "tokens went over the wire");
    for code in [200, 303, 401, 403, 404, 405, 409, 422, 500] {
        assert!(said.contains(&format!("{code}\n")), "a {code} was among the answers");
    }
    let lines = log.text();
    for target in ["listening", "tower_http::trace", "h2::"] {
        assert!(lines.contains(target), "{target} is among the lines");
    }
    #[cfg(feature = "tracing")]
    has_our_lines(&lines);
    for hidden in [SECRET, AGENT, "id-user-", EMAIL, NAME, KEY, VALUE, "eyJ", "private.example", "Roe"] {
        let line = lines.lines().find(|line| line.contains(hidden));
        assert_eq!(line, None, "{hidden}");
    }
}

/// Asserts that each decision of that day is logged with its details, and the one warning.
#[cfg(feature = "tracing")]
fn has_our_lines(lines: &str) {
    let ours: Vec<_> = lines.lines().filter(|line| line.contains("tower_widget_identity:")).collect();
    for expected in [
        "boot",
        "switch",
        "shutdown",
        "logout",
        "headers",
        "fragment",
        "skipped",
        "unknown-viewer",
        "sandbox",
        "body-error",
        "encoded",
        "no-token",
    ] {
        let expected = format!("outcome=\"{expected}\"");
        assert!(ours.iter().any(|line| line.contains(&expected)), "{expected}");
    }
    for expected in [
        "widget=\"ferndesk\" error=\"missing-email\"",
        "widget=\"intercom\" error=\"too-large\"",
        "widget=\"intercom\" error=\"session-over\"",
        "widget=\"zendesk-chat\" error=\"missing-email\"",
        "error=\"missing-id\"",
    ] {
        assert!(ours.iter().any(|line| line.contains(expected)), "{expected}");
    }
    let warnings: Vec<_> = ours.iter().filter(|line| line.contains(" WARN ")).collect();
    assert!(matches!(warnings[..], [line] if line.contains("put this layer inside compression")), "{warnings:?}");
}
