//! Every stack in which the layers have to compile, each with a request through it.

use std::{convert::Infallible, time::Duration};

use axum::{
    BoxError, Router,
    body::Body,
    error_handling::HandleErrorLayer,
    handler::{Handler, HandlerWithoutStateExt},
    response::Html,
    routing::{MethodRouter, any_service, get, get_service},
};
use http::{Request, Response, StatusCode, header};
use http_body_util::BodyExt;
use tower::{
    Layer, Service, ServiceBuilder, ServiceExt,
    buffer::BufferLayer,
    limit::{ConcurrencyLimitLayer, GlobalConcurrencyLimitLayer, RateLimitLayer},
    make::Shared,
    service_fn,
    util::{BoxCloneService, BoxCloneServiceLayer, BoxCloneSyncService, BoxLayer, BoxService},
};
use tower_http::{
    catch_panic::CatchPanicLayer,
    compression::CompressionLayer,
    csrf::CsrfLayer,
    limit::RequestBodyLimitLayer,
    map_response_body::MapResponseBodyLayer,
    sensitive_headers::{SetSensitiveHeadersLayer, SetSensitiveRequestHeadersLayer, SetSensitiveResponseHeadersLayer},
    timeout::{RequestBodyTimeoutLayer, ResponseBodyTimeoutLayer, TimeoutLayer},
    trace::TraceLayer,
};
use tower_widget_identity::{Identity, Outcome, Viewer, WidgetBody, Widgets};

use crate::support::{FP_1, FP_2, MARKER, builder, cut, pages::PAGE, snippet, socket::Server, widgets};

const SECOND: Duration = Duration::from_secs(1);

async fn home() -> Html<&'static str> {
    Html(PAGE)
}

/// A configuration that knows user-1 by itself, so that a stack needs no other layer.
fn known() -> Widgets {
    builder().identify(|_| Some(Identity::new("user-1"))).build().unwrap()
}

/// A page load by a browser with another user's marker.
fn load(path: &str) -> Request<Body> {
    let load = Request::get(path).header("sec-fetch-dest", "document").header("sec-fetch-site", "same-origin");
    load.header("cookie", format!("{MARKER}={FP_2}")).body(Body::empty()).unwrap()
}

/// Asserts that any stack responds with the page of user-1, after a switch of users, with a correct length.
async fn carries<S, B>(stack: S, path: &str)
where
    S: Service<Request<Body>, Response = Response<B>, Error: std::fmt::Debug>,
    B: http_body::Body<Error: std::fmt::Debug>,
{
    let response = stack.oneshot(load(path)).await.unwrap();
    assert_eq!(response.extensions().get().map(Outcome::as_str), Some("switch"), "{path}");
    assert_eq!(response.headers()[header::CACHE_CONTROL], "private, no-store");
    let length = response.headers().get(header::CONTENT_LENGTH).map(|length| length.to_str().unwrap().to_owned());
    let page = response.into_body().collect().await.unwrap().to_bytes();
    let page = std::str::from_utf8(&page).unwrap();
    assert!(length.is_none_or(|length| length == page.len().to_string()));
    let (before, element, after) = cut(page);
    assert_eq!(format!("{before}{after}"), PAGE, "{path}");
    assert_eq!(snippet(element)["fp"], FP_1);
}

fn service() -> impl Service<Request<Body>, Response = Response<Body>, Error = Infallible, Future: Send> + Clone + Send
{
    service_fn(async |_: Request<Body>| {
        Ok(Response::builder().header("content-type", "text/html").body(PAGE.into()).unwrap())
    })
}

fn router() -> Router {
    Router::new().route("/", get(home))
}

// ---- axum's positions ---------------------------------------------------------------------------------------------

