//! `vectors/messages.json`: every message as value and bytes, and bytes that are refused. Both
//! languages read the file; this test fails if it is not what the code yields. `COVIEW_BLESS=1`
//! writes it.

use serde_json::{Value, json};

use super::frame::{self, Head, Place};
use super::json::{Json, hex};
use super::*;

const LIMITS: ReadLimits = ReadLimits {
    text: 1 << 20,
    items: 1 << 16,
};

#[test]
fn messages_are_what_the_vectors_say() {
    let vectors = json!({
        "messages": Value::from(all()),
        "frames": frames(),
        "refused": refused(),
        "refusedFrames": refused_frames(),
    });
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/vectors/messages.json");
    let text = pretty(&vectors);
    if std::env::var_os("COVIEW_BLESS").is_some() {
        std::fs::write(path, &text).unwrap();
    }
    let file = std::fs::read_to_string(path).unwrap();
    assert!(file == text, "{path} is not what the code yields");
}

fn all() -> Vec<Value> {
    [
        stream(),
        visitor_out(),
        visitor_in(),
        agent_out(),
        agent_in(),
    ]
    .concat()
}

/// One case per line: differences stay readable.
fn pretty(vectors: &Value) -> String {
    let mut out = String::from("{\n");
    let sections = vectors.as_object().unwrap();
    for (index, (name, cases)) in sections.iter().enumerate() {
        let lines: Vec<String> = cases
            .as_array()
            .unwrap()
            .iter()
            .map(|case| format!("    {case}"))
            .collect();
        let comma = if index + 1 == sections.len() { "" } else { "," };
        out.push_str(&format!(
            "  \"{name}\": [\n{}\n  ]{comma}\n",
            lines.join(",\n")
        ));
    }
    out.push_str("}\n");
    out
}

fn cases<'a, M>(set: &str, messages: Vec<M>) -> Vec<Value>
where
    M: Family<'a> + Json + PartialEq + std::fmt::Debug,
{
    messages
        .into_iter()
        .map(|message| {
            let mut to = Writer::new();
            write_message(&message, &mut to);
            json!({ "set": set, "value": message.json(), "hex": hex(to.bytes()) })
        })
        .collect()
}

fn stream() -> Vec<Value> {
    let hash = |first| Hash([first, 2, 3, 4, 5, 6, 7, 0xff]);
    let smallest = Snapshot {
        doc: 0,
        url: "about:blank",
        base: "",
        doctype: None,
        quirks: true,
        width: 0,
        height: 0,
        custom: vec![],
        focus: 0,
        scrolls: vec![],
        sheets: vec![],
        adopted: vec![],
        count: 0,
        html: Long(""),
    };
    let whole = Snapshot {
        url: "https://shop.example/a?b=ü",
        base: "https://shop.example/",
        doctype: Some(Doctype {
            name: "html",
            public: "-//W3C//DTD XHTML 1.0//EN",
            system: "",
        }),
        quirks: false,
        width: 1280,
        height: 720,
        custom: vec!["x-a", "x-b"],
        focus: 3,
        scrolls: vec![
            Scrolled {
                id: 0,
                x: Px(0),
                y: Px(1001),
            },
            Scrolled {
                id: 3,
                x: Px(-8),
                y: Px(4),
            },
        ],
        sheets: vec![SheetOf {
            id: 2,
            hash: hash(1),
        }],
        adopted: vec![Adopted {
            root: 0,
            hashes: vec![hash(1), hash(9)],
        }],
        count: 4,
        html: Long("<html><style></style><p class=\"a&amp;b\">☃</p></html>"),
        ..smallest.clone()
    };
    let ops = vec![
        Op::R(R { id: 4_294_967_295 }),
        Op::I(I {
            parent: 1,
            prev: 0,
            first: 5,
            count: 2,
            html: Long("<b>x</b>"),
        }),
        Op::M(M {
            parent: 1,
            prev: 2,
            id: 128,
        }),
        Op::T(T {
            id: 4,
            text: "a < b & \u{a0}c",
        }),
        Op::A(A {
            id: 3,
            name: "class",
            value: Some(""),
        }),
        Op::A(A {
            id: 3,
            name: "u:a",
            value: Some("@click\u{1f}go()\u{1e}[x]\u{1f}"),
        }),
        Op::A(A {
            id: 3,
            name: "hidden",
            value: None,
        }),
        Op::P(P {
            id: 3,
            what: Prop::Value,
            value: "typed",
        }),
        Op::P(P {
            id: 3,
            what: Prop::Media,
            value: "1 12.5 1 0 0.5",
        }),
        Op::X(X {
            id: 0,
            x: Px(12),
            y: Px(-80),
        }),
        Op::G(G {
            id: 3,
            w: 640,
            h: 99_999,
        }),
        Op::H(H {
            id: 2,
            hashes: vec![],
        }),
        Op::H(H {
            id: 0,
            hashes: vec![hash(1)],
        }),
        Op::V(V {
            width: 1024,
            height: 768,
        }),
        Op::F(F { id: 0 }),
        Op::U(U {
            url: "https://shop.example/b",
            base: "https://shop.example/b",
        }),
        Op::C(C {
            x: Px(800),
            y: Px(i32::MIN),
            state: PointerState::Touch,
        }),
        Op::K(K { id: 3 }),
    ];
    let mut bytes = Writer::new();
    Patch::write(0, &ops, &mut bytes);
    let bytes = bytes.finish();
    let patch = Patch::read(&mut Reader::new(&bytes, LIMITS)).unwrap();
    let empty = Patch::read(&mut Reader::new(&[0], LIMITS)).unwrap();
    cases(
        "stream",
        vec![
            StreamMessage::Snapshot(smallest),
            StreamMessage::Snapshot(whole),
            StreamMessage::Patch(patch),
            StreamMessage::Patch(empty),
            StreamMessage::Sheet(Sheet {
                hash: hash(1),
                base: "https://shop.example/a.css",
                text: Long("p::before{content:\"\\201c\"}"),
            }),
        ],
    )
}

