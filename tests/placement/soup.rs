//! Broken pages: HTML soup by a grammar, and known pages with changed bytes.

use proptest::{
    collection::vec,
    prelude::*,
    sample::{Index, select},
    strategy::Union,
};

type Piece = BoxedStrategy<Vec<u8>>;

/// A page: something like a prologue, then anything.
pub(crate) fn soup() -> impl Strategy<Value = Vec<u8>> {
    let begin = prop_oneof![8 => Just(&b""[..]), 2 => Just(&b"\xEF\xBB\xBF"[..]), 1 => select(BEGINS)];
    (begin, vec(prologue_piece(), 0..8), vec(body_piece(), 0..7), any::<Index>(), 0..8_u8).prop_map(
        |(begin, prologue, body, end, cut)| {
            let mut page = [begin.to_vec(), prologue.concat(), body.concat()].concat();
            if cut == 0 {
                page.truncate(end.index(page.len() + 1));
            }
            page
        },
    )
}

/// One of these pages, changed in some places.
pub(crate) fn mutated(pages: Vec<Vec<u8>>) -> impl Strategy<Value = Vec<u8>> {
    (select(pages), vec(mutation(), 1..6)).prop_map(|(page, mutations)| {
        mutations.into_iter().fold(page, |page, (kind, from, to, bytes)| mutate(page, kind, from, to, bytes))
    })
}

type Mutation = (u8, Index, Index, Vec<u8>);

fn mutation() -> impl Strategy<Value = Mutation> {
    let bytes = prop_oneof![
        3 => vec(select(SIGNIFICANT), 1..4),
        2 => prologue_piece(),
        2 => body_piece(),
        1 => vec(any::<u8>(), 1..4),
    ];
    (0..6_u8, any::<Index>(), any::<Index>(), bytes)
}

fn mutate(page: Vec<u8>, kind: u8, from: Index, to: Index, bytes: Vec<u8>) -> Vec<u8> {
    // Most of what matters is near the beginning.
    let window = if kind < 3 { page.len().min(64) } else { page.len() };
    let (from, to) = (from.index(window + 1), to.index(window + 1));
    let (from, to) = (from.min(to), from.max(to));
    let (before, within, after) = (&page[..from], &page[from..to], &page[to..]);
    match kind {
        0 | 3 => [before, &bytes, within, after].concat(),
        1 => [before, &bytes, after].concat(),
        2 => [before, after].concat(),
        4 => [before, within, within, after].concat(),
        _ => before.to_vec(),
    }
}

fn prologue_piece() -> Piece {
    Union::new_weighted(vec![
        (4, space().boxed()),
        (4, doctype().boxed()),
        (4, comment().boxed()),
        (4, bogus_comment().boxed()),
        (5, tag(PROLOGUE_TAGS).boxed()),
        (3, end_tag().boxed()),
        (3, select(PROLOGUES).prop_map(<[u8]>::to_vec).boxed()),
    ])
    .boxed()
}

fn body_piece() -> Piece {
    Union::new_weighted(vec![
        (4, prologue_piece()),
        (5, tag(TAGS).boxed()),
        (3, end_tag().boxed()),
        (6, select(BODIES).prop_map(<[u8]>::to_vec).boxed()),
        (3, vec(select(SIGNIFICANT), 0..6).boxed()),
        (1, "\\PC{0,6}".prop_map(String::into_bytes).boxed()),
        (1, vec(any::<u8>(), 0..4).boxed()),
    ])
    .boxed()
}

fn space() -> impl Strategy<Value = Vec<u8>> {
    vec(select(b"\t\n\x0c\r "), 1..4)
}

fn doctype() -> impl Strategy<Value = Vec<u8>> {
    let rest = vec(select(b" \thtmlHTML\"'>-/=\0a\x0c".as_slice()), 0..10);
    prop_oneof![
        6 => select(DOCTYPES).prop_map(<[u8]>::to_vec),
        3 => rest.prop_map(|rest| [b"<!DocType", rest.as_slice(), b">"].concat()),
    ]
}

fn comment() -> impl Strategy<Value = Vec<u8>> {
    let text = vec(select(b"--!><a \0/?".as_slice()), 0..10);
    (text, select(COMMENT_ENDS)).prop_map(|(text, end)| [b"<!--", &*text, end].concat())
}

fn bogus_comment() -> impl Strategy<Value = Vec<u8>> {
    let text = vec(select(b"-!<ad]\"'= \0/?".as_slice()), 0..6);
    (select(BOGUS_BEGINS), text, select(BOGUS_ENDS)).prop_map(|(begin, text, end)| [begin, &*text, end].concat())
}

fn tag(names: &'static [&'static str]) -> impl Strategy<Value = Vec<u8>> {
    (select(names), any::<u16>(), attributes(), select(TAG_ENDS)).prop_map(|(name, cases, attributes, end)| {
        [b"<", mixed_case(name, cases).as_slice(), &attributes, end].concat()
    })
}

