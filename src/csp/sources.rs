//! The sources that a widget loads from: collected from the vendors and the application, and checked. Pure.

use std::borrow::Cow;

use super::{directive::Directive, source};

/// The sources that a widget loads from, by directive.
///
/// A source is a host with its scheme (`https://widget.example.com`, `wss://*.example.com`), or a path on the page's
/// own host (`/widget.js`). A [worker](CspSources::worker) source may also be `blob:`, because only a script that
/// already runs can create one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CspSources(pub(super) Vec<(Directive, Cow<'static, str>)>);

impl CspSources {
    /// Creates an empty list.
    pub fn new() -> Self {
        Self::default()
    }

    /// Parses sources in the form in which vendors publish them.
    ///
    /// That is `script-src https://a.example; connect-src https://b.example`.
    ///
    /// A directive that concerns no widget, or a source without a directive, becomes an illegal source: then
    /// [`build()`](crate::WidgetsBuilder::build) returns
    /// [`ConfigErrorKind::CspSource`](crate::ConfigErrorKind::CspSource).
    ///
    /// ```
    /// use tower_widget_identity::CspSources;
    ///
    /// let read = CspSources::from_policy("script-src https://cdn.acme.example; img-src https://img.acme.example");
    /// let built = CspSources::new().script(["https://cdn.acme.example"]).img(["https://img.acme.example"]);
    /// assert_eq!(read, built);
    /// ```
    pub fn from_policy(policy: &str) -> Self {
        policy.split(';').map(str::trim).filter(|text| !text.is_empty()).fold(Self::new(), |all, text| {
            let mut words = text.split_whitespace().map(str::to_owned);
            match words.next().and_then(|name| Directive::named(&name)) {
                Some(directive) => all.with(directive, words),
                // No legal source has quotes, so `build()` reports this one whatever it contains.
                None => all.with(Directive::Script, [format!("'{text}'")]),
            }
        })
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

    /// Adds sources of audio and video.
    #[must_use]
    pub fn media<S: Into<Cow<'static, str>>>(self, sources: impl IntoIterator<Item = S>) -> Self {
        self.with(Directive::Media, sources)
    }

    /// Adds sources of style sheets.
    #[must_use]
    pub fn style<S: Into<Cow<'static, str>>>(self, sources: impl IntoIterator<Item = S>) -> Self {
        self.with(Directive::Style, sources)
    }

    /// Adds sources of workers: hosts, or `blob:` for workers that a script creates itself.
    #[must_use]
    pub fn worker<S: Into<Cow<'static, str>>>(self, sources: impl IntoIterator<Item = S>) -> Self {
        self.with(Directive::Worker, sources)
    }

    /// Adds hosts to which forms are sent.
    #[must_use]
    pub fn form_action<S: Into<Cow<'static, str>>>(self, sources: impl IntoIterator<Item = S>) -> Self {
        self.with(Directive::FormAction, sources)
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

    pub(super) fn of(&self, directive: Directive) -> impl Iterator<Item = &str> {
        self.0.iter().filter(move |(of, _)| *of == directive).map(|(_, source)| source.as_ref())
    }

    /// Returns whether exactly this source of scripts is listed.
    pub(crate) fn has_script(&self, source: &str) -> bool {
        self.of(Directive::Script).any(|listed| listed == source)
    }

    /// Returns the first source that cannot stand in a policy; `None` if all can.
    ///
    /// A legal source has no white space, separator or quote, and no more than a host and path.
    pub(crate) fn illegal(&self) -> Option<&str> {
        let legal = |(directive, source): &(Directive, Cow<'_, str>)| {
            source::is_legal(source) || (*directive == Directive::Worker && source == source::BLOB)
        };
        self.0.iter().find(|entry| !legal(entry)).map(|(_, source)| source.as_ref())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_directives_and_bare_schemes_are_illegal() {
        let policies =
            ["https://evil.example", "/x.js", "script-scr https://a.example", "object-src https://a.example"];
        for policy in policies.into_iter().chain(["script-src blob:", "worker-src data:", "img-src blob:"]) {
            assert!(CspSources::from_policy(policy).illegal().is_some(), "{policy}");
        }
    }

    #[test]
    fn directives_are_read_in_any_case_and_as_printed() {
        let expected = CspSources::new().script(["https://a.example"]).style(["https://b.example"]);
        for policy in [
            "script-src https://a.example; style-src https://b.example",
            "Script-Src-Elem https://a.example;STYLE-SRC-ELEM\thttps://b.example ; ",
        ] {
            assert_eq!(CspSources::from_policy(policy), expected, "{policy}");
        }
        assert_eq!(CspSources::from_policy(" ; "), CspSources::new());
        let more = CspSources::from_policy("worker-src blob: https://a.example; form-action https://b.example");
        let expected = CspSources::new().worker(["blob:", "https://a.example"]).form_action(["https://b.example"]);
        assert_eq!((more.illegal(), &more), (None, &expected));
    }
}
