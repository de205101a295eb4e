//! The reverse proxy in front of an application in Python, one request at a time.

use std::io::Write;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::support::http::{Connection, NAVIGATION, Response, get, send};
use crate::support::process::{Process, example};
use crate::support::{FP_1, MARKER, SECRET, cut, snippet, verify};

pub(crate) const FLAG: &str = "--identity-headers";
const USER: (&str, &str) = ("X-Auth-Request-User", "user-1");

/// The application and the proxy in front of it.
pub(crate) struct Stand {
    // This order matters: the proxy is dropped first.
    pub(crate) proxy: Process,
    pub(crate) app: Process,
}

impl Stand {
    pub(crate) fn new(options: &[&str]) -> Self {
        let app = application();
        Self { proxy: proxy(app.port, options), app }
    }

    fn get(&self, path: &str, headers: &[(&str, &str)]) -> Response {
        get(self.proxy.port, path, headers)
    }

    fn page(&self, path: &str, headers: &[(&str, &str)]) -> Response {
        self.get(path, &[&NAVIGATION, headers].concat())
    }

    /// The application's view of a request with these headers.
    fn seen(&self, headers: &[(&str, &str)]) -> Seen {
        Seen::read(&self.get("/echo", headers))
    }
}

pub(crate) fn application() -> Process {
    let mut python = Command::new("python3");
    python.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/apps/app.py"));
    Process::start(python, "port ")
}

pub(crate) fn proxy(upstream: u16, options: &[&str]) -> Process {
    let mut command = example("reverse_proxy");
    command.args(["--listen", "127.0.0.1:0", "--upstream", &format!("http://127.0.0.1:{upstream}")]).args(options);
    command.env("INTERCOM_APP_ID", "abcd1234").env("INTERCOM_SECRET", SECRET);
    command.env("ZENDESK_KEY", " ").env("ZENDESK_CHAT_SECRET", "");
    Process::start(command, "Listening on http://127.0.0.1:")
}

/// A request as the application saw it.
struct Seen(Value);

impl Seen {
    fn read(response: &Response) -> Self {
        assert_eq!(response.status, 200, "{response:?}");
        Self(serde_json::from_slice(&response.body).expect("JSON"))
    }

    fn all(&self, name: &str) -> Vec<&str> {
        let pairs = self.0["headers"].as_array().expect("pairs").iter();
        pairs.filter(|pair| pair[0] == name).filter_map(|pair| pair[1].as_str()).collect()
    }
}

/// Decompresses with Python, because this crate has no gzip.
pub(crate) fn gunzip(bytes: &[u8]) -> String {
    let code = "import sys, zlib; sys.stdout.buffer.write(zlib.decompressobj(31).decompress(sys.stdin.buffer.read()))";
    let mut python = Command::new("python3")
        .args(["-c", code])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("python3 runs");
    python.stdin.take().expect("it is piped").write_all(bytes).expect("it reads");
    let output = python.wait_with_output().expect("its output");
    assert!(output.status.success(), "not gzip: {bytes:?}");
    String::from_utf8(output.stdout).expect("text")
}

#[test]
#[ignore = "needs python3"]
fn headers_for_one_hop_go_no_further() {
    let stand = Stand::new(&[]);
    let seen = stand.seen(&[
        ("Connection", "keep-alive, X-Private"),
        ("connection", "x-second ,, ,close"),
        ("X-Private", "1"),
        ("X-Second", "2"),
        ("X-Second", "3"),
        ("Keep-Alive", "timeout=5"),
        ("Proxy-Connection", "keep-alive"),
        ("Proxy-Authorization", "Basic abc"),
        ("TE", "gzip"),
        ("Upgrade", "h2c"),
        ("X-End", "to the end"),
    ]);
    let gone = ["x-private", "x-second", "keep-alive", "proxy-connection", "proxy-authorization", "te", "upgrade"];
    for name in gone.into_iter().chain(["connection", "transfer-encoding"]) {
        assert_eq!(seen.all(name), <[&str; 0]>::default(), "{name}");
    }
    assert_eq!(seen.all("x-end"), ["to the end"]);

    let back = stand.get("/echo", &[]);
    for name in ["connection", "keep-alive", "x-hop", "proxy-authenticate", "transfer-encoding"] {
        assert_eq!(back.all(name), <[&str; 0]>::default(), "{name}");
    }
    assert_eq!(back.header("x-end"), Some("to everybody"));
    assert_eq!(back.all("set-cookie"), ["a=1", "b=2"]);
}

