//! Ada's chat starts only with a token, and forgets a session before the next one begins.

use serde_json::{Value, json};
use tower_widget_identity::{Identity, IssuedToken, Issuer, widget::Ada};

use crate::conformance::page;

/// From <https://docs.ada.cx/messaging/web/sdk-api-reference>: one chat per page, which keeps its session until it is
/// ended.
const LIBRARY: &str = "
    globalThis.started = false;
    globalThis.session = globalThis.session || null;
    globalThis.library = () => {
        if (!window.adaSettings || !window.adaSettings.lazy) seen.push('started by itself');
        window.adaEmbed = {
            async start({ handle, identityToken, metaFields, parentElement }) {
                if (started) throw new Error('started already');
                started = true;
                session = identityToken || session || 'anonymous';
                const where = parentElement ? 'unseen' : 'shown';
                seen.push(['start', handle, session, where].concat(metaFields ? [metaFields] : []));
            },
            async deleteHistory() {
                if (!started) throw new Error('not started');
                session = null;
                seen.push('deleteHistory');
            },
            async stop() {
                if (!started) throw new Error('not started');
                started = false;
                seen.push('stop');
            }
        };
    };
";

fn seen(steps: &[&str]) -> Value {
    let issuer = Issuer::single_use(async |_: Identity| Err::<IssuedToken, _>("never asked"));
    serde_json::from_str(&page::play(&Ada::new("acme", issuer), LIBRARY, steps)).unwrap()
}

#[test]
fn the_chat_starts_with_the_token_and_not_before() {
    let before = seen(&["boot({})", "arrive()"]);
    assert_eq!(before, json!([]));
    let after = seen(&["boot({ metaFields: { plan: 'pro' } })", "arrive()", "answer('token-a')"]);
    assert_eq!(after, json!([["start", "acme", "token-a", "shown", { "plan": "pro" }]]));
    let early = seen(&["boot({})", "arrive()", "answer('token-a')", "boot({})", "arrive()"]);
    assert_eq!(early, json!([["start", "acme", "token-a", "shown"]]), "a second boot costs no second token");
}

#[test]
fn logout_deletes_before_it_stops_and_the_next_user_comes_after() {
    let steps = ["boot({})", "arrive()", "answer('token-a')", "shutdown(true); boot({})", "answer('token-b')"];
    let expected = [
        json!(["start", "acme", "token-a", "shown"]),
        json!("deleteHistory"),
        json!("stop"),
        json!(["start", "acme", "token-b", "shown"]),
    ];
    assert_eq!(seen(&steps), json!(expected));
}

#[test]
fn a_token_that_comes_after_the_logout_starts_nothing() {
    assert_eq!(seen(&["boot({})", "arrive()", "shutdown(false)", "answer('token-a')"]), json!([]));
}

#[test]
fn a_session_of_an_earlier_page_is_forgotten_unseen_and_before_a_visitor_is_shown() {
    let steps = ["session = 'token-of-the-page-before'", "shutdown(true); boot(undefined)", "arrive()"];
    let expected = [
        json!("appended none"),
        json!(["start", "acme", "token-of-the-page-before", "unseen"]),
        json!("deleteHistory"),
        json!("stop"),
        json!("removed"),
        json!(["start", "acme", "anonymous", "shown"]),
    ];
    assert_eq!(seen(&steps), json!(expected));
}

#[test]
fn a_shutdown_that_need_not_loads_nothing() {
    assert_eq!(seen(&["shutdown(false)", "if (loaded.length) seen.push('loaded')"]), json!([]));
}

#[test]
fn silent_library_delays_the_next_user_only_for_a_while() {
    let silent = "library = () => { window.adaEmbed = {
        start(settings) { seen.push(settings.identityToken); return new Promise(() => {}); },
        deleteHistory() { return new Promise(() => {}); },
        stop() {}
    }; }";
    let next = ["shutdown(true); boot({})", "answer('token-b')"];
    let steps = [&[silent, "boot({})", "arrive()", "answer('token-a')"], &next[..]].concat();
    assert_eq!(seen(&steps), json!(["token-a"]));
    let fire = "timers.splice(0).forEach(action => action())";
    assert_eq!(seen(&[&steps[..], &[fire, fire]].concat()), json!(["token-a", "token-b"]));
}
