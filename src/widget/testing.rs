//! What every widget's type must satisfy, and what the tests of single widgets share.

use std::{
    fmt::Debug,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use serde_json::{Value, json};

use super::definition::Widget;
use crate::{error::ConfigErrorKind, identity::Identity, sign::Secret};

const CANARY: &str = "canary secret";

pub(super) fn secret() -> Secret {
    Secret::new(CANARY).unwrap()
}

pub(super) fn now() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_700_000_000)
}

pub(super) fn person() -> Identity {
    Identity::new("user-123").with_email("user@example.com").with_name("The Name").with_attribute("plan", "pro")
}

pub(super) fn settings(widget: &impl Widget) -> Value {
    json!(widget.manifest().settings())
}

/// `Debug` hides the secret (in plain text, as bytes and in hexadecimal digits) and the users for whom the widget was
/// called.
pub(super) fn assert_hides_secret_and_users(widget: &(impl Widget + Debug)) {
    let name = widget.manifest().name().to_owned();
    // If a widget remembered users, its `Debug` would show them too.
    let _ = (widget.mint(&name, &person(), now()), widget.boot_data(&person(), now()));
    for text in [format!("{widget:?}"), format!("{widget:#?}"), format!("{:?}", (Some(widget), [widget]))] {
        assert!(text.contains("app-1") && text.contains("Secret(..)"), "{name}: {text}");
        let flat = text.to_lowercase().split_whitespace().collect::<String>();
        for leak in ["canary", "99,97,110,97,114,121", "0x63", "63616e617279", "user-123", "user@", "thename", "pro\""]
        {
            assert!(!flat.contains(leak), "{name} shows {leak}: {text}");
        }
    }
}

/// Asserts what every widget's type must satisfy. `moved` is the widget with its library at `/own.js`.
pub(super) fn assert_is_a_widget<W>(name: &str, widget: &W, moved: &W)
where
    W: Widget + Clone + Debug + Send + Sync + Unpin + 'static,
{
    assert_hides_secret_and_users(widget);
    assert_eq!(widget.manifest().name(), name);
    assert_eq!(widget.clone().manifest().app_id(), "app-1", "{name}");
    assert_eq!(moved.manifest().library(), Some("/own.js"), "{name}");
    assert!(moved.manifest().csp_sources().has_script("/own.js"), "{name}: the policy allows the library");
}

/// `check` rejects each of these keys as a setting: they identify a user, or have their own setter.
pub(super) fn assert_reserved<W: Widget>(with: impl Fn(&str) -> W, keys: &[&str]) {
    for key in keys {
        let (widget, name) = (with(key), with(key).manifest().name().to_owned());
        let error = widget.check().unwrap_err();
        assert_eq!(error.kind(), ConfigErrorKind::Setting, "{error}");
        assert!(error.to_string().contains(&format!("{name}: `{key}`")), "{error}");
    }
}

/// `check` accepts these settings, and the manifest contains them.
pub(super) fn assert_settings(widget: &impl Widget, expected: Value) {
    assert_eq!(widget.check(), Ok(()));
    assert_eq!(settings(widget), expected);
}

pub(super) fn assert_refused(widget: &impl Widget, kind: ConfigErrorKind, words: &[&str]) {
    let error = widget.check().unwrap_err();
    assert_eq!(error.kind(), kind, "{error}");
    for word in words {
        assert!(error.to_string().contains(word), "{word:?} in {error}");
    }
}
