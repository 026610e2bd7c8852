#!/usr/bin/env python3
"""The bill of materials of a build, as CycloneDX 1.5 (JSON): the gateway, its plugins, and the Debian packages that they are linked with,
or of which headers were compiled into them.

    tools/sbom/sbom.py --build BUILD --output FILE        `cmake --build BUILD --target sbom` does it

Nothing is taken from a list: what is linked is what readelf says, to the last library that the loader brings; what is compiled in is what
the compiler read (ninja's record of it); versions and licences are dpkg's. The same build gives the same file.
"""
import argparse
import collections
import datetime
import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys
import uuid

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import debian  # noqa: E402

LINKED, COMPILED_IN = "linked", "compiled in"


def sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def closure(path):
    """name -> names it needs, of all libraries that a file brings along."""
    graph, open_names = {}, list(debian.needed(path))
    while open_names:
        name = open_names.pop()
        if name not in graph:
            graph[name] = debian.needed(debian.library_file(name))
            open_names += graph[name]
    return graph


def headers_of(build):
    """program or plugin -> the headers from outside that its files were compiled with."""
    found, target = collections.defaultdict(set), None
    for line in debian.run("ninja", "-C", str(build), "-t", "deps").splitlines():
        if not line.startswith(" "):
            inside = re.match(r"(core|plugins)/.*?CMakeFiles/(\w+)\.dir/.*\.o:", line)
            target = inside and ("sluice" if inside[1] == "core" else inside[2])
        elif target and line.strip().startswith(("/usr/include", "/usr/lib")):
            found[target].add(line.strip())
    return found


def shared_parts(build, headers):
    """Static libraries that several plugins share have targets of their own: what they were compiled with counts for the whole."""
    plugins = {path.stem for path in plugin_files(build)}
    shared = set().union(*(paths for target, paths in headers.items() if target not in plugins and target != "sluice"), set())
    return {"sluice": headers["sluice"] | shared, **{name: headers.get(name, set()) for name in plugins}}


def plugin_files(build):
    return sorted((build / "lib" / "sluice" / "plugins").glob("*.so"))


def plugin_versions(program):
    lines = debian.run(str(program), "plugin", "list").splitlines()[1:]
    return {line.split()[0]: (line.split()[1], line.split(maxsplit=2)[2]) for line in lines if len(line.split()) > 2}


def reference(package):
    told = debian.about(package)
    distribution = "&distro=debian-12" if pathlib.Path("/etc/debian_version").read_text(encoding="utf-8").startswith("12") else ""
    return f"pkg:deb/debian/{told['name']}@{told['version'].replace('+', '%2B').replace(':', '%3A')}?arch={told['arch']}{distribution}"


def debian_component(package, how):
    told = debian.about(package)
    known = set(debian.SPDX.values())
    licences = [{"license": {"id" if name in known else "name": name}} for name in debian.licences(package)]
    return {"type": "library", "bom-ref": reference(package), "supplier": {"name": "Debian"}, "name": told["name"], "version": told["version"],
            "description": told["description"], "scope": "required", **({"licenses": licences} if licences else {}), "purl": reference(package),
            **({"externalReferences": [{"type": "website", "url": told["homepage"]}]} if told.get("homepage") else {}),
            "properties": [{"name": "sluice:how", "value": how}, {"name": "debian:source", "value": told["source"]}]}


def own_component(kind, ref, name, version, description, path):
    return {"type": kind, "bom-ref": ref, "name": name, "version": version, "description": description,
            "hashes": [{"alg": "SHA-256", "content": sha256(path)}], "licenses": [{"license": {"id": "Apache-2.0"}}]}


class Bill:
    def __init__(self, build):
        self.build, self.program = build, build / "bin" / "sluice"
        self.how = {}  # package -> how it got here; linked says more
        self.edges = collections.defaultdict(set)

    def link(self, ref, path):
        graph = closure(path)
        files = {name: debian.library_file(name) for name in graph}
        packages = debian.packages_of(files.values())
        missing = [name for name, file in files.items() if file not in packages]
        if missing:
            raise RuntimeError(f"{path}: of no Debian package: {', '.join(missing)}")
        self.edges[ref] |= {reference(packages[files[name]]) for name in debian.needed(path)}
        for name, inner in graph.items():
            package = packages[files[name]]
            self.how[package] = LINKED
            self.edges[reference(package)] |= {reference(packages[files[one]]) for one in inner} - {reference(package)}

    def compile_in(self, refs, headers):
        packages = debian.packages_of(set().union(*headers.values()))
        for target, paths in headers.items():
            for path in paths & packages.keys():
                self.how.setdefault(packages[path], COMPILED_IN)
                self.edges[refs[target]].add(reference(packages[path]))

    def document(self):
        version = debian.run(str(self.program), "version").split()[-1]
        own, refs = [], {"sluice": f"sluice@{version}"}
        told = plugin_versions(self.program)
        for path in plugin_files(self.build):
            number, words = told[path.stem]
            refs[path.stem] = f"plugin:{path.stem}@{number}"
            own.append(own_component("library", refs[path.stem], path.stem, number, words, path))
            self.link(refs[path.stem], path)
        self.link(refs["sluice"], self.program)
        self.compile_in(refs, shared_parts(self.build, headers_of(self.build)))
        self.edges[refs["sluice"]] |= {ref for name, ref in refs.items() if name != "sluice"}
        others = [debian_component(package, how) for package, how in sorted(self.how.items())]
        main = own_component("application", refs["sluice"], "sluice", version, "A self-hosted gateway in front of model providers", self.program)
        when = int(os.environ.get("SOURCE_DATE_EPOCH") or self.program.stat().st_mtime)
        body = {"metadata": {"timestamp": datetime.datetime.fromtimestamp(when, datetime.timezone.utc).isoformat(timespec="seconds").replace("+00:00", "Z"),
                             "tools": {"components": [{"type": "application", "name": "tools/sbom/sbom.py", "version": version}]}, "component": main},
                "components": own + others,
                "dependencies": [{"ref": ref, "dependsOn": sorted(self.edges[ref])} for ref in sorted([*refs.values(), *(one["bom-ref"] for one in others)])]}
        serial = uuid.uuid5(uuid.NAMESPACE_URL, json.dumps(body, sort_keys=True))
        return {"bomFormat": "CycloneDX", "specVersion": "1.5", "serialNumber": f"urn:uuid:{serial}", "version": 1, **body}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", required=True, type=pathlib.Path, help="a folder in which Sluice has been built, with Ninja")
    parser.add_argument("--output", required=True, type=pathlib.Path)
    options = parser.parse_args()
    try:
        document = Bill(options.build.resolve()).document()
    except (RuntimeError, OSError, subprocess.SubprocessError) as fault:
        sys.exit(f"sbom: {fault}")
    options.output.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
    print(f"{options.output}: {len(document['components'])} components")


if __name__ == "__main__":
    main()
