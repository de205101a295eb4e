//! What the widgets have in common whose vendor checks an HMAC.

use std::time::SystemTime;

use crate::{
    identity::Identity,
    sign::{Secret, Token},
    token_error::TokenError,
};

/// The hash of the e-mail address as it stands.
pub(super) fn of_email(secret: &Secret, identity: &Identity, now: SystemTime) -> Result<Token, TokenError> {
    identity.required_id()?;
    of(secret, identity.required_email()?, identity, now)
}

/// The hash of the user id as it stands, a string whatever it looks like.
pub(super) fn of_id(secret: &Secret, identity: &Identity, now: SystemTime) -> Result<Token, TokenError> {
    of(secret, identity.required_id()?, identity, now)
}

/// The hash of what the vendor puts together. A hash never expires: after the application's session has ended, the only
/// protection is to make none.
pub(super) fn of(secret: &Secret, message: &str, identity: &Identity, now: SystemTime) -> Result<Token, TokenError> {
    identity.check_session(now)?;
    secret.hmac_hex(message)
}
