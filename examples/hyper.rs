//! The layers around a bare hyper service, without a framework.
//!
//! ```text
//! cargo run --example hyper
//! ```
//!
//! Then open <http://localhost:3000> (or the port in `PORT`). With `INTERCOM_APP_ID` and `INTERCOM_SECRET`, the page
//! shows that workspace's messenger. Without them, it contains a signed token for a workspace that Intercom does not
//! know.

use std::convert::Infallible;
use std::env;
use std::error::Error;
use std::net::Ipv4Addr;
use std::time::Duration;

use bytes::Bytes;
use http::header::{ALLOW, CONTENT_TYPE, COOKIE, LOCATION, SET_COOKIE};
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response, StatusCode};
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tower::util::ServiceExt;
use tower::{ServiceBuilder, service_fn};
use tower_widget_identity::widget::Intercom;
use tower_widget_identity::{Identity, Secret, Viewer, Widgets};

type BoxError = Box<dyn Error + Send + Sync>;
type Answer = Response<BoxBody<Bytes, Infallible>>;

#[tokio::main]
async fn main() -> Result<(), BoxError> {
    let widgets = Widgets::builder()
        .widget(intercom()?)
        // For http://localhost only: remove this if the site is served over HTTPS.
        .plain_http(true)
        .build()?;

    let service = ServiceBuilder::new()
        // Outside our layer, so that the request says who is signed in before our layer reads it.
        .map_request(load_session)
        .layer(widgets.layer())
        .service(service_fn(move |request| route(widgets.clone(), request)));

    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port()?)).await?;
    println!("Open http://localhost:{}", listener.local_addr()?.port());
    loop {
        let stream = match listener.accept().await {
            Ok((stream, _)) => TokioIo::new(stream),
            Err(error) => {
                eprintln!("accept: {error}");
                // The process may have too many open files, which takes a while to pass.
                tokio::time::sleep(Duration::from_secs(1)).await;
                continue;
            }
        };
        let service = TowerToHyperService::new(service.clone());
        let connection = http1::Builder::new().timer(TokioTimer::new()).serve_connection(stream, service);
        tokio::spawn(async {
            if let Err(error) = connection.await {
                eprintln!("connection: {error}");
            }
        });
    }
}

fn port() -> Result<u16, BoxError> {
    let Ok(port) = env::var("PORT") else {
        return Ok(3000);
    };
    port.parse().map_err(|_| format!("PORT must be a number up to 65535, not {port:?}").into())
}

fn intercom() -> Result<Intercom, BoxError> {
    match (env::var("INTERCOM_APP_ID"), env::var("INTERCOM_SECRET")) {
        (Ok(app_id), Ok(secret)) => Ok(Intercom::new(app_id, Secret::new(secret)?)),
        (Err(_), Err(_)) => Ok(Intercom::new("demo-app", Secret::new("demo secret")?)),
        _ => Err("set both INTERCOM_APP_ID and INTERCOM_SECRET, or neither".into()),
    }
}

/// Sets who is signed in, as a session layer would.
///
/// A real application looks up the cookie's random value in its store here, and uses `Viewer::Unknown` if the store
/// fails. (If you must await the store, use `identify_async` on the builder.) Anyone can write this demo's cookie.
fn load_session(mut request: Request<Incoming>) -> Request<Incoming> {
    let person = || Identity::new("user-1").with_email("user-1@example.com").with_name("First User");
    let viewer = Viewer::from(has_session(request.headers()).then(person));
    request.extensions_mut().insert(viewer);
    request
}

fn has_session(headers: &HeaderMap) -> bool {
    let lines = headers.get_all(COOKIE).into_iter().filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split(';')).any(|cookie| cookie.trim() == "demo-session=signed-in")
}

/// Routes a request.
///
/// The logout layer has its own body type, which is boxed like that of the other responses.
async fn route(widgets: Widgets, request: Request<Incoming>) -> Result<Answer, Infallible> {
    let answer = match (request.method().as_str(), request.uri().path()) {
        ("GET" | "HEAD", "/") => home(&request),
        ("POST", "/login") => to_home("demo-session=signed-in; Path=/; HttpOnly; SameSite=Lax"),
        ("POST", "/logout") => {
            let logout = ServiceBuilder::new().layer(widgets.logout_layer()).service_fn(logout);
            logout.oneshot(request).await?.map(BodyExt::boxed)
        }
        (_, "/") => answer(StatusCode::METHOD_NOT_ALLOWED, [(ALLOW, "GET, HEAD")], ""),
        (_, "/login" | "/logout") => answer(StatusCode::METHOD_NOT_ALLOWED, [(ALLOW, "POST")], ""),
        _ => page(StatusCode::NOT_FOUND, "<p>There is no such page.</p>"),
    };
    Ok(answer)
}

fn home(request: &Request<Incoming>) -> Answer {
    let content = match request.extensions().get() {
        Some(Viewer::SignedIn(_)) => {
            "<p>You are signed in.</p><form method=\"post\" action=\"/logout\"><button>Log out</button></form>"
        }
        _ => "<p>You are not signed in.</p><form method=\"post\" action=\"/login\"><button>Log in</button></form>",
    };
    page(StatusCode::OK, content)
}

/// Ends the application's own session, as before; the layer around it ends the widget's session.
async fn logout(_request: Request<Incoming>) -> Result<Answer, Infallible> {
    Ok(to_home("demo-session=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0"))
}

fn to_home(cookie: &'static str) -> Answer {
    answer(StatusCode::SEE_OTHER, [(LOCATION, "/"), (SET_COOKIE, cookie)], "")
}

fn page(status: StatusCode, content: &str) -> Answer {
    let head = "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<title>Widgets with hyper</title>";
    let html = format!("{head}\n<h1>Widgets with hyper</h1>\n{content}\n</html>\n");
    answer(status, [(CONTENT_TYPE, "text/html; charset=utf-8")], html)
}

fn answer<const N: usize>(
    status: StatusCode,
    headers: [(HeaderName, &'static str); N],
    body: impl Into<Bytes>,
) -> Answer {
    let mut answer = Response::new(Full::new(body.into()).boxed());
    *answer.status_mut() = status;
    answer.headers_mut().extend(headers.map(|(name, value)| (name, HeaderValue::from_static(value))));
    answer
}
