//! A configuration that tests share, and the way to read a snippet as a browser would.

use serde_json::Value;
use tower_widget_identity::{Secret, Widgets, WidgetsBuilder, vendor::Intercom};

/// The time at which tests take place.
pub(crate) const NOW: u64 = 1_800_000_000;
pub(crate) const SECRET: &str = "a secret for tests";
/// The marker's name for this configuration, and the fingerprints of user-1 and user-2, computed with Python:
/// `hashlib.sha256(b'[["intercom","demo"]]').hexdigest()[:8]`, and with k = hmac-sha256(SECRET, PURPOSE)
/// `base64.urlsafe_b64encode(hmac.digest(k, b"user-1", "sha256"))[:22]`.
pub(crate) const MARKER: &str = "__Host-widget-6828927c";
pub(crate) const FP_1: &str = "pfnN9Vl17qtdhWQ3avZdqm";
pub(crate) const FP_2: &str = "4_F3nm-Hy5tU7tTA3lpol7";

pub(crate) fn secret() -> Secret {
    Secret::new(SECRET).unwrap()
}

pub(crate) fn builder() -> WidgetsBuilder {
    Widgets::builder().vendor(Intercom::new("demo", secret())).clock(|| NOW)
}

pub(crate) fn widgets() -> Widgets {
    builder().build().unwrap()
}

/// The page before the snippet, the snippet, and the page behind it.
pub(crate) fn cut(page: &str) -> (&str, &str, &str) {
    let start = page.find("<script data-widget='").expect("a snippet");
    let end = start + page[start..].find("</script>").expect("its end") + "</script>".len();
    (&page[..start], &page[start..end], &page[end..])
}

/// The data of a snippet.
pub(crate) fn snippet(element: &str) -> Value {
    let data = element.strip_prefix("<script data-widget='").unwrap();
    serde_json::from_str(data.split_once("'>").unwrap().0).unwrap()
}
