//! One connection of a visitor: hello, admission, then frames. Stream frames go through the session's
//! gate, control messages to whom they concern.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use bytes::Bytes;
use coview_config::{Consent, Presence};
use coview_dom_capture::protocol::frame::{self, FrameLimits};
use coview_dom_capture::protocol::{
    CloseCode, Code, ConsentMode, PresenceMode, ReadLimits, VERSION, VisitorHello, VisitorIn,
    VisitorOut, VisitorPing, VisitorWelcome, WireError,
};
use futures_util::StreamExt;
use tracing::Instrument;

use crate::edge::Edge;
use crate::hub::site_asked;
use crate::metrics::{Rejected, Role};
use crate::outbox::{Close, Outbox};
use crate::rates::Budget;
use crate::secrets::Secret;
use crate::sites::Tenant;
use crate::socket::{self, Ending, Socket, Source};
use crate::visitor::{Device, Visitor, shortened_identity, shortened_page};

/// Frames from this size on are masked off the async workers.
const LARGE: usize = 100 << 10;
/// Codes a visitor may ask for.
const CODES: coview_config::PerSecond = coview_config::PerSecond::per_minute(10);

/// Whose connection it is.
pub enum Claim {
    /// A visitor of this site; its hello may say which.
    Site(Arc<Tenant>),
    /// This one, known by its pass.
    Known(Arc<Visitor>),
}

impl Claim {
    fn tenant(&self) -> &Arc<Tenant> {
        match self {
            Self::Site(tenant) => tenant,
            Self::Known(visitor) => &visitor.tenant,
        }
    }
}

/// Serves a visitor's connection until it ends.
pub async fn run(edge: Arc<Edge>, socket: Socket, claim: Claim, device: Device) {
    let _open = edge.metrics.connected(Role::Visitor);
    let (mut sink, mut source) = socket.split();
    let (outbox, mut queue) = Outbox::new();
    let ending = match first(&edge, &mut source).await {
        Err(ending) => ending,
        Ok((hello, rest)) => {
            let ingress = Ingress::admit(&edge, &claim, &hello, &outbox, &device);
            let span = tracing::info_span!("visitor", visitor = %ingress.visitor.id, site = %claim.tenant().site.key);
            let ending = async {
                tracing::debug!("connected");
                tokio::select! {
                    ending = ingress.read(&mut source, rest) => ending,
                    ending = socket::pump(&mut sink, &mut queue, &outbox) => ending,
                    () = ingress.ping() => CloseCode::TooSlow.into(),
                    () = edge.stopping.cancelled() => CloseCode::EdgeStopping.into(),
                }
            }
            .instrument(span.clone())
            .await;
            span.in_scope(|| ingress.gone(ending));
            ending
        }
    };
    if let Ending::Close(why) = ending {
        edge.count_close(why);
    }
    socket::finish(sink, source, queue, ending).await;
}

/// The hello and what came in the same frame.
async fn first(
    edge: &Edge,
    source: &mut Source,
) -> Result<(VisitorHello, Vec<VisitorOut>), Ending> {
    let frame = tokio::time::timeout(edge.config.limits.hello.0, socket::next(source))
        .await
        .map_err(|_| CloseCode::TooSlow)??;
    let frame = frame.ok_or(WireError::frame("hello"))?;
    let mut messages = frame::decode::<VisitorOut>(&frame, &control_limits())?;
    if messages.is_empty() {
        return Err(WireError::message("hello").into());
    }
    let VisitorOut::VisitorHello(hello) = messages.remove(0) else {
        return Err(WireError::message("hello").into());
    };
    if hello.version != VERSION {
        return Err(CloseCode::Version.into());
    }
    Ok((hello, messages))
}

/// Control messages are small, whatever a snapshot may be.
fn control_limits() -> FrameLimits {
    FrameLimits {
        frame: 64 << 10,
        inflated: 256 << 10,
        read: ReadLimits {
            text: 32 << 10,
            items: 256,
        },
    }
}

struct Ingress {
    edge: Arc<Edge>,
    visitor: Arc<Visitor>,
    outbox: Outbox,
    frames: Budget,
    bytes: Budget,
    codes: Budget,
    unanswered: AtomicU32,
}

