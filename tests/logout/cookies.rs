//! What the response to a logout expires: the vendors' cookies that the request carried, in a head that stays small.
//! And which requests end no session.

use std::convert::Infallible;

use axum::body::Body;
use futures::executor::block_on;
use http::{HeaderMap, Request, Response, header::SET_COOKIE, request};
use http_body_util::BodyExt;
use tower::{Layer, ServiceExt, service_fn};
use tower_widget_identity::{Identity, Outcome, Viewer, Widgets, widget::Gist};

use crate::support::{MARKER, builder, secret, widgets};

const OWN: &str = "https://app.test";

/// nginx's smallest default buffer for an upstream's response head is one memory page:
/// <https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_buffer_size>.
const SMALLEST_PROXY_BUFFER: usize = 4096;

fn post(host: &str, cookie: &str) -> request::Builder {
    Request::post("/logout").header("host", host).header("cookie", cookie)
}

fn sign_out(widgets: &Widgets, request: request::Builder) -> HeaderMap {
    answered(widgets, request, None)
}

/// The headers of the response, when the handler reports this viewer.
fn answered(widgets: &Widgets, request: request::Builder, said: Option<Viewer>) -> HeaderMap {
    let service = service_fn(|_: Request<()>| {
        let mut redirect = Response::builder().status(303).header("location", "/").body(String::new()).unwrap();
        if let Some(said) = said.clone() {
            redirect.extensions_mut().insert(said);
        }
        std::future::ready(Ok::<_, Infallible>(redirect))
    });
    let response = block_on(widgets.logout_layer().layer(service).oneshot(request.body(()).unwrap())).unwrap();
    response.into_parts().0.headers
}

fn lines(headers: &HeaderMap) -> Vec<&str> {
    headers.get_all(SET_COOKIE).iter().map(|line| line.to_str().unwrap()).collect()
}

/// The bytes of a head as HTTP/1 writes it, with a status line.
fn wire_length(headers: &HeaderMap) -> usize {
    let fields = headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 4);
    "HTTP/1.1 303 See Other\r\n\r\n".len() + fields.sum::<usize>()
}

fn with_gist() -> Widgets {
    builder().widget(Gist::new("gist-app", secret("gist secret"))).marker_name(MARKER).build().unwrap()
}

fn tossed(count: usize) -> String {
    (0..count).map(|number| format!("gist-{number}=x")).collect::<Vec<_>>().join("; ")
}

#[test]
fn tossed_cookies_do_not_make_headers_too_large_for_proxies() {
    for (host, count) in [("www.app.test", 20), ("a.b.c.d.e.f.g.app.test", 20), ("a.b.c.d.e.f.g.app.test", 39_000)] {
        let headers = sign_out(&with_gist(), post(host, &tossed(count)));
        let length = wire_length(&headers);
        assert!(length < SMALLEST_PROXY_BUFFER * 2 / 3, "{host}, {count} cookies: {length} bytes");
        assert!(lines(&headers).len() > 5, "{host}, {count} cookies");
    }
}

#[test]
fn exact_names_are_expired_before_those_of_a_pattern() {
    let exact = ["intercom-session-abcd1234", "intercom-id-abcd1234", "intercom-device-id-abcd1234"];
    let own = exact.map(|name| format!("{name}=1")).join("; ");
    for cookie in [format!("{own}; {}", tossed(500)), format!("{}; {own}", tossed(500))] {
        let headers = sign_out(&with_gist(), post("customer.app.example.test", &cookie));
        for name in exact {
            for scope in
                ["", "; Domain=customer.app.example.test", "; Domain=app.example.test", "; Domain=example.test"]
            {
                let line = format!("{name}=; Path=/; Max-Age=0{scope}");
                assert!(lines(&headers).contains(&line.as_str()), "{line}");
            }
        }
    }
}

#[test]
fn choice_among_too_many_cookies_does_not_depend_on_their_order() {
    let names: Vec<_> = (0..50).map(|number| format!("gist-{number}=x")).collect();
    let backwards: Vec<_> = names.iter().rev().cloned().collect();
    let [one, other] = [names, backwards].map(|names| sign_out(&with_gist(), post("app.test", &names.join("; "))));
    // The two lines before them are the marker and the `-kept` cookie, whose value is random.
    assert_eq!(lines(&one)[2..], lines(&other)[2..]);
    assert!(lines(&one).len() > 10);
}

