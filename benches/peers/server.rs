//! The processor time of a server for each request: hyper with keep-alive, with and without the layer.
//!
//! A child process does nothing but serve, so that its usage is the server's. It serves all ways on one thread, so that
//! they have the same memory, the same core and the same neighbours.

use std::{
    convert::Infallible,
    future::{Ready, ready},
    io::{BufRead, BufReader, Read, Write},
    net::{Ipv4Addr, SocketAddr, TcpStream},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    time::{Duration, Instant},
};

use bytes::Bytes;
use http::{Request, Response};
use http_body::Body;
use http_body_util::Full;
use hyper::{body::Incoming, server::conn::http1};
use hyper_util::{rt::TokioIo, service::TowerToHyperService};
use tokio::net::TcpListener;
use tower::{Layer, Service, service_fn};

use crate::{
    contestants::{Contestant, Person},
    cpu,
    pages::{EIGHT_KIB, Page},
    table::{Goal, Table, Target},
    timing::median,
};

/// The argument that makes this program the server.
pub(crate) const SERVE: &str = "--serve";

const CONNECTIONS: usize = 32;
/// The requests of each connection in a turn, which takes about 30 ms.
const REQUESTS: usize = 40;
/// The place of its memory can make a process faster or slower, so there are several.
const SERVERS: usize = 6;
const TIME: Duration = Duration::from_secs(5);
const FEWEST_ROUNDS: usize = 21;
/// The services: without the layer, with it, and without it, but with a page that is as long as with it.
const SERVICES: [&str; 3] = ["bare", "ours", "bare, longer"];

/// Measures the server's processor time with the layer over its time without.
pub(crate) fn time(table: &mut Table) {
    let mut rounds = Vec::new();
    for _ in 0..SERVERS {
        Server::start().measure(&mut rounds);
    }
    for (at, name) in SERVICES.iter().enumerate() {
        table.note(&format!("server, {name}"), median(&mut rounds.iter().map(|round| round[at]).collect::<Vec<_>>()));
    }
    let ratio = |at: usize| median(&mut rounds.iter().map(|round| round[at] / round[0]).collect::<Vec<_>>());
    println!("the longer page without the layer: {:.3} of the page without", ratio(2));
    table.row(Target::ServerTime, "with the layer over without", ratio(1), Goal::RatioAtMost(1.1));
}

/// Runs the server until its input ends, and prints its processor time for each line of input.
pub(crate) fn serve(person: &Person) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let page = Page::whole(EIGHT_KIB);
    let longer = application(Contestant::ours(person).answer(&page));
    let application = application(page.text());
    let layer = person.widgets().layer();
    std::thread::spawn(|| {
        for line in std::io::stdin().lines() {
            line.expect("a line");
            println!("{}", cpu::of_process().as_nanos());
        }
        std::process::exit(0);
    });
    tokio::task::LocalSet::new().block_on(&runtime, async {
        let [bare, ours, last] = [listen().await, listen().await, listen().await];
        let port = |listener: &TcpListener| listener.local_addr().expect("an address").port();
        println!("{} {} {}", port(&bare), port(&ours), port(&last));
        let ours = accept(ours, layer.layer(application.clone()));
        tokio::join!(accept(bare, application), ours, accept(last, longer));
    });
}

type Answer = Ready<Result<Response<Full<Bytes>>, Infallible>>;

fn application(
    page: String,
) -> impl Service<Request<Incoming>, Response = Response<Full<Bytes>>, Error = Infallible, Future = Answer> + Clone {
    let page = Bytes::from(page);
    service_fn(move |_: Request<Incoming>| {
        let mut response = Response::new(Full::new(page.clone()));
        response.headers_mut().insert("content-type", http::HeaderValue::from_static("text/html; charset=utf-8"));
        ready(Ok(response))
    })
}

async fn listen() -> TcpListener {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port")
}

async fn accept<S, B>(listener: TcpListener, service: S)
where
    S: Service<Request<Incoming>, Response = Response<B>, Error = Infallible> + Clone + 'static,
    B: Body<Data = Bytes, Error = Infallible> + 'static,
{
    while let Ok((socket, _)) = listener.accept().await {
        socket.set_nodelay(true).expect("an option of the socket");
        let connection =
            http1::Builder::new().serve_connection(TokioIo::new(socket), TowerToHyperService::new(service.clone()));
        tokio::task::spawn_local(connection);
    }
}