#[test]
#[ignore = "needs python3"]
fn the_host_stays_and_connection_cannot_take_it_away() {
    let stand = Stand::new(&[]);
    assert_eq!(stand.seen(&[("Host", "shop.example:8443")]).all("host"), ["shop.example:8443"]);
    assert_eq!(stand.seen(&[("Host", "shop.example"), ("Connection", "Host")]).all("host"), ["shop.example"]);
    let seen = Seen::read(&send(stand.proxy.port, "GET", "http://other.example/echo?a=%2f&b", &[], ""));
    assert_eq!(seen.all("host"), ["other.example"], "the request line says which host is meant");
    assert_eq!(seen.0["target"], "/echo?a=%2f&b", "as it was written");
    let upstream = format!("127.0.0.1:{}", stand.app.port);
    assert_ne!(seen.all("host"), [upstream.as_str()]);
}

#[test]
#[ignore = "needs python3"]
fn requests_that_cannot_be_passed_on_are_refused() {
    let stand = Stand::new(&[]);
    for (request, status) in [
        ("GET /echo HTTP/1.1\r\n\r\n", 400),
        ("GET /echo HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400),
        ("CONNECT 127.0.0.1:22 HTTP/1.1\r\nHost: 127.0.0.1:22\r\n\r\n", 405),
        ("GET /echo HTTP/1.0\r\n\r\n", 200),
    ] {
        let mut connection = Connection::open(stand.proxy.port);
        connection.write(request);
        assert_eq!(connection.head().status, status, "{request:?}");
    }
}

#[test]
#[ignore = "needs python3"]
fn forwarding_headers_are_rebuilt() {
    let claims = [
        ("Host", "app.test"),
        ("X-Forwarded-For", "203.0.113.7"),
        ("X-Forwarded-For", "198.51.100.1"),
        ("X-Forwarded-Proto", "https"),
        ("X-Forwarded-Host", "shop.example"),
        ("X-Forwarded-Port", "443"),
        ("Forwarded", "for=203.0.113.7;proto=https"),
    ];
    let own = "for=127.0.0.1;host=\"app.test\";proto=http";

    let seen = Stand::new(&[]).seen(&claims);
    assert_eq!(seen.all("x-forwarded-for"), ["127.0.0.1"], "there is no trusted proxy in front");
    assert_eq!(seen.all("x-forwarded-proto"), ["http"]);
    assert_eq!(seen.all("x-forwarded-host"), ["app.test"]);
    assert_eq!(seen.all("x-forwarded-port"), <[&str; 0]>::default());
    assert_eq!(seen.all("forwarded"), [own]);

    let stand = Stand::new(&[FLAG]);
    let seen = stand.seen(&claims);
    assert_eq!(seen.all("x-forwarded-for"), ["203.0.113.7, 198.51.100.1, 127.0.0.1"]);
    assert_eq!(seen.all("x-forwarded-proto"), ["https"]);
    assert_eq!(seen.all("x-forwarded-host"), ["shop.example"]);
    assert_eq!(seen.all("x-forwarded-port"), ["443"]);
    assert_eq!(seen.all("forwarded"), [format!("for=203.0.113.7;proto=https, {own}")]);

    let seen = stand.seen(&[("Host", "app.test"), ("Connection", "X-Forwarded-For, Forwarded")]);
    assert_eq!(seen.all("x-forwarded-for"), ["127.0.0.1"], "these are for the end, whatever Connection says");
    assert_eq!(seen.all("forwarded"), [own]);
}

#[test]
#[ignore = "needs python3"]
fn pages_are_asked_for_as_plain_text_and_nothing_else() {
    let stand = Stand::new(&[]);
    let encoding = ("Accept-Encoding", "gzip, br;q=0.9");
    let unchanged = "gzip, br;q=0.9";
    for (headers, expected) in [
        (vec![("Sec-Fetch-Dest", "document")], "identity"),
        (vec![("Sec-Fetch-Dest", "empty"), ("Sec-Fetch-Mode", "navigate")], "identity"),
        (vec![("Accept", "text/html,*/*;q=0.8")], "identity"),
        (vec![("Accept", "application/xhtml+xml, TEXT/HTML;q=0.9")], "identity"),
        (vec![("Accept", "*/*")], unchanged),
        (vec![("Accept", "image/avif,image/webp,*/*")], unchanged),
        (vec![("Accept", "application/json")], unchanged),
        (vec![("Sec-Fetch-Dest", "script"), ("Accept", "*/*")], unchanged),
        (vec![], unchanged),
    ] {
        let seen = stand.seen_plain(&[headers.as_slice(), &[encoding]].concat());
        assert_eq!(seen.all("accept-encoding"), [expected], "{headers:?}");
    }
    let asset = stand.get("/style.css", &[("Accept", "text/css,*/*"), ("Accept-Encoding", "gzip")]);
    assert_eq!(asset.header("content-encoding"), Some("gzip"), "by the application");
    assert!(asset.header("content-length").is_some(), "and passed on as it was");
    assert!(gunzip(&asset.body).starts_with("body {"));
}

impl Stand {
    /// As `seen`, also for a compressed response.
    fn seen_plain(&self, headers: &[(&str, &str)]) -> Seen {
        let mut response = self.get("/echo", headers);
        if response.header("content-encoding") == Some("gzip") {
            response.body = gunzip(&response.body).into_bytes();
        }
        Seen::read(&response)
    }
}

fn gzipped_length(bytes: &[u8]) -> usize {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    std::io::Write::write_all(&mut gzip, bytes).unwrap();
    gzip.finish().unwrap().len()
}

#[test]
#[ignore = "needs python3"]
fn pages_are_compressed_again_with_the_snippet_in_them() {
    let stand = Stand::new(&[FLAG]);
    let plain = stand.page("/", &[USER]);
    assert_eq!(plain.header("content-encoding"), None, "the client did not ask for it");
    assert!(plain.text().contains("data-widget="));

    let page = stand.page("/", &[USER, ("Accept-Encoding", "br, gzip")]);
    assert_eq!(page.header("content-encoding"), Some("gzip"));
    assert!(page.all("vary").iter().any(|vary| vary.eq_ignore_ascii_case("accept-encoding")), "{page:?}");
    // The scripts are minified, so the test compares with gzip's own result.
    let expected = gzipped_length(&plain.body);
    assert!(page.body.len() < expected * 11 / 10 && expected < plain.body.len(), "{} of {expected}", page.body.len());
    let text = gunzip(&page.body);
    assert!(text.contains("data-widget=") && text.contains("My notes"), "{text}");

    let visitors = stand.page("/", &[("Accept-Encoding", "gzip")]);
    assert_eq!(visitors.header("etag"), Some("W/\"notes-1\""), "other bytes, the same page");
    assert_eq!(visitors.header("content-digest"), None, "of the bytes before");
    let visitors = stand.page("/", &[]);
    assert_eq!(visitors.header("etag"), Some("\"notes-1\""));
    assert!(visitors.header("content-digest").is_some(), "the application's own bytes");

    let stubborn = stand.page("/encoded", &[USER, ("Accept-Encoding", "gzip")]);
    assert_eq!(stubborn.header("etag"), Some("\"mine\""), "compressed by the application, whatever was asked for");
    assert!(gunzip(&stubborn.body).starts_with("<!doctype html>"), "once");
}

/// What a page does to the widget.
#[derive(Debug, PartialEq)]
enum Effect {
    Untouched,
    /// The claims of the token.
    Boots(Value),
    ShutsDown,
}

fn effect(page: &Response) -> Effect {
    assert_eq!(page.status, 200);
    if !page.text().contains("data-widget=") {
        return Effect::Untouched;
    }
    let (before, element, _) = cut(page.text());
    assert!(before.ends_with("<head>"), "{before}");
    assert_eq!(page.header("cache-control"), Some("private, no-store"));
    let data = snippet(element);
    match data["people"]["intercom"]["intercom_user_jwt"].as_str() {
        Some(token) => {
            let mut claims = verify(SECRET, token).expect("a signed token").claims;
            claims.as_object_mut().expect("claims").retain(|name, _| name != "exp" && name != "iat");
            Effect::Boots(claims)
        }
        None => Effect::ShutsDown,
    }
}

#[test]
#[ignore = "needs python3"]
fn identity_headers_name_the_user() {
    let stand = Stand::new(&[FLAG]);
    let user = |id: &'static str| ("X-Auth-Request-User", id);
    let email = ("X-Auth-Request-Email", "user-1@example.com");
    let name = ("X-Auth-Request-Preferred-Username", "User One");
    let held = format!("{MARKER}={FP_1}");
    let marker = ("Cookie", held.as_str());
    let boots = |claims: Value| Effect::Boots(claims);
    for (headers, expected) in [
        (vec![], Effect::Untouched),
        (vec![marker], Effect::ShutsDown),
        (vec![user("user-1")], boots(serde_json::json!({ "user_id": "user-1" }))),
        (
            vec![user("user-1"), email, name, marker],
            boots(serde_json::json!({ "user_id": "user-1", "email": "user-1@example.com", "name": "User One" })),
        ),
        // A blank id names no user.
        (vec![user("  "), email, marker], Effect::ShutsDown),
        (vec![email, name], Effect::Untouched),
        // The client itself may have sent one of the two, so the viewer is unknown and nothing happens.
        (vec![user("user-1"), user("user-2")], Effect::Untouched),
        (vec![user("user-1"), user("user-1"), marker], Effect::Untouched),
        (vec![user("user-1"), email, email], boots(serde_json::json!({ "user_id": "user-1" }))),
        // Other names are other headers.
        (vec![("X_Auth_Request_User", "user-1")], Effect::Untouched),
        (vec![("X-Forwarded-User", "user-1")], Effect::Untouched),
    ] {
        assert_eq!(effect(&stand.page("/", &headers)), expected, "{headers:?}");
    }
    let markup = stand.page("/", &[user("</script><b>'\"&\u{e9}")]);
    let Effect::Boots(claims) = effect(&markup) else { panic!("{markup:?}") };
    assert_eq!(claims["user_id"], "</script><b>'\"&\u{e9}");
    assert_eq!(stand.seen(&[USER, email]).all("x-auth-request-user"), ["user-1"], "the application needs it too");
}

/// Applications with CGI, WSGI or Rack read headers as variables in which `-` and `_` are the same, and with some
/// servers any other character, too. Some also read trailers as headers.
#[test]
#[ignore = "needs python3"]
fn only_the_identity_headers_themselves_reach_the_application() {
    for flags in [&[FLAG][..], &[]] {
        let stand = Stand::new(flags);
        let look_alikes = [
            "X_Auth_Request_User",
            "x-auth_request-user",
            "X.Auth.Request.User",
            "x_auth_request_email",
            "x~auth~request~groups",
        ];
        let sent: Vec<_> = look_alikes.iter().map(|name| (*name, "admin")).chain([USER, ("X_Other", "kept")]).collect();
        let seen = stand.seen(&sent);
        for name in look_alikes {
            assert_eq!(seen.all(&name.to_ascii_lowercase()), <[&str; 0]>::default(), "{name} {flags:?}");
        }
        assert_eq!((seen.all("x-auth-request-user"), seen.all("x_other")), (vec!["user-1"], vec!["kept"]));

        let mut connection = Connection::open(stand.proxy.port);
        connection.write(
            "POST /echo HTTP/1.1\r\nHost: a\r\nX-Auth-Request-User: user-1\r\nTransfer-Encoding: chunked\r\n\
             Trailer: X-Sum, x-auth-request-user\r\nTrailer: X_Auth_Request_Email\r\n\r\n3\r\nabc\r\n0\r\n\
             X-Sum: 5\r\nX-Auth-Request-User: admin\r\nX_Auth_Request_Email: admin@example.com\r\n\r\n",
        );
        let seen = Seen::read(&connection.response(false));
        assert_eq!(seen.0["trailers"].to_string(), "[[\"x-sum\",\"5\"]]", "{flags:?}");
        assert_eq!(seen.all("trailer"), ["X-Sum"], "{flags:?}");
        assert_eq!(seen.all("x-auth-request-user"), ["user-1"], "{flags:?}");
    }
}

#[test]
#[ignore = "needs python3"]
fn connection_does_not_drop_the_identity_headers() {
    let stand = Stand::new(&[FLAG]);
    let email = ("X-Auth-Request-Email", "user-1@example.com");
    let seen = stand.seen(&[
        USER,
        email,
        ("Connection", "X-Auth-Request-User, x-auth-request-email, x-other"),
        ("X-Other", "1"),
    ]);
    assert_eq!(seen.all("x-auth-request-user"), ["user-1"]);
    assert_eq!(seen.all("x-auth-request-email"), ["user-1@example.com"]);
    assert_eq!(seen.all("x-other"), <[&str; 0]>::default(), "for this hop alone");
}

#[test]
#[ignore = "needs python3"]
fn identity_headers_are_ignored_without_the_flag() {
    let mut stand = Stand::new(&["--logout-path", "/logout"]);
    let held = format!("{MARKER}={FP_1}");
    for headers in [vec![], vec![USER], vec![USER, ("Cookie", &held)], vec![("Cookie", &held)]] {
        assert_eq!(effect(&stand.page("/", &headers)), Effect::Untouched, "{headers:?}");
        assert_eq!(stand.get("/widget-token/intercom", &headers).status, 503, "{headers:?}");
    }
    let direct = get(stand.app.port, "/", &[&NAVIGATION[..], &[USER]].concat());
    assert_eq!(stand.page("/", &[USER]).body, direct.body, "the page is the application's");
    let logout = send(stand.proxy.port, "POST", "/logout", &[("Cookie", &held)], "");
    assert!(sets_out(&logout), "a logout is known all the same: {logout:?}");
    assert!(
        !sets_out(&send(stand.proxy.port, "POST", "/logout", &[], "")),
        "no session, and the application does not say that there was one"
    );
    let errors = stand.proxy.errors();
    assert!(errors.contains("does not know who is signed in") && !errors.contains("warning"), "{errors}");
}

fn sets_out(response: &Response) -> bool {
    response.all("set-cookie").iter().any(|cookie| cookie.starts_with(&format!("{MARKER}=out;")))
}

#[test]
#[ignore = "needs python3"]
fn logout_paths_end_the_session() {
    let stand = Stand::new(&[FLAG, "--logout-path", "/logout", "--logout-path=/log/out"]);
    for (method, path, expected) in [
        ("POST", "/logout", true),
        ("POST", "/log/out", true),
        ("POST", "/logout?fetch", true),
        // A GET that redirects is a logout.
        ("GET", "/logout", true),
        ("POST", "/logout?fail", false),
        ("HEAD", "/logout", false),
        ("POST", "/logout/", false),
        ("POST", "/echo/logout", false),
        ("POST", "/", false),
    ] {
        let answer = send(stand.proxy.port, method, path, &[USER, ("Cookie", "intercom-session-abcd1234=x")], "");
        assert_eq!(sets_out(&answer), expected, "{method} {path}: {answer:?}");
        let purged = answer.all("set-cookie").iter().any(|cookie| cookie.starts_with("intercom-session-abcd1234=;"));
        assert_eq!(purged, expected, "{method} {path}: {answer:?}");
    }
    let redirect = send(stand.proxy.port, "POST", "/logout", &[USER], "");
    assert_eq!((redirect.status, redirect.header("location")), (303, Some("/oauth2/sign_out")));
}

#[test]
#[ignore = "needs python3"]
fn the_token_path_belongs_to_the_widgets() {
    let stand = Stand::new(&[FLAG]);
    let token = stand.get("/widget-token/intercom", &[USER]);
    assert_eq!(token.status, 200, "{token:?}");
    assert_eq!(verify(SECRET, token.text()).expect("a token").claims["user_id"], "user-1");
    assert_eq!(token.header("cache-control"), Some("no-store"));
    for (path, headers, status) in [
        ("/widget-token/intercom", vec![], 401),
        ("/widget-token/intercom", vec![USER, USER], 503),
        ("/widget-token/intercom", vec![USER, ("Sec-Fetch-Site", "cross-site")], 403),
        ("/widget-token/zendesk-chat", vec![USER], 404),
    ] {
        let answer = stand.get(path, &headers);
        assert_eq!(answer.status, status, "{path} {headers:?}");
        assert_eq!(answer.header("server"), None, "not by the application");
    }
    assert!(stand.get("/widget-tokens", &[]).header("server").is_some(), "by the application");
}

#[test]
#[ignore = "needs python3"]
fn bodies_and_trailers_arrive_as_they_were_sent() {
    let stand = Stand::new(&[]);
    let chunked = "Transfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\nX-Sum: 5\r\n\r\n";
    for (request, body, trailers) in [
        ("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nabcde".to_owned(), "abcde", "[]"),
        (format!("POST /echo HTTP/1.1\r\nHost: a\r\n{chunked}"), "abcde", "[[\"x-sum\",\"5\"]]"),
        (format!("PUT /echo HTTP/1.1\r\nHost: a\r\n{chunked}"), "abcde", "[[\"x-sum\",\"5\"]]"),
        // Unusual, but the proxy must not drop it.
        (format!("GET /echo HTTP/1.1\r\nHost: a\r\n{chunked}"), "abcde", "[[\"x-sum\",\"5\"]]"),
        (format!("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n{chunked}"), "abcde", "[[\"x-sum\",\"5\"]]"),
        ("GET /echo HTTP/1.1\r\nHost: a\r\n\r\n".to_owned(), "", "[]"),
    ] {
        let mut connection = Connection::open(stand.proxy.port);
        connection.write(&request);
        let seen = Seen::read(&connection.response(false));
        assert_eq!(seen.0["body"], body, "{request:?}");
        assert_eq!(seen.0["trailers"].to_string(), trailers, "{request:?}");
    }
    let mut seen = stand.seen(&[("TE", "trailers, deflate;q=0.5"), ("Connection", "TE, close")]);
    assert_eq!((seen.all("te"), seen.all("connection")), (vec!["trailers"], vec!["te"]), "the proxy keeps trailers");
    seen = stand.seen(&[("Expect", "nothing special")]);
    assert_eq!(seen.all("expect"), ["nothing special"]);

    let head = send(stand.proxy.port, "HEAD", "/style.css", &[], "");
    let length = get(stand.app.port, "/style.css", &[]).body.len().to_string();
    assert_eq!(head.header("content-length"), Some(length.as_str()));
}

#[test]
fn an_application_that_is_down_is_a_bad_gateway() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("bound").port();
    let mut proxy = proxy(free, &[FLAG, "--logout-path", "/logout"]);
    for (method, path) in [("GET", "/"), ("POST", "/logout")] {
        let answer = send(proxy.port, method, path, &[&NAVIGATION[..], &[USER, ("Cookie", "a=1")]].concat(), "");
        assert_eq!(answer.status, 502);
        assert_eq!(answer.header("content-type"), Some("text/html; charset=utf-8"));
        assert!(answer.text().contains("The application does not respond"), "{}", answer.text());
        assert!(!sets_out(&answer), "no user was signed out");
        assert!(!answer.text().contains(&free.to_string()), "nothing about the inside");
    }
    assert_eq!(get(proxy.port, "/widget-token/intercom", &[USER]).status, 200, "the widgets do not need it");
    let errors = proxy.errors();
    assert!(errors.contains("the application does not respond") && errors.contains("refused"), "{errors}");
    assert!(!errors.contains(SECRET) && !errors.contains("user-1"), "{errors}");
}

#[test]
#[ignore = "needs python3"]
fn response_that_breaks_off_is_not_completed() {
    let stand = Stand::new(&[]);
    let mut connection = Connection::open(stand.proxy.port);
    connection.write("GET /cut HTTP/1.1\r\nHost: a\r\n\r\n");
    let head = connection.head();
    assert_eq!(head.header("content-length"), Some("1000"));
    assert_eq!(connection.rest(), b"only this");
}
