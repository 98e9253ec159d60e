//! One connection of an agent: token or resume secret in, then the page as the ring has it, at the
//! pace of this agent's network, and instructions back.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use bytes::Bytes;
use coview_dom_capture::protocol::frame::{self, FrameLimits, Place};
use coview_dom_capture::protocol::{
    AgentHello, AgentIn, AgentOut, AgentPing, AgentWelcome, CloseCode, Phase, ReadLimits,
    ResyncReason, Resynced, Rtt, VERSION, WireError,
};
use futures_util::{SinkExt, StreamExt};
use parking_lot::Mutex;
use tokio::sync::{Notify, mpsc};
use tokio_tungstenite::tungstenite::{Error, Message};
use tracing::Instrument;

use crate::edge::Edge;
use crate::hub::Pass;
use crate::metrics::{Rejected, Role};
use crate::outbox::{Close, Outbox};
use crate::rates::Budget;
use crate::secrets::Secret;
use crate::session::{Cursor, Live, Slot, Take};
use crate::socket::{self, Ending, Sink, Socket, Source};

/// Fresh pictures an agent may ask for.
const RESYNCS: coview_config::PerSecond = coview_config::PerSecond::per_minute(20);
/// An agent without a picture looks for one this often.
const LOOK: Duration = Duration::from_millis(500);

/// Serves an agent's connection until it ends. `origin`: the page it comes from, if any.
pub async fn run(edge: Arc<Edge>, socket: Socket, origin: Option<String>) {
    let _open = edge.metrics.connected(Role::Agent);
    let (mut sink, mut source) = socket.split();
    let (outbox, mut queue) = Outbox::new();
    let ending = match first(&edge, &mut source).await.and_then(|hello| {
        let admitted = Egress::admit(&edge, &hello, origin.as_deref(), &outbox)?;
        Ok((hello, admitted))
    }) {
        Err(ending) => ending,
        Ok((hello, egress)) => {
            let span = tracing::info_span!(
                "agent",
                session = egress.live.id(),
                agent = egress.pass.agent
            );
            let place = (hello.resume.is_some() && hello.epoch > 0).then_some(Place {
                epoch: hello.epoch,
                offset: hello.offset,
            });
            let ending = async {
                tracing::debug!("connected");
                tokio::select! {
                    ending = egress.read(&mut source) => ending,
                    ending = egress.write(&mut sink, &mut queue, place) => ending,
                    () = egress.ping() => CloseCode::TooSlow.into(),
                    () = edge.stopping.cancelled() => CloseCode::EdgeStopping.into(),
                }
            }
            .instrument(span.clone())
            .await;
            span.in_scope(|| egress.gone(ending));
            ending
        }
    };
    if let Ending::Close(why) = ending {
        edge.count_close(why);
    }
    socket::finish(sink, source, queue, ending).await;
}

async fn first(edge: &Edge, source: &mut Source) -> Result<AgentHello, Ending> {
    let frame = tokio::time::timeout(edge.config.limits.hello.0, socket::next(source))
        .await
        .map_err(|_| CloseCode::TooSlow)??;
    let frame = frame.ok_or(WireError::frame("hello"))?;
    let mut messages = frame::decode::<AgentOut>(&frame, &limits(edge))?;
    match (messages.pop(), messages.is_empty()) {
        (Some(AgentOut::AgentHello(hello)), true) if hello.version == VERSION => Ok(hello),
        (Some(AgentOut::AgentHello(_)), true) => Err(CloseCode::Version.into()),
        _ => Err(WireError::message("hello").into()),
    }
}

fn limits(edge: &Edge) -> FrameLimits {
    let frame = edge.config.limits.agent_frame.bytes();
    FrameLimits {
        frame,
        inflated: frame.saturating_mul(4),
        read: ReadLimits {
            text: frame,
            items: 1_000,
        },
    }
}

struct Egress {
    edge: Arc<Edge>,
    live: Arc<Live>,
    pass: Pass,
    secret: Secret,
    slot: Arc<Slot>,
    outbox: Outbox,
    frames: Budget,
    resyncs: Budget,
    /// Said by the reading half to the writing half.
    broken: Mutex<Option<ResyncReason>>,
    look: Notify,
    unanswered: AtomicU32,
}