#[tokio::test]
async fn layers_work_in_every_position_of_a_router() {
    let (page, logout) = (known().layer(), known().logout_layer());
    let handler = home.layer(page.clone()).layer(logout.clone());
    for router in [
        router().layer(page.clone()),
        router().route_layer(page.clone()),
        router().layer(page.clone()).layer(logout.clone()),
        Router::new().route("/", get(home).layer(page.clone())),
        Router::new().route("/", get(home).route_layer(page.clone()).route_layer(logout.clone())),
        Router::new().route("/", MethodRouter::new().get(home.layer(page.clone()))),
        Router::new().route("/", get(handler.clone())),
        Router::new().route_service("/", handler.with_state(())),
        Router::new().route_service("/", page.layer(service())),
        Router::new().route_service("/", page.layer(router())),
        Router::new().route("/", any_service(page.layer(logout.layer(service())))),
        Router::new().route("/", get_service(page.layer(HandlerWithoutStateExt::into_service(home)))),
        Router::new().fallback(home).layer(page.clone()),
        Router::new().fallback(home.layer(page.clone())),
        Router::new().fallback_service(page.layer(service())),
        Router::new().fallback_service(page.layer(logout.layer(router()))),
        Router::new().merge(router().layer(page.clone())).route("/bare", get(home)),
        router().with_state(()).layer(ServiceBuilder::new().layer(logout.clone()).layer(page.clone())),
        router().layer((page.clone(), logout.clone())),
    ] {
        carries(router, "/").await;
    }
    for router in [
        Router::new().nest("/app", router()).layer(page.clone()),
        Router::new().nest("/app", router().layer(page.clone())),
        Router::new().nest_service("/app", page.layer(router())),
        Router::new().nest_service("/app", page.layer(logout.layer(service()))),
    ] {
        carries(router, "/app").await;
    }
    // With state, and on one route alone.
    let state = Router::new()
        .route("/", get(async |axum::extract::State(page): axum::extract::State<&'static str>| Html(page)));
    carries(state.layer(page.clone()).with_state(PAGE), "/").await;
    let one = Router::new().route("/", get(home).layer(page.clone())).route("/bare", get(home));
    let bare = one.oneshot(load("/bare")).await.unwrap();
    assert_eq!(bare.into_body().collect().await.unwrap().to_bytes(), PAGE);
    // `route_layer` leaves a 404 alone.
    let lost = router().route_layer(page).oneshot(load("/lost")).await.unwrap();
    assert_eq!((lost.status(), lost.extensions().get::<Outcome>()), (StatusCode::NOT_FOUND, None));
}

#[tokio::test]
async fn token_service_works_wherever_a_service_does() {
    let widgets = builder().identify(|_| Some(Identity::new("user-1"))).token_path("/tokens").build().unwrap();
    for router in [
        Router::new().nest_service("/tokens", widgets.token_service()),
        Router::new().route_service("/tokens/{name}", widgets.token_service()),
        Router::new().fallback_service(widgets.token_service()),
        Router::new().nest("/tokens", Router::new().fallback_service(widgets.token_service())).layer(widgets.layer()),
        Router::new().nest_service(
            "/tokens",
            ServiceBuilder::new()
                .layer(TimeoutLayer::with_status_code(StatusCode::GATEWAY_TIMEOUT, SECOND))
                .layer(CatchPanicLayer::new())
                .layer(CompressionLayer::new())
                .layer(CsrfLayer::new())
                .layer(widgets.logout_layer())
                .service(widgets.token_service()),
        ),
    ] {
        let response = router.oneshot(load("/tokens/intercom")).await.unwrap();
        assert_eq!(
            (response.status(), &response.headers()["cache-control"]),
            (StatusCode::OK, &"no-store".parse().unwrap())
        );
    }
}

// ---- among tower-http's and tower's -----------------------------------------------------------------------------------

#[tokio::test]
async fn layers_work_in_one_service_builder_with_all_of_tower_http() {
    let inner = || {
        ServiceBuilder::new()
            .layer(SetSensitiveHeadersLayer::new([header::COOKIE]))
            .layer(TraceLayer::new_for_http())
            .layer(TimeoutLayer::with_status_code(StatusCode::GATEWAY_TIMEOUT, SECOND))
            .layer(CatchPanicLayer::new())
            .layer(CsrfLayer::new())
            .layer(known().layer())
            .layer(known().logout_layer())
            .layer(CsrfLayer::new())
            .layer(CatchPanicLayer::new())
            // The timeout needs bodies that implement `Default`, and those of the tracing layer do not.
            .layer(TraceLayer::new_for_http())
            .layer(TimeoutLayer::with_status_code(StatusCode::GATEWAY_TIMEOUT, SECOND))
    };
    carries(inner().service(service()), "/").await;
    let around = ServiceBuilder::new()
        .layer(CompressionLayer::new())
        .layer(RequestBodyLimitLayer::new(4096))
        .layer(RequestBodyTimeoutLayer::new(SECOND))
        .layer(ResponseBodyTimeoutLayer::new(SECOND))
        .layer(SetSensitiveRequestHeadersLayer::new([header::COOKIE]))
        .layer(SetSensitiveResponseHeadersLayer::new([header::SET_COOKIE]))
        .layer(known().layer())
        .layer(known().logout_layer())
        .layer(ResponseBodyTimeoutLayer::new(SECOND))
        .layer(RequestBodyLimitLayer::new(4096))
        .layer(MapResponseBodyLayer::new(Body::new))
        .map_request(|request: Request<_>| request.map(Body::new));
    carries(around.service(service()), "/").await;
    // The same as layers of a router; the outermost is added last.
    let layered = router()
        .layer(known().layer())
        .layer(CatchPanicLayer::new())
        .layer(RequestBodyLimitLayer::new(4096))
        .layer(TimeoutLayer::with_status_code(StatusCode::GATEWAY_TIMEOUT, SECOND))
        .layer(CsrfLayer::new())
        .layer(SetSensitiveHeadersLayer::new([header::COOKIE]))
        .layer(TraceLayer::new_for_http())
        .layer(CompressionLayer::new());
    carries(layered, "/").await;
    let inside = router()
        .layer(TraceLayer::new_for_http())
        .layer(RequestBodyLimitLayer::new(4096))
        .layer(TimeoutLayer::with_status_code(StatusCode::GATEWAY_TIMEOUT, SECOND))
        .layer(CatchPanicLayer::new())
        .layer(known().logout_layer())
        .layer(known().layer());
    carries(inside, "/").await;
}

#[tokio::test]
async fn layers_work_among_buffers_limits_and_boxes_of_tower() {
    let page = known().layer();
    let limited = ServiceBuilder::new()
        .layer(BufferLayer::<Request<Body>>::new(8))
        .layer(ConcurrencyLimitLayer::new(8))
        .layer(RateLimitLayer::new(8, SECOND))
        .layer(page.clone())
        .layer(BufferLayer::<Request<Body>>::new(8))
        .layer(GlobalConcurrencyLimitLayer::new(8))
        .layer(known().logout_layer());
    carries(limited.service(service()), "/").await;
    carries(BoxCloneService::new(page.layer(service())), "/").await;
    carries(page.layer(BoxCloneService::new(service())), "/").await;
    carries(page.layer(BoxService::new(service())), "/").await;
    carries(BoxCloneSyncService::new(page.layer(router())), "/").await;
    carries(BoxLayer::new(page.clone()).layer(service()), "/").await;
    carries(BoxCloneServiceLayer::new(page.clone()).layer(service()), "/").await;
    carries(page.layer(service()).map_err(BoxError::from).boxed_clone(), "/").await;
    let either = ServiceBuilder::new()
        .layer(page.clone())
        .option_layer(Some(TimeoutLayer::with_status_code(StatusCode::GATEWAY_TIMEOUT, SECOND)));
    carries(either.service(service()), "/").await;
    // Errors in a router are handled outside, as for any layer that fails.
    let fallible = ServiceBuilder::new()
        .layer(HandleErrorLayer::new(async |_: BoxError| StatusCode::SERVICE_UNAVAILABLE))
        .layer(page)
        .buffer(8)
        .concurrency_limit(8);
    carries(router().layer(fallible), "/").await;
}

// ---- axum::serve ---------------------------------------------------------------------------------------------------

#[tokio::test]
async fn axum_serves_a_router_with_the_layers_around_it() {
    let app = || {
        ServiceBuilder::new()
            .map_response(|response: Response<WidgetBody<Body>>| response.map(Body::new))
            .layer(known().layer())
            .service(router())
    };
    let listener = || async {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        (listener, address)
    };
    let (first, at_first) = listener().await;
    let (second, at_second) = listener().await;
    let (third, at_third) = listener().await;
    let shared = axum::serve(first, Shared::new(app()));
    let made = axum::serve(second, axum::ServiceExt::<Request<Body>>::into_make_service(app()));
    let inside = axum::serve(third, router().layer(known().layer()));
    let serving =
        [tokio::spawn(shared.into_future()), tokio::spawn(made.into_future()), tokio::spawn(inside.into_future())];
    for address in [at_first, at_second, at_third] {
        let page = Server::load_from(address, "/").await;
        assert_eq!(page.header("content-length"), Some(page.body().len().to_string().as_str()));
        cut(&page.page());
    }
    serving.iter().for_each(tokio::task::JoinHandle::abort);
}

// ---- what no bound forbids ----------------------------------------------------------------------------------------

#[tokio::test]
async fn nothing_needs_send_or_clone_or_a_readable_request() {
    struct Mute;
    let not_send = std::rc::Rc::new(());
    let service = service_fn(move |_: Request<Mute>| {
        let held = not_send.clone();
        async move {
            drop(held);
            let viewer = Viewer::SignedIn(Identity::new("user-1"));
            let response = Response::builder().header("content-type", "text/html").extension(viewer);
            Ok::<_, Mute>(
                response
                    .body(http_body_util::Full::new(std::collections::VecDeque::from(PAGE.as_bytes().to_vec())))
                    .unwrap(),
            )
        }
    });
    let request = Request::builder().header("sec-fetch-dest", "document").body(Mute).unwrap();
    let Ok(response) = widgets().layer().layer(widgets().logout_layer().layer(service)).oneshot(request).await else {
        panic!("it does not fail");
    };
    let page = response.into_body().collect().await.unwrap().to_bytes();
    cut(std::str::from_utf8(&page).unwrap());
}
