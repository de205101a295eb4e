//! `cargo xtask new-widget NAME`: everything that a widget of this crate consists of, to be filled in.
//!
//! What it makes compiles. Its tests fail, and say what is to be filled in. A widget consists of a folder with its code, a
//! folder with its golden data, two lines in `src/widget/mod.rs`, a row in the guide and a line in the changelog.

use std::{
    fs,
    ops::Range,
    path::{Path, PathBuf},
    process::Command,
};

const LIST: &str = "src/widget/mod.rs";
const CHANGELOG: &str = "CHANGELOG.md";
const GUIDE: &str = "docs/widgets.md";

const TESTS: &str = include_str!("../templates/tests.rs");

/// What the vendor verifies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Jwt,
    Hash,
}

impl Kind {
    /// A widget of this kind that is there already: the new one goes beside it.
    fn model(self) -> Name {
        match self {
            Self::Jwt => Name::known("ferndesk"),
            Self::Hash => Name::known("canny"),
        }
    }

    /// `mod.rs`, `adapter.js`, `adapter.min.js` and `golden.json`.
    fn templates(self) -> [&'static str; 4] {
        match self {
            Self::Jwt => [
                include_str!("../templates/jwt/mod.rs"),
                include_str!("../templates/jwt/adapter.js"),
                include_str!("../templates/jwt/adapter.min.js"),
                include_str!("../templates/jwt/golden.json"),
            ],
            Self::Hash => [
                include_str!("../templates/hash/mod.rs"),
                include_str!("../templates/hash/adapter.js"),
                include_str!("../templates/hash/adapter.min.js"),
                include_str!("../templates/hash/golden.json"),
            ],
        }
    }
}

/// A widget's name in its three spellings.
struct Name {
    /// `acme-chat`
    kebab: String,
    /// `acme_chat`
    folder: String,
    /// `AcmeChat`
    type_name: String,
}

impl Name {
    fn parse(kebab: &str) -> Result<Self, String> {
        let is_legal = |part: &str| {
            !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
        };
        let starts_well = kebab.starts_with(|letter: char| letter.is_ascii_lowercase());
        if !starts_well || !kebab.split('-').all(is_legal) {
            return Err(format!(
                "`{kebab}` is no widget's name: use lower-case letters, digits and single hyphens, like `acme-chat`"
            ));
        }
        if KEYWORDS.contains(&kebab) {
            return Err(format!("`{kebab}` is a keyword of Rust: add a word, like `{kebab}-chat`"));
        }
        Ok(Self::known(kebab))
    }

    fn known(kebab: &str) -> Self {
        let capital = |part: &str| part[..1].to_uppercase() + &part[1..];
        Self {
            kebab: kebab.to_owned(),
            folder: kebab.replace('-', "_"),
            type_name: kebab.split('-').map(capital).collect(),
        }
    }

    fn fill(&self, template: &str) -> String {
        let text = template.replace("__Type__", &self.type_name);
        text.replace("__folder__", &self.folder).replace("__name__", &self.kebab)
    }
}

/// Keywords, reserved ones included: no module can have these names.
const KEYWORDS: &[&str] = &[
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate", "do", "dyn", "else",
    "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop", "macro", "match", "mod",
    "move", "mut", "override", "priv", "pub", "ref", "return", "self", "static", "struct", "super", "trait", "true",
    "try", "type", "typeof", "unsafe", "unsized", "use", "virtual", "where", "while", "yield",
];

pub(crate) fn command(root: &Path, arguments: &[String]) -> Result<(), String> {
    let (options, names): (Vec<&String>, Vec<&String>) = arguments.iter().partition(|word| word.starts_with("--"));
    let kind = match options.iter().map(|option| option.as_str()).collect::<Vec<_>>()[..] {
        [] | ["--jwt"] => Kind::Jwt,
        ["--hash"] => Kind::Hash,
        _ => return Err(USAGE.to_owned()),
    };
    let [name] = names[..] else { return Err(USAGE.to_owned()) };
    let name = Name::parse(name)?;
    for path in create(root, &name, kind)? {
        println!("wrote {path}");
    }
    format(root);
    minify(root);
    let golden = format!("{}/{}", golden_folder(root)?, name.kebab);
    println!("\n{}", name.fill(NEXT).replace("__golden__", &golden));
    Ok(())
}

