//! Pages from askama templates, with the widget in them: <http://localhost:3000/greet/Ada>.

use askama::Template;
use axum::{
    Router,
    extract::Path,
    http::StatusCode,
    response::{Html, IntoResponse, Redirect, Response},
    routing::get,
};
use examples_of_others::{serve, signed_in, widgets};
use tower_widget_identity::Widgets;

#[derive(Template)]
#[template(path = "greeting.html")]
struct Greeting {
    name: String,
}

async fn greet(Path(name): Path<String>) -> Response {
    match (Greeting { name }).render() {
        Ok(page) => Html(page).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

fn app(widgets: &Widgets) -> Router {
    Router::new()
        .route("/", get(async || Redirect::to("/greet/Ada")))
        .route("/greet/{name}", get(greet))
        .layer(widgets.layer())
}

#[tokio::main]
async fn main() -> std::io::Result<()> {
    serve(signed_in(app(&widgets()))).await
}

#[cfg(test)]
mod tests {
    use axum::{body::Body, http::Request};
    use http_body_util::BodyExt;
    use tower::ServiceExt;

    use super::*;

    async fn page(app: Router, path: &str) -> String {
        let request = Request::get(path).header("sec-fetch-dest", "document").body(Body::empty()).unwrap();
        let response = app.oneshot(request).await.unwrap();
        String::from_utf8(response.into_body().collect().await.unwrap().to_bytes().to_vec()).unwrap()
    }

    #[tokio::test]
    async fn a_rendered_page_gets_the_widget() {
        let page = page(signed_in(app(&widgets())), "/greet/%3CAda%3E").await;
        assert!(page.contains("data-widget=") && page.contains("<h1>Hello, &#60;Ada&#62;!</h1>"), "{page}");
    }

    #[tokio::test]
    async fn without_a_viewer_the_page_is_what_the_template_says() {
        let page = page(app(&widgets()), "/greet/Ada").await;
        assert_eq!(page, Greeting { name: "Ada".to_owned() }.render().unwrap());
    }
}