fn visitor_out() -> Vec<Value> {
    cases(
        "visitorOut",
        vec![
            VisitorOut::VisitorHello(VisitorHello {
                version: 1,
                resume: None,
                consented: false,
            }),
            VisitorOut::VisitorHello(VisitorHello {
                version: VERSION,
                resume: Some("secret".into()),
                consented: true,
            }),
            VisitorOut::Page(Page {
                url: "https://shop.example/".into(),
                title: "Shop – 🛒".into(),
                width: 1280,
                height: 720,
                visible: true,
            }),
            VisitorOut::Identify(Identify {
                unique_id: "u-1".into(),
                identities: vec!["Anna".into(), "anna@shop.example".into()],
                tags: vec![],
            }),
            VisitorOut::Answer(Answer {
                request: 7,
                allowed: true,
            }),
            VisitorOut::Withdraw(Withdraw {
                agent: 0,
                grants: Grants::ALL,
            }),
            VisitorOut::Stop(Stop {}),
            VisitorOut::CodeRequest(CodeRequest {}),
            VisitorOut::Help(Help { wanted: false }),
            VisitorOut::Outcome(Outcome {
                agent: 1,
                seq: 300,
                result: OutcomeCode::Masked,
            }),
            VisitorOut::Health(Health {
                nodes: 60_000,
                flush_us: 850,
                level: 2,
                masked: 3,
            }),
            VisitorOut::Custom(Custom {
                text: "{\"a\":1}".into(),
            }),
            VisitorOut::AssetPart(AssetPart {
                request: 300,
                state: AssetState::More,
                mime: "image/png".into(),
                data: Data(vec![0x89, 0, 0xff]),
            }),
            VisitorOut::AssetPart(AssetPart {
                request: 1,
                state: AssetState::Refused,
                mime: String::new(),
                data: Data::default(),
            }),
            VisitorOut::Bye(Bye { seconds: 30 }),
            VisitorOut::Pong(Pong { t: u32::MAX }),
        ],
    )
}

fn agent(id: u32) -> Agent {
    Agent {
        id,
        name: "Eve Ünal".into(),
        color: "#1a73e8".into(),
    }
}

fn state(id: u32, grants: Grants) -> AgentState {
    AgentState {
        id,
        name: "Eve".into(),
        color: "#1a73e8".into(),
        grants,
    }
}

