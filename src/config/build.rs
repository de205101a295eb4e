//! Checks what the builder has collected, and prepares everything that all pages have in common.

use std::{collections::BTreeSet, sync::Arc};

use super::{
    builder::WidgetsBuilder,
    checked::Config,
    widgets::{Set, Widgets},
};
use crate::{
    csp::{self, CspNeeds, CspSources},
    error::{ConfigError, ConfigErrorKind},
    hints::Hints,
    host::Site,
    marker::{MarkerCookie, MarkerKey},
    protocol::PAGE,
    snippet::{ConstantData, CookieData, ScriptFile, Snippet, widget_data},
    widget::ConfiguredWidget,
    worker::Worker,
};

/// The default path of the token service.
const TOKEN_PATH: &str = "/widget-token";

impl WidgetsBuilder {
    /// Checks the configuration and prepares everything that all pages have in common.
    ///
    /// # Errors
    ///
    /// A [`ConfigError`] that says how to correct the configuration: it has no widget or has one twice, or an id, a
    /// lifetime, a cookie name or a path is invalid.
    pub fn build(mut self) -> Result<Widgets, ConfigError> {
        self.check_widgets()?;
        // Neither the code nor the marker key may depend on the order in which the application adds the widgets.
        self.widgets.sort_by(|one, other| one.name().cmp(other.name()));
        let token_path = self.checked_token_path()?;
        self.check_logout_paths()?;
        let marker = MarkerCookie::build(&self.marker, &self.widgets)?;
        let secret = self.marker.key.as_ref().or_else(|| self.widgets.iter().find_map(ConfiguredWidget::secret));
        let marker_key = MarkerKey::derive(secret.ok_or_else(no_marker_key)?);
        let constants = ConstantData {
            cookie: CookieData { name: &marker.name, attributes: &marker.attributes },
            tokens: &token_path,
            iframes: self.iframes,
            visitors: self.visitors,
            widgets: self.widgets.iter().map(|widget| widget_data(widget.manifest())).collect(),
        };
        let snippet = Snippet::build(&constants, &self.widgets, self.load, self.external_script)?;
        let https_only = marker.needs_https();
        let csp_needs = CspNeeds::new(snippet.hashes(), self.checked_sources(&token_path, snippet.file())?);
        Ok(Widgets(Set::One(Arc::new(Config {
            identified_cookies: self
                .widgets
                .iter()
                .filter_map(|widget| widget.manifest().identified_cookie().map(str::to_owned))
                .collect(),
            worker: self.widgets.iter().any(|widget| widget.manifest().has_costly_tokens()).then(Worker::start),
            names: self.widgets.iter().map(|widget| widget.name().to_owned()).collect(),
            widgets: self.widgets,
            identify: self.identify,
            when: self.when,
            delivery: self.delivery,
            iframes: self.iframes,
            visitors: self.visitors,
            runtime_for_visitors: self.visitors || self.spa,
            token_path,
            marker,
            snippet,
            csp: self.csp,
            csp_needs,
            marker_key,
            clock: self.clock,
            site: Site { https_only, forwarded_host: self.forwarded_host },
            explain: self.explain,
            uncompressed: !self.encoded,
            logout_paths: self.logout_paths,
            hints: Hints::default(),
        }))))
    }

    fn check_widgets(&self) -> Result<(), ConfigError> {
        if self.widgets.is_empty() {
            return Err(no_widget());
        }
        let mut names = BTreeSet::new();
        for widget in &self.widgets {
            widget.check()?;
            widget.manifest().unique_names().try_for_each(|name| check_unique(&mut names, name))?;
        }
        Ok(())
    }

    /// The sources of the widgets and of the runtime's own requests, checked.
    fn checked_sources(&self, token_path: &str, file: Option<&ScriptFile>) -> Result<CspSources, ConfigError> {
        let own = self.csp_sources.clone().connect([csp::path_source(&format!("{token_path}/"))]);
        let own = own.script(file.map(|file| csp::path_source(&format!("{token_path}/{}", file.name))));
        let sources = self.widgets.iter().fold(own, |all, widget| all.merge(widget.manifest().csp_sources()));
        match sources.illegal() {
            None => Ok(sources),
            Some(source) => Err(ConfigError::new(
                ConfigErrorKind::CspSource,
                format!(
                    "{source:?} cannot be a CSP source: name a scheme and a host, or a path on the page's own host"
                ),
            )),
        }
    }

    fn check_logout_paths(&self) -> Result<(), ConfigError> {
        match self.logout_paths.iter().find(|path| !is_absolute_path(path)) {
            None => Ok(()),
            Some(path) => Err(ConfigError::new(
                ConfigErrorKind::LogoutPath,
                format!("{path:?} cannot be a logout path: name an absolute path, like `/logout`"),
            )),
        }
    }

    fn checked_token_path(&self) -> Result<String, ConfigError> {
        let path = self.token_path.as_deref().unwrap_or(TOKEN_PATH);
        if is_absolute_path(path) {
            return Ok(path.trim_end_matches('/').to_owned());
        }
        let message = "the token path must be an absolute path of its own, like `/widget-token`";
        Err(ConfigError::new(ConfigErrorKind::TokenPath, message))
    }
}

/// Checks the name of a widget or token.
///
/// Names are used in paths, header names and scripts, and `page` is reserved.
pub(crate) fn check_unique<'a>(names: &mut BTreeSet<&'a str>, name: &'a str) -> Result<(), ConfigError> {
    let legal = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if name.is_empty() || name == PAGE || !name.bytes().all(legal) {
        let message =
            format!("{name:?}: a widget's name must be of lower-case letters, digits and hyphens, and not `page`");
        return Err(ConfigError::new(ConfigErrorKind::WidgetName, message));
    }
    if !names.insert(name) {
        let message = format!("{name} is configured twice: one configuration serves every page");
        return Err(ConfigError::new(ConfigErrorKind::DuplicateWidget, message));
    }
    Ok(())
}

/// Whether this is an absolute path on this host, in the form in which browsers request it.
///
/// It must not contain `//host` (another origin), `..` (browsers resolve it), a query, an escape or white space.
fn is_absolute_path(path: &str) -> bool {
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@/".contains(&byte);
    let trimmed = path.trim_end_matches('/');
    trimmed.starts_with('/')
        && trimmed.bytes().all(legal)
        && trimmed.split('/').skip(1).all(|segment| !matches!(segment, "" | "." | ".."))
}

fn no_marker_key() -> ConfigError {
    ConfigError::new(
        ConfigErrorKind::Secret,
        "no widget has a secret, because their vendors issue the tokens: set one for the marker cookie with marker_key(..)",
    )
}

fn no_widget() -> ConfigError {
    ConfigError::new(
        ConfigErrorKind::NoWidget,
        "no widget is configured: add one with widget(..), or use Widgets::disabled()",
    )
}
