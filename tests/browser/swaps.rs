//! Libraries that replace the body and keep the document: htmx, Unpoly, Astro's router. `turbo.rs` covers Turbo.

use axum::Router;
use axum::extract::{Extension, Path};
use axum::response::Html;
use axum::routing::get;

use crate::harness::app::{App, Session, Settings};
use crate::harness::packages::{bundle, document, library};
use crate::harness::steps::A_WHILE;
use crate::harness::vendors::{all_show, all_widgets, stubs};
use crate::harness::{Stage, in_every_engine};

const SAME_DOCUMENT: &str = "window.sameDocument === true";
const LAUNCHERS: &str = "document.body.querySelectorAll('#intercom-stub').length";

/// What each library needs in the page's head, and the markup of a link to the other page.
const SWAPPERS: [(&str, &str, &str); 4] = [
    ("htmx-2", "<script src=\"/libs/htmx-2.js\"></script>", "<a id=\"go\" hx-boost=\"true\" href=\"{to}\">go</a>"),
    ("htmx-4", "<script src=\"/libs/htmx-4.js\"></script>", "<a id=\"go\" hx-boost=\"true\" href=\"{to}\">go</a>"),
    (
        "unpoly",
        "<script src=\"/libs/unpoly.js\"></script>\n<script>window.assetsChanged = 0;\n\
         up.on('up:assets:changed', () => { window.assetsChanged += 1; });</script>",
        "<a id=\"go\" up-follow up-target=\"body\" href=\"{to}\">go</a>",
    ),
    (
        "astro",
        "<meta name=\"astro-view-transitions-enabled\" content=\"true\">\n<script src=\"/libs/astro.js\"></script>",
        "<a id=\"go\" href=\"{to}\" onclick=\"event.preventDefault(); navigate('{to}')\">go</a>",
    ),
];

fn swapping() -> Settings {
    Settings {
        routes: |_| Router::new().route("/swap/{swapper}/{page}", get(page)),
        assets: |app: &App| {
            stubs(app)
                .route("/libs/htmx-2.js", library("htmx.org/dist/htmx.js"))
                .route("/libs/htmx-4.js", library("htmx4/dist/htmx.js"))
                .route("/libs/unpoly.js", library("unpoly/unpoly.js"))
                .route("/libs/astro.js", bundle("astro", &[]))
        },
        ..all_widgets()
    }
}

async fn page(session: Extension<Session>, Path((swapper, name)): Path<(String, String)>) -> Html<String> {
    let (_, head, link) = SWAPPERS.into_iter().find(|(known, ..)| *known == swapper).expect("a known library");
    let other = if name == "one" { "two" } else { "one" };
    let link = link.replace("{to}", &format!("/swap/{swapper}/{other}"));
    document(&session, &format!("/swap/{swapper}/{name}"), head, &format!("{link}<p id=\"{name}\">{name}</p>"))
}

/// Goes to the other page and waits for its body.
async fn swap(stage: &Stage, to: &str) {
    stage.eval("void document.querySelector('#go').click()").await;
    stage.wait_for(&format!("!!document.querySelector('p#{to}')"), true).await;
    assert_eq!(stage.eval(SAME_DOCUMENT).await, true, "the document is the same");
}

async fn launcher_comes_back(stage: &Stage, swapper: &str) {
    stage.sign_in("user-1").await;
    stage.open(&format!("/swap/{swapper}/one")).await;
    stage.eval("window.sameDocument = true").await;
    all_show(stage, Some("user-1")).await;
    stage.wait_for(LAUNCHERS, 1).await;
    for page in ["two", "one"] {
        swap(stage, page).await;
        stage.wait_for(LAUNCHERS, 1).await;
    }
    all_show(stage, Some("user-1")).await;

    // After the logout, no swap brings the widget back. The test does not click with the mouse: while the transition
    // runs, the page takes no clicks in Firefox.
    stage.eval("void document.querySelector('#sign-out-fetch').click()").await;
    all_show(stage, None).await;
    swap(stage, "two").await;
    stage.stays(LAUNCHERS, 0, A_WHILE).await;
}

in_every_engine!(launcher_comes_back_after_htmx_2_swaps_the_body, swapping(), async |stage| {
    launcher_comes_back(stage, "htmx-2").await;
});

in_every_engine!(launcher_comes_back_after_htmx_4_swaps_the_body, swapping(), async |stage| {
    launcher_comes_back(stage, "htmx-4").await;
});

in_every_engine!(launcher_comes_back_after_unpoly_swaps_the_body, swapping(), async |stage| {
    launcher_comes_back(stage, "unpoly").await;
});

in_every_engine!(launcher_comes_back_after_astro_swaps_the_body, swapping(), async |stage| {
    launcher_comes_back(stage, "astro").await;
});

in_every_engine!(unpoly_sees_no_new_assets_in_the_head, swapping(), async |stage| {
    stage.sign_in("user-1").await;
    stage.open("/swap/unpoly/one").await;
    stage.eval("window.sameDocument = true").await;
    all_show(stage, Some("user-1")).await;
    swap(stage, "two").await;
    swap(stage, "one").await;
    stage.stays("window.assetsChanged", 0, A_WHILE).await;
});
