//! The directives of a policy that concern a widget. Pure.

/// A directive that concerns a widget; [`chain`](Self::chain) names its fallbacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Directive {
    Script,
    Connect,
    Frame,
    Img,
    Font,
    Media,
    Style,
    Worker,
    FormAction,
}

impl Directive {
    pub(super) const ALL: [Self; 9] = [
        Self::Script,
        Self::Connect,
        Self::Frame,
        Self::Img,
        Self::Font,
        Self::Media,
        Self::Style,
        Self::Worker,
        Self::FormAction,
    ];

    /// Returns the directive's name, then its fallbacks.
    ///
    /// They are those of <https://www.w3.org/TR/CSP3/#directive-fallback-list>.
    pub(super) fn chain(self) -> &'static [&'static str] {
        match self {
            Self::Script => &["script-src-elem", "script-src", "default-src"],
            Self::Connect => &["connect-src", "default-src"],
            Self::Frame => &["frame-src", "child-src", "default-src"],
            Self::Img => &["img-src", "default-src"],
            Self::Font => &["font-src", "default-src"],
            Self::Media => &["media-src", "default-src"],
            Self::Style => &["style-src-elem", "style-src", "default-src"],
            Self::Worker => &["worker-src", "child-src", "script-src", "default-src"],
            // It has no fallback: without it, forms may go anywhere.
            Self::FormAction => &["form-action"],
        }
    }

    pub(super) fn name(self) -> &'static str {
        self.chain()[0]
    }

    /// Finds a directive by its case-insensitive name, with or without `-elem`.
    ///
    /// Vendors publish it without.
    pub(super) fn named(name: &str) -> Option<Self> {
        let short = |directive: Self| directive.name().trim_end_matches("-elem");
        let is =
            |directive: &Self| [directive.name(), short(*directive)].iter().any(|own| own.eq_ignore_ascii_case(name));
        Self::ALL.into_iter().find(is)
    }
}
