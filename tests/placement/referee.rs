//! The referee: html5ever, with scripting as in a browser.

use std::rc::Rc;

use html5ever::{
    TokenizerResult,
    buffer_queue::BufferQueue,
    ns,
    tendril::StrTendril,
    tokenizer::{Tokenizer, TokenizerOpts},
    tree_builder::{QuirksMode, TreeBuilder, TreeBuilderOpts},
};
use markup5ever_rcdom::{Handle, NodeData, RcDom};

/// A page as a browser builds it.
pub(crate) struct Document {
    root: Handle,
    quirks: QuirksMode,
    /// The scripts that the parser passed on for execution, in that order.
    run: Vec<Handle>,
}

/// A tree as text. Two texts are the same if, and only if, the trees are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Tree {
    pub(crate) quirks: QuirksMode,
    pub(crate) nodes: Vec<Node>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Node {
    pub(crate) depth: usize,
    pub(crate) what: What,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum What {
    Doctype(String),
    Element(String),
    Text(String),
    Comment(String),
    /// The root of a template's own tree.
    Template,
}

impl Document {
    pub(crate) fn parse(page: &[u8]) -> Self {
        let builder =
            TreeBuilder::new(RcDom::default(), TreeBuilderOpts { scripting_enabled: true, ..Default::default() });
        // The tokenizer would also discard a BOM after each script.
        let tokenizer = Tokenizer::new(builder, TokenizerOpts { discard_bom: false, ..Default::default() });
        let input = BufferQueue::default();
        let page = String::from_utf8_lossy(page.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(page));
        input.push_back(StrTendril::from(page.as_ref()));
        let mut run = Vec::new();
        loop {
            match tokenizer.feed(&input) {
                TokenizerResult::Script(script) => run.push(script),
                TokenizerResult::EncodingIndicator(_) => {}
                TokenizerResult::Done => break,
            }
        }
        tokenizer.end();
        let RcDom { document, quirks_mode, .. } = tokenizer.sink.sink;
        Self { root: document, quirks: quirks_mode.get(), run }
    }

    pub(crate) fn tree(&self) -> Tree {
        self.tree_without(None)
    }

    fn tree_without(&self, left_out: Option<&Handle>) -> Tree {
        let mut nodes = Vec::new();
        let mut stack = vec![(0, self.root.clone())];
        while let Some((depth, node)) = stack.pop() {
            if left_out.is_some_and(|left_out| Rc::ptr_eq(left_out, &node)) {
                continue;
            }
            stack.extend(node.children.borrow().iter().rev().map(|child| (depth + 1, child.clone())));
            if let Some(contents) = template_contents(&node) {
                stack.push((depth + 1, contents));
            }
            nodes.extend(describe(&node, depth).map(|what| Node { depth, what }));
        }
        Tree { quirks: self.quirks, nodes }
    }

    /// Returns the tree without the snippet's element, and the element itself. The element must be the head's first
    /// child and the first script to run.
    pub(crate) fn without_snippet(&self, snippet: &[u8]) -> Result<(Tree, Element), String> {
        let head = self.head().ok_or("no head")?;
        let ours = head.children.borrow().first().cloned().ok_or("an empty head")?;
        let first = self.run.first().ok_or("no script runs")?;
        if !Rc::ptr_eq(&ours, first) {
            return Err(format!("the head begins with {:?}, which is not the first script", describe(&ours, 0)));
        }
        let element = Element::of(&ours).ok_or("not a script")?;
        if element.written() != snippet {
            return Err(format!("the script is {element:?}"));
        }
        Ok((self.tree_without(Some(&ours)), element))
    }

    /// How many of the scripts that run are this one.
    pub(crate) fn runs(&self, element: &Element) -> usize {
        self.run.iter().filter(|script| Element::of(script).as_ref() == Some(element)).count()
    }

    fn head(&self) -> Option<Handle> {
        let html = child(&self.root, "html")?;
        child(&html, "head")
    }
}

/// The layer's script element: its data and its code.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Element {
    pub(crate) data: String,
    pub(crate) code: String,
}

impl Element {
    fn of(node: &Handle) -> Option<Self> {
        let NodeData::Element { name, attrs, .. } = &node.data else { return None };
        let attrs = attrs.borrow();
        let [loader, attribute] = attrs.as_slice() else { return None };
        if (&*loader.name.local, &*loader.value) != ("data-cfasync", "false") {
            return None;
        }
        let children = node.children.borrow();
        let [code] = children.as_slice() else { return None };
        let NodeData::Text { contents } = &code.data else { return None };
        let ours = name.ns == ns!(html) && &*name.local == "script" && &*attribute.name.local == "data-widget";
        ours.then(|| Self { data: attribute.value.to_string(), code: contents.borrow().to_string() })
    }

    /// The element's source in the page, if nothing in it had to be decoded.
    fn written(&self) -> Vec<u8> {
        format!("<script data-cfasync=\"false\" data-widget='{}'>{}</script>", self.data, self.code).into_bytes()
    }
}

impl Tree {
    /// Separates the comments from the rest of the tree.
    pub(crate) fn split_comments(self) -> (Self, Vec<What>) {
        let (comments, nodes) =
            self.nodes.into_iter().partition::<Vec<_>, _>(|node| matches!(node.what, What::Comment(_)));
        (Self { nodes, ..self }, comments.into_iter().map(|comment| comment.what).collect())
    }
}

fn child(parent: &Handle, name: &str) -> Option<Handle> {
    let children = parent.children.borrow();
    children.iter().find(|child| matches!(&child.data, NodeData::Element { name: n, .. } if &*n.local == name)).cloned()
}

fn template_contents(node: &Handle) -> Option<Handle> {
    let NodeData::Element { template_contents, .. } = &node.data else { return None };
    template_contents.borrow().clone()
}

fn describe(node: &Handle, depth: usize) -> Option<What> {
    Some(match &node.data {
        NodeData::Document if depth == 0 => return None,
        NodeData::Document => What::Template,
        NodeData::Doctype { name, public_id, system_id } => What::Doctype(format!("{name}|{public_id}|{system_id}")),
        NodeData::Text { contents } => What::Text(contents.borrow().to_string()),
        NodeData::Comment { contents } => What::Comment(contents.to_string()),
        NodeData::Element { name, attrs, .. } => {
            let attrs = attrs.borrow();
            let attrs = attrs.iter().map(|attr| format!(" {}|{}={:?}", attr.name.ns, attr.name.local, &*attr.value));
            What::Element(format!("{}|{}{}", name.ns, name.local, attrs.collect::<String>()))
        }
        NodeData::ProcessingInstruction { target, contents } => What::Comment(format!("?{target} {contents}")),
    })
}
