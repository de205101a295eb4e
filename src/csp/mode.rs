//! The choice whether this crate or the application changes the policies.

/// The choice whether the layer patches the policies of responses that carry the snippet.
///
/// Default: [`Patch`](CspMode::Patch).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CspMode {
    /// Allows the snippet by its hash, and the vendors' documented hosts where a directive blocks them.
    ///
    /// The layer patches every `Content-Security-Policy` and `-Report-Only` header. It allows nothing else: never
    /// `'unsafe-inline'`, `'unsafe-eval'`, `*` or a scheme, except `blob:` for the workers of a widget that needs it.
    /// If a policy cannot be made to work (a `sandbox`, Trusted Types that forbid our policy), the page is left
    /// unchanged.
    #[default]
    Patch,
    /// Leaves the headers unchanged.
    ///
    /// Your own policy must then allow the snippet, with the sources from [`Widgets::csp`](crate::Widgets::csp).
    LeaveAlone,
}
