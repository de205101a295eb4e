//! The imports that every widget's folder uses.

pub(super) use std::time::{Duration, SystemTime};

pub(super) use serde::Serialize;

pub(super) use super::{
    boot_data::BootData,
    claims::{CustomClaims, known_facts, unsigned_facts},
    definition::Widget,
    manifest::{Manifest, SessionArtifacts, Settings},
    options::{Options, adapter_with_reader, secret_and_check, setter},
    page_value::PageValue,
};
pub(super) use crate::{
    csp::{CspSources, library_source},
    error::{ConfigError, ConfigErrorKind},
    identity::{Company, Identity, Validity},
    sign::{Secret, Token, random_id},
    token_error::TokenError,
};
