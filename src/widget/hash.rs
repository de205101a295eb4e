//! Tokens for vendors that verify an HMAC.

use std::time::SystemTime;

use crate::{
    identity::Identity,
    sign::{Secret, Token},
    token_error::TokenError,
};

/// The HMAC of the e-mail address, without any normalisation.
pub(super) fn of_email(secret: &Secret, identity: &Identity, now: SystemTime) -> Result<Token, TokenError> {
    identity.required_id()?;
    of(secret, identity.required_email()?, identity, now)
}

/// The HMAC of the user id, which is always treated as a string.
pub(super) fn of_id(secret: &Secret, identity: &Identity, now: SystemTime) -> Result<Token, TokenError> {
    of(secret, identity.required_id()?, identity, now)
}

/// The HMAC of a message in the vendor's format. An HMAC never expires: after the application's session has ended, the
/// only protection is not to create one.
pub(super) fn of(secret: &Secret, message: &str, identity: &Identity, now: SystemTime) -> Result<Token, TokenError> {
    identity.check_session(now)?;
    secret.hmac_hex(message)
}
