//! A thread for what would hold up an async one: RSA signatures.

use std::{
    fmt,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::mpsc::{Receiver, SyncSender, sync_channel},
    thread,
};

use futures::channel::oneshot;

/// How many may wait: at 0.6 ms each (RSA with 2,048 bits), nobody waits much longer than a tenth of a second.
const QUEUE: usize = 128;

type Job = Box<dyn FnOnce() + Send>;

/// Ends when it is dropped, after the jobs that it has taken.
pub(crate) struct Worker(SyncSender<Job>);

impl Worker {
    /// Where the system gives no thread, nothing will be taken.
    pub(crate) fn start() -> Self {
        let (sender, jobs) = sync_channel(QUEUE);
        // Without a thread, the receiver is gone with the closure.
        let _ = thread::Builder::new().name("widget-tokens".to_owned()).spawn(move || work(&jobs));
        Self(sender)
    }

    /// Queues a job and returns the receiver of its answer; `None` if the queue is full or the thread is gone. A job whose
    /// receiver was dropped is not done.
    pub(crate) fn take<T: Send + 'static>(
        &self,
        job: impl FnOnce() -> T + Send + 'static,
    ) -> Option<oneshot::Receiver<T>> {
        let (sender, receiver) = oneshot::channel();
        let job = Box::new(move || {
            if !sender.is_canceled() {
                // Whoever waited may have left meanwhile.
                let _ = sender.send(job());
            }
        });
        self.0.try_send(job).ok().map(|()| receiver)
    }
}

fn work(jobs: &Receiver<Job>) {
    for job in jobs {
        // One vendor's mistake is not the end of all tokens: that job's answer is dropped, which says as much.
        let _ = catch_unwind(AssertUnwindSafe(job));
    }
}

impl fmt::Debug for Worker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Worker(..)")
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use futures::executor::block_on;

    use super::*;

    /// A worker that is held up until the sender is dropped, and the answer that it then gives.
    fn busy() -> (Worker, mpsc::Sender<()>, oneshot::Receiver<()>) {
        let worker = Worker::start();
        let (release, held) = mpsc::channel::<()>();
        let (begun, begins) = mpsc::channel();
        let job = move || {
            begun.send(()).unwrap();
            held.recv().unwrap_err();
        };
        let answer = worker.take(job).expect("taken");
        begins.recv().unwrap();
        (worker, release, answer)
    }

    #[test]
    fn work_is_done_on_another_thread() {
        let worker = Worker::start();
        let thread = block_on(worker.take(|| thread::current().id()).unwrap()).unwrap();
        assert_ne!(thread, thread::current().id());
    }

    #[test]
    fn a_full_queue_takes_nothing_more_and_empties_again() {
        let (worker, release, _held) = busy();
        let waiting: Vec<_> = (0..QUEUE).map(|number| worker.take(move || number).expect("room")).collect();
        assert!(worker.take(|| 0).is_none(), "there is no more room");
        drop(release);
        for (number, answer) in waiting.into_iter().enumerate() {
            assert_eq!(block_on(answer), Ok(number));
        }
        assert_eq!(block_on(worker.take(|| 1).expect("room again")), Ok(1));
    }

    #[test]
    fn a_panic_costs_one_answer() {
        let worker = Worker::start();
        let answer: oneshot::Receiver<()> = worker.take(|| panic!("on purpose")).unwrap();
        assert!(block_on(answer).is_err());
        assert_eq!(block_on(worker.take(|| 1).unwrap()), Ok(1));
    }

    #[test]
    fn nobody_works_for_those_who_left() {
        let (worker, release, _held) = busy();
        let (done, made) = mpsc::channel();
        drop(worker.take(move || done.send(())).expect("room"));
        drop(release);
        assert_eq!(block_on(worker.take(|| 1).unwrap()), Ok(1));
        assert!(made.recv().is_err(), "its sender was dropped unused");
    }

    #[test]
    fn the_thread_ends_with_its_worker() {
        let (sender, jobs) = sync_channel::<Job>(QUEUE);
        let thread = thread::spawn(move || work(&jobs));
        drop(Worker(sender));
        thread.join().unwrap();
    }
}
