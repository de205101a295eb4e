//! Requests between a logout and the page that carries it out: only a page that runs may do that.

use std::convert::Infallible;

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use futures::{StreamExt, stream};

use crate::harness::app::Settings;
use crate::harness::in_every_engine;
use crate::harness::pending::{guises, pending, still_pending};
use crate::harness::steps::{carried_out, fetch, open_beside, until};

in_every_engine!(head_leaves_the_logout_pending, guises(), async |page| {
    pending(page).await;
    fetch(page, "/", "{ method: 'HEAD' }", 200).await;
    fetch(page, "/as/head", "{}", 200).await;
    still_pending(page).await;

    page.open("/").await;
    carried_out(page).await;
});

in_every_engine!(json_call_leaves_the_logout_pending, Settings::default(), async |page| {
    pending(page).await;
    fetch(page, "/api", "{}", 200).await;
    // A page that a script only reads does not carry it out either.
    fetch(page, "/", "{}", 200).await;
    still_pending(page).await;

    page.open("/").await;
    carried_out(page).await;
});

fn halves() -> Settings {
    Settings { around: |router| router.layer(from_fn(halve)), ..Settings::default() }
}

/// Stops the response of `/?half` in the middle of the injected script.
async fn halve(request: Request, next: Next) -> Response {
    let wanted = request.uri().query() == Some("half");
    let response = next.run(request).await;
    if !wanted {
        return response;
    }
    let (parts, body) = response.into_parts();
    let page = to_bytes(body, usize::MAX).await.expect("a page");
    let code = page.windows(3).position(|bytes| bytes == b"'>(").expect("the injected script");
    let first = stream::iter([Ok::<_, Infallible>(page.slice(..code + 2000))]);
    Response::from_parts(parts, Body::from_stream(first.chain(stream::pending())))
}

in_every_engine!(page_aborted_half_way_leaves_the_logout_pending, halves(), async |page| {
    pending(page).await;
    open_beside(page, "/?half").await;
    let arrived = "window.beside.document.querySelectorAll('script[data-widget]').length";
    page.wait_for(arrived, 1).await;
    still_pending(page).await;
    page.eval("void window.beside.stop()").await;
    still_pending(page).await;
    page.eval("void window.beside.close()").await;

    page.open("/").await;
    carried_out(page).await;
});

in_every_engine!(page_aborted_before_it_arrives_leaves_the_logout_pending, Settings::default(), async |page| {
    pending(page).await;
    page.gate.hold_answer("/slow");
    open_beside(page, "/slow").await;
    until("the page is asked for", || page.app.requests("/slow") == 1).await;
    page.eval("void window.beside.stop()").await;
    page.gate.release("/slow");
    still_pending(page).await;
    page.eval("void window.beside.close()").await;

    page.open("/").await;
    carried_out(page).await;
});
