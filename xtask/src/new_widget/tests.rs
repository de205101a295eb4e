//! Each test works on a copy of what the command edits, in a folder of its own.

use super::*;

/// A folder that is removed at the end of the test.
struct Copy(PathBuf);

impl Copy {
    /// The files that the command reads, as they are in the repository.
    fn of_repository(test: &str) -> Self {
        let copy = Self(std::env::temp_dir().join(format!("xtask-{}-{test}", std::process::id())));
        let root = crate::root();
        let model = format!("{}/canny/golden.json", golden_folder(&root).unwrap());
        for path in [LIST, CHANGELOG, GUIDE, &model] {
            write(&copy.0.join(path), &read(&root, path).unwrap()).unwrap();
        }
        copy
    }

    fn read(&self, path: &str) -> String {
        read(&self.0, path).unwrap()
    }

    /// Every file with its text, by its path.
    fn all(&self) -> Vec<(PathBuf, String)> {
        let (mut folders, mut files) = (vec![self.0.clone()], Vec::new());
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    files.push((path.clone(), fs::read_to_string(path).unwrap()));
                }
            }
        }
        files.sort();
        files
    }
}

impl Drop for Copy {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn create_named(copy: &Copy, name: &str, kind: Kind) -> Result<Vec<String>, String> {
    create(&copy.0, &Name::parse(name)?, kind)
}

/// The lines that `after` has and `before` has not; every line of `before` must still be there, in the same order.
fn added<'a>(before: &str, after: &'a str) -> Vec<&'a str> {
    let mut old = before.lines().peekable();
    let added = after.lines().filter(|line| old.next_if_eq(line).is_none()).collect();
    assert_eq!(old.next(), None, "a line is gone");
    added
}

#[test]
fn a_widget_gets_its_folders_with_every_name_filled_in() {
    for (kind, test) in [(Kind::Jwt, "folders-jwt"), (Kind::Hash, "folders-hash")] {
        let copy = Copy::of_repository(test);
        let paths = create_named(&copy, "acme-chat", kind).unwrap();
        for file in ["mod.rs", "adapter.js", "adapter.min.js", "tests.rs"] {
            assert!(paths.contains(&format!("src/widget/acme_chat/{file}")), "{file}");
        }
        assert!(paths.iter().any(|path| path.ends_with("/acme-chat/golden.json")), "{paths:?}");
        for path in &paths {
            let text = copy.read(path);
            let is_named =
                ["AcmeChat", "acme_chat", "acme-chat"].iter().any(|name| text.contains(name) || path.contains(name));
            assert!(is_named, "{path} does not name the widget");
            for placeholder in ["__Type__", "__folder__", "__name__"] {
                assert!(!text.contains(placeholder), "{path}: {placeholder}");
            }
        }
        let code = copy.read("src/widget/acme_chat/mod.rs");
        assert!(code.contains("pub struct AcmeChat {") && code.contains("const NAME: &str = \"acme-chat\";"));
        assert!(code.contains("fill me in") && copy.read("src/widget/acme_chat/adapter.js").contains("fill me in"));
    }
}

#[test]
fn the_list_gets_two_lines_in_alphabetical_order() {
    for (kind, test, setter) in [(Kind::Jwt, "list-jwt", ", lifetime"), (Kind::Hash, "list-hash", "")] {
        // Between two others; before the first, which has an attribute; after the last.
        for (name, folder, type_name, next_module, next_entry) in [
            ("gorgias", "gorgias", "Gorgias", "mod help_scout;", "\"help-scout\""),
            ("aardvark", "aardvark", "Aardvark", "#[cfg(feature = \"issued\")]", "\"amazon-connect\""),
            ("zz-top", "zz_top", "ZzTop", "", "}"),
        ] {
            let copy = Copy::of_repository(&format!("{test}-{name}"));
            let before = copy.read(LIST);
            create_named(&copy, name, kind).unwrap();
            let after = copy.read(LIST);
            let entry = format!("    \"{name}\": {folder}::{type_name}, new{setter};");
            assert_eq!(added(&before, &after), [format!("mod {folder};"), entry.clone()]);
            let next = |line: &str| after.lines().skip_while(|other| *other != line).nth(1).unwrap().trim().to_owned();
            assert_eq!(next(&format!("mod {folder};")), next_module);
            assert!(next(&entry).starts_with(next_entry), "{}", next(&entry));
        }
    }
}

