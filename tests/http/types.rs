//! What holds for every public type: its auto traits, `Clone`, and what its `Debug` hides.

use std::fmt::{Debug, Write as _};

use axum::body::Body;
use futures::executor::block_on;
use http_body::Body as _;
use tower_widget_identity::{
    Company, ConfigError, ConfigErrorKind, CspMode, CspNeeds, CspSources, Delivery, Identity, IssuedToken, Issuer,
    Load, LogoutLayer, Outcome, OutcomeKind, PublicKeyService, Reason, ResponseFuture, Secret, SecretRotation,
    SkipWidget, Token, TokenBody, TokenError, TokenFailure, TokenFuture, TokenService, UnixTime, Validity, Viewer,
    WidgetBody, WidgetLayer, WidgetService, Widgets, WidgetsBuilder,
    widget::{
        self, Ada, BootData, CatalogEntry, Ferndesk, HubSpot, Intercom, IntercomAlignment, IntercomRegion, LiveChat,
        Manifest, PageValue, Salesforce, Sendbird, SessionArtifacts, Settings, Widget, ZendeskClassic,
    },
};

use crate::support::pages::{load, visit};

/// The public names of the crate and of its module `widget`, without the widgets themselves. Those are exported by
/// their list together with the catalog, and the crate's own tests check each type of that list.
fn public_names() -> Vec<&'static str> {
    let lib = include_str!("../../src/lib.rs").lines();
    let widget = include_str!("../../src/widget/mod.rs").lines();
    let items = widget.clone().filter_map(|line| {
        let item = ["pub struct ", "pub enum ", "pub trait "].iter().find_map(|kind| line.strip_prefix(kind));
        item.map(|rest| rest.split(|letter: char| !letter.is_alphanumeric()).next().unwrap())
    });
    let exported = lib.chain(widget).filter_map(|line| line.strip_prefix("pub use "));
    let used = exported.flat_map(|line| line.split(|letter: char| !letter.is_alphanumeric()));
    items.chain(used).filter(|name| name.starts_with(char::is_uppercase) && *name != "MAX").collect()
}

#[test]
fn every_public_type_is_listed_here() {
    let names = public_names();
    assert!(names.len() > 25, "{names:?}");
    let here = include_str!("types.rs");
    let (_, tests) = here.split_once("fn everywhere").unwrap();
    for name in names.into_iter().filter(|name| !["TOKEN", "BYTES"].contains(name)) {
        let mentions = |mark: &str| tests.contains(&format!("{name}{mark}"));
        assert!(["::", ">", "<", "("].iter().any(|mark| mentions(mark)), "{name}: say below what must hold for it");
    }
}

fn everywhere<T: Clone + Debug + Send + Sync + Unpin + 'static>() {}
fn once<T: Debug + Send + Sync + Unpin + 'static>() {}
fn awaited<T: Debug + Send + Unpin + 'static>() {}
fn defaults<T: Default>() {}

#[test]
fn public_types_have_the_auto_traits_they_need() {
    everywhere::<Widgets>();
    everywhere::<WidgetLayer>();
    everywhere::<LogoutLayer>();
    everywhere::<WidgetService<axum::Router>>();
    everywhere::<TokenService>();
    everywhere::<Identity>();
    everywhere::<Viewer>();
    everywhere::<SkipWidget>();
    everywhere::<Outcome>();
    everywhere::<Load>();
    defaults::<Load>();
    everywhere::<Reason>();
    everywhere::<TokenFailure>();
    everywhere::<TokenError>();
    everywhere::<ConfigError>();
    everywhere::<ConfigErrorKind>();
    everywhere::<Secret>();
    everywhere::<SecretRotation>();
    everywhere::<Token>();
    everywhere::<CspMode>();
    everywhere::<CspNeeds>();
    everywhere::<CspSources>();
    everywhere::<Delivery>();
    everywhere::<Intercom>();
    everywhere::<IntercomRegion>();
    everywhere::<ZendeskClassic>();
    everywhere::<Ferndesk>();
    everywhere::<Salesforce>();
    everywhere::<PublicKeyService>();
    everywhere::<Company>();
    everywhere::<UnixTime>();
    everywhere::<Issuer>();
    everywhere::<IssuedToken>();
    everywhere::<Ada>();
    everywhere::<HubSpot>();
    everywhere::<LiveChat>();
    everywhere::<Sendbird>();
    everywhere::<IntercomAlignment>();
    everywhere::<PageValue>();
    everywhere::<Settings>();
    everywhere::<Manifest>();
    everywhere::<CatalogEntry>();
    everywhere::<Validity>();
    everywhere::<BootData>();
    everywhere::<SessionArtifacts>();
    once::<WidgetsBuilder>();
    once::<TokenBody>();
    once::<WidgetBody<http_body_util::Full<bytes::Bytes>>>();
    awaited::<WidgetBody<Body>>(); // axum's own body is not `Sync`
    awaited::<TokenFuture>();
    awaited::<ResponseFuture<std::future::Ready<Result<http::Response<Body>, ()>>, Body>>();
    defaults::<WidgetBody<Body>>();
    defaults::<WidgetsBuilder>();
    fn anything<T: ?Sized + Send + Sync>() {}
    anything::<dyn Widget>();
    anything::<Box<dyn Widget>>();
    fn widget<T: Widget>() {}
    widget::<Box<dyn Widget>>();
    fn error<T: std::error::Error>() {}
    error::<ConfigError>();
    error::<TokenError>();
    assert!(WidgetBody::<Body>::default().is_end_stream() && TokenBody::default().is_end_stream());
}

