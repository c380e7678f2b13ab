"""The command line: list, plan, run, report, data, export, clean."""

import logging
import os
import sys
import time
from pathlib import Path

import click

from helpers.core.errors import UserError
from helpers.core.paths import PROFILES, cache_folder, data_folder
from helpers.runner import catalogue
from helpers.runner.parameters import meant_for, parse_assignments

CONTEXT = {"help_option_names": ["-h", "--help"], "show_default": True}


def _common(command):
    options = (
        click.option("--profile", default="quick", help="quick, cpu or paper."),
        click.option("--paper", "papers", multiple=True, help="Paper by name; all by default."),
        click.option("--set", "assignments", multiple=True, metavar="NAME=VALUE", help="Change a parameter."),
        click.option("--data", default=None, help="Folder of the data sets (else HELPERS_DATA)."),
        click.option("--cache", default=None, help="Folder of the cache (else HELPERS_CACHE, else .cache)."),
        click.option("--out", default=None, help="Folder of the report (one paper)."),
        click.option("--device", default=None, help="auto, cpu or cuda (else HELPERS_DEVICE, else auto)."),
        click.option("--accept-stale", is_flag=True, help="Use stored values that other code made; the manifest says so."),
    )
    for option in reversed(options):
        command = option(command)
    return command


def _studies(profile, papers, assignments, data, cache, out, device, accept_stale, redraw=False, recorded=False):
    from helpers.runner.study import Study

    names = papers or tuple(catalogue.names())
    if out and len(names) > 1:
        raise UserError("--out takes the report of one paper; name it with --paper.")
    changes, chosen = parse_assignments(assignments), [catalogue.find(name) for name in names]
    return [
        Study(paper, profile, meant_for(paper, changes, chosen), data=data, cache=cache, out=out, device=device, redraw=redraw,
              accept_stale=accept_stale, recorded=recorded)
        for paper in chosen
    ]  # fmt: skip


@click.group(context_settings=CONTEXT)
def cli() -> None:
    """Reproduce the papers: every table and figure, headlessly."""
    logging.basicConfig(level=logging.WARNING, format="%(message)s")


@cli.command("list")
def list_() -> None:
    """Papers, their items, and the profiles."""
    for name in catalogue.names():
        paper = catalogue.find(name)
        click.echo(f"{name}: {paper.title}")
        for item in paper.items:
            click.echo(f"  {item.name:24} {item.title}")
    click.echo(f"profiles: {', '.join(PROFILES)}")


@cli.command()
@_common
def plan(**options) -> None:
    """What a run would compute: each unit, whether it is cached, stale or missing, and its expected seconds."""
    from helpers.runner.estimates import expected
    from helpers.runner.execute import pending
    from helpers.units.unit import closure

    for study in _studies(**options):
        seen, total = set(), 0.0
        todo = {study.desk.identity(unit) for unit in pending(study.desk, list(study.units().values()))}
        for unit in closure(study.units()):
            identity = study.desk.identity(unit)
            if identity in seen:
                continue
            seen.add(identity)
            state, _ = study.desk.look_up(unit)
            total += expected(unit) if identity in todo else 0
            click.echo(f"{state:8} {expected(unit):7.0f} s  {identity[:12]}  {unit.label or unit.name}")
        click.echo(f"{study.paper.name}, {study.profile}: {len(todo)} of {len(seen)} units to run, about {total / 60:.1f} minutes of one core")


@cli.command()
@_common
@click.option("--workers", default=0, type=click.IntRange(min=0), help="Worker processes; 0: one per core (on a GPU: one).")
@click.option("--scheduler", default=None, help="Dask scheduler, tcp://host:port, instead of workers here.")
@click.option("--units-only", is_flag=True, help="Fill the cache; no notebooks.")
@click.option("--check", is_flag=True, help="Only look whether everything is there: data, rights, disk, device, time.")
def run(workers: int, scheduler: str | None, units_only: bool, check: bool, **options) -> None:
    """Compute the units, run the notebooks, write tables, figures and pages."""
    from helpers.runner.headless import execute
    from helpers.runner.preflight import preflight

    start = time.perf_counter()
    failures = []
    studies = _studies(**options)
    for line in preflight(studies):
        click.echo(line)
    if check:
        return
    for study in studies:
        failed = compute(study, workers, scheduler)
        failures += failed
        if failed or units_only:
            continue
        try:
            page = execute(study)
            click.echo(f"{study.paper.name}: {page}")
        except UserError as error:
            failures.append(str(error))
    index = None if units_only or options["out"] else publish_profile(studies)
    click.echo(f"finished in {(time.perf_counter() - start) / 60:.1f} minutes")
    if index:
        click.echo(str(index))
    if failures:
        raise UserError("\n".join(failures))


