//! Real browsers: the example application, the injected script and the messenger, from the sign-in to the end.
//!
//! They are ignored by default, because each needs a browser and its driver:
//!
//! ```text
//! cargo test -p browser-tests -- --ignored                # all of them
//! cargo test -p browser-tests -- --ignored expiry::       # those of a file
//! cargo test -p browser-tests -- --ignored ::chromium     # those of an engine
//! ```
//!
//! These environment variables name the programs that are not in their usual places: `CHROMIUM` and `CHROMEDRIVER`,
//! `FIREFOX` and `GECKODRIVER`, `MINIBROWSER` and `WEBKIT_DRIVER`. WebKit's browser needs a screen: without `DISPLAY`,
//! the tests start `Xvfb`.

// The tests do not use its `main` or the real Intercom.
#[allow(dead_code)]
#[path = "../../examples/axum/main.rs"]
mod example;

mod harness;
#[path = "../support/mod.rs"]
mod support;

mod back_button;
mod beside_packages;
mod charset;
mod chatwoot;
mod consent;
mod domains;
mod downloads;
mod example_axum_login;
mod example_hubspot;
mod example_proxy;
mod expiry;
mod external_script;
mod gleap;
mod htmx;
mod hydration;
mod identity;
mod injected;
mod kept_copies;
mod late_pages;
mod leaks;
mod library;
mod loading;
mod lost;
mod other_tabs;
mod pending_logout;
mod policies;
mod prefetch;
mod refresh;
mod service_worker;
mod shadowed;
mod sign_out;
mod storage;
mod swaps;
mod tokens;
mod turbo;
mod visitors;
mod widgets;
mod widgets_hmac;
mod widgets_jwt;
mod windows;
mod zendesk;
