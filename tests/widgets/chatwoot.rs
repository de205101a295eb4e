//! Chatwoot.

use serde_json::{Value, json};
use tower_widget_identity::{
    Company,
    widget::{Chatwoot, Widget},
};

use crate::widgets::play::{ada, now, play, play_as, secret};

/// From chatwoot/chatwoot: app/javascript/entrypoints/sdk.js and app/javascript/sdk/IFrameHelper.js. `wait` is how
/// long `setUser` takes to compute the digest of its arguments: code newer than Chatwoot 4.3 does that with a promise.
const LIBRARY: &str = "
    let wait = 0;
    const FRAME = { origin: 'https://app.chatwoot.com', data: 'chatwoot-widget:{\"event\":\"loaded\"}' };
    const library = () => {
        window.chatwootSDK = { run: () => {
            const $chatwoot = window.$chatwoot = {
                hasLoaded: false,
                async setUser(identifier, user) {
                    for (let turn = 0; turn < wait; turn++) await undefined;
                    Object.assign($chatwoot, { identifier, user });
                    note([identifier, user]);
                },
                reset() {}
            };
            window.addEventListener('message', () => {
                $chatwoot.hasLoaded = true;
                if ($chatwoot.user) note(['the frame', $chatwoot.user]);
            });
        } };
        return arrive();
    };
    const frameLoads = async () => {
        dispatch('message', FRAME);
        await pass(10);
    };
";

fn chatwoot() -> Chatwoot {
    Chatwoot::new("site-1", secret())
}

#[test]
fn facts_go_along_with_the_user_and_never_name_another_one() {
    let ada = ada()
        .with_unsigned("phone_number", "+15550100")
        .with_unsigned("tier", "gold")
        .with_unsigned("identifier_hash", "forged")
        .with_unsigned("email", "user-2@example.com")
        .with_company(Company::new(7).with_name("Acme"));
    let user = json!({
        "email": "ada@example.com",
        "name": "Ada",
        "identifier_hash": "ada-in-page",
        "phone_number": "+15550100",
        "company_name": "Acme",
        "custom_attributes": { "tier": "gold" },
    });
    let calls =
        play_as(&chatwoot(), &ada, &format!("{LIBRARY} await visit(ada); await library(); await frameLoads();"));
    assert_eq!(calls, [json!(["ada", user])]);
}

/// What the reset frame gets once it has loaded: the session ends while the library computes the digest.
fn after_a_late_digest(then: &str) -> Vec<Value> {
    let script = format!(
        "wait = 5;
         await visit(ada);
         await library();
         dispatch('message', FRAME);
         fire(due(clock));
         logOut();
         open(undefined);
         {then}
         await pass(10);
         note('reset');
         await frameLoads();"
    );
    play(&chatwoot(), &format!("{LIBRARY}{script}"))
}

#[test]
fn a_user_that_the_library_names_after_the_logout_reaches_no_frame() {
    let named = |id: &str| {
        let identity = if id == "ada" { ada() } else { crate::widgets::play::bela() };
        let page = json!(chatwoot().boot_data(&identity, now()).unwrap());
        json!([id, { "email": page["email"], "name": page["name"], "identifier_hash": format!("{id}-in-page") }])
    };
    assert_eq!(after_a_late_digest(""), [named("ada"), json!("reset")]);
    // The next user has signed in already.
    assert_eq!(after_a_late_digest("open(bela);"), [named("ada"), json!("reset"), named("bela")]);
}
