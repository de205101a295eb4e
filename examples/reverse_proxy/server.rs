//! Listens, and ends gracefully.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::pin;
use std::time::Duration;

use http::{Request, Response};
use hyper::body::{Body, Incoming};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::time::sleep;
use tower::Service;

use super::signals::Signals;
use super::upstream::{BoxError, Peer};

/// How the server ended.
#[derive(Debug, PartialEq)]
pub(crate) enum Ended {
    Drained,
    /// This number of connections still had a request in flight.
    Cut(usize),
}

/// Serves until a signal, and then finishes the requests in flight.
///
/// This takes at most `drain`, and ends with another signal.
pub(crate) async fn serve<S, B>(listener: TcpListener, service: S, signals: &mut Signals, drain: Duration) -> Ended
where
    S: Service<Request<Incoming>, Response = Response<B>, Error = Infallible, Future: Send> + Clone + Send + 'static,
    B: Body<Data: Send, Error: Into<BoxError>> + Send + 'static,
{
    let (ending, _) = watch::channel(());
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, peer)) => drop(tokio::spawn(connection(stream, peer, service.clone(), ending.subscribe()))),
                Err(error) => {
                    eprintln!("accept: {error}");
                    // The process may have too many open files, which takes a while to pass.
                    sleep(Duration::from_secs(1)).await;
                }
            },
            () = signals.next() => break,
        }
    }
    // New clients must not wait for a response.
    drop(listener);
    let _ = ending.send(());
    tokio::select! {
        () = ending.closed() => Ended::Drained,
        () = sleep(drain) => Ended::Cut(ending.receiver_count()),
        () = signals.next() => Ended::Cut(ending.receiver_count()),
    }
}

async fn connection<S, B>(stream: TcpStream, peer: SocketAddr, service: S, mut ending: watch::Receiver<()>)
where
    S: Service<Request<Incoming>, Response = Response<B>, Error = Infallible, Future: Send> + Clone + Send + 'static,
    B: Body<Data: Send, Error: Into<BoxError>> + Send + 'static,
{
    // Small chunks of a page must not be delayed.
    let _ = stream.set_nodelay(true);
    let service = tower::ServiceBuilder::new()
        .map_request(move |mut request: Request<Incoming>| {
            request.extensions_mut().insert(Peer(peer.ip()));
            request
        })
        .service(service);
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .preserve_header_case(true)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(service))
        .with_upgrades();
    let mut connection = pin!(connection);
    // An error means that the client closed the connection, or that it does not speak HTTP.
    tokio::select! {
        _ = connection.as_mut() => return,
        _ = ending.changed() => connection.as_mut().graceful_shutdown(),
    }
    let _ = connection.await;
}