fn end_tag() -> impl Strategy<Value = Vec<u8>> {
    let names = prop_oneof![select(PROLOGUE_TAGS), select(TAGS), select(END_TAGS)];
    (names, any::<u16>(), attributes(), select(TAG_ENDS)).prop_map(|(name, cases, attributes, end)| {
        [b"</", mixed_case(name, cases).as_slice(), &attributes, end].concat()
    })
}

/// The name, mostly in lower case.
fn mixed_case(name: &str, cases: u16) -> Vec<u8> {
    let upper = |at: usize| cases & 3 == 0 && cases >> (at % 14 + 2) & 1 == 1;
    name.bytes().enumerate().map(|(at, byte)| if upper(at) { byte.to_ascii_uppercase() } else { byte }).collect()
}

fn attributes() -> impl Strategy<Value = Vec<u8>> {
    let raw = vec(select(b" \t\n\x0c/\"'=>a<\0`&-!".as_slice()), 0..8).prop_map(|raw| [b" ", &*raw].concat());
    prop_oneof![
        5 => Just(Vec::new()),
        5 => vec(select(ATTRIBUTES), 1..4).prop_map(|attributes| attributes.concat()),
        3 => raw,
    ]
}

/// Bytes that matter to the tokenizer.
const SIGNIFICANT: &[u8] = b"<>!?/-=\"'` \t\n\r\x0c\0\x1b&;[]aAdhHxX\xEF\xBB\xBF\xFE\xFF\x80\xC3";

/// How pages in other encodings begin, or nearly.
const BEGINS: &[&[u8]] = &[
    b"\xFE\xFF",
    b"\xFF\xFE",
    b"\xFF\xFE\0\0",
    b"\0\0\xFE\xFF",
    b"<\0?\0x\0",
    b"\0<\0?\0x",
    b"\xEF\xBB",
    b"\xEF",
    b"\xFF",
    b"\0",
    b"\0\0",
    b"\0<\0h",
    b"<\0?\0y\0",
    b"\xEF\xBB\xBF\xEF\xBB\xBF",
    b"\xEF\xBB\xBF\xFF\xFE",
    b"\x1b$B",
    b"+/v8-",
];

const DOCTYPES: &[&[u8]] = &[
    b"<!doctype html>",
    b"<!DOCTYPE html>",
    b"<!DOCTYPE HTML PUBLIC \"-//W3C//DTD HTML 4.01//EN\" \"http://www.w3.org/TR/html4/strict.dtd\">",
    b"<!DOCTYPE HTML PUBLIC \"-//W3C//DTD HTML 4.01 Transitional//EN\" \"http://www.w3.org/TR/html4/loose.dtd\">",
    b"<!DOCTYPE HTML PUBLIC \"-//W3C//DTD HTML 4.01 Transitional//EN\">",
    b"<!DOCTYPE HTML PUBLIC \"-//W3C//DTD HTML 3.2 Final//EN\">",
    b"<!DOCTYPE html PUBLIC \"-//W3C//DTD XHTML 1.0 Frameset//EN\" \"x\">",
    b"<!DOCTYPE html SYSTEM \"about:legacy-compat\">",
    b"<!DOCTYPE html SYSTEM 'a>b'>",
    b"<!DOCTYPE html PUBLIC \"a>b\" 'c'>",
    b"<!DOCTYPE html [<!ENTITY x \"y\">]>",
    b"<!doctype>",
    b"<!doctypehtml>",
    b"<!doctype html",
    b"<!doctype html public \"",
    b"<!doctype svg>",
    b"<!doctype\0html>",
    b"<!doctype html>x<!doctype html>",
];

const PROLOGUES: &[&[u8]] = &[
    b"<!---->",
    b"<!-->",
    b"<!--->",
    b"<!--->-->",
    b"<!--a--!>",
    b"<!-- <!-- -->",
    b"<!--[if IE]><html class=ie><![endif]-->",
    b"<![if !IE]>",
    b"<?xml version=\"1.0\" encoding=\"utf-8\"?>",
    b"<?xml-stylesheet href='a>b'?>",
    b"<?php echo \"<html>\" ?>",
    b"<![CDATA[<html>]]>",
    b"<!ELEMENT br EMPTY>",
    b"</>",
    b"</ >",
    b"</3>",
    b"<>",
    b"<3>",
    b"<",
    b"</",
    b"<!",
    b"<?",
    b"<!-",
    b"<!--",
    b"\0",
    b"\xEF\xBB\xBF",
    b"&nbsp;",
    b"&#32;",
    b"&#x20;",
    b"&#13;",
    b"&#X0d ",
    b"&#0000000010",
    b"&#12;",
    b"&#11;",
    b"&#9",
    b"&#0;",
    b"&#4294967306;",
    b"&Tab;",
    b"&NewLine;",
    b"&Tab",
    b"&NewLin;",
    b"&tab;",
    b"&#",
    b"&#x",
    b"&",
    b"\x0b",
    b"\xC2\xA0",
    b"\x1b(B",
    b"<!-- \x1b$B --> \x1b(B-->",
];

const COMMENT_ENDS: &[&[u8]] = &[b"-->", b"-->", b"--!>", b"->", b">", b""];
const BOGUS_BEGINS: &[&[u8]] =
    &[b"<!", b"<?", b"</", b"<!-", b"<![CDATA[", b"<!d", b"<?xml ", b"</ ", b"<!doctyp", b"<?x"];
