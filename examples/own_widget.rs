//! A widget of your own, Acme's chat: claims, settings, adapter, artifacts, policy sources.
//!
//! ```text
//! cargo run --example own_widget                          # prints the page of a signed-in user
//! cargo test --features conformance --example own_widget  # runs the conformance kit
//! ```

use std::time::{Duration, SystemTime};

use futures::executor::block_on;
use http::{Request, Response};
use http_body_util::BodyExt;
use serde_json::json;
use tower::{Layer, ServiceExt, service_fn};
use tower_widget_identity::{CspSources, Identity, Secret, Token, TokenError, Widgets, widget::*};

#[derive(Debug)]
struct Acme(Secret);

impl Widget for Acme {
    fn manifest(&self) -> Manifest {
        Manifest::new("acme", "acme-1", ADAPTER)
            .with_library("https://cdn.acme.example/chat.js")
            .with_setting("app", "acme-1")
            .with_setting("color", "teal")
            .with_artifacts(SessionArtifacts::new().cookie("acme_session").storage("acme:*"))
            .with_csp_sources(CspSources::from_policy("connect-src https://api.acme.example"))
    }
    fn secret(&self) -> Option<&Secret> {
        Some(&self.0)
    }
    fn mint(&self, _: &str, identity: &Identity, now: SystemTime) -> Result<Token, TokenError> {
        let validity = identity.validity(now, Duration::from_secs(600))?; // never beyond the application's own session
        let (iat, exp) = (validity.iat(), validity.exp());
        let claims = json!({ "sub": identity.required_id()?, "email": identity.email(), "iat": iat, "exp": exp });
        Ok(self.0.jwt(&claims)?.with_lifetime(validity.lifetime()))
    }
    fn boot_data(&self, identity: &Identity, now: SystemTime) -> Result<BootData, TokenError> {
        Ok(BootData::new().with_token("token", self.mint("acme", identity, now)?))
    }
}

const ADAPTER: &str = "tools => {
    const queue = () => window.acme = tools.global('acme') || [];
    const identify = token => queue().push(['identify', token]);
    return {
        boot(widget) {
            queue().push(['open', widget.settings]);
            if (widget.person) identify(widget.person.token);
            tools.load(widget.library);
        },
        refresh(widget, token) { tools.renew(widget, token, identify); },
        shutdown() {
            tools.emptyQueue(tools.global('acme')); // a late library must not see the user
            queue().push(['logout']);
        }
    };
}";

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let widgets = Widgets::builder()
        .widget(Acme(Secret::new("a secret of the demo")?))
        .identify(|_| Some(Identity::new("user-123").with_email("user@example.com")))
        .build()?;
    let home = service_fn(async |_: Request<()>| {
        let page = Response::builder().header("content-type", "text/html");
        page.body("<!doctype html><title>Home</title>".to_owned())
    });
    let request = Request::get("/").header("sec-fetch-dest", "document").body(())?;
    let response = block_on(widgets.layer().layer(home).oneshot(request))?;
    let page = block_on(response.into_body().collect())?.to_bytes();
    println!("{}", String::from_utf8_lossy(&page));
    Ok(())
}

#[cfg(all(test, feature = "conformance"))]
#[test]
fn acme_conforms() {
    let acme = Acme(Secret::new("a secret of the test").unwrap());
    tower_widget_identity::conformance::check_debug(&acme).unwrap();
}