const USAGE: &str = "\
usage: cargo xtask new-widget NAME [--jwt | --hash]

NAME is the vendor's, like `acme-chat`. --jwt (the default) is for vendors that verify an HS256 JWT, --hash for those that
verify an HMAC of the user id or the e-mail address.";

const NEXT: &str = "\
Next: `cargo test --lib __folder__` and the tests of the golden data fail with \"fill me in\".

1. Fill in src/widget/__folder__/mod.rs and adapter.js, then run .ci/minify.
2. Fill in __golden__/golden.json. The file mod.rs beside its folder explains each entry.
3. Fill in the row and the section in docs/widgets.md, and the line in CHANGELOG.md.
4. `cargo test --features conformance,rsa --test suite conformance::catalog` runs the widget through the kit's rules.
5. Add __golden__/stub.js, which stands in for the vendor's library, and the widget joins the browser tests.

CONTRIBUTING.md says more about each step.";

/// Makes the files and edits the lists, all of them or none; returns the paths.
fn create(root: &Path, name: &Name, kind: Kind) -> Result<Vec<String>, String> {
    let folder = format!("src/widget/{}", name.folder);
    let golden = format!("{}/{}", golden_folder(root)?, name.kebab);
    for path in [&folder, &format!("{folder}.rs"), &golden] {
        if root.join(path).exists() {
            return Err(format!("{path} is there already"));
        }
    }
    let [code, adapter, minified, data] = kind.templates().map(|template| name.fill(template));
    let mut files = vec![
        (format!("{folder}/mod.rs"), code),
        (format!("{folder}/adapter.js"), adapter),
        (format!("{folder}/adapter.min.js"), minified),
        (format!("{folder}/tests.rs"), name.fill(TESTS)),
        (format!("{golden}/golden.json"), data),
        (LIST.to_owned(), listed(&read(root, LIST)?, name, kind)?),
    ];
    let guide = in_the_guide(&read(root, GUIDE)?, name, kind);
    files.push((GUIDE.to_owned(), guide.ok_or_else(|| format!("{GUIDE} has no row of `{}`", kind.model().type_name))?));
    let changelog = with_line_in_changelog(&read(root, CHANGELOG)?, name, kind);
    files.push((CHANGELOG.to_owned(), changelog.ok_or("CHANGELOG.md has no list of widgets")?));
    for (path, text) in &files {
        write(&root.join(path), text)?;
    }
    Ok(files.into_iter().map(|(path, _)| path).collect())
}

fn read(root: &Path, path: &str) -> Result<String, String> {
    fs::read_to_string(root.join(path)).map_err(|error| format!("{path}: {error}"))
}

fn write(path: &Path, text: &str) -> Result<(), String> {
    let folder = path.parent().unwrap_or(path);
    fs::create_dir_all(folder)
        .and_then(|()| fs::write(path, text))
        .map_err(|error| format!("{}: {error}", path.display()))
}

/// The folder below `tests` that holds a folder of golden data for each widget.
fn golden_folder(root: &Path) -> Result<String, String> {
    let model = Kind::Hash.model().kebab;
    let mut folders = vec![PathBuf::from("tests")];
    while let Some(folder) = folders.pop() {
        if root.join(&folder).join(&model).join("golden.json").exists() {
            return Ok(folder.display().to_string());
        }
        let entries = fs::read_dir(root.join(&folder)).map_err(|error| format!("{}: {error}", folder.display()))?;
        let below = entries.filter_map(Result::ok).filter(|entry| entry.path().is_dir());
        folders.extend(below.map(|entry| folder.join(entry.file_name())));
    }
    Err(format!("no folder below tests has {model}/golden.json"))
}

