//! Freshchat: <https://developers.freshchat.com/web-sdk/v1/>, and the observed behaviour of its library.

use serde_json::{Value, json};
use tower_widget_identity::widget::Freshchat;

use crate::widgets::play::{play, secret};

fn freshchat() -> Freshchat {
    Freshchat::new("token-1", secret())
}

/// A widget is destroyed once its frame has responded, and until then `init` is ignored.
const LIBRARY: &str = "
    let initialised = false;
    let listeners = [];
    let answers = true;
    let uuid = '1b9d6bcd-bbfd';
    const refuses = () => publish('frame:statechange', { success: false, data: { frameState: 'not_authenticated' } });
    const publish = (name, event) => listeners.filter(each => each.name === name).forEach(each => each.action(event));
    const library = {
      isInitialized: () => initialised,
      on(name, action) { listeners.push({ name, action }); },
      init(settings) {
        note((initialised ? 'ignored ' : 'init ') + settings.jwtAuthToken);
        initialised = true;
        setTimeout(() => publish('widget:loaded'), 100);
      },
      setJWTAuthToken(token) { note('new ' + token); },
      authenticate(token) { note('authenticate ' + token); },
      user: {
        getUUID: async () => ({ data: { uuid } }),
        clear() {
          note(initialised ? 'clear' : 'clears nothing');
          return answers ? Promise.resolve() : new Promise(() => {});
        }
      },
      destroy() {
        note('destroy');
        setTimeout(() => {
          initialised = false;
          const before = listeners;
          listeners = [];
          before.filter(each => each.name === 'widget:destroyed').forEach(each => each.action());
        }, 300);
      }
    };
    window.fcWidget = library;
";

#[test]
fn widget_of_the_next_user_waits_until_the_last_one_is_gone() {
    let calls = play(&freshchat(), &format!("{LIBRARY} await visit(ada); await visit(bela); await pass(1000);"));
    assert_eq!(calls, ["init ada-in-page", "clear", "destroy", "init bela-in-page"]);
}

#[test]
fn a_library_that_never_answers_is_not_waited_for_for_ever() {
    let script = "answers = false; await visit(ada); await visit(bela); await pass(20000);";
    let calls = play(&freshchat(), &format!("{LIBRARY}{script}"));
    assert_eq!(calls, ["init ada-in-page", "clear", "destroy", "init bela-in-page"]);
}

// ---- accounts that require the library's own id of the user in the token
// --------------------------------------------

/// What happens after Ada's widget has booted.
fn after_ada(script: &str) -> Vec<Value> {
    play(&freshchat(), &format!("{LIBRARY} await visit(ada); journal.length = 0; {script}"))
}

fn is_call(noted: &Value, name: &str) -> bool {
    noted.as_str().is_some_and(|call| call.starts_with(name))
}

#[test]
fn a_refused_user_is_authenticated_with_the_librarys_id() {
    let asked = ["ask freshchat-uuid for 1b9d6bcd-bbfd", "authenticate ada-with-value"];
    assert_eq!(after_ada("refuses(); await pass(10);"), asked);
    let by_user = "publish('user:statechange', { success: false, data: { userState: 'not_authenticated', freshchat_uuid: 'ab-1' } });";
    let asked = ["ask freshchat-uuid for ab-1", "authenticate ada-with-value"];
    assert_eq!(after_ada(&format!("{by_user} await pass(10);")), asked);
}

#[test]
fn accepted_user_needs_no_id_of_the_library() {
    let states = "
        publish('frame:statechange', { success: true, data: { frameState: 'initialized' } });
        publish('frame:statechange', { success: true, data: { frameState: 'authenticated' } });
        publish('user:statechange', { success: true, data: { userState: 'created' } });
        publish('user:statechange', { success: false, data: { userState: 'unheard of' } });
        publish('user:statechange');
        await pass(10);";
    assert_eq!(after_ada(states), Vec::<Value>::new());
}

#[test]
fn attempts_come_to_an_end() {
    let calls = after_ada("for (let count = 0; count < 9; count++) { refuses(); await pass(10); }");
    assert_eq!(calls.iter().filter(|call| is_call(call, "authenticate")).count(), 3);
}

#[test]
fn invalid_id_is_not_handed_over() {
    for wrong in ["undefined", "null", "''", "'a b'", "'a_b'", "'a'.repeat(65)", "{}"] {
        assert_eq!(after_ada(&format!("uuid = {wrong}; refuses(); await pass(10);")), Vec::<Value>::new(), "{wrong}");
    }
}

/// The library asks in Ada's session, and gets its response in the next one.
#[test]
fn id_of_the_former_session_is_not_signed_for_the_next_user() {
    let script = "
        let answer;
        library.user.getUUID = () => new Promise(resolve => { answer = resolve; });
        refuses();
        await visit(bela);
        await pass(1000);
        answer({ data: { uuid } });
        await pass(1000);";
    assert_eq!(after_ada(script), ["clear", "destroy", "init bela-in-page"]);
}

