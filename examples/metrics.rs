//! Counts the layers' decisions with the `metrics` crate.
//!
//! One function reads the outcome from the response's extensions.
//!
//! ```text
//! cargo run --example metrics   # makes a few requests in this process, then prints the counters
//! cargo test --example metrics
//! ```
//!
//! A real application installs an exporter, such as metrics-exporter-prometheus, instead of the recorder in this file.

use std::collections::BTreeMap;
use std::error::Error;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};

use axum::body::Body;
use axum::extract::Request;
use axum::middleware::map_response;
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Extension, Router};
use futures::executor::block_on;
use metrics::{
    Counter, Gauge, Histogram, Key, KeyName, Metadata, Recorder, SharedString, Unit, counter, with_local_recorder,
};
use tower::ServiceExt;
use tower_widget_identity::widget::{Ferndesk, Intercom};
use tower_widget_identity::{Identity, Outcome, Secret, SkipWidget, Viewer, Widgets};

type BoxError = Box<dyn Error + Send + Sync>;

const MARKER: &str = "__Host-widget-demo";
const PAGE: &str = "<!doctype html><title>Home</title><h1>Hello</h1>";

/// Counts the decisions, and the widgets that had no token.
///
/// Both counters have few labels, and none of them is personal: neither an outcome nor a failure contains data about
/// the user.
async fn count(response: Response) -> Response {
    if let Some(outcome) = response.extensions().get::<Outcome>() {
        counter!("widget_outcomes_total", "outcome" => outcome.as_str()).increment(1);
        for failure in outcome.failures() {
            let (widget, error) = (failure.widget().to_owned(), failure.error().as_str());
            counter!("widget_token_failures_total", "widget" => widget, "error" => error).increment(1);
        }
    }
    response
}

fn app() -> Result<Router, BoxError> {
    let secret = || Secret::new("not a secret: this is a demo");
    let widgets = Widgets::builder()
        .widget(Intercom::new("demo", secret()?))
        .widget(Ferndesk::new("demo", secret()?))
        .marker_name(MARKER)
        .build()?;
    // A page that a layer inside ours has compressed.
    let compressed = || ([("content-encoding", "gzip")], Html("..."));
    Ok(Router::new()
        .route("/", get(async || Html(PAGE)))
        .route("/receipt", get(async || (Extension(SkipWidget), Html(PAGE))))
        .route("/compressed", get(async move || compressed().into_response()))
        .route("/logout", post(async || Redirect::to("/")).layer(widgets.logout_layer()))
        .layer(widgets.layer())
        // Outside our layers, so that it sees their outcomes.
        .layer(map_response(count)))
}

/// A request with the viewer that a session layer would have inserted.
fn request(method: &str, path: &str, viewer: Viewer, cookie: &str) -> Result<Request, BoxError> {
    let request = Request::builder().method(method).uri(path).extension(viewer);
    Ok(request.header("sec-fetch-dest", "document").header("cookie", cookie).body(Body::empty())?)
}

async fn a_few_requests() -> Result<(), BoxError> {
    let app = app()?;
    let jane = || Viewer::SignedIn(Identity::new("user-1").with_email("jane@example.com"));
    let nameless = || Viewer::SignedIn(Identity::new("user-2"));
    let out = format!("{MARKER}=out");
    for request in [
        request("GET", "/", Viewer::SignedOut, "")?,
        request("GET", "/", jane(), "")?,
        request("GET", "/", jane(), "")?,
        request("GET", "/", jane(), &out)?,
        request("GET", "/", nameless(), "")?,
        request("GET", "/receipt", jane(), "")?,
        request("GET", "/compressed", jane(), "")?,
        request("POST", "/logout", jane(), &out)?,
        request("GET", "/", Viewer::SignedOut, &out)?,
    ] {
        app.clone().oneshot(request).await?;
    }
    Ok(())
}

// ---- instead of an exporter ---------------------------------------------------------------------------------------

/// A recorder that keeps counters only.
#[derive(Default)]
struct Counters(Mutex<BTreeMap<String, Arc<AtomicU64>>>);

impl Counters {
    /// The counters in the format of Prometheus.
    fn lines(&self) -> Vec<String> {
        let counters = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        counters.iter().map(|(name, count)| format!("{name} {}", count.load(Relaxed))).collect()
    }
}

impl Recorder for Counters {
    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        let labels: Vec<_> = key.labels().map(|label| format!("{}=\"{}\"", label.key(), label.value())).collect();
        let name = format!("{}{{{}}}", key.name(), labels.join(","));
        let mut counters = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Counter::from_arc(counters.entry(name).or_default().clone())
    }

    fn register_gauge(&self, _: &Key, _: &Metadata<'_>) -> Gauge {
        Gauge::noop()
    }

    fn register_histogram(&self, _: &Key, _: &Metadata<'_>) -> Histogram {
        Histogram::noop()
    }

    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
}

fn counted() -> Result<Vec<String>, BoxError> {
    let counters = Counters::default();
    with_local_recorder(&counters, || block_on(a_few_requests()))?;
    Ok(counters.lines())
}

fn main() -> Result<(), BoxError> {
    println!("{}", counted()?.join("\n"));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The expected counters include page loads without a widget.
    #[test]
    fn every_decision_is_counted_once() {
        let expected = [
            "widget_outcomes_total{outcome=\"boot\"} 3",
            "widget_outcomes_total{outcome=\"encoded\"} 1",
            "widget_outcomes_total{outcome=\"logout\"} 1",
            "widget_outcomes_total{outcome=\"shutdown\"} 1",
            "widget_outcomes_total{outcome=\"signed-out\"} 1",
            "widget_outcomes_total{outcome=\"skipped\"} 1",
            "widget_outcomes_total{outcome=\"switch\"} 1",
            "widget_token_failures_total{widget=\"ferndesk\",error=\"missing-email\"} 1",
        ];
        assert_eq!(counted().unwrap(), expected);
    }
}
