//! The shop's messenger: the real Intercom, or the demo messenger that stands in for it.

use std::env;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use tower_widget_identity::widget::Intercom;
use tower_widget_identity::{ConfigError, Secret};

use super::BoxError;

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Demo,
    Intercom,
}

impl Kind {
    /// The name that the page's script uses.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Demo => "demo",
            Self::Intercom => "intercom",
        }
    }
}

pub(crate) struct Messenger {
    kind: Kind,
    app_id: String,
    secret: Arc<str>,
}

impl Messenger {
    /// The real messenger if both variables are set. Only one of them is an error.
    pub(crate) fn from_env() -> Result<Self, BoxError> {
        match (setting("INTERCOM_APP_ID"), setting("INTERCOM_SECRET")) {
            (Some(app_id), Some(secret)) => Ok(Self { kind: Kind::Intercom, app_id, secret: secret.into() }),
            (None, None) => Self::demo(),
            _ => Err("set both INTERCOM_APP_ID and INTERCOM_SECRET, or neither".into()),
        }
    }

    /// The demo messenger, with a new secret at every start, so that no token is valid in another run.
    pub(crate) fn demo() -> Result<Self, BoxError> {
        let mut bytes = [0; 32];
        getrandom::getrandom(&mut bytes).map_err(|error| format!("cannot get random numbers: {error}"))?;
        Ok(Self { kind: Kind::Demo, app_id: "demo".to_owned(), secret: URL_SAFE_NO_PAD.encode(bytes).into() })
    }

    pub(crate) fn kind(&self) -> Kind {
        self.kind
    }

    /// The secret for the vendor's server: its characters are the key, without decoding.
    pub(crate) fn secret(&self) -> Arc<str> {
        Arc::clone(&self.secret)
    }

    pub(crate) fn widget(&self) -> Result<Intercom, ConfigError> {
        let widget = Intercom::new(&self.app_id, Secret::new(&*self.secret)?);
        Ok(match self.kind {
            Kind::Demo => widget.library_url("/demo/messenger.js"),
            Kind::Intercom => widget,
        })
    }
}

fn setting(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.trim().is_empty())
}