/// A child process, with connections to all of its services.
struct Server {
    process: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    loads: [Load; SERVICES.len()],
}

impl Server {
    fn start() -> Self {
        let mut command = Command::new(std::env::current_exe().expect("this program"));
        let command = command.arg(SERVE).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut process = command.spawn().expect("the server");
        let input = process.stdin.take().expect("a pipe");
        let mut output = BufReader::new(process.stdout.take().expect("a pipe"));
        let ports: Vec<u16> = line(&mut output).split(' ').map(|port| port.parse().expect("a port")).collect();
        let ports: [u16; SERVICES.len()] = ports.try_into().expect("a port for each service");
        let loads = ports.map(|port| Load::connect((Ipv4Addr::LOCALHOST, port).into()));
        // A layer that injects nothing would win.
        assert!(loads[1].body > EIGHT_KIB, "the layer did not inject");
        assert_eq!(
            loads.each_ref().map(|load| load.body),
            [EIGHT_KIB, loads[1].body, loads[1].body],
            "the pages' lengths"
        );
        Self { process, input, output, loads }
    }

    /// Adds rounds of processor times for each request, in nanoseconds.
    fn measure(mut self, rounds: &mut Vec<[f64; SERVICES.len()]>) {
        let mut own = Vec::new();
        let start = Instant::now();
        self.round(0); // warms up the caches and the allocator
        while start.elapsed() < TIME || own.len() < FEWEST_ROUNDS {
            own.push(self.round(own.len()));
        }
        rounds.append(&mut own);
    }

    fn round(&mut self, first: usize) -> [f64; SERVICES.len()] {
        let mut times = [0.0; SERVICES.len()];
        let mut before = self.usage();
        for turn in 0..SERVICES.len() {
            let at = (first + turn) % SERVICES.len();
            self.loads[at].run();
            let after = self.usage();
            times[at] = (after - before) / (CONNECTIONS * REQUESTS) as f64;
            before = after;
        }
        times
    }

    /// Returns the server's processor time in nanoseconds.
    fn usage(&mut self) -> f64 {
        writeln!(self.input, "usage").expect("a server");
        line(&mut self.output).parse().expect("a number")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

fn line(output: &mut BufReader<ChildStdout>) -> String {
    let mut line = String::new();
    output.read_line(&mut line).expect("a line");
    line.trim().to_owned()
}

/// Connections that all send a request before the first one reads its response.
struct Load {
    streams: Vec<TcpStream>,
    request: Vec<u8>,
    buffer: Vec<u8>,
    /// The length of a whole response, and of its body, learnt from the first one.
    response: usize,
    body: usize,
}

impl Load {
    fn connect(address: SocketAddr) -> Self {
        let mut request = String::from("GET /orders HTTP/1.1\r\n");
        for (name, value) in Page::whole(EIGHT_KIB).request().headers() {
            request.push_str(&format!("{name}: {}\r\n", value.to_str().expect("ASCII")));
        }
        request.push_str("\r\n");
        let connect = |_| {
            let stream = TcpStream::connect(address).expect("a connection");
            stream.set_nodelay(true).expect("an option of the socket");
            stream
        };
        let streams = (0..CONNECTIONS).map(connect).collect();
        let mut load = Self { streams, request: request.into(), buffer: vec![0; 64 * 1024], response: 0, body: 0 };
        load.learn();
        load
    }

    fn learn(&mut self) {
        let stream = &mut self.streams[0];
        stream.write_all(&self.request).expect("a request");
        let mut read = 0;
        while self.response == 0 || read < self.response {
            let more = stream.read(&mut self.buffer[read..]).expect("a response");
            assert!(more > 0, "the server closed the connection");
            read += more;
            let text = String::from_utf8_lossy(&self.buffer[..read]);
            if let Some(head) = text.find("\r\n\r\n") {
                let length = text[..head].split("content-length: ").nth(1).expect("a length");
                self.body = length.split("\r\n").next().unwrap_or_default().parse().expect("a number");
                self.response = head + 4 + self.body;
            }
        }
    }

    /// Runs one turn.
    fn run(&mut self) {
        for _ in 0..REQUESTS {
            for stream in &mut self.streams {
                stream.write_all(&self.request).expect("a request");
            }
            for stream in &mut self.streams {
                stream.read_exact(&mut self.buffer[..self.response]).expect("a response of the same length");
            }
        }
    }
}