impl Egress {
    fn admit(
        edge: &Arc<Edge>,
        hello: &AgentHello,
        origin: Option<&str>,
        outbox: &Outbox,
    ) -> Result<Self, Ending> {
        let pass = match &hello.resume {
            Some(secret) if hello.token.is_empty() => edge.hub.resume_agent(secret),
            _ => edge.hub.use_agent_token(&hello.token),
        };
        let found = pass.and_then(|pass| Some((edge.hub.session(&pass.session)?, pass)));
        let Some((live, pass)) = found else {
            edge.metrics.rejected(Rejected::Auth);
            return Err(CloseCode::NotAuthorised.into());
        };
        let tenant = edge.sites.get(live.site());
        let foreign = origin.filter(|origin| !edge.origins.is_own(origin));
        if !foreign.is_none_or(|origin| tenant.is_some_and(|tenant| tenant.agents_from(origin))) {
            edge.metrics.rejected(Rejected::WebOrigin);
            return Err(CloseCode::WebOrigin.into());
        }
        let secret = edge.hub.agent_secret(&pass, hello.resume.as_deref());
        outbox.send(frame::encode(&[
            welcome(edge, &live, &pass, &secret),
            ping_message(edge),
        ]));
        let slot = live.agent_here(pass.agent, outbox);
        Ok(Self {
            edge: Arc::clone(edge),
            live,
            pass,
            secret,
            slot,
            outbox: outbox.clone(),
            frames: Budget::new(edge.config.rates.agent_frames),
            resyncs: Budget::new(RESYNCS),
            broken: Mutex::new(None),
            look: Notify::new(),
            unanswered: AtomicU32::new(0),
        })
    }

    async fn read(&self, source: &mut Source) -> Ending {
        loop {
            let frame = match socket::next(source).await {
                Ok(frame) => frame,
                Err(ending) => return ending,
            };
            if !self.frames.take(1) {
                self.edge.metrics.rejected(Rejected::Rate);
                return CloseCode::RateLimited.into();
            }
            let Some(frame) = frame else {
                continue;
            };
            let messages = match frame::decode::<AgentOut>(&frame, &limits(&self.edge)) {
                Ok(messages) => messages,
                Err(error) => return error.into(),
            };
            for message in messages {
                if let Err(why) = self.said(message) {
                    return why.into();
                }
            }
        }
    }

    fn said(&self, message: AgentOut) -> Result<(), Close> {
        match message {
            AgentOut::AgentHello(_) => Err(WireError::message("hello").into()),
            AgentOut::AgentPong(pong) => {
                self.pong(pong.t);
                Ok(())
            }
            AgentOut::AgentResync(resync) => {
                if !self.resyncs.take(1) {
                    return Err(CloseCode::TooManyResyncs.into());
                }
                *self.broken.lock() = Some(resync.reason);
                self.look.notify_one();
                Ok(())
            }
            other => {
                self.live.agent_said(self.pass.agent, other);
                Ok(())
            }
        }
    }

    fn pong(&self, t: u32) {
        self.unanswered.store(0, Ordering::Relaxed);
        self.edge.hub.confirm_agent(&self.pass, &self.secret);
        let agent_ms = self.edge.clock.stamp().wrapping_sub(t);
        let rtt = Rtt {
            visitor_ms: self.live.rtt(),
            agent_ms,
        };
        self.outbox.send(frame::encode(&[AgentIn::Rtt(rtt)]));
    }

