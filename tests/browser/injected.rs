//! Copies of the injected element in an attacker's markup: a policy that allows the code by its hash also allows these
//! copies, with any data that the attacker writes into the attribute.

use axum::Router;
use axum::extract::{Extension, Path, Request};
use axum::http::{HeaderValue, header};
use axum::middleware::{Next, from_fn};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use serde_json::json;
use tower_widget_identity::CspSources;

use crate::harness::app::{self, App, Session, Settings, script};
use crate::harness::before::{OPENING, change};
use crate::harness::page::{ARTIFACTS, CALLS, STATE, WHO};
use crate::harness::steps::{A_MOMENT, nothing_left, signed_in, verified};
use crate::harness::{Stage, in_every_engine};

const POLICIES: [&str; 3] = [
    "script-src 'nonce-YWJj' 'strict-dynamic'; object-src 'none'; base-uri 'none'",
    "script-src 'nonce-YWJj'",
    "default-src 'self'",
];

/// What the attacker writes into the attribute. `@marker@` is the browser's marker, which a real attacker cannot know:
/// the test gives them more than they have.
const DATA: [&str; 5] = [
    r#"{"seen":"@marker@","fp":"AAAAAAAAAAAAAAAAAAAAAA","people":{"intercom":{"intercom_user_jwt":"evil"}},"lifetimes":{}}"#,
    r#"{"seen":"","fp":"AAAAAAAAAAAAAAAAAAAAAA","reset":true,"people":{"intercom":{"intercom_user_jwt":"evil"}},"lifetimes":{"intercom":1}}"#,
    // When the attribute still held the configuration, this loaded the attacker's script.
    r#"{"seen":"@marker@","fp":"AAAAAAAAAAAAAAAAAAAAAA","people":{"intercom":{"app_id":"evil"}},"lifetimes":{},"visitor":true,"visitors":true,"iframes":true,
       "cookie":{"name":"evil","attributes":"; Path=/"},"tokens":"/evil","library":"/evil.js",
       "widgets":[{"name":"intercom","token":"intercom","library":"/evil.js","settings":{"app_id":"evil"},
       "residue":{"cookies":["*"],"storage":["*"],"globals":["location"]}}]}"#,
    r#"{"__proto__":{"fp":"AAAAAAAAAAAAAAAAAAAAAA","cookie":{"name":"evil","attributes":""},"tokens":"/evil"},"seen":"","fp":"",
       "people":{"__proto__":{"intercom":{"intercom_user_jwt":"evil"}}},"lifetimes":{}}"#,
    r#"{"seen":"@marker@","fp":"","people":{},"lifetimes":{},"visitor":true,"visitors":true}"#,
];

/// Documents with a place for the attacker's markup: `@copies@`, or `@escaped@` where it is text.
const IN_THE_BODY: [(&str, &str); 6] = [
    (
        "body",
        "<!doctype html><html><head><title>t</title></head><body data-user='@user@'><p>Hello</p>@copies@</body></html>",
    ),
    (
        "first",
        "<!doctype html><html><head><title>t</title></head><body data-user='@user@'>@copies@<p>Hello</p></body></html>",
    ),
    (
        "svg",
        "<!doctype html><html><head><title>t</title></head><body data-user='@user@'><svg>@copies@</svg></body></html>",
    ),
    (
        "iframe",
        "<!doctype html><html><head><title>t</title></head><body data-user='@user@'><iframe srcdoc=\"<head>@escaped@</head>\"></iframe></body></html>",
    ),
    (
        "shadow",
        "<!doctype html><html><head><title>t</title></head><body data-user='@user@'><div><template shadowrootmode=open>@copies@</template></div></body></html>",
    ),
    (
        "inner",
        "<!doctype html><html><head><title>t</title></head><body data-user='@user@'><div id=sink></div><textarea id=source>@escaped@</textarea></body></html>",
    ),
];

