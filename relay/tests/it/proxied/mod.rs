//! Proxied sessions from outside: an agent makes one, a browser opens its link, and everybody else is
//! kept out.

mod browser;
mod lives;
mod passes;
mod sharing;
mod visit;
mod walls;
