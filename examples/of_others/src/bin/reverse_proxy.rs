//! A handler that forwards each request to another server, with the widget in that server's pages:
//! <http://localhost:3000>. The crate's own example `reverse_proxy` is a complete one.

use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    http::{StatusCode, Uri},
    response::{Html, IntoResponse, Response},
    routing::get,
};
use examples_of_others::{serve, signed_in, widgets};
use hyper_util::{client::legacy::connect::HttpConnector, rt::TokioExecutor};
use tower_widget_identity::Widgets;

type Client = hyper_util::client::legacy::Client<HttpConnector, Body>;

#[derive(Clone)]
struct Upstream {
    client: Client,
    address: String,
}

async fn forward(State(upstream): State<Upstream>, mut request: Request) -> Result<Response, StatusCode> {
    let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
    let uri = format!("http://{}{path}", upstream.address);
    *request.uri_mut() = Uri::try_from(uri).map_err(|_| StatusCode::BAD_REQUEST)?;
    let response = upstream.client.request(request).await.map_err(|_| StatusCode::BAD_GATEWAY)?;
    Ok(response.into_response())
}

fn app(widgets: &Widgets, address: String) -> Router {
    let client: Client = hyper_util::client::legacy::Client::builder(TokioExecutor::new()).build_http();
    Router::new().fallback(forward).with_state(Upstream { client, address }).layer(widgets.layer())
}

/// Starts the server to which requests are forwarded; returns its address.
async fn upstream() -> std::io::Result<String> {
    let app = Router::new()
        .route("/", get(Html("<!doctype html><title>Upstream</title><p>Hello, world!")))
        .route("/data", get(async || ([("content-type", "application/json")], "{\"hello\":\"world\"}")));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?.to_string();
    tokio::spawn(async move { axum::serve(listener, app).await });
    Ok(address)
}

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let address = upstream().await?;
    serve(signed_in(app(&widgets(), address))).await
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt;
    use tower::ServiceExt;

    use super::*;

    async fn get(address: String, path: &str, destination: &str) -> (StatusCode, String) {
        let request = Request::get(path).header("sec-fetch-dest", destination).body(Body::empty()).unwrap();
        let response = signed_in(app(&widgets(), address)).oneshot(request).await.unwrap();
        let status = response.status();
        let body = response.into_body().collect().await.unwrap().to_bytes();
        (status, String::from_utf8(body.to_vec()).unwrap())
    }

    #[tokio::test]
    async fn pages_of_the_other_server_get_the_widget_and_data_stays_as_it_is() {
        let address = upstream().await.unwrap();
        let (_, page) = get(address.clone(), "/", "document").await;
        assert!(page.contains("data-widget=") && page.ends_with("<p>Hello, world!"), "{page}");
        let (_, data) = get(address, "/data", "empty").await;
        assert_eq!(data, "{\"hello\":\"world\"}");
    }

    #[tokio::test]
    async fn a_server_that_is_down_is_a_502() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        drop(listener);
        assert_eq!(get(address, "/", "document").await.0, StatusCode::BAD_GATEWAY);
    }
}