const IN_THE_HEAD: [(&str, &str); 3] = [
    (
        "title",
        "<!doctype html><html><head><title></title>@copies@</title></head><body data-user='@user@'></body></html>",
    ),
    // The parser puts it into the head: <https://html.spec.whatwg.org/multipage/parsing.html#the-after-head-insertion-mode>.
    ("between", "<!doctype html><html><head><title>t</title></head>@copies@<body data-user='@user@'></body></html>"),
    ("untagged", "<!doctype html><title>t</title>@copies@<body data-user='@user@'>Hello"),
];

async fn attacked(session: Extension<Session>, Path((place, policy)): Path<(String, usize)>) -> Response {
    let mut places = IN_THE_BODY.iter().chain(&IN_THE_HEAD);
    let document = places.find(|(name, _)| *name == place).expect("one of the places").1;
    let page = document.replace("@user@", &app::shown(&session).unwrap_or_default());
    ([(header::CONTENT_SECURITY_POLICY, POLICIES[policy])], Html(page)).into_response()
}

/// Replaces the place for the attacker's markup with copies of the real element of the same page.
async fn put_copies(request: Request, next: Next) -> Response {
    let attacked = request.uri().path().starts_with("/attacked");
    let marker = marker(request.headers().get(header::COOKIE));
    let response = next.run(request).await;
    if !attacked {
        return response;
    }
    change(response, |page| {
        let element = page.split_once(OPENING).expect("the real element").1;
        let (code, _) = element.split_once("'>").and_then(|(_, rest)| rest.split_once("</script>")).expect("its code");
        let copies: String = DATA.map(|data| format!("{OPENING}'{data}'>{code}</script>")).concat();
        let copies = copies.replace("@marker@", &marker);
        let escaped = copies.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;");
        page.replacen("@copies@", &copies, 1).replacen("@escaped@", &escaped, 1)
    })
    .await
}

fn marker(cookies: Option<&HeaderValue>) -> String {
    let line = cookies.and_then(|line| line.to_str().ok()).unwrap_or_default();
    let mut pairs = line.split("; ").filter_map(|pair| pair.split_once('='));
    pairs.find(|(name, _)| name.starts_with("__Host-widget")).map(|(_, value)| value.to_owned()).unwrap_or_default()
}

fn attacks() -> Settings {
    Settings {
        routes: |_: &App| Router::new().route("/attacked/{place}/{policy}", get(attacked)),
        assets: |_: &App| {
            Router::new().route("/evil.js", script("window.evil = true;")).route("/evil/page", get(async || "evil"))
        },
        around: |router| router.layer(from_fn(put_copies)),
        // The URL at which the demo messenger has its tokens checked.
        widgets: |builder| builder.csp_sources(CspSources::new().connect(["/demo/verify"])),
        ..Settings::default()
    }
}

/// Everything that the attacker could have reached: a script, a cookie, a runtime in a frame, a call with their data.
const TRACES_OF_EVIL: &str = "[
    ...(window.evil ? ['script'] : []),
    ...document.cookie.split('; ').filter((pair) => pair.startsWith('evil')),
    ...[...document.querySelectorAll('iframe')].filter((frame) => frame.contentWindow.widgetIdentity).map(() => 'frame'),
    ...performance.getEntriesByType('resource').map((entry) => entry.name).filter((url) => url.includes('/evil')),
    ...(window.Intercom?.q ?? []).filter((call) => JSON.stringify(call).includes('evil')).map(() => 'call')]";

/// The copies in the page. The test counts them so that it proves something.
const COPIES: &str = "(document.documentElement.outerHTML.match(/AAAAAAAAAAAAAAAAAAAAAA/g) ?? []).length
    + [...document.querySelectorAll('div')].filter((div) => div.shadowRoot?.querySelector('script')).length";

async fn open_attacked(page: &Stage, place: &str, policy: usize) {
    page.open(&format!("/attacked/{place}/{policy}")).await;
    page.eval("void (document.querySelector('#sink') && (sink.innerHTML = source.value))").await;
}

async fn no_trace_of_evil(page: &Stage, what: &str) {
    assert_eq!(page.eval(TRACES_OF_EVIL).await, json!([]), "{what}");
    for path in ["/evil.js", "/evil/page", "/evil/intercom"] {
        assert_eq!(page.app.requests(path), 0, "{what}");
    }
    assert!(!page.cookies().await.keys().any(|name| name.starts_with("evil")), "{what}");
}

