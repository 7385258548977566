"""A hook of mkdocs: pages that lie elsewhere in the tree, and links between the tree and the site.

A page links to what is beside it in the repository, so that the link works there too. In the site a link to another page leads to
that page, and one to a file that is no page becomes the file's name.
"""

import os
import posixpath
import re
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ELSEWHERE = ("ARCHITECTURE.md", "CHANGELOG.md", "README.md", "bench/README.md", "verify/DIVERGENCES.md", "verify/README.md")
"""pages that are not in docs/, by their paths in the tree, which are theirs in the site"""
LINK = re.compile(r"(?<!!)\[((?:[^\[\]]|\[[^\]]*\])+)\]\(([^()\s]+)\)")
FENCED = re.compile(r"^ *(`{3,})[^\n]*\n.*?^ *\1[ \t]*$", re.MULTILINE | re.DOTALL)


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages that lie elsewhere."""
    root = Path(config.docs_dir).parent
    for name in ELSEWHERE:
        if name != "README.md":  # index.md is the site's own first page
            files.append(File.generated(config, name, content=(root / name).read_text()))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Turn links between files of the tree into links between pages of the site."""
    root, here = Path(config.docs_dir).parent, page.file.src_uri
    place = here if here in ELSEWHERE else f"docs/{here}"

    def turned(found: re.Match[str]) -> str:
        text, (path, mark, anchor) = found[1], found[2].partition("#")
        if not path or re.match(r"[a-z]+:", path):
            return found[0]
        aim = posixpath.normpath(posixpath.join(posixpath.dirname(place), path))
        uri = aim.removeprefix("docs/")
        if aim == "README.md":
            uri = "index.md"
        if files.get_file_from_path(uri) is not None and (aim in ELSEWHERE or aim.startswith("docs/")):
            return f"[{text}]({os.path.relpath(uri, posixpath.dirname(here) or '.')}{mark}{anchor})"
        return text if (root / aim).exists() else found[0]  # a link to nothing is left, so that the build fails on it

    pieces, last = [], 0
    for fenced in FENCED.finditer(markdown):
        pieces += [LINK.sub(turned, markdown[last : fenced.start()]), fenced[0]]
        last = fenced.end()
    return "".join([*pieces, LINK.sub(turned, markdown[last:])])