const BOGUS_ENDS: &[&[u8]] = &[b">", b">", b">", b"?>", b"]]>", b"-->", b"/>", b""];
const TAG_ENDS: &[&[u8]] = &[b">", b">", b">", b"/>", b" >", b"\n/ >", b""];

const PROLOGUE_TAGS: &[&str] = &[
    "html",
    "html",
    "html",
    "head",
    "head",
    "head",
    "header",
    "htm",
    "html5",
    "hea",
    "heads",
    "html:html",
    "head\0",
    "body",
    "h",
    "base",
];

const END_TAGS: &[&str] = &["html", "head", "body", "br", "b", "bodys", "brr", "h", "template", "x", "p"];

const TAGS: &[&str] = &[
    "a",
    "p",
    "b",
    "div",
    "table",
    "tr",
    "td",
    "caption",
    "colgroup",
    "col",
    "tbody",
    "select",
    "option",
    "optgroup",
    "form",
    "input",
    "button",
    "script",
    "style",
    "title",
    "textarea",
    "xmp",
    "iframe",
    "noembed",
    "noframes",
    "noscript",
    "plaintext",
    "template",
    "svg",
    "math",
    "mi",
    "mtext",
    "annotation-xml",
    "foreignObject",
    "desc",
    "frameset",
    "frame",
    "meta",
    "link",
    "base",
    "basefont",
    "bgsound",
    "body",
    "head",
    "html",
    "header",
    "br",
    "hr",
    "img",
    "image",
    "li",
    "dd",
    "dt",
    "ul",
    "h1",
    "h2",
    "pre",
    "listing",
    "nobr",
    "ruby",
    "rt",
    "rp",
    "applet",
    "object",
    "marquee",
    "font",
    "isindex",
    "keygen",
    "dialog",
    "search",
    "selectedcontent",
    "my-element",
    "\u{e9}l",
];

const ATTRIBUTES: &[&[u8]] = &[
    b" lang=en",
    b" lang='en'",
    b" lang=\"en\"",
    b" class=\"a>b\"",
    b" class='a>b'",
    b" class=a\"b",
    b" class=a'b'",
    b" title=\"<head>\"",
    b" title='<!--'",
    b" a = 'b>'",
    b" a= \n\"b>\"",
    b" a =>",
    b" =",
    b" ==\"a>b\"",
    b" \"",
    b" '",
    b" \"a>b\"",
    b"/",
    b"/a",
    b"/=",
    b" a='b'c=\"d>\"",
    b" a='b'/",
    b" a=b/",
    b" a=/",
    b" a=b/c='>'",
    b" a/='>'",
    b" a\0=b",
    b" a=\"\0\"",
    b" a=\"&gt;&quot;\"",
    b" a=&#62;",
    b" <",
    b" <html",
    b" a=<b",
    b" a=`>`",
    b"\x0cid=x",
    b"\rid=x",
    b" id=x id=y",
    b" x:y=z",
    b" \xEF\xBB\xBFa=b",
    b" a=\"\xFF\"",
];

const BODIES: &[&[u8]] = &[
    b"text",
    b" ",
    b"\n",
    b"\0",
    b"\r\n",
    b"<title>a</title>",
    b"<title></head><script></title>",
    b"<script></script>",
    b"<script>document.write('<script>')</script>",
    b"<script><!--<script></script>--></script>",
    b"<script><!--<script>",
    b"<script data-widget='{}'>1</script>",
    b"<style><!--</style>--></style>",
    b"<style>",
    b"<textarea>\n</textarea>",
    b"<xmp><b></xmp>",
    b"<noscript><meta charset=x></noscript>",
    b"<noscript><!--</noscript>-->",
    b"<template><head><script>1</script></template>",
    b"<template><template></template>",
    b"<template>",
    b"<svg><script>1</script></svg>",
    b"<svg><![CDATA[<b>]]></svg>",
    b"<svg><title><p></title></svg>",
    b"<svg><style><a>",
    b"<math><mi><b></mi></math>",
    b"<math><annotation-xml encoding=text/html><p>",
    b"<svg><foreignObject><head></foreignObject></svg>",
    b"<frameset><frame></frameset>",
    b"<frameset>",
    b"<noframes><body></noframes>",
    b"<table><script>1</script><td>x</table>",
    b"<table>x<b></table>",
    b"<select><script>1</script><option></select>",
    b"<plaintext><script>",
    b"<iframe><html></iframe>",
    b"<body onload=\"a>b\">",
    b"<base href='//x/'>",
    b"<meta http-equiv=content-security-policy content=\"script-src 'none'\">",
    b"<meta charset=utf-8>",
    b"<p>a</p>",
    b"</p>",
    b"</br>",
    b"</script>",
    b"</title>",
    b"</template>",
    b"<a href=\"x",
    b"<a href='x",
    b"&amp;&lt;&#0;&#x110000;",
    b"&notit;",
    b"]]>",
    b"-->",
    b"\xE2\x80\xA8",
    b"\xC3",
    b"\xF0\x9F\x98",
];
