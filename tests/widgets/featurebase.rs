//! Featurebase.

use serde_json::json;
use tower_widget_identity::widget::Featurebase;

use crate::widgets::play::{play, secret};

/// As the vendor's package does it.
#[test]
fn a_renewed_token_comes_with_all_settings() {
    let featurebase = Featurebase::new("app-1", secret()).setting("theme", "dark");
    let script = "
        ada.lifetime = 600;
        await visit(ada);
        const { q } = window.Featurebase;
        window.Featurebase = recorder('Featurebase');
        q.forEach(args => window.Featurebase(...args));
        await arrive();
        await renewal();";
    let arguments = |token: &str| json!({ "appId": "app-1", "theme": "dark", "featurebaseJwt": token });
    let expected = [
        json!(["Featurebase", "boot", arguments("ada-in-page")]),
        json!("ask featurebase"),
        json!(["Featurebase", "identify", arguments("ada-fresh")]),
    ];
    assert_eq!(play(&featurebase, script), expected);
}
