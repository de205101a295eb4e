//! Crisp: <https://docs.crisp.chat/guides/chatbox-sdks/web-sdk/dollar-crisp/>.

use serde_json::json;
use tower_widget_identity::{Company, widget::Crisp};

use crate::widgets::play::{ada, play, play_as, secret};

const QUEUED: &str = "window.$crisp.forEach(call => note(call));";

#[test]
fn facts_and_company_are_passed_beside_the_address() {
    let company = Company::new(7).with_name("Acme").with_attribute("url", "https://acme.example");
    let ada = ada().with_unsigned("nickname", "Ada L.").with_unsigned("phone", "+1").with_company(company);
    let crisp = Crisp::new("site-1", secret());
    let calls = play_as(&crisp, &ada, &format!("await visit(ada); {QUEUED}"));
    let expected = [
        json!(["set", "user:email", ["ada@example.com", "ada-in-page"]]),
        json!(["set", "user:nickname", ["Ada L."]]),
        json!(["set", "user:phone", ["+1"]]),
        json!(["set", "user:company", ["Acme", { "url": "https://acme.example" }]]),
    ];
    assert_eq!(calls, expected);
}

/// Calls that wait for a late library belong to the user whose session is over.
#[test]
fn facts_do_not_outlive_the_session() {
    let ada = ada().with_unsigned("nickname", "Ada L.").with_company(Company::new(7).with_name("Acme"));
    let crisp = Crisp::new("site-1", secret());
    let calls = play_as(&crisp, &ada, &format!("await visit(ada); await signOut(); {QUEUED}"));
    assert_eq!(calls, [json!(["do", "session:reset", [false]])]);
}

#[test]
fn cookies_and_configuration_stand_where_the_library_looks() {
    let crisp = Crisp::new("site-1", secret())
        .cookie_domain("app.acme.com")
        .cookie_expiry(std::time::Duration::from_secs(3600))
        .setting("locale", "de");
    let calls = play(
        &crisp,
        "window.CRISP_RUNTIME_CONFIG = { locale: 'fr', lock_full_view: true };
         await visit(ada);
         note([CRISP_COOKIE_DOMAIN, CRISP_COOKIE_EXPIRE, CRISP_RUNTIME_CONFIG]);",
    );
    assert_eq!(calls, [json!(["app.acme.com", 3600, { "locale": "de", "lock_full_view": true }])]);
}
