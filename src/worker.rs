//! A thread for work that would block an async thread: RSA signatures.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::mpsc::{Receiver, SyncSender, sync_channel},
    thread,
};

use futures::channel::oneshot;

/// The number of jobs that may wait.
///
/// At 0.6 ms each (RSA with 2,048 bits), no job waits much longer than a tenth of a second.
const QUEUE: usize = 128;

type Job = Box<dyn FnOnce() + Send>;

/// A worker thread and its queue.
///
/// When the worker is dropped, the thread finishes the queued jobs and ends.
pub(crate) struct Worker(SyncSender<Job>);

impl Worker {
    /// Starts the thread.
    ///
    /// If the system cannot create one, [`take`](Self::take) returns `None` from then on.
    pub(crate) fn start() -> Self {
        let (sender, jobs) = sync_channel(QUEUE);
        // If the thread cannot start, its closure is dropped, and the receiver with it.
        let _ = thread::Builder::new().name("widget-tokens".to_owned()).spawn(move || work(&jobs));
        Self(sender)
    }

    /// Queues a job and returns its receiver, or `None` if the queue is full or the thread is gone.
    ///
    /// A job whose receiver was dropped is skipped.
    pub(crate) fn take<T: Send + 'static>(
        &self,
        job: impl FnOnce() -> T + Send + 'static,
    ) -> Option<oneshot::Receiver<T>> {
        let (sender, receiver) = oneshot::channel();
        let job = Box::new(move || {
            if !sender.is_canceled() {
                // The receiver may have been dropped meanwhile.
                let _ = sender.send(job());
            }
        });
        self.0.try_send(job).ok().map(|()| receiver)
    }
}

fn work(jobs: &Receiver<Job>) {
    for job in jobs {
        // A panic in one vendor's code must not end all tokens. It drops that job's sender, which the receiver notices.
        let _ = catch_unwind(AssertUnwindSafe(job));
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use futures::executor::block_on;

    use super::*;

    /// Returns a worker that is blocked until the sender is dropped, and the receiver of the blocking job.
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
    fn jobs_run_on_another_thread() {
        let worker = Worker::start();
        let thread = block_on(worker.take(|| thread::current().id()).unwrap()).unwrap();
        assert_ne!(thread, thread::current().id());
    }

    #[test]
    fn full_queue_rejects_jobs_until_it_empties() {
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
    fn panic_loses_only_its_own_result() {
        let worker = Worker::start();
        let answer: oneshot::Receiver<()> = worker.take(|| panic!("on purpose")).unwrap();
        assert!(block_on(answer).is_err());
        assert_eq!(block_on(worker.take(|| 1).unwrap()), Ok(1));
    }

    #[test]
    fn job_with_a_dropped_receiver_is_skipped() {
        let (worker, release, _held) = busy();
        let (done, made) = mpsc::channel();
        drop(worker.take(move || done.send(())).expect("room"));
        drop(release);
        assert_eq!(block_on(worker.take(|| 1).unwrap()), Ok(1));
        assert!(made.recv().is_err(), "its sender was dropped unused");
    }

    #[test]
    fn thread_ends_with_its_worker() {
        let (sender, jobs) = sync_channel::<Job>(QUEUE);
        let thread = thread::spawn(move || work(&jobs));
        drop(Worker(sender));
        thread.join().unwrap();
    }
}