// ---- the list in src/widget/mod.rs ----------------------------------------------------------------------------------

fn listed(text: &str, name: &Name, kind: Kind) -> Result<String, String> {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let model = kind.model();
    let module = |line: &str| line.strip_prefix("mod ").and_then(|rest| rest.strip_suffix(';')).map(str::to_owned);
    let is_module = |line: &str| module(line).as_ref() == Some(&model.folder);
    let block = block(&lines, is_module).ok_or_else(|| format!("{LIST} has no line `mod {};`", model.folder))?;
    insert(&mut lines, block, &name.folder, module, format!("mod {};", name.folder));

    let entry = |line: &str| {
        // An attribute may come first: `#[cfg(feature = "rsa")] "name": ...`.
        let line = line.split_once("] ").map_or(line, |(_, rest)| rest).trim_start();
        line.strip_prefix('"').and_then(|rest| rest.split_once("\": ")).map(|(name, _)| name.to_owned())
    };
    let is_entry = |line: &str| entry(line).as_ref() == Some(&model.kebab);
    let block = self::block(&lines, is_entry).ok_or_else(|| format!("{LIST} does not list {:?}", model.kebab))?;
    let lifetime = if kind == Kind::Jwt { ", lifetime" } else { "" };
    let line = format!("    \"{}\": {}::{}, new{lifetime};", name.kebab, name.folder, name.type_name);
    insert(&mut lines, block, &name.kebab, entry, line);
    Ok(joined(&lines))
}

/// The lines without a blank one between them, one of which is this.
fn block(lines: &[String], is_this: impl Fn(&str) -> bool) -> Option<Range<usize>> {
    let at = lines.iter().position(|line| is_this(line))?;
    let is_blank = |line: &String| line.trim().is_empty();
    let start = lines[..at].iter().rposition(is_blank).map_or(0, |blank| blank + 1);
    let end = lines[at..].iter().position(is_blank).map_or(lines.len(), |blank| at + blank);
    Some(start..end)
}

/// Puts the line before the first entry of the block whose key is greater, and before that entry's attributes; else after
/// the last entry.
fn insert(
    lines: &mut Vec<String>,
    block: Range<usize>,
    new_key: &str,
    key: impl Fn(&str) -> Option<String>,
    line: String,
) {
    let keyed = |at: &usize| key(&lines[*at]).is_some();
    let greater = block.clone().find(|at| key(&lines[*at]).is_some_and(|key| key.as_str() > new_key));
    let mut place = greater.or_else(|| block.clone().rfind(keyed).map(|last| last + 1)).unwrap_or(block.end);
    while greater.is_some()
        && place > block.start
        && lines[place - 1].trim_start().starts_with("#[")
        && !keyed(&(place - 1))
    {
        place -= 1;
    }
    lines.insert(place, line);
}

fn joined(lines: &[String]) -> String {
    lines.join("\n") + "\n"
}

// ---- the documents --------------------------------------------------------------------------------------------------

/// What a cell or an entry of the guide becomes.
const TO_FILL_IN: &str = "fill me in";
const LINK_TO_FILL_IN: &str = "[not confirmed](https://fill-me-in.example)";

/// With a row in each table that has a row of the model's, and a section beside the model's, if it has one; `None` if there
/// is no such table.
fn in_the_guide(text: &str, name: &Name, kind: Kind) -> Option<String> {
    let model = kind.model().type_name;
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let rows: Vec<_> = (0..lines.len()).filter(|at| type_of_row(&lines[*at]) == Some(&model)).collect();
    if rows.is_empty() {
        return None;
    }
    // From the last one, so that the numbers of the others stay what they are.
    for at in rows.into_iter().rev() {
        let row = row(&lines[at], name);
        let is_outside = |line: &String| !line.starts_with('|');
        let start = lines[..at].iter().rposition(is_outside).map_or(0, |before| before + 1);
        let end = lines[at..].iter().position(is_outside).map_or(lines.len(), |after| at + after);
        let key = |line: &str| type_of_row(line).map(str::to_lowercase);
        insert(&mut lines, start..end, &name.type_name.to_lowercase(), key, row);
    }
    insert_section(&mut lines, name, &model);
    Some(joined(&lines))
}

