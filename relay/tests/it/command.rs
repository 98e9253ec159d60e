//! The binary as an operator meets it.

use std::io::{BufRead, BufReader, Read};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use crate::harness::{ORIGIN, PATIENCE, Peer, Rig, settings};

fn coview(arguments: &[&str]) -> (i32, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_coview"))
        .args(arguments)
        .output()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (
        output.status.code().unwrap(),
        text(output.stdout),
        text(output.stderr),
    )
}

/// A file that goes with the test.
struct File(PathBuf);

impl File {
    fn new(name: &str, text: &str) -> Self {
        let path = std::env::temp_dir().join(format!("coview-{}-{name}", std::process::id()));
        std::fs::write(&path, text).unwrap();
        Self(path)
    }

    fn path(&self) -> &str {
        self.0.to_str().unwrap()
    }
}

impl Drop for File {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

#[test]
fn the_printed_defaults_are_good_settings() {
    let (code, defaults, _) = coview(&["default-config"]);
    assert_eq!(code, 0);
    let file = File::new("default.toml", &defaults);
    let (code, said, _) = coview(&["check-config", file.path()]);
    assert_eq!((code, said.contains("good")), (0, true));
    assert_eq!(
        coview(&["version"]).1,
        format!("coview {}\n", env!("CARGO_PKG_VERSION"))
    );
}

#[test]
fn bad_settings_are_named_all_at_once_and_exit_with_64() {
    let text = "[listen]\npublic = \"0.0.0.0:80\"\n\n[limits]\nnodes = 0\n\n[[sites]]\nkey = \"S H\"\nweb_origins = []\n";
    let file = File::new("bad.toml", text);
    for arguments in [
        vec!["check-config", file.path()],
        vec!["serve", "--config", file.path()],
    ] {
        let (code, said, faults) = coview(&arguments);
        assert_eq!((code, said.as_str()), (64, ""));
        for wanted in [":2:", ":5:", ":8:", "limits.nodes", "sites[0].key"] {
            assert!(faults.contains(wanted), "{wanted}\n{faults}");
        }
    }
    let masks = File::new(
        "masks.toml",
        &settings().replace("\".pii\"", "\".pii\", \"a:has(b)\""),
    );
    let (code, _, faults) = coview(&["check-config", masks.path()]);
    assert_eq!(code, 64);
    assert!(
        faults.contains("sites[0].masks.mask") && faults.contains("a:has(b)"),
        "{faults}"
    );
    assert_eq!(coview(&["serve", "--config", "/nowhere/coview.toml"]).0, 64);
    assert_eq!(coview(&["serve"]).0, 64);
    assert_eq!(coview(&["fly"]).0, 64);
}

#[test]
fn an_edge_that_can_not_start_exits_with_1() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let text = settings().replacen("127.0.0.1:0", &taken.local_addr().unwrap().to_string(), 1);
    let file = File::new("taken.toml", &text);
    let (code, _, said) = coview(&["serve", "--config", file.path()]);
    assert_eq!(code, 1);
    assert!(said.contains("cannot listen at"), "{said}");
    let text = format!(
        "{}\n[tls]\ncertificate = \"/nowhere/c.pem\"\nkey = \"/nowhere/k.pem\"\n",
        settings()
    );
    let file = File::new("tls.toml", &text);
    let (code, _, said) = coview(&["serve", "--config", file.path()]);
    assert_eq!(code, 1);
    assert!(said.contains("/nowhere/c.pem"), "{said}");
}

/// A running edge; killed if the test fails before it is told to stop.
struct Running(Child);

impl Running {
    fn start(arguments: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_coview"));
        Self(
            command
                .args(arguments)
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()
                .unwrap(),
        )
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        BufReader::new(self.0.stdout.as_mut().unwrap())
            .read_line(&mut line)
            .unwrap();
        line
    }

