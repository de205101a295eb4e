//! Hostile pages and hostile users: a real HTML parser checks where the snippet goes and what it contains.
//!
//! The long run of generated documents takes a minute. To generate more, set their number:
//!
//! ```text
//! HOSTILE_DOCUMENTS=1000000 cargo test --test suite -- --ignored placement::
//! ```

mod cap;
mod corpus;
mod generated;
mod headers;
mod people;
mod referee;
mod serve;
mod snippet;
mod soup;
mod verdict;
