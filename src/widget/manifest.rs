//! The manifest: the public facts about a widget that are the same for every user.

use std::borrow::Cow;

use serde::Serialize;
use serde_json::{Map, Value};

use crate::csp::{CspSources, library_source};

/// The public facts about a widget, the same on every page and for every user.
///
/// ```
/// use tower_widget_identity::widget::{Manifest, SessionArtifacts};
///
/// let manifest = Manifest::new("acme", "acme-1", "tools => ({ boot() {}, refresh() {}, shutdown() {} })")
///     .with_library("https://cdn.acme.example/widget.js")
///     .with_artifacts(SessionArtifacts::new().cookie("acme_session"));
/// assert_eq!(manifest.token_names(), ["acme"], "its own name");
/// assert!(!manifest.requires_token_path());
/// ```
#[derive(Clone, Debug)]
pub struct Manifest {
    name: Cow<'static, str>,
    app_id: String,
    adapter: Cow<'static, str>,
    library: Option<String>,
    settings: Settings,
    artifacts: SessionArtifacts,
    csp_sources: CspSources,
    library_connections: bool,
    identified_cookie: Option<String>,
    token_names: Vec<Cow<'static, str>>,
    value_token_names: Vec<Cow<'static, str>>,
    requires_token_path: bool,
    costly_tokens: CostlyTokens,
}

/// Which of a widget's tokens are slow to create.
#[derive(Clone, Debug)]
enum CostlyTokens {
    Named(Vec<Cow<'static, str>>),
    All,
}

impl Manifest {
    /// Creates a manifest from the widget's name, the application's id and the adapter script.
    ///
    /// * The application's id is its public one at the vendor.
    /// * The name consists of lower-case ASCII letters, digits and hyphens. It identifies the adapter in the page.
    /// * The adapter is one JavaScript expression, in ASCII and ES2019, without line comments after code: a function
    ///   that takes the runtime's tools and returns `{ boot(widget), refresh(widget, token), shutdown(widget, load) }`.
    ///   The runtime may call the three functions in any order, twice, and before the vendor's library has loaded. See
    ///   [the module](crate::widget).
    pub fn new(
        name: impl Into<Cow<'static, str>>,
        app_id: impl Into<String>,
        adapter: impl Into<Cow<'static, str>>,
    ) -> Self {
        let name = name.into();
        Self {
            token_names: vec![name.clone()],
            name,
            app_id: app_id.into(),
            adapter: adapter.into(),
            library: None,
            settings: Settings::new(),
            artifacts: SessionArtifacts::new(),
            csp_sources: CspSources::new(),
            library_connections: false,
            identified_cookie: None,
            value_token_names: Vec::new(),
            requires_token_path: false,
            costly_tokens: CostlyTokens::Named(Vec::new()),
        }
    }

    /// Sets the address of the vendor's library. Default: none.
    ///
    /// The adapter gets it as `widget.library`, and the page's policy is changed to allow its origin.
    #[must_use]
    pub fn with_library(mut self, url: impl Into<String>) -> Self {
        self.library = Some(url.into());
        self
    }

    /// Sets what the adapter needs on every page. Default: none.
    ///
    /// It need not have the shape of the vendor's own settings object.
    #[must_use]
    pub fn with_settings(mut self, settings: Settings) -> Self {
        self.settings = settings;
        self
    }

    /// Adds one setting; the last value of a key counts.
    #[must_use]
    pub fn with_setting(mut self, key: impl Into<String>, value: impl Into<Value>) -> Self {
        self.settings = self.settings.with(key, value);
        self
    }

    /// Sets what the vendor's session leaves in the browser. Default: none.
    #[must_use]
    pub fn with_artifacts(mut self, artifacts: SessionArtifacts) -> Self {
        self.artifacts = artifacts;
        self
    }

    /// Sets what the vendor's documentation says a Content-Security-Policy must allow. Default: none.
    ///
    /// The library's origin is added automatically.
    #[must_use]
    pub fn with_csp_sources(mut self, sources: CspSources) -> Self {
        self.csp_sources = sources;
        self
    }