    /// Control messages first, then the page: as much as the socket takes, and no queue of its own.
    async fn write(
        &self,
        sink: &mut Sink,
        queue: &mut mpsc::Receiver<Bytes>,
        place: Option<Place>,
    ) -> Ending {
        let mut cursor = self.live.cursor(place);
        let mut news = self.live.news();
        loop {
            let sent = tokio::select! {
                why = self.outbox.closed() => return why.into(),
                sent = self.round(sink, queue, &mut cursor) => sent,
            };
            let Ok(unsynced) = sent else {
                return Ending::Gone;
            };
            tokio::select! {
                biased;
                why = self.outbox.closed() => return why.into(),
                // The round before left room for one.
                frame = queue.recv() => match frame.map(|frame| socket::put(sink, frame)) {
                    Some(Ok(())) => {}
                    _ => return Ending::Gone,
                },
                _ = news.changed() => {}
                () = self.look.notified() => {}
                () = tokio::time::sleep(LOOK), if unsynced => {}
            }
        }
    }

    /// Sends what there is; says whether the agent still waits for a picture.
    async fn round(
        &self,
        sink: &mut Sink,
        queue: &mut mpsc::Receiver<Bytes>,
        cursor: &mut Cursor,
    ) -> Result<bool, Error> {
        loop {
            socket::room(sink).await?;
            while let Ok(frame) = queue.try_recv() {
                socket::put(sink, frame)?;
                socket::room(sink).await?;
            }
            let broken = self.broken.lock().take();
            if let Some(reason) = broken {
                self.live.restart(cursor, reason);
            }
            let take = if self.slot.is_open() {
                self.live.take(cursor)
            } else {
                Take::Wait { unsynced: false }
            };
            match take {
                Take::Wait { unsynced } => {
                    sink.flush().await?;
                    socket::room(sink).await?;
                    return Ok(unsynced);
                }
                Take::Frames { resynced, frames } => self.send(sink, resynced, frames).await?,
            }
        }
    }

    async fn send(
        &self,
        sink: &mut Sink,
        resynced: Option<ResyncReason>,
        frames: Vec<Bytes>,
    ) -> Result<(), Error> {
        if let Some(reason) = resynced {
            let marker = frame::encode(&[AgentIn::Resynced(Resynced { reason })]);
            sink.feed(Message::Binary(marker)).await?;
        }
        for frame in frames {
            // Consent may have gone while the socket was full.
            if !self.slot.is_open() {
                return Ok(());
            }
            self.edge.metrics.frame(Role::Agent, frame.len());
            sink.feed(Message::Binary(frame)).await?;
        }
        sink.flush().await
    }

    /// Until three pings stand unanswered.
    async fn ping(&self) {
        let every = self.edge.config.limits.ping.0;
        loop {
            tokio::time::sleep(every).await;
            if self.unanswered.fetch_add(1, Ordering::Relaxed) >= 3 {
                return;
            }
            self.outbox.send(frame::encode(&[ping_message(&self.edge)]));
        }
    }

    fn gone(&self, ending: Ending) {
        match ending {
            Ending::Close(why) => {
                tracing::info!(code = why.code.code(), reason = %why.reason(), "closed")
            }
            Ending::Gone => tracing::debug!("disconnected"),
        }
        self.live.agent_gone(self.pass.agent, &self.slot);
    }
}

fn welcome(edge: &Edge, live: &Live, pass: &Pass, secret: &Secret) -> AgentIn {
    let visitor = edge.hub.visitor(live.visitor());
    let tenant = edge.sites.get(live.site());
    AgentIn::AgentWelcome(AgentWelcome {
        version: VERSION,
        agent: pass.agent,
        session: live.id().to_owned(),
        resume: secret.reveal().to_owned(),
        assets: format!("/v1/assets/{}", live.capability().reveal()),
        site_name: tenant
            .map(|tenant| tenant.site.title().to_owned())
            .unwrap_or_default(),
        visitor_name: visitor.map(|visitor| visitor.name()).unwrap_or_default(),
    })
}

fn ping_message(edge: &Edge) -> AgentIn {
    AgentIn::AgentPing(AgentPing {
        t: edge.clock.stamp(),
    })
}

/// Names of phases as the API says them.
#[must_use]
pub fn phase_name(phase: Phase) -> &'static str {
    match phase {
        Phase::Asking => "asking",
        Phase::Live => "live",
        Phase::Away => "away",
        Phase::Resynchronising => "resynchronising",
    }
}
