//! A load test over loopback, with users, signed-out visitors and unknown viewers, browsers that disconnect and pages
//! that fail: every response is right, and no memory and no task is left.
//!
//! It has a test binary of its own, because it counts what the whole process allocates:
//!
//! ```text
//! SOAK_REQUESTS=200000 cargo test --release --test soak -- --ignored --nocapture
//! ```

mod application;
mod browser;
mod memory;
#[path = "../support/mod.rs"]
mod support;

use std::time::{Duration, Instant};

use tokio::runtime::Handle;

use crate::{
    browser::{Browser, Tally},
    memory::Memory,
    support::socket::Server,
};

/// The number of requests in `.ci/run`; the environment variable `SOAK_REQUESTS` changes it.
const REQUESTS: usize = 20_000;
const BROWSERS: usize = 16;
/// The tasks that remain: this test's own, and two that accept connections.
const OURS: usize = 3;

fn requests() -> usize {
    std::env::var("SOAK_REQUESTS").map_or(REQUESTS, |text| text.parse().expect("a number of requests"))
}

/// Sends this many requests by all browsers together, with other random numbers in each phase.
async fn browse(servers: &[Server; 2], requests: usize, phase: u64) -> Tally {
    let browsers: Vec<_> = (0..BROWSERS)
        .map(|number| {
            let address = servers[number % 2].address;
            let browser = Browser::new(address, phase * 1_000 + number as u64);
            tokio::spawn(browser.browse(requests / BROWSERS))
        })
        .collect();
    let mut all = Tally::default();
    for browser in browsers {
        all += browser.await.expect("every answer is right");
    }
    all
}

/// Waits until only the tasks remain that were there before.
async fn settled(before: usize) {
    let started = Instant::now();
    while Handle::current().metrics().num_alive_tasks() > before {
        let alive = Handle::current().metrics().num_alive_tasks();
        assert!(started.elapsed() < Duration::from_secs(10), "{alive} tasks are left, and there were {before}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

async fn soak() {
    let servers = [application::now().await, application::later().await];
    settled(OURS).await;
    let (warm_up, rest) = (requests() / 5, requests() - requests() / 5);
    browse(&servers, warm_up, 1).await;
    settled(OURS).await;
    let (warm, started) = (Memory::now(), Instant::now());
    let tally = browse(&servers, rest, 2).await;
    let seconds = started.elapsed().as_secs_f64();
    settled(OURS).await;
    let end = Memory::now();
    eprintln!("{tally:?}\n{:.0} requests a second\nwarm: {warm:?}\nend:  {end:?}", tally.asked as f64 / seconds);
    tally.proves_something(rest);
    end.is_within_five_percent_of(&warm);
}

#[test]
#[ignore = "takes a minute"]
fn every_response_is_right_at_full_speed_and_nothing_is_left() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        tokio::spawn(soak()).await.unwrap();
        settled(0).await;
    });
}
