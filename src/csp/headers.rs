//! The policies in a response's headers: whether they leave the widget a chance, and the lines with what it needs.
//! Changes no header but the two of the policy.

use std::borrow::Cow;

use http::{
    HeaderMap, HeaderName, HeaderValue,
    header::{CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY_REPORT_ONLY},
};

use super::{
    needs::CspNeeds,
    policy::{self, Impossible},
};

/// Whether the enforced policies leave the widget any chance, and whether scripts' addresses must be trusted types.
pub(crate) fn assess(headers: &HeaderMap) -> Result<bool, Impossible> {
    let enforced = policies(headers, &CONTENT_SECURITY_POLICY);
    policy::check(&enforced)?;
    let reported = policies(headers, &CONTENT_SECURITY_POLICY_REPORT_ONLY);
    Ok(policy::require_trusted_types(&enforced) || policy::require_trusted_types(&reported))
}

/// All policies of a header that can be read.
fn policies<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Vec<&'a str> {
    let lines = headers.get_all(name).into_iter().filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split(',')).collect()
}

impl CspNeeds {
    /// Patches every policy.
    ///
    /// `host` is the page's own, for sources that are paths on it.
    pub(crate) fn patch(&self, headers: &mut HeaderMap, host: Option<&str>) {
        let names = [CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY_REPORT_ONLY];
        for (_, line) in headers.iter_mut().filter(|(name, _)| names.contains(name)) {
            if let Some(patched) = self.patch_line(line, host) {
                *line = patched;
            }
        }
    }

    /// A header line may hold several policies, separated by commas.
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
