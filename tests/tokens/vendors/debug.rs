//! What `Debug` hides.

use super::*;

/// A user, and secrets, each part of which can be found again.
fn canary() -> Identity {
    Identity::new("canary-id")
        .with_email("canary@example.com")
        .with_name("Canary Name")
        .with_attribute("canary-key", "canary-value")
        .with_auth_token("canary-agent", "canary-token")
}

fn canary_secret() -> Secret {
    secret("canary secret")
}

fn canary_widgets() -> (Intercom, ZendeskClassic, Ferndesk) {
    (
        Intercom::new("abcd1234", canary_secret()),
        ZendeskClassic::chat("key-1", canary_secret()).help_center(canary_secret()),
        Ferndesk::new("widget-1", canary_secret()),
    )
}

fn canary_builder(delivery: Delivery) -> tower_widget_identity::WidgetsBuilder {
    let (intercom, zendesk, ferndesk) = canary_widgets();
    let widgets = Widgets::builder().widget(intercom).widget(zendesk).widget(ferndesk).clock(|| at(NOW));
    widgets.token_path("/widget-token").marker_key(canary_secret()).delivery(delivery)
}

/// Asserts that no part is shown: in plain text, as bytes, or in a token.
fn assert_hidden(what: impl std::fmt::Debug) {
    for text in [format!("{what:?}"), format!("{what:#?}")] {
        let flat = text.to_lowercase().split_whitespace().collect::<String>();
        for leak in ["canary", "99,97,110,97,114,121", "0x63", "636e6172", "eyj"] {
            assert!(!flat.contains(leak), "{leak} in {text}");
        }
    }
}

#[test]
fn debug_shows_no_secrets_tokens_or_users() {
    let (intercom, zendesk, ferndesk) = canary_widgets();
    assert_hidden(canary_secret());
    assert_hidden((canary(), Viewer::SignedIn(canary())));
    assert_hidden(intercom.mint("intercom", &canary(), at(NOW)).unwrap());
    let legacy = intercom.clone().legacy_user_hash();
    for widget in [&intercom as &dyn Widget, &zendesk, &ferndesk, &legacy] {
        assert_hidden((
            widget.manifest().settings(),
            widget.boot_data(&canary(), at(NOW)).unwrap(),
            widget.manifest().artifacts(),
        ));
    }
    assert_hidden((&intercom, &legacy, zendesk, ferndesk));
    assert_hidden(legacy.session_duration(std::time::Duration::from_millis(1)).check().unwrap_err());
    assert_hidden(canary_builder(Delivery::Html));
    let widgets = canary_builder(Delivery::Html).build().unwrap();
    assert_hidden((&widgets, widgets.layer(), widgets.logout_layer(), widgets.token_service()));
    assert_hidden(widgets.layer().layer(()));
}

async fn home(_: Request<Body>) -> Result<Response<Body>, std::convert::Infallible> {
    Ok(Response::builder().header("content-type", "text/html").body(Body::from("<!doctype html><p>Hello")).unwrap())
}

#[test]
fn debug_of_requests_in_flight_and_responses_shows_nothing() {
    for (delivery, dest) in [(Delivery::Html, "document"), (Delivery::Header, "empty")] {
        let widgets = canary_builder(delivery).build().unwrap();
        let request = Request::get("/").header("sec-fetch-dest", dest).header("sec-fetch-site", "same-origin");
        let request = request.extension(Viewer::SignedIn(canary())).body(Body::empty()).unwrap();
        let under_way = widgets.layer().layer(service_fn(home)).call(request);
        assert_hidden(&under_way);
        let response = block_on(under_way).unwrap();
        assert_hidden(&response);
        assert_hidden(response.extensions().get::<Outcome>().expect("an outcome"));
        let (head, body) = response.into_parts();
        let body = block_on(body.collect()).unwrap().to_bytes();
        let tokens = head.headers.iter().filter(|(_, value)| value.as_bytes().starts_with(b"eyJ")).count();
        assert_eq!(tokens, if delivery == Delivery::Header { 4 } else { 0 });
        assert_eq!(String::from_utf8_lossy(&body).contains("eyJ"), delivery == Delivery::Html, "there is one to hide");
    }
}

#[test]
fn debug_of_token_responses_shows_nothing() {
    let service = canary_builder(Delivery::Html).build().unwrap().token_service();
    for name in ["intercom", "zendesk-help-center", "page"] {
        let request = Request::get(format!("/{name}")).extension(Viewer::SignedIn(canary())).body(()).unwrap();
        let under_way = service.clone().call(request);
        assert_hidden(&under_way);
        let response = block_on(under_way).unwrap();
        assert_eq!(response.status(), 200);
        assert_hidden(&response);
    }
}

#[test]
fn debug_of_an_outcome_names_vendors_and_reasons_alone() {
    let widgets = builder().widget(ferndesk()).build().unwrap();
    let viewer = Viewer::SignedIn(Identity::new("canary-id").with_name("Canary Name"));
    let request = Request::get("/").header("sec-fetch-dest", "document").extension(viewer).body(Body::empty()).unwrap();
    let response = block_on(widgets.layer().layer(service_fn(home)).oneshot(request)).unwrap();
    let outcome = response.extensions().get::<Outcome>().unwrap();
    assert_hidden(outcome);
    let refused: Vec<_> = outcome.failures().iter().map(|refused| (refused.widget(), refused.error())).collect();
    assert_eq!(refused, [("ferndesk", TokenError::MissingEmail)]);
}
