"""Rules as people read them: lists, values through time, meanings, and what a file changes."""

from collections.abc import Iterable
from datetime import date

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from clearway.cli.rules_known import Rule, Value
from clearway.cli.rules_meaning import Explained, Named, ProblemText
from clearway.cli.screen import Lang, role_name
from clearway.contracts.parties import Role
from clearway.rules.rule_changes import RuleChange

SELECTED_BY = {
    "acceptance": ("the day a list is accepted selects the value", "以清单接受申报之日确定取值"),
    "release": ("the day a list is released selects the value", "以清单放行之日确定取值"),
    "event": ("the day of the event itself selects the value", "以事项发生之日确定取值"),
}


def rule_list(rules: Iterable[Rule], lang: Lang) -> Table:
    """One row per rule: id, value in force, unit, since, source."""
    table = _table(lang, ("rule", "规则"), ("value", "取值"), ("unit", "单位"), ("since", "生效日"), ("source", "依据"))
    none = lang.say("none in force", "无有效值")
    for each in rules:
        value = each.in_force
        told = (value.value, _since(value, lang), value.reference) if value else (none, "", "")
        table.add_row(Text(each.rule), Text(told[0]), Text(each.unit), told[1], Text(told[2]))
    return table


def rule_picture(rule: Rule, lang: Lang) -> RenderableType:
    """One rule with every value it has."""
    english, chinese = SELECTED_BY[rule.selected_by]
    value = rule.in_force.value if rule.in_force else lang.say("none in force", "无有效值")
    return Group(
        Text(rule.rule, style="bold"),
        Text(f"{rule.description} · {rule.unit} · {lang.say(english, chinese)}"),
        Text(f"{rule.on}: {value}", style="bold"),
        _values(rule, lang),
    )


def _since(value: Value, lang: Lang) -> str:
    return lang.say("always", "一直") if value.first_day == date.min else value.first_day.isoformat()


def _values(rule: Rule, lang: Lang) -> Table:
    heads = (("from", "起"), ("to", "止"), ("of", "适用"), ("value", "取值"), ("source", "依据"))
    table = _table(lang, *heads)
    for value in rule.values:
        last = value.last_day.isoformat() if value.last_day else ""
        table.add_row(_since(value, lang), last, _whose(value, lang), Text(value.value), Text(value.reference))
    return table


def _whose(value: Value | RuleChange, lang: Lang) -> str:
    if value.profile:
        return value.profile
    return f"{lang.say('port', '关区')} {value.port}" if value.port else lang.say("all", "通用")


def explained_picture(told: Explained, lang: Lang) -> RenderableType:
    """An id in words, then its values, then the texts of its problems."""
    name = lang.say(told.name_en, told.name_zh, " ") if told.name_en else ""
    parts: list[RenderableType] = [Text(f"{told.id}  {name}".rstrip(), style="bold")]
    if told.decides_en:
        parts.append(Text(lang.say(told.decides_en, told.decides_zh, "\n")))
    if told.boundary_en:
        parts.append(_lead("on the boundary", "临界", lang.say(told.boundary_en, told.boundary_zh, "\n"), lang))
    if told.used_by:
        parts.append(_lead("used by", "用于", _names(told.used_by, lang), lang))
    if told.uses_tables:
        parts.append(_lead("reads the tables", "使用代码表", _names(told.uses_tables, lang), lang))
    if told.table:
        parts.append(_lead("its rows", "表中各行", f"clearway rules list --table {told.table}", lang))
    for rule in told.rules:
        parts += ["", rule_picture(rule, lang)]
    for problem in told.problems:
        parts += ["", _problem(problem, lang)]
    return Group(*parts)


def _lead(english: str, chinese: str, told: str, lang: Lang) -> Text:
    return Text(f"{lang.say(english, chinese)}: {told}")


def _names(several: Iterable[Named], lang: Lang) -> str:
    return "; ".join(f"{each.id} ({lang.say(each.name_en, each.name_zh)})" for each in several)


def _problem(problem: ProblemText, lang: Lang) -> RenderableType:
    owner = role_name(problem.owner, lang) if problem.owner in set(Role) else lang.say("its sender", "单证发送方")
    english = f"{problem.message_en}\n→ {problem.remedy_en}"
    chinese = f"{problem.message_zh}\n→ {problem.remedy_zh}"
    return Group(
        Text(f"{problem.key} · {problem.severity} · {owner} · {problem.reference}", style="bold"),
        Text(lang.say(english, chinese, "\n")),
    )


def change_table(changes: Iterable[RuleChange], lang: Lang) -> RenderableType:
    """What a parameter file changes: rule, days, before → after, and which lists that affects."""
    table = _table(
        lang,
        ("rule", "规则"),
        ("from", "起"),
        ("to", "止"),
        ("of", "适用"),
        ("before → after", "变更"),
        ("source", "依据"),
    )
    table.add_column(lang.say("affects", "影响"), overflow="fold")
    table.show_lines = True
    nothing = lang.say("nothing", "无")
    for each in changes:
        table.add_row(
            Text(each.rule),
            each.first_day.isoformat(),
            each.last_day.isoformat() if each.last_day else "",
            _whose(each, lang),
            Text(f"{each.before or nothing} → {each.after or nothing}"),
            Text(each.reference),
            Text(lang.say(each.affects, _affects_zh(each), "\n")),
        )
    return table


def _affects_zh(change: RuleChange) -> str:
    if change.rule.startswith("holidays."):
        return f"期限落在 {change.rule.partition('.')[2]} 年的；其他年份不受影响"
    what = {"acceptance": "接受申报的清单", "release": "放行的清单", "event": "发生的事项"}[change.selected_by]
    where = f"（{change.profile}）" if change.profile else f"（关区 {change.port}）" if change.port else ""
    return f"{_span_zh(change.first_day, change.last_day)}{what}{where}；其他不受影响"


def _span_zh(first: date, last: date | None) -> str:
    return f"{first} 至 {last} " if last else f"{first} 起"


def _table(lang: Lang, *heads: tuple[str, str]) -> Table:
    table = Table()
    for head in heads:
        table.add_column(lang.say(*head), overflow="fold")
    return table