fn instructions() -> Vec<Instruction> {
    vec![
        Instruction::Laser(Laser {
            x: Px::new(10.5),
            y: Px::new(-0.125),
        }),
        Instruction::LaserOff(LaserOff {}),
        Instruction::Highlight(Highlight { doc: 0, id: 12 }),
        Instruction::HighlightOff(HighlightOff {}),
        Instruction::Scroll(Scroll {
            doc: 0,
            id: 0,
            x: Px(0),
            y: Px(8000),
        }),
        Instruction::Click(Click {
            doc: 0,
            id: 12,
            x: Px(4),
            y: Px(12),
            button: Button::Main,
            double: true,
        }),
        Instruction::Type(Type {
            doc: 0,
            id: 12,
            text: "Grüße".into(),
        }),
        Instruction::Key(Key {
            doc: 0,
            id: 12,
            key: "Enter".into(),
            mods: Mods::from_bits(3).unwrap(),
        }),
        Instruction::Focus(Focus { doc: 0, id: 12 }),
        Instruction::Select(Select {
            doc: 0,
            id: 12,
            indexes: vec![0, 2],
        }),
        Instruction::Go(Go {
            r#where: Where::Reload,
        }),
    ]
}

fn visitor_in() -> Vec<Value> {
    let mask = |selector: &str, url: &str| Mask {
        selector: selector.into(),
        url: url.into(),
    };
    let mut messages = vec![
        VisitorIn::VisitorWelcome(VisitorWelcome {
            version: 1,
            visitor: "v1".into(),
            short_id: "AB12".into(),
            resume: "secret".into(),
            epoch: 3,
            site_name: "Shop".into(),
            consent: ConsentMode::Site,
            presence: PresenceMode::Always,
            flush_ms: 100,
            max_frame: 8 << 20,
            masks: vec![
                mask(".pii", ""),
                mask("#card > input", "https://shop.example/checkout/*"),
            ],
            ignore: vec![],
            no_control: vec![mask("form[action=\"/pay\"]", "")],
        }),
        VisitorIn::Ask(Ask {
            request: 1,
            agent: agent(1),
            grants: Grants::VIEW,
            seconds: 60,
        }),
        VisitorIn::Unask(Unask { request: 1 }),
        VisitorIn::Session(Session {
            session: "s1".into(),
            agents: vec![
                state(1, Grants::VIEW.with(Grants::POINT)),
                state(2, Grants::NONE),
            ],
        }),
        VisitorIn::Session(Session {
            session: String::new(),
            agents: vec![],
        }),
        VisitorIn::ResyncRequest(ResyncRequest {
            doc: 0,
            reason: ResyncReason::BadOp,
        }),
        VisitorIn::Resend(Resend { doc: 0, id: 16_384 }),
    ];
    messages.extend(instructions().into_iter().map(|instruction| {
        VisitorIn::VisitorInstruct(VisitorInstruct {
            agent: 2,
            seq: 9,
            instruction,
        })
    }));
    messages.extend([
        VisitorIn::Code(Code {
            code: "042137".into(),
            seconds: 600,
        }),
        VisitorIn::VisitorEnd(VisitorEnd {
            reason: EndReason::AgentEnded,
        }),
        VisitorIn::VisitorCustom(VisitorCustom { text: "hi".into() }),
        VisitorIn::AssetRequest(AssetRequest {
            request: 300,
            url: "https://shop.example/me.png?v=1".into(),
        }),
        VisitorIn::VisitorPing(VisitorPing { t: 5 }),
    ]);
    cases("visitorIn", messages)
}

fn agent_out() -> Vec<Value> {
    let mut messages = vec![
        AgentOut::AgentHello(AgentHello {
            version: 1,
            token: "t".into(),
            resume: None,
            epoch: 0,
            offset: 0,
        }),
        AgentOut::AgentHello(AgentHello {
            version: 1,
            token: String::new(),
            resume: Some("secret".into()),
            epoch: 4,
            offset: 77,
        }),
        AgentOut::Request(Request {
            grants: Grants::CONTROL,
        }),
    ];
    messages.extend(instructions().into_iter().map(|instruction| {
        AgentOut::Instruct(Instruct {
            seq: 9,
            instruction,
        })
    }));
    messages.extend([
        AgentOut::Leave(Leave { end: true }),
        AgentOut::AgentResync(AgentResync {
            doc: 0,
            reason: ResyncReason::Lost,
        }),
        AgentOut::AgentCustomOut(AgentCustomOut { text: "hi".into() }),
        AgentOut::AgentPong(AgentPong { t: 6 }),
    ]);
    cases("agentOut", messages)
}