    /// Also allows the page to connect to the library's origin and to show frames from it.
    ///
    /// Default: scripts only.
    #[must_use]
    pub fn with_library_connections(mut self) -> Self {
        self.library_connections = true;
        self
    }

    /// Sets the cookie whose presence means that the vendor's session knows who the user is. Default: none.
    #[must_use]
    pub fn with_identified_cookie(mut self, name: impl Into<String>) -> Self {
        self.identified_cookie = Some(name.into());
        self
    }

    /// Sets the names of the widget's tokens. Default: one, the widget's name.
    ///
    /// Each name is a path segment of the token service and part of a header name.
    #[must_use]
    pub fn with_token_names<S: Into<Cow<'static, str>>>(mut self, names: impl IntoIterator<Item = S>) -> Self {
        self.token_names = names.into_iter().map(Into::into).collect();
        self
    }

    /// Sets the names of the tokens that also sign a value sent by the page. Default: none.
    ///
    /// [`mint_with_value`](crate::widget::Widget::mint_with_value) creates them. No page and no header contains them:
    /// the page's script fetches them from the token service.
    #[must_use]
    pub fn with_value_token_names<S: Into<Cow<'static, str>>>(mut self, names: impl IntoIterator<Item = S>) -> Self {
        self.value_token_names = names.into_iter().map(Into::into).collect();
        self
    }

    /// Declares that the widget's script fetches tokens itself. Default: it does not.
    ///
    /// The browser must then reach the [token path](crate::WidgetsBuilder::token_path): if the layer is on single
    /// routes, mount [`Widgets::token_service`](crate::Widgets::token_service) there.
    #[must_use]
    pub fn with_required_token_path(mut self) -> Self {
        self.requires_token_path = true;
        self
    }

    /// Declares that all of the widget's tokens are slow to create. Default: none is.
    ///
    /// Slow means longer than an async thread may be blocked: more than 100 µs, as with RSA. Only the
    /// [`TokenService`](crate::TokenService) creates such tokens, on a separate thread. No page and no header contains
    /// them, so `boot_data` must not create them.
    #[must_use]
    pub fn with_costly_tokens(mut self) -> Self {
        self.costly_tokens = CostlyTokens::All;
        self
    }

    /// Declares that the token with this name is slow to create. Default: none is.
    ///
    /// It is one of the [tokens](Self::with_token_names) or of the [value tokens](Self::with_value_token_names).
    /// It is treated as in [`with_costly_tokens`](Self::with_costly_tokens); the widget's other tokens stay in pages
    /// and headers. The adapter fetches it with `tools.token(name, ..)`, which needs
    /// [`with_required_token_path`](Self::with_required_token_path).
    ///
    /// ```
    /// use tower_widget_identity::widget::Manifest;
    ///
    /// let manifest = Manifest::new("acme", "acme-1", "tools => ({ boot() {}, refresh() {}, shutdown() {} })")
    ///     .with_token_names(["acme", "acme-partner"])
    ///     .with_costly_token("acme-partner")
    ///     .with_required_token_path();
    /// assert!(manifest.is_costly("acme-partner") && !manifest.is_costly("acme"));
    /// assert!(manifest.has_costly_tokens());
    /// ```
    #[must_use]
    pub fn with_costly_token(mut self, name: impl Into<Cow<'static, str>>) -> Self {
        if let CostlyTokens::Named(names) = &mut self.costly_tokens {
            names.push(name.into());
        }
        self
    }

    /// The widget's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The application's public id at the vendor.
    pub fn app_id(&self) -> &str {
        &self.app_id
    }

    /// The adapter script.
    pub fn adapter(&self) -> &str {
        &self.adapter
    }

    /// The address of the vendor's library.
    pub fn library(&self) -> Option<&str> {
        self.library.as_deref()
    }

    /// The settings that the adapter needs on every page.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// What the vendor's session leaves in the browser.
    pub fn artifacts(&self) -> &SessionArtifacts {
        &self.artifacts
    }

    /// What a Content-Security-Policy must allow, including the library's origin.
    pub fn csp_sources(&self) -> CspSources {
        let listed = self.csp_sources.clone();
        let Some(origin) = self.library().map(library_source) else { return listed };
        let own =
            if listed.has_script(&origin) { CspSources::new() } else { CspSources::new().script([origin.clone()]) };
        let sources = own.merge(listed);
        if self.library_connections { sources.connect([origin.clone()]).frame([origin]) } else { sources }
    }

    /// The cookie whose presence means that the vendor's session knows who the user is.
    pub fn identified_cookie(&self) -> Option<&str> {
        self.identified_cookie.as_deref()
    }

    /// The names of the widget's tokens.
    pub fn token_names(&self) -> Vec<&str> {
        self.tokens().collect()
    }

    /// The names of the tokens that also sign a value sent by the page.
    pub fn value_token_names(&self) -> Vec<&str> {
        self.value_tokens().collect()
    }

    pub(crate) fn value_tokens(&self) -> impl Iterator<Item = &str> {
        self.value_token_names.iter().map(AsRef::as_ref)
    }

    pub(crate) fn tokens(&self) -> impl Iterator<Item = &str> {
        self.token_names.iter().map(AsRef::as_ref)
    }

    /// Whether the widget's script fetches tokens itself.
    pub fn requires_token_path(&self) -> bool {
        self.requires_token_path
    }

    /// Whether any of the widget's tokens is slow to create, and so is created on a separate thread.
    pub fn has_costly_tokens(&self) -> bool {
        match &self.costly_tokens {
            CostlyTokens::Named(names) => !names.is_empty(),
            CostlyTokens::All => true,
        }
    }

    /// Whether the token with this name is slow to create, and so is created on a separate thread.
    pub fn is_costly(&self, token_name: &str) -> bool {
        match &self.costly_tokens {
            CostlyTokens::Named(names) => names.iter().any(|name| name == token_name),
            CostlyTokens::All => self.has_any_token(token_name),
        }
    }

    /// A name that was declared costly but is not a token of this widget.
    pub(crate) fn unknown_costly_token(&self) -> Option<&str> {
        match &self.costly_tokens {
            CostlyTokens::Named(names) => names.iter().map(AsRef::as_ref).find(|name| !self.has_any_token(name)),
            CostlyTokens::All => None,
        }
    }

    /// The names that must be unique: the widget's own, and those of its tokens. One token may have the widget's name.
    pub(crate) fn unique_names(&self) -> impl Iterator<Item = &str> {
        let own = self.tokens().position(|token| token == self.name());
        let others = self.tokens().enumerate().filter(move |(at, _)| Some(*at) != own).map(|(_, token)| token);
        std::iter::once(self.name()).chain(others).chain(self.value_tokens())
    }

    /// The names of all tokens, including those that sign a value sent by the page.
    pub(crate) fn all_tokens(&self) -> impl Iterator<Item = &str> {
        self.tokens().chain(self.value_tokens())
    }

    fn has_any_token(&self, name: &str) -> bool {
        self.all_tokens().any(|known| known == name)
    }

    pub(crate) fn has_token(&self, name: &str) -> bool {
        self.tokens().any(|known| known == name)
    }
}