#[test]
fn the_guide_gets_what_the_model_has_and_the_changelog_a_line() {
    for (kind, test) in [(Kind::Jwt, "rows-jwt"), (Kind::Hash, "rows-hash")] {
        let copy = Copy::of_repository(test);
        let (before, changelog) = (copy.read(GUIDE), copy.read(CHANGELOG));
        create_named(&copy, "acme-chat", kind).unwrap();
        let after = copy.read(GUIDE);
        let new = added(&before, &after);
        let rows = |lines: &[&str], name: &str| lines.iter().filter(|line| type_of_row(line) == Some(name)).count();
        let model = kind.model().type_name;
        assert_eq!(rows(&new, "AcmeChat"), rows(&before.lines().collect::<Vec<_>>(), &model));
        assert_eq!(after.matches("### AcmeChat\n").count(), before.matches(&format!("### {model}\n")).count());
        for line in new.iter().filter(|line| !line.is_empty() && !line.starts_with("###")) {
            assert!(line.contains(TO_FILL_IN) || line.contains(LINK_TO_FILL_IN), "{line}");
        }
        assert_eq!(added(&changelog, &copy.read(CHANGELOG)), ["* AcmeChat: fill me in."]);
    }
}

#[test]
fn a_table_with_links_gets_a_row_and_the_section_that_it_links() {
    let guide = "\
| type | token |
|---|---|
| [Canny](#canny) | HMAC |
| [Zulip](#zulip) (feature `x`) | HMAC |

## With HMACs

### Canny

* **Source:** [sure](https://canny.io)
* **Watch out:** The key
  does more.

### Zulip

* **Watch out:** Nothing.

## Others
";
    let name = Name::parse("acme-chat").unwrap();
    let text = in_the_guide(guide, &name, Kind::Hash).unwrap();
    let section = "\
### AcmeChat

* **Source:** [not confirmed](https://fill-me-in.example)
* **Watch out:** fill me in.

### Canny
";
    assert!(text.contains("|---|---|\n| [AcmeChat](#acmechat) | fill me in |\n| [Canny]"), "{text}");
    assert!(text.contains(&format!("## With HMACs\n\n{section}")), "{text}");
    let last = in_the_guide(guide, &Name::parse("zz-top").unwrap(), Kind::Hash).unwrap();
    assert!(
        last.contains("* **Watch out:** Nothing.\n\n### ZzTop\n") && last.ends_with("fill me in.\n\n## Others\n"),
        "{last}"
    );
    assert!(last.contains("| [Zulip](#zulip) (feature `x`) | HMAC |\n| [ZzTop](#zztop) | fill me in |\n\n"), "{last}");
}

#[test]
fn a_widget_that_is_there_stays_as_it_is() {
    let copy = Copy::of_repository("twice");
    create_named(&copy, "acme", Kind::Jwt).unwrap();
    let before = copy.all();
    let problem = create_named(&copy, "acme", Kind::Hash).unwrap_err();
    assert!(problem.ends_with("is there already"), "{problem}");
    assert!(before == copy.all(), "nothing was written");
    let problem = create_named(&copy, "canny", Kind::Hash).unwrap_err();
    assert!(problem.ends_with("canny is there already"), "{problem}");
}

#[test]
fn a_module_that_is_there_stays_as_it_is() {
    let copy = Copy::of_repository("module");
    write(&copy.0.join("src/widget/hash.rs"), "// shared by widgets\n").unwrap();
    assert_eq!(create_named(&copy, "hash", Kind::Hash).unwrap_err(), "src/widget/hash.rs is there already");
}

#[test]
fn a_list_that_is_not_recognised_stops_the_command_before_it_writes() {
    let copy = Copy::of_repository("unknown-list");
    for (path, text) in [(LIST, "mod intercom;\n"), (GUIDE, "# No table\n"), (CHANGELOG, "# Changelog\n")] {
        let good = copy.read(path);
        write(&copy.0.join(path), text).unwrap();
        let before = copy.all();
        assert!(create_named(&copy, "acme", Kind::Jwt).unwrap_err().contains(path));
        assert!(before == copy.all(), "nothing was written");
        write(&copy.0.join(path), &good).unwrap();
    }
    create_named(&copy, "acme", Kind::Jwt).unwrap();
}

#[test]
fn a_name_is_lower_case_words_with_single_hyphens() {
    for name in
        ["", "-", "Acme", "acme_chat", "acme--chat", "-acme", "acme-", "8x8", "acme/../chat", "häl", "loop", "type"]
    {
        assert!(Name::parse(name).is_err(), "{name:?}");
    }
    let name = Name::parse("dynamics-365-live").unwrap();
    assert_eq!((name.folder.as_str(), name.type_name.as_str()), ("dynamics_365_live", "Dynamics365Live"));
}

#[test]
fn wrong_arguments_get_the_usage() {
    for arguments in [&[][..], &["a", "b"], &["--fast", "a"], &["--jwt", "--hash", "a"]] {
        let arguments: Vec<_> = arguments.iter().map(|word| (*word).to_owned()).collect();
        assert_eq!(command(Path::new("/nowhere"), &arguments).unwrap_err(), USAGE);
    }
}
