//! Hostile pages and hostile people: a real HTML parser judges where the snippet goes and what it says.
//!
//! The long run of generated documents takes a minute; for more, say how many:
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
