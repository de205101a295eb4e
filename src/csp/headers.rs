//! The policies in a response's headers: checking whether they rule the widget out, and adding what it needs.
//!
//! This module changes only the two policy headers.

use std::borrow::Cow;

use http::{
    HeaderMap, HeaderName, HeaderValue,
    header::{CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY_REPORT_ONLY},
};

use super::{
    needs::CspNeeds,
    policy::{self, Impossible},
};

/// Returns whether script URLs must be trusted types, or why the enforced policies rule the widget out.
///
/// Report-only policies count for trusted types, too.
pub(crate) fn assess(headers: &HeaderMap) -> Result<bool, Impossible> {
    let enforced = policies(headers, &CONTENT_SECURITY_POLICY);
    policy::check(&enforced)?;
    let reported = policies(headers, &CONTENT_SECURITY_POLICY_REPORT_ONLY);
    Ok(policy::require_trusted_types(&enforced) || policy::require_trusted_types(&reported))
}

/// Returns the policies of a header, over all lines that can be read.
fn policies<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Vec<&'a str> {
    let lines = headers.get_all(name).into_iter().filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split(',')).collect()
}

impl CspNeeds {
    /// Adds what the widget needs to every policy.
    ///
    /// `host` is the page's own host, for sources that are paths on it.
    pub(crate) fn patch(&self, headers: &mut HeaderMap, host: Option<&str>) {
        let names = [CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY_REPORT_ONLY];
        for (_, line) in headers.iter_mut().filter(|(name, _)| names.contains(name)) {
            if let Some(patched) = self.patch_line(line, host) {
                *line = patched;
            }
        }
    }

    /// Patches a header line, which may hold several policies separated by commas; `None` if nothing changes.
    fn patch_line(&self, line: &HeaderValue, host: Option<&str>) -> Option<HeaderValue> {
        let policies = || line.to_str().unwrap_or_default().split(',');
        let patched: Vec<_> = policies().map(|policy| policy::patch(policy, self, host)).collect();
        if patched.iter().all(Option::is_none) {
            return None;
        }
        let each = policies().zip(patched).map(|(old, new)| new.map_or(Cow::Borrowed(old), Cow::Owned));
        HeaderValue::try_from(each.collect::<Vec<_>>().join(",")).ok()
    }
}
