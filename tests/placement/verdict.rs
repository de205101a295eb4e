//! What must hold for every page: the tree is unchanged, except for one live script in the head.

use bytes::Bytes;

use super::{
    referee::{Document, What},
    serve::{Answer, serve_frames, serve_whole},
};

/// How far a page's prologue is read.
pub(crate) const CAP: usize = 64 * 1024;

/// What happened to a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// The snippet is in the page, and nothing else changed.
    Placed,
    /// The snippet is in the page. An unfinished comment at the page's end, with nothing after it, now stands in the
    /// head.
    Moved,
    /// Nothing changed, for this reason.
    Untouched(&'static str),
}

/// Serves the page in one piece and checks the result.
pub(crate) fn judge(page: &[u8]) -> Result<(Answer, Verdict), String> {
    let answer = serve_whole(page);
    let verdict = match answer.outcome.as_ref().map(|outcome| outcome.as_str()) {
        Some("shutdown") => judge_placed(page, &answer.bytes)?,
        Some(reason) if answer.bytes == page => judge_untouched(page, reason)?,
        outcome => return Err(format!("{outcome:?}, but the page is another one")),
    };
    Ok((answer, verdict))
}

/// The snippet that these pages carry.
fn snippet() -> Vec<u8> {
    thread_local! {
        static SNIPPET: Vec<u8> = serve_whole(b"<head>").bytes.split_off(b"<head>".len());
    }
    SNIPPET.with(Vec::clone)
}

fn judge_placed(page: &[u8], result: &[u8]) -> Result<Verdict, String> {
    let snippet = snippet();
    let place = place(page, result, &snippet).ok_or("the result is not the page with the snippet in it")?;
    let (before, after) = (Document::parse(page), Document::parse(result));
    let (tree, element) = after.without_snippet(&snippet)?;
    if after.runs(&element) != before.runs(&element) + 1 {
        return Err("the snippet runs more than once, or something else no longer runs".into());
    }
    let original = before.tree();
    if tree == original {
        return Ok(Verdict::Placed);
    }
    if is_moved_comment(&page[place..]) && tree.clone().split_comments() == original.clone().split_comments() {
        return Ok(Verdict::Moved);
    }
    Err(format!("snippet at {place}: the tree was {original:?} and is {tree:?}"))
}

fn place(page: &[u8], result: &[u8], snippet: &[u8]) -> Option<usize> {
    let common = page.iter().zip(result).take_while(|(a, b)| a == b).count();
    // The page may continue with the first bytes of the snippet, so the place may be a few bytes before the first
    // difference.
    (0..=common).rev().find(|place| {
        let rest = &result[*place..];
        rest.strip_prefix(snippet) == Some(&page[*place..])
    })
}

/// Whether this is one unfinished comment, bogus or not, and nothing else.
fn is_moved_comment(rest: &[u8]) -> bool {
    let begins = [&b"<!"[..], b"<?", b"</"].iter().any(|begin| rest.starts_with(begin));
    // A finished comment stays the only one when text follows.
    let finished = Document::parse(&[rest, b"x"].concat()).tree();
    let has_text = finished.nodes.iter().any(|node| matches!(node.what, What::Text(_)));
    begins && !has_text
}

/// Whether the reason is valid, as far as that shows without parsing the prologue.
fn judge_untouched(page: &[u8], reason: &str) -> Result<Verdict, String> {
    let read = &page[..page.len().min(CAP)];
    match reason {
        "encoding" if is_wide(page) || read.contains(&0x1B) => Ok(Verdict::Untouched("encoding")),
        "long-prologue" if page.len() > CAP => Ok(Verdict::Untouched("long-prologue")),
        "fragment" if ends_in_doctype(page) => Ok(Verdict::Untouched("fragment")),
        _ => Err(format!("untouched without need: {reason}")),
    }
}

fn is_wide(page: &[u8]) -> bool {
    let begins: [&[u8]; 5] = [b"\xFE\xFF", b"\xFF\xFE", b"\0\0\xFE\xFF", b"<\0?\0x\0", b"\0<\0?\0x"];
    begins.iter().any(|begin| page.starts_with(begin))
}

fn ends_in_doctype(page: &[u8]) -> bool {
    let lower = page.to_ascii_lowercase();
    let last = lower.windows(9).rposition(|window| window == b"<!doctype");
    last.is_some_and(|at| !page[at..].contains(&b'>'))
}

/// Serves the page in these frames, which must make no difference.
pub(crate) fn judge_framing(frames: Vec<Bytes>, whole: &Answer) -> Result<(), String> {
    let lengths: Vec<_> = frames.iter().map(Bytes::len).collect();
    let answer = serve_frames(frames);
    if answer.outcome != whole.outcome {
        return Err(format!("{:?} in place of {:?} in frames of {lengths:?}", answer.outcome, whole.outcome));
    }
    if answer.bytes != whole.bytes {
        return Err(format!("another page in frames of {lengths:?}"));
    }
    if answer.headers != whole.headers {
        return Err(format!("other headers in frames of {lengths:?}"));
    }
    Ok(())
}

pub(crate) fn split_at(page: &Bytes, at: usize) -> Vec<Bytes> {
    vec![page.slice(..at), page.slice(at..)]
}

pub(crate) fn single_bytes(page: &Bytes) -> Vec<Bytes> {
    (0..page.len()).map(|at| page.slice(at..=at)).collect()
}

/// Pieces of these lengths, repeated, with empty frames between and around them.
pub(crate) fn pieces(page: &Bytes, lengths: &[usize]) -> Vec<Bytes> {
    let mut frames = vec![Bytes::new()];
    let mut at = 0;
    for length in lengths.iter().cycle() {
        let end = page.len().min(at + (*length).max(1));
        frames.extend([page.slice(at..end), Bytes::new()]);
        at = end;
        if at == page.len() {
            return frames;
        }
    }
    frames
}
