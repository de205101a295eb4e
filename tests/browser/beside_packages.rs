//! Pages that also load a vendor's library by its own npm package: one library, and it knows who is signed in.

use axum::Router;
use axum::extract::{Extension, Path};
use axum::http::StatusCode;
use axum::response::Html;
use axum::routing::get;
use serde_json::json;
use tower_widget_identity::Widgets;
use tower_widget_identity::widget::ZendeskClassic;

use crate::harness::app::{App, Session, Settings, script};
use crate::harness::dressed::Dressed;
use crate::harness::packages::{bundle, document};
use crate::harness::steps::A_WHILE;
use crate::harness::vendors::{asking_the_session, secret, stubs};
use crate::harness::{Stage, in_every_engine};
use crate::support::golden;

/// A package here: the widget whose library it loads, the URL in the package's code, and the URL of our stub.
struct Package {
    name: &'static str,
    widget: &'static str,
    address: &'static str,
    here: &'static str,
    /// The rest of the library's URL, after `address`.
    rest: &'static str,
}

const PACKAGES: [Package; 6] = [
    Package {
        name: "featurebase",
        widget: "featurebase",
        address: "https://do.featurebase.app",
        here: "/vendor/featurebase",
        rest: "/js/sdk.js",
    },
    Package {
        name: "crisp",
        widget: "crisp",
        address: "https://client.crisp.chat",
        here: "/vendor/crisp",
        rest: "/l.js",
    },
    Package {
        name: "tawk",
        widget: "tawk",
        address: "https://embed.${basePath}",
        here: "/vendor/tawk",
        rest: "/app-1/default",
    },
    Package {
        name: "intercom",
        widget: "intercom",
        address: "https://widget.intercom.io",
        here: "/vendor/intercom",
        rest: "/widget/abcd1234",
    },
    Package {
        name: "intercom_react",
        widget: "intercom",
        address: "https://widget.intercom.io",
        here: "/vendor/intercom",
        rest: "/widget/abcd1234",
    },
    Package {
        name: "userflow",
        widget: "userflow",
        address: "https://js.userflow.com/",
        here: "/vendor/userflow/",
        rest: "legacy/userflow.js",
    },
];

/// The same for react-zendesk.
const ZENDESK: (&str, &str) = ("https://static.zdassets.com/ekr/snippet.js", "/stubs/zendesk.js");

impl Package {
    fn library(&self) -> String {
        format!("{}{}", self.here, self.rest)
    }

    /// The widget that loads the library from the same URL.
    fn widget(&self) -> Dressed {
        let widgets = golden::every();
        let golden = widgets.iter().find(|golden| golden.name() == self.widget).expect("a widget");
        let library = golden.widget().manifest().library().unwrap_or_default().to_owned();
        let address = self.address.replace("${basePath}", "tawk.to");
        assert_eq!(library, format!("{address}{}", self.rest), "the package and the widget load the same");
        Dressed::new(golden).with_library(self.library())
    }
}

/// Every widget on each page, and one package.
fn beside() -> Settings {
    Settings {
        routes: |_| Router::new().route("/beside/{package}", get(page)),
        assets: |app: &App| {
            let beside = || script(include_str!("stubs/beside.js"));
            let libraries = [
                "featurebase/js/sdk.js",
                "crisp/l.js",
                "tawk/app-1/default",
                "intercom/widget/abcd1234",
                "userflow/legacy/userflow.js",
            ];
            let vendors =
                libraries.iter().fold(stubs(app), |router, path| router.route(&format!("/vendor/{path}"), beside()));
            PACKAGES
                .iter()
                .fold(vendors, |router, package| {
                    let code = bundle(package.name, &[(package.address, package.here)]);
                    router.route(&format!("/packages/{}", package.name), code)
                })
                .route("/packages/zendesk", bundle("zendesk", &[ZENDESK]))
                .route("/slow.png", get(slow))
        },
        widgets: |_| {
            let zendesk =
                ZendeskClassic::chat("key-1", secret("zendesk-chat")).help_center(secret("zendesk-help-center"));
            let zendesk = zendesk.library_url(format!("{}?key=key-1", ZENDESK.1));
            let packages = PACKAGES.iter().filter(|package| package.name != "intercom_react");
            packages.fold(asking_the_session(Widgets::builder()).widget(zendesk), |builder, package| {
                builder.widget(package.widget())
            })
        },
        ..Settings::default()
    }
}

