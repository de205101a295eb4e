//! A reverse proxy with the layers, for an application in any language.
//!
//! ```text
//! INTERCOM_APP_ID=abcd1234 INTERCOM_SECRET=... \
//!     cargo run --example reverse_proxy -- --listen 127.0.0.1:8080 --upstream http://127.0.0.1:9000 --identity-headers
//! ```
//!
//! `--help` shows all options. Bodies stream in both directions, and WebSockets pass. Trailers pass if `Trailer`
//! announces them.

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::env;
use std::ffi::OsString;
use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::BodyExt;
use hyper::body::{Body, Incoming};
use tokio::net::TcpListener;
use tower::util::ServiceExt;
use tower::{Layer, Service, service_fn};
use tower_widget_identity::Widgets;

mod compression;
pub(crate) mod failure;
pub(crate) mod headers;
pub(crate) mod identity;
pub(crate) mod options;
mod server;
mod signals;
mod upstream;
pub(crate) mod widgets;

use failure::Failure;
use options::Options;
use server::Ended;
use signals::Signals;
use upstream::{Answer, BoxError, Upstream};

/// The path that the proxy itself handles; all other paths are the application's.
const TOKEN_PATH: &str = "/widget-token";

#[tokio::main]
async fn main() -> ExitCode {
    let arguments: Result<Vec<String>, _> = env::args_os().skip(1).map(OsString::into_string).collect();
    let ended = match arguments {
        Ok(arguments) if options::ask_for_help(&arguments) => {
            println!("{}", options::USAGE);
            Ok(())
        }
        Ok(arguments) => run(arguments).await,
        Err(_) => Err(Failure::Usage("an argument is not UTF-8".to_owned())),
    };
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("{failure}");
            failure.exit_code()
        }
    }
}

async fn run(arguments: Vec<String>) -> Result<(), Failure> {
    let options = Options::parse(arguments)?;
    let site = Site::new(&options, |variable| env::var(variable).ok())?;
    let listener = TcpListener::bind(&options.listen).await.map_err(|error| system("cannot listen", error))?;
    let address = listener.local_addr().map_err(|error| system("cannot listen", error))?;
    let mut signals = Signals::new().map_err(|error| system("cannot wait for signals", error))?;
    warn(&options, address);
    println!("Listening on http://{address}, in front of http://{}", options.upstream);

    let service = service_fn(move |request| site.clone().serve(request));
    let serving = server::serve(listener, service, &mut signals, options.drain);
    if let Ended::Cut(connections) = serving.await {
        eprintln!("connections that were closed during a request: {connections}");
    }
    Ok(())
}

fn system(what: &str, error: std::io::Error) -> Failure {
    Failure::System(format!("{what}: {error}"))
}

fn warn(options: &Options, address: SocketAddr) {
    if options.identity_headers {
        eprintln!("{}", identity::warning(address.ip().is_loopback()));
    } else {
        eprintln!("Without --identity-headers, the proxy does not know who is signed in: pages stay unchanged.");
    }
}

/// The application with the widgets in front of it.
#[derive(Clone)]
struct Site {
    widgets: Widgets,
    upstream: Upstream,
    logout_paths: Arc<BTreeSet<String>>,
}

impl Site {
    fn new(options: &Options, variable: impl Fn(&str) -> Option<String>) -> Result<Self, Failure> {
        let widgets = widgets::configured(variable)?.token_path(TOKEN_PATH).plain_http(options.plain_http);
        let widgets = match options.identity_headers {
            true => widgets.identify(|parts| identity::viewer(&parts.headers)),
            // No other source says who is signed in, so this is unknown.
            false => widgets,
        };
        Ok(Self {
            widgets: widgets.build()?,
            upstream: Upstream::new(options.upstream.clone(), options.identity_headers),
            logout_paths: Arc::new(options.logout_paths.clone()),
        })
    }

    /// Serves a request.
    ///
    /// The proxy compresses possible pages; the application compresses everything else, as the client asks.
    async fn serve(self, request: Request<Incoming>) -> Result<Answer, Infallible> {
        if headers::may_be_page(request.headers()) {
            let personal = service_fn(move |request| self.clone().personal(request));
            compression::compressed(personal, request).await
        } else {
            self.personal(request).await
        }
    }

    async fn personal(self, request: Request<Incoming>) -> Result<Answer, Infallible> {
        let layer = self.widgets.layer();
        boxed(layer.layer(service_fn(move |request| self.clone().route(request))), request).await
    }

    async fn route(self, request: Request<Incoming>) -> Result<Answer, Infallible> {
        let path = request.uri().path();
        if path.strip_prefix(TOKEN_PATH).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')) {
            boxed(self.widgets.token_service(), request).await
        } else if self.logout_paths.contains(path) {
            let layer = self.widgets.logout_layer();
            boxed(layer.layer(service_fn(move |request| self.clone().application(request))), request).await
        } else {
            self.application(request).await
        }
    }

    async fn application(self, request: Request<Incoming>) -> Result<Answer, Infallible> {
        Ok(self.upstream.forward(request).await)
    }
}

/// Boxes the body, because each layer has its own body type.
async fn boxed<S, B>(service: S, request: Request<Incoming>) -> Result<Answer, Infallible>
where
    S: Service<Request<Incoming>, Response = Response<B>, Error = Infallible>,
    B: Body<Data = Bytes, Error: Into<BoxError>> + Send + Sync + 'static,
{
    let response = service.oneshot(request).await?;
    Ok(response.map(|body| body.map_err(Into::into).boxed()))
}
