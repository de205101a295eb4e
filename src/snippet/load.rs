//! When the vendors' libraries are loaded.

/// When the browser fetches the vendors' libraries. Nothing of the vendors' is fetched before.
///
/// The identity waits in the page meanwhile: a library that comes late gets it, unless the user has signed out by then.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Load {
    /// Once the page has loaded (its `load` event).
    #[default]
    AfterLoad,
    /// When the browser is idle after that (`requestIdleCallback`; in WebKit, which has no such call, two seconds later), or
    /// when the page fires the event `widgetidentity:load` on `window`.
    Idle,
    /// After the first pointer press, key or scroll, or when the page fires the event `widgetidentity:load` on `window`:
    ///
    /// ```js
    /// helpButton.onclick = () => window.dispatchEvent(new Event('widgetidentity:load'));
    /// ```
    OnInteraction,
    /// When the page fires the event `widgetidentity:consent` on `window`, which it does on each page load of a user who has
    /// agreed:
    ///
    /// ```js
    /// consentTool.onAccept(() => window.dispatchEvent(new Event('widgetidentity:consent')));
    /// ```
    ///
    /// It has to be fired after the page's `<head>` has begun, where the snippet stands.
    OnConsent,
}

impl Load {
    /// The script that opens the gate; `None` where there is no gate.
    pub(crate) fn gate(self) -> Option<&'static str> {
        match self {
            Self::AfterLoad => None,
            Self::Idle => Some(include_str!("load_idle.min.js")),
            Self::OnInteraction => Some(include_str!("load_on_interaction.min.js")),
            Self::OnConsent => Some(include_str!("load_on_consent.min.js")),
        }
    }
}
