//! A session at work: the state machine, the gate, the ring and the connections around it. Locks are
//! short and taken in one order: gate, then core, then ring.

mod assets;
mod stream;

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Weak};
use std::time::{Instant, SystemTime};

use coview_dom_capture::mask::Gate;
use coview_dom_capture::protocol::{
    AgentIn, AgentOut, AgentOutcome, CloseCode, EndReason, Grants, Instruction, OutcomeCode, Phase,
    ResyncReason, ResyncRequest, VisitorIn, VisitorInstruct, VisitorOut, frame,
};
use coview_proxy::assets::Key;
use parking_lot::Mutex;
use tokio::sync::watch;

use super::{Input, Lifetimes, Output, Private, PrivateBounds, Ring, RingLimits, Session};
use crate::clock::Clock;
use crate::metrics::Metrics;
use crate::outbox::Outbox;
use crate::rates::Budget;
use crate::secrets::Secret;

/// Who keeps the sessions: told when one changed or is over.
pub trait Keeper: Send + Sync {
    /// Lists show something else now.
    fn changed(&self);
    /// It is over; nothing may keep it.
    fn ended(&self, live: &Live, reason: EndReason);
}

/// What a session is made of.
pub struct LiveOptions {
    /// Its id.
    pub id: String,
    /// Whose page.
    pub visitor: String,
    /// The site's key.
    pub site: String,
    /// Opens the assets of its page.
    pub capability: Secret,
    /// Signs the addresses in its page.
    pub key: Arc<Key>,
    /// Masks its frames.
    pub gate: Gate,
    /// What its page may give of its own.
    pub private: PrivateBounds,
    /// Its memory.
    pub ring: RingLimits,
    /// Its lifetimes.
    pub times: Lifetimes,
    /// Resyncs the page is asked for before it is given up.
    pub resyncs: Budget,
    /// Nodes the page is asked for again before it is resynchronised as a whole.
    pub resends: Budget,
    /// Assets its agents may ask for.
    pub assets: Budget,
    /// The time.
    pub clock: Clock,
    /// Counters.
    pub metrics: Arc<Metrics>,
    /// Told of changes.
    pub keeper: Weak<dyn Keeper>,
}

/// One running session.
pub struct Live {
    id: String,
    visitor: String,
    site: String,
    since: SystemTime,
    clock: Clock,
    metrics: Arc<Metrics>,
    keeper: Weak<dyn Keeper>,
    capability: Secret,
    key: Arc<Key>,
    private: Private,
    /// Round trip to the visitor, in milliseconds.
    rtt: AtomicU32,
    resyncs: Budget,
    resends: Budget,
    assets: Budget,
    gate: Mutex<Option<Guarded>>,
    core: Mutex<Core>,
    ring: Mutex<Ring>,
    head: watch::Sender<u64>,
}

struct Guarded {
    gate: Gate,
    missed: u64,
}

struct Core {
    session: Session,
    visitor: Option<Outbox>,
    agents: HashMap<u32, Arc<Slot>>,
}

/// An agent's connection as the session sees it.
pub struct Slot {
    outbox: Outbox,
    open: AtomicBool,
}

impl Slot {
    /// May this connection be sent the page?
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.open.load(Ordering::Acquire)
    }
}

impl Live {
    /// A session that waits for its first agent.
    #[must_use]
    pub fn new(options: LiveOptions) -> Arc<Self> {
        let now = options.clock.now();
        let session = Session::new(options.id.clone(), now, options.times);
        Arc::new(Self {
            id: options.id,
            visitor: options.visitor,
            site: options.site,
            since: options.clock.wall(),
            clock: options.clock,
            metrics: options.metrics,
            keeper: options.keeper,
            capability: options.capability,
            key: options.key,
            private: Private::new(options.private),
            rtt: AtomicU32::new(0),
            resyncs: options.resyncs,
            resends: options.resends,
            assets: options.assets,
            gate: Mutex::new(Some(Guarded {
                gate: options.gate,
                missed: 0,
            })),
            core: Mutex::new(Core {
                session,
                visitor: None,
                agents: HashMap::new(),
            }),
            ring: Mutex::new(Ring::new(options.ring)),
            head: watch::Sender::new(0),
        })
    }