#[test]
fn long_name_does_not_take_the_place_of_the_others() {
    let long = "a".repeat(4000);
    let headers = sign_out(&with_gist(), post("app.test", &format!("gist-{long}=1; gist-b=2")));
    assert_eq!(lines(&headers)[2..], ["gist-b=; Path=/; Max-Age=0", "gist-b=; Path=/; Max-Age=0; Domain=app.test"]);
}

// ---- forms of other sites -------------------------------------------------------------------------------------------

const CROSS_SITE: (&str, &str) = ("sec-fetch-site", "cross-site");
const FOREIGN: (&str, &str) = ("origin", "https://evil.test");

fn sent(headers: &[(&str, &str)]) -> request::Builder {
    let request = Request::post("/logout").header("host", "app.test");
    headers.iter().fold(request, |request, (name, value)| request.header(*name, *value))
}

/// Browsers send no `SameSite=Lax` cookie with such a form, so the application ends no session either.
#[test]
fn form_of_another_site_without_a_session_ends_none() {
    for headers in [
        vec![CROSS_SITE],
        vec![CROSS_SITE, ("sec-fetch-dest", "document")],
        vec![("sec-fetch-site", "same-site")],
        vec![FOREIGN],
        vec![("origin", "null")],
        vec![CROSS_SITE, ("cookie", "sid=1; theme=dark")],
    ] {
        for said in [None, Some(Viewer::SignedOut)] {
            assert!(lines(&answered(&widgets(), sent(&headers), said)).is_empty(), "{headers:?}");
        }
    }
}

#[test]
fn form_of_another_site_with_a_session_ends_it() {
    let (marker, kept) = (format!("{MARKER}=out"), format!("{MARKER}-kept=1"));
    for cookie in [marker.as_str(), &kept, "intercom-session-abcd1234=1", "sid=1; intercom-device-id-abcd1234=1"] {
        for sender in [CROSS_SITE, FOREIGN] {
            let headers = sign_out(&widgets(), sent(&[sender, ("cookie", cookie)]));
            assert!(lines(&headers)[0].starts_with(&format!("{MARKER}=out;")), "{sender:?} {cookie}");
        }
    }
}

/// On a route that also handles the login, each attempt to sign in is such a request.
#[test]
fn own_form_without_a_session_ends_one_only_if_the_application_confirms_it() {
    for headers in
        [vec![], vec![("sec-fetch-site", "same-origin")], vec![("sec-fetch-site", "none")], vec![("origin", OWN)]]
    {
        assert!(lines(&sign_out(&widgets(), sent(&headers))).is_empty(), "{headers:?}");
        let headers = answered(&widgets(), sent(&headers), Some(Viewer::SignedOut));
        assert!(lines(&headers)[0].starts_with(&format!("{MARKER}=out;")), "{headers:?}");
    }
}

/// The application may identify the session by a cookie of its own that forms of other sites carry. Then it did sign
/// the user out, and a snapshot from before must not put a token into the response.
#[test]
fn response_to_a_form_of_another_site_is_the_page_of_a_signed_out_visitor() {
    let snapshot = builder().identify(|_| Some(Identity::new("user-1"))).build().unwrap();
    let page = service_fn(async |_: Request<()>| {
        let page = Response::builder().header("content-type", "text/html");
        Ok::<_, Infallible>(page.body(String::from("<!doctype html><title>Bye</title>")).unwrap())
    });
    let request = || sent(&[CROSS_SITE, ("sec-fetch-dest", "document")]).body(()).unwrap();
    let inside = block_on(snapshot.layer().layer(snapshot.logout_layer().layer(page)).oneshot(request())).unwrap();
    let outside = block_on(snapshot.logout_layer().layer(snapshot.layer().layer(page)).oneshot(request())).unwrap();
    let alone = block_on(snapshot.logout_layer().layer(page).oneshot(request())).unwrap();
    let read = |body| String::from_utf8(block_on(BodyExt::collect(body)).unwrap().to_bytes().to_vec()).unwrap();
    for (name, head, body) in [
        {
            let (head, body) = inside.into_parts();
            ("inside", head, read(Body::new(body)))
        },
        {
            let (head, body) = outside.into_parts();
            ("outside", head, read(Body::new(body)))
        },
        {
            let (head, body) = alone.into_parts();
            ("alone", head, read(Body::new(body)))
        },
    ] {
        assert_eq!(body, "<!doctype html><title>Bye</title>", "{name}");
        assert!(lines(&head.headers).is_empty(), "{name}");
        assert!(matches!(head.extensions.get(), Some(Viewer::SignedOut)), "{name}");
        assert_eq!(head.extensions.get().map(Outcome::as_str), Some("no-session"), "{name}");
    }
}
