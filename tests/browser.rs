//! The whole way, in a real browser: the example application, the injected script, the messenger.
//!
//! By default only the tests of the example's token verifier run, for the others need a browser and its driver:
//!
//! ```text
//! cargo test --test browser -- --ignored
//! ```
//!
//! The programs, where they are not in their usual places: `CHROMIUM` and `CHROMEDRIVER`, `FIREFOX` and `GECKODRIVER`,
//! `MINIBROWSER` and `WEBKIT_DRIVER`. WebKit's browser needs a screen: without `DISPLAY`, `Xvfb` is started.

// Its `main` and the real Intercom are of no use here.
#[allow(dead_code)]
#[path = "../examples/axum/main.rs"]
mod example;

#[path = "browser/app.rs"]
mod app;
#[path = "browser/before.rs"]
mod before;
#[path = "browser/chatwoot.rs"]
mod chatwoot;
#[path = "browser/driver.rs"]
mod driver;
#[path = "widgets/mod.rs"]
mod golden;
#[path = "browser/harness.rs"]
mod harness;
#[path = "browser/packages.rs"]
mod packages;
#[path = "browser/page.rs"]
mod page;
#[path = "browser/pool.rs"]
mod pool;
// Of the tests of the examples as programs.
#[allow(dead_code)]
#[path = "examples/process.rs"]
mod process;
#[path = "browser/tls.rs"]
mod tls;

#[path = "browser/beside_packages.rs"]
mod beside_packages;
#[path = "browser/charset.rs"]
mod charset;
#[path = "browser/consent.rs"]
mod consent;
#[path = "browser/downloads.rs"]
mod downloads;
#[path = "browser/example_axum_login.rs"]
mod example_axum_login;
#[path = "browser/example_hubspot.rs"]
mod example_hubspot;
#[path = "browser/example_proxy.rs"]
mod example_proxy;
#[path = "browser/gleap.rs"]
mod gleap;
#[path = "browser/identity.rs"]
mod identity;
#[path = "browser/injected.rs"]
mod injected;
#[path = "browser/kept.rs"]
mod kept;
#[path = "browser/late.rs"]
mod late;
#[path = "browser/loading.rs"]
mod loading;
#[path = "browser/lost.rs"]
mod lost;
#[path = "browser/policies.rs"]
mod policies;
#[path = "browser/rows_basic.rs"]
mod rows_basic;
#[path = "browser/rows_leaks.rs"]
mod rows_leaks;
#[path = "browser/rows_pages.rs"]
mod rows_pages;
#[path = "browser/rows_pending.rs"]
mod rows_pending;
#[path = "browser/rows_tokens.rs"]
mod rows_tokens;
#[path = "browser/rows_widgets.rs"]
mod rows_widgets;
#[path = "browser/shadowed.rs"]
mod shadowed;
#[path = "browser/sign_out.rs"]
mod sign_out;
#[path = "browser/swaps.rs"]
mod swaps;
#[path = "browser/widgets_dressed.rs"]
mod widgets_dressed;
#[path = "browser/widgets_hmac.rs"]
mod widgets_hmac;
#[path = "browser/widgets_jwt.rs"]
mod widgets_jwt;
#[path = "browser/windows.rs"]
mod windows;
