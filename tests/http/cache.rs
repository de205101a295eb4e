//! A real cache in front: two users and a signed-out visitor request the same cacheable pages from nginx.

use std::{net::SocketAddr, path::PathBuf, process::Stdio, time::Duration};

use axum::{Router, body::Body, response::Redirect, routing::post};
use http::{HeaderMap, Request, Response, StatusCode};
use tokio::{
    net::TcpStream,
    process::{Child, Command},
};
use tower_widget_identity::{Identity, Viewer};

use crate::support::{
    FP_1, FP_2, MARKER, SECRET, builder, cut, snippet,
    socket::{Answer, Client, Server, request},
    verify,
};

// ---- the application ------------------------------------------------------------------------------------------------

fn viewer(headers: &HeaderMap) -> Viewer {
    let cookies = headers.get("cookie").map(|value| value.to_str().unwrap()).unwrap_or_default();
    let person = cookies.split("; ").find_map(|pair| pair.strip_prefix("sid="));
    Viewer::from(person.map(|id| Identity::new(id).with_email(format!("{id}@example.com"))))
}

/// The bare page at a path. Below `/short` it is fresh for only a second; below `/vary` it has a `Vary` header.
fn bare(path: &str) -> String {
    format!("<!doctype html><html><head><title>{path}</title></head><body>Hello</body></html>")
}

/// A page with every header that makes a cache keep it: those for shared caches, nginx's own, and validators.
fn page(request: &Request<Body>) -> Response<Body> {
    let path = request.uri().path();
    let seconds = if path.starts_with("/short") { "1" } else { "60" };
    let mut response = Response::builder()
        .header("content-type", "text/html")
        // Before the others, because nginx obeys the first of them.
        .header("x-accel-expires", seconds)
        .header("cache-control", format!("public, max-age={seconds}, s-maxage={seconds}, stale-while-revalidate=60"))
        .header("expires", "Fri, 01 Jan 2100 00:00:00 GMT")
        .header("last-modified", "Sun, 01 Nov 2026 00:00:00 GMT")
        .header("etag", format!("\"{path}\""));
    if path.starts_with("/vary") {
        response = response.header("vary", "Cookie");
    }
    if ["if-none-match", "if-modified-since"].iter().any(|name| request.headers().contains_key(*name)) {
        return response.status(StatusCode::NOT_MODIFIED).body(Body::empty()).unwrap();
    }
    let page = bare(path);
    response.header("content-length", page.len()).body(page.into()).unwrap()
}

async fn application() -> Server {
    let widgets = builder().identify(|parts| viewer(&parts.headers)).token_path("/tokens").build().unwrap();
    let router = Router::new()
        .nest_service("/tokens", widgets.token_service())
        .route("/logout", post(async || Redirect::to("/")).layer(widgets.logout_layer()))
        .fallback(async |request: Request<Body>| page(&request));
    Server::http1(router.layer(widgets.layer())).await
}

// ---- nginx --------------------------------------------------------------------------------------------------------

/// A running nginx. When this is dropped, nginx ends and its files are removed.
struct Nginx {
    address: SocketAddr,
    directory: PathBuf,
    process: Child,
}

impl Drop for Nginx {
    fn drop(&mut self) {
        self.process.start_kill().ok();
        std::fs::remove_dir_all(&self.directory).ok();
    }
}

