"""Looking after an index that exists: what is wrong with it goes out, and it gets back to what was sound."""

from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

from faqbot.errors import IndexDamagedError, IndexMismatchError
from faqbot.index import layout
from faqbot.index.dense import FLAT_LIMIT
from faqbot.index.derived import write_derived
from faqbot.index.encoders import encoder_problems
from faqbot.index.locks import building
from faqbot.index.manifest import BUILD_ADVICE, REPAIR_ADVICE, Manifest, advice, find_problems, read_manifest
from faqbot.index.opening import current_name
from faqbot.index.publishing import seal, served_names, unsealed, write_calibration
from faqbot.index.stores import keeper_for
from faqbot.index.writing import Writer, no_step


def generations(index: Path) -> tuple[Manifest, ...]:
    """The manifests of all generations that can be read, newest first; after a rollback the first is not in use."""
    found: list[Manifest] = []
    for name in reversed(layout.generation_names(index)):
        try:
            found.append(read_manifest(index, name))
        except (IndexDamagedError, IndexMismatchError):
            continue  # which `verify` reports
    return tuple(found)


def verify(index: Path, *, store: str = "", token: str = "") -> tuple[str, ...]:
    """Everything that is wrong with an index, one line each with the file and the command; every byte is hashed.

    What is on an engine (`store` says where it is reached, `token` opens it) is read whole, for the generation in use.
    Raises IndexMissingError where there is no index, and IndexMismatchError for a store where it cannot be.
    """
    problems: list[str] = []
    repair_advice = REPAIR_ADVICE.format(index=index)
    try:
        current = current_name(index)
        if current not in layout.generation_names(index):
            problems.append(f"{index / layout.CURRENT} names {current!r}, which is not there. {repair_advice}")
    except IndexDamagedError as error:
        current = ""
        problems.append(str(error))
    for name in layout.generation_names(index):
        spare = "" if name == current else f" (generation {name} is not in use; `faqbot rollback` will not go to it)"
        problems.extend(problem + spare for problem in _problems(index, name))
    if not problems:
        problems.extend(_kept_problems(index, current, store, token))
    return tuple(problems)


def rollback(
    index: Path, *, to: str = "", store: str = "", token: str = "", on_step: Callable[[str], None] = no_step
) -> Manifest:
    """Point to an older generation: the one named, else the newest sound one that served before the one in use.

    Where its passages are on an engine (`store` says where it is reached, `token` opens it), the engine's alias goes
    back first. Returns its manifest. Raises IndexDamagedError where there is none, or the one named is not sound, and
    EngineError.
    """
    with building(index):
        for name in [to] if to else _older(index):
            if name in layout.generation_names(index) and not _problems(index, name):
                return _point(index, name, Writer(on_step), store, token)
    kind = f"no sound generation {to}" if to else "no older sound generation"
    raise IndexDamagedError(f"There is {kind} at {index} to go back to. Run: faqbot build CORPUS --index {index}")


def repair(
    index: Path,
    *,
    keep: int = 2,
    store: str = "",
    token: str = "",
    flat_limit: int = FLAT_LIMIT,
    on_step: Callable[[str], None] = no_step,
) -> tuple[str, ...]:
    """Mend what can be mended without encoding; returns what was done, nothing if all was well.

    A lost pointer is set to the newest sound generation. Word lists, BM25 weights, counts and the lists of
    approximate search are written anew, in a new generation that shares the sound files; passages on an engine are read
    back for that (`store` says where it is reached, `token` opens it). Raises IndexDamagedError for damage to anything
    else, and EngineError.
    """
    writer = Writer(on_step)
    with building(index):
        done = _mend_pointer(index, writer, store, token)
        manifest = read_manifest(index, current_name(index))
        folder = layout.generation_folder(index, manifest.id)
        problems = find_problems(folder, manifest.files, manifest.files)
        lost = [problem for name, problem in problems.items() if not layout.is_derived(name)]
        lost += encoder_problems(index, manifest.encoder.fingerprint)
        if lost:
            raise IndexDamagedError(f"{'; '.join(lost)}. This cannot be repaired. {BUILD_ADVICE.format(index=index)}")
        if problems:
            sound = (name for name in manifest.files if not layout.is_derived(name))
            with unsealed(index, writer) as aside:
                _share(folder, aside, sound, writer)
                keeper = keeper_for(index, manifest, store=store, token=token)
                if keeper:
                    with closing(keeper):
                        keeper.rewrite_words(manifest, aside, writer)
                    search = manifest.search
                else:
                    search = write_derived(writer, aside, manifest.encoder, flat_limit=flat_limit)
                seal(index, aside, replace(manifest, search=search), writer, keep)
            done += [f"Written anew: {', '.join(problems)}"]
    return tuple(done)


