//! The widgets whose settings are in the environment.

use tower_widget_identity::widget::{Ferndesk, Intercom, ZendeskClassic};
use tower_widget_identity::{Secret, Widgets, WidgetsBuilder};

use super::failure::Failure;

/// A widget, by its two environment variables.
struct Row {
    id: &'static str,
    secret: &'static str,
    add: fn(WidgetsBuilder, String, Secret) -> WidgetsBuilder,
}

const TABLE: [Row; 3] = [
    Row {
        id: "INTERCOM_APP_ID",
        secret: "INTERCOM_SECRET",
        add: |widgets, id, secret| widgets.widget(Intercom::new(id, secret)),
    },
    Row {
        id: "FERNDESK_WIDGET_ID",
        secret: "FERNDESK_SECRET",
        add: |widgets, id, secret| widgets.widget(Ferndesk::new(id, secret)),
    },
    Row {
        id: "ZENDESK_KEY",
        secret: "ZENDESK_CHAT_SECRET",
        add: |widgets, id, secret| widgets.widget(ZendeskClassic::chat(id, secret)),
    },
];

/// Returns the configured widgets. `variable` reads an environment variable.
pub(crate) fn configured(variable: impl Fn(&str) -> Option<String>) -> Result<WidgetsBuilder, Failure> {
    let setting = |name| variable(name).filter(|value| !value.trim().is_empty());
    let mut widgets = None;
    for row in TABLE {
        match (setting(row.id), setting(row.secret)) {
            (Some(id), Some(secret)) => {
                let others = widgets.unwrap_or_else(Widgets::builder);
                widgets = Some((row.add)(others, id, Secret::new(secret)?));
            }
            (None, None) => {}
            // A missing widget without an error would be hard to explain.
            (Some(_), None) => return Err(missing(row.secret, row.id)),
            (None, Some(_)) => return Err(missing(row.id, row.secret)),
        }
    }
    widgets.ok_or_else(none)
}

fn missing(name: &str, other: &str) -> Failure {
    Failure::Environment(format!("{other} is set, and {name} is not: a widget needs both"))
}

fn none() -> Failure {
    let pairs = TABLE.map(|row| format!("{} and {}", row.id, row.secret));
    Failure::Environment(format!("no widget is configured: set {}", pairs.join(", or ")))
}