impl Nginx {
    async fn before(application: SocketAddr) -> Self {
        let address = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let directory = std::env::temp_dir().join(format!("widget-nginx-{}", address.port()));
        std::fs::create_dir_all(&directory).unwrap();
        let configuration = include_str!("nginx.conf")
            .replace("DIRECTORY", directory.to_str().unwrap())
            .replace("PORT", &address.port().to_string())
            .replace("APPLICATION", &application.to_string());
        let file = directory.join("nginx.conf");
        std::fs::write(&file, configuration).unwrap();
        let program = std::env::var("NGINX").unwrap_or_else(|_| "nginx".to_owned());
        let mut command = Command::new(program);
        command.arg("-p").arg(&directory).arg("-c").arg(&file).arg("-e").arg(directory.join("error.log"));
        let process = command.stdin(Stdio::null()).kill_on_drop(true).spawn().expect("nginx is installed");
        let nginx = Self { address, directory, process };
        for _ in 0..200 {
            if TcpStream::connect(address).await.is_ok() {
                return nginx;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("nginx listens: {}", std::fs::read_to_string(nginx.directory.join("error.log")).unwrap_or_default());
    }
}

// ---- two users and a signed-out visitor -----------------------------------------------------------------------------

#[derive(Clone, Copy)]
struct Asker {
    id: Option<&'static str>,
    fingerprint: &'static str,
}

/// What one client saw.
#[derive(Debug, Default)]
struct Seen {
    asked: usize,
    hits: usize,
    revalidated: usize,
    own: usize,
    shutdowns: usize,
}

impl Asker {
    /// The request with this number, from a fixed mixture.
    fn request(self, number: usize) -> (String, &'static str, &'static str) {
        const PATHS: [&str; 10] =
            ["/", "/vary/a", "/short/a", "/a", "/short/b", "/vary/b", "/b", "/tokens/intercom", "/vary/c", "/logout"];
        let path = PATHS[number % 10];
        let method = match number {
            _ if path == "/logout" => "POST",
            _ if number % 13 == 7 => "HEAD",
            _ => "GET",
        };
        let other = if self.fingerprint == FP_1 { FP_2 } else { FP_1 };
        let marker = match number / 10 % 4 {
            0 => String::new(),
            1 => format!("; {MARKER}={other}"),
            2 => format!("; {MARKER}=out"),
            _ if self.id.is_none() => String::new(),
            _ => format!("; {MARKER}={}", self.fingerprint),
        };
        let cookie = format!("{}{marker}", self.id.map(|id| format!("sid={id}")).unwrap_or_default());
        let cookie = cookie.trim_start_matches("; ");
        let mut headers = vec![("content-length", "0")];
        if !cookie.is_empty() {
            headers.push(("cookie", cookie));
        }
        match number % 17 {
            3 => headers.push(("range", "bytes=0-40")),
            5 => headers.push(("if-none-match", "\"/\"")),
            8 => headers.push(("if-modified-since", "Sun, 01 Nov 2026 00:00:00 GMT")),
            _ => {}
        }
        (request(method, path, &headers), method, path)
    }

    /// Asserts that the response is the page, and that it has nothing personal except this client's own data.
    fn judge(self, path: &str, answer: &Answer, seen: &mut Seen) {
        seen.asked += 1;
        seen.hits += usize::from(answer.header("x-cache") == Some("HIT"));
        seen.revalidated += usize::from(matches!(answer.header("x-cache"), Some("REVALIDATED" | "STALE")));
        let text = answer.page();
        for other in ["user-1", "user-2"].into_iter().filter(|other| Some(*other) != self.id) {
            assert!(!text.contains(other), "{path}: {text}");
        }
        if path == "/tokens/intercom" {
            match self.id {
                Some(id) if !text.is_empty() => seen.own += usize::from(is_token_of(id, &text)),
                _ => assert!(!text.contains("eyJ")),
            }
        } else if text.contains("data-widget") {
            self.judge_snippet(path, &text, seen);
            assert!(matches!(answer.header("x-cache"), Some("MISS" | "EXPIRED")), "{path}: cached");
            assert_eq!(answer.header("etag"), None);
        } else {
            // A part of the page, or no body, if the request asked for that.
            assert!(bare(path).starts_with(&text) && !text.contains("eyJ"), "{path}: {text}");
        }
    }

    fn judge_snippet(self, path: &str, text: &str, seen: &mut Seen) {
        let (before, element, after) = cut(text);
        assert_eq!(format!("{before}{after}"), bare(path));
        let data = snippet(element);
        match self.id {
            Some(id) => {
                assert_eq!(data["fp"], self.fingerprint);
                seen.own +=
                    usize::from(is_token_of(id, data["people"]["intercom"]["intercom_user_jwt"].as_str().unwrap()));
            }
            None => {
                assert_eq!((data["fp"].as_str(), text.contains("eyJ")), (Some(""), false));
                seen.shutdowns += 1;
            }
        }
    }

    async fn browse(self, proxy: SocketAddr, numbers: std::ops::Range<usize>) -> Seen {
        let mut seen = Seen::default();
        let mut client = Client::of(proxy).await;
        for number in numbers {
            let (request, method, path) = self.request(number);
            client.send(request.as_bytes()).await;
            let answer = client.answer(method == "HEAD").await;
            assert!(answer.whole && matches!(answer.status, 200 | 206 | 303 | 304 | 401), "{path} {}", answer.status);
            self.judge(path, &answer, &mut seen);
            if number % 30 == 29 {
                // The pages of `/short` are stale now.
                tokio::time::sleep(Duration::from_millis(1100)).await;
            }
        }
        seen
    }
}

fn is_token_of(id: &str, token: &str) -> bool {
    verify(SECRET, token).expect("a token with our signature").claims["user_id"] == id
}

#[tokio::test]
#[ignore = "needs nginx"]
async fn cache_in_front_serves_no_user_the_page_of_another() {
    let application = application().await;
    let nginx = Nginx::before(application.address).await;
    let asker = |id, fingerprint| Asker { id, fingerprint };
    let [first, second, visitor] = [asker(Some("user-1"), FP_1), asker(Some("user-2"), FP_2), asker(None, "")];
    let (first, second, visitor) = futures::join!(
        first.browse(nginx.address, 0..70),
        second.browse(nginx.address, 3..73),
        visitor.browse(nginx.address, 0..70),
    );
    eprintln!("user-1: {first:?}\nuser-2: {second:?}\nvisitor: {visitor:?}");
    assert!(first.asked + second.asked + visitor.asked >= 200);
    // Otherwise the test would prove nothing: pages are cached, and users do get their own data.
    assert!(visitor.hits >= 10 && visitor.shutdowns >= 5, "{visitor:?}");
    assert!(first.own >= 10 && second.own >= 10, "{first:?} {second:?}");
    assert!(first.revalidated + second.revalidated + visitor.revalidated >= 1);
}
