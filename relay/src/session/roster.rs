//! Who is in a session, and what the visitor allows each of them.

use std::time::Instant;

use coview_dom_capture::protocol::{Agent, AgentState, Grants};

/// The agents of one session, in the order they were invited.
#[derive(Debug, Default)]
pub(super) struct Roster {
    members: Vec<Member>,
    invited: u32,
}

/// One agent.
#[derive(Debug)]
pub(super) struct Member {
    /// Number in this session, from 1.
    pub id: u32,
    /// What the visitor reads.
    pub name: String,
    /// What the visitor allows now.
    pub grants: Grants,
    /// Allowed without asking where the site does the asking.
    pub offered: Grants,
    /// Has a connection.
    pub here: bool,
    /// Invited or lost since.
    pub since: Instant,
    /// How often the visitor said no.
    pub refused: u8,
}

impl Roster {
    /// Adds an agent; it counts as away until it connects.
    pub(super) fn invite(&mut self, now: Instant, name: &str, offered: Grants) -> u32 {
        self.invited += 1;
        self.members.push(Member {
            id: self.invited,
            name: name.to_owned(),
            grants: Grants::NONE,
            offered,
            here: false,
            since: now,
            refused: 0,
        });
        self.invited
    }

    /// An agent by its number.
    #[must_use]
    pub(super) fn get(&self, id: u32) -> Option<&Member> {
        self.members.iter().find(|member| member.id == id)
    }

    /// An agent by its number.
    pub(super) fn get_mut(&mut self, id: u32) -> Option<&mut Member> {
        self.members.iter_mut().find(|member| member.id == id)
    }

    /// Takes an agent out.
    pub(super) fn remove(&mut self, id: u32) -> Option<Member> {
        let index = self.members.iter().position(|member| member.id == id)?;
        Some(self.members.remove(index))
    }

    /// Everybody.
    pub(super) fn all(&self) -> impl Iterator<Item = &Member> {
        self.members.iter()
    }

    /// How many were invited and have not left.
    #[must_use]
    pub(super) fn len(&self) -> usize {
        self.members.len()
    }

    /// Nobody was invited, or all left.
    #[must_use]
    pub(super) fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    /// Those who are connected.
    pub(super) fn here(&self) -> impl Iterator<Item = &Member> {
        self.members.iter().filter(|member| member.here)
    }

    /// Those who see the page now.
    pub(super) fn viewers(&self) -> impl Iterator<Item = &Member> {
        self.here().filter(|member| member.grants.has(Grants::VIEW))
    }

    /// Those who see the page now, as the visitor and the other agents are told.
    #[must_use]
    pub(super) fn shown(&self) -> Vec<AgentState> {
        self.viewers()
            .map(|member| {
                let Agent { id, name, color } = member.card();
                AgentState {
                    id,
                    name,
                    color,
                    grants: member.grants,
                }
            })
            .collect()
    }
}

impl Member {
    /// Name and colour.
    #[must_use]
    pub(super) fn card(&self) -> Agent {
        Agent {
            id: self.id,
            name: self.name.clone(),
            color: color(self.id).to_owned(),
        }
    }
}

/// Colours that stay apart from each other, for those who see few colours too, with white text.
fn color(id: u32) -> &'static str {
    const COLORS: [&str; 8] = [
        "#1d5fd1", "#b3420a", "#0b7a5b", "#8a2fb8", "#a8185e", "#5c6b0a", "#0a6f94", "#6b4a2b",
    ];
    let index = usize::try_from(id.wrapping_sub(1) % 8).unwrap_or(0);
    COLORS[index]
}