/// What a widget needs on every page, the same for all users: application id, region, appearance.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Settings(Map<String, Value>);

impl Settings {
    /// Creates empty settings.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds one setting; the last value of a key counts.
    #[must_use]
    pub fn with(mut self, key: impl Into<String>, value: impl Into<Value>) -> Self {
        self.0.insert(key.into(), value.into());
        self
    }

    /// Adds one setting if there is a value.
    #[must_use]
    pub fn with_some(self, key: &str, value: Option<impl Into<Value>>) -> Self {
        match value {
            Some(value) => self.with(key, value),
            None => self,
        }
    }

    pub(super) fn keys(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&String, &Value)> {
        self.0.iter()
    }
}

/// What a vendor's session leaves in the browser; the runtime removes it when the session ends.
///
/// One `*` in the name of a cookie or a storage key matches any text: `acme_*`, `*.acme`, `acme.*.session`. A leading
/// `#` in a name without a `*` matches an id that the page does not know: exactly 24 lower-case hexadecimal digits, as
/// in `#.sessionToken`. Such a pattern does not match other names with the same ending.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct SessionArtifacts {
    cookies: Vec<String>,
    storage: Vec<String>,
    session: Vec<String>,
    globals: Vec<String>,
}

impl SessionArtifacts {
    /// Creates an empty list.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a cookie; it is removed on every domain level.
    #[must_use]
    pub fn cookie(mut self, name: impl Into<String>) -> Self {
        self.cookies.push(name.into());
        self
    }

