//! Cookies on the host's own domain and on its parents.

use tower_widget_identity::widget::Intercom;
use tower_widget_identity::{Secret, Widgets, WidgetsBuilder};

use crate::harness::app::Settings;
use crate::harness::steps::signed_in;
use crate::harness::vendors::asking_the_session;
use crate::harness::{Stage, in_every_engine};

fn subdomain() -> Settings {
    Settings { host: "app.example.test", ..Settings::default() }
}

const VENDOR_COOKIES: [&str; 3] = ["intercom-session-demo", "intercom-id-demo", "intercom-device-id-demo"];
const LEVELS: [&str; 3] = ["", "; Domain=app.example.test", "; Domain=example.test"];

/// The cookies of a messenger that may choose any of these domains.
async fn cookies_on_every_level(page: &Stage) {
    for name in VENDOR_COOKIES {
        for level in LEVELS {
            page.eval(&format!("document.cookie = '{name}=user-1; Path=/{level}'")).await;
        }
    }
    assert_eq!(widget_cookies(page).await.len(), 9, "else the next lines prove nothing");
}

/// The vendor's cookies that go to this page. A name occurs once for each domain that has it.
async fn widget_cookies(page: &Stage) -> Vec<String> {
    let cookies = page.client().get_all_cookies().await.expect("the cookies");
    let named = cookies.iter().filter(|cookie| VENDOR_COOKIES.contains(&cookie.name()));
    named.map(|cookie| format!("{} of {:?}", cookie.name(), cookie.domain())).collect()
}

async fn wait_until_no_vendor_cookie_is_left(page: &Stage) {
    let start = std::time::Instant::now();
    loop {
        let left = widget_cookies(page).await;
        if left.is_empty() {
            return;
        }
        assert!(start.elapsed() < crate::harness::page::PATIENCE, "{left:?}");
    }
}

in_every_engine!(logout_response_purges_every_domain_level, subdomain(), async |page| {
    signed_in(page, "user-1").await;
    // No script of ours runs here, so only the response can have removed the cookies.
    page.open("/landing").await;
    assert_eq!(page.eval("typeof window.widgetIdentity").await, "undefined");

    cookies_on_every_level(page).await;
    page.leave_by("#sign-out-landing").await;
    assert_eq!(widget_cookies(page).await, Vec::<String>::new(), "after a redirect");
    page.wait_for_marker(Some("out")).await;

    cookies_on_every_level(page).await;
    page.eval("void fetch('/logout?fetch', { method: 'POST' }).then(() => { window.answered = true; })").await;
    page.wait_for("window.answered === true", true).await;
    assert_eq!(widget_cookies(page).await, Vec::<String>::new(), "after a fetch");
});

/// The messenger's library does not load, so only the runtime can clean up.
fn subdomain_without_library() -> Settings {
    let widgets: fn(WidgetsBuilder) -> WidgetsBuilder = |_| {
        let secret = Secret::new("a secret of this test").expect("a good secret");
        asking_the_session(Widgets::builder()).widget(Intercom::new("demo", secret).library_url("/nowhere.js"))
    };
    Settings { widgets, ..subdomain() }
}

in_every_engine!(runtime_purges_every_domain_level, subdomain_without_library(), async |page| {
    page.sign_in("user-1").await;
    page.wait_for("typeof window.widgetIdentity", "object").await;
    assert!(page.marker().await.is_some_and(|marker| marker.len() == 22), "booted");
    cookies_on_every_level(page).await;

    page.app.expire("user-1");
    page.app.clear_log();
    page.reload().await;
    page.wait_for("document.body.dataset.user", "").await;
    wait_until_no_vendor_cookie_is_left(page).await;
    page.wait_for_marker(None).await;
    assert_eq!(page.app.requests("/logout"), 0);
});