in_every_engine!(injected_copies_in_the_body_change_nothing, attacks(), async |page| {
    signed_in(page, "user-1").await;
    let marker = page.marker().await;
    for (policy, name) in POLICIES.iter().enumerate() {
        for (place, _) in IN_THE_BODY {
            let what = format!("{place} under {name}");
            open_attacked(page, place, policy).await;
            verified(page, "user-1").await;
            assert_ne!(page.eval(COPIES).await, 0, "{what}: else nothing is proved");
            assert_eq!(page.eval(CALLS).await, json!(["boot"]), "{what}");
            no_trace_of_evil(page, &what).await;
            assert_eq!(page.marker().await, marker, "{what}");
        }
    }
});

in_every_engine!(injected_copies_in_the_body_do_not_keep_an_expired_session, attacks(), async |page| {
    for (number, (place, _)) in IN_THE_BODY.iter().enumerate() {
        page.open("/").await;
        signed_in(page, "user-1").await;
        page.app.expire("user-1");
        open_attacked(page, place, number % POLICIES.len()).await;
        page.wait_for(CALLS, json!(["shutdown"])).await;
        page.wait_for(ARTIFACTS, json!([])).await;
        page.wait_for_marker(None).await;
        no_trace_of_evil(page, place).await;
    }
});

/// What only a clean-up removes. The messenger's session cookie is not in it: that goes when the library arrives on a
/// page whose widget has ended, and comes back with the next page.
const STORED: &str = "Object.entries(localStorage).map((pair) => pair.join(' = ')).sort()";

// A copy in the head runs, and can end the widget on its own page. But it can neither show another user nor end what
// the user's other pages show.
in_every_engine!(injected_copies_in_the_head_show_no_other_user, attacks(), async |page| {
    signed_in(page, "user-1").await;
    let (marker, stored) = (page.marker().await, page.eval(STORED).await);
    let first = page.new_tab().await;
    for (number, (place, _)) in IN_THE_HEAD.iter().enumerate() {
        open_attacked(page, place, number % POLICIES.len()).await;
        page.wait_for("document.readyState", "complete").await;
        // The parser met the layer's element first.
        verified(page, "user-1").await;
        page.stays(WHO, "user-1", A_MOMENT).await;
        no_trace_of_evil(page, place).await;
        assert_eq!(page.marker().await, marker, "{place}");
        assert_eq!(page.eval(STORED).await, stored, "{place}");
    }
    page.open("/").await;
    verified(page, "user-1").await;
    assert_eq!(page.calls().await, ["boot"], "nothing was ended");
    page.switch_to(first).await;
    page.stays(WHO, "user-1", A_MOMENT).await;
    assert_eq!(page.calls().await, ["boot"], "nothing was ended");
});

in_every_engine!(injected_copies_in_the_head_end_no_signed_out_page, attacks(), async |page| {
    signed_in(page, "user-1").await;
    page.leave_by("#sign-out-landing").await;
    for (number, (place, _)) in IN_THE_HEAD.iter().enumerate() {
        open_attacked(page, place, number % POLICIES.len()).await;
        page.stays(WHO, json!(null), A_MOMENT).await;
        no_trace_of_evil(page, place).await;
        page.open("/").await;
        nothing_left(page).await;
        signed_in(page, "user-1").await;
        page.leave_by("#sign-out-landing").await;
    }
});

fn attacks_on_visitors() -> Settings {
    Settings { visitors: true, ..attacks() }
}

in_every_engine!(injected_copies_turn_no_visitor_into_a_user, attacks_on_visitors(), async |page| {
    for (place, _) in IN_THE_BODY.iter().chain(&IN_THE_HEAD) {
        open_attacked(page, place, 0).await;
        page.wait_for(STATE, "visitor").await;
        page.stays(WHO, json!(null), A_MOMENT).await;
        assert_eq!(page.eval("demoMessenger.calls.some((call) => call.token)").await, false, "{place}");
        no_trace_of_evil(page, place).await;
        assert_eq!(page.marker().await, None, "{place}");
    }
});
