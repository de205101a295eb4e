//! Who changes the policies: this crate or the application. No logic.

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
