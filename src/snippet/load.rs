//! When the browser loads the vendors' libraries.

/// When the browser loads the vendors' libraries. Before that, it requests nothing from a vendor.
///
/// Meanwhile the identity waits in the page: a library that loads late still gets it, unless the user has signed out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Load {
    /// After the page has loaded (its `load` event).
    #[default]
    AfterLoad,
    /// When the browser is idle after the `load` event.
    ///
    /// The runtime uses `requestIdleCallback`, or waits for two seconds in WebKit, which has no such function. The page
    /// can load the libraries earlier: it fires the event `widgetidentity:load` on `window`.
    Idle,
    /// After the first pointer press, key press or scroll, or on the page's event `widgetidentity:load`.
    ///
    /// The page fires the event on `window`:
    ///
    /// ```js
    /// helpButton.onclick = () => window.dispatchEvent(new Event('widgetidentity:load'));
    /// ```
    OnInteraction,
    /// When the page fires the event `widgetidentity:consent` on `window`.
    ///
    /// The page fires it on each page load of a user who has agreed:
    ///
    /// ```js
    /// consentTool.onAccept(() => window.dispatchEvent(new Event('widgetidentity:consent')));
    /// ```
    ///
    /// Fire the event after the start of the page's `<head>`, where the snippet is.
    OnConsent,
}

impl Load {
    /// The script that decides when the libraries load; `None` if they need not wait.
    pub(crate) fn gate(self) -> Option<&'static str> {
        match self {
            Self::AfterLoad => None,
            Self::Idle => Some(include_str!("load_idle.min.js")),
            Self::OnInteraction => Some(include_str!("load_on_interaction.min.js")),
            Self::OnConsent => Some(include_str!("load_on_consent.min.js")),
        }
    }
}
