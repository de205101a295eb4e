//! What a widget says about itself, the same for every person.

use std::borrow::Cow;

use serde::Serialize;
use serde_json::{Map, Value};

use crate::csp::{CspSources, library_source};

/// What a widget says about itself: the same on every page and for every person, and public.
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

/// Which of a widget's tokens take long to make.
#[derive(Clone, Debug)]
enum CostlyTokens {
    Named(Vec<Cow<'static, str>>),
    All,
}

impl Manifest {
    /// A widget by its name, the application's public id at the vendor, and its adapter script.
    ///
    /// * The name is of lower-case ASCII letters, digits and hyphens, and names the adapter in the page.
    /// * The adapter is one JavaScript expression, ASCII, ES2019, without line comments behind code: a function that takes
    ///   the runtime's tools and returns `{ boot(widget), refresh(widget, token), shutdown(widget, load) }`. The runtime may
    ///   call the three in any order, twice, and before the vendor's library is there. See [the module](crate::widget).
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

    /// The address of the vendor's library. The adapter gets it as `widget.library`, and the page's policy is made to allow
    /// its origin. Default: none.
    #[must_use]
    pub fn with_library(mut self, url: impl Into<String>) -> Self {
        self.library = Some(url.into());
        self
    }

    /// What the adapter has to know on every page; it need not have the shape of the vendor's own settings object. Default:
    /// none.
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

    /// What the vendor's session leaves in the browser. Default: none.
    #[must_use]
    pub fn with_artifacts(mut self, artifacts: SessionArtifacts) -> Self {
        self.artifacts = artifacts;
        self
    }

    /// What a Content-Security-Policy must allow besides the library's origin, by the vendor's documents. Default: none.
    #[must_use]
    pub fn with_csp_sources(mut self, sources: CspSources) -> Self {
        self.csp_sources = sources;
        self
    }

    /// Also allows the page to connect to the library's origin, and to show frames from there. Default: scripts alone.
    #[must_use]
    pub fn with_library_connections(mut self) -> Self {
        self.library_connections = true;
        self
    }

    /// The cookie whose presence means that the vendor's session knows who the person is. Default: none.
    #[must_use]
    pub fn with_identified_cookie(mut self, name: impl Into<String>) -> Self {
        self.identified_cookie = Some(name.into());
        self
    }

    /// The names of its tokens, each a path segment of the token service and part of a header name. Default: one, the
    /// widget's name.
    #[must_use]
    pub fn with_token_names<S: Into<Cow<'static, str>>>(mut self, names: impl IntoIterator<Item = S>) -> Self {
        self.token_names = names.into_iter().map(Into::into).collect();
        self
    }

    /// The names of the tokens that also sign a value which the page hands over, made by
    /// [`mint_with_value`](crate::widget::Widget::mint_with_value). They stand in no page and in no header: the page's script
    /// asks the token service for them. Default: none.
    #[must_use]
    pub fn with_value_token_names<S: Into<Cow<'static, str>>>(mut self, names: impl IntoIterator<Item = S>) -> Self {
        self.value_token_names = names.into_iter().map(Into::into).collect();
        self
    }

    /// Says that its script fetches tokens by itself, so that the application must configure a
    /// [token path](crate::WidgetsBuilder::token_path). Default: it does not.
    #[must_use]
    pub fn with_required_token_path(mut self) -> Self {
        self.requires_token_path = true;
        self
    }

    /// Says that making its tokens takes longer than an async thread may be held up: more than 100 µs, as RSA does.
    /// Default: none does.
    ///
    /// The [`TokenService`](crate::TokenService) alone makes such tokens, on a thread of its own. They stand in no page and
    /// in no header, so `boot_data` must not make them.
    #[must_use]
    pub fn with_costly_tokens(mut self) -> Self {
        self.costly_tokens = CostlyTokens::All;
        self
    }

    /// Says so of the token of this [name](Self::with_token_names) alone: the widget's other tokens stand in pages and
    /// headers as they otherwise do. Default: none.
    ///
    /// The adapter fetches it by `tools.token(name, ..)`, which needs
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

    /// What the adapter has to know on every page.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// What the vendor's session leaves in the browser.
    pub fn artifacts(&self) -> &SessionArtifacts {
        &self.artifacts
    }

    /// What a Content-Security-Policy must allow, the library's origin included.
    pub fn csp_sources(&self) -> CspSources {
        let listed = self.csp_sources.clone();
        let Some(origin) = self.library().map(library_source) else { return listed };
        let own =
            if listed.has_script(&origin) { CspSources::new() } else { CspSources::new().script([origin.clone()]) };
        let sources = own.merge(listed);
        if self.library_connections { sources.connect([origin.clone()]).frame([origin]) } else { sources }
    }

    /// The cookie whose presence means that the vendor's session knows who the person is.
    pub fn identified_cookie(&self) -> Option<&str> {
        self.identified_cookie.as_deref()
    }

    /// The names of its tokens.
    pub fn token_names(&self) -> Vec<&str> {
        self.tokens().collect()
    }

    /// The names of the tokens that also sign a value which the page hands over.
    pub fn value_token_names(&self) -> Vec<&str> {
        self.value_tokens().collect()
    }

    pub(crate) fn value_tokens(&self) -> impl Iterator<Item = &str> {
        self.value_token_names.iter().map(AsRef::as_ref)
    }

    pub(crate) fn tokens(&self) -> impl Iterator<Item = &str> {
        self.token_names.iter().map(AsRef::as_ref)
    }

    /// Whether its script fetches tokens by itself.
    pub fn requires_token_path(&self) -> bool {
        self.requires_token_path
    }

    /// Whether any of its tokens is made on a thread of its own.
    pub fn has_costly_tokens(&self) -> bool {
        match &self.costly_tokens {
            CostlyTokens::Named(names) => !names.is_empty(),
            CostlyTokens::All => true,
        }
    }

    /// Whether the token of this name is made there.
    pub fn is_costly(&self, token_name: &str) -> bool {
        match &self.costly_tokens {
            CostlyTokens::Named(names) => names.iter().any(|name| name == token_name),
            CostlyTokens::All => self.has_token(token_name),
        }
    }

    /// What is called costly, and is no token of this widget.
    pub(crate) fn unknown_costly_token(&self) -> Option<&str> {
        match &self.costly_tokens {
            CostlyTokens::Named(names) => names.iter().map(AsRef::as_ref).find(|name| !self.has_token(name)),
            CostlyTokens::All => None,
        }
    }

    pub(crate) fn has_token(&self, name: &str) -> bool {
        self.tokens().any(|known| known == name)
    }
}

