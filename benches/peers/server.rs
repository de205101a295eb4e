//! The processor time of a server for each request: hyper with keep-alive, with and without the layer.
//!
//! A child process does nothing but serve, so that its usage is the server's. It serves both ways on one thread, so that
//! both ways have the same memory, the same core and the same neighbours.

use std::{
    convert::Infallible,
    io::{BufRead, BufReader, Read, Write},
    net::{Ipv4Addr, SocketAddr, TcpStream},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    rc::Rc,
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
    contestants::Person,
    cpu,
    pages::{EIGHT_KIB, Page},
    table::{Goal, Table, Target},
    timing::median,
};

/// The argument that makes this program the server.
pub(crate) const SERVE: &str = "--serve";

const CONNECTIONS: usize = 32;
/// The requests of each connection in a turn, which takes some 30 ms.
const REQUESTS: usize = 40;
/// The place of its memory can make a process faster or slower, so there are several.
const SERVERS: usize = 6;
const TIME: Duration = Duration::from_secs(5);
const FEWEST_PAIRS: usize = 20;

/// Measures the server's processor time with the layer over its time without.
pub(crate) fn time(table: &mut Table) {
    let mut pairs = Vec::new();
    for _ in 0..SERVERS {
        Server::start().measure(&mut pairs);
    }
    for (name, at) in [("server, bare", 0), ("server, ours", 1)] {
        table.note(name, median(&mut pairs.iter().map(|pair| pair[at]).collect::<Vec<_>>()));
    }
    let ratio = median(&mut pairs.iter().map(|[bare, ours]| ours / bare).collect::<Vec<_>>());
    table.row(Target::ServerTime, "with the layer over without", ratio, Goal::RatioAtMost(1.1));
}

/// Runs the server until its input ends, and prints its processor time for each line of input.
pub(crate) fn serve(person: &Person) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let page = Bytes::from(Page::whole(EIGHT_KIB).text());
    let application = service_fn(move |_: Request<Incoming>| {
        let page = page.clone();
        async move {
            let mut response = Response::new(Full::new(page));
            response.headers_mut().insert("content-type", http::HeaderValue::from_static("text/html; charset=utf-8"));
            Ok::<_, Infallible>(response)
        }
    });
    let layer = person.widgets().layer();
    std::thread::spawn(|| {
        for line in std::io::stdin().lines() {
            line.expect("a line");
            println!("{}", cpu::of_process().as_nanos());
        }
        std::process::exit(0);
    });
    tokio::task::LocalSet::new().block_on(&runtime, async {
        let bare = listen().await;
        let ours = listen().await;
        let port = |listener: &TcpListener| listener.local_addr().expect("an address").port();
        println!("{} {}", port(&bare), port(&ours));
        tokio::join!(accept(bare, application.clone()), accept(ours, layer.layer(application)));
    });
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

/// A child process, with connections to both of its services.
struct Server {
    process: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    bare: Load,
    ours: Load,
}

impl Server {
    fn start() -> Self {
        let mut command = Command::new(std::env::current_exe().expect("this program"));
        let command = command.arg(SERVE).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut process = command.spawn().expect("the server");
        let input = process.stdin.take().expect("a pipe");
        let mut output = BufReader::new(process.stdout.take().expect("a pipe"));
        let ports = line(&mut output);
        let (bare, ours) = ports.split_once(' ').expect("two ports");
        let load = |port: &str| Load::connect((Ipv4Addr::LOCALHOST, port.parse().expect("a port")).into());
        let (bare, ours) = (load(bare), load(ours));
        // A layer that injects nothing would win.
        assert!(ours.responses > bare.responses, "the layer did not inject");
        Self { process, input, output, bare, ours }
    }

    /// Adds pairs of processor times for each request, bare and with the layer, in nanoseconds.
    fn measure(mut self, pairs: &mut Vec<[f64; 2]>) {
        let mut own = Vec::new();
        let start = Instant::now();
        self.pair(false); // warms up the caches and the allocator
        while start.elapsed() < TIME || own.len() < FEWEST_PAIRS {
            own.push(self.pair(own.len() % 2 == 1));
        }
        pairs.append(&mut own);
    }

    fn pair(&mut self, ours_first: bool) -> [f64; 2] {
        let mut usage = [self.usage(), 0.0, 0.0];
        for turn in 1..=2 {
            let load = if ours_first == (turn == 1) { &mut self.ours } else { &mut self.bare };
            load.run();
            usage[turn] = self.usage();
        }
        let turns = [usage[1] - usage[0], usage[2] - usage[1]].map(|time| time / (CONNECTIONS * REQUESTS) as f64);
        if ours_first { [turns[1], turns[0]] } else { turns }
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
    request: Rc<[u8]>,
    buffer: Vec<u8>,
    /// The length of a whole response, learnt from the first one.
    responses: usize,
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
        let mut load = Self { streams, request: request.into_bytes().into(), buffer: vec![0; 64 * 1024], responses: 0 };
        load.learn();
        load
    }

    fn learn(&mut self) {
        let stream = &mut self.streams[0];
        stream.write_all(&self.request).expect("a request");
        let mut read = 0;
        while self.responses == 0 || read < self.responses {
            let more = stream.read(&mut self.buffer[read..]).expect("a response");
            assert!(more > 0, "the server closed the connection");
            read += more;
            let text = String::from_utf8_lossy(&self.buffer[..read]);
            if let Some(head) = text.find("\r\n\r\n") {
                let length = text[..head].split("content-length: ").nth(1).expect("a length");
                let length: usize = length.split("\r\n").next().unwrap_or_default().parse().expect("a number");
                self.responses = head + 4 + length;
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
                stream.read_exact(&mut self.buffer[..self.responses]).expect("a response of the same length");
            }
        }
    }
}