/// The type in the first cell, which is code or a link.
fn type_of_row(row: &str) -> Option<&str> {
    let (rest, end) =
        row.strip_prefix("| `").map(|rest| (rest, '`')).or_else(|| Some((row.strip_prefix("| [")?, ']')))?;
    rest.split(end).next()
}

/// A row with as many cells as the model's.
fn row(model: &str, name: &Name) -> String {
    let type_name = &name.type_name;
    let cells = model.trim().trim_matches('|').split(" | ").map(str::trim).enumerate().map(|(at, cell)| {
        match (at, cell.starts_with('[')) {
            (0, true) => format!("[{type_name}](#{})", type_name.to_lowercase()),
            (0, false) => format!("`{type_name}`"),
            (_, true) => LINK_TO_FILL_IN.to_owned(),
            (_, false) => TO_FILL_IN.to_owned(),
        }
    });
    format!("| {} |", cells.collect::<Vec<_>>().join(" | "))
}

/// A section with the entries of the model's, in alphabetical order among the sections beside it.
fn insert_section(lines: &mut Vec<String>, name: &Name, model: &str) {
    let heading = |line: &str| line.strip_prefix("### ").map(str::to_owned);
    let Some(at) = lines.iter().position(|line| heading(line).as_deref() == Some(model)) else { return };
    let is_chapter = |line: &String| line.starts_with("## ");
    let start = lines[..at].iter().rposition(is_chapter).map_or(0, |before| before + 1);
    let end = lines[at..].iter().position(is_chapter).map_or(lines.len(), |after| at + after);
    let next = (at + 1..end).find(|line| lines[*line].starts_with('#')).unwrap_or(end);
    let entries = lines[at..next].iter().filter_map(|line| line.strip_prefix("* **")?.split_once(":** "));
    let entries: Vec<_> = entries
        .map(|(label, text)| {
            let text = if text.starts_with('[') { LINK_TO_FILL_IN.to_owned() } else { format!("{TO_FILL_IN}.") };
            format!("* **{label}:** {text}")
        })
        .collect();
    let key = name.type_name.to_lowercase();
    let place = (start..end).find(|line| heading(&lines[*line]).is_some_and(|other| other.to_lowercase() > key));
    let section = [format!("### {}", name.type_name), String::new()].into_iter().chain(entries).chain([String::new()]);
    let place = place.unwrap_or(end);
    lines.splice(place..place, section.collect::<Vec<_>>());
}

/// With a line in the list that has the model's; `None` if there is no such list.
fn with_line_in_changelog(text: &str, name: &Name, kind: Kind) -> Option<String> {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let model = format!("* {}", kind.model().type_name);
    let block = block(&lines, |line| line.starts_with(&model))?;
    let key = |line: &str| line.strip_prefix("* ").map(str::to_lowercase);
    let greater = |at: &usize| key(&lines[*at]).is_some_and(|key| key > name.type_name.to_lowercase());
    // An entry may have several lines, so after the last one means at the end of the list.
    let place = block.clone().find(greater).unwrap_or(block.end);
    lines.insert(place, format!("* {}: fill me in.", name.type_name));
    Some(joined(&lines))
}

// ---- other programs -------------------------------------------------------------------------------------------------

fn format(root: &Path) {
    let status = Command::new("cargo").arg("fmt").current_dir(root).status();
    if !status.is_ok_and(|status| status.success()) {
        println!("`cargo fmt` did not run: format the new files yourself");
    }
}

/// The template's own minified copy is there already, so that the crate compiles without Node.js.
fn minify(root: &Path) {
    let status = Command::new(root.join(".ci/minify")).current_dir(root).status();
    if !status.is_ok_and(|status| status.success()) {
        println!(".ci/minify did not run (it needs Node.js and npm): run it once you have edited adapter.js");
    }
}

#[cfg(test)]
mod tests;
