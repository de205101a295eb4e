//! Arrows between the rooms of the crate point down: ARCHITECTURE.md lists the rooms, and this reads the code.
//!
//! A room is a module of `src/lib.rs`. `use crate::x` and every other `crate::x` in the code of a room is an arrow to the
//! room `x`. Comments, documentation and unit tests may point anywhere.

use std::{collections::BTreeSet, fs, path::Path};

/// The rows of the table of rooms, from top to bottom. Rooms in one row do not know each other.
fn levels() -> Vec<Vec<String>> {
    let text = fs::read_to_string(crate::root().join("ARCHITECTURE.md")).unwrap();
    let (_, table) = text.split_once("<!-- rooms -->").expect("a table of rooms");
    let (table, _) = table.split_once("<!-- end of rooms -->").expect("the end of the table");
    let rows = table.lines().filter(|line| line.starts_with("| `"));
    let rooms = |row: &str| row.split('|').nth(1).map(in_code_spans);
    rows.filter_map(rooms).collect()
}

/// `` `a`, `b` `` as `a` and `b`.
fn in_code_spans(cell: &str) -> Vec<String> {
    cell.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

/// Every source file that is no unit test, with its room.
fn files() -> Vec<(String, String)> {
    let source = crate::root().join("src");
    let (mut folders, mut files) = (vec![source.clone()], Vec::new());
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") && !is_test(&path) {
                let inside = path.strip_prefix(&source).unwrap();
                let room = inside.iter().next().unwrap().to_str().unwrap().trim_end_matches(".rs").to_owned();
                files.push((room, fs::read_to_string(&path).unwrap()));
            }
        }
    }
    files
}

/// Files that `#[cfg(test)]` includes.
fn is_test(path: &Path) -> bool {
    ["tests", "testing", "contract"].iter().any(|name| path.file_stem().is_some_and(|stem| stem == *name))
}

/// The code without comments and without the module of unit tests, which comes last.
fn code(text: &str) -> String {
    let (code, _) = text.split_once("#[cfg(test)]\nmod tests {").unwrap_or((text, ""));
    let lines = code.lines().map(|line| line.split_once("//").map_or(line, |(before, _)| before));
    lines.collect::<Vec<_>>().join("\n")
}

/// The names that follow `crate::`, also those at the top of `crate::{..}`.
fn arrows(code: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (at, start) in code.match_indices("crate::") {
        let is_longer = code[..at].ends_with(|letter: char| letter.is_alphanumeric() || letter == '_');
        if is_longer {
            continue;
        }
        let rest = &code[at + start.len()..];
        match rest.strip_prefix('{') {
            Some(tree) => found.extend(tops(tree)),
            None => found.extend(name(rest)),
        }
    }
    found
}

/// `a::{b, c}, d}` as `a` and `d`.
fn tops(tree: &str) -> Vec<String> {
    let (mut depth, mut top) = (0, String::new());
    for letter in tree.chars() {
        match letter {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            _ if depth == 0 => top.push(letter),
            _ => {}
        }
    }
    top.split(',').filter_map(|part| name(part.trim())).collect()
}

fn name(text: &str) -> Option<String> {
    let name: String = text.chars().take_while(|letter| letter.is_alphanumeric() || *letter == '_').collect();
    (!name.is_empty()).then_some(name)
}

#[test]
fn every_arrow_points_to_a_lower_room() {
    let levels = levels();
    let level = |room: &str| levels.iter().position(|row| row.iter().any(|other| other == room));
    let (mut seen, mut wrong) = (BTreeSet::new(), BTreeSet::new());
    for (room, text) in files() {
        if room == "lib" {
            continue;
        }
        let from = level(&room).unwrap_or_else(|| panic!("ARCHITECTURE.md does not list the room `{room}`"));
        for to in arrows(&code(&text)).into_iter().filter(|to| *to != room) {
            // What is no room is an item of the front door, and that is above.
            if level(&to).is_none_or(|to| to <= from) {
                wrong.insert(format!("{room} -> {to}"));
            }
            seen.insert((room.clone(), to));
        }
    }
    assert!(seen.len() > 40, "so few arrows mean that this test reads them wrongly: {seen:?}");
    assert!(wrong.is_empty(), "arrows that point up: {wrong:?}");
}

#[test]
fn the_document_lists_the_rooms_of_the_front_door() {
    let lib = fs::read_to_string(crate::root().join("src/lib.rs")).unwrap();
    let modules = lib.lines().map(|line| line.trim_start_matches("pub ")).filter_map(|line| line.strip_prefix("mod "));
    let mut modules: BTreeSet<_> = modules.map(|module| module.trim_end_matches(';').to_owned()).collect();
    // Unit tests alone.
    modules.remove("contract");
    modules.insert("lib".to_owned());
    let levels = levels().concat();
    assert_eq!(levels.iter().cloned().collect::<BTreeSet<_>>(), modules);
    assert_eq!(levels.len(), modules.len(), "each once");
}

/// Bodies belong to the rooms that answer requests; whatever is below can be tested without HTTP.
#[test]
fn only_the_rooms_that_answer_requests_know_bodies() {
    let rooms = files().into_iter().filter(|(_, text)| code(text).contains("http_body")).map(|(room, _)| room);
    let rooms: BTreeSet<_> = rooms.collect();
    assert_eq!(rooms, ["page", "token_service"].map(str::to_owned).into());
}

#[test]
fn the_document_says_why_for_each_dependency() {
    let manifest = fs::read_to_string(crate::root().join("Cargo.toml")).unwrap();
    let (_, rest) = manifest.split_once("\n[dependencies]\n").unwrap();
    let lines = rest.lines().take_while(|line| !line.starts_with('['));
    let names: Vec<_> = lines.filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once(" = ")).collect();
    assert!(names.len() > 15, "{names:?}");
    let text = fs::read_to_string(crate::root().join("ARCHITECTURE.md")).unwrap();
    let (_, table) = text.split_once("\n## Why each dependency\n").unwrap();
    let listed: Vec<_> = table.lines().filter_map(|row| row.split('|').nth(1)).flat_map(in_code_spans).collect();
    for (name, requirement) in names {
        // `name = { package = "crate", ... }`
        let name = requirement.split_once("package = \"").and_then(|(_, rest)| rest.split('"').next()).unwrap_or(name);
        assert!(listed.iter().any(|other| other == name), "{name}");
    }
}

#[test]
fn an_arrow_is_found_in_every_form() {
    let text = "use crate::{\n    a::{b, c},\n    d,\n    self_made as e,\n};\nuse crate::f::G;\n// crate::no\nlet x: crate::h::I;\n\
                mycrate::no();\n#[cfg(test)]\nmod tests {\n    use crate::no;\n}\n";
    assert_eq!(arrows(&code(text)), ["a", "d", "f", "h", "self_made"].map(str::to_owned).into());
}
