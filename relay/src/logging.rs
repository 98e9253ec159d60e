//! Logs go to stderr: stdout is for what was asked for. Control characters of a field can do nothing to
//! a terminal, and no field is ever page content, a query or a token.

use coview_config::{Log, LogFormat};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

/// Starts logging for the whole process; a level that cannot be read counts as `info`.
pub fn start(log: &Log) {
    let _ = tracing::subscriber::set_global_default(subscriber(log, std::io::stderr));
}

/// What writes the logs, to anywhere.
pub fn subscriber<W>(log: &Log, to: W) -> Box<dyn tracing::Subscriber + Send + Sync>
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let mut filter = EnvFilter::try_new(&log.level).unwrap_or_else(|_| EnvFilter::new("info"));
    // Its pool names the hosts it connects to: what a visitor reads through the proxy is in no log.
    if let Ok(quiet) = "hyper_util::client=off".parse() {
        filter = filter.add_directive(quiet);
    }
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(to)
        .with_ansi(false);
    match log.format {
        LogFormat::Text => Box::new(builder.finish()),
        LogFormat::Json => Box::new(builder.json().finish()),
    }
}