    /// The most memory it ever had resident, in KiB.
    fn peak_kib(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.0.id())).unwrap();
        let line = status
            .lines()
            .find_map(|line| line.strip_prefix("VmHWM:"))
            .unwrap();
        line.trim().trim_end_matches(" kB").parse().unwrap()
    }

    fn terminate(mut self) -> (i32, String) {
        let id = self.0.id().to_string();
        assert!(
            Command::new("kill")
                .args(["-TERM", &id])
                .status()
                .unwrap()
                .success()
        );
        let code = self.0.wait().unwrap().code().unwrap();
        let mut rest = String::new();
        self.0
            .stdout
            .as_mut()
            .unwrap()
            .read_to_string(&mut rest)
            .unwrap();
        (code, rest)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_demo_says_in_one_line_what_to_open_and_stops_when_asked() {
    let mut demo = Running::start(&["demo", "--port", "0", "--json"]);
    let line = demo.line();
    let ready: Value = serde_json::from_str(&line).unwrap();
    assert_eq!(
        (ready["site"].as_str(), ready["lab"].as_str()),
        (Some("demo"), Some("lab"))
    );
    assert_eq!(ready["pid"].as_u64(), Some(u64::from(demo.0.id())));
    let port = |name: &str| {
        ready[name]
            .as_str()
            .unwrap()
            .rsplit(':')
            .next()
            .unwrap()
            .parse::<u16>()
            .unwrap()
    };
    assert_eq!(port("shop"), port("edge") + 1);
    // Both serve, and the shop's page knows the edge.
    let rig = Rig::start().await;
    let edge = std::net::SocketAddr::from(([127, 0, 0, 1], port("edge")));
    let shop = std::net::SocketAddr::from(([127, 0, 0, 1], port("shop")));
    let key = format!("Bearer {}", ready["api_key"].as_str().unwrap());
    let (status, _, me) = rig
        .fetch(edge, "GET", "/api/v1/me", &[("authorization", &key)], None)
        .await;
    assert_eq!(status, 200);
    assert!(String::from_utf8_lossy(&me).contains("\"key\":\"lab\""));
    let (status, _, page) = rig.fetch(shop, "GET", "/", &[], None).await;
    let page = String::from_utf8_lossy(&page).into_owned();
    assert_eq!(status, 200);
    assert!(
        page.contains(&format!("{}/coview.js", ready["edge"].as_str().unwrap())),
        "{page}"
    );
    assert!(!page.contains("{{EDGE}}"));
    for (path, wanted) in [
        ("/app/anything/below", 200),
        ("/nothing", 404),
        ("/%2e%2e/package.json", 404),
    ] {
        assert_eq!(
            rig.fetch(shop, "GET", path, &[], None).await.0,
            wanted,
            "{path}"
        );
    }
    let console = ready["console"].as_str().unwrap();
    let path = &console[console.find("/console/").unwrap()..];
    assert_eq!(rig.fetch(edge, "GET", path, &[], None).await.0, 303);
    let (code, rest) = demo.terminate();
    assert_eq!(
        (code, rest.as_str()),
        (0, ""),
        "one line and nothing after it"
    );
}

/// Frames that would inflate a thousandfold, from many visitors at once: what the process ever held at
/// most is known, and it goes on.
#[tokio::test(flavor = "multi_thread")]
async fn bombs_do_not_grow_the_process() {
    use coview_dom_capture::protocol::frame::{Head, Place, deflate, join};
    use coview_dom_capture::protocol::{VERSION, VisitorHello, VisitorOut};

    let file = File::new("bombs.toml", &settings());
    let mut edge = Running::start(&["serve", "--config", file.path()]);
    let line = edge.line();
    let at: std::net::SocketAddr = line
        .trim()
        .strip_prefix("public ")
        .unwrap()
        .parse()
        .unwrap();
    let before = edge.peak_kib();
    let squeezed = deflate(&vec![0; 256 << 20]);
    for (inflated, code) in [(u32::MAX, 4002), (256 << 20, 4002), (1_000, 4000)] {
        let head = Head {
            place: None,
            inflated: Some(inflated),
        };
        let control = bytes::Bytes::from(join(head, &squeezed[..60 << 10]));
        let place = Place {
            epoch: 1,
            offset: 0,
        };
        let stream = bytes::Bytes::from(join(
            Head {
                place: Some(place),
                ..head
            },
            &squeezed,
        ));
        for _ in 0..20 {
            let mut peer = Peer::connect(at, "/v1/visitor?site=shop", Some(ORIGIN))
                .await
                .unwrap();
            let hello = VisitorHello {
                version: VERSION,
                resume: None,
                consented: true,
            };
            peer.say(&VisitorOut::VisitorHello(hello)).await;
            // Outside a session a page's frame is not even looked at; a control frame is.
            peer.raw(stream.clone()).await;
            peer.raw(control.clone()).await;
            assert_eq!(peer.closed().await.0, code);
        }
    }
    let grown = edge.peak_kib() - before;
    assert!(grown < 64 << 10, "{grown} KiB");
    assert_eq!(edge.terminate().0, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edge_with_a_certificate_speaks_tls() {
    use std::sync::Arc;
    use tokio_rustls::TlsConnector;

    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let (certificate, key) = (
        File::new("c.pem", &made.cert.pem()),
        File::new("k.pem", &made.signing_key.serialize_pem()),
    );
    let text = format!(
        "{}\n[tls]\ncertificate = {:?}\nkey = {:?}\n",
        settings(),
        certificate.path(),
        key.path()
    );
    let rig = Rig::with(&text).await;
    assert!(rig.edge.origins.public().starts_with("https://"));
    let mut roots = rustls::RootCertStore::empty();
    roots.add(made.cert.der().clone()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let stream = tokio::net::TcpStream::connect(rig.public).await.unwrap();
    let name = rustls_pki_types::ServerName::try_from("localhost").unwrap();
    let stream = TlsConnector::from(Arc::new(config))
        .connect(name, stream)
        .await
        .unwrap();
    let request = http::Request::get(format!(
        "wss://localhost:{}/v1/visitor?site=shop",
        rig.public.port()
    ))
    .header("host", "localhost")
    .header("connection", "upgrade")
    .header("upgrade", "websocket")
    .header("sec-websocket-version", "13")
    .header("sec-websocket-key", "AAAAAAAAAAAAAAAAAAAAAA==")
    .header("origin", ORIGIN)
    .body(())
    .unwrap();
    assert!(
        tokio_tungstenite::client_async(request, stream)
            .await
            .is_ok()
    );
    // Clear text is not answered there.
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let mut clear = tokio::net::TcpStream::connect(rig.public).await.unwrap();
    clear
        .write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n")
        .await
        .unwrap();
    let mut answer = Vec::new();
    let _ = tokio::time::timeout(PATIENCE, clear.read_to_end(&mut answer))
        .await
        .unwrap();
    assert!(!answer.starts_with(b"HTTP/"), "{answer:?}");
}
