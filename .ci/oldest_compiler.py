"""Reads `cargo metadata` and names each crate that users build and that needs a newer compiler than we say."""

import json
import sys

metadata = json.load(sys.stdin)
packages = {package["id"]: package for package in metadata["packages"]}
nodes = {node["id"]: node for node in metadata["resolve"]["nodes"]}


def version(package):
    # None where a crate does not say.
    return tuple(int(part) for part in ((package["rust_version"] or "0") + ".0.0").split(".")[:3])


root = metadata["resolve"]["root"]
seen, waiting = set(), [root]
while waiting:
    crate = waiting.pop()
    if crate in seen:
        continue
    seen.add(crate)
    for dependency in nodes[crate]["deps"]:
        if any(kind["kind"] != "dev" for kind in dependency["dep_kinds"]):
            waiting.append(dependency["pkg"])

ours = version(packages[root])
newer = [packages[crate] for crate in seen if version(packages[crate]) > ours]
for package in newer:
    print(f"{package['name']} {package['version']} needs Rust {package['rust_version']}")
print(f"{len(seen)} crates, {len(newer)} of them too new for Rust {packages[root]['rust_version']}")
sys.exit(bool(newer))
