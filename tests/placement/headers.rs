//! Tokens in headers: for any user data, each is one valid line.

use std::convert::Infallible;

use bytes::Bytes;
use http::{Request, Response, header};
use http_body_util::Full;
use hyper_util::{rt::TokioIo, service::TowerToHyperService};
use proptest::{prelude::*, test_runner::Config};
use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};
use tower::{Layer, service_fn};
use tower_widget_identity::{Delivery, Identity, MAX_TOKEN_BYTES, Outcome, OutcomeKind, TokenError, Widgets};

use super::people::{HOSTILE, Person, megabytes, person};
use crate::support::{FP_1, SECRET, builder, verify};

fn widgets(identity: Identity) -> Widgets {
    builder().delivery(Delivery::Header).identify(move |_| Some(identity.clone())).build().unwrap()
}

/// The lines of the head as they go over the wire, and the outcome.
async fn head_on_the_wire(widgets: &Widgets) -> (Vec<String>, Outcome) {
    let (told, mut outcome) = tokio::sync::mpsc::unbounded_channel();
    let service = widgets.layer().layer(service_fn(async |_: Request<hyper::body::Incoming>| {
        Ok::<_, Infallible>(Response::new(Full::<Bytes>::from("{}")))
    }));
    let service = tower::ServiceExt::map_response(service, move |response: Response<_>| {
        told.send(response.extensions().get::<Outcome>().cloned()).unwrap();
        response
    });
    let (mut client, server) = duplex(64 * 1024);
    let connection = hyper::server::conn::http1::Builder::new()
        .serve_connection(TokioIo::new(server), TowerToHyperService::new(service));
    let request = "GET / HTTP/1.1\r\nhost: app.test\r\nsec-fetch-dest: empty\r\nsec-fetch-site: same-origin\r\n\
        connection: close\r\n\r\n";
    client.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    let (served, read) = tokio::join!(connection, client.read_to_end(&mut answer));
    served.unwrap();
    read.unwrap();
    let answer = String::from_utf8(answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert_eq!(body, "{}");
    (head.split("\r\n").map(str::to_owned).collect(), outcome.recv().await.flatten().unwrap())
}

/// Asserts that every line is an expected one, and that the token has the user's data, or that the outcome says why
/// there is none.
async fn check(person: &Person) {
    let widgets = widgets(person.identity());
    let (head, outcome) = head_on_the_wire(&widgets).await;
    let expected = widgets.mint("intercom", &person.identity());
    let mut names: Vec<_> = head[1..].iter().map(|line| line.split_once(": ").unwrap().0).collect();
    names.sort_unstable();
    let mut wanted = vec!["cache-control", "connection", "content-length", "date", "vary"];
    let value = |name: &str| head.iter().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
    match expected {
        Ok(token) => {
            assert_eq!((outcome.kind(), outcome.failures()), (OutcomeKind::Headers, &[][..]));
            wanted = vec!["cache-control", "connection", "content-length", "date", "set-cookie", "vary"];
            wanted.extend(["x-widget-page", "x-widget-token-intercom"]);
            assert!(value("set-cookie").unwrap().starts_with("__Host-widget-kept="));
            let sent = value("x-widget-token-intercom").unwrap();
            assert_eq!(sent, token.as_str());
            assert!(sent.len() <= MAX_TOKEN_BYTES);
            let claims = verify(SECRET, sent).unwrap().claims;
            let facts = person.facts();
            assert!(facts.iter().all(|(key, fact)| claims[key] == *fact), "{claims} for {facts:?}");
            assert_eq!(claims.as_object().unwrap().len(), facts.len() + 1, "and `exp`");
        }
        Err(refusal) => {
            assert_eq!(refusal, TokenError::TooLarge);
            assert_eq!(outcome.as_str(), "no-token");
            assert_eq!(outcome.failures()[0].error(), TokenError::TooLarge);
            wanted.retain(|name| !["cache-control", "vary"].contains(name));
        }
    }
    assert_eq!(names, wanted);
}

fn run(person: &Person) {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(check(person));
}

proptest! {
    #![proptest_config(Config { cases: 300, failure_persistence: None, ..Config::default() })]

    #[test]
    fn hostile_user_splits_no_header(person in person()) {
        run(&person);
    }
}

#[test]
fn no_hostile_string_splits_a_header_in_whatever_fact_and_length() {
    let texts = HOSTILE.iter().flat_map(|hostile| [hostile.to_string(), hostile.repeat(100)]);
    for text in texts.chain(megabytes()) {
        run(&Person::named(&text));
        run(&Person { id: format!("x{text}"), ..Person::named("a") });
        run(&Person { email: Some(text.clone()), ..Person::named("a") });
        run(&Person { attributes: vec![(text.clone(), text.into())], ..Person::named("a") });
    }
}

#[tokio::test]
async fn ordinary_user_gets_the_expected_header_lines() {
    let (head, _) = head_on_the_wire(&widgets(Person::named("a").identity())).await;
    assert_eq!(head[0], "HTTP/1.1 200 OK");
    assert!(head.contains(&format!("x-widget-page: {FP_1}")), "{head:?}");
    assert_eq!(head.iter().filter(|line| line.starts_with(header::SET_COOKIE.as_str())).count(), 1, "{head:?}");
}