def _cores() -> int:
    """Cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def compute(study, workers: int, scheduler: str | None) -> list[str]:
    """Run what a study still needs; the sentences of the units that failed."""
    from tqdm import tqdm

    from helpers.report.formats import duration
    from helpers.runner.estimates import expected
    from helpers.runner.execute import pending, run_here
    from helpers.runner.workers import run_on_workers

    todo = pending(study.desk, list(study.units().values()))
    count = workers or (1 if study.desk.device == "cuda" else _cores())
    bar = tqdm(total=len(todo), unit="unit", disable=not sys.stderr.isatty() or not todo, desc=study.paper.name)
    start, whole, over = time.perf_counter(), sum(expected(unit) for unit in todo), [0, 0.0]

    def report(unit, seconds: float | None, sentence: str) -> None:
        bar.update()
        over[0], over[1] = over[0] + 1, over[1] + expected(unit)
        left = (time.perf_counter() - start) * (whole - over[1]) / max(over[1], 1e-9)
        took = f"{seconds:.1f} s" if seconds is not None else "failed"
        said = f": {sentence}" if sentence else ""
        tqdm.write(f"[{over[0]} of {len(todo)}] {unit.label or unit.name}, {took}{said}; about {duration(left)} left")

    with bar:
        if todo and (scheduler or (count > 1 and len(todo) > 1)):
            return run_on_workers(study.desk, todo, report, workers=min(count, len(todo)), scheduler=scheduler)
        return run_here(study.desk, todo, report)


def publish_profile(studies) -> Path | None:
    """Write the page over the runs that share a folder with these studies; its path."""
    from helpers.report.pages import write_pages
    from helpers.report.runs import read_run

    root = studies[0].folder.parent
    runs = [read_run(folder, catalogue.find(folder.name).title, catalogue.find(folder.name).headline)
            for folder in sorted(root.glob("*/")) if folder.name in catalogue.names() and (folder / "claims.csv").exists()]  # fmt: skip
    if not runs:
        return None
    write_pages(runs, root)
    return root / "index.html"


@cli.command()
@_common
@click.option("--publish", is_flag=True, help="Also rewrite reports/index.html, reports/README.md and the README's tables.")
@click.option("--against", default=None, help="Compare the tables with those of another report's folder.")
def report(publish: bool, against: str | None, **options) -> None:
    """Redraw every table, figure and verdict from the records; nothing is trained."""
    from helpers.runner.compare import compare
    from helpers.runner.headless import execute
    from helpers.runner.publish import publish as write_published

    if publish:
        for path in write_published():
            click.echo(str(path))
        return
    if against:
        failed = False
        for study in _studies(**options):
            other = Path(against) if len(options["papers"]) == 1 else Path(against) / study.paper.name
            different = compare(study.folder, other)
            said = f"{len(different)} numbers differ" if len(different) else "the tables are the same"
            click.echo(f"{study.paper.name}: {said}")
            if len(different):
                click.echo(different.to_string(index=False))
            failed = failed or bool(len(different))
        if failed:
            sys.exit(1)
        return
    studies = _studies(**options, redraw=True)
    for study in studies:
        click.echo(f"{study.paper.name}: {execute(study)}")
    index = None if options["out"] else publish_profile(studies)
    if index:
        click.echo(str(index))


@cli.command()
@click.option("--data", default=None, help="Folder of the data sets (else HELPERS_DATA).")
@click.option("--cache", default=None)
def data(data: str | None, cache: str | None) -> None:
    """The data sets: which are at hand, their sizes and checksums."""
    from helpers.data.load import available, load, names, stand_in

    folder = data_folder(data)
    for name in names():
        if not available(name, folder):
            other = stand_in(name)
            click.echo(f"{name:16} not at hand" + (f"; {other} stands in" if other else ""))
            continue
        sets = [load(name, split, folder, cache_folder(cache)) for split in ("train", "test")]
        sizes = " + ".join(str(len(one)) for one in sets)
        click.echo(f"{name:16} {sizes} images {tuple(sets[0].images.shape[1:])}, {sets[0].checksum[:12]} {sets[1].checksum[:12]}")


@cli.command()
@_common
@click.argument("label")
@click.argument("target")
@click.option("--overwrite", is_flag=True, help="Replace files that are there already.")
def export(label: str, target: str, overwrite: bool, **options) -> None:
    """Write the trained network whose label contains LABEL to TARGET (safetensors, with a JSON of its settings beside it)."""
    from helpers.runner.networks import export_network

    click.echo(export_network(_studies(**options), label, Path(target), overwrite))


@cli.command()
@click.option("--cache", default=None)
@click.option("--everything", is_flag=True, help="Also finished units and decoded data.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def clean(cache: str | None, everything: bool, yes: bool) -> None:
    """Remove unfinished, damaged and temporary entries of the cache."""
    from helpers.runner.networks import check_clean, clean_cache, size

    folder = cache_folder(cache)
    if everything:
        check_clean(folder)
        if folder.is_dir() and not yes:
            click.confirm(f"Remove the cache in {folder}, {size(folder) / 1e6:.0f} MB, trained networks included?", abort=True)
    click.echo(clean_cache(folder, everything))


def main() -> None:
    """Entry point: a UserError is its sentence and status 2, an interrupt status 130."""
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    try:
        cli(standalone_mode=False)
    except UserError as error:
        click.echo(f"error: {error}", err=True)
        sys.exit(2)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (KeyboardInterrupt, click.Abort):
        click.echo("interrupted; finished units are kept, run the same command again to go on", err=True)
        sys.exit(130)

