//! What the folder of every widget uses.

pub(super) use std::time::{Duration, SystemTime};

pub(super) use serde::Serialize;

pub(super) use super::{
    boot_data::BootData,
    claims::CustomClaims,
    definition::Widget,
    manifest::{Manifest, SessionArtifacts},
    options::{Options, secret_and_check, setter},
};
pub(super) use crate::{
    csp::{CspSources, library_source},
    error::{ConfigError, ConfigErrorKind},
    identity::{Identity, Validity},
    sign::{Secret, Token, random_id},
    token_error::TokenError,
};
