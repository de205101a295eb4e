//! Pages that name their charset only in a `<meta>`, which the snippet moves further down.

use std::convert::Infallible;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::Path;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use futures::{FutureExt, StreamExt, stream};
use serde_json::json;
use tokio::time::sleep;

use crate::harness::app::Settings;
use crate::harness::in_every_engine;
use crate::harness::page::STATE;
use crate::harness::steps::verified;

const A_WHILE: Duration = Duration::from_millis(400);

/// The number of bytes that browsers always search:
/// <https://html.spec.whatwg.org/multipage/parsing.html#determining-the-character-encoding>.
const PRESCANNED: usize = 1024;

/// The greeting in windows-1251.
const GREETING: &[u8] = b"\xcf\xf0\xe8\xe2\xe5\xf2";
const AS_READ: &str = "\u{41f}\u{440}\u{438}\u{432}\u{435}\u{442}";

/// How the browser decoded the page: the charset, the title and the text.
const READ: &str = "[document.characterSet, document.title, document.querySelector('#greeting')?.textContent]";

fn charsets() -> Settings {
    Settings { routes: |_| Router::new().route("/charset/{place}", get(page)), ..Settings::default() }
}

/// A page whose `<meta>` comes at once, late, or late and after a pause.
async fn page(Path(place): Path<String>) -> Response {
    let padding = if place == "early" { 0 } else { 6 * PRESCANNED };
    let before = format!("<!doctype html>\n<html>\n<head><!--{}-->", "-".repeat(padding)).into_bytes();
    let meta = b"<meta charset=windows-1251><link rel=icon href='data:,'><title>";
    let after =
        [meta, GREETING, b"</title></head>\n<body><p id=greeting>", GREETING, b"</p></body>\n</html>\n"].concat();
    let pause = if place == "in-parts" { A_WHILE } else { Duration::ZERO };
    let rest = sleep(pause).map(|()| Bytes::from(after)).into_stream();
    let parts = stream::iter([Bytes::from(before)]).chain(rest).map(Ok::<_, Infallible>);
    ([(header::CONTENT_TYPE, "text/html")], Body::from_stream(parts)).into_response()
}

in_every_engine!(a_charset_in_a_meta_is_kept_however_late_it_comes, charsets(), async |page| {
    let expected = json!(["windows-1251", AS_READ, AS_READ]);
    let places = ["early", "late", "in-parts"].map(|place| format!("/charset/{place}"));
    for path in &places {
        page.open(path).await;
        page.wait_for(READ, expected.clone()).await;
        assert_eq!(page.eval(STATE).await, json!(null), "{path}: a signed-out visitor's page gets no snippet");
    }

    page.open("/").await;
    page.sign_in("user-1").await;
    for path in &places {
        page.app.clear_log();
        page.open(path).await;
        verified(page, "user-1").await;
        page.wait_for(READ, expected.clone()).await;
        assert_eq!(page.app.requests(path), 1, "{path}: it is not loaded again for its charset");
    }
});