    /// Adds a `localStorage` entry.
    #[must_use]
    pub fn storage(mut self, key: impl Into<String>) -> Self {
        self.storage.push(key.into());
        self
    }

    /// Adds a `sessionStorage` entry.
    #[must_use]
    pub fn session_storage(mut self, key: impl Into<String>) -> Self {
        self.session.push(key.into());
        self
    }

    /// Adds a property of `window` that holds identity, as a dotted path.
    ///
    /// For example: `zESettings.webWidget.authenticate`.
    #[must_use]
    pub fn global(mut self, path: impl Into<String>) -> Self {
        self.globals.push(path.into());
        self
    }

    /// Whether one of the cookie entries matches this name.
    pub fn owns_cookie(&self, name: &str) -> bool {
        self.cookie_rank(name).is_some()
    }

    /// The rank of the first entry that matches this cookie: whether it is only a pattern, then its position. An exact
    /// name ranks before a pattern.
    pub(crate) fn cookie_rank(&self, name: &str) -> Option<(bool, usize)> {
        let entries = self.cookies.iter().enumerate().filter(|(_, pattern)| matches(pattern, name));
        entries.map(|(at, pattern)| (*pattern != name, at)).min()
    }
}

/// Follows the same rule as `matches` in the runtime; `tests/runtime/patterns.json` tests both.
fn matches(pattern: &str, name: &str) -> bool {
    match pattern.split_once('*') {
        // The prefix is removed first, because the two ends must not overlap.
        Some((start, end)) => name.strip_prefix(start).is_some_and(|rest| rest.ends_with(end)),
        None => name == pattern || after_id(name).is_some_and(|rest| pattern.strip_prefix('#') == Some(rest)),
    }
}

/// The rest of the name after 24 lower-case hexadecimal digits.
fn after_id(name: &str) -> Option<&str> {
    let (id, rest) = name.split_at_checked(24)?;
    id.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')).then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn library_connections_do_not_depend_on_the_order_of_calls() {
        let manifest = || Manifest::new("acme", "acme-1", "");
        let more = || CspSources::new().img(["https://img.acme.example"]);
        let library = "https://cdn.acme.example/widget.js";
        let origin = ["https://cdn.acme.example"];
        let expected = CspSources::new().script(origin).merge(more()).connect(origin).frame(origin);
        for sources in [
            manifest().with_library(library).with_csp_sources(more()).with_library_connections().csp_sources(),
            manifest().with_library_connections().with_library(library).with_csp_sources(more()).csp_sources(),
        ] {
            assert_eq!(sources, expected);
        }
    }

    #[test]
    fn library_origin_is_listed_once_as_a_script_source() {
        let manifest = Manifest::new("acme", "acme-1", "").with_library("https://cdn.acme.example/widget.js?v=1");
        let listed = CspSources::from_policy("script-src https://a.example https://cdn.acme.example");
        assert_eq!(manifest.csp_sources(), CspSources::new().script(["https://cdn.acme.example"]));
        assert_eq!(manifest.with_csp_sources(listed.clone()).csp_sources(), listed, "in the order of the list");
    }
}
