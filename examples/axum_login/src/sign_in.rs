//! The page "Your application signs in with …".
//!
//! This package has all the crates that its code uses, so the code is compiled and run here.

#[doc = include_str!("../../../docs/sign-in.md")]
pub mod sign_in {}
