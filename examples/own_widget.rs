//! A widget that is not among the crate's: Acme's chat, with claims, settings, adapter, residue and policy sources.
//!
//! ```text
//! cargo run --example own_widget                          # prints the page that a signed-in person gets
//! cargo test --features conformance --example own_widget  # asks the conformance kit
//! ```

use futures::executor::block_on;
use http::{Request, Response};
use http_body_util::BodyExt;
use serde_json::json;
use tower::{Layer, ServiceExt, service_fn};
use tower_widget_identity::{CspSources, Identity, Secret, Token, Widgets, widget::*};

#[derive(Debug)]
struct Acme(Secret);

impl Widget for Acme {
    fn name(&self) -> &str {
        "acme"
    }
    fn app_id(&self) -> &str {
        "acme-1"
    }
    fn secret(&self) -> &Secret {
        &self.0
    }
    fn mint(&self, name: &str, who: &Identity, now: u64) -> Result<Token, TokenError> {
        if name != "acme" {
            return Err(TokenError::UnknownToken);
        }
        let exp = who.expires(now, 600)?; // never beyond the application's own session
        let claims = json!({ "sub": who.required_id()?, "email": who.email_address(), "iat": now, "exp": exp });
        Ok(self.0.jwt(&claims)?.good_for(exp - now))
    }
    fn boot_data(&self, who: &Identity, now: u64) -> Result<BootData, TokenError> {
        Ok(BootData::new().with_token("token", self.mint("acme", who, now)?))
    }
    fn settings(&self) -> Settings {
        Settings::new().with("app", "acme-1").with("color", "teal")
    }
    fn library_url(&self) -> Option<String> {
        Some("https://cdn.acme.example/chat.js".to_owned())
    }
    fn adapter(&self) -> &str {
        "tools => {
            const queue = () => window.acme = window.acme || [];
            const identify = token => queue().push(['identify', token]);
            return {
                boot(widget) {
                    queue().push(['open', widget.settings]);
                    if (widget.person) identify(widget.person.token);
                    tools.load(widget.library);
                },
                refresh(widget, token) { tools.renew(widget, token, identify); },
                shutdown() {
                    tools.emptyQueue(window.acme); // a late library must not see the person
                    queue().push(['logout']);
                }
            };
        }"
    }
    fn residue(&self) -> SessionArtifacts {
        SessionArtifacts::new().cookie("acme_session").storage("acme:*")
    }
    fn csp_sources(&self) -> CspSources {
        CspSources::new().script(["https://cdn.acme.example"]).connect(["https://api.acme.example"])
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let widgets = Widgets::builder()
        .widget(Acme(Secret::new("a secret of the demo")?))
        .identify(|_| Some(Identity::new("user-123").email("user@example.com")))
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
