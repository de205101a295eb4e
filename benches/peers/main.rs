//! Compares the layer with three peers on the same pages, in one process: `cargo bench --bench peers`.
//!
//! Absolute times mean little on a shared machine. Every target is a count, or a ratio of medians from alternating
//! turns.

mod contestants;
mod counting;
mod loopback;
mod pages;
mod switch;
mod table;
mod timing;

use contestants::{Contestant, Person};
use pages::{EIGHT_KIB, HUNDRED_KIB, ONE_MIB, Page};
use table::{Goal, Table};
use timing::{Job, medians};

/// The page sizes at which every contestant runs.
const SIZES: [usize; 3] = [EIGHT_KIB, HUNDRED_KIB, ONE_MIB];
const FRAME: usize = 16 * 1024;

fn main() {
    let person = Person::new();
    if let Some(what) = std::env::args().skip_while(|argument| argument != "--profile").nth(1) {
        return profile(&person, &what);
    }
    let mut table = Table::default();
    check(&person);
    injecting(&person, &mut table);
    minting(&person, &mut table);
    passing(&person, &mut table);
    counting::allocations(&person, &mut table);
    counting::streaming(&person, &mut table);
    loopback::requests_per_second(&person, &mut table);
    std::process::exit(table.finish());
}

/// Runs one job repeatedly, for a profiler: `cargo bench --bench peers -- --profile page`.
fn profile(person: &Person, what: &str) {
    const TIMES: usize = 20_000;
    let ours = |page| Contestant::ours(person).job(what.to_owned(), page);
    let mut job = match what {
        "page" => ours(Page::whole(EIGHT_KIB)),
        "nobody" => ours(Page::nobodys()),
        "image" => ours(Page::image()),
        "mint" => person.mint_job(),
        "encode" => person.encode_job(),
        _ => Contestant::bare().job(what.to_owned(), Page::whole(EIGHT_KIB)),
    };
    println!("{what}: {} ns", job.run(TIMES).as_nanos() / TIMES as u128);
}

/// Checks every contestant, because one that does not inject would win.
fn check(person: &Person) {
    for size in SIZES {
        for page in [Page::whole(size), Page::framed(size, FRAME)] {
            for contestant in Contestant::every(person) {
                let html = contestant.answer(&page);
                contestant.check(&html, &page);
            }
        }
    }
}

/// Measures targets 1 to 4.
fn injecting(person: &Person, table: &mut Table) {
    let mut jobs: Vec<Job<'_>> = Vec::new();
    for size in SIZES {
        for contestant in Contestant::every(person) {
            jobs.push(contestant.job(format!("{} {}", contestant.name(), pages::name(size)), Page::whole(size)));
        }
    }
    for size in [EIGHT_KIB, ONE_MIB] {
        for contestant in [Contestant::bare(), Contestant::ours(person)] {
            let name = format!("{} {} in frames", contestant.name(), pages::name(size));
            jobs.push(contestant.job(name, Page::framed(size, FRAME)));
        }
    }
    jobs.push(person.mint_job());
    let times = medians(jobs);
    for (name, nanoseconds) in times.all() {
        table.note(name, nanoseconds);
    }
    let at = |contestant: &str, size: usize| times.of(&format!("{contestant} {}", pages::name(size)));
    let over = |size: usize| at("ours", size) - at("bare", size);

    table.row(1, "1 MiB over 8 KiB, one frame", over(ONE_MIB) / over(EIGHT_KIB), Goal::AtMost(1.25));
    let framed = |contestant: &str| times.of(&format!("{contestant} {} in frames", pages::name(ONE_MIB)));
    let frames = (ONE_MIB / FRAME) as f64;
    let per_frame = (framed("ours") - framed("bare") - over(ONE_MIB)) / frames;
    table.row(1, "nanoseconds for each frame of 16 KiB", per_frame, Goal::AtMost(25.0));
    for (peer, number, goals) in [("lol_html", 2, [0.15, 0.01]), ("by hand", 3, [0.7, 0.1])] {
        for (size, goal) in [EIGHT_KIB, ONE_MIB].into_iter().zip(goals) {
            let ratio = at("ours", size) / at(peer, size);
            table.row(number, &format!("against {peer}, {}", pages::name(size)), ratio, Goal::AtMost(goal));
        }
    }
    for size in [EIGHT_KIB, ONE_MIB] {
        let ratio = (at("ours", size) - times.of("mint")) / at("livereload", size);
        let what = format!("against tower-livereload without the token, {}", pages::name(size));
        table.row(4, &what, ratio, Goal::AtMost(2.0));
    }
}

/// Measures target 5.
fn minting(person: &Person, table: &mut Table) {
    let times = medians(vec![person.mint_job(), person.encode_job()]);
    let goal = if cfg!(feature = "aws-lc-rs") { 0.8 } else { 0.7 };
    table.row(5, "a token against jsonwebtoken::encode", times.of("mint") / times.of("encode"), Goal::AtMost(goal));
}

/// Measures the time of target 6; `counting` measures the allocations.
fn passing(person: &Person, table: &mut Table) {
    for (name, image) in [("an image", true), ("a visitor's page", false)] {
        let page = if image { Page::image() } else { Page::nobodys() };
        let bare = Contestant::bare().job("bare".to_owned(), page.clone());
        let times = medians(vec![bare, Contestant::ours(person).job("ours".to_owned(), page)]);
        let over = times.of("ours") - times.of("bare");
        table.row(6, &format!("nanoseconds for {name} that passes"), over, Goal::AtMost(250.0));
    }
}
