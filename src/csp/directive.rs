//! The directives of a policy that concern a widget. Pure.

/// The directives that concern a widget, each with those that stand in for it where it is missing.
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
            Self::Worker => &["worker-src", "child-src", "script-src", "default-src"],
            // Where it is missing, forms may go anywhere.
            Self::FormAction => &["form-action"],
        }
    }

    pub(super) fn name(self) -> &'static str {
        self.chain()[0]
    }

    /// By its name, which has no case, with `-elem` or without: vendors publish it without.
    pub(super) fn named(name: &str) -> Option<Self> {
        let short = |directive: Self| directive.name().trim_end_matches("-elem");
        let is =
            |directive: &Self| [directive.name(), short(*directive)].iter().any(|own| own.eq_ignore_ascii_case(name));
        Self::ALL.into_iter().find(is)
    }
}