    /// Its id.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Whose page.
    #[must_use]
    pub fn visitor(&self) -> &str {
        &self.visitor
    }

    /// The site's key.
    #[must_use]
    pub fn site(&self) -> &str {
        &self.site
    }

    /// When it began.
    #[must_use]
    pub fn since(&self) -> SystemTime {
        self.since
    }

    /// Opens the assets of its page.
    #[must_use]
    pub fn capability(&self) -> &Secret {
        &self.capability
    }

    /// Round trip to the visitor, in milliseconds.
    #[must_use]
    pub fn rtt(&self) -> u32 {
        self.rtt.load(Ordering::Relaxed)
    }

    /// The visitor answered a ping after so many milliseconds.
    pub fn measured(&self, rtt: u32) {
        self.rtt.store(rtt, Ordering::Relaxed);
    }

    /// What lists show: phase and agents.
    #[must_use]
    pub fn summary(&self) -> (Phase, Vec<(u32, String)>) {
        let core = self.core.lock();
        let names = core
            .session
            .names()
            .map(|(id, name)| (id, name.to_owned()))
            .collect();
        (core.session.phase(), names)
    }

    /// It is over.
    #[must_use]
    pub fn ended(&self) -> bool {
        self.core.lock().session.ended()
    }

    /// Bytes of the page it remembers.
    #[must_use]
    pub fn held(&self) -> u64 {
        self.ring.lock().held()
    }

    /// The last epoch its page used.
    #[must_use]
    pub fn epoch(&self) -> u32 {
        self.gate
            .lock()
            .as_ref()
            .map_or(0, |guarded| guarded.gate.epoch())
    }

    /// Adds an agent who will connect soon; none if `limit` are in it already or it is over.
    #[must_use]
    pub fn invite(&self, name: &str, offered: Grants, limit: usize) -> Option<u32> {
        let mut core = self.core.lock();
        let full = core.session.agents() >= limit || core.session.ended();
        (!full).then(|| core.session.invite(self.clock.now(), name, offered))
    }

    /// The visitor is on its way and may take until then.
    pub fn expect(&self, until: Instant) {
        self.core.lock().session.expect(until);
    }

    /// The visitor connected. What was known of its page is void: it starts a new epoch.
    pub fn visitor_here(&self, outbox: &Outbox, site_asked: bool) {
        if let Some(guarded) = self.gate.lock().as_mut() {
            guarded.gate.expect_resync();
        }
        self.ring.lock().expect_snapshot(self.clock.now());
        let mut core = self.core.lock();
        core.visitor = Some(outbox.clone());
        self.act(core, Input::VisitorHere { site_asked });
    }

    /// The visitor's connection is gone, if it still was the one in use.
    pub fn visitor_gone(&self, outbox: &Outbox) {
        let mut core = self.core.lock();
        if core
            .visitor
            .as_ref()
            .is_some_and(|current| current.is(outbox))
        {
            core.visitor = None;
            self.private.away();
            self.act(core, Input::VisitorGone);
        }
    }

    /// The visitor said something that concerns the session.
    pub fn visitor_said(&self, said: VisitorOut) {
        self.act(self.core.lock(), Input::Visitor(said));
    }

    /// An agent connected; an older connection of the same agent is replaced.
    #[must_use]
    pub fn agent_here(&self, agent: u32, outbox: &Outbox) -> Arc<Slot> {
        let slot = Arc::new(Slot {
            outbox: outbox.clone(),
            open: AtomicBool::new(false),
        });
        let mut core = self.core.lock();
        if let Some(older) = core.agents.insert(agent, Arc::clone(&slot)) {
            older.open.store(false, Ordering::Release);
            older.outbox.close(CloseCode::Replaced.into());
        }
        self.act(core, Input::AgentHere(agent));
        slot
    }

