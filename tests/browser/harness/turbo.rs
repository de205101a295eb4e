//! Pages with Turbo Drive.

use axum::Router;
use axum::extract::{self, Extension};
use axum::response::Html;
use axum::routing::get;

use crate::harness::Stage;
use crate::harness::app::{Session, Settings};
use crate::harness::packages::{document, library};
use crate::harness::vendors::{all_widgets, stubs};

pub(crate) fn turbo() -> Settings {
    Settings {
        routes: |_| Router::new().route("/turbo/{page}", get(turbo_page)).route("/frame", get(frame)),
        assets: |_| Router::new().route("/libs/turbo.js", library("@hotwired/turbo/dist/turbo.es2017-umd.js")),
        ..Settings::default()
    }
}

pub(crate) async fn turbo_page(
    session: Extension<Session>,
    extract::Path(name): extract::Path<String>,
) -> Html<String> {
    let links = "<a id=\"one\" href=\"/turbo/one\">one</a> <a id=\"two\" href=\"/turbo/two\">two</a>\n\
        <turbo-frame id=\"part\"><a id=\"into-the-frame\" href=\"/frame\">part</a></turbo-frame>";
    document(&session, &format!("/turbo/{name}"), "<script src=\"/libs/turbo.js\"></script>", links)
}

/// A whole document, of which Turbo takes one element.
pub(crate) async fn frame() -> Html<&'static str> {
    Html("<!doctype html>\n<title>part</title>\n<turbo-frame id=\"part\"><b id=\"arrived\">here</b></turbo-frame>\n")
}

pub(crate) async fn open_turbo(page: &Stage) {
    page.open("/turbo/one").await;
    page.eval("window.sameDocument = true").await;
    page.wait_for("typeof window.Turbo", "object").await;
}

/// Clicks without moving the mouse, because Turbo prefetches when the mouse moves over a link.
pub(crate) async fn turbo_visit(page: &Stage, name: &str) {
    page.eval(&format!("void document.querySelector('#{name}').click()")).await;
    page.wait_for("document.body.dataset.page", format!("/turbo/{name}")).await;
}

pub(crate) async fn turbo_submit(page: &Stage, button: &str, user: &str) {
    page.click(button).await;
    page.wait_for("document.body.dataset.user", user).await;
    assert_eq!(page.eval(SAME_DOCUMENT).await, true, "Turbo submitted the form");
}

/// Whether the document is still the same: Turbo keeps it when it handles a link or a form.
pub(crate) const SAME_DOCUMENT: &str = "window.sameDocument === true";

pub(crate) fn turbo_with_launcher() -> Settings {
    Settings { routes: turbo().routes, assets: |app| stubs(app).merge((turbo().assets)(app)), ..all_widgets() }
}
