//! Tests for what is specific to this widget.

use super::*;
use crate::widget::testing::{assert_refused, secret};

fn asap() -> ZohoDeskAsap {
    ZohoDeskAsap::new("app-1", secret()).org_id("899800767")
}

#[test]
fn check_reports_missing_values_and_invalid_address_parts() {
    assert_refused(&ZohoDeskAsap::new("app-1", secret()), ConfigErrorKind::AppId, &[NAME, "org_id(..)"]);
    assert_refused(&asap().org_id("1&x=y"), ConfigErrorKind::AppId, &[NAME]);
    for domain in ["", "desk.zoho.eu?", "desk zoho", "*", "https://desk.zoho.eu;"] {
        assert_refused(&asap().domain(domain), ConfigErrorKind::CspSource, &[NAME, "domain"]);
    }
}

#[test]
fn policy_follows_the_data_center() {
    let policy = |asap: ZohoDeskAsap| asap.manifest().csp_sources();
    assert!(policy(asap().domain("desk.zoho.in")).has_script("https://desk.zoho.in"));
    assert_eq!(asap().domain("desk.zoho.in").check(), Ok(()));
    assert!(!policy(asap().domain("desk.zoho.in")).has_script("https://desk.zoho.com"));
}
