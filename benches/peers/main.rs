//! Compares the layer with its peers on the same pages: `cargo bench -p benchmarks --bench peers`.
//!
//! Absolute times mean little on a shared machine. Every target is a count, or a ratio of processor times from
//! alternating turns.

mod contestants;
mod counting;
mod cpu;
mod growth;
mod pages;
#[cfg(unix)]
mod server;
mod switch;
mod table;
mod timing;

use std::time::Duration;

use contestants::{Contestant, Person};
use pages::{EIGHT_KIB, HUNDRED_KIB, ONE_MIB, Page};
use table::{Goal, Table, Target};
use timing::Rounds;

/// The page sizes at which every contestant is checked.
const SIZES: [usize; 3] = [EIGHT_KIB, HUNDRED_KIB, ONE_MIB];
const FRAME: usize = 16 * 1024;
/// So many that noise in the rest of the page does not matter for the cost of one.
const FRAMES: usize = 512;

fn main() {
    let person = Person::new();
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["--profile", what] => return profile(&person, what, 20_000),
        ["--profile", what, times] => return profile(&person, what, times.parse().expect("a number of times")),
        ["--growth"] => std::process::exit(growth::measure(None)),
        ["--growth", drawing] => std::process::exit(growth::measure(Some(drawing))),
        #[cfg(unix)]
        [server::SERVE] => return server::serve(&person),
        _ => {}
    }
    switch::keep_memory();
    let mut table = Table::default();
    Goal::check();
    check(&person);
    large_pages(&person, &mut table);
    short_jobs(&person, &mut table);
    counting::allocations(&person, &mut table);
    counting::streaming(&person, &mut table);
    #[cfg(unix)]
    server::time(&mut table);
    std::process::exit(table.finish());
}

/// Runs one job repeatedly, for a profiler: `cargo bench -p benchmarks --bench peers -- --profile page`.
///
/// `bare page`, `bare visitor` and `bare image` are the same requests without the layer.
fn profile(person: &Person, what: &str, times: usize) {
    let (contestant, request) = match what.strip_prefix("bare ") {
        Some(request) => (Contestant::bare(), request),
        None => (Contestant::ours(person), what),
    };
    let mut job = match request {
        "page" => contestant.job(what.to_owned(), Page::whole(EIGHT_KIB)),
        "visitor" => contestant.job(what.to_owned(), Page::visitors()),
        "image" => contestant.job(what.to_owned(), Page::image()),
        "mint" => person.mint_job(),
        "encode" => person.encode_job(),
        "prepared" => Person::prepared_job(),
        _ => panic!("no job has the name {what}"),
    };
    println!("{what}: {} ns", job.run(times).as_nanos() / times as u128);
}

/// Checks every contestant, because one that does not inject would win.
fn check(person: &Person) {
    person.check();
    for size in SIZES {
        for page in [Page::whole(size), Page::framed(size, FRAME)] {
            for contestant in Contestant::every(person) {
                let html = contestant.answer(&page);
                contestant.check(&html, &page);
            }
        }
    }
}

fn print(times: &Rounds, table: &mut Table) {
    for (name, nanoseconds) in times.medians() {
        table.note(name, nanoseconds);
    }
}

/// Compares the layer with other ways to insert the same element, on a large page.
fn large_pages(person: &Person, table: &mut Table) {
    let job = |contestant: Contestant| contestant.job(contestant.name().to_owned(), Page::whole(ONE_MIB));
    let times = Rounds::run(Duration::from_secs(10), Contestant::every(person).map(job).into());
    print(&times, table);
    for (target, peer, goal) in [(Target::Rewriter, "lol_html", 0.01), (Target::ByHand, "by hand", 0.1)] {
        table.row(target, "a page of 1 MiB", times.figure(|at| at("ours") / at(peer)), Goal::RatioAtMost(goal));
    }
}

/// Compares short jobs: pages, a token, and responses that pass. `counting` measures their allocations.
fn short_jobs(person: &Person, table: &mut Table) {
    let pages = [
        ("8 KiB", Page::whole(EIGHT_KIB)),
        ("1 MiB", Page::whole(ONE_MIB)),
        ("in frames", Page::framed(FRAMES * FRAME, FRAME)),
        ("an image", Page::image()),
        ("a visitor's page", Page::visitors()),
    ];
    let mut jobs = Vec::new();
    for (name, page) in pages {
        for contestant in [Contestant::bare(), Contestant::ours(person)] {
            jobs.push(contestant.job(format!("{} {name}", contestant.name()), page.clone()));
        }
    }
    for peer in Contestant::peers(person) {
        jobs.push(peer.job(format!("{} 8 KiB", peer.name()), Page::whole(EIGHT_KIB)));
    }
    jobs.extend([person.mint_job(), person.encode_job(), Person::prepared_job()]);
    let times = Rounds::run(Duration::from_secs(30), jobs);
    print(&times, table);

    let ratio = times.figure(|at| (at("ours 1 MiB") - at("bare 1 MiB")) / (at("ours 8 KiB") - at("bare 8 KiB")));
    table.row(Target::PageSize, "1 MiB over 8 KiB, one frame", ratio, Goal::RatioAtMost(1.25));
    let added = |name: &str| times.calm(&format!("ours {name}")) - times.calm(&format!("bare {name}"));
    let per_frame = (added("in frames") - added("1 MiB")) / FRAMES as f64;
    table.row(Target::PageSize, "nanoseconds for each frame of 16 KiB", per_frame, Goal::CostAtMost(25.0));
    for (target, peer, goal) in [(Target::Rewriter, "lol_html", 0.15), (Target::ByHand, "by hand", 0.7)] {
        let ratio = times.figure(|at| at("ours 8 KiB") / at(&format!("{peer} 8 KiB")));
        table.row(target, "a page of 8 KiB", ratio, Goal::RatioAtMost(goal));
    }
    let ratio = times.figure(|at| (at("ours 8 KiB") - at("bare 8 KiB")) / at("prepared token"));
    table.row(Target::SignedPage, "the whole layer over a prepared JWT", ratio, Goal::RatioAtMost(2.5));
    let ratio = times.figure(|at| (at("ours 8 KiB") - at("bare 8 KiB")) / at("encode"));
    println!("the whole layer over jsonwebtoken::encode: {ratio:.3}");
    let goal = if cfg!(feature = "aws-lc-rs") { 0.8 } else { 0.7 };
    let ratio = times.figure(|at| at("mint") / at("encode"));
    table.row(Target::Token, "over jsonwebtoken::encode", ratio, Goal::RatioAtMost(goal));
    for name in ["an image", "a visitor's page"] {
        table.row(Target::Passing, &format!("nanoseconds for {name}"), added(name), Goal::CostAtMost(250.0));
    }
}