def add_calibration(
    index: Path, calibration: dict[str, Any], *, keep: int = 2, on_step: Callable[[str], None] = no_step
) -> Manifest:
    """Replace the generation in use by one with the same files and another calibration; returns its manifest."""
    writer = Writer(on_step)
    with building(index), unsealed(index, writer) as aside:
        manifest = read_manifest(index, current_name(index))
        shared = (name for name in manifest.files if name != layout.CALIBRATION)
        _share(layout.generation_folder(index, manifest.id), aside, shared, writer)
        write_calibration(writer, aside, calibration)
        return seal(index, aside, manifest, writer, keep)


def _problems(index: Path, name: str) -> list[str]:
    """What is wrong with one generation: files that are missing, changed or strange, and those of its encoder."""
    folder = layout.generation_folder(index, name)
    try:
        manifest = read_manifest(index, name)
    except (IndexDamagedError, IndexMismatchError) as error:
        return [str(error)] if folder.exists() else []  # a build deletes it just now
    problems = find_problems(folder, manifest.files, manifest.files)
    known = {*manifest.files, layout.MANIFEST}
    present = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    return [
        *(f"{problem}. {advice(index, file)}" for file, problem in problems.items()),
        *(f"{folder / file} is no file of this generation. Delete it" for file in sorted(present - known)),
        *(
            f"{problem}. {BUILD_ADVICE.format(index=index)}"
            for problem in encoder_problems(index, manifest.encoder.fingerprint)
        ),
    ]


def _kept_problems(index: Path, name: str, store: str, token: str) -> tuple[str, ...]:
    """What is wrong with the passages of a generation that has them on an engine."""
    manifest = read_manifest(index, name)
    keeper = keeper_for(index, manifest, store=store, token=token)
    if keeper is None:
        return ()
    with closing(keeper):
        return keeper.problems(manifest)


def _older(index: Path) -> list[str]:
    """The generations to go back to: those that served before the one in use, then any with a lower number."""
    try:
        current = current_name(index)
        served = served_names(index)[1:]
    except IndexDamagedError:
        current, served = "~", []
    lower = [name for name in reversed(layout.generation_names(index)) if name < current and name not in served]
    return [*served, *lower]


def _mend_pointer(index: Path, writer: Writer, store: str, token: str) -> list[str]:
    try:
        if current_name(index) in layout.generation_names(index):
            return []
    except IndexDamagedError:
        pass
    for name in reversed(layout.generation_names(index)):
        if not _problems(index, name):
            _point(index, name, writer, store, token)
            return [f"{index / layout.CURRENT} points to {name} again"]
    raise IndexDamagedError(f"{index} holds no sound generation. {BUILD_ADVICE.format(index=index)}")


def _point(index: Path, name: str, writer: Writer, store: str, token: str) -> Manifest:
    manifest = read_manifest(index, name)
    keeper = keeper_for(index, manifest, store=store, token=token)
    if keeper:
        with closing(keeper):
            keeper.point(manifest)
    writer.replace(index / layout.CURRENT, f"{name}\n".encode("ascii"))
    return manifest


def _share(source: Path, target: Path, names: Iterable[str], writer: Writer) -> None:
    """Give some files of a generation a second name in another."""
    for name in names:
        writer.link(source / name, target / name)
