//! Content-Security-Policy: what the snippet and the vendors need, and the smallest change to a policy that allows it.
//!
//! ```
//! use tower_widget_identity::{Secret, Widgets, widget::Intercom};
//!
//! let widgets = Widgets::builder().widget(Intercom::new("abcd1234", Secret::new("s3cret")?)).build()?;
//! let policy = widgets.csp().expect("an enabled set").to_string();
//! assert!(policy.starts_with("script-src-elem 'sha256-"));
//! assert!(policy.contains("https://widget.intercom.io"));
//! # Ok::<(), tower_widget_identity::ConfigError>(())
//! ```

mod policy;
mod source;

use std::{borrow::Cow, fmt};

use http::{
    HeaderMap, HeaderName, HeaderValue,
    header::{CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY_REPORT_ONLY},
};

pub(crate) use policy::Impossible;

/// Whether the policies of responses that carry the snippet are patched. Default: [`Patch`](CspMode::Patch).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CspMode {
    /// Allow the snippet by the hash of its code, and the vendors' documented hosts where a directive would block them.
    ///
    /// Every `Content-Security-Policy` and `-Report-Only` header is patched, and nothing else becomes allowed: never
    /// `'unsafe-inline'`, `'unsafe-eval'`, `*` or a scheme. Where the policy cannot be made to work (a `sandbox`, Trusted
    /// Types that forbid our policy), the page is left as it is.
    #[default]
    Patch,
    /// Leave the headers alone: the application's policy allows the snippet by [`Widgets::csp`](crate::Widgets::csp).
    LeaveAlone,
}

/// The directives that concern a widget, each with those that stand in for it where it is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Directive {
    Script,
    Connect,
    Frame,
    Img,
    Font,
    Media,
    Style,
}

impl Directive {
    const ALL: [Self; 7] = [Self::Script, Self::Connect, Self::Frame, Self::Img, Self::Font, Self::Media, Self::Style];

    /// The directive itself, then its fallbacks: <https://www.w3.org/TR/CSP3/#directive-fallback-list>.
    fn chain(self) -> &'static [&'static str] {
        match self {
            Self::Script => &["script-src-elem", "script-src", "default-src"],
            Self::Connect => &["connect-src", "default-src"],
            Self::Frame => &["frame-src", "child-src", "default-src"],
            Self::Img => &["img-src", "default-src"],
            Self::Font => &["font-src", "default-src"],
            Self::Media => &["media-src", "default-src"],
            Self::Style => &["style-src-elem", "style-src", "default-src"],
        }
    }

    fn name(self) -> &'static str {
        self.chain()[0]
    }
}

/// The sources that a widget loads from, by directive.
///
/// A source is a host with its scheme (`https://widget.example.com`, `wss://*.example.com`), or a path on the page's own
/// host (`/widget.js`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CspSources(Vec<(Directive, Cow<'static, str>)>);

impl CspSources {
    /// None.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds sources of scripts.
    #[must_use]
    pub fn script<S: Into<Cow<'static, str>>>(self, sources: impl IntoIterator<Item = S>) -> Self {
        self.with(Directive::Script, sources)
    }

    /// Adds hosts to which scripts connect (`fetch`, WebSocket).
    #[must_use]
    pub fn connect<S: Into<Cow<'static, str>>>(self, sources: impl IntoIterator<Item = S>) -> Self {
        self.with(Directive::Connect, sources)
    }

    /// Adds sources of frames.
    #[must_use]
    pub fn frame<S: Into<Cow<'static, str>>>(self, sources: impl IntoIterator<Item = S>) -> Self {
        self.with(Directive::Frame, sources)
    }

    /// Adds sources of images.
    #[must_use]
    pub fn img<S: Into<Cow<'static, str>>>(self, sources: impl IntoIterator<Item = S>) -> Self {
        self.with(Directive::Img, sources)
    }

    /// Adds sources of fonts.
    #[must_use]
    pub fn font<S: Into<Cow<'static, str>>>(self, sources: impl IntoIterator<Item = S>) -> Self {
        self.with(Directive::Font, sources)
    }

    /// Adds sources of sound and video.
    #[must_use]
    pub fn media<S: Into<Cow<'static, str>>>(self, sources: impl IntoIterator<Item = S>) -> Self {
        self.with(Directive::Media, sources)
    }

    /// Adds sources of style sheets.
    #[must_use]
    pub fn style<S: Into<Cow<'static, str>>>(self, sources: impl IntoIterator<Item = S>) -> Self {
        self.with(Directive::Style, sources)
    }

    fn with<S: Into<Cow<'static, str>>>(mut self, directive: Directive, sources: impl IntoIterator<Item = S>) -> Self {
        for source in sources {
            let entry = (directive, source.into());
            if !self.0.contains(&entry) {
                self.0.push(entry);
            }
        }
        self
    }

    pub(crate) fn merge(self, other: Self) -> Self {
        other.0.into_iter().fold(self, |all, (directive, source)| all.with(directive, [source]))
    }

    fn of(&self, directive: Directive) -> impl Iterator<Item = &str> {
        self.0.iter().filter(move |(of, _)| *of == directive).map(|(_, source)| source.as_ref())
    }

    #[cfg(feature = "conformance")]
    pub(crate) fn allows_script(&self, source: &str) -> bool {
        source::covers(&self.of(Directive::Script).collect::<Vec<_>>(), source)
    }

    /// Whether each can stand in a policy: no white space, separator or quote, and no more than a host and path.
    pub(crate) fn illegal(&self) -> Option<&str> {
        self.0.iter().map(|(_, source)| source.as_ref()).find(|source| !source::is_legal(source))
    }
}

