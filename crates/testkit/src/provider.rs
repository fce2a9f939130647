//! What the loopback providers beside Twilio have in common: where they serve, what they
//! took, what goes wrong next, and how far they have come.

use std::{
    collections::VecDeque,
    io,
    net::Ipv4Addr,
    sync::{Mutex, MutexGuard, PoisonError},
};

use axum::Router;
use tokio::{net::TcpListener, sync::watch, task::JoinHandle};

use crate::twilio::listener::{CuttableListener, Peer};

/// A free port of 127.0.0.1, and its address `http://127.0.0.1:<port>`.
///
/// # Errors
/// When there is no port to listen on.
pub(crate) async fn listen() -> io::Result<(TcpListener, String)> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let base_url = format!("http://{}", listener.local_addr()?);
    Ok((listener, base_url))
}

/// A server that stops when it is dropped.
#[derive(Debug)]
pub(crate) struct Serving(JoinHandle<()>);

impl Serving {
    /// Serves there.
    pub(crate) fn at(listener: TcpListener, router: Router) -> Self {
        let service = router.into_make_service_with_connect_info::<Peer>();
        Self(tokio::spawn(async move {
            // Serving ends only with the task.
            let _ = axum::serve(CuttableListener(listener), service).await;
        }))
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// What a provider took, and what goes wrong with the next messages.
#[derive(Debug)]
pub(crate) struct Record<M, F> {
    taken: Mutex<Vec<M>>,
    faults: Mutex<VecDeque<F>>,
    progress: Progress,
}

impl<M, F> Default for Record<M, F> {
    fn default() -> Self {
        Self {
            taken: Mutex::default(),
            faults: Mutex::default(),
            progress: Progress::default(),
        }
    }
}

impl<M: Clone, F> Record<M, F> {
    /// Adds to what goes wrong.
    pub(crate) fn script(&self, faults: impl IntoIterator<Item = F>) {
        lock(&self.faults).extend(faults);
    }

    /// The same in place of all that was to go wrong.
    pub(crate) fn script_instead(&self, faults: impl IntoIterator<Item = F>) {
        *lock(&self.faults) = faults.into_iter().collect();
    }

    /// Counts an attempt.
    pub(crate) fn attempt(&self) {
        self.progress.0.send_modify(|counts| counts.attempts += 1);
    }

    /// What goes wrong now.
    pub(crate) fn next_fault(&self) -> Option<F> {
        lock(&self.faults).pop_front()
    }

    /// Takes the message that is made of its number, the first being 1.
    pub(crate) fn take(&self, make: impl FnOnce(usize) -> M) -> M {
        let mut taken = lock(&self.taken);
        let message = make(taken.len() + 1);
        taken.push(message.clone());
        message
    }

    /// Every message it took, oldest first.
    pub(crate) fn taken(&self) -> Vec<M> {
        lock(&self.taken).clone()
    }

    /// How far it has come.
    pub(crate) const fn progress(&self) -> &Progress {
        &self.progress
    }

    /// Never answers, and counts that.
    pub(crate) async fn hang(&self) -> ! {
        self.progress.0.send_modify(|counts| counts.unanswered += 1);
        std::future::pending().await
    }
}

#[derive(Debug, Clone, Copy, Default)]
struct Counts {
    attempts: usize,
    unanswered: usize,
}

/// How far a provider has come.
#[derive(Debug, Default)]
pub struct Progress(watch::Sender<Counts>);

impl Progress {
    /// How many messages were tried, taken or not.
    #[must_use]
    pub fn attempts(&self) -> usize {
        self.0.borrow().attempts
    }

    /// How many it took and left without an answer.
    #[must_use]
    pub fn unanswered(&self) -> usize {
        self.0.borrow().unanswered
    }

    /// Waits until so many messages were tried. Put a time limit around it.
    pub async fn wait_for_attempts(&self, attempts: usize) {
        let mut counts = self.0.subscribe();
        // The sender lives in `self`, so waiting cannot fail.
        let _ = counts.wait_for(|c| c.attempts >= attempts).await;
    }

    /// Waits until so many were left without an answer. Put a time limit around it.
    pub async fn wait_for_unanswered(&self, unanswered: usize) {
        let mut counts = self.0.subscribe();
        let _ = counts.wait_for(|c| c.unanswered >= unanswered).await;
    }
}

/// Locks, also after a panic of who held it.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