    /// An agent's connection is gone, if it still was the one in use.
    pub fn agent_gone(&self, agent: u32, slot: &Arc<Slot>) {
        let mut core = self.core.lock();
        if core
            .agents
            .get(&agent)
            .is_some_and(|current| Arc::ptr_eq(current, slot))
        {
            core.agents.remove(&agent);
            self.act(core, Input::AgentGone(agent));
        }
    }

    /// An agent said something.
    pub fn agent_said(&self, agent: u32, said: AgentOut) {
        self.act(self.core.lock(), Input::Agent(agent, said));
    }

    /// Ends it.
    pub fn end(&self, reason: EndReason) {
        self.act(self.core.lock(), Input::End(reason));
    }

    /// Time passed.
    pub fn tick(&self) {
        self.act(self.core.lock(), Input::Tick);
    }

    /// Runs the state machine and does what it says, all under the core's lock: order is kept.
    fn act(&self, mut core: parking_lot::MutexGuard<'_, Core>, input: Input) {
        let outputs = core.session.handle(self.clock.now(), input);
        let mut changed = false;
        let mut over = None;
        for output in outputs {
            match output {
                Output::ToVisitor(VisitorIn::VisitorInstruct(instruct)) => deliver(&core, instruct),
                Output::ToVisitor(message) => {
                    if let Some(visitor) = &core.visitor {
                        visitor.send(frame::encode(&[message]));
                    }
                }
                Output::ToAgent(agent, message) => {
                    if let Some(slot) = core.agents.get(&agent) {
                        slot.outbox.send(frame::encode(&[message]));
                    }
                }
                Output::Open(agent) => {
                    self.await_first_snapshot();
                    if let Some(slot) = core.agents.get(&agent) {
                        slot.open.store(true, Ordering::Release);
                    }
                    self.head.send_modify(|_| {});
                }
                Output::CloseAgent(agent, code) => {
                    if let Some(slot) = core.agents.remove(&agent) {
                        slot.open.store(false, Ordering::Release);
                        slot.outbox.close(code.into());
                    }
                }
                Output::Changed => changed = true,
                Output::Ended(reason) => over = Some(reason),
            }
        }
        if over.is_some() {
            core.visitor = None;
            self.ring.lock().clear();
        }
        drop(core);
        self.report(changed, over);
    }

    /// A page begins to be captured when its visitor agreed, however long that took: its first
    /// snapshot comes without being asked for.
    fn await_first_snapshot(&self) {
        let mut ring = self.ring.lock();
        if ring.held() == 0 {
            ring.expect_snapshot(self.clock.now());
        }
    }

    fn report(&self, changed: bool, over: Option<EndReason>) {
        let Some(keeper) = self.keeper.upgrade() else {
            return;
        };
        if let Some(reason) = over {
            keeper.ended(self, reason);
        }
        if changed || over.is_some() {
            keeper.changed();
        }
    }

    /// Frees what the gate knows of the page. Apart from the end itself, because a frame may be in it.
    pub fn wipe(&self) {
        *self.gate.lock() = None;
        self.ring.lock().clear();
        self.private.wipe();
    }
}

fn ask_for_snapshot(core: &Core, reason: ResyncReason) {
    if let Some(visitor) = &core.visitor {
        let request = ResyncRequest { doc: 0, reason };
        visitor.send(frame::encode(&[VisitorIn::ResyncRequest(request)]));
    }
}

/// Instructions may come faster than a visitor's network takes them: laser positions are then left
/// out, others are answered as not done.
fn deliver(core: &Core, instruct: VisitorInstruct) {
    let (agent, seq) = (instruct.agent, instruct.seq);
    let laser = matches!(instruct.instruction, Instruction::Laser(_));
    let message = frame::encode(&[VisitorIn::VisitorInstruct(instruct)]);
    let sent = core
        .visitor
        .as_ref()
        .is_some_and(|visitor| visitor.offer(message));
    if !sent
        && !laser
        && let Some(slot) = core.agents.get(&agent)
    {
        let outcome = AgentOutcome {
            seq,
            result: OutcomeCode::Unknown,
        };
        slot.outbox
            .send(frame::encode(&[AgentIn::AgentOutcome(outcome)]));
    }
}
