//! What a policy must allow, in a form to print for policies that a proxy or CDN sends. Pure.

use std::fmt;

use super::{directive::Directive, sources::CspSources};

/// What a static policy must allow for this configuration; made by [`Widgets::csp`](crate::Widgets::csp).
///
/// `Display` prints directives that you can paste into a policy that a proxy or CDN adds. Join them with the policy's
/// own directives of the same name. If the policy has `script-src` and no `script-src-elem`, add the sources to
/// `script-src`, or copy that list into a new `script-src-elem`.
#[derive(Clone, Debug)]
pub struct CspNeeds {
    hash: String,
    loader_hash: Option<String>,
    pub(super) sources: CspSources,
}

impl CspNeeds {
    /// `hashes`: of the whole code, and of the loader, if some pages have it in place of the code.
    pub(crate) fn new((hash, loader_hash): (String, Option<String>), sources: CspSources) -> Self {
        Self { hash, loader_hash, sources }
    }

    /// Returns the hash source that allows the snippet with the whole code, quotes included: `'sha256-...'`.
    ///
    /// It depends on the version of this crate and on the configuration: the widgets with their ids and settings, the
    /// token path, the marker's name and scope, [`visitors`](crate::WidgetsBuilder::visitors),
    /// [`iframes`](crate::WidgetsBuilder::iframes) and [`load`](crate::WidgetsBuilder::load). It does not depend on
    /// secrets, users or the order of the widgets.
    pub fn hash(&self) -> &str {
        &self.hash
    }

    /// Returns the hash source that allows the snippet with the loader, quotes included.
    ///
    /// It is `None` without [`external_script`](crate::WidgetsBuilder::external_script). With it, a policy must allow both
    /// hashes, because a page that ends a session has the whole code.
    pub fn loader_hash(&self) -> Option<&str> {
        self.loader_hash.as_deref()
    }

    pub(super) fn hashes(&self) -> impl Iterator<Item = &str> {
        [Some(self.hash()), self.loader_hash()].into_iter().flatten()
    }
}

impl fmt::Display for CspNeeds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut separator = "";
        for directive in Directive::ALL {
            let hashes = self.hashes().filter(|_| directive == Directive::Script);
            let sources =
                self.sources.of(directive).map(|source| if source.starts_with('/') { "'self'" } else { source });
            let mut all: Vec<_> = hashes.chain(sources).collect();
            all.dedup();
            if !all.is_empty() {
                write!(f, "{separator}{} {}", directive.name(), all.join(" "))?;
                separator = "; ";
            }
        }
        Ok(())
    }
}
