//! `coview`: reads what was asked, says what went wrong, and picks the exit code. 0: stopped as asked;
//! 1: could not start or run; 64: bad settings.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::{Parser, Subcommand};
use coview_config::{Config, ConfigError, Log};
use coview_relay::clock::Clock;
use coview_relay::demo::{Demo, Ready};
use coview_relay::relay::{Relay, StartError};
use coview_relay::sites::Sites;
use coview_relay::{logging, relay};
use tokio::signal::unix::{SignalKind, signal};

/// Live co-browsing, on your own machine.
#[derive(Parser)]
#[command(name = "coview", version, disable_help_subcommand = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Try it: an edge in memory, a shop with Coview in it, an agent signed in
    Demo {
        /// The edge's port; the shop takes the next one. 0: any free port
        #[arg(long, default_value_t = 7300)]
        port: u16,
        /// Print one line of JSON when ready
        #[arg(long)]
        json: bool,
    },
    /// Serve as the settings say
    Serve {
        /// The settings
        #[arg(long)]
        config: PathBuf,
    },
    /// Check settings and say everything that is wrong with them
    CheckConfig {
        /// The settings
        file: PathBuf,
    },
    /// Print all settings with their defaults
    DefaultConfig,
    /// Print the version
    Version,
}

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            let _ = error.print();
            return if error.use_stderr() {
                ExitCode::from(BAD_SETTINGS)
            } else {
                ExitCode::SUCCESS
            };
        }
    };
    match run(arguments.command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say_error(&error);
            ExitCode::from(if is_config(&error) { BAD_SETTINGS } else { 1 })
        }
    }
}

const BAD_SETTINGS: u8 = 64;

fn run(command: Command) -> anyhow::Result<()> {
    match command {
        Command::Demo { port, json } => demo(port, json),
        Command::Serve { config } => serve(&config),
        Command::CheckConfig { file } => {
            let config = Config::load(&file)?;
            Sites::compile(&file.display().to_string(), &config)?;
            say(&format!("{}: good\n", file.display()))
        }
        Command::DefaultConfig => say(coview_config::DEFAULT),
        Command::Version => say(concat!("coview ", env!("CARGO_PKG_VERSION"), "\n")),
    }
}

fn demo(port: u16, json: bool) -> anyhow::Result<()> {
    logging::start(&Log {
        level: std::env::var("COVIEW_LOG").unwrap_or_else(|_| "info".to_owned()),
        ..Log::default()
    });
    runtime()?.block_on(async {
        let demo = Demo::bind(port, Clock::system()).await?;
        let stop = stopped()?;
        let ready = demo.ready().clone();
        let line = if json {
            serde_json::to_string(&ready)? + "\n"
        } else {
            welcome(&ready)
        };
        say(&line)?;
        demo.run(stop).await;
        Ok(())
    })
}

fn welcome(ready: &Ready) -> String {
    format!(
        "\n  Coview is running. Open these two in one browser, side by side:\n\n\
         \x20   the shop, as a visitor    {}\n\
         \x20   the console, as an agent  {}\n\n\
         \x20 The console link signs you in once. To try a page of your own, paste:\n\n\
         \x20   <script async src=\"{}/coview.js\" data-site=\"{}\" data-consent=\"granted\"></script>\n\n\
         \x20 API key {}   metrics {}/metrics\n\
         \x20 Nothing is kept. Stop with Ctrl+C.\n\n",
        ready.shop, ready.console, ready.edge, ready.lab, ready.api_key, ready.internal
    )
}

fn serve(path: &std::path::Path) -> anyhow::Result<()> {
    let config = Config::load(path)?;
    logging::start(&config.log);
    runtime()?.block_on(async {
        let relay = Relay::bind(&path.display().to_string(), config, Clock::system()).await?;
        let stop = stopped()?;
        let relay::Addresses { public, internal } = relay.addresses();
        say(&format!(
            "public {public}\ninternal {internal}\nurl {}\n",
            relay.edge().origins.public()
        ))?;
        relay.run(stop).await;
        Ok(())
    })
}

fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("no runtime")
}

/// Until SIGTERM or SIGINT.
fn stopped() -> anyhow::Result<impl Future<Output = ()>> {
    let mut term = signal(SignalKind::terminate()).context("no SIGTERM")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("no SIGINT")?;
    Ok(async move {
        tokio::select! {
            _ = term.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

/// Output that was asked for; whoever closed it has seen enough.
fn say(text: &str) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        written => written.context("cannot write to stdout"),
    }
}

fn say_error(error: &anyhow::Error) {
    // Settings' faults are lines of their own; other errors are one line with their causes.
    let text = if is_config(error) {
        format!("{error}\n")
    } else {
        format!("coview: {error:#}\n")
    };
    let _ = std::io::stderr().lock().write_all(text.as_bytes());
}

fn is_config(error: &anyhow::Error) -> bool {
    error.is::<ConfigError>()
        || matches!(
            error.downcast_ref::<StartError>(),
            Some(StartError::Config(_))
        )
}
