//! What the programs share: a set of widgets, a signed-in user, and a server.

use axum::{Extension, Router};
use tower_widget_identity::{Identity, Secret, Viewer, Widgets, widget::Intercom};

/// One widget, over plain HTTP for `localhost`.
pub fn widgets() -> Widgets {
    let secret = Secret::new("an example's secret").expect("a secret that is not blank");
    let widgets = Widgets::builder().widget(Intercom::new("abcd1234", secret)).plain_http(true);
    widgets.build().expect("a valid configuration")
}

/// Stands for the application's authentication: every request is user 42's.
pub fn signed_in(app: Router) -> Router {
    app.layer(Extension(Viewer::SignedIn(Identity::new(42).with_name("Ada"))))
}

/// Serves the application at <http://localhost:3000>.
pub async fn serve(app: Router) -> std::io::Result<()> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    println!("Open http://localhost:3000");
    axum::serve(listener, app).await
}