impl Ingress {
    fn admit(
        edge: &Arc<Edge>,
        claim: &Claim,
        hello: &VisitorHello,
        outbox: &Outbox,
        device: &Device,
    ) -> Self {
        let (visitor, secret) = match claim {
            Claim::Site(tenant) => edge
                .hub
                .admit_visitor(tenant, hello.resume.as_deref(), device),
            Claim::Known(visitor) => {
                visitor.state.lock().device = device.clone();
                // Of no use: only a pass leads to this visitor.
                (Arc::clone(visitor), Secret::new())
            }
        };
        let rates = &edge.config.rates;
        let ingress = Self {
            edge: Arc::clone(edge),
            visitor,
            outbox: outbox.clone(),
            frames: Budget::new(rates.visitor_frames),
            bytes: Budget::bytes(rates.visitor_bytes),
            codes: Budget::new(CODES),
            unanswered: AtomicU32::new(0),
        };
        ingress.welcome(hello.consented, &secret);
        ingress
    }

    /// Replaces an older connection of the same visitor and goes on with its session. All under the
    /// visitor's lock: of two connections at once, one comes first in everything.
    fn welcome(&self, consented: bool, secret: &Secret) {
        let mut state = self.visitor.state.lock();
        if let Some(older) = state.connection.replace(self.outbox.clone()) {
            older.close(CloseCode::Replaced.into());
        }
        state.consented = consented;
        state.seen = self.edge.clock.wall();
        state.gone = None;
        let epoch = state.session.as_ref().map_or(0, |live| live.epoch());
        self.outbox.send(frame::encode(&[
            self.welcome_message(secret, epoch),
            self.ping_message(),
        ]));
        if self.visitor.proxied && state.session.is_none() {
            // Its session ended while this connection was made.
            self.outbox.close(CloseCode::SessionEnded.into());
        }
        if let Some(live) = &state.session {
            live.visitor_here(&self.outbox, site_asked(&self.visitor, consented));
        }
        drop(state);
        self.edge.hub.note_change();
    }

    fn welcome_message(&self, secret: &Secret, epoch: u32) -> VisitorIn {
        let (site, rules) = (&self.visitor.tenant.site, &self.visitor.tenant.rules);
        let config = &self.edge.config;
        VisitorIn::VisitorWelcome(VisitorWelcome {
            version: VERSION,
            visitor: self.visitor.id.clone(),
            short_id: self.visitor.short_id.clone(),
            resume: secret.reveal().to_owned(),
            epoch,
            site_name: site.title().to_owned(),
            consent: match site.consent {
                _ if self.visitor.proxied => ConsentMode::Site,
                Consent::Ask => ConsentMode::Ask,
                Consent::Site => ConsentMode::Site,
            },
            presence: match site.presence {
                _ if self.visitor.proxied => PresenceMode::Consent,
                Presence::Consent => PresenceMode::Consent,
                Presence::Always => PresenceMode::Always,
                Presence::Never => PresenceMode::Never,
            },
            flush_ms: millis(config.sessions.flush.0),
            max_frame: u32::try_from(config.limits.frame.0).unwrap_or(u32::MAX),
            masks: rules.masks().to_vec(),
            ignore: rules.ignore().to_vec(),
            no_control: rules.no_control().to_vec(),
        })
    }

    /// A ping directly behind the welcome: its answer shows that the page has the new secret.
    fn ping_message(&self) -> VisitorIn {
        VisitorIn::VisitorPing(VisitorPing {
            t: self.edge.clock.stamp(),
        })
    }

    async fn read(&self, source: &mut Source, rest: Vec<VisitorOut>) -> Ending {
        for message in rest {
            if let Err(why) = self.said(message) {
                return why.into();
            }
        }
        loop {
            let frame = match socket::next(source).await {
                Ok(frame) => frame,
                Err(ending) => return ending,
            };
            let size = frame.as_ref().map_or(0, Bytes::len);
            if !self.frames.take(1) || !self.bytes.take(size) {
                self.edge.metrics.rejected(Rejected::Rate);
                return CloseCode::RateLimited.into();
            }
            let Some(frame) = frame else {
                continue;
            };
            self.edge.metrics.frame(Role::Visitor, frame.len());
            if let Err(why) = self.frame(frame).await {
                return why.into();
            }
        }
    }

    async fn frame(&self, frame: Bytes) -> Result<(), Close> {
        if frame::is_stream(&frame) {
            return self.stream(frame).await;
        }
        for message in frame::decode::<VisitorOut>(&frame, &control_limits())? {
            self.said(message)?;
        }
        Ok(())
    }

