//! The page "Your application signs in with …". Its code is compiled and run here: this package has all the crates that
//! it names.

#[doc = include_str!("../../../docs/sign-in.md")]
pub mod sign_in {}
