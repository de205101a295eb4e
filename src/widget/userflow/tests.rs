//! Tests for what is specific to this widget.

use super::*;
use crate::widget::testing::{assert_reserved, assert_settings, secret};

fn userflow() -> Userflow {
    Userflow::new("app-1", secret())
}

#[test]
fn settings_that_identify_a_user_or_end_a_session_are_rejected() {
    let keys =
        ["identify", "group", "updateUser", "reset", "init", "token", "userId", "signature", "_setTargetEnv", "sub"];
    assert_reserved(|key| userflow().setting(key, "a"), &keys);
}

#[test]
fn methods_are_settings() {
    let userflow = userflow().setting("setBaseZIndex", 2_000).setting("disableEvalJs", true);
    assert_settings(&userflow, json!({ "token": "app-1", "setBaseZIndex": 2_000, "disableEvalJs": true }));
}

#[test]
fn signed_company_is_never_a_signed_user() {
    let userflow = userflow().signed_companies("company-");
    let now = SystemTime::UNIX_EPOCH;
    let boot = |identity| userflow.boot_data(&identity, now).err();
    assert_eq!(boot(Identity::new("7").with_company(Company::new("company-7"))), None);
    assert_eq!(boot(Identity::new("7").with_company(Company::new("7"))), Some(TokenError::UnacceptableId));
    assert_eq!(boot(Identity::new("company-7")), Some(TokenError::UnacceptableId));
    assert_eq!(userflow.mint(NAME, &Identity::new("company-7"), now).err(), Some(TokenError::UnacceptableId));
}

#[test]
fn blank_company_prefix_is_rejected() {
    for prefix in ["", " "] {
        let error = userflow().signed_companies(prefix).check().unwrap_err();
        assert_eq!(error.kind(), ConfigErrorKind::Setting);
    }
    assert_eq!(userflow().signed_companies("company-").check(), Ok(()));
}