    /// Outside a session nothing of a page passes; what was on its way when one ended is dropped.
    async fn stream(&self, frame: Bytes) -> Result<(), Close> {
        let Some(live) = self.visitor.state.lock().session.clone() else {
            return Ok(());
        };
        let (head, _) = frame::split(&frame)?;
        let inflated = head.inflated.map_or(frame.len(), |size| {
            usize::try_from(size).unwrap_or(usize::MAX)
        });
        if inflated < LARGE {
            return live.stream(frame);
        }
        let slot = Arc::clone(&self.edge.masking).acquire_owned().await;
        let masking = self.edge.tasks.spawn_blocking(move || {
            let _slot = slot;
            live.stream(frame)
        });
        masking
            .await
            .unwrap_or_else(|_| Err(CloseCode::BadFrame.into()))
    }

    fn said(&self, message: VisitorOut) -> Result<(), Close> {
        match message {
            VisitorOut::VisitorHello(_) => return Err(WireError::message("hello").into()),
            VisitorOut::Pong(pong) => self.pong(pong.t),
            VisitorOut::CodeRequest(_) => self.code()?,
            VisitorOut::AssetPart(part) => {
                let live = self.visitor.state.lock().session.clone();
                if let Some(live) = live {
                    live.asset_part(part);
                }
            }
            VisitorOut::Page(_) | VisitorOut::Identify(_) | VisitorOut::Help(_) => {
                self.present(message)
            }
            other => {
                let live = self.visitor.state.lock().session.clone();
                if let Some(live) = live {
                    live.visitor_said(other);
                }
            }
        }
        Ok(())
    }

    fn pong(&self, t: u32) {
        self.unanswered.store(0, Ordering::Relaxed);
        self.edge.hub.confirm_visitor(&self.visitor);
        let mut state = self.visitor.state.lock();
        state.seen = self.edge.clock.wall();
        if let Some(live) = &state.session {
            live.measured(self.edge.clock.stamp().wrapping_sub(t));
        }
    }

    fn code(&self) -> Result<(), Close> {
        if !self.codes.take(1) {
            return Err(CloseCode::RateLimited.into());
        }
        self.visitor.state.lock().acted = true;
        if let Some((code, life)) = self.edge.hub.new_code(&self.visitor) {
            let seconds = u32::try_from(life.0.as_secs()).unwrap_or(u32::MAX);
            self.outbox
                .send(frame::encode(&[VisitorIn::Code(Code { code, seconds })]));
        }
        self.edge.hub.note_change();
        Ok(())
    }

    fn present(&self, message: VisitorOut) {
        let mut state = self.visitor.state.lock();
        state.seen = self.edge.clock.wall();
        match message {
            VisitorOut::Page(page) => state.page = Some(shortened_page(page)),
            VisitorOut::Identify(identity) => state.identity = Some(shortened_identity(identity)),
            VisitorOut::Help(help) if help.wanted => {
                state.acted = true;
                let since = state.help.unwrap_or_else(|| self.edge.clock.now());
                state.help = Some(since);
            }
            _ => state.help = None,
        }
        drop(state);
        self.edge.hub.note_change();
    }

    /// Until three pings stand unanswered.
    async fn ping(&self) {
        let every = self.edge.config.limits.ping.0;
        loop {
            tokio::time::sleep(every).await;
            if self.unanswered.fetch_add(1, Ordering::Relaxed) >= 3 {
                return;
            }
            self.outbox.send(frame::encode(&[self.ping_message()]));
        }
    }

    fn gone(&self, ending: Ending) {
        match ending {
            Ending::Close(why) => {
                tracing::info!(code = why.code.code(), reason = %why.reason(), "closed")
            }
            Ending::Gone => tracing::debug!("disconnected"),
        }
        let mut state = self.visitor.state.lock();
        if state
            .connection
            .as_ref()
            .is_some_and(|current| current.is(&self.outbox))
        {
            state.connection = None;
            state.gone = Some(self.edge.clock.now());
            state.help = None;
            state.seen = self.edge.clock.wall();
        }
        let live = state.session.clone();
        drop(state);
        if let Some(live) = live {
            live.visitor_gone(&self.outbox);
        }
        self.edge.hub.note_change();
    }
}

fn millis(time: Duration) -> u32 {
    u32::try_from(time.as_millis()).unwrap_or(u32::MAX)
}