fn agent_in() -> Vec<Value> {
    cases(
        "agentIn",
        vec![
            AgentIn::AgentWelcome(AgentWelcome {
                version: 1,
                agent: 1,
                session: "s1".into(),
                resume: "secret".into(),
                assets: "/v1/assets/TOKEN".into(),
                site_name: "Shop".into(),
                visitor_name: "Anna".into(),
            }),
            AgentIn::State(State {
                phase: Phase::Live,
                agents: vec![state(1, Grants::VIEW)],
            }),
            AgentIn::Resynced(Resynced {
                reason: ResyncReason::Lagging,
            }),
            AgentIn::Refused(Refused {
                grants: Grants::CONTROL,
                reason: RefusedReason::Site,
            }),
            AgentIn::AgentOutcome(AgentOutcome {
                seq: 9,
                result: OutcomeCode::Done,
            }),
            AgentIn::Rtt(Rtt {
                visitor_ms: 40,
                agent_ms: 15,
            }),
            AgentIn::AgentHealth(AgentHealth {
                nodes: 1,
                flush_us: 2,
                level: 0,
                masked: 4,
            }),
            AgentIn::AgentCustom(AgentCustom { text: "hi".into() }),
            AgentIn::AgentEnd(AgentEnd {
                reason: EndReason::Error,
            }),
            AgentIn::AgentPing(AgentPing { t: 6 }),
        ],
    )
}

/// Frames to be read: deflate has many writers, so the bytes bind readers only.
fn frames() -> Vec<Value> {
    let pong = frame::payload(&[VisitorOut::Pong(Pong { t: 1 }), VisitorOut::Stop(Stop {})]);
    let text = "Grüße aus der Hütte. ".repeat(60);
    let sheet = StreamMessage::Sheet(Sheet {
        hash: Hash([0; 8]),
        base: "",
        text: Long(&text),
    });
    let sheet = frame::payload(&[sheet]);
    let small = frame::payload(&[StreamMessage::Sheet(Sheet {
        hash: Hash([7; 8]),
        base: "b",
        text: Long("p{}"),
    })]);
    let place = Place {
        epoch: 300,
        offset: 2,
    };
    [
        ("a control frame of two messages", None, pong, false),
        ("a stream frame", Some(place), small, false),
        ("a deflated stream frame", Some(place), sheet, true),
    ]
    .into_iter()
    .map(|(name, place, payload, small)| {
        let bytes = frame::pack(place, &payload, small);
        let (head, _) = frame::split(&bytes).unwrap();
        json!({ "name": name, "head": head_json(head), "payload": hex(&payload), "hex": hex(&bytes) })
    })
    .collect()
}

fn head_json(head: Head) -> Value {
    let mut value = json!({});
    if let Some(Place { epoch, offset }) = head.place {
        value["place"] = json!({ "epoch": epoch, "offset": offset });
    }
    if let Some(inflated) = head.inflated {
        value["inflated"] = inflated.into();
    }
    value
}

fn refused() -> Vec<Value> {
    let samples: &[(&str, &str, &[u8])] = &[
        ("visitorOut", "a kind of another direction", &[0x4f, 1, 0]),
        ("visitorOut", "an unknown kind", &[0x1b, 0]),
        ("visitorOut", "no length", &[0x15]),
        (
            "visitorOut",
            "a body longer than the fields",
            &[0x1f, 2, 1, 1],
        ),
        ("visitorOut", "a body beyond the end", &[0x1f, 2, 1]),
        (
            "visitorOut",
            "a body shorter than the fields",
            &[0x18, 2, 1, 1],
        ),
        (
            "visitorOut",
            "an integer in a longer form",
            &[0x1f, 2, 0x81, 0],
        ),
        (
            "visitorOut",
            "an integer beyond 32 bits",
            &[0x1f, 5, 0xff, 0xff, 0xff, 0xff, 0x1f],
        ),
        (
            "visitorOut",
            "an integer of six bytes",
            &[0x1f, 6, 0x80, 0x80, 0x80, 0x80, 0x80, 1],
        ),
        ("visitorOut", "a flag of 2", &[0x17, 1, 2]),
        ("visitorOut", "unknown grants", &[0x14, 2, 0, 32]),
        ("visitorOut", "an unknown result", &[0x18, 3, 1, 1, 8]),
        ("visitorOut", "NUL in a text", &[0x1a, 2, 1, 0]),
        ("visitorOut", "bad UTF-8", &[0x1a, 2, 1, 0xff]),
        (
            "visitorOut",
            "a surrogate in UTF-8",
            &[0x1a, 4, 3, 0xed, 0xa0, 0x80],
        ),
        ("visitorOut", "overlong UTF-8", &[0x1a, 3, 2, 0xc1, 0xa1]),
        (
            "visitorOut",
            "a list longer than the body",
            &[0x12, 3, 0, 9, 0],
        ),
        ("visitorOut", "an option of 2", &[0x10, 3, 1, 2, 0]),
        ("agentOut", "an unknown instruction", &[0x32, 2, 1, 12]),
        (
            "agentOut",
            "an unknown direction of Go",
            &[0x32, 3, 1, 11, 4],
        ),
        (
            "agentOut",
            "unknown keys held",
            &[0x32, 6, 1, 8, 0, 1, 0, 16],
        ),
        ("stream", "an unknown op", &[0x02, 2, 0, 15]),
        ("stream", "an op cut short", &[0x02, 3, 0, 4, 1]),
        ("stream", "an unknown property", &[0x02, 5, 0, 6, 1, 8, 0]),
        (
            "stream",
            "an unknown pointer state",
            &[0x02, 5, 0, 13, 0, 0, 5],
        ),
        ("stream", "a control message", &[0x1f, 1, 1]),
    ];
    let field = |set: &str, bytes: &[u8]| {
        let mut from = Reader::new(bytes, LIMITS);
        let error = match set {
            "visitorOut" => read_message::<VisitorOut>(&mut from, LIMITS).unwrap_err(),
            "agentOut" => read_message::<AgentOut>(&mut from, LIMITS).unwrap_err(),
            _ => read_message::<StreamMessage<'_>>(&mut from, LIMITS).unwrap_err(),
        };
        assert_eq!(error.close_code(), CloseCode::BadMessage);
        error.field()
    };
    samples
        .iter()
        .map(|(set, name, bytes)| {
            let edge = name.starts_with("an unknown") || name.starts_with("unknown");
            let edge = edge && !matches!(*name, "an unknown kind" | "an unknown op" | "an unknown instruction");
            json!({ "set": set, "name": name, "hex": hex(bytes), "field": field(set, bytes), "edge": edge })
        })
        .collect()
}