#[test]
fn fresh_tokens_have_the_id_as_well() {
    let renewed = "
        ada.lifetime = 600;
        await visit(ada);
        journal.length = 0;
        refuses();
        await pass(10);
        journal.length = 0;
        await pass(510000);";
    let asked = ["ask freshchat", "ask freshchat-uuid for 1b9d6bcd-bbfd", "authenticate ada-with-value"];
    assert_eq!(play(&freshchat(), &format!("{LIBRARY}{renewed}")), asked);
}

/// Some libraries destroy the widget if they do not accept a token.
#[test]
fn a_widget_that_gave_up_is_started_without_the_token_once() {
    let gives_up = "refuses(); library.destroy(); await pass(1000);";
    let calls = after_ada(&format!("{gives_up} note('again'); {gives_up} note('again'); {gives_up}"));
    let authenticated = ["ask freshchat-uuid for 1b9d6bcd-bbfd", "authenticate ada-with-value"];
    let first = ["destroy", authenticated[0], authenticated[1], "init undefined", "again"];
    assert_eq!(calls[..5], first);
    assert!(!calls[5..].iter().any(|call| is_call(call, "init")), "{calls:?}");
}

/// The application may have its own reasons.
#[test]
fn a_widget_that_the_page_destroys_stays_away() {
    assert_eq!(after_ada("library.destroy(); await pass(1000);"), ["destroy"]);
}

// ---- the code of newer accounts -------------------------------------------------------------------------------------

fn from_snippet() -> Freshchat {
    Freshchat::from_snippet("//eu.fw-cdn.com/1/2.js", secret()).setting("locale", "en")
}

/// Each of its scripts loads the library, which calls `onInit` before the snippet calls `init`.
const SNIPPET: &str = "
    delete window.fcWidget;
    const ran = new Set();
    const comes = async () => {
      for (const script of scripts.filter(each => !ran.has(each))) {
        ran.add(script);
        note(script.src.split('/').pop() + ' chat=' + script.attributes.chat);
        runs(script);
        window.fcWidget = library;
        if (window.fcSettings && window.fcSettings.onInit) window.fcSettings.onInit();
        await pass(10);
        library.init(window.fcWidgetMessengerConfig || {});
      }
      await pass(1000);
    };
";

fn play_snippet(script: &str) -> Vec<Value> {
    play(&from_snippet(), &format!("{LIBRARY}{SNIPPET}{script}"))
}

#[test]
fn a_snippet_finds_settings_and_token() {
    let script = "
        let own = 0;
        window.fcSettings = { onInit() { own += 1; } };
        await visit(ada);
        note(window.fcWidgetMessengerConfig);
        await comes();
        note('own onInit: ' + own);";
    let config = json!({ "locale": "en", "jwtAuthToken": "ada-in-page" });
    let calls = ["2.js chat=true", "init ada-in-page", "own onInit: 1"].map(Value::from);
    assert_eq!(play_snippet(script), [&[config], &calls[..]].concat());
}

#[test]
fn next_user_gets_the_snippet_anew() {
    let calls = play_snippet("await visit(ada); await comes(); await visit(bela); await pass(1000); await comes();");
    let first = ["2.js chat=true", "init ada-in-page", "clear", "destroy"];
    assert_eq!(calls, [&first[..], &["2.js#1 chat=true", "init bela-in-page"]].concat());
}

/// A script cannot be cancelled: what it starts is ended, and it finds no token.
#[test]
fn a_snippet_that_comes_after_the_logout_is_ended() {
    let script = "
        await visit(ada);
        await signedOutElsewhere();
        note(window.fcWidgetMessengerConfig);
        await comes();";
    let calls = ["2.js chat=true", "init undefined", "clear", "destroy"].map(Value::from);
    assert_eq!(play_snippet(script), [&[json!({ "locale": "en" })], &calls[..]].concat());
}

#[test]
fn snippet_that_comes_late_finds_the_user_who_signed_in_last() {
    let calls = play_snippet("await visit(ada); await visit(bela); await comes();");
    assert_eq!(calls, ["2.js chat=true", "init bela-in-page"]);
}

#[test]
fn a_visitor_is_not_shown_the_session_before() {
    let script = "
        await comeSignedOut();
        await pass(1100);
        await comes();
        await comes();";
    let first = ["2.js chat=true", "init undefined", "clear", "destroy"];
    assert_eq!(play_snippet(script), [&first[..], &["2.js#1 chat=true", "init undefined"]].concat());
}

#[test]
fn a_snippets_user_is_authenticated_with_the_librarys_id_too() {
    let calls = play_snippet("await visit(ada); await comes(); journal.length = 0; refuses(); await pass(10);");
    assert_eq!(calls, ["ask freshchat-uuid for 1b9d6bcd-bbfd", "authenticate ada-with-value"]);
}

/// The page's own copy has read another configuration.
#[test]
fn a_snippet_of_the_page_is_given_the_token() {
    let script = "
        const own = document.createElement('script');
        own.src = 'https://eu.fw-cdn.com/1/2.js';
        document.head.append(own);
        window.fcWidget = library;
        await visit(ada);";
    assert_eq!(play_snippet(script), ["new ada-in-page"]);
}
