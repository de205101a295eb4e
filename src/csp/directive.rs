//! The directives of a policy that concern a widget. Pure.

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
    pub(super) const ALL: [Self; 7] =
        [Self::Script, Self::Connect, Self::Frame, Self::Img, Self::Font, Self::Media, Self::Style];

    /// The directive itself, then its fallbacks: <https://www.w3.org/TR/CSP3/#directive-fallback-list>.
    pub(super) fn chain(self) -> &'static [&'static str] {
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

    pub(super) fn name(self) -> &'static str {
        self.chain()[0]
    }

    /// The name under which vendors publish their sources, without `-elem`.
    pub(super) fn published_name(self) -> &'static str {
        self.name().trim_end_matches("-elem")
    }
}
