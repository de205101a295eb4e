//! Sendbird's messenger asks for tokens at any time, and is logged out before the next one is made.

use serde_json::{Value, json};
use tower_widget_identity::widget::Sendbird;

use crate::conformance::page;

/// From <https://github.com/sendbird/delight-ai-agent/blob/main/js/cdn/docs/README.md>.
const LIBRARY: &str = "
    globalThis.made = [];
    globalThis.library = () => {
        window.loadMessenger = async () => {
            const messenger = {
                ManualSessionInfo: class { constructor(info) { Object.assign(this, info); } },
                AnonymousSessionInfo: class {},
                initialize({ appId, aiAgentId, userSessionInfo, context }) {
                    const { userId, authToken } = userSessionInfo;
                    seen.push(['initialize', aiAgentId, userId || 'anonymous', authToken || 'no token'].concat(context || []));
                    messenger.session = userSessionInfo;
                },
                close() { seen.push('close'); },
                async deauthenticate() { seen.push('deauthenticate'); },
                destroy() { seen.push('destroy'); }
            };
            made.push(messenger);
            return messenger;
        };
    };
    // The library needs another token.
    globalThis.want = () => made[0].session.sessionHandler.onSessionTokenRequired(
        token => seen.push(token), error => seen.push('refused: ' + error.message));
";

fn seen(steps: &[&str]) -> Value {
    let widget = Sendbird::new(crate::conformance::SENDBIRD_APP, "support-agent", crate::conformance::issuer())
        .library_url("/sendbird.js");
    serde_json::from_str(&page::play(&widget, LIBRARY, steps)).unwrap()
}

const ADA: [&str; 3] = ["boot({ userId: 'ada' })", "arrive()", "answer('token-a')"];

#[test]
fn the_messenger_is_made_with_the_token_and_not_before() {
    assert_eq!(seen(&ADA[..2]), json!([]));
    let with_context = ["boot({ userId: 'ada', context: { plan: 'pro' } })", "arrive()", "answer('token-a')"];
    assert_eq!(seen(&with_context), json!([["initialize", "support-agent", "ada", "token-a", { "plan": "pro" }]]));
    assert_eq!(seen(&[&ADA[..], &["boot({ userId: 'ada' })", "arrive()"]].concat()).as_array().unwrap().len(), 1);
}

#[test]
fn the_library_gets_the_next_token_when_it_asks() {
    let seen = seen(&[&ADA[..], &["want()", "answer('token-a2')"]].concat());
    assert_eq!(seen[1], json!("token-a2"), "{seen}");
}

#[test]
fn after_a_logout_the_library_gets_no_token() {
    let ended = [json!("close"), json!("deauthenticate"), json!("destroy"), json!("purge")];
    for steps in [["shutdown()", "want()", "answer('token-a2')"], ["want()", "shutdown()", "answer('token-a2')"]] {
        let seen = seen(&[&ADA[..], &steps].concat());
        let rest: Vec<_> = seen.as_array().unwrap()[1..].to_vec();
        assert!(!seen.to_string().contains("token-a2"), "{seen}");
        assert!(ended.iter().all(|step| rest.contains(step)), "{seen}");
    }
}

#[test]
fn next_user_comes_once_the_logout_is_answered() {
    let next = ["shutdown(); boot({ userId: 'bela' })", "answer('token-b')"];
    let seen = seen(&[&ADA[..], &next].concat());
    let expected = [
        json!(["initialize", "support-agent", "ada", "token-a"]),
        json!("close"),
        json!("deauthenticate"),
        json!("destroy"),
        json!("purge"),
        json!(["initialize", "support-agent", "bela", "token-b"]),
    ];
    assert_eq!(seen, json!(expected));
}

#[test]
fn visitor_who_signs_in_gets_a_new_messenger() {
    let steps = ["boot(undefined)", "arrive()", "boot({ userId: 'ada' })", "answer('token-a')"];
    let seen = seen(&steps);
    assert_eq!(seen[0], json!(["initialize", "support-agent", "anonymous", "no token"]));
    assert_eq!(seen[5], json!(["initialize", "support-agent", "ada", "token-a"]), "{seen}");
}

#[test]
fn token_that_comes_after_the_logout_makes_no_messenger() {
    assert_eq!(seen(&["boot({ userId: 'ada' })", "arrive()", "shutdown()", "answer('token-a')"]), json!([]));
    assert_eq!(seen(&["boot({ userId: 'ada' })", "shutdown()", "arrive()", "answer('token-a')"]), json!([]));
}