/// What a widget has to know on every page, the same for everybody: application id, region, appearance.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Settings(Map<String, Value>);

impl Settings {
    /// No settings.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds one; the last value of a key counts.
    #[must_use]
    pub fn with(mut self, key: impl Into<String>, value: impl Into<Value>) -> Self {
        self.0.insert(key.into(), value.into());
        self
    }

    /// Adds one where there is a value.
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

/// What a vendor's session leaves in the browser, to be removed when the session ends.
///
/// One `*` in the name of a cookie or a storage key stands for any text: `acme_*`, `*.acme`, `acme.*.session`. In front of a
/// name without a `*`, a `#` stands for an id that the page does not know: exactly 24 lower-case hexadecimal digits, as in
/// `#.sessionToken`. It matches no other name that only ends in the same way.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct SessionArtifacts {
    cookies: Vec<String>,
    storage: Vec<String>,
    session: Vec<String>,
    globals: Vec<String>,
}

impl SessionArtifacts {
    /// None.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a cookie, on whatever domain level.
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

    /// Adds a property of `window` that holds identity, as a path with dots (`zESettings.webWidget.authenticate`).
    #[must_use]
    pub fn global(mut self, path: impl Into<String>) -> Self {
        self.globals.push(path.into());
        self
    }

    /// Whether a cookie of this name is one of them.
    pub fn owns_cookie(&self, name: &str) -> bool {
        self.cookie_rank(name).is_some()
    }

    /// Whether a pattern alone stands for this cookie, and the place of its first entry: exact names rank first.
    pub(crate) fn cookie_rank(&self, name: &str) -> Option<(bool, usize)> {
        let entries = self.cookies.iter().enumerate().filter(|(_, pattern)| matches(pattern, name));
        entries.map(|(at, pattern)| (*pattern != name, at)).min()
    }
}

/// The rule of `matches` in the runtime; `tests/runtime/patterns.json` holds for both.
fn matches(pattern: &str, name: &str) -> bool {
    match pattern.split_once('*') {
        // The two ends do not overlap.
        Some((start, end)) => name.strip_prefix(start).is_some_and(|rest| rest.ends_with(end)),
        None => name == pattern || after_id(name).is_some_and(|rest| pattern.strip_prefix('#') == Some(rest)),
    }
}

/// What stands after 24 hexadecimal digits.
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
    fn the_librarys_origin_is_a_source_of_scripts_once() {
        let manifest = Manifest::new("acme", "acme-1", "").with_library("https://cdn.acme.example/widget.js?v=1");
        let listed = CspSources::from_policy("script-src https://a.example https://cdn.acme.example");
        assert_eq!(manifest.csp_sources(), CspSources::new().script(["https://cdn.acme.example"]));
        assert_eq!(manifest.with_csp_sources(listed.clone()).csp_sources(), listed, "in the order of the list");
    }
}
