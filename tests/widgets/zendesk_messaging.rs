//! Zendesk Messaging: <https://developer.zendesk.com/api-reference/widget-messaging/web/authentication/>.

use serde_json::{Value, json};
use tower_widget_identity::widget::ZendeskMessaging;

use crate::widgets::play::{play, secret};

fn zendesk() -> ZendeskMessaging {
    ZendeskMessaging::new("key-1", secret().with_key_id("app_1"))
}

/// Names that were observed in real browsers.
#[test]
fn the_integrations_session_is_removed_and_no_strangers_entry() {
    let left = play(
        &zendesk(),
        "const id = '5f1a2b3c4d5e6f7a8b9c0d1e';
         for (const area of [localStorage, sessionStorage]) {
           for (const name of ['appUserId', 'sessionToken', 'clientId']) area[id + '.' + name] = 'of ada';
           for (const key of ['ZD-widgetOpen', 'app.appUserId', id + '.theme', 'session.sessionToken']) area[key] = '1';
         }
         await visit(ada);
         await signOut();
         for (const area of [localStorage, sessionStorage]) note(Object.keys(area).sort().join(' '));",
    );
    let strangers = "5f1a2b3c4d5e6f7a8b9c0d1e.theme app.appUserId session.sessionToken";
    assert_eq!(left, [strangers; 2]);
}

/// The library's logins: it asks for a token, and reports the result.
const LIBRARY: &str = "
    let works = true;
    let again;
    window.zE = (_, command, ...args) => {
      note(command);
      if (command !== 'loginUser') return;
      const [jwt, done] = args;
      again = () => jwt(token => note('given ' + token));
      again();
      done(works ? null : { message: 'failed', reason: 'a reason' });
    };
";

/// The widget waits four seconds for a token, and then continues without an identity.
#[test]
fn a_login_waits_until_its_token_is_there() {
    let script = "
        refuse(503);
        await visit(ada);
        note('no token yet');
        await pass(2000);
        refuse(0);
        await pass(10000);";
    let calls = play(&zendesk(), &format!("{LIBRARY}{script}"));
    let ask = "ask zendesk-messaging";
    assert_eq!(calls, [ask, "no token yet", ask, "loginUser", "given ada-fresh"]);
}

#[test]
fn each_further_token_is_fetched_anew() {
    let calls = play(&zendesk(), &format!("{LIBRARY} await visit(ada); journal.length = 0; again(); await pass(0);"));
    assert_eq!(calls, ["ask zendesk-messaging", "given ada-fresh"]);
}

#[test]
fn a_failed_login_is_tried_again_with_a_fresh_token() {
    let script = "works = false; await visit(ada); await pass(4000); note('later'); works = true; await pass(600000);";
    let calls = play(&zendesk(), &format!("{LIBRARY}{script}"));
    let login = ["ask zendesk-messaging", "loginUser", "given ada-fresh"];
    let failed = ["warn widget-identity: zendesk-messaging: a reason", "later"];
    assert_eq!(calls, [&login[..], &failed, &login].concat());
}

/// Zendesk refuses some users for good, such as one whose address belongs to another id.
#[test]
fn logins_that_fail_for_good_come_to_an_end() {
    let calls = play(&zendesk(), &format!("{LIBRARY} works = false; await visit(ada); await pass(3600000);"));
    assert_eq!(calls.iter().filter(|call| *call == "loginUser").count(), 4);
}

#[test]
fn after_a_logout_no_login_is_tried_again() {
    let script = "works = false; await visit(ada); await signOut(); journal.length = 0; await pass(3600000);";
    assert_eq!(play(&zendesk(), &format!("{LIBRARY}{script}")), Vec::<Value>::new());
}

/// A queue of the library may call back late.
#[test]
fn a_token_is_not_handed_over_after_the_logout() {
    let script = "
        let jwt;
        window.zE = (_, command, callback) => { if (command === 'loginUser') jwt = callback; };
        await visit(ada);
        await signOut();
        journal.length = 0;
        jwt(token => note('given ' + token));
        await pass(60000);";
    assert_eq!(play(&zendesk(), script), Vec::<Value>::new());
}

#[test]
fn settings_come_before_the_login_and_to_visitors() {
    let zendesk = zendesk().setting("locale", "de").setting("zIndex", 50);
    let script = "
        await visit(ada);
        window.zE = recorder('zE');
        await arrive();
        await signOut();
        await pass(1100);";
    let set = [json!(["zE", "messenger:set", "locale", "de"]), json!(["zE", "messenger:set", "zIndex", 50])];
    let login = [json!("ask zendesk-messaging"), json!(["zE", "messenger", "loginUser", "a function", "a function"])];
    let calls = play(&zendesk, script);
    let (before, after) = calls.split_at(4);
    assert_eq!(before, [&set[..], &login].concat());
    assert_eq!(after.last_chunk(), Some(&set));
}
