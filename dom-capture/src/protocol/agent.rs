//! Control messages of an agent's connection (docs/protocol.md, 4.3 and 4.4), and who an agent is.

use super::table::{family, record};
use super::{EndReason, Grants, Instruction, OutcomeCode, Phase, RefusedReason, ResyncReason};

record! {
    /// Who looks and helps.
    Agent {
        /// Number in this session.
        id: u32,
        /// Name shown to the visitor.
        name: String,
        /// Colour, `#rrggbb`.
        color: String,
    }
}
record! {
    /// An agent with what it may do now.
    AgentState {
        /// Number in this session.
        id: u32,
        /// Name shown to the visitor.
        name: String,
        /// Colour, `#rrggbb`.
        color: String,
        /// What it may do.
        grants: Grants,
    }
}
record! {
    /// A rule for the page.
    Mask {
        /// What it hides.
        selector: String,
        /// URL glob, or empty: everywhere.
        url: String,
    }
}
record! {
    /// First words of an agent.
    AgentHello {
        /// Version spoken.
        version: u32,
        /// Token; empty on resume.
        token: String,
        /// Secret of an earlier connection.
        resume: Option<String>,
        /// Last epoch applied, or 0.
        epoch: u32,
        /// Last offset applied.
        offset: u32,
    }
}
record! {
    /// Asks for grants.
    Request {
        /// Which.
        grants: Grants,
    }
}
record! {
    /// An instruction.
    Instruct {
        /// Its number.
        seq: u32,
        /// What to do.
        instruction: Instruction,
    }
}
record! {
    /// Leaves the session.
    Leave {
        /// And ends it for all.
        end: bool,
    }
}
record! {
    /// Asks for a fresh snapshot.
    AgentResync {
        /// Of which document.
        doc: u32,
        /// Why.
        reason: ResyncReason,
    }
}
record! {
    /// A message to the page.
    AgentCustomOut {
        /// Its text.
        text: String,
    }
}
record! {
    /// Answer to a ping.
    AgentPong {
        /// Its stamp.
        t: u32,
    }
}

family! {
    /// Agent to edge.
    AgentOut {
        /// Hello.
        0x30 AgentHello,
        /// Grants wanted.
        0x31 Request,
        /// Instruction.
        0x32 Instruct,
        /// Leaving.
        0x33 Leave,
        /// Fresh snapshot wanted.
        0x34 AgentResync,
        /// Custom.
        0x35 AgentCustomOut,
        /// Pong.
        0x3f AgentPong,
    }
}

record! {
    /// First words to an agent.
    AgentWelcome {
        /// Version spoken.
        version: u32,
        /// Its number.
        agent: u32,
        /// Session.
        session: String,
        /// Secret for the next connection.
        resume: String,
        /// Prefix of asset addresses.
        assets: String,
        /// Name of the site.
        site_name: String,
        /// Name of the visitor.
        visitor_name: String,
    }
}
record! {
    /// State of the session, whole.
    State {
        /// Where it stands.
        phase: Phase,
        /// Who is in it.
        agents: Vec<AgentState>,
    }
}
record! {
    /// The next stream frame is a snapshot.
    Resynced {
        /// Why.
        reason: ResyncReason,
    }
}
record! {
    /// Grants were refused.
    Refused {
        /// Which.
        grants: Grants,
        /// Why.
        reason: RefusedReason,
    }
}
record! {
    /// What became of an instruction.
    AgentOutcome {
        /// Which.
        seq: u32,
        /// What.
        result: OutcomeCode,
    }
}
record! {
    /// Round-trip times.
    Rtt {
        /// Edge to visitor.
        visitor_ms: u32,
        /// Edge to agent.
        agent_ms: u32,
    }
}
record! {
    /// How the visitor's page copes.
    AgentHealth {
        /// Nodes mirrored.
        nodes: u32,
        /// Main-thread time of a flush.
        flush_us: u32,
        /// Step of degradation.
        level: u8,
        /// Masked elements.
        masked: u32,
    }
}
record! {
    /// The site's own message.
    AgentCustom {
        /// Its text.
        text: String,
    }
}
record! {
    /// The session has ended.
    AgentEnd {
        /// Why.
        reason: EndReason,
    }
}
record! {
    /// Are you there?
    AgentPing {
        /// Stamp.
        t: u32,
    }
}

family! {
    /// Edge to agent.
    AgentIn {
        /// Welcome.
        0x40 AgentWelcome,
        /// State.
        0x41 State,
        /// Snapshot follows.
        0x42 Resynced,
        /// Refusal.
        0x43 Refused,
        /// Outcome.
        0x44 AgentOutcome,
        /// Round-trip times.
        0x45 Rtt,
        /// Health.
        0x46 AgentHealth,
        /// Custom.
        0x47 AgentCustom,
        /// End.
        0x48 AgentEnd,
        /// Ping.
        0x4f AgentPing,
    }
}