/// What a static policy must allow for this configuration; made by [`Widgets::csp`](crate::Widgets::csp).
///
/// `Display` prints directives that are ready to paste, for policies that a proxy or CDN adds. Join them with the policy's own
/// directives of the same name: where the policy has `script-src` and no `script-src-elem`, add the sources to
/// `script-src`, or copy that list into a new `script-src-elem`.
#[derive(Clone, Debug)]
pub struct CspNeeds {
    hash: String,
    sources: CspSources,
}

impl CspNeeds {
    pub(crate) fn new(hash: String, sources: CspSources) -> Self {
        Self { hash, sources }
    }

    /// The hash source that allows the snippet, quotes included: `'sha256-...'`.
    ///
    /// It depends on the version of this crate and the set of vendors, not on ids, settings or persons.
    pub fn hash(&self) -> &str {
        &self.hash
    }

    /// Whether there are sources that are paths on the page's own host.
    pub(crate) fn has_paths(&self) -> bool {
        self.sources.0.iter().any(|(_, source)| source.starts_with('/'))
    }

    /// Patches every policy.
    ///
    /// `host` is the page's own, for sources that are paths on it.
    pub(crate) fn patch(&self, headers: &mut HeaderMap, host: Option<&str>) {
        let names = [CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY_REPORT_ONLY];
        for (_, line) in headers.iter_mut().filter(|(name, _)| names.contains(name)) {
            if let Some(patched) = self.patch_line(line, host) {
                *line = patched;
            }
        }
    }

    /// A header line may hold several policies, separated by commas.
    fn patch_line(&self, line: &HeaderValue, host: Option<&str>) -> Option<HeaderValue> {
        let policies = || line.to_str().unwrap_or_default().split(',');
        let patched: Vec<_> = policies().map(|policy| policy::patch(policy, self, host)).collect();
        if patched.iter().all(Option::is_none) {
            return None;
        }
        let each = policies().zip(patched).map(|(old, new)| new.map_or(Cow::Borrowed(old), Cow::Owned));
        HeaderValue::try_from(each.collect::<Vec<_>>().join(",")).ok()
    }
}

/// A path as policies write it: their own separators are escaped, and browsers decode them.
pub(crate) fn path_source(path: &str) -> String {
    path.replace(';', "%3B").replace(',', "%2C").replace('\'', "%27")
}

/// The source of a library: its path, if it is on the page's own host, else its origin.
pub(crate) fn library_source(url: &str) -> String {
    let bare = url.split(['?', '#']).next().unwrap_or_default();
    match bare.split_once("://") {
        Some((scheme, rest)) => format!("{scheme}://{}", rest.split('/').next().unwrap_or_default()),
        None => path_source(bare),
    }
}

/// Whether the enforced policies leave the widget any chance, and whether scripts' addresses must be trusted types.
pub(crate) fn assess(headers: &HeaderMap) -> Result<bool, Impossible> {
    let enforced = policies(headers, &CONTENT_SECURITY_POLICY);
    policy::check(&enforced)?;
    let reported = policies(headers, &CONTENT_SECURITY_POLICY_REPORT_ONLY);
    Ok(policy::require_trusted_types(&enforced) || policy::require_trusted_types(&reported))
}

/// All policies of a header that can be read.
fn policies<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Vec<&'a str> {
    let lines = headers.get_all(name).into_iter().filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split(',')).collect()
}

impl fmt::Display for CspNeeds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut separator = "";
        for directive in Directive::ALL {
            let hash = (directive == Directive::Script).then_some(self.hash.as_str());
            let sources =
                self.sources.of(directive).map(|source| if source.starts_with('/') { "'self'" } else { source });
            let mut all: Vec<_> = hash.into_iter().chain(sources).collect();
            all.dedup();
            if !all.is_empty() {
                write!(f, "{separator}{} {}", directive.name(), all.join(" "))?;
                separator = "; ";
            }
        }
        Ok(())
    }
}
