//! What is changed on its way down: documents, style sheets, the scripts of workers.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::body::Change;
use super::charset::Transcoder;
use super::exchange::Broken;
use super::html::Rewriter;
use super::links::Links;

/// A document: made UTF-8, then rewritten.
pub(super) struct Document {
    pub(super) transcoder: Transcoder,
    pub(super) rewriter: Rewriter,
}

impl Change for Document {
    fn push(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> Result<(), Broken> {
        let mut text = String::new();
        self.transcoder.push(bytes, &mut text);
        self.rewriter
            .push(&text, out)
            .map_err(|_| Broken::Rewriting)
    }

    fn finish(&mut self, out: &mut Vec<u8>) -> Result<(), Broken> {
        let mut text = String::new();
        self.transcoder.finish(&mut text);
        self.rewriter
            .push(&text, out)
            .and_then(|()| self.rewriter.finish(out))
            .map_err(|_| Broken::Rewriting)
    }
}

/// Sheets larger than this pass with their URLs as they are: the service worker maps them.
const LARGEST_SHEET: usize = 4 << 20;

/// A style sheet: its text is changed as a whole.
pub(super) struct Sheet {
    content_type: String,
    links: Links,
    held: Vec<u8>,
    /// It grew too large: only made UTF-8 from here on.
    passing: Option<Transcoder>,
}

impl Sheet {
    pub(super) const fn new(content_type: String, links: Links) -> Self {
        Self {
            content_type,
            links,
            held: Vec::new(),
            passing: None,
        }
    }

    fn held_text(&mut self, last: bool) -> (String, Transcoder) {
        let held = std::mem::take(&mut self.held);
        let mut transcoder = Transcoder::css(&self.content_type, &held);
        let mut text = String::new();
        transcoder.push(&held, &mut text);
        if last {
            transcoder.finish(&mut text);
        }
        (text, transcoder)
    }
}

impl Change for Sheet {
    fn push(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> Result<(), Broken> {
        if let Some(transcoder) = &mut self.passing {
            let mut text = String::new();
            transcoder.push(bytes, &mut text);
            out.extend_from_slice(text.as_bytes());
            return Ok(());
        }
        self.held.extend_from_slice(bytes);
        if self.held.len() > LARGEST_SHEET {
            let (text, transcoder) = self.held_text(false);
            out.extend_from_slice(text.as_bytes());
            self.passing = Some(transcoder);
        }
        Ok(())
    }

    fn finish(&mut self, out: &mut Vec<u8>) -> Result<(), Broken> {
        let mut text = String::new();
        match &mut self.passing {
            Some(transcoder) => transcoder.finish(&mut text),
            None => {
                let (whole, _) = self.held_text(true);
                text = self.links.style(&whole).unwrap_or(whole);
            }
        }
        out.extend_from_slice(text.as_bytes());
        Ok(())
    }
}

/// The script of a worker: the runtime runs first, in front of its first line.
pub(super) struct Worker {
    facts: String,
    begun: bool,
}

impl Worker {
    pub(super) const fn new(facts: String) -> Self {
        Self {
            facts,
            begun: false,
        }
    }

    /// Right in classic workers and in modules, which no header tells apart.
    fn begin(&mut self, script: &[u8], out: &mut Vec<u8>) {
        self.begun = true;
        let start = script.trim_ascii_start();
        if start.starts_with(b"\"use strict\"") || start.starts_with(b"'use strict'") {
            // Only the first statements of a script can say so.
            out.extend_from_slice(b"\"use strict\";");
        }
        let prefix = format!(
            "self.__coviewProxied={};try{{importScripts(\"/.coview/shim.js?w\")}}\
             catch(e){{import(\"/.coview/shim.js?w\")}};",
            self.facts
        );
        out.extend_from_slice(prefix.as_bytes());
    }
}

impl Change for Worker {
    fn push(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> Result<(), Broken> {
        let mut script = bytes;
        if !self.begun && !bytes.is_empty() {
            script = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
            self.begin(script, out);
        }
        out.extend_from_slice(script);
        Ok(())
    }

    fn finish(&mut self, out: &mut Vec<u8>) -> Result<(), Broken> {
        if !self.begun {
            self.begin(&[], out);
        }
        Ok(())
    }
}

/// Another change, compressed: flushed with every piece, so that what an upstream flushed arrives.
pub(super) struct Zipped<C> {
    inner: C,
    encoder: GzEncoder<Vec<u8>>,
}

impl<C: Change> Zipped<C> {
    pub(super) fn new(inner: C) -> Self {
        Self {
            inner,
            encoder: GzEncoder::new(Vec::new(), Compression::new(4)),
        }
    }

    /// Writing into memory does not fail.
    fn write(&mut self, text: &[u8]) -> Result<(), Broken> {
        self.encoder.write_all(text).map_err(|_| Broken::Rewriting)
    }
}

impl<C: Change> Change for Zipped<C> {
    fn push(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> Result<(), Broken> {
        let mut text = Vec::new();
        self.inner.push(bytes, &mut text)?;
        if !text.is_empty() {
            self.write(&text)?;
            self.encoder.flush().map_err(|_| Broken::Rewriting)?;
        }
        out.append(self.encoder.get_mut());
        Ok(())
    }

    fn finish(&mut self, out: &mut Vec<u8>) -> Result<(), Broken> {
        let mut text = Vec::new();
        self.inner.finish(&mut text)?;
        self.write(&text)?;
        self.encoder.try_finish().map_err(|_| Broken::Rewriting)?;
        out.append(self.encoder.get_mut());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proxied::links::tests::links;

    fn run(mut change: impl Change, pieces: &[&[u8]]) -> String {
        let mut out = Vec::new();
        for piece in pieces {
            change.push(piece, &mut out).unwrap();
        }
        change.finish(&mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_sheet_is_changed_whole_and_a_giant_passes() {
        let sheet = || Sheet::new("text/css".to_owned(), links("https://shop.example/"));
        let out = run(sheet(), &[b"a{b:url(//cdn.ex", b"ample/x)}"]);
        assert_eq!(
            out,
            "a{b:url(\"http://aaaaaaaaaaaaaaaa-s-cdn-example.localhost:7300/x\")}"
        );
        let giant = vec![b' '; LARGEST_SHEET];
        let out = run(
            sheet(),
            &[&giant, b"a{b:url(//cdn.example/", b"\xc3", b"\xa9)}"],
        );
        assert!(out.ends_with("a{b:url(//cdn.example/é)}"));
    }

    #[test]
    fn a_workers_runtime_runs_first_on_its_first_line() {
        let out = run(Worker::new("{}".to_owned()), &[b"\xef\xbb\xbfx()\ny()"]);
        assert!(out.starts_with("self.__coviewProxied={};try{") && out.ends_with("};x()\ny()"));
        assert_eq!(out.lines().count(), 2);
        let strict = run(Worker::new("{}".to_owned()), &[b"\n'use strict';x()"]);
        assert!(strict.starts_with("\"use strict\";self."));
        assert!(!run(Worker::new("{}".to_owned()), &[]).is_empty());
    }
}
