use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use futures::future::join_all;
use tower::ServiceExt;

use super::*;

/// The application with its stand-in for HubSpot.
struct Site {
    app: Router,
    stand_in: StandIn,
}

impl Site {
    async fn start() -> Self {
        Self::with(stand_in::ACCESS_TOKEN).await
    }

    async fn with(access_token: &str) -> Self {
        let (stand_in, address) = StandIn::start().await.unwrap();
        let api = HubSpotApi::new(&format!("http://{address}"), access_token).unwrap();
        let app = app(HubSpot::new("1234567", issuer(api)), stand_in.clone().routes()).unwrap();
        Self { app, stand_in }
    }

    async fn ask(&self, request: Request<Body>) -> (StatusCode, String, Option<String>) {
        let response = self.app.clone().oneshot(request).await.unwrap();
        let cookie = response.headers().get(header::SET_COOKIE).map(|value| value.to_str().unwrap().to_owned());
        let status = response.status();
        let body = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
        (status, String::from_utf8(body.to_vec()).unwrap(), cookie)
    }

    async fn sign_in(&self, user: &str) -> String {
        let request = Request::post("/login").header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        let (status, _, cookie) = self.ask(request.body(format!("user={user}").into()).unwrap()).await;
        assert_eq!(status, StatusCode::SEE_OTHER);
        cookie.unwrap().split(';').next().unwrap().to_owned()
    }

    async fn token(&self, cookie: &str) -> (StatusCode, String) {
        let request = Request::get("/widget-token/hubspot").header(header::COOKIE, cookie);
        let (status, body, _) = self.ask(request.body(Body::empty()).unwrap()).await;
        (status, body)
    }

    async fn switch(&self) {
        self.ask(Request::post("/stand-in/switch").body(Body::empty()).unwrap()).await;
    }
}

#[tokio::test]
async fn ten_tabs_cost_one_call() {
    let site = Site::start().await;
    let cookie = site.sign_in("ada").await;
    let tabs = join_all((0..10).map(|_| site.token(&cookie))).await;
    assert!(tabs.iter().all(|tab| *tab == (StatusCode::OK, "visitor-0".to_owned())), "{tabs:?}");
    assert_eq!(site.stand_in.calls(), 1);
    // A later page uses the same token.
    assert_eq!(site.token(&cookie).await, (StatusCode::OK, "visitor-0".to_owned()));
    assert_eq!(site.stand_in.calls(), 1);

    let other = site.sign_in("grace").await;
    assert_eq!(site.token(&other).await, (StatusCode::OK, "visitor-1".to_owned()));
    assert_eq!(site.stand_in.calls(), 2);
}

#[tokio::test]
async fn while_the_api_is_down_the_page_works_without_a_token() {
    let site = Site::start().await;
    let cookie = site.sign_in("ada").await;
    site.switch().await;
    let (status, body) = site.token(&cookie).await;
    assert_eq!((status, body.as_str()), (StatusCode::SERVICE_UNAVAILABLE, "{\"error\":\"issuer-failed\"}"));

    let page = Request::get("/").header(header::COOKIE, &cookie).header("sec-fetch-dest", "document");
    let (status, html, _) = site.ask(page.body(Body::empty()).unwrap()).await;
    assert_eq!(status, StatusCode::OK);
    assert!(html.contains("Signed in as <b>ada</b>") && html.contains("data-widget"));
    assert!(!html.contains("visitor-"), "no page contains a token");

    site.switch().await;
    assert_eq!(site.token(&cookie).await, (StatusCode::OK, "visitor-0".to_owned()));
}

#[tokio::test]
async fn wrong_access_token_yields_no_token() {
    let site = Site::with("another").await;
    let cookie = site.sign_in("ada").await;
    assert_eq!(site.token(&cookie).await.0, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(site.stand_in.calls(), 1);
}

#[tokio::test]
async fn signed_out_visitor_gets_no_token_and_costs_no_call() {
    let site = Site::start().await;
    assert_eq!(site.token("id=none").await.0, StatusCode::UNAUTHORIZED);
    assert_eq!(site.stand_in.calls(), 0);
}
