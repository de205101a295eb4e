//! Hostile pages and hostile people: a real HTML parser judges where the snippet goes and what it says.
//!
//! The long run of generated documents takes a minute; for more, say how many:
//!
//! ```text
//! HOSTILE_DOCUMENTS=1000000 cargo test --test hostile -- --ignored
//! ```

#[path = "hostile/cap.rs"]
mod cap;
#[path = "hostile/corpus.rs"]
mod corpus;
#[path = "hostile/generated.rs"]
mod generated;
#[path = "hostile/headers.rs"]
mod headers;
#[path = "hostile/people.rs"]
mod people;
#[path = "hostile/placement.rs"]
mod placement;
#[path = "hostile/referee.rs"]
mod referee;
#[path = "hostile/serve.rs"]
mod serve;
#[path = "hostile/snippet.rs"]
mod snippet;
#[path = "hostile/soup.rs"]
mod soup;

#[allow(dead_code)]
#[path = "suite/support.rs"]
mod support;