// ---- Debug --------------------------------------------------------------------------------------------------------

const SECRET: &str = "sEcReT-5f3a9c";
const ID: &str = "id-user-77";
const EMAIL: &str = "jane.roe@private.example";
const NAME: &str = "Jane Q. Roe";
const KEY: &str = "salary_band";
const VALUE: &str = "ninety-nine thousand";

fn secret() -> Secret {
    Secret::new(SECRET).unwrap()
}

fn jane() -> Identity {
    let employer = Company::new(VALUE).with_name(NAME).with_plan(VALUE).with_attribute(KEY, VALUE);
    let jane = Identity::new(ID).with_email(EMAIL).with_name(NAME).with_attribute(KEY, VALUE);
    jane.with_unsigned(KEY, VALUE).with_company(employer)
}

fn widgets() -> (Intercom, ZendeskClassic, Ferndesk) {
    let zendesk = ZendeskClassic::chat("0c54afe8", secret()).help_center(secret());
    (Intercom::new("abcd1234", secret()), zendesk, Ferndesk::new("widget-1", secret()))
}

fn builder() -> WidgetsBuilder {
    let (intercom, zendesk, ferndesk) = widgets();
    let builder = Widgets::builder().widget(intercom).widget(zendesk).widget(ferndesk).token_path("/tokens");
    builder.identify(|_| Some(jane())).marker_key(secret())
}

/// The `Debug` output of every value that was made with the user or the secret: plain, pretty, and nested.
fn shown() -> String {
    let mut all = String::new();
    let mut show = |value: &dyn Debug| write!(all, "{value:?}\n{value:#?}\n{:?}\n", (Some(value), [value])).unwrap();
    let (intercom, zendesk, ferndesk) = widgets();
    let widgets = builder().build().unwrap();
    let (token, hash) = (widgets.mint("intercom", &jane()).unwrap(), secret().hmac_hex(ID).unwrap());
    let viewers = [Viewer::SignedIn(jane()), Viewer::from(Some(jane())), Viewer::SignedOut, Viewer::Unknown];
    show(&(secret(), secret().clone(), secret().jwt(&jane().attributes()).unwrap(), &token, token.clone(), &hash));
    show(&(jane(), &viewers, builder(), &widgets, widgets.layer(), widgets.logout_layer(), widgets.token_service()));
    show(&(
        widgets.csp(),
        CspMode::Patch,
        CspSources::new().script(["https://a.example"]),
        Delivery::Header,
        SkipWidget,
    ));
    for widget in [&intercom as &dyn Widget, &zendesk, &ferndesk] {
        let person = widget.boot_data(&jane(), std::time::SystemTime::now()).unwrap();
        show(&(
            &person,
            widget.manifest().settings(),
            widget.manifest().artifacts(),
            widget.secret(),
            widget.manifest().csp_sources(),
        ));
        show(
            &widget
                .manifest()
                .token_names()
                .into_iter()
                .map(|name| widget.mint(name, &jane(), std::time::SystemTime::now()))
                .collect::<Vec<_>>(),
        );
    }
    let described = BootData::new().with("email", EMAIL).with("name", NAME).with_token("token", token);
    show(&SecretRotation::new(secret()));
    for entry in widget::catalog() {
        let widget = entry.configure("a", secret());
        let now = std::time::SystemTime::now();
        show(&(entry, widget.manifest(), widget.secret(), widget.boot_data(&jane(), now), widget.check()));
        for name in widget.manifest().token_names() {
            show(&widget.mint(name, &jane(), now));
        }
    }
    show(&jane().validity(std::time::SystemTime::now(), std::time::Duration::from_secs(60)));
    show(&(&intercom, &zendesk, &ferndesk, IntercomRegion::Eu, intercom.clone().legacy_user_hash(), described));
    shown_in_service(&widgets, &mut show);
    shown_as_errors(&mut show);
    all
}

