//! What tests share. Each test program uses its own part of this.
#![allow(dead_code, unused_imports)]

pub(crate) mod fixed;
pub(crate) mod golden;
pub(crate) mod http;
pub(crate) mod jar;
pub(crate) mod log;
pub(crate) mod pages;
pub(crate) mod process;
pub(crate) mod socket;

pub(crate) use fixed::*;
pub(crate) use process::repository;