fn refused_frames() -> Vec<Value> {
    let deflated = frame::deflate(&[0x1f, 1, 5]);
    let with = |inflated: u8, tail: &[u8]| [&[2, inflated], deflated.as_slice(), tail].concat();
    let samples: Vec<(&str, Vec<u8>)> = vec![
        ("nothing", vec![]),
        ("unknown flags", vec![4, 0x1f, 1, 5]),
        ("no payload", vec![0]),
        ("no offset", vec![1, 5]),
        ("no payload behind a place", vec![1, 5, 0]),
        ("a stream shorter than announced", with(4, &[])),
        ("a stream longer than announced", with(2, &[])),
        ("bytes behind the stream", with(3, &[0])),
        ("a stream cut short", with(3, &[])[..3].to_vec()),
        (
            "a size no stream can reach",
            vec![2, 0xff, 0xff, 0x7f, 3, 0],
        ),
        ("an empty deflated payload", vec![2, 0, 3, 0]),
    ];
    samples
        .into_iter()
        .map(|(name, bytes)| {
            let limits = frame::FrameLimits {
                frame: 1 << 20,
                inflated: 1 << 24,
                read: LIMITS,
            };
            let error = frame::decode::<VisitorOut>(&bytes, &limits).unwrap_err();
            assert_eq!(error.close_code(), CloseCode::BadFrame, "{name}");
            let edge = bytes.first().is_some_and(|flags| *flags == 2);
            json!({ "name": name, "hex": hex(&bytes), "field": error.field(), "edge": edge })
        })
        .collect()
}

#[test]
fn every_vector_reads_back_as_its_value() {
    fn check<'a, M: Family<'a> + Json>(bytes: &'a [u8], value: &Value) {
        let mut from = Reader::new(bytes, LIMITS);
        let message: M = read_message(&mut from, LIMITS).unwrap();
        assert_eq!(&message.json(), value);
        let mut to = Writer::new();
        write_message(&message, &mut to);
        assert_eq!(to.bytes(), bytes, "one form per value");
    }
    for case in all() {
        let bytes = unhex(case["hex"].as_str().unwrap());
        let value = &case["value"];
        match case["set"].as_str().unwrap() {
            "stream" => check::<StreamMessage<'_>>(&bytes, value),
            "visitorOut" => check::<VisitorOut>(&bytes, value),
            "visitorIn" => check::<VisitorIn>(&bytes, value),
            "agentOut" => check::<AgentOut>(&bytes, value),
            _ => check::<AgentIn>(&bytes, value),
        }
    }
}

fn unhex(text: &str) -> Vec<u8> {
    (0..text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap())
        .collect()
}
