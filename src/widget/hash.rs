//! What the vendors have in common that check an HMAC of one field and nothing else.

use crate::{
    identity::Identity,
    sign::{Secret, Token},
    token_error::TokenError,
};

/// The hash of the e-mail address as it stands.
pub(super) fn of_email(secret: &Secret, identity: &Identity, now: u64) -> Result<Token, TokenError> {
    identity.required_id()?;
    of(secret, identity.required_email()?, identity, now)
}

/// The hash of the user id as it stands, a string whatever it looks like.
pub(super) fn of_id(secret: &Secret, identity: &Identity, now: u64) -> Result<Token, TokenError> {
    of(secret, identity.required_id()?, identity, now)
}

/// A hash never expires, so all that can be done is to give none once the session has ended.
fn of(secret: &Secret, message: &str, identity: &Identity, now: u64) -> Result<Token, TokenError> {
    identity.expires(now, 1)?;
    secret.hmac_hex(message)
}
