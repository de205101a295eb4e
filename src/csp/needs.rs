//! What a policy must allow, and its form for policies that others send. Pure.

use std::fmt;

use super::{directive::Directive, sources::CspSources};

/// What a static policy must allow for this configuration; made by [`Widgets::csp`](crate::Widgets::csp).
///
/// `Display` prints directives that are ready to paste, for policies that a proxy or CDN adds. Join them with the policy's own
/// directives of the same name: where the policy has `script-src` and no `script-src-elem`, add the sources to
/// `script-src`, or copy that list into a new `script-src-elem`.
#[derive(Clone, Debug)]
pub struct CspNeeds {
    hash: String,
    pub(super) sources: CspSources,
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
