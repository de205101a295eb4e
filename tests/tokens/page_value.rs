//! Tokens that sign a value which the page hands over.

use futures::executor::block_on;
use http::{HeaderValue, Request, Response, request};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tower::{Layer, ServiceExt, service_fn};
use tower_widget_identity::{
    ConfigErrorKind, Delivery, Identity, Secret, Token, TokenBody, TokenError, Viewer, Widgets,
    widget::{BootData, Freshchat, Manifest, PageValue, Widget},
};

use crate::support::{NOW, alone, at, secret, verify};

const UUID: &str = "1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed";

fn widgets() -> Widgets {
    alone(Freshchat::new("token-1", secret("freshchat secret")))
}

fn get(name: &str) -> request::Builder {
    let ada = Identity::new("user-123").with_email("user@example.com");
    Request::get(format!("/widget-token/{name}")).extension(Viewer::SignedIn(ada))
}

fn ask(request: request::Builder) -> (u16, String) {
    let response: Response<TokenBody> = block_on(widgets().token_service().oneshot(request.body(()).unwrap())).unwrap();
    let status = response.status().as_u16();
    let body = block_on(response.into_body().collect()).unwrap().to_bytes();
    (status, String::from_utf8(body.into()).unwrap())
}

fn claims(request: request::Builder) -> Value {
    let (status, token) = ask(request);
    assert_eq!(status, 200, "{token}");
    verify("freshchat secret", &token).unwrap().claims
}

#[test]
fn the_value_is_signed_as_the_vendors_id_and_as_nothing_else() {
    let person = json!({ "reference_id": "user-123", "email": "user@example.com", "iat": NOW, "exp": NOW + 3600 });
    for value in [UUID, "user-124", "a", &"a".repeat(64)] {
        let mut expected = person.clone();
        expected["freshchat_uuid"] = json!(value);
        assert_eq!(claims(get("freshchat-uuid").header("x-widget-value", value)), expected);
    }
    let plain = claims(get("freshchat").header("x-widget-value", UUID));
    assert_eq!(plain, person, "no other token gets to see it");
}

#[test]
fn without_one_good_value_there_is_no_token() {
    let bad = (400, r#"{"error":"bad-value"}"#.to_owned());
    assert_eq!(ask(get("freshchat-uuid")), bad);
    let too_long = "a".repeat(65);
    for wrong in ["", " ", "a b", "a_b", "a.b", "a,b", "\"", "{}", "a/b", "%61", &too_long] {
        assert_eq!(ask(get("freshchat-uuid").header("x-widget-value", wrong)), bad, "{wrong:?}");
    }
    let bytes = HeaderValue::from_bytes(b"a\xe4").unwrap();
    assert_eq!(ask(get("freshchat-uuid").header("x-widget-value", bytes)), bad);
    assert_eq!(ask(get("freshchat-uuid").header("x-widget-value", UUID).header("x-widget-value", UUID)), bad, "two");
}

#[test]
fn page_value_requests_are_authorised_like_every_token_request() {
    let with_value = |request: request::Builder| ask(request.header("x-widget-value", UUID)).0;
    let viewed = |viewer: Viewer| Request::get("/widget-token/freshchat-uuid").extension(viewer);
    assert_eq!(with_value(viewed(Viewer::SignedOut)), 401);
    assert_eq!(with_value(viewed(Viewer::Unknown)), 503);
    assert_eq!(with_value(viewed(Viewer::SignedIn(Identity::new(" ")))), 422);
    assert_eq!(with_value(get("freshchat-uuid").header("x-widget-page", "A".repeat(22))), 409);
    assert_eq!(with_value(get("freshchat-uuid").header("sec-fetch-site", "cross-site")), 403);
    assert_eq!(with_value(get("freshchat-uuid").method("POST")), 405);
    assert_eq!(with_value(get("freshchat-uui")), 404);
}

/// It belongs to the page that asks for it.
#[test]
fn such_a_token_stands_in_no_header_and_is_minted_for_no_other() {
    let widget = Freshchat::new("token-1", secret("freshchat secret"));
    let widgets = Widgets::builder().widget(widget).delivery(Delivery::Header).clock(|| at(NOW)).build().unwrap();
    let inner = service_fn(async |_: Request<()>| Ok::<_, std::convert::Infallible>(Response::new(String::new())));
    let request = get("").header("sec-fetch-dest", "empty").header("sec-fetch-site", "same-origin");
    let response = block_on(widgets.layer().layer(inner).oneshot(request.uri("/").body(()).unwrap())).unwrap();
    let tokens = response.headers().keys().filter(|name| name.as_str().starts_with("x-widget-token-"));
    assert_eq!(tokens.collect::<Vec<_>>(), ["x-widget-token-freshchat"]);
    assert_eq!(widgets.mint("freshchat-uuid", &Identity::new("user-123")).err(), Some(TokenError::UnknownToken));
}

/// A widget whose token has any name, and which signs only that token.
struct Acme(Secret, &'static str);

impl Widget for Acme {
    fn manifest(&self) -> Manifest {
        Manifest::new("acme", "1", "() => ({})").with_value_token_names([self.1])
    }
    fn secret(&self) -> Option<&Secret> {
        Some(&self.0)
    }
    fn mint(&self, _: &str, identity: &Identity, _: std::time::SystemTime) -> Result<Token, TokenError> {
        self.0.hmac_hex(identity.required_id()?)
    }
    fn boot_data(&self, _: &Identity, _: std::time::SystemTime) -> Result<BootData, TokenError> {
        Ok(BootData::new())
    }
}

#[test]
fn its_name_is_no_other_tokens() {
    for name in ["acme", "page", "Acme"] {
        let error = Widgets::builder().widget(Acme(secret("s3cret"), name)).build().unwrap_err();
        let kinds = [ConfigErrorKind::DuplicateWidget, ConfigErrorKind::WidgetName];
        assert!(kinds.contains(&error.kind()), "{name}: {error}");
    }
}

#[test]
fn a_widget_that_makes_none_refuses() {
    let value = PageValue::new(UUID).unwrap();
    let acme: Box<dyn Widget> = Box::new(Acme(secret("s3cret"), "acme-2"));
    let refused = acme.mint_with_value("acme-2", &value, &Identity::new("user-123"), at(NOW));
    assert_eq!(refused.err(), Some(TokenError::UnknownToken));
    assert!(!format!("{value:?}").contains("1b9d"), "it shows nothing");
}