async fn slow() -> StatusCode {
    tokio::time::sleep(A_WHILE).await;
    StatusCode::NOT_FOUND
}

async fn page(session: Extension<Session>, Path(package): Path<String>) -> Html<String> {
    // An image, as most pages have one. The package makes its element before the page's `load` event.
    let content = format!("<script src=\"/packages/{package}\"></script><img src=\"/slow.png\" alt=\"\">");
    document(&session, &format!("/beside/{package}"), "", &content)
}

/// The number of elements with this URL.
fn elements(library: &str) -> String {
    format!(
        "[...document.querySelectorAll('script[src]')].filter((each) => each.src === new URL('{library}', location).href).length"
    )
}

async fn library_is_loaded_once(stage: &Stage, name: &str) {
    let package = PACKAGES.iter().find(|package| package.name == name).expect("a package");
    stage.sign_in("user-1").await;
    stage.open(&format!("/beside/{name}")).await;
    let identified = format!("(window.noted ?? []).some((call) => /^{}.*(user-1|jwt)/i.test(call))", package.widget);
    stage.wait_for(&identified, true).await;
    stage.stays(&elements(&package.library()), 1, A_WHILE).await;
    // Five libraries, each loaded once.
    stage.wait_for("window.arrivals", 5).await;
}

in_every_engine!(library_is_loaded_once_beside_featurebase_js, beside(), async |stage| {
    library_is_loaded_once(stage, "featurebase").await;
});

in_every_engine!(library_is_loaded_once_beside_crisp_sdk_web, beside(), async |stage| {
    library_is_loaded_once(stage, "crisp").await;
});

in_every_engine!(library_is_loaded_once_beside_tawk_messenger_react, beside(), async |stage| {
    library_is_loaded_once(stage, "tawk").await;
});

in_every_engine!(library_is_loaded_once_beside_intercoms_own_package, beside(), async |stage| {
    library_is_loaded_once(stage, "intercom").await;
});

in_every_engine!(library_is_loaded_once_beside_react_use_intercom, beside(), async |stage| {
    library_is_loaded_once(stage, "intercom_react").await;
});

in_every_engine!(library_is_loaded_once_beside_userflow_js, beside(), async |stage| {
    library_is_loaded_once(stage, "userflow").await;
    // What the page called through the package before the library was there. The snippet's stub took those calls.
    stage
        .wait_for("window.noted.filter((call) => /^userflow.*(setBaseZIndex|setUrlFilter)/.test(call)).length", 2)
        .await;
    assert_eq!(stage.eval("window.userflowErrors").await, json!([]));
});

// --- react-zendesk, which assigns its own settings ----------------------------------------------

const AUTHENTICATED: &str =
    "[window.vendorStubs?.zendesk?.chat ?? null, window.vendorStubs?.zendesk?.helpCenter ?? null]";
const ERRORS: &str = "vendorStubs.zendesk.errors";

async fn zendesk_knows_user_1(stage: &Stage) {
    stage.wait_for(AUTHENTICATED, json!(["user-1@example.test", "user-1@example.test"])).await;
    assert_eq!(stage.eval(ERRORS).await, json!([]));
    // What the page has set is there too.
    assert_eq!(stage.eval("vendorStubs.zendesk.settings.color.theme").await, "#78a300");
}

in_every_engine!(zendesk_authenticates_beside_react_zendesk, beside(), async |stage| {
    stage.sign_in("user-1").await;
    stage.open("/beside/zendesk").await;
    zendesk_knows_user_1(stage).await;
    stage.stays(&elements("/stubs/zendesk.js?key=key-1"), 1, A_WHILE).await;
    stage.click("#sign-out-fetch").await;
    stage.wait_for(AUTHENTICATED, json!([null, null])).await;
});

in_every_engine!(
    zendesk_authenticates_where_react_zendesk_mounts_before_the_library_is_there,
    beside(),
    async |stage| {
        stage.sign_in("user-1").await;
        stage.gate.hold("/stubs/zendesk.js");
        stage.open("/beside/zendesk?later").await;
        stage.wait_for(&elements("/stubs/zendesk.js?key=key-1"), 1).await;
        stage.eval("void mountZendesk()").await;
        stage.wait_for("window.zESettings?.webWidget?.color?.theme ?? null", "#78a300").await;
        stage.gate.release("/stubs/zendesk.js");
        zendesk_knows_user_1(stage).await;
    }
);