fn shown_in_service(widgets: &Widgets, show: &mut dyn FnMut(&dyn Debug)) {
    use futures::FutureExt;
    use tower::{Layer, Service};

    let answer = || {
        let page = http::Response::builder().header("content-type", "text/html").extension(Viewer::SignedIn(jane()));
        page.body(Body::from("<html>")).unwrap()
    };
    let service = tower::service_fn(move |_: http::Request<()>| std::future::ready(Ok::<_, ()>(answer())));
    let load = || http::Request::get("/tokens/intercom").header("sec-fetch-dest", "document").body(()).unwrap();
    let mut pages = widgets.layer().layer(service);
    let future = pages.call(load());
    show(&future);
    let response = future.now_or_never().unwrap().unwrap();
    let (head, body) = response.into_parts();
    show(&(&head, &body));
    let mut tokens = widgets.token_service();
    let future = tokens.call(load());
    show(&future);
    let (head, body) = future.now_or_never().unwrap().unwrap().into_parts();
    show(&(&head, &body));
    let headers = builder().delivery(Delivery::Header).build().unwrap();
    let fetch = http::Request::get("/").header("sec-fetch-dest", "empty").header("sec-fetch-site", "same-origin");
    let mut fetches = headers.layer().layer(pages.into_inner());
    let (head, _) = fetches.call(fetch.body(()).unwrap()).now_or_never().unwrap().unwrap().into_parts();
    assert!(head.headers.contains_key("x-widget-token-intercom"));
    show(&head);
}

fn shown_as_errors(show: &mut dyn FnMut(&dyn Debug)) {
    let surrounded = Secret::new(format!("{SECRET}\n")).unwrap_err();
    let twice = Widgets::builder().widget(widgets().0).widget(widgets().0).build().unwrap_err();
    let setting = Widgets::builder().widget(widgets().0.setting("email", EMAIL)).build().unwrap_err();
    let lifetime = Widgets::builder().widget(widgets().2.lifetime(std::time::Duration::ZERO)).build().unwrap_err();
    let path = Widgets::builder().widget(widgets().1).token_path("no path").build().unwrap_err();
    for error in [surrounded, twice, setting, lifetime, path] {
        show(&(&error, error.to_string(), error.kind(), ConfigErrorKind::Secret));
    }
    let poor =
        widgets().1.mint("zendesk-chat", &Identity::new(ID).with_name(NAME), std::time::SystemTime::now()).unwrap_err();
    let over = widgets()
        .0
        .mint("intercom", &jane().with_session_expires(std::time::UNIX_EPOCH), std::time::SystemTime::now())
        .unwrap_err();
    let large = widgets()
        .0
        .mint("intercom", &jane().with_attribute("a", VALUE.repeat(9999)), std::time::SystemTime::now())
        .unwrap_err();
    for refusal in [poor, over, large, TokenError::Signing] {
        show(&(refusal, refusal.to_string(), refusal.as_str()));
    }
    let booted = block_on(visit(load(Viewer::SignedIn(jane()), ""))).outcome.expect("an outcome");
    show(&(OutcomeKind::Untouched(Reason::Encoded), booted));
}

#[test]
fn debug_shows_no_secret_no_token_and_no_personal_data() {
    let all = shown();
    assert!(
        all.contains("Intercom") && all.contains("kind: Boot") && all.len() > 10_000,
        "it was all shown: {}",
        all.len()
    );
    let hash = secret().hmac_hex(ID).unwrap().into_string();
    // The beginning of every token's header, and the bytes of the keys as a list of numbers.
    let bytes = SECRET.bytes().map(|byte| byte.to_string()).collect::<Vec<_>>().join(", ");
    for hidden in [SECRET, ID, EMAIL, NAME, KEY, VALUE, "eyJ", "private.example", "Roe", &hash[..12], &bytes] {
        let at = all.find(hidden).map(|at| &all[at.saturating_sub(200)..]);
        assert_eq!(at.map(|text| text.chars().take(400).collect::<String>()), None, "{hidden} is shown");
    }
}
