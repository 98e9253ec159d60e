//! Control messages of the visitor's connection (docs/protocol.md, 4.1 and 4.2).

use super::table::{family, record};
use super::{
    Agent, AgentState, AssetState, ConsentMode, Data, EndReason, Grants, Instruction, Mask,
    OutcomeCode, PresenceMode, ResyncReason,
};

record! {
    /// First words of a visitor.
    VisitorHello {
        /// Version spoken.
        version: u32,
        /// Secret of an earlier connection.
        resume: Option<String>,
        /// The visitor may be seen online.
        consented: bool,
    }
}
record! {
    /// Where the visitor is; only after the visitor may be seen.
    Page {
        /// Address.
        url: String,
        /// Title.
        title: String,
        /// Viewport.
        width: u32,
        /// Viewport.
        height: u32,
        /// The tab is in front.
        visible: bool,
    }
}
record! {
    /// Who the site says the visitor is.
    Identify {
        /// The site's id.
        unique_id: String,
        /// Names, addresses.
        identities: Vec<String>,
        /// Tags.
        tags: Vec<String>,
    }
}
record! {
    /// Answer to an `Ask`.
    Answer {
        /// Which.
        request: u32,
        /// Yes or no.
        allowed: bool,
    }
}
record! {
    /// Takes grants back.
    Withdraw {
        /// From whom; 0: from all.
        agent: u32,
        /// Which.
        grants: Grants,
    }
}
record! {
    /// Ends the session.
    Stop {}
}
record! {
    /// Asks for a lookup code.
    CodeRequest {}
}
record! {
    /// Asks for an agent, or no longer.
    Help {
        /// Whether.
        wanted: bool,
    }
}
record! {
    /// What became of an instruction.
    Outcome {
        /// Whose.
        agent: u32,
        /// Which.
        seq: u32,
        /// What.
        result: OutcomeCode,
    }
}
record! {
    /// How the page copes.
    Health {
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
    Custom {
        /// Its text.
        text: String,
    }
}
record! {
    /// A part of a resource that the edge asked for.
    AssetPart {
        /// Number of the request.
        request: u32,
        /// How it goes on.
        state: AssetState,
        /// Its type, in the first part.
        mime: String,
        /// Its next bytes.
        data: Data,
    }
}
record! {
    /// An expected disconnect.
    Bye {
        /// For how long.
        seconds: u32,
    }
}
record! {
    /// Answer to a ping.
    Pong {
        /// Its stamp.
        t: u32,
    }
}

family! {
    /// Visitor to edge.
    VisitorOut {
        /// Hello.
        0x10 VisitorHello,
        /// Presence.
        0x11 Page,
        /// Identity.
        0x12 Identify,
        /// Answer.
        0x13 Answer,
        /// Withdrawal.
        0x14 Withdraw,
        /// End.
        0x15 Stop,
        /// Code wanted.
        0x16 CodeRequest,
        /// Help wanted.
        0x17 Help,
        /// Outcome.
        0x18 Outcome,
        /// Health.
        0x19 Health,
        /// Custom.
        0x1a Custom,
        /// Part of a resource.
        0x1b AssetPart,
        /// Bye.
        0x1e Bye,
        /// Pong.
        0x1f Pong,
    }
}

record! {
    /// First words to a visitor.
    VisitorWelcome {
        /// Version spoken.
        version: u32,
        /// Id.
        visitor: String,
        /// Short id.
        short_id: String,
        /// Secret for the next connection.
        resume: String,
        /// The last epoch seen.
        epoch: u32,
        /// Name of the site.
        site_name: String,
        /// Who asks.
        consent: ConsentMode,
        /// Who is seen online.
        presence: PresenceMode,
        /// Longest time a change may wait.
        flush_ms: u32,
        /// Largest frame.
        max_frame: u32,
        /// The site's masks.
        masks: Vec<Mask>,
        /// What is left out.
        ignore: Vec<Mask>,
        /// Where agents may not act.
        no_control: Vec<Mask>,
    }
}
record! {
    /// Asks the visitor for grants.
    Ask {
        /// Number of the question.
        request: u32,
        /// Who asks.
        agent: Agent,
        /// For what.
        grants: Grants,
        /// Time to answer.
        seconds: u32,
    }
}
record! {
    /// Takes a question back.
    Unask {
        /// Which.
        request: u32,
    }
}
record! {
    /// State of the session, whole.
    Session {
        /// Its id; empty: none.
        session: String,
        /// Who is in it.
        agents: Vec<AgentState>,
    }
}
record! {
    /// Asks for a fresh snapshot.
    ResyncRequest {
        /// Of which document.
        doc: u32,
        /// Why.
        reason: ResyncReason,
    }
}
record! {
    /// Asks for a node again.
    Resend {
        /// Of which document.
        doc: u32,
        /// Which.
        id: u32,
    }
}
record! {
    /// An instruction of an agent.
    VisitorInstruct {
        /// Whose.
        agent: u32,
        /// Its number.
        seq: u32,
        /// What to do.
        instruction: Instruction,
    }
}
record! {
    /// A lookup code.
    Code {
        /// Its digits.
        code: String,
        /// How long it holds.
        seconds: u32,
    }
}
record! {
    /// The session has ended.
    VisitorEnd {
        /// Why.
        reason: EndReason,
    }
}
record! {
    /// An agent's own message.
    VisitorCustom {
        /// Its text.
        text: String,
    }
}
record! {
    /// Asks for a resource of the page that the edge cannot fetch.
    AssetRequest {
        /// Number of the request.
        request: u32,
        /// Absolute URL, as it stands in the page.
        url: String,
    }
}
record! {
    /// Are you there?
    VisitorPing {
        /// Stamp.
        t: u32,
    }
}

family! {
    /// Edge to visitor.
    VisitorIn {
        /// Welcome.
        0x20 VisitorWelcome,
        /// Question.
        0x21 Ask,
        /// Question taken back.
        0x22 Unask,
        /// State.
        0x23 Session,
        /// Fresh snapshot wanted.
        0x24 ResyncRequest,
        /// Node wanted again.
        0x25 Resend,
        /// Instruction.
        0x26 VisitorInstruct,
        /// Code.
        0x27 Code,
        /// End.
        0x28 VisitorEnd,
        /// Custom.
        0x29 VisitorCustom,
        /// Resource wanted.
        0x2a AssetRequest,
        /// Ping.
        0x2f VisitorPing,
    }
}
