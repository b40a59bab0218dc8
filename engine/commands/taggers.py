"""The commands that make taggers, teach them and tell of them: train, taggers."""

import argparse

from engine.commands.options import columns
from engine.commands.terminal import DONE, Terminal, counted
from engine.reading.sources import source_from_path
from engine.tagging.records import HeadPooling, Lesson, TaggerInfo, TagReport
from engine.workspace import Workspace


def train(workspace: Workspace, terminal: Terminal, options: argparse.Namespace) -> int:
    """Make a tagger from a table or a corpus' sentences, or let one learn from the labels given in a corpus."""
    if bool(options.file) == bool(options.corpus):
        return terminal.usage("train needs --file FILE, or --corpus NAME with --tagger or --next-sentence.")
    if options.corpus and options.tagger and options.undo:
        terminal.follow(workspace.unlearn(options.corpus, options.tagger))
        if not options.json:
            terminal.print(f"“{options.tagger}” is as it was before its last lesson.")
        return DONE
    if options.corpus and options.tagger and not options.name:
        return _learn(workspace, terminal, options)
    if not options.name:
        return terminal.usage("train needs --name NAME, the new tagger's name.")
    if options.next_sentence and options.pooling:
        return terminal.usage("train --next-sentence reads by [CLS]: leave --pooling out.")
    if options.file:
        work = workspace.train(
            source_from_path(options.file, columns(options)),
            options.name,
            dev=source_from_path(options.dev_file, columns(options)) if options.dev_file else None,
            route=options.route,
            base=options.base,
            multi_label=options.multi_label,
            epochs=options.epochs,
            seed=options.seed,
            pooling=options.pooling or HeadPooling.CLS,
        )
    elif options.next_sentence:
        work = workspace.train_next_sentence(options.corpus, options.name)
    elif options.tagger:
        work = workspace.train_on_given(
            options.corpus, options.tagger, options.name, options.route, options.pooling or ""
        )
    else:
        return terminal.usage("train --corpus needs --tagger NAME or --next-sentence.")
    info = terminal.follow(work)
    if options.json:
        terminal.json(info)
    else:
        _print_info(terminal, info)
    return DONE


def taggers(workspace: Workspace, terminal: Terminal, options: argparse.Namespace) -> int:
    """List the taggers, or tell of one; make or remove one."""
    if (options.make or options.remove or options.add_label or options.rename_label) and not options.name:
        return terminal.usage("taggers needs the NAME of the tagger to make, change or remove.")
    if options.remove:
        workspace.remove_tagger(options.name)
        return DONE
    if options.make:
        labels = [label.strip() for label in options.make.split(",")]
        infos = [workspace.make_tagger(options.name, labels, options.multi_label)]
    elif options.add_label:
        infos = [workspace.add_label(options.name, options.add_label)]
    elif options.rename_label:
        infos = [workspace.rename_label(options.name, *options.rename_label)]
    else:
        infos = workspace.taggers()
        if options.name:
            infos = [workspace.tagger_info(options.name)]
    if options.json:
        terminal.json(infos)
        return DONE
    for info in infos:
        _print_info(terminal, info)
    if options.name and infos[0].card:
        terminal.print()
        terminal.print(infos[0].card)
    return DONE


def _learn(workspace: Workspace, terminal: Terminal, options: argparse.Namespace) -> int:
    lesson: Lesson = terminal.follow(workspace.learn(options.corpus, options.tagger))
    if options.json:
        terminal.json(lesson)
        return DONE
    terminal.print(f"learned from {counted(lesson.given, 'label')} of yours in {lesson.seconds:.1f} s")
    before = lesson.before
    terminal.table(
        [
            ("", "before", "after"),
            ("accuracy", f"{before.accuracy:.3f}" if before else "–", f"{lesson.after.accuracy:.3f}"),
            ("macro-F1", f"{before.macro_f1:.3f}" if before else "–", f"{lesson.after.macro_f1:.3f}"),
            ("always the commonest", "", f"{lesson.after.majority:.3f}"),
        ]
    )
    terminal.print(f"{counted(lesson.changed, 'passage')} changed their label")
    if lesson.after.caution:
        terminal.print(lesson.after.caution)
    return DONE


def _print_info(terminal: Terminal, info: TaggerInfo) -> None:
    pair = " of two texts" if info.pair else ""
    several = "; several may hold" if info.multi_label else ""
    terminal.print(f"{info.name}{pair}: {', '.join(info.labels)}{several}")
    read = f", {info.pooling} pooling" if info.pooling is not HeadPooling.CLS else ""
    terminal.print(f"    {info.kind} on {info.base}{read}; {info.origin}")
    if not info.taught:
        terminal.print("    cannot tag yet: give passages its labels, then let it learn")
    for name, value in info.measured.items():
        terminal.print(f"    {name}: {value:.0f}" if name.endswith("texts") else f"    {name}: {value:.3f}")
    if info.report:
        _print_report(terminal, info.report)


def _print_report(terminal: Terminal, report: TagReport) -> None:
    terminal.print(
        f"    on {counted(report.texts, 'held-out text')}: accuracy {report.accuracy:.3f} "
        f"(always the commonest {report.majority:.3f}), macro-F1 {report.macro_f1:.3f}"
    )
    if report.caution:
        terminal.print(f"    {report.caution}")
    if report.confusion and len(report.labels) <= 12:
        terminal.print("    rows: what a text is; columns: what it was tagged as")
        terminal.table(
            [
                ("   ", "", *report.labels),
                *(("   ", label, *row) for label, row in zip(report.labels, report.confusion, strict=True)),
            ]
        )
